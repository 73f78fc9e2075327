"""Records in a database: many writers, other programs' files, locks and a full disk."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
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
    return tmp_path / "records.db"


def changed(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_the_file_is_its_owners_alone_and_what_belongs_to_it_too(make_record: MakeRecord, path: Path) -> None:
    hook = straks.SqliteRecords(path)
    hook(make_record())
    beside = list(path.parent.iterdir())

    assert len(beside) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in beside} == {0o600}
    hook.close()


def test_a_reader_waits_for_no_writer(make_record: MakeRecord, path: Path) -> None:
    hook = straks.SqliteRecords(path)
    hook(make_record(1))
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")

        assert list(find(path)) == [make_record(1)]
    hook.close()


def test_what_another_has_made_is_added_to(make_record: MakeRecord, path: Path) -> None:
    first = straks.SqliteRecords(path)
    first(make_record(1))
    second = straks.SqliteRecords(path)
    second(make_record(2))
    first(make_record(3))

    assert list(find(path)) == [make_record(number) for number in (1, 2, 3)]
    first.close()
    second.close()


_ADD = """
import sys, straks
from straks.records import find
(record,) = find(sys.argv[1])
hook = straks.SqliteRecords(sys.argv[2])
for _ in range(100):
    hook(record)
"""


def test_several_processes_may_begin_and_use_the_same_file(
    make_record: MakeRecord, path: Path, tmp_path: Path
) -> None:
    one = tmp_path / "one.jsonl"
    straks.JsonLinesRecords(one)(make_record())
    started = [
        subprocess.Popen([sys.executable, "-c", _ADD, str(one), str(path)])  # noqa: S603 - this very interpreter
        for _ in range(4)
    ]

    assert [process.wait(60) for process in started] == [0] * 4
    assert list(find(path)) == [make_record()] * 400


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_after_a_fork_both_go_on(make_record: MakeRecord, path: Path) -> None:
    hook = straks.SqliteRecords(path)
    hook(make_record(1))
    child = os.fork()
    if child == 0:  # pragma: no cover - in the child, which measures nothing
        try:
            hook(make_record(2))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    hook(make_record(3))

    assert list(find(path)) == [make_record(number) for number in (1, 2, 3)]
    hook.close()


# What goes wrong


def test_another_programs_database_is_left_alone(path: Path) -> None:
    changed(path, "CREATE TABLE theirs (a)")
    before = path.read_bytes()
    with pytest.raises(straks.UnusableFile, match="another program's database"):
        straks.SqliteRecords(path)
    with pytest.raises(straks.UnusableFile, match="another program's database"):
        list(find(path))

    assert path.read_bytes() == before


def test_another_releases_records_are_left_alone(make_record: MakeRecord, path: Path) -> None:
    hook = straks.SqliteRecords(path)
    hook(make_record())
    hook.close()
    changed(path, "PRAGMA user_version = 2")
    with pytest.raises(straks.UnusableFile, match="records of version 2, and this release"):
        straks.SqliteRecords(path)
    with pytest.raises(straks.UnusableFile, match="version 2") as caught:
        list(find(path))

    assert (caught.value.path, caught.value.line) == (str(path), None)


def test_what_is_no_database_is_left_alone(path: Path) -> None:
    path.write_text("when,what\n" * 1000)
    with pytest.raises(straks.UnusableFile, match="no database at all"):
        straks.SqliteRecords(path)

    assert path.read_text() == "when,what\n" * 1000


def test_a_folder_that_is_not_there_is_the_systems_error(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        straks.SqliteRecords(path / "records.db")


def test_a_file_that_stays_locked_is_an_error_of_the_hooks(
    make_record: MakeRecord, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("straks.files.marked.WAIT_S", 0.01)
    hook = straks.SqliteRecords(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            hook(make_record(1))
        with pytest.raises(straks.UnusableFile, match="another program has had it locked"):
            straks.SqliteRecords(path)
        other.execute("COMMIT")
    hook(make_record(2))

    assert list(find(path)) == [make_record(2)]
    hook.close()


def test_a_full_disk_is_an_error_of_the_hooks_and_breaks_nothing(make_record: MakeRecord, path: Path) -> None:
    hook = straks.SqliteRecords(path)
    hook._connection.execute("PRAGMA max_page_count = 6")
    records = [make_record(number) for number in range(1000)]
    with pytest.raises(sqlite3.OperationalError, match="database or disk is full"):
        list(map(hook, records))
    kept = list(find(path))

    assert 0 < len(kept) < len(records)
    assert kept == records[: len(kept)]
    hook.close()


def test_a_broken_page_is_told_and_not_read_over(make_record: MakeRecord, path: Path) -> None:
    hook = straks.SqliteRecords(path)
    for number in range(200):
        hook(make_record(number))
    hook.close()
    octets = bytearray(path.read_bytes())
    octets[8192:] = b"\x00" * len(octets[8192:])
    path.write_bytes(octets)
    with pytest.raises(straks.UnusableFile, match="malformed"):
        list(find(path))


def test_a_row_that_is_no_record_is_told(make_record: MakeRecord, path: Path) -> None:
    hook = straks.SqliteRecords(path)
    hook(make_record())
    hook.close()
    changed(path, "UPDATE records SET outcome = 'lost'")
    with pytest.raises(straks.UnusableFile, match="a row that is no record"):
        list(find(path))


def test_a_closed_one_takes_no_more(make_record: MakeRecord, path: Path) -> None:
    hook = straks.SqliteRecords(path)
    hook.close()
    with pytest.raises(sqlite3.ProgrammingError):
        hook(make_record())

    assert repr(hook) == f"SqliteRecords({str(path)!r})"


def test_a_recipients_are_found_by_an_index(make_record: MakeRecord, path: Path) -> None:
    hook = straks.SqliteRecords(path)
    plan = hook._connection.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM records WHERE pseudonym IN ('a', 'b') ORDER BY \"when\""
    ).fetchall()
    hook(make_record(outcome=Outcome.IN_DOUBT))

    assert any("records_by_recipient" in step[-1] for step in plan)
    hook.close()
