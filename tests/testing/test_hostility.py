"""
Hostile values: what each kind is given, and that all of it is refused or does nothing.

That a hostile value stands in the message as it was given, and nowhere as syntax, is the law of a file
in tests/properties.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from straks.core.amount_kind import Amount
from straks.core.calendar_kinds import Date, DateTime, Time
from straks.core.choice_kind import Choice
from straks.core.list_kind import ListOf
from straks.core.locale import LOCALES, OSLO
from straks.core.number_kinds import Duration, Integer
from straks.core.parameter import Unfit
from straks.core.text_kinds import Code, Reference, Text
from straks.core.url_kind import Url
from straks.testing import hostile
from straks.testing.admission import _KINDS
from straks.testing.drawn import fits
from straks.testing.hostility import _BEYOND, TEXTS, outside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from straks.core.parameter import Parameter

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({"open": dict.fromkeys(LOCALES, "åpen")})
CODE = Code(name="x", length=6)
LONGER = Text(name="x", max_length=60, example="Biblioteket")
TEXT = Text(name="x", max_length=30, min_length=2)
INTEGER = Integer(name="x", min=1, max=20)
AMOUNT = Amount(name="x", min=Decimal(1), max=Decimal(20))
DAY = Date(name="x", min=date(2026, 1, 1), max=date(2026, 12, 31))
TIME = Time(name="x", min=time(8), max=time(16))
MOMENT = DateTime(
    name="x", min=datetime(2026, 1, 1, tzinfo=OSLO), max=datetime(2026, 12, 31, 23, 59, tzinfo=OSLO)
)
DURATION = Duration(name="x", min=timedelta(minutes=2), max=timedelta(minutes=10))
CHOICE = Choice(name="x", words=WORDS)
URL = Url(name="x", hosts=("www.example.org",), max_length=60)
REFERENCE = Reference(name="x", pattern="20[0-9]{2}/[0-9]{1,6}", max_length=11)
LIST = ListOf(name="x", of=Integer(name="x", min=1, max=20), max_items=3)
FIRM = settings(settings.get_profile("firm"), max_examples=3_000)


def drawn(parameter: Parameter) -> list[Any]:
    """Return hostile values for *parameter*, always the same."""
    found: list[Any] = []

    @settings(FIRM)
    @given(hostile(parameter))
    def draw(value: object) -> None:
        found.append(value)

    draw()
    return found


def is_(wanted: object) -> Callable[[Any], bool]:
    return lambda value: type(value) is type(wanted) and repr(value) == repr(wanted)


# What each kind must be asked, whatever else it is.
ASKED: list[tuple[Parameter, Callable[[Any], bool]]] = [
    (CODE, is_("99999")),
    (CODE, is_("9999999")),
    (CODE, is_(111111)),
    (CODE, lambda value: isinstance(value, str) and value.isdigit() and not value.isascii()),
    (TEXT, is_("a")),
    (TEXT, is_("a" * 31)),
    (TEXT, lambda value: isinstance(value, str) and len(value) == 1_000_000),
    (TEXT, is_(None)),
    (INTEGER, is_(0)),
    (INTEGER, is_(21)),
    (INTEGER, is_("1")),
    (INTEGER, is_(1.0)),
    (INTEGER, is_(True)),
    (INTEGER, is_(10**400)),
    (INTEGER, is_(float("nan"))),
    (AMOUNT, is_(Decimal("0.99"))),
    (AMOUNT, is_(Decimal("20.01"))),
    (AMOUNT, is_(Decimal("1.005"))),
    (AMOUNT, is_(Decimal("sNaN"))),
    (AMOUNT, is_(Decimal("1E+999999"))),
    (DAY, is_(date(2025, 12, 31))),
    (DAY, is_(date(2027, 1, 1))),
    (DAY, lambda value: isinstance(value, datetime)),
    (TIME, is_(time(7, 59))),
    (TIME, is_(time(16, 1))),
    (TIME, lambda value: isinstance(value, time) and value.tzinfo is not None),
    (MOMENT, lambda value: isinstance(value, datetime) and value.tzinfo is None and value.year == 2026),
    (MOMENT, is_(MOMENT.max + timedelta(microseconds=1))),
    (DURATION, is_(timedelta(minutes=1))),
    (DURATION, is_(timedelta(minutes=11))),
    (DURATION, is_(timedelta(minutes=2, seconds=30))),
    (DURATION, is_(timedelta.max)),
    (CHOICE, is_("OPEN")),
    (CHOICE, is_("åpen")),
    (CHOICE, is_("open ")),
    (URL, is_("http://www.example.org/")),
    (URL, is_("https://www.example.org@evil.no/")),
    (URL, is_("https://www.example.org.evil.example.com/")),
    (URL, is_("https://www.еxample.org/".replace("е", "e").replace("o", "\u043e"))),
    (URL, lambda value: isinstance(value, str) and len(value) == 61),
    (REFERENCE, lambda value: isinstance(value, str) and value.endswith("\u0660")),
    (REFERENCE, lambda value: isinstance(value, str) and value.endswith("x")),
    (LIST, is_([])),
    (LIST, is_([1, 1, 1, 1])),
]


@pytest.mark.parametrize(
    ("parameter", "asked"), ASKED, ids=[f"{number}-{one.kind}" for number, (one, _) in enumerate(ASKED)]
)
def test_it_is_asked_and_refused(parameter: Parameter, asked: Callable[[Any], bool]) -> None:
    found = [value for value in outside(parameter) if asked(value)]

    assert found
    for value in found:
        with pytest.raises(Unfit):
            parameter.check(value)


def test_every_piece_comes_up_alone_and_within_a_word() -> None:
    words = [value for value in drawn(LONGER) if isinstance(value, str)]

    for piece in (piece for some in TEXTS.values() for piece in some):
        assert piece in words, ascii(piece)
        assert any(piece in word != piece for word in words), ascii(piece)


def test_all_that_is_outside_of_a_kind_comes_up() -> None:
    assert {repr(value) for value in outside(INTEGER)} == {repr(value) for value in drawn(INTEGER)}


MUST_BE_REFUSED = (
    "links",
    "controls",
    "reading directions",
    "what does not show",
    "marks in front",
    "no characters",
)


@pytest.mark.parametrize("sort", MUST_BE_REFUSED)
def test_what_no_text_may_hold_is_refused_alone_and_among_words(sort: str) -> None:
    for piece in TEXTS[sort]:
        assert not fits(LONGER, piece), ascii(piece)
        if sort != "marks in front":  # which join what is before them, as marks do
            assert not fits(LONGER, f"a {piece} b"), ascii(piece)


def test_none_is_hostile_unless_it_may_be_left_out() -> None:
    assert None in outside(TEXT)
    assert None not in outside(replace(TEXT, optional=True))


def test_every_kind_has_something_just_outside_of_it() -> None:
    assert set(_BEYOND) == set(_KINDS)
