"""The task, without a worker: what it does with an order, when it does nothing, and what is seen of it."""

from __future__ import annotations

import logging
import sys
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from celery.exceptions import Reject, Retry
from tests.journal.conftest import sealed

import celery
import straks
import straks.celery
from straks.altinn.place import Receipt
from straks.celery.lease import KEPT_S, LONGEST_S, Begin, Ended, lease_for
from straks.celery.leases import Leases
from straks.celery.settings import NAME, Discreet, settings_for
from straks.core.manifest import Repeat
from straks.core.record import Outcome
from straks.journal.rules import QUEUED_MOST_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from straks.altinn.sealed import Sendable
    from straks.codes.stores import Clock, Decide

HERE = "http://127.0.0.1:5090"


class Noting:
    """A transport that notes what it is given."""

    def __init__(self) -> None:
        self.sent: list[Sendable] = []

    def send(self, order: Sendable) -> Receipt:
        self.sent.append(order)
        return Receipt("order", "shipment")


class Failing:
    """A store of which the steps of these numbers fail."""

    def __init__(self, *steps: int) -> None:
        self._store = straks.MemoryStore()
        self._steps = steps
        self._made = 0

    def step(self, names: Sequence[str], decide: Decide[Any], clock: Clock | None = None) -> Any:  # noqa: ANN401 - the store's
        self._made += 1
        if self._made in self._steps:
            raise ConnectionError
        return self._store.step(names, decide, clock)


def tasked(transport: Any, store: Any, **settings: Any) -> straks.celery.DeliverTask:  # noqa: ANN401 - what is tried
    """Return the task of an app that runs it where it is called."""
    app = celery.Celery("orders", broker="memory://", set_as_current=False)
    app.conf.task_always_eager = True
    return straks.celery.task(
        app, environment=HERE, transport=lambda _: transport, leases=lambda: store, **settings
    )


def test_an_order_that_is_placed_twice_is_sent_once_and_told() -> None:
    transport = Noting()
    task = tasked(transport, straks.MemoryStore())
    name = task.place(sealed(1))

    assert task.place(sealed(1)) == name
    assert len(transport.sent) == 1
    ending = task.ended(name)
    assert ending is not None
    assert (ending.outcome, ending.shipment_id) == (Outcome.PLACED, "shipment")
    assert task.ended("somebody-else") is None


@pytest.mark.parametrize(
    ("order", "alive_s"), [(sealed(1), 3600), (sealed(2, time_to_live_s=None), QUEUED_MOST_S)]
)
def test_an_order_lies_in_the_queue_until_its_own_end_or_for_two_days(
    order: straks.SealedOrder, alive_s: float
) -> None:
    transport = Noting()
    tasked(transport, straks.MemoryStore(), lease_s=60.0).place(order)
    (sent,) = transport.sent

    assert isinstance(sent, straks.SealedOrder)
    assert sent.not_after is not None
    assert abs(sent.not_after.timestamp() - time.time() - alive_s) < 60


def test_a_sending_is_held_to_its_lease() -> None:
    transport = Noting()
    tasked(transport, straks.MemoryStore()).place(sealed(1))
    (sent,) = transport.sent

    assert isinstance(sent, straks.SealedOrder)
    assert sent.not_after is not None
    assert sent.not_after.timestamp() < time.time() + lease_for(sealed(1))


def test_an_order_that_comes_too_late_is_dropped_with_a_record() -> None:
    transport, records = Noting(), list[straks.Record]()
    task = tasked(straks.watched(transport, records.append), straks.MemoryStore())
    name = task.place(sealed(1), not_after=datetime.now(UTC) - timedelta(seconds=1))  # noqa: TID251

    assert transport.sent == []
    assert [record.outcome for record in records] == [Outcome.NOT_SENT]
    ending = task.ended(name)
    assert ending is not None
    assert "its time was over" in ending.why


