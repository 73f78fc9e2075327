"""
What there is to see, for a question: pure, and the same wherever it is asked.

A question comes as JSON from a script, so whatever is no proper part of one is passed over; a view is always
the answer. A question about a template that is not there, because it was renamed or never was, is about the
first one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, cast

from straks.core.manifest import CHANNELS
from straks.core.template import Template
from straks.explorer.call import call_of
from straks.explorer.fields import Field, fields_of, taken
from straks.preview.pages import Case, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.explorer.subject import Subject
    from straks.preview.pages import Panel

_CASES: Final = {"given": Case.EXAMPLE, "worst": Case.WORST, "shortest": Case.SHORTEST}


@dataclass(frozen=True, slots=True)
class Question:
    """
    Which template, how it is filled, and in which language of the page to answer.

    ``locale`` and ``channel`` are what alone is to be seen, None for all there is.
    """

    key: str = ""
    lang: str = "nb"
    case: Case = Case.EXAMPLE
    locale: str | None = None
    channel: str | None = None
    reveal: bool = False
    values: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel, the program that makes its message, if it is one, and the files that its text is in."""

    panel: Panel
    call: str | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """
    What there is to see.

    ``key`` is the template that it came to be about, empty where there is none. ``panels`` is None while a
    value is ``wrong``: what was seen before stays. ``fields`` is None for a template that cannot be read.
    """

    keys: tuple[str, ...]
    key: str
    locales: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    fields: tuple[Field, ...] | None = None
    wrong: Mapping[str, str] = field(default_factory=dict[str, str])
    panels: tuple[Shown, ...] | None = ()


def question_of(given: Mapping[str, object], languages: Mapping[str, object]) -> Question:
    """Return what a script asks; of *languages* the first is for whoever asks for none of them."""
    texts = {name: text for name, text in given.items() if isinstance(text, str)}
    typed = given.get("values")
    values = cast("dict[object, object]", typed) if isinstance(typed, dict) else {}
    lang, channel = texts.get("lang"), texts.get("channel")
    return Question(
        texts.get("key", ""),
        lang if lang is not None and lang in languages else next(iter(languages)),
        _CASES.get(texts.get("case", ""), Case.EXAMPLE),
        texts.get("locale") or None,
        channel if channel in CHANNELS else None,
        given.get("reveal") is True,
        {name: text for name, text in values.items() if isinstance(name, str) and isinstance(text, str)},
    )


def chosen(subjects: Mapping[str, Subject], key: str) -> tuple[str, Subject | None]:
    """Return the template that *key* means, or the first one."""
    if key not in subjects:
        key = next(iter(subjects), "")
    return key, subjects.get(key)


def view_of(subjects: Mapping[str, Subject], question: Question) -> View:
    """Return what there is to see of *subjects* for *question*."""
    key, subject = chosen(subjects, question.key)
    keys = tuple(subjects)
    if subject is None:
        return View(keys, key)
    template = subject.it
    if not isinstance(template, Template):
        page = subject.page(question.case, {})
        return View(keys, key, panels=tuple(Shown(panel) for panel in page.panels))
    values, wrong = taken(template, question.values)
    view = View(
        keys, key, template.locales, template.channels, tuple(fields_of(template, question.lang)), wrong, None
    )
    if wrong and question.case is Case.EXAMPLE:
        return view
    locales = None if question.locale not in template.locales else {question.locale}
    channels = None if question.channel not in template.channels else {question.channel}
    page = subject.page(question.case, values, locales=locales, channels=channels)
    shown = (_shown(subject, template, panel, reveal=question.reveal) for panel in page.panels)
    return replace(view, panels=tuple(shown))


def _shown(subject: Subject, template: Template, panel: Panel, *, reveal: bool) -> Shown:
    if isinstance(panel.content, Fault) or panel.filling is None:
        return Shown(panel)
    call = call_of(
        template,
        catalog=subject.catalog,
        locale=panel.locale,
        channel=panel.channel,
        values=template.check(panel.filling, panel.locale, panel.channel),
        reveal=reveal,
    )
    if panel.case is Case.EXAMPLE:
        panel = replace(panel, case=None)  # it may be filled with anything by now
    return Shown(panel, call, subject.files_of(panel.locale, panel.channel))
