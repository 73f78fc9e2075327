"""
Which row was it that was about the same? Remembered for any number of rows in a fixed amount of memory.

A set of a million digests takes a hundred megabytes, and grows with the file. So they are in a database that
SQLite keeps for itself: in memory while it is small, then in a temporary file that has no name and goes
with the process. There are digests under the sender's key in it, and nothing else.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from straks.core.closable import Closable

_CACHE_KIB: Final = 16_384


class Seen(Closable):
    """Rows by what they are about. Close it, or use it in a ``with`` block."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
            self._database.execute(f"PRAGMA {setting}")
        self._database.execute(
            "CREATE TABLE seen (digest BLOB PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID"
        )
        self._database.execute("BEGIN")  # once for all: nothing of it is ever kept

    def __call__(self, digest: bytes, row: int) -> int | None:
        """Return the number of the row that had *digest* before, or None and remember *row* for it."""
        added = self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (digest, row))
        if added.rowcount:
            return None
        (earlier,) = self._database.execute("SELECT row FROM seen WHERE digest = ?", (digest,)).fetchone()
        return int(earlier)

    def close(self) -> None:
        """Forget everything."""
        self._database.close()