def test_an_order_that_may_do_harm_and_whose_worker_is_gone_is_in_doubt_with_a_record(
    caplog: pytest.LogCaptureFixture,
) -> None:
    transport, records, store = Noting(), list[straks.Record](), straks.MemoryStore()
    task = tasked(straks.watched(transport, records.append), store)
    Leases(store, HERE, clock=lambda: time.time() - 1000).take(sealed(1), 1)
    name = task.place(sealed(1))

    assert transport.sent == []
    assert [record.outcome for record in records] == [Outcome.IN_DOUBT]
    assert f"{name} is in-doubt: the worker that was sending the order is gone" in caplog.text


def test_an_order_that_somebody_may_be_sending_comes_back_later() -> None:
    transport, store = Noting(), straks.MemoryStore()
    task = tasked(transport, store)
    assert isinstance(Leases(store, HERE).take(sealed(1), 1), Begin)
    with pytest.raises(Retry):
        task.run(sealed(1).to_json(), 1, HERE)

    assert transport.sent == []


def test_who_cannot_write_down_that_it_begins_does_not_begin(caplog: pytest.LogCaptureFixture) -> None:
    transport = Noting()
    task = tasked(transport, Failing(1))
    with pytest.raises(Retry):
        task.run(sealed(1).to_json(), 1, HERE)

    assert transport.sent == []
    assert "the leases cannot be read (ConnectionError)" in caplog.text


def test_who_cannot_write_down_how_it_ended_says_so_and_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    transport = Noting()
    task = tasked(transport, Failing(2))
    with pytest.raises(Retry):
        task.run(sealed(1).to_json(), 1, HERE)

    assert len(transport.sent) == 1
    assert "ended (placed), and that cannot be kept (ConnectionError)" in caplog.text


def test_a_worker_that_sends_elsewhere_sends_nothing_and_whoever_fed_it_is_told() -> None:
    transport, store = Noting(), straks.MemoryStore()
    tasked(transport, store).run(sealed(1).to_json(), 1, "https://platform.altinn.no")
    seen = Leases(store, "https://platform.altinn.no").look({sealed(1).idempotency_id: 1})
    (ended,) = seen.values()

    assert transport.sent == []
    assert isinstance(ended, Ended)
    assert ended.ending.outcome is Outcome.NOT_SENT
    assert ended.ending.general


def test_what_is_no_order_is_turned_away_and_not_repeated_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(Reject, match="no sealed order"):
        tasked(Noting(), straks.MemoryStore()).run("hunter2", 1, HERE)

    assert "a task is not run: this is no sealed order" in caplog.text
    assert "hunter2" not in caplog.text


def test_a_message_in_the_queue_shows_dots_and_outlives_the_broker() -> None:
    task = tasked(Noting(), straks.MemoryStore())
    app = task.app
    app.conf.task_always_eager = False
    app.conf.task_default_queue = "dots"
    task.place(sealed(1))
    with app.connection_for_read() as connection:
        channel: Any = connection.default_channel
        message = channel.basic_get("dots")

    assert message.headers["argsrepr"] == message.headers["kwargsrepr"] == "…"
    assert message.properties["delivery_mode"] == 2
    assert message.headers["task"] == NAME


@pytest.mark.parametrize("settings", [{"lease_s": 0.0}, {"lease_s": float("inf")}])
def test_a_lease_is_a_time(settings: dict[str, Any]) -> None:
    with pytest.raises(straks.InvalidSetting, match="lease_s"):
        tasked(Noting(), straks.MemoryStore(), **settings)


def test_an_order_is_sent_anew_in_another_flight_and_not_after_a_receipt() -> None:
    store, transport = straks.MemoryStore(), Noting()
    task = tasked(transport, store)
    tasked(_Away(), store).place(sealed(1))
    name = task.place(sealed(1))

    assert transport.sent == []
    task.place(sealed(1), flight=2)
    task.place(sealed(1), flight=3)
    assert len(transport.sent) == 1
    ending = task.ended(name, flight=2)
    assert ending is not None
    assert ending.outcome is Outcome.PLACED


class _Away:
    def send(self, order: Sendable) -> Receipt:
        raise straks.NotSent("nobody is there", idempotency_id=order.idempotency_id, attempts=1)


