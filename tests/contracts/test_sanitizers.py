"""What every sanitiser promises: one body, run with each adapter."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import TypedDict

import pytest

from straks.core.markup import EMAIL, BleachSanitizer, Nh3Sanitizer, Sanitizer
from straks.errors import InvalidText


class Attack(TypedDict):
    why: str
    html: str
    absent: list[str]
    source: str


class Vectors(TypedDict):
    source: str
    attacks: list[Attack]


VECTORS: Vectors = json.loads((Path(__file__).parents[1] / "vectors/markup-attacks.json").read_text("utf-8"))


@pytest.fixture(params=[BleachSanitizer(), Nh3Sanitizer()], ids=["bleach", "nh3"])
def sanitizer(request: pytest.FixtureRequest) -> Sanitizer:
    adapter: Sanitizer = request.param
    return adapter


class Elements(HTMLParser):
    """Every start tag of what a sanitiser wrote."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


attacks = pytest.mark.parametrize("attack", VECTORS["attacks"], ids=lambda attack: attack["why"])


@attacks
def test_nothing_of_an_attack_is_left(sanitizer: Sanitizer, attack: Attack) -> None:
    cleaned = sanitizer.clean(attack["html"]).lower()

    assert [trace for trace in attack["absent"] if trace.lower() in cleaned] == []


@attacks
def test_what_is_left_of_an_attack_is_on_the_list(sanitizer: Sanitizer, attack: Attack) -> None:
    for tag, attributes in Elements(sanitizer.clean(attack["html"])).found:
        assert tag in EMAIL.tags
        assert attributes.keys() <= EMAIL.attributes["*"] | EMAIL.attributes.get(tag, frozenset())
        for name in attributes.keys() & EMAIL.schemes.keys():
            assert attributes[name].partition(":")[0] in EMAIL.schemes[name]


@attacks
def test_an_attack_gains_nothing_by_a_second_cleaning(sanitizer: Sanitizer, attack: Attack) -> None:
    cleaned = sanitizer.clean(attack["html"])

    assert sanitizer.clean(cleaned) == cleaned


AROUND = {
    **dict.fromkeys(["caption", "colgroup", "tbody", "tfoot", "thead"], "<table>{}</table>"),
    "col": "<table><colgroup>{}</colgroup></table>",
    "tr": "<table><tbody>{}</tbody></table>",
    **dict.fromkeys(["td", "th"], "<table><tbody><tr>{}</tr></tbody></table>"),
}
VOID = {"br", "col", "hr", "img"}
NO_PLACE_FOR_TEXT = {"colgroup", "table", "tbody", "tfoot", "thead", "tr"}


@pytest.mark.parametrize("tag", sorted(EMAIL.tags))
def test_an_allowed_tag_stays_where_html_lets_it_stand(sanitizer: Sanitizer, tag: str) -> None:
    element = f"<{tag}>" if tag in VOID else f"<{tag}>{'' if tag in NO_PLACE_FOR_TEXT else 'x'}</{tag}>"
    html = AROUND.get(tag, "{}").format(element)

    assert sanitizer.clean(html) == html


@pytest.mark.parametrize(
    ("tag", "name"),
    [(tag, name) for tag, names in EMAIL.attributes.items() for name in sorted(names) if tag != "col"],
)
def test_an_allowed_attribute_stays(sanitizer: Sanitizer, tag: str, name: str) -> None:
    value = {"style": "color:red", "href": "tel:+46701740605", "src": "https://example.org/a.png"}.get(
        name, "1"
    )
    tag = "p" if tag == "*" else tag
    html = f'<{tag} {name}="{value}"></{tag}>'
    if tag in {"tr", "td", "th", "thead", "tbody", "tfoot", "colgroup"}:
        html = f"<table>{html}</table>"

    found = [attributes for found, attributes in Elements(sanitizer.clean(html)).found if found == tag]

    assert [{key: said.replace(" ", "") for key, said in attributes.items()} for attributes in found] == [
        {name: value}
    ]


@pytest.mark.parametrize("element", sorted(EMAIL.dropped - {"plaintext"}))
def test_an_element_that_is_no_message_goes_with_its_content(sanitizer: Sanitizer, element: str) -> None:
    assert sanitizer.clean(f"<p>a</p><{element}>b</{element}><p>c</p>") == "<p>a</p><p>c</p>"


def test_a_tag_that_is_not_allowed_leaves_its_content(sanitizer: Sanitizer) -> None:
    assert sanitizer.clean("<p>Hei <blink>på <x-y>deg</x-y></blink></p>") == "<p>Hei på deg</p>"


def test_of_a_document_its_body_is_left(sanitizer: Sanitizer) -> None:
    page = "<!doctype html><html lang=nb><head><title>T</title></head><body><p>Hei</p></body></html>"

    assert sanitizer.clean(page) == "<p>Hei</p>"


def test_references_become_characters(sanitizer: Sanitizer) -> None:
    html = '<p title="Vent&hellip;">&Aring;pne &#248; &ndash; &lt;3 &amp;amp;</p>'

    assert sanitizer.clean(html) == '<p title="Vent…">Åpne ø – &lt;3 &amp;amp;</p>'


def test_an_attribute_with_a_quote_and_an_ampersand_does_not_grow(sanitizer: Sanitizer) -> None:
    html = '<p title="say &quot;hi&quot; &amp; bye">x</p>'

    assert sanitizer.clean(html) == html


def test_a_query_is_not_read_as_references(sanitizer: Sanitizer) -> None:
    html = '<a href="https://example.org/?a=1&copy=2&lang=nb">x</a>'

    assert sanitizer.clean(html) == '<a href="https://example.org/?a=1&amp;copy=2&amp;lang=nb">x</a>'


def test_a_quoted_font_name_may_be_written_with_references(sanitizer: Sanitizer) -> None:
    ((_, attributes),) = Elements(
        sanitizer.clean('<p style="font-family:&quot;Segoe UI&quot;,serif">x</p>')
    ).found

    assert attributes["style"].replace(" ", "") == 'font-family:"SegoeUI",serif'


def test_text_misplaced_in_a_table_is_moved_and_not_lost(sanitizer: Sanitizer) -> None:
    html = "<table><p>a</p><tr>b<td>c</td></tr></table>"

    assert sanitizer.clean(html) == "<p>a</p>b<table><tbody><tr><td>c</td></tr></tbody></table>"


def test_empty_lines_at_the_start_of_a_pre_do_not_melt_away_one_by_one(sanitizer: Sanitizer) -> None:
    assert sanitizer.clean("<pre>" + "\n" * 40 + "a\n\nb</pre>") == "<pre>a\n\nb</pre>"


def test_knots_of_any_depth_are_settled(sanitizer: Sanitizer) -> None:
    for knot in ("<a href='https://example.org/'><table>", "<h1><a><h6></a>", "<b><i><p></b>"):
        cleaned = sanitizer.clean(knot * 40 + "x")

        assert sanitizer.clean(cleaned) == cleaned
        assert Elements(cleaned).found


def test_a_lone_surrogate_is_refused_with_its_place(sanitizer: Sanitizer) -> None:
    with pytest.raises(InvalidText, match="lone surrogate at index 3") as refused:
        sanitizer.clean("<p>\ud800</p>")

    assert refused.value.index == 3


def test_nothing_stays_nothing(sanitizer: Sanitizer) -> None:
    assert sanitizer.clean("") == ""
