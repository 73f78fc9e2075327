"""
The journal: a database file of SQLite's, with a row for each order of a file of orders.

*Written down before it is sent.* A row says «in flight» once the transaction that says so is on the disk, and
only then does the order leave; the log is synchronised at every commit, so that this is true after a power
cut as well. Many rows change in one transaction, and what they change to is decided within it
(`straks.journal.rules`).

*One run at a time.* Two that took the same rows up would send them twice. So who writes holds a lock for as
long as the journal is open: an exclusive transaction on an empty database beside it, ``FILE.db.lock``. The
system ends it with the process, however that ends, and no pid can be stale. Whoever only looks needs no
lock.

*Bound to its orders.* Row by row, the journal knows where a line begins and which id stands in it. A file
that says otherwise is another one, and is turned away before anything is sent; one that goes on where it
ended adds rows. There is no digest of the lines: a bare hash of a line would let anybody find its recipient
by trying all numbers, and ids are hashes already, under the sender's key, of everything that makes the
order. That a rebuilt file words the same message in as many octets is therefore not noticed. Where it is
sent to is noted, too: what was placed with the test environment was not placed.

The file is made for its owner alone (mode 0600); a pseudonym is personal data for whoever has the key. Keep
it on a local disk: over a network file systems lock as they please.
"""

from __future__ import annotations

import os
import sqlite3
import time
from array import array
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from straks.bulk.orders import OrdersFile
from straks.errors import InvalidKey, InvalidSetting, JournalFailed, UnusableFile
from straks.files.marked import open_marked
from straks.journal.rules import DUE, RIPE_S, Again, Entry, Event, Found, Settled, State, after, is_ripe
from straks.journal.view import COLUMNS, MARK, NAMES, SELECT, JournalView, read_entry
from straks.transports.environment import is_rehearsal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable

    from straks.altinn.sealed import SealedOrder
    from straks.bulk.orders import OrderLine

# Our own names alone are put into these.
_ADD: Final = f"INSERT OR IGNORE INTO orders ({COLUMNS}) VALUES ({', '.join('?' * len(NAMES))})"  # noqa: S608
_KEEP: Final = f"UPDATE orders SET ({COLUMNS}) = ({', '.join('?' * len(NAMES))}) WHERE row = ?"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Admitted:
    """What was found in a file: ``new`` orders, those ``known`` already, and ``duplicates`` of others."""

    new: int
    known: int
    duplicates: int


