"""
Pages as a piece of HTML for a notebook or a page of somebody else's, and the pieces that ours are made of.

An SMS is an ``<img>`` that holds its SVG, so neither the page's styles nor its ids meet the picture's. An
e-mail is shown in frames, light and dark, with its plain text beside them. What a rule or an error says is in
English, and is marked as that where the page speaks another language.
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
from straks.preview.words import ENGLISH, WORDS
from straks.preview.written import parts_of, sent_as, text_of_panel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from straks.policy.rule import Finding
    from straks.preview.pages import Fault, Page, Panel, Source

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
    body = "".join(map(_page, pages)) or f"<p>{WORDS[ENGLISH]['nothing']}</p>"
    return f'<div class="straks-preview"><style>{_STYLE}</style>{body}</div>'


def picture_of(panel: Panel, lang: str = ENGLISH) -> str:
    """Return *panel* as an ``<img>`` that holds all of it, with what is said around it in *lang*."""
    source = b64encode(svg_of_panel(panel, lang).encode()).decode()
    alternative = escape(visible(text_of_panel(panel, lang)))
    return f'<img alt="{alternative}" src="data:image/svg+xml;base64,{source}">'


def letter_of(panel: Panel, letter: Letter, schemes: Iterable[Scheme] = Scheme, lang: str = ENGLISH) -> str:
    """
    Return an e-mail: who, what and how large, then frames in each of *schemes*, then its plain text.

    What is said around it is in *lang*.
    """
    words = WORDS[lang]
    heads = [f'<strong lang="{escape(panel.locale)}">{shown(letter.subject)}</strong>']
    heads += [
        shown(words[word].format(address))
        for word, address in (("from", letter.sender), ("to", letter.recipient))
        if address is not None
    ]
    heads.append(shown(sent_as(letter, lang)))
    frames = ""
    if letter.html is not None:
        name, height = f"{panel.language}, {panel.caption(lang)}", height_of(letter)
        frames = "".join(frame(letter.html, f"{name}, {words[scheme]}", scheme, height) for scheme in schemes)
    return (
        f"<p>{'<br>'.join(heads)}</p>"
        f'<div class="row">{frames}<pre lang="{escape(panel.locale)}">{shown(letter.text)}</pre></div>'
    )


def height_of(letter: Letter) -> int:
    """Return how many pixels high a frame for *letter* is: about what its text takes."""
    lines = set_in_lines(letter.text, _WIDTH_EM)
    return min(_HIGHEST, _AROUND + sum(_LINE if line.width else _BLANK for line in lines))


def findings_of(findings: Sequence[Finding], lang: str = ENGLISH) -> str:
    """Return *findings* as a list that says how grave each is, nothing where there are none."""
    items = "".join(f'<li class="{finding.severity}">{_finding(finding, lang)}</li>' for finding in findings)
    return f'<ul class="found">{items}</ul>\n' if items else ""


def _finding(finding: Finding, lang: str) -> str:
    grave, said, where = parts_of(finding, lang)
    place = f" <code>{shown(where)}</code>" if where else ""
    return f"<strong>{shown(grave)}</strong> {in_english(said, lang)}{place}"


def fault_of(fault: Fault, lang: str = ENGLISH) -> str:
    """Return why there is nothing to show, with the line that it is about if there is one."""
    said = f"<p><strong>{WORDS[lang]['no_message']}.</strong> {in_english(fault.message, lang)}</p>"
    if not fault.excerpt:
        return f'<div class="fault">{said}</div>'
    place = shown(f"{fault.path}:{fault.line}")
    line = f'<code><span class="quiet">{fault.line} | </span>{shown(fault.excerpt)}</code>'
    return (
        f'<div class="fault">{said}<p class="place"><code>{place}</code></p>'
        f'<pre tabindex="0" aria-label="{place}">{line}</pre></div>'
    )


def in_english(said: str, lang: str) -> str:
    """Return what the library *said*, marked as English where the page around it speaks another language."""
    return shown(said) if lang == ENGLISH else f'<span lang="{ENGLISH}">{shown(said)}</span>'


def lines_of(source: Source, lang: str = ENGLISH) -> str:
    """Return a file as a list of its lines, with each finding below the line that it is about."""
    lines = source.text.removesuffix("\n").split("\n")
    at: dict[int, list[Finding]] = {}
    for finding in source.findings:
        # A file that cannot be read has no lines to show, but one to name.
        at.setdefault(min(finding.line or 1, len(lines)), []).append(finding)
    items = "".join(
        f"<li>{shown(line)}{findings_of(at.get(number, ()), lang).strip()}</li>"
        for number, line in enumerate(lines, start=1)
    )
    return f'<ol class="source" tabindex="0" aria-label="{escape(source.path)}">{items}</ol>\n'


def shown(text: str) -> str:
    """Return *text* for an element: escaped, and fit for the eye."""
    return escape(visible(text))


def _page(page: Page) -> str:
    head = "" if page.about is None else f"<h3>{shown(page.name)}</h3><p>{shown(page.about.said())}</p>"
    return head + findings_of(page.findings) + "".join(map(_row, page.rows()))


def _row(row: Sequence[Panel]) -> str:
    letters = [panel for panel in row if isinstance(panel.content, Letter)]
    pictures = "".join(picture_of(panel) for panel in row if panel not in letters)
    return (f'<div class="row">{pictures}</div>' if pictures else "") + "".join(
        f"<p><strong>{shown(panel.language)}</strong> · {shown(panel.caption())}</p>"
        f"{letter_of(panel, panel.content)}{findings_of(panel.findings)}"
        for panel in letters
        if isinstance(panel.content, Letter)
    )
