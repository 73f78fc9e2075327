"""
How far a text gets in an SMS: the arithmetic of segments, without the text.

Fill segments from the left and call *position* the units used up so far, waste included. A character
of one unit moves the position by one; one of two units by two, or by three where it would straddle a
border. Both steps are monotone (who was ahead stays ahead), and so is what a text costs in the end:
so of all that may stand in one place, what gets furthest is the worst, whatever follows.

Position and units may rank two texts differently, since waste moves the one and not the other. Then
both are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from straks.core.alphabet import EXTENDED_CHARACTERS, septet_capacity, unit_capacity
from straks.core.segment import HEADER_OCTETS, Encoding

if TYPE_CHECKING:
    from collections.abc import Iterable

Runs: TypeAlias = tuple[tuple[int, int], ...]
"""What a text costs: how many units each of so many characters in a row, and so on."""

_TWOS: Final = {
    Encoding.GSM7: re.compile(f"[{re.escape(EXTENDED_CHARACTERS)}]+"),
    Encoding.UCS2: re.compile("[\U00010000-\U0010ffff]+"),
}


class Reach(NamedTuple):
    """How far a text gets: units and waste, and units alone."""

    position: int = 0
    units: int = 0


@lru_cache(maxsize=4096)
def runs_of(text: str, encoding: Encoding) -> Runs:
    """
    Return what *text* costs in *encoding*.

    >>> runs_of("a[€]b", Encoding.GSM7), runs_of("a[€]b", Encoding.UCS2)
    (((1, 1), (2, 3), (1, 1)), ((1, 5),))
    """
    runs: list[tuple[int, int]] = []
    end = 0
    for twos in _TWOS[encoding].finditer(text):
        runs += [(1, twos.start() - end), (2, twos.end() - twos.start())]
        end = twos.end()
    return tuple(run for run in (*runs, (1, len(text) - end)) if run[1])


@dataclass(frozen=True, slots=True)
class Packing:
    """What fits in the segments of one encoding: alone, and in a row."""

    encoding: Encoding
    alone: int
    joined: int

    def advanced(self, reach: Reach, runs: Runs) -> Reach:
        """Return how far a text gets that goes on with *runs*."""
        position, units = reach
        for width, count in runs:
            units += width * count
            position = position + count if width == 1 else self._after_twos(position, count)
        return Reach(position, units)

    def _after_twos(self, position: int, count: int) -> int:
        fit = (self.joined - position % self.joined) // 2
        if count <= fit:
            return position + 2 * count
        # What does not fit begins at the next border, and fills whole segments but for the last.
        position += self.joined - position % self.joined
        full, rest = divmod(count - fit - 1, self.joined // 2)
        return position + full * self.joined + 2 * (rest + 1)

    def load(self, reach: Reach) -> tuple[int, int]:
        """Return segments and units: in this order the worse of two."""
        alone = reach.units <= self.alone
        return 1 if alone else -(-reach.position // self.joined), reach.units

    def spare(self, reach: Reach) -> int:
        """Return how many units are free in the last segment."""
        segments, units = self.load(reach)
        return self.alone - units if segments == 1 else segments * self.joined - reach.position

    def outdoes(self, other: Runs, mine: Runs) -> bool:
        """Tell whether what costs *other* gets at least as far as what costs *mine*, wherever both begin."""
        return mine == other or _outdoes(self, other, mine)

    def furthest(self, reaches: Iterable[Reach]) -> list[Reach]:
        """Return those of *reaches* that no other is ahead of in both position and units."""
        kept: list[Reach] = []
        for reach in sorted(set(reaches), reverse=True):
            if not kept or reach.units > kept[-1].units:
                kept.append(reach)
        return kept


@lru_cache(maxsize=4096)
def _outdoes(packing: Packing, other: Runs, mine: Runs) -> bool:
    if packing.advanced(Reach(), mine).units > packing.advanced(Reach(), other).units:
        return False
    starts = (Reach(position, 0) for position in range(packing.joined))
    return all(
        packing.advanced(start, mine).position <= packing.advanced(start, other).position for start in starts
    )


PACKINGS: Final = {
    Encoding.GSM7: Packing(Encoding.GSM7, septet_capacity(), septet_capacity(HEADER_OCTETS)),
    Encoding.UCS2: Packing(Encoding.UCS2, unit_capacity(), unit_capacity(HEADER_OCTETS)),
}
