"""Who is let in: programs, people who follow a link, and the simulator's own page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.simulator.doorkeeper import is_ours, turned_away

HERE = "127.0.0.1:5090"


def status(method: str = "GET", **headers: str) -> int | None:
    given = {"host": HERE} | {name.replace("_", "-"): value for name, value in headers.items()}
    answer = turned_away(method, given, ["altinn"])
    return None if answer is None else answer.status


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:5090",
        "localhost:5090",
        "LocalHost",
        "[::1]:5090",
        "[::1]",
        "192.0.2.7:5090",
        "altinn:5090",
        "ALTINN",
        "",
    ],
)
def test_an_address_localhost_and_its_own_names_are_let_in(host: str) -> None:
    assert status(host=host) is None


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example",
        "attacker.example:5090",
        "127.0.0.1.attacker.example:5090",
        "localhost.attacker.example",
        "altinn.attacker.example",
        "127.0.0.1@attacker.example",
        "127.0.0.1:5090:5090",
        "[::1",
        "::1",
        "2130706433",
        "127.0.0.1 ",
        "a b",
    ],
)
def test_any_other_name_is_misdirected(host: str) -> None:
    assert status(host=host) == 421


@given(st.text())
def test_any_text_is_a_host_or_none(host: str) -> None:
    assert is_ours(host, []) in (True, False)


def test_what_is_no_browser_sends_no_origin_and_is_let_in() -> None:
    assert status("POST") is None


@pytest.mark.parametrize("origin", ["http://127.0.0.1:5090", "HTTP://127.0.0.1:5090"])
def test_the_simulators_own_page_is_let_in(origin: str) -> None:
    assert status("POST", origin=origin, sec_fetch_site="same-origin") is None


@pytest.mark.parametrize(
    "origin",
    [
        "https://attacker.example",
        "http://127.0.0.1:3000",
        "http://localhost:5090",
        "https://127.0.0.1:5090",
        "null",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_a_page_of_another_origin_is_turned_away(method: str, origin: str) -> None:
    assert status(method, origin=origin) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_page_elsewhere_draws_in_is_turned_away_though_it_names_no_origin(site: str) -> None:
    assert status(sec_fetch_site=site, sec_fetch_mode="no-cors") == 403
    assert status("POST", sec_fetch_site=site, sec_fetch_mode="navigate") == 403


@pytest.mark.parametrize("site", ["none", "same-origin", "cross-site", "same-site"])
def test_a_person_who_follows_a_link_to_the_inbox_is_let_in(site: str) -> None:
    assert status(sec_fetch_site=site, sec_fetch_mode="navigate") is None


def test_who_is_turned_away_is_told_the_way_out_and_not_what_was_asked() -> None:
    answer = turned_away("GET", {"host": "attacker.example"}, [])

    assert answer is not None
    assert "--allow-host NAME" in answer.json()["error"]
    assert "attacker" not in answer.json()["error"]
