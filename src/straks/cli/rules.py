"""``straks rules``: every rule, and where it is decided."""

from __future__ import annotations

import re
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Final

import click

from straks.cli.group import Command
from straks.cli.terminal import console, json_option, one_line, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from straks.policy.rule import Rule

_NUMBERS: Final = re.compile(r"[A-Z]{3}\d*x+.*?: ")  # «SMS1xx: what an SMS costs»


@click.command("rules", cls=Command)
@json_option
def command(*, as_json: bool) -> None:
    """
    List every rule, and where it is decided.

    A rule that straks keeps by itself, at run time, names the test that shows it.
    """
    from straks.cli.known_rules import known_rules
    from straks.policy.rule import FAMILY

    known = known_rules()
    if as_json:
        write_json([document(rule) for rule in known.values()])
        return
    for family, rules in groupby(known.values(), lambda rule: rule.code[:FAMILY]):
        print_family(family, [*rules])
    console().print("Read one with: straks explain CODE")


def print_family(family: str, rules: list[Rule]) -> None:
    """Print a table of *rules*, under the name of their family."""
    from rich.text import Text

    out = console()
    out.print(Text.assemble((family, "bold"), f"  {title(rules[0])}"))
    out.print(_table(rules), "")


def title(rule: Rule) -> str:
    """Return what the family of *rule* is about: the first line of the module that it is in."""
    told = sys.modules[rule.check.__module__].__doc__ or ""
    first = next((line for line in told.strip().split("\n") if line), "")
    return one_line(_NUMBERS.sub("", first).replace("``", "").rstrip("."))


def _table(rules: Iterable[Rule]) -> Table:
    from rich.padding import Padding
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for width in (len("TXT1001"), len("warning"), len("template")):
        table.add_column(no_wrap=True, min_width=width)
    table.add_column(ratio=1)
    for rule in rules:
        table.add_row(rule.code, rule.severity, rule.scope.decided, one_line(rule.summary.replace("``", "")))
    grid = Table.grid()
    grid.add_row(Padding(table, (0, 0, 0, 2)))
    return grid


def document(rule: Rule) -> dict[str, object]:
    """Return what there is to say about a rule, but for its page."""
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "decided": rule.scope.decided,
        "test": rule.test,
        "since": rule.since,
        "summary": rule.summary,
    }
