"""
``straks build``: a file of rows into a file of orders, ready to be sent.

Both files are written whole or not at all, the orders last: who finds orders finds the rejects beside them.
A reject names row, field and reason and never what stands there, so that it can be shown around.
"""

from __future__ import annotations

import csv
from collections import Counter
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import click

from straks.cli import exits
from straks.cli.credentials import KEY_VARIABLE, find_keys, rehearsal_option
from straks.cli.group import Command
from straks.cli.moments import Moment
from straks.cli.terminal import console, json_option, one_line, write_json
from straks.cli.values import CHANNELS, read_values, set_option, templates_option
from straks.errors import InvalidSetting, PolicyError
from straks.preview.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from datetime import datetime

    from rich.table import Table

    from straks.bulk import Line, Lines, Rejection

_SHOWN_EVERY: Final = 256  # rows; a bar that is drawn for each costs more than the rows


@dataclass
class Tally:
    """What became of the rows, counted."""

    messages: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    segments: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    rejected: Counter[str] = field(default_factory=Counter[str])

    def count_built(self, line: Line) -> None:
        """Count an order by its channel and language."""
        about = (line.channel, line.locale)
        self.messages[about] += 1
        self.segments[about] += line.segments

    @property
    def built(self) -> int:
        """How many orders there are."""
        return self.messages.total()


@click.command("build", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--template", required=True, metavar="NAME", help="What is to be sent.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the orders go.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the rows go that became none, with the reason; by default OUT.rejects.csv.",
)
@click.option("--to-column", default="to", show_default=True, help="Holds the recipient.")
@click.option("--locale-column", default="locale", show_default=True, help="Holds the language.")
@click.option("--locale", help="The language of all rows.")
@click.option("--negotiate", is_flag=True, help="Give who asks for a language that is not there the nearest.")
@click.option("--occasion-column", default="occasion", show_default=True, help="Holds the occasion.")
@click.option("--occasion", help="The occasion of all rows: your name for the event, the same when repeated.")
@click.option(
    "--reference-column",
    metavar="NAME",
    help="Holds your reference, which the service keeps; none if not named.",
)
@click.option(
    "--ignore-column", "ignored", multiple=True, metavar="NAME", help="Is there for other purposes."
)
@set_option
@click.option("--sender", help="What the phone shows, or your registered sender address.")
@click.option("--channel", type=click.Choice(CHANNELS), help="By default told from each recipient.")
@click.option(
    "--region", "regions", multiple=True, metavar="CODE", help="A country that numbers may be in; repeat it."
)
@click.option("--not-after", type=Moment(ago=False), metavar="MOMENT", help="No order is sent after it.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="How many processes build; the files are the same.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Take this many rows only.")
@click.option("--dry-run", is_flag=True, help="Write no orders; count what there would be and would cost.")
@click.option(
    "--key-file",
    type=click.File("rb"),
    metavar="FILE",
    help=f"Holds the key, in hexadecimal digits, 32 at least; by default it is in {KEY_VARIABLE}.",
)
@rehearsal_option
@templates_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    file: str,
    template: str,
    out: Path | None,
    rejects: Path | None,
    jobs: int,
    limit: int | None,
    dry_run: bool,
    key_file: IO[bytes] | None,
    rehearsal: bool,
    folders: tuple[Path, ...],
    as_json: bool,
    **settings: Any,  # noqa: ANN401 - the builder's, read below
) -> None:
    """
    Build orders out of the rows of a file: CSV, JSON lines or Parquet.

    FILE may be a pipe, and - is standard input, unless it is Parquet or --jobs is over 1.

    Columns are the template's parameters, by name; besides, each row has a recipient, a language and an
    occasion. The same row with the same occasion is the same order, however often it is built. The file
    of orders holds recipients and texts in full.

    Ends with 0 when every row became an order, with 1 when some did not, and with 2 when nothing was
    built.
    """
    from straks.bulk import Rejection, build_lines, read_rows, write_orders
    from straks.loading import Catalog
    from straks.policies import policy_of_sender

    if out is None and not dry_run:
        raise InvalidSetting("name a file for the orders: --out FILE, or count alone: --dry-run")
    if file == "-" and key_file is not None and key_file.name == "<stdin>":
        raise InvalidSetting("standard input cannot hold both the rows and the key; name a file for one")
    # What comes of a dry run has no ids to show, so it takes no key.
    (key,) = find_keys([key_file] if key_file else [], rehearsal=rehearsal or (dry_run and not key_file))
    catalog = Catalog.load(*folders, policy=policy_of_sender(folders))
    settings = _settings(values=read_values(catalog[template], settings.pop("pairs")), key=key, **settings)
    if rejects is None and out is not None and not dry_run:
        rejects = out.with_name(f"{out.name}.rejects.csv")
    _check_places(file, out, rejects)
    tally = Tally()
    with ExitStack() as stack:
        rows = stack.enter_context(read_rows(file))
        keeps = None if dry_run else out
        lines = build_lines(
            catalog[template], rows, jobs=jobs, limit=limit, texts=keeps is not None, **settings
        )
        try:
            built = stack.enter_context(lines)
        except PolicyError as error:
            exits.tell(error, as_json=as_json)
            ctx.exit(exits.UNUSABLE)
        # The last to be opened is the first to be given its name: rejects come before the orders.
        keep = stack.enter_context(nullcontext(None) if keeps is None else write_orders(keeps))
        refuse = stack.enter_context(_rejecting(rejects))
        for each in _watched(built, rows.size, limit):
            if isinstance(each, Rejection):
                tally.rejected[each.fault] += 1
                refuse(each)
            else:
                tally.count_built(each)
                if keep is not None:
                    keep(each.text)
    _tell(tally, None if dry_run else out, rejects, as_json=as_json)
    ctx.exit(exits.DID_NOT_WORK if tally.rejected else 0)


