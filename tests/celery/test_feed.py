"""The orders of a journal, handed to workers that are there, that are not, and that were."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from tests.journal.conftest import sealed

import celery
import straks
import straks.celery
from straks.bulk import write_orders
from straks.celery.leases import Leases
from straks.core.manifest import Repeat
from straks.journal import Journal, RunResult, State, TakenUp, place_all
from straks.journal.rules import QUEUED_MOST_S, RIPE_S

from .test_deliver import HERE, Failing, Noting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from straks.altinn.sealed import SealedOrder, Sendable
    from straks.journal import Entry

WAIT_S = 60


@pytest.fixture
def orders(tmp_path: Path) -> Callable[..., Path]:
    def write(*made: SealedOrder) -> Path:
        with write_orders(tmp_path / "orders.jsonl") as add:
            for order in made:
                add(order)
        return tmp_path / "orders.jsonl"

    return write


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "sent.db") as journal:
        yield journal


def task_of(
    transport: Any,  # noqa: ANN401 - what is tried
    store: Any,  # noqa: ANN401 - the same
    *,
    works: bool = True,
    broker: str = "memory://",
) -> straks.celery.DeliverTask:
    """Return a task that runs where it is called, or that nobody runs."""
    app = celery.Celery("orders", broker=broker, set_as_current=False)
    app.conf.task_always_eager = works
    app.conf.task_publish_retry = False
    app.conf.task_default_queue = f"feed-{id(app)}"
    return straks.celery.task(
        app, environment=HERE, transport=lambda _: transport, leases=lambda: store, lease_s=60.0
    )


def run(journal: Journal, orders: Path, task: straks.celery.DeliverTask, **settings: Any) -> RunResult:  # noqa: ANN401 - the feed's
    journal.admit(orders)

    async def within() -> RunResult:
        async with asyncio.timeout(WAIT_S):
            return await straks.celery.feed(journal, orders, task, **settings)

    return asyncio.run(within())


def waiting(task: straks.celery.DeliverTask) -> int:
    """Return how many messages nobody has taken."""
    with task.app.connection_for_read() as connection:
        channel: Any = connection.default_channel
        return int(channel.queue_declare(task.app.conf.task_default_queue, passive=True).message_count)


def test_every_order_is_handed_on_and_what_became_of_it_comes_back(
    journal: Journal, orders: Callable[..., Path]
) -> None:
    told: list[Entry] = []
    transport = Noting()
    task = task_of(transport, straks.MemoryStore())
    result = run(journal, orders(*map(sealed, range(1, 121))), task, on_end=told.append)

    assert result == RunResult(Counter({State.PLACED: 120}), None)
    assert len(told) == len(transport.sent) == 120
    assert journal.counts() == {State.PLACED: 120}


def test_where_nobody_works_a_run_says_so_and_the_next_one_goes_on(
    journal: Journal, orders: Callable[..., Path]
) -> None:
    store, transport = straks.MemoryStore(), Noting()
    file = orders(sealed(1), sealed(2))
    idle = task_of(transport, store, works=False)
    result = run(journal, file, idle, patience_s=0.5)

    assert result.stopped is not None
    assert "look whether workers run" in result.stopped
    assert journal.counts() == {State.IN_FLIGHT: 2}
    assert run(journal, file, task_of(transport, store)).stopped is None
    assert journal.counts() == {State.PLACED: 2}
    assert [entry.flights for entry in journal.entries()] == [1, 1]
    assert len(transport.sent) == 2


def test_a_run_that_is_stopped_leaves_what_the_workers_have(
    journal: Journal, orders: Callable[..., Path]
) -> None:
    file = orders(sealed(1), sealed(2))
    journal.admit(file)
    journal.begin_run(by_workers=True)
    journal.record([(1, TakenUp(journal.now_s()))])
    stop = asyncio.Event()
    stop.set()
    result = run(journal, file, task_of(Noting(), straks.MemoryStore(), works=False), stop=stop)

    assert result == RunResult()
    assert journal.runs()[-1].stopped == "interrupted"
    assert journal.counts() == {State.IN_FLIGHT: 1, State.WAITING: 1}


def test_a_broker_that_is_not_there_stops_the_run_and_no_order_is_lost(
    journal: Journal, orders: Callable[..., Path]
) -> None:
    away = task_of(Noting(), straks.MemoryStore(), works=False, broker="redis://127.0.0.1:1/0")
    result = run(journal, orders(sealed(1)), away)

    assert result.stopped is not None
    assert result.stopped.startswith("the broker did not take an order (OperationalError)")
    assert journal.counts() == {State.IN_FLIGHT: 1}


def test_a_store_that_cannot_be_read_stops_the_run_after_a_while(
    journal: Journal, orders: Callable[..., Path]
) -> None:
    task = task_of(Noting(), Failing(*range(1000)), works=False)
    result = run(journal, orders(sealed(1)), task, patience_s=0.5)

    assert result.stopped is not None
    assert "could not be read" in result.stopped
    assert "ConnectionError" in result.stopped


def test_what_the_broker_may_have_lost_with_its_worker_is_handed_on_once_more(
    journal: Journal, orders: Callable[..., Path]
) -> None:
    store = straks.MemoryStore()
    order = sealed(1, repeat=Repeat.HARMLESS)
    Leases(store, HERE, lease_s=1.0, clock=lambda: time.time() - 1000).take(order, 1)
    idle = task_of(Noting(), store, works=False)
    run(journal, orders(order), idle, patience_s=1.0)

    assert waiting(idle) == 2
    assert journal.counts() == {State.IN_FLIGHT: 1}


def test_what_may_do_harm_and_was_lost_with_its_worker_is_in_doubt_without_another(
    journal: Journal, orders: Callable[..., Path]
) -> None:
    store = straks.MemoryStore()
    Leases(store, HERE, lease_s=1.0, clock=lambda: time.time() - 1000).take(sealed(1), 1)
    result = run(journal, orders(sealed(1)), task_of(Noting(), store, works=False))

    assert result.ended == {State.IN_DOUBT: 1}


def test_a_doubt_that_somebody_has_placed_again_is_sent(
    journal: Journal, orders: Callable[..., Path]
) -> None:
    store, transport = straks.MemoryStore(), Noting()
    Leases(store, HERE, lease_s=1.0, clock=lambda: time.time() - 1000).take(sealed(1), 1)
    file = orders(sealed(1))
    run(journal, file, task_of(transport, store))
    later = journal.now_s() + 1000
    journal.now_s = lambda: later
    assert journal.decide(None, straks.journal.Again) == (1, 0)
    run(journal, file, task_of(transport, store))

    assert journal.counts() == {State.PLACED: 1}
    assert len(transport.sent) == 1


def test_what_was_in_flight_from_here_when_it_crashed_is_not_sent_by_workers_as_well(
    journal: Journal, orders: Callable[..., Path]
) -> None:
    transport = Noting()
    file = orders(sealed(1), sealed(2, repeat=Repeat.HARMLESS))
    journal.admit(file)
    journal.begin_run()
    journal.record([(row, TakenUp(journal.now_s())) for row in (1, 2)])
    run(journal, file, task_of(transport, straks.MemoryStore()))

    assert journal.counts() == {State.IN_DOUBT: 1, State.PLACED: 1}
    assert len(transport.sent) == 1


def test_what_the_workers_have_is_not_sent_from_here_until_none_of_them_can(
    journal: Journal, orders: Callable[..., Path]
) -> None:
    file = orders(sealed(1), sealed(2, repeat=Repeat.HARMLESS, time_to_live_s=None))
    run(journal, file, task_of(Noting(), straks.MemoryStore(), works=False), patience_s=0.5)

    class Nobody:
        async def send(self, order: Sendable) -> straks.Receipt:
            raise straks.NotSent(
                "nobody", idempotency_id=straks.altinn.seal(order).idempotency_id, attempts=0
            )

    with pytest.raises(straks.InvalidSetting, match=r"2 are with Celery workers.*go on with --celery"):
        asyncio.run(place_all(journal, file, Nobody()))
    assert journal.counts() == {State.IN_FLIGHT: 2}
    assert len(journal.runs()) == 1

    later_s = journal.now_s() + QUEUED_MOST_S + RIPE_S + 1
    journal.now_s = lambda: later_s
    asyncio.run(place_all(journal, file, Nobody()))

    assert journal.counts() == {State.IN_DOUBT: 2}


def test_orders_that_all_come_to_nothing_stop_the_run(journal: Journal, orders: Callable[..., Path]) -> None:
    class Away:
        def send(self, order: SealedOrder) -> straks.Receipt:
            raise straks.NotSent("nobody is there", idempotency_id=order.idempotency_id, attempts=1)

    task = task_of(Away(), straks.MemoryStore())
    result = run(journal, orders(*map(sealed, range(1, 31))), task, in_flight=2, stop_after=3)

    assert result.stopped is not None
    assert "3 orders in a row came to nothing" in result.stopped
    assert journal.counts()[State.WAITING] >= 20
