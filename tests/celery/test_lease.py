"""
Who may send an order that lies in a queue, whatever copies come, whoever dies, and whenever.

A queue hands out copies as it likes, also two at once, also late. Workers take them, call a service that
sends before it stores, die with or without having called, or live on although everybody thinks them dead.
It is held to this:

* one order is never with two workers at once, while each of them keeps to its lease;
* what may do harm is begun once in a flight, and what does no harm at most five times;
* nothing is begun after a receipt, after its deadline, or in a flight that has ended;
* what is said to be placed was sent, and what is said not to be was not;
* whatever the store forgets is too late to be sent.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.journal.conftest import sealed

import straks
from straks.altinn.ending import Ending
from straks.altinn.place import place
from straks.celery.lease import BEGUN_MOST, LONGEST_S, Begin, Ended, Gone, Lease, Over, Wait, lease_for
from straks.celery.leases import Leases
from straks.core.manifest import Repeat
from straks.core.record import Outcome
from straks.journal.rules import SENT, State
from straks.wire.exchange import Silence, Trouble
from straks.wire.plan import run

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.code_stores import AnyStore

    from straks.altinn.sealed import SealedOrder
    from straks.wire.exchange import Reply, Request

BEGAN_S = 1_795_000_000.0
ALIVE_S = 900
LEASE_S = 60.0
HERE = "https://platform.altinn.no"


def order(
    repeat: Repeat = Repeat.HARMFUL, *, number: int = 1, ends_s: float = BEGAN_S + ALIVE_S
) -> SealedOrder:
    return sealed(
        number,
        repeat=repeat,
        time_to_live_s=3600,
        not_after=datetime.fromtimestamp(ends_s, UTC),
        reference="r/1",
    )


PLACED = Ending(outcome=Outcome.PLACED, attempts=1, shipment_id="s")
DOUBT = Ending(outcome=Outcome.IN_DOUBT, attempts=1)
REFUSED = Ending(outcome=Outcome.REFUSED, attempts=1, status=400)
AWAY = Ending(outcome=Outcome.NOT_SENT, attempts=1)
ENDINGS = {"placed": PLACED, "sent": DOUBT, "lost": DOUBT, "refused": REFUSED, "away": AWAY}


@dataclass
class Sending:
    """What a worker has in hand: it keeps to its lease, and so it ends by then."""

    begun: Begin
    until_s: float
    called: Ending | None = None
    dead: bool = False


class Machine(RuleBasedStateMachine):
    """One order, the copies of its tasks, and the workers that take them."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = BEGAN_S
        self.leases = Leases(straks.MemoryStore(), HERE, lease_s=LEASE_S, clock=lambda: self.now_s)
        self.flight = 1
        self.aloft: list[Sending] = []
        self.begun: Counter[int] = Counter()
        self.ended: set[int] = set()
        self.sent = 0
        self.receipt = False
        self.stored = False

    @initialize(repeat=st.sampled_from(Repeat))
    def enqueue(self, repeat: Repeat) -> None:
        self.order = order(repeat)

    @rule(back=st.integers(0, 1))
    def a_copy_comes(self, back: int) -> None:
        flight = max(1, self.flight - back)
        taken = self.leases.take(self.order, flight)
        if isinstance(taken, Wait):
            assert 0 < taken.seconds <= LEASE_S
            return
        if isinstance(taken, Over):
            if taken.ending is not None:
                self.ended.add(flight)
            return

        assert [each for each in self.aloft if each.until_s > self.now_s] == []
        assert not self.receipt
        assert self.now_s < BEGAN_S + ALIVE_S
        assert flight not in self.ended
        assert flight == self.flight
        self.begun[flight] += 1
        self.aloft.append(Sending(taken, self.now_s + LEASE_S))

    @precondition(lambda self: self.living(called=False))
    @rule(data=st.data(), way=st.sampled_from(sorted(ENDINGS)), tells=st.booleans())
    def a_worker_calls(self, data: st.DataObject, way: str, *, tells: bool) -> None:
        sending = data.draw(st.sampled_from(self.living(called=False)))
        ending = ENDINGS[way]
        if self.stored and way in ("placed", "refused", "sent"):
            ending = Ending(outcome=Outcome.REPLAYED, attempts=1)
        elif way in ("placed", "sent"):
            self.sent += 1
            self.stored = self.stored or way == "placed"
        sending.called = ending
        if tells:
            self.lands(sending, ending)

    @precondition(lambda self: self.living(called=True))
    @rule(data=st.data())
    def a_worker_tells(self, data: st.DataObject) -> None:
        sending = data.draw(st.sampled_from(self.living(called=True)))
        assert sending.called is not None
        self.lands(sending, sending.called)

    def lands(self, sending: Sending, ending: Ending) -> None:
        self.aloft.remove(sending)
        self.leases.land(self.order, sending.begun, Ended(ending, 0.1))
        self.receipt = self.receipt or State(ending.outcome) in SENT
        if isinstance(self.seen(), Ended):
            self.ended.add(self.flight)

    @precondition(lambda self: any(not each.dead for each in self.aloft))
    @rule(data=st.data())
    def a_worker_dies(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from([each for each in self.aloft if not each.dead])).dead = True

    @rule(seconds=st.sampled_from([1.0, 59.0, 60.0, 61.0]))
    def time_goes_by(self, seconds: float) -> None:
        self.now_s += seconds
        # Whoever keeps to its lease has called by its end, and may be late in telling.
        for sending in self.aloft:
            sending.dead = sending.dead or (sending.called is None and sending.until_s <= self.now_s)

    @precondition(lambda self: self.flight in self.ended and self.flight < 3)
    @rule()
    def the_feeder_takes_it_up_again(self) -> None:
        self.flight += 1

    @rule()
    def the_feeder_looks(self) -> None:
        seen = self.seen()
        if isinstance(seen, Ended):
            self.ended.add(self.flight)
        if isinstance(seen, Gone):
            assert self.order.repeat is Repeat.HARMLESS
            assert seen.until_s <= self.now_s

    @invariant()
    def what_may_do_harm_is_begun_once(self) -> None:
        most = 1 if self.order.repeat is Repeat.HARMFUL else BEGUN_MOST
        assert all(number <= most for number in self.begun.values())

    @invariant()
    def what_is_said_is_so(self) -> None:
        seen = self.seen()
        if isinstance(seen, Ended):
            outcome = seen.ending.outcome
            if outcome in (Outcome.PLACED, Outcome.REPLAYED):
                assert self.sent
            elif outcome is not Outcome.IN_DOUBT and self.flight == 1:
                assert not self.sent

    def seen(self) -> Ended | Gone | None:
        return self.leases.look({self.order.idempotency_id: self.flight}).get(self.order.idempotency_id)

    def living(self, *, called: bool) -> list[Sending]:
        return [each for each in self.aloft if not each.dead and (each.called is not None) is called]


