"""``straks explain``."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from straks.cli.known_rules import by_code
from straks.policy.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result


KNOWN = by_code(RULES)


@pytest.mark.parametrize("code", KNOWN)
def test_every_rule_has_a_page_that_says_what_why_and_instead(cli: Callable[..., Result], code: str) -> None:
    out = cli("explain", code).stdout

    assert out.startswith(f"{code} {KNOWN[code].name}\n")
    words = KNOWN[code].page.replace("``", "`").split()

    assert out.split()[-len(words) :] == words
    assert all(f"\n{section}:" in out for section in ("Why", "Instead", "Source"))


@pytest.mark.parametrize("columns", [30, 80, 200])
def test_a_page_is_wrapped_between_words_and_never_wider_than_one_reads(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    page = cli("explain", "SMS103").stdout.split("\n\n", 1)[1]

    assert page.split() == KNOWN["SMS103"].page.replace("``", "`").split()
    assert max(len(line.rstrip()) for line in page.splitlines()) <= min(columns, 80)


def test_a_rule_is_found_by_its_name_and_in_small_letters(cli: Callable[..., Result]) -> None:
    by_code = cli("explain", "SMS102").stdout

    assert cli("explain", "sms102").stdout == by_code
    assert cli("explain", "character-that-forces-ucs2").stdout == by_code


def test_a_rule_that_straks_keeps_itself_names_the_test_that_shows_it(cli: Callable[..., Result]) -> None:
    assert "kept at run time, shown by tests/" in cli("explain", "TPL001").stdout


def test_json_has_the_page(cli: Callable[..., Result]) -> None:
    document = json.loads(cli("explain", "SMS101", "--json").stdout)

    assert document["code"] == "SMS101"
    assert document["decided"] == "template"
    assert document["page"] == KNOWN["SMS101"].page


@pytest.mark.parametrize("family", sorted({code[:3] for code in KNOWN}))
def test_no_heading_of_a_family_names_a_range_that_is_not_its_lists(
    cli: Callable[..., Result], family: str
) -> None:
    heading = cli("explain", family).stdout.splitlines()[0]

    assert re.fullmatch(rf"{family}  \S.*", heading)
    assert not re.search(r"[A-Z]{3}\d+ to |[A-Z]{3}\d+x", heading)


def test_the_beginning_of_a_code_lists_what_begins_so(cli: Callable[..., Result]) -> None:
    family = [code for code in KNOWN if code.startswith("SMS10")]
    out = cli("explain", "sms10").stdout
    documents = json.loads(cli("explain", "SMS10", "--json").stdout)

    assert re.findall(r"\b[A-Z]{3}\d{3,4}\b", out) == family
    assert [document["code"] for document in documents] == family
    assert all(document["page"] for document in documents)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "there is no rule ''"),
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
