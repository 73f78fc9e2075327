"""What a desk remembers: the same in memory, where it goes on, and from a file, where it begins again."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from straks.errors import InvalidSetting
from straks.simulator.desk import BASE, START_S, Desk
from straks.simulator.sqlite_store import LAYOUT, SqliteStore
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from straks.wire.exchange import Response

    Again = Callable[[], Desk]

API = f"{BASE}/notifications/api/v1/future"


@pytest.fixture(params=["in memory", "in a file"])
def again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Again]:
    """Return what gives the desk to go on with: itself, or one that is made anew over its file."""
    if request.param == "in memory":
        desk = Desk()
        yield lambda: desk
        return
    stores: list[SqliteStore] = []

    def reopened() -> Desk:
        for store in stores:
            store.close()
        stores.append(SqliteStore(tmp_path / "state.db"))
        ids = iter(range(len(stores) * 10_000, 2**32))
        new_id = lambda: f"00000000-0000-4000-8000-{next(ids):012x}"  # noqa: E731 - one line, once
        return Desk(store=stores[-1], secret=stores[-1].secret, ids=new_id)

    yield reopened
    for store in stores:
        store.close()


def place(
    desk: Desk, name: str = "login/1", body: str = "Koden er 482913", reference: str = "sak/1"
) -> Response:
    settings = {"body": body}
    recipient = {"phoneNumber": "+46701740605", "timeToLiveInSeconds": 300, "smsSettings": settings}
    order = {"idempotencyId": name, "sendersReference": reference, "recipientSms": recipient}
    headers = {"Authorization": f"Bearer {desk.token()}", "Content-Type": "application/json"}
    return desk.handle(Request("POST", f"{API}/orders/instant/sms", headers, json.dumps(order).encode()))


def feed(desk: Desk) -> list[tuple[int, str]]:
    headers = {"Authorization": f"Bearer {desk.token()}"}
    entries: list[dict[str, Any]] = desk.handle(Request("GET", f"{API}/shipment/feed", headers)).json()
    return [(entry["sequenceNumber"], entry["recipients"][0]["status"]) for entry in entries]


def seen(desk: Desk, message: int = 0) -> dict[str, Any]:
    name = desk.messages()[message].id
    told: dict[str, Any] = desk.handle(Request("GET", f"{BASE}/_straks/messages/{name}")).json()
    return told


def test_a_message_is_told_of_as_it_was(again: Again) -> None:
    desk = again()
    place(desk)
    desk.advance(10)
    before = seen(desk)
    desk = again()

    assert seen(desk) == before
    assert (before["orderedBy"], before["sendersReference"]) == ("ttd", "sak/1")


def test_attempts_outlast_and_a_conflict_is_still_seen(again: Again) -> None:
    desk = again()
    desk.faults.arm("503")
    for _ in range(3):
        place(desk)
    desk = again()
    place(desk, body="Noe annet")

    assert [each["verdict"] for each in seen(desk)["attempts"]] == ["failed", "new", "replay", "conflict"]


def test_a_status_by_hand_outlasts_on_the_message_and_in_the_feed(again: Again) -> None:
    desk = again()
    place(desk, "1")
    place(desk, "2")
    desk.advance(10)
    assert len(feed(desk)) == 2
    desk.drive(desk.messages()[0].id, "SMS_Failed_Expired")
    desk = again()
    desk.advance(2)

    assert [message.status for message in desk.messages()] == ["SMS_Failed_Expired", "SMS_Delivered"]
    assert feed(desk) == [(2, "SMS_Delivered"), (3, "SMS_Failed_Expired")]


def test_what_was_emptied_is_empty_and_the_order_is_known(again: Again) -> None:
    desk = again()
    place(desk)
    desk.clear()
    desk = again()
    answer = place(desk)

    assert (desk.messages(), answer.status) == ((), 200)
    assert [each.verdict for each in desk.attempts.of("ttd", "login/1")] == ["replay"]


def test_what_is_looked_for_is_found_again(again: Again) -> None:
    desk = again()
    for number in range(5):
        place(desk, f"login/{number}", reference=f"sak/{number}")
    desk = again()
    told = desk.handle(Request("GET", f"{BASE}/_straks/inbox?search=SAK/3")).json()

    assert (told["total"], told["matching"]) == (5, 1)
    assert told["messages"][0]["sendersReference"] == "sak/3"


# Files from before

_FIRST = """
CREATE TABLE messages (
    id TEXT PRIMARY KEY, channel TEXT NOT NULL, recipient TEXT NOT NULL, sender TEXT NOT NULL,
    subject TEXT, body TEXT NOT NULL, content_type TEXT, segments INTEGER, code TEXT,
    idempotency_id TEXT NOT NULL, shipment_id TEXT, received_at_s REAL NOT NULL, cut INTEGER NOT NULL,
    fate TEXT, steps TEXT NOT NULL, reached_after_s REAL
);
CREATE TABLE orders (
    order_id TEXT PRIMARY KEY, shipment_id TEXT NOT NULL UNIQUE, organisation TEXT NOT NULL,
    idempotency_id TEXT NOT NULL, reference TEXT, channel TEXT NOT NULL, destination TEXT NOT NULL,
    placed_at_s REAL NOT NULL, steps TEXT NOT NULL, reached_after_s REAL,
    UNIQUE (organisation, idempotency_id)
);
CREATE TABLE clock (advanced_s REAL NOT NULL);
CREATE TABLE secret (secret BLOB NOT NULL);
INSERT INTO clock VALUES (0);
INSERT INTO secret VALUES (zeroblob(32));
PRAGMA application_id = 1937011297;
PRAGMA user_version = 1;
"""
_STEPS = '[[0.0, "SMS_Sending"], [1.0, "SMS_Accepted"], [2.0, "SMS_Delivered"]]'


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A file as the first layout had it: two messages, of which the order of one was stored."""
    path = tmp_path / "first.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.executescript(_FIRST)
        for name, shipment in (("a", "s-1"), ("b", None)):
            file.execute(
                "INSERT INTO messages VALUES (?, 'sms', '+46701740605', 'Skatt', NULL, 'Hei', NULL, 1, NULL,"
                " ?, ?, ?, 0, NULL, ?, 2.0)",
                (name, f"login/{name}", shipment, START_S, _STEPS),
            )
        file.execute(
            "INSERT INTO orders VALUES ('o-1', 's-1', 'ttd', 'login/a', 'sak/1', 'sms', '+46701740605', ?, ?,"
            " 2.0)",
            (START_S, _STEPS),
        )
    return path


def test_a_file_of_the_first_layout_is_brought_up_with_all_that_is_in_it(first: Path) -> None:
    with closing(SqliteStore(first)) as store:
        desk = Desk(store=store)
        again = place(desk, "login/a")
        told = [
            (message.ordered_by, message.senders_reference, message.shipment_id)
            for message in desk.messages()
        ]
        attempts = [attempt.verdict for attempt in store.attempts()]
    with closing(SqliteStore(first)) as store:
        assert [attempt.verdict for attempt in store.attempts()] == attempts

    assert told == [("ttd", "sak/1", "s-1"), ("", None, None)]
    assert (again.status, attempts) == (200, ["replay"])


def test_a_file_that_cannot_be_brought_up_is_left_as_it_is(first: Path) -> None:
    with closing(sqlite3.connect(first)) as file:
        file.execute("CREATE TABLE attempts (something_else)")
    with pytest.raises(InvalidSetting, match="attempts already exists"):
        SqliteStore(first)
    with closing(sqlite3.connect(first)) as file:
        layout = file.execute("PRAGMA user_version").fetchone()[0]
        columns = [row[1] for row in file.execute("PRAGMA table_info(messages)")]

    assert (layout, LAYOUT) == (1, 2)
    assert "ordered_by" not in columns
