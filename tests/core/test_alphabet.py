"""The GSM 7-bit alphabet, its septets, and how they are packed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import pytest

from straks.core.alphabet import (
    DEFAULT_ALPHABET,
    ESCAPE,
    EXTENSION_TABLE,
    SEPTETS,
    decode,
    describe,
    encode,
    fill_bits,
    pack,
    septet_capacity,
    septet_count,
    unit_capacity,
    unpack,
)
from straks.errors import InvalidSetting, InvalidText


class Alphabet(TypedDict):
    source: str
    default: list[str]
    extension: dict[str, str]
    absent: list[str]


class Capacity(TypedDict):
    header: str
    header_octets: int
    septets: int
    fill_bits: int
    units: int


class Capacities(TypedDict):
    source: str
    cases: list[Capacity]


class Packing(TypedDict):
    text: str
    septets: int
    alone: str
    after_header_of_6: str


class Packings(TypedDict):
    source: str
    cases: list[Packing]


_VECTORS = Path(__file__).parents[1] / "vectors"
ALPHABET: Alphabet = json.loads((_VECTORS / "gsm7-alphabet.json").read_text(encoding="utf-8"))
CAPACITIES: Capacities = json.loads((_VECTORS / "sms-capacity.json").read_text(encoding="utf-8"))
PACKINGS: Packings = json.loads((_VECTORS / "septet-packing.json").read_text(encoding="utf-8"))

CODE_POINTS = [int(point, 16) for row in ALPHABET["default"] for point in row.split()]
packings = pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["text"]) for case in PACKINGS["cases"]]
)


def test_the_default_alphabet_is_the_standards() -> None:
    assert [ord(character) for character in DEFAULT_ALPHABET] == CODE_POINTS


def test_the_extension_table_is_the_standards() -> None:
    expected = {int(code, 16): chr(int(point, 16)) for code, point in ALPHABET["extension"].items()}

    assert dict(EXTENSION_TABLE) == expected


def test_a_character_of_the_default_alphabet_costs_one_septet_and_its_place_is_its_code() -> None:
    for code, point in enumerate(CODE_POINTS):
        if code != ESCAPE:
            assert encode(chr(point)) == bytes([code])
            assert SEPTETS[chr(point)] == septet_count(chr(point)) == 1


def test_a_character_of_the_extension_table_costs_an_escape_more() -> None:
    for code, character in EXTENSION_TABLE.items():
        assert encode(character) == bytes([ESCAPE, code])
        assert SEPTETS[character] == septet_count(character) == 2


@pytest.mark.parametrize("point", ALPHABET["absent"])
def test_what_is_in_no_table_has_no_septets(point: str) -> None:
    character = chr(int(point, 16))

    assert character not in SEPTETS
    with pytest.raises(InvalidText, match=f"U\\+{point}"):
        encode(character)


def test_encoding_names_the_first_foreign_character_and_where_it_stands() -> None:
    with pytest.raises(InvalidText, match=r"U\+00AB LEFT-POINTING.* at index 2 is not in GSM-7") as caught:
        encode("a «b» č")

    assert caught.value.index == 2


def test_counting_names_the_foreign_character_too() -> None:
    with pytest.raises(InvalidText, match="index 1"):
        septet_count("ač")


def test_the_escape_is_no_text() -> None:
    with pytest.raises(InvalidText, match="U\\+001B at index 1"):
        encode("a\x1be")


@pytest.mark.parametrize("code", [code for code in range(0x80) if code not in {*EXTENSION_TABLE, ESCAPE}])
def test_an_escape_before_a_code_without_entry_shows_the_main_tables_character(code: int) -> None:
    assert decode(bytes([ESCAPE, code])) == DEFAULT_ALPHABET[code]


@pytest.mark.parametrize(
    ("septets", "shown"),
    [
        ([], ""),
        ([ESCAPE], " "),
        ([0x61, ESCAPE], "a "),
        ([ESCAPE, ESCAPE], " "),
        ([ESCAPE, ESCAPE, 0x65], " e"),
        ([ESCAPE, ESCAPE, ESCAPE], "  "),
        ([ESCAPE, ESCAPE, ESCAPE, 0x65], " €"),
    ],
)
def test_an_escape_that_leads_nowhere_shows_a_space(septets: list[int], shown: str) -> None:
    assert decode(bytes(septets)) == shown


def test_a_byte_above_seven_bits_is_no_septet() -> None:
    with pytest.raises(InvalidText, match="0x80 at index 1") as caught:
        decode(b"a\x80")
    with pytest.raises(InvalidText, match="0xFF at index 0"):
        pack(b"\xff")

    assert caught.value.index == 1


@packings
def test_septets_are_packed_low_bits_first(case: Packing) -> None:
    septets = encode(case["text"])

    assert len(septets) == case["septets"]
    assert pack(septets) == bytes.fromhex(case["alone"])


@packings
def test_fill_bits_bring_the_first_septet_to_a_septet_boundary(case: Packing) -> None:
    assert pack(encode(case["text"]), header_octets=6) == bytes.fromhex(case["after_header_of_6"])


@packings
def test_packed_octets_are_read_back(case: Packing) -> None:
    alone, joined = bytes.fromhex(case["alone"]), bytes.fromhex(case["after_header_of_6"])

    assert decode(unpack(alone, case["septets"])) == case["text"]
    assert decode(unpack(joined, case["septets"], header_octets=6)) == case["text"]


def test_spare_bits_at_the_end_are_an_at_sign_only_where_the_count_says_so() -> None:
    octets = pack(encode("1234567"))

    assert decode(unpack(octets, 7)) == "1234567"
    assert decode(unpack(octets, 8)) == "1234567@"


def test_no_septets_are_no_octets_whatever_the_header() -> None:
    assert pack(b"") == pack(b"", header_octets=6) == b""
    assert unpack(b"", 0) == unpack(b"", 0, header_octets=6) == b""


@pytest.mark.parametrize(
    ("octets", "count", "header_octets", "room"), [(7, 9, 0, 8), (0, 1, 6, 0), (8, 10, 6, 9)]
)
def test_more_septets_than_the_octets_hold_cannot_be_taken(
    octets: int, count: int, header_octets: int, room: int
) -> None:
    with pytest.raises(InvalidText, match=f"{octets} octets hold at most {room} septets; {count} were"):
        unpack(bytes(octets), count, header_octets=header_octets)


def test_fewer_than_no_septets_cannot_be_taken() -> None:
    with pytest.raises(InvalidSetting, match="the count begins at 0"):
        unpack(b"", -1)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["header"]) for case in CAPACITIES["cases"]])
def test_capacity_follows_from_the_length_of_the_header(case: Capacity) -> None:
    octets = case["header_octets"]

    assert septet_capacity(octets) == case["septets"]
    assert unit_capacity(octets) == case["units"]
    assert fill_bits(octets) == case["fill_bits"]


@pytest.mark.parametrize("octets", [-1, 141])
def test_a_header_that_no_message_has_is_refused(octets: int) -> None:
    for ask in (septet_capacity, unit_capacity, fill_bits):
        with pytest.raises(InvalidSetting, match="room for 0 to 140"):
            ask(octets)


def test_a_header_may_take_the_whole_message() -> None:
    assert (septet_capacity(140), unit_capacity(140)) == (0, 0)


def test_a_full_single_message_is_140_octets() -> None:
    assert len(pack(encode("a" * 160))) == 140


@pytest.mark.parametrize(
    ("character", "name"), [("å", "U+00E5 LATIN SMALL LETTER A WITH RING ABOVE"), ("\ud800", "U+D800")]
)
def test_a_character_is_named_by_code_point_and_by_name_where_it_has_one(character: str, name: str) -> None:
    assert describe(character) == name
