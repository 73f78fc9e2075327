"""``straks codes migrate``: the table in PostgreSQL, made or printed."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.servers import postgres_server

from straks.codes.stores.postgres_table import script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with postgres_server() as server:
        yield server.url


def test_the_table_is_made_and_then_there_is_nothing_to_do(cli: Callable[..., Result], dsn: str) -> None:
    first = cli("codes", "migrate", "--dsn", dsn)
    again = cli("codes", "migrate", "--dsn", dsn)

    assert first.stdout == "The table is at version 1; it was at none.\n"
    assert again.stdout == "Nothing to do: the table is at version 1.\n"
    assert json.loads(cli("codes", "migrate", "--dsn", dsn, "--json").stdout) == {"before": 1, "after": 1}


def test_the_sql_that_is_printed_makes_the_same_table(cli: Callable[..., Result], dsn: str) -> None:
    printed = cli("codes", "migrate", "--sql").stdout
    columns = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s"
    tables: list[list[tuple[str, str]]] = []
    for schema, make in (("printed", printed), ("run", script())):
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {schema}; SET search_path TO {schema}".encode())
            connection.execute(make.encode())
            connection.execute(make.encode())
            tables.append(sorted(connection.execute(columns, [schema]).fetchall()))

    assert printed == script()
    assert tables[0] == tables[1] != []


def test_where_the_database_is_may_stand_in_the_environment(
    cli: Callable[..., Result], dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = conninfo_to_dict(dsn)
    for variable, part in (
        ("PGHOST", "host"),
        ("PGPORT", "port"),
        ("PGUSER", "user"),
        ("PGDATABASE", "dbname"),
    ):
        monkeypatch.setenv(variable, str(parts[part]))

    assert cli("codes", "migrate").exit_code == 0


def test_a_database_that_cannot_be_reached_is_one_line_and_exit_code_1(cli: Callable[..., Result]) -> None:
    result = cli("codes", "migrate", "--dsn", "postgresql://straks:hunter2@127.0.0.1:1/postgres")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: the table of one-time codes could not be made: ")
    assert len(result.stderr.splitlines()) == 1
    assert "hunter2" not in result.output


def test_a_dsn_that_cannot_be_read_is_exit_code_2(cli: Callable[..., Result]) -> None:
    result = cli("codes", "migrate", "--dsn", "hunter2")

    assert result.exit_code == 2
    assert "hunter2" not in result.output


def test_without_the_driver_it_says_what_to_install(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    result = cli("codes", "migrate")

    assert result.exit_code == 2
    assert "install straks[postgres]" in result.stderr
