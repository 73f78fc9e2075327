"""
What a hole may print, value by value: each value there is, or one of each class that prints alike.

A free text is too many values for that; what it prints is told by `straks.core.spelling`, letter by
letter, unless a filter counts its letters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from straks.core.domain import Free, Listed, Span, TooMany, domain_of, representatives
from straks.core.narrowing import DECIDED
from straks.core.spelling import FOLLOWED, counted
from straks.core.way import ONE_LINE, ONWARDS, Filter

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from straks.core.domain import Domain
    from straks.core.printing import Printer
    from straks.core.way import Hole

# Filters that make alike of what prints alike.
_BY_CLASS: Final = frozenset(
    {"upper", "lower", "title", "capitalize", "plural", "round", "length", ONWARDS.name, ONE_LINE.name}
)
_TRIM: Final = Filter("trim")


def is_followed(domain: Domain, filters: tuple[Filter, ...]) -> bool:
    """Tell whether it is known what *filters*, the last of them new, make of all that *domain* admits."""
    last = filters[-1]
    if isinstance(domain, Free):
        numbers = counted(domain, filters[:-1])
        if numbers is None:
            return last in (ONE_LINE, ONWARDS) or (last.name in FOLLOWED and "" not in last.arguments[:1])
        return numbers[2] or _by_class(last)
    if isinstance(domain, Span):
        return len(domain) <= DECIDED or all(map(_by_class, filters))
    return domain.complete or _by_class(last)


def _by_class(filter_: Filter) -> bool:
    return filter_.name in _BY_CLASS or filter_ == _TRIM


class Options:
    """
    Lists what holes may print, and prints each value at each kind of hole once.

    Args:
        printer: What a value prints.
    """

    def __init__(self, printer: Printer) -> None:
        self._printer = printer
        self._domains: dict[str, Domain] = {}
        self._listed: dict[Hashable, tuple[tuple[Any, str], ...] | None] = {}
        self._printed: dict[tuple[str, tuple[Filter, ...]], dict[Any, str]] = {}

    def domain(self, ref: str) -> Domain:
        """Return what the value named *ref* may be as far as its parameter says."""
        name = ref.partition("#")[0]
        if name not in self._domains:
            self._domains[name] = domain_of(self._printer.parameter(ref))
        return self._domains[name]

    def of(self, hole: Hole, domain: Domain) -> tuple[tuple[Any, str], ...] | None:
        """
        Return values with what each prints at *hole*; None for a free text.

        A number of letters is printed by many texts, so no value stands beside it.
        """
        # All items of a list print alike.
        key = (hole.ref.partition("#")[0], hole.filters, domain)
        if key not in self._listed:
            if isinstance(domain, Free):
                self._listed[key] = self._numbers(hole, domain)
            else:
                listed = values(domain, hole.filters)
                self._listed[key] = tuple(zip(listed, self.each_printed(hole, listed), strict=True))
        return self._listed[key]

    def printed(self, hole: Hole, value: Any) -> str:  # noqa: ANN401 - any kind's value
        """Return what *value* prints at *hole*."""
        return self.each_printed(hole, (value,))[0]

    def each_printed(self, hole: Hole, every: Iterable[Any]) -> list[str]:
        """Return what each of *every* value prints at *hole*."""
        texts = self._printed.setdefault((hole.ref.partition("#")[0], hole.filters), {})
        printed: list[str] = []
        for value in every:
            text = texts.get(value)
            if text is None:
                text = texts[value] = self._printer.prints(hole, value)
            printed.append(text)
        return printed

    def _numbers(self, hole: Hole, domain: Free) -> tuple[tuple[None, str], ...] | None:
        counted_ = counted(domain, hole.filters)
        if counted_ is None:
            return None
        numbers, filters, _ = counted_
        texts: dict[str, None] = {}
        for number in numbers:
            shown: object = number
            for filter_ in filters:
                shown = self._printer.filtered(filter_, shown)
            texts[str(shown)] = None
        return tuple((None, text) for text in texts)


def values(domain: Listed | Span, filters: tuple[Filter, ...] = ()) -> tuple[Any, ...]:
    """
    Return every value of *domain*, or one of each class that prints alike after *filters*.

    Raises:
        TooMany: They make different texts of values that would print alike, and there are too many.
    """
    if isinstance(domain, Listed):
        return domain.values
    if all(map(_by_class, filters)):
        return representatives(domain)
    if len(domain) > DECIDED:
        raise TooMany(f"{len(domain)} values are too many to look through")
    return tuple(domain)
