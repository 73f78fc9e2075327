"""
The orders of a journal handed to Celery workers, and what became of them written down.

A run like any other (`straks.journal.run`), with a queue in the transport's place: a row says «in flight»
on the disk before its order is handed on, then the run looks into the store of leases until that says how
it ended. No answer has to be on its way to anybody, so whoever feeds may be killed at any moment: the next
run by workers takes on what is in flight, handing it on again in the same flight, and the lease sees to it
that it is sent once. What became of it in the meantime lies in the store for a day.

Nobody tells a queue that is long from one that nobody serves. So a run stops when nothing at all has come
back for ten minutes, and says so; what it has handed on stays where it is, for the workers and for the next
run.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from straks.celery.lease import Ended
from straks.journal.course import STOP_AFTER
from straks.journal.deliver import Delivered
from straks.journal.run import Left, RunResult, carry_all

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from straks.altinn.sealed import SealedOrder
    from straks.celery.deliver import DeliverTask
    from straks.celery.lease import Seen
    from straks.journal.rules import Entry
    from straks.journal.store import Journal

IN_FLIGHT: Final = 200
"""How many orders are with the workers at once, unless said otherwise."""
PATIENCE_S: Final = 600.0
"""After how many seconds without any word from the workers a run stops."""
LOOK_S: Final = 0.1
"""How often it looks what has become of orders, in seconds."""
_AT_ONCE: Final = 100  # orders that one step of the store looks at


async def feed(
    journal: Journal,
    orders: str | os.PathLike[str],
    task: DeliverTask,
    *,
    rate: float | None = None,
    in_flight: int = IN_FLIGHT,
    stop_after: int = STOP_AFTER,
    patience_s: float = PATIENCE_S,
    stop: asyncio.Event | None = None,
    on_end: Callable[[Entry], object] | None = None,
) -> RunResult:
    """
    Have every order of *journal* that is due sent by Celery workers.

    Args:
        journal: Knows the orders: `Journal.admit` has written them down.
        orders: The file that it belongs to.
        task: What `straks.celery.task` has returned.
        rate: How many are handed on in a second, at most; None for as many as *in_flight* lets.
        in_flight: How many are with the workers at once, at most 1000.
        stop_after: So many in a row that came to nothing stop the run.
        patience_s: So many seconds without any word from the workers stop it as well.
        stop: Once it is set nothing more is handed on, nor waited for: what the workers have, they send.
        on_end: Is told of each order that had its turn.

    Raises:
        InvalidSetting: *rate*, *in_flight* or *stop_after* cannot be.
        UnusableFile: The file of orders was changed since.
        JournalFailed: The journal cannot be written to.
        OSError: The file of orders cannot be read.
    """
    stop = stop or asyncio.Event()
    queue = _Queue(task, patience_s, stop)
    looking = asyncio.create_task(queue.look())
    try:
        return await carry_all(
            journal,
            orders,
            queue.carry,
            by_workers=True,
            rate=rate,
            in_flight=in_flight,
            stop_after=stop_after,
            stop=stop,
            on_end=on_end,
        )
    finally:
        looking.cancel()


@dataclass(slots=True)
class _Flight:
    """An order that the workers have."""

    order: SealedOrder
    entry: Entry
    ended: asyncio.Future[Delivered | Left]
    given_up: set[float] = field(default_factory=set[float])


class _Queue:
    """What the workers have, and the one who looks what becomes of it."""

    def __init__(self, task: DeliverTask, patience_s: float, stop: asyncio.Event) -> None:
        self._task = task
        self._patience_s = patience_s
        self._stop = stop
        self._aloft: dict[str, _Flight] = {}
        self._heard_s = time.monotonic()

    async def carry(self, order: SealedOrder, entry: Entry) -> Delivered | Left:
        """Hand *order* on, and wait until it is known what became of it."""
        if not self._aloft:
            self._heard_s = time.monotonic()
        flight = _Flight(order, entry, asyncio.get_running_loop().create_future())
        self._aloft[entry.idempotency_id] = flight
        try:
            await self._hand_on(flight)
            return await flight.ended
        finally:
            del self._aloft[entry.idempotency_id]

    async def _hand_on(self, flight: _Flight) -> None:
        """Put an order into the queue; where that does not work nothing is waited for any more."""
        entry = flight.entry
        # As the journal has it, and the same for all copies of this flight.
        not_after = datetime.fromtimestamp(entry.queued_until_s, UTC)
        try:
            await asyncio.to_thread(self._task.place, flight.order, not_after=not_after, flight=entry.flights)
        except Exception as error:  # noqa: BLE001 - any broker's
            self._leave(
                f"the broker did not take an order ({type(error).__name__}); once it is there, run the same "
                "again. What it has taken is sent once all the same"
            )

    async def look(self) -> None:
        """Look what has become of what the workers have, again and again."""
        failed: str | None = None
        while True:
            await asyncio.sleep(LOOK_S)
            for flights in _batches(self._aloft):
                wanted = {name: flight.entry.flights for name, flight in flights.items()}
                try:
                    seen = await asyncio.to_thread(self._task.look, wanted)
                except Exception as error:  # noqa: BLE001 - any store's
                    failed = type(error).__name__
                    break
                failed = None
                for name, what in seen.items():
                    await self._hear(flights[name], what)
            if self._stop.is_set():
                self._leave(None)
            elif time.monotonic() > self._heard_s + self._patience_s:
                self._leave(_unheard(self._patience_s, failed))

    async def _hear(self, flight: _Flight, what: Seen) -> None:
        if flight.ended.done():
            return
        if isinstance(what, Ended):
            self._heard_s = time.monotonic()
            flight.ended.set_result(Delivered(what.ending, what.took_s or 0.0))
        elif what.until_s not in flight.given_up:
            # The broker hands it out again; unless it has lost it, and a copy does no harm.
            flight.given_up.add(what.until_s)
            await self._hand_on(flight)

    def _leave(self, why: str | None) -> None:
        for flight in [flight for flight in self._aloft.values() if not flight.ended.done()]:
            flight.ended.set_result(Left(why))


def _batches(aloft: dict[str, _Flight]) -> Iterator[dict[str, _Flight]]:
    items: list[Any] = list(aloft.items())
    for first in range(0, len(items), _AT_ONCE):
        yield dict(items[first : first + _AT_ONCE])


def _unheard(patience_s: float, failed: str | None) -> str:
    if failed is not None:
        return (
            f"the store of leases could not be read for {patience_s:.0f} seconds ({failed}); see to it, and "
            "run the same again"
        )
    return (
        f"no order has ended for {patience_s:.0f} seconds; look whether workers run, with this broker and "
        "this store of leases, and run the same again"
    )
