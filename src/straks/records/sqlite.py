"""
Records in a database file of SQLite's, where a recipient's are found at once.

Written ahead (WAL), so that writers wait for each other only, and for that a few seconds at most; a
reader waits for nobody. Each thread and process may use the same file. It says in its header whose it
is and how its table looks, and a file that says otherwise is turned away.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from threading import Lock
from typing import TYPE_CHECKING, Final

from straks.core.record import NAMES, VERSION, Record, written
from straks.errors import UnusableFile
from straks.files.marked import Mark, look_at_marked, open_marked, read_only, unusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.records.find import Wanted

_TABLE: Final = """
CREATE TABLE records (
    "when" TEXT NOT NULL, template TEXT NOT NULL, locale TEXT NOT NULL, channel TEXT NOT NULL,
    pseudonym TEXT NOT NULL, idempotency_id TEXT NOT NULL, outcome TEXT NOT NULL, attempts INTEGER,
    took_s REAL NOT NULL, status INTEGER, problem TEXT, shipment_id TEXT
);
CREATE INDEX records_by_recipient ON records (pseudonym, "when");
CREATE INDEX records_by_time ON records ("when");
"""
MARK: Final = Mark("a file of records", 0x73747273, VERSION, _TABLE, "NORMAL")
"""What a file of records says of itself; ``strs`` in ASCII."""
_COLUMNS: Final = ", ".join(f'"{name}"' for name in NAMES)
_INSERT: Final = f"INSERT INTO records ({_COLUMNS}) VALUES ({', '.join('?' * len(NAMES))})"  # noqa: S608 - our own names


class SqliteRecords:
    """
    Adds each record to a table.

    Safe for several threads and processes, and after a fork. Close it, or leave it to the process's end.

    Args:
        path: The file; made at once if it is not there, for its owner alone.

    Raises:
        UnusableFile: The file is no database, another program's, or of another release.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._lock = Lock()
        self._opened_by = os.getpid()
        self._connection = open_marked(self.path, MARK)

    def __call__(self, record: Record) -> None:
        """
        Add *record*.

        Raises:
            sqlite3.Error: The file is locked for more than five seconds, or the disk is full.
        """
        facts = record.to_dict()
        if self._opened_by != os.getpid():  # pragma: no cover - in a child, where nothing is measured
            # Neither lock nor connection survives a fork; closing it here would drop the other's locks.
            self._lock, self._connection = Lock(), open_marked(self.path, MARK)
            self._opened_by = os.getpid()
        with self._lock:
            self._connection.execute(_INSERT, [facts[name] for name in NAMES])

    def close(self) -> None:
        """Close the file; it takes no more records."""
        with self._lock:
            self._connection.close()

    def __repr__(self) -> str:
        return f"SqliteRecords({self.path!r})"


def is_database(path: str) -> bool:
    """Tell whether the file is a database of SQLite's; an empty one is none."""
    if not os.stat(path).st_size:  # noqa: PTH116 - a path as text
        return False
    with closing(read_only(path)) as connection:
        try:
            connection.execute("PRAGMA application_id").fetchone()
        except sqlite3.DatabaseError as error:
            return error.sqlite_errorcode != sqlite3.SQLITE_NOTADB
    return True


def read_rows(path: str, wanted: Wanted) -> Iterator[Record]:
    """
    Yield the wanted records of a database, oldest first.

    Raises:
        UnusableFile: The file is no database, another program's, of another release, or broken.
    """
    conditions, given = _conditions(wanted)
    query = f'SELECT {_COLUMNS} FROM records{conditions} ORDER BY "when", rowid'  # noqa: S608 - our own names
    try:
        with closing(look_at_marked(path, MARK)) as connection:
            for row in connection.execute(query, given):
                yield _record(row, path)
    except sqlite3.DatabaseError as error:
        raise unusable(path, MARK, error) from None


def _record(row: tuple[object, ...], path: str) -> Record:
    try:
        return Record.from_dict(dict(zip(NAMES, row, strict=True)))
    except ValueError:
        raise UnusableFile(f"{path} holds a row that is no record", path=path) from None


def _conditions(wanted: Wanted) -> tuple[str, list[str]]:
    found: list[str] = []
    given: list[str] = []
    for column, values in (("pseudonym", wanted.pseudonyms), ("outcome", wanted.outcomes)):
        if values is not None:
            found.append(f"{column} IN ({', '.join('?' * len(values))})")
            given += [str(value) for value in values]
    if wanted.since is not None:
        found.append('"when" >= ?')
        given.append(written(wanted.since))
    return (f" WHERE {' AND '.join(found)}" if found else ""), given
