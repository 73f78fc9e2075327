"""The grant: what stands in it, and what never does."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.altinn.claims import SCOPE
from straks.altinn.grant import Client, check_header, is_organisation_number, write_grant
from straks.errors import InvalidKey, InvalidSetting

ISSUER = "https://test.maskinporten.no/"
CLIENT = Client.of("0d8e7a4e", SCOPE, None)


class Stamp:
    """A signer whose signature is what it signed, backwards."""

    def __init__(self, **header: object) -> None:
        self.header: dict[str, object] = {"alg": "RS256", "kid": "k1", **header}

    def sign(self, octets: bytes) -> bytes:
        return octets[::-1]


def parts(grant: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    header, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in grant.split("."))
    return json.loads(header), json.loads(claims), signature


def write(client: Client = CLIENT, issued_s: float = 1_770_000_000.9, signer: Stamp | None = None) -> str:
    return write_grant(client, signer or Stamp(), issuer=ISSUER, issued_s=issued_s, grant_id="7b0e")


def test_a_grant_says_what_is_needed_and_nothing_more() -> None:
    header, claims, signature = parts(write())

    assert header == {"alg": "RS256", "kid": "k1", "typ": "JWT"}
    assert claims == {
        "iss": "0d8e7a4e",
        "aud": ISSUER,
        "scope": SCOPE,
        "iat": 1_770_000_000,
        "exp": 1_770_000_110,
        "jti": "7b0e",
    }
    assert signature == write().rpartition(".")[0].encode()[::-1]


def test_a_supplier_names_its_customer() -> None:
    _, claims, _ = parts(write(Client.of("a", SCOPE, "991825827")))

    assert claims["consumer_org"] == "991825827"


@given(st.floats(0, 4e9))
def test_a_grant_lives_less_than_the_most_that_is_allowed(issued_s: float) -> None:
    _, claims, _ = parts(write(issued_s=issued_s))

    assert 100 <= claims["exp"] - claims["iat"] <= 120
    assert claims["iat"] <= issued_s


@pytest.mark.parametrize(
    "scopes", [f"b:c {SCOPE}  a:b", ["b:c", SCOPE, "a:b", "a:b"], (f"{SCOPE}", "a:b", "b:c")]
)
def test_scopes_are_a_list_or_a_text_and_the_same_in_any_order(scopes: Any) -> None:  # noqa: ANN401
    assert Client.of("a", scopes, None).scope == f"a:b {SCOPE} b:c"


@pytest.mark.parametrize(
    ("client_id", "scopes", "consumer", "said"),
    [
        ("", SCOPE, None, "client_id is one word"),
        ("a b", SCOPE, None, "client_id is one word"),
        ("991825827", SCOPE, None, "client_id is an organisation number"),
        ("a", "a:b", None, f"the scopes lack {SCOPE}"),
        ("a", [], None, "the scopes lack"),
        ("a", [f"{SCOPE} a:b"], None, "a scope is one word"),
        ("a", SCOPE, "0192:991825827", "without 0192:"),
        ("a", SCOPE, "991825828", "the last of which checks the others"),
    ],
)
def test_a_client_that_cannot_be_is_refused(
    client_id: str,
    scopes: str | list[str],
    consumer: str | None,
    said: str,
) -> None:
    with pytest.raises(InvalidSetting, match=said):
        Client.of(client_id, scopes, consumer)


@pytest.mark.parametrize("number", ["991825827", "889640782", "974760673"])
def test_an_organisation_number_checks_itself(number: str) -> None:
    assert is_organisation_number(number)
    for wrong in range(10):
        assert is_organisation_number(number[:-1] + str(wrong)) is (str(wrong) == number[-1])


@pytest.mark.parametrize("text", ["", "99182582", "9918258277", "٩٩١٨٢٥٨٢٧", "99182582a"])
def test_what_is_no_organisation_number_is_none(text: str) -> None:
    assert not is_organisation_number(text)


@pytest.mark.parametrize("header", [{"alg": "RS256", "kid": "k"}, {"alg": "RS512", "x5c": ["MIIB", "MIIC"]}])
def test_a_header_names_its_key_in_one_way(header: dict[str, object]) -> None:
    check_header(header)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"kid": "k"}, "RS256, RS384, RS512 only"),
        ({"alg": "ES256", "kid": "k"}, "Elliptic curves are announced"),
        ({"alg": "none", "kid": "k"}, "use an RSA key"),
        ({"alg": "RS256"}, "either by kid or by x5c"),
        ({"alg": "RS256", "kid": "k", "x5c": ["M"]}, "either by kid or by x5c"),
        ({"alg": "RS256", "kid": " "}, "a key id is the text"),
        ({"alg": "RS256", "kid": 7}, "a key id is the text"),
        ({"alg": "RS256", "x5c": "MIIB"}, "x5c is a list"),
        ({"alg": "RS256", "x5c": []}, "x5c is a list"),
        ({"alg": "RS256", "x5c": [b"MIIB"]}, "x5c is a list"),
    ],
)
def test_a_header_that_maskinporten_would_refuse_is_refused_here(
    header: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidKey, match=said.replace("(", r"\(")):
        check_header(header)
