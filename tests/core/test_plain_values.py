"""What is taken quickly is what the parameter itself admits, prints and writes; guard by guard."""

from __future__ import annotations

import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core import plain_values
from straks.core.amount_kind import Amount
from straks.core.calendar_kinds import Date, DateTime, Time
from straks.core.choice_kind import Choice
from straks.core.locale import OSLO
from straks.core.number_kinds import Duration, Integer
from straks.core.plain_values import plain_text, taker
from straks.core.straight import Filling
from straks.core.text_kinds import Code, Name, Reference, Text
from straks.core.url_kind import Url

if TYPE_CHECKING:
    from straks.core.parameter import Parameter

WORDS = {"a": {"nb": "ja", "nn": "ja", "en": "yes"}, "b": {"nb": "nei", "nn": "nei", "en": "no"}}
PARAMETERS: list[Parameter] = [
    Text(name="x", max_length=12),
    Text(name="x", max_length=6, min_length=3, alphabet="gsm-7"),
    Text(name="x", max_length=12, min_length=0, lines=3),
    Name(name="x", max_length=12),
    Reference(name="x", max_length=12),
    Reference(name="x", max_length=12, pattern=r"20\d\d/\d{1,6}"),
    Code(name="x", length=6),
    Code(name="x", length=4, alphabet="ABC123"),
    Choice(name="x", words=WORDS),
    Choice(name="x", words=WORDS, secret=True),
    Url(name="x", hosts=("www.example.org",), max_length=40),
    Integer(name="x", min=-5, max=5_000),
    Amount(name="x", min=Decimal(0), max=Decimal(500)),
    Date(name="x"),
    Time(name="x"),
    DateTime(name="x"),
    Duration(name="x", min=timedelta(minutes=1), max=timedelta(days=2)),
    Duration(name="x", min=timedelta(minutes=1), max=timedelta(days=2), personal=True),
]


class Shouted(str):
    """A text that is more than it looks."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.upper()


TEXTS = st.text("aZ0 9/.:,-'()&+\n\u00a0\u0301åé€č<\u200b＠．", max_size=14) | st.sampled_from(
    [
        "Skatteetaten",
        " Oslo ",
        "evil.no",
        "a.",
        ".",
        "..",
        "St. Olav",
        "482913",
        "ABC1",
        "2026/1234",
        "a b",
        "A&B",
    ]
)
VALUES = (
    TEXTS
    | TEXTS.map(Shouted)
    | st.sampled_from(["a", "b", True, False, None, 1.0, Decimal("49.50"), Decimal("sNaN"), ["a"], 5, 5_001])
    | st.integers(-10, 6_000)
    | st.dates(date(1999, 12, 30), date(2100, 1, 3))
    | st.times()
    | st.times(timezones=st.just(OSLO))
    | st.integers(0, 60 * 50).map(lambda minutes: timedelta(minutes=minutes))
    | st.sampled_from(
        [
            timedelta(seconds=90),
            time(2, 30, fold=1),
            datetime(2026, 10, 25, 2, 30, tzinfo=OSLO),
            datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=OSLO),
        ]
    )
)


def outcome(parameter: Parameter, take: Filling, value: object) -> object:
    filled = take.take({"x": value})
    if filled is None:
        return None
    checked, printed, canonical, _ = filled
    each = checked.get("x", printed["x"]), printed["x"], canonical["x"]
    kinds: list[type] = [type(part) for part in each]
    return kinds, *each, parameter.check(value) == each[0]


def filling(parameter: Parameter, *, plainly: bool = True) -> Filling:
    return Filling({"x": parameter}, "nb", plainly=plainly)


def both(parameter: Parameter, value: object, *, plainly: bool = True) -> tuple[object, object]:
    quick = outcome(parameter, filling(parameter, plainly=plainly), value)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plain_values, "enabled", False)
        return quick, outcome(parameter, filling(parameter, plainly=plainly), value)


@given(st.sampled_from(PARAMETERS), VALUES, st.booleans())
def test_a_value_is_taken_as_its_parameter_takes_it(
    parameter: Parameter,
    value: object,
    plainly: bool,  # noqa: FBT001 - drawn
) -> None:
    quick, ordinary = both(parameter, value, plainly=plainly)

    assert quick == ordinary


@given(st.sampled_from(PARAMETERS), st.lists(VALUES, max_size=6))
def test_so_it_is_whatever_was_taken_before(parameter: Parameter, values: list[object]) -> None:
    take = filling(parameter)
    quick = [outcome(parameter, take, value) for value in [*values, *values]]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plain_values, "enabled", False)
        ordinary = [outcome(parameter, take, value) for value in [*values, *values]]

    assert quick == ordinary


@pytest.mark.parametrize("alphabet", ["any", "gsm-7"])
def test_each_character_of_a_plain_text_is_one_that_nobody_finds_anything_in(alphabet: str) -> None:
    parameter = Text(name="x", max_length=3, alphabet=alphabet)
    is_plain = plain_text(parameter)
    assert is_plain is not None
    plain = [
        text
        for code in range(sys.maxunicode + 1)
        for text in (chr(code), f"a{chr(code)}", f"a{chr(code)}b")
        if is_plain(text)
    ]

    assert len(plain) > 150
    assert [text for text in plain if parameter.check(text) != text] == []


def test_two_moments_that_are_equal_and_an_hour_apart_print_apart_in_an_id() -> None:
    take = taker(DateTime(name="x"), "nb", plainly=True)
    first, second = (datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=OSLO) for fold in (0, 1))

    assert first == second
    assert take(first)[2] != take(second)[2]


@pytest.mark.parametrize("flag", [{"secret": True}, {"personal": True}])
def test_nothing_is_kept_of_what_is_secret_or_personal(flag: dict[str, Any]) -> None:
    checks: list[object] = []

    class Counted(Duration):
        def check(self, value: object) -> timedelta:
            checks.append(value)
            return super().check(value)

    span: dict[str, Any] = {"name": "x", "min": timedelta(0), "max": timedelta(days=1)}
    take = taker(Duration(**span, **flag), "nb", plainly=True)

    assert not hasattr(take, "cache_info")
    assert take.__name__ == "printed"
    counted = taker(Counted(**span), "nb", plainly=True)
    counted(timedelta(minutes=1))
    counted(timedelta(minutes=1))
    assert len(checks) == 2