Machine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestOneOrderWithManyWorkers = Machine.TestCase


# What a lease holds, and how long


def test_a_lease_is_kept_without_whoever_it_is_about() -> None:
    store = straks.MemoryStore()
    leases = Leases(store, HERE, clock=lambda: BEGAN_S)
    made = order()
    begun = leases.take(made, 1)
    assert isinstance(begun, Begin)
    leases.land(made, begun, Ended(PLACED, 0.25))
    (data,) = (entry.data for entry in store._entries.values())
    lease = Lease.from_bytes(data)

    assert Lease.from_bytes(lease.to_bytes()) == lease
    assert lease.ending == PLACED
    for secret in ("46701740605", "Pakke", f'"{made.pseudonym}"', "r/1"):
        assert secret not in data.decode()


class Nobody:
    """A service that never answers, and a clock that goes on meanwhile."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def carry(self, request: Request, *, timeout_s: float) -> Reply:  # noqa: ARG002 - asked nothing
        self.at_s += timeout_s
        return Silence(Trouble.TIMED_OUT, left=True, at_s=self.at_s)

    def sleep(self, seconds: float) -> None:
        self.at_s += seconds

    def now_s(self) -> float:
        return self.at_s


@pytest.mark.parametrize("repeat", list(Repeat))
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_lease_runs_for_longer_than_an_order_takes_that_nobody_answers(
    repeat: Repeat, channel: str
) -> None:
    made = sealed(1, repeat=repeat, time_to_live_s=3600 if channel == "sms" else None)
    carrier = Nobody()
    with pytest.raises(straks.InDoubt):
        run(place(made, base_url="http://127.0.0.1", token="t", started_s=0.0), carrier)

    assert carrier.at_s < lease_for(made) <= LONGEST_S


def test_what_a_store_forgets_is_too_late_to_be_sent() -> None:
    now = {"s": BEGAN_S}
    leases = Leases(straks.MemoryStore(), HERE, clock=lambda: now["s"])
    made = order()
    begun = leases.take(made, 1)
    now["s"] += ALIVE_S + 2 * 86_400.0

    assert isinstance(begun, Begin)
    assert leases.look({made.idempotency_id: 1}) == {}
    taken = leases.take(made, 1)
    assert isinstance(taken, Over)
    assert taken.ending is not None
    assert taken.ending.outcome is Outcome.NOT_SENT


def test_a_receipt_that_the_store_has_no_lease_for_is_kept() -> None:
    leases = Leases(straks.MemoryStore(), HERE, clock=lambda: BEGAN_S)
    leases.land(order(), Begin(2, 1), Ended(PLACED, 0.1))

    assert leases.take(order(), 2) == leases.take(order(), 3) == Over()


# Every store


@pytest.mark.parametrize("repeat", list(Repeat))
def test_on_every_store_a_lost_worker_leaves_a_doubt_or_another_sends(
    make_store: Callable[[], AnyStore], repeat: Repeat
) -> None:
    now = {"s": BEGAN_S}
    leases = Leases(make_store(), HERE, lease_s=LEASE_S, clock=lambda: now["s"])
    made, other = order(repeat), order(repeat, number=2)
    flights = {made.idempotency_id: 1, other.idempotency_id: 1}

    assert leases.look(flights) == {}
    assert leases.take(made, 1) == Begin(1, 1)
    assert leases.take(made, 1) == Wait(LEASE_S)
    assert leases.look(flights) == {}
    now["s"] += LEASE_S
    if repeat is Repeat.HARMFUL:
        seen = leases.look(flights)[made.idempotency_id]
        assert isinstance(seen, Ended)
        assert seen.ending.outcome is Outcome.IN_DOUBT
        assert leases.take(made, 1) == Over()
        leases.land(made, Begin(1, 1), Ended(PLACED, 0.5))
    else:
        assert leases.look(flights) == {made.idempotency_id: Gone(BEGAN_S + LEASE_S)}
        assert leases.take(made, 1) == Begin(1, 2)
        leases.land(made, Begin(1, 1), Ended(REFUSED, 0.5))
        assert leases.look(flights) == {}
        leases.land(made, Begin(1, 2), Ended(PLACED, 0.5))
    assert leases.look(flights) == {made.idempotency_id: Ended(PLACED, 0.5)}
    assert leases.take(other, 1) == Begin(1, 1)


def test_a_refusal_after_a_doubt_leaves_the_doubt() -> None:
    now = {"s": BEGAN_S}
    leases = Leases(straks.MemoryStore(), HERE, lease_s=LEASE_S, clock=lambda: now["s"])
    made = order(Repeat.HARMLESS)
    leases.take(made, 1)
    now["s"] += LEASE_S
    second = leases.take(made, 1)
    assert isinstance(second, Begin)
    leases.land(made, second, Ended(REFUSED, 0.1))
    seen = leases.look({made.idempotency_id: 1})[made.idempotency_id]

    assert isinstance(seen, Ended)
    assert seen.ending.outcome is Outcome.IN_DOUBT


def test_an_order_that_takes_every_worker_along_is_in_doubt_in_the_end() -> None:
    now = {"s": BEGAN_S}
    leases = Leases(straks.MemoryStore(), HERE, lease_s=LEASE_S, clock=lambda: now["s"])
    came: list[object] = []
    for _ in range(BEGUN_MOST + 1):
        came.append(leases.take(order(Repeat.HARMLESS), 1))
        now["s"] += LEASE_S

    assert came[:-1] == [Begin(1, number) for number in range(1, BEGUN_MOST + 1)]
    last = came[-1]
    assert isinstance(last, Over)
    assert last.ending is not None
    assert last.ending.outcome is Outcome.IN_DOUBT


def test_leases_say_where_they_are() -> None:
    assert repr(Leases(straks.MemoryStore(), HERE)) == (
        "<Leases of https://platform.altinn.no in <MemoryStore with 0 documents>>"
    )


def test_what_was_sent_in_rehearsal_is_still_to_be_sent_in_earnest() -> None:
    store = straks.MemoryStore()
    rehearsal, earnest = (
        Leases(store, where, clock=lambda: BEGAN_S) for where in ("http://127.0.0.1:5090", HERE)
    )
    rehearsal.land(order(), Begin(1, 1), Ended(PLACED, 0.1))

    assert rehearsal.take(order(), 1) == Over()
    assert earnest.take(order(), 1) == Begin(1, 1)
