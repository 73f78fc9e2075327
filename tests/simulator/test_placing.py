"""The window between sending and storing: who leaves in it, who meets another in it, what is stored."""

from __future__ import annotations

import json
from math import inf
from typing import TYPE_CHECKING

import pytest

from straks.simulator.attendance import Manner, Pause, Spoilt
from straks.simulator.desk import BASE, Desk
from straks.simulator.fate import Fate, Stage
from straks.simulator.fates import FATES
from straks.wire.exchange import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.simulator.attendance import Attendance, Outcome

    Maker = Callable[..., dict[str, object]]
    Way = Callable[..., Response]

AFTER_SENDING = [fate.name for fate in FATES if fate.stage is Stage.SENT and fate.name != "delay"]
BEFORE_SENDING = [fate.name for fate in FATES if fate.stage in (Stage.DOOR, Stage.LOOK_UP, Stage.HAND_OVER)]
ON_THE_WAY_BACK = [fate.name for fate in FATES if fate.stage is Stage.ANSWER]


FAULTS = [fate for fate in FATES if fate.stage not in (Stage.COURSE, Stage.CONNECTION)]
UNANSWERED = ("hang", "hang-after-sending", "hang-answer", "drop-answer", "cut-answer", "not-http")


def attend(desk: Desk, order: dict[str, object], endpoint: str = "sms") -> Attendance:
    url = f"{BASE}/notifications/api/v1/future/orders/instant/{endpoint}"
    headers = {"authorization": f"Bearer {desk.token()}", "content-type": "application/json"}
    return desk.attend(Request("POST", url, headers, json.dumps(order).encode()))


def end(attendance: Attendance) -> Outcome:
    """Wait out whatever there is to wait for; what never ends is left."""
    try:
        while next(attendance).seconds < inf:
            pass
    except StopIteration as done:
        outcome: Outcome = done.value
        return outcome
    attendance.close()
    return Spoilt(Manner.RESET, Response(0))


def befallen(desk: Desk, fault: str, order: dict[str, object]) -> Outcome:
    desk.faults.arm(fault)
    return end(attend(desk, order))


# The window


def test_the_message_is_on_its_way_while_the_caller_waits(desk: Desk, sms: Maker) -> None:
    desk.faults.arm("delay", seconds=29)
    attendance = attend(desk, sms())

    assert next(attendance) == Pause(29)
    assert [message.shipment_id for message in desk.messages()] == [None]
    outcome = end(attendance)
    assert isinstance(outcome, Response)
    assert outcome.status == 201
    assert [message.shipment_id for message in desk.messages()] == [
        outcome.json()["notification"]["shipmentId"]
    ]


def test_a_caller_who_leaves_while_waiting_leaves_a_message_and_no_order(
    desk: Desk, post: Way, sms: Maker
) -> None:
    desk.faults.arm("delay", seconds=20)
    attendance = attend(desk, sms())
    next(attendance)
    attendance.close()
    again = post("sms", sms())

    assert again.status == 201
    assert len(desk.messages()) == 2
    assert [message.shipment_id is None for message in desk.messages()] == [True, False]


def test_two_calls_under_one_id_at_the_same_time_send_twice_and_the_second_to_store_fails(
    desk: Desk, post: Way, sms: Maker
) -> None:
    desk.faults.arm("delay", times=2, seconds=20)
    first, second = attend(desk, sms(body="en")), attend(desk, sms(body="to"))
    next(first)
    next(second)
    lost, stored = end(second), end(first)

    assert isinstance(lost, Response)
    assert isinstance(stored, Response)
    assert (lost.status, stored.status, stored.body) == (201, 500, b"")
    assert [message.body for message in desk.messages()] == ["en", "to"]
    assert post("sms", sms()).status == 200


def test_a_call_that_comes_while_another_waits_finds_nothing_and_sends(
    desk: Desk, post: Way, sms: Maker
) -> None:
    desk.faults.arm("delay", seconds=20)
    waiting = attend(desk, sms())
    next(waiting)

    assert post("sms", sms()).status == 201
    outcome = end(waiting)
    assert isinstance(outcome, Response)
    assert outcome.status == 500


@pytest.mark.parametrize(("endpoint", "patience_s"), [("sms", 30), ("email", 100)])
def test_a_gateway_that_takes_too_long_is_given_up_with_503_and_the_message_is_sent(
    desk: Desk, sms: Maker, email: Maker, endpoint: str, patience_s: float
) -> None:
    desk.faults.arm("delay", seconds=patience_s)
    attendance = attend(desk, sms() if endpoint == "sms" else email(), endpoint)
    assert next(attendance) == Pause(patience_s)

    outcome = end(attendance)
    assert isinstance(outcome, Response)
    assert (outcome.status, outcome.json()["code"]) == (503, "NOT-00004")
    assert [message.shipment_id for message in desk.messages()] == [None]


