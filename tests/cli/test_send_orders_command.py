"""``straks send ORDERS --journal``: over real HTTP to the simulator, killed, stopped, and gone on with."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import straks as library
from straks.bulk import write_orders
from straks.cli.rates import Rate
from straks.journal import JournalView, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from straks.simulator import Simulator

    Cli = Callable[..., Result]
    Start = Callable[..., subprocess.Popen[str]]
    Write = Callable[..., Path]

HARMFUL, HARMLESS = "status-update", "one-time-code"
PHONE = "+46701740605"
WAIT_S = 60.0  # a run that is stuck fails, and does not hang


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write(here: Path, catalog: library.Catalog) -> Write:
    """Return what writes orders of a template: ``write(3, template=HARMLESS, to=PHONE)``."""

    def to(
        count: int, *, template: str = HARMFUL, to: str = PHONE, first: int = 0, name: str = "orders.jsonl"
    ) -> Path:
        with write_orders(here / name) as add:
            for number in range(first, first + count):
                sms = catalog.sms(template, locale="nb", to=to, values=catalog[template].examples)
                reference = f"sak/{number}"
                order = sms.order(
                    occasion=f"{template}/{number}", key=library.SIMULATOR_KEY, reference=reference
                )
                add(library.altinn.seal(order))
        return here / name

    return to


def send(cli: Cli, url: str, *more: str, orders: str = "orders.jsonl", journal: str = "sent.db") -> Result:
    return cli("send", orders, "--journal", journal, "--environment", url, *more)


def counts(journal: str = "sent.db") -> Counter[State]:
    with JournalView(journal) as view:
        return view.counts()


def until(wanted: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait until something is so that *process* does, or until that has ended."""
    ends_s = time.monotonic() + WAIT_S
    while not wanted():
        assert time.monotonic() < ends_s
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
            return


