"""Records in a file of JSON lines: appended by many, rotated by others, broken off by a full disk."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import straks
from straks.core.record import Outcome
from straks.records import find

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeRecord = Callable[..., straks.Record]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.jsonl"


def test_a_line_says_what_it_is_and_leaves_out_what_there_is_not(make_record: MakeRecord, path: Path) -> None:
    straks.JsonLinesRecords(path)(make_record(7))

    assert json.loads(path.read_bytes()) == {
        "straks": "record/1",
        "when": "2026-05-17T12:00:07.000000+00:00",
        "template": "one-time-code",
        "locale": "nb",
        "channel": "sms",
        "pseudonym": "0" * 32,
        "idempotency_id": "one-time-code.sms.7",
        "outcome": "placed",
        "attempts": 1,
        "took_s": 0.25,
        "shipment_id": "s-7",
    }


def test_the_file_is_its_owners_alone(make_record: MakeRecord, path: Path) -> None:
    straks.JsonLinesRecords(path)(make_record())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_moved_away_is_begun_anew(make_record: MakeRecord, path: Path) -> None:
    hook = straks.JsonLinesRecords(path)
    hook(make_record(1))
    path.rename(path.with_suffix(".1"))
    hook(make_record(2))

    assert list(find(path.with_suffix(".1"))) == [make_record(1)]
    assert list(find(path)) == [make_record(2)]


_APPEND = """
import sys, straks
from straks.records import find
(record,) = find(sys.argv[1])
hook = straks.JsonLinesRecords(sys.argv[2])
for _ in range(200):
    hook(record)
"""


def test_of_several_processes_no_line_is_mixed_with_anothers(
    make_record: MakeRecord, path: Path, tmp_path: Path
) -> None:
    one = tmp_path / "one.jsonl"
    straks.JsonLinesRecords(one)(make_record())
    started = [
        subprocess.Popen([sys.executable, "-c", _APPEND, str(one), str(path)])  # noqa: S603 - this very interpreter
        for _ in range(4)
    ]

    assert [process.wait(60) for process in started] == [0] * 4
    assert list(find(path)) == [make_record()] * 800


# What goes wrong


def test_a_full_disk_is_an_error_of_the_systems(make_record: MakeRecord) -> None:
    with pytest.raises(OSError, match="No space left on device"):
        straks.JsonLinesRecords("/dev/full")(make_record())


def test_a_line_that_the_disk_took_in_part_only_is_an_error_too(
    make_record: MakeRecord, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def write_in_part(handle: int, octets: bytes) -> int:
        # As the system does it when the last block is full.
        return write(handle, octets[:40])

    monkeypatch.setattr(os, "write", write_in_part)
    with pytest.raises(OSError, match="No space left on device") as caught:
        straks.JsonLinesRecords(path)(make_record(1))
    monkeypatch.undo()
    straks.JsonLinesRecords(path)(make_record(2))
    passed_over: list[int] = []

    assert caught.value.filename == str(path)
    assert list(find(path, on_unreadable=passed_over.append)) == [make_record(2)]
    assert passed_over == [1]


def test_a_line_that_is_no_record_is_an_error_unless_somebody_is_told(
    make_record: MakeRecord, path: Path
) -> None:
    hook = straks.JsonLinesRecords(path)
    hook(make_record(1))
    with path.open("a") as file:
        file.write('{"straks": "record/1"}\n\n[]\n"x"\n{}\n' + "x" * 200_000 + "\n" + "[" * 60_000 + "\n")
    hook(make_record(2))
    with path.open("ab") as file:
        file.write(b"\xff" * 65_536)
    passed_over: list[int] = []

    assert list(find(path, on_unreadable=passed_over.append)) == [make_record(1), make_record(2)]
    assert passed_over == [2, 4, 5, 6, 7, 8, 10]
    with pytest.raises(straks.UnusableFile, match="line 2: is no record") as caught:
        list(find(path))
    assert (caught.value.path, caught.value.line) == (str(path), 2)


def test_a_line_of_another_release_is_an_error_whoever_is_told(make_record: MakeRecord, path: Path) -> None:
    straks.JsonLinesRecords(path)(make_record())
    path.write_text(path.read_text() + '{"straks": "record/2"}\n')
    with pytest.raises(straks.UnusableFile, match="line 2: was written by another release") as caught:
        list(find(path, on_unreadable=print))

    assert caught.value.line == 2


def test_an_empty_file_has_no_records_and_a_missing_one_is_missing(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        find(path)
    path.touch()

    assert list(find(path)) == []


def test_it_shows_where_it_writes(path: Path) -> None:
    assert repr(straks.JsonLinesRecords(path)) == f"JsonLinesRecords({str(path)!r})"


def test_outcomes_are_told_apart_when_looked_for(make_record: MakeRecord, path: Path) -> None:
    hook = straks.JsonLinesRecords(path)
    for outcome in Outcome:
        hook(make_record(outcome=outcome))

    assert [record.outcome for record in find(path, outcomes=[Outcome.REFUSED])] == [Outcome.REFUSED]
