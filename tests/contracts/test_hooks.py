"""What every hook that keeps records promises: one body, run over each of them."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import straks
from straks.core.record import NAMES, Outcome
from straks.records import find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Kept:
    """A hook, and what it has kept so far: facts by name, one for each record."""

    hook: Callable[[straks.Record], object]
    facts: Callable[[], list[dict[str, Any]]]


NOON = datetime(2026, 5, 17, 12, tzinfo=UTC)
RECORD = straks.Record(
    when=NOON,
    template="one-time-code",
    locale="nn",
    channel="sms",
    pseudonym="0123456789abcdef" * 2,
    idempotency_id="one-time-code.sms.a",
    outcome=Outcome.PLACED,
    attempts=1,
    took_s=0.25,
    shipment_id="s-1",
)
RECORDS = [
    RECORD,
    replace(RECORD, outcome=Outcome.REPLAYED, when=NOON + timedelta(seconds=1)),
    replace(RECORD, outcome=Outcome.REPLAYED, when=NOON + timedelta(seconds=2), attempts=2),
    replace(
        RECORD,
        outcome=Outcome.REFUSED,
        when=NOON + timedelta(seconds=3),
        status=400,
        problem="NOT-00001",
        shipment_id=None,
    ),
    replace(RECORD, outcome=Outcome.INVALID, when=NOON + timedelta(seconds=4), attempts=0, shipment_id=None),
    replace(RECORD, outcome=Outcome.NOT_SENT, when=NOON + timedelta(seconds=5), shipment_id=None),
    replace(
        RECORD, outcome=Outcome.IN_DOUBT, when=NOON + timedelta(seconds=6), attempts=None, shipment_id=None
    ),
]


class Listening(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record)


def logged(tmp_path: Path) -> Kept:
    logger, listening = logging.getLogger(f"of {tmp_path.name}"), Listening()
    logger.setLevel(logging.DEBUG)
    logger.addHandler(listening)
    return Kept(
        straks.LogRecords(logger),
        lambda: [{name: getattr(said, f"straks_{name}") for name in NAMES} for said in listening.heard],
    )


def in_lines(tmp_path: Path) -> Kept:
    path = tmp_path / "records.jsonl"
    return Kept(straks.JsonLinesRecords(path), lambda: [record.to_dict() for record in find(path)])


def in_a_database(tmp_path: Path) -> Kept:
    path = tmp_path / "records.db"
    return Kept(straks.SqliteRecords(str(path)), lambda: [record.to_dict() for record in find(path)])


def in_spans(tmp_path: Path) -> Kept:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    def facts() -> list[dict[str, Any]]:
        return [_of_span(span) for span in exporter.get_finished_spans()]

    return Kept(straks.OtelRecords(provider), facts)


def _of_span(span: Any) -> dict[str, Any]:  # noqa: ANN401 - the SDK's
    found = span.attributes
    assert span.start_time is not None
    assert span.end_time is not None
    began = NOON + timedelta(microseconds=(span.start_time - int(NOON.timestamp()) * 10**9) // 1000)
    return {
        "when": began.isoformat(timespec="microseconds"),
        "template": found["straks.template"],
        "locale": found["straks.locale"],
        "channel": found["messaging.destination.name"],
        "pseudonym": RECORD.pseudonym,  # which no span has
        "idempotency_id": found["messaging.message.id"],
        "outcome": found["straks.outcome"],
        "attempts": found.get("straks.attempts"),
        "took_s": (span.end_time - span.start_time) / 1e9,
        "status": found.get("http.response.status_code"),
        "problem": found.get("straks.problem"),
        "shipment_id": found.get("straks.shipment_id"),
    }


@pytest.fixture(params=[logged, in_lines, in_a_database, in_spans], ids=["log", "lines", "sqlite", "otel"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    made: Kept = request.param(tmp_path)
    yield made
    close = getattr(made.hook, "close", None)
    if close is not None:
        close()


def test_every_fact_of_every_outcome_is_kept_in_order(kept: Kept) -> None:
    for record in RECORDS:
        kept.hook(record)

    assert kept.facts() == [record.to_dict() for record in RECORDS]


def test_of_several_threads_no_record_is_lost(kept: Kept) -> None:
    records = [replace(RECORD, idempotency_id=f"one-time-code.sms.{number}") for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(kept.hook, records))

    assert sorted(found["idempotency_id"] for found in kept.facts()) == sorted(
        record.idempotency_id for record in records
    )


def test_it_is_a_hook_of_a_transport(kept: Kept, make_order: Callable[..., straks.Order]) -> None:
    order = make_order()
    transport = straks.watched(straks.MemoryTransport(), kept.hook, clock=lambda: NOON, timer=lambda: 0.0)
    transport.send(order)
    transport.send(order)

    assert [found["outcome"] for found in kept.facts()] == ["placed", "replayed"]
    assert {found["idempotency_id"] for found in kept.facts()} == {order.idempotency_id}
