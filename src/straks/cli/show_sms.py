"""
An SMS on a terminal: the text with its borders and what is foreign in it, and the figures below.

A border is written as ``⟦2⟧`` where the second segment begins, so that it is seen without colours
too. What is foreign is underlined in the text and listed under it, with its stand-in.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from straks.cli.terminal import visible
from straks.core.alphabet import describe
from straks.core.ledger import MOST_MESSAGES, gateway_count, is_truncated, recorded_count
from straks.core.segment import Encoding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.core.segment import Segmentation
    from straks.core.substitute import Foreign

UNITS = {Encoding.GSM7: "septet", Encoding.UCS2: "code unit"}
"""What each encoding counts."""

_SEGMENTS = ("bold", "bold cyan")  # in turn, so that neighbours differ
_BORDER = "dim"
_FOREIGN = "bold red underline"


def counted(count: int, thing: str) -> str:
    """
    Return *count* with its noun.

    >>> counted(1, "segment"), counted(2144, "septet")
    ('1 segment', '2144 septets')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def marked(segmentation: Segmentation) -> Text:
    """Return the text with a mark at each border, and what is foreign underlined."""
    foreign = {
        found.index + offset for found in segmentation.foreign for offset in range(len(found.character))
    }
    shown = Text(overflow="fold")
    index = 0
    for number, segment in enumerate(segmentation.segments, start=1):
        if number > 1:
            shown.append(f"⟦{number}⟧", _BORDER)
        for character in segment.text:
            shown.append(
                visible(character), _FOREIGN if index in foreign else _SEGMENTS[number % len(_SEGMENTS)]
            )
            index += 1
    return shown


def figures(text: str, segmentation: Segmentation) -> Iterator[str]:
    """Yield the figures of *text* in a few short lines."""
    unit = UNITS[segmentation.encoding]
    yield f"{segmentation.encoding}, {counted(segmentation.units, unit)}, {segmentation.spare} spare"
    sizes = f" ({' + '.join(str(part.units) for part in segmentation.segments)})"
    yield counted(len(segmentation), "segment") + (sizes if len(segmentation) > 1 else "")
    yield f"gateway counts {gateway_count(text)}, service records {recorded_count(text)}"
    if is_truncated(text):
        yield f"cut off: the gateway carries {MOST_MESSAGES} and drops the rest"


def strangers(segmentation: Segmentation) -> list[tuple[Foreign, int]]:
    """Return each foreign character once, where it first stands, and how often it does."""
    first: dict[tuple[str, str | None], Foreign] = {}
    times: Counter[tuple[str, str | None]] = Counter()
    for foreign in segmentation.foreign:
        kind = foreign.character, foreign.substitute
        first.setdefault(kind, foreign)
        times[kind] += 1
    return [(foreign, times[kind]) for kind, foreign in first.items()]


def name(foreign: Foreign) -> str:
    """Return a foreign character with its number and its name, on one line."""
    return f"{visible(foreign.character)} {' and '.join(map(describe, foreign.character))}"


def stand_in(foreign: Foreign) -> str:
    """Return the stand-in of a foreign character, in words where there is nothing to show."""
    if foreign.substitute is None:
        return "no stand-in"
    return foreign.substitute if foreign.substitute.strip() else _UNSEEN.get(foreign.substitute, "a space")


_UNSEEN = {"": "leave it out", "\n": "a line feed"}


def bubble(title: str, text: str, segmentation: Segmentation, width: int) -> Panel:
    """Return an SMS as a bubble *width* columns wide, *title* above."""
    foreign = [
        Text(f"{name(found)}: {stand_in(found)}", "red", overflow="fold")
        for found, _ in strangers(segmentation)
    ]
    lines = Text("\n".join(figures(text, segmentation)), "dim", overflow="fold")
    return Panel(
        Group(marked(segmentation), "", *foreign, lines),
        title=Text(title),
        title_align="left",
        box=box.ROUNDED,
        width=width,
    )
