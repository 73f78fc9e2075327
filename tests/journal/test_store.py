"""The journal's file: bound to its orders, held by one run, and clear about what is wrong with it."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import straks
from straks.bulk import OrdersFile
from straks.core.manifest import Repeat
from straks.core.record import Outcome
from straks.journal import Again, Ending, Journal, JournalView, Landed, Settled, State, TakenUp, order_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .conftest import Make

    Write = Callable[..., Path]

HERE, THERE = "http://127.0.0.1:5090", "https://platform.tt02.altinn.no"
PLACED = Ending(outcome=Outcome.PLACED, attempts=1, shipment_id="s-1")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "sent.db", clock=lambda: 1000.0) as journal:
        yield journal


def states(journal: JournalView) -> list[str]:
    return [entry.state.value for entry in journal.entries()]


def refuses(orders: Path, journal: Journal, match: str, error: type[Exception] = straks.UnusableFile) -> None:
    before = list(journal.entries())
    with pytest.raises(error, match=match) as caught:
        journal.admit(orders)

    assert list(journal.entries()) == before
    assert "46701740605" not in str(caught.value)


def test_every_order_is_written_down_before_anything_is_sent(
    journal: Journal, make: Make, write: Write
) -> None:
    orders = write(make(1, reference="case/1"), make(2, time_to_live_s=None))
    admitted = journal.admit(orders)
    first, second = journal.entries()

    assert (admitted.new, admitted.known, admitted.duplicates) == (2, 0, 0)
    assert (first.state, first.reference, first.time_to_live_s) == (State.WAITING, "case/1", 3600)
    assert (second.channel, second.time_to_live_s, second.pseudonym) == ("email", None, f"{2:032x}")
    with OrdersFile(orders) as file:
        assert [order_at(file, entry) for entry in (second, first)] == [
            make(2, time_to_live_s=None),
            make(1, reference="case/1"),
        ]


def test_neither_recipient_nor_text_is_in_the_file(
    journal: Journal, make: Make, write: Write, tmp_path: Path
) -> None:
    journal.admit(write(make(1)))
    journal.record([(1, TakenUp(1.0)), (1, Landed(2.0, PLACED, 1.0))])
    journal.close()
    octets = b"".join(path.read_bytes() for path in tmp_path.glob("sent.db*"))

    assert b"notice.sms." in octets
    assert b"46701740605" not in octets
    assert b"Pakke" not in octets


def test_a_file_that_goes_on_where_it_ended_adds_orders(journal: Journal, make: Make, write: Write) -> None:
    journal.admit(write(make(1)))
    journal.record([(1, TakenUp(1.0)), (1, Landed(2.0, PLACED, 1.0))])
    admitted = journal.admit(write(make(1), make(2)))

    assert (admitted.new, admitted.known) == (1, 1)
    assert states(journal) == ["placed", "waiting"]


def test_another_file_of_orders_is_turned_away(journal: Journal, make: Make, write: Write) -> None:
    journal.admit(write(make(1), make(2)))

    refuses(
        write(make(1), make(3)), journal, "is not the file of orders that .* belongs to: line 2 is another"
    )
    refuses(write(make(2), make(1)), journal, "line 1 is another")
    refuses(write(make(1)), journal, "line 2 is another")
    refuses(write(make(1, reference="new"), make(2)), journal, "line 2 is another")


def test_a_line_that_is_there_twice_is_sent_once_and_told(journal: Journal, make: Make, write: Write) -> None:
    admitted = journal.admit(write(make(1), make(2), make(1), make(1)))

    assert (admitted.new, admitted.duplicates) == (2, 2)
    assert states(journal) == ["waiting", "waiting", "duplicate", "duplicate"]
    assert list(journal.due()) == [1, 2]
    assert journal.admit(write(make(1), make(2), make(1), make(1))).known == 4


def test_one_id_with_two_messages_is_an_error_that_names_both_lines(
    journal: Journal, make: Make, write: Write
) -> None:
    refuses(write(make(1), make(2), make(1, reference="x")), journal, "line 3: is the same order as line 1")


@pytest.mark.parametrize(
    ("octets", "match"),
    [
        (b"", "has no orders"),
        (b"{", "line 1: the file ends in the middle of this line"),
        (b"\n", "line 1: this is no sealed order"),
        (b"to,locale\n+46701740605,nb\n", "line 1: this is no sealed order"),
        ("{}\n".encode("utf-16"), "line 1: "),
    ],
)
def test_a_file_without_orders_is_told(journal: Journal, tmp_path: Path, octets: bytes, match: str) -> None:
    (tmp_path / "orders.jsonl").write_bytes(octets)

    refuses(tmp_path / "orders.jsonl", journal, match)


def test_a_file_that_breaks_off_is_not_sent_in_part(journal: Journal, make: Make, write: Write) -> None:
    orders = write(make(1), make(2))
    orders.write_bytes(orders.read_bytes()[:-5])

    refuses(orders, journal, "line 2: the file ends in the middle of this line")
    assert states(journal) == []


def test_marks_and_line_ends_of_other_systems_are_read(journal: Journal, make: Make, write: Write) -> None:
    orders = write(make(1), make(2), make(3))
    first, second, third = orders.read_bytes().splitlines()
    orders.write_bytes(b"\xef\xbb\xbf" + first + b"\r\n" + second + b"\n" + third + b"\r\n")

    assert journal.admit(orders).new == 3
    with OrdersFile(orders) as file:
        assert [order_at(file, entry) for entry in journal.entries()] == [make(1), make(2), make(3)]


def test_a_file_that_is_changed_while_it_is_sent_is_told(journal: Journal, make: Make, write: Write) -> None:
    journal.admit(write(make(1)))
    (entry,) = journal.entries()
    for path in (write(make(2)), write(name="empty.jsonl")):
        with OrdersFile(path) as file, pytest.raises(straks.UnusableFile, match="line 1 is another one"):
            order_at(file, entry)


def test_a_journal_is_about_one_environment(journal: Journal, make: Make, write: Write) -> None:
    orders = write(make(1))
    journal.admit(orders, environment=HERE)
    journal.admit(orders, environment=HERE)
    journal.admit(orders)

    assert journal.environment == HERE
    with pytest.raises(straks.InvalidSetting, match=f"go to {HERE}, and this run goes to {THERE}"):
        journal.admit(orders, environment=THERE)


def test_orders_for_a_simulator_go_nowhere_else(journal: Journal, make: Make, write: Write) -> None:
    orders = write(make(1), replace(make(2), rehearsal=True))
    with pytest.raises(straks.InvalidKey, match="line 2: was made with the simulator's public key"):
        journal.admit(orders, environment=THERE)

    assert states(journal) == []
    assert journal.environment is None
    assert journal.admit(orders, environment=HERE).new == 2


def test_a_second_run_over_the_same_journal_is_turned_away_and_a_look_is_not(
    journal: Journal, make: Make, write: Write
) -> None:
    journal.admit(write(make(1)))
    with pytest.raises(straks.UnusableFile, match="in use by another run; wait until that has ended"):
        Journal(journal.path)
    with JournalView(journal.path) as view:
        assert states(view) == ["waiting"]
        assert view.counts() == {State.WAITING: 1}
    journal.close()
    with Journal(journal.path) as again:
        assert states(again) == ["waiting"]


def test_a_run_that_was_killed_leaves_no_lock_behind(tmp_path: Path) -> None:
    held = (
        "import os, signal, sys; from straks.journal import Journal; journal = Journal(sys.argv[1]); "
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", held, str(tmp_path / "sent.db")], check=False)  # noqa: S603 - this very interpreter

    assert killed.returncode == -9
    with Journal(tmp_path / "sent.db") as journal:
        assert states(journal) == []


def test_the_next_run_finds_what_was_in_flight(make: Make, write: Write, tmp_path: Path) -> None:
    orders = write(make(1), make(2, repeat=Repeat.HARMLESS), make(3))
    with Journal(tmp_path / "sent.db") as journal:
        journal.admit(orders)
        journal.begin_run()
        journal.record([(1, TakenUp(1.0)), (2, TakenUp(1.0))])
    with Journal(tmp_path / "sent.db") as journal:
        found = journal.recover()
        journal.end_run(journal.begin_run(), "enough")
        runs = journal.runs()

        assert found == 2
        assert states(journal) == ["in-doubt", "waiting", "waiting"]
        assert list(journal.due()) == [2, 3]  # first what was in flight: its time runs
    assert [run.stopped for run in runs] == [None, "enough"]
    assert runs[0].ended_s is None
    assert runs[1].ended_s is not None


def test_somebody_decides_about_doubts_by_id_or_about_all(journal: Journal, make: Make, write: Write) -> None:
    journal.admit(write(*map(make, range(1, 5))))
    journal.record([(row, TakenUp(800.0)) for row in (1, 2)] + [(3, TakenUp(999.0))])
    journal.recover()
    one = make(1).idempotency_id

    assert states(journal) == ["in-doubt", "in-doubt", "in-doubt", "waiting"]
    assert journal.decide([one, one], Settled) == (1, 0)
    assert journal.decide(None, Again) == (1, 1)
    assert states(journal) == ["settled", "waiting", "in-doubt", "waiting"]
    with pytest.raises(straks.InvalidSetting, match="1 of the ids named are of no order in doubt"):
        journal.decide([one, make(3).idempotency_id], Settled)
    assert states(journal)[2] == "in-doubt"


@pytest.mark.parametrize(
    ("made", "match"),
    [
        (b"to,locale\n" * 100, "it is no database at all; name a file of its own"),
        ("CREATE TABLE cats (name TEXT)", "is not a journal of orders but another program's database"),
        ("PRAGMA user_version = 7", "is a journal of orders of version 7, and this release of straks reads"),
    ],
)
def test_a_file_that_is_no_journal_is_told_and_left_as_it_is(
    tmp_path: Path, made: bytes | str, match: str
) -> None:
    path = tmp_path / "sent.db"
    if isinstance(made, bytes):
        path.write_bytes(made)
    else:
        if "version" in made:
            Journal(path).close()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(made)
            connection.commit()
    before = path.read_bytes()
    for kind in (Journal, JournalView):
        with pytest.raises(straks.UnusableFile, match=match):
            kind(path)

    assert path.read_bytes() == before


def test_a_journal_that_another_program_has_locked_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Make, write: Write
) -> None:
    monkeypatch.setattr("straks.files.marked.WAIT_S", 0.01)
    with Journal(tmp_path / "sent.db") as journal, closing(sqlite3.connect(journal.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(straks.JournalFailed, match="another program has it locked; close that one"):
            journal.admit(write(make(1)))
        journal.close()
        with pytest.raises(straks.UnusableFile, match="another program has had it locked"):
            Journal(tmp_path / "sent.db")


def test_a_full_disk_is_told_and_nothing_is_half_written(journal: Journal, make: Make, write: Write) -> None:
    journal.admit(write(make(1)))
    many = write(*map(make, range(1, 2000)))
    (pages,) = journal._connection.execute("PRAGMA page_count").fetchone()
    journal._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(
        straks.JournalFailed, match="database or disk is full; make room on its disk"
    ) as caught:
        journal.admit(many)

    assert caught.value.path == journal.path
    assert states(journal) == ["waiting"]
    journal._connection.execute("PRAGMA max_page_count = 1000000")
    assert journal.admit(many).new == 1998


def test_there_is_nothing_to_look_at_where_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        JournalView(tmp_path / "sent.db")

    assert not list(tmp_path.iterdir())


def test_the_file_is_its_owners_alone(journal: Journal, tmp_path: Path) -> None:
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert repr(journal) == f"Journal({journal.path!r})"
