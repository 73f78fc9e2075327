"""Statuses that somebody sets by hand: on the message, its shipment, and in the feed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.simulator.courses import STATUSES, Course, is_final
from straks.simulator.desk import BASE, Desk
from straks.simulator.orders import Channel
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.exchange import Response

    Maker = Callable[..., dict[str, object]]
    Way = Callable[..., Response]


def drive(desk: Desk, status: object, message: int = -1) -> Response:
    name = desk.messages()[message].id
    body = json.dumps({"status": status}).encode()
    return desk.handle(Request("POST", f"{BASE}/_straks/messages/{name}/status", {}, body))


def feed(get: Way, after: int = 0) -> list[tuple[int, str]]:
    """Return the feed after a number: each number and its status."""
    entries: list[dict[str, Any]] = get(f"shipment/feed?seq={after}").json()
    return [(entry["sequenceNumber"], entry["recipients"][0]["status"]) for entry in entries]


def test_a_status_by_hand_shows_on_the_message_its_shipment_and_in_the_feed(
    desk: Desk, post: Way, get: Way, sms: Maker
) -> None:
    desk.faults.arm("never-final")
    name = post("sms", sms()).json()["notification"]["shipmentId"]
    desk.advance(500)
    answer = drive(desk, "SMS_Failed_BarredReceiver")
    desk.advance(2)
    shipment = get(f"shipment/{name}").json()

    assert (answer.status, answer.json()["status"]) == (200, "SMS_Failed_BarredReceiver")
    assert desk.messages()[0].status == "SMS_Failed_BarredReceiver"
    assert shipment["status"] == "Order_Completed"
    assert shipment["recipients"][0]["status"] == "SMS_Failed_BarredReceiver"
    assert feed(get) == [(1, "SMS_Failed_BarredReceiver")]


def test_what_was_to_come_by_itself_does_not_come_any_more(
    desk: Desk, post: Way, get: Way, sms: Maker
) -> None:
    post("sms", sms())
    desk.advance(0.5)
    drive(desk, "SMS_Accepted")
    desk.advance(100)

    assert desk.messages()[0].status == "SMS_Accepted"
    assert not desk.messages()[0].reached
    assert feed(get) == []


def test_a_delivery_by_hand_reaches_the_person(desk: Desk, post: Way, email: Maker) -> None:
    desk.faults.arm("never-final")
    post("email", email())
    before = desk.messages()[0].reached
    drive(desk, "Email_Delivered")

    assert (before, desk.messages()[0].reached) == (False, True)


def test_another_final_status_moves_the_order_to_the_end_of_the_feed(
    desk: Desk, post: Way, get: Way, sms: Maker
) -> None:
    post("sms", sms("1"))
    post("sms", sms("2"))
    desk.advance(10)
    before = feed(get)
    drive(desk, "SMS_Failed_Expired", 0)
    desk.advance(2)

    assert before == [(1, "SMS_Delivered"), (2, "SMS_Delivered")]
    assert feed(get) == [(2, "SMS_Delivered"), (3, "SMS_Failed_Expired")]
    assert feed(get, after=2) == [(3, "SMS_Failed_Expired")]


def test_two_final_statuses_at_one_time_are_one_entry(desk: Desk, post: Way, get: Way, sms: Maker) -> None:
    desk.faults.arm("never-final")
    post("sms", sms())
    desk.advance(5)
    for status in ("SMS_Failed", "SMS_Delivered"):
        drive(desk, status)
    desk.advance(5)

    assert feed(get) == [(1, "SMS_Delivered")]


def test_a_message_whose_order_is_not_stored_is_driven_without_the_feed(
    desk: Desk, post: Way, get: Way, sms: Maker
) -> None:
    desk.faults.arm("500-after-sending")
    post("sms", sms())
    answer = drive(desk, "SMS_Failed")
    desk.advance(5)

    assert answer.json()["status"] == "SMS_Failed"
    assert feed(get) == []


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("SMS_New", "there is no such status for sms; there are SMS_Sending, SMS_Accepted,"),
        ("Email_Delivered", "there is no such status for sms; there are SMS_Sending, SMS_Accepted,"),
        (
            "SMS_Accepted",
            "the order is complete and SMS_Accepted is on the way there; set one that is final,",
        ),
        (None, 'status is missing; send {"status": "SMS_Delivered"}'),
        (1, "status must be text;"),
    ],
)
def test_a_status_that_cannot_be_set_is_answered_400(
    desk: Desk, post: Way, sms: Maker, status: object, sentence: str
) -> None:
    post("sms", sms())
    desk.advance(5)
    answer = drive(desk, status)

    assert (answer.status, answer.json()["error"][: len(sentence)]) == (400, sentence)
    assert desk.messages()[0].status == "SMS_Delivered"


times = st.floats(0, 1e6)
courses = st.lists(times, min_size=0, max_size=3).map(
    lambda after: Course(
        ((0.0, "SMS_Sending"), *((each, "SMS_Accepted") for each in sorted(after))),
        after[0] if after else None,
    )
)


@given(courses, st.sampled_from(STATUSES[Channel.SMS]), times, times)
def test_a_driven_course_has_what_was_before_and_the_status_after(
    course: Course, status: str, elapsed_s: float, later_s: float
) -> None:
    driven = course.driven(status, elapsed_s)

    assert driven.status_after(elapsed_s + later_s) == (elapsed_s, status)
    assert driven.steps[0] == course.steps[0]
    assert [step[0] for step in driven.steps] == sorted(step[0] for step in driven.steps)
    assert driven.has_reached(elapsed_s) or not course.has_reached(elapsed_s)
    assert is_final(status) == (elapsed_s in driven.completions)
    for before_s in (elapsed_s / 2, elapsed_s * 0.999):
        if before_s < elapsed_s:
            assert driven.status_after(before_s) == course.status_after(before_s)


def test_the_statuses_are_those_of_the_service_that_a_message_can_have() -> None:
    from pathlib import Path

    vectors = json.loads((Path(__file__).parents[1] / "vectors/shipment-statuses.json").read_text("utf-8"))
    known = {each["status"]: each["final"] for each in vectors["deliveries"]}
    ours = [status for statuses in STATUSES.values() for status in statuses]

    assert set(ours) < set(known)
    assert {status: is_final(status) for status in ours} == {status: known[status] for status in ours}
