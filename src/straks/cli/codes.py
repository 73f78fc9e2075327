"""
``straks codes``: what one-time codes need of whoever looks after their store.

A DSN may hold a password, and what stands in an argument stands in the shell's history and in the list of
processes. So each part of it may come from the environment, under libpq's own names.
"""

from __future__ import annotations

import click

from straks.cli.group import Command
from straks.cli.terminal import json_option, write_json


@click.group("codes")
def command() -> None:
    """Look after the store of one-time codes."""


@command.command("migrate", cls=Command)
@click.option(
    "--dsn",
    default="",
    metavar="DSN",
    help="Where the database is: a URL, or name=value. What it leaves out is read from PGHOST and so on.",
)
@click.option("--sql", "only_sql", is_flag=True, help="Print the SQL, and run nothing.")
@json_option
def migrate(*, dsn: str, only_sql: bool, as_json: bool) -> None:
    """
    Make the table in PostgreSQL, or bring it up to date.

    The same may be run as often as you like, by several at once. The user needs the right to create in the
    schema that its search path begins with; what runs later only reads and writes.
    """
    from straks.codes.stores import postgres_table as table

    if only_sql:
        click.echo(table.script(), nl=False)
        return
    done = table.migrate(dsn)
    if as_json:
        write_json({"before": done.before, "after": done.after})
    elif done.before == done.after:
        click.echo(f"Nothing to do: the table is at version {done.after}.")
    else:
        click.echo(f"The table is at version {done.after}; it was at {done.before or 'none'}.")