def test_each_process_makes_its_own_and_closes_it() -> None:
    made: list[Closing] = []

    class Closing(Noting):
        closed = False

        def close(self) -> None:
            self.closed = True

    def make(_: str) -> Closing:
        made.append(Closing())
        return made[-1]

    app = celery.Celery("orders", broker="memory://", set_as_current=False)
    app.conf.task_always_eager = True
    store = straks.MemoryStore()
    task = straks.celery.task(app, environment=HERE, transport=make, leases=lambda: store)
    task.close()
    task.place(sealed(1))
    task.place(sealed(2))
    task.close()
    task.place(sealed(3))

    assert [each.closed for each in made] == [True, False]
    assert task.ended(sealed(1).idempotency_id) is not None


def test_whoever_only_looks_makes_no_transport() -> None:
    app = celery.Celery("orders", broker="memory://", set_as_current=False)
    task = straks.celery.task(app, environment=HERE, transport=_nothing, leases=straks.MemoryStore)

    assert task.ended("somebody-else") is None


def _nothing(_: str) -> Noting:
    raise AssertionError


# Settings


def test_redis_hands_nothing_out_again_while_a_lease_runs_and_looks_often_afterwards() -> None:
    options = settings_for("rediss://redis.example.org/0")["broker_transport_options"]

    assert options["visibility_timeout"] > LONGEST_S
    assert options["visibility_timeout"] < KEPT_S
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] <= 10


def test_rabbitmq_confirms_what_it_is_given() -> None:
    assert settings_for("amqp://rabbit.example.org")["broker_transport_options"] == {"confirm_publish": True}


@pytest.mark.parametrize("broker_url", [None, "sqs://", "memory://"])
def test_another_broker_has_no_options_of_ours(broker_url: str | None) -> None:
    assert "broker_transport_options" not in settings_for(broker_url)


def test_an_app_is_set_up_and_its_own_options_stay() -> None:
    app = celery.Celery("orders", broker="redis://redis.example.org/0", set_as_current=False)
    app.conf.broker_transport_options = {"visibility_timeout": 4000, "priority_steps": [0]}
    straks.celery.configure(app)

    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.broker_transport_options["visibility_timeout"] == 4000
    assert app.conf.broker_transport_options["priority_steps"] == [0]
    assert app.conf.broker_transport_options["unacked_restore_throttle"] == 1
    with pytest.raises(straks.InvalidSetting, match="longest_s"):
        straks.celery.configure(app, longest_s=0)


def test_a_task_is_acknowledged_when_it_is_done_and_goes_back_when_its_process_is_lost() -> None:
    task = tasked(Noting(), straks.MemoryStore())

    assert (task.acks_late, task.reject_on_worker_lost, task.ignore_result) == (True, True, True)


def test_the_pools_log_shows_no_order_and_everything_else() -> None:
    logger = logging.getLogger("celery.pool")
    tasked(Noting(), straks.MemoryStore())
    tasked(Noting(), straks.MemoryStore())
    (discreet,) = [each for each in logger.filters if isinstance(each, Discreet)]
    shown: list[str] = []
    logged: list[tuple[Any, ...]] = [
        ("run", f"('{NAME}', …, '+46701740605')", {}),
        ("run", "('theirs', …)", {}),
        (),
    ]
    for arguments in logged:
        record = logging.LogRecord(
            "celery.pool", 10, "", 0, "Apply" + " %s" * len(arguments), arguments, None
        )
        assert discreet.filter(record)
        shown.append(record.getMessage())

    assert shown == ["Apply … … …", "Apply run ('theirs', …) {}", "Apply"]


# What is not installed


@pytest.mark.parametrize(
    ("missing", "said"),
    [("celery", r"install straks\[celery\]"), ("straks.codes.stores", "straks.codes.stores")],
)
def test_without_celery_it_is_said_what_to_install(
    missing: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith(("straks.celery", "celery"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(straks, "celery")
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ImportError, match=said):
        import_module("straks.celery")


def test_what_does_no_harm_twice_is_sent_again_by_the_next_worker() -> None:
    transport, store = Noting(), straks.MemoryStore()
    order = sealed(1, repeat=Repeat.HARMLESS)
    Leases(store, HERE, clock=lambda: time.time() - 1000).take(order, 1)
    task = tasked(transport, store)
    task.place(order)

    assert len(transport.sent) == 1
