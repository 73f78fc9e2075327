"""
Law: a value is refused by its parameter, or it is printed as it is, wherever it stands.

As it is means: what parses the message finds the value again, letter for letter, and finds the same
tags and attributes around it as around a harmless word. Values are drawn from what has broken other
template engines: their own syntax, HTML, references, schemes, line ends, reading directions, marks,
and the markers that stand for values while a page is sanitised.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from hypothesis import example, given
from hypothesis import strategies as st

from straks.core.catalog import Catalog
from straks.errors import InvalidValue

if TYPE_CHECKING:
    from straks.core.message import Email, Sms

MANIFEST = """
[template]
purpose = "notice"
time-to-live = 3600
[parameters.name]
kind = "text"
max-length = 300
example = "Kari"
[parameters.note]
kind = "text"
max-length = 300
lines = 5
example = "Ord"
[parameters.items]
kind = "list"
of = { kind = "text", max-length = 300 }
max-items = 3
example = ["a"]
[parameters.url]
kind = "url"
hosts = ["www.example.org"]
max-length = 400
example = "https://www.example.org/"
"""
LAYOUT = """<!doctype html><html lang="{{ locale }}"><head><title>{{ subject }}</title></head>
<body title="{{ name }}"><div style="display: none">{% block preheader %}{% endblock %}</div>
{% block content %}{% endblock %}</body></html>"""
PAGE = """{% extends "_layout/email.html" %}
{% block preheader %}<i>{{ name }}</i>{% endblock %}
{% block content %}{% macro bold(word) %}<strong>{{ word }}</strong>{% endmacro %}
<p title="{{ name }}">{{ name }}</p><img alt="{{ name }}" src="https://www.example.org/a.png">
<p><b>{{ note }}</b>{{ bold(name) }}{% set same = name %}<em>{{ same }}</em></p>
<ul>{% for item in items %}<li>{{ item }}</li>{% endfor %}</ul>
<a href="{{ url }}">{{ url }}</a><a href="https://www.example.org/{{ name }}?q={{ name }}#{{ name }}">x</a>
<a href="tel:+47{{ name }}">y</a><a href="mailto:post@example.org?subject={{ name }}">z</a>
<u>{{ name ~ name }}</u><s>{{ name|replace("a", "<b>") }}</s>{% endblock %}"""
CATALOG = Catalog(
    {
        "m/template.toml": MANIFEST,
        "m/nb/sms.txt": "[{{ name }}]\n[{{ note }}]\n[{{ items|join('][') }}]",
        "m/nb/subject.txt": "Om {{ name }}!",
        "m/nb/email.html": PAGE,
        "_layout/email.html": LAYOUT,
    }
)
PLACES = {"title", "i", "p", "b", "strong", "em", "li", "u", "s"}

PIECES = [
    *(
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "{{ 7*7 }}",
        "{{ self }}",
        "{% raw %}",
        "|safe",
        "{{''.__class__}}",
    ),
    *("<", ">", "<b>", "</p>", "<script>", "</title>", "<!--", "-->", "<![CDATA[", "<a href=", "</style>"),
    *("&", "&amp;", "&lt;script&gt;", "&#60;", "&#x3c", "&nbsp", '"', "'", "`", '" onclick="x', "=", "\\"),
    *("javascript:", "data:text/html,", "https://", "//evil/x", "mailto:", "?", "#", "/", "..", "%2e", "%00"),
    *("\n", "\r", "\r\n", "\t", "\0", "\x02", "\x03", "\x1b", "\x85", "\u2028"),
    *("\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u0301", "\u0338", "\u1161", "\ue000"),
    *("strx0xrts", "strx1xrts", "https://strx0xurl", "strx0xpct", "strx", "xrts", "https://strx0xrts"),
    *("a", "Åse", "ß", "ǆ", "0", " ", "\u00a0", "\u3000", "😀", "＜script＞", "\ud800", "ﬁ"),
]
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=6).map("".join)


class Parsed(HTMLParser):
    """The tags and attribute names of a page, its attributes' values, and the text of each element."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.structure: list[tuple[str, ...]] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.structure.append((tag, *(name for name, _ in attrs)))
        self.attributes += [(name, value or "") for name, value in attrs]
        self._open.append(tag)
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self.structure.append((f"/{tag}",))
        self._open = self._open[: -1 - self._open[::-1].index(tag)]

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open[-1]][-1] += data

    def handle_comment(self, data: str) -> None:
        self.structure.append(("!--", data))

    def unknown_decl(self, data: str) -> None:
        self.structure.append(("![", data))

    def handle_pi(self, data: str) -> None:
        self.structure.append(("?", data))


