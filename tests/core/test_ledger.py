"""The gateway's count and the service's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import pytest

from straks.core.ledger import gateway_count, is_truncated, recorded_count, recorded_length
from straks.core.segment import segment


class Count(TypedDict):
    text: str
    times: int
    tail: str
    recorded: int
    gateway: int | None
    segments: int


class Length(TypedDict):
    text: str
    length: int


class Vectors(TypedDict):
    source: str
    cases: list[Count]
    lengths: list[Length]


_FILE = Path(__file__).parents[1] / "vectors" / "sms-counts.json"
VECTORS: Vectors = json.loads(_FILE.read_text(encoding="utf-8"))


def named(case: Count) -> str:
    return f"{case['times']} times {case['text']!r} and {case['tail']!r}"


def whole(case: Count) -> str:
    return case["text"] * case["times"] + case["tail"]


@pytest.mark.parametrize("case", [pytest.param(case, id=named(case)) for case in VECTORS["cases"]])
def test_the_services_figure_and_the_standards_are_each_their_own(case: Count) -> None:
    assert recorded_count(whole(case)) == case["recorded"]
    assert len(segment(whole(case))) == case["segments"]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=named(case)) for case in VECTORS["cases"] if case["gateway"] is not None]
)
def test_the_gateway_counts_its_own_characters(case: Count) -> None:
    assert gateway_count(whole(case)) == case["gateway"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["text"]) for case in VECTORS["lengths"]])
def test_the_recorded_length_is_that_of_the_encoded_text(case: Length) -> None:
    assert recorded_length(case["text"]) == case["length"]


@pytest.mark.parametrize(
    ("length", "messages"), [(0, 1), (160, 1), (161, 2), (268, 2), (269, 3), (2144, 16), (2145, 17)]
)
def test_the_gateways_count_steps_at_160_and_then_at_every_134(length: int, messages: int) -> None:
    assert gateway_count("ø" * length) == messages


def test_only_what_the_gateway_cannot_carry_is_truncated() -> None:
    assert not is_truncated("ø" * 2144)
    assert is_truncated("ø" * 2145)


def test_the_recorded_count_stops_at_16_and_tells_nothing_of_truncation() -> None:
    text = "ø" * 400

    assert recorded_length(text) == 2400
    assert recorded_count(text) == 16
    assert not is_truncated(text)


def test_half_a_surrogate_pair_is_recorded_as_the_replacement_character() -> None:
    assert recorded_length("\ud83d") == 9
