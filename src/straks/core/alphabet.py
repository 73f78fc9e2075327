r"""
The GSM 7-bit default alphabet: which characters an SMS can carry in septets, and what each costs.

The tables are data, and all else here is read off them: the compiled classes, the cost of a
character, encoding, decoding. Three decisions stand behind the code.

* U+001B is no text. It is the escape itself, and an encoder that lets it through turns the next
  character into something else; so it is foreign here, like any letter that is not in the tables.
* Decoding never fails on what a network may deliver: the standard says what a handset shows for
  an escape that leads nowhere, and `decode` shows that.
* Which text fits is asked far more often than it is encoded. Hence the compiled classes: one
  match answers for a whole text, without a loop over its characters.

Septets stand one to a byte until `pack` moves them together for the wire. The standard counts a
message in octets, 140 of them, and the capacities are arithmetic from there and from the length
of the user data header; no table of 160, 153 and 152 is needed.

Source: 3GPP TS 23.038, 6.1.2.1 (packing), 6.2.1 (alphabet), 6.2.1.1 (extension table);
3GPP TS 23.040, 9.2.3.24 (header and fill bits).
"""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from straks.errors import InvalidSetting, InvalidText

if TYPE_CHECKING:
    from collections.abc import Mapping

ESCAPE: Final = 0x1B
"""The septet that says: the next one is from the extension table."""

DEFAULT_ALPHABET: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
"""The character of each septet, 0x00 to 0x7F; at 0x1B stands the escape, which is no text."""

EXTENSION_TABLE: Final[Mapping[int, str]] = MappingProxyType(
    {
        0x0A: "\f",
        0x14: "^",
        0x28: "{",
        0x29: "}",
        0x2F: "\\",
        0x3C: "[",
        0x3D: "~",
        0x3E: "]",
        0x40: "|",
        0x65: "€",
    }
)
"""The character of each septet that follows an escape."""

_PLAIN_CHARACTERS = DEFAULT_ALPHABET.replace(chr(ESCAPE), "")
EXTENDED_CHARACTERS: Final = "".join(EXTENSION_TABLE.values())
"""The ten characters that cost two septets."""

SEPTETS: Final[Mapping[str, int]] = MappingProxyType(
    dict.fromkeys(_PLAIN_CHARACTERS, 1) | dict.fromkeys(EXTENDED_CHARACTERS, 2)
)
"""What each character of GSM-7 costs, in septets; a character that is not here has no septets."""

# The classes that every count starts from. Possessive, because giving characters back never helps.
ONE_SEPTET_EACH: Final = re.compile(f"[{re.escape(_PLAIN_CHARACTERS)}]*+")
GSM7_TEXT: Final = re.compile(f"[{re.escape(_PLAIN_CHARACTERS + EXTENDED_CHARACTERS)}]*+")
FOREIGN: Final = re.compile(f"[^{re.escape(_PLAIN_CHARACTERS + EXTENDED_CHARACTERS)}]")

_TO_SEPTETS = str.maketrans(
    {character: chr(code) for code, character in enumerate(DEFAULT_ALPHABET) if code != ESCAPE}
    | {character: chr(ESCAPE) + chr(code) for code, character in EXTENSION_TABLE.items()}
)
_SHOWN = dict(enumerate(DEFAULT_ALPHABET.replace(chr(ESCAPE), " ")))
_SHOWN_AFTER_ESCAPE = {**_SHOWN, **EXTENSION_TABLE}
_CODE = re.compile(r"\x1b?[\x00-\x7f]")


def septet_count(text: str) -> int:
    """
    Count the septets that *text* takes: one a character, two for the ten of the extension table.

    Raises:
        InvalidText: A character is not in GSM-7; the first one is named.

    >>> septet_count("Blåbær"), septet_count("5 €")
    (6, 4)
    """
    if ONE_SEPTET_EACH.fullmatch(text):
        return len(text)
    return len(encode(text))


def encode(text: str) -> bytes:
    """
    Turn *text* into septets, one to a byte, escapes included.

    Raises:
        InvalidText: A character is not in GSM-7; the first one is named.

    >>> encode("5 €").hex(" ")
    '35 20 1b 65'
    """
    if foreign := FOREIGN.search(text):
        raise not_gsm7(text, foreign.start())
    return text.translate(_TO_SEPTETS).encode("ascii")


def decode(septets: bytes) -> str:
    """
    Turn *septets*, one to a byte, into the text that a handset shows.

    Every row of septets is shown as something: an escape before a code that the extension table
    lacks shows the character of the main table, and two escapes in a row, or one at the very end,
    show a space.

    Raises:
        InvalidText: A byte is above 0x7F and so no septet.

    Source: 3GPP TS 23.038, 6.2.1.1, notes.

    >>> decode(bytes([0x1B, 0x65, 0x1B, 0x41, 0x1B]))
    '€A '
    """
    _check_septets(septets)
    return _CODE.sub(_show, septets.decode("ascii"))


