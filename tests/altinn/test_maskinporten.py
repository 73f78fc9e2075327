"""What Maskinporten's answers come down to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.altinn.claims import SCOPE
from straks.altinn.maskinporten import (
    Again,
    Asked,
    MaskinportenToken,
    Setback,
    cleaned,
    read_token_answer,
)
from straks.errors import NoToken
from straks.wire.exchange import Response, Silence, Trouble

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/maskinporten-refusals.json").read_text("utf-8"))
ASKED = Asked(
    at="Maskinporten at https://test.maskinporten.no/",
    issuer="https://test.maskinporten.no/",
    client="0d8e-client",
    scope=SCOPE,
    key="key k1",
    consumer="991825827",
)
DATE = "Wed, 04 Feb 2026 11:32:00 GMT"
DATE_S = 1_770_204_720.0


def read(
    status: int, body: object, wall_s: float = DATE_S, headers: dict[str, str] | None = None
) -> MaskinportenToken | Setback:
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_token_answer(Response(status, {"date": DATE, **(headers or {})}, octets), ASKED, wall_s)


def setback(
    status: int, body: object, wall_s: float = DATE_S, headers: dict[str, str] | None = None
) -> Setback:
    found = read(status, body, wall_s, headers)
    assert isinstance(found, Setback)
    return found


@pytest.mark.parametrize(
    "vector", VECTORS["refusals"], ids=lambda vector: f"{vector['code']}-{vector['error']}-{vector['status']}"
)
def test_a_refusal_says_what_to_fix_and_whether_to_ask_again(vector: dict[str, Any]) -> None:
    body = {"error": vector["error"], "error_description": vector["description"]}
    found = setback(vector["status"], body)
    error = found.error()

    assert (found.code, found.again, found.status) == (vector["code"], vector["again"], vector["status"])
    assert vector["says"] in found.sentence
    assert isinstance(error, NoToken)
    assert str(error) == f"no token could be had: {found.sentence}"
    assert (error.code, error.status) == (vector["code"], vector["status"])
    assert error.temporary is (vector["again"] != "never")


@pytest.mark.parametrize("lifetime", [599, 119, 3600, 599.0])
def test_a_token_says_how_long_it_lives(lifetime: float) -> None:
    found = read(200, {"access_token": "e30.e30.c2ln", "token_type": "Bearer", "expires_in": lifetime})

    assert found == MaskinportenToken("e30.e30.c2ln", float(lifetime))
    assert "e30" not in repr(found)


@pytest.mark.parametrize("lifetime", [None, "599", 0, -1, True])
def test_a_token_whose_life_is_not_said_is_still_one(lifetime: object) -> None:
    assert read(200, {"access_token": "x", "expires_in": lifetime}) == MaskinportenToken("x", None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>login</html>",
        [],
        {},
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": "a b"},
        {"access_token": "a\r\nx-evil: 1"},
        {"access_token": "ø"},
    ],
)
def test_a_200_without_a_token_is_not_maskinportens(body: object) -> None:
    found = setback(200, body)

    assert found.again is Again.LATER
    assert "what answered (200) in place of Maskinporten" in found.sentence


@pytest.mark.parametrize("status", [302, 400, 404, 405])
def test_a_refusal_that_says_nothing_is_not_maskinportens(status: int) -> None:
    assert "does not speak as it does" in setback(status, b"<html>").sentence


def test_an_answer_that_is_far_too_large_is_not_maskinportens() -> None:
    body = {"access_token": "x", "padding": "y" * 70_000}

    assert "does not speak as it does" in setback(200, body).sentence


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 599])
def test_an_outage_passes(status: int) -> None:
    found = setback(status, {"error": "server_error", "error_description": "MP-100"})

    assert (found.again, found.code, found.status) == (Again.LATER, None, status)
    assert f"out of order at the moment (it answered {status})" in found.sentence


@pytest.mark.parametrize("why", Trouble)
def test_silence_passes_and_its_cause_is_named_in_one_line(why: Trouble) -> None:
    found = read_token_answer(Silence(why, left=True, detail="[Errno 111]\nrefused"), ASKED, DATE_S)

    assert isinstance(found, Setback)
    assert found.again is Again.LATER
    assert found.sentence.endswith("Maskinporten at https://test.maskinporten.no/ ([Errno 111] refused)")


@pytest.mark.parametrize(
    ("asked", "seconds"), [("2", 2), ("Wed, 04 Feb 2026 11:32:09 GMT", 9), ("", 0), ("soon", 0)]
)
def test_how_long_they_ask_us_to_wait_is_kept(asked: str, seconds: float) -> None:
    assert setback(503, b"", headers={"retry-after": asked}).after_s == seconds


@pytest.mark.parametrize(
    ("wall_s", "said", "skew_s"),
    [
        (DATE_S + 25, "The clock of this machine is 25 s ahead of theirs; set it right", -25),
        (DATE_S - 3600, "The clock of this machine is 3600 s behind theirs", 3600),
        (DATE_S + 1, None, None),
    ],
)
def test_a_clock_that_is_off_is_told_by_how_much(
    wall_s: float, said: str | None, skew_s: float | None
) -> None:
    found = setback(400, {"error_description": "MP-130: JWT expired"}, wall_s)

    assert found.skew_s == skew_s
    assert (said or "do not suit its clock [MP-130: JWT expired]") in found.sentence


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 99 Feb 2026 11:32:00 GMT"])
def test_without_a_date_nothing_is_said_about_the_clock(date: str) -> None:
    found = setback(400, {"error_description": "MP-130"}, DATE_S + 99, {"date": date})

    assert found.skew_s is None
    assert "clock of this machine" not in found.sentence


def test_a_date_without_a_zone_is_utc() -> None:
    assert (
        setback(400, {"error_description": "MP-130"}, DATE_S + 9, {"date": "04 Feb 2026 11:32:00"}).skew_s
        == -9
    )


@given(st.text("abcXYZ019_-.=/+ \n\x1b(:)", max_size=400))
def test_what_they_say_is_one_short_line_without_anything_long_enough_to_be_a_secret(said: str) -> None:
    shown = cleaned(said)

    assert len(shown) <= 200
    assert shown.isprintable()
    for word in shown.replace(":", " ").replace("(", " ").replace(")", " ").replace(".", " ").split():
        assert len(word) < 20 or set(word) <= set("0123456789abcdefABCDEF-")


def test_an_id_that_traces_a_request_stays() -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"

    assert trace in cleaned(f"MP-100 (trace_id: {trace})")
