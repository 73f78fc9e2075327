"""The two loops that carry a plan, and the step that both take."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from straks.wire.exchange import Request, Response, Silence, Trouble
from straks.wire.plan import Call, Done, arun, run, step

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.exchange import Reply
    from straks.wire.plan import Plan

FIRST = Request("GET", "https://example.org/1")
SECOND = Request("GET", "https://example.org/2")


@dataclass
class Script:
    """A carrier that answers from a list and writes down what it was asked for."""

    replies: list[Reply]
    did: list[object] = field(default_factory=list[object])

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        self.did.append((request.url, timeout_s))
        return self.replies.pop(0)

    def sleep(self, seconds: float) -> None:
        self.did.append(seconds)

    def now_s(self) -> float:
        return 0.0


@dataclass
class AsyncScript:
    script: Script

    async def carry(self, request: Request, *, timeout_s: float) -> Reply:
        await asyncio.sleep(0)
        return self.script.carry(request, timeout_s=timeout_s)

    async def sleep(self, seconds: float) -> None:
        self.script.sleep(seconds)

    def now_s(self) -> float:
        return self.script.now_s()


def carry_sync(plan: Plan[object], script: Script) -> object:
    return run(plan, script)


def carry_async(plan: Plan[object], script: Script) -> object:
    return asyncio.run(arun(plan, AsyncScript(script)))


both = pytest.mark.parametrize("carry", [carry_sync, carry_async])


def two_calls() -> Plan[object]:
    first = yield Call(FIRST, timeout_s=15)
    second = yield Call(SECOND, timeout_s=5, after_s=2)
    return first, second


def test_a_step_gives_the_next_call_or_the_end() -> None:
    plan = two_calls()
    answer, silence = Response(200), Silence(Trouble.TIMED_OUT, left=True)

    assert step(plan) == Call(FIRST, timeout_s=15)
    assert step(plan, answer) == Call(SECOND, timeout_s=5, after_s=2)
    assert step(plan, silence) == Done((answer, silence))


@both
def test_a_plan_is_carried_to_its_end_and_waits_before_a_call(
    carry: Callable[[Plan[object], Script], object],
) -> None:
    script = Script([Response(200), Silence(Trouble.CONNECTION_LOST, left=True)])

    result = carry(two_calls(), script)

    assert result == (Response(200), Silence(Trouble.CONNECTION_LOST, left=True))
    assert script.did == [(FIRST.url, 15), 2, (SECOND.url, 5)]


@both
def test_a_plan_that_asks_nothing_ends_at_once(carry: Callable[[Plan[object], Script], object]) -> None:
    def nothing() -> Plan[object]:
        yield from ()
        return "done"

    script = Script([])

    assert carry(nothing(), script) == "done"
    assert script.did == []


@both
def test_what_a_plan_raises_reaches_the_caller(carry: Callable[[Plan[object], Script], object]) -> None:
    def gives_up() -> Plan[object]:
        yield Call(FIRST, timeout_s=1)
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        carry(gives_up(), Script([Response(500)]))


@both
def test_plans_are_made_of_plans(carry: Callable[[Plan[object], Script], object]) -> None:
    def outer() -> Plan[object]:
        before = yield from two_calls()
        last = yield Call(FIRST, timeout_s=1)
        return before, last

    script = Script([Response(200), Response(201), Response(202)])

    assert carry(outer(), script) == ((Response(200), Response(201)), Response(202))
