"""The file that outlives a simulator: kill -9, two on one file, and files that are something else."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import httpx
import pytest

from straks.errors import InvalidSetting
from straks.simulator import Simulator
from straks.simulator.desk import Desk
from straks.simulator.sqlite_store import LAYOUT, SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from straks.wire.exchange import Response

    Maker = Callable[..., dict[str, object]]
    Way = Callable[..., Response]
    Place = Callable[..., httpx.Response]

API = "/notifications/api/v1/future"
SIMULATE = "import sys; from straks.cli import main; main(sys.argv[1:])"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def place() -> Iterator[Place]:
    """Return a way to place an SMS over HTTP: ``place(url, token, order)``."""
    with httpx.Client(verify=False) as client:  # noqa: S501 - no TLS on loopback

        def post(url: str, token: str, order: dict[str, object], timeout_s: float = 10) -> httpx.Response:
            headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
            body = json.dumps(order)
            where = f"{url}{API}/orders/instant/sms"
            return client.post(where, content=body, headers=headers, timeout=timeout_s)

        yield post


# What outlives what


def test_orders_messages_tokens_and_the_clock_outlive_a_simulator(
    path: Path, place: Place, sms: Maker
) -> None:
    with Simulator(store=path) as altinn:
        token = altinn.token()
        first = place(altinn.url, token, sms(reference="sak/1"))
        altinn.advance(10 * 60)
        before = altinn.messages
    with Simulator(store=path) as altinn:
        again = place(altinn.url, token, sms())
        feed = httpx.get(f"{altinn.url}{API}/shipment/feed", headers={"authorization": f"Bearer {token}"})

        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        assert altinn.messages == before
        assert before[0].status == "SMS_Delivered"
        assert [entry["sequenceNumber"] for entry in feed.json()] == [1]


def test_faults_end_with_their_simulator(path: Path) -> None:
    with Simulator(store=path) as altinn:
        altinn.faults("503", next=9)
    with Simulator(store=path) as altinn:
        assert httpx.get(f"{altinn.url}/_straks/faults").json() == []


@pytest.fixture
def simulate(path: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], str]]]:
    """Return a starter of simulators over the file, in processes of their own."""
    started: list[subprocess.Popen[str]] = []

    def start() -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(  # noqa: S603 - this very interpreter
            [sys.executable, "-c", SIMULATE, "simulate", "--port", "0", "--store", str(path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().split()[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_nothing_that_was_answered_is_lost_when_it_is_killed(
    place: Place, sms: Maker, simulate: Callable[[], tuple[subprocess.Popen[str], str]]
) -> None:
    process, url = simulate()
    token = httpx.post(f"{url}/_straks/token").text
    placed = [place(url, token, sms(f"login/{number}")).json() for number in range(20)]
    httpx.post(f"{url}/_straks/faults", json={"fault": "hang-after-sending"})
    with pytest.raises(httpx.ReadTimeout):
        place(url, token, sms("login/lost"), timeout_s=0.3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, url = simulate()
    again = [place(url, token, sms(f"login/{number}")) for number in (*range(20), "lost")]
    messages = httpx.get(f"{url}/_straks/messages").json()

    assert [answer.status_code for answer in again] == [200] * 20 + [201]
    assert [answer.json() for answer in again[:20]] == placed
    # It was sent and not stored, as the service would have it: a repeat sends again.
    assert [message["idempotencyId"] for message in messages[20:]] == ["login/lost", "login/lost"]
    assert [message["shipmentId"] is None for message in messages[20:]] == [True, False]


def test_any_sqlite_tool_can_read_the_file_afterwards(path: Path, place: Place, sms: Maker) -> None:
    with Simulator(store=path) as altinn:
        place(altinn.url, altinn.token(), sms(body="Koden er 482913"))
    with closing(sqlite3.connect(path)) as file:
        rows = file.execute(
            "SELECT recipient, body, organisation FROM messages JOIN orders USING (shipment_id)"
        ).fetchall()

    assert rows == [("+46701740605", "Koden er 482913", "ttd")]


# One simulator a file


def test_a_second_simulator_on_one_file_is_told_so_and_harms_nothing(
    path: Path, place: Place, sms: Maker
) -> None:
    with Simulator(store=path) as altinn:
        with pytest.raises(InvalidSetting, match=r"state\.db: another simulator .* has it open; stop that"):
            Simulator(store=path)
        assert place(altinn.url, altinn.token(), sms()).status_code == 201
    with Simulator(store=path) as altinn:
        assert len(altinn.messages) == 1


def test_a_second_process_on_one_file_is_told_so(path: Path) -> None:
    with Simulator(store=path):
        second = subprocess.run(  # noqa: S603 - this very interpreter
            [sys.executable, "-c", SIMULATE, "simulate", "--port", "0", "--store", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )

    assert second.returncode == 2
    assert "another simulator or program has it open" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_store_that_is_refused_leaves_its_port_free(path: Path) -> None:
    path.write_text("no database, but long enough to be taken for one" * 100)
    with Simulator() as altinn:
        port = int(altinn.url.rpartition(":")[2])
    with pytest.raises(InvalidSetting):
        Simulator(port=port, store=path)
    Simulator(port=port).close()


# Files that cannot be used


@pytest.mark.parametrize("text", ["x", "SQLite format 3", "no database" * 1000])
def test_a_file_that_is_no_database_is_left_as_it_is(path: Path, text: str) -> None:
    path.write_text(text)

    with pytest.raises(InvalidSetting, match=r"state\.db is no SQLite database, and is left as it is"):
        SqliteStore(path)
    assert path.read_text() == text


def test_a_database_of_something_else_is_left_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE messages (text)")
    before = path.read_bytes()

    with pytest.raises(InvalidSetting, match="is a database of something else, and is left as it is"):
        SqliteStore(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("layout", [LAYOUT + 1, 99])
def test_a_file_of_another_version_is_left_as_it_is(path: Path, layout: int) -> None:
    SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"PRAGMA user_version = {layout}")
    before = path.read_bytes()

    with pytest.raises(InvalidSetting, match=rf"another version of straks \(its layout is {layout}, this"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_damaged_file_is_said_to_be_damaged(path: Path, send: Way, sms: Maker) -> None:
    with closing(SqliteStore(path)) as store:
        desk = Desk(store=store)
        for number in range(50):
            send(desk, "sms", sms(f"{number}", body="x" * 500))
    octets = bytearray(path.read_bytes())
    octets[4096 * 2 :] = os.urandom(len(octets) - 4096 * 2)
    path.write_bytes(octets)

    with (
        pytest.raises(InvalidSetting, match="it is damaged; give another file"),
        closing(SqliteStore(path)) as store,
    ):
        Desk(store=store)


@pytest.mark.parametrize("name", ["nowhere/state.db", "."])
def test_a_place_where_no_file_can_be_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidSetting, match="give a file in a folder that is there and can be written to"):
        SqliteStore(tmp_path / name)


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    SqliteStore(path).close()

    assert SqliteStore(path).secret


def test_each_file_has_a_secret_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    secrets: list[bytes] = []
    for name in ("a.db", "a.db", "b.db"):
        with closing(SqliteStore(tmp_path / name)) as store:
            secrets.append(store.secret)

    assert secrets[0] == secrets[1] != secrets[2]
    assert len(secrets[0]) == 32


def test_of_an_order_and_its_message_both_are_noted_or_neither(path: Path, send: Way, sms: Maker) -> None:
    with closing(SqliteStore(path)) as store:
        send(Desk(store=store), "sms", sms("1"))
        ((name, shipment),) = store.orders()
        (received,) = store.messages()
        with pytest.raises(sqlite3.IntegrityError):
            store.keep_order(name, shipment, "another message")

        assert store.messages() == [received]
        assert received.message.shipment_id == shipment.shipment_id
