"""
Two ways to the same thing, timed side by side in one process.

A machine that others use drifts, so the two take turns within each round, and what counts is the
median of the rounds' ratios: that is steady where the times themselves are not. The clock is the
process's own time. Rounds are long enough that the clock's grain does not show.
"""

from __future__ import annotations

import gc
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 5
ROUND_S = 0.2
"""How long the slower one runs in each round, at least."""


@dataclass(frozen=True)
class Figure:
    """What one comparison came to: times in microseconds for each piece of work, and their ratio."""

    what: str
    yardstick_us: float
    ours_us: float
    ratio: float
    """How many times faster ours is: the median of the rounds."""
    spread: float
    """From the lowest to the highest ratio of a round."""
    target: float


def compare(
    what: str,
    yardstick: Callable[[], object],
    ours: Callable[[], object],
    *,
    pieces: int,
    target: float,
) -> Figure:
    """Time *yardstick* and *ours*, each of which does *pieces* pieces of work, and return the figure."""
    yardstick()
    ours()
    repeats = _repeats(yardstick), _repeats(ours)
    times: list[tuple[float, float]] = [
        (_timed(yardstick, repeats[0]), _timed(ours, repeats[1])) for _ in range(ROUNDS)
    ]
    ratios = [slow / fast for slow, fast in times]
    return Figure(
        what,
        statistics.median(slow for slow, _ in times) / pieces * 1e6,
        statistics.median(fast for _, fast in times) / pieces * 1e6,
        statistics.median(ratios),
        max(ratios) - min(ratios),
        target,
    )


def _repeats(work: Callable[[], object]) -> int:
    once = _timed(work, 1)
    return max(1, round(ROUND_S / max(once, 1e-6)))


def _timed(work: Callable[[], object], repeats: int) -> float:
    """Return the processor time of *work* in seconds, the mean of *repeats* in a row."""
    gc.collect()
    began = time.process_time()
    for _ in range(repeats):
        work()
    return (time.process_time() - began) / repeats
