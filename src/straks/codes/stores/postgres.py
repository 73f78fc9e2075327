"""
A store in PostgreSQL, for whoever has one anyhow: counts rest where everything else does.

A step is one transaction. It first takes a lock for each of its names, in one order for everybody, and
only then looks: there may be no row yet that could be locked instead, and the first code for somebody is
a step like any other. The locks are advisory ones, of the hashes of names, and are the transaction's: with
its end, however it comes, they are free.

The look must see what was committed while the locks were waited for. That is READ COMMITTED, which each
transaction asks for, whatever the pool's have by default: under REPEATABLE READ it would look at what there
was before it waited, and count wrong.

What is sent in a row is sent at once (a pipeline), so a step takes two trips to the server: lock and look;
write and commit. The answer is given when the commit is confirmed. Where that is lost on the way the step
is done, and nobody was told of it: the code is spent, the guess charged.

Who deletes what is done with passes over rows that others are about to write, and does so last, so that
nobody waits for it who holds what it waits for.

The clock is the server's, read when the locks are had. The pool is not for carrying across a fork.

Source: PostgreSQL's documentation: «Explicit Locking», «Transaction Isolation», «Pipeline Mode» of libpq.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from straks.errors import InvalidSetting, StoreFailed

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from psycopg_pool import AsyncConnectionPool, ConnectionPool

    from straks.codes.stores import Clock, Decide

    Statement: TypeAlias = tuple[str, tuple[object, ...]]

T = TypeVar("T")

TURN_TIMEOUT_S: Final = 5.0
"""How long a step waits for its turn, in seconds."""

_LEAST_S: Final = 0.001  # what PostgreSQL counts in; less would be for ever
_BEGIN: Final = "BEGIN"
_COMMITTED: Final = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"
_PATIENCE: Final = "SELECT set_config('lock_timeout', %s, true)"
_LOCK: Final = "SELECT pg_advisory_xact_lock(lock) FROM unnest(%s::bigint[]) AS lock"
# There is a row with the time even where there is no document.
_LOOK: Final = (
    "SELECT at_s, name, data FROM (SELECT extract(epoch FROM clock_timestamp())::float8) AS clock (at_s) "
    "LEFT JOIN straks_codes ON name = ANY(%s::text[])"
)
_KEEP: Final = (
    "INSERT INTO straks_codes (name, data, forget_s) VALUES (%s, %s, %s) "
    "ON CONFLICT (name) DO UPDATE SET data = excluded.data, forget_s = excluded.forget_s"
)
_DROP: Final = "DELETE FROM straks_codes WHERE name = %s"
_FORGET: Final = (
    "DELETE FROM straks_codes WHERE name IN (SELECT name FROM straks_codes WHERE forget_s < %s "
    "ORDER BY forget_s LIMIT 100 FOR UPDATE SKIP LOCKED)"
)
_COMMIT: Final = "COMMIT"


class PostgresStore:
    """
    Keeps documents in a table of PostgreSQL, which ``straks codes migrate`` makes.

    Args:
        pool: An open pool of psycopg's, for threads or for an event loop. It stays yours to close.
        turn_timeout_s: How long a step waits for others over the same documents, in seconds.

    Raises:
        InvalidSetting: *turn_timeout_s* is less than a millisecond.

    With a pool for threads it may also be used from event loops, where each step runs in a thread. One for
    an event loop is for `straks.AsyncOneTimeCodes` alone.
    """

    def __init__(
        self,
        pool: ConnectionPool[Any] | AsyncConnectionPool[Any],
        *,
        turn_timeout_s: float = TURN_TIMEOUT_S,
    ) -> None:
        from psycopg_pool import AsyncConnectionPool  # whoever has a pool has it

        if not hasattr(pool, "connection"):
            raise InvalidSetting(
                "pool is a ConnectionPool or an AsyncConnectionPool of psycopg_pool, "
                f"not {type(pool).__name__}"
            )
        if not turn_timeout_s >= _LEAST_S:
            raise InvalidSetting(f"turn_timeout_s is {turn_timeout_s!r}; it takes {_LEAST_S} or more")
        self._pool = pool
        self._loops = pool if isinstance(pool, AsyncConnectionPool) else None
        self._threads = None if isinstance(pool, AsyncConnectionPool) else pool
        self._patience = f"{turn_timeout_s * 1000:.0f}ms"

    def step(self, names: Sequence[str], decide: Decide[T], clock: Clock | None = None) -> T:
        """Run *decide* over the documents *names* in a transaction of its own."""
        if self._threads is None:
            raise InvalidSetting(
                "this PostgresStore has a pool for an event loop; use AsyncOneTimeCodes, or give it a "
                "psycopg_pool.ConnectionPool"
            )
        from psycopg.rows import tuple_row

        with _explained(), self._threads.connection() as connection, connection.pipeline():
            cursor = connection.cursor(row_factory=tuple_row)
            for statement in self._looking(names, begin=connection.autocommit):
                cursor.execute(*statement)
            answer, statements = _decided(cursor.fetchall(), decide, clock)
            for statement in statements:
                cursor.execute(*statement)
        return answer

    async def astep(self, names: Sequence[str], decide: Decide[T], clock: Clock | None = None) -> T:
        """Do as `step` does, without blocking."""
        if self._loops is None:
            return await asyncio.to_thread(self.step, names, decide, clock)
        from psycopg.rows import tuple_row

        with _explained():
            async with self._loops.connection() as connection, connection.pipeline():
                cursor = connection.cursor(row_factory=tuple_row)
                for statement in self._looking(names, begin=connection.autocommit):
                    await cursor.execute(*statement)
                answer, statements = _decided(await cursor.fetchall(), decide, clock)
                for statement in statements:
                    await cursor.execute(*statement)
        return answer

    def _looking(self, names: Sequence[str], *, begin: bool) -> Iterator[Statement]:
        """Yield what begins a transaction, gets it its turn and returns the documents."""
        if begin:  # psycopg does, unless a connection commits each statement by itself
            yield _BEGIN, ()
        yield _COMMITTED, ()
        yield _PATIENCE, (self._patience,)
        yield _LOCK, (sorted({_lock(name) for name in names}),)
        yield _LOOK, (list(names),)

    def __repr__(self) -> str:
        return f"<PostgresStore in the pool {self._pool.name}>"


def _decided(
    rows: Sequence[tuple[float, str | None, bytes]], decide: Decide[T], clock: Clock | None
) -> tuple[T, list[Statement]]:
    """Return the decision's answer, and what puts its result in place and ends the transaction."""
    now_s = rows[0][0] if clock is None else clock()
    decision = decide({name: data for _, name, data in rows if name is not None}, now_s)
    statements: list[Statement] = [
        (_DROP, (name,)) if entry is None else (_KEEP, (name, entry.data, entry.forget_s))
        for name, entry in decision.writes.items()
    ]
    if statements:
        statements.append((_FORGET, (now_s,)))
    return decision.answer, [*statements, (_COMMIT, ())]


def _lock(name: str) -> int:
    """Return the number of the lock of *name*: 64 bits with a sign."""
    return int.from_bytes(hashlib.sha256(f"straks_codes {name}".encode()).digest()[:8], signed=True)


@contextmanager
def _explained() -> Generator[None]:
    from psycopg.errors import UndefinedTable

    try:
        yield
    except UndefinedTable as error:
        raise StoreFailed(
            "the database has no table straks_codes, so nothing was issued and nothing accepted; make it "
            "with straks codes migrate, where the pool's search_path finds it"
        ) from error
