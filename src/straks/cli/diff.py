"""``straks diff``: what differs between two sets of templates."""

from __future__ import annotations

from typing import Final

import click
from click.exceptions import Exit

from straks.cli import exits
from straks.cli.group import Command
from straks.cli.terminal import console, json_option, one_line, write_json

_EXAMPLES: Final = """
\b
Where HEAD is what lies here, these three ask the same:
  straks diff main:templates templates
  straks diff main templates
  straks diff main HEAD -- templates
"""


@click.command("diff", cls=Command, epilog=_EXAMPLES)
@click.argument("old")
@click.argument("new")
@click.argument("folder", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "markdown")),
    default="text",
    show_default=True,
    help="For a terminal, or to paste into a pull request.",
)
@json_option
def command(*, old: str, new: str, folder: str | None, form: str, as_json: bool) -> None:
    """
    Show what differs between two sets of templates.

    OLD and NEW are folders, or git revisions with a folder: main:templates. A revision alone takes the
    folder of the other side, or FOLDER.

    Shown are templates and parameters that came, went or changed, worst cases before and after, findings
    that are new or fixed under the policy of NEW, and the texts as the examples fill them.

    Exit codes, as diff has them: 0 nothing differs, 1 something does, 2 something cannot be read.
    """
    from straks.cli.comparing import compare, document
    from straks.cli.progress import watched
    from straks.cli.sides import sides
    from straks.plugins import load_rules

    rules = load_rules()
    before, after, policy = sides(old, new, folder)
    comparison = compare(before, after, policy, rules, watched("Comparing"))
    if as_json:
        write_json(document(comparison))
    elif form == "markdown":
        from straks.cli.comparison_markdown import as_markdown

        click.echo(as_markdown(comparison).encode(), nl=False)
    else:
        from straks.cli.comparison_text import as_text

        console().print(as_text(comparison), soft_wrap=True)
    for told in comparison.unreadable:
        click.echo(f"Error: {one_line(told)}", err=True)
    if comparison.unreadable:
        raise Exit(exits.UNUSABLE)
    if comparison.templates:
        raise Exit(exits.DID_NOT_WORK)
