"""
Databases of SQLite's that say in their header whose they are, and how their tables look.

A file of another program, or of another release, is turned away and left as it is. A new one is made for its
owner alone (mode 0600), its tables in one transaction that others who come at the same time wait for.

Nothing but the library ever opens the file, not even to see how it begins: on POSIX systems, a process that
closes a file drops all its locks on it, those of a connection in another thread with them (SQLite, «How To
Corrupt», 2.2).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote

from straks.errors import UnusableFile

if TYPE_CHECKING:
    from collections.abc import Generator

WAIT_S: Final = 5.0
"""How long a writer waits for another program that has the file open, in seconds."""


@dataclass(frozen=True, slots=True)
class Mark:
    """
    What a file says of itself.

    ``what`` it is, in the words of an error; the ``application_id`` of SQLite's header; the ``version`` of
    how its ``tables`` look. ``synchronous`` is FULL where a commit must outlive a power cut.
    """

    what: str
    application_id: int
    version: int
    tables: str
    synchronous: Literal["FULL", "NORMAL"]


def open_marked(path: str, mark: Mark) -> sqlite3.Connection:
    """
    Open the file at *path* for writing, and make it if it is not there.

    Raises:
        UnusableFile: It is no database, another program's, of another release, or it cannot be written.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with _told(path, mark):
        connection = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
    with _closed_unless_usable(connection, path, mark):
        # The tables first, under a lock that others wait for; how it is to be written, after that.
        connection.execute("BEGIN IMMEDIATE")
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables:
            for statement in filter(str.strip, mark.tables.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {mark.application_id}")
            connection.execute(f"PRAGMA user_version = {mark.version}")
        _check(connection, path, mark)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {mark.synchronous}")
    return connection


def look_at_marked(path: str, mark: Mark) -> sqlite3.Connection:
    """
    Open the file at *path* for reading.

    Raises:
        UnusableFile: It is no database, another program's, or of another release.
    """
    with _told(path, mark):
        connection = read_only(path)
    with _closed_unless_usable(connection, path, mark):
        _check(connection, path, mark)
    return connection


def read_only(path: str) -> sqlite3.Connection:
    """Return a connection that changes nothing, whatever the file is."""
    address = f"file:{quote(os.path.abspath(path))}?mode=ro"  # noqa: PTH100 - a path as text
    return sqlite3.connect(address, uri=True, timeout=WAIT_S, isolation_level=None)


def unusable(path: str, mark: Mark, error: sqlite3.Error) -> UnusableFile:
    """Return what *error* means for somebody who named *path*."""
    if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
        said = "it is no database at all; name a file of its own"
    elif error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
        said = f"another program has had it locked for {WAIT_S:.0f} seconds; close that one first"
    else:
        said = f"{error}; look whether the disk is full and the file may be written to, or name another one"
    return UnusableFile(f"{path} cannot be used as {mark.what}: {said}", path=path)


@contextmanager
def _told(path: str, mark: Mark) -> Generator[None]:
    """Say which file it is that cannot be opened: a folder, or what nobody may read."""
    try:
        yield
    except sqlite3.Error as error:
        raise unusable(path, mark, error) from None


@contextmanager
def _closed_unless_usable(connection: sqlite3.Connection, path: str, mark: Mark) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        connection.close()
        raise unusable(path, mark, error) from None
    except BaseException:
        connection.close()
        raise


def _check(connection: sqlite3.Connection, path: str, mark: Mark) -> None:
    ((application_id,), (version,)) = (
        connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
    )
    if application_id != mark.application_id:
        raise UnusableFile(
            f"{path} is not {mark.what} but another program's database; name a file of its own", path=path
        )
    if version != mark.version:
        raise UnusableFile(
            f"{path} is {mark.what} of version {version}, and this release of straks reads and writes "
            f"version {mark.version}; go on with the release that made it, or name another file",
            path=path,
        )
