"""
A view as HTML: inputs, panels, findings, and the frame that they stand in.

What a template, a value or an error says is escaped where it is written: by Jinja in the files beside this
module, by `straks.preview.fragment` in pictures and letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from straks.explorer.words import WORDS
from straks.pages import rendering
from straks.preview.fragment import letter_of, picture_of
from straks.preview.gallery import findings_of, lines_of
from straks.preview.pages import LANGUAGES, Fault, Letter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.explorer.view import Question, Shown, View
    from straks.preview.pages import Page, Panel

PACKAGE: Final = "straks.explorer"

_render = partial(rendering.render, PACKAGE)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A panel, drawn: a ``fault``, or else HTML; with the call that makes it, if there is one."""

    panel: Panel
    html: str
    fault: Fault | None
    call: str | None


def frame(lang: str, *, widget: bool) -> str:
    """Return what the pieces stand in, with nothing in it yet; *widget* is for a page of somebody else's."""
    return _render("frame.html.jinja", w=WORDS[lang], widget=widget)


def answer(view: View, question: Question) -> dict[str, Any]:
    """Return what `explorer.js` is told of *view*: names and HTML."""
    words = WORDS[question.lang]
    form = (
        "" if view.fields is None else _render("form.html.jinja", key=view.key, fields=view.fields, w=words)
    )
    return {
        "keys": list(view.keys),
        "key": view.key,
        "names": _render("names.html.jinja", keys=view.keys),
        "choices": {
            "key": _options(((key, key) for key in view.keys), view.key),
            "locale": _options(
                [("", words["side_by_side"]), *((each, LANGUAGES[each]) for each in view.locales)],
                question.locale,
            ),
            "channel": _options(
                [("", words["both"]), *((each, words[each]) for each in view.channels)], question.channel
            ),
        },
        "form": form,
        "wrong": dict(view.wrong),
        "shown": None if view.panels is None else _panels(view.key, view.panels, question.lang),
    }


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
    return _render(
        "findings.html.jinja", said=said, count=count, apart=findings_of(apart), sources=sources, w=words
    )


def _panels(key: str, panels: Iterable[Shown], lang: str) -> str:
    """Return *panels*, a language beside the other."""
    rows = [
        (channel, [_drawn(shown) for shown in row])
        for channel, row in groupby(panels, lambda shown: shown.panel.channel)
    ]
    return _render("panels.html.jinja", key=key, rows=rows, w=WORDS[lang])


def _drawn(shown: Shown) -> _Drawn:
    panel, content = shown.panel, shown.panel.content
    if isinstance(content, Fault):
        return _Drawn(panel, "", content, None)
    if isinstance(content, Letter):
        return _Drawn(panel, letter_of(panel, content), None, shown.call)
    return _Drawn(panel, picture_of(panel), None, shown.call)


def _options(options: Iterable[tuple[str, str]], selected: str | None) -> str:
    return _render("options.html.jinja", options=list(options), selected=selected or "")
