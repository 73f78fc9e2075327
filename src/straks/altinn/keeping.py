"""
Keeping a token: one at a time, for one client at one environment, fetched when it is needed.

A token lives for half an hour and serves any number of orders, so it is kept; and it is thrown away
before it runs out, because the service allows for no difference between clocks:

::

    fetched ─────────── kept ───────────┬── renewed early ──┬── margin ──┤ runs out
                                     5 min left          30 s left

* *Early*, from five minutes before the end, whoever asks first tries to renew it: once, briefly, and
  not again for half a minute. The old token serves meanwhile and the failure is only noted. So an
  outage of some minutes at Maskinporten or at the exchange stops no message.
* *One flight*: however many ask at once, one fetches and the others wait for it. The flight looks
  first whether another has landed since it was called for.
* *Refused*: a token that the service refused is dropped, if it is still the one that is kept. When
  several were dropped within half a minute the next is not: then it is not the token that is wrong,
  and a burst of orders must not become a burst of grants.
* *Remembered*: after an error that somebody has to put right, nobody asks again for half a minute.

All of this is decided by the clock that is given. It is compared with itself alone: how long a token
lives comes from the token. A clock that was set back makes a token unusable rather than eternal.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, TypeVar

from straks.altinn.fetch import CALL_LEAST_S, Budget, Fetched
from straks.altinn.maskinporten import Again, Setback
from straks.altinn.token_source import Given

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from straks.altinn.fetch import Leg
    from straks.altinn.token_source import Need
    from straks.wire.carrier import AsyncCarrier, Carrier
    from straks.wire.plan import Plan

T_co = TypeVar("T_co", covariant=True)

MARGIN_S: Final = 30.0
"""How long before its end a token is no longer used."""
EARLY_S: Final = 300.0
"""How long before its end renewing it is tried; for a token that lives short, its second half."""
EARLY_EFFORT_S: Final = 5.0
"""The most time that an early renewal may take of somebody's sending."""
EARLY_PAUSE_S: Final = 30.0
FETCH_S: Final = 15.0
"""The most time that a fetch may take, all its attempts together."""
REMEMBER_S: Final = 30.0
"""How long an error that does not pass by itself is remembered."""
DROPS_MOST: Final = 3
DROPS_S: Final = 30.0
"""So many tokens are dropped within so many seconds, and no more."""
_FLIGHTS_MOST: Final = 3


class Happening(StrEnum):
    """What happened to a token."""

    REUSED = "reused"
    FETCHED = "fetched"
    RENEWED_EARLY = "renewed-early"
    EARLY_FAILED = "early-failed"
    FAILED = "failed"
    REFUSED = "refused"
    KEY_EXPIRES = "key-expires"
    RUNS_OUT = "runs-out"


@dataclass(frozen=True, slots=True)
class TokenEvent:
    """
    Something that happened to a token, for metrics and logs. Nothing of the token is in it.

    ``sentence`` says why something failed, ``code`` is Maskinporten's own, ``legs`` are the requests
    that were made.
    """

    happening: Happening
    base_url: str
    sentence: str = ""
    code: str | None = None
    legs: tuple[Leg, ...] = ()


class Fetch(Protocol):
    """Fetches a token within a budget; ``straks.altinn.fetch.fetch`` with its settings given."""

    def __call__(
        self, budget: Budget, *, pauses_s: Sequence[float], skew_s: float
    ) -> Plan[Fetched | Setback]:
        """Fetch one."""
        ...


class Flight(Protocol[T_co]):
    """An errand: a plan that several may want and one carries out."""

    @property
    def at_s(self) -> float:
        """When it was over, by the carrier's clock."""
        ...

    def do(self, carrier: Carrier) -> None:
        """Carry it, or wait for who does."""
        ...

    async def ado(self, carrier: AsyncCarrier) -> None:
        """Do that without blocking."""
        ...

    def outcome(self) -> T_co:
        """Return what came of it, the same for everybody."""
        ...


@dataclass(frozen=True, slots=True)
class Landed:
    """What came of a flight, and how much time it had been given."""

    outcome: _Held | Setback
    effort_s: float


Share: TypeAlias = "Callable[[Callable[[float], Plan[Landed]]], Flight[Landed]]"
"""Makes the errand that carries a plan once for all who want it now; the plan is begun at a time."""


@dataclass(slots=True)
class _Held:
    """A token that is kept. Marking it refused is one step, and harms no token that came after it."""

    token: Fetched
    refused: bool = field(default=False)

    @property
    def ends_s(self) -> float:
        return self.token.asked_s + self.token.lifetime_s

    def is_usable(self, now_s: float) -> bool:
        set_back = now_s < self.token.asked_s - MARGIN_S
        return not self.refused and not set_back and now_s < self.ends_s - MARGIN_S

    def is_early(self, now_s: float) -> bool:
        return now_s >= max(self.ends_s - EARLY_S, self.token.asked_s + self.token.lifetime_s / 2)


