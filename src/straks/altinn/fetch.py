"""
Fetching a token: a grant to Maskinporten, and what it gives to Altinn's exchange.

The two legs are one attempt. An attempt that fails for a reason that may pass is made again from the
start, with a new grant: the first one may have arrived although no answer did, and a grant that
arrives twice is refused. So no grant is ever sent twice, whatever happens, and the number of requests
is at most two for each attempt.

The exchange answers 401 also where it is Altinn that has a fault (a catch-all in its code), so a 401
is tried once more with a fresh token of Maskinporten's, and no more than once.

Who fetches a token does so while somebody waits for a message. Each call has a time-out of its own
and all of them together have one, which the sending's own deadline may shorten.

How long a token is good is reckoned from the moment before it was asked for, by how long it says to
live: its end by its own clock means nothing to a clock that is off.

Source: Altinn/altinn-authentication, ``AuthenticationController.cs`` (``ExchangeExternalSystemToken``)
and ``docs/flows/token-exchange.md``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from straks.altinn.claims import flaw, read_claims
from straks.altinn.maskinporten import Again, Setback, is_token, not_theirs, outage
from straks.altinn.token_source import OutOfTime
from straks.wire.exchange import Request, Response
from straks.wire.plan import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from straks.altinn.maskinporten import MaskinportenToken
    from straks.wire.exchange import Reply
    from straks.wire.plan import Plan

EXCHANGE: Final = "/authentication/api/v1/exchange/maskinporten"

CALL_S: Final = 10.0
"""The longest wait for one answer, in seconds."""
CALL_LEAST_S: Final = 1.0
"""With less left, nothing is sent: it would only be cut off."""
PAUSES_S: Final = (0.5, 1.5)
"""How long to wait before each attempt after the first, before dice are thrown."""
UNKNOWN_LIFE_MOST_S: Final = 600.0
"""How long a token is taken to live that does not say so itself."""

_OK, _UNAUTHORIZED, _GONE = 200, 401, 410


@dataclass(frozen=True, slots=True)
class Leg:
    """One request on the way to a token: to whom, how it was answered (None: not), how long it took."""

    to: str
    status: int | None
    took_s: float


@dataclass(frozen=True, slots=True)
class Fetched:
    """
    An Altinn token.

    ``asked_s`` is the clock of this machine before it was asked for, in seconds since 1970;
    ``skew_s`` how far Maskinporten's clock was found to be ahead of it.
    """

    value: str = field(repr=False)
    asked_s: float
    lifetime_s: float
    skew_s: float = 0.0


class Budget:
    """The time there is, and what became of it."""

    def __init__(self, now_s: float, effort_s: float) -> None:
        self.now_s = now_s
        self.legs: list[Leg] = []
        self._ends_s = now_s + effort_s

    def call(self, to: str, request: Request, after_s: float = 0.0) -> Plan[Reply]:
        """Send *request* to whoever is called *to*; raises `OutOfTime` where nothing can be sent any more."""
        left_s = self._ends_s - self.now_s - after_s
        if left_s < CALL_LEAST_S:
            raise OutOfTime
        reply = yield Call(request, timeout_s=min(CALL_S, left_s), after_s=after_s)
        status = reply.status if isinstance(reply, Response) else None
        self.legs.append(Leg(to, status, max(0.0, reply.at_s - self.now_s - after_s)))
        self.now_s = reply.at_s
        return reply


class Origin(Protocol):
    """Where Maskinporten's token comes from: a grant of our own, or somebody who has one."""

    def ask(self, budget: Budget, *, after_s: float, skew_s: float) -> Plan[MaskinportenToken | Setback]:
        """
        Get a token of Maskinporten's, or say why not.

        Args:
            budget: Carries requests, as long as there is time.
            after_s: How long to wait first.
            skew_s: How far Maskinporten's clock is ahead of this machine's.
        """
        ...


