"""
What a condition says about a value: the domain it is narrowed to where the condition holds, and where not.

A condition about a value and a constant is decided over everything the value may be. Where only
representatives are listed, or the question is not one of equality about free text, nothing is
narrowed, and both outcomes keep all of it: sound, and never less than the truth.
"""

from __future__ import annotations

import math
import operator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

from straks.core.domain import Domain, Listed, Span

if TYPE_CHECKING:
    from collections.abc import Callable

TRUTH: Final = "truth"

OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
    "in": lambda value, group: value in group,
    "notin": lambda value, group: value not in group,
    TRUTH: lambda value, _: bool(value),
}
# What a comparison says when its sides change places.
TURNED: Final = {"eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "lteq": "gteq", "gteq": "lteq"}
_OPPOSITE: Final = {"ne": "eq", "notin": "in", "gteq": "lt", "gt": "lteq"}


def narrowed(domain: Domain, asked: str, wanted: object) -> tuple[Domain, Domain] | None:
    """Return what is left of *domain* where a comparison holds, and where not; None where that is unknown."""
    if asked in _OPPOSITE:
        turned = narrowed(domain, _OPPOSITE[asked], wanted)
        return turned and (turned[1], turned[0])
    if isinstance(domain, Listed):
        return _narrowed_list(domain, asked, wanted)
    if isinstance(domain, Span):
        return _narrowed_span(domain, asked, wanted)
    if asked == TRUTH:
        return replace(domain, least=max(domain.least, 1)), Listed(("",) if domain.least == 0 else ())
    group = _group(asked, wanted)
    if group is None:
        return None
    # What was compared with may still be there where it differs: sound, and never less.
    fitting = (text for text in group if isinstance(text, str) and domain.least <= len(text) <= domain.most)
    return Listed(tuple(fitting)), domain


def _group(asked: str, wanted: object) -> list[object] | None:
    """Return the values that a comparison admits, where it lists them."""
    if asked == "eq":
        return [wanted]
    return cast("list[object]", wanted) if asked == "in" and isinstance(wanted, list) else None


def _narrowed_list(domain: Listed, asked: str, wanted: object) -> tuple[Domain, Domain] | None:
    holds = [bool(OPERATORS[asked](value, wanted)) for value in domain.values]
    if not domain.complete and asked != TRUTH:
        return None
    return (
        replace(
            domain, values=tuple(value for value, truth in zip(domain.values, holds, strict=True) if truth)
        ),
        replace(
            domain,
            values=tuple(value for value, truth in zip(domain.values, holds, strict=True) if not truth),
        ),
    )


def _narrowed_span(domain: Span, asked: str, wanted: object) -> tuple[Domain, Domain] | None:
    if asked == TRUTH:
        return domain.without(0), domain.narrowed(0, 0)
    if asked == "in" and (group := _group(asked, wanted)) is not None:
        numbers = [
            int(number) for number in group if isinstance(number, (int, float)) and number == int(number)
        ]
        inside = Span(tuple((n, n) for n in sorted(set(numbers)) if domain.narrowed(n, n).intervals))
        outside = domain
        for number in numbers:
            outside = outside.without(number)
        return inside, outside
    if not isinstance(wanted, (int, float)):
        return None
    least, most = float("-inf"), float("inf")
    if asked == "eq":
        number = int(wanted)
        return (
            (domain.narrowed(wanted, wanted), domain.without(number))
            if number == wanted
            else (Span(()), domain)
        )
    if asked == "lt":
        below = math.ceil(wanted) - 1
        return domain.narrowed(least, below), domain.narrowed(below + 1, most)
    upto = math.floor(wanted)
    return domain.narrowed(least, upto), domain.narrowed(upto + 1, most)


def is_empty(domain: Domain) -> bool:
    """Tell whether no value is left."""
    if isinstance(domain, Listed):
        return not domain.values
    return isinstance(domain, Span) and not domain.intervals
