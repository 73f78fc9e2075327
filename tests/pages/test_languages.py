"""Every page speaks one language: Bokmål or English, and not a sentence of the other."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

import pytest

from straks.core.catalog import Catalog
from straks.explorer import hints, pieces
from straks.explorer import words as explorer
from straks.explorer.subject import Subject
from straks.explorer.view import Question, view_of
from straks.pages import words as gallery_words
from straks.pages.gallery import gallery, section
from straks.pages.languages import NAMES
from straks.policy.sweep import sound
from straks.preview import words as preview
from straks.preview.pages import Case
from straks.preview.taking import page_of_error, page_of_template
from straks.simulator.desk import BASE, Desk
from straks.simulator.fates import FATES
from straks.simulator.page import words as inbox
from straks.simulator.page.fate_words import BOKMAL, says
from straks.simulator.page.places import document, piece
from straks.simulator.page.view import phone_of, seen
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.simulator.fate import Fate

TABLES: Final[dict[str, Mapping[str, Mapping[str, str]]]] = {
    "around a message": preview.WORDS,
    "gallery": gallery_words.WORDS,
    "explorer": explorer.WORDS,
    "hints": hints.WORDS,
    "inbox": inbox.WORDS,
}
MANIFEST = """
[template]
purpose = "notice"
repeat = "harmful"
time-to-live = 3600

[parameters.place]
kind = "text"
max-length = 40
example = "Biblioteket"
"""
TEXTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "nb": (f"Pakken er klar – Čábo, {{{{ place }}}}! {'Ta med legitimasjon. ' * 6}", "Pakken din", "Hei"),
    "en": (f"It is ready – Čábo, {{{{ place }}}}! {'Bring identification. ' * 6}", "Your parcel", "Hello"),
}
OF: Final = {
    "nb": re.compile(
        r"\b(og|med|av|er|fra|ikke|ingenting|hver|blir|sendes|kan|på|som|tegn|maler)\b", re.IGNORECASE
    ),
    "en": re.compile(
        r"\b(the|and|with|of|is|are|from|by|nothing|more|each|will|sent|cannot|where)\b", re.IGNORECASE
    ),
}
"""Words that no page does without in one language, and that are none of the other."""
ORDERS: Final = f"{BASE}/notifications/api/v1/future/orders/instant"
OTHER: Final = {"nb": "en", "en": "nb"}


class Reader(HTMLParser):
    """Hears what a page says in its own language: its text, and what is read out; styles and scripts not."""

    READ = ("alt", "aria-label", "title", "placeholder")
    SILENT = frozenset({"style", "script", "code", "pre", "iframe"})
    EMPTY = frozenset({"meta", "link", "input", "img", "br", "hr", "path", "rect"})

    def __init__(self, lang: str) -> None:
        super().__init__()
        self.heard: list[str] = []
        self._lang = lang
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        foreign = given.get("lang") not in (None, self._lang)
        silent = foreign or tag in self.SILENT or any(silent for _, silent in self._open)
        if not silent:
            self.heard += [text for name in self.READ if (text := given.get(name)) is not None]
        if tag not in self.EMPTY:
            self._open.append((tag, silent))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag, attrs

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(silent for _, silent in self._open):
            self.heard.append(data)


def heard(html: str, lang: str) -> str:
    """Return what a page says in its own language, the names of Unicode aside."""
    reader = Reader(lang)
    reader.feed(html)
    return re.sub(r"U\+[0-9A-F]{4} [A-Z -]+", "", " ".join(" ".join(reader.heard).split()))


def files_in(lang: str) -> dict[str, str]:
    sms, subject, email = TEXTS[lang]
    return {
        "pakke/template.toml": MANIFEST,
        f"pakke/{lang}/sms.txt": sms,
        f"pakke/{lang}/subject.txt": subject,
        f"pakke/{lang}/email.html": f"<p>{email}, {{{{ place }}}}.</p>",
    }


def gallery_in(lang: str) -> str:
    """Return a gallery of a template with findings, and of one that cannot be used."""
    files = files_in(lang)
    template = Catalog(files)["pakke"]
    broken = files_in(lang) | {f"pakke/{lang}/sms.txt": "{% if %}"}
    [error] = sound(broken)[1]
    pages = [page_of_template(template, sources=True), page_of_error(error, broken)]
    sections = (section(page, number, lang) for number, page in enumerate(pages, start=1))
    return "".join(gallery(gallery_words.WORDS[lang]["messages"], sections, ["pakke", "pakke"], lang))


def explorer_in(lang: str) -> str:
    """Return all that the explorer says: frame, inputs, panels, findings, and of a value that is wrong."""
    files = files_in(lang)
    template = Catalog(files)["pakke"]
    subjects = {"pakke": Subject(lambda: template, files=files, folder="my")}
    parts = [pieces.frame(lang, widget=widget) for widget in (False, True)]
    for case in Case:
        question = Question("pakke", lang, case)
        answer = pieces.answer(view_of(subjects, question), question)
        parts += [answer["form"], answer["shown"], *answer["choices"].values()]
    wrong = Question("pakke", lang, values={"place": "x" * 41})
    parts += pieces.answer(view_of(subjects, wrong), wrong)["wrong"].values()
    return "".join(
        [*parts, pieces.findings(subjects["pakke"].inspected, lang), *explorer.said(lang).values()]
    )


def inbox_in(lang: str) -> str:
    """Return the simulator's page and all that its script says, with an SMS and an e-mail on it."""
    desk = Desk()
    sms, subject, email = TEXTS[lang]
    whom = {"phoneNumber": "+46701740605", "timeToLiveInSeconds": 300, "smsSettings": {"body": sms}}
    letter = {"subject": subject, "body": f"<p>{email}</p>", "contentType": "Html"}
    to = {"emailAddress": "kari@example.org", "emailSettings": letter}
    headers = {"Authorization": f"Bearer {desk.token()}", "Content-Type": "application/json"}
    for channel, recipient in (("sms", {"recipientSms": whom}), ("email", {"recipientEmail": to})):
        order = json.dumps({"idempotencyId": channel, **recipient}).encode()
        for _ in range(2):  # so that there is an attempt to tell of
            desk.handle(Request("POST", f"{ORDERS}/{channel}", headers, order))
    shown = [
        it for message in desk.inbox.messages(desk.now_s()) if (it := seen(desk, message.id)) is not None
    ]
    pieces = [piece(it, lang) for it in shown]
    pictures = [drawn for it in shown if (drawn := phone_of(it, lang=lang)) is not None]
    assert (len(pieces), len(pictures)) == (2, 1)
    said = [inbox.WORDS[lang][name] for name in inbox.SCRIPTED]
    return "".join([document(lang, "http://127.0.0.1"), *pieces, *pictures, *said])


