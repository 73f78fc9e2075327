"""
What filters make of one character of a free text, wherever it stands in the text.

A free text is one of very many, so it is not printed to see what it costs: each character it may
hold is. Every outcome that some neighbourhood could bring is listed (``title`` raises a letter here
and lowers it there; ``replace`` with several characters is dealt out among them), so that what a
whole text prints is always made of these parts, and the worst part for each character is a bound.

A text whose characters are counted prints a number, and there are not many of those.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Final, NamedTuple

from straks.core.domain import Span, TooMany, numbers_of
from straks.core.way import ONWARDS, Filter

if TYPE_CHECKING:
    from straks.core.domain import Free

WORD_BEGINS_AFTER: Final = "-({[<"
"""What Jinja's ``title`` sees a word begin after, beside white space."""

FOLLOWED: Final = frozenset({"upper", "lower", "title", "capitalize", "trim", "replace", "length"})
"""The filters of free text that can be followed."""
_MOST_SPELT: Final = 400_000
"""Characters of all that one character may become."""


class Spelling(NamedTuple):
    """
    What the characters of a text may print as.

    ``first`` is what the first one may, ``rest`` what any other may, ``pairs`` what two in a row may where
    the first of them lets the second be raised.
    """

    first: frozenset[str]
    rest: frozenset[str]
    pairs: frozenset[str] = frozenset()


def spellings(domain: Free, filters: tuple[Filter, ...]) -> Spelling:
    """Return what a text of *domain* is made of once it is filtered."""
    return _spellings(domain.letter, filters)


@lru_cache(maxsize=1024)
def _spellings(domain: Free, filters: tuple[Filter, ...]) -> Spelling:
    sorts = _sorts(domain, filters)
    first, rest = set(sorts), set(sorts)
    pairs: set[str] = set()
    match filters[:1]:
        case (Filter("capitalize"),):
            first, rest = {sort.capitalize() for sort in sorts}, {sort.lower() for sort in sorts}
        case (Filter("title") | Filter(ONWARDS.name),):
            raised, rest = {sort.upper() for sort in sorts}, {sort.lower() for sort in sorts}
            first = rest if filters[0] == ONWARDS else raised | rest
            # A letter is raised behind one of these alone, and each of them raises one letter.
            begins = {" ", *(sorts & set(WORD_BEGINS_AFTER))}
            pairs = {begin + letter for begin in begins for letter in raised - rest}
        case _:
            return Spelling(*[_followed(first, filters)] * 2)
    return Spelling(*(_followed(parts, filters[1:]) for parts in (first, rest, pairs)))


def may_vanish(domain: Free, filters: tuple[Filter, ...]) -> bool:
    """Tell whether a text may print nothing, or nothing but white space."""
    return domain.least == 0 or _vanishes(domain.letter, filters)


@lru_cache(maxsize=1024)
def _vanishes(letter: Free, filters: tuple[Filter, ...]) -> bool:
    first, rest, _ = _spellings(letter, filters)
    return any(not part.strip() for part in first | rest)


def counted(
    domain: Free, filters: tuple[Filter, ...]
) -> tuple[tuple[int, ...], tuple[Filter, ...], bool] | None:
    """
    Return how many characters a text may have where *filters* count them; None where they do not.

    Beside the numbers stand the filters behind that, and whether these are all numbers there may be
    or one of each class that prints alike.
    """
    for index, each in enumerate(filters):
        if each.name == "length":
            low, high = sizes(domain, filters[:index])
            numbers = numbers_of(Span(((low, high),)))
            return numbers.values, filters[index + 1 :], numbers.complete
    return None


def sizes(domain: Free, filters: tuple[Filter, ...]) -> tuple[int, int]:
    """Return how many characters a text prints, at least and at most."""
    spelling = spellings(domain, filters)
    lengths = [len(part) for parts in spelling[:2] for part in parts]
    # A pair stands for two characters.
    lengths += [size for part in spelling.pairs for size in (len(part) // 2, -(-len(part) // 2))]
    return domain.least * min(lengths), domain.most * max(lengths)


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
        case "title" | "capitalize" | ONWARDS.name:
            return _every([{sort.upper(), sort.lower(), sort.capitalize()} for sort in part])
        case "trim":
            edges = str(applied.arguments[0]) if applied.arguments else None
            return {part, part.lstrip(edges), part.rstrip(edges), part.strip(edges), ""}
        case "replace":
            old, new = str(applied.arguments[0]), str(applied.arguments[1])
            sometimes = len(old) > 1 or len(applied.arguments) > 1 + 1
            return _every([_replaced(sort, old, new, sometimes=sometimes) for sort in part])
        case _:
            return {part}


def _every(outcomes: list[set[str]]) -> set[str]:
    """Return every text that takes one of each of *outcomes*."""
    if prod(map(len, outcomes)) * sum(max(map(len, each)) for each in outcomes) > _MOST_SPELT:
        raise TooMany(
            "a filter may change what another filter wrote in too many ways; "
            "write it in its final form at once"
        )
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
