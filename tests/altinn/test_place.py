"""Placing an order once: what each answer means, and when it is asked again."""

from __future__ import annotations

import json
import pickle
import traceback
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from rich.traceback import Traceback

import straks
from straks.altinn.payload import encode
from straks.altinn.place import Receipt, place, timeout_for
from straks.altinn.token_source import Given, PlainToken
from straks.errors import InDoubt, InvalidPayload, NotSent, Refused
from straks.wire.exchange import Response, Silence, Trouble
from straks.wire.plan import run

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.altinn.token_source import Need
    from straks.core.message import Message, Order
    from straks.wire.exchange import Reply, Request
    from straks.wire.plan import Plan

    Maker = Callable[..., Order]

BASE = "https://platform.example.org"
TOKEN = "token-482913"
ORDER_ID = "00000000-0000-4000-8000-000000000001"
SHIPMENT_ID = "00000000-0000-4000-8000-000000000002"
HARMLESS, HARMFUL = "one-time-code", "status-update"


def body(**changes: object) -> bytes:
    notification = {"shipmentId": SHIPMENT_ID, "sendersReference": "sak/1"}
    return json.dumps({"notificationOrderId": ORDER_ID, "notification": notification} | changes).encode()


CREATED = Response(201, {}, body())
KNOWN = Response(200, {}, body())
NO_CONNECTION = Silence(Trouble.NO_CONNECTION, left=False)
TIMED_OUT = Silence(Trouble.TIMED_OUT, left=True)
UNAVAILABLE = Response(503, {}, b'{"code": "NOT-00004", "title": "A temporary network failure occurred"}')
INVALID = Response(400, {}, b'{"errors": {"RecipientSms.PhoneNumber": ["not valid"]}}')

REFUSALS = (300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 498)
DOUBTFUL = (101, 202, 204, 206, 226, 499, 500, 501, 502, 503, 504, 507, 599)


@dataclass
class Line:
    """A carrier with a clock of its own: each reply comes after so many seconds."""

    replies: list[tuple[Reply, float]]
    clock_s: float = 1000.0
    requests: list[Request] = field(default_factory=list["Request"])
    began_s: list[float] = field(default_factory=list[float])
    timeouts_s: list[float] = field(default_factory=list[float])

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        self.requests.append(request)
        self.began_s.append(self.clock_s)
        self.timeouts_s.append(timeout_s)
        reply, took_s = self.replies.pop(0)
        self.clock_s += took_s
        return replace(reply, at_s=self.clock_s)

    def sleep(self, seconds: float) -> None:
        self.clock_s += seconds

    def now_s(self) -> float:
        return self.clock_s

    def place(
        self, order: Order, *, timeout_s: float | None = None, pauses_s: tuple[float, ...] = (2.0,)
    ) -> Receipt:
        started_s = self.clock_s
        plan = place(
            order, base_url=BASE, token=TOKEN, started_s=started_s, timeout_s=timeout_s, pauses_s=pauses_s
        )
        return run(plan, self)


def line(*replies: Reply, took_s: float = 0.5) -> Line:
    return Line([(reply, took_s) for reply in replies])


# The request


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_an_order_is_posted_as_json_with_the_token(make_order: Maker, channel: str) -> None:
    order = make_order(channel=channel)
    to = line(CREATED)
    to.place(order)

    (request,) = to.requests
    assert request.method == "POST"
    assert request.url == f"{BASE}/notifications/api/v1/future/orders/instant/{channel}"
    assert request.body == encode(order)
    assert request.headers == {
        "authorization": f"Bearer {TOKEN}",
        "content-type": "application/json",
        "accept": "application/json",
    }


def test_a_repeat_repeats_the_same_request(make_order: Maker) -> None:
    to = line(TIMED_OUT, CREATED)
    to.place(make_order())

    assert to.requests[0] == to.requests[1]


def test_an_order_of_no_use_to_the_service_is_never_carried(make_order: Maker) -> None:
    to = line()
    with pytest.raises(InvalidPayload):
        to.place(replace(make_order(), reference="a\x00"))

    assert to.requests == []


