"""What is counted of an SMS, in words: the same on a terminal, in a picture and in a table."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from straks.core.alphabet import describe
from straks.core.ledger import MOST_MESSAGES, gateway_count, is_truncated, recorded_count
from straks.core.segment import Encoding
from straks.preview.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from straks.core.segment import Segmentation
    from straks.core.substitute import Foreign

UNITS: Final = {Encoding.GSM7: "septet", Encoding.UCS2: "code unit"}
"""What each encoding counts."""
_UNSEEN: Final = {"": "leave it out", "\n": "a line feed"}


def counted(count: int, thing: str) -> str:
    """
    Return *count* with its noun.

    >>> counted(1, "segment"), counted(2144, "septet")
    ('1 segment', '2144 septets')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def figures(text: str, segmentation: Segmentation) -> Iterator[str]:
    """Yield the figures of *text* in a few short lines."""
    unit = UNITS[segmentation.encoding]
    yield f"{segmentation.encoding}, {counted(segmentation.units, unit)}, {segmentation.spare} spare"
    sizes = f" ({' + '.join(str(part.units) for part in segmentation.segments)})"
    yield counted(len(segmentation), "segment") + (sizes if len(segmentation) > 1 else "")
    yield f"gateway counts {gateway_count(text)}, service records {recorded_count(text)}"
    if is_truncated(text):
        yield f"cut off: the gateway carries {MOST_MESSAGES} and drops the rest"


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


def stand_in(foreign: Foreign) -> str:
    """Return the stand-in of a foreign character, in words where there is nothing to show."""
    if foreign.substitute is None:
        return "no stand-in"
    return foreign.substitute if foreign.substitute.strip() else _UNSEEN.get(foreign.substitute, "a space")
