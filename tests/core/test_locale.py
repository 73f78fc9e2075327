"""Which language a person gets, and how each writes numbers, money, dates and durations."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from straks.core.locale import (
    LOCALES,
    OSLO,
    currency_decimals,
    format_amount,
    format_date,
    format_datetime,
    format_duration,
    format_integer,
    format_list,
    format_time,
    is_currency,
    negotiate,
    plural_form,
)
from straks.errors import InvalidSetting

ALL = ["nb", "nn", "en"]


@pytest.mark.parametrize(
    ("wanted", "available", "given"),
    [
        ("nb", ALL, "nb"),
        ("nn", ALL, "nn"),
        ("en", ALL, "en"),
        ("nn-NO", ALL, "nn"),
        ("nn_NO", ALL, "nn"),
        ("NN", ALL, "nn"),
        ("en-GB-oxendict", ALL, "en"),
        ("no", ALL, "nb"),
        ("no-NO", ["nn", "nb"], "nb"),
        ("no, nn", ["nn", "nb"], "nb"),
        ("no;q=0, sv", ["nb", "nn"], "nn"),
        ("se", ALL, "nb"),
        ("se", ["en", "se"], "se"),
        ("se", ["en", "nn"], "nn"),
        ("", ALL, "nb"),
        ("   ", ALL, "nb"),
        (None, ALL, "nb"),
        (None, ["en", "nn"], "nn"),
        ("nn", ["en", "nb"], "nb"),
        ("nb", ["en", "nn"], "nn"),
        ("en", ["nn", "nb"], "nb"),
        ("de", ALL, "nb"),
        ("de", ["en"], "en"),
        ("de, en", ALL, "en"),
        ("nn-NO, nb;q=0.8", ALL, "nn"),
        ("nb;q=0.8, nn-NO", ALL, "nn"),
        ("da, en;q=0.9, nn;q=0.95", ALL, "nn"),
        ("en;q=0.5, nn;q=0.5", ALL, "en"),
        ("en ; q = 0.2 , nn ; q=0.3", ALL, "nn"),
        ("nn;q=0, en;q=0.1", ["nn", "nb", "en"], "en"),
        ("nn;q=0, *", ["nn", "en"], "en"),
        ("no;q=0, en;q=0.1", ["nb", "en"], "en"),
        ("nb;q=0", ["nb"], "nb"),
        ("*", ALL, "nb"),
        ("q=0.8", ALL, "nb"),
        ("nn;q=high, en", ALL, "en"),
        ("nn;q=1.2.3, en", ALL, "en"),
        (";;,,;q=", ALL, "nb"),
        ("\0\ud800, nn", ALL, "nn"),
        ("../../etc/passwd", ALL, "nb"),
        ("sv", ["de", "fr"], "de"),
    ],
)
def test_a_person_gets_the_language_that_the_tables_say(
    wanted: str | None, available: list[str], given: str
) -> None:
    assert negotiate(wanted, available) == given


def test_only_so_much_of_a_header_is_read() -> None:
    assert negotiate("de," * 49 + "nn", ALL) == "nn"
    assert negotiate("de," * 50 + "nn", ALL) == "nb"
    assert negotiate("nn" * 1_000_000, ALL) == "nb"
    assert negotiate(" " * 1_000_000 + "nn," * 1_000_000, ALL) == "nn"


def test_no_language_to_choose_from_is_an_error() -> None:
    with pytest.raises(InvalidSetting, match="no language to choose from"):
        negotiate("nb", [])


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0, ["0", "0", "0"]),
        (1250, ["1\u00a0250", "1\u00a0250", "1,250"]),
        (-7, ["-7", "-7", "-7"]),
        (10**15, ["1\u00a0000\u00a0000\u00a0000\u00a0000\u00a0000"] * 2 + ["1,000,000,000,000,000"]),
    ],
)
def test_whole_numbers_are_grouped(value: int, printed: list[str]) -> None:
    assert [format_integer(value, locale) for locale in LOCALES] == printed


@pytest.mark.parametrize(
    ("value", "currency", "printed"),
    [
        (Decimal("1250.50"), "NOK", ["1\u00a0250,50\u00a0kr"] * 2 + ["NOK\u00a01,250.50"]),
        (Decimal(100), "NOK", ["100,00\u00a0kr"] * 2 + ["NOK\u00a0100.00"]),
        (Decimal(100), "ISK", ["100\u00a0ISK"] * 2 + ["ISK\u00a0100"]),
    ],
)
def test_money_has_its_currency(value: Decimal, currency: str, printed: list[str]) -> None:
    assert [format_amount(value, currency, locale) for locale in LOCALES] == printed


def test_currencies_and_their_decimals_are_known() -> None:
    assert [currency_decimals(code) for code in ("NOK", "EUR", "ISK", "KWD")] == [2, 2, 0, 2]
    assert [is_currency(code) for code in ("NOK", "nok", "QQQ", "")] == [True, False, False, False]
    assert [is_currency(code) for code in ("XOF", "XXX", "XTS", "XAU")] == [True, False, False, False]


@pytest.mark.parametrize(
    ("style", "printed"),
    [
        ("short", ["05.05.2026", "05.05.2026", "05/05/2026"]),
        ("medium", ["5. mai 2026", "5. mai 2026", "5 May 2026"]),
        ("long", ["5. mai 2026", "5. mai 2026", "5 May 2026"]),
        ("full", ["tirsdag 5. mai 2026", "tysdag 5. mai 2026", "Tuesday, 5 May 2026"]),
    ],
)
def test_days_stand_before_months(style: str, printed: list[str]) -> None:
    assert [format_date(date(2026, 5, 5), style, locale) for locale in LOCALES] == printed


def test_times_are_of_24_hours() -> None:
    assert [format_time(time(14, 5), "short", locale) for locale in LOCALES] == ["14:05"] * 3
    assert [format_time(time(14, 5), "medium", locale) for locale in LOCALES] == ["14:05:00"] * 3


def test_a_moment_is_printed_as_it_is_in_norway() -> None:
    summer = datetime(2026, 5, 5, 23, 30, tzinfo=UTC)
    winter = datetime(2026, 1, 5, 14, 30, tzinfo=OSLO)

    assert [format_datetime(summer, "long", locale) for locale in LOCALES] == [
        "6. mai 2026 kl. 01:30",
        "6. mai 2026 kl. 01:30",
        "6 May 2026 at 01:30",
    ]
    assert format_datetime(winter, "short", "nb") == "05.01.2026 kl. 14:30"


@pytest.mark.parametrize(
    ("duration", "printed"),
    [
        (timedelta(0), ["0 minutter", "0 minutt", "0 minutes"]),
        (timedelta(minutes=1), ["1 minutt", "1 minutt", "1 minute"]),
        (timedelta(minutes=5), ["5 minutter", "5 minutt", "5 minutes"]),
        (timedelta(seconds=1), ["1 sekund", "1 sekund", "1 second"]),
        (timedelta(minutes=90), ["1 time og 30 minutter", "1 time og 30 minutt", "1 hour and 30 minutes"]),
        (timedelta(hours=24), ["1 døgn", "1 døgn", "1 day"]),
        (
            timedelta(days=2, hours=3, minutes=4, seconds=5),
            [
                "2 døgn, 3 timer, 4 minutter og 5 sekunder",
                "2 døgn, 3 timar, 4 minutt og 5 sekund",
                "2 days, 3 hours, 4 minutes and 5 seconds",
            ],
        ),
    ],
)
def test_a_duration_is_exact(duration: timedelta, printed: list[str]) -> None:
    assert [format_duration(duration, locale) for locale in LOCALES] == printed


def test_lists_are_joined_as_the_language_does() -> None:
    assert [format_list(["a", "b", "c"], locale) for locale in LOCALES] == ["a, b og c"] * 2 + ["a, b and c"]
    assert [format_list(["a", "b"], locale) for locale in LOCALES] == ["a og b", "a og b", "a and b"]
    assert format_list(["a"], "nb") == "a"


def test_one_is_one_and_the_rest_are_other() -> None:
    for locale in LOCALES:
        assert [plural_form(count, locale) for count in (0, 1, 2, Decimal("1.5"))] == [
            "other",
            "one",
            "other",
            "other",
        ]
