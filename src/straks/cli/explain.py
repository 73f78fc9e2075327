"""``straks explain``: the page of a rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

from straks.cli.group import Command
from straks.cli.terminal import console, json_option, visible, write_json

if TYPE_CHECKING:
    from straks.policy.rule import Rule

_SECTION: Final = re.compile(r"(?<!\n)\n(?!\n|Why:|Instead:|Source:)")
_WIDEST: Final = 80


@click.command("explain", cls=Command)
@click.argument("code")
@json_option
def command(*, code: str, as_json: bool) -> None:
    """
    Explain a rule: what is wrong, why, and what to do.

    CODE is what a finding shows, such as SMS102, or the rule's name. The beginning of a code, such as
    SMS, lists the rules that begin so.
    """
    from straks.cli.known_rules import known_rule, known_rules, under

    known = known_rules()
    several = () if code.upper() in known else under(code, known) if code else ()
    rules = several or (known_rule(code, known),)
    if as_json:
        documents = [_document(rule) for rule in rules]
        write_json(documents if several else documents[0])
    elif several:
        _list(several)
    else:
        _explain(rules[0])


def _document(rule: Rule) -> dict[str, object]:
    from straks.cli.rules import document

    return {**document(rule), "page": rule.page}


def _list(rules: tuple[Rule, ...]) -> None:
    from straks.cli.rules import print_family
    from straks.policy.rule import FAMILY

    for family in dict.fromkeys(rule.code[:FAMILY] for rule in rules):
        print_family(family, [rule for rule in rules if rule.code.startswith(family)])
    console().print("Read one with: straks explain CODE")


def _explain(rule: Rule) -> None:
    from rich.text import Text

    decided = f"decided on: {rule.scope.decided}"
    if rule.test is not None:
        decided = f"kept at run time, shown by {rule.test}"
    out = console()
    out.print(Text(f"{rule.code} {rule.name}", "bold"), soft_wrap=True)
    out.print(f"{rule.severity}; {decided}; since {rule.since}\n", soft_wrap=True)
    page = Text(visible(reflowed(rule.page).replace("``", "`")))
    page.highlight_regex(r"(?m)^(Why|Instead|Source):", "bold")
    out.print(page, width=min(out.width, _WIDEST))


def reflowed(page: str) -> str:
    r"""
    Return a rule's page with each sentence in one line, to be wrapped where it is shown.

    >>> reflowed("A\nfault.\n\nWhy: it\nis.\nInstead: not.")
    'A fault.\n\nWhy: it is.\nInstead: not.'
    """
    return _SECTION.sub(" ", page)
