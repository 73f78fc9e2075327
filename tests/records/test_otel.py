"""Records as spans and metrics: the conventions' names, few series, and nothing that tells of anybody."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

import straks
from straks.core.record import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace import ReadableSpan

    MakeRecord = Callable[..., straks.Record]


class Telemetry:
    """An SDK in memory, with the hook that feeds it."""

    def __init__(self) -> None:
        self._spans, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.traces = TracerProvider()
        self.traces.add_span_processor(SimpleSpanProcessor(self._spans))
        self.hook = straks.OtelRecords(self.traces, MeterProvider([self._reader]))

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._spans.get_finished_spans()

    def metrics(self) -> dict[str, Any]:
        data = self._reader.get_metrics_data()
        if data is None:
            return {}
        (resource,) = data.resource_metrics
        (scope,) = resource.scope_metrics
        return {metric.name: metric for metric in scope.metrics}


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry()


def test_a_span_has_the_conventions_name_kind_and_times(
    telemetry: Telemetry, make_record: MakeRecord
) -> None:
    record = make_record(7)
    telemetry.hook(record)
    (span,) = telemetry.spans
    assert span.start_time is not None
    assert span.end_time is not None

    assert (span.name, span.kind) == ("send sms", SpanKind.CLIENT)
    assert span.start_time == int(record.when.timestamp()) * 10**9
    assert span.end_time - span.start_time == 250_000_000
    assert dict(span.attributes or {}) == {
        "messaging.system": "altinn",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "sms",
        "messaging.message.id": "one-time-code.sms.7",
        "straks.template": "one-time-code",
        "straks.locale": "nb",
        "straks.outcome": "placed",
        "straks.attempts": 1,
        "straks.shipment_id": "s-7",
    }


def test_it_is_a_child_of_the_current_span(telemetry: Telemetry, make_record: MakeRecord) -> None:
    with telemetry.traces.get_tracer("ours").start_as_current_span("login") as login:
        telemetry.hook(make_record())
    sent, _ = telemetry.spans

    assert sent.parent is not None
    assert sent.parent.span_id == login.get_span_context().span_id


@pytest.mark.parametrize("outcome", Outcome)
def test_what_did_not_go_well_is_an_error_of_its_outcomes_type(
    telemetry: Telemetry, make_record: MakeRecord, outcome: Outcome
) -> None:
    telemetry.hook(make_record(outcome=outcome))
    (span,) = telemetry.spans
    well = outcome in (Outcome.PLACED, Outcome.REPLAYED)

    assert (span.status.status_code is StatusCode.ERROR) is not well
    assert (span.attributes or {}).get("error.type") == (None if well else outcome.value)


def test_a_refusals_status_and_code_are_on_the_span(telemetry: Telemetry, make_record: MakeRecord) -> None:
    telemetry.hook(make_record(outcome=Outcome.REFUSED))
    attributes = telemetry.spans[0].attributes or {}

    assert (attributes["http.response.status_code"], attributes["straks.problem"]) == (400, "NOT-00001")


def test_sendings_are_timed_and_counted(telemetry: Telemetry, make_record: MakeRecord) -> None:
    for number in range(3):
        telemetry.hook(make_record(number))
    telemetry.hook(make_record(4, Outcome.REFUSED))
    found = telemetry.metrics()
    duration, sent = (
        found[name] for name in ("messaging.client.operation.duration", "messaging.client.sent.messages")
    )

    assert (duration.unit, sent.unit) == ("s", "{message}")
    assert sorted(point.value for point in sent.data.data_points) == [1, 3]
    assert sorted((point.count, point.sum) for point in duration.data.data_points) == [(1, 0.25), (3, 0.75)]
    assert duration.data.data_points[0].explicit_bounds[:3] == (0.005, 0.01, 0.025)


def test_what_never_left_is_not_counted_as_sent(telemetry: Telemetry, make_record: MakeRecord) -> None:
    order = make_record(outcome=Outcome.INVALID)
    telemetry.hook(straks.Record.from_dict(order.to_dict() | {"attempts": 0}))

    assert "messaging.client.sent.messages" not in telemetry.metrics()


def test_metrics_have_few_series_whatever_is_sent(telemetry: Telemetry, make_record: MakeRecord) -> None:
    for number in range(50):
        telemetry.hook(make_record(number, person=number))

    for metric in telemetry.metrics().values():
        assert len(metric.data.data_points) == 2  # one for each channel
        for point in metric.data.data_points:
            assert not {"messaging.message.id", "straks.shipment_id"} & set(point.attributes)


def test_no_pseudonym_leaves_the_house(telemetry: Telemetry, make_record: MakeRecord) -> None:
    record = make_record(person=0xDEAD)
    telemetry.hook(record)
    seen = telemetry.spans[0].to_json() + repr(telemetry.metrics())

    assert record.idempotency_id in seen
    assert record.pseudonym not in seen


def test_who_carries_it_may_be_named(make_record: MakeRecord) -> None:
    spans, traces = InMemorySpanExporter(), TracerProvider()
    traces.add_span_processor(SimpleSpanProcessor(spans))
    straks.OtelRecords(traces, system="ours")(make_record())

    assert (spans.get_finished_spans()[0].attributes or {})["messaging.system"] == "ours"


def test_without_an_sdk_it_does_nothing(make_record: MakeRecord) -> None:
    straks.OtelRecords()(make_record())


def test_without_the_api_it_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(straks.MissingExtra, match=r"install straks\[otel\]"):
        straks.OtelRecords()