def document(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_all_orders_are_placed_and_a_second_run_sends_nothing(
    cli: Cli, write: Write, altinn: Simulator
) -> None:
    write(5)
    first, again = send(cli, altinn.url), send(cli, altinn.url)

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "placed: the service has it        5" in first.stdout
    assert len(altinn.messages) == 5
    assert PHONE not in first.output


def test_programs_are_told_the_same(cli: Cli, write: Write, altinn: Simulator) -> None:
    write(3)
    found = document(send(cli, altinn.url, "--json"))

    assert found["admitted"] == {"new": 3, "known": 0, "duplicates": 0}
    assert (found["orders"], found["sent"], found["states"]["placed"]) == (3, 3, 3)
    assert (found["stopped"], found["doubts"]) == (None, [])


def test_a_file_that_has_grown_goes_on(cli: Cli, write: Write, altinn: Simulator) -> None:
    write(2)
    send(cli, altinn.url)
    write(4)

    assert send(cli, altinn.url).exit_code == 0
    assert len(altinn.messages) == 4


def test_a_line_that_is_there_twice_is_told(cli: Cli, write: Write, altinn: Simulator) -> None:
    orders = write(2)
    orders.write_bytes(orders.read_bytes() * 2)
    result = send(cli, altinn.url)

    assert result.exit_code == 0
    assert "2 lines of the file repeat an earlier one" in result.stdout
    assert len(altinn.messages) == 2


def test_every_sending_has_a_record_where_that_is_asked_for(
    cli: Cli, write: Write, altinn: Simulator
) -> None:
    write(3)
    send(cli, altinn.url, "--records", "records.db")
    write(4)
    send(cli, altinn.url, "--records", "records.jsonl")

    for name, count in (("records.db", 3), ("records.jsonl", 1)):
        assert [record.outcome for record in library.records.find(name)] == ["placed"] * count


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not list open files")
def test_no_file_of_records_is_left_open_behind_a_run(
    cli: Cli, write: Write, altinn: Simulator, here: Path
) -> None:
    write(1)
    send(cli, altinn.url, "--records", "records.db")
    left_open = {os.path.realpath(each) for each in Path("/proc/self/fd").iterdir()}

    assert (here / "records.db").exists()
    assert not [path for path in left_open if path.startswith(str(here / "records.db"))]


def test_what_is_refused_is_told_by_reason(cli: Cli, write: Write, altinn: Simulator) -> None:
    orders = write(3)
    orders.write_text(orders.read_text("utf-8").replace(PHONE, "+4712345678", 1), "utf-8")
    result = send(cli, altinn.url)

    assert result.exit_code == 1
    assert re.search(r"refused +1 *\n +400 +1 *\n", result.stdout)
    assert len(altinn.messages) == 2


def test_a_token_that_is_no_good_stops_the_run_with_one_error(
    cli: Cli, write: Write, altinn: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(40)
    monkeypatch.setenv("STRAKS_TOKEN", "no-token-at-all")
    result = send(cli, altinn.url, "--in-flight", "2")

    assert result.exit_code == 1
    assert result.stderr.count("Error: ") == 1
    assert "stopped, with orders left: the service refused the order (401)" in result.stderr
    assert counts()[State.WAITING] >= 36
    monkeypatch.delenv("STRAKS_TOKEN")
    assert send(cli, altinn.url).exit_code == 0
    assert len(altinn.messages) == 40


def test_a_doubt_is_listed_and_left_until_somebody_decides(
    cli: Cli, write: Write, altinn: Simulator, here: Path
) -> None:
    write(3)
    with altinn.faults("500-after-sending"):
        first = send(cli, altinn.url, "--in-flight", "1")
    again = send(cli, altinn.url)
    (doubt,) = document(send(cli, altinn.url, "--json"))["doubts"]
    fresh = send(cli, altinn.url, "--retry-doubt", "all")

    assert (first.exit_code, again.exit_code, fresh.exit_code) == (3, 3, 3)
    assert (doubt["line"], doubt["reference"]) == (1, "sak/0")
    assert doubt["idempotency_id"] in first.stdout
    assert (
        "1 order may have been sent. Where an order has a reference of yours, look for that" in again.stdout
    )
    assert "1 doubt too fresh to be placed again" in fresh.stdout
    assert len(altinn.messages) == 3
    assert send(cli, altinn.url, "--settle-doubt", doubt["idempotency_id"]).exit_code == 0
    assert counts() == {State.PLACED: 2, State.SETTLED: 1}
    assert len(altinn.messages) == 3


def test_a_doubt_that_is_old_enough_is_placed_again_when_somebody_says_so(
    cli: Cli, write: Write, altinn: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(2)
    with altinn.faults("drop-before-sending"):
        send(cli, altinn.url, "--in-flight", "1")
    monkeypatch.setattr("straks.journal.rules.RIPE_S", 0.0)
    result = send(cli, altinn.url, "--retry-doubt", "all")

    assert result.exit_code == 0
    assert counts() == {State.PLACED: 2}
    assert len(altinn.messages) == 2


def test_an_order_that_is_too_late_is_not_sent_and_told(
    cli: Cli, write: Write, altinn: Simulator, here: Path
) -> None:
    first, second = (json.loads(line) for line in write(2).read_text("utf-8").splitlines())
    first["not_after"] = "2026-01-01T00:00:00+00:00"
    (here / "orders.jsonl").write_text(f"{json.dumps(first)}\n{json.dumps(second)}\n", "utf-8")
    result = send(cli, altinn.url)

    assert result.exit_code == 1
    assert "expired: its time was over before it left" in result.stdout
    assert len(altinn.messages) == 1


@pytest.mark.parametrize("template", [HARMFUL, HARMLESS])
def test_killed_at_any_moment_it_goes_on_and_every_order_is_accounted_for(
    cli: Cli, start: Start, write: Write, altinn: Simulator, template: str
) -> None:
    write(100, template=template)
    command = (
        "send",
        "orders.jsonl",
        "--journal",
        "sent.db",
        "--environment",
        altinn.url,
        "--in-flight",
        "8",
    )
    in_flight = 0
    for arrived in (13, 61):
        process = start(*command)
        until(lambda: len(altinn.messages) >= arrived, process)  # noqa: B023 - asked at once
        process.kill()
        process.wait(WAIT_S)
        in_flight += counts()[State.IN_FLIGHT]
    result = send(cli, altinn.url)
    found = counts()
    copies = Counter(message.idempotency_id for message in altinn.messages)
    twice = sum(number - 1 for number in copies.values())

    assert found.total() == 100
    assert found.keys() <= {State.PLACED, State.REPLAYED, State.IN_DOUBT}
    assert result.exit_code == (3 if found[State.IN_DOUBT] else 0)
    assert 0 <= in_flight <= 2 * 8
    if template == HARMFUL:
        assert twice == 0
        assert found[State.IN_DOUBT] == in_flight
        assert len(copies) >= found[State.PLACED]
    else:
        assert twice <= in_flight
        assert found[State.IN_DOUBT] == 0
        assert len(copies) == 100


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_it_loses_nothing_and_leaves_no_doubt(
    cli: Cli, start: Start, write: Write, altinn: Simulator, way: signal.Signals
) -> None:
    write(60)
    rate = ("--rate", "10/s")
    process = start("send", "orders.jsonl", "--journal", "sent.db", "--environment", altinn.url, *rate)
    until(lambda: len(altinn.messages) >= 5, process)
    process.send_signal(way)
    out, err = process.communicate(timeout=WAIT_S)
    found = counts()

    assert process.returncode == 130
    assert "Stopping; what is in flight is waited for" in err
    assert "Traceback" not in err
    assert "the same command goes on where it was" in out
    assert "The last one stopped: interrupted\n" in cli("report", "sent.db").stdout
    assert found.keys() == {State.PLACED, State.WAITING}
    assert len(altinn.messages) == found[State.PLACED]
    assert send(cli, altinn.url).exit_code == 0
    assert len(altinn.messages) == 60


def test_whoever_stops_it_twice_does_not_wait_and_the_next_run_knows(
    start: Start, write: Write, altinn: Simulator
) -> None:
    write(6)
    with altinn.faults("hang-after-sending", next=6):
        command = ("send", "orders.jsonl", "--journal", "sent.db", "--environment", altinn.url)
        process = start(*command, "--in-flight", "4")
        until(lambda: len(altinn.messages) >= 4, process)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert "Stopping" in process.stderr.readline() + process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=WAIT_S)

    assert process.returncode == 130
    assert "Traceback" not in err
    assert counts() == {State.IN_FLIGHT: 4, State.WAITING: 2}


def test_a_full_disk_ends_it_with_a_sentence_and_room_lets_it_go_on(
    cli: Cli, write: Write, altinn: Simulator
) -> None:
    write(60)
    # There is room again once it is over, for whoever measures what was run.
    limited = f"""
import resource, runpy, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, {resource.RLIM_INFINITY}))
try:
    runpy.run_module("straks", run_name="__main__", alter_sys=True)
finally:
    resource.setrlimit(resource.RLIMIT_FSIZE, ({resource.RLIM_INFINITY}, {resource.RLIM_INFINITY}))
"""
    command = [
        "send",
        "orders.jsonl",
        "--journal",
        "sent.db",
        "--environment",
        altinn.url,
        "--in-flight",
        "4",
    ]
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", limited, *command], capture_output=True, text=True, check=False, timeout=WAIT_S
    )

    assert done.returncode in (1, 3)
    assert "Error: the journal sent.db cannot be written to" in done.stderr
    assert "Traceback" not in done.stderr
    assert send(cli, altinn.url).exit_code in (0, 3)
    found = counts()
    assert found.total() == 60
    assert found[State.PLACED] + found[State.IN_DOUBT] == 60
    assert max(Counter(message.idempotency_id for message in altinn.messages).values()) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "orders.jsonl has no orders; nothing is to be sent"),
        (b"{}", "orders.jsonl, line 1: the file ends in the middle of this line"),
        (b"to,locale\n", "orders.jsonl, line 1: this is no sealed order"),
        (None, "orders.jsonl: No such file or directory; name another place"),
    ],
)
def test_what_is_no_file_of_orders_is_told_and_nothing_is_tried(
    cli: Cli, here: Path, altinn: Simulator, content: bytes | None, said: str
) -> None:
    if content is not None:
        (here / "orders.jsonl").write_bytes(content)
    result = send(cli, altinn.url)

    assert result.exit_code == 2
    assert said in result.stderr


