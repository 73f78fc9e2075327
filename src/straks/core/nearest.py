"""The name that was meant by one that is not there; what finds it is loaded when there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


ALIKE: Final = 0.6
"""The share of two names that is the same, where one may be meant by the other."""

A_SLIP: Final = 0.8
"""The same where nothing but a slip of the pen will do: one character in five is another."""


def nearest(name: str, known: Iterable[str], alike: float = ALIKE) -> str | None:
    """
    Return the name out of *known* that *name* is most like, None where it is *alike* to none of them.

    >>> nearest("purpos", ["purpose", "repeat"])
    'purpose'
    """
    from difflib import get_close_matches

    found = get_close_matches(name, known, n=1, cutoff=alike)
    return found[0] if found else None
