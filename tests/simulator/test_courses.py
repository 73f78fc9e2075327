"""How a message fares after the hand-over, and how much of it the service shows."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.simulator.courses import Course, Plan, email_course, gateway_life_s, sms_course
from straks.simulator.fates import FATES, PLAIN
from straks.simulator.orders import Channel

SENT = (0.0, "SMS_Sending")
TAKEN = (1.0, "SMS_Accepted")
ON_THE_WAY = (SENT, TAKEN)

lives = st.integers(60, 172_800)
sms_plans = st.sampled_from([PLAIN, *(fate.plans for fate in FATES)]).filter(
    lambda plans: Channel.SMS in plans
)


# The gateway's time and the service's


@pytest.mark.parametrize(
    ("time_to_live_s", "minutes"), [(60, 1), (89, 1), (90, 2), (120, 2), (149, 2), (150, 3), (172_800, 2880)]
)
def test_the_gateway_keeps_an_sms_for_whole_minutes(time_to_live_s: int, minutes: int) -> None:
    assert gateway_life_s(time_to_live_s) == 60 * minutes


@given(lives)
def test_the_gateways_time_is_half_a_minute_off_at_most(time_to_live_s: int) -> None:
    assert abs(gateway_life_s(time_to_live_s) - time_to_live_s) <= 30


def test_an_sms_to_a_phone_that_is_there_is_delivered() -> None:
    course = sms_course(PLAIN[Channel.SMS], 60)

    assert course == Course((*ON_THE_WAY, (2.0, "SMS_Delivered")), 2.0)


@pytest.mark.parametrize(
    ("time_to_live_s", "shown"),
    [
        # A minute at the gateway, from when it took the message: over at 61 seconds.
        (60, (360.0, "SMS_Failed_TTL")),
        (61, (61.0, "SMS_Failed_Expired")),
        (89, (61.0, "SMS_Failed_Expired")),
        # Two minutes.
        (90, (390.0, "SMS_Failed_TTL")),
        (149, (121.0, "SMS_Failed_Expired")),
    ],
)
def test_whose_time_is_up_first_decides_what_is_shown_of_a_phone_that_stays_off(
    time_to_live_s: int, shown: tuple[float, str]
) -> None:
    assert sms_course(Plan(ON_THE_WAY, inf), time_to_live_s) == Course((*ON_THE_WAY, shown))


def test_an_sms_with_60_seconds_to_live_can_be_on_the_phone_and_shown_as_failed() -> None:
    course = sms_course(Plan(ON_THE_WAY, -0.5), 60)

    assert course.steps[-1] == (360.0, "SMS_Failed_TTL")
    assert course.reached_after_s == 60.5


def test_the_gateways_last_moment_is_past_the_services_time_unless_that_was_rounded_down() -> None:
    assert sms_course(Plan(ON_THE_WAY, -0.5), 300).steps[-1] == (600.0, "SMS_Failed_TTL")
    assert sms_course(Plan(ON_THE_WAY, -0.5), 320).steps[-1] == (300.5, "SMS_Delivered")


def test_a_report_in_the_very_second_of_the_expiry_is_taken_down_and_a_later_one_is_not() -> None:
    at, after = Plan((SENT, (60.0, "SMS_Delivered"))), Plan((SENT, (60.001, "SMS_Delivered")))

    assert sms_course(at, 60).steps[-1] == (60.0, "SMS_Delivered")
    assert sms_course(after, 60).steps == (SENT,)


# What is given up, and what never is


def test_what_the_network_has_and_never_reports_on_is_given_up_300_seconds_after_the_expiry() -> None:
    email = email_course(Plan(((0.0, "Email_Sending"), (1.0, "Email_Succeeded"))))

    assert sms_course(Plan(ON_THE_WAY), 100).steps[-1] == (400.0, "SMS_Failed_TTL")
    assert email.steps[-1] == (48 * 3600 + 300.0, "Email_Failed_TTL")


def test_what_is_still_being_sent_at_the_expiry_stays_so_for_ever() -> None:
    course = sms_course(Plan((SENT,)), 60)

    assert course.status_after(1e9) == SENT
    assert course.complete_after_s == inf
    assert not course.has_reached(1e9)


@given(plans=sms_plans, time_to_live_s=lives)
def test_every_course_goes_forward_and_ends_at_most_once(
    plans: dict[Channel, Plan], time_to_live_s: int
) -> None:
    course = sms_course(plans[Channel.SMS], time_to_live_s)
    times = [at_s for at_s, _ in course.steps]
    final = [status for _, status in course.steps if "_Failed" in status or status.endswith("_Delivered")]

    assert times[0] == 0.0
    assert times == sorted(set(times))
    assert final in ([], [course.steps[-1][1]])
    assert course.complete_after_s == (times[-1] if final else inf)


@given(plans=sms_plans, time_to_live_s=lives, elapsed_s=st.floats(0, 400_000))
def test_what_is_shown_at_a_time_is_the_last_step_by_then(
    plans: dict[Channel, Plan], time_to_live_s: int, elapsed_s: float
) -> None:
    course = sms_course(plans[Channel.SMS], time_to_live_s)

    assert course.status_after(elapsed_s) == [step for step in course.steps if step[0] <= elapsed_s][-1]
