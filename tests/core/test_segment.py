"""Where the segments of a text begin and end, and what forces it into UCS-2."""

from __future__ import annotations

import json
import pickle
import pprint
from pathlib import Path
from typing import TypedDict, cast

import pytest
import rich.pretty

from straks.core.segment import Encoding, Foreign, Segment, segment
from straks.errors import InvalidSetting, InvalidText, TooManySegments


class Border(TypedDict):
    parts: list[tuple[str, int]]
    encoding: str
    units: list[int]
    why: str


class Vectors(TypedDict):
    source: str
    cases: list[Border]


_FILE = Path(__file__).parents[1] / "vectors" / "segment-borders.json"
VECTORS: Vectors = json.loads(_FILE.read_text(encoding="utf-8"))

FAMILY = "👩‍👩‍👧‍👦"  # eleven units


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in VECTORS["cases"]])
def test_segments_end_where_the_standard_says(case: Border) -> None:
    text = "".join(part * times for part, times in case["parts"])
    found = segment(text)

    assert found.encoding == case["encoding"]
    assert [part.units for part in found.segments] == case["units"]
    assert found.units == sum(case["units"])
    assert len(found) == len(case["units"])
    assert "".join(part.text for part in found.segments) == text


def test_an_empty_text_has_one_empty_segment() -> None:
    found = segment("")

    assert found.segments == (Segment("", 0),)
    assert (len(found), found.units, found.spare, found.encoding) == (1, 0, 160, Encoding.GSM7)


@pytest.mark.parametrize(
    ("text", "spare"),
    [("a" * 160, 0), ("a" * 161, 145), ("č", 69), ("č" * 71, 63), ("a" * 152 + "€", 6), ("€" * 81, 143)],
)
def test_the_spare_units_are_those_of_the_last_segment(text: str, spare: int) -> None:
    assert segment(text).spare == spare


def test_the_encodings_read_as_their_names() -> None:
    assert (str(segment("a").encoding), str(segment("č").encoding)) == ("GSM-7", "UCS-2")


def test_the_escape_character_is_carried_in_ucs2_and_has_no_stand_in() -> None:
    found = segment("a\x1b")

    assert found.encoding is Encoding.UCS2
    assert found.foreign == (Foreign(1, "\x1b", None),)


def test_ucs2_can_be_forced_on_any_text() -> None:
    found = segment("Blåbær €5", encoding=Encoding.UCS2)

    assert (found.encoding, found.units, found.spare, found.foreign) == (Encoding.UCS2, 9, 61, ())
    assert segment("", encoding=Encoding.UCS2).spare == 70


def test_gsm7_can_be_forced_on_what_it_holds() -> None:
    assert segment("[ok]", encoding=Encoding.GSM7) == segment("[ok]")


def test_forcing_gsm7_names_the_first_foreign_character_and_where_it_stands() -> None:
    with pytest.raises(InvalidText, match="U\\+010D LATIN SMALL LETTER C WITH CARON at index 4 ") as caught:
        segment("[ok]č😀", encoding=Encoding.GSM7)

    assert caught.value.index == 4


@pytest.mark.parametrize("encoding", [None, Encoding.GSM7, Encoding.UCS2])
@pytest.mark.parametrize("half", [chr(0xD83D), chr(0xDE00)])
def test_half_a_surrogate_pair_is_no_text(half: str, encoding: Encoding | None) -> None:
    with pytest.raises(
        InvalidText, match=f"U\\+{ord(half):X} at index 3 is half of a surrogate pair"
    ) as caught:
        segment(f"abc{half}č", encoding=encoding)

    assert caught.value.index == 3


def test_two_halves_that_were_never_joined_are_no_text_either() -> None:
    with pytest.raises(InvalidText):
        segment("\ud83d\ude00")


def test_an_encoding_may_be_given_by_its_name_and_another_is_refused() -> None:
    assert segment("a", encoding=cast("Encoding", "UCS-2")).encoding is Encoding.UCS2
    with pytest.raises(InvalidSetting, match="neither GSM-7 nor UCS-2"):
        segment("a", encoding=cast("Encoding", "latin-1"))


