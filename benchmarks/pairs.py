"""
Two ways to the same thing, timed side by side in one process.

A machine that others use drifts, so the two take turns within each round, and what counts is the
median of the rounds' ratios: that is steady where the times themselves are not. The clock is the
process's own time. Rounds are long enough that the clock's grain does not show.

That is why this is written out: pyperf and pytest-benchmark time one way after the other, each by itself, and
what the machine does between the two then stands in the ratio.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROUNDS = 5
ROUND_S = 0.2
"""How long either runs in each round, at least."""


@dataclass(frozen=True)
class Figure:
    """What one comparison came to: times in microseconds for each piece of work, and their ratio."""

    what: str
    yardstick: str
    yardstick_us: float
    ours_us: float
    ratio: float
    """How many times faster ours is: the median of the rounds."""
    spread: float
    """From the lowest to the highest ratio of a round."""
    target: float

    @property
    def met(self) -> bool:
        """Whether ours is as fast as it should be."""
        return self.ratio >= self.target


def compare(
    what: str,
    yardstick: str,
    theirs: Callable[[], object],
    ours: Callable[[], object],
    *,
    pieces: int,
    target: float,
) -> Figure:
    """
    Time *theirs* and *ours*, each of which does *pieces* pieces of work.

    *yardstick* is what *theirs* is called, *target* how many times faster ours should be.
    """
    theirs()
    ours()
    repeats = _repeats(theirs), _repeats(ours)
    times = [(_timed(theirs, repeats[0]), _timed(ours, repeats[1])) for _ in range(ROUNDS)]
    return figure(what, yardstick, times, pieces=pieces, target=target)


def figure(
    what: str, yardstick: str, times: list[tuple[float, float]], *, pieces: int, target: float
) -> Figure:
    """Return what rounds came to: of each the seconds that the yardstick took, and ours."""
    ratios = [slow / fast for slow, fast in times]
    return Figure(
        what,
        yardstick,
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


HEADINGS = ("what", "yardstick", "its µs", "ours µs", "ratio", "spread", "target", "")
ROW = "{:56} {:22} {:>10} {:>9} {:>8} {:>7} {:>7} {}"


def show(figures: Iterable[Figure]) -> list[Figure]:
    """Print *figures* as one table, each line as soon as it is there, and return them."""
    print(ROW.format(*HEADINGS), flush=True)
    shown: list[Figure] = []
    for each in figures:
        shown.append(each)
        cells = (
            each.what,
            each.yardstick,
            f"{each.yardstick_us:,.2f}",
            f"{each.ours_us:,.2f}",
            f"{each.ratio:,.2f} ×",
            f"{each.spread:,.2f}",
            f"{each.target:,.2f}",
            ("met" if each.met else "NOT MET") if each.target else "",
        )
        print(ROW.format(*cells), flush=True)
    if not shown:
        print("nothing to compare with", file=sys.stderr)
    return shown
