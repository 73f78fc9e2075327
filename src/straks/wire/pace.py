"""
At a set rate: when the next may begin, given when the last did.

Beginnings are spread evenly and nothing is saved up: a quiet minute earns no burst, for what stands
behind a service is seldom built for one. Only the last moment that was given out counts, so whoever
waits for theirs has it for sure, and being woken late now and then does not slow the rest.

Reading a clock, waiting, and a lock around the last moment are the caller's: threads, tasks and a
clock that is only turned by hand go by the same rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

from straks.errors import InvalidSetting

RATE_LEAST: Final = 1 / 86_400
"""One a day; what is slower is a mistake in the units."""


@dataclass(frozen=True, slots=True)
class Pace:
    """
    So many beginnings a second, evenly.

    Args:
        per_s: How many; a fraction where it is less than one.

    Raises:
        InvalidSetting: It is no rate.
    """

    per_s: float

    def __post_init__(self) -> None:
        if not RATE_LEAST <= self.per_s < inf:
            raise InvalidSetting(
                f"the rate is {self.per_s} a second; it takes a number above 0, such as 5, or 0.5 for one "
                "every two seconds"
            )

    def next_s(self, last_s: float | None, now_s: float) -> float:
        """
        Return the moment, in seconds, at which the next may begin: now, or one interval after the last.

        Args:
            last_s: The moment that was given out last; None where there was none.
            now_s: The same clock, now.

        >>> pace = Pace(per_s=2)
        >>> pace.next_s(None, 10.0), pace.next_s(10.0, 10.1), pace.next_s(10.0, 99.0)
        (10.0, 10.5, 99.0)
        """
        return now_s if last_s is None else max(now_s, last_s + 1 / self.per_s)
