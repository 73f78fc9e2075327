"""
Colours as CSS writes them, and how well one can be read on another.

The arithmetic is that of WCAG 2.2: the relative luminance of each colour, and the ratio of the two. A
colour that lets another shine through is laid over it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import tinycss2  # type: ignore[import-untyped]  # no stubs
from tinycss2.color3 import parse_color  # type: ignore[import-untyped]  # no stubs


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green, blue and opacity, each from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, below: Colour) -> Colour:
        """Return what is seen when this colour lies over *below*, which is opaque."""
        rest = 1 - self.alpha
        return Colour(
            self.red * self.alpha + below.red * rest,
            self.green * self.alpha + below.green * rest,
            self.blue * self.alpha + below.blue * rest,
        )

    @property
    def luminance(self) -> float:
        """How bright it is, from 0 to 1. Source: WCAG 2.2, «relative luminance»."""
        red, green, blue = (
            part / 12.92 if part <= _LINEAR_UP_TO else ((part + 0.055) / 1.055) ** 2.4
            for part in (self.red, self.green, self.blue)
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def __str__(self) -> str:
        return "#" + "".join(f"{round(part * 255):02x}" for part in (self.red, self.green, self.blue))


_LINEAR_UP_TO: Final = 0.04045
WHITE: Final = Colour(1, 1, 1)
BLACK: Final = Colour(0, 0, 0)


@lru_cache(maxsize=256)
def read_colour(css: str) -> Colour | None:
    """
    Read a colour; None where *css* is none, or depends on where it stands.

    >>> str(read_colour("rgb(255, 0, 0)")), read_colour("inherit")
    ('#ff0000', None)
    """
    found = parse_color(css.strip())
    if found is None or isinstance(found, str):
        return None
    red, green, blue, alpha = (float(part) for part in found)
    return Colour(red, green, blue, alpha)


@lru_cache(maxsize=256)
def find_colour(css: str) -> Colour | None:
    """
    Read the first colour in *css*, which may say more than that.

    >>> str(find_colour("no-repeat #ccc"))
    '#cccccc'
    """
    for node in tinycss2.parse_component_value_list(css):
        colour = read_colour(tinycss2.serialize([node]))
        if colour is not None:
            return colour
    return None


def contrast(one: Colour, other: Colour) -> float:
    """
    Return the contrast of two opaque colours, from 1 to 21.

    Source: WCAG 2.2, «contrast ratio».

    >>> round(contrast(BLACK, WHITE), 2)
    21.0
    """
    lighter, darker = sorted((one.luminance, other.luminance), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
