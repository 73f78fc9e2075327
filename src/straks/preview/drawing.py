"""
The few marks that a picture is made of: text at a place, a rectangle, a line.

Every text says how wide it is, so another font changes how its letters look and not where they end. Colours
are classes, for a picture follows the light or the dark of whoever looks, without a script and also where
it is an ``<img>``. Nothing has an id: several pictures may stand in one page.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from straks.preview.lines import Run, set_in_lines
from straks.preview.measure import em
from straks.preview.visible import visible
from straks.preview.words import ENGLISH, WORDS, counted

if TYPE_CHECKING:
    from collections.abc import Mapping

FONT: Final = '"Helvetica Neue",Helvetica,Arial,"Liberation Sans","DejaVu Sans Condensed",sans-serif'
MONOSPACED: Final = 'ui-monospace,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace'
BOLD: Final = 1.06
"""How much wider the bold letters of the same family are."""
MONO_EM: Final = 0.6
"""What each letter of a monospaced font takes."""

LIGHT: Final = {
    "page": "#f4f4f1",
    "card": "#ffffff",
    "line": "#d8d9d3",
    "bubble": "#e9eae6",
    "ink": "#1a1c1a",
    "quiet": "#5a5f5a",
    "mark": "#1d5fa8",
    "tint": "#d5e2f0",
    "alarm": "#b3261e",
    "blush": "#f6d9d6",
    "care": "#7a5200",
}
DARK: Final = {
    "page": "#161816",
    "card": "#0e100e",
    "line": "#3a3e3a",
    "bubble": "#2a2d2a",
    "ink": "#eceeea",
    "quiet": "#a9aea8",
    "mark": "#8ec0f5",
    "tint": "#27405a",
    "alarm": "#ff9d93",
    "blush": "#5a2824",
    "care": "#e9bd62",
}
"""What the colours are called. Each text has a contrast of 4.5 to 1 on all that it is drawn on."""
SEVERITY: Final = {"error": "alarm", "warning": "care", "advice": "mark"}
"""The colour of each severity."""

_STROKES: Final = ("line", "mark", "alarm")


def style() -> str:
    """Return the style sheet of every drawing."""
    return (
        f".straks text{{white-space:pre;font-family:{FONT};font-weight:400;font-style:normal}}"
        ".straks .bold{font-weight:700}"
        f".straks .mono{{font-family:{MONOSPACED}}}"
        f"{_colours(LIGHT)}@media(prefers-color-scheme:dark){{{_colours(DARK)}}}"
    )


def _colours(named: Mapping[str, str]) -> str:
    fills = "".join(f".straks .{name}{{fill:{colour}}}" for name, colour in named.items())
    return fills + "".join(f".straks .s-{name}{{stroke:{named[name]}}}" for name in _STROKES)


def number(value: float) -> str:
    """
    Return a coordinate, to a tenth.

    >>> number(12), number(2 / 3)
    ('12', '0.7')
    """
    return f"{value:.1f}".removesuffix(".0")


class Drawing:
    """Marks in the order in which they are drawn; ``parts`` are their elements."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def run(self, run: Run, x: float, y: float, size: float, look: str) -> None:
        """Draw a run of a line that begins at *x*, with its baseline at *y*."""
        if not run.text:
            return
        direction = ' direction="rtl"' if run.leftward else ""
        self.parts.append(
            f'<text x="{number(x + run.begins * size)}" y="{number(y)}" class="{look}"{direction}'
            f' font-size="{number(size)}"{_length(run.width * size)}>{escape(run.text, quote=False)}</text>'
        )

    def text(self, x: float, y: float, text: str, size: float, look: str, *, end: bool = False) -> None:
        """Draw *text* in one line from *x* on, or with *end* up to it."""
        shown = visible(text).replace("\n", " ")
        width = extent(shown, look) * size
        left = x - width if end else x
        self.parts.append(
            f'<text x="{number(left)}" y="{number(y)}" class="{look}" font-size="{number(size)}"'
            f"{_length(width)}>{escape(shown, quote=False)}</text>"
        )

    def paragraph(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        look: str,
        *,
        width: float,
        most: int | None = None,
        lang: str = ENGLISH,
    ) -> float:
        """
        Draw *text* in lines of at most *width* from *y* (the top) on; return where it ends.

        With *most* no more lines than that are drawn, and the last says in *lang* how many are not.
        """
        lines = set_in_lines(visible(text), width / (size * (BOLD if "bold" in look else 1)))
        leading = round(size * 1.45)
        left_out = 0 if most is None or len(lines) <= most else len(lines) - most + 1
        for line in lines[: len(lines) - left_out]:
            y += leading
            self.text(x, y - leading * 0.28, "".join(run.text for run in line.runs).rstrip(), size, look)
        if left_out:
            y += leading
            said = WORDS[lang]["more_lines"].format(counted(left_out, "line", lang))
            self.text(x, y - leading * 0.28, said, size, "quiet")
        return y

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        look: str,
        *,
        radius: float = 0,
        stroke: str = "",
    ) -> None:
        """Draw a rectangle; with *stroke* it has an edge of that colour."""
        look = f"{look} s-{stroke}" if stroke else look
        self.parts.append(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
            f' rx="{number(radius)}" class="{look}"/>'
        )

    def path(self, path: str, look: str) -> None:
        """Draw a shape."""
        self.parts.append(f'<path d="{path}" class="{look}"/>')

    def line(self, x: float, y: float, to_x: float, to_y: float, stroke: str, *, width: float = 1) -> None:
        """Draw a straight line."""
        self.parts.append(
            f'<path d="M{number(x)} {number(y)}L{number(to_x)} {number(to_y)}" class="s-{stroke}" '
            f'stroke-width="{number(width)}"/>'
        )

    def moved(self, other: Drawing, x: float, y: float) -> None:
        """Draw all of *other*, moved by *x* and *y*."""
        self.parts += [f'<g transform="translate({number(x)} {number(y)})">', *other.parts, "</g>"]


def extent(text: str, look: str) -> float:
    """Return how wide *text* is in that *look*, in em."""
    if "mono" in look:
        return len(text) * MONO_EM
    return em(text) * (BOLD if "bold" in look else 1)


def sheet(
    drawing: Drawing, width: float, height: float, title: str, description: str, *, styled: bool
) -> str:
    """
    Return *drawing* as a whole SVG document.

    *description* is read to whoever does not see it. Without *styled* the page around it has `style`.
    """
    size = f'width="{number(width)}" height="{number(height)}" viewBox="0 0 {number(width)} {number(height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="straks" role="img" {size} xml:space="preserve">'
        f"<title>{escape(visible(title), quote=False)}</title>"
        f"<desc>{escape(visible(description), quote=False)}</desc>"
        f"{f'<style>{style()}</style>' if styled else ''}{''.join(drawing.parts)}</svg>"
    )


def _length(width: float) -> str:
    return f' textLength="{number(width)}" lengthAdjust="spacingAndGlyphs"' if width >= 1 else ""
