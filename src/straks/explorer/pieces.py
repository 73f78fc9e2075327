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
from straks.pages.gallery import legend
from straks.preview.fragment import fault_of, findings_of, in_english, letter_of, lines_of, picture_of
from straks.preview.pages import LANGUAGES, Fault, Letter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.explorer.view import Question, Shown, View
    from straks.preview.pages import Page, Panel

PACKAGE: Final = "straks.explorer"

_render = partial(rendering.render, PACKAGE)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A panel as HTML, under a heading if it ``is_headed``; with the call that makes it, if there is one."""

    panel: Panel
    html: str
    is_headed: bool
    call: str | None
    files: tuple[str, ...]


def frame(lang: str, *, widget: bool) -> str:
    """Return what the pieces stand in, with nothing in it yet; *widget* is for a page of somebody else's."""
    return _render("frame.html.jinja", w=WORDS[lang], widget=widget, legend=legend(lang))


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
        "wrong": _wrong(view, question.lang),
        "shown": None if view.panels is None else _panels(view.key, view.panels, question.lang),
    }


def _wrong(view: View, lang: str) -> dict[str, str]:
    """Return what is wrong with each value, as HTML; the hint at its input says in *lang* what it takes."""
    unfit = WORDS[lang]["unfit"]
    return {name: f"{unfit} {in_english(flaw, lang)}" for name, flaw in view.wrong.items()}


def findings(page: Page, lang: str) -> str:
    """Return what was found in *page*: at its line, or above if it is about no file of the template's own."""
    every = [*page.findings, *(finding for panel in page.panels for finding in panel.findings)]
    own = {source.path for source in page.sources}
    apart = [finding for finding in every if finding.path not in own]
    count = len(apart) + sum(len(source.findings) for source in page.sources)
    words = WORDS[lang]
    said = words["sound"] if not count else words["one"] if count == 1 else words["many"].format(count)
    sources: list[dict[str, Any]] = [
        {"path": source.path, "html": lines_of(source, lang), "open": bool(source.findings)}
        for source in page.sources
    ]
    return _render(
        "findings.html.jinja",
        said=said,
        count=count,
        apart=findings_of(apart, lang),
        sources=sources,
        w=words,
    )


def _panels(key: str, panels: Iterable[Shown], lang: str) -> str:
    """Return *panels*, a language beside the other."""
    rows = [
        (channel, [_drawn(each, lang) for each in row])
        for channel, row in groupby(panels, lambda each: each.panel.channel)
    ]
    return _render("panels.html.jinja", key=key, rows=rows, w=WORDS[lang])


def _drawn(it: Shown, lang: str) -> _Drawn:
    panel, content = it.panel, it.panel.content
    if isinstance(content, Fault):
        return _Drawn(panel, fault_of(content, lang), panel.language != "", None, ())
    if isinstance(content, Letter):
        return _Drawn(panel, letter_of(panel, content, lang=lang), True, it.call, it.files)  # noqa: FBT003 - a field
    return _Drawn(panel, picture_of(panel, lang), False, it.call, it.files)  # noqa: FBT003 - a field


def _options(options: Iterable[tuple[str, str]], selected: str | None) -> str:
    return _render("options.html.jinja", options=list(options), selected=selected or "")
