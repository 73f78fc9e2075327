"""
Charts as SVG: where each bar stands, and what a reader who does not see it is told.

A chart is a value; the page's template writes it out. Lengths are in the chart's own units, which the
browser scales to the width it has. Colours are classes, so that the page's style decides them, in light and
dark; what a colour says stands in words, too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 640
ROW_HEIGHT: Final = 34
HEIGHT: Final = 260
LEFT: Final = 56
BOTTOM: Final = 34
TOP: Final = 14

_LABEL_WIDTH: Final = 150
_COUNT_WIDTH: Final = 80
_TICKS: Final = 4
_LABELS: Final = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle, of the class *kind*."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Label:
    """A text; *anchor* is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of *width* and *height* with its title and what it shows in words."""

    name: str
    title: str
    description: str
    width: float
    height: float
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    lines: tuple[float, ...] = ()
    """Heights at which a line goes across."""


@dataclass(frozen=True, slots=True)
class Column:
    """One place on the way from left to right: its name, and how much of each kind is piled up there."""

    name: str
    parts: tuple[tuple[str, float], ...]

    @property
    def total(self) -> float:
        """How high it is."""
        return sum(amount for _, amount in self.parts)


def rows_chart(name: str, title: str, description: str, rows: Sequence[tuple[str, int, str]]) -> Chart:
    """Return bars that lie, one for each of *rows*: its name, how many, and the class."""
    room = WIDTH - _LABEL_WIDTH - _COUNT_WIDTH
    most = max((count for _, count, _ in rows), default=0) or 1
    bars: list[Bar] = []
    labels: list[Label] = []
    for index, (called, count, kind) in enumerate(rows):
        y = index * ROW_HEIGHT
        # What is there at all is seen, however few they are.
        width = max(2.0, round(room * count / most, 1)) if count else 0.0
        bars.append(Bar(_LABEL_WIDTH, y + 6, width, ROW_HEIGHT - 12, kind))
        labels.append(Label(_LABEL_WIDTH - 10, y + 22, called, "end"))
        labels.append(Label(_LABEL_WIDTH + width + 8, y + 22, f"{count:,}"))
    return Chart(name, title, description, WIDTH, len(rows) * ROW_HEIGHT, tuple(bars), tuple(labels))


def columns_chart(name: str, title: str, description: str, columns: Sequence[Column]) -> Chart:
    """Return bars that stand, one for each of *columns*, on an axis from 0."""
    step = _step(max((column.total for column in columns), default=0.0))
    most = step * math.ceil(max(max((column.total for column in columns), default=0.0), step) / step)
    high, wide = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT) / max(1, len(columns))
    gap = min(4.0, wide * 0.15)
    bars: list[Bar] = []
    labels: list[Label] = []
    lines: list[float] = []
    for tick in range(round(most / step) + 1):
        y = round(TOP + high - high * tick * step / most, 1)
        lines.append(y)
        labels.append(Label(LEFT - 8, y + 4, f"{tick * step:,.10g}", "end"))
    every = math.ceil(len(columns) / _LABELS)
    for index, column in enumerate(columns):
        x, y = LEFT + index * wide, TOP + high
        for kind, amount in column.parts:
            height = max(1.5, high * amount / most) if amount else 0.0
            y -= height
            if height:
                bars.append(
                    Bar(round(x + gap / 2, 1), round(y, 1), round(wide - gap, 1), round(height, 1), kind)
                )
        if index % every == 0:
            labels.append(Label(round(x + wide / 2, 1), HEIGHT - 10, column.name, "middle"))
    return Chart(name, title, description, WIDTH, HEIGHT, tuple(bars), tuple(labels), tuple(lines))


def _step(most: float) -> float:
    """Return the distance of about four ticks up to *most*: 1, 2 or 5 times a power of ten."""
    if most <= 0:
        return 1.0
    least = most / _TICKS
    power = 10.0 ** math.floor(math.log10(least))
    return next(base * power for base in (1, 2, 5, 10) if base * power >= least * 0.999)
