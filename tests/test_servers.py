"""The servers that tests start: they answer, they are alone on loopback, and they are gone afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
import pytest
from tests.servers import NotHere, Server, postgres_server, rabbitmq_server, redis_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    import redis

Run: TypeAlias = "Callable[[], AbstractContextManager[Server]]"


def test_a_redis_answers_and_evicts_nothing(redis_client: redis.Redis) -> None:
    client: Any = redis_client  # of which redis-py tells type checkers little
    said = client.execute_command("CONFIG", "GET", "maxmemory-policy")

    assert said == {b"maxmemory-policy": b"noeviction"}


def test_a_postgres_answers_as_no_superuser_of_this_machine(postgres_dsn: str) -> None:
    with psycopg.connect(postgres_dsn) as connection:
        assert connection.execute("SELECT current_user, 1 + 1").fetchone() == ("straks", 2)


SERVERS = pytest.mark.parametrize(
    "run", [redis_server, postgres_server, rabbitmq_server], ids=["redis", "postgres", "rabbitmq"]
)


@SERVERS
def test_a_server_ends_with_its_block(run: Run) -> None:
    with run() as running:
        assert running.process.poll() is None

    assert running.process.returncode == 0


@SERVERS
def test_what_is_not_installed_is_said_with_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("tests.servers.DEBIANS", tmp_path)
    monkeypatch.setattr("tests.servers.RABBITS", tmp_path)
    with pytest.raises(NotHere, match="on Debian it is in the package"), run():
        pass