def fetch(
    origin: Origin,
    budget: Budget,
    *,
    base_url: str,
    clock: Callable[[], float],
    pauses_s: Sequence[float] = PAUSES_S,
    skew_s: float = 0.0,
    test_department: bool = False,
) -> Plan[Fetched | Setback]:
    """
    Fetch an Altinn token, in at most ``1 + len(pauses_s)`` attempts of at most two requests each.

    Args:
        origin: Where Maskinporten's token comes from.
        budget: The time there is.
        base_url: Scheme and host of Altinn's platform.
        clock: Seconds since 1970 by this machine.
        pauses_s: How long to wait before each attempt after the first, dice thrown already.
        skew_s: How far Maskinporten's clock was found to be ahead, the last time.
        test_department: Digdir's own clients alone: the token is for ``ttd``, the test department.
    """
    after_s, tried_once = 0.0, set[str | int | None]()
    outcome: Fetched | Setback = Setback("there was no time left to ask for one", Again.LATER)
    exchange_url = base_url + EXCHANGE + ("?test=true" if test_department else "")
    pauses = iter(pauses_s)
    while True:
        try:
            outcome = yield from _attempt(
                origin, budget, base_url, exchange_url, clock, after_s=after_s, skew_s=skew_s
            )
        except OutOfTime:
            return outcome
        pause_s = next(pauses, None)
        if isinstance(outcome, Fetched) or outcome.again is Again.NEVER or pause_s is None:
            return outcome
        after_s = max(pause_s, outcome.after_s)
        if outcome.again is Again.ONCE:
            mark = outcome.code or outcome.status
            if mark in tried_once:
                return outcome
            tried_once.add(mark)
            after_s, skew_s = 0.0, skew_s if outcome.skew_s is None else outcome.skew_s


def _attempt(
    origin: Origin,
    budget: Budget,
    base_url: str,
    exchange_url: str,
    clock: Callable[[], float],
    *,
    after_s: float,
    skew_s: float,
) -> Plan[Fetched | Setback]:
    first = yield from origin.ask(budget, after_s=after_s, skew_s=skew_s)
    if isinstance(first, Setback):
        return first
    asked_s = clock()
    reply = yield from budget.call("Altinn", _exchange(exchange_url, first))
    return _read_exchange(reply, first, base_url, asked_s=asked_s, skew_s=skew_s)


def _exchange(url: str, token: MaskinportenToken) -> Request:
    # Without a wish for JSON the answer is the bare token; with one it stands in quotes. Both are read.
    return Request("GET", url, {"authorization": f"Bearer {token.value}", "accept": "*/*"})


def _read_exchange(
    reply: Reply,
    first: MaskinportenToken,
    base_url: str,
    *,
    asked_s: float,
    skew_s: float,
) -> Fetched | Setback:
    at = f"Altinn's exchange at {base_url}"
    if (setback := outage(reply, at)) is not None:
        return setback
    if not isinstance(reply, Response) or reply.status != _OK:
        return _refusal(at, reply.status if isinstance(reply, Response) else 0)
    value = _bare(reply.body)
    claims = read_claims(value)
    if claims is None or not is_token(value):
        return not_theirs(at, reply.status)
    # That it has not run out is for its lifetime to say, not for a clock that may be off.
    if (wrong := flaw(claims, base_url)) is not None:
        return Setback(wrong, Again.NEVER, status=reply.status)
    lifetime_s = claims.lifetime_s
    if lifetime_s is None and claims.expires_s is not None:
        lifetime_s = claims.expires_s - asked_s - skew_s
    if lifetime_s is None:
        lifetime_s = min(first.expires_in_s or UNKNOWN_LIFE_MOST_S, UNKNOWN_LIFE_MOST_S)
    if lifetime_s <= 0:
        return Setback(f"{at} gave a token that had run out already", Again.LATER, status=reply.status)
    return Fetched(value, asked_s, lifetime_s, skew_s)


def _refusal(at: str, status: int) -> Setback:
    if status == _UNAUTHORIZED:
        return Setback(
            f"{at} did not take Maskinporten's token (401); is Maskinporten's environment that of Altinn? It "
            "says the same when it is out of order itself",
            Again.ONCE,
            status=status,
        )
    if status == _GONE:
        return Setback(
            f"{at} answered 410: something on the way added a header for enterprise users, which is no "
            "longer taken",
            Again.NEVER,
            status=status,
        )
    return Setback(
        f"{at} said no ({status}); check that this is the address of Altinn's platform",
        Again.NEVER,
        status=status,
    )


def _bare(body: bytes) -> str:
    """Return the token without what may stand around it."""
    text = body.decode("utf-8", "replace").strip()
    if not text.startswith('"'):
        return text
    try:
        inner = json.loads(text)
    except ValueError:
        return ""
    return inner.strip() if isinstance(inner, str) else ""
