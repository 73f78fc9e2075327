"""A sheet of panels, a language beside the other and a case below the other, as one SVG."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from straks.preview.drawing import SEVERITY, Drawing, sheet
from straks.preview.pages import Bubble, Letter
from straks.preview.phone import WIDTH, phone
from straks.preview.words import ENGLISH, WORDS
from straks.preview.written import said_of, sent_as, text_of_panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from straks.policy.rule import Finding
    from straks.preview.pages import Fault, Page, Panel

_MARGIN: Final = 24
_GAP: Final = 28
_BETWEEN_ROWS: Final = 32
_PADDING: Final = 18
_CAPTION: Final = 24
_MOST_LINES: Final = 24
_MOST_COLUMNS: Final = 4
_EXCERPT: Final = 42


def svg_of_pages(pages: Sequence[Page]) -> str:
    """Return *pages* below each other as a whole SVG document."""
    columns = max((len(row) for page in pages for row in _rows(page)), default=1)
    width = 2 * _MARGIN + columns * WIDTH + (columns - 1) * _GAP
    inner = Drawing()
    y = float(_MARGIN)
    for page in pages:
        y = _page(inner, page, y, width, alone=len(pages) == 1) + _MARGIN
    if not pages:
        y = inner.paragraph(_MARGIN, y, WORDS[ENGLISH]["nothing"], 14, "quiet", width=WIDTH) + _MARGIN
    drawing = Drawing()
    drawing.box(0, 0, width, y, "page", radius=12)
    drawing.parts += inner.parts
    words, names = WORDS[ENGLISH], ", ".join(page.name for page in pages)
    title = words["title"].format(names) if names else words["title_of_nothing"]
    said = "\n\n".join(text_of_panel(panel) for page in pages for panel in page.panels)
    return sheet(drawing, width, y, title=title, description=said, styled=True)


def svg_of_panel(panel: Panel, lang: str = ENGLISH, *, alone: bool = True) -> str:
    """
    Return one panel as a whole SVG document, without a margin, with what is said around it in *lang*.

    If it is not *alone*, the page around it has the style of drawings, and says which case this is.
    """
    drawing, height = draw(panel, lang, captioned=alone)
    title = f"{panel.language}, {panel.caption(lang)}"
    said = text_of_panel(panel, lang)
    return sheet(drawing, WIDTH, height + 2, title=title, description=said, styled=alone)


def draw(panel: Panel, lang: str = ENGLISH, *, captioned: bool = True) -> tuple[Drawing, float]:
    """Draw a panel; return the drawing and its height."""
    drawing = Drawing()
    drawing.text(0, 13, panel.language, 13, "ink bold")
    if captioned:
        drawing.text(WIDTH, 13, panel.caption(lang), 12, "quiet", end=True)
    content = panel.content
    if isinstance(content, Bubble):
        inner, tall = phone(content, lang)
    elif isinstance(content, Letter):
        inner, tall = _letter(content, lang)
    else:
        inner, tall = _fault(content, lang)
    drawing.moved(inner, 0, _CAPTION)
    return drawing, _findings(drawing, panel.findings, 0, _CAPTION + tall, width=WIDTH, lang=lang)


def _rows(page: Page) -> list[tuple[Panel, ...]]:
    return [
        row[start : start + _MOST_COLUMNS]
        for row in page.rows()
        for start in range(0, len(row), _MOST_COLUMNS)
    ]


def _page(drawing: Drawing, page: Page, y: float, width: float, *, alone: bool) -> float:
    if page.about is not None or not alone:
        room = width - 2 * _MARGIN
        drawing.text(_MARGIN, y + 18, page.name, 20, "ink bold")
        about = "" if page.about is None else page.about.said()
        y = drawing.paragraph(_MARGIN, y + 24, about, 12, "quiet", width=room)
        y = _findings(drawing, page.findings, _MARGIN, y, width=room, lang=ENGLISH) + _PADDING
    for at, row in enumerate(_rows(page)):
        y += _BETWEEN_ROWS if at else 0
        low = y
        for column, panel in enumerate(row):
            inner, tall = draw(panel)
            drawing.moved(inner, _MARGIN + column * (WIDTH + _GAP), y)
            low = max(low, y + tall)
        y = low
    return y


def _letter(letter: Letter, lang: str) -> tuple[Drawing, float]:
    inner, words = Drawing(), WORDS[lang]
    left, room = _PADDING, WIDTH - 2 * _PADDING
    y = inner.paragraph(left, 12, letter.subject, 16, "ink bold", width=room, most=3, lang=lang) + 4
    for word, address in (("from", letter.sender), ("to", letter.recipient)):
        if address is not None:
            said = words[word].format(address)
            y = inner.paragraph(left, y, said, 12, "quiet", width=room, most=2, lang=lang)
    y += 10
    inner.line(left, y, WIDTH - left, y, "line")
    y = inner.paragraph(left, y + 8, letter.text, 13, "ink", width=room, most=_MOST_LINES, lang=lang) + 16
    drawing = Drawing()
    drawing.box(0.5, 0.5, WIDTH - 1, y, "card", radius=8, stroke="line")
    drawing.parts += inner.parts
    twin = "" if letter.html is None else f"; {words['twin']}"
    said = f"{sent_as(letter, lang)}{twin}"
    return drawing, drawing.paragraph(0, y + 8, said, 12, "quiet", width=WIDTH)


def _fault(fault: Fault, lang: str) -> tuple[Drawing, float]:
    inner = Drawing()
    left, room = _PADDING, WIDTH - 2 * _PADDING
    y = inner.paragraph(left, 12, WORDS[lang]["no_message"], 14, "alarm bold", width=room)
    y = inner.paragraph(left, y + 2, fault.message, 13, "ink", width=room, most=_MOST_LINES, lang=lang)
    if fault.excerpt:
        inner.text(left, y + 22, f"{fault.line} | {fault.excerpt}"[:_EXCERPT], 11, "quiet mono")
        y += 26
    drawing = Drawing()
    drawing.box(0.5, 0.5, WIDTH - 1, y + 14, "card", radius=8, stroke="alarm")
    drawing.parts += inner.parts
    return drawing, y + 16


def _findings(
    drawing: Drawing, findings: Sequence[Finding], x: float, y: float, *, width: float, lang: str
) -> float:
    """Draw the first finding of each rule from *y* on; return where they end."""
    alike = Counter(finding.code for finding in findings)
    for finding in {finding.code: finding for finding in reversed(findings)}.values():
        others = alike[finding.code] - 1
        more = WORDS[lang]["more_alike"].format(others) if others else ""
        drawing.box(x, y + 9, 8, 8, SEVERITY[finding.severity], radius=4)
        y = drawing.paragraph(x + 14, y + 4, said_of(finding, lang) + more, 12, "ink", width=width - 14)
    return y
