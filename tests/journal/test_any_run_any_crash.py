"""
A journal against a service that sends before it stores, whatever is interleaved with whatever.

Orders are appended to their file, taken up, called, landed, and forgotten by a process that dies with its
calls at any stage; clocks go on, and people decide about doubts. It is held to this:

* every order of the file is in the journal exactly once, in one state;
* what may do harm reaches a person at most once more than somebody decided;
* what does no harm reaches a person at most once more for each time it was in flight when its process died,
  and for each decision;
* what is said to be placed was sent, and what is said not to be was not.
"""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from straks.altinn.ending import Ending
from straks.core.manifest import Repeat
from straks.core.record import Outcome
from straks.journal import Again, Entry, Journal, Landed, Settled, State, TakenUp
from straks.journal.rules import DUE, SENT, Event

from .conftest import sealed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WAYS = st.sampled_from(["stored", "stored", "sent", "lost", "refused", "turned away", "never asked"])


class Service:
    """Sends what it is asked to, and stores its id only if nothing comes between."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()
        self.stored: set[str] = set()

    def call(self, name: str, way: str) -> Ending:  # noqa: PLR0911 - one for each way
        if way == "never asked":
            return Ending(outcome=Outcome.NOT_SENT, attempts=1)
        if way == "turned away":
            return Ending(outcome=Outcome.REFUSED, status=401, general=True, attempts=1)
        if name in self.stored:
            return Ending(outcome=Outcome.REPLAYED, attempts=1)
        if way == "refused":
            return Ending(outcome=Outcome.REFUSED, status=400, attempts=1)
        if way == "lost":
            return Ending(outcome=Outcome.IN_DOUBT, attempts=1)
        self.sent[name] += 1
        if way == "sent":
            return Ending(outcome=Outcome.IN_DOUBT, attempts=1)
        self.stored.add(name)
        return Ending(outcome=Outcome.PLACED, attempts=1)


class Machine(RuleBasedStateMachine):
    """One file of orders, its journal, and processes that come and go."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        folder.mkdir()
        self.path = folder / "sent.db"
        self.orders = folder / "orders.jsonl"
        self.service = Service()
        self.now_s = 1_795_000_000.0
        self.lines = 0
        self.journal: Journal | None = None
        self.aloft: dict[int, tuple[str, Ending | None]] = {}
        self.died_with: Counter[str] = Counter()
        self.decided: Counter[str] = Counter()

    @initialize(harmful=st.lists(st.booleans(), min_size=1, max_size=6))
    def first(self, harmful: list[bool]) -> None:
        self.append(harmful)

    @rule(harmful=st.lists(st.booleans(), min_size=1, max_size=3))
    def append(self, harmful: list[bool]) -> None:
        with self.orders.open("a", encoding="utf-8") as file:
            for each in harmful:
                self.lines += 1
                repeat = Repeat.HARMFUL if each else Repeat.HARMLESS
                order = sealed(self.lines, repeat=repeat, time_to_live_s=600, reference=f"r/{self.lines}")
                file.write(order.to_json() + "\n")

    @precondition(lambda self: self.journal is None)
    @rule()
    def begin(self) -> None:
        self.journal = Journal(self.path, clock=lambda: self.now_s)
        self.journal._connection.execute("PRAGMA synchronous = OFF")  # no power cut here, and a slow disk
        admitted = self.journal.admit(self.orders)
        self.journal.recover()

        assert admitted.new + admitted.known == self.lines
        assert not list(self.journal.entries(State.IN_FLIGHT))

    @precondition(lambda self: self.journal is not None)
    @rule(most=st.integers(1, 4))
    def take_up(self, most: int) -> None:
        for entry in self.record((row, TakenUp(self.now_s)) for row in self.open().due()[:most]):
            if entry.state is State.IN_FLIGHT:
                self.aloft[entry.row] = entry.idempotency_id, None

    @precondition(lambda self: any(ending is None for _, ending in self.aloft.values()))
    @rule(data=st.data(), way=WAYS)
    def call(self, data: st.DataObject, way: str) -> None:
        waiting = [row for row, (_, ending) in self.aloft.items() if ending is None]
        row = data.draw(st.sampled_from(waiting))
        name = self.aloft[row][0]
        self.aloft[row] = name, self.service.call(name, way)

    @precondition(lambda self: any(ending is not None for _, ending in self.aloft.values()))
    @rule(data=st.data())
    def land(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from([row for row, (_, ending) in self.aloft.items() if ending]))
        _, ending = self.aloft.pop(row)
        assert ending is not None
        (entry,) = self.record([(row, Landed(self.now_s, ending, 0.1))])

        assert entry.state is not State.IN_FLIGHT

    @precondition(lambda self: self.journal is not None)
    @rule()
    def die(self) -> None:
        self.open().close()
        self.journal = None
        self.died_with.update(name for name, _ in self.aloft.values())
        self.aloft.clear()

    @rule(seconds=st.sampled_from([1, 109, 110, 599, 600]))
    def time_goes_by(self, seconds: int) -> None:
        self.now_s += seconds

    @precondition(lambda self: self.journal is not None)
    @rule(decision=st.sampled_from([Again, Settled]), data=st.data())
    def decide(self, decision: type[Again | Settled], data: st.DataObject) -> None:
        doubts = [entry.idempotency_id for entry in self.open().entries(State.IN_DOUBT)]
        ids = data.draw(st.none() | (st.lists(st.sampled_from(doubts)) if doubts else st.just([])))
        done, fresh = self.open().decide(ids, decision)
        still = {entry.idempotency_id for entry in self.open().entries(State.IN_DOUBT)}
        if decision is Again:
            self.decided.update(set(doubts) - still)

        assert done == len(set(doubts) - still)
        assert done + fresh == len(doubts if ids is None else set(ids))

    def open(self) -> Journal:
        assert self.journal is not None
        return self.journal

    def record(self, events: Iterable[tuple[int, Event]]) -> list[Entry]:
        return self.open().record(events)

    @precondition(lambda self: self.journal is not None)
    @invariant()
    def every_order_is_there_once_and_what_is_said_of_it_is_so(self) -> None:
        entries = list(self.open().entries())

        assert [entry.row for entry in entries] == list(range(1, len(entries) + 1))
        assert sum(self.open().counts().values()) == len(entries) <= self.lines
        for entry in entries:
            self.holds(entry)

    def holds(self, entry: Entry) -> None:
        name = entry.idempotency_id
        reached = self.service.sent[name]
        copies = self.decided[name] + (0 if entry.repeat is Repeat.HARMFUL else self.died_with[name])

        assert reached <= 1 + copies
        if entry.state in SENT:
            assert reached >= 1
        if not entry.doubtful and entry.state in {*DUE, State.REFUSED, State.INVALID, State.EXPIRED}:
            assert reached == 0

    def teardown(self) -> None:
        """Whoever goes on to the end with a service that is well again has nothing open but doubts."""
        if self.journal is not None:
            self.die()
        self.begin()
        while self.open().due():
            self.take_up(10)
            for row, (name, _) in list(self.aloft.items()):
                del self.aloft[row]
                self.record([(row, Landed(self.now_s, self.service.call(name, "stored"), 0.1))])
        counts = self.open().counts()
        self.every_order_is_there_once_and_what_is_said_of_it_is_so()
        self.open().close()

        assert sum(counts.values()) == self.lines
        assert not counts.keys() & {State.WAITING, State.IN_FLIGHT, State.NOT_SENT}


def test_whatever_run_dies_whenever_every_order_is_accounted_for_once(tmp_path: Path) -> None:
    numbers = count()
    run_state_machine_as_test(
        cast("Any", lambda: Machine(tmp_path / str(next(numbers)))),
        settings=settings(max_examples=40, stateful_step_count=40, deadline=None),
    )
