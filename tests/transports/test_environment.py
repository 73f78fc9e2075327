"""Where a token may go, and what counts as this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import pytest

from straks.errors import InvalidSetting
from straks.transports.environment import base_url_of, is_loopback, is_rehearsal


class Usable(TypedDict):
    given: str
    base_url: str
    rehearsal: bool


class Refused(TypedDict):
    given: str
    why: str


class Vectors(TypedDict):
    source: str
    usable: list[Usable]
    refused: list[Refused]


VECTORS: Vectors = json.loads((Path(__file__).parents[1] / "vectors/environments.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS["usable"], ids=lambda case: case["given"])
def test_a_name_or_a_safe_address_is_an_environment(case: Usable) -> None:
    assert base_url_of(case["given"]) == case["base_url"]
    assert base_url_of(case["base_url"]) == case["base_url"]
    assert is_rehearsal(case["base_url"]) == case["rehearsal"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["why"])
def test_anything_else_is_refused_with_what_is_known(case: Refused) -> None:
    with pytest.raises(InvalidSetting, match="known are prod, tt02, or an address: https") as caught:
        base_url_of(case["given"])

    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("given", "meant"), [("TT02", "tt02"), ("tt2", "tt02"), ("test", "tt02"), ("Production", "prod")]
)
def test_a_misspelt_environment_is_told_the_nearest(given: str, meant: str) -> None:
    with pytest.raises(InvalidSetting, match=rf"http to this machine\. Did you mean '{meant}'\?"):
        base_url_of(given)


def test_a_token_in_the_environments_place_is_not_repeated() -> None:
    with pytest.raises(InvalidSetting) as caught:
        base_url_of("eyJhbGciOiJIUzI1NiJ9.e30.482913")

    assert "482913" not in str(caught.value)
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("128.0.0.1", False),
        ("", False),
        ("a", False),
    ],
)
def test_this_machine_is_known_by_name_and_by_address(host: str, *, here: bool) -> None:
    assert is_loopback(host) == here
