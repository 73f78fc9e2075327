"""
What is typed on a command line for a template: where it lies, and what fills it.

Each parameter reads its own values, so ``--set lifetime="5 min"`` means what the manifest means.
No error here shows a value: it may be a code.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click

from straks.core.parameter import Unfit
from straks.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from straks.core.template import Template

F = TypeVar("F", bound="Callable[..., Any]")

FICTION_PHONE: Final = "+46701740605"
"""A number nobody has: Sweden sets +46 70 174 06 05 to 99 aside for fiction (Source: PTS)."""
FICTION_ADDRESS: Final = "kari@example.org"
"""An address nobody has: the domain is set aside (Source: RFC 2606, 3)."""

CHANNELS: Final = ("sms", "email")

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


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
        nearest = get_close_matches(name, template.parameters, n=1)
        takes = f"it takes {', '.join(template.parameters) or 'none'}"
        flaw = f"has no parameter {name!r}; {f'did you mean {nearest[0]!r}?' if nearest else takes}"
        raise InvalidValue(f"{template.name} {flaw}", template=template.name, parameter=name)
    if parameter.optional and not text:
        return None
    try:
        return parameter.read(text)
    except Unfit as flaw:
        raise InvalidValue(
            f"{template.name}: {name!r} {flaw}", template=template.name, parameter=name
        ) from None


def as_typed(value: object) -> str:
    """
    Write a parameter's *value* as one would type it for ``--set``.

    >>> as_typed(timedelta(minutes=90)), as_typed(date(2026, 5, 17)), as_typed(("a", "b"))
    ('1 h 30 min', '2026-05-17', 'a, b')
    """
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, datetime | time):
        return value.isoformat("T", "minutes") if isinstance(value, datetime) else value.isoformat("minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        items = [as_typed(item) for item in cast("Sequence[object]", value)]
        return ("; " if any("," in item for item in items) else ", ").join(items)
    return str(value)


def _duration(value: timedelta) -> str:
    seconds = value.days * 86_400 + value.seconds
    parts: list[str] = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 s"
