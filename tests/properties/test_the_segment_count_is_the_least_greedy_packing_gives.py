"""Law: segments are what a slow packer, character by character, makes of the text; and no fewer would do."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from straks.core.cluster import clusters
from straks.core.segment import Encoding, count_segments, segment
from straks.errors import TooManySegments

# From 3GPP TS 23.038 by hand, so that one misreading cannot hide on both sides.
ONE_SEPTET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWO_SEPTETS = "^{}\\[~]|€\f"

CHARACTERS = {
    "GSM-7": st.sampled_from(ONE_SEPTET[:20]) | st.sampled_from(TWO_SEPTETS),
    "UCS-2": st.sampled_from("aå€č–") | st.sampled_from("😀🇳👩"),
    "clusters": st.sampled_from(["a", "\r\n", "🇳🇴", "o\u0302", "👩🏽‍🚒", "1️⃣", "č", "e" + "\u0301" * 70]),
}


@st.composite
def texts_around_borders(draw: st.DrawFn, kind: str) -> str:
    filling = draw(st.sampled_from(["a", "€", "č", "😀"]) if kind != "GSM-7" else st.sampled_from("a€"))
    length = draw(st.integers(0, 330))
    return filling * length + draw(
        st.text(CHARACTERS[kind], max_size=60) if kind != "clusters" else joined_clusters()
    )


def joined_clusters() -> st.SearchStrategy[str]:
    return st.lists(CHARACTERS["clusters"], max_size=60).map("".join)


TEXTS = st.sampled_from(list(CHARACTERS)).flatmap(texts_around_borders)


def packed(atoms: list[list[int]], alone: int, joined: int) -> list[int]:
    """Pack atoms (units of each of their characters) one by one; return the units of each segment."""
    everything = sum(map(sum, atoms))
    if everything <= alone:
        return [everything]
    segments = [0]
    for atom in atoms:
        for piece in [sum(atom)] if sum(atom) <= joined else atom:
            if segments[-1] + piece > joined:
                segments.append(0)
            segments[-1] += piece
    return segments


def expected(text: str, encoding: Encoding | None, *, whole: bool) -> list[int]:
    gsm7 = encoding is None and all(character in ONE_SEPTET + TWO_SEPTETS for character in text)
    atoms = clusters(text) if whole else list(text)

    def cost(character: str) -> int:
        return 1 + (character in TWO_SEPTETS if gsm7 else ord(character) > 0xFFFF)

    return packed(
        [[cost(character) for character in atom] for atom in atoms], *((160, 153) if gsm7 else (70, 67))
    )


@given(text=TEXTS, encoding=st.sampled_from([None, Encoding.UCS2]), whole=st.booleans())
@example(text="a" * 152 + "€" + "a" * 152, encoding=None, whole=False)
@example(text="😀" * 34, encoding=None, whole=False)
def test_segments_are_what_a_slow_packer_makes(text: str, encoding: Encoding | None, *, whole: bool) -> None:
    found = segment(text, encoding=encoding, whole_clusters=whole)

    assert [part.units for part in found.segments] == expected(text, encoding, whole=whole)


@given(TEXTS)
def test_the_segment_count_is_the_least_greedy_packing_gives(text: str) -> None:
    found = segment(text)
    units, capacity = found.units, 153 if found.encoding is Encoding.GSM7 else 67
    single = units <= (160 if found.encoding is Encoding.GSM7 else 70)

    # Only a pair that would straddle a border leaves a unit free, so these bounds need no walk.
    assert (
        len(found) == 1
        if single
        else -(-units // capacity) <= len(found) <= -(-(units - 1) // (capacity - 1))
    )


@given(TEXTS)
def test_whole_clusters_never_make_fewer_segments(text: str) -> None:
    assert len(segment(text)) <= len(segment(text, whole_clusters=True))


@given(TEXTS, st.integers(0, 400))
def test_a_longer_text_never_has_fewer_segments(text: str, length: int) -> None:
    assert len(segment(text[:length])) <= len(segment(text))


@given(TEXTS)
@example("a" * 160)
@example("a" * 161)
@example("a" * 153 * 255)
def test_what_is_counted_is_how_many_there_are(text: str) -> None:
    assert count_segments(text) == len(segment(text))


@pytest.mark.parametrize("text", ["a" * (153 * 255 + 1), "č" * (67 * 255 + 1)])
def test_what_the_header_cannot_number_is_not_counted(text: str) -> None:
    with pytest.raises(TooManySegments):
        count_segments(text)
