"""Records as log entries: the sentence, the level, the fields."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import straks
from straks.core.record import Outcome
from straks.records.as_log import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeRecord = Callable[..., straks.Record]


@pytest.fixture(autouse=True)
def _heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "straks.records")


@pytest.mark.parametrize("outcome", Outcome)
def test_the_level_follows_from_the_outcome(
    make_record: MakeRecord, caplog: pytest.LogCaptureFixture, outcome: Outcome
) -> None:
    straks.LogRecords()(make_record(outcome=outcome))

    assert [said.levelno for said in caplog.records] == [LEVELS[outcome]]


@pytest.mark.parametrize(("attempts", "level"), [(1, "WARNING"), (2, "INFO"), (None, "WARNING")])
def test_a_replay_is_an_alarm_only_where_no_attempt_of_this_sending_came_before(
    make_record: MakeRecord, caplog: pytest.LogCaptureFixture, attempts: int | None, level: str
) -> None:
    straks.LogRecords()(replace(make_record(outcome=Outcome.REPLAYED), attempts=attempts))

    assert [said.levelname for said in caplog.records] == [level]


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Outcome.PLACED, "one-time-code.sms.7: placed, attempts 1, 0.250 s"),
        (Outcome.REFUSED, "one-time-code.sms.7: refused (400 NOT-00001), attempts 1, 0.250 s"),
        (Outcome.IN_DOUBT, "one-time-code.sms.7: in-doubt, attempts unknown, 0.250 s"),
    ],
)
def test_the_sentence_is_for_people(
    make_record: MakeRecord, caplog: pytest.LogCaptureFixture, outcome: Outcome, sentence: str
) -> None:
    straks.LogRecords()(make_record(7, outcome))

    assert caplog.messages == [sentence]


def test_the_fields_are_fit_for_json_and_hide_none_of_loggings_own(
    make_record: MakeRecord, caplog: pytest.LogCaptureFixture
) -> None:
    record = make_record(7, Outcome.REFUSED)
    straks.LogRecords()(record)
    fields = {name: value for name, value in vars(caplog.records[0]).items() if name.startswith("straks_")}

    assert json.loads(json.dumps(fields)) == {
        f"straks_{name}": value for name, value in record.to_dict().items()
    }


def test_another_logger_may_be_given(make_record: MakeRecord, caplog: pytest.LogCaptureFixture) -> None:
    straks.LogRecords(logging.getLogger("mine"))(make_record(outcome=Outcome.REFUSED))

    assert [said.name for said in caplog.records] == ["mine"]