def pack(septets: bytes, *, header_octets: int = 0) -> bytes:
    """
    Move *septets* together into octets, low bits first, as they stand behind a header.

    The header itself is not part of what comes back; its length decides how many zero bits come
    first, so that the septets begin on a septet boundary counted from the header's first octet.

    Raises:
        InvalidText: A byte is above 0x7F and so no septet.
        InvalidSetting: *header_octets* is outside 0 to 140.

    Source: 3GPP TS 23.038, 6.1.2.1.1; 3GPP TS 23.040, 9.2.3.24.

    >>> pack(encode("Hei på deg")).hex(" "), pack(encode("Hei"), header_octets=6).hex(" ")
    ('c8 72 1a 04 7f 80 c8 e5 33', '90 e5 34')
    """
    _check_septets(septets)
    fill = fill_bits(header_octets)
    if not septets:
        return b""
    bits = "".join(f"{septet:07b}" for septet in reversed(septets)) + "0" * fill
    return int(bits, 2).to_bytes(-(-len(bits) // 8), "little")


def unpack(octets: bytes, count: int, *, header_octets: int = 0) -> bytes:
    """
    Take *count* septets out of *octets*, one to a byte: the reverse of `pack`.

    The count must be known, since seven spare bits at the end look just like an ``@``. On the wire
    it is the user data length, less what header and fill bits take of it.

    Raises:
        InvalidText: *octets* are too few to hold *count* septets.
        InvalidSetting: *count* is negative, or *header_octets* is outside 0 to 140.

    >>> decode(unpack(bytes.fromhex("31D98C56B3DD00"), 7))
    '1234567'
    """
    if count < 0:
        raise InvalidSetting(f"{count} septets cannot be taken out; the count begins at 0")
    fill = fill_bits(header_octets)
    if (room := max(0, (8 * len(octets) - fill) // 7)) < count:
        raise InvalidText(f"{len(octets)} octets hold at most {room} septets; {count} were asked for")
    bits = int.from_bytes(octets, "little") >> fill
    return bytes(bits >> 7 * index & 0x7F for index in range(count))


MESSAGE_OCTETS: Final = 140
"""What one SMS carries, header included. Source: 3GPP TS 23.040, 9.2.3.24."""


def septet_capacity(header_octets: int = 0) -> int:
    """
    Tell how many septets fit beside a header of *header_octets*, its length octet included.

    >>> septet_capacity(), septet_capacity(6), septet_capacity(7)
    (160, 153, 152)
    """
    return (MESSAGE_OCTETS - _checked_header(header_octets)) * 8 // 7


def unit_capacity(header_octets: int = 0) -> int:
    """
    Tell how many UTF-16 code units fit beside a header of *header_octets*.

    >>> unit_capacity(), unit_capacity(6), unit_capacity(7)
    (70, 67, 66)
    """
    return (MESSAGE_OCTETS - _checked_header(header_octets)) // 2


def fill_bits(header_octets: int) -> int:
    """
    Tell how many zero bits stand between a header of *header_octets* and the first septet.

    >>> fill_bits(0), fill_bits(6), fill_bits(7)
    (0, 1, 0)
    """
    return -8 * _checked_header(header_octets) % 7


def describe(character: str) -> str:
    """
    Name *character* for a sentence: its code point, and its Unicode name where it has one.

    >>> describe("č"), describe(chr(0x1B))
    ('U+010D LATIN SMALL LETTER C WITH CARON', 'U+001B')
    """
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def not_gsm7(text: str, index: int) -> InvalidText:
    """Make the error for a *text* that should go in GSM-7 and cannot, for its character at *index*."""
    return InvalidText(
        f"{describe(text[index])} at index {index} is not in GSM-7; "
        "leave the encoding open, ask for UCS-2, or write it another way",
        index=index,
    )


def _show(code: re.Match[str]) -> str:
    shown = code[0]
    return _SHOWN_AFTER_ESCAPE[ord(shown[1])] if len(shown) > 1 else _SHOWN[ord(shown)]


def _check_septets(septets: bytes) -> None:
    if not septets.isascii():
        index = next(index for index, septet in enumerate(septets) if septet > 0x7F)  # noqa: PLR2004 - seven bits
        raise InvalidText(
            f"0x{septets[index]:02X} at index {index} is no septet; the highest is 0x7F", index=index
        )


def _checked_header(octets: int) -> int:
    if not 0 <= octets <= MESSAGE_OCTETS:
        raise InvalidSetting(
            f"a header of {octets} octets cannot be; an SMS has room for 0 to {MESSAGE_OCTETS}"
        )
    return octets
