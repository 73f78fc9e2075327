"""What the service says when it says no: its three stages, its problems, and what is none of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.altinn.problem import explain, fields_of, one_line, problem_of, retry_after_s
from straks.wire.exchange import Response


class Case(TypedDict):
    what: str
    status: int
    body: str
    problem: str | None
    fields: dict[str, list[str]]
    explained: str | None


class Vectors(TypedDict):
    source: str
    note: str
    cases: list[Case]


VECTORS: Vectors = json.loads((Path(__file__).parents[1] / "vectors/problem-answers.json").read_text("utf-8"))
answers = pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["what"])


def answer(case: Case) -> Response:
    return Response(case["status"], {}, case["body"].encode())


@answers
def test_the_services_code_and_title_are_found(case: Case) -> None:
    assert problem_of(answer(case)) == case["problem"]


@answers
def test_the_services_complaints_are_found_under_our_names(case: Case) -> None:
    assert {name: list(said) for name, said in fields_of(answer(case)).items()} == case["fields"]


@answers
def test_a_refusal_is_explained_in_one_printable_line(case: Case) -> None:
    said = explain(answer(case))

    assert case["explained"] in (None, said)
    assert said
    assert said.isprintable()


def test_a_body_that_is_no_text_at_all_explains_nothing() -> None:
    assert explain(Response(400, {}, b"\xff\xfe\x00")) == "the service gave no reason"
    assert explain(Response(400, {}, b"[" * 500_000)) == "the service gave no reason"


def test_nothing_that_others_say_makes_an_error_endless() -> None:
    problem = Response(500, {}, json.dumps({"code": "C" * 9000, "title": "T" * 9000}).encode())
    complaints = Response(
        400, {}, json.dumps({"errors": {f"a{n}.Body": ["x" * 900] for n in range(99)}}).encode()
    )

    assert len(problem_of(problem) or "") == 402
    assert len(explain(complaints)) == 1000
    assert max(len(said) for said in fields_of(complaints)["body"]) == 300


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\n\tb", "a b"),
        ("\x1b[31m", "[31m"),
        ("\u202eabc\u2028", "abc"),
        (" møte ", "møte"),
        ("\ud800", ""),
    ],
)
def test_one_line_is_one_printable_line(text: str, line: str) -> None:
    assert one_line(text) == line


# When to come back

DATE = "Wed, 04 Feb 2026 11:32:00 GMT"


@pytest.mark.parametrize(
    ("asked", "date", "seconds"),
    [
        ("7", "", 7),
        (" 120 ", "", 120),
        ("0", "", 0),
        ("Wed, 04 Feb 2026 11:32:30 GMT", DATE, 30),
        ("Wed, 04 Feb 2026 12:32:30 +0100", DATE, 30),
        ("Wed, 04 Feb 2026 11:00:00 GMT", DATE, 0),
        ("Wed, 04 Feb 2026 11:32:30 GMT", "", None),
        ("Wed, 04 Feb 2026 11:32:30 GMT", "Wed, 04 Feb 2026 11:32:00 -0000", None),
        ("", DATE, None),
        ("-7", DATE, None),
        ("7.5", DATE, None),
        ("soon", DATE, None),
        ("\u0667", DATE, None),
    ],
)
def test_when_to_come_back_is_read_as_seconds_or_as_a_date(
    asked: str, date: str, seconds: float | None
) -> None:
    assert retry_after_s(Response(429, {"retry-after": asked, "date": date})) == seconds


def test_who_does_not_say_is_not_asked_again() -> None:
    assert retry_after_s(Response(503)) is None


@given(asked=st.text() | st.from_regex(r"\w{3}, \d+ (Jan|Feb) \d+ \d+:\d+:\d+ (GMT|[+-]\d+)"), date=st.text())
def test_whatever_is_asked_is_some_seconds_or_none(asked: str, date: str) -> None:
    for headers in ({"retry-after": asked, "date": date}, {"retry-after": asked, "date": DATE}):
        found = retry_after_s(Response(429, headers))
        assert found is None or found >= 0


def test_when_to_come_back_is_told() -> None:
    problem = Response(503, {"retry-after": "7"}, b'{"title": "Closed"}')

    assert explain(problem) == "Closed (come back in 7 s)"