def values(word: str, count: int = 1) -> dict[str, Any]:
    return {"name": word, "note": word, "items": [word] * count, "url": "https://www.example.org/a?b=1&c=2"}


def render(given: dict[str, Any]) -> tuple[Sms, Email] | None:
    """Return both messages, or None where the values are refused, by both alike."""
    try:
        sms = CATALOG.sms("m", locale="nb", to="+46701740605", values=given)
    except InvalidValue:
        sms = None
    try:
        email = CATALOG.email("m", locale="nb", to="kari@example.org", values=given)
    except InvalidValue:
        email = None
    assert (sms is None) is (email is None)
    return None if sms is None or email is None else (sms, email)


def parsed(given: dict[str, Any]) -> Parsed:
    made = render(given)
    assert made is not None
    return Parsed(made[1].body)


HARMLESS = {count: parsed(values("ord", count)) for count in (1, 2, 3)}


def test_harmless_words_are_read_back_from_every_place() -> None:
    assert HARMLESS[1].texts.keys() >= PLACES
    assert HARMLESS[1].texts["s"] == ["ord"]


@given(HOSTILE, st.integers(1, 3))
@example("{{ 7*7 }}", 1)
@example("<script>alert(1)</script>", 1)
@example('" onmouseover="x', 1)
@example("strx0xrts", 2)
@example("https://strx0xrts", 1)
@example("&lt;b&gt;", 1)
@example("a\r\nBcc: x", 1)
@example("//evil/x", 1)
def test_a_value_is_refused_or_printed_as_it_is(word: str, count: int) -> None:
    given = values(word, count)
    made = render(given)
    if made is None:
        return
    sms, email = made
    parameters = CATALOG["m"].parameters
    name, note = parameters["name"].check(word), parameters["note"].check(word)

    assert sms.body == f"[{name}]\n[{note}]\n" + f"[{name}]" * count
    assert email.subject == " ".join(f"Om {name}!".split())
    assert "\n" not in email.subject

    page = Parsed(email.body)
    assert page.structure == HARMLESS[count].structure
    assert page.texts["title"] == [email.subject]
    assert page.texts["p"] == [name, ""]
    assert page.texts["b"] == [note]
    assert page.texts["i"] == page.texts["strong"] == page.texts["em"] == [name]
    assert page.texts["li"] == [name] * count
    assert page.texts["u"] == [name + name]
    assert page.texts["s"] == [name.replace("a", "<b>")]
    assert [value for key, value in page.attributes if key in ("title", "alt")] == [name] * 3

    links = [value for key, value in page.attributes if key == "href"]
    found = re.fullmatch(r"https://www\.example\.org/([^/?#]*)\?q=([^/?#&]*)#([^/?#&]*)", links[1])
    assert links[0] == given["url"]
    assert found is not None
    assert [unquote(part) for part in found.groups()] == [name] * 3
    assert unquote(links[2]) == f"tel:+47{name}"
    assert unquote(links[3]) == f"mailto:post@example.org?subject={name}"
    assert not set("?&#<>\"' ") & set(links[2] + links[3].partition("?")[2])

    assert name in email.text
    assert note in email.text


@given(st.text(max_size=60) | HOSTILE)
def test_only_an_https_address_on_a_declared_host_becomes_a_link(tail: str) -> None:
    for address in (tail, f"https://www.example.org{tail}", f"https://www.example.org/{tail}"):
        made = render({**values("ord"), "url": address})
        if made is not None:
            page = Parsed(made[1].body)
            assert page.structure == HARMLESS[1].structure
            assert ("href", address) in page.attributes
            assert re.match(r"https://www\.example\.org(?:[/?#]|\Z)", address)
