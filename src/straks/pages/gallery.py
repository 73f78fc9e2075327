"""
A catalog as one document to hand on: every template, every language, every case, and what was found.

It is for whoever answers for the texts and has no Python: one file that opens in any browser, fetches
nothing, and reads well without a script. The one script there is looks for what is typed; a page says by a
hash that it is this script and no other, and the field for it is not there until the script is. Each section
is made by itself, so that a large catalog takes no more memory than a small one, and several processes may
share the work.

A file that is sent to somebody cannot ask in which language it is to be read, so it has one, and whoever
makes it says which.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from straks.pages.rendering import file_of, render
from straks.pages.words import LEGEND, WORDS
from straks.preview.drawing import style
from straks.preview.fragment import fault_of, findings_of, letter_of, lines_of, shown
from straks.preview.frame import Scheme
from straks.preview.pages import Case, Fault, Letter
from straks.preview.svg import svg_of_panel
from straks.preview.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from straks.preview.pages import Page, Panel, Source

_PACKAGE: Final = "straks.pages"


def gallery(title: str, sections: Iterable[str], names: Sequence[str], lang: str) -> Iterator[str]:
    """
    Yield a whole HTML document, part by part.

    Args:
        title: What stands above it.
        sections: What `section` returns for each template, made when it is its turn.
        names: What the templates are called, for the table of contents.
        lang: The language of the page, one of `straks.pages.languages.NAMES`.
    """
    script = file_of(_PACKAGE, "gallery.js")
    yield render(
        _PACKAGE,
        "gallery.html.jinja",
        lang=lang,
        w=WORDS[lang],
        legend=legend(lang),
        title=title,
        names=names,
        count=counted(len(names), "template", lang),
        digest=b64encode(sha256(script).digest()).decode(),
        style="".join(file_of(_PACKAGE, name).decode() for name in ("base.css", "gallery.css")) + style(),
    )
    yield from sections
    yield f"</main>\n<footer>{WORDS[lang]['made_by']} <code>straks gallery</code>.</footer>\n"
    yield f"<script>{script.decode()}</script>\n</body>\n</html>\n"


def legend(lang: str) -> str:
    """Return what the words and figures around a message mean, to be opened by whoever asks."""
    return render(_PACKAGE, "legend.html.jinja", w=WORDS[lang], legend=LEGEND[lang])


def section(page: Page, number: int, lang: str) -> str:
    """Return *page* as a section of the document, the one with this *number*, from 1 on."""
    rows = page.rows()
    # Letters are long: all but the first row of them are there to be opened.
    folded = [row for row in rows if row[0].channel == "email" and row[0].case not in (None, Case.EXAMPLE)]
    letters = "".join(_row(row, lang) for row in folded)
    about = "" if page.about is None else f'<p class="quiet">{shown(page.about.said(lang))}</p>\n'
    return (
        f'<section id="template-{number}" aria-labelledby="name-{number}">\n'
        f'<h2 id="name-{number}">{shown(page.name)}</h2>\n{about}{findings_of(page.findings, lang)}'
        f"{''.join(_row(row, lang) for row in rows if row not in folded)}"
        f"{_folded(WORDS[lang]['more_letters'], letters)}"
        f"{_sources(page.sources, lang)}</section>\n"
    )


def _folded(summary: str, inside: str) -> str:
    return f"<details><summary>{summary}</summary>\n{inside}</details>\n" if inside else ""


def _row(row: Sequence[Panel], lang: str) -> str:
    words, first = WORDS[lang], row[0]
    faulty = isinstance(first.content, Fault) and first.case is None
    head = "" if faulty else f"<h3>{words[first.channel]}, {words[first.case or 'as it is']}</h3>\n"
    pictures = [panel for panel in row if not isinstance(panel.content, Letter)]
    drawn = "".join(f"<figure>{_figure(panel, lang)}</figure>" for panel in pictures)
    parts = [head, f'<div class="row">{drawn}</div>\n' if drawn else ""]
    for panel in row:
        if isinstance(panel.content, Letter):
            schemes = Scheme if panel.case in (None, Case.EXAMPLE) else (Scheme.LIGHT,)
            letter = letter_of(panel, panel.content, schemes, lang)
            name = f'<h4 lang="{shown(panel.locale)}">{shown(panel.language)}</h4>'
            parts.append(f"{name}\n{letter}\n{findings_of(panel.findings, lang)}")
    return "".join(parts)


def _figure(panel: Panel, lang: str) -> str:
    """Return an SMS on a phone, or the error in its place; what was found stands below it as text."""
    if isinstance(panel.content, Fault):
        name = f"<h4>{shown(panel.language)}</h4>" if panel.language else ""
        return f"{name}{fault_of(panel.content, lang)}{findings_of(panel.findings, lang)}"
    drawn = svg_of_panel(replace(panel, findings=()), lang, alone=False)
    return f"{drawn}{findings_of(panel.findings, lang)}"


def _sources(sources: Sequence[Source], lang: str) -> str:
    words, count = WORDS[lang], sum(len(source.findings) for source in sources)
    said = words["source_with"].format(counted(count, "finding", lang)) if count else words["source"]
    files = (f"<h4><code>{shown(source.path)}</code></h4>\n{lines_of(source, lang)}" for source in sources)
    return _folded(said, "".join(files))
