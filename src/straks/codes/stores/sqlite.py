"""
A store in a file, for as many processes as there are on one machine: the embedded default.

A step is one transaction that takes its write lock before it reads (``BEGIN IMMEDIATE``). A transaction
that reads first and then wants to write does not wait for another one, it fails; and one that counts
outside of it counts wrong. Who waits for the lock does so for *busy_timeout_s*, then fails closed.

The threads of a process take turns at one connection, since SQLite lets one write at a time anyhow, and
waiting threads that poll for its lock are served in no order. A process that was forked opens a
connection of its own; one that is killed leaves its transaction undone and nobody waiting.

The journal is a write-ahead log, synchronised at every commit: a guess that was counted is counted after a
power cut too. The clock is the caller's, or this machine's: both are the same for all processes on it.

Keep the file on a local disk; over a network file systems lock as they please.

Source: SQLite's documentation: «Transaction», «Write-Ahead Logging», «How To Corrupt An SQLite Database
File», 2.6 (a connection is not carried across a fork).
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar
from weakref import WeakSet

from straks.core.closable import Closable
from straks.core.given import require
from straks.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from straks.codes.stores import Clock, Decide

T = TypeVar("T")

BUSY_TIMEOUT_S: Final = 5.0
"""How long a step waits for its turn, in seconds."""

_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS straks_codes "
    "(name TEXT PRIMARY KEY, data BLOB NOT NULL, forget_s REAL) WITHOUT ROWID"
)
_INDEX: Final = "CREATE INDEX IF NOT EXISTS straks_codes_forget_s ON straks_codes (forget_s)"
_FORGET: Final = "DELETE FROM straks_codes WHERE forget_s < ?"
_KEEP: Final = "INSERT OR REPLACE INTO straks_codes (name, data, forget_s) VALUES (?, ?, ?)"
_DROP: Final = "DELETE FROM straks_codes WHERE name = ?"
_PAUSE_S: Final = 0.01

_not_ours: list[sqlite3.Connection] = []
"""Connections of the process that this one was forked from, kept from being closed: they are in use there."""
_stores: WeakSet[SqliteStore] = WeakSet()


class SqliteStore(Closable):
    """
    Keeps documents in an SQLite file.

    Args:
        path: The file; made when it is first needed.
        busy_timeout_s: How long a step waits for other processes, in seconds.

    Raises:
        InvalidSetting: *path* is no name of a file.

    Safe to use from threads, processes and event loops (where each step runs in a thread). Close it, or use
    it in a ``with`` block.
    """

    def __init__(self, path: str | os.PathLike[str], *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        require(path, (str, os.PathLike), "path is the name of a file (str, or a path)")
        self.path = os.fspath(path)
        if not self.path or "\0" in self.path:
            raise InvalidSetting("path is the name of a file; this is empty, or has a NUL in it")
        self._busy_timeout_s = busy_timeout_s
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        _stores.add(self)

    def step(self, names: Sequence[str], decide: Decide[T], clock: Clock | None = None) -> T:
        """Run *decide* over the documents *names* in a transaction of its own."""
        with self._lock:
            connection = self._connection = self._connection or self._connect()
            connection.execute("BEGIN IMMEDIATE")
            try:
                answer = _decided(connection, names, decide, clock or time.time)
                connection.execute("COMMIT")
            except BaseException:
                # It may be over already, if it was the commit that failed.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        return answer

    async def astep(self, names: Sequence[str], decide: Decide[T], clock: Clock | None = None) -> T:
        """Do as `step` does, in a thread."""
        return await asyncio.to_thread(self.step, names, decide, clock)

    def begin_anew(self) -> None:
        """Leave to the process that this one was forked from what is its: connection, and taken lock."""
        if self._connection is not None:
            _not_ours.append(self._connection)
        self._lock, self._connection = Lock(), None

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self.path, timeout=self._busy_timeout_s, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            raise type(error)(f"{self.path}: {error}") from error
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # Of several processes that make the file at once, one changes the journal and the others are told
        # at once that it is locked, without their time-out; so they wait here.
        ends_s = time.monotonic() + self._busy_timeout_s
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError:
                if time.monotonic() > ends_s:
                    raise
                time.sleep(_PAUSE_S)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_TABLE)
        connection.execute(_INDEX)
        connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file; the next step opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def __repr__(self) -> str:
        return f"<SqliteStore in {self.path}>"


def _decided(connection: sqlite3.Connection, names: Sequence[str], decide: Decide[T], clock: Clock) -> T:
    now_s = clock()
    marks = ", ".join("?" * len(names))
    # Only question marks are put in.
    held = connection.execute(
        f"SELECT name, data FROM straks_codes WHERE name IN ({marks})",  # noqa: S608
        tuple(names),
    )
    decision = decide(dict(held), now_s)
    for name, entry in decision.writes.items():
        if entry is None:
            connection.execute(_DROP, (name,))
        else:
            connection.execute(_KEEP, (name, entry.data, entry.forget_s))
    if decision.writes:
        connection.execute(_FORGET, (now_s,))
    return decision.answer


def _begin_anew() -> None:
    for store in list(_stores):
        store.begin_anew()


if hasattr(os, "register_at_fork"):  # pragma: no branch - where there is nothing to fork, there is no need
    os.register_at_fork(after_in_child=_begin_anew)
