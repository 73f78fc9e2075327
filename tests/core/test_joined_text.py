"""Filters of a text put together: what they make of it is among what was said they may."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.joined_text import NotFollowed, filtered_text, on_one_line, sizes
from straks.core.rendering import Renderer
from straks.core.way import ONWARDS, Filter, Fork, Hole, Joined, Known, Piece, Said, Way

RENDERER = Renderer({})


def plain(applied: Filter, text: str) -> str:
    if applied == ONWARDS:
        return plain(Filter("title"), f"x{text}")[1:]
    return str(RENDERER.filtered(applied.name, text, applied.arguments, {}, "nb"))


@dataclass(frozen=True)
class Tailor:
    """Knows holes by the text that stands in them."""

    values: dict[str, str]

    def hole(self, applied: Filter, hole: Hole) -> Hole:
        return Hole(hole.ref, (*hole.filters, applied))

    def text(self, applied: Filter, text: str) -> str:
        return plain(applied, text)

    def edges(self, hole: Hole) -> tuple[bool, bool]:
        text = self.printed(hole)
        return not text, text != text.strip()

    def sizes(self, hole: Hole) -> tuple[int, int]:
        return len(self.printed(hole)), len(self.printed(hole))

    def printed(self, hole: Hole) -> str:
        text = self.values[hole.ref]
        for each in hole.filters:
            text = plain(each, text)
        return text

    def every(self, pieces: tuple[Piece, ...]) -> set[str]:
        """All texts that *pieces* may print."""
        texts = {""}
        for piece in pieces:
            if isinstance(piece, Fork):
                more = set().union(*(self.every(way.pieces) for way in piece.ways))
            elif isinstance(piece, Hole):
                more = {self.printed(piece)}
            else:
                more = {piece if isinstance(piece, str) else piece.text}
            texts = {text + other for text in texts for other in more}
        return texts


WORDS = st.sampled_from(["", "a", "ß", "å-b", "(x", "æ b", "NAV", "ﬃ"])
PARTS = st.lists(
    st.one_of(
        WORDS.map(lambda word: (True, word)),
        st.sampled_from([" ", "-", "a", " og ", "b c", ""]).map(lambda text: (False, text)),
    ),
    min_size=1,
    max_size=5,
)
FILTERS = st.sampled_from(
    [
        Filter("upper"),
        Filter("lower"),
        Filter("title"),
        Filter("capitalize"),
        Filter("trim"),
        Filter("replace", ("b", "xyz")),
    ]
)


def laid_out(parts: list[tuple[bool, str]]) -> tuple[Tailor, tuple[Piece, ...], str]:
    values = {f"p{number}": text for number, (hole, text) in enumerate(parts) if hole}
    pieces = tuple(Hole(f"p{number}") if hole else Said(text) for number, (hole, text) in enumerate(parts))
    return Tailor(values), pieces, "".join(text for _, text in parts)


@given(parts=PARTS, applied=FILTERS)
def test_what_a_filter_makes_of_a_text_is_among_what_was_said(
    parts: list[tuple[bool, str]], applied: Filter
) -> None:
    tailor, pieces, text = laid_out(parts)

    assert plain(applied, text) in tailor.every(filtered_text(applied, pieces, tailor))


@given(parts=PARTS, applied=FILTERS, where=st.integers(0, 5), text=WORDS)
def test_so_it_is_where_the_text_forks(
    parts: list[tuple[bool, str]], applied: Filter, where: int, text: str
) -> None:
    tailor, pieces, _ = laid_out(parts)
    fork = Fork((Way((Said(text),)), Way((Said(" Xy "),))))
    forked = (*pieces[:where], fork, *pieces[where:])
    found = tailor.every(filtered_text(applied, forked, tailor))

    assert {plain(applied, each) for each in tailor.every(forked)} <= found


@given(parts=PARTS)
def test_a_text_has_as_many_characters_as_was_said(parts: list[tuple[bool, str]]) -> None:
    tailor, pieces, text = laid_out(parts)
    fork = Fork((Way(("a",)), Way(("bbb",))))

    assert sizes(pieces, tailor) == (len(text), len(text))
    assert sizes((*pieces, fork), tailor) == (len(text) + 1, len(text) + 3)


def test_a_word_after_a_space_begins_and_one_after_a_letter_goes_on() -> None:
    tailor = Tailor({"a": "ola", "b": "nordmann"})

    assert filtered_text(Filter("title"), (Hole("a"), " ", Hole("b")), tailor) == (
        Hole("a", (Filter("title"),)),
        Said(" "),
        Hole("b", (Filter("title"),)),
    )
    assert filtered_text(Filter("title"), ("x", Hole("b")), tailor)[1] == Hole("b", (ONWARDS,))


@pytest.mark.parametrize(
    ("applied", "why"),
    [
        (Filter("replace", ("ab", "c")), "apply it to each part"),
        (Filter("replace", ("a", "c", 1)), "apply it to each part"),
        (Filter("trim", ("a",)), "apply it to each part"),
        (Filter("plural", ("a", "b")), "plural"),
    ],
)
def test_what_looks_across_pieces_is_not_followed(applied: Filter, why: str) -> None:
    with pytest.raises(NotFollowed, match=why):
        filtered_text(applied, ("a", Hole("p")), Tailor({"p": "b"}))


def test_white_space_that_a_filter_wrote_is_not_trimmed_blindly() -> None:
    with pytest.raises(NotFollowed, match="trim the value first"):
        filtered_text(Filter("trim"), (Hole("p"), "a"), Tailor({"p": " b"}))


@given(parts=PARTS, spaces=st.sampled_from([" ", "  ", "\n", " \n ", "\u00a0"]))
def test_a_subject_is_one_line(parts: list[tuple[bool, str]], spaces: str) -> None:
    text = "".join(text for _, text in parts) + spaces
    line = on_one_line((spaces, *(Said(text) for _, text in parts), spaces))

    assert line == Known(re.sub(r"\s+", " ", text).strip())


def test_the_values_in_a_subject_are_put_on_its_line() -> None:
    line = on_one_line(("Til  ", Hole("p"), Fork((Way((Hole("q"), " \n x")),)), "e\u0301 "))

    assert isinstance(line, Joined)
    first, value, fork, last = line.pieces
    assert (first, last) == (Said("Til "), Said("é"))
    assert isinstance(value, Hole)
    assert isinstance(fork, Fork)
    assert [each.name for each in value.filters] == ["white space as single spaces"]
    assert fork.ways[0].pieces[1] == Said(" x")
