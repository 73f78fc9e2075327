"""Records: what they hold, and that they read back as they were written."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.record import NAMES, Outcome, Record, problem_code, written

TEXTS = st.text(max_size=20)
RECORDS = st.builds(
    Record,
    when=st.datetimes(timezones=st.just(UTC)),
    template=TEXTS,
    locale=TEXTS,
    channel=st.sampled_from(["sms", "email"]),
    pseudonym=TEXTS,
    idempotency_id=TEXTS,
    outcome=st.sampled_from(Outcome),
    attempts=st.none() | st.integers(0, 9),
    took_s=st.floats(0, 1e6),
    status=st.none() | st.integers(300, 599),
    problem=st.none() | TEXTS,
    shipment_id=st.none() | TEXTS,
)


@given(RECORDS)
def test_a_record_reads_back_as_it_was_written(record: Record) -> None:
    found = record.to_dict()

    assert tuple(found) == NAMES
    assert Record.from_dict(json.loads(json.dumps(found))) == record
    assert pickle.loads(pickle.dumps(record)) == record  # noqa: S301 - what this test pickled itself


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_moments_sort_as_their_texts_do(one: datetime, other: datetime) -> None:
    assert (one < other) is (written(one) < written(other))


def test_a_moment_is_written_in_utc() -> None:
    noon = datetime(2026, 5, 17, 14, tzinfo=timezone(timedelta(hours=2)))

    assert written(noon) == "2026-05-17T12:00:00.000000+00:00"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("when", None),
        ("when", "yesterday"),
        ("when", "2026-05-17T12:00:00"),
        ("template", 7),
        ("channel", "pigeon"),
        ("channel", None),
        ("outcome", "lost"),
        ("attempts", "one"),
        ("attempts", True),
        ("took_s", None),
        ("status", "400"),
        ("problem", 4),
        ("shipment_id", []),
    ],
)
def test_what_is_no_record_is_none(name: str, value: object) -> None:
    record = Record(
        when=datetime(2026, 5, 17, tzinfo=UTC),
        template="one-time-code",
        locale="nb",
        channel="sms",
        pseudonym="0" * 32,
        idempotency_id="one-time-code.sms.a",
        outcome=Outcome.PLACED,
        attempts=1,
        took_s=0.5,
    )
    found: dict[str, Any] = record.to_dict() | {name: value}
    with pytest.raises(ValueError):  # noqa: PT011 - it says no more
        Record.from_dict(found)


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        ("NOT-00004: A temporary network failure occurred", "NOT-00004"),
        ("STD-00000", "STD-00000"),
        ("Invalid recipient +46701740605", None),
        ("SMS-46701740605", None),
        ("482913", None),
        ("", None),
        (None, None),
    ],
)
def test_of_a_problem_its_code_alone_is_kept(problem: str | None, code: str | None) -> None:
    assert problem_code(problem) == code
