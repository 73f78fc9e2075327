"""
A store in one SQLite file: what the simulator remembers outlives it, also when it is killed.

Every change is committed before it is answered for, into a write-ahead log that is handed to the
operating system and not forced onto the disk: a process that dies loses nothing, a machine that
loses its power may lose the last moments. For a simulator that is the right price.

A file is one simulator's as long as that is open. The lock is SQLite's own, taken for good when the
file is opened, and falls with the process; so nothing is left behind that somebody has to clean
up, and the second simulator on a file is told at once. While it is open nobody else can read it,
either; afterwards any SQLite tool can, and the tables are made to be read.

A file of the first layout, which kept no attempts, is brought up to this one when it is opened, all at
once or not at all. One that is something else, or of a later layout, is left untouched.

Source: sqlite.org, «Write-Ahead Logging» and «PRAGMA Statements» (locking_mode, application_id).
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from straks.errors import InvalidSetting
from straks.simulator.attempts import Attempt, Verdict
from straks.simulator.courses import Course
from straks.simulator.inbox import Message, Received
from straks.simulator.orders import Channel
from straks.simulator.shipments import Shipment

if TYPE_CHECKING:
    from collections.abc import Generator

LAYOUT: Final = 2
"""The version of the tables; a file with another is of another straks."""

_APPLICATION: Final = int.from_bytes(b"stra")
_HEADER: Final = b"SQLite format 3\x00"
_SECRET_OCTETS: Final = 32

_TABLES: Final = """
CREATE TABLE messages (
    id TEXT PRIMARY KEY, channel TEXT NOT NULL, recipient TEXT NOT NULL, sender TEXT NOT NULL,
    subject TEXT, body TEXT NOT NULL, content_type TEXT, segments INTEGER, code TEXT,
    idempotency_id TEXT NOT NULL, shipment_id TEXT, received_at_s REAL NOT NULL, cut INTEGER NOT NULL,
    fate TEXT, steps TEXT NOT NULL, reached_after_s REAL,
    ordered_by TEXT NOT NULL DEFAULT '', senders_reference TEXT
);
CREATE TABLE orders (
    order_id TEXT PRIMARY KEY, shipment_id TEXT NOT NULL UNIQUE, organisation TEXT NOT NULL,
    idempotency_id TEXT NOT NULL, reference TEXT, channel TEXT NOT NULL, destination TEXT NOT NULL,
    placed_at_s REAL NOT NULL, steps TEXT NOT NULL, reached_after_s REAL,
    UNIQUE (organisation, idempotency_id)
);
CREATE TABLE clock (advanced_s REAL NOT NULL);
CREATE TABLE secret (secret BLOB NOT NULL);
"""
_ATTEMPTS: Final = """
CREATE TABLE attempts (
    at_s REAL NOT NULL, endpoint TEXT NOT NULL, idempotency_id TEXT NOT NULL, organisation TEXT,
    verdict TEXT NOT NULL, status INTEGER, manner TEXT, fate TEXT, message_id TEXT, digest BLOB NOT NULL
);
"""
# A message from before is of whoever its order is of; one whose order was not stored is nobody's.
_FROM_FIRST: Final = """
ALTER TABLE messages ADD COLUMN ordered_by TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN senders_reference TEXT;
UPDATE messages SET (ordered_by, senders_reference) =
    (SELECT organisation, reference FROM orders WHERE orders.shipment_id = messages.shipment_id)
    WHERE shipment_id IS NOT NULL;
