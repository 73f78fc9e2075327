"""The book of every request that came to place an order, and what was made of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from straks.simulator.desk import BASE, Desk
from straks.simulator.faults import ORDERS
from straks.simulator.memory import MemoryCarrier
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.exchange import Response

    Maker = Callable[..., dict[str, object]]
    Way = Callable[..., Response]

SMS = f"{BASE}/notifications/api/v1/future/orders/instant/sms"


def told(desk: Desk, message: int = -1) -> list[dict[str, object]]:
    """Return the attempts of a message's order, without their times."""
    name = desk.messages()[message].id
    attempts = desk.handle(Request("GET", f"{BASE}/_straks/messages/{name}")).json()["attempts"]
    return [{key: value for key, value in each.items() if key != "receivedAt"} for each in attempts]


def verdicts(desk: Desk) -> list[tuple[object, object]]:
    return [(each["verdict"], each["status"]) for each in told(desk)]


def carry(desk: Desk, order: object, mishap: str | None = None, patience_s: float = 60) -> None:
    """Place an order as somebody who may hear nothing of it."""
    headers = {"Authorization": f"Bearer {desk.token()}", "Content-Type": "application/json"}
    carrier = MemoryCarrier(desk, [mishap])
    carrier.carry(Request("POST", SMS, headers, json.dumps(order).encode()), timeout_s=patience_s)


def test_a_new_order_and_a_repeat_of_it_are_told_apart(desk: Desk, post: Way, sms: Maker) -> None:
    post("sms", sms())
    desk.advance(2)
    post("sms", sms())
    message = desk.messages()[0].id

    assert told(desk) == [
        {
            "endpoint": "sms",
            "verdict": "new",
            "status": 201,
            "answer": None,
            "fault": None,
            "messageId": message,
        },
        {
            "endpoint": "sms",
            "verdict": "replay",
            "status": 200,
            "answer": None,
            "fault": None,
            "messageId": None,
        },
    ]


def test_the_same_id_with_another_text_is_a_conflict_that_sends_nothing(
    desk: Desk, post: Way, sms: Maker
) -> None:
    post("sms", sms(reference="sak/1"))
    post("sms", sms(reference="sak/2"))
    post("sms", sms(body="Noe annet"))

    assert verdicts(desk) == [("new", 201), ("replay", 200), ("conflict", 200)]
    assert len(desk.messages()) == 1


def test_a_message_that_was_sent_and_not_stored_says_so_and_so_does_its_repeat(
    desk: Desk, sms: Maker
) -> None:
    carry(desk, sms(), "drop-after-sending")
    carry(desk, sms())
    first, second = desk.messages()

    assert [(each["verdict"], each["status"], each["answer"], each["fault"]) for each in told(desk)] == [
        ("unstored", None, "reset", "drop-after-sending"),
        ("new", 201, None, None),
    ]
    assert [each["messageId"] for each in told(desk)] == [first.id, second.id]


@pytest.mark.parametrize(
    ("mishap", "marks"),
    [
        ("drop-before-sending", ("failed", None, "reset")),
        ("401", ("failed", 401, None)),
        ("429", ("failed", 429, None)),
        ("503", ("failed", 503, None)),
        ("500-after-sending", ("unstored", 500, None)),
        ("drop-answer", ("new", None, "reset")),
        ("drip", ("new", 201, "drip")),
    ],
)
def test_each_fault_leaves_its_mark(
    desk: Desk, sms: Maker, mishap: str, marks: tuple[str, int | None, str | None]
) -> None:
    carry(desk, sms(), mishap)
    carry(desk, sms())
    first = told(desk)[0]

    assert (first["verdict"], first["status"], first["answer"]) == marks
    assert first["fault"] == mishap


def test_a_caller_who_leaves_is_written_down(desk: Desk, sms: Maker) -> None:
    carry(desk, sms(), "hang-after-sending", patience_s=5)
    (attempt,) = told(desk)

    assert (attempt["verdict"], attempt["status"], attempt["answer"]) == ("unstored", None, "left")


def test_two_at_once_under_one_id_are_a_new_one_and_a_conflict(desk: Desk, sms: Maker) -> None:
    desk.faults.arm("delay", times=2, seconds=1)
    headers = {"Authorization": f"Bearer {desk.token()}", "Content-Type": "application/json"}
    request = Request("POST", SMS, headers, json.dumps(sms()).encode())
    both = [desk.attend(request) for _ in range(2)]
    for attendance in (*both, *both):
        next(attendance, None)

    assert [(each["verdict"], each["status"]) for each in told(desk)] == [("new", 201), ("conflict", 500)]
    assert [each["messageId"] is None for each in told(desk)] == [False, False]


def test_an_order_that_is_refused_is_in_the_book_of_the_one_that_was_not(
    desk: Desk, post: Way, sms: Maker
) -> None:
    post("sms", sms(number="12345678"))
    post("sms", sms(), token="no token at all")
    post("sms", b'{"IDEMPOTENCYID": "login/1"}')
    post("sms", sms())

    assert verdicts(desk) == [("refused", 400), ("refused", 401), ("refused", 400), ("new", 201)]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"idempotencyId": 1}', b'{"idempotencyId": " "}', b'{"idempotencyId": "\\ud800"}'],
)
def test_what_has_no_id_is_nobodys_attempt(desk: Desk, post: Way, body: bytes) -> None:
    before = desk.changes.mark
    post("sms", body)

    assert desk.changes.mark == before


def test_another_organisations_order_of_the_same_id_is_another_order(
    desk: Desk, post: Way, sms: Maker
) -> None:
    post("sms", sms())
    post("sms", sms(body="Hei"), token=desk.token(organisation="skd"))

    assert [message.ordered_by for message in desk.messages()] == ["ttd", "skd"]
    assert verdicts(desk) == [("new", 201)]


def test_every_endpoint_that_takes_orders_writes_its_name(
    desk: Desk, post: Way, sms: Maker, email: Maker
) -> None:
    post("sms", sms("1"))
    post("email", email("2"))

    assert [told(desk, place)[0]["endpoint"] for place in (0, 1)] == ["sms", "email"]
    assert {"sms", "email"} < set(ORDERS)


def test_an_emptied_inbox_has_no_attempts_and_a_repeat_is_known_all_the_same(
    desk: Desk, post: Way, sms: Maker
) -> None:
    post("sms", sms())
    desk.clear()
    again = post("sms", sms(body="Noe annet"))
    post("sms", sms("login/2"))

    assert again.status == 200
    assert verdicts(desk) == [("new", 201)]
    assert [each.verdict for each in desk.attempts.of("ttd", "login/1")] == ["replay"]
