"""The store in a file, beyond its contract: several processes, killed ones, forked ones, and trouble."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack, closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

import straks
from straks.codes.stores import Decision, Entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WHO = {"subject": "user-8841", "purpose": "login"}
KEY = b"a key that only tests have"
EMAIL = "kari@example.org"
PROCESSES, THREADS, ROUNDS = 8, 8, 20
WIDTH = PROCESSES * THREADS
PATIENCE_S = 60.0

CODES = f"""
import json, os, sys
from threading import Barrier, Thread
from straks.codes.one_time_codes import OneTimeCodes
from straks.codes.stores.sqlite import SqliteStore
store = SqliteStore(sys.argv[1], busy_timeout_s={PATIENCE_S})
codes = OneTimeCodes(store, key={KEY!r}, attempts=10)
def verify(code):
    return codes.verify(subject="user-8841", purpose="login", code=code).value
print("ready", flush=True)
"""
# Verifies each code that it is told, in all its threads at once, and tells what they came to.
VERIFIER = f"""{CODES}
for line in sys.stdin:
    came, ready = [], Barrier({THREADS})
    def work():
        ready.wait()
        came.append(verify(line.strip()))
    threads = [Thread(target=work) for _ in range({THREADS})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(came), flush=True)
store.close()
"""
# Guesses until it is killed, and tells each answer as soon as it has it.
GUESSER = f"""{CODES}
while True:
    print(verify("nothing like it"), flush=True)
"""
# Takes the write lock and is killed with it.
HOLDER = f"""{CODES}
from straks.codes.stores import Decision, Entry
def hold(held, now_s):
    print("holding", flush=True)
    sys.stdin.read()
    return Decision(None, {{"a": Entry(b"half", None)}})
store.step(("a",), hold, None)
"""
# Opens each file that it is told, and counts in it.
OPENER = f"""{CODES}
from straks.codes.stores import Decision, Entry
def count(held, now_s):
    number = int(held.get("n", b"0")) + 1
    return Decision(number, {{"n": Entry(b"%d" % number, None)}})
for line in sys.stdin:
    with SqliteStore(line.strip(), busy_timeout_s={PATIENCE_S}) as opened:
        print(opened.step(("n",), count), flush=True)
"""
# Forks while one of its stores is open, and goes on in both processes.
FORKER = f"""{CODES}
unopened = SqliteStore(sys.argv[1])
from straks.codes.stores import Decision, Entry
def count(held, now_s):
    number = int(held.get("n", b"0")) + 1
    return Decision(number, {{"n": Entry(b"%d" % number, None)}})
store.step(("n",), count, None)
child = os.fork()
for _ in range(50):
    store.step(("n",), count, None)
if child:
    _, status = os.waitpid(child, 0)
    print(status, store.step(("n",), count, None), flush=True)
store.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "codes.db"


@pytest.fixture
def store(path: Path) -> Iterator[straks.SqliteStore]:
    with straks.SqliteStore(path, busy_timeout_s=PATIENCE_S) as store:
        yield store


@pytest.fixture
def codes(store: straks.SqliteStore) -> straks.OneTimeCodes:
    return straks.OneTimeCodes(store, key=KEY, attempts=10, cooldown=timedelta(0), sends_per_hour=1000)


