"""Tokens that somebody else fetches: ready ones, functions', files'."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

import straks
from straks.altinn.fetch import Leg
from straks.altinn.keeping import Happening, TokenEvent
from straks.altinn.token_source import Given, Need
from straks.errors import InvalidSetting, NoToken
from straks.simulator.desk import BASE, Desk
from straks.simulator.memory import MemoryCarrier
from straks.transports.tokens.events import log_event
from straks.transports.tokens.sources import AskedToken, ReadyToken, TokenFile, source_of
from straks.wire.plan import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from straks.altinn.token_source import TokenSource

NEED = Need(BASE, 0.0)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def given(source: TokenSource, desk: Desk) -> Given:
    return run(source.token(NEED), MemoryCarrier(desk))


# What a transport takes


def test_a_string_a_function_and_a_source_are_sources(desk: Desk) -> None:
    ready = source_of(f" {desk.token()}\n")
    asked = source_of(desk.token)
    mine = straks.TokenFile("token")

    assert isinstance(ready, ReadyToken)
    assert isinstance(asked, AskedToken)
    assert source_of(mine) is mine


@pytest.mark.parametrize("token", ["", " ", "Bearer a", "a\nb", "tøken", b"abc", None, 7, object()])
def test_what_is_no_token_is_refused_and_not_repeated(token: object) -> None:
    with pytest.raises(InvalidSetting, match=r"or a source of them such as straks\.Maskinporten"):
        source_of(token)


# Ready-made


def test_a_ready_token_is_given_as_it_is(desk: Desk) -> None:
    token = desk.token()
    source = ReadyToken(token, clock=desk.now_s)
    had = given(source, desk)

    assert (had.value, had.suspicion) == (token, "")
    assert not source.refused(had, NEED)


def test_a_ready_token_that_has_run_out_is_suspect_and_there_is_no_other(desk: Desk) -> None:
    source = ReadyToken(desk.token(), clock=lambda: desk.now_s() + 1801)

    assert "has run out" in given(source, desk).suspicion
    assert "is not renewed; straks.Maskinporten renews itself" in given(source, desk).suspicion


def test_a_ready_token_that_is_no_jwt_is_never_suspect(desk: Desk) -> None:
    assert given(ReadyToken("opaque"), desk).suspicion == ""


@pytest.mark.parametrize(("left_s", "noted"), [(121, 0), (119, 1), (-5, 1)])
def test_a_ready_token_with_little_time_left_is_noted_once(desk: Desk, left_s: float, noted: int) -> None:
    events: list[TokenEvent] = []
    source = ReadyToken(desk.token(), clock=lambda: desk.now_s() + 1800 - left_s, note=events.append)
    given(source, desk)
    given(source, desk)

    assert [event.happening for event in events] == [Happening.RUNS_OUT] * noted
    assert all(f"has {left_s:.0f} s left and is not renewed" in event.sentence for event in events)


# Functions


def test_a_function_is_asked_each_time_and_again_after_a_refusal(desk: Desk) -> None:
    source = AskedToken(lambda: f" {desk.token()}\n", clock=desk.now_s)
    first, second = given(source, desk), given(source, desk)

    assert first.value != second.value
    assert source.refused(first, NEED)
    assert first.suspicion == ""


def test_what_a_functions_token_shows_to_be_wrong_is_a_suspicion(desk: Desk) -> None:
    source = AskedToken(lambda: desk.token(scope="a:b"), clock=desk.now_s)

    assert "lacks the scope" in given(source, desk).suspicion


def fails() -> str:
    raise LookupError("token-482913")


@pytest.mark.parametrize(
    ("function", "error"),
    [(lambda: "a b", InvalidSetting), (lambda: None, InvalidSetting), (fails, LookupError)],
)
def test_a_function_that_gives_none_raises(
    desk: Desk, function: Callable[[], Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        given(AskedToken(function), desk)


# Files


def test_a_token_file_is_read_each_time(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "token"
    source = TokenFile(file, clock=desk.now_s)
    for token in (desk.token(), desk.token()):
        file.write_text(f"{token}\n")
        assert given(source, desk).value == token
    file.write_bytes(b"\xef\xbb\xbfwith-a-mark")

    assert given(source, desk).value == "with-a-mark"


@pytest.mark.parametrize("octets", [None, b"\xff\xfe\x00"])
def test_a_token_file_that_cannot_be_read_is_named(desk: Desk, tmp_path: Path, octets: bytes | None) -> None:
    file = tmp_path / "token"
    if octets is not None:
        file.write_bytes(octets)
    with pytest.raises(NoToken, match=r"the token file .*token cannot be read") as caught:
        given(TokenFile(file), desk)

    assert caught.value.temporary


def test_an_empty_token_file_holds_no_token(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")
    with pytest.raises(InvalidSetting):
        given(TokenFile(tmp_path / "token"), desk)


def test_no_source_shows_its_token(desk: Desk) -> None:
    assert [repr(ReadyToken("token-482913")), repr(AskedToken(fails))] == [
        "<ReadyToken>",
        "the token function",
    ]


# The log


@pytest.mark.parametrize(
    ("happening", "level"),
    [
        (Happening.REUSED, "DEBUG"),
        (Happening.FETCHED, "INFO"),
        (Happening.RENEWED_EARLY, "INFO"),
        (Happening.EARLY_FAILED, "WARNING"),
        (Happening.FAILED, "WARNING"),
        (Happening.REFUSED, "WARNING"),
        (Happening.KEY_EXPIRES, "WARNING"),
        (Happening.RUNS_OUT, "WARNING"),
    ],
)
def test_what_happens_is_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture, happening: Happening, level: str
) -> None:
    with caplog.at_level(logging.DEBUG, "straks.tokens"):
        log_event(TokenEvent(happening, BASE))
        log_event(
            TokenEvent(
                happening, BASE, "why", "MP-100", (Leg("Maskinporten", 400, 0.25), Leg("Altinn", None, 1))
            )
        )
    plain, full = caplog.records

    assert (plain.levelname, full.levelname) == (level, level)
    assert plain.getMessage() == f"token {happening} for {BASE}"
    assert (
        full.getMessage()
        == f"token {happening} for {BASE}: why; Maskinporten 400 in 0.25 s, Altinn silent in 1.00 s"
    )
