"""
The Python that makes a message, to be pasted into a program.

Every value is written as a literal of its own type, and a text as Python reads it back. Secret values are
covered up unless somebody asks for them: what is copied ends up in other places than what is looked at.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from straks.core.fiction import FICTION_ADDRESS, FICTION_PHONE
from straks.core.locale import OSLO
from straks.preview.masking import DOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from straks.core.template import Template

_CALLS: Final = {"sms": ("sms", FICTION_PHONE), "email": ("email", FICTION_ADDRESS)}
_DOTS: Final = 6
_UNITS: Final = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
_FROM: Final = {
    "datetime": {"date", "datetime", "time", "timedelta"},
    "decimal": {"Decimal"},
    "zoneinfo": {"ZoneInfo"},
}


def call_of(
    template: Template,
    *,
    catalog: str | None,
    locale: str,
    channel: str,
    values: Mapping[str, Any],
    reveal: bool,
) -> str:
    """
    Return a program that makes the message of *template* with *values*.

    Args:
        template: What is filled.
        catalog: What makes its catalog, as `catalog_in` writes it; None where ``catalog`` is there already.
        locale: The language.
        channel: ``sms`` or ``email``.
        values: As the template checked them.
        reveal: Write secret values, too.
    """
    written = {
        name: text_literal(DOT * _DOTS) if template.parameters[name].secret and not reveal else literal(value)
        for name, value in values.items()
    }
    method, to = _CALLS[channel]
    filling = "".join(f"        {text_literal(name)}: {value},\n" for name, value in written.items())
    made = "" if catalog is None else f"import straks\n\ncatalog = {catalog}\n"
    return (
        f"{_imports(values.values())}"
        f"{made}"
        f"{method} = catalog.{method}(\n"
        f"    {text_literal(template.name)},\n"
        f"    locale={text_literal(locale)},\n"
        f"    to={text_literal(to)},\n"
        + (f"    values={{\n{filling}    }},\n" if filling else "    values={},\n")
        + ")\n"
    )


def catalog_in(folder: str | None) -> str:
    """
    Return what makes the catalog that lies in *folder*; None is for the one that ships.

    >>> catalog_in(None), catalog_in("my/templates")
    ('straks.Catalog.load()', 'straks.Catalog.load("my/templates")')
    """
    return f"straks.Catalog.load({'' if folder is None else text_literal(folder)})"


def literal(value: object) -> str:  # noqa: PLR0911 - a type, a line
    """
    Return *value* as Python writes it.

    >>> literal(timedelta(minutes=90)), literal(Decimal("12.50")), literal(("a", "b"))
    ('timedelta(hours=1, minutes=30)', 'Decimal("12.50")', '["a", "b"]')
    """
    if isinstance(value, str):
        return text_literal(value)
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, Decimal):
        return f'Decimal("{value}")'
    if isinstance(value, datetime):
        at = value.astimezone(OSLO)
        after = f', tzinfo=ZoneInfo("Europe/Oslo"){", fold=1" if at.fold else ""}'
        return f"datetime({_digits(at)}, {at.hour}, {at.minute}{_rest(at)}{after})"
    if isinstance(value, date):
        return f"date({_digits(value)})"
    if isinstance(value, time):
        return f"time({value.hour}, {value.minute})"
    if isinstance(value, tuple | list):
        return f"[{', '.join(literal(item) for item in cast('Sequence[object]', value))}]"
    return repr(value)


def text_literal(text: str) -> str:
    r"""
    Return *text* as Python writes it, in double quotes where it is plain.

    >>> text_literal("a"), text_literal('say "a"'), text_literal("a\u202e")
    ('"a"', '"say \\"a\\""', "'a\\u202e'")
    """
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else repr(text)


def _digits(day: date) -> str:
    return f"{day.year}, {day.month}, {day.day}"


def _rest(at: datetime) -> str:
    if at.microsecond:
        return f", {at.second}, {at.microsecond}"
    return f", {at.second}" if at.second else ""


def _duration(duration: timedelta) -> str:
    seconds = duration // timedelta(seconds=1)
    parts: list[str] = []
    for unit, size in _UNITS.items():
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{unit}={count}")
    return f"timedelta({', '.join(parts)})"


def _imports(values: Iterable[object]) -> str:
    """Return the imports that the literals of *values* take."""
    used = {name for value in values for name in _names(value)}
    lines = [
        f"from {module} import {', '.join(sorted(used & names))}\n"
        for module, names in _FROM.items()
        if used & names
    ]
    return "".join(lines) + ("\n" if lines else "")


def _names(value: object) -> Iterator[str]:
    if isinstance(value, tuple | list):
        for item in cast("Sequence[object]", value):
            yield from _names(item)
    else:
        yield type(value).__name__
        if isinstance(value, datetime):
            yield "ZoneInfo"
