"""Text set in lines without a font."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.cluster import clusters
from straks.preview.lines import Line, kept_whole, set_in_lines
from straks.preview.measure import edges, em
from straks.preview.visible import as_drawn

FAMILY = "👩🏽‍🚒"
PIECES = [
    "Hei ",
    "Ájat",
    "č",
    " ",
    "  ",
    "\n",
    "שלום",
    "مرحبا",
    "482913",
    "😀",
    FAMILY,
    "🇳🇴",
    "\u202e",
    "a\u0301",
    "\u200b",
    "W",
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map("".join)


def order_of_sight(line: Line) -> list[str]:
    return [run.text for run in sorted(line.runs, key=lambda run: run.left)]


@given(text=texts, measure=st.floats(1, 30), cuts=st.lists(st.integers(0, 60)))
def test_every_character_is_drawn_once_and_in_order(text: str, measure: float, cuts: list[int]) -> None:
    lines = set_in_lines(text, measure, cuts)
    drawn = "".join(run.text for line in lines for run in line.runs)

    assert drawn == "".join(map(as_drawn, text.replace("\n", "")))


@given(text=texts, measure=st.floats(2, 30))
def test_no_line_is_wider_than_it_may_be_unless_by_one_character(text: str, measure: float) -> None:
    for line in set_in_lines(text, measure):
        read = "".join(run.text for run in line.runs).rstrip(" ")
        end = line.start + sum(run.end - run.start for run in line.runs)
        said = text[line.start : end].rstrip(" ")

        assert em(said) <= measure + 1e-9 or len(clusters(said)) == 1, read


@given(text=texts, measure=st.floats(1, 30), cuts=st.lists(st.integers(0, 60)))
def test_runs_lie_side_by_side_and_fill_their_line(text: str, measure: float, cuts: list[int]) -> None:
    for line in set_in_lines(text, measure, cuts):
        right = 0.0
        for run in sorted(line.runs, key=lambda run: (run.left, run.width)):
            assert run.left == pytest.approx(right)
            right += run.width
        assert right == pytest.approx(line.width)


@given(text=texts, cuts=st.lists(st.integers(0, 60)))
def test_a_line_breaks_inside_no_character_that_a_reader_sees(text: str, cuts: list[int]) -> None:
    begins = {0}
    for part in clusters(text):
        begins.add(max(begins) + len(part))
    within = [cut for cut in cuts if cut <= len(text)]

    assert all(place in begins for place in kept_whole(text, within))
    assert all(line.start in begins or text[line.start - 1] == "\n" for line in set_in_lines(text, 4))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Hei Kari", ["Hei Kari"]),
        ("שלום", ["שלום"]),
        ("abc שלום 12 def", ["abc ", "12", "שלום ", " def"]),
        ("שלום abc 12.", [".", "abc 12", "שלום "]),
        ("مرحبا 482913", ["482913", "مرحبا "]),
    ],
)
def test_what_runs_to_the_left_is_seen_in_its_order(text: str, seen: list[str]) -> None:
    (line,) = set_in_lines(text, 100)

    assert order_of_sight(line) == seen
    assert line.leftward == (not text[0].isascii())


def test_a_line_breaks_after_a_space_and_where_it_is_told_to() -> None:
    lines = set_in_lines("Koden er 482913.\nHilsen Skatteetaten", 8.5)

    assert [line.runs[0].text for line in lines] == ["Koden er 482913.", "Hilsen ", "Skatteetaten"]


def test_a_word_longer_than_a_line_is_broken_between_characters() -> None:
    lines = set_in_lines("x " + FAMILY * 5, 3)

    assert [line.runs[0].text for line in lines] == ["x ", FAMILY * 2, FAMILY * 2, FAMILY]


def test_a_run_begins_at_every_cut() -> None:
    (line,) = set_in_lines("Koden er 482913", 100, [6, 9])

    assert [(run.text, run.start) for run in line.runs] == [("Koden ", 0), ("er ", 6), ("482913", 9)]
    assert [run.left for run in line.runs] == pytest.approx([0, em("Koden "), em("Koden er ")])


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0.0), ("482913", 6 * 0.556), ("á", 0.556), ("č", 0.5), ("\u0301", 0.0), ("汉", 1.0), ("😀", 1.25)],
)
def test_a_width_is_that_of_the_letter_under_its_accents(text: str, width: float) -> None:
    assert em(text) == pytest.approx(width)
    assert edges(text)[-1] == pytest.approx(width)
    assert len(edges(text)) == len(text) + 1
