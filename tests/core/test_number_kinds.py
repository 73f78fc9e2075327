"""Kinds that are measured and counted: what each admits, how it prints, and how it says no."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal, localcontext
from enum import IntEnum
from zoneinfo import ZoneInfo

import pytest

from straks.core.amount_kind import Amount
from straks.core.calendar_kinds import Date, DateTime, Time
from straks.core.number_kinds import Duration, Integer, read_duration
from straks.core.parameter import Parameter, Unfit

COUNT = Integer(name="count", min=-10, max=10_000)
AMOUNT = Amount(name="amount", min=Decimal(-100), max=Decimal("5000.50"))
KRONA = Amount(name="amount", min=Decimal(0), max=Decimal(5000), currency="ISK")
DAY = Date(name="day")
HOUR = Time(name="hour", min=time(8), max=time(15, 30))
MOMENT = DateTime(name="moment")
LIFETIME = Duration(name="lifetime", min=timedelta(minutes=2), max=timedelta(minutes=10))

OSLO = ZoneInfo("Europe/Oslo")


def refusal(parameter: Parameter, value: object) -> str:
    with pytest.raises(Unfit) as caught:
        parameter.check(value)
    assert caught.value.__context__ is None
    return str(caught.value)


def misread(parameter: Parameter, text: str) -> str:
    with pytest.raises(Unfit) as caught:
        parameter.read(text)
    assert caught.value.__context__ is None
    return str(caught.value)


# --- integer -----------------------------------------------------------------------------------


class Size(IntEnum):
    BIG = 1250


def test_a_whole_number_within_bounds_is_taken() -> None:
    assert [COUNT.check(number) for number in (-10, 0, 10_000)] == [-10, 0, 10_000]
    assert type(COUNT.check(Size.BIG)) is int
    assert COUNT.canonical(1250) == "1250"
    assert str(COUNT.show(1250, "nb")) == "1\u00a0250"
    assert COUNT.show(1250, "nb") > 3


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (-11, "takes a whole number, -10 to 10000"),
        (10_001, "takes a whole number, -10 to 10000"),
        (True, "not bool"),
        (1.0, "not float"),
        ("1", "not str"),
        (Decimal(1), "not a decimal number"),
        (None, "not NoneType"),
    ],
)
def test_anything_else_is_no_whole_number(value: object, why: str) -> None:
    assert why in refusal(COUNT, value)


def test_a_whole_number_is_read_from_its_digits() -> None:
    assert [COUNT.read(text) for text in (" 12 ", "+7", "-3", "007")] == [12, 7, -3, 7]
    for text in ("", "1.5", "٣", "1_000", "1 000", "9" * 5000):
        assert misread(COUNT, text) == "takes a whole number, -10 to 10000, in digits"


# --- amount ------------------------------------------------------------------------------------


def test_an_amount_has_two_decimals_always() -> None:
    assert [AMOUNT.canonical(AMOUNT.check(value)) for value in (5, Decimal("5.0"), Decimal("5E0"))] == [
        "5.00"
    ] * 3
    assert str(AMOUNT.show(AMOUNT.check(Decimal("1250.5")), "nn")) == "1\u00a0250,50\u00a0kr"
    assert AMOUNT.show(Decimal("1250.50"), "nn") > 1000


def test_there_is_one_zero() -> None:
    assert AMOUNT.canonical(AMOUNT.check(Decimal("-0.00"))) == "0.00"


def test_an_amount_is_exact_whatever_the_callers_decimal_context() -> None:
    with localcontext() as context:
        context.prec = 2
        assert AMOUNT.canonical(AMOUNT.check(Decimal("1234.56"))) == "1234.56"


def test_a_currency_without_decimals_takes_none() -> None:
    assert KRONA.canonical(KRONA.check(Decimal(100))) == "100.00"
    assert str(KRONA.show(KRONA.check(100), "nb")) == "100\u00a0ISK"
    assert (
        refusal(KRONA, Decimal("100.50"))
        == "takes an amount, 0 to 5000 ISK, without decimals; round it first"
    )


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (Decimal("-100.01"), "takes an amount, -100 to 5000.50 NOK, with at most 2 decimals"),
        (Decimal("5000.51"), "-100 to 5000.50 NOK"),
        (Decimal("1.005"), "round it first"),
        (Decimal("1E-400"), "round it first"),
        (Decimal("NaN"), "-100 to 5000.50 NOK"),
        (Decimal("sNaN"), "-100 to 5000.50 NOK"),
        (Decimal("Infinity"), "-100 to 5000.50 NOK"),
        (Decimal("1E+999999"), "-100 to 5000.50 NOK"),
        (1.5, "as Decimal or int, not float"),
        (True, "not bool"),
        ("5", "not str"),
    ],
)
def test_anything_else_is_no_amount(value: object, why: str) -> None:
    assert why in refusal(AMOUNT, value)


def test_an_amount_is_read_with_point_or_comma() -> None:
    assert [AMOUNT.read(text) for text in (" 10.50 ", "10,5", "-1")] == [
        Decimal("10.50"),
        Decimal("10.5"),
        Decimal(-1),
    ]
    assert misread(AMOUNT, "10 kr").endswith("in digits")


# --- date, time, datetime ----------------------------------------------------------------------


def test_a_day_is_a_date_and_no_moment() -> None:
    assert DAY.check(date(2026, 5, 5)) == date(2026, 5, 5)
    assert DAY.canonical(date(2026, 5, 5)) == "2026-05-05"
    assert str(DAY.show(date(2026, 5, 5), "en")) == "5 May 2026"
    assert (
        refusal(DAY, datetime(2026, 5, 5, tzinfo=UTC))
        == "takes a date, 2000-01-01 to 2099-12-31, not datetime"
    )
    assert refusal(DAY, date(1999, 12, 31)) == "takes a date, 2000-01-01 to 2099-12-31"
    refusal(DAY, "2026-05-05")


def test_a_day_is_read_as_iso_8601_has_it() -> None:
    assert DAY.read(" 2026-05-05 ") == date(2026, 5, 5)
    assert misread(DAY, "5. mai 2026").endswith("written as 2026-05-17")


def test_a_time_of_day_is_to_the_minute_and_without_a_zone() -> None:
    assert HOUR.check(time(8)) == time(8)
    assert HOUR.canonical(time(8, 5)) == "08:05"
    assert str(HOUR.show(time(8, 5), "nb")) == "08:05"
    assert refusal(HOUR, time(15, 31)) == "takes a time of day, 08:00 to 15:30, to the minute"
    refusal(HOUR, time(8, 0, 1))
    refusal(HOUR, time(8, 0, 0, 1))
    assert "without a zone" in refusal(HOUR, time(9, tzinfo=UTC))
    assert refusal(HOUR, "09:00").endswith("not str")


def test_a_time_is_read_with_colon_or_point() -> None:
    assert HOUR.read("14:30") == HOUR.read(" 14.30 ") == time(14, 30)
    assert misread(HOUR, "half past two").endswith("written as 14:30")


def test_a_moment_knows_its_zone() -> None:
    moment = datetime(2026, 5, 5, 14, 30, tzinfo=OSLO)

    assert MOMENT.check(moment) == moment
    assert str(MOMENT.show(moment.astimezone(UTC), "nb")) == "5. mai 2026 kl. 14:30"
    assert "with its zone" in refusal(MOMENT, moment.replace(tzinfo=None))
    assert refusal(MOMENT, datetime(1999, 12, 31, tzinfo=UTC)) == (
        "takes a moment with its zone, 2000-01-01 to 2099-12-31"
    )
    assert refusal(MOMENT, date(2026, 5, 5)).endswith("not date")


def test_one_moment_has_one_text_whatever_its_zone() -> None:
    moment = datetime(2026, 5, 5, 14, 30, tzinfo=OSLO)
    elsewhere = moment.astimezone(timezone(timedelta(hours=-9)))

    assert MOMENT.canonical(moment) == MOMENT.canonical(elsewhere) == "2026-05-05T12:30:00+00:00"


def test_a_moment_without_a_zone_is_read_as_norways() -> None:
    assert MOMENT.read("2026-05-05T14:30") == datetime(2026, 5, 5, 14, 30, tzinfo=OSLO)
    assert MOMENT.read(" 2026-05-05T14:30+00:00 ") == datetime(2026, 5, 5, 14, 30, tzinfo=UTC)
    assert misread(MOMENT, "tomorrow").endswith("written as 2026-05-17T14:30+02:00")


# --- duration ----------------------------------------------------------------------------------


def test_a_duration_is_in_whole_steps() -> None:
    assert LIFETIME.check(timedelta(minutes=5)) == timedelta(minutes=5)
    assert LIFETIME.canonical(timedelta(days=1, minutes=5)) == "86700"
    assert str(LIFETIME.show(timedelta(minutes=5), "nn")) == "5 minutt"
    limits = "takes a timedelta of 2 minutes to 10 minutes in steps of 1 minute"
    assert refusal(LIFETIME, timedelta(minutes=11)) == limits
    assert refusal(LIFETIME, timedelta(minutes=5, seconds=30)) == limits
    assert refusal(LIFETIME, timedelta(minutes=5, microseconds=1)) == limits
    assert refusal(LIFETIME, 300) == limits + ", not int"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5 min", 300),
        ("5min", 300),
        ("1 h 30 min", 5_400),
        ("1h30min", 5_400),
        ("90 s", 90),
        ("2 d", 172_800),
        ("1 day 2 hours 3 minutes 4 seconds", 93_784),
        ("  5 \n  minutes ", 300),
        ("0 s", 0),
    ],
)
def test_a_duration_is_read_from_its_units(text: str, seconds: int) -> None:
    assert read_duration(text) == LIFETIME.read(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "5", "min", "5 m", "30 min 1 h", "-5 min", "1.5 h", "٥ min", "5 minuter"]
)
def test_anything_else_is_no_duration(text: str) -> None:
    assert misread(LIFETIME, text) == 'takes a duration such as "5 min", "1 h 30 min", "90 s" or "2 d"'


def test_a_long_text_is_no_duration_at_once() -> None:
    # Steps in the fifth power of the length would never end.
    assert misread(LIFETIME, " " * 100_000 + "x")
