"""What a reader takes for one character."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import pytest

from straks.core.cluster import clusters, is_mark


class Case(TypedDict):
    clusters: list[str]
    why: str


class Vectors(TypedDict):
    source: str
    cases: list[Case]


_FILE = Path(__file__).parents[1] / "vectors" / "clusters.json"
VECTORS: Vectors = json.loads(_FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in VECTORS["cases"]])
def test_what_a_reader_takes_for_one_character_stays_together(case: Case) -> None:
    assert clusters("".join(case["clusters"])) == case["clusters"]


def test_an_empty_text_has_no_clusters() -> None:
    assert clusters("") == []


def test_half_a_surrogate_pair_stands_by_itself() -> None:
    assert clusters("a\ud83d\u0301") == ["a", "\ud83d", "\u0301"]


def test_an_accent_is_a_mark_and_a_letter_is_none() -> None:
    assert [is_mark(character) for character in "\u030a\u20e3\ufe0fåa´"] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
