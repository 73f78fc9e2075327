"""The store in PostgreSQL, beyond its contract: its table, its pool, who waits for whom, and trouble."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any

import psycopg
import psycopg_pool
import pytest
from psycopg import sql
from psycopg.rows import dict_row
from tests.servers import postgres_server

import straks
from straks.codes.stores import Decision, Entry
from straks.codes.stores import postgres_table as table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

WHO = {"subject": "user-8841", "purpose": "login"}
EMAIL = "kari@example.org"
PATIENCE_S = 60.0


@pytest.fixture
def database(postgres_dsn: str) -> Iterator[str]:
    """Return where a database is that has nothing in it."""
    name = sql.Identifier("of_a_test")
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield postgres_dsn.replace("/postgres", "/of_a_test")
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture
def store(pool: psycopg_pool.ConnectionPool[Any]) -> straks.PostgresStore:
    with pool.connection() as connection:
        connection.execute("DELETE FROM straks_codes")
    return straks.PostgresStore(pool)


# The table


def test_the_table_is_made_once_however_often_it_is_asked_for(database: str) -> None:
    assert table.migrate(database) == table.Migrated(0, 1)
    assert table.migrate(database) == table.Migrated(1, 1)


def test_a_table_of_an_older_version_gets_what_it_lacks_and_keeps_what_it_holds(database: str) -> None:
    table.migrate(database)
    with psycopg.connect(database) as connection:
        connection.execute("INSERT INTO straks_codes VALUES ('a', '1', NULL)")
    newer = (*table.CHANGES, "\n    ALTER TABLE straks_codes ADD COLUMN note text;\n")
    newest = (*newer, "\n    UPDATE straks_codes SET note = 'seen';\n")

    assert table.migrate(database, newer) == table.Migrated(1, 2)
    assert table.migrate(database, newest) == table.Migrated(2, 3)
    assert table.migrate(database) == table.Migrated(3, 3)
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT * FROM straks_codes").fetchall() == [("a", b"1", None, "seen")]


def test_a_change_that_fails_leaves_the_table_as_it_was(database: str) -> None:
    broken = (*table.CHANGES, "\n    ALTER TABLE straks_codes ADD COLUMN note nonsense;\n")
    with pytest.raises(straks.StoreFailed, match="could not be made"):
        table.migrate(database, broken)

    assert table.migrate(database) == table.Migrated(0, 1)


def test_of_several_who_make_the_table_at_once_all_succeed(database: str) -> None:
    came: list[table.Migrated] = []
    threads = [Thread(target=lambda: came.append(table.migrate(database))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)

    assert [done.after for done in came] == [1] * 8


def test_a_store_without_its_table_says_how_to_make_it(database: str, key: bytes) -> None:
    with psycopg_pool.ConnectionPool(database, min_size=1, open=True) as pool:
        codes = straks.OneTimeCodes(straks.PostgresStore(pool), key=key)
        with pytest.raises(straks.StoreFailed, match="straks codes migrate"):
            codes.issue(**WHO, recipient=EMAIL)
        table.migrate(database)

        assert codes.verify(**WHO, code=codes.issue(**WHO, recipient=EMAIL).code)


@pytest.mark.parametrize(
    "dsn", ["hunter2", "postgresql://straks:hun:ter2@127.0.0.1:x/postgres", "postgresql://a@h:hunter2/b"]
)
def test_a_dsn_that_cannot_be_read_is_not_repeated(dsn: str) -> None:
    with pytest.raises(straks.InvalidSetting, match="DSN") as caught:
        table.migrate(dsn)

    assert "ter2" not in str(caught.value)


def test_a_database_that_is_not_there_is_an_error_that_says_where() -> None:
    with pytest.raises(straks.StoreFailed, match=r"127\.0\.0\.1"):
        table.migrate("postgresql://straks:hunter2@127.0.0.1:1/postgres")


# The pool


@pytest.mark.parametrize(
    "settings",
    [
        {"autocommit": True},
        {"row_factory": dict_row},
        {"prepare_threshold": 0},
        {"cursor_factory": psycopg.ClientCursor},
        {"options": "-c default_transaction_isolation=serializable"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_a_store_works_however_the_pools_connections_are_set_up(
    postgres_table: str, key: bytes, settings: dict[str, Any]
) -> None:
    with psycopg_pool.ConnectionPool(postgres_table, min_size=1, kwargs=settings, open=True) as pool:
        codes = straks.OneTimeCodes(straks.PostgresStore(pool), key=key)
        codes.unlock(**WHO)
        who = {"subject": f"user-{next(iter(settings))}", "purpose": "login"}
        issued = codes.issue(**who, recipient=f"{next(iter(settings))}@example.org")

        assert codes.verify(**who, code="000") is straks.Verdict.INVALID_OTP
        assert codes.verify(**who, code=issued.code)


@pytest.mark.parametrize("isolation", list(psycopg.IsolationLevel))
def test_a_step_that_waited_sees_what_it_waited_for_under_every_isolation(
    postgres_table: str, store: straks.PostgresStore, isolation: psycopg.IsolationLevel
) -> None:
    def configure(connection: psycopg.Connection[Any]) -> None:
        connection.isolation_level = isolation

    def count(documents: Mapping[str, bytes], _: float) -> Decision[int]:
        number = int(documents.get("n", b"0")) + 1
        return Decision(number, {"n": Entry(b"%d" % number, None)})

    came: list[int] = []
    with psycopg_pool.ConnectionPool(postgres_table, min_size=8, configure=configure, open=True) as pool:
        counting = straks.PostgresStore(pool)
        threads = [
            Thread(target=lambda: came.extend(counting.step(("n",), count) for _ in range(10)))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)

    assert sorted(came) == list(range(1, 81))


def test_a_pool_for_event_loops_says_what_it_is_not_for(
    async_pool: psycopg_pool.AsyncConnectionPool[Any],
) -> None:
    with pytest.raises(straks.InvalidSetting, match="use AsyncOneTimeCodes, or give it a"):
        straks.PostgresStore(async_pool).step((), lambda _, __: Decision(None, {}))


@pytest.mark.parametrize("turn_timeout_s", [0, 0.0001, -1.0, float("nan")])
def test_nobody_waits_for_ever(pool: psycopg_pool.ConnectionPool[Any], turn_timeout_s: float) -> None:
    with pytest.raises(straks.InvalidSetting, match="turn_timeout_s"):
        straks.PostgresStore(pool, turn_timeout_s=turn_timeout_s)


def test_a_store_says_which_pool_it_has(pool: psycopg_pool.ConnectionPool[Any]) -> None:
    assert repr(straks.PostgresStore(pool)) == f"<PostgresStore in the pool {pool.name}>"


# Who waits for whom


def test_who_does_not_get_a_turn_in_time_fails_closed(
    pool: psycopg_pool.ConnectionPool[Any], store: straks.PostgresStore, key: bytes
) -> None:
    codes = straks.OneTimeCodes(store, key=key)
    issued = codes.issue(**WHO, recipient=EMAIL)
    hasty = straks.OneTimeCodes(straks.PostgresStore(pool, turn_timeout_s=0.01), key=key)

    def hold(_: Mapping[str, bytes], __: float) -> Decision[None]:
        with pytest.raises(straks.StoreFailed, match="LockNotAvailable"):
            hasty.verify(**WHO, code=issued.code)
        return Decision(None, {})

    store.step(codes._talk.seal.names("account", *WHO.values()), hold)

    assert hasty.verify(**WHO, code=issued.code)


def test_steps_over_the_same_documents_in_other_orders_do_not_lock_each_other_out(
    store: straks.PostgresStore,
) -> None:
    names = [f"n{number}" for number in range(6)]

    def count(documents: Mapping[str, bytes], now_s: float) -> Decision[None]:
        # Some are done with at once, so that whoever writes deletes others' documents, too.
        return Decision(
            None,
            {
                name: Entry(b"%d" % (int(documents.get(name, b"0")) + 1), now_s - 1 if name > "n2" else None)
                for name in names
            },
        )

    def work(number: int) -> None:
        for _ in range(20):
            store.step(names[number:] + names[:number], count)

    threads = [Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)

    counted = store.step(names, lambda held, _: Decision(dict(held), {}))
    assert [counted[name] for name in names[:3]] == [b"120"] * 3


def test_what_is_done_with_is_deleted(
    pool: psycopg_pool.ConnectionPool[Any], store: straks.PostgresStore, key: bytes
) -> None:
    now = {"s": 1_770_204_720.0}
    codes = straks.OneTimeCodes(store, key=key, clock=lambda: now["s"])
    for number in range(20):
        codes.issue(subject=f"user-{number}", purpose="login", recipient=f"k{number}@example.org")
    now["s"] += 4000
    codes.issue(**WHO, recipient=EMAIL)
    with pool.connection() as connection:
        [[kept]] = connection.execute("SELECT count(*) FROM straks_codes")

    assert kept == 4


# Trouble


def test_a_server_that_is_gone_accepts_nothing(key: bytes) -> None:
    with postgres_server() as server:
        table.migrate(server.url)
        with psycopg_pool.ConnectionPool(server.url, min_size=1, timeout=0.5, open=True) as pool:
            codes = straks.OneTimeCodes(straks.PostgresStore(pool), key=key)
            issued = codes.issue(**WHO, recipient=EMAIL)
            server.kill()
            with pytest.raises(straks.StoreFailed, match="nothing was issued and nothing accepted"):
                codes.verify(**WHO, code=issued.code)
            with pytest.raises(straks.StoreFailed):
                codes.issue(**WHO, recipient=EMAIL)


def test_a_write_that_the_database_refuses_undoes_the_step(
    pool: psycopg_pool.ConnectionPool[Any], store: straks.PostgresStore
) -> None:
    def put(_: Mapping[str, bytes], __: float) -> Decision[str]:
        return Decision("done", {"a": Entry(b"1", None), "\x00": Entry(b"2", None)})

    with pytest.raises(psycopg.Error):
        store.step(("a",), put)

    assert store.step(("a",), lambda held, _: Decision(dict(held), {})) == {}


def test_an_async_pool_is_used_by_async_codes(
    async_pool: psycopg_pool.AsyncConnectionPool[Any],
    run_elsewhere: Callable[[Any], Any],
    key: bytes,
    store: straks.PostgresStore,
) -> None:
    async def sign_in() -> straks.Verdict:
        codes = straks.AsyncOneTimeCodes(straks.PostgresStore(async_pool), key=key)
        issued = await codes.issue(**WHO, recipient=EMAIL)
        return await codes.verify(**WHO, code=issued.code)

    assert run_elsewhere(sign_in())