# The table


def test_201_is_a_receipt(make_order: Maker) -> None:
    receipt = line(CREATED).place(make_order())

    assert receipt == Receipt(ORDER_ID, SHIPMENT_ID, replayed=False, attempts=1, reference="sak/1")


def test_200_is_a_receipt_of_an_earlier_call(make_order: Maker) -> None:
    receipt = line(KNOWN).place(make_order())

    assert receipt == Receipt(ORDER_ID, SHIPMENT_ID, replayed=True, attempts=1, reference="sak/1")


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("template", [HARMLESS, HARMFUL])
def test_other_3xx_and_4xx_are_refusals_and_final(make_order: Maker, template: str, status: int) -> None:
    to = line(Response(status, {}, body()))
    with pytest.raises(Refused, match="Nothing was sent") as caught:
        to.place(make_order(template))

    assert caught.value.status == status
    assert caught.value.attempts == len(to.requests) == 1


@pytest.mark.parametrize("status", DOUBTFUL)
def test_499_5xx_and_other_2xx_leave_a_doubt(make_order: Maker, status: int) -> None:
    with pytest.raises(InDoubt, match=f"answered {status}.*may have been sent") as caught:
        line(Response(status, {}, body())).place(make_order(HARMFUL))

    assert caught.value.attempts == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        body(notification=None),
        body(notification={}),
        body(notification={"shipmentId": "not a guid"}),
        body(notification={"shipmentId": 7}),
        body(notification={"shipmentId": [SHIPMENT_ID]}),
        body(notificationOrderId=None),
        body(notificationOrderId="../../x"),
    ],
)
@pytest.mark.parametrize("status", [200, 201])
def test_a_2xx_without_a_receipt_in_it_leaves_a_doubt(make_order: Maker, status: int, answer: bytes) -> None:
    with pytest.raises(InDoubt, match="not with a receipt"):
        line(Response(status, {}, answer)).place(make_order(HARMFUL))


@pytest.mark.parametrize("reference", [None, 7, ["sak/1"]])
def test_a_reference_that_is_none_is_none(make_order: Maker, reference: object) -> None:
    answer = body(notification={"shipmentId": SHIPMENT_ID, "sendersReference": reference})

    assert line(Response(201, {}, answer)).place(make_order()).reference is None


@pytest.mark.parametrize("why", Trouble)
def test_silence_after_it_left_is_a_doubt_and_before_it_left_is_none(make_order: Maker, why: Trouble) -> None:
    order = make_order(HARMFUL)
    with pytest.raises(InDoubt) as doubt:
        line(Silence(why, left=True)).place(order)
    with pytest.raises(NotSent) as unsent:
        line(Silence(why, left=False)).place(order, pauses_s=())

    for error in (doubt.value, unsent.value):
        assert error.idempotency_id == order.idempotency_id
        assert error.attempts == 1
    assert "may send it twice" in str(doubt.value)
    assert "safe to place it again" in str(unsent.value)


def test_what_the_network_had_to_say_is_passed_on_in_one_line(make_order: Maker) -> None:
    refused = replace(NO_CONNECTION, detail="[Errno 111]\nConnection refused")
    with pytest.raises(NotSent, match=r"its address is right \(\[Errno 111\] Connection refused\)\. It is"):
        line(refused).place(make_order(), pauses_s=())


def test_a_refusal_carries_what_the_service_said_under_our_names(make_order: Maker) -> None:
    with pytest.raises(Refused, match=r"refused the order \(400\): recipient: not valid") as caught:
        line(INVALID).place(make_order())

    assert caught.value.fields == {"recipient": ("not valid",)}
    assert caught.value.problem is None


def test_a_doubt_carries_the_services_own_code(make_order: Maker) -> None:
    with pytest.raises(InDoubt, match=r"503 \(NOT-00004: A temporary network failure occurred\)"):
        line(UNAVAILABLE).place(make_order(HARMFUL))


