"""
An input for each parameter, made from what the manifest says of it; and values out of what was typed.

What is typed is read as the parameter reads it, so an input may be of whatever kind is handiest for a
person: a duration is a slider that sends seconds, a date what the browser's calendar sends, a list has an
item on each line. A browser's own limits are a convenience; what decides is the parameter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from straks.core.amount_kind import Amount
from straks.core.calendar_kinds import Date, DateTime, Time
from straks.core.choice_kind import Choice
from straks.core.list_kind import ListOf
from straks.core.locale import OSLO
from straks.core.number_kinds import Duration, Integer
from straks.core.parameter import Unfit
from straks.core.text_kinds import ASCII_DIGITS, Code, Text
from straks.core.typed import as_typed
from straks.core.url_kind import Url
from straks.explorer.hints import hint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.core.parameter import Parameter
    from straks.core.template import Template

_MOST_SECONDS: Final = 10**8
"""What a duration in seconds has fewer of, so that it can be read back."""
_TWO_UNITS: Final = 2
"""A browser counts UTF-16, in which a character takes one or two."""
_MOST_STOPS: Final = 100
"""Where a slider for whole numbers stops at most; with more of them a person aims in vain."""
_MOST_ROWS: Final = 6


@dataclass(frozen=True, slots=True)
class Field:
    """
    An input: its ``kind`` is an ``<input>``'s type, or ``textarea``, ``list`` or ``select``.

    ``text`` is what stands in it at first, and ``unit`` what is typed after it unseen; ``options`` are those
    of a select, value and words. ``hint`` says what it takes.
    """

    name: str
    kind: str
    text: str = field(repr=False)
    hint: str
    optional: bool
    secret: bool
    attributes: Mapping[str, str]
    options: tuple[tuple[str, str], ...] = ()
    unit: str = ""

    @property
    def typed(self) -> str:
        """What is sent while nobody has touched it."""
        return f"{self.text} {self.unit}" if self.unit else self.text


def fields_of(template: Template, lang: str) -> list[Field]:
    """Return an input for each parameter of *template*, with its example in it and a hint in *lang*."""
    return [_field(parameter, lang) for parameter in template.parameters.values()]


def taken(template: Template, typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """
    Return values out of what was *typed*, and what is wrong with the rest, each by name.

    What nothing was typed for has its example; an optional one is left out by an empty text.
    """
    values, wrong = dict(template.examples), dict[str, str]()
    for name, parameter in template.parameters.items():
        text = typed.get(name)
        if text is None:
            continue
        if parameter.optional and not text:
            del values[name]
            continue
        try:
            values[name] = parameter.check(_read(parameter, text))
        except Unfit as flaw:
            wrong[name] = str(flaw)
    return values, wrong


def _read(parameter: Parameter, text: str) -> object:
    if not isinstance(parameter, ListOf) or not _has_lines(parameter):
        return parameter.read(text)
    items: list[object] = []
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for number, line in enumerate(lines, start=1):
        try:
            items.append(parameter.of.read(line))
        except Unfit as flaw:
            raise Unfit(f"item {number} {flaw}") from None
    return items


def _field(parameter: Parameter, lang: str) -> Field:
    kind, attributes = _input(parameter)
    return Field(
        parameter.name,
        kind,
        _typed(parameter),
        hint(parameter, lang),
        parameter.optional,
        parameter.secret,
        attributes,
        _options(parameter) if isinstance(parameter, Choice) else (),
        "s" if isinstance(parameter, Duration) and kind == "range" else "",
    )


def _input(parameter: Parameter) -> tuple[str, dict[str, str]]:
    """Return the kind of input for *parameter*, and its attributes."""
    if isinstance(parameter, Code):
        digits = {"inputmode": "numeric"} if parameter.alphabet == ASCII_DIGITS else {}
        return "text", {"maxlength": f"{parameter.length}", **digits}
    if isinstance(parameter, Text):
        units = 1 if parameter.alphabet == "gsm-7" else _TWO_UNITS
        most = {"maxlength": f"{units * parameter.max_length}"}
        return ("textarea", {**most, "rows": f"{parameter.lines}"}) if parameter.lines > 1 else ("text", most)
    if isinstance(parameter, Url):
        return "url", {"maxlength": f"{parameter.max_length}"}
    if isinstance(parameter, Choice):
        return "select", {}
    if isinstance(parameter, ListOf) and _has_lines(parameter):
        return "list", {"rows": f"{min(parameter.max_items, _MOST_ROWS)}"}
    return _measured(parameter)


def _measured(parameter: Parameter) -> tuple[str, dict[str, str]]:
    """Return the kind of input for what has a size or a date."""
    if isinstance(parameter, Integer):
        few = parameter.max - parameter.min < _MOST_STOPS and not parameter.optional
        return "range" if few else "number", {"min": f"{parameter.min}", "max": f"{parameter.max}"}
    if isinstance(parameter, Amount):
        return "text", {"inputmode": "decimal"}
    if isinstance(parameter, Duration) and _slides(parameter):
        return "range", {
            "min": f"{_seconds(parameter.min)}",
            "max": f"{_seconds(parameter.max)}",
            "step": f"{_seconds(parameter.step)}",
        }
    if isinstance(parameter, Date | Time):
        kind = "date" if isinstance(parameter, Date) else "time"
        return kind, {"min": as_typed(parameter.min), "max": as_typed(parameter.max)}
    return "datetime-local" if isinstance(parameter, DateTime) else "text", {}


def _typed(parameter: Parameter) -> str:
    """Return what stands in the input for the example."""
    example = parameter.example
    if example is None:
        return ""
    if isinstance(parameter, Duration) and _slides(parameter):
        return f"{_seconds(example)}"
    if isinstance(parameter, DateTime):
        return f"{example.astimezone(OSLO):%Y-%m-%dT%H:%M}"
    if isinstance(parameter, ListOf) and _has_lines(parameter):
        return "\n".join(map(as_typed, example))
    return as_typed(example)


def _has_lines(parameter: ListOf) -> bool:
    """Tell whether an item may have a line of its own: none has several."""
    return not (isinstance(parameter.of, Text) and parameter.of.lines > 1)


def _slides(parameter: Duration) -> bool:
    """Tell whether a slider will do: it is never empty."""
    return not parameter.optional and _seconds(parameter.max) < _MOST_SECONDS


def _seconds(duration: timedelta) -> int:
    return duration // timedelta(seconds=1)


def _options(parameter: Choice) -> tuple[tuple[str, str], ...]:
    left_out = (("", "–"),) if parameter.optional else ()
    words = (
        (value, f"{value}: {' / '.join(dict.fromkeys(each.values()))}")
        for value, each in parameter.words.items()
    )
    return (*left_out, *words)