class Journal(JournalView):
    """
    What becomes of the orders of a file, written down before and after each is sent.

    Args:
        path: The file; made if it is not there, for its owner alone.
        clock: The clock on the wall, in seconds since 1970.

    Raises:
        UnusableFile: The file is no journal, one of another release, or in use by another run.

    Its writing methods take turns, also those of several threads. Close it, or use it in a ``with`` block.
    """

    def __init__(  # one that writes is opened in another way
        self, path: str | os.PathLike[str], *, clock: Callable[[], float] = time.time
    ) -> None:
        self.path = os.fspath(path)
        self.now_s = clock
        self._connection = open_marked(self.path, MARK)
        self._turn = Lock()
        try:
            self._lock = _locked(self.path)
        except BaseException:
            self._connection.close()
            raise

    def admit(self, orders: str | os.PathLike[str], *, environment: str | None = None) -> Admitted:
        """
        Write down every order of a file that is not written down yet: all of them, or none.

        Args:
            orders: The file of orders. The journal belongs to it from then on; it may only grow.
            environment: The base URL that they go to, if the journal is to be held to it.

        Raises:
            UnusableFile: The file has no orders, a line that is none, two that are one order and differ, or
                is not the one that the journal belongs to.
            InvalidSetting: The journal is about orders that go elsewhere.
            InvalidKey: An order was made with the simulator's key, and this is no simulator.
            JournalFailed: The journal cannot be written to.
        """
        rehearsal = environment is None or is_rehearsal(environment)
        with self._transaction() as connection, OrdersFile(orders) as file:
            self._bind(connection, environment)
            written = connection.execute("SELECT row, offset, idempotency_id FROM orders ORDER BY row")
            new = known = duplicates = 0
            going_on = True
            for line in file:
                if line.order.rehearsal and not rehearsal:
                    raise _rehearsed(file.path, line)
                if going_on and (row := written.fetchone()) is not None:
                    if row != (line.number, line.offset, line.order.idempotency_id):
                        raise _another(file.path, line.number, self.path)
                    known += 1
                    continue
                going_on = False
                duplicate = _add(connection, line, file)
                new, duplicates = new + (not duplicate), duplicates + duplicate
            if going_on and (row := written.fetchone()) is not None:
                raise _another(file.path, row[0], self.path)
            if not new + known + duplicates:
                raise UnusableFile(f"{file.path} has no orders; nothing is to be sent", path=file.path)
        return Admitted(new, known, duplicates)

    def _bind(self, connection: sqlite3.Connection, environment: str | None) -> None:
        bound = self.environment
        if environment is not None and bound is None:
            connection.execute("INSERT INTO target VALUES (?)", (environment,))
        elif environment not in (None, bound):
            raise InvalidSetting(
                f"{self.path} is about orders that go to {bound}, and this run goes to {environment}; "
                "name the environment that it was begun with, or another journal"
            )

    def recover(self, *, by_workers: bool = False) -> int:
        """
        See to what an earlier run left in flight: it is placed again or in doubt; return how many there were.

        What workers have is with them still, for as long as any of them may send it. Another run by workers
        takes it on, and no other may.

        Args:
            by_workers: Whether the run that begins is one.

        Raises:
            InvalidSetting: Workers have orders, and the run that begins is not by workers.
            JournalFailed: The journal cannot be written to.
        """
        with self._transaction() as connection:
            now_s = self.now_s()
            rows = connection.execute(f"{SELECT} WHERE state = ?", (State.IN_FLIGHT,)).fetchall()
            left = [read_entry(row) for row in rows]
            if left and self._last_was_by_workers():
                if by_workers:
                    return 0
                until_s = max(entry.queued_until_s for entry in left) + RIPE_S
                if now_s < until_s:
                    raise _with_workers(self.path, len(left), until_s)
            for entry in left:
                _keep(connection, after(entry, Found(now_s)))
        return len(left)

    def _last_was_by_workers(self) -> bool:
        last = self._connection.execute("SELECT by_workers FROM runs ORDER BY run DESC LIMIT 1").fetchone()
        return last is not None and bool(last[0])

    def begin_run(self, *, by_workers: bool = False) -> int:
        """
        Note that a run begins, and return its number; before that, `recover`.

        Args:
            by_workers: Whether others send, who may outlive it.

        Raises:
            JournalFailed: The journal cannot be written to.
        """
        with self._transaction() as connection:
            begun = connection.execute(
                "INSERT INTO runs (began_s, by_workers) VALUES (?, ?)", (self.now_s(), by_workers)
            )
            return int(begun.lastrowid or 0)

    def end_run(self, run: int, stopped: str | None = None) -> None:
        """
        Note that a run has ended, and why it left orders, if it did.

        Raises:
            JournalFailed: The journal cannot be written to.
        """
        with self._transaction() as connection:
            connection.execute(
                "UPDATE runs SET ended_s = ?, stopped = ? WHERE run = ?", (self.now_s(), stopped, run)
            )

    def due(self) -> array[int]:
        """
        Return the rows that a run takes up.

        First those that were in flight when a run died, for their time runs; last those that were tried in
        vain, so that what is wrong with one of them does not keep the others.
        """
        marks = ", ".join("?" * len(DUE))
        query = f"SELECT row FROM orders WHERE state IN ({marks}) ORDER BY doubtful DESC, flights, row"  # noqa: S608 - marks
        return array("q", (row for (row,) in self._connection.execute(query, tuple(DUE))))

    def record(self, events: Iterable[tuple[int, Event]]) -> list[Entry]:
        """
        Write down what happened, all of it in one step, and return the entries as they are then.

        Args:
            events: Each with the row of the order that it happened to.

        Raises:
            JournalFailed: The journal cannot be written to, and nothing of it was.
        """
        with self._transaction() as connection:
            return [_happened(connection, row, event) for row, event in events]

    def decide(self, ids: Collection[str] | None, decision: type[Again | Settled]) -> tuple[int, int]:
        """
        Place orders in doubt again, or leave them be: it is somebody's decision.

        Args:
            ids: Their idempotency ids; None for all that are in doubt.
            decision: `Again` or `Settled`.

        Returns:
            How many it was done for; and how many are too fresh to be placed again, since their last call
            may not have ended at the service's end.

        Raises:
            InvalidSetting: An id is of no order that is in doubt.
            JournalFailed: The journal cannot be written to.
        """
        with self._transaction() as connection:
            rows = connection.execute(f"{SELECT} WHERE state = ?", (State.IN_DOUBT,)).fetchall()
            doubts = {entry.idempotency_id: entry for entry in map(read_entry, rows)}
            if unknown := set(ids or ()) - doubts.keys():
                raise InvalidSetting(
                    f"{len(unknown)} of the ids named are of no order in doubt; straks report "
                    f"{self.path} lists them"
                )
            now_s = self.now_s()
            decided = [doubts[each] for each in (doubts if ids is None else dict.fromkeys(ids))]
            if decision is Again:
                decided = [entry for entry in decided if is_ripe(entry, now_s)]
            for entry in decided:
                _keep(connection, after(entry, decision(now_s)))
        return len(decided), (len(doubts) if ids is None else len(set(ids))) - len(decided)

    def close(self) -> None:
        """Close the file, and leave it to others."""
        super().close()
        self._lock.close()

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        connection = self._connection
        with self._turn:
            try:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        with suppress(sqlite3.Error):
                            connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise _failed(self.path, error) from None