def test_an_inbox_emptied_while_a_caller_waits_stays_empty(desk: Desk, get: Way, sms: Maker) -> None:
    desk.faults.arm("delay")
    waiting = attend(desk, sms())
    next(waiting)
    desk.inbox.clear()
    outcome = end(waiting)

    assert isinstance(outcome, Response)
    assert get(f"shipment/{outcome.json()['notification']['shipmentId']}").status == 200
    assert desk.messages() == ()


# Each fate, and a repeat after it


@pytest.mark.parametrize("fault", BEFORE_SENDING)
def test_what_befalls_an_order_before_sending_sends_nothing_and_spends_no_id(
    desk: Desk, post: Way, sms: Maker, fault: str
) -> None:
    befallen(desk, fault, sms())

    assert desk.messages() == ()
    assert post("sms", sms()).status == 201
    assert len(desk.messages()) == 1


@pytest.mark.parametrize("fault", AFTER_SENDING)
def test_what_befalls_an_order_after_sending_stores_nothing_so_a_repeat_sends_again(
    desk: Desk, post: Way, get: Way, sms: Maker, fault: str
) -> None:
    befallen(desk, fault, sms())
    lost, *_ = desk.messages()
    desk.advance(60)
    assert get("shipment/feed").json() == []

    assert (lost.fate, lost.shipment_id) == (fault, None)
    assert post("sms", sms()).status == 201
    assert [message.fate for message in desk.messages()] == [fault, None]


@pytest.mark.parametrize("fault", [*ON_THE_WAY_BACK, "delay"])
def test_what_befalls_an_answer_leaves_the_order_stored_so_a_repeat_is_known(
    desk: Desk, post: Way, sms: Maker, fault: str
) -> None:
    befallen(desk, fault, sms())

    assert post("sms", sms()).status == 200
    assert len(desk.messages()) == 1
    assert desk.messages()[0].shipment_id is not None


@pytest.mark.parametrize("fault", ON_THE_WAY_BACK)
def test_the_answer_to_a_repeat_can_be_spoilt_as_well(desk: Desk, post: Way, sms: Maker, fault: str) -> None:
    post("sms", sms())
    outcome = befallen(desk, fault, sms())

    well = isinstance(outcome, Response) and outcome.json() is not None
    assert well == (fault == "delay-answer")
    assert desk.faults.armed() == ()


def test_a_recipients_own_fate_is_for_the_first_answer_so_that_a_repeat_shows_what_it_finds(
    desk: Desk, post: Way, sms: Maker
) -> None:
    number = next(fate.number for fate in FATES if fate.name == "empty-answer")
    answers = [post("sms", sms(number=number)) for _ in range(2)]

    assert [(answer.status, bool(answer.body)) for answer in answers] == [(201, False), (200, True)]


@pytest.mark.parametrize(
    "fate",
    [
        pytest.param(fate, id=fate.name)
        for fate in FATES
        if fate.stage not in (Stage.COURSE, Stage.CONNECTION)
    ],
)
@pytest.mark.parametrize("endpoint", ["sms", "email"])
def test_a_recipient_asks_for_the_same_that_can_be_armed(
    sms: Maker, email: Maker, endpoint: str, fate: Fate
) -> None:
    armed, asked = Desk(), Desk()
    armed.faults.arm(fate.name)
    by_sms, by_email = (sms(), sms(number=fate.number)), (email(), email(address=fate.address))
    orders = by_sms if endpoint == "sms" else by_email
    outcomes = end(attend(armed, orders[0], endpoint)), end(attend(asked, orders[1], endpoint))

    assert outcomes[0] == outcomes[1]
    assert [message.shipment_id for message in armed.messages()] == [
        message.shipment_id for message in asked.messages()
    ]


# To a caller who cannot wait


@pytest.mark.parametrize(
    "fault", ["hang", "hang-after-sending", "hang-answer", "drop-answer", "cut-answer", "not-http"]
)
def test_a_request_that_is_to_have_no_answer_has_none(desk: Desk, post: Way, sms: Maker, fault: str) -> None:
    desk.faults.arm(fault)

    with pytest.raises(ConnectionError, match="told to leave this request without an answer"):
        post("sms", sms())


@pytest.mark.parametrize("fault", ["delay", "delay-answer", "drip"])
def test_what_only_takes_its_time_is_answered_at_once(desk: Desk, post: Way, sms: Maker, fault: str) -> None:
    desk.faults.arm(fault)

    assert post("sms", sms()).status == 201
