"""How far a text gets in an SMS, told without the text: the same as cutting it up for real."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.packing import PACKINGS, Reach, runs_of
from straks.core.segment import Encoding, segment

GSM7 = st.text("a€^ \n", max_size=900)
UCS2 = st.text("ač😀 ", max_size=400)
TEXTS = st.one_of(
    st.tuples(st.just(Encoding.GSM7), GSM7),
    st.tuples(st.just(Encoding.UCS2), UCS2),
    st.tuples(st.just(Encoding.GSM7), st.integers(0, 400).map(lambda n: "a" * (n % 7) + "€" * n)),
    st.tuples(st.just(Encoding.UCS2), st.integers(0, 300).map(lambda n: "a" * (n % 5) + "😀" * n)),
)


@given(text=TEXTS)
def test_a_load_is_what_the_segmenter_counts(text: tuple[Encoding, str]) -> None:
    encoding, said = text
    packing = PACKINGS[encoding]
    reach = packing.advanced(Reach(), runs_of(said, encoding))
    cut = segment(said, encoding=encoding)

    assert packing.load(reach) == (len(cut), cut.units)
    assert packing.spare(reach) == cut.spare


@given(text=TEXTS, cut=st.integers(0, 900))
def test_a_text_may_be_measured_in_parts(text: tuple[Encoding, str], cut: int) -> None:
    encoding, said = text
    packing = PACKINGS[encoding]
    middle = packing.advanced(Reach(), runs_of(said[:cut], encoding))

    assert packing.advanced(middle, runs_of(said[cut:], encoding)) == packing.advanced(
        Reach(), runs_of(said, encoding)
    )


@given(text=TEXTS, ahead=st.integers(0, 400), behind=st.integers(0, 400))
def test_who_is_ahead_stays_ahead(text: tuple[Encoding, str], ahead: int, behind: int) -> None:
    encoding, said = text
    packing = PACKINGS[encoding]
    behind, ahead = sorted((ahead, behind))
    runs = runs_of(said, encoding)
    first, last = (packing.advanced(Reach(position, position), runs) for position in (ahead, behind))

    assert first.position >= last.position
    assert packing.load(first) >= packing.load(last)


@given(reaches=st.lists(st.builds(Reach, st.integers(0, 20), st.integers(0, 20))))
def test_the_furthest_are_those_that_nothing_outdoes(reaches: list[Reach]) -> None:
    kept = PACKINGS[Encoding.GSM7].furthest(reaches)
    outdone = {
        mine
        for mine in reaches
        for other in reaches
        if mine != other and mine.position <= other.position and mine.units <= other.units
    }

    assert set(kept) == set(reaches) - outdone


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("", ()),
        ("abc", ((1, 3),)),
        ("€€", ((2, 2),)),
        ("a€b", ((1, 1), (2, 1), (1, 1))),
    ],
)
def test_runs_are_characters_that_cost_alike_in_a_row(text: str, runs: tuple[tuple[int, int], ...]) -> None:
    assert runs_of(text, Encoding.GSM7) == runs


def test_an_emoji_costs_two_only_where_it_can_be_sent() -> None:
    assert runs_of("a😀€", Encoding.UCS2) == ((1, 1), (2, 1), (1, 1))
