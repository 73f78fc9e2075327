"""
How far a reader of the feed has come, kept so that a crash changes nothing.

A cursor is one number for each service, the sequence number of the last entry that was dealt with. It
moves after the entry and never before it, so that what was cut off in between is handed over again. The
address of the service stands beside it: sequence numbers of the test environment mean nothing in production.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from straks.errors import UnusableFile
from straks.files.whole import whole_file

if TYPE_CHECKING:
    from collections.abc import Awaitable

VERSION: Final = "cursor/1"
_LARGEST: Final = 2**63 - 1  # the service counts in 64 bits
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS feed_cursors (service TEXT PRIMARY KEY, sequence INTEGER NOT NULL)"
)


class Cursor(Protocol):
    """Keeps a place in the feed of each service. One reader at a time."""

    def read(self, service: str, /) -> int:
        """Return the last sequence number that was dealt with; 0 where there is none."""
        ...

    def write(self, service: str, sequence: int, /) -> object:
        """Keep *sequence*. When this returns, it must be there after a crash too."""
        ...


class AsyncCursor(Protocol):
    """The same for an event loop. A `Cursor` will do as well: it is called in a thread."""

    def read(self, service: str, /) -> Awaitable[int]:
        """Return the last sequence number that was dealt with; 0 where there is none."""
        ...

    def write(self, service: str, sequence: int, /) -> Awaitable[object]:
        """Keep *sequence*. When this returns, it must be there after a crash too."""
        ...


class FileCursor:
    """
    A place in the feed of one service, in a small file: whole at once, and on the disk before it counts.

    Args:
        path: The file; made at the first entry. Its folder must be there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)

    def read(self, service: str) -> int:
        """
        Return the place; 0 where there is no file yet.

        Raises:
            UnusableFile: It is no cursor, damaged, or of another service.
        """
        try:
            with open(self.path, encoding="utf-8") as file:  # noqa: PTH123 - a path as text
                found: object = json.load(file)
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise self._unusable(f"cannot be read ({error.strerror})") from error
        except (ValueError, RecursionError):
            found = None
        kept = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
        sequence = kept.get("sequence")
        if kept.get("straks") != VERSION or type(sequence) is not int or not 0 <= sequence <= _LARGEST:
            raise self._unusable(
                "is no cursor of straks, or was damaged; name another file to begin at the feed's beginning"
            )
        if kept.get("service") != service:
            raise self._unusable(f"belongs to another service than {service}; name a file for each")
        return sequence

    def write(self, service: str, sequence: int) -> None:
        """
        Keep the place.

        Raises:
            UnusableFile: It cannot be written.
        """
        try:
            with whole_file(self.path) as file:
                json.dump({"straks": VERSION, "service": service, "sequence": sequence}, file)
        except OSError as error:
            raise self._unusable(f"cannot be written ({error.strerror})") from error

    def _unusable(self, why: str) -> UnusableFile:
        return UnusableFile(f"the cursor {self.path} {why}", path=self.path)

    def __repr__(self) -> str:
        return f"FileCursor({self.path!r})"


class SqliteCursor:
    """
    Places in the feeds of any number of services, in a table ``feed_cursors`` of a database of SQLite's.

    The database may be one of your own. For that the place moves together with what the handler wrote,
    write both in one transaction in a cursor of your own.

    Args:
        path: The database; made if it is not there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)

    def read(self, service: str) -> int:
        """
        Return the place; 0 where there is none yet.

        Raises:
            UnusableFile: The file is no database, or cannot be opened.
        """
        rows = self._do("SELECT sequence FROM feed_cursors WHERE service = ?", (service,))
        return rows[0][0] if rows else 0

    def write(self, service: str, sequence: int) -> None:
        """
        Keep the place.

        Raises:
            UnusableFile: It cannot be written.
        """
        self._do("INSERT OR REPLACE INTO feed_cursors VALUES (?, ?)", (service, sequence))

    def _do(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        try:
            with closing(sqlite3.connect(self.path)) as connection, connection:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute(_TABLE)
                return connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise UnusableFile(f"the cursor {self.path} cannot be used ({error})", path=self.path) from error

    def __repr__(self) -> str:
        return f"SqliteCursor({self.path!r})"
