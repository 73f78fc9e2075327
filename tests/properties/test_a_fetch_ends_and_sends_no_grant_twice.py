"""
Law: whatever Maskinporten and the exchange answer, fetching a token ends, makes at most two calls for
each attempt, sends no grant twice, takes no longer than it was given, and says nothing of any secret.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qs

from hypothesis import example, given
from hypothesis import strategies as st

from straks.altinn.claims import SCOPE
from straks.altinn.fetch import CALL_S, Budget, Fetched, fetch
from straks.altinn.grant import Client
from straks.altinn.maskinporten import Again, Setback
from straks.altinn.origins import Granted
from straks.wire.exchange import Request, Response, Silence, Trouble
from straks.wire.plan import arun, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.carrier import AsyncCarrier, Carrier
    from straks.wire.exchange import Reply
    from straks.wire.plan import Plan

BASE = "https://platform.tt02.altinn.no"
WALL_S = 1_770_000_000.0
BEARER = "bWFza2lucG9ydGVu" * 3

Answer: TypeAlias = "Callable[[Request], Reply]"


class Stamp:
    """A signer, the same every time for the same octets."""

    header: dict[str, object] = {"alg": "RS256", "kid": "k1"}  # noqa: RUF012 - as a signer has it

    def sign(self, octets: bytes) -> bytes:
        return hashlib.sha256(octets).digest() * 8


def part(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def altinn_token(lifetime_s: int = 1800, more: dict[str, object] | None = None) -> str:
    said = {"iss": f"{BASE}/authentication/api/v1/openid/", "iat": 10, "exp": 10 + lifetime_s}
    said |= {"scope": SCOPE, "urn:altinn:org": "ttd"} | (more or {})
    return f"{part({'alg': 'RS256'})}.{part(said)}.{'c2lnbmF0dXJl' * 4}"


def always(reply: Reply) -> Answer:
    return lambda _: reply


def echo(request: Request) -> Reply:
    """Say back all that was sent, as an error would."""
    sent = f"{request.body.decode()} {request.headers}"
    body = {"error": sent, "error_description": sent}
    return Response(400, {}, json.dumps(body).encode())


def given_token(lifetime: object) -> bytes:
    return json.dumps({"access_token": BEARER, "expires_in": lifetime}).encode()


def refusal(code: str, word: str) -> bytes:
    return json.dumps({"error": word, "error_description": f"{code}: no"}).encode()


maskinporten_tokens = st.builds(given_token, st.sampled_from([599, 119, 3600, None, "x"]))
refusals = st.builds(
    refusal,
    st.sampled_from(["MP-012", "MP-130", "MP-100", "MP-250", "MP-777", "no"]),
    st.sampled_from(["invalid_grant", "invalid_scope", "x"]),
)
altinn_tokens = st.sampled_from(
    [
        altinn_token(),
        f'"{altinn_token(31)}"',
        f" {altinn_token(5)}\n",
        altinn_token(0),
        altinn_token(more={"exp": "x"}),
        altinn_token(more={"scope": "other"}),
        altinn_token(more={"urn:altinn:org": ""}),
        '"not closed',
        '"a.b.c"',
        "7",
    ]
).map(str.encode)
bodies = maskinporten_tokens | refusals | altinn_tokens | st.binary(max_size=20) | st.just(b"<html>x</html>")
headers = st.fixed_dictionaries(
    {},
    optional={
        "retry-after": st.sampled_from(["1", "3", "900", "x"]),
        "date": st.sampled_from(["Mon, 02 Feb 2026 02:40:00 GMT", "Sun, 01 Feb 2026 02:40:00 GMT", "x"]),
    },
)
statuses = st.sampled_from([200, 200, 200, 400, 401, 403, 410, 429, 500, 503, 302]) | st.integers(100, 599)
answers: st.SearchStrategy[Answer] = st.one_of(
    st.builds(Response, statuses, headers, bodies).map(always),
    st.builds(Silence, st.sampled_from(Trouble), left=st.booleans()).map(always),
    st.just(echo),
)
scripts = st.lists(st.tuples(answers, st.floats(0, 12)), max_size=8)


@dataclass
class Line:
    """A carrier with a clock of its own, which answers by a script and then not at all."""

    script: list[tuple[Answer, float]]
    clock_s: float = 1000.0
    calls: list[tuple[Request, float, float]] = field(default_factory=list[tuple["Request", float, float]])

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        nothing = always(Silence(Trouble.NO_CONNECTION, left=False))
        number = len(self.calls)
        self.calls.append((request, self.clock_s, timeout_s))
        answer, took_s = self.script[number] if number < len(self.script) else (nothing, 0.0)
        reply = answer(request) if took_s <= timeout_s else Silence(Trouble.TIMED_OUT, left=True)
        self.clock_s += min(took_s, timeout_s)
        return replace(reply, at_s=self.clock_s)

    def sleep(self, seconds: float) -> None:
        self.clock_s += seconds

    def now_s(self) -> float:
        return self.clock_s


def begun(line: Line, effort_s: float, pauses_s: list[float]) -> Plan[Fetched | Setback]:
    ids = map("grant-{}".format, count())
    origin = Granted(
        client=Client.of("0d8e", SCOPE, None),
        signer=Stamp(),
        issuer="https://test.maskinporten.no/",
        token_url="https://test.maskinporten.no/token",
        clock=lambda: WALL_S + line.clock_s,
        new_id=lambda: next(ids),
    )
    return fetch(
        origin,
        Budget(line.clock_s, effort_s),
        base_url=BASE,
        clock=lambda: WALL_S + line.clock_s,
        pauses_s=pauses_s,
    )


def fetched(line: Line, effort_s: float, pauses_s: list[float]) -> Fetched | Setback:
    return run(begun(line, effort_s, pauses_s), line)


def grants(line: Line) -> list[str]:
    sent = [parse_qs(request.body.decode()) for request, _, _ in line.calls if request.method == "POST"]
    return [form["assertion"][0] for form in sent]


efforts = st.floats(0, 30)
pauses = st.lists(st.floats(0, 3), max_size=3)


@given(script=scripts, effort_s=efforts, pauses_s=pauses)
@example(script=[], effort_s=15, pauses_s=[0.5, 1.5])
@example(script=[(echo, 1.0)] * 8, effort_s=15, pauses_s=[0.5, 1.5])
def test_fetching_ends_within_its_time_and_its_number_of_calls(
    script: list[tuple[Answer, float]], effort_s: float, pauses_s: list[float]
) -> None:
    line = Line(script)
    fetched(line, effort_s, pauses_s)

    assert len(line.calls) <= 2 * (1 + len(pauses_s))
    assert line.clock_s <= 1000 + effort_s + 1e-6
    for _, began_s, timeout_s in line.calls:
        assert 0 < timeout_s <= CALL_S
        assert began_s + timeout_s <= 1000 + effort_s + 1e-6


@given(script=scripts, effort_s=efforts, pauses_s=pauses)
@example(script=[], effort_s=15, pauses_s=[0.5, 1.5])
def test_no_grant_is_sent_twice(
    script: list[tuple[Answer, float]], effort_s: float, pauses_s: list[float]
) -> None:
    line = Line(script)
    fetched(line, effort_s, pauses_s)
    sent = grants(line)
    ids = [json.loads(base64.urlsafe_b64decode(grant.split(".")[1] + "=="))["jti"] for grant in sent]

    assert len(set(sent)) == len(sent)
    assert len(set(ids)) == len(ids)


@given(script=scripts, effort_s=efforts, pauses_s=pauses)
@example(script=[(echo, 1.0)] * 8, effort_s=15, pauses_s=[0.5, 1.5])
@example(
    script=[(always(Response(200, {}, given_token(599))), 1.0), (echo, 1.0)],
    effort_s=15,
    pauses_s=[],
)
def test_the_outcome_says_nothing_of_any_secret(
    script: list[tuple[Answer, float]], effort_s: float, pauses_s: list[float]
) -> None:
    line = Line(script)
    outcome = fetched(line, effort_s, pauses_s)
    said = repr(outcome) + repr(line.calls)
    if isinstance(outcome, Setback):
        said += f"{outcome.error()} {outcome.error()!r} {vars(outcome.error())}"
    secrets = [BEARER, *(each for grant in grants(line) for each in grant.split(".")[1:])]
    secrets += [outcome.value] if isinstance(outcome, Fetched) else []

    # Nor any part of one that is long enough to tell it by.
    assert not [
        secret for secret in secrets for at in range(len(secret) - 19) if secret[at : at + 20] in said
    ]


@given(script=scripts, effort_s=efforts, pauses_s=pauses)
def test_an_outcome_follows_from_the_last_answer(
    script: list[tuple[Answer, float]], effort_s: float, pauses_s: list[float]
) -> None:
    line = Line(script)
    outcome = fetched(line, effort_s, pauses_s)

    if isinstance(outcome, Fetched):
        assert outcome.lifetime_s > 0
        assert line.calls[-1][0].method == "GET"
        assert WALL_S + 1000 <= outcome.asked_s <= WALL_S + line.clock_s
    elif outcome.again is Again.NEVER:
        assert outcome.status is not None


@given(script=scripts, effort_s=efforts, pauses_s=pauses)
def test_both_loops_agree_call_by_call(
    asynchronous: Callable[[Carrier], AsyncCarrier],
    script: list[tuple[Answer, float]],
    effort_s: float,
    pauses_s: list[float],
) -> None:
    line, in_a_loop = Line(script), Line(script)
    plan = begun(in_a_loop, effort_s, pauses_s)

    assert fetched(line, effort_s, pauses_s) == asyncio.run(arun(plan, asynchronous(in_a_loop)))
    assert line.calls == in_a_loop.calls