# Repeats


def test_a_harmless_message_is_asked_for_once_more_after_a_doubt(make_order: Maker) -> None:
    to = line(TIMED_OUT, CREATED, took_s=15)
    receipt = to.place(make_order(HARMLESS))

    assert receipt.attempts == 2
    assert to.began_s == [1000, 1017]


@pytest.mark.parametrize("doubt", [TIMED_OUT, UNAVAILABLE, Response(201), Response(499)])
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_harmful_message_is_never_repeated_after_a_doubt(
    make_order: Maker, channel: str, doubt: Reply
) -> None:
    to = line(doubt)
    with pytest.raises(InDoubt):
        to.place(make_order(HARMFUL, channel), pauses_s=(2.0,) * 9)

    assert len(to.requests) == 1


@pytest.mark.parametrize("template", [HARMLESS, HARMFUL])
def test_what_provably_never_left_is_repeated_in_both(make_order: Maker, template: str) -> None:
    to = line(NO_CONNECTION, NO_CONNECTION, CREATED)

    assert to.place(make_order(template), pauses_s=(1, 2)).attempts == 3


@pytest.mark.parametrize("template", [HARMLESS, HARMFUL])
def test_when_nothing_ever_left_it_was_not_sent(make_order: Maker, template: str) -> None:
    to = line(NO_CONNECTION, replace(NO_CONNECTION, why=Trouble.TIMED_OUT))
    with pytest.raises(NotSent, match="no connection came up in time") as caught:
        to.place(make_order(template))

    assert caught.value.attempts == 2


def test_an_earlier_attempt_of_our_own_may_turn_out_to_have_placed_it(make_order: Maker) -> None:
    receipt = line(TIMED_OUT, KNOWN).place(make_order(HARMLESS))

    assert receipt.replayed
    assert receipt.attempts == 2


@pytest.mark.parametrize("end", [INVALID, NO_CONNECTION, TIMED_OUT, UNAVAILABLE, Response(204)])
def test_a_doubt_stays_whatever_the_repeat_is_answered(make_order: Maker, end: Reply) -> None:
    to = line(TIMED_OUT, end)
    with pytest.raises(InDoubt) as caught:
        to.place(make_order(HARMLESS))

    assert caught.value.attempts == 2


def test_a_refusal_after_a_doubt_ends_the_asking(make_order: Maker) -> None:
    to = line(TIMED_OUT, INVALID)
    with pytest.raises(InDoubt, match="no answer came in time"):
        to.place(make_order(HARMLESS), pauses_s=(1, 1, 1))

    assert len(to.requests) == 2


def test_a_harmful_message_that_first_never_left_is_not_repeated_once_it_may_have(make_order: Maker) -> None:
    to = line(NO_CONNECTION, TIMED_OUT)
    with pytest.raises(InDoubt):
        to.place(make_order(HARMFUL), pauses_s=(1, 1, 1))

    assert len(to.requests) == 2


# Coming back when asked to


BUSY = Response(429, {"retry-after": "7"}, b"<html>")
CLOSED = Response(503, {"retry-after": "7"}, b"<html>")


@pytest.mark.parametrize("template", [HARMLESS, HARMFUL])
def test_who_says_429_and_when_to_come_back_is_asked_again_then(make_order: Maker, template: str) -> None:
    to = line(BUSY, CREATED)
    receipt = to.place(make_order(template))

    assert receipt.attempts == 2
    assert to.began_s == [1000, 1007.5]


def test_a_pause_that_is_longer_than_asked_is_kept(make_order: Maker) -> None:
    to = line(BUSY, CREATED)
    to.place(make_order(), pauses_s=(9.0,))

    assert to.began_s == [1000, 1009.5]


def test_who_says_come_back_at_once_is_asked_again_after_the_pause(make_order: Maker) -> None:
    to = line(Response(429, {"retry-after": "0"}), CREATED)

    assert to.place(make_order()).attempts == 2


