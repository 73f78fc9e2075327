"""What filters make of one character, wherever it stands: whole texts are made of these parts."""

from __future__ import annotations

import sys
import unicodedata
from html import escape
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.alphabet import FOREIGN
from straks.core.domain import ANY_CHARACTERS, GSM7_CHARACTERS, Free, TooMany
from straks.core.hygiene import offence
from straks.core.ledger import recorded_length
from straks.core.packing import runs_of
from straks.core.rendering import Renderer
from straks.core.segment import Encoding
from straks.core.spelling import Spelling, counted, may_vanish, sizes, spellings
from straks.core.way import ONE_LINE, ONWARDS, Filter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RENDERER = Renderer({})
LETTERS = "aAbßﬃŉİΐà-( 9Δ"
FILTERS = st.sampled_from(
    [
        Filter("upper"),
        Filter("lower"),
        Filter("title"),
        Filter("capitalize"),
        Filter("trim"),
        Filter("trim", ("a9",)),
        Filter("replace", ("a", "")),
        Filter("replace", ("A", "x y")),
        Filter("replace", ("ab", "€")),
        Filter("replace", ("aab", "xyzæøå")),
        Filter("replace", ("b", "BB", 1)),
    ]
)


def filtered(text: str, filters: Iterable[Filter]) -> str:
    value: object = text
    for each in filters:
        value = RENDERER.filtered(each.name, value, each.arguments, {}, "nb")
    return str(value)


def is_made_of(text: str, spelling: Spelling, characters: int) -> bool:
    """Tell whether *text* can be made of so many characters' parts, some of them in pairs."""
    ends: list[set[int]] = [{0}, *(set[int]() for _ in range(characters + 1))]
    for number in range(characters):
        for taken, parts in ((1, spelling.rest if number else spelling.first), (2, spelling.pairs)):
            more = {end + len(part) for end in ends[number] for part in parts if text.startswith(part, end)}
            if number + taken <= characters:
                ends[number + taken] |= more
    return len(text) in ends[characters]


@given(text=st.text(LETTERS, max_size=7), filters=st.lists(FILTERS, max_size=3))
def test_what_a_text_prints_is_made_of_what_its_characters_may(text: str, filters: list[Filter]) -> None:
    domain = Free(0, 7, tuple(LETTERS))

    assert is_made_of(filtered(text, filters), spellings(domain, tuple(filters)), len(text))


@given(text=st.text(LETTERS, max_size=7), filters=st.lists(FILTERS, max_size=3))
def test_a_text_that_prints_nothing_was_said_to_vanish(text: str, filters: list[Filter]) -> None:
    domain = Free(len(text), 7, tuple(LETTERS))
    if not filtered(text, filters).strip() and text.strip():
        assert may_vanish(domain, tuple(filters))


@given(text=st.text(LETTERS, max_size=7), filters=st.lists(FILTERS, max_size=2))
def test_a_text_has_as_many_characters_as_were_counted(text: str, filters: list[Filter]) -> None:
    domain = Free(0, 7, tuple(LETTERS))
    found = counted(domain, (*filters, Filter("length"), Filter("upper")))
    assert found is not None
    numbers, behind, complete = found
    least, most = sizes(domain, tuple(filters))

    assert least <= len(filtered(text, filters)) <= most
    assert len(filtered(text, filters)) in numbers
    assert (behind, complete) == ((Filter("upper"),), True)


def test_nothing_is_counted_where_no_filter_does() -> None:
    assert counted(Free(1, 9, ("a",)), (Filter("upper"),)) is None


def test_of_very_many_numbers_one_of_each_class_is_told() -> None:
    numbers, _, complete = counted(Free(1, 9_000, ("a",)), (Filter("length"),)) or ((), (), True)

    assert not complete
    assert {1, 9, 10, 99, 100, 999, 1_000, 9_000} <= set(numbers)


def spelt(first: set[str], rest: set[str], pairs: Iterable[str] = ()) -> Spelling:
    return Spelling(frozenset(first), frozenset(rest), frozenset(pairs))


def test_capitalize_raises_the_first_letter_alone() -> None:
    assert spellings(Free(1, 9, ("a", "ß")), (Filter("capitalize"),)) == spelt({"A", "Ss"}, {"a", "ß"})


def test_title_raises_a_letter_that_begins_a_word() -> None:
    assert spellings(Free(1, 9, ("a", "-")), (Filter("title"),)) == spelt(
        {"A", "a", "-"}, {"a", "-"}, {"-A", " A"}
    )


def test_a_word_that_goes_on_raises_no_letter_at_once() -> None:
    domain = Free(1, 9, ("a",))

    assert spellings(domain, (ONWARDS,)) == spelt({"a"}, {"a"}, {" A"})
    assert spellings(domain, (ONE_LINE,)) == spelt({"a"}, {"a"})


def test_what_a_filter_looks_for_may_stand_where_anything_may() -> None:
    spelling = spellings(Free(1, 9, ("č",), anything=True), (Filter("replace", ("q", "lang")),))

    assert spelling.rest == {"č", "lang"}


def test_a_filter_on_what_a_filter_wrote_is_followed_only_so_far() -> None:
    chain = (Filter("replace", ("a", "b" * 60)), Filter("replace", ("bb", "c")))

    with pytest.raises(TooMany, match="final form"):
        spellings(Free(1, 9, ("a",)), chain)


# --- the sorts of characters -------------------------------------------------------------------


def costs(part: str) -> tuple[int, ...]:
    """Return what a part costs in everything that is ever measured."""
    composed = unicodedata.normalize("NFC", part)
    septets = 0 if FOREIGN.search(composed) else sum(w * n for w, n in runs_of(composed, Encoding.GSM7))
    units = sum(w * n for w, n in runs_of(composed, Encoding.UCS2))
    lengths = len(composed), recorded_length(composed), len(composed.encode())
    return (septets, units, *lengths, len(part.encode()), len(escape(part).encode()))


CASES: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    str.lower,
    str.capitalize,
    lambda letter: letter.upper().lower(),
    lambda letter: letter.lower().upper(),
    lambda letter: letter.capitalize().upper(),
)


@pytest.mark.parametrize("case", CASES)
def test_no_character_costs_more_than_the_sorts_that_stand_for_all(case: Callable[[str], str]) -> None:
    changed = (chr(n) for n in range(0x21, sys.maxunicode) if len({f(chr(n)) for f in CASES}) > 1)
    others = (chr(n) for n in range(0x21, sys.maxunicode, 97))
    worst = [max(each) for each in zip(*(costs(case(sort)) for sort in ANY_CHARACTERS), strict=True)]
    for letter in (*changed, *others):
        composed = unicodedata.normalize("NFC", letter)
        if offence(composed) is None and len(composed) == 1:
            assert all(map(int.__le__, costs(case(composed)), worst)), f"U+{ord(letter):04X}"


@pytest.mark.parametrize("case", CASES)
def test_a_space_costs_no_more_than_what_stands_for_it(case: Callable[[str], str]) -> None:
    worst = [max(each) for each in zip(*(costs(case(sort)) for sort in GSM7_CHARACTERS), strict=True)]

    assert all(map(int.__le__, costs(" "), worst))
    assert all(map(int.__le__, costs("\n"), worst))
