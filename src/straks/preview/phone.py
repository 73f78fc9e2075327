"""
An SMS as the phone shows it: the bubble as it will be, and on top of it what the phone does not show.

The text stands as it would without us: nothing is put between its letters. A segment border is a thin line
at its true place, with the number of the segment that begins there in the margin, and every other segment
has a tint behind it. What is foreign to GSM-7 is underlined. The bound last line, which is for the phone
and not for its owner, is quiet.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from straks.preview.drawing import Drawing, extent, number
from straks.preview.figures import foreign_in
from straks.preview.lines import kept_whole, set_in_lines
from straks.preview.words import ENGLISH, WORDS, counted
from straks.preview.written import figures_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from straks.preview.lines import Line
    from straks.preview.pages import Bubble

WIDTH: Final = 320
"""How wide a phone is here, as every panel."""

_SIZE: Final = 15
_LEADING: Final = 21
_MEASURE: Final = 244
_SIDE: Final = 14  # within the bubble, beside the text
_BASE: Final = 15.5  # from the top of a line to its baseline
_TOP: Final = 11  # within the bubble, above and below it
_EDGE: Final = 12  # from the phone's edge to the bubble
_HEAD: Final = 70
_FOOT: Final = 36
_ROUND: Final = 18
_MOST_BARS: Final = 12
_MOST_STRANGERS: Final = 6


def phone(bubble: Bubble, lang: str = ENGLISH, *, figured: bool = True) -> tuple[Drawing, float]:
    """Draw *bubble* on a phone, *figured* with its figures below; return the drawing and its height."""
    drawing = Drawing()
    borders = kept_whole(bubble.text, bubble.borders)
    quiet = len(bubble.text) if bubble.quiet_from is None else bubble.quiet_from
    foreign = _stretches(bubble)
    lines = set_in_lines(bubble.text, _MEASURE / _SIZE, {*borders, quiet, *foreign})
    tall = len(lines) * _LEADING + 2 * _TOP
    drawing.box(0.5, 0.5, WIDTH - 1, _HEAD + tall + _FOOT, "card", radius=30, stroke="line")
    drawing.box((WIDTH - 64) / 2, 12, 64, 5, "line", radius=2.5)
    drawing.box((WIDTH - 104) / 2, _HEAD + tall + _FOOT - 12, 104, 4, "line", radius=2)
    _head(drawing, bubble, lang)
    width = min(max(line.width for line in lines) * _SIZE, _MEASURE)
    _shape(drawing, _EDGE, _HEAD, width + 2 * _SIDE, tall)
    _text(drawing, lines, _Marks(borders, foreign, quiet), width)
    below = _gauges(drawing, bubble, _HEAD + tall + _FOOT + 14)
    said = figures_of(bubble, lang) if figured else ()
    return drawing, _below(drawing, bubble, tuple(said), below, lang)


def _head(drawing: Drawing, bubble: Bubble, lang: str) -> None:
    words = WORDS[lang]
    _centred(drawing, 38, bubble.sender or words["own_sender"], 13, "ink bold" if bubble.sender else "quiet")
    to = words["to"].format(bubble.recipient) if bubble.recipient else words["sms"]
    _centred(drawing, 54, to, 11, "quiet")


def _centred(drawing: Drawing, y: float, text: str, size: float, look: str) -> None:
    drawing.text((WIDTH - extent(text, look) * size) / 2, y, text, size, look)


def _shape(drawing: Drawing, x: float, y: float, width: float, height: float) -> None:
    r, tail = _ROUND, 5
    right, low = x + width, y + height
    drawing.path(
        f"M{number(x)} {number(y + r)}a{r} {r} 0 0 1 {r} -{r}H{number(right - r)}a{r} {r} 0 0 1 {r} {r}"
        f"V{number(low - r)}a{r} {r} 0 0 1 -{r} {r}H{number(x + tail)}a{tail} {tail} 0 0 1 -{tail} -{tail}z",
        "bubble",
    )


def _stretches(bubble: Bubble) -> tuple[int, ...]:
    """Return where what is foreign begins and ends, in turn: neighbours as one, and characters whole."""
    begins = kept_whole(bubble.text, (found.index for found in bubble.foreign))
    places: list[int] = []
    for start, found in zip(begins, bubble.foreign, strict=True):
        if places and start <= places[-1]:
            places.pop()
        else:
            places.append(start)
        places.append(found.index + len(found.character))
    return tuple(places)


@dataclass(frozen=True, slots=True)
class _Marks:
    """
    Where the look of the text changes, in rising order.

    Between the first and the second of ``borders``, and of ``foreign``, is what is tinted, or foreign; so
    it is between the third and the fourth, and so on.
    """

    borders: tuple[int, ...]
    foreign: tuple[int, ...]
    quiet: int


def _between(places: Sequence[int], place: int) -> bool:
    return bisect_right(places, place) % 2 == 1


def _text(drawing: Drawing, lines: list[Line], marks: _Marks, width: float) -> None:
    numbers = {border: segment for segment, border in enumerate(marks.borders, start=2)}
    for at, line in enumerate(lines):
        left = _EDGE + _SIDE + (width - line.width * _SIZE if line.leftward else 0)
        y = _HEAD + _TOP + at * _LEADING + _BASE
        for run in line.runs:
            if _between(marks.borders, run.start):
                drawing.box(left + run.left * _SIZE, y - _BASE, run.width * _SIZE, _LEADING, "tint")
        for run in line.runs:
            if _between(marks.foreign, run.start):
                x, wide = left + run.left * _SIZE, run.width * _SIZE
                drawing.box(x, y - _BASE + 1, wide, _LEADING - 2, "blush", radius=3)
                drawing.box(x, y + 3, wide, 1.5, "alarm")
            drawing.run(run, left, y, _SIZE, "quiet" if run.start >= marks.quiet else "ink")
            if run.start in numbers:
                begins = left + run.begins * _SIZE
                drawing.line(begins, y - _BASE, begins, y - _BASE + _LEADING, "mark", width=1.5)
                _flag(drawing, y - 5, numbers[run.start])


def _flag(drawing: Drawing, y: float, segment: int) -> None:
    text = str(segment)
    width = 10 + 6 * len(text)
    right = WIDTH - 10
    drawing.box(right - width, y - 8, width, 16, "mark", radius=8)
    drawing.text(right - width / 2 - len(text) * 0.556 * 11 * 1.06 / 2, y + 4, text, 11, "card bold")


def _gauges(drawing: Drawing, bubble: Bubble, y: float) -> float:
    """Draw how full each segment is from *y* on, or the last of many; return where that ends."""
    units = bubble.counts.units
    bars = units if len(units) <= _MOST_BARS else units[-1:]
    width = (WIDTH - 4 * (len(bars) - 1)) / len(bars)
    for at, filled in enumerate(bars):
        x = at * (width + 4)
        drawing.box(x, y, width, 5, "line", radius=2.5)
        if filled:
            drawing.box(x, y, max(5, width * filled / bubble.capacity), 5, "mark", radius=2.5)
    return y + 10


def _below(drawing: Drawing, bubble: Bubble, figures: Sequence[str], y: float, lang: str) -> float:
    """Draw the figures and what is foreign from *y* on; return where that ends."""
    for at, line in enumerate(figures):
        y = drawing.paragraph(0, y, line, 12, "quiet" if at else "ink", width=WIDTH)
    kinds = list(foreign_in(bubble.foreign, lang))
    for said in kinds[:_MOST_STRANGERS]:
        drawn = y + 4
        y = drawing.paragraph(14, drawn, said, 12, "ink", width=WIDTH - 14)
        drawing.box(0, drawn + 5, 8, 8, "blush", radius=2)
        drawing.box(0, drawn + 12, 8, 1.5, "alarm")
    if len(kinds) > _MOST_STRANGERS:
        more = WORDS[lang]["more"].format(counted(len(kinds) - _MOST_STRANGERS, "character", lang))
        y = drawing.paragraph(14, y, more, 12, "quiet", width=WIDTH - 14)
    return y