@pytest.mark.parametrize("template", [HARMLESS, HARMFUL])
def test_who_says_429_to_the_end_has_refused(make_order: Maker, template: str) -> None:
    to = line(BUSY, BUSY, BUSY)
    with pytest.raises(Refused, match=r"\(429\): too many requests; .* \(come back in 7 s\)\. Not") as caught:
        to.place(make_order(template), pauses_s=(1.0, 1.0))

    assert (caught.value.status, caught.value.attempts) == (429, 3)


def test_nobody_is_waited_for_longer_than_a_minute(make_order: Maker) -> None:
    to = line(Response(429, {"retry-after": "61"}), CREATED)
    with pytest.raises(Refused) as caught:
        to.place(make_order(channel="email"))

    assert caught.value.attempts == 1
    assert line(Response(429, {"retry-after": "60"}), CREATED).place(make_order()).attempts == 2


def test_nobody_is_waited_for_past_the_time_to_live(make_order: Maker) -> None:
    to = line(Response(429, {"retry-after": "56"}), CREATED)
    with pytest.raises(Refused) as caught:
        to.place(living(make_order(), 60))

    assert caught.value.attempts == 1


def test_after_a_503_that_says_when_to_come_back_a_harmless_message_is_asked_for_then(
    make_order: Maker,
) -> None:
    to = line(CLOSED, CREATED)

    assert to.place(make_order(HARMLESS)).attempts == 2
    assert to.began_s == [1000, 1007.5]


def test_a_503_that_says_when_to_come_back_is_a_doubt_all_the_same(make_order: Maker) -> None:
    to = line(CLOSED)
    with pytest.raises(InDoubt) as caught:
        to.place(make_order(HARMFUL), pauses_s=(1.0, 1.0))

    assert caught.value.attempts == 1


def test_a_429_after_a_doubt_is_asked_again_and_takes_no_doubt_away(make_order: Maker) -> None:
    assert line(TIMED_OUT, BUSY, KNOWN).place(make_order(HARMLESS), pauses_s=(1, 1)).attempts == 3
    with pytest.raises(InDoubt, match="no answer came in time") as caught:
        line(TIMED_OUT, BUSY, BUSY).place(make_order(HARMLESS), pauses_s=(1, 1))

    assert caught.value.attempts == 3


# How long


@pytest.mark.parametrize(
    ("template", "channel", "patience_s"),
    [(HARMLESS, "sms", 15), (HARMLESS, "email", 15), (HARMFUL, "sms", 40), (HARMFUL, "email", 110)],
)
def test_how_long_it_waits_is_the_templates_to_say(
    make_order: Maker, template: str, channel: str, patience_s: float
) -> None:
    order = make_order(template, channel)
    to = line(CREATED)
    to.place(order)

    assert to.timeouts_s == [patience_s] == [timeout_for(order.message)]


def test_the_caller_may_say_how_long(make_order: Maker) -> None:
    to = line(NO_CONNECTION, CREATED)
    to.place(make_order(), timeout_s=7)

    assert to.timeouts_s == [7, 7]


def living(order: Order, seconds: float) -> Order:
    assert isinstance(order.message, straks.Sms)
    return replace(order, message=replace(order.message, time_to_live=timedelta(seconds=seconds)))


@pytest.mark.parametrize(("pause_s", "calls"), [(39.99, 2), (40.0, 2), (40.01, 1)])
def test_no_attempt_begins_with_less_than_its_least_time_to_live(
    make_order: Maker, pause_s: float, calls: int
) -> None:
    # 60 s to live, 15 of them used, 5 needed.
    to = line(NO_CONNECTION, CREATED, took_s=15)
    order = living(make_order(), 60)
    if calls == 2:
        assert to.place(order, pauses_s=(pause_s,)).attempts == 2
        assert to.timeouts_s[1] == pytest.approx(45 - pause_s)
    else:
        with pytest.raises(NotSent) as caught:
            to.place(order, pauses_s=(pause_s,))
        assert caught.value.attempts == 1
    assert to.began_s[1:] == [1015 + pause_s][: calls - 1]


