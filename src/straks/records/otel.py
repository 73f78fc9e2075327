"""
Records to OpenTelemetry: a span and two metrics for each sending, by its API alone.

Names follow the semantic conventions for messaging clients (OpenTelemetry, messaging spans and messaging
metrics, in development): the span «send sms» or «send email» of kind CLIENT, since nobody downstream
continues its trace; ``messaging.client.operation.duration`` and ``messaging.client.sent.messages``. What
the conventions have no word for is under ``straks.``.

Traces and metrics go to other people's systems. So a recipient's pseudonym is in neither, and what is
different for each message (its id, its shipment) is on the span alone, where it costs no time series.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from straks.core.record import Outcome
from straks.errors import MissingExtra

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from straks.core.record import Record

_SCOPE: Final = "straks"
_BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Those that the conventions advise."""

_WELL: Final = (Outcome.PLACED, Outcome.REPLAYED)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class OtelRecords:
    """
    Makes a span of each record, as a child of the current one, and counts it.

    Without OpenTelemetry's SDK in the process it does nothing, as its API has it.

    Args:
        tracer_provider: Whose spans; by default the process's own.
        meter_provider: Whose metrics; by default the process's own.
        system: Who carries the messages, as ``messaging.system``.

    Raises:
        MissingExtra: OpenTelemetry's API is not installed.
    """

    def __init__(
        self,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        *,
        system: str = "altinn",
    ) -> None:
        try:
            from opentelemetry import metrics, trace
        except ImportError:
            raise MissingExtra("OtelRecords", "otel") from None
        self._tracer = trace.get_tracer(_SCOPE, tracer_provider=tracer_provider)
        self._kind = trace.SpanKind.CLIENT
        self._failed = trace.Status(trace.StatusCode.ERROR)
        meter = metrics.get_meter(_SCOPE, meter_provider=meter_provider)
        self._duration = meter.create_histogram(
            "messaging.client.operation.duration",
            unit="s",
            description="How long a sending took.",
            explicit_bucket_boundaries_advisory=_BUCKETS_S,
        )
        self._sent = meter.create_counter(
            "messaging.client.sent.messages",
            unit="{message}",
            description="Messages that it was tried to send.",
        )
        self._system = system

    def __call__(self, record: Record) -> None:
        """Make the span of *record* and count it."""
        common = self._common(record)
        began_ns = (record.when - _EPOCH) // _MICROSECOND * 1000
        span = self._tracer.start_span(
            f"send {record.channel}", kind=self._kind, start_time=began_ns, attributes=common | _own(record)
        )
        if record.outcome not in _WELL:
            span.set_status(self._failed)
        span.end(began_ns + round(record.took_s * 1_000_000_000))
        self._duration.record(record.took_s, common)
        if record.attempts != 0:
            self._sent.add(1, common)

    def _common(self, record: Record) -> dict[str, Any]:
        """Return what spans and metrics have in common: each has few values."""
        found = {
            "messaging.system": self._system,
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.destination.name": record.channel,
            "straks.template": record.template,
        }
        return found if record.outcome in _WELL else found | {"error.type": record.outcome.value}


def _own(record: Record) -> dict[str, Any]:
    """Return what is on the span alone."""
    found = {
        "messaging.message.id": record.idempotency_id,
        "http.response.status_code": record.status,
        "straks.locale": record.locale,
        "straks.outcome": record.outcome.value,
        "straks.attempts": record.attempts,
        "straks.problem": record.problem,
        "straks.shipment_id": record.shipment_id,
    }
    return {name: value for name, value in found.items() if value is not None}
