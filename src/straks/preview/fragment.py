"""
Pages as a piece of HTML for a notebook or a page of somebody else's.

An SMS is an ``<img>`` that holds its SVG, so neither the page's styles nor its ids meet the picture's. An
e-mail is shown in frames, light and dark, with its plain text beside them.
"""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Final

from straks.preview.frame import Scheme, frame
from straks.preview.lines import set_in_lines
from straks.preview.pages import Letter
from straks.preview.svg import svg_of_panel
from straks.preview.visible import visible
from straks.preview.written import said_of, sent_as, text_of_panel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from straks.policy.rule import Finding
    from straks.preview.pages import Page, Panel

_STYLE: Final = (
    ".straks-preview{font:14px/1.5 system-ui,sans-serif}"
    ".straks-preview .row{display:flex;flex-wrap:wrap;gap:28px;align-items:flex-start;margin:0 0 28px}"
    ".straks-preview .row>*{margin:0;max-width:100%}"
    ".straks-preview iframe,.straks-preview pre{box-sizing:border-box;width:340px;max-width:100%;margin:0;"
    "border:1px solid #8886;border-radius:8px}"
    ".straks-preview iframe.light{background:#fff}.straks-preview iframe.dark{background:#121212}"
    ".straks-preview pre{padding:16px;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;"
    "font:inherit;background:none}"
)

# What the layout that ships takes of a frame 20 rem wide.
_WIDTH_EM: Final = 15
_LINE: Final = 27
_BLANK: Final = 16
_AROUND: Final = 120
_HIGHEST: Final = 800


def html_of_pages(pages: Sequence[Page]) -> str:
    """Return *pages* as HTML that can stand anywhere."""
    body = "".join(map(_page, pages)) or "<p>There is nothing to show.</p>"
    return f'<div class="straks-preview"><style>{_STYLE}</style>{body}</div>'


def picture_of(panel: Panel) -> str:
    """Return *panel* as an ``<img>`` that holds all of it."""
    source = b64encode(svg_of_panel(panel).encode()).decode()
    alternative = escape(visible(text_of_panel(panel)))
    return f'<img alt="{alternative}" src="data:image/svg+xml;base64,{source}">'


def letter_of(panel: Panel, letter: Letter, schemes: Iterable[Scheme] = Scheme) -> str:
    """Return an e-mail: who, what and how large, then frames in each of *schemes*, then its plain text."""
    heads = [f"<strong>{shown(letter.subject)}</strong>"]
    heads += [
        f"{word} {shown(address)}"
        for word, address in (("from", letter.sender), ("to", letter.recipient))
        if address is not None
    ]
    heads.append(shown(sent_as(letter)))
    frames = ""
    if letter.html is not None:
        name, height = f"{panel.language}, {panel.caption}", height_of(letter)
        frames = "".join(frame(letter.html, f"{name}, {scheme}", scheme, height) for scheme in schemes)
    return (
        f"<p>{'<br>'.join(heads)}</p>"
        f'<div class="row">{frames}<pre lang="{escape(panel.locale)}">{shown(letter.text)}</pre></div>'
    )


def height_of(letter: Letter) -> int:
    """Return how many pixels high a frame for *letter* is: about what its text takes."""
    lines = set_in_lines(letter.text, _WIDTH_EM)
    return min(_HIGHEST, _AROUND + sum(_LINE if line.width else _BLANK for line in lines))


def findings_of(findings: Sequence[Finding]) -> str:
    """Return *findings* as a list, nothing where there are none."""
    items = "".join(f"<li>{shown(said_of(finding))}</li>" for finding in findings)
    return f"<ul>{items}</ul>" if items else ""


def shown(text: str) -> str:
    """Return *text* for an element: escaped, and fit for the eye."""
    return escape(visible(text))


def _page(page: Page) -> str:
    head = f"<h3>{shown(page.name)}</h3><p>{shown(page.note)}</p>" if page.note else ""
    return head + findings_of(page.findings) + "".join(map(_row, page.rows()))


def _row(row: Sequence[Panel]) -> str:
    letters = [panel for panel in row if isinstance(panel.content, Letter)]
    pictures = "".join(picture_of(panel) for panel in row if panel not in letters)
    return (f'<div class="row">{pictures}</div>' if pictures else "") + "".join(
        f"<p><strong>{shown(panel.language)}</strong> · {shown(panel.caption)}</p>"
        f"{letter_of(panel, panel.content)}{findings_of(panel.findings)}"
        for panel in letters
        if isinstance(panel.content, Letter)
    )
