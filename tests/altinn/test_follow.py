"""Asking what became of orders: one shipment until it is final, and the feed page by page."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from straks.altinn.follow import follow, pauses, read_feed
from straks.altinn.status import Delivery, DeliveryStatus, OrderStatus, Shipment
from straks.errors import InvalidSetting, Unanswered
from straks.wire.exchange import Response, Silence, Trouble
from straks.wire.plan import run

if TYPE_CHECKING:
    from straks.wire.exchange import Reply, Request

BASE = "https://platform.example.org"
TOKEN = "token-482913"
SHIPMENT_ID = "00000000-0000-4000-8000-000000000002"
WHEN = "2026-02-04T11:32:01.268148Z"


def shipment(status: str = "Order_Processed", *deliveries: str, **more: object) -> dict[str, object]:
    recipients = [
        {"type": "SMS", "destination": "+46701740605", "status": each, "lastUpdate": WHEN}
        for each in deliveries
    ]
    said = {"shipmentId": SHIPMENT_ID, "type": "Instant", "status": status, "lastUpdate": WHEN}
    return said | {"recipients": recipients} | more


def entry(sequence: int, status: str = "SMS_Delivered", **more: object) -> dict[str, object]:
    return {
        "sequenceNumber": sequence,
        "shipmentId": SHIPMENT_ID,
        "recipients": [{"destination": "+46701740605", "status": status, "lastUpdate": WHEN}],
        "status": "Order_Completed",
        "lastUpdate": WHEN,
        "shipmentType": "Instant",
    } | more


def ok(body: object) -> Response:
    return Response(200, {}, json.dumps(body).encode())


SENDING = ok(shipment("Order_Processed", "SMS_Sending"))
DELIVERED = ok(shipment("Order_Completed", "SMS_Delivered"))
TIMED_OUT = Silence(Trouble.TIMED_OUT, left=True)


@dataclass
class Line:
    """A carrier with a clock of its own; every reply comes after *took_s*, and the last comes for ever."""

    replies: list[Reply]
    took_s: float = 0.0
    clock_s: float = 1000.0
    asked_s: list[float] = field(default_factory=list[float])
    requests: list[Request] = field(default_factory=list["Request"])

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        assert timeout_s == 15
        self.requests.append(request)
        self.asked_s.append(self.clock_s - 1000)
        self.clock_s += self.took_s
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return replace(reply, at_s=self.clock_s)

    def sleep(self, seconds: float) -> None:
        self.clock_s += seconds

    def now_s(self) -> float:
        return self.clock_s

    def follow(self, *, until_final: bool = True, timeout_s: float = 60.0) -> Shipment:
        plan = follow(
            SHIPMENT_ID,
            base_url=BASE,
            token=TOKEN,
            started_s=self.clock_s,
            until_final=until_final,
            timeout_s=timeout_s,
        )
        return run(plan, self)

    def feed(self, after: int = 0) -> tuple[Shipment, ...]:
        return run(read_feed(after, base_url=BASE, token=TOKEN), self)


# One shipment


def test_a_shipment_is_asked_for_with_the_token_and_without_a_body() -> None:
    to = Line([DELIVERED])
    to.follow()

    (request,) = to.requests
    assert request.method == "GET"
    assert request.url == f"{BASE}/notifications/api/v1/future/shipment/{SHIPMENT_ID}"
    assert request.headers == {"authorization": f"Bearer {TOKEN}", "accept": "application/json"}
    assert request.body == b""


def test_a_shipment_is_read_without_its_address() -> None:
    found = Line([ok(shipment("Order_Completed", "SMS_Delivered", sendersReference="sak/1"))]).follow()

    assert found == Shipment(
        SHIPMENT_ID,
        OrderStatus.COMPLETED,
        WHEN,
        (Delivery(DeliveryStatus.SMS_DELIVERED, WHEN, "sms"),),
        reference="sak/1",
        sequence=None,
    )
    assert "701740605" not in repr(found)


def test_it_is_asked_again_until_it_is_final_often_at_first() -> None:
    to = Line([*(SENDING for _ in range(9)), DELIVERED])

    assert to.follow().delivered
    assert to.asked_s == [0, 0.5, 1, 2, 3, 5, 7, 10, 15, 20]
    assert list(islice(pauses(), 9)) == [0.5, 0.5, 1, 1, 2, 2, 3, 5, 5]


def test_a_look_is_one_question() -> None:
    to = Line([SENDING])

    assert not to.follow(until_final=False).final
    assert to.asked_s == [0]


@pytest.mark.parametrize(
    ("timeout_s", "last_s"), [(0, 0), (-1, 0), (0.49, 0), (0.5, 0.5), (4.9, 3), (60, 60)]
)
def test_what_never_becomes_final_is_left_when_the_time_is_over(timeout_s: float, last_s: float) -> None:
    to = Line([SENDING])

    assert not to.follow(timeout_s=timeout_s).final
    assert to.asked_s[-1] == last_s


@pytest.mark.parametrize(
    "passing", [TIMED_OUT, *(Response(status) for status in (408, 425, 429, 500, 503, 599))]
)
def test_trouble_on_the_way_is_asked_again(passing: Reply) -> None:
    to = Line([SENDING, passing, passing, DELIVERED])

    assert to.follow().final
    assert to.asked_s == [0, 0.5, 1.5, 3.5]


def test_three_times_in_a_row_is_enough() -> None:
    to = Line([TIMED_OUT])
    with pytest.raises(Unanswered, match=r"nobody answered \(attempts: 3\)") as caught:
        to.follow()

    assert caught.value.status is None
    assert to.asked_s == [0, 1, 3]


def test_what_it_answered_last_is_said() -> None:
    with pytest.raises(Unanswered, match=r"the service answered 503 \(attempts: 3\)") as caught:
        Line([TIMED_OUT, TIMED_OUT, Response(503)]).follow()

    assert caught.value.status == 503


def test_nobody_is_asked_again_after_the_time_is_over() -> None:
    to = Line([TIMED_OUT], took_s=15)
    with pytest.raises(Unanswered, match=r"attempts: 1\b"):
        to.follow(timeout_s=15.5)

    assert to.asked_s == [0]


@pytest.mark.parametrize("status", [429, 503])
def test_who_says_when_to_come_back_is_asked_then(status: int) -> None:
    to = Line([Response(status, {"retry-after": "7"}), Response(status, {"retry-after": "0"}), DELIVERED])

    assert to.follow().final
    assert to.asked_s == [0, 7, 9]


def test_nobody_is_waited_for_longer_than_a_minute_or_than_there_is_time() -> None:
    for asked, timeout_s in (("61", 1000.0), ("31", 30.0)):
        to = Line([Response(503, {"retry-after": asked}), DELIVERED])
        with pytest.raises(Unanswered, match=r"the service answered 503 \(attempts: 1\)"):
            to.follow(timeout_s=timeout_s)

        assert to.asked_s == [0]


def test_no_is_an_answer() -> None:
    problem = Response(404, {}, b'{"code": "NOT-00003", "title": "Shipment not found"}')
    to = Line([problem])
    with pytest.raises(Unanswered, match=r"said no \(404\): NOT-00003: Shipment not found") as caught:
        to.follow()

    assert caught.value.status == 404
    assert len(to.requests) == 1


@pytest.mark.parametrize("status", [201, 204, 301, 400, 401, 403, 415])
def test_any_other_answer_is_a_no(status: int) -> None:
    to = Line([Response(status)])
    with pytest.raises(Unanswered) as caught:
        to.follow()

    assert caught.value.status == status
    assert len(to.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"<html>",
        b"{}",
        json.dumps(shipment() | {"status": 7}).encode(),
        json.dumps(shipment() | {"shipmentId": None}).encode(),
        json.dumps(shipment() | {"recipients": None}).encode(),
    ],
)
def test_an_answer_that_is_no_shipment_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(Unanswered, match="could not be read"):
        Line([Response(200, {}, body)]).follow()


def test_what_is_missing_or_new_in_a_shipment_is_left_out_or_kept() -> None:
    odd = {
        "shipmentId": SHIPMENT_ID,
        "status": "Order_Paused",
        "recipients": [{}, 7, {"status": "Push_Delivered"}, {"type": "Email", "status": "Email_New"}],
        "sendersReference": 7,
        "sequenceNumber": "8",
    }
    found = Line([ok(odd)]).follow(until_final=False)

    assert found.status == "Order_Paused"
    assert (found.last_update, found.reference, found.sequence) == ("", None, None)
    assert [(each.status, each.channel) for each in found.deliveries] == [
        ("", None),
        ("Push_Delivered", "push"),
        (DeliveryStatus.EMAIL_NEW, "email"),
    ]


def test_a_shipment_without_recipients_has_no_deliveries() -> None:
    said = shipment("Order_Cancelled")
    del said["recipients"]

    assert Line([ok(said)]).follow().deliveries == ()


@pytest.mark.parametrize("given", ["", "feed", "../../x", f"{SHIPMENT_ID}/..", "00000000"])
def test_what_is_no_shipment_id_is_never_asked_for(given: str) -> None:
    to = Line([DELIVERED])
    with pytest.raises(InvalidSetting, match="a shipment id is a GUID"):
        run(follow(given, base_url=BASE, token=TOKEN, started_s=0), to)

    assert to.requests == []


# The feed


def test_a_page_of_the_feed_is_asked_for_oldest_first() -> None:
    to = Line([ok([])])

    assert to.feed(41) == ()
    assert to.requests[0].url == (
        f"{BASE}/notifications/api/v1/future/shipment/feed?seq=41&pageSize=500&orderBy=asc"
    )


def test_an_entry_of_the_feed_is_read_although_its_shape_differs() -> None:
    (found,) = Line([ok([entry(42, "Email_Delivered", sendersReference="sak/1")])]).feed()

    assert found == Shipment(
        SHIPMENT_ID,
        OrderStatus.COMPLETED,
        WHEN,
        (Delivery(DeliveryStatus.EMAIL_DELIVERED, WHEN, "email"),),
        reference="sak/1",
        sequence=42,
    )


@pytest.mark.parametrize("body", [{}, None, "x", [entry(1), {}], [entry(1), 7]])
def test_a_page_that_cannot_be_read_is_said_to_be_none(body: object) -> None:
    with pytest.raises(Unanswered, match="could not be read") as caught:
        Line([ok(body)]).feed()

    assert caught.value.status == 200


def test_the_feed_too_is_asked_three_times() -> None:
    to = Line([Response(502)])
    with pytest.raises(Unanswered, match=r"the service answered 502 \(attempts: 3\)"):
        to.feed()

    assert to.asked_s == [0, 1, 3]


def test_no_error_shows_the_token() -> None:
    to = Line([Response(401)])
    with pytest.raises(Unanswered) as caught:
        to.follow()

    assert TOKEN not in str(caught.value) + repr(vars(caught.value)) + repr(to.requests)


def test_a_closed_transport_says_so_and_is_not_asked_again() -> None:
    to = Line([Silence(Trouble.CLOSED, left=False)])
    with pytest.raises(Unanswered, match="the transport had been closed; make a new one"):
        to.follow()

    assert to.asked_s == [0]
