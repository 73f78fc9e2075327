"""``straks explain``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from straks.cli.known_rules import KNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result


@pytest.mark.parametrize("code", KNOWN)
def test_every_rule_has_a_page_that_says_what_why_and_instead(cli: Callable[..., Result], code: str) -> None:
    out = cli("explain", code).stdout

    assert out.startswith(f"{code} {KNOWN[code].name}\n")
    assert all(part in out for part in (KNOWN[code].page, "Why:", "Instead:", "Source:"))


def test_a_rule_is_found_by_its_name_and_in_small_letters(cli: Callable[..., Result]) -> None:
    by_code = cli("explain", "SMS102").stdout

    assert cli("explain", "sms102").stdout == by_code
    assert cli("explain", "character-that-forces-ucs2").stdout == by_code


def test_a_rule_that_straks_keeps_itself_names_the_test_that_shows_it(cli: Callable[..., Result]) -> None:
    assert "kept at run time, shown by tests/" in cli("explain", "TPL001").stdout


def test_json_has_the_page(cli: Callable[..., Result]) -> None:
    document = json.loads(cli("explain", "SMS101", "--json").stdout)

    assert document["code"] == "SMS101"
    assert document["decided"] == "page"
    assert document["page"] == KNOWN["SMS101"].page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("SMS1O1", "did you mean SMS101?"),
        ("character-forces-ucs2", "did you mean character-that-forces-ucs2?"),
        ("?", "straks rules lists them all"),
    ],
)
def test_an_unknown_code_names_the_nearest(cli: Callable[..., Result], given: str, said: str) -> None:
    result = cli("explain", given)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr
