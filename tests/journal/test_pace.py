"""The pace of a run, by a clock that the test turns."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import straks
from straks.journal.pace import GRAIN_S, Pace

RATES = st.sampled_from([0.5, 1.0, 7.0, 50.0, 1000.0])
STEPS_S = st.sampled_from([0.0, 0.001, 0.02, 0.1, 0.7, 3.0])


@given(RATES, st.lists(st.tuples(STEPS_S, st.integers(1, 50)), max_size=40))
def test_no_stretch_of_time_sees_more_than_the_rate(rate: float, turns: list[tuple[float, int]]) -> None:
    pace, now_s = Pace.of(rate), 0.0
    left: list[float] = []
    for pause_s, wanted in turns:
        now_s += pause_s
        count = int(min(wanted, pace.room(now_s)))
        pace = pace.taken(count, now_s)
        left += [now_s] * count

    for first in range(len(left)):
        for last in range(first, len(left)):
            assert last - first + 1 <= rate * (left[last] - left[first] + GRAIN_S) + 1 + 1e-6


@given(RATES, st.integers(1, 200))
def test_whoever_waits_as_long_as_told_has_room_and_keeps_the_rate(rate: float, count: int) -> None:
    pace, now_s = Pace.of(rate), 0.0
    for _ in range(count):
        now_s += pace.wait_s(now_s) + 1e-9

        assert pace.room(now_s) >= 1
        pace = pace.taken(1, now_s)
    assert now_s == pytest.approx(max(0.0, (count - 1) / rate - GRAIN_S), abs=1e-3)


def test_without_a_rate_there_is_always_room() -> None:
    pace = Pace.of(None).taken(1_000_000, 5.0)

    assert (pace.room(5.0), pace.wait_s(5.0)) == (math.inf, 0.0)


def test_nothing_leaves_while_it_is_held_and_the_longest_hold_counts() -> None:
    pace = Pace.of(100.0).held(10.0).held(7.0)

    assert (pace.room(9.9), pace.wait_s(4.0)) == (0, 6.0)
    assert pace.room(10.0) >= 1
    assert Pace.of(None).held(10.0).room(9.0) == 0


@pytest.mark.parametrize("rate", [0.0, -1.0, math.inf, math.nan])
def test_what_is_no_rate_is_told(rate: float) -> None:
    with pytest.raises(straks.InvalidSetting, match="a number of orders a second above 0"):
        Pace.of(rate)
