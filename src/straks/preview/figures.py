"""What is counted of an SMS, in words: the same on a terminal, in a picture and on a page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from straks.core.alphabet import describe
from straks.core.ledger import MOST_MESSAGES, gateway_count, is_truncated, recorded_count
from straks.core.segment import Encoding
from straks.preview.visible import visible
from straks.preview.words import ENGLISH, WORDS, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from straks.core.segment import Segmentation
    from straks.core.substitute import Foreign

UNITS: Final = {Encoding.GSM7: "septet", Encoding.UCS2: "code unit"}
"""What each encoding counts."""
_UNSEEN: Final = {"": "leave_out", "\n": "line_feed"}


@dataclass(frozen=True, slots=True)
class Counts:
    """
    What is counted of an SMS.

    ``units`` are the septets or code units in each segment, of which the last has ``spare`` more to fill.
    ``gateway`` and ``recorded`` are what the gateway and the service count; ``is_cut`` says that not all of
    it arrives.
    """

    encoding: Encoding
    units: tuple[int, ...]
    spare: int
    gateway: int
    recorded: int
    is_cut: bool


def counts_of(text: str, segmentation: Segmentation) -> Counts:
    """Return what is counted of *text*."""
    return Counts(
        segmentation.encoding,
        tuple(part.units for part in segmentation.segments),
        segmentation.spare,
        gateway_count(text),
        recorded_count(text),
        is_truncated(text),
    )


def figures(counts: Counts, lang: str = ENGLISH) -> Iterator[str]:
    """Yield *counts* in a few short lines."""
    words, units = WORDS[lang], counts.units
    said = counted(sum(units), UNITS[counts.encoding], lang)
    yield words["spare"].format(counts.encoding, said, counts.spare)
    sizes = f" ({' + '.join(map(str, units))})"
    yield counted(len(units), "segment", lang) + (sizes if len(units) > 1 else "")
    yield words["counted"].format(counts.gateway, counts.recorded)
    if counts.is_cut:
        yield words["cut"].format(MOST_MESSAGES)


def strangers(foreign: Iterable[Foreign]) -> list[tuple[Foreign, int]]:
    """Return each *foreign* character once, where it first stands, and how often it does."""
    first: dict[tuple[str, str | None], Foreign] = {}
    times: Counter[tuple[str, str | None]] = Counter()
    for found in foreign:
        kind = found.character, found.substitute
        first.setdefault(kind, found)
        times[kind] += 1
    return [(found, times[kind]) for kind, found in first.items()]


def name(foreign: Foreign) -> str:
    """Return a foreign character with its number and its name, on one line."""
    return f"{visible(foreign.character)} {' and '.join(map(describe, foreign.character))}"


def stand_in(foreign: Foreign, lang: str = ENGLISH) -> str:
    """Return the stand-in of a foreign character, in words where there is nothing to show."""
    words, substitute = WORDS[lang], foreign.substitute
    if substitute is None:
        return words["no_stand_in"]
    return substitute if substitute.strip() else words[_UNSEEN.get(substitute, "space")]


def foreign_in(foreign: Iterable[Foreign], lang: str = ENGLISH) -> Iterator[str]:
    """Yield a line for each kind of *foreign* character: its name, how often it is there, its stand-in."""
    for found, times in strangers(foreign):
        often = "" if times == 1 else f" ({WORDS[lang]['times'].format(times)})"
        yield f"{name(found)}{often}: {stand_in(found, lang)}"
