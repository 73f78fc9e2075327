"""
The report as a page: one file, no script, nothing fetched, in light and dark and on paper.

Each chart has a title and a description, which a screen reader reads, and beside it a table with the same
figures. Escaping is on: a caller's reference may hold anything.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from straks import __version__
from straks.cli.charts import Chart, Column, columns_chart, rows_chart
from straks.cli.journal_tables import LOOK, MEANINGS, how_ended, percentile_name
from straks.cli.moments import utc
from straks.cli.pages import render
from straks.journal.rules import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from straks.journal import Run
    from straks.journal.figures import Figures, Span

_GOOD: Final = {
    State.PLACED: "good",
    State.REPLAYED: "good",
    State.SETTLED: "quiet",
    State.DUPLICATE: "quiet",
}
_OPEN: Final = {State.WAITING: "quiet", State.IN_FLIGHT: "quiet", State.IN_DOUBT: "doubt"}
_DAY_S: Final = 86_400


def page(figures: Figures, runs: Sequence[Run], environment: str | None) -> str:
    """Return the page for a journal's figures."""
    return render(
        "report.html.jinja",
        figures=figures,
        runs=[(utc(run.began_s), utc(run.ended_s), how_ended(run)) for run in runs],
        environment=environment,
        lead=_lead(figures),
        look=LOOK,
        states=[
            (meaning, figures.states[state]) for state, meaning in MEANINGS.items() if figures.states[state]
        ],
        reasons=[(reason, count) for reason, count in figures.reasons.most_common()],
        attempts=sorted(figures.attempts.items()),
        percentiles=[
            (percentile_name(each), f"{took_s:.2f} s") for each, took_s in figures.percentiles_s.items()
        ],
        outcomes=_outcomes(figures),
        timeline=_timeline(figures),
        latencies=_latencies(figures),
        spans=[(_between(span), span.sent) for span in figures.latencies],
        times=[(utc(span.from_s), span.sent, span.others) for span in figures.timeline],
        doubts=[(entry, utc(entry.began_s)) for entry in figures.doubts],
        version=__version__,
    )


def _lead(figures: Figures) -> str:
    doubts = figures.states[State.IN_DOUBT]
    if doubts:
        return f"{doubts:,} of {figures.orders:,} may have been sent, and somebody has to look."
    if figures.sent == figures.orders:
        return f"All {figures.orders:,} are placed."
    return f"{figures.sent:,} of {figures.orders:,} are placed."


def _outcomes(figures: Figures) -> Chart:
    there = [(state, figures.states[state]) for state in MEANINGS if figures.states[state]]
    return rows_chart(
        "outcomes",
        "Orders by what became of them",
        "Bars: " + ", ".join(f"{state.value} {count:,}" for state, count in there) + ".",
        [(state.value, count, _GOOD.get(state) or _OPEN.get(state, "bad")) for state, count in there],
    )


def _timeline(figures: Figures) -> Chart | None:
    if not figures.timeline:
        return None
    spans = figures.timeline
    step_s = spans[0].until_s - spans[0].from_s
    days = spans[-1].until_s - spans[0].from_s > _DAY_S
    columns = [
        Column(
            utc(span.from_s)[5:16] if days else utc(span.from_s)[11:19],
            (("good", span.sent / step_s), ("bad", span.others / step_s)),
        )
        for span in spans
    ]
    return columns_chart(
        "timeline",
        "Orders a second over time",
        f"Columns of {_duration(step_s)} each, from {utc(spans[0].from_s)} to {utc(spans[-1].until_s)}. "
        "The highest "
        f"is {figures.busiest_per_s:,.1f} orders a second.",
        columns,
    )


def _latencies(figures: Figures) -> Chart | None:
    if not figures.latencies:
        return None
    half, most = figures.percentiles_s[50], figures.percentiles_s[100]
    return columns_chart(
        "latencies",
        "Orders by how long their sending took",
        f"Columns, shortest times first. Half of the orders took at most {half:.2f} s, and all of them "
        "at most "
        f"{most:.2f} s.",
        [Column(_up_to(span), (("good", span.sent),)) for span in figures.latencies],
    )


def _up_to(span: Span) -> str:
    return "longer" if math.isinf(span.until_s) else f"≤ {_duration(span.until_s)}"


def _between(span: Span) -> str:
    if math.isinf(span.until_s):
        return f"over {_duration(span.from_s)}"
    return (
        f"up to {_duration(span.until_s)}"
        if not span.from_s
        else f"{_duration(span.from_s)} to {_duration(span.until_s)}"
    )


def _duration(seconds: float) -> str:
    """
    Return a duration in the largest unit that it is whole in.

    >>> _duration(0.02), _duration(2), _duration(60), _duration(86_400)
    ('20 ms', '2 s', '1 min', '1 d')
    """
    if seconds < 1:
        return f"{seconds * 1000:g} ms"
    for unit, length_s in (("d", _DAY_S), ("h", 3600), ("min", 60)):
        if seconds >= length_s and not seconds % length_s:
            return f"{seconds / length_s:g} {unit}"
    return f"{seconds:g} s"