@pytest.mark.parametrize(
    ("text", "segments", "index"),
    [
        ("a" * 39_016, 256, 39_015),
        ("č" * 17_086, 256, 17_085),
        ("€" * 39_000, 514, 255 * 76),
        ("😀" * 9_000, 273, 255 * 33),
    ],
)
@pytest.mark.parametrize("whole_clusters", [False, True])
def test_what_the_header_cannot_number_is_refused(
    text: str, segments: int, index: int, *, whole_clusters: bool
) -> None:
    with pytest.raises(TooManySegments, match=f"needs {segments} segments in .* at most 255") as caught:
        segment(text, whole_clusters=whole_clusters)

    assert caught.value.index == index


def test_a_text_is_not_normalised() -> None:
    found = segment("a\u030a")

    assert (found.encoding, found.units, found.segments[0].text) == (Encoding.UCS2, 2, "a\u030a")


def test_by_default_a_border_may_fall_within_what_a_reader_takes_for_one_character() -> None:
    found = segment("a" * 60 + FAMILY)

    assert [part.units for part in found.segments] == [66, 5]


@pytest.mark.parametrize("cluster", [FAMILY, "🇳🇴", "👍🏿", "1️⃣", "❤️", "o\u0302", "नि", "\r\n"], ids=ascii)
def test_whole_clusters_move_to_the_next_segment_as_they_are(cluster: str) -> None:
    text = "č" + "a" * 65 + cluster + "b" * 10

    assert [part.text for part in segment(text, whole_clusters=True).segments] == [
        "č" + "a" * 65,
        cluster + "b" * 10,
    ]


def test_whole_clusters_keep_a_line_break_together_in_gsm7() -> None:
    text = "a" * 152 + "\r\n" + "b" * 10

    assert [part.units for part in segment(text).segments] == [153, 11]
    assert [part.units for part in segment(text, whole_clusters=True).segments] == [152, 12]


def test_whole_clusters_can_cost_a_segment_more() -> None:
    text = "č" + "🇳🇴" * 33

    assert [part.units for part in segment(text).segments] == [67, 66]
    assert [part.units for part in segment(text, whole_clusters=True).segments] == [65, 64, 4]


def test_a_cluster_that_no_segment_can_hold_is_cut_between_its_characters() -> None:
    monster = "o" + "\u0302" * 100
    found = segment("ab" + monster + "c", whole_clusters=True)

    assert [part.units for part in found.segments] == [67, 37]


def test_a_text_that_fits_one_segment_is_never_cut() -> None:
    assert len(segment("o" + "\u0302" * 69, whole_clusters=True)) == 1


def test_what_forces_ucs2_is_listed_with_its_place_and_stand_in() -> None:
    assert segment("«Ča» – \u200b😀").foreign == (
        Foreign(0, "«", '"'),
        Foreign(1, "Č", None),
        Foreign(3, "»", '"'),
        Foreign(5, "–", "-"),
        Foreign(7, "\u200b", ""),
        Foreign(8, "😀", None),
    )


def test_places_count_characters_of_the_text_also_across_segments() -> None:
    found = segment("😀" * 50 + "…")

    assert found.foreign[-1] == Foreign(50, "…", "...")


def test_a_text_in_gsm7_has_nothing_foreign() -> None:
    assert segment("Blåbær [€]").foreign == ()


def test_no_view_of_a_segmentation_shows_the_text() -> None:
    found = segment("Koden er 482913 " * 20)

    assert repr(found) == "Segmentation(GSM-7, units=[153, 153, 14])"
    for view in (repr, pprint.pformat, rich.pretty.pretty_repr):
        assert "48" not in view(found)
        assert "48" not in view(found.segments)


def test_a_segmentation_is_a_value() -> None:
    found = segment("€" * 100)

    assert found == segment("€" * 100) != segment("€" * 101)
    assert hash(found) == hash(segment("€" * 100))
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes


def test_a_loop_over_a_segmentation_goes_over_its_segments() -> None:
    long = segment("a" * 200)

    assert [*long] == [*long.segments]
    assert len(long) == 2
