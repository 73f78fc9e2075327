"""The arithmetic of guessing."""

from __future__ import annotations

import pytest

from straks.core.odds import LEAST_CODES, Odds, percent


@pytest.mark.parametrize(
    ("digits", "attempts", "an_hour", "said"),
    [
        (4, 5, 5, ("0.05 %", "0.25 %", "5.8 %")),
        (6, 3, 3, ("0.0003 %", "0.0009 %", "0.022 %")),
        (6, 5, 5, ("0.0005 %", "0.0025 %", "0.06 %")),
        (6, 100, 1, ("0.01 %", "0.01 %", "0.24 %")),
        (8, 5, 5, ("0.000005 %", "0.000025 %", "0.0006 %")),
    ],
)
def test_the_odds_are_those_of_the_product(
    digits: int, attempts: int, an_hour: int, said: tuple[str, str, str]
) -> None:
    odds = Odds(10**digits, attempts, an_hour)

    assert (percent(odds.per_code), percent(odds.per_hour), percent(odds.per_day)) == said


def test_no_chance_is_above_one() -> None:
    odds = Odds(100, 1_000, 1_000)

    assert (odds.per_code, odds.per_hour, odds.per_day) == (1.0, 1.0, 1.0)


def test_six_digits_are_enough_codes() -> None:
    assert LEAST_CODES <= 10**6


def test_the_arithmetic_reads_from_left_to_right() -> None:
    assert str(Odds(10**4, 5, 5)) == "5 attempts × 5 codes an hour out of 10 000: 0.25 % an hour, 5.8 % a day"


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.5, "50 %"), (0.125, "12 %"), (0.07, "7 %"), (1e-9, "0.0000001 %")],
)
def test_a_share_is_said_with_two_figures(share: float, said: str) -> None:
    assert percent(share) == said
