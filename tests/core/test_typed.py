"""A value is written as one would type it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from straks.core.typed import as_typed


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        ("482913", "482913"),
        (1250, "1250"),
        (Decimal("12.50"), "12.50"),
        (date(2026, 5, 17), "2026-05-17"),
        (time(14, 30), "14:30"),
        (datetime(2026, 5, 17, 14, 30, tzinfo=UTC), "2026-05-17T14:30+00:00"),
        (timedelta(days=1, hours=1, minutes=1, seconds=1), "1 d 1 h 1 min 1 s"),
        (timedelta(0), "0 s"),
        ((date(2026, 5, 17), date(2026, 5, 18)), "2026-05-17, 2026-05-18"),
        (["Oslo, nå", "Bergen"], "Oslo, nå; Bergen"),
    ],
)
def test_a_value_is_written_as_one_would_type_it(value: object, typed: str) -> None:
    assert as_typed(value) == typed
