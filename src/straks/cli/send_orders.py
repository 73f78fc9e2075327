"""
``straks send ORDERS --journal FILE.db``: all orders of a file, each accounted for.

The journal is on the disk before the first order leaves, and knows of each one what became of it. So whatever
ends a run, a full disk, Ctrl-C, ``kill -9``, the same command goes on where it was.

Nobody's doubt is decided here. An order that may have been sent, and may do harm when it is sent twice, is
listed, and waits for somebody to say what is to be done: ``--retry-doubt`` places it again under the same
id, which the service answers without sending anew where it had got as far as storing that;
``--settle-doubt`` leaves it.

With ``--celery`` the workers of the user's own app send, and what is in flight with them outlives this
command: it is not in doubt, but taken on by the next run with ``--celery``. One without is turned
away until no worker can be sending any of it.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from straks.cli import exits
from straks.cli.credentials import TokenOptions, find_token
from straks.cli.option_group import F, in_one
from straks.cli.progress import bar
from straks.cli.rates import Rate
from straks.cli.terminal import console, one_line, write_json
from straks.preview.words import counted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator
    from types import FrameType

    from straks.celery import DeliverTask
    from straks.journal import Admitted, Entry, Journal, RunResult
    from straks.journal.figures import Figures
    from straks.transports import AsyncTransport
    from straks.transports.watched import Hook

    Place = Callable[..., Awaitable[RunResult]]


_ALL: Final = "all"
_BY_SIGNAL: Final = (
    "interrupted"  # also where the run had nothing left to take up, of which its journal says nothing
)
_WAITED_FOR: Final = "what is in flight is waited for …"
_WITH_WORKERS: Final = "what the workers have, they send, and the same command takes it on."
_DOUBTS_SHOWN: Final = 20
_DATABASES: Final = (".db", ".sqlite", ".sqlite3")
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Volume:
    """What a command was told about sending many."""

    journal: Path | None = None
    rate: float | None = None
    in_flight: int | None = None
    celery: str | None = None
    stop_after: int | None = None
    records: Path | None = None
    retry_doubts: tuple[str, ...] = ()
    settle_doubts: tuple[str, ...] = ()

    @property
    def without_journal(self) -> str | None:
        """The first option that is given and means nothing without a journal."""
        given = (each.name for each in fields(self) if getattr(self, each.name) not in (None, ()))
        return None if self.journal is not None else next(given, None)


def volume_options(command: F) -> F:
    """Give *command* the options that say how many are sent, as the argument *volume*."""
    options = (
        click.option(
            "--journal",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE.db",
            help="Send all orders of the file ORDERS, and note here what becomes of each.",
        ),
        click.option(
            "--rate", type=Rate(), help="So many leave, at most: 50/s, 3000/min. Else as many as it takes."
        ),
        click.option(
            "--in-flight",
            type=click.IntRange(1, 1000),
            help="So many are on their way at once; by default 20, with --celery 200.",
        ),
        click.option(
            "--celery",
            metavar="MODULE:APP",
            help="Have the workers of this Celery app of yours send them.",
        ),
        click.option(
            "--stop-after",
            type=click.IntRange(min=1),
            metavar="N",
            help="Stop when so many in a row came to nothing; by default 20.",
        ),
        click.option(
            "--records",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Keep a record of each sending, too: in a database (.db), else as JSON lines.",
        ),
        click.option(
            "--retry-doubt",
            "retry_doubts",
            multiple=True,
            metavar="ID|all",
            help="Place an order in doubt again, under the same id; it may be sent twice.",
        ),
        click.option(
            "--settle-doubt",
            "settle_doubts",
            multiple=True,
            metavar="ID|all",
            help="Leave an order in doubt as it is: you have seen to it.",
        ),
    )
    return in_one(command, "volume", Volume, options)


def send_orders(orders: str, environment: str, volume: Volume, token: TokenOptions, *, as_json: bool) -> int:
    """
    Send the orders of a file, tell what became of them, and return the exit code.

    Raises:
        StraksError: Nothing was tried, or the journal takes no more.
    """
    from straks.bulk import OrdersFile
    from straks.cli.journal_tables import document
    from straks.cli.workers import task_of
    from straks.journal import Journal, State
    from straks.journal.figures import figures_of
    from straks.transports.environment import base_url_of

    base_url = base_url_of(environment)
    path = volume.journal or Path()
    if volume.celery is not None and volume.records is not None:
        raise click.UsageError(
            "--records is for sending from here; with --celery the workers' transport has hooks."
        )
    task = None if volume.celery is None else task_of(volume.celery, base_url)
    OrdersFile(orders).close()  # before there is a journal about it
    with Journal(path) as journal:
        admitted = journal.admit(orders, environment=base_url)
        journal.recover(by_workers=task is not None)
        fresh = _decide(journal, volume)
        stopped: str | None = None
        if waiting := len(journal.due()) + journal.counts()[State.IN_FLIGHT]:
            with ExitStack() as stack:
                if task is None:
                    place, says = _from_here(base_url, token, volume, stack), _WAITED_FOR
                else:
                    place, says = _by_workers(task, stack), _WITH_WORKERS
                run = _run(journal, orders, volume, place=place, says=says, waiting=waiting)
                stopped = asyncio.run(run)
        figures = figures_of(journal.entries())
    if stopped not in (None, _BY_SIGNAL):
        click.echo(f"Error: {one_line(f'stopped, with orders left: {stopped}')}", err=True)
    if as_json:
        write_json({"admitted": asdict(admitted), "stopped": stopped, **document(figures)})
    else:
        _show(figures, admitted, path, fresh=fresh, interrupted=stopped == _BY_SIGNAL)
    code = exits.of_figures(figures)
    return exits.INTERRUPTED if stopped == _BY_SIGNAL and code != exits.IN_DOUBT else code


def _decide(journal: Journal, volume: Volume) -> int:
    """Do what was decided about doubts, and return how many are too fresh to be placed again."""
    from straks.journal import Again, Settled

    left = 0
    for ids, decision in ((volume.settle_doubts, Settled), (volume.retry_doubts, Again)):
        if ids:
            left = journal.decide(None if _ALL in ids else ids, decision)[1]
    return left


def _from_here(base_url: str, options: TokenOptions, volume: Volume, stack: ExitStack) -> Place:
    """Return what places orders from this process; what it opens is closed with *stack*."""
    from straks.journal import place_all
    from straks.transports.altinn import AsyncAltinnTransport
    from straks.transports.carriers import HttpxCarrier
    from straks.transports.environment import is_rehearsal
    from straks.transports.watched import watched

    carrier = stack.enter_context(closing(HttpxCarrier(direct=is_rehearsal(base_url))))
    token = find_token(options, base_url, carrier)

    async def place(journal: Journal, orders: str, **settings: Any) -> RunResult:  # noqa: ANN401 - the run's
        async with AsyncAltinnTransport(base_url, token) as carrying:
            transport: AsyncTransport = carrying
            if volume.records is not None:
                transport = watched(carrying, _records(volume.records))
            return await place_all(journal, orders, transport, **settings)

    return place


def _by_workers(task: DeliverTask, stack: ExitStack) -> Place:
    """Return what has orders placed by the workers of a Celery app; what it opens is closed with *stack*."""
    from straks.celery import feed

    stack.callback(task.close)

    async def place(journal: Journal, orders: str, **settings: Any) -> RunResult:  # noqa: ANN401 - the run's
        return await feed(journal, orders, task, **settings)

    return place


async def _run(
    journal: Journal, orders: str, volume: Volume, *, place: Place, says: str, waiting: int
) -> str | None:
    """Send, and return why orders were left, or that somebody stopped it; None where all had their turn."""
    settings = {"in_flight": volume.in_flight, "stop_after": volume.stop_after}
    stop = asyncio.Event()
    with bar("Sending orders", waiting) as advance, _stopped_by_signals(stop, says):

        def on_end(_: Entry) -> None:
            advance()

        result = await place(
            journal,
            orders,
            rate=volume.rate,
            stop=stop,
            on_end=on_end,
            **{name: value for name, value in settings.items() if value is not None},
        )
    return result.stopped or (_BY_SIGNAL if stop.is_set() else None)


def _records(path: Path) -> Hook:
    from straks.records.lines import JsonLinesRecords
    from straks.records.sqlite import SqliteRecords

    return SqliteRecords(path) if path.suffix in _DATABASES else JsonLinesRecords(path)


@contextmanager
def _stopped_by_signals(stop: asyncio.Event, says: str) -> Generator[None]:
    """Set *stop* at the first signal to end; the second one does not wait for anything."""
    loop = asyncio.get_running_loop()
    before = {each: signal.getsignal(each) for each in _SIGNALS}

    def end(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        click.echo(f"\nStopping; {says}", err=True)
        loop.call_soon_threadsafe(stop.set)

    for each in _SIGNALS:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _show(figures: Figures, admitted: Admitted, path: Path, *, fresh: int, interrupted: bool) -> None:
    from straks.cli.journal_tables import DECIDE, LOOK, doubts_table, states_table
    from straks.journal.rules import RIPE_S, State

    out = console()
    if interrupted:
        click.echo("Stopped; the same command goes on where it was.")
    if admitted.duplicates:
        click.echo(
            f"{counted(admitted.duplicates, 'line')} of the file repeat an earlier one; the order is "
            "sent once."
        )
    out.print(states_table(figures))
    doubts = figures.states[State.IN_DOUBT]
    if doubts:
        out.print(doubts_table(figures, _DOUBTS_SHOWN))
        more = f" {doubts - _DOUBTS_SHOWN} more: straks report {path}." if doubts > _DOUBTS_SHOWN else ""
        click.echo(f"{counted(doubts, 'order')} may have been sent.{more} {LOOK} {DECIDE}")
    if fresh:
        click.echo(
            f"{counted(fresh, 'doubt')} too fresh to be placed again: the service may still be at it. "
            "Try again "
            f"in {RIPE_S:.0f} seconds."
        )
