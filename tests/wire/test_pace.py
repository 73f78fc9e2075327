"""A set rate: laws about the moments that are given out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.errors import InvalidSetting
from straks.wire.pace import Pace

RATES = st.floats(0.01, 1000)
GAPS_S = st.lists(st.floats(0, 100), min_size=1, max_size=50)


def moments_of(pace: Pace, gaps_s: list[float]) -> list[tuple[float, float]]:
    """Return when each came, and the moment that it was given."""
    now_s, last_s = 1000.0, None
    moments: list[tuple[float, float]] = []
    for gap_s in gaps_s:
        now_s += gap_s
        last_s = pace.next_s(last_s, now_s)
        moments.append((now_s, last_s))
    return moments


@given(RATES, GAPS_S)
def test_between_two_beginnings_is_an_interval_whenever_they_come(rate: float, gaps_s: list[float]) -> None:
    starts_s = [start_s for _, start_s in moments_of(Pace(rate), gaps_s)]

    assert all(later - earlier >= 1 / rate - 1e-9 for earlier, later in pairwise(starts_s))


@given(RATES, GAPS_S)
def test_nobody_begins_before_coming_and_nobody_waits_for_nothing(rate: float, gaps_s: list[float]) -> None:
    last_s: float | None = None
    for came_s, start_s in moments_of(Pace(rate), gaps_s):
        assert start_s >= came_s
        assert start_s == came_s or (last_s is not None and start_s == last_s + 1 / rate)
        last_s = start_s


@given(RATES, st.integers(2, 200))
def test_those_who_come_at_once_take_as_long_as_the_rate_says(rate: float, many: int) -> None:
    moments = moments_of(Pace(rate), [0.0] * many)

    assert moments[-1][1] - moments[0][1] == pytest.approx((many - 1) / rate)


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf"), 1e-9])
def test_what_is_no_rate_is_refused_with_an_example(rate: float) -> None:
    with pytest.raises(InvalidSetting, match="such as 5"):
        Pace(rate)
