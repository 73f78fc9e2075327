"""
Law, over any course of events: a token that is used again has half a minute left by the clock of who
made it, whatever our own clock says; no grant is sent twice; the number of calls is bounded; and as long
as neither end is out of order, there is always a token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from straks.altinn.claims import read_claims
from straks.altinn.keeping import Happening, TokenEvent
from straks.altinn.token_source import Given, Need
from straks.errors import NoToken
from straks.simulator.clients import Client, Clients
from straks.simulator.desk import BASE, Desk
from straks.simulator.memory import MemoryCarrier
from straks.simulator.signatures import new_private_jwk, public_half, public_key
from straks.simulator.tokens import Use
from straks.transports.tokens.maskinporten import Maskinporten
from straks.wire.plan import run

if TYPE_CHECKING:
    import unittest

JWK = {**new_private_jwk(), "kid": "test-1"}
KEYS = {"test-1": public_key(public_half(JWK))}
FAULTS = (
    *("refuse-connection", "drop-before-sending", "hang", "429", "500", "502", "503-in-front"),
    *("delay-answer", "hang-answer", "drop-answer", "cut-answer", "empty-answer", "garbage", "401"),
)
MARGIN_S = 30
CALLS_MOST = 2 * (3 + 1)  # a whole fetch, and before it perhaps an early one
FLOOR_S = 1  # a token's times are whole seconds


class Tokens(RuleBasedStateMachine):
    """A source, a far end that may be out of order, and two clocks that need not agree."""

    @initialize(
        lifetime_s=st.sampled_from([20, 31, 119, 600, 1800]),
        offset_s=st.sampled_from([0.0, 8.0, -90.0, 3600.0, -86_400.0]),
    )
    def begin(self, lifetime_s: int, offset_s: float) -> None:
        client = Client("known", KEYS, altinn_lifetime_s=lifetime_s)
        self.desk = Desk(clients=Clients([client]))
        self.carrier = MemoryCarrier(self.desk)
        self.events: list[TokenEvent] = []
        self.trouble = False
        self.seen = 0
        self.last: Given | None = None
        self.source = Maskinporten(
            "known",
            JWK,
            clock=lambda: self.desk.now_s() + offset_s,
            issuer=f"{BASE}/",
            dice=lambda: 0.5,
            note=self.events.append,
        )

    @rule(seconds=st.floats(0, 400) | st.sampled_from([0.5, 29.5, 30.0, 300.0, 1770.0]))
    def time_passes(self, seconds: float) -> None:
        self.desk.advance(seconds)

    @precondition(lambda self: self.last is not None)
    @rule(left_s=st.floats(0, 60))
    def the_last_token_is_nearly_over(self, left_s: float) -> None:
        assert self.last is not None
        claims = read_claims(self.last.value)
        assert claims is not None
        assert claims.expires_s is not None
        self.desk.advance(max(0.0, claims.expires_s - left_s - self.desk.now_s()))

    @rule(
        fault=st.sampled_from(FAULTS),
        endpoint=st.sampled_from(["token", "exchange"]),
        times=st.integers(1, 4),
    )
    def something_breaks(self, fault: str, endpoint: str, times: int) -> None:
        self.desk.faults.arm(fault, endpoint=endpoint, times=times)
        self.trouble = True

    @rule()
    def everything_is_mended(self) -> None:
        self.desk.faults.clear()
        self.trouble = False

    @rule()
    def all_tokens_are_revoked(self) -> None:
        self.desk.mint.revoke(Use.ALTINN)

    @precondition(lambda self: self.last is not None)
    @rule()
    def the_last_token_is_refused(self) -> None:
        assert self.last is not None
        self.source.refused(self.last, Need(BASE, self.desk.now_s()))

    @rule(left_s=st.sampled_from([float("inf"), 60.0, 4.0, 0.5]))
    def a_token_is_asked_for(self, left_s: float) -> None:
        before, began_s = len(self.carrier.requests), self.desk.now_s()
        happened = len(self.events)
        outcome = self._asked(Need(BASE, began_s, began_s + left_s))
        if isinstance(outcome, NoToken):
            assert self.trouble or left_s < 60
            assert outcome.temporary
        new = [event.happening for event in self.events[happened:]]
        assert len(self.carrier.requests) - before <= CALLS_MOST
        assert self.desk.now_s() - began_s <= min(left_s, 5 + 15) + 1e-6
        if isinstance(outcome, Given):
            self.last = outcome
            self._is_good(outcome, fetched=Happening.FETCHED in new or Happening.RENEWED_EARLY in new)

    def _asked(self, need: Need) -> Given | NoToken:
        try:
            return run(self.source.token(need), self.carrier)
        except NoToken as error:
            return error

    def _is_good(self, given: Given, *, fetched: bool) -> None:
        claims = read_claims(given.value)
        assert claims is not None
        assert claims.expires_s is not None
        left_s = claims.expires_s - self.desk.now_s()
        assert fetched or left_s > MARGIN_S - FLOOR_S

    @invariant()
    def no_grant_goes_twice(self) -> None:
        if not hasattr(self, "carrier"):
            return
        grants = [request.body for request in self.carrier.requests if request.method == "POST"]
        assert len(set(grants)) == len(grants)
        assert all("assertion" in parse_qs(grant.decode()) for grant in grants)


# A course of events takes a while, so it is shrunk, and not explained.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
Tokens.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None, phases=PHASES)
TestTokens: type[unittest.TestCase] = Tokens.TestCase
