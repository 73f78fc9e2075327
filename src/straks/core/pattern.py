r"""
What a bounded regular expression can match: how long, out of which characters, and an example.

Patterns are read as ASCII (``\d`` is 0 to 9), or a reference could hold digits that no phone shows.
The analysis stands on the standard library's own parser, whose module is private and has been
stable since Python 3.11; this is the one place that touches it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

ATTEMPTS_MOST: Final = 10_000
"""Ways to try a pattern; with texts as short as ours that is a hundredth of a second at worst."""
_ROUNDS_MOST: Final = 14  # two to this power is more

PRINTABLE_ASCII: Final = tuple(map(chr, range(0x20, 0x7F)))
_CLASSES: Final = {
    "CATEGORY_DIGIT": tuple("0123456789"),
    "CATEGORY_WORD": tuple(
        character for character in PRINTABLE_ASCII if character.isalnum() or character == "_"
    ),
    "CATEGORY_SPACE": (" ",),
}
_LARGEST_RANGE = 4_096


def _parse(pattern: str) -> Any:  # noqa: ANN401 - the parser's own tree
    from re import _parser  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]

    return _parser.parse(pattern, re.ASCII)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]


@lru_cache(maxsize=256)
def widths(pattern: str) -> tuple[int, int]:
    """
    Return the lengths of the shortest and the longest text that *pattern* matches.

    An unbounded pattern has a longest of billions. Raises `re.error` for what is no pattern.

    >>> widths("20[0-9]{2}/[0-9]{1,6}")
    (6, 11)
    """
    least, most = _parse(pattern).getwidth()
    return int(least), int(most)


@lru_cache(maxsize=256)
def characters(pattern: str) -> tuple[str, ...] | None:
    """
    Return every character that a match can hold, or None where that may be any.

    >>> characters("[a-c]{2}|/")
    ('/', 'a', 'b', 'c')
    """
    found: set[str] = set()
    return tuple(sorted(found)) if _collect(_parse(pattern), found) else None


def _collect(tree: Any, found: set[str]) -> bool:  # noqa: ANN401 - the parser's own tree
    """Gather the characters of *tree*; False where they may be any."""
    return all(_collect_one(str(operation), argument, found) for operation, argument in tree)


def _collect_one(name: str, argument: Any, found: set[str]) -> bool:  # noqa: ANN401 - the parser's own tree
    match name:
        case "LITERAL":
            found.add(chr(argument))
            return True
        case "IN":
            members = _members(argument)
            found.update(members or ())
            return members is not None
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _collect(argument[2], found)
        case "BRANCH":
            return all(_collect(branch, found) for branch in argument[1])
        case "SUBPATTERN":
            # Flags inside a pattern, such as (?i) or (?u), change what its characters mean.
            return not (argument[1] or argument[2]) and _collect(argument[3], found)
        case _:
            return name == "AT"


def _members(parts: Any) -> set[str] | None:  # noqa: ANN401 - the parser's own tree
    """Return what a ``[class]`` holds, or None where it is too large or negated."""
    members: set[str] = set()
    for operation, argument in parts:
        name = str(operation)
        if name == "LITERAL":
            members.add(chr(argument))
        elif name == "RANGE" and argument[1] - argument[0] < _LARGEST_RANGE:
            members.update(map(chr, range(argument[0], argument[1] + 1)))
        elif name == "CATEGORY" and str(argument) in _CLASSES:
            members.update(_CLASSES[str(argument)])
        else:
            return None
    return members


@lru_cache(maxsize=256)
def longest(pattern: str) -> str | None:
    """
    Return a text that *pattern* matches, as long as any; None where none was found.

    >>> longest("20[0-9]{2}/[0-9]{1,6}")
    '2000/000000'
    """
    text = _longest(_parse(pattern))
    return text if text is not None and re.fullmatch(pattern, text, re.ASCII) else None


def _longest(tree: Any) -> str | None:  # noqa: ANN401 - the parser's own tree
    text = ""
    for operation, argument in tree:
        name = str(operation)
        part: str | None = None
        if name == "LITERAL":
            part = chr(argument)
        elif name == "IN":
            members = _members(argument)
            part = min(members) if members else None
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            once = _longest(argument[2])
            part = None if once is None else once * argument[1]
        elif name == "BRANCH":
            branches = [branch for each in argument[1] if (branch := _longest(each)) is not None]
            part = max(branches, key=len, default=None)
        elif name == "SUBPATTERN":
            part = _longest(argument[3])
        elif name == "AT":
            part = ""
        if part is None:
            return None
        text += part
    return text


def attempts(pattern: str) -> int | None:
    """
    Return how many ways there are to try *pattern* on a text, at most; None where that is unknown.

    A backtracking matcher may try them all before it says no, so this bounds what a hostile value
    can cost. Large counts stop at `ATTEMPTS_MOST` and one more. Unknown are look-around and references
    to groups.

    >>> attempts("20[0-9]{2}/[0-9]{1,6}"), attempts("(a|a){1,50}") == ATTEMPTS_MOST + 1
    (6, True)
    """
    return _attempts(_parse(pattern))


def _attempts(tree: Any) -> int | None:  # noqa: ANN401 - the parser's own tree
    total = 1
    for operation, argument in tree:
        name = str(operation)
        some: int | None = None
        if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN", "AT"):
            some = 1
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, part = argument
            once = _attempts(part)
            # More rounds than these are over the limit whatever they hold.
            rounds = range(least, min(most, ATTEMPTS_MOST + least) + 1)
            some = None if once is None else _capped(once ** min(count, _ROUNDS_MOST) for count in rounds)
        elif name == "BRANCH":
            branches = [_attempts(branch) for branch in argument[1]]
            some = None if None in branches else _capped(branch or 0 for branch in branches)
        elif name in ("SUBPATTERN", "ATOMIC_GROUP"):
            some = _attempts(argument[3] if name == "SUBPATTERN" else argument)
        if some is None:
            return None
        total = min(total * some, ATTEMPTS_MOST + 1)
    return total


def _capped(counts: Iterable[int]) -> int:
    total = 0
    for count in counts:
        total += count
        if total > ATTEMPTS_MOST:
            return ATTEMPTS_MOST + 1
    return total
