"""
What is wrong is raised at once, or noted beside the rest, as the caller wants it.

Whoever sends wants to hear of the first fault and go no further. Whoever checks a folder wants all of
them, and what is sound looked at all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from straks.errors import TemplateError

if TYPE_CHECKING:
    from types import TracebackType


class Noting:
    """
    A block in which a `TemplateError` is noted, and the program goes on after the block.

    Args:
        broken: Where to note it; None raises it as if there were no block.
    """

    def __init__(self, broken: list[TemplateError] | None) -> None:
        self._broken = broken

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if self._broken is None or not isinstance(error, TemplateError):
            return False
        self._broken.append(error)
        return True
