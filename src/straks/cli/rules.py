"""``straks rules``: every rule, and where it is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from straks.cli.group import Command
from straks.cli.terminal import console, json_option, write_json

if TYPE_CHECKING:
    from straks.policy.rule import Rule


@click.command("rules", cls=Command)
@json_option
def command(*, as_json: bool) -> None:
    """
    List every rule, and where it is decided.

    A rule that straks keeps by itself, at run time, names the test that shows it.
    """
    from straks.cli.known_rules import KNOWN

    if as_json:
        write_json([document(rule) for rule in KNOWN.values()])
        return
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("code", "severity", "decided on"):
        table.add_column(heading, no_wrap=True)
    table.add_column("fault")
    for rule in KNOWN.values():
        table.add_row(rule.code, rule.severity, rule.scope, rule.summary)
    out = console()
    out.print(table)
    out.print("Read one with: straks explain CODE")


def document(rule: Rule) -> dict[str, object]:
    """Return what there is to say about a rule, but for its page."""
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "decided": rule.scope,
        "test": rule.test,
        "since": rule.since,
        "summary": rule.summary,
    }
