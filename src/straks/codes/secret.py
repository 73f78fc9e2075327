"""
Text that may be used but not shown.

Error reporters print the local variables of every frame that an error came through, by ``repr``. So
what must not be seen (the code above all, but also who asks for it) is wrapped at the door, and is
plain text to everything that uses it.
"""

from __future__ import annotations

from typing import Final

MASK: Final = "••••••"


class Secret(str):
    """
    A text like any other, but for its ``repr``.

    >>> code = Secret("482913")
    >>> code
    '••••••'
    >>> code == "482913", f"{code}"
    (True, '482913')
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"'{MASK}'"
