"""
How well a text of a page can be read: its contrast and its size, after all that stands around it.

Source: WCAG 2.2, 1.4.3; CSS Values and Units Module Level 3, on absolute lengths.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from straks.policy.colour import BLACK, WHITE, Colour, contrast, find_colour, read_colour

if TYPE_CHECKING:
    from straks.policy.document import Document, Element

_BODY_PX: Final = 16.0
_PX: Final = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}


def contrast_of(document: Document, element: Element, *, dark: bool) -> float:
    """Return the contrast of the text in *element*, from 1 to 21, in the light or the dark scheme."""
    layers: list[Colour] = []
    front: Colour | None = None
    for outer in element.ancestors:
        style = document.style(outer, dark=dark)
        front = front or read_colour(style.get("color", ""))
        behind = find_colour(style.get("background-color", ""))
        if behind is not None:
            layers.append(behind)
    ground = WHITE
    for layer in reversed(layers):
        ground = layer.over(ground)
    return contrast((front or BLACK).over(ground), ground)


def size_of(document: Document, element: Element, *, dark: bool) -> float:
    """Return how high the text in *element* is, in pixels."""
    size = _BODY_PX
    for outer in reversed([*element.ancestors]):
        said = document.style(outer, dark=dark).get("font-size", "").lower()
        found = re.fullmatch(r"([\d.]*\d)\s*(px|pt|pc|in|cm|mm|em|rem|%)", said)
        if found is None:
            continue
        number, unit = float(found[1]), found[2]
        if unit in _PX:
            size = number * _PX[unit]
        elif unit == "rem":
            size = number * _BODY_PX
        else:
            size *= number / 100 if unit == "%" else number
    return size
