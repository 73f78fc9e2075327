"""
The conversation as a generator, and the two short loops that carry one.

A *plan* yields `Call`s, is sent `Reply`s, and returns its result. It knows what to send and when
to give up, and nothing else: it reads no clock (replies carry the time), rolls no dice (pauses
arrive as arguments) and never awaits. So one plan serves sync and async, in memory and over HTTP,
and these two loops are the only twins there are. Waiting happens only *before* a request and is
therefore a field of `Call`.

What a plan needs beside requests is an `Errand`: to wait for what another thread or task is already
fetching, to ask a function of the caller's own. Only whoever carries the plan knows how to wait, so
the errand knows both ways and the plan knows neither. An errand keeps its outcome, and the plan goes
on without a reply: one type in.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from straks.wire.carrier import AsyncCarrier, Carrier

from straks.wire.exchange import Reply, Request

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """A request to send, how long to wait before sending it, and how long to wait for its answer."""

    request: Request
    timeout_s: float
    after_s: float = 0.0


class Errand(Protocol):
    """What a plan wants done that is no request. Doing it raises nothing; the outcome is kept."""

    def do(self, carrier: Carrier) -> None:
        """Do it on this thread."""
        ...

    async def ado(self, carrier: AsyncCarrier) -> None:
        """Do it without blocking the event loop."""
        ...


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """The plan has ended, with this result."""

    value: T


Plan: TypeAlias = Generator[Call | Errand, Reply, T]


def step(plan: Plan[T], reply: Reply | None = None) -> Call | Errand | Done[T]:
    """Give *plan* the reply it waits for (None to begin, and after an errand); return its next move."""
    try:
        return next(plan) if reply is None else plan.send(reply)
    except StopIteration as end:
        return Done(end.value)


def run(plan: Plan[T], carrier: Carrier) -> T:
    """Carry *plan* to its end and return its result."""
    move = step(plan)
    while not isinstance(move, Done):
        if not isinstance(move, Call):
            move.do(carrier)
            move = step(plan)
            continue
        if move.after_s > 0:
            carrier.sleep(move.after_s)
        move = step(plan, carrier.carry(move.request, timeout_s=move.timeout_s))
    return move.value


async def arun(plan: Plan[T], carrier: AsyncCarrier) -> T:
    """Carry *plan* to its end and return its result, without blocking."""
    move = step(plan)
    while not isinstance(move, Done):
        if not isinstance(move, Call):
            await move.ado(carrier)
            move = step(plan)
            continue
        if move.after_s > 0:
            await carrier.sleep(move.after_s)
        move = step(plan, await carrier.carry(move.request, timeout_s=move.timeout_s))
    return move.value
