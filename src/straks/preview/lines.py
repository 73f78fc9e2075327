"""
A text set in lines, each made of runs that know where they stand.

A line is broken where a phone would: at a line feed, else after a space, else between two characters as a
reader counts them. Within it the text is cut wherever its look changes (a segment border, a foreign
character, the quiet last line) and wherever its direction does; each piece is a run, drawn by itself at its
own place. Runs stand in the order of the text, so what is copied out of a picture reads as it was written,
while their places follow the order of the eye.

The direction of runs is the bidirectional algorithm without explicit controls, which are shown by their
numbers here and so turn nothing: strong letters decide, numbers keep to them, what is between two of a kind
goes along, and the rest follows the paragraph.

Source: Unicode, UAX #9, rules P2, W2 to W7, N1, N2, I1, I2 and L2, simplified.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

from straks.core.cluster import clusters
from straks.preview.measure import edges
from straks.preview.visible import as_drawn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_WORD: Final = re.compile(r"[^ \n]* *")
_LEAST_TURNING: Final = "\u0590"
"""No letter below this runs from right to left."""


@dataclass(frozen=True, slots=True)
class Run:
    """
    A piece of a text from *start* to *end*, drawn from *left* on, *width* wide; in em.

    ``leftward`` says that it is read from right to left.
    """

    text: str
    start: int
    end: int
    left: float
    width: float
    leftward: bool = False

    @property
    def begins(self) -> float:
        """Where its first character begins."""
        return self.left + self.width if self.leftward else self.left


@dataclass(frozen=True, slots=True)
class Line:
    """
    One line: its runs in the order of the text. ``width`` is that of all of them, in em.

    ``leftward`` says that its paragraph is read from right to left, so it is set to the right.
    """

    runs: tuple[Run, ...]
    start: int
    width: float
    leftward: bool = False


def kept_whole(text: str, places: Iterable[int]) -> tuple[int, ...]:
    """
    Return *places* in *text*, moved back to where what a reader takes for one character begins.

    >>> kept_whole("a👩🏽‍🚒b", [1, 3, 5])
    (1, 1, 5)
    """
    begins = list(accumulate(map(len, clusters(text)), initial=0))
    return tuple(begins[bisect_right(begins, place) - 1] for place in places)


def set_in_lines(text: str, measure: float, cuts: Collection[int] = ()) -> list[Line]:
    """
    Set *text* in lines of at most *measure* em, cut into runs at *cuts* (indices into it).

    A run's text is what is drawn: `as_drawn` of each character. Line feeds are in no run.
    """
    lines: list[Line] = []
    wanted = sorted(set(cuts))
    begin = 0
    for paragraph in text.split("\n"):
        places = edges(paragraph)
        within = [cut - begin for cut in wanted if begin < cut < begin + len(paragraph)]
        turns = _levels(paragraph) if max(paragraph, default="") >= _LEAST_TURNING else None
        for start, end in _broken(paragraph, places, measure):
            inner = [cut for cut in within if start < cut < end]
            runs = _runs(paragraph, places, (start, *inner, end), turns, begin)
            width = places[end] - places[start]
            lines.append(Line(runs, begin + start, width, leftward=turns is not None and turns.leftward))
        begin += len(paragraph) + 1
    return lines


def _broken(paragraph: str, places: Sequence[float], measure: float) -> Iterator[tuple[int, int]]:
    """Yield start and end of each line of *paragraph*; spaces at a line's end take no room."""
    start = end = 0
    for word in _WORD.finditer(paragraph):
        first, last = word.span()
        bare = first + len(word[0].rstrip(" "))
        if places[bare] - places[start] > measure and first > start:
            yield start, first
            start = first
        while places[bare] - places[start] > measure:
            # A word longer than a line. A position without a width of its own is inside a character.
            cut = start + 1
            while cut < bare and (
                places[cut + 1] - places[start] <= measure or places[cut] == places[cut + 1]
            ):
                cut += 1
            if cut >= bare:
                break
            yield start, cut
            start = cut
        end = last
    yield start, end


def _runs(
    paragraph: str, places: Sequence[float], cuts: Sequence[int], levels: _Levels | None, begin: int
) -> tuple[Run, ...]:
    pieces = [
        (start, end, level)
        for first, last in pairwise(cuts)
        for start, end, level in _level_runs(first, last, None if levels is None else levels.levels)
    ]
    left = 0.0
    at: dict[int, float] = {}
    for number in _in_sight_order([level for _, _, level in pieces]):
        at[number] = left
        left += places[pieces[number][1]] - places[pieces[number][0]]
    return tuple(
        Run(
            "".join(map(as_drawn, paragraph[start:end])),
            begin + start,
            begin + end,
            at[number],
            places[end] - places[start],
            leftward=level % 2 == 1,
        )
        for number, (start, end, level) in enumerate(pieces)
    )


def _level_runs(first: int, last: int, levels: Sequence[int] | None) -> Iterator[tuple[int, int, int]]:
    if levels is None:
        yield first, last, 0
        return
    start = first
    for index in range(first + 1, last + 1):
        if index == last or levels[index] != levels[start]:
            yield start, index, levels[start]
            start = index


def _in_sight_order(levels: Sequence[int]) -> list[int]:
    """Return the numbers of runs from left to right: L2 of the algorithm."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = max(end, start + 1)
    return order


@dataclass(frozen=True, slots=True)
class _Levels:
    """The level of each character, odd where it is read from right to left, as the paragraph may be."""

    levels: tuple[int, ...]
    leftward: bool


def _levels(paragraph: str) -> _Levels | None:
    """Return the levels of *paragraph*; None if nothing in it runs from right to left."""
    parts = clusters(paragraph)
    kinds = [_kind(part[0]) for part in parts]
    if "R" not in kinds:
        return None
    base = next(kind for kind in kinds if kind in "LR")
    strong = base
    directions: list[str] = []
    for kind in kinds:
        strong = kind if kind in "LR" else strong
        # A number among letters that run leftward is read rightward, and lies within them.
        directions.append(kind if kind != "N" or strong == "R" else "L")
    _settle(directions, base)
    level = {"L": 2 if base == "R" else 0, "R": 1, "N": 2}
    found = zip(parts, directions, strict=True)
    return _Levels(tuple(level[direction] for part, direction in found for _ in part), base == "R")


def _settle(directions: list[str], base: str) -> None:
    """Give what has no direction of its own that of both its neighbours, or else of the paragraph."""
    start = 0
    while start < len(directions):
        end = start
        while end < len(directions) and directions[end] == " ":
            end += 1
        if end > start:
            before = _side(directions[start - 1]) if start else base
            after = _side(directions[end]) if end < len(directions) else base
            directions[start:end] = [before if before == after else base] * (end - start)
        start = end + 1


def _side(direction: str) -> str:
    return "R" if direction == "N" else direction


def _kind(character: str) -> str:
    """Tell a strong direction (L, R), a number (N), or neither."""
    direction = unicodedata.bidirectional(as_drawn(character)[0])
    return {"L": "L", "R": "R", "AL": "R", "EN": "N", "AN": "N"}.get(direction, " ")
