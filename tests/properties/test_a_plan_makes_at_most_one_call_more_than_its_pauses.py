"""
Law: whatever is answered, placing an order makes at most one call more than it has pauses, ends in
exactly one of `Receipt`, `Refused`, `NotSent` and `InDoubt`, and says no more than the replies prove.
A harmful message is never repeated after a doubt. The two loops that carry a plan agree call by call.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import straks
from straks.altinn.place import Receipt, place
from straks.errors import InDoubt, NotSent, Refused
from straks.wire.exchange import Response, Silence, Trouble
from straks.wire.plan import arun, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.core.message import Order
    from straks.wire.carrier import AsyncCarrier, Carrier
    from straks.wire.exchange import Reply, Request

KEY = b"a key that only tests have"
LEAST_S = 5.0
IDS = ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002")
RECEIPT = json.dumps({"notificationOrderId": IDS[0], "notification": {"shipmentId": IDS[1]}}).encode()
PROBLEM = json.dumps({"title": "x", "code": "NOT-00004", "errors": {"RecipientSms": ["y"]}}).encode()

Outcome: TypeAlias = Receipt | Refused | NotSent | InDoubt

bodies = (
    st.sampled_from([RECEIPT, PROBLEM, b"", b"{}", b"[]", b"<html>", b'{"notification": 7}']) | st.binary()
)
likely = st.sampled_from([200, 201, 400, 401, 429, 499, 500, 503])
nothing: dict[str, str] = {}
when = st.just(nothing) | st.integers(0, 200).map(lambda seconds: {"retry-after": f"{seconds}"})
replies = st.one_of(
    st.builds(Response, status=likely | st.integers(100, 599), headers=when, body=bodies),
    st.builds(Silence, why=st.sampled_from(Trouble), left=st.booleans(), detail=st.text(max_size=9)),
)
seconds = st.floats(0, 200)
scripts = st.lists(st.tuples(replies, seconds), max_size=6)


@dataclass
class Line:
    """A carrier with a clock of its own, which answers by a script and then not at all."""

    script: list[tuple[Reply, float]]
    clock_s: float = 1000.0
    calls: list[tuple[Request, float, float]] = field(default_factory=list[tuple["Request", float, float]])
    got: list[Reply] = field(default_factory=list["Reply"])

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        nothing: Reply = Silence(Trouble.NO_CONNECTION, left=False)
        number = len(self.calls)
        self.calls.append((request, self.clock_s, timeout_s))
        reply, took_s = self.script[number] if number < len(self.script) else (nothing, 0.0)
        self.clock_s += took_s
        self.got.append(replace(reply, at_s=self.clock_s))
        return self.got[-1]

    def sleep(self, seconds: float) -> None:
        self.clock_s += seconds

    def now_s(self) -> float:
        return self.clock_s


def placed(
    order: Order,
    line: Line,
    pauses_s: list[float],
    in_a_loop: Callable[[Carrier], AsyncCarrier] | None = None,
) -> Outcome:
    plan = place(order, base_url="https://example.org", token="t", started_s=line.clock_s, pauses_s=pauses_s)
    try:
        return run(plan, line) if in_a_loop is None else asyncio.run(arun(plan, in_a_loop(line)))
    except (Refused, NotSent, InDoubt) as error:
        return error


@pytest.fixture(scope="module")
def orders(catalog: straks.Catalog) -> list[Order]:
    """Return an order of each kind that a plan may treat in its own way."""
    found: list[Order] = []
    for name in ("one-time-code", "status-update"):
        values = catalog[name].examples
        sms = catalog.sms(name, locale="nb", to="+46701740605", values=values)
        email = catalog.email(name, locale="nb", to="kari@example.org", values=values)
        short = replace(sms, time_to_live=timedelta(seconds=60))
        found += [message.order("law/1", KEY) for message in (sms, email, short)]
    return found


def is_refusal(reply: Reply) -> bool:
    return isinstance(reply, Response) and 300 <= reply.status < 500 and reply.status != 499


def is_receipt(reply: Reply) -> bool:
    return isinstance(reply, Response) and reply.status in (200, 201) and reply.body == RECEIPT


def is_turned_away(reply: Reply) -> bool:
    return isinstance(reply, Response) and reply.status == 429 and "retry-after" in reply.headers


def never_left(reply: Reply) -> bool:
    return isinstance(reply, Silence) and not reply.left


def is_doubt(reply: Reply) -> bool:
    return not (is_refusal(reply) or is_receipt(reply) or never_left(reply))


@given(kind=st.integers(0, 5), script=scripts, pauses_s=st.lists(seconds, max_size=5))
@example(kind=0, script=[], pauses_s=[0.0] * 5)
@example(kind=3, script=[(Silence(Trouble.TIMED_OUT, left=True), 1.0)], pauses_s=[1.0])
@example(kind=0, script=[(Response(503), 1.0), (Response(400), 1.0)], pauses_s=[1.0, 1.0])
def test_an_outcome_says_no_more_than_the_replies_prove(
    orders: list[Order], kind: int, script: list[tuple[Reply, float]], pauses_s: list[float]
) -> None:
    order, line = orders[kind], Line(script)
    outcome = placed(order, line, pauses_s)

    assert len(line.calls) <= 1 + len(pauses_s)
    assert len(line.calls) == outcome.attempts
    *before, last = [*line.got] or [Silence(Trouble.NO_CONNECTION, left=False)]
    if isinstance(outcome, Receipt):
        assert is_receipt(last)
        assert not any(is_receipt(reply) for reply in before)
        assert all(is_turned_away(reply) for reply in before if is_refusal(reply))
    elif isinstance(outcome, Refused):
        assert is_refusal(last)
        assert all(never_left(reply) or is_turned_away(reply) for reply in before)
    elif isinstance(outcome, NotSent):
        assert never_left(last)
        assert all(never_left(reply) or is_turned_away(reply) for reply in before)
    else:
        assert any(is_doubt(reply) for reply in [*before, last])
        assert not any(is_receipt(reply) for reply in [*before, last])
    if order.message.repeat is straks.Repeat.HARMFUL:
        assert not any(is_doubt(reply) for reply in before)


@given(kind=st.integers(0, 5), script=scripts, pauses_s=st.lists(seconds, max_size=5))
def test_every_call_repeats_the_first_byte_for_byte_and_within_the_time_to_live(
    orders: list[Order], kind: int, script: list[tuple[Reply, float]], pauses_s: list[float]
) -> None:
    order, line = orders[kind], Line(script)
    placed(order, line, pauses_s)

    assert len({(request.method, request.url, request.body) for request, _, _ in line.calls}) <= 1
    for _, began_s, timeout_s in line.calls:
        assert timeout_s >= LEAST_S
        if isinstance(order.message, straks.Sms):
            assert began_s + timeout_s <= 1000 + order.message.time_to_live.total_seconds() + 1e-6


@given(kind=st.integers(0, 5), script=scripts, pauses_s=st.lists(seconds, max_size=5))
def test_both_loops_agree_call_by_call(
    orders: list[Order],
    asynchronous: Callable[[Carrier], AsyncCarrier],
    *,
    kind: int,
    script: list[tuple[Reply, float]],
    pauses_s: list[float],
) -> None:
    line, in_a_loop = Line(script), Line(script)
    outcome = placed(orders[kind], line, pauses_s)
    other = placed(orders[kind], in_a_loop, pauses_s, asynchronous)

    assert line == in_a_loop
    assert type(outcome) is type(other)
    assert str(outcome) == str(other)
    assert isinstance(other, Receipt) or vars(outcome) == vars(other)
