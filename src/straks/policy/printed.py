"""
What a hole may print, over everything that its parameter admits and not its example alone.

Every value there is, or where there are too many one of each class that prints alike, and of a free
text one of each sort of character it may hold; each is sent through the hole's own filters, since
``upper`` turns «à» into a letter that GSM-7 lacks and ``plural`` a number into a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from straks.core.domain import Free, Span, TooMany, domain_of, numbers_of
from straks.core.text_kinds import Reference, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from straks.core.parameter import Parameter
    from straks.core.way import Hole
    from straks.policy.subject import Page

_LONG_ENOUGH: Final = 4
"""Characters of a free text that is shown: from four digits on a run looks like a code."""


def printings(page: Page, hole: Hole) -> Iterator[tuple[str, Any]]:
    """
    Yield what *hole* may print on *page*, each with a value that prints it.

    The value is None where none is known that is admitted.
    """
    done = page.once(_printed)
    if hole not in done:
        done[hole] = tuple(_printings(page, hole))
    yield from done[hole]


def first_printing(page: Page, hole: Hole, wanted: Callable[[str], object]) -> tuple[str, Any] | None:
    """Return the first of `printings` that is *wanted*, None where there is none."""
    return next((pair for pair in printings(page, hole) if wanted(pair[0])), None)


def widest(page: Page, hole: Hole) -> int:
    """Return how many bytes of UTF-8 *hole* prints at most; 0 where that is not known."""
    parameter = page.printer.parameter(hole.ref)
    sizes = [len(text.encode()) for text, _ in printings(page, hole)]
    if not isinstance(parameter, Text) or not sizes:
        return max(sizes, default=0)
    # A free text was printed a few characters long.
    length = min(max(parameter.min_length, _LONG_ENOUGH), parameter.max_length)
    return max(sizes) * parameter.max_length // length


def _printed(_: Page) -> dict[Hole, tuple[tuple[str, Any], ...]]:
    return {}


def _printings(page: Page, hole: Hole) -> Iterator[tuple[str, Any]]:
    for value, admitted in _values(page.printer.parameter(hole.ref)):
        yield page.printer.prints(hole, value), value if admitted else None


def _values(parameter: Parameter) -> Iterator[tuple[Any, bool]]:
    try:
        domain = domain_of(parameter)
        if isinstance(domain, Span):
            domain = numbers_of(domain)
    except TooMany:
        return  # which the bound says
    if not isinstance(domain, Free):
        yield from ((value, True) for value in domain.values)
        return
    yield from ((sample, True) for sample in domain.samples)
    # Of a pattern without a sample nothing is known but its characters.
    bare = isinstance(parameter, Reference) and parameter.pattern is not None
    length = min(max(domain.least, _LONG_ENOUGH), domain.most)
    for sort in () if domain.samples else domain.alphabet:
        yield sort * length, not bare
