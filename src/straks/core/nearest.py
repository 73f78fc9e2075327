"""The name that was meant by one that is not there; what finds it is loaded when there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """
    Return the name out of *known* that *name* is most like, None where it is like none of them.

    >>> nearest("purpos", ["purpose", "repeat"])
    'purpose'
    """
    from difflib import get_close_matches

    found = get_close_matches(name, known, n=1)
    return found[0] if found else None
