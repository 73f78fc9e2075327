"""
What filters make of one character of a free text, wherever it stands in the text.

A free text is one of very many, so it is not printed to see what it costs: each character it may
hold is. Every outcome that some neighbourhood could bring is listed (``title`` raises a letter here
and lowers it there; ``replace`` with several characters is dealt out among them), so that what a
whole text prints is always made of these parts, and the worst part for each character is a bound.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from straks.core.domain import Free
    from straks.core.way import Filter

FOLLOWED: Final = frozenset({"upper", "lower", "title", "capitalize", "trim", "replace"})
"""The filters of free text that can be followed."""


@lru_cache(maxsize=1024)
def spellings(domain: Free, filters: tuple[Filter, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Return what the first character of a text may print as, and what any other may."""
    if filters and filters[0].name == "capitalize":
        sorts = _sorts(domain, filters)
        return (
            _followed({sort.capitalize() for sort in sorts}, filters[1:]),
            _followed({sort.lower() for sort in sorts}, filters[1:]),
        )
    every = _followed(_sorts(domain, filters), filters)
    return every, every


def _sorts(domain: Free, filters: tuple[Filter, ...]) -> set[str]:
    """Return a character of each sort, with those that filters look for."""
    sorts = set(domain.alphabet)
    if domain.anything:
        sorts.update("".join(str(each.arguments[0]) for each in filters if each.name == "replace"))
    return sorts


def _followed(parts: set[str], filters: tuple[Filter, ...]) -> frozenset[str]:
    for each in filters:
        parts = {after for part in parts for after in _after(part, each)}
    return frozenset(parts)


def _after(part: str, applied: Filter) -> set[str]:
    match applied.name:
        case "upper":
            return {part.upper()}
        case "lower":
            return {part.lower()}
        case "title" | "capitalize":
            return {part.upper(), part.lower(), part.capitalize()}
        case "trim":
            return {part, ""}
        case _:
            old, new = str(applied.arguments[0]), str(applied.arguments[1])
            sometimes = len(old) > 1 or len(applied.arguments) > 1 + 1
            outcomes = [_replaced(character, old, new, sometimes=sometimes) for character in part]
            return set(map("".join, product(*outcomes)))


def _replaced(character: str, old: str, new: str, *, sometimes: bool) -> set[str]:
    """Return what *character* prints as where it may be one of *old*: its share of *new*, or itself."""
    # The shares of all characters of *old*, one after the other, are *new*.
    shares = {
        new[len(new) * number // len(old) : len(new) * (number + 1) // len(old)]
        for number, wanted in enumerate(old)
        if wanted == character
    }
    return shares | {character} if sometimes or not shares else shares
