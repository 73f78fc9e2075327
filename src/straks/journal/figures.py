"""
A journal in figures: what became of the orders, how long that took, and when it happened.

A percentile is the nearest rank: the time that so many of a hundred took at most, and one that was really
measured. Times are those of whole sendings, pauses and repeats included, of orders that have a receipt.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from straks.journal.rules import OPEN, SENT, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from straks.journal.rules import Entry

PERCENTILES: Final = (50, 90, 95, 99, 100)

_LEFT: Final = SENT | {State.REFUSED}
_ENDED: Final = _LEFT | {State.INVALID, State.NOT_SENT, State.EXPIRED}
_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800)
_BUCKETS_MOST: Final = 60
_EDGES_S: Final = tuple(
    round(base * 10.0**power, 3) for power in range(-2, 3) for base in (1, 2, 5)
)  # 0.01 s to 500 s


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """Why orders were refused or not sent: HTTP status and the service's code, where there was an answer."""

    state: State
    status: int | None = None
    problem: str | None = None

    def __str__(self) -> str:
        if self.status is None:
            return "never reached the service" if self.state is State.NOT_SENT else "no answer to go by"
        return " ".join(filter(None, [str(self.status), self.problem]))


@dataclass(frozen=True, slots=True)
class Span:
    """How many orders fall between two values, in seconds: ``from_s`` is outside, ``until_s`` within."""

    from_s: float
    until_s: float
    sent: int
    others: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """
    What `figures_of` counts.

    ``attempts`` counts orders by how many requests they took: those that have ended and are in no doubt, for
    of any other more may have left than is known. Under 0 are those of which nothing left.
    ``percentiles_s`` has the times, by percentile, ``latencies`` how many orders fall into which span of
    time, and ``timeline`` how many ended when, in seconds since 1970. ``doubts`` are the orders that are in
    doubt.
    """

    orders: int
    states: Counter[State]
    reasons: Counter[Reason]
    attempts: Counter[int]
    percentiles_s: dict[int, float]
    latencies: tuple[Span, ...]
    timeline: tuple[Span, ...]
    doubts: list[Entry] = field(repr=False)

    @property
    def sent(self) -> int:
        """How many have a receipt."""
        return sum(self.states[state] for state in SENT)

    @property
    def unfinished(self) -> int:
        """Of how many something may still become."""
        return sum(self.states[state] for state in OPEN)

    @property
    def busiest_per_s(self) -> float:
        """How many orders ended in a second, in the span in which the most did."""
        return max(
            ((span.sent + span.others) / (span.until_s - span.from_s) for span in self.timeline), default=0.0
        )


def figures_of(entries: Iterable[Entry]) -> Figures:
    """Return the figures of *entries*."""
    states: Counter[State] = Counter()
    reasons: Counter[Reason] = Counter()
    attempts: Counter[int] = Counter()
    times_s, sent_s, others_s = array("d"), array("d"), array("d")
    doubts: list[Entry] = []
    for entry in entries:
        states[entry.state] += 1
        if entry.state in _ENDED and (entry.requests or entry.state not in _LEFT):
            attempts[entry.requests] += 1
        if entry.state in (State.REFUSED, State.NOT_SENT):
            reasons[Reason(entry.state, entry.status, entry.problem)] += 1
        if entry.state is State.IN_DOUBT:
            doubts.append(entry)
        if entry.state in SENT and entry.took_s is not None:
            times_s.append(entry.took_s)
        if entry.ended_s is not None:
            (sent_s if entry.state in SENT else others_s).append(entry.ended_s)
    ordered = array("d", sorted(times_s))
    return Figures(
        orders=states.total(),
        states=states,
        reasons=reasons,
        attempts=attempts,
        percentiles_s={each: ordered[_rank(each, len(ordered))] for each in PERCENTILES if ordered},
        latencies=_latencies(ordered),
        timeline=_timeline(sent_s, others_s),
        doubts=doubts,
    )


def _rank(percentile: int, count: int) -> int:
    return max(0, math.ceil(percentile / 100 * count) - 1)


def _latencies(ordered: Sequence[float]) -> tuple[Span, ...]:
    """Return the spans between edges of 1, 2 and 5, from the first to the last that anything falls into."""
    if not ordered:
        return ()
    counted = Counter(bisect_left(_EDGES_S, each) for each in ordered)
    edges = (0.0, *_EDGES_S, math.inf)
    return tuple(
        Span(edges[index], edges[index + 1], counted[index])
        for index in range(min(counted), max(counted) + 1)
    )


def _timeline(sent_s: Sequence[float], others_s: Sequence[float]) -> tuple[Span, ...]:
    if not sent_s and not others_s:
        return ()
    first_s = min(min(sent_s, default=math.inf), min(others_s, default=math.inf))
    last_s = max(max(sent_s, default=-math.inf), max(others_s, default=-math.inf))
    step_s = next((step for step in _STEPS_S if last_s - first_s < step * _BUCKETS_MOST), _STEPS_S[-1])
    sent, others = (Counter(int((at - first_s) // step_s) for at in each) for each in (sent_s, others_s))
    return tuple(
        Span(first_s + index * step_s, first_s + (index + 1) * step_s, sent[index], others[index])
        for index in range(int((last_s - first_s) // step_s) + 1)
    )
