"""
Two workers, a feeder, and a real broker; some of them die with SIGKILL, and every order is accounted for.

A worker has two orders in hand that the service has sent and never answers: an e-mail that may do harm twice,
and an SMS that does none. Then the worker dies with all its processes, and the feeder with it.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import redis

import straks
from straks.bulk import write_orders
from straks.journal import JournalView, State

from .conftest import WAIT_S, Workers, database, until

if TYPE_CHECKING:
    from collections.abc import Generator

    from straks.simulator import Simulator

COUNT = 30
HARMFUL, HARMLESS = "status-update", "one-time-code"
PHONE, ADDRESS = "+46701740605", "kari@example.org"


def write(path: Path, catalog: straks.Catalog, count: int) -> dict[str, str]:
    """Write orders of both kinds in turn, and return the template of each id."""
    templates: dict[str, str] = {}
    with write_orders(path) as add:
        for number in range(count):
            template = (HARMFUL, HARMLESS)[number % 2]
            fill, to = (catalog.email, ADDRESS) if template == HARMFUL else (catalog.sms, PHONE)
            message = fill(template, locale="nb", to=to, values=catalog[template].examples)
            order = message.order(occasion=f"celery/{number}", key=straks.SIMULATOR_KEY)
            sealed = straks.altinn.seal(order)
            templates[sealed.idempotency_id] = template
            add(sealed)
    return templates


@pytest.fixture
def leases(request: pytest.FixtureRequest) -> str:
    return database(request)


@pytest.fixture
def at_work(workers: Workers, altinn: Simulator, broker: str, leases: str) -> Workers:
    """Return workers that share a broker and leases, and send to the simulator."""
    told = {"BROKER": broker, "LEASES": leases, "TARGET": altinn.url, "TOKEN": altinn.token(), "LEASE_S": "3"}
    told["QUEUE"] = f"straks-{Path(workers.folder).name}"
    workers.environment |= {f"ORDERS_{name}": value for name, value in told.items()}
    return workers


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, as Linux tells them."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def kept(store: str, journal: Path) -> dict[str, bytes]:
    """Return what is kept of orders: all that the store of leases holds, and the files of the journal."""
    client: Any = redis.Redis.from_url(store)  # pyright: ignore[reportUnknownMemberType] - redis-py's
    with closing(client):
        found = {str(name): client.get(name) or b"" for name in client.scan_iter()}
    return found | {path.name: path.read_bytes() for path in journal.parent.glob(f"{journal.name}*")}


def assert_nothing_is_told(at_work: Workers, catalog: straks.Catalog, kept: dict[str, bytes]) -> None:
    """Hold what all processes have said at level DEBUG, and what is kept, against what the orders hold."""
    said = at_work.said()
    code, token = str(catalog[HARMLESS].examples["code"]), at_work.environment["ORDERS_TOKEN"]

    assert "straks.deliver" in said
    assert "TaskPool: Apply" in said
    assert len(kept) > COUNT
    for secret in (PHONE, PHONE[1:], ADDRESS, "Engangskoden", code, token):
        assert secret not in said
        assert not [name for name, octets in kept.items() if secret.encode() in octets or secret in name]


@contextmanager
def hanging(altinn: Simulator) -> Generator[None]:
    """Have the service send the first SMS and the first e-mail, and never answer."""
    with (
        altinn.faults("hang-after-sending", next=1, channel="sms"),
        altinn.faults("hang-after-sending", next=1, channel="email"),
    ):
        yield


def channels(altinn: Simulator) -> set[str]:
    return {str(message.channel) for message in altinn.messages}


def counts(journal: Path) -> Counter[State]:
    with JournalView(journal) as view:
        return view.counts()


def test_a_worker_and_the_feeder_are_killed_and_every_order_is_accounted_for(
    at_work: Workers, altinn: Simulator, catalog: straks.Catalog, tmp_path: Path, leases: str
) -> None:
    orders, journal = tmp_path / "orders.jsonl", tmp_path / "sent.db"
    templates = write(orders, catalog, COUNT)
    command = (str(orders), "--journal", str(journal), "--environment", altinn.url)
    with hanging(altinn):
        feeder, first = at_work.feed(*command), at_work.start()
        until(lambda: channels(altinn) == {"sms", "email"}, first)
        at_work.kill(first)
        at_work.kill(feeder)
    lost = counts(journal)
    at_work.start()
    code = at_work.feed(*command).wait(WAIT_S)
    copies = Counter(message.idempotency_id for message in altinn.messages)
    twice = {templates[name] for name, number in copies.items() if number > 1}

    assert lost.total() == COUNT
    assert lost[State.IN_FLIGHT] >= 2
    assert code == 3
    assert counts(journal) == {State.IN_DOUBT: 1, State.PLACED: COUNT - 1}
    assert copies.keys() == templates.keys()
    assert copies.total() == COUNT + 1
    assert twice == {HARMLESS}
    assert_nothing_is_told(at_work, catalog, kept(leases, journal))


def test_a_process_of_a_pool_is_killed_and_its_order_is_handed_out_again(
    at_work: Workers, altinn: Simulator, catalog: straks.Catalog, tmp_path: Path
) -> None:
    orders, journal = tmp_path / "orders.jsonl", tmp_path / "sent.db"
    write(orders, catalog, 2)
    with hanging(altinn):
        worker = at_work.start()
        feeder = at_work.feed(str(orders), "--journal", str(journal), "--environment", altinn.url)
        until(lambda: channels(altinn) == {"sms", "email"}, worker)
        for child in children(worker.pid):
            os.kill(child, signal.SIGKILL)
    code = feeder.wait(WAIT_S)

    assert code == 3
    assert counts(journal) == {State.IN_DOUBT: 1, State.PLACED: 1}
    assert worker.poll() is None
