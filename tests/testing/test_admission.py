"""
What `admitted` draws: all of it where that can be counted, else the edges, within a hundred draws.

That what is drawn is admitted is a law in tests/properties, over random templates.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import find, given, settings

from straks.core.alphabet import SEPTETS
from straks.core.amount_kind import Amount
from straks.core.calendar_kinds import Date, DateTime, Time
from straks.core.choice_kind import Choice
from straks.core.declaration import _KINDS as DECLARED_KINDS
from straks.core.hygiene import offence
from straks.core.list_kind import ListOf
from straks.core.locale import LOCALES, OSLO
from straks.core.number_kinds import Duration, Integer
from straks.core.text_kinds import Code, Name, Reference, Text
from straks.core.url_kind import Url
from straks.testing import admitted, texts
from straks.testing.admission import _KINDS, edges

if TYPE_CHECKING:
    from straks.core.parameter import Parameter

Reached = Callable[[Any], bool]

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {choice: {locale: choice.upper() for locale in LOCALES} for choice in "abcd"}
)
MAY = datetime(2026, 5, 17, 12, tzinfo=OSLO)
SPRING = datetime(2026, 3, 29, 2, 30, tzinfo=OSLO)  # no clock showed it
AUTUMN = datetime(2026, 10, 25, 2, 30, tzinfo=OSLO)  # clocks showed it twice

FIRM = settings(settings.get_profile("firm"), max_examples=100)
FRESH = settings(derandomize=True, database=None, deadline=None, max_examples=500)


def drawn(parameter: Parameter, count: int = 400) -> list[Any]:
    """Return what is drawn for *parameter*, always the same."""
    found: list[Any] = []

    @settings(FIRM, max_examples=count)
    @given(admitted(parameter))
    def draw(value: object) -> None:
        found.append(value)

    draw()
    return found


SMALL: dict[str, tuple[Parameter, set[Any]]] = {
    "code": (Code(name="x", length=2, alphabet="ab"), {"aa", "ab", "ba", "bb"}),
    "pattern": (
        Reference(name="x", pattern="[ab]{1,2}", max_length=2),
        {"a", "b", "aa", "ab", "ba", "bb"},
    ),
    "choice": (Choice(name="x", words=WORDS), set(WORDS)),
    "integer": (Integer(name="x", min=-3, max=5), set(range(-3, 6))),
    "amount": (
        Amount(name="x", min=Decimal("-0.02"), max=Decimal("0.03")),
        {Decimal(ore) / 100 for ore in range(-2, 4)},
    ),
    "whole amount": (Amount(name="x", min=Decimal("0.5"), max=Decimal(3), currency="ISK"), {1, 2, 3}),
    "date": (
        Date(name="x", min=date(2024, 2, 27), max=date(2024, 3, 1)),
        {date(2024, 2, 27), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)},
    ),
    "time": (Time(name="x", min=time(8), max=time(8, 3)), {time(8, minute) for minute in range(4)}),
    "duration": (
        Duration(name="x", min=timedelta(0), max=timedelta(minutes=3), step=timedelta(seconds=30)),
        {timedelta(seconds=30 * step) for step in range(7)},
    ),
    "one moment": (DateTime(name="x", min=MAY, max=MAY), {MAY}),
    "list": (
        ListOf(name="x", of=Integer(name="x", min=0, max=1), max_items=2),
        {(0,), (1,), (0, 0), (0, 1), (1, 0), (1, 1)},
    ),
}


@pytest.mark.parametrize("kind", SMALL)
def test_of_few_values_all_are_drawn_and_no_others(kind: str) -> None:
    parameter, every = SMALL[kind]

    assert {parameter.check(value) for value in drawn(parameter)} == every


def test_each_letter_that_gsm7_has_and_a_value_may_hold_is_drawn() -> None:
    alone = Text(name="x", max_length=1, alphabet="gsm-7")
    every = {
        letter for letter in SEPTETS if letter not in "\n\r\f" and not letter.isspace() and letter != "."
    }

    assert {alone.check(value) for value in drawn(alone, 1_500)} == every


def test_a_text_is_drawn_from_all_of_unicode_that_a_value_may_hold() -> None:
    blanks = set("".join(texts._BLANKS))
    differing = [
        f"U+{code:04X}"
        for code, letter in enumerate(map(chr, range(sys.maxunicode + 1)))
        if (
            unicodedata.category(letter)[0] == "C"
            or unicodedata.category(letter) in ("Zl", "Zp")
            or letter in blanks
        )
        is (offence(letter) is None)
    ]

    assert differing == []


TEXT = Text(name="x", max_length=30, min_length=3, example="abc")
LINES = Text(name="x", max_length=30, lines=3)
GSM7 = Text(name="x", max_length=30, alphabet="gsm-7")
URL = Url(name="x", hosts=("a.example.org", "b.example.org"), max_length=40)
PATTERN = Reference(name="x", pattern="20[0-9]{2}/[0-9]{1,6}", max_length=11)
LIST = ListOf(name="x", of=GSM7, max_items=5)
DAYS = Date(name="x", min=date(2024, 1, 1), max=date(2026, 12, 31))
MOMENTS = DateTime(
    name="x", min=datetime(2026, 1, 1, tzinfo=OSLO), max=datetime(2026, 12, 31, 23, 59, tzinfo=OSLO)
)
DURATION = Duration(name="x", min=timedelta(minutes=2), max=timedelta(days=3))

EDGES: list[tuple[str, Parameter, Reached]] = [
    ("the shortest text", TEXT, lambda value: len(TEXT.check(value)) == 3),
    ("the longest text", TEXT, lambda value: len(TEXT.check(value)) == 30),
    ("a text of two code units a letter", TEXT, lambda value: len(value.encode("utf-16-le")) == 120),
    ("a text of four octets a letter", TEXT, lambda value: len(value.encode()) == 120),
    ("a text of long escapes", TEXT, lambda value: value.count('"') == 30),
    ("a letter that grows in capitals", TEXT, lambda value: len(value.upper()) == 90),
    ("a letter that grows in small letters", TEXT, lambda value: len(value.lower()) == 60),
    ("a letter with a mark apart", TEXT, lambda value: TEXT.check(value) != value.strip()),
    ("space around", TEXT, lambda value: value != value.strip() and TEXT.check(value) == value.strip()),
    ("an emoji in colour", TEXT, lambda value: "❤\ufe0f" in value),
    ("markup", TEXT, lambda value: "<" in value and "&" in value),
    ("all lines", LINES, lambda value: value.count("\n") == 2),
    (
        "all lines and the longest",
        LINES,
        lambda value: value.count("\n") == 2 and len(LINES.check(value)) == 30,
    ),
    ("line ends of another system", LINES, lambda value: "\r\n" in value),
    ("two septets a letter", GSM7, lambda value: sum(SEPTETS[letter] for letter in GSM7.check(value)) == 60),
    ("an empty text", Text(name="x", max_length=9, min_length=0), lambda value: value == ""),
    ("a person's name", Name(name="x", max_length=30), lambda value: value == "Åse-Marie Ødegård"),
    ("a leading zero", Code(name="x", length=6), lambda value: value.startswith("0") and len(set(value)) > 1),
    ("the longest match", PATTERN, lambda value: len(value.strip()) == 11),
    ("the shortest match", PATTERN, lambda value: len(value.strip()) == 6),
    ("the second host", URL, lambda value: value.startswith("https://b.example.org")),
    ("a bare host", URL, lambda value: value == "https://a.example.org"),
    ("the longest address", URL, lambda value: len(value) == 40),
    ("a query", URL, lambda value: "?" in value),
    ("a fragment", URL, lambda value: "#" in value),
    ("one more than the least", Integer(name="x", min=-(10**9), max=10**9), lambda value: value == 1 - 10**9),
    ("the most", Integer(name="x", min=-(10**9), max=10**9), lambda value: value == 10**9),
    ("a number before a digit is added", Integer(name="x", min=0, max=10**9), lambda value: value == 9_999),
    ("an amount as an int", Amount(name="x", min=Decimal(0), max=Decimal(10**6)), lambda v: type(v) is int),
    (
        "an amount with an exponent",
        Amount(name="x", min=Decimal(0), max=Decimal(10**6)),
        lambda value: "E+" in str(value),
    ),
    (
        "a zero below zero",
        Amount(name="x", min=Decimal(0), max=Decimal(10**6)),
        lambda value: str(value) == "-0.00",
    ),
    ("the last day", DAYS, lambda value: value == DAYS.max),
    ("the last of February", DAYS, lambda value: value == date(2024, 2, 29)),
    ("the longest month", DAYS, lambda value: (value.month, value.day) == (9, 30)),
    ("midnight", Time(name="x"), lambda value: value == time(0)),
    ("a minute to midnight", Time(name="x"), lambda value: value == time(23, 59)),
    ("the first moment", MOMENTS, lambda value: value == MOMENTS.min),
    ("the last moment", MOMENTS, lambda value: value == MOMENTS.max),
    (
        "a time that is skipped",
        MOMENTS,
        lambda at: at.replace(tzinfo=None) == SPRING.replace(tzinfo=None),
    ),
    (
        "a time that is there twice, the first",
        MOMENTS,
        lambda at: at.replace(tzinfo=None) == AUTUMN.replace(tzinfo=None) and at.fold == 0,
    ),
    (
        "a time that is there twice, the second",
        MOMENTS,
        lambda at: at.replace(tzinfo=None) == AUTUMN.replace(tzinfo=None) and at.fold == 1,
    ),
    ("another zone", MOMENTS, lambda at: at.tzinfo is UTC),
    ("the shortest duration", DURATION, lambda value: value == DURATION.min),
    ("one step before the end", DURATION, lambda value: value == DURATION.max - DURATION.step),
    ("an hour", DURATION, lambda value: value == timedelta(hours=1)),
    ("a day and a minute", DURATION, lambda value: value == timedelta(days=1, minutes=1)),
    ("a full list of what is dear", LIST, lambda value: list(value) == ["€" * 30] * 5),
    ("a list of one", LIST, lambda value: len(value) == 1),
    ("a list as a tuple", LIST, lambda value: isinstance(value, tuple)),
]


@pytest.mark.parametrize(("edge", "parameter", "reached"), EDGES, ids=[edge for edge, *_ in EDGES])
def test_an_edge_is_reached(edge: str, parameter: Parameter, reached: Reached) -> None:
    # Hypothesis raises where it finds none.
    assert reached(find(admitted(parameter), reached, settings=settings(FIRM, max_examples=1_000)))


def test_what_does_not_matter_shrinks_to_the_example() -> None:
    number = Integer(name="x", min=0, max=99, example=7)
    text = Text(name="x", max_length=30, example="Biblioteket")

    assert find(admitted(number), lambda _: True, settings=FRESH) == 7
    assert find(admitted(text), lambda _: True, settings=FRESH) == "Biblioteket"


def test_what_matters_shrinks_to_the_simplest_that_shows_it() -> None:
    number = Integer(name="x", min=0, max=10**9, example=7)
    text = Text(name="x", max_length=30, example="Biblioteket")

    assert find(admitted(number), lambda value: value > 12_345, settings=FRESH) == 12_346
    assert find(admitted(text), lambda value: "€" in value, settings=FRESH) == "€"
    assert find(admitted(text), lambda value: len(value) > 11, settings=FRESH) == "0" * 12


def test_every_kind_that_a_manifest_may_declare_is_drawn() -> None:
    assert {kind.kind for kind in _KINDS} == set(DECLARED_KINDS)


def test_no_edge_stands_there_twice() -> None:
    found = edges(GSM7)

    assert len(set(found)) == len(found)
    assert "€" * 30 in found
