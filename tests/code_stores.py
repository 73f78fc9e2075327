"""Stores of one-time codes for tests: every kind, by name, each on its real server."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from itertools import count
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import psycopg
import psycopg_pool
import pytest
import redis
import redis.asyncio

import straks
from straks.codes.stores import AsyncStore, Store
from straks.codes.stores.postgres_table import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from straks.codes.stores import Clock, Decide

    Run: TypeAlias = Callable[[Coroutine[Any, Any, Any]], Any]

T = TypeVar("T")

PATIENCE_S = 60.0
CONNECTIONS = 8  # fewer than there are threads, as it is in earnest
NUMBERS = count()


class AnyStore(Store, AsyncStore, Protocol):
    """A store for threads and for event loops alike."""


class OnALoop:
    """A store that lives on an event loop of its own, for whoever is elsewhere."""

    def __init__(self, store: AsyncStore, loop: asyncio.AbstractEventLoop) -> None:
        self._store, self._loop = store, loop

    def step(self, names: Sequence[str], decide: Decide[T], clock: Clock | None) -> T:
        return self._started(names, decide, clock).result(PATIENCE_S)

    async def astep(self, names: Sequence[str], decide: Decide[T], clock: Clock | None) -> T:
        return await asyncio.wrap_future(self._started(names, decide, clock))

    def _started(self, names: Sequence[str], decide: Decide[T], clock: Clock | None) -> Future[T]:
        async def stepping() -> T:
            return await self._store.astep(names, decide, clock)

        return asyncio.run_coroutine_threadsafe(stepping(), self._loop)


def redis_client_of(url: str, **settings: Any) -> redis.Redis:  # noqa: ANN401 - redis-py's own
    """Return a client of the Redis at *url* that does not wait for ever."""
    given: Any = {"socket_timeout": PATIENCE_S, **settings}
    return redis.Redis.from_url(url, **given)  # pyright: ignore[reportUnknownMemberType] - redis-py's


def async_redis_client_of(url: str, **settings: Any) -> redis.asyncio.Redis:  # noqa: ANN401 - the same
    """Return a client for event loops of the Redis at *url* that does not wait for ever."""
    given: Any = {"socket_timeout": PATIENCE_S, **settings}
    return redis.asyncio.Redis.from_url(url, **given)  # pyright: ignore[reportUnknownMemberType] - the same


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(PATIENCE_S)
    loop.close()


@pytest.fixture(scope="session")
def run_elsewhere(elsewhere: asyncio.AbstractEventLoop) -> Run:
    return lambda doing: asyncio.run_coroutine_threadsafe(doing, elsewhere).result(PATIENCE_S)


@pytest.fixture(scope="session")
def postgres_table(postgres_dsn: str) -> str:
    """Return where a PostgreSQL is that has the table."""
    migrate(postgres_dsn)
    return postgres_dsn


@pytest.fixture(scope="session")
def pool(postgres_table: str) -> Iterator[psycopg_pool.ConnectionPool[Any]]:
    with psycopg_pool.ConnectionPool(postgres_table, max_size=CONNECTIONS, open=True) as pool:
        yield pool


@pytest.fixture(scope="session")
def async_pool(postgres_table: str, run_elsewhere: Run) -> Iterator[psycopg_pool.AsyncConnectionPool[Any]]:
    pool = psycopg_pool.AsyncConnectionPool(postgres_table, max_size=CONNECTIONS, open=False)
    run_elsewhere(pool.open())
    yield pool
    run_elsewhere(pool.close())


@pytest.fixture(scope="session")
def redis_client(redis_url: str) -> Iterator[redis.Redis]:
    with redis_client_of(redis_url) as client:
        yield client


@pytest.fixture(scope="session")
def async_redis_client(redis_url: str, run_elsewhere: Run) -> Iterator[redis.asyncio.Redis]:
    client = async_redis_client_of(redis_url)
    yield client
    run_elsewhere(client.aclose())


@pytest.fixture(params=["memory", "sqlite", "redis", "redis-async", "postgres", "postgres-async"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], AnyStore]]:
    """Return a maker of stores of one kind, each empty; the one before need not stay as it was."""
    with ExitStack() as stack:
        yield _makers(request, tmp_path, stack)[request.param]


def _makers(
    request: pytest.FixtureRequest, folder: Path, stack: ExitStack
) -> dict[str, Callable[[], AnyStore]]:
    get = request.getfixturevalue

    def sqlite() -> AnyStore:
        return stack.enter_context(straks.SqliteStore(folder / f"{next(NUMBERS)}.db"))

    def redis_(client: str) -> straks.RedisStore:
        return straks.RedisStore(get(client), prefix=f"contract-{next(NUMBERS)}")

    def postgres(pool: str) -> straks.PostgresStore:
        with psycopg.connect(get("postgres_table")) as connection:
            connection.execute("DELETE FROM straks_codes")
        return straks.PostgresStore(get(pool))

    return {
        "memory": straks.MemoryStore,
        "sqlite": sqlite,
        "redis": lambda: redis_("redis_client"),
        "redis-async": lambda: OnALoop(redis_("async_redis_client"), get("elsewhere")),
        "postgres": lambda: postgres("pool"),
        "postgres-async": lambda: OnALoop(postgres("async_pool"), get("elsewhere")),
    }
