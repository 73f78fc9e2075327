"""A page that is filled when it is asked for is the page that is filled at once."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from straks.core.filled_page import FilledPage
from straks.core.skeleton import Misplaced, Page, Parts, Place

TEXTS = st.text("ab <>&\"'\n\t\\/\u0007æ😀%{}", max_size=8)
SLOTS = st.tuples(st.integers(0, 2), st.sampled_from(Place))


@st.composite
def cuts(draw: st.DrawFn) -> tuple[str | tuple[int, Place], ...]:
    parts: list[str | tuple[int, Place]] = [draw(TEXTS)]
    for slot in draw(st.lists(SLOTS, max_size=6)):
        parts += [slot, draw(TEXTS)]
    return tuple(parts)


def page_of(html: Parts, text: Parts) -> Page:
    """A page whose twin is *text*, whatever its HTML says."""
    page = Page(html, "")
    page.__dict__["text"] = text
    return page


PAGES = st.builds(page_of, html=cuts(), text=cuts())
VALUES = st.lists(TEXTS, min_size=3, max_size=3)


@given(PAGES, VALUES)
@example(page_of(("%s", (0, Place.TEXT), "%"), ("",)), ["%s", "", ""])
def test_each_part_of_it_is_what_filling_it_at_once_gives(page: Page, values: list[str]) -> None:
    filled = FilledPage(page, values)
    html, text = filled.fill()

    assert (filled.html(), filled.text()) == (html, text)
    assert json.loads(filled.json()) == html
    assert filled.json() == json.dumps(html, ensure_ascii=False).encode()


@given(PAGES, VALUES)
def test_what_is_free_of_some_characters_has_none(page: Page, values: list[str]) -> None:
    filled = FilledPage(page, values)
    for characters in (re.compile("[\x00-\x08]"), re.compile("[\n😀]")):
        if filled.free_of(characters):
            assert characters.search(filled.html()) is None


@given(PAGES, VALUES)
def test_what_is_certain_can_be_filled_and_is_not_blank(page: Page, values: list[str]) -> None:
    for few in (values, values[:1], []):
        filled = FilledPage(page, few)
        try:
            html, text = filled.fill()
        except Misplaced:
            assert not filled.certain
        else:
            assert not filled.certain or (html.strip() and text)


def test_a_page_that_is_its_values_alone_is_not_certain() -> None:
    blank = page_of(("", (0, Place.TEXT), ""), ("", (0, Place.TEXT), ""))
    spoken = page_of(("<p>", (0, Place.TEXT), "</p>"), ("Hei ", (0, Place.TEXT), ""))

    assert not FilledPage(blank, ["a"]).certain
    assert FilledPage(spoken, [""]).certain
    assert not FilledPage(spoken, []).certain
    with pytest.raises(Misplaced):
        FilledPage(spoken, []).fill()
