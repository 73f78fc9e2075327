"""
The pieces of HTML that the page is made of while it stands: inputs, panels, findings.

What a template, a value or an error says is escaped where it is written: by Jinja in the files beside this
module, by `straks.preview.fragment` in pictures and letters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from straks.cli.live.call import call_of
from straks.cli.live.fields import fields_of
from straks.cli.live.words import WORDS
from straks.cli.pages import render
from straks.core.template import Template
from straks.pages.languages import NAMES
from straks.preview.fragment import letter_of, picture_of
from straks.preview.gallery import findings_of, lines_of
from straks.preview.pages import Case, Fault, Letter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.cli.live.shelf import Subject
    from straks.preview.pages import Page, Panel


@dataclass(frozen=True, slots=True)
class _Shown:
    """A panel, drawn: a ``fault``, or else HTML; with the call that makes it, if there is one."""

    panel: Panel
    html: str = ""
    fault: Fault | None = None
    call: str | None = None


def document(lang: str) -> str:
    """Return the page itself, with nothing in it yet."""
    return render("live/page.html.jinja", lang=lang, w=WORDS[lang], languages=NAMES)


def names(keys: Iterable[str], lang: str) -> str:
    """Return the list of templates."""
    return render("live/names.html.jinja", keys=list(keys), w=WORDS[lang])


def form(subject: Subject, lang: str) -> str:
    """Return an input for each parameter; nothing for a template that cannot be read."""
    if not isinstance(subject.it, Template):
        return ""
    return render("live/form.html.jinja", fields=fields_of(subject.it), w=WORDS[lang])


def panels(subject: Subject, page: Page, lang: str, *, reveal: bool) -> str:
    """Return *page*, a language beside the other."""
    rows = [(row[0].channel, [_shown(subject, panel, reveal=reveal) for panel in row]) for row in page.rows()]
    return render("live/panels.html.jinja", rows=rows, w=WORDS[lang])


def findings(page: Page, lang: str) -> str:
    """Return what was found in *page*: at its line, or above if it is about no file of the template's own."""
    every = [*page.findings, *(finding for panel in page.panels for finding in panel.findings)]
    own = {source.path for source in page.sources}
    apart = [finding for finding in every if finding.path not in own]
    count = len(apart) + sum(len(source.findings) for source in page.sources)
    words = WORDS[lang]
    said = words["sound"] if not count else words["one"] if count == 1 else words["many"].format(count)
    sources: list[dict[str, Any]] = [
        {"path": source.path, "html": lines_of(source), "open": bool(source.findings)}
        for source in page.sources
    ]
    return render("live/findings.html.jinja", said=said, apart=findings_of(apart), sources=sources, w=words)


def _shown(subject: Subject, panel: Panel, *, reveal: bool) -> _Shown:
    content = panel.content
    if isinstance(content, Fault):
        return _Shown(panel, fault=content)
    call = None
    if isinstance(subject.it, Template) and panel.filling is not None:
        call = call_of(
            subject.it,
            folder=subject.folder,
            locale=panel.locale,
            channel=panel.channel,
            values=subject.it.check(panel.filling, panel.locale, panel.channel),
            reveal=reveal,
        )
    if panel.case is Case.EXAMPLE:
        panel = replace(panel, case=None)  # it may be filled with anything by now
    html = letter_of(panel, content) if isinstance(content, Letter) else picture_of(panel)
    return _Shown(panel, html, call=call)
