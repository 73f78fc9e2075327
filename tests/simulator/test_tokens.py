"""The way to a token: grants, the exchange, and what the tokens say."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.simulator.desk import BASE, Desk
from straks.simulator.tokens import SCOPE, Mint, Use, decode, decode_object
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.wire.exchange import Response

EXCHANGE = f"{BASE}/authentication/api/v1/exchange/maskinporten"
NOW_S = int(Desk().now_s())
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def grant(header: Mapping[str, object] | None = None, **claims: object) -> str:
    """Write a grant that holds, except for what is given; None leaves a claim out."""
    said = {
        "iss": "0d8e7a4e-client",
        "aud": f"{BASE}/",
        "scope": SCOPE,
        "iat": NOW_S,
        "exp": NOW_S + 120,
        "jti": "7b0e",
        **claims,
    }
    kept = {name: value for name, value in said.items() if value is not None}
    return f"{part(header or {'alg': 'RS256', 'typ': 'JWT', 'kid': 'k1'})}.{part(kept)}.c2lnbmVk"


def ask(desk: Desk, assertion: str | None = None, **fields: str) -> Response:
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": grant() if assertion is None else assertion,
        **fields,
    }
    return desk.handle(Request("POST", f"{BASE}/token", FORM, urlencode(form).encode()))


def exchange(desk: Desk, token: str, headers: Mapping[str, str] | None = None) -> Response:
    return desk.handle(Request("GET", EXCHANGE, {"Authorization": f"Bearer {token}", **(headers or {})}))


def claims_of(token: str) -> dict[str, Any]:
    _, claims, _ = token.split(".")
    found = decode_object(claims)
    assert found is not None
    return found


# Maskinporten


def test_a_grant_that_holds_earns_a_token(desk: Desk) -> None:
    answer = ask(desk)
    body = answer.json()

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert body == {
        "access_token": body["access_token"],
        "token_type": "Bearer",
        "expires_in": 599,
        "scope": SCOPE,
    }
    assert claims_of(body["access_token"]) == {
        "iss": f"{BASE}/",
        "client_id": "0d8e7a4e-client",
        "client_amr": "private_key_jwt",
        "consumer": {"authority": "iso6523-actorid-upis", "ID": "0192:991825827"},
        "scope": SCOPE,
        "token_type": "Bearer",
        "iat": NOW_S,
        "exp": NOW_S + 599,
        "jti": claims_of(body["access_token"])["jti"],
    }


@pytest.mark.parametrize(
    "assertion",
    [
        grant({"alg": "RS512", "x5c": ["MIIB", "MIIC"]}),
        grant(aud="https://test.maskinporten.no/"),
        grant(scope="a:b c:d/e"),
        grant(iat=NOW_S + 10, exp=NOW_S + 130),
        grant(iat=NOW_S - 130, exp=NOW_S - 10),
        grant(jti=None),
        grant(resource=["https://example.org"], consumer_org="123456789", authorization_details=[]),
    ],
)
def test_what_is_allowed_in_a_grant_is_taken(desk: Desk, assertion: str) -> None:
    assert ask(desk, assertion).status == 200


@pytest.mark.parametrize(
    ("why", "code", "assertion"),
    [
        ("two parts", "MP-011", "e30.e30"),
        ("no signature", "MP-011", "e30.e30."),
        ("no base64url", "MP-011", "e30.e/0.e30"),
        ("no JSON", "MP-011", "e30.eHh4.e30"),
        ("no object", "MP-011", "W10.e30.e30"),
        ("alg none", "MP-124", grant({"alg": "none", "kid": "k1"})),
        ("alg ES256", "MP-124", grant({"alg": "ES256", "kid": "k1"})),
        ("no alg", "MP-124", grant({"kid": "k1"})),
        ("neither kid nor x5c", "MP-011", grant({"alg": "RS256"})),
        ("both kid and x5c", "MP-011", grant({"alg": "RS256", "kid": "k1", "x5c": ["MIIB"]})),
        ("x5c a bare string", "MP-123", grant({"alg": "RS256", "x5c": "MIIB"})),
        ("x5c with a number", "MP-123", grant({"alg": "RS256", "x5c": [1]})),
        ("an unknown claim", "MP-011", grant(nbf=NOW_S)),
        ("no iss", "MP-100", grant(iss=None)),
        ("a blank iss", "MP-100", grant(iss=" ")),
        ("no aud", "MP-110", grant(aud=None)),
        ("aud without its slash", "MP-110", grant(aud=BASE)),
        ("the token endpoint as aud", "MP-110", grant(aud=f"{BASE}/token")),
        ("an array as aud", "MP-110", grant(aud=[f"{BASE}/"])),
        ("production as aud", "MP-110", grant(aud="https://maskinporten.no/")),
        ("no scope", "MP-200", grant(scope=None)),
        ("a blank scope", "MP-200", grant(scope="  ")),
        ("a number as jti", "MP-011", grant(jti=1)),
        ("a string as resource", "MP-011", grant(resource="https://example.org")),
        ("eight digits as consumer_org", "MP-011", grant(consumer_org="12345678")),
        ("a number as consumer_org", "MP-011", grant(consumer_org=123456789)),
        ("no iat", "MP-011", grant(iat=None)),
        ("exp as text", "MP-011", grant(exp="soon")),
        ("more than 120 seconds", "MP-130", grant(exp=NOW_S + 121)),
        ("iat more than 10 seconds ahead", "MP-130", grant(iat=NOW_S + 11, exp=NOW_S + 20)),
        ("expired more than 10 seconds ago", "MP-130", grant(iat=NOW_S - 60, exp=NOW_S - 11)),
    ],
)
def test_a_grant_is_refused_with_a_code(desk: Desk, why: str, code: str, assertion: str) -> None:
    answer = ask(desk, assertion)

    assert answer.status == 400
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.json()["error_description"].startswith(f"{code}: ")
    assert "trace_id" in answer.json()["error_description"]


@pytest.mark.parametrize(
    ("assertion", "error"),
    [
        (grant(nbf=1), "invalid_grant"),
        (grant(iss=None), "invalid_client"),
        (grant(scope=None), "invalid_scope"),
        ("", "invalid_request"),
    ],
)
def test_a_refusal_uses_the_words_of_oauth(desk: Desk, assertion: str, error: str) -> None:
    assert ask(desk, assertion).json()["error"] == error


def test_another_grant_type_is_unsupported(desk: Desk) -> None:
    assert ask(desk, grant_type="client_credentials").json()["error"] == "unsupported_grant_type"


def test_a_form_that_does_not_call_itself_one_is_not_read(desk: Desk) -> None:
    body = json.dumps({"assertion": grant()}).encode()
    answer = desk.handle(Request("POST", f"{BASE}/token", {"Content-Type": "application/json"}, body))

    assert (answer.status, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("jti", ["7b0e", None])
def test_a_grant_can_be_used_once(desk: Desk, jti: str | None) -> None:
    first, again, other = (ask(desk, grant(jti=jti)), ask(desk, grant(jti=jti)), ask(desk, grant(jti="x")))

    assert [answer.status for answer in (first, again, other)] == [200, 400, 200]
    assert again.json()["error_description"].startswith("MP-012: ")


def test_a_refused_grant_is_not_used_up(desk: Desk) -> None:
    assert ask(desk, grant(iat=NOW_S + 60, exp=NOW_S + 120)).status == 400
    desk.advance(60)

    assert ask(desk, grant(iat=NOW_S + 60, exp=NOW_S + 120)).status == 200


# The exchange


def test_the_exchange_answers_with_the_bare_token(desk: Desk) -> None:
    maskinporten = ask(desk).json()["access_token"]
    answer = exchange(desk, maskinporten)
    token = answer.body.decode()

    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert claims_of(token) == {
        "client_id": "0d8e7a4e-client",
        "consumer": {"authority": "iso6523-actorid-upis", "ID": "0192:991825827"},
        "scope": SCOPE,
        "token_type": "Bearer",
        "jti": claims_of(maskinporten)["jti"],
        "iss": f"{BASE}/authentication/api/v1/openid/",
        "urn:altinn:orgNumber": "991825827",
        "urn:altinn:authenticatemethod": "maskinporten",
        "urn:altinn:authlevel": 3,
        "urn:altinn:org": "ttd",
        "iat": NOW_S,
        "nbf": NOW_S,
        "exp": NOW_S + 1800,
        "sid": claims_of(token)["sid"],
    }


def test_the_exchange_answers_in_quotes_to_who_asks_for_json(desk: Desk) -> None:
    maskinporten = ask(desk).json()["access_token"]
    answer = exchange(desk, maskinporten, {"Accept": "application/json"})

    assert answer.headers["content-type"] == "application/json"
    assert answer.body.startswith(b'"ey')
    assert len(answer.json().split(".")) == 3


def test_the_whole_chain_opens_the_service(desk: Desk) -> None:
    token = exchange(desk, ask(desk).json()["access_token"], {"Accept": "*/*"}).body.decode()
    url = f"{BASE}/notifications/api/v1/future/shipment/feed"

    assert desk.handle(Request("GET", url, {"Authorization": f"Bearer {token}"})).status == 200


def test_another_scope_can_be_exchanged_and_opens_nothing(desk: Desk) -> None:
    token = exchange(desk, ask(desk, grant(scope="a:b")).json()["access_token"]).body.decode()
    url = f"{BASE}/notifications/api/v1/future/shipment/feed"

    assert "urn:altinn:org" not in claims_of(token)
    assert desk.handle(Request("GET", url, {"Authorization": f"Bearer {token}"})).status == 403


def test_an_organisation_altinn_does_not_know_gets_no_short_name(desk: Desk) -> None:
    token = exchange(desk, ask(desk, grant(consumer_org="123456789")).json()["access_token"]).body.decode()

    assert claims_of(token)["urn:altinn:orgNumber"] == "123456789"
    assert "urn:altinn:org" not in claims_of(token)


def test_a_maskinporten_token_can_be_exchanged_for_599_seconds(desk: Desk) -> None:
    maskinporten = ask(desk).json()["access_token"]
    desk.advance(598)
    assert exchange(desk, maskinporten).status == 200

    desk.advance(1)
    assert exchange(desk, maskinporten).status == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ø.ø.ø", "ø.ø.AAAA", "\ud800.x.AAAA"])
def test_what_is_no_maskinporten_token_is_answered_401(desk: Desk, token: str) -> None:
    assert exchange(desk, token).status == 401


def test_an_altinn_token_is_not_exchanged_again(desk: Desk) -> None:
    assert exchange(desk, desk.token()).status == 401


def test_a_maskinporten_token_without_a_consumer_is_exchanged_for_nobody(desk: Desk) -> None:
    token = desk.mint.sign(Use.MASKINPORTEN, {"scope": SCOPE, "exp": NOW_S + 60, "consumer": "x"})

    assert "urn:altinn:org" not in claims_of(exchange(desk, token).body.decode())


def test_the_old_header_is_gone(desk: Desk) -> None:
    maskinporten = ask(desk).json()["access_token"]

    assert exchange(desk, maskinporten, {"X-Altinn-EnterpriseUser-Authentication": "x"}).status == 410


def test_another_provider_is_unknown(desk: Desk) -> None:
    assert desk.handle(Request("GET", f"{BASE}/authentication/api/v1/exchange/x")).status == 400


# The mint


@given(st.data())
def test_a_token_with_one_character_changed_is_no_token(data: st.DataObject) -> None:
    mint = Mint(b"secret")
    token = mint.sign(Use.ALTINN, {"exp": 10, "scope": SCOPE})
    at = data.draw(st.integers(0, len(token) - 2))  # the last character holds padding bits that say nothing
    new = data.draw(st.characters().filter(lambda character: character != token[at]))

    assert mint.read(Use.ALTINN, token[:at] + new + token[at + 1 :], 0.0) is None


@given(st.text())
def test_any_text_is_no_token(text: str) -> None:
    assert Mint(b"secret").read(Use.ALTINN, text, 0.0) is None


def test_a_token_that_never_expires_is_no_token() -> None:
    mint = Mint(b"secret")

    assert mint.read(Use.ALTINN, mint.sign(Use.ALTINN, {"scope": SCOPE}), 0.0) is None


def test_a_signed_text_that_holds_no_claims_is_no_token() -> None:
    mint = Mint(b"secret")
    signed = f"e30.{part([1, 2])}"
    signature = base64.urlsafe_b64encode(mint._signature(Use.ALTINN, signed)).decode().rstrip("=")

    assert mint.read(Use.ALTINN, f"{signed}.{signature}", 0.0) is None


@given(st.binary())
def test_base64url_is_decoded_without_padding(raw: bytes) -> None:
    written = base64.urlsafe_b64encode(raw).decode()

    assert decode(written.rstrip("=")) == raw
    assert ("=" in written) is (decode(written) is None)