class Keeper:
    """
    A `TokenSource` that fetches its token and keeps it.

    Args:
        base_url: The service that the token is for.
        fetch: Fetches one.
        share: Has a plan carried once for all who want it.
        clock: Seconds since 1970.
        pauses: How long to wait between attempts, dice thrown.
        note: Told what happens.
    """

    def __init__(
        self,
        base_url: str,
        *,
        fetch: Fetch,
        share: Share,
        clock: Callable[[], float],
        pauses: Callable[[], Sequence[float]],
        note: Callable[[TokenEvent], None],
    ) -> None:
        self._base_url = base_url
        self._fetch = fetch
        self._share = share
        self._clock = clock
        self._pauses = pauses
        self._note = note
        self._held: _Held | None = None
        self._failed: tuple[Setback, float] | None = None
        self._skew_s = 0.0
        self._tried_early_s: float | None = None
        self._dropped_s: tuple[float, ...] = ()

    def token(self, need: Need) -> Plan[Given]:
        """Give the token that is kept, or fetch one."""
        held, now_s = self._held, self._clock()
        if held is None or not held.is_usable(now_s):
            return (yield from self._fetched(need))
        time_s = need.deadline_s - need.now_s
        tried = _within(self._tried_early_s, EARLY_PAUSE_S, now_s)
        if not held.is_early(now_s) or tried or time_s < EARLY_EFFORT_S:
            self._tell(Happening.REUSED)
            return Given(held.token.value, need.now_s)
        self._tried_early_s = now_s
        flight = self._share(lambda at_s: self._fly(at_s, EARLY_EFFORT_S, early=True))
        yield flight
        landed = flight.outcome().outcome
        if isinstance(landed, _Held):
            return Given(landed.token.value, flight.at_s)
        if held.is_usable(self._clock()):
            return Given(held.token.value, flight.at_s)
        return (yield from self._fetched(replace(need, now_s=flight.at_s)))

    def refused(self, given: Given, need: Need) -> bool:  # noqa: ARG002 - the protocol's
        """Drop the token if it is the one that was used; tell whether another may be had."""
        held, now_s = self._held, self._clock()
        if held is None or held.refused or held.token.value != given.value:
            return True
        dropped_s = tuple(then_s for then_s in self._dropped_s if _within(then_s, DROPS_S, now_s))
        if len(dropped_s) >= DROPS_MOST:
            return False
        self._dropped_s = (*dropped_s, now_s)
        held.refused = True
        self._tell(Happening.REFUSED, "the service refused the token")
        return True

    def _fetched(self, need: Need) -> Plan[Given]:
        setback: Setback | None = None
        for _ in range(_FLIGHTS_MOST):
            if (remembered := self._remembered()) is not None:
                raise remembered.error(f" (asked less than {REMEMBER_S:.0f} s ago, and not again yet)")
            effort_s = min(FETCH_S, need.deadline_s - need.now_s)
            if effort_s < CALL_LEAST_S:
                break
            flight = self._flight(effort_s)
            yield flight
            landed, need = flight.outcome(), replace(need, now_s=flight.at_s)
            if isinstance(landed.outcome, _Held):
                return Given(landed.outcome.token.value, flight.at_s)
            setback = landed.outcome
            # One that had less time than we have may have failed for that alone.
            if landed.effort_s >= effort_s:
                break
        if setback is None:
            setback = Setback("there was no time left to ask for one", Again.LATER)
        raise setback.error()

    def _flight(self, effort_s: float) -> Flight[Landed]:
        return self._share(lambda at_s: self._fly(at_s, effort_s, early=False))

    def _fly(self, at_s: float, effort_s: float, *, early: bool) -> Plan[Landed]:
        """Fetch, unless another flight has landed since this one was called for."""
        held, now_s = self._held, self._clock()
        if held is not None and held.is_usable(now_s) and not (early and held.is_early(now_s)):
            return Landed(held, effort_s)
        if not early and (remembered := self._remembered()) is not None:
            return Landed(remembered, effort_s)
        budget = Budget(at_s, effort_s)
        outcome = yield from self._fetch(
            budget, pauses_s=() if early else self._pauses(), skew_s=self._skew_s
        )
        legs = tuple(budget.legs)
        if isinstance(outcome, Fetched):
            self._held = held = _Held(outcome)
            self._failed, self._skew_s = None, outcome.skew_s
            self._tell(Happening.RENEWED_EARLY if early else Happening.FETCHED, legs=legs)
            return Landed(held, effort_s)
        if outcome.again is Again.NEVER:
            self._failed = (outcome, self._clock())
        happening = Happening.EARLY_FAILED if early else Happening.FAILED
        self._tell(happening, outcome.sentence, outcome.code, legs)
        return Landed(outcome, effort_s)

    def _remembered(self) -> Setback | None:
        failed = self._failed
        return failed[0] if failed and _within(failed[1], REMEMBER_S, self._clock()) else None

    def _tell(
        self, happening: Happening, sentence: str = "", code: str | None = None, legs: tuple[Leg, ...] = ()
    ) -> None:
        self._note(TokenEvent(happening, self._base_url, sentence, code, legs))


def _within(then_s: float | None, span_s: float, now_s: float) -> bool:
    """Tell whether *then_s* was less than *span_s* ago; what lies ahead is by a clock that was set back."""
    return then_s is not None and then_s <= now_s < then_s + span_s