"""
_COURSE: Final = ("steps", "reached_after_s")
# A row is what a message or a shipment has in it, but for what follows from its course.
_MESSAGE: Final = tuple(each.name for each in fields(Message) if each.name not in ("status", "reached"))
_SHIPMENT: Final = tuple(each.name for each in fields(Shipment) if each.name != "course")
_ATTEMPT: Final = tuple(each.name for each in fields(Attempt))


class SqliteStore:
    """
    A `straks.simulator.store.Store` in the file at *path*, which is made if there is none.

    Args:
        path: The file.

    Raises:
        InvalidSetting: The file is another simulator's at the moment, is something else, is of
            another layout, or cannot be read or written.

    Attributes:
        secret: What tokens are signed with, so that they stay good; made with the file.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._refuse_other_files()
        with self._explained():
            # Used by one thread at a time: the simulator's lock stands before the desk.
            self._file = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            with self._explained():
                self.secret = self._open()
        except BaseException:
            self._file.close()
            raise

    def messages(self) -> list[Received]:
        """Return the messages that are kept, oldest first."""
        return [_received(row) for row in self._rows("messages", (*_MESSAGE, *_COURSE))]

    def orders(self) -> list[tuple[str, Shipment]]:
        """Return the orders that are kept, each with its idempotency id, oldest first."""
        return [_order(row) for row in self._rows("orders", ("idempotency_id", *_SHIPMENT, *_COURSE))]

    def attempts(self) -> list[Attempt]:
        """Return the attempts that are kept, oldest first."""
        return [_attempt(row) for row in self._rows("attempts", _ATTEMPT)]

    def advanced_s(self) -> float:
        """Return how far the clock was turned."""
        advanced_s: float = self._rows("clock", ("advanced_s",))[0]["advanced_s"]
        return advanced_s

    def keep_message(self, received: Received) -> None:
        """Keep a message that was sent."""
        self._insert("messages", _row(received.message, _MESSAGE) | _written(received.course))

    def keep_order(self, idempotency_id: str, shipment: Shipment, message_id: str) -> None:
        """Keep an order, and note it with the message that it sent: both or neither."""
        row = {"idempotency_id": idempotency_id, **_row(shipment, _SHIPMENT), **_written(shipment.course)}
        with self._at_once():
            self._insert("orders", row)
            self._file.execute(
                "UPDATE messages SET shipment_id = ? WHERE id = ?", (shipment.shipment_id, message_id)
            )

    def keep_attempt(self, attempt: Attempt) -> None:
        """Keep what was made of a request to place an order."""
        self._insert("attempts", _row(attempt, _ATTEMPT))

    def keep_course(self, message_id: str, shipment_id: str | None, course: Course) -> None:
        """Keep how a message fares from now on, and with it its order, where that is stored."""
        told = tuple(_written(course).values())
        with self._at_once():
            for table, name, key in (("messages", "id", message_id), ("orders", "shipment_id", shipment_id)):
                self._file.execute(
                    f"UPDATE {table} SET steps = ?, reached_after_s = ? WHERE {name} = ?",  # noqa: S608 - our own names
                    (*told, key),
                )

    def drop_messages(self) -> None:
        """Forget the messages and the attempts; the orders stay."""
        with self._at_once():
            self._file.execute("DELETE FROM messages")
            self._file.execute("DELETE FROM attempts")

    def keep_clock(self, advanced_s: float) -> None:
        """Keep how far the clock was turned."""
        self._file.execute("UPDATE clock SET advanced_s = ?", (advanced_s,))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _refuse_other_files(self) -> None:
        # SQLite would take a file of a single octet for an empty one, and write over it.
        if self._path.is_file():
            with self._path.open("rb") as file:
                begins = file.read(len(_HEADER))
            if begins not in (b"", _HEADER):
                raise InvalidSetting(
                    f"{self._path} is no SQLite database, and is left as it is; give another file"
                )

    def _open(self) -> bytes:
        self._file.execute("PRAGMA locking_mode = EXCLUSIVE")
        application = self._pragma("application_id")
        empty = self._file.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
        if application != _APPLICATION and not (application == 0 and empty):
            raise InvalidSetting(
                f"{self._path} is a database of something else, and is left as it is; give another file"
            )
        layout = self._pragma("user_version")
        if layout not in range(LAYOUT + 1):
            raise InvalidSetting(
                f"{self._path} was written by another version of straks (its layout is {layout}, this one"
                f" reads {LAYOUT}), and is left as it is; give another file"
            )
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = NORMAL")
        # Whoever writes first holds the file, and with it everything below is this simulator's alone.
        with self._at_once():
            if layout == 0:
                self._lay_out()
            elif layout < LAYOUT:
                self._run(_FROM_FIRST + _ATTEMPTS)
            self._file.execute(f"PRAGMA user_version = {LAYOUT}")
        secret: bytes = self._file.execute("SELECT secret FROM secret").fetchone()[0]
        return secret

    def _lay_out(self) -> None:
        self._run(_TABLES + _ATTEMPTS)
        self._file.execute("INSERT INTO clock VALUES (0)")
        self._file.execute("INSERT INTO secret VALUES (?)", (secrets.token_bytes(_SECRET_OCTETS),))
        self._file.execute(f"PRAGMA application_id = {_APPLICATION}")

    def _run(self, statements: str) -> None:
        for statement in statements.split(";")[:-1]:
            self._file.execute(statement)

    def _insert(self, table: str, row: dict[str, object]) -> None:
        marks = ", ".join("?" * len(row))
        self._file.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})",  # noqa: S608 - our own names
            tuple(row.values()),
        )

    def _rows(self, table: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
        with self._explained():
            found = self._file.execute(
                f"SELECT {', '.join(columns)} FROM {table} ORDER BY rowid"  # noqa: S608 - our own names
            )
            return [dict(zip(columns, row, strict=True)) for row in found]

    def _pragma(self, name: str) -> int:
        value: int = self._file.execute(f"PRAGMA {name}").fetchone()[0]
        return value

    @contextmanager
    def _at_once(self) -> Generator[None]:
        """Have all of it or nothing."""
        self._file.execute("BEGIN EXCLUSIVE")
        try:
            yield
            self._file.execute("COMMIT")
        except BaseException:
            self._file.execute("ROLLBACK")
            raise

    @contextmanager
    def _explained(self) -> Generator[None]:
        """Say what is wrong with the file where SQLite says no."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            match error.sqlite_errorcode & 0xFF:
                case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                    why = "another simulator or program has it open; stop that one, or give each its own file"
                case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                    why = "it is damaged; give another file"
                case _:
                    why = f"{error}; give a file in a folder that is there and can be written to"
            raise InvalidSetting(f"the simulator cannot keep its state in {self._path}: {why}") from error


def _row(thing: Message | Shipment | Attempt, columns: tuple[str, ...]) -> dict[str, object]:
    return {name: getattr(thing, name) for name in columns}


def _written(course: Course) -> dict[str, object]:
    return {"steps": json.dumps(course.steps), "reached_after_s": course.reached_after_s}


def _read(row: dict[str, Any]) -> Course:
    steps = json.loads(row.pop("steps"))
    return Course(tuple((after_s, status) for after_s, status in steps), row.pop("reached_after_s"))


def _attempt(row: dict[str, Any]) -> Attempt:
    row["verdict"] = Verdict(row["verdict"])
    return Attempt(**row)


def _received(row: dict[str, Any]) -> Received:
    course = _read(row)
    row["channel"] = Channel(row["channel"])
    return Received(Message(**row, status=course.steps[0][1]), course)


def _order(row: dict[str, Any]) -> tuple[str, Shipment]:
    course = _read(row)
    row["channel"] = Channel(row["channel"])
    return row.pop("idempotency_id"), Shipment(**row, course=course)
