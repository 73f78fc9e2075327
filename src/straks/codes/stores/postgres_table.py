"""
The table that one-time codes have in PostgreSQL, and how an older one becomes it.

Each change has a number, and a table of their own says which are there. The script makes those that are
not, in one transaction, alone; so it may be run again, by several at once, and by a program as well as by
whoever answers for the database and reads it first. Names have no schema: the search path decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from straks.errors import InvalidSetting, MissingExtra, StoreFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

CHANGES: Final = (
    """
    CREATE TABLE straks_codes (name text PRIMARY KEY, data bytea NOT NULL, forget_s double precision);
    CREATE INDEX straks_codes_forget_s ON straks_codes (forget_s) WHERE forget_s IS NOT NULL;
    """,
)
"""What makes the table what it is, in order. What was released is not changed any more; it is added to."""

_HEAD: Final = """\
-- The table of one-time codes, up to version {version}. Run it again as often as you like.
BEGIN;
SELECT pg_advisory_xact_lock({lock});
CREATE TABLE IF NOT EXISTS straks_codes_versions (
    version integer PRIMARY KEY, made_at timestamptz NOT NULL DEFAULT now()
);
"""
_CHANGE: Final = """\
DO $change$ BEGIN
  IF NOT EXISTS (SELECT FROM straks_codes_versions WHERE version = {version}) THEN{change}
    INSERT INTO straks_codes_versions (version) VALUES ({version});
  END IF;
END $change$;
"""
_TAIL: Final = "COMMIT;\n"
_LOCK: Final = 0x737472616B73  # «straks»


@dataclass(frozen=True, slots=True)
class Migrated:
    """Which version the table had, 0 for none, and which it has."""

    before: int
    after: int


def script(changes: Sequence[str] = CHANGES) -> str:
    """Return the SQL that makes of whatever version there is, or of none, the one after *changes*."""
    return "".join(_parts(changes))


def migrate(dsn: str, changes: Sequence[str] = CHANGES) -> Migrated:
    """
    Make the table, or make it what it is now.

    Args:
        dsn: Where the database is, as libpq takes it: a URL, or ``name=value`` with spaces between. What it
            leaves out is read from the environment (``PGHOST``, ``PGPASSWORD``, ``PGSERVICE``).
        changes: What makes the table what it is.

    Raises:
        MissingExtra: psycopg is not installed.
        InvalidSetting: *dsn* is none.
        StoreFailed: The database cannot be reached, or does not let the table be made; it is as it was.
    """
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise MissingExtra("one-time codes in PostgreSQL", "postgres") from None
    try:
        port = str(conninfo_to_dict(dsn).get("port", ""))
    except psycopg.ProgrammingError:
        port = "none"
    if port.strip("0123456789,"):
        # The driver says where it stumbled, and that may be in the password.
        raise InvalidSetting(
            "the DSN cannot be read; it is a URL such as postgresql://user@host/database, a password in it "
            "percent-encoded, or name=value with spaces between"
        )
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            before = _version(connection)
            connection.execute(script(changes).encode())
            return Migrated(before, _version(connection))
    except psycopg.Error as error:
        raise StoreFailed(f"the table of one-time codes could not be made: {error}") from error


def _version(connection: Connection) -> int:
    [[there]] = connection.execute("SELECT to_regclass('straks_codes_versions') IS NOT NULL")
    if not there:
        return 0
    [[version]] = connection.execute("SELECT coalesce(max(version), 0) FROM straks_codes_versions")
    return int(version)


def _parts(changes: Sequence[str]) -> Iterator[str]:
    yield _HEAD.format(version=len(changes), lock=_LOCK)
    for version, change in enumerate(changes, start=1):
        yield _CHANGE.format(version=version, change=change.rstrip())
    yield _TAIL
