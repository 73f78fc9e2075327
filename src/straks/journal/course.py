"""
Whether a run goes on after what it has just met, waits, or stops.

Twenty thousand orders must not be refused one by one because a token has lost its scope, nor end in doubt
one by one because the service is down. So:

* A refusal that any order would have met stops the run at once, and so does a token that is not to be had.
  What the service said is the reason that is given.
* Where the service asks to be left alone (Retry-After), nothing leaves until then, and what it turned away
  for that is taken up again by the same run. A 429 that names no time is given five seconds; whoever asks
  for more than an hour is not waited for.
* When many in a row have come to nothing, whatever their reasons, so would the next ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from straks.core.record import Outcome

if TYPE_CHECKING:
    from straks.altinn.ending import Ending

HOLD_S: Final = 5.0
"""How long nothing leaves after a 429 that does not say, in seconds."""
HOLD_MOST_S: Final = 3600.0
"""The longest that a run waits for, in seconds."""
STOP_AFTER: Final = 20
"""So many in a row that came to nothing stop a run."""

_TOO_MANY_REQUESTS = 429
_ANSWERED: Final = frozenset({Outcome.PLACED, Outcome.REPLAYED, Outcome.REFUSED, Outcome.INVALID})


@dataclass(frozen=True, slots=True)
class Course:
    """
    How a run fares.

    ``in_a_row`` counts the last orders that came to nothing. ``hold_s`` is how long nothing is to leave
    after the last one. ``stop`` says why the run is to stop, and is None while it goes on.
    """

    stop_after: int = STOP_AFTER
    in_a_row: int = 0
    hold_s: float = 0.0
    stop: str | None = None

    def after(self, ending: Ending) -> Course:
        """Return how the run fares once an order has ended so. A run that is to stop has its first reason."""
        if self.stop is not None:
            return self
        busy = ending.status == _TOO_MANY_REQUESTS
        if ending.outcome in _ANSWERED and not ending.general:
            return replace(self, in_a_row=0, hold_s=0.0)
        hold_s = ending.retry_after_s or (HOLD_S if busy else 0.0)
        met = replace(self, in_a_row=self.in_a_row + 1, hold_s=min(hold_s, HOLD_MOST_S))
        if (ending.general and not busy) or hold_s > HOLD_MOST_S:
            return replace(met, stop=ending.why)
        if met.in_a_row >= self.stop_after:
            return replace(
                met, stop=f"{met.in_a_row} orders in a row came to nothing; of the last: {ending.why}"
            )
        return met