def test_what_is_no_journal_is_told(cli: Cli, write: Write, altinn: Simulator) -> None:
    write(1)
    result = send(cli, altinn.url, journal="orders.jsonl")

    assert result.exit_code == 2
    assert "orders.jsonl cannot be used as a journal of orders: it is no database at all" in result.stderr


def test_a_run_beside_another_is_told(cli: Cli, write: Write, altinn: Simulator) -> None:
    write(1)
    with library.Journal("sent.db"):
        result = send(cli, altinn.url)

    assert result.exit_code == 2
    assert "sent.db is in use by another run; wait until that has ended" in result.stderr
    assert altinn.messages == []


def test_options_of_one_way_to_send_are_not_taken_for_the_other(
    cli: Cli, write: Write, altinn: Simulator
) -> None:
    write(1)
    said = {
        "--to is for a message to one person": send(cli, altinn.url, "--to", PHONE),
        "--rate is for a file of orders": cli(
            "send", HARMLESS, "--to", PHONE, "--locale", "nb", "--environment", altinn.url, "--rate", "5"
        ),
        "a file of orders --journal": cli("send", "orders.jsonl", "--environment", altinn.url),
        "it takes how many orders leave": send(cli, altinn.url, "--rate", "fast"),
        "1 of the ids named are of no order in doubt": send(cli, altinn.url, "--settle-doubt", "x"),
    }

    for sentence, result in said.items():
        assert result.exit_code == 2
        assert sentence in result.stderr
    assert altinn.messages == []


@pytest.mark.parametrize(
    ("written", "a_second"), [("50/s", 50), ("3000/min", 50), ("7200 / h", 2), ("0.5", 0.5), ("12", 12)]
)
def test_a_rate_is_read(written: str, a_second: float) -> None:
    assert Rate().convert(written, None, None) == a_second
