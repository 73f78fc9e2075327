"""
Every fault of the simulator, and what a transport makes of it: the outcome that `straks.altinn.place`
names, over each way to carry an order. Nothing is sent twice that may not be, no receipt is given for
nothing, and nobody waits longer than was agreed.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pytest

import straks
from straks.altinn.place import Receipt, place, timeout_for
from straks.errors import InDoubt, NotSent, Refused
from straks.simulator import Simulator
from straks.simulator.desk import BASE, Desk
from straks.simulator.fate import Stage
from straks.simulator.fates import FATES
from straks.simulator.memory import AsyncMemoryCarrier, MemoryCarrier
from straks.simulator.orders import Channel
from straks.transports.carriers import AsyncHttpxCarrier, HttpxCarrier
from straks.transports.tokens.sources import source_of
from straks.wire.plan import Plan, arun, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from straks.wire.carrier import AsyncCarrier, Carrier
    from straks.wire.exchange import Reply, Request

    Maker = Callable[..., straks.Order]

Outcome: TypeAlias = Receipt | Refused | NotSent | InDoubt
HARMLESS, HARMFUL = "one-time-code", "status-update"
PAUSE_S = 2.0


class Row(NamedTuple):
    """What comes of an order that a fault strikes each time, and what one striking leaves behind."""

    outcome: type[Outcome]
    sent: int
    stored: bool


UNSENT, UNSTORED, STORED = (0, False), (1, False), (1, True)
TABLE = {
    "refuse-connection": Row(NotSent, *UNSENT),
    "drop-before-sending": Row(InDoubt, *UNSENT),
    "hang": Row(InDoubt, *UNSENT),
    "302": Row(Refused, *UNSENT),
    "401": Row(Refused, *UNSENT),
    "429": Row(Refused, *UNSENT),
    "502": Row(InDoubt, *UNSENT),
    "503-in-front": Row(InDoubt, *UNSENT),
    "500": Row(InDoubt, *UNSENT),
    "503": Row(InDoubt, *UNSENT),
    "delay": Row(Receipt, *STORED),
    "hang-after-sending": Row(InDoubt, *UNSTORED),
    "drop-after-sending": Row(InDoubt, *UNSTORED),
    "499": Row(InDoubt, *UNSTORED),
    "500-after-sending": Row(InDoubt, *UNSTORED),
    "503-after-sending": Row(InDoubt, *UNSTORED),
    "504": Row(InDoubt, *UNSTORED),
    "delay-answer": Row(Receipt, *STORED),
    "hang-answer": Row(InDoubt, *STORED),
    "drop-answer": Row(InDoubt, *STORED),
    "cut-answer": Row(InDoubt, *STORED),
    "empty-answer": Row(InDoubt, *STORED),
    "garbage": Row(InDoubt, *STORED),
    "not-http": Row(InDoubt, *STORED),
    "drip": Row(Receipt, *STORED),
    **{fate.name: Row(Receipt, *STORED) for fate in FATES if fate.stage is Stage.COURSE},
}
AGAIN = ("refuse-connection", "401", "429")
"""What proves that nothing was sent, and is asked again whatever the message; a 401 with another token."""

occasions = map("outcome/{}".format, count())


def attempt(plan: Callable[[], Receipt]) -> Outcome:
    try:
        return plan()
    except (Refused, NotSent, InDoubt) as error:
        return error


def assert_it_is_as_the_table_says(
    fault: str, template: str, outcome: Outcome, sent: int, often: str
) -> None:
    """Hold what came of an order, with one repeat allowed, against the table."""
    row = TABLE[fault]
    repeated = row.outcome is not Receipt and (
        fault in AGAIN or (template == HARMLESS and row.outcome is InDoubt)
    )
    assert outcome.attempts == 1 + repeated
    if often == "always" or not repeated:
        assert type(outcome) is row.outcome
        # What is not stored is sent again by the repeat: the very trap, and a harmless message's alone.
        assert sent == row.sent * (1 + (repeated and not row.stored))
    else:
        assert isinstance(outcome, Receipt)
        assert outcome.replayed == row.stored
        assert sent == row.sent + (not row.stored)
    if isinstance(outcome, Receipt):
        assert sent >= 1
    if isinstance(outcome, NotSent | Refused):
        assert sent == 0
    if template == HARMFUL:
        assert sent <= 1


def test_the_table_has_every_fate() -> None:
    assert sorted(TABLE) == sorted(fate.name for fate in FATES)


# In memory, on the desk's clock


@dataclass
class Watched:
    """A carrier in memory that sees to it that no request takes longer than it was given."""

    carrier: MemoryCarrier
    desk: Desk

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        began_s = self.desk.now_s()
        reply = self.carrier.carry(request, timeout_s=timeout_s)
        assert self.desk.now_s() - began_s <= timeout_s
        return reply

    def sleep(self, seconds: float) -> None:
        self.carrier.sleep(seconds)

    def now_s(self) -> float:
        return self.carrier.now_s()


def sent_in_memory(order: straks.Order, desk: Desk, *, in_a_loop: bool) -> Outcome:
    pauses_s = (PAUSE_S,)
    if not in_a_loop:
        carrier = Watched(MemoryCarrier(desk), desk)
        transport = straks.AltinnTransport(BASE, desk.token, pauses_s=pauses_s, carrier=carrier)
        return attempt(lambda: transport.send(order))

    async def main() -> Receipt:
        carrier = AsyncMemoryCarrier(desk)
        async with straks.AsyncAltinnTransport(BASE, desk.token, pauses_s=pauses_s, carrier=carrier) as to:
            return await to.send(order)

    return attempt(lambda: asyncio.run(main()))


@pytest.mark.parametrize(
    ("fault", "channel"),
    [(fate.name, channel.value) for fate in FATES for channel in Channel if fate.befalls(channel)],
)
@pytest.mark.parametrize("template", [HARMLESS, HARMFUL])
@pytest.mark.parametrize("often", ["once", "always"])
@pytest.mark.parametrize("way", ["sync", "async"])
def test_in_memory_the_outcome_is_the_tables(  # noqa: PLR0917 - a place in the matrix
    make_order: Maker, fault: str, channel: str, template: str, often: str, way: str
) -> None:
    desk, order = Desk(), make_order(template, channel)
    began_s = desk.now_s()
    desk.faults.arm(fault, probability=1 if often == "always" else None)
    outcome = sent_in_memory(order, desk, in_a_loop=way == "async")
    took_s = desk.now_s() - began_s

    assert_it_is_as_the_table_says(fault, template, outcome, len(desk.messages()), often)
    assert took_s <= outcome.attempts * timeout_for(order.message) + PAUSE_S


@pytest.mark.parametrize("template", [HARMLESS, HARMFUL])
@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize("fault", ["delay", "delay-answer", "drip"])
def test_what_takes_longer_than_was_agreed_is_given_up_in_time(
    make_order: Maker, template: str, channel: str, fault: str
) -> None:
    desk, order = Desk(), make_order(template, channel)
    patience_s = timeout_for(order.message)
    desk.faults.arm(fault, seconds=patience_s + 1)
    outcome = sent_in_memory(order, desk, in_a_loop=False)

    if template == HARMFUL:
        assert isinstance(outcome, InDoubt)
        assert len(desk.messages()) == 1
        return
    assert isinstance(outcome, Receipt)
    # Who leaves while the gateway is waited for leaves no order, and the repeat sends again.
    assert outcome.replayed == (fault != "delay")
    assert len(desk.messages()) == (2 if fault == "delay" else 1)


def test_nobody_waits_past_the_time_to_live(make_order: Maker) -> None:
    desk, order = Desk(), make_order(HARMLESS, "sms")
    assert isinstance(order.message, straks.Sms)
    desk.faults.arm("hang", probability=1)
    began_s = desk.now_s()
    transport = straks.AltinnTransport(
        BASE, desk.token, pauses_s=(2.0,) * 99, carrier=Watched(MemoryCarrier(desk), desk)
    )
    outcome = attempt(lambda: transport.send(order))

    assert isinstance(outcome, InDoubt)
    assert desk.now_s() - began_s <= order.message.time_to_live.total_seconds()


# Over HTTP


SHORT_S, ENOUGH_S = 0.5, 20.0
"""How long a test waits for what never comes, and at most for what does."""


class Patient:
    """A carrier that waits as long as the test says, request by request."""

    def __init__(self, carrier: Carrier, timeouts_s: Sequence[float]) -> None:
        self._carrier = carrier
        self._timeouts_s = list(timeouts_s)

    def carry(self, request: Request, *, timeout_s: float) -> Reply:  # noqa: ARG002 - the test says
        return self._carrier.carry(request, timeout_s=self._timeouts_s.pop(0))

    def sleep(self, seconds: float) -> None:
        assert seconds == 0

    def now_s(self) -> float:
        return self._carrier.now_s()


class AsyncPatient:
    def __init__(self, carrier: AsyncCarrier, timeouts_s: Sequence[float]) -> None:
        self._carrier = carrier
        self._timeouts_s = list(timeouts_s)

    async def carry(self, request: Request, *, timeout_s: float) -> Reply:  # noqa: ARG002 - the test says
        return await self._carrier.carry(request, timeout_s=self._timeouts_s.pop(0))

    async def sleep(self, seconds: float) -> None:
        assert seconds == 0

    def now_s(self) -> float:
        return self._carrier.now_s()


@pytest.fixture(scope="module")
def altinn() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture(scope="module")
def carrier() -> Iterator[Carrier]:
    with closing(HttpxCarrier(direct=True)) as carrier:
        yield carrier


def sent_over_http(
    order: straks.Order, altinn: Simulator, timeouts_s: Sequence[float], carrier: Carrier | None
) -> Outcome:
    """Send *order* through *carrier*; with none, on an event loop."""

    def plan(started_s: float) -> Plan[Receipt]:
        return place(
            order, base_url=altinn.url, token=source_of(altinn.token), started_s=started_s, pauses_s=(0.0,)
        )

    async def main() -> Receipt:
        to = AsyncHttpxCarrier(direct=True)
        try:
            return await arun(plan(to.now_s()), AsyncPatient(to, timeouts_s))
        finally:
            await to.close()

    if carrier is None:
        return attempt(lambda: asyncio.run(main()))
    return attempt(lambda: run(plan(carrier.now_s()), Patient(carrier, timeouts_s)))


@pytest.mark.parametrize(
    ("fault", "often"),
    [
        (fate.name, often)
        for fate in FATES
        for often in ("once", "always")
        # A connection that the operating system refuses, nobody can count.
        if fate.stage is not Stage.COURSE and (fate.stage is not Stage.CONNECTION or often == "always")
    ],
)
@pytest.mark.parametrize(("template", "channel"), [(HARMLESS, "sms"), (HARMFUL, "email")])
@pytest.mark.parametrize("way", ["sync", "async"])
def test_over_http_the_outcome_is_the_tables(  # noqa: PLR0917 - a place in the matrix
    make_order: Maker,
    altinn: Simulator,
    carrier: Carrier,
    fault: str,
    often: str,
    template: str,
    channel: str,
    way: str,
) -> None:
    altinn.clear()
    first_s = SHORT_S if fault.startswith("hang") else ENOUGH_S
    with altinn.faults(
        fault,
        probability=1 if often == "always" and fault != "refuse-connection" else None,
        seconds={"delay": 0.05, "delay-answer": 0.05, "drip": 0.05, "429": 0, "503-in-front": 0}.get(fault),
    ):
        outcome = sent_over_http(
            make_order(template, channel, next(occasions)),
            altinn,
            (first_s, first_s if often == "always" else ENOUGH_S),
            carrier if way == "sync" else None,
        )

    assert_it_is_as_the_table_says(fault, template, outcome, len(altinn.messages), often)


# Asking what became of it


SAYS_NO = ("302",)
TAKES_ITS_TIME = ("delay", "delay-answer", "drip")


@pytest.mark.parametrize("fault", [fate.name for fate in FATES if fate.stage is not Stage.COURSE])
@pytest.mark.parametrize("often", ["once", "always"])
def test_a_question_is_asked_again_unless_the_answer_is_no(make_order: Maker, fault: str, often: str) -> None:
    desk = Desk()
    transport = straks.AltinnTransport(BASE, desk.token, carrier=Watched(MemoryCarrier(desk), desk))
    receipt = transport.send(make_order())
    desk.faults.arm(fault, endpoint="shipment", probability=1 if often == "always" else None)
    if fault in TAKES_ITS_TIME or (often == "once" and fault not in SAYS_NO):
        assert transport.follow(receipt).delivered
        return
    began_s = desk.now_s()
    with pytest.raises(straks.Unanswered):
        transport.follow(receipt)
    assert desk.now_s() - began_s <= 60.0
