"""
How fast orders leave: at a set rate, and not at all while the service asked to be left alone.

Each order takes its turn an interval after the one before. A run that was held up does not make up for it
beyond a tenth of a second, the grain of an event loop on a busy machine; so in any stretch of *t* seconds
at most ``rate × (t + 0.1) + 1`` leave. This is the generic cell rate algorithm, with that tenth as its
tolerance.

Nothing here reads a clock: what is asked for is told the time, in seconds that never go back.

Source: ITU-T I.371, annex A, the virtual scheduling algorithm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from straks.errors import InvalidSetting

GRAIN_S: Final = 0.1
"""How much of what it has missed a run makes up for, in seconds."""


@dataclass(frozen=True, slots=True)
class Pace:
    """
    When the next order may leave.

    ``interval_s`` lies between two, 0 for as fast as they are taken. ``next_s`` is when the next one is due,
    and none leaves before ``held_until_s``.

    >>> pace = Pace.of(5.0).taken(1, now_s=0.0)
    >>> pace.room(now_s=0.0), pace.room(now_s=0.1), pace.wait_s(now_s=0.0)
    (0, 1, 0.1)
    """

    interval_s: float = 0.0
    next_s: float = -math.inf
    held_until_s: float = -math.inf

    @classmethod
    def of(cls, rate: float | None) -> Pace:
        """
        Return the pace of *rate* orders a second; None for as fast as they are taken.

        Raises:
            InvalidSetting: It is no rate.
        """
        if rate is None:
            return cls()
        if not 0 < rate < math.inf:
            raise InvalidSetting(f"rate is {rate}; it takes a number of orders a second above 0, such as 50")
        return cls(1 / rate)

    def room(self, now_s: float) -> float:
        """Return how many may leave now: a whole number, or infinity."""
        if now_s < self.held_until_s:
            return 0
        if not self.interval_s:
            return math.inf
        slack_s = self._slack_s(now_s)
        return math.floor(slack_s / self.interval_s) + 1 if slack_s >= 0 else 0

    def _slack_s(self, now_s: float) -> float:
        return GRAIN_S - max(0.0, self.next_s - now_s)

    def taken(self, count: int, now_s: float) -> Pace:
        """Return the pace once *count* more have left."""
        begins_s = max(self.next_s, now_s)
        return replace(self, next_s=begins_s + count * self.interval_s)

    def held(self, until_s: float) -> Pace:
        """Return the pace where nothing leaves before *until_s*, nor before what it was held for already."""
        return replace(self, held_until_s=max(self.held_until_s, until_s))

    def wait_s(self, now_s: float) -> float:
        """Return after how many seconds there is room for one; 0 where there is now."""
        return max(0.0, -self._slack_s(now_s), self.held_until_s - now_s)
