"""Records for the hooks' tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

import straks
from straks.core.record import Outcome

MakeRecord = Callable[..., straks.Record]

NOON = datetime(2026, 5, 17, 12, tzinfo=UTC)


@pytest.fixture
def make_record() -> MakeRecord:
    """Return a maker of records: ``make_record(7, outcome=Outcome.REFUSED)``, a second after the sixth."""

    def make(number: int = 0, outcome: Outcome = Outcome.PLACED, person: int = 0) -> straks.Record:
        refused = outcome is Outcome.REFUSED
        return straks.Record(
            when=NOON + timedelta(seconds=number),
            template="one-time-code",
            locale="nb",
            channel="sms" if person % 2 == 0 else "email",
            pseudonym=f"{person:032x}",
            idempotency_id=f"one-time-code.sms.{number}",
            outcome=outcome,
            attempts=None if outcome is Outcome.IN_DOUBT else 1,
            took_s=0.25,
            status=400 if refused else None,
            problem="NOT-00001" if refused else None,
            shipment_id=f"s-{number}" if outcome is Outcome.PLACED else None,
        )

    return make
