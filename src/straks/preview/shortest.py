"""
Values that make a message as short as they easily can.

The longest case is proven (`straks.bound`); the shortest costs nobody anything, and is there to be looked
at. So it is found and not proven: each parameter in turn gets the one of a few small values that leaves the
least, the others staying as they are.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from straks.core.amount_kind import Amount
from straks.core.calendar_kinds import Date, DateTime, Time
from straks.core.choice_kind import Choice
from straks.core.list_kind import ListOf
from straks.core.number_kinds import Duration, Integer
from straks.core.parameter import Unfit
from straks.core.text_kinds import Text
from straks.core.url_kind import Url
from straks.errors import StraksError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from straks.core.parameter import Parameter
    from straks.core.template import Template

_LETTER: Final = "i"
_MAY: Final = 5
"""A month that is short in every language."""
_ROUND: Final = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))


def shortest(template: Template, size: Callable[[dict[str, Any]], int]) -> dict[str, Any]:
    """
    Return admitted values for *template* that make *size* small.

    *size* fills the message and measures it; values that it cannot be filled with are passed over.
    """
    values = template.examples
    for name, parameter in template.parameters.items():
        candidates = [values, *(values | {name: small} for small in _small(parameter))]
        if parameter.optional:
            candidates.append({other: value for other, value in values.items() if other != name})
        values = min(candidates, key=lambda candidate: _measured(candidate, size))
    return values


def _measured(values: dict[str, Any], size: Callable[[dict[str, Any]], int]) -> float:
    try:
        return size(values)
    except StraksError:
        return float("inf")


def _small(parameter: Parameter) -> Iterator[object]:
    """Yield a few admitted values that are likely to print short."""
    for value in _guesses(parameter):
        try:
            yield parameter.check(value)
        except Unfit:
            continue


def _guesses(parameter: Parameter) -> Iterator[object]:
    if isinstance(parameter, Text):
        yield _LETTER * parameter.min_length
    elif isinstance(parameter, Integer | Amount | Duration | Time | Date | DateTime):
        yield parameter.min
        if isinstance(parameter, Duration):
            yield from _ROUND
        if isinstance(parameter, Date | DateTime):
            yield from (
                parameter.min.replace(year=parameter.min.year + years, month=_MAY, day=1) for years in (0, 1)
            )
    elif isinstance(parameter, Choice):
        yield from parameter.words
    elif isinstance(parameter, Url):
        yield from (f"https://{host}" for host in parameter.hosts)
    elif isinstance(parameter, ListOf):
        yield from ([item] for item in (parameter.of.example, *_small(parameter.of)) if item is not None)
