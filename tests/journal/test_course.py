"""Whether a run goes on, waits or stops."""

from __future__ import annotations

from typing import Any

import pytest

from straks.altinn.ending import Ending
from straks.core.record import Outcome
from straks.journal.course import HOLD_MOST_S, HOLD_S, Course

PLACED = Ending(outcome=Outcome.PLACED, attempts=1)


def course(*endings: Ending, stop_after: int = 3) -> Course:
    found = Course(stop_after)
    for ending in endings:
        found = found.after(ending)
    return found


def ending(outcome: Outcome, **more: Any) -> Ending:  # noqa: ANN401 - an ending's
    return Ending(outcome=outcome, attempts=1, **{"why": f"it was {outcome}", **more})


def test_one_refusal_that_every_order_would_meet_stops_a_run_with_what_was_said() -> None:
    stopped = course(PLACED, ending(Outcome.REFUSED, status=403, general=True, why="no scope"))

    assert stopped.stop == "no scope"
    assert stopped.after(ending(Outcome.REFUSED, status=401, general=True)).stop == "no scope"


def test_without_a_token_a_run_stops_at_once() -> None:
    assert course(ending(Outcome.NOT_SENT, general=True)).stop == "it was not-sent"


def test_orders_that_are_refused_for_what_they_are_stop_no_run() -> None:
    assert course(*[ending(Outcome.REFUSED, status=400)] * 9).stop is None


@pytest.mark.parametrize("outcome", [Outcome.NOT_SENT, Outcome.IN_DOUBT])
def test_many_in_a_row_that_came_to_nothing_stop_a_run(outcome: Outcome) -> None:
    bad = ending(outcome)

    assert course(bad, bad, PLACED, bad, bad).stop is None
    assert course(bad, bad, PLACED, bad, bad, bad).stop == (
        f"3 orders in a row came to nothing; of the last: it was {outcome}"
    )


@pytest.mark.parametrize(
    ("more", "hold_s"),
    [
        ({"status": 429, "general": True}, HOLD_S),
        ({"status": 429, "general": True, "retry_after_s": 90.0}, 90.0),
        ({"status": 429, "general": True, "retry_after_s": HOLD_MOST_S}, HOLD_MOST_S),
    ],
)
def test_a_service_that_is_busy_is_left_alone_for_as_long_as_it_asks(
    more: dict[str, Any], hold_s: float
) -> None:
    found = course(ending(Outcome.REFUSED, **more))

    assert (found.stop, found.hold_s) == (None, hold_s)
    assert found.after(PLACED).hold_s == 0


def test_a_doubt_with_a_time_to_come_back_holds_the_run_as_well() -> None:
    assert course(ending(Outcome.IN_DOUBT, retry_after_s=30.0)).hold_s == 30


def test_nobody_is_waited_for_longer_than_an_hour() -> None:
    found = course(ending(Outcome.REFUSED, status=429, general=True, retry_after_s=HOLD_MOST_S + 1))

    assert found.stop == "it was refused"
