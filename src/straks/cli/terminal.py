"""
What commands write with: a console for people, one JSON document for programs.

Texts come from anywhere, and a terminal obeys what it is sent. So each goes through `visible` first: an
escape sequence in a message moves no cursor, and a bidirectional override turns no line around. The same
goes for error messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from straks.cli import exits
from straks.preview.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

F = TypeVar("F", bound="Callable[..., Any]")


def console(*, stderr: bool = False) -> Console:
    """Return a console that takes texts as they are: no markup, no emoji codes, no guessed colours."""
    from rich.console import Console

    return Console(markup=False, emoji=False, highlight=False, stderr=stderr)


def one_line(text: str) -> str:
    r"""
    Return *text* in one line, fit for a terminal.

    >>> one_line("no\n such thing")
    'no such thing'
    """
    return visible(" ".join(text.split()))


def write_json(document: object) -> None:
    """Write *document* to standard output as JSON, UTF-8 whatever the terminal speaks."""
    import json

    click.echo(json.dumps(document, ensure_ascii=False, indent=2).encode())


def json_option(command: F) -> F:
    """Give *command* the option ``--json``, as the argument *as_json*."""
    return click.option(
        "--json", "as_json", is_flag=True, callback=_note_json, help="Write one JSON document, for programs."
    )(command)


def _note_json(ctx: click.Context, _option: click.Parameter, value: bool) -> bool:  # noqa: FBT001 - click's
    if value:
        ctx.meta[exits.JSON] = True
    return value