PAGES: Final = {"gallery": gallery_in, "explorer": explorer_in, "inbox": inbox_in}


@pytest.mark.parametrize("table", TABLES)
def test_every_sentence_is_there_in_each_language_with_the_same_holes(table: str) -> None:
    words = TABLES[table]
    names = {lang: sorted(words[lang]) for lang in NAMES}
    holes = {lang: {name: text.count("{}") for name, text in words[lang].items()} for lang in NAMES}

    assert sorted(words) == sorted(NAMES)
    assert names["nb"] == names["en"]
    assert holes["nb"] == holes["en"]
    assert all(text.strip() for lang in NAMES for text in words[lang].values())


def test_what_the_words_mean_is_told_in_each_language() -> None:
    told = {lang: len(gallery_words.LEGEND[lang]) for lang in NAMES}

    assert told["nb"] == told["en"] > 0
    assert {*inbox.STAGES} == {*NAMES}
    assert inbox.STAGES["nb"].keys() == inbox.STAGES["en"].keys()


@pytest.mark.parametrize("fate", FATES, ids=lambda fate: fate.name)
def test_what_happens_at_a_fault_is_told_in_bokmal_unless_it_is_a_status_alone(fate: Fate) -> None:
    is_status = " " not in fate.says

    assert (fate.name in BOKMAL) == (not is_status)
    assert says(fate, "en") == fate.says
    assert OF["en"].search(says(fate, "nb")) is None


@pytest.mark.parametrize("lang", NAMES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds_no_sentence_of_ours_in_the_other_language(name: str, lang: str) -> None:
    said = heard(PAGES[name](lang), lang)

    assert OF[OTHER[lang]].findall(said) == []
    assert len(OF[lang].findall(said)) > 5


@pytest.mark.parametrize("lang", NAMES)
def test_the_other_language_would_be_heard(lang: str) -> None:
    page = f"<p>{gallery_words.WORDS[OTHER[lang]]['about']}</p><p lang='{OTHER[lang]}'>the and og med</p>"

    assert OF[OTHER[lang]].findall(heard(page, lang)) != []
    assert OF[OTHER[lang]].findall(heard(page.partition("</p>")[2], lang)) == []
