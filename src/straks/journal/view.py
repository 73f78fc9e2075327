"""
What a journal holds, and how it is looked at.

Reports and pages look while a run writes, so nothing here takes the lock or changes a row
(`straks.journal.store` does).
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from straks.core.closable import Closable
from straks.core.manifest import Repeat
from straks.files.marked import Mark, look_at_marked
from straks.journal.rules import Entry, State

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLES: Final = """
CREATE TABLE orders (
    row INTEGER PRIMARY KEY, offset INTEGER NOT NULL, idempotency_id TEXT NOT NULL,
    template TEXT NOT NULL, locale TEXT NOT NULL, channel TEXT NOT NULL, pseudonym TEXT NOT NULL,
    repeat TEXT NOT NULL, time_to_live_s INTEGER, not_after_s REAL, reference TEXT,
    state TEXT NOT NULL, doubtful INTEGER NOT NULL, flights INTEGER NOT NULL, requests INTEGER NOT NULL,
    first_s REAL, began_s REAL, ended_s REAL, took_s REAL, status INTEGER, problem TEXT, shipment_id TEXT
);
CREATE UNIQUE INDEX orders_once ON orders (idempotency_id) WHERE state <> 'duplicate';
CREATE INDEX orders_open ON orders (state) WHERE state IN ('waiting', 'in-flight', 'not-sent', 'in-doubt');
CREATE TABLE runs (
    run INTEGER PRIMARY KEY, began_s REAL NOT NULL, ended_s REAL, stopped TEXT, by_workers INTEGER NOT NULL
);
CREATE TABLE target (environment TEXT NOT NULL);
"""
MARK: Final = Mark("a journal of orders", 0x7374726A, 2, _TABLES, "FULL")
"""What a journal says of itself; ``strj`` in ASCII."""

NAMES: Final = tuple(each.name for each in fields(Entry))
COLUMNS: Final = ", ".join(NAMES)
SELECT: Final = f"SELECT {COLUMNS} FROM orders"  # noqa: S608 - our own names alone


@dataclass(frozen=True, slots=True)
class Run:
    """
    A run: when it began and ended (None for one that was killed), and why it left orders, if it did.

    ``stopped`` is ``"interrupted"`` where it was asked to end.
    ``by_workers`` says that it handed its orders to workers, who send them whatever becomes of the run.
    """

    began_s: float
    ended_s: float | None
    stopped: str | None
    by_workers: bool


class JournalView(Closable):
    """
    A journal, to be looked at: also while a run writes it. Close it, or use it in a ``with`` block.

    Raises:
        UnusableFile: The file is no journal, or one of another release.
        OSError: There is none, or it cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        os.stat(self.path)  # noqa: PTH116 - a path as text; the system's own word for what is not there
        self._connection = look_at_marked(self.path, MARK)

    def counts(self) -> Counter[State]:
        """Return how many orders are in each state."""
        found = self._connection.execute("SELECT state, count(*) FROM orders GROUP BY state")
        return Counter({State(state): count for state, count in found})

    def entries(self, *states: State) -> Iterator[Entry]:
        """Yield the orders in these states, all without any, as they stand in their file."""
        where = f" WHERE state IN ({', '.join('?' * len(states))})" if states else ""
        for row in self._connection.execute(f"{SELECT}{where} ORDER BY row", states):
            yield read_entry(row)

    def entry(self, row: int) -> Entry:
        """Return the order of this line of the file."""
        return read_entry(self._connection.execute(f"{SELECT} WHERE row = ?", (row,)).fetchone())

    def runs(self) -> list[Run]:
        """Return the runs, oldest first."""
        found = self._connection.execute(
            "SELECT began_s, ended_s, stopped, by_workers FROM runs ORDER BY run"
        )
        return [
            Run(began_s, ended_s, stopped, bool(by_workers))
            for began_s, ended_s, stopped, by_workers in found
        ]

    @property
    def environment(self) -> str | None:
        """Where the orders go, if that was said."""
        found = self._connection.execute("SELECT environment FROM target").fetchone()
        return None if found is None else str(found[0])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.path!r})"


def read_entry(row: tuple[Any, ...]) -> Entry:
    """Return the order of a row that `SELECT` gave."""
    found: dict[str, Any] = dict(zip(NAMES, row, strict=True))
    found["repeat"], found["state"] = Repeat(found["repeat"]), State(found["state"])
    found["doubtful"] = bool(found["doubtful"])
    return Entry(**found)