def started(stack: ExitStack, program: str, path: Path) -> subprocess.Popen[str]:
    """Start *program* on the file *path*, and come back when it is ready."""
    process = stack.enter_context(
        subprocess.Popen(  # noqa: S603 - this very interpreter
            [sys.executable, "-c", program, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    )
    stack.callback(process.kill)
    assert heard(process) == "ready"
    return process


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def test_of_many_right_codes_from_several_processes_one_is_accepted(
    path: Path, codes: straks.OneTimeCodes
) -> None:
    with ExitStack() as stack:
        workers = [started(stack, VERIFIER, path) for _ in range(PROCESSES)]
        for _ in range(ROUNDS):
            issued = codes.issue(**WHO, recipient=EMAIL)
            for worker in workers:
                tell(worker, issued.code)
            verdicts = Counter(verdict for worker in workers for verdict in json.loads(heard(worker)))

            assert verdicts == {"ACCEPTED": 1, "NO_OTP_FOUND": WIDTH - 1}

        for _ in range(ROUNDS // 4):
            codes.issue(**WHO, recipient=EMAIL)
            for worker in workers:
                tell(worker, "nothing like it")
            verdicts = Counter(verdict for worker in workers for verdict in json.loads(heard(worker)))

            assert verdicts == {"INVALID_OTP": 10, "TOO_MANY_ATTEMPTS": WIDTH - 10}


def test_a_process_that_is_killed_gives_no_guess_back_and_stops_nobody(
    path: Path, codes: straks.OneTimeCodes
) -> None:
    for round_ in range(ROUNDS):
        issued = codes.issue(**WHO, recipient=EMAIL)
        with ExitStack() as stack:
            guesser = started(stack, GUESSER, path)
            told = [heard(guesser) for _ in range(round_ % 9)]
            guesser.kill()
            assert guesser.stdout is not None
            told += guesser.stdout.read().split()
        guessed = Counter(told)["INVALID_OTP"]
        left = 0
        while left <= 10 and codes.verify(**WHO, code="") is straks.Verdict.INVALID_OTP:
            left += 1

        # One may have been counted whose answer was not told any more; none was told and not counted.
        assert 9 <= guessed + left <= 10
        assert codes.verify(**WHO, code=issued.code) is straks.Verdict.TOO_MANY_ATTEMPTS
        codes.unlock(**WHO)


def test_a_process_that_is_killed_in_the_middle_of_a_step_leaves_it_undone(
    path: Path, store: straks.SqliteStore
) -> None:
    store.step(("a",), lambda _, __: Decision(None, {"a": Entry(b"whole", None)}))
    with ExitStack() as stack:
        holder = started(stack, HOLDER, path)
        assert heard(holder) == "holding"
        holder.kill()
        holder.wait()

        assert store.step(("a",), lambda held, _: Decision(dict(held), {})) == {"a": b"whole"}


def test_a_process_that_is_forked_and_its_parent_both_go_on(path: Path) -> None:
    with ExitStack() as stack:
        forker = started(stack, FORKER, path)
        status, counted = heard(forker).split()

    assert (status, counted) == ("0", "102")


def test_of_several_processes_that_make_the_file_at_once_all_get_in(tmp_path: Path) -> None:
    with ExitStack() as stack:
        workers = [started(stack, OPENER, tmp_path / "unused.db") for _ in range(PROCESSES)]
        for round_ in range(ROUNDS):
            for worker in workers:
                tell(worker, str(tmp_path / f"{round_}.db"))

            assert sorted(int(heard(worker)) for worker in workers) == list(range(1, PROCESSES + 1))


def test_who_does_not_get_a_turn_in_time_fails_closed(path: Path, codes: straks.OneTimeCodes) -> None:
    issued = codes.issue(**WHO, recipient=EMAIL)
    hasty = straks.SqliteStore(path, busy_timeout_s=0.01)
    with hasty, closing(sqlite3.connect(path, isolation_level=None)) as other:
        waiting = straks.OneTimeCodes(hasty, key=KEY)
        hasty.step((), lambda _, __: Decision(None, {}))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(straks.StoreFailed, match="OperationalError"):
            waiting.verify(**WHO, code=issued.code)
        other.execute("ROLLBACK")

        assert waiting.verify(**WHO, code=issued.code)


def test_a_file_that_another_process_is_setting_up_is_waited_for_and_no_longer_than_told(path: Path) -> None:
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        straks.SqliteStore(path, busy_timeout_s=0.05) as hasty,
    ):
        other.execute("CREATE TABLE t (x)")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            hasty.step((), lambda _, __: Decision(None, {}))
        other.execute("ROLLBACK")

        hasty.step((), lambda _, __: Decision(None, {}))


@pytest.mark.parametrize("what", ["nowhere", "no database"])
def test_a_file_that_cannot_be_used_accepts_nothing(tmp_path: Path, what: str) -> None:
    path = tmp_path / "codes.db" if what == "no database" else tmp_path / "there" / "is" / "none.db"
    if what == "no database":
        path.write_bytes(b"this is no database" * 100)
    with straks.SqliteStore(path, busy_timeout_s=0.05) as store:
        codes = straks.OneTimeCodes(store, key=KEY)
        with pytest.raises(straks.StoreFailed):
            codes.issue(**WHO, recipient=EMAIL)


def test_what_is_done_with_is_deleted(path: Path, store: straks.SqliteStore) -> None:
    now: dict[str, Any] = {"s": 1_770_204_720.0}
    codes = straks.OneTimeCodes(store, key=KEY, clock=lambda: now["s"])
    for number in range(20):
        codes.issue(subject=f"user-{number}", purpose="login", recipient=f"k{number}@example.org")
    now["s"] += 4000
    codes.issue(**WHO, recipient=EMAIL)
    with closing(sqlite3.connect(path)) as other:
        [[kept]] = other.execute("SELECT count(*) FROM straks_codes")

    assert kept == 4


def test_a_store_that_was_closed_opens_again(store: straks.SqliteStore, codes: straks.OneTimeCodes) -> None:
    issued = codes.issue(**WHO, recipient=EMAIL)
    store.close()
    store.close()

    assert codes.verify(**WHO, code=issued.code)
    assert repr(store) == f"<SqliteStore in {store.path}>"


def test_a_file_that_cannot_be_opened_is_named_with_its_trouble(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database, but longer than the head of one is" * 3, "utf-8")
    for path, trouble in (
        (tmp_path / "missing" / "codes.db", "unable to open database file"),
        (tmp_path / "text", "file is not a database"),
    ):
        codes = straks.OneTimeCodes(straks.SqliteStore(path), key=KEY)
        with pytest.raises(
            straks.StoreFailed, match=f"Error: {re.escape(str(path))}: {trouble}\\)"
        ) as caught:
            codes.issue(**WHO, recipient=EMAIL)

        assert isinstance(caught.value.__cause__, sqlite3.DatabaseError)


@pytest.mark.parametrize("path", ["", "a\0b", None, 5, b"codes.db"])
def test_what_is_no_name_of_a_file_is_refused_at_once(path: Any) -> None:  # noqa: ANN401 - what is wrong is the point
    with pytest.raises(straks.InvalidSetting, match="path is the name of a file"):
        straks.SqliteStore(path)
