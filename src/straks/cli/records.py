"""
``straks records``: what was sent, out of a file of records.

«Who got what» is answered with the key: the pseudonym is computed from the recipient that is asked about
and looked up, under every key that is given, since keys change. The recipient is not repeated on any
output, and may be typed unseen, for what stands in an argument stands in the shell's history.
"""

from __future__ import annotations

import sys
from getpass import getpass
from typing import IO, TYPE_CHECKING, Final

import click

from straks.cli.credentials import KEY_VARIABLE, find_keys, rehearsal_option
from straks.cli.group import Command
from straks.cli.moments import Moment
from straks.cli.terminal import console, json_option, one_line, visible, write_json
from straks.core.record import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rich.table import Table

    from straks.core.record import Record

_UNSEEN: Final = "-"
_SHOWN: Final = 8  # enough to see that two are the same person
_STYLES: Final = {
    Outcome.PLACED: "green",
    Outcome.REPLAYED: "green",
    Outcome.REFUSED: "red",
    Outcome.INVALID: "red",
    Outcome.NOT_SENT: "yellow",
    Outcome.IN_DOUBT: "bold red",
}


@click.command("records", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--recipient", help="Only theirs: a number or an address; - asks for it and does not show it.")
@click.option(
    "--since", type=Moment(ago=True), metavar="MOMENT", help='From then on: 2026-05-17, or "24 h" ago.'
)
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    type=click.Choice([outcome.value for outcome in Outcome]),
    help="Only this; repeat it for several.",
)
@click.option(
    "--key-file",
    "key_files",
    multiple=True,
    type=click.File("rb"),
    metavar="FILE",
    help=f"Holds a key that orders were made with; repeat it where keys were changed. Else {KEY_VARIABLE}.",
)
@rehearsal_option
@json_option
def command(
    *,
    file: str,
    recipient: str | None,
    since: datetime | None,
    outcomes: Sequence[str],
    key_files: Sequence[IO[bytes]],
    rehearsal: bool,
    as_json: bool,
) -> None:
    """
    Look up what was sent: to whom, when, and how it ended.

    FILE is what JsonLinesRecords or SqliteRecords wrote. Recipients are in it as pseudonyms, so asking
    for one takes the key that the orders were made with.
    """
    from straks.core.recipient import pseudonyms
    from straks.records import find

    asked = _asked(recipient)
    wanted = None if asked is None else pseudonyms(asked, find_keys(key_files, rehearsal=rehearsal))
    unreadable: list[int] = []
    found = list(
        find(
            file,
            pseudonyms=wanted,
            since=since,
            outcomes=[Outcome(outcome) for outcome in outcomes] or None,
            on_unreadable=unreadable.append,
        )
    )
    if unreadable:
        lines = f"{len(unreadable)} line{'s' if len(unreadable) > 1 else ''}"
        click.echo(
            f"Passed over {lines} without a record, first line {unreadable[0]}: a disk may have been full.",
            err=True,
        )
    if as_json:
        write_json([record.to_dict() for record in found])
    elif found:
        console().print(_table(found))
    else:
        click.echo("No such records.")


def _asked(recipient: str | None) -> str | None:
    if recipient != _UNSEEN:
        return recipient
    if sys.stdin.isatty():
        return getpass("Recipient: ")
    return sys.stdin.readline().strip()


def _table(records: Sequence[Record]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("when (UTC)", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    # Ids are for copying: folded where a terminal is narrow, and never cut off.
    table.add_column("message, recipient, id, shipment", overflow="fold")
    for record in records:
        why = [str(part) for part in (record.status, record.problem) if part is not None]
        tries = "" if record.attempts is None else f" × {record.attempts}"
        facts = [
            f"{record.template}, {record.channel} in {record.locale}, to {record.pseudonym[:_SHOWN]}",
            record.idempotency_id,
            *filter(None, [record.shipment_id]),
        ]
        table.add_row(
            f"{record.when:%Y-%m-%d %H:%M:%S}",
            Text.assemble(
                (visible(" ".join([record.outcome, *why])), _STYLES[record.outcome]),
                (f"\n{record.took_s:.1f} s{tries}", "dim"),
            ),
            "\n".join(map(one_line, facts)),
        )
    return table
