"""
An SMS on a terminal: the text with its borders and what is foreign in it, and the figures below.

A border is written as ``⟦2⟧`` where the second segment begins, so that it is seen without colours
too. What is foreign is underlined in the text and listed under it, with its stand-in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from straks.preview.figures import counts_of, figures, name, stand_in, strangers
from straks.preview.visible import visible

if TYPE_CHECKING:
    from straks.core.segment import Segmentation

_SEGMENTS = ("bold", "bold cyan")  # in turn, so that neighbours differ
_BORDER = "dim"
_FOREIGN = "bold red underline"


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


def bubble(title: str, text: str, segmentation: Segmentation, width: int) -> Panel:
    """Return an SMS as a bubble *width* columns wide, *title* above."""
    foreign = [
        Text(f"{name(found)}: {stand_in(found)}", "red", overflow="fold")
        for found, _ in strangers(segmentation.foreign)
    ]
    lines = Text("\n".join(figures(counts_of(text, segmentation))), "dim", overflow="fold")
    return Panel(
        Group(marked(segmentation), "", *foreign, lines),
        title=Text(title),
        title_align="left",
        box=box.ROUNDED,
        width=width,
    )
