"""What became of the orders of a journal: as tables for a terminal, and as a document for programs."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from straks.cli.moments import utc
from straks.journal.rules import State
from straks.preview.visible import visible

if TYPE_CHECKING:
    from rich.table import Table

    from straks.journal import Run
    from straks.journal.figures import Figures, Span

MEANINGS: Final = {
    State.PLACED: "placed: the service has it",
    State.REPLAYED: "replayed: the service had it already",
    State.REFUSED: "refused",
    State.INVALID: "invalid: the service would refuse it for its form",
    State.NOT_SENT: "not sent; the next run tries again",
    State.EXPIRED: "expired: its time was over before it left",
    State.IN_DOUBT: "in doubt: it may have been sent",
    State.SETTLED: "settled: was in doubt, and is left",
    State.IN_FLIGHT: "in flight",
    State.WAITING: "waiting",
    State.DUPLICATE: "duplicate of an earlier line",
}
"""What each state is called, in the order in which they are listed."""

LOOK: Final = (
    "Where an order has a reference of yours, look for that in the feed; where it has none, the feed cannot "
    "tell: ask the person, and build with --reference-column next time."
)
"""How it is found out whether an order in doubt was sent; the feed has no ids of the sender's."""
DECIDE: Final = (
    "Then give straks send --settle-doubt ID to leave it, or --retry-doubt ID to place it again under the "
    "same id."
)

_ALL: Final = 100
_STYLES: Final = {
    State.REFUSED: "red",
    State.INVALID: "red",
    State.EXPIRED: "red",
    State.IN_DOUBT: "bold red",
}


def states_table(figures: Figures) -> Table:
    """Return how many orders are in which state, with the reasons why some were turned away."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, show_footer=True)
    table.add_column("what became of them", "all")
    table.add_column("orders", f"{figures.orders:,}", justify="right")
    for state, meaning in MEANINGS.items():
        if count := figures.states[state]:
            table.add_row(meaning, f"{count:,}", style=_STYLES.get(state))
            for reason, each in figures.reasons.most_common():
                if reason.state is state:
                    table.add_row(f"  {visible(str(reason))}", f"{each:,}", style="dim")
    return table


def doubts_table(figures: Figures, most: int | None = None) -> Table:
    """
    Return the orders that are in doubt, *most* of them at most.

    Each id stands in a line that holds nothing else, for it is there to be copied.
    """
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("line", justify="right")
    table.add_column("in doubt: id, when it was taken up (UTC), and your reference", overflow="fold")
    for entry in islice(figures.doubts, most):
        reference = f"  {visible(entry.reference)}" if entry.reference else ""
        table.add_row(str(entry.row), f"{visible(entry.idempotency_id)}\n{utc(entry.began_s)}{reference}")
    return table


def times_table(figures: Figures) -> Table:
    """Return how long orders took that have a receipt."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("of the orders placed")
    table.add_column("took at most", justify="right")
    for each, took_s in figures.percentiles_s.items():
        table.add_row(percentile_name(each), f"{took_s:.2f} s")
    return table


def requests_table(figures: Figures) -> Table:
    """Return how many requests orders took of which that is known."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("requests", justify="right")
    table.add_column("orders that ended", justify="right")
    for requests, count in sorted(figures.attempts.items()):
        table.add_row(f"{requests}", f"{count:,}")
    return table


def how_ended(run: Run) -> str:
    """Return how a run ended, in a few words, or why it stopped."""
    if run.ended_s is None:
        return "no end written: killed, still under way, or its journal took no more"
    return run.stopped or "finished"


def percentile_name(percentile: int) -> str:
    """
    Return what a percentile is called.

    >>> percentile_name(95), percentile_name(100)
    ('95 %', 'all')
    """
    return "all" if percentile == _ALL else f"{percentile} %"


def document(figures: Figures) -> dict[str, Any]:
    """Return the figures for programs; moments are in UTC."""
    return {
        "orders": figures.orders,
        "states": {state.value: figures.states[state] for state in MEANINGS},
        "sent": figures.sent,
        "reasons": [
            {"state": each.state, "status": each.status, "problem": each.problem, "orders": count}
            for each, count in figures.reasons.most_common()
        ],
        "attempts": {str(requests): count for requests, count in sorted(figures.attempts.items())},
        "percentiles_s": {str(each): took_s for each, took_s in figures.percentiles_s.items()},
        "timeline": [_moments(span) for span in figures.timeline],
        "doubts": [
            {
                "line": entry.row,
                "idempotency_id": entry.idempotency_id,
                "reference": entry.reference,
                "template": entry.template,
                "channel": entry.channel,
                "pseudonym": entry.pseudonym,
                "taken_up": utc(entry.began_s),
            }
            for entry in figures.doubts
        ],
    }


def _moments(span: Span) -> dict[str, Any]:
    return {"from": utc(span.from_s), "until": utc(span.until_s), "sent": span.sent, "others": span.others}
