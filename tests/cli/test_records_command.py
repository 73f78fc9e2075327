"""``straks records``: who got what, out of a file of records, for who has the key."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import straks
from straks.core.record import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Cli = Callable[..., Result]

OLD, NEW = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"
KARI, OLA, PHONE = "kari@example.org", "ola@example.org", "+46701740605"
NOON = datetime(2026, 5, 17, 12, tzinfo=UTC)


def record(recipient: str, number: int, key: str = NEW, outcome: Outcome = Outcome.PLACED) -> straks.Record:
    (pseudonym,) = straks.pseudonyms(recipient, bytes.fromhex(key))
    refused = outcome is Outcome.REFUSED
    return straks.Record(
        when=NOON + timedelta(hours=number),
        template="status-update",
        locale="nn",
        channel="email" if "@" in recipient else "sms",
        pseudonym=pseudonym,
        idempotency_id=f"status-update.sms.{number}",
        outcome=outcome,
        attempts=None if outcome is Outcome.IN_DOUBT else 1,
        took_s=0.25,
        status=400 if refused else None,
        problem="NOT-00001" if refused else None,
        shipment_id=f"shipment-{number}" if outcome is Outcome.PLACED else None,
    )


RECORDS = [
    record(KARI, 0, OLD),
    record(OLA, 1, outcome=Outcome.REFUSED),
    record(KARI, 2, outcome=Outcome.IN_DOUBT),
    record(PHONE, 3),
]


@pytest.fixture(params=["records.jsonl", "records.db"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    path = tmp_path / request.param
    hook = straks.JsonLinesRecords(path) if path.suffix == ".jsonl" else straks.SqliteRecords(path)
    for each in RECORDS:
        hook(each)
    if isinstance(hook, straks.SqliteRecords):
        hook.close()
    return str(path)


@pytest.fixture
def keys(tmp_path: Path) -> tuple[str, ...]:
    for name, key in (("old", OLD), ("new", NEW)):
        (tmp_path / name).write_text(f"{key}\n")
    return ("--key-file", str(tmp_path / "new"), "--key-file", str(tmp_path / "old"))


def ids(result: Result) -> list[int]:
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return [int(each["idempotency_id"].rpartition(".")[2]) for each in found]


def test_all_of_them_are_listed_oldest_first(cli: Cli, file: str) -> None:
    shown = cli("records", file).stdout

    for fact in (
        "2026-05-17 12:00:00",
        "status-update, email in nn",
        "refused 400 NOT-00001",
        "in-doubt",
        "shipment-3",
        "status-update.sms.1",
    ):
        assert fact in shown
    assert shown.index("shipment-0") < shown.index("shipment-3")


def test_json_is_every_fact_of_each(cli: Cli, file: str) -> None:
    result = cli("records", file, "--json")

    assert json.loads(result.stdout) == [each.to_dict() for each in RECORDS]
    assert result.stderr == ""


@pytest.mark.parametrize("typed", [KARI, " KARI@EXAMPLE.ORG".replace("KARI", "kari")])
def test_who_got_what_is_answered_under_every_key(
    cli: Cli, file: str, keys: tuple[str, ...], typed: str
) -> None:
    assert ids(cli("records", file, "--recipient", typed, "--json", *keys)) == [0, 2]
    assert ids(cli("records", file, "--recipient", typed, "--json", *keys[:2])) == [2]


def test_a_number_may_be_written_as_people_write_it(cli: Cli, file: str, keys: tuple[str, ...]) -> None:
    assert ids(cli("records", file, "--recipient", "0046 70 174 06 05", "--json", *keys)) == [3]


def test_the_key_may_be_in_the_environment(cli: Cli, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRAKS_KEY", OLD)

    assert ids(cli("records", file, "--recipient", KARI, "--json")) == [0]


def test_what_a_simulator_got_is_found_without_a_key(
    cli: Cli, tmp_path: Path, make_order: Callable[..., straks.Order]
) -> None:
    path = tmp_path / "records.jsonl"
    transport = straks.watched(straks.MemoryTransport(), straks.JsonLinesRecords(path))
    order = make_order(key=straks.SIMULATOR_KEY)
    transport.send(order)
    result = cli("records", str(path), "--recipient", PHONE, "--rehearsal", "--json")

    assert [each["idempotency_id"] for each in json.loads(result.stdout)] == [order.idempotency_id]


def test_without_a_key_nobody_can_be_looked_up(cli: Cli, file: str) -> None:
    result = cli("records", file, "--recipient", KARI)

    assert result.exit_code == 2
    assert "a key is needed: put it into STRAKS_KEY" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("typed", ["kari@", "+47 1", "4670174"])
def test_what_is_no_recipient_is_an_error_that_does_not_repeat_it(
    cli: Cli, file: str, keys: tuple[str, ...], typed: str
) -> None:
    result = cli("records", file, "--recipient", typed, *keys)

    assert result.exit_code == 2
    assert typed not in result.output


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_recipient_is_repeated_nowhere(
    cli: Cli, file: str, keys: tuple[str, ...], more: tuple[str, ...]
) -> None:
    for recipient in (KARI, PHONE):
        shown = cli("records", file, "--recipient", recipient, *keys, *more).output

        assert "kari" not in shown
        assert "1740605" not in shown


def test_it_may_come_on_standard_input(cli: Cli, file: str, keys: tuple[str, ...]) -> None:
    assert ids(cli("records", file, "--recipient", "-", "--json", *keys, stdin=f"{KARI}\nmore\n")) == [0, 2]


def test_at_a_terminal_it_is_asked_for_and_not_shown(file: str, keys: tuple[str, ...]) -> None:
    ours, theirs = pty.openpty()
    asked = subprocess.Popen(  # noqa: S603 - this very interpreter
        [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "straks",
            "records",
            file,
            "--recipient",
            "-",
            "--json",
            *keys,
        ],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b"Recipient: " not in shown:
        shown += os.read(ours, 1000)
    os.write(ours, f"{KARI}\n".encode())
    out, _ = asked.communicate(timeout=60)
    shown += os.read(ours, 1000)
    os.close(ours)

    assert asked.returncode == 0
    assert len(json.loads(out)) == 2
    assert b"kari" not in shown + out


@pytest.mark.parametrize(
    ("since", "found"),
    [
        ("2026-05-17", [0, 1, 2, 3]),
        ("2026-05-17T15:00", [1, 2, 3]),  # in Norway, where it is two hours later in summer
        ("2026-05-17T14:00+00:00", [2, 3]),
        ("2026-05-18", []),
        ("1 min", []),
        ("9999 d", [0, 1, 2, 3]),
    ],
)
def test_one_may_begin_later(cli: Cli, file: str, since: str, found: list[int]) -> None:
    assert ids(cli("records", file, "--since", since, "--json")) == found


@pytest.mark.parametrize("since", ["soon", "", "99999999 h"])
def test_a_moment_that_is_none_is_an_error(cli: Cli, file: str, since: str) -> None:
    result = cli("records", file, "--since", since)

    assert result.exit_code == 2
    assert "how long ago" in result.stderr


def test_outcomes_may_be_named(cli: Cli, file: str) -> None:
    assert ids(cli("records", file, "--outcome", "refused", "--outcome", "in-doubt", "--json")) == [1, 2]
    assert cli("records", file, "--outcome", "lost").exit_code == 2


def test_none_found_is_an_answer(cli: Cli, file: str) -> None:
    nobody = cli("records", file, "--outcome", "not-sent")

    assert (nobody.exit_code, nobody.stdout) == (0, "No such records.\n")


# Files that are none


def test_lines_that_a_full_disk_broke_off_are_counted(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    hook = straks.JsonLinesRecords(path)
    hook(RECORDS[0])
    path.write_text(path.read_text() + '{"straks":"rec')
    hook(RECORDS[1])
    one = cli("records", str(path), "--json")
    path.write_text(path.read_text() + "{")
    two = cli("records", str(path))

    assert ids(one) == [0, 1]
    assert one.stderr == "Passed over 1 line without a record, first line 2: a disk may have been full.\n"
    assert "Passed over 2 lines" in two.stderr


def test_a_file_of_another_release_is_an_error(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text('{"straks":"record/99"}\n')
    result = cli("records", str(path), "--json")

    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["kind"] == "UnusableFile"
    assert "another release" in result.stderr


def test_a_file_that_is_not_there_is_an_error(cli: Cli, tmp_path: Path) -> None:
    assert cli("records", str(tmp_path / "nothing.db")).exit_code == 2


def test_what_a_record_holds_moves_no_cursor(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    hostile = RECORDS[0].to_dict() | {"template": "a\x1b[2J", "shipment_id": "[red]b\x07"}
    straks.JsonLinesRecords(path)(straks.Record.from_dict(hostile))
    shown = cli("records", str(path)).stdout

    assert "a␛[2J" in shown
    assert "[red]b␇" in shown
    assert "\x1b" not in shown