def order_at(file: OrdersFile, entry: Entry) -> SealedOrder:
    """
    Return the order of *entry* out of its file.

    Raises:
        UnusableFile: Another one stands there: the file was changed after it was admitted.
    """
    line = file.read(entry.row, entry.offset)
    if line is None or line.order.idempotency_id != entry.idempotency_id:
        raise _another(file.path, entry.row, "this journal")
    return line.order


def _entry_of(line: OrderLine) -> Entry:
    """Return the entry of an order that nothing has been done about."""
    order = line.order
    return Entry(
        row=line.number,
        offset=line.offset,
        idempotency_id=order.idempotency_id,
        template=order.template,
        locale=order.locale,
        channel=order.channel,
        pseudonym=order.pseudonym,
        repeat=order.repeat,
        time_to_live_s=order.time_to_live_s,
        not_after_s=None if order.not_after is None else order.not_after.timestamp(),
        reference=order.reference,
    )


def _happened(connection: sqlite3.Connection, row: int, event: Event) -> Entry:
    found = connection.execute(f"{SELECT} WHERE row = ?", (row,)).fetchone()
    entry = after(read_entry(found), event)
    _keep(connection, entry)
    return entry


def _add(connection: sqlite3.Connection, line: OrderLine, file: OrdersFile) -> bool:
    """Write an order down, and return whether it is a duplicate of another."""
    entry = _entry_of(line)
    if connection.execute(_ADD, _values(entry)).rowcount:
        return False
    query = "SELECT row, offset FROM orders WHERE idempotency_id = ? AND state <> ?"
    row, offset = connection.execute(query, (entry.idempotency_id, State.DUPLICATE)).fetchone()
    first = file.read(row, offset)
    if first is None or first.octets.strip() != line.octets.strip():
        raise UnusableFile(
            f"{file.path}, line {line.number}: is the same order as line {row}, and says something else; "
            "of two "
            "messages under one id the service sends the first. Take one of them out, or build them anew",
            path=file.path,
            line=line.number,
        )
    values = dict(zip(NAMES, _values(entry), strict=True)) | {"state": State.DUPLICATE, "reference": None}
    connection.execute(_ADD, tuple(values.values()))
    return True


def _keep(connection: sqlite3.Connection, entry: Entry) -> None:
    connection.execute(_KEEP, (*_values(entry), entry.row))


def _values(entry: Entry) -> tuple[Any, ...]:
    return tuple(getattr(entry, name) for name in NAMES)


def _locked(path: str) -> sqlite3.Connection:
    """Return what holds the lock until it is closed."""
    beside = f"{path}.lock"
    with suppress(FileExistsError):
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    lock = sqlite3.connect(beside, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        lock.close()
        raise UnusableFile(
            f"{path} is in use by another run; wait until that has ended, or name another journal. Two runs "
            "over one journal would send its orders twice",
            path=path,
        ) from None
    return lock


def _failed(path: str, error: sqlite3.Error) -> JournalFailed:
    if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
        way_out = "another program has it locked; close that one"
    else:
        way_out = f"{error}; make room on its disk, or look whether it may be written to"
    return JournalFailed(
        f"the journal {path} cannot be written to: {way_out}, and run the same again. No order was sent "
        "that is "
        "not written down",
        path=path,
    )


def _with_workers(path: str, count: int, until_s: float) -> InvalidSetting:
    until = datetime.fromtimestamp(until_s, UTC) + timedelta(minutes=1)
    return InvalidSetting(
        f"of the orders of {path}, {count} {'is' if count == 1 else 'are'} with Celery workers, which may "
        "send what another run would send as well; go on with --celery, as before. From "
        f"{until:%Y-%m-%d %H:%M} UTC on no worker sends them any more, and a run without it sees to what is "
        "left"
    )


def _another(orders: str, line: int, journal: str) -> UnusableFile:
    return UnusableFile(
        f"{orders} is not the file of orders that {journal} belongs to: line {line} is another one. Name the "
        "file that it was begun with, which may have grown at its end and not otherwise, or another journal",
        path=orders,
        line=line,
    )


def _rehearsed(orders: str, line: OrderLine) -> InvalidKey:
    return InvalidKey(
        f"{orders}, line {line.number}: was made with the simulator's public key, which anybody can "
        "compute ids "
        "with; build the orders with a key of your own"
    )
