"""A picture as SVG."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import straks
from straks.policy.colour import contrast, read_colour
from straks.preview.drawing import DARK, LIGHT
from straks.preview.pages import Bubble, Fault, Panel
from straks.preview.svg import svg_of_pages, svg_of_panel
from straks.preview.taking import bubble, page_of_messages
from straks.preview.visible import as_drawn

if TYPE_CHECKING:
    from collections.abc import Callable

ELEMENTS = {"svg", "title", "desc", "style", "g", "rect", "path", "text"}
ATTRIBUTES = {
    *("class", "role", "width", "height", "viewBox", "x", "y", "rx", "d", "transform", "direction"),
    *(
        "font-size",
        "textLength",
        "lengthAdjust",
        "stroke-width",
        "{http://www.w3.org/XML/1998/namespace}space",
    ),
}
HOSTILE = [
    "</text><script>alert(1)</script>",
    '"><image href="http://127.0.0.1/x.png"/>',
    "<foreignObject><iframe src='http://127.0.0.1/'/></foreignObject>",
    "]]><!--",
    "&lt;b&gt; &amp; &#x3c;script&#x3e;",
    "<style>@import url(http://127.0.0.1/x.css)</style>",
    "{{ 7 * 7 }}",
    "\u202eabc\u2066",
    "\x00\x1b[2J\ufffe\ufdd0",
]
texts = st.lists(
    st.sampled_from([*HOSTILE, "Hei ", "č ", "😀", "שלום ", "\n"]) | st.text(max_size=20), min_size=1
).map("".join)


GROUNDS = {
    "ink": ("page", "card", "bubble", "tint", "blush"),
    "quiet": ("page", "card", "bubble", "tint"),
    "alarm": ("card",),
    "card": ("mark",),
}
"""What each colour of text is drawn on."""


def of_text(text: str) -> str:
    return svg_of_panel(Panel("nb", "sms", bubble(text, straks.segment(text))))


def body_of(svg: str) -> str:
    """Return what stands in the bubble: the only text of its size."""
    root = ET.fromstring(svg)  # noqa: S314 - ours
    return "".join(element.text or "" for element in root.iter() if element.get("font-size") == "15")


@given(text=texts)
def test_a_picture_holds_nothing_but_drawing(text: str) -> None:
    root = ET.fromstring(of_text(text))  # noqa: S314 - ours
    elements = {element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in root.iter()}
    attributes = {name for element in root.iter() for name in element.attrib}
    styles = "".join(element.text or "" for element in root.iter() if element.tag.endswith("style"))

    assert elements <= ELEMENTS
    assert attributes <= ATTRIBUTES
    assert re.findall(r"url\(|@import|@font-face", styles) == []


@given(text=texts)
def test_all_of_a_message_stands_in_its_bubble_in_order(text: str) -> None:
    assert body_of(of_text(text)) == "".join(map(as_drawn, text.replace("\n", "")))


@given(text=texts)
def test_whoever_does_not_see_it_is_told_all_of_it(text: str) -> None:
    root = ET.fromstring(of_text(text))  # noqa: S314 - ours
    said = next(element.text or "" for element in root.iter() if element.tag.endswith("desc"))
    marks = re.sub(r"⟦\d+⟧", "", said)

    assert root.get("role") == "img"
    assert "GSM-7" in said or "UCS-2" in said
    assert "482913" not in text or "482913" in marks


def test_a_border_stands_where_the_second_segment_begins() -> None:
    text = "Denne meldingen er lang. " * 9
    svg = of_text(text)
    second = straks.segment(text).segments[1].text
    root = ET.fromstring(svg)  # noqa: S314 - ours
    runs = [element for element in root.iter() if element.get("font-size") == "15"]
    places = dict(zip(_starts(runs), runs, strict=True))
    begins = places[len(text) - len(second)]
    lines = [path.get("d", "") for path in root.iter() if path.get("stroke-width") == "1.5"]

    assert len(lines) == 1
    assert lines[0].startswith(f"M{begins.get('x')} ")
    assert [element.text for element in root.iter() if element.get("class") == "card bold"] == ["2"]


def _starts(runs: list[ET.Element]) -> list[int]:
    starts = [0]
    for run in runs[:-1]:
        starts.append(starts[-1] + len(run.text or ""))
    return starts


def test_what_is_foreign_is_marked_and_named_with_its_stand_in(drawn: Callable[[str], list[str]]) -> None:
    svg = of_text("Pakken er her – čáhppes, ŋ, š, ž, ǥ, ǩ og đ")
    root = ET.fromstring(svg)  # noqa: S314 - ours
    marks = [
        element for element in root.iter() if element.get("class") == "blush" and element.get("rx") == "3"
    ]

    assert len(marks) == 8  # neighbours are one
    assert "– U+2013 EN DASH: -" in drawn(svg)
    assert "and 3 characters more" in drawn(svg)


def test_the_bound_line_is_quiet() -> None:
    svg = of_text("Koden er 482913\n@login.example.org #482913")
    root = ET.fromstring(svg)  # noqa: S314 - ours
    looks = {
        element.text: element.get("class") for element in root.iter() if element.get("font-size") == "15"
    }

    assert looks == {"Koden er 482913": "ink", "@login.example.org #482913": "quiet"}


def test_many_segments_have_one_gauge() -> None:
    text = "a" * 153 * 20
    root = ET.fromstring(of_text(text))  # noqa: S314 - ours

    assert len([box for box in root.iter() if box.get("height") == "5" and box.get("class") == "mark"]) == 1
    assert len([box for box in root.iter() if box.get("class") == "card bold"]) == 19


def test_the_figures_say_that_a_message_is_cut_off(drawn: Callable[[str], list[str]]) -> None:
    assert "cut off: the gateway carries 16 and drops the rest" in drawn(of_text("a" * 2200))


def test_sender_and_recipient_stand_above_the_bubble(
    make_sms: Callable[..., straks.Sms], drawn: Callable[[str], list[str]]
) -> None:
    shown = drawn(svg_of_pages([page_of_messages([make_sms("Hei", "Skatt")])]))
    revealed = drawn(svg_of_pages([page_of_messages([make_sms("Hei", "Skatt")], reveal=True)]))

    assert "Skatt" in shown
    assert "to +46 ••• •• 605" in shown
    assert "to +46701740605" in revealed


def test_a_page_of_nothing_says_so(drawn: Callable[[str], list[str]]) -> None:
    assert drawn(svg_of_pages([])) == ["There is nothing to show."]


def test_an_error_stands_in_place_of_the_message(drawn: Callable[[str], list[str]]) -> None:
    fault = Fault("own/nb/sms.txt, line 3: it cannot be.", "own/nb/sms.txt", 3, "Hei {{ x }}")
    shown = drawn(svg_of_panel(Panel("nb", "sms", fault)))

    assert "There is nothing to show" in shown
    assert "own/nb/sms.txt, line 3: it cannot be." in shown
    assert "3 | Hei {{ x }}" in shown


def test_a_long_letter_is_cut_in_a_picture_and_says_by_how_much(
    make_catalog: Callable[..., straks.Catalog], drawn: Callable[[str], list[str]]
) -> None:
    letter = make_catalog({"nb/subject.txt": "Brev", "nb/email.txt": "Linje.\n" * 60}, "")["own"].email(
        "nb", straks.EmailAddress.parse("kari@example.org"), {}, straks.EmailAddress.parse("post@example.org")
    )
    shown = drawn(svg_of_pages([page_of_messages([letter])]))

    assert shown.count("Linje.") == 23
    assert "… and 37 lines more" in shown
    assert "from post@example.org" in shown
    assert "to k•••@example.org" in shown


def test_more_than_four_languages_or_messages_go_on_below(make_sms: Callable[..., straks.Sms]) -> None:
    svg = svg_of_pages([page_of_messages([make_sms(str(number)) for number in range(5)])])
    root = ET.fromstring(svg)  # noqa: S314 - ours
    places = [
        element.get("transform", "") for element in root.iter() if element.get("transform", "").count("(24 ")
    ]

    assert root.get("width") == "1412"
    assert len(places) == 2


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(length=st.sampled_from([100_000, 39_016]))
def test_a_message_too_long_to_be_sent_says_so(make_sms: Callable[..., straks.Sms], length: int) -> None:
    panel = page_of_messages([make_sms("a" * length)]).panels[0]

    assert isinstance(panel.content, Fault)
    assert "one SMS has at most 255" in panel.content.message


def test_the_longest_message_there_is_is_drawn_whole() -> None:
    text = ("Ođđa diehtu čuoččui. " * 900)[:17_000]

    assert body_of(of_text(text)) == text


def test_a_bubble_shows_no_text_in_its_repr() -> None:
    shown = bubble("Koden er 482913 č", straks.segment("Koden er 482913 č"))

    assert isinstance(shown, Bubble)
    assert "482913" not in repr(shown)


def test_every_text_has_contrast_enough_on_what_it_is_drawn_on() -> None:
    for colours in (LIGHT, DARK):
        for text, grounds in GROUNDS.items():
            for ground in grounds:
                above, below = read_colour(colours[text]), read_colour(colours[ground])
                assert above is not None
                assert below is not None
                assert contrast(above, below) >= 4.5, f"{text} on {ground}"
