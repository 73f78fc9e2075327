"""What a token says about itself, and the sentences that stand for an empty 401 or 403."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.altinn.claims import SCOPE, Claims, flaw, read_claims

TT02, PROD, OWN = (
    "https://platform.tt02.altinn.no",
    "https://platform.altinn.no",
    "https://altinn.example.org",
)
NOW_S = 1_770_000_000


def token(claims: dict[str, object]) -> str:
    def part(said: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'RS256'})}.{part(claims)}.c2ln"


def good(base_url: str = TT02, claims: dict[str, object] | None = None) -> Claims:
    said = {
        "iss": f"{base_url}/authentication/api/v1/openid/",
        "iat": NOW_S,
        "exp": NOW_S + 1800,
        "scope": f"a:b {SCOPE}",
        "urn:altinn:org": "ttd",
        "urn:altinn:orgNumber": "991825827",
    }
    found = read_claims(token({**said, **(claims or {})}))
    assert found is not None
    return found


def test_a_token_says_whose_it_is_and_how_long_it_lives() -> None:
    said = good()

    assert (said.organisation, said.organisation_number) == ("ttd", "991825827")
    assert said.scopes == ("a:b", SCOPE)
    assert said.lifetime_s == 1800
    assert said.expires_s == NOW_S + 1800


@pytest.mark.parametrize(
    "text", ["", "abc", "a.b", "a.b.c.d.e", "e30.e30", "e30.W10.c2ln", "W10.e30.c2ln", "e30.e30.", "ø.ø.ø"]
)
def test_what_is_no_jwt_says_nothing(text: str) -> None:
    assert read_claims(text) is None


@given(
    st.text() | st.lists(st.text("abcdefghijklmnopqrstuvwxyzAB_-0189"), min_size=3, max_size=3).map(".".join)
)
def test_any_text_can_be_looked_at(text: str) -> None:
    found = read_claims(text)

    assert found is None or isinstance(found, Claims)


@pytest.mark.parametrize("exp", [True, "soon", None, [1], float("nan"), float("inf"), -1, 10**12])
def test_a_time_that_is_none_is_not_known(exp: object) -> None:
    said = read_claims(token({"iat": NOW_S, "exp": exp}))

    assert said is not None
    assert (said.expires_s, said.lifetime_s) == (None, None)


@pytest.mark.parametrize("base_url", [TT02, PROD, OWN, "http://127.0.0.1:5090"])
def test_a_token_that_will_do_has_no_flaw(base_url: str) -> None:
    assert flaw(good(base_url), base_url, NOW_S) is None


def test_a_token_of_a_maker_that_is_not_known_is_the_services_to_judge() -> None:
    assert flaw(good(OWN), TT02, NOW_S) is None
    assert flaw(good(TT02), OWN, NOW_S) is None
    assert flaw(good(claims={"iss": "http://[::1"}), TT02, NOW_S) is None
    assert flaw(good(claims={"iss": 7}), TT02, NOW_S) is None


@pytest.mark.parametrize(
    ("claims", "base_url", "now_s", "said"),
    [
        ({"iss": "https://test.maskinporten.no/"}, TT02, NOW_S, "exchange it first"),
        ({"iss": "https://maskinporten.no/"}, OWN, NOW_S, "exchange it first"),
        ({}, PROD, NOW_S, "made by platform.tt02.altinn.no and the orders go to platform.altinn.no"),
        ({}, "https://platform.at22.altinn.cloud", NOW_S, "made by platform.tt02.altinn.no"),
        (
            {},
            TT02,
            NOW_S + 1800,
            "has run out, at 2026-02-02 03:10:00 UTC, 0 s ago by the clock of this machine",
        ),
        ({}, TT02, NOW_S + 1860, "60 s ago"),
        ({"scope": "a:b"}, TT02, NOW_S, f"lacks the scope {SCOPE} (it has: a:b); add the scope"),
        ({"scope": None}, TT02, NOW_S, "(it has: none)"),
        ({"scope": [SCOPE]}, TT02, NOW_S, "(it has: none)"),
        ({"scope": "x" * 999}, TT02, NOW_S, f"(it has: {'x' * 200})"),
        (
            {"urn:altinn:org": None},
            TT02,
            NOW_S,
            "Altinn does not know organisation 991825827 as a service owner",
        ),
        ({"urn:altinn:org": " "}, TT02, None, "names no organisation (urn:altinn:org)"),
        ({"urn:altinn:org": None, "urn:altinn:orgNumber": 7}, TT02, None, "organisation none"),
    ],
)
def test_a_token_that_will_not_do_is_told_so_in_a_sentence(
    claims: dict[str, object], base_url: str, now_s: float | None, said: str
) -> None:
    found = flaw(good(claims=claims), base_url, now_s)

    assert found is not None
    assert said in found
    assert found.isprintable()


def test_a_token_lives_to_its_very_second() -> None:
    assert flaw(good(), TT02, NOW_S + 1799.9) is None
    assert flaw(good(), TT02, None) is None
    assert flaw(good(claims={"exp": None}), TT02, NOW_S * 2) is None
