"""``straks explain``: the page of a rule."""

from __future__ import annotations

import click

from straks.cli.group import Command
from straks.cli.terminal import console, json_option, write_json


@click.command("explain", cls=Command)
@click.argument("code")
@json_option
def command(*, code: str, as_json: bool) -> None:
    """
    Explain a rule: what is wrong, why, and what to do.

    CODE is what a finding shows, such as SMS102, or the rule's name.
    """
    from rich.text import Text

    from straks.cli.known_rules import known_rule
    from straks.cli.rules import document

    rule = known_rule(code)
    if as_json:
        write_json({**document(rule), "page": rule.page})
        return
    decided = f"decided on: {rule.scope}" if rule.test is None else f"kept at run time, shown by {rule.test}"
    out = console()
    out.print(Text(f"{rule.code} {rule.name}", "bold"), soft_wrap=True)
    out.print(f"{rule.severity}; {decided}; since {rule.since}\n", soft_wrap=True)
    out.print(rule.page, soft_wrap=True)