def test_a_doubt_that_outlives_the_message_is_a_doubt(make_order: Maker) -> None:
    to = line(TIMED_OUT, took_s=15)
    with pytest.raises(InDoubt) as caught:
        to.place(living(make_order(HARMLESS), 60), pauses_s=(50,))

    assert caught.value.attempts == 1
    assert to.clock_s == 1015


@dataclass(frozen=True)
class Slow(PlainToken):
    """A token that takes some time to get."""

    took_s: float = 0.0

    def token(self, need: Need) -> Plan[Given]:
        yield from ()
        return Given(self.value, need.now_s + self.took_s)


def test_the_time_that_a_token_takes_counts(make_order: Maker) -> None:
    order = living(make_order(), 60)

    def plan(took_s: float) -> Receipt:
        return run(place(order, base_url=BASE, token=Slow(TOKEN, took_s), started_s=1000), line(CREATED))

    assert plan(55).attempts == 1
    with pytest.raises(NotSent, match="its time to live had passed") as caught:
        plan(55.1)
    assert caught.value.attempts == 0


def test_an_email_has_no_time_to_live(make_order: Maker) -> None:
    to = line(NO_CONNECTION, CREATED)

    assert to.place(make_order(channel="email"), pauses_s=(1e9,)).attempts == 2


@pytest.mark.parametrize(("within_s", "calls"), [(5.0, 1), (4.9, 0), (-1.0, 0), (600.0, 1)])
def test_no_attempt_begins_after_the_moment_that_the_order_names(
    make_order: Maker, within_s: float, calls: int
) -> None:
    to = line(CREATED)
    plan = place(
        make_order(channel="email"),
        base_url=BASE,
        token=TOKEN,
        started_s=1000,
        within_s=within_s,
        timeout_s=7,
    )
    if calls:
        assert run(plan, to).attempts == 1
    else:
        with pytest.raises(NotSent, match="time to live had passed"):
            run(plan, to)
    assert to.timeouts_s == [min(within_s, 7)] * calls


# What may be seen


def shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(vars(error)) + repr(error.args)


def secrets(message: Message) -> list[str]:
    assert isinstance(message, straks.Sms | straks.Email)
    return [message.address, message.body, "482913", "701740605", "kari", TOKEN]


@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize("reply", [INVALID, UNAVAILABLE, TIMED_OUT, NO_CONNECTION, Response(401)])
def test_no_error_shows_token_text_or_recipient(make_order: Maker, channel: str, reply: Reply) -> None:
    order = make_order(channel=channel)
    with pytest.raises(straks.Undelivered) as caught:
        line(reply, reply).place(order)

    assert not [each for each in secrets(order.message) if each in shown(caught.value)]


def test_nor_does_what_prints_the_locals_of_a_traceback(make_order: Maker) -> None:
    order = make_order()
    with pytest.raises(Refused) as caught:
        line(INVALID).place(order)
    out = Console(file=StringIO(), width=200)
    # From where the plan is run: what a caller's own frames hold is the caller's.
    out.print(Traceback.from_exception(Refused, caught.value, caught.tb.tb_next.tb_next, show_locals=True))  # type: ignore[union-attr]
    printed = out.file.getvalue()  # type: ignore[attr-defined]

    assert "request" in printed
    assert not [each for each in secrets(order.message) if each in printed]


def test_the_request_and_the_receipt_show_none_of_them_either(make_order: Maker) -> None:
    order = make_order(reference="sak/8841")
    to = line(CREATED)
    receipt = to.place(order)
    said = repr(to.requests) + repr(receipt) + repr(order)

    assert not [each for each in [*secrets(order.message), "8841", "sak/1"] if each in said]


def test_a_receipt_survives_pickle(make_order: Maker) -> None:
    receipt = line(KNOWN).place(make_order())

    assert pickle.loads(pickle.dumps(receipt)) == receipt  # noqa: S301 - what this test pickled itself
