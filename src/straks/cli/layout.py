"""Panels beside each other where a terminal is wide enough, and below each other where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console
    from rich.panel import Panel

_GAP: Final = 1
_LEAST: Final = 38  # a phone shows about as much on a line
_MOST: Final = 60


def side_by_side(out: Console, panels: Sequence[Callable[[int], Panel]]) -> None:
    """Print *panels*, each made when it is told how many columns it may take."""
    from rich.columns import Columns

    if panels:
        width = panel_width(out.width, len(panels))
        out.print(Columns([make(width) for make in panels]))


def panel_width(available: int, count: int) -> int:
    """
    Return how many columns each of *count* panels takes when as many as fit stand in a row.

    >>> panel_width(120, 3), panel_width(80, 3), panel_width(30, 3), panel_width(200, 1)
    (39, 39, 30, 60)
    """
    in_a_row = max(1, min(count, (available + _GAP) // (_LEAST + _GAP)))
    return min(_MOST, (available + _GAP) // in_a_row - _GAP)