def _settings(  # each of them is an option
    *,
    to_column: str,
    locale_column: str,
    occasion_column: str,
    reference_column: str | None,
    ignored: Sequence[str],
    negotiate: bool,
    regions: Sequence[str],
    not_after: datetime | None,
    **others: Any,  # noqa: ANN401 - handed on as they are
) -> dict[str, Any]:
    """Return what the builder takes for what was typed."""
    from straks.bulk import Columns

    columns = Columns(
        to=to_column,
        locale=locale_column,
        occasion=occasion_column,
        reference=reference_column,
        ignored=frozenset(ignored),
    )
    return {
        "columns": columns,
        "negotiated": negotiate,
        "regions": regions or None,
        "not_after": not_after,
        **others,
    }


def _check_places(file: str, *places: Path | None) -> None:
    """Refuse to write over what is read, or one file over another, or into what - would be elsewhere."""
    if Path("-") in places:
        raise InvalidSetting(
            "orders and rejects go into files, which are there whole or not at all and for you alone; "
            "give a name other than -"
        )
    given = [Path(file).resolve(), *(place.resolve() for place in places if place is not None)]
    if len(set(given)) < len(given):
        raise InvalidSetting("the rows, the orders and the rejects are three files; name them apart")


@contextmanager
def _rejecting(path: Path | None) -> Generator[Callable[[Rejection], None]]:
    """Open the file of rejects, if there is one, and give what adds one."""
    from straks.files.whole import whole_file

    if path is None:
        yield lambda _: None
        return
    with whole_file(path) as file:
        table = csv.writer(file)
        table.writerow(["row", "fault", "field", "reason"])
        yield lambda each: table.writerow([each.row, each.fault, each.field or "", each.reason])


def _watched(built: Lines, size: int, limit: int | None) -> Iterator[Line | Rejection]:
    """Show on a terminal how far it is."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    out = console(stderr=True)
    columns = (TextColumn("Building"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        bar = progress.add_task("", total=limit or size or None)
        for number, each in enumerate(built, start=1):
            if number % _SHOWN_EVERY == 0:
                progress.update(bar, completed=number if limit else built.position)
            yield each


def _tell(tally: Tally, out: Path | None, rejects: Path | None, *, as_json: bool) -> None:
    if as_json:
        write_json(_document(tally, out, rejects))
        return
    rejected = tally.rejected.total()
    click.echo(f"{counted(tally.built + rejected, 'row')}: {counted(tally.built, 'order')}{_in(out)}")
    if rejected:
        faults = ", ".join(f"{fault} {count}" for fault, count in tally.rejected.most_common())
        click.echo(f"{rejected} rejected{_in(rejects)}: {faults}")
    if tally.built:
        console().print(_table(tally))


def _in(path: Path | None) -> str:
    return "" if path is None else f" in {one_line(str(path))}"


def _table(tally: Tally) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, show_footer=True)
    languages = sorted({locale for _, locale in tally.messages})
    table.add_column("language", "all")
    for heading, counts, channel in (
        ("SMS", tally.messages, "sms"),
        ("segments", tally.segments, "sms"),
        ("e-mails", tally.messages, "email"),
    ):
        each = {locale: counts[channel, locale] for locale in languages}
        table.add_column(heading, f"{sum(each.values()):,}", justify="right")
    for locale in languages:
        table.add_row(
            locale,
            f"{tally.messages['sms', locale]:,}",
            f"{tally.segments['sms', locale]:,}",
            f"{tally.messages['email', locale]:,}",
        )
    return table


def _document(tally: Tally, out: Path | None, rejects: Path | None) -> dict[str, object]:
    return {
        "rows": tally.built + tally.rejected.total(),
        "built": tally.built,
        "rejected": tally.rejected.total(),
        "faults": dict(tally.rejected),
        "segments": tally.segments.total(),
        "messages": [
            {
                "channel": channel,
                "locale": locale,
                "messages": count,
                "segments": tally.segments[channel, locale] if channel == "sms" else None,
            }
            for (channel, locale), count in sorted(tally.messages.items())
        ],
        "out": None if out is None else str(out),
        "rejects": None if rejects is None else str(rejects),
    }
