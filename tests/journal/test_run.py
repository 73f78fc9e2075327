"""A run over a transport that does as it is told: how many at once, when it stops, and what it leaves."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import straks
from straks.altinn.place import Receipt
from straks.core.manifest import Repeat
from straks.journal import Entry, Journal, RunResult, State, place_all
from straks.journal.view import JournalView

from .conftest import sealed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from straks.altinn.sealed import Sendable

    from .conftest import Make

    Write = Callable[..., Path]

WAIT_S = 30  # a run that is stuck fails, and does not hang


class Killed(BaseException):
    """What ends a process without asking it."""


@dataclass
class Script:
    """A transport that sends, and then does what is written for the order, call by call."""

    ways: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    sent: Counter[str] = field(default_factory=Counter[str])
    calls: list[str] = field(default_factory=list[str])
    aloft: int = 0
    most: int = 0
    before: Callable[[str], Awaitable[object]] | None = None

    async def send(self, order: Sendable) -> Receipt:
        name = order.idempotency_id
        self.calls.append(name)
        self.aloft += 1
        self.most = max(self.most, self.aloft)
        try:
            await asyncio.sleep(0)
            if self.before is not None:
                await self.before(name)
            return self.answer(name)
        finally:
            self.aloft -= 1

    def answer(self, name: str) -> Receipt:
        ways = self.ways.get(name, [])
        way = ways.pop(0) if ways else "placed"
        about: dict[str, Any] = {"idempotency_id": name, "attempts": 1}
        if way == "refused":
            raise straks.Refused("it was refused", status=400, problem="NOT-00001: No", **about)
        if way == "no scope":
            raise straks.Refused("the token lacks a scope", status=403, **about)
        if way == "busy":
            raise straks.Refused("too many at once", status=429, retry_after_s=0.01, **about)
        if way == "away":
            raise straks.NotSent("nobody is there", **about)
        if way == "surprise":
            raise RuntimeError(name)
        if way == "killed before":
            raise Killed
        replayed = self.sent[name] > 0 and way == "placed"
        if not replayed:
            self.sent[name] += 1
        if way == "doubt":
            raise straks.InDoubt("no answer came in time", **about)
        if way == "killed":
            raise Killed
        return Receipt("order", "shipment", replayed=replayed)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "sent.db") as journal:
        yield journal


def run(journal: Journal, orders: Path, transport: Script, **settings: Any) -> RunResult:  # noqa: ANN401 - the run's
    journal.admit(orders)

    async def within() -> RunResult:
        async with asyncio.timeout(WAIT_S):
            return await place_all(journal, orders, transport, **settings)

    return asyncio.run(within())


def states(journal: JournalView) -> list[str]:
    return [entry.state.value for entry in journal.entries()]


def names(*numbers: int) -> list[str]:
    return [sealed(number).idempotency_id for number in numbers]


def scripted(*ways: str, **more: Any) -> Script:  # noqa: ANN401 - the script's
    """Return what does so with orders 1, 2, …"""
    return Script({name: [way] for name, way in zip(names(*range(1, 100)), ways, strict=False)}, **more)


def test_every_order_has_one_turn_and_what_became_of_it_is_told_and_kept(
    journal: Journal, make: Make, write: Write
) -> None:
    told: list[str] = []
    ways = ("placed", "refused", "away", "doubt", "surprise")

    def note(entry: Entry) -> None:
        told.append(entry.state)

    result = run(
        journal,
        write(*map(make, range(1, 7))),
        scripted(*ways),
        on_end=note,
    )

    assert states(journal) == ["placed", "refused", "not-sent", "in-doubt", "in-doubt", "placed"]
    assert sorted(told) == sorted(states(journal))
    assert result.ended == Counter(map(State, told))
    assert result.stopped is None
    assert [entry.problem for entry in journal.entries(State.REFUSED)] == ["NOT-00001"]


def test_no_more_are_in_flight_than_may_be(journal: Journal, make: Make, write: Write) -> None:
    transport = Script()
    run(journal, write(*map(make, range(50))), transport, in_flight=4)

    assert transport.most == 4
    assert len(transport.calls) == len(set(transport.calls)) == 50


def test_an_order_is_on_the_disk_as_in_flight_before_it_leaves(
    journal: Journal, make: Make, write: Write
) -> None:
    seen: list[str] = []

    async def look(name: str) -> None:
        await asyncio.sleep(0)
        with JournalView(journal.path) as view:
            seen.extend(entry.state for entry in view.entries() if entry.idempotency_id == name)

    run(journal, write(make(1), make(2)), Script(before=look))

    assert seen == ["in-flight", "in-flight"]


def test_a_finished_journal_sends_nothing_more(journal: Journal, make: Make, write: Write) -> None:
    orders = write(make(1))
    run(journal, orders, Script())
    again = Script()

    assert run(journal, orders, again).ended == Counter()
    assert again.calls == []


def test_a_later_run_takes_up_what_was_not_sent_after_what_was_never_tried(
    journal: Journal, make: Make, write: Write
) -> None:
    run(journal, write(make(1)), scripted("away"))
    again = Script()
    run(journal, write(make(1), make(2)), again, in_flight=1)

    assert again.calls == names(2, 1)
    assert states(journal) == ["placed", "placed"]


def test_what_every_order_would_meet_stops_the_run_and_costs_no_order_its_turn(
    journal: Journal, make: Make, write: Write
) -> None:
    transport = scripted("placed", "no scope")
    result = run(journal, write(*map(make, range(1, 20))), transport, in_flight=1)

    assert result.stopped == "the token lacks a scope"
    assert len(transport.calls) == 2
    assert states(journal) == ["placed", "not-sent", *["waiting"] * 17]
    assert [each.stopped for each in journal.runs()] == ["the token lacks a scope"]


@pytest.mark.parametrize(("orders", "how"), [(3, "interrupted"), (1, None)])
def test_a_run_that_was_asked_to_end_is_interrupted_only_where_it_left_orders(
    journal: Journal, make: Make, write: Write, orders: int, how: str | None
) -> None:
    stop = asyncio.Event()

    async def ask(_: str) -> None:
        await asyncio.sleep(0)
        stop.set()

    result = run(journal, write(*map(make, range(orders))), Script(before=ask), in_flight=1, stop=stop)

    assert result.stopped is None
    assert [each.stopped for each in journal.runs()] == [how]
    assert states(journal) == ["placed", *["waiting"] * (orders - 1)]


def test_a_service_that_is_down_makes_no_thousand_doubts(journal: Journal, make: Make, write: Write) -> None:
    result = run(
        journal, write(*map(make, range(1, 50))), scripted(*["doubt"] * 50), in_flight=2, stop_after=3
    )

    assert result.stopped is not None
    assert result.stopped.endswith("of the last: no answer came in time")
    assert 3 <= states(journal).count("in-doubt") <= 5


def test_what_was_turned_away_for_now_has_another_turn_in_the_same_run(
    journal: Journal, make: Make, write: Write
) -> None:
    transport = scripted("busy", "busy")
    result = run(journal, write(make(1), make(2), make(3)), transport, in_flight=1)

    assert result.ended == {State.PLACED: 3}
    assert transport.calls == names(1, 2, 3, 1, 2)


def test_whoever_asks_a_run_to_end_waits_for_what_is_in_flight_alone(
    journal: Journal, make: Make, write: Write
) -> None:
    stop = asyncio.Event()

    async def ask(_: str) -> None:
        stop.set()
        await asyncio.sleep(0.01)

    transport = Script(before=ask)
    result = run(journal, write(*map(make, range(20))), transport, in_flight=3, stop=stop)

    assert result.ended == {State.PLACED: 3}
    assert Counter(states(journal)) == {"placed": 3, "waiting": 17}


def test_a_rate_is_kept(journal: Journal, make: Make, write: Write) -> None:
    when: list[float] = []

    async def note(_: str) -> None:
        when.append(asyncio.get_running_loop().time())

    run(journal, write(*map(make, range(12))), Script(before=note), rate=50.0)

    assert when[-1] - when[0] >= 11 / 50 - 0.1 - 0.05


def test_a_file_that_was_changed_since_ends_a_run_and_what_is_in_flight_is_waited_for(
    journal: Journal, make: Make, write: Write
) -> None:
    orders = write(make(1), make(2), make(3))
    journal.admit(orders)
    write(make(1), make(3), make(2))
    with pytest.raises(straks.UnusableFile, match="line 2 is another one"):
        asyncio.run(place_all(journal, orders, Script(), in_flight=1))

    assert states(journal) == ["placed", "waiting", "waiting"]
    assert run(journal, write(make(1), make(2), make(3)), Script()).ended == {State.PLACED: 2}


def test_a_journal_that_takes_no_more_says_how_what_was_in_flight_ended(
    journal: Journal, make: Make, write: Write
) -> None:
    async def fill(_: str) -> None:
        journal._connection.execute("PRAGMA query_only = ON")

    with pytest.raises(straks.JournalFailed, match="cannot be written to") as caught:
        run(journal, write(make(1), make(2), make(3)), Script(before=fill), in_flight=2)

    assert caught.value.unwritten == dict.fromkeys(names(1, 2), "placed")
    journal._connection.execute("PRAGMA query_only = OFF")
    assert states(journal) == ["in-flight", "in-flight", "waiting"]


@pytest.mark.parametrize(
    "settings", [{"in_flight": 0}, {"in_flight": 1001}, {"stop_after": 0}, {"rate": 0.0}]
)
def test_what_cannot_be_is_told_before_anything_is_sent(
    journal: Journal, make: Make, write: Write, settings: dict[str, Any]
) -> None:
    transport = Script()
    with pytest.raises(straks.InvalidSetting, match=f"{next(iter(settings))} is"):
        run(journal, write(make(1)), transport, **settings)

    assert transport.calls == []
    assert journal.runs() == []


WAYS = st.lists(
    st.sampled_from(["placed", "refused", "away", "doubt", "killed", "killed before", "surprise"]), max_size=4
)


@given(
    st.lists(st.tuples(st.booleans(), WAYS), min_size=1, max_size=8),
    st.integers(1, 5),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_often_a_run_dies_the_next_ones_account_for_every_order(
    tmp_path_factory: pytest.TempPathFactory, plan: list[tuple[bool, list[str]]], in_flight: int
) -> None:
    folder = tmp_path_factory.mktemp("run")
    harmful = dict(zip(names(*range(len(plan))), (each for each, _ in plan), strict=True))
    with straks.bulk.write_orders(folder / "orders.jsonl") as add:
        for number, (each, _) in enumerate(plan):
            add(sealed(number, repeat=Repeat.HARMFUL if each else Repeat.HARMLESS))
    transport = Script(dict(zip(harmful, (list(ways) for _, ways in plan), strict=True)))
    died_with: Counter[str] = Counter()
    for _ in range(sum(len(ways) for _, ways in plan) + 2):
        with Journal(folder / "sent.db") as journal:
            journal._connection.execute("PRAGMA synchronous = OFF")  # no power cut here, and a slow disk
            try:
                run(journal, folder / "orders.jsonl", transport, in_flight=in_flight, stop_after=99)
            except Killed:
                died_with.update(entry.idempotency_id for entry in journal.entries(State.IN_FLIGHT))
    with JournalView(folder / "sent.db") as view:
        entries = list(view.entries())

    assert [entry.idempotency_id for entry in entries] == list(harmful)
    for entry in entries:
        name = entry.idempotency_id
        assert entry.state in {State.PLACED, State.REPLAYED, State.REFUSED, State.IN_DOUBT}
        assert transport.sent[name] <= 1 + (0 if harmful[name] else died_with[name])
        assert (entry.state in {State.PLACED, State.REPLAYED}) <= (transport.sent[name] > 0)
