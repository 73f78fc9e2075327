"""The way to a desk in memory: requests arrive, are lost as scripted, and nobody sleeps."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from straks.simulator.desk import BASE, Desk
from straks.simulator.memory import AsyncMemoryCarrier, MemoryCarrier
from straks.wire.exchange import Request, Response, Silence, Trouble
from straks.wire.plan import Call, arun, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.carrier import AsyncCarrier, Carrier
    from straks.wire.exchange import Reply
    from straks.wire.plan import Plan

    Maker = Callable[..., dict[str, object]]

URL = f"{BASE}/notifications/api/v1/future/orders/instant/sms"


def order(desk: Desk, body: dict[str, object]) -> Request:
    headers = {"Authorization": f"Bearer {desk.token()}", "Content-Type": "application/json"}
    return Request("POST", URL, headers, json.dumps(body).encode())


def three_times(request: Request) -> Plan[list[Reply]]:
    replies: list[Reply] = []
    for _ in range(3):
        replies.append((yield Call(request, timeout_s=15.0, after_s=2.0 if replies else 0.0)))
    return replies


SCRIPT = ("refuse-connection", "hang-answer", None)


def assert_it_went_as_scripted(desk: Desk, start_s: float, replies: list[Reply]) -> None:
    refused, lost, answer = replies

    assert refused == Silence(Trouble.NO_CONNECTION, left=False, at_s=start_s)
    assert lost == Silence(Trouble.TIMED_OUT, left=True, at_s=start_s + 17.0)
    assert isinstance(answer, Response)
    assert (answer.status, answer.at_s) == (200, start_s + 19.0)
    assert len(desk.messages()) == 1


def test_a_plan_is_carried_through_mishaps_on_the_desks_clock(desk: Desk, sms: Maker) -> None:
    carrier: Carrier = MemoryCarrier(desk, SCRIPT)
    start_s = carrier.now_s()

    assert_it_went_as_scripted(desk, start_s, run(three_times(order(desk, sms())), carrier))


def test_a_plan_is_carried_on_an_event_loop_the_same_way(desk: Desk, sms: Maker) -> None:
    carrier: AsyncCarrier = AsyncMemoryCarrier(desk, SCRIPT)
    start_s = carrier.now_s()

    assert_it_went_as_scripted(desk, start_s, asyncio.run(arun(three_times(order(desk, sms())), carrier)))


def test_what_is_lost_before_it_arrives_is_never_handled(desk: Desk, sms: Maker) -> None:
    carrier = MemoryCarrier(desk, ["hang"])
    reply = carrier.carry(order(desk, sms()), timeout_s=15.0)

    assert reply == Silence(Trouble.TIMED_OUT, left=True, at_s=desk.now_s())
    assert desk.messages() == ()


def test_mishaps_can_be_added_and_requests_are_kept(desk: Desk, sms: Maker) -> None:
    carrier = AsyncMemoryCarrier(desk)
    request = order(desk, sms())
    carrier.mishaps.append("refuse-connection")
    asyncio.run(carrier.carry(request, timeout_s=15.0))

    assert carrier.requests == [request]
    assert desk.messages() == ()
