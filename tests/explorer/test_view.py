"""A question in, what there is to see out: for any question, and for what a person types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.catalog import Catalog
from straks.explorer import pieces
from straks.explorer.subject import Subject
from straks.explorer.view import Question, question_of, view_of
from straks.explorer.words import WORDS, said
from straks.preview.pages import Bubble, Case, Fault, Letter

if TYPE_CHECKING:
    from straks.core.template import Template
    from straks.errors import TemplateError

MANIFEST = """
[template]
purpose = "notice"
repeat = "harmful"
time-to-live = 3600

[parameters.place]
kind = "text"
max-length = 12
alphabet = "gsm-7"
example = "Biblioteket"
"""
FILES = {
    "parcel/template.toml": MANIFEST,
    "parcel/nb/sms.txt": "Pakken ligger på {{ place }}.",
    "parcel/nn/sms.txt": "Pakken ligg på {{ place }}.",
    "parcel/nb/subject.txt": "Pakken er kommet",
    "parcel/nb/email.txt": "Pakken ligger på {{ place }}.",
    "word/template.toml": MANIFEST.partition("[parameters")[0],
    "word/nb/sms.txt": "Hei.",
}
CATALOG = Catalog(FILES)


def subject_of(it: Template | TemplateError) -> Subject:
    return Subject(lambda: it, files=FILES)


SUBJECTS = {name: subject_of(template) for name, template in CATALOG.items()}

words = st.sampled_from(["parcel", "word", "nb", "nn", "sms", "email", "given", "worst", "shortest"])
texts = words | st.text()
names = st.text() | st.just("place")
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
questions = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("key", "lang", "case", "locale", "channel", "reveal", "values"), anything)
)


@given(questions)
def test_any_question_has_an_answer_in_a_language_of_the_page(asked: dict[str, Any]) -> None:
    question = question_of(asked, WORDS)
    view = view_of(SUBJECTS, question)
    answer = pieces.answer(view, question)

    assert question.lang in WORDS
    assert view.key in SUBJECTS
    assert (answer["shown"] is None) == (view.panels is None)
    assert (view.panels is None) <= bool(view.wrong)


@given(st.text(max_size=30))
def test_what_is_typed_is_shown_in_every_language_or_told_to_be_wrong(typed: str) -> None:
    view = view_of(SUBJECTS, Question("parcel", channel="sms", values={"place": typed}))

    assert (view.panels is None) == ("place" in view.wrong)
    for shown in view.panels or ():
        assert isinstance(shown.panel.content, Bubble)
        assert typed.strip()[:1] in shown.panel.content.text


@pytest.mark.parametrize("channel", [None, "sms", "email"])
@pytest.mark.parametrize("locale", [None, "nb", "nn", "en"])
@pytest.mark.parametrize("case", Case)
def test_what_is_left_out_is_what_was_not_asked_for(
    case: Case, locale: str | None, channel: str | None
) -> None:
    everything = view_of(SUBJECTS, Question("parcel", case=case)).panels
    view = view_of(SUBJECTS, Question("parcel", case=case, locale=locale, channel=channel))

    assert everything is not None
    assert view.panels == tuple(
        shown
        for shown in everything
        if locale in (None, "en", shown.panel.locale) and channel in (None, shown.panel.channel)
    )


def test_the_worst_case_takes_as_much_as_the_bound_and_the_shortest_no_more() -> None:
    worst, shortest, example = (
        view_of(SUBJECTS, Question("parcel", case=case, locale="nb", channel="sms")).panels
        for case in (Case.WORST, Case.SHORTEST, Case.EXAMPLE)
    )
    lengths = [
        len(panels[0].panel.content.text)
        for panels in (shortest, example, worst)
        if panels is not None and isinstance(panels[0].panel.content, Bubble)
    ]

    assert len(lengths) == 3
    assert lengths == sorted(lengths)


def test_the_call_that_is_copied_makes_what_is_shown() -> None:
    view = view_of(SUBJECTS, Question("parcel", locale="nn", values={"place": "Torget"}))
    assert view.panels is not None
    (shown,) = view.panels
    made: dict[str, Any] = {"catalog": CATALOG}
    exec(compile(shown.call or "", "pasted.py", "exec"), made)  # noqa: S102 - our own call

    assert isinstance(shown.panel.content, Bubble)
    assert made["sms"].body == shown.panel.content.text == "Pakken ligg på Torget."


def test_a_template_that_cannot_be_read_has_its_error_and_no_inputs() -> None:
    broken: list[TemplateError] = []
    Catalog({**FILES, "parcel/nb/sms.txt": "En\n{{ plass }}"}, broken=broken)
    view = view_of({"parcel": subject_of(broken[0])}, Question("parcel"))
    assert view.panels is not None
    (shown,) = view.panels

    assert isinstance(shown.panel.content, Fault)
    assert (view.fields, shown.call, shown.panel.content.line) == (None, None, 2)


def test_a_mail_as_plain_text_is_a_letter_too() -> None:
    view = view_of(SUBJECTS, Question("parcel", channel="email"))
    assert view.panels is not None

    assert [type(shown.panel.content) for shown in view.panels] == [Letter]


def test_without_a_template_there_is_nothing_to_see() -> None:
    view = view_of({}, Question("parcel"))

    assert (view.keys, view.key, view.fields, view.panels) == ((), "", None, ())


@pytest.mark.parametrize("lang", WORDS)
@pytest.mark.parametrize("widget", [False, True])
def test_every_input_of_the_frame_has_a_label(lang: str, *, widget: bool) -> None:
    html = pieces.frame(lang, widget=widget)
    ids = re.findall(r'<select id="(\w+)"', html)

    assert ids == (["template", "locale", "channel"] if widget else [])
    assert all(f'<label for="{each}">' in html for each in ids)


def test_what_a_script_says_is_among_the_words() -> None:
    assert {lang: set(said(lang).values()) <= set(WORDS[lang].values()) for lang in WORDS} == dict.fromkeys(
        WORDS, True
    )
