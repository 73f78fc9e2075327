"""The table of what the service does: each statement is held by a test, or left out with a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


class Statement(TypedDict):
    says: str
    source: str
    sure: str
    test: NotRequired[str]
    left_out: NotRequired[str]


_FILE = Path(__file__).parents[1] / "vectors" / "service-statements.json"
STATEMENTS: list[Statement] = json.loads(_FILE.read_text("utf-8"))["statements"]


@pytest.mark.parametrize("statement", [pytest.param(each, id=each["says"]) for each in STATEMENTS])
def test_a_statement_is_held_by_a_test_or_left_out_with_a_reason(
    statement: Statement, is_a_test: Callable[[str], bool]
) -> None:
    assert statement["source"]
    assert statement["sure"] in ("code", "framework", "docs", "unverified")
    assert ("test" in statement) != ("left_out" in statement)
    assert "test" not in statement or is_a_test(statement["test"])


def test_no_statement_is_made_twice() -> None:
    assert len({each["says"] for each in STATEMENTS}) == len(STATEMENTS)


def test_what_no_source_is_sure_of_is_not_played() -> None:
    assert [each["says"] for each in STATEMENTS if each["sure"] == "unverified" and "test" in each] == []


@pytest.mark.parametrize(
    "name",
    [
        "tests/simulator/test_desk.py::test_that_is_none",
        "tests/simulator/test_nothing.py::test_nobody_answers_at_the_location",
        "tests/simulator/conftest.py::desk",
        "test_nobody_answers_at_the_location",
    ],
)
def test_what_is_no_test_is_known_to_be_none(name: str, is_a_test: Callable[[str], bool]) -> None:
    assert not is_a_test(name)
