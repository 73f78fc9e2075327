"""Law: septets read back are the text, packed octets read back are the septets, any septets decode."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from straks.core.alphabet import (
    SEPTETS,
    decode,
    encode,
    fill_bits,
    pack,
    septet_capacity,
    septet_count,
    unpack,
)

GSM7_TEXT = st.text(st.sampled_from(sorted(SEPTETS)), max_size=200)
SEPTET_ROWS = st.binary(max_size=200).map(lambda row: bytes(octet & 0x7F for octet in row))
HEADERS = st.integers(0, 140)


@given(GSM7_TEXT)
def test_encode_then_decode_is_the_identity(text: str) -> None:
    assert decode(encode(text)) == text


@given(GSM7_TEXT)
def test_the_cost_of_a_text_is_that_of_its_characters(text: str) -> None:
    assert septet_count(text) == len(encode(text)) == sum(SEPTETS[character] for character in text)


@given(SEPTET_ROWS, HEADERS)
def test_pack_then_unpack_is_the_identity(septets: bytes, header_octets: int) -> None:
    octets = pack(septets, header_octets=header_octets)

    assert unpack(octets, len(septets), header_octets=header_octets) == septets


@given(SEPTET_ROWS)
def test_whatever_the_network_delivers_is_shown_as_gsm7_text(septets: bytes) -> None:
    shown = decode(septets)

    assert set(shown) <= set(SEPTETS)
    assert decode(encode(shown)) == shown


@given(HEADERS)
def test_a_full_message_is_140_octets_and_one_septet_more_is_not(header_octets: int) -> None:
    septets = septet_capacity(header_octets)

    assert header_octets + len(pack(bytes(septets), header_octets=header_octets)) <= 140
    assert header_octets + len(pack(bytes(septets + 1), header_octets=header_octets)) > 140
    assert (8 * header_octets + fill_bits(header_octets)) % 7 == 0
