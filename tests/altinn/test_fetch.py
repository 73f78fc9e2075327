"""Fetching a token: the two legs, what each answer means, and when they are gone again."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from straks.altinn.claims import SCOPE
from straks.altinn.fetch import Budget, Fetched, Leg, fetch
from straks.altinn.grant import Client
from straks.altinn.maskinporten import Again, Setback
from straks.altinn.origins import GRANT_TYPE, Granted, Sidecar
from straks.wire.exchange import Response, Silence, Trouble
from straks.wire.plan import run

if TYPE_CHECKING:
    from straks.altinn.fetch import Origin
    from straks.wire.exchange import Reply, Request

BASE = "https://platform.tt02.altinn.no"
ISSUER = "https://test.maskinporten.no/"
WALL_S = 1_770_204_720.0
"""What this machine's clock says when the carrier's says 0; 4 February 2026, 11:32 UTC."""


class Stamp:
    def __init__(self) -> None:
        self.header: dict[str, object] = {"alg": "RS256", "kid": "k1"}

    def sign(self, octets: bytes) -> bytes:
        return octets[:8]


class Broken(Stamp):
    def sign(self, octets: bytes) -> bytes:  # noqa: ARG002 - a signer's
        raise ConnectionError("the vault said: hunter2")


def part(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def altinn_token(**claims: object) -> str:
    said = {"iss": f"{BASE}/authentication/api/v1/openid/", "iat": 50, "exp": 1850, "scope": SCOPE}
    said |= {"urn:altinn:org": "ttd"} | claims
    return f"{part({'alg': 'RS256'})}.{part({k: v for k, v in said.items() if v is not None})}.c2ln"


GIVEN = Response(200, {}, b'{"access_token": "e30.e30.bWFzaw", "expires_in": 599}')
EXCHANGED = Response(200, {}, altinn_token().encode())
USED = Response(400, {}, b'{"error": "invalid_grant", "error_description": "MP-012"}')
UNKNOWN = Response(400, {}, b'{"error": "invalid_client", "error_description": "MP-100"}')
RESET = Silence(Trouble.CONNECTION_LOST, left=True)


def off(date: str) -> Response:
    return Response(400, {"date": date}, b'{"error_description": "MP-130: Issue time is after now"}')


@dataclass
class Line:
    """A carrier with a clock of its own: each answer takes *took_s*."""

    replies: list[Reply]
    took_s: float = 0.25
    clock_s: float = 0.0
    requests: list[Request] = field(default_factory=list["Request"])
    began_s: list[float] = field(default_factory=list[float])
    timeouts_s: list[float] = field(default_factory=list[float])
    legs: list[Leg] = field(default_factory=list[Leg])

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        self.requests.append(request)
        self.began_s.append(self.clock_s)
        self.timeouts_s.append(timeout_s)
        self.clock_s += self.took_s
        return replace(self.replies.pop(0), at_s=self.clock_s)

    def sleep(self, seconds: float) -> None:
        self.clock_s += seconds

    def now_s(self) -> float:
        return self.clock_s

    def wall_s(self) -> float:
        return WALL_S + self.clock_s

    def fetch(
        self,
        origin: Origin | None = None,
        effort_s: float = 15.0,
        **settings: Any,  # noqa: ANN401 - as given
    ) -> Fetched | Setback:
        budget = Budget(0.0, effort_s)
        plan = fetch(origin or granted(self), budget, base_url=BASE, clock=self.wall_s, **settings)
        outcome = run(plan, self)
        self.legs = budget.legs
        return outcome

    def grants(self) -> list[dict[str, Any]]:
        forms = [parse_qs(request.body.decode()) for request in self.requests if request.method == "POST"]
        return [
            json.loads(base64.urlsafe_b64decode(form["assertion"][0].split(".")[1] + "==")) for form in forms
        ]


def granted(line: Line, signer: Stamp | None = None) -> Granted:
    ids = iter("abcdefgh")
    return Granted(
        client=Client.of("0d8e", SCOPE, None),
        signer=signer or Stamp(),
        issuer=ISSUER,
        token_url=f"{ISSUER}token",
        clock=line.wall_s,
        new_id=lambda: next(ids),
    )


# The two requests


def test_a_grant_goes_to_maskinporten_and_what_it_gives_to_the_exchange() -> None:
    line = Line([GIVEN, EXCHANGED])
    outcome = line.fetch()
    first, second = line.requests

    assert outcome == Fetched(altinn_token(), asked_s=WALL_S + 0.25, lifetime_s=1800)
    assert (first.method, first.url) == ("POST", "https://test.maskinporten.no/token")
    assert first.headers == {
        "content-type": "application/x-www-form-urlencoded",
        "accept": "application/json",
    }
    form = parse_qs(first.body.decode())
    assert set(form) == {"grant_type", "assertion"}
    assert form["grant_type"] == [GRANT_TYPE]
    assert line.grants()[0]["aud"] == ISSUER
    assert (second.method, second.body) == ("GET", b"")
    assert second.url == f"{BASE}/authentication/api/v1/exchange/maskinporten"
    assert second.headers == {"authorization": "Bearer e30.e30.bWFzaw", "accept": "*/*"}
    assert line.timeouts_s == [10, 10]
    assert line.legs == [Leg("Maskinporten", 200, 0.25), Leg("Altinn", 200, 0.25)]


def test_digdirs_own_clients_may_ask_to_be_the_test_department() -> None:
    line = Line([GIVEN, EXCHANGED])
    line.fetch(test_department=True)

    assert line.requests[1].url.endswith("/exchange/maskinporten?test=true")


@pytest.mark.parametrize("around", ['"{}"', ' "{}"\n', "{}", "\r\n{} \n", '" {} "'])
def test_a_token_is_read_in_quotes_and_without(around: str) -> None:
    outcome = Line([GIVEN, Response(200, {}, around.format(altinn_token()).encode())]).fetch()

    assert isinstance(outcome, Fetched)
    assert outcome.value == altinn_token()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>maintenance</body></html>",
        b'"not closed',
        b'"a.b.c"',
        b"{}",
        b"null",
        b"7",
        b'"7"',
        b"\xff\xfe",
        b"a b.c.d",
        b"e30.e30.c2ln" * 9000,
    ],
)
def test_a_200_from_the_exchange_without_a_token_is_not_altinns(body: bytes) -> None:
    outcome = Line([GIVEN, Response(200, {}, body)] * 3).fetch()

    assert isinstance(outcome, Setback)
    assert outcome.again is Again.LATER
    assert "what answered (200) in place of Altinn's exchange" in outcome.sentence


# How long it lives


def test_a_token_lives_as_long_as_it_says_whatever_our_clock_says() -> None:
    token = altinn_token(iat=9_000_000, exp=9_000_031)
    outcome = Line([GIVEN, Response(200, {}, token.encode())]).fetch()

    assert isinstance(outcome, Fetched)
    assert (outcome.asked_s, outcome.lifetime_s) == (WALL_S + 0.25, 31)


def test_a_token_that_says_only_when_it_ends_is_reckoned_by_the_clock_as_it_is_known() -> None:
    token = altinn_token(iat=None, exp=WALL_S + 160.25)
    plain, skewed = (
        Line([GIVEN, Response(200, {}, token.encode())]).fetch(skew_s=skew_s) for skew_s in (0.0, 60.0)
    )

    assert isinstance(plain, Fetched)
    assert isinstance(skewed, Fetched)
    assert (plain.lifetime_s, skewed.lifetime_s) == (160, 100)


@pytest.mark.parametrize(("said", "lifetime_s"), [("599", 599), ("3600", 600), ("null", 600)])
def test_a_token_that_does_not_say_how_long_it_lives_lives_ten_minutes_at_most(
    said: str, lifetime_s: float
) -> None:
    given = Response(200, {}, f'{{"access_token": "x", "expires_in": {said}}}'.encode())
    token = altinn_token(iat=None, exp=None)
    outcome = Line([given, Response(200, {}, token.encode())]).fetch()

    assert isinstance(outcome, Fetched)
    assert outcome.lifetime_s == lifetime_s


def test_a_token_that_has_run_out_already_is_none() -> None:
    outcome = Line([GIVEN, Response(200, {}, altinn_token(exp=50).encode())] * 3).fetch()

    assert isinstance(outcome, Setback)
    assert (outcome.again, outcome.status) == (Again.LATER, 200)
    assert "had run out already" in outcome.sentence


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"scope": "a:b"}, "lacks the scope"),
        ({"urn:altinn:org": None}, "names no organisation"),
        ({"iss": "https://platform.altinn.no/authentication/api/v1/openid/"}, "made by platform.altinn.no"),
    ],
)
def test_a_token_that_the_service_would_refuse_is_not_fetched_again(
    claims: dict[str, object], said: str
) -> None:
    line = Line([GIVEN, Response(200, {}, altinn_token(**claims).encode())])
    outcome = line.fetch()

    assert isinstance(outcome, Setback)
    assert outcome.again is Again.NEVER
    assert said in outcome.sentence


# Asking again


@pytest.mark.parametrize(
    "trouble", [Response(500), Response(503), Response(429), RESET, Response(200, {}, b"<html>")]
)
def test_an_outage_of_either_is_tried_again_with_a_new_grant(trouble: Reply) -> None:
    first, second = (
        Line([trouble, trouble, GIVEN, EXCHANGED]),
        Line([GIVEN, trouble, GIVEN, trouble, GIVEN, EXCHANGED]),
    )

    for line, calls in ((first, 4), (second, 6)):
        assert isinstance(line.fetch(), Fetched)
        assert len(line.requests) == calls
        assert [grant["jti"] for grant in line.grants()] == ["a", "b", "c"]
    assert first.began_s == [0, 0.75, 2.5, 2.75]


def test_three_attempts_are_all() -> None:
    line = Line([Response(503)] * 9)
    outcome = line.fetch()

    assert isinstance(outcome, Setback)
    assert (outcome.status, outcome.again) == (503, Again.LATER)
    assert len(line.requests) == 3


def test_a_refusal_that_somebody_must_put_right_is_not_tried_again() -> None:
    line = Line([UNKNOWN, GIVEN, EXCHANGED])
    outcome = line.fetch()

    assert isinstance(outcome, Setback)
    assert outcome.code == "MP-100"
    assert len(line.requests) == 1


def test_a_grant_that_came_twice_is_put_right_by_a_new_one_at_once() -> None:
    line = Line([USED, GIVEN, EXCHANGED])

    assert isinstance(line.fetch(), Fetched)
    assert [grant["jti"] for grant in line.grants()] == ["a", "b"]
    assert line.began_s[1] == 0.25


def test_a_grant_that_came_twice_twice_is_somebody_elses_doing() -> None:
    line = Line([USED, USED, GIVEN, EXCHANGED])
    outcome = line.fetch()

    assert isinstance(outcome, Setback)
    assert outcome.code == "MP-012"
    assert len(line.requests) == 2


def test_the_exchange_may_say_401_once() -> None:
    once, twice = Line([GIVEN, Response(401), GIVEN, EXCHANGED]), Line([GIVEN, Response(401)] * 3)
    outcome = twice.fetch()

    assert isinstance(once.fetch(), Fetched)
    assert isinstance(outcome, Setback)
    assert outcome.status == 401
    assert "did not take Maskinporten's token (401)" in outcome.sentence
    assert len(twice.requests) == 4


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (410, "a header for enterprise users"),
        (403, "said no (403)"),
        (400, "check that this"),
        (302, "(302)"),
    ],
)
def test_what_else_the_exchange_says_is_final(status: int, said: str) -> None:
    line = Line([GIVEN, Response(status), GIVEN, EXCHANGED])
    outcome = line.fetch()

    assert isinstance(outcome, Setback)
    assert (outcome.again, outcome.status) == (Again.NEVER, status)
    assert said in outcome.sentence
    assert len(line.requests) == 2


# Time


def test_a_clock_that_is_ahead_is_set_back_once_and_what_was_learnt_is_told() -> None:
    line = Line([off("Wed, 04 Feb 2026 11:31:00 GMT"), GIVEN, EXCHANGED])
    outcome = line.fetch()

    assert isinstance(outcome, Fetched)
    assert outcome.skew_s == pytest.approx(-60.25)
    assert [grant["iat"] - WALL_S for grant in line.grants()] == [0, -60]


def test_a_clock_that_is_still_off_is_named() -> None:
    outcome = Line([off("Wed, 04 Feb 2026 11:31:00 GMT")] * 3).fetch()

    assert isinstance(outcome, Setback)
    assert "The clock of this machine is 60 s ahead of theirs; set it right" in outcome.sentence


def test_a_skew_that_is_known_is_used_from_the_start() -> None:
    line = Line([GIVEN, EXCHANGED])
    outcome = line.fetch(skew_s=-60.0)

    assert isinstance(outcome, Fetched)
    assert outcome.skew_s == -60
    assert line.grants()[0]["iat"] == WALL_S - 60


def test_a_grant_is_dated_for_when_it_is_sent() -> None:
    line = Line([Response(500), GIVEN, EXCHANGED])
    line.fetch(pauses_s=(2.0,))

    assert [grant["iat"] - WALL_S for grant in line.grants()] == [0, 2]


def test_they_are_waited_for_as_they_ask() -> None:
    line = Line([Response(503, {"retry-after": "4"}), GIVEN, EXCHANGED])

    assert isinstance(line.fetch(), Fetched)
    assert line.began_s[1] == 4.25


def test_who_asks_us_to_wait_longer_than_there_is_time_is_not_waited_for() -> None:
    line = Line([Response(429, {"retry-after": "60"})])
    outcome = line.fetch()

    assert isinstance(outcome, Setback)
    assert outcome.status == 429
    assert line.clock_s == 0.25


def test_the_time_that_is_left_bounds_each_call() -> None:
    line = Line([GIVEN, EXCHANGED], took_s=6)

    assert isinstance(line.fetch(effort_s=8), Fetched)
    assert line.timeouts_s == [8, 2]


@pytest.mark.parametrize(("effort_s", "calls"), [(0.9, 0), (1.0, 1), (0, 0)])
def test_without_time_nothing_is_sent(effort_s: float, calls: int) -> None:
    line = Line([GIVEN, EXCHANGED], took_s=0.5)
    outcome = line.fetch(effort_s=effort_s)

    assert isinstance(outcome, Setback)
    assert "no time left" in outcome.sentence
    assert len(line.requests) == calls


# Other origins


def test_a_signer_that_fails_may_work_later_and_what_it_said_is_not_told() -> None:
    line = Line([])
    outcome = line.fetch(granted(line, Broken()))

    assert isinstance(outcome, Setback)
    assert outcome.sentence == "the grant could not be signed (ConnectionError)"
    assert outcome.again is Again.LATER


def test_a_certificate_is_called_so_in_a_refusal() -> None:
    line = Line([Response(400, {}, b'{"error_description": "MP-120"}')])
    signer = Stamp()
    signer.header = {"alg": "RS256", "x5c": ["MIIB"]}
    outcome = line.fetch(granted(line, signer))

    assert isinstance(outcome, Setback)
    assert "the certificate does not do" in outcome.sentence
    assert "MIIB" not in outcome.sentence


def sidecar(line: Line) -> Sidecar:
    return Sidecar("http://127.0.0.1:7164/api/v1/token", SCOPE, line.wall_s)


def test_a_sidecar_is_told_the_scope_and_the_exchange_is_ours() -> None:
    line = Line([GIVEN, EXCHANGED])
    outcome = line.fetch(sidecar(line))

    assert isinstance(outcome, Fetched)
    assert line.requests[0].url == "http://127.0.0.1:7164/api/v1/token"
    assert parse_qs(line.requests[0].body.decode()) == {
        "identity_provider": ["maskinporten"],
        "target": [SCOPE],
    }
    assert line.requests[1].headers["authorization"] == "Bearer e30.e30.bWFzaw"


def test_a_sidecars_refusal_is_read_like_maskinportens() -> None:
    line = Line([Response(400, {}, b'{"error": "invalid_scope", "error_description": "MP-200"}')])
    outcome = line.fetch(sidecar(line))

    assert isinstance(outcome, Setback)
    assert outcome.code == "MP-200"
    assert "the sidecar at http://127.0.0.1:7164/api/v1/token said no (MP-200)" in outcome.sentence


def test_a_grant_is_signed_over_all_of_it(client_jwk: dict[str, str]) -> None:
    """The one law that fakes cannot show: a real signature holds over header and claims."""
    import jwt

    from straks.transports.tokens.keys import find_signer

    signer: Any = find_signer(client_jwk)
    line = Line([GIVEN, EXCHANGED])
    line.fetch(granted(line, signer))
    assertion = parse_qs(line.requests[0].body.decode())["assertion"][0]
    public: Any = jwt.PyJWK({name: client_jwk[name] for name in ("kty", "n", "e", "alg")})
    said = jwt.decode(
        assertion, public, ["RS256"], audience=ISSUER, options={"verify_exp": False, "verify_iat": False}
    )

    assert said["iss"] == "0d8e"
