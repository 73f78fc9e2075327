"""
What standards ask of one-time codes, and how it is met: each item names the tests that show it. Run as a
script, this writes the table into the page.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "one-time-codes.md"
BEGIN, END = "| item | asks | straks | shown by |\n", "\n<!-- the end of the table -->"


class Item(TypedDict):
    item: str
    asks: str
    met: str
    tests: list[str]


ITEMS: list[Item] = json.loads((ROOT / "tests/vectors/one_time_codes.json").read_text("utf-8"))["items"]
TESTS = sorted({test for item in ITEMS for test in item["tests"]})


def table() -> str:
    """Return the table that the items make."""
    rows = [
        f"| {item['item']} | {item['asks']} | {item['met']} | "
        + "<br>".join(f"`{test.rpartition('::')[2]}`" for test in item["tests"])
        + " |"
        for item in ITEMS
    ]
    return "\n".join([BEGIN.rstrip(), "|---|---|---|---|", *rows]) + "\n"


def parts(page: str) -> tuple[str, str, str]:
    """Return what stands before the table, the table, and what stands after it."""
    before, _, rest = page.partition(BEGIN)
    rows, _, after = rest.partition(END)
    return before, BEGIN + rows, END + after


@pytest.mark.parametrize("test", TESTS)
def test_each_test_that_is_named_is_there(test: str, is_a_test: Callable[[str], bool]) -> None:
    assert is_a_test(test)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item['item']}: {item['asks']}")
def test_what_no_test_shows_is_said_to_be_yours(item: Item) -> None:
    assert bool(item["tests"]) != item["met"].startswith("yours to do")


def test_the_page_holds_the_table() -> None:
    assert parts(PAGE.read_text("utf-8"))[1] == table()


if __name__ == "__main__":
    before, _, after = parts(PAGE.read_text("utf-8"))
    PAGE.write_text(before + table() + after, "utf-8")
