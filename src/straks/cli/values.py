"""
What is typed on a command line for a template: where it lies, and what fills it.

Each parameter reads its own values, so ``--set lifetime="5 min"`` means what the manifest means.
No error here shows a value: it may be a code.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from straks.core.nearest import nearest
from straks.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from straks.core.template import Template

F = TypeVar("F", bound="Callable[..., Any]")

CHANNELS: Final = ("sms", "email")


def templates_option(command: F) -> F:
    """Give *command* the option ``--templates``, as the argument *folders*."""
    return click.option(
        "--templates",
        "folders",
        multiple=True,
        metavar="PATH",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Your own folder of templates, in place of the shipped ones; repeat it to overlay several.",
    )(command)


def set_option(command: F) -> F:
    """Give *command* the option ``--set``, as the argument *pairs*: a text for each name."""
    return click.option(
        "--set",
        "pairs",
        multiple=True,
        metavar="NAME=VALUE",
        callback=_parted,
        help='The value of a parameter, such as lifetime="5 min"; an optional one is left out by NAME=.',
    )(command)


def _parted(_ctx: click.Context, _option: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for number, pair in enumerate(given, start=1):
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise click.BadParameter(
                f'number {number} of them is not NAME=VALUE; write service="Skatteetaten"'
            )
        if name in pairs:
            raise click.BadParameter(f"{name!r} is given twice; give it once")
        pairs[name] = text
    return pairs


def read_values(template: Template, pairs: Mapping[str, str]) -> dict[str, object]:
    """
    Read the values typed for *template*.

    Raises:
        InvalidValue: There is no such parameter, or a text is no value of its kind.
    """
    return {name: _read(template, name, text) for name, text in pairs.items()}


def _read(template: Template, name: str, text: str) -> object:
    parameter = template.parameters.get(name)
    if parameter is None:
        # `Template.check` would rather speak of what is missing; of a slip of the pen this says more.
        near = nearest(name, template.parameters)
        takes = f"it takes {', '.join(template.parameters) or 'none'}"
        flaw = f"has no parameter {name!r}; {f'did you mean {near!r}?' if near else takes}"
        raise InvalidValue(f"{template.name} {flaw}", template=template.name, parameter=name)
    if parameter.optional and not text:
        return None
    from straks.core.parameter import Unfit

    try:
        return parameter.read(text)
    except Unfit as flaw:
        raise InvalidValue(
            f"{template.name}: {name!r} {flaw}", template=template.name, parameter=name
        ) from None
