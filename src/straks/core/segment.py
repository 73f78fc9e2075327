"""
Text to SMS segments: what the network sends, counted as the standard counts it.

The whole text goes in septets where it can, and else as UCS-2, in which one foreign character
makes every character cost more than twice as much. Up to 160 septets or 70 code units are one
segment; longer text is cut into segments of 153 or 67, each with a header of six octets that
numbers it.

Two characters' halves must never part: an escape and its code, and the halves of a surrogate
pair. The device here is that positions and units are made the same thing; then counting is `len`,
cutting is slicing, and the one rule is that a slice does not end in the middle of a character. In
GSM-7 that is one octet for each septet, with an escape before what stands for a character that costs two.
In UCS-2 it is the octets themselves, and only where a character costs two. The common text
(GSM-7, nothing from the extension table) needs neither, so it is matched once and sliced.

The network does the splitting, so the default is the standard's count. Keeping what a reader sees
as one character whole is offered beside it (``whole_clusters``), for whoever does their own
splitting, or wants to know what it would cost.

"UCS-2" is UTF-16 in practice, big end first: every handset shows emoji, which UCS-2 proper lacks.

Source: 3GPP TS 23.038, 6.2; 3GPP TS 23.040, 9.2.3.24.1.
"""

from __future__ import annotations

from codecs import latin_1_encode, utf_16_be_decode, utf_16_be_encode
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from straks.core.alphabet import (
    ESCAPE,
    EXTENDED_CHARACTERS,
    FOREIGN,
    GSM7_TEXT,
    ONE_SEPTET_EACH,
    describe,
    not_gsm7,
    septet_capacity,
    unit_capacity,
)
from straks.core.cluster import clusters
from straks.core.given import require
from straks.core.substitute import Foreign, find_foreign
from straks.errors import InvalidSetting, InvalidText, TooManySegments

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "HEADER_OCTETS",
    "MOST_SEGMENTS",
    "Encoding",
    "Foreign",
    "Segment",
    "Segmentation",
    "count_segments",
    "segment",
]

MOST_SEGMENTS: Final = 255
"""What the header can number: its count is one octet. Source: 3GPP TS 23.040, 9.2.3.24.1."""

HEADER_OCTETS: Final = 6
"""The header of a segment among several, with an 8-bit reference. Source: the same clause."""


class Encoding(StrEnum):
    """How a text goes over the air; all segments of a message use the same."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


# Asked for by name each takes as long as laying out a short text.
_GSM7: Final = Encoding.GSM7
_UCS2: Final = Encoding.UCS2

# Units in a segment that stands alone, and in one among several.
_SEPTETS: Final = septet_capacity(), septet_capacity(HEADER_OCTETS)
_CODE_UNITS: Final = unit_capacity(), unit_capacity(HEADER_OCTETS)
_ALONE, _JOINED = _SEPTETS
_MOST_SEPTETS = MOST_SEGMENTS * _JOINED

# All that is asked of a laid-out septet is whether it is an escape. So what costs two stands for every
# character that does, and whatever GSM-7 has that Latin-1 lacks, but for the euro sign, costs one.
_TWO = b"{"
_EURO = "€"
_PRICED = bytes(_TWO[0] if chr(octet) in EXTENDED_CHARACTERS else ord(" ") for octet in range(256))
_ESCAPED_TWO = bytes([ESCAPE]) + _TWO
_HIGH_SURROGATE = range(0xD8, 0xDC)  # its first octet, big end first


class Segment(NamedTuple):
    """
    One SMS as the network sends and bills it.

    ``units`` are septets or UTF-16 code units, as the message's encoding counts; the header is not
    among them. The text may hold a one-time code, so ``repr`` does not show it.
    """

    text: str
    units: int

    def __repr__(self) -> str:
        return f"Segment(units={self.units})"


@dataclass(frozen=True)
class Segmentation:
    """
    A text as it goes over the air: its length is the number of its segments, and a loop takes them in turn.

    Made by `segment`. What is asked for most, how many segments and units, is at hand; the rest is
    worked out when asked for.
    """

    encoding: Encoding
    texts: tuple[str, ...]
    """The segments' texts, in sending order."""
    _units: tuple[int, ...]

    def __len__(self) -> int:
        return len(self._units)

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)

    def __repr__(self) -> str:
        return f"Segmentation({self.encoding}, units={[*self._units]})"

    @property
    def units(self) -> int:
        """What the text costs: septets, or UTF-16 code units; headers excluded."""
        return sum(self._units)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments in sending order."""
        return tuple(map(Segment._make, zip(self.texts, self._units, strict=True)))

    @property
    def spare(self) -> int:
        """How many units are still free in the last segment."""
        alone, joined = _SEPTETS if self.encoding is _GSM7 else _CODE_UNITS
        return (alone if len(self._units) == 1 else joined) - self._units[-1]

    @property
    def foreign(self) -> tuple[Foreign, ...]:
        """
        What forces UCS-2, from left to right; empty where nothing does.

        The stand-ins are an offer: none is ever applied. See `straks.core.substitute`.
        """
        if self.encoding is _GSM7:
            return ()
        return tuple(find_foreign("".join(self.texts)))


def segment(text: str, *, encoding: Encoding | None = None, whole_clusters: bool = False) -> Segmentation:
    """
    Split *text* the way a handset will receive it.

    Args:
        text: What to send, values filled in. Any Unicode; it is never changed.
        encoding: Force one; otherwise GSM-7 where it can carry *text*, and else UCS-2.
        whole_clusters: Also keep what a reader sees as one character (a flag, a family, a letter
            and its loose accents) in one segment, wherever a segment can hold it. Each border may
            then leave some units unused, so this can cost a segment more.

    Returns:
        Segments in sending order, each at most 140 octets, header included where there are
        several: 160 septets alone and 153 in a row; 70 and 67 UTF-16 code units in UCS-2. An empty
        text has one empty segment.

    Raises:
        InvalidText: Half of a surrogate pair, which no encoding can carry; or GSM-7 was forced and
            a character is foreign to it. ``index`` says where.
        TooManySegments: Above 255, the most the header can number. ``index`` says what no longer fits.
        InvalidSetting: *encoding* is neither, or *text* is no str.

    Source: 3GPP TS 23.038, 6.2; 3GPP TS 23.040, 9.2.3.24.1.

    >>> short = segment("Koden er 482913.")
    >>> print(short.encoding, len(short), short.units, short.spare)
    GSM-7 1 16 144
    >>> long = segment("Buorre beaivi! " * 5 + "Gulahallamat č")
    >>> print(long.encoding, [part.units for part in long.segments], long.foreign[0].index)
    UCS-2 [67, 22] 88
    """
    if encoding is not None:
        encoding = _checked(encoding)
    try:
        plain = encoding is not _UCS2 and ONE_SEPTET_EACH.fullmatch(text) is not None
        if plain and len(text) <= _ALONE:  # most texts
            return _segmentation(_GSM7, (text,), (len(text),))
        chosen, laid_out = (_GSM7, text) if plain else _laid_out(text, encoding)
    except TypeError:  # asked only where it went wrong: a text takes little longer than a question
        require(text, str, "segment takes text (str)")
        raise
    alone, joined = _SEPTETS if chosen is _GSM7 else _CODE_UNITS
    units = len(laid_out) // (1 if chosen is _GSM7 or laid_out is text else 2)
    if units <= alone:
        return _segmentation(chosen, (text,), (units,))
    # In GSM-7 the only cluster of several characters is CR LF.
    if whole_clusters and (chosen is _UCS2 or "\r" in text):
        texts = [*_whole(text, chosen, joined)]
        counts = [_units(part, chosen) for part in texts]
    elif isinstance(laid_out, str):
        texts = [text[start : start + joined] for start in range(0, units, joined)]
        counts = [joined] * (len(texts) - 1) + [len(texts[-1])]
    elif chosen is _GSM7:
        texts, counts = _cut_septets(text, laid_out, joined)
    else:
        texts, counts = _cut_octets(laid_out, joined)
    if len(texts) > MOST_SEGMENTS:
        raise TooManySegments(
            f"the text needs {len(texts)} segments in {chosen}; one SMS has at most {MOST_SEGMENTS}, "
            f"each of {joined} units; shorten it, or send it as several messages",
            index=len("".join(texts[:MOST_SEGMENTS])),
        )
    return _segmentation(chosen, tuple(texts), tuple(counts))


def count_segments(text: str) -> int:
    """
    Return how many segments *text* takes: `segment`'s length, mostly without a segment being made.

    Raises:
        InvalidText: Half of a surrogate pair, which no encoding can carry.
        TooManySegments: Above 255, the most the header can number.

    >>> count_segments("Koden er 482913."), count_segments("a" * 161), count_segments("č" * 71)
    (1, 2, 2)
    """
    if ONE_SEPTET_EACH.fullmatch(text) is None or len(text) > _MOST_SEPTETS:
        return len(segment(text))
    return 1 if len(text) <= _ALONE else -(-len(text) // _JOINED)


def _segmentation(encoding: Encoding, texts: tuple[str, ...], units: tuple[int, ...]) -> Segmentation:
    # As `straks.core.made`, whose call and whose mapping would be a tenth of what a short text takes.
    value = Segmentation.__new__(Segmentation)
    own = value.__dict__
    own["encoding"] = encoding
    own["texts"] = texts
    own["_units"] = units
    return value


def _laid_out(text: str, encoding: Encoding | None) -> tuple[Encoding, str | bytes]:
    """
    Choose the encoding of *text*, which is not one septet each, and lay it out so that positions are units.

    In GSM-7 that is an octet for each septet; in UCS-2 the text itself where each character costs one unit,
    and else its octets.
    """
    if encoding is not _UCS2 and GSM7_TEXT.fullmatch(text):
        return _GSM7, _septets(text)
    try:
        octets, _ = utf_16_be_encode(text)
    except UnicodeEncodeError as error:
        raise InvalidText(
            f"{describe(text[error.start])} at index {error.start} is half of a surrogate pair, which no "
            "encoding can carry; repair the text where it was cut",
            index=error.start,
        ) from None
    if encoding is _GSM7 and (foreign := FOREIGN.search(text)):
        raise not_gsm7(text, foreign.start())
    return _UCS2, text if len(octets) == 2 * len(text) else octets


def _checked(encoding: Encoding) -> Encoding:
    try:
        return Encoding(encoding)
    except ValueError:
        raise InvalidSetting("the encoding is neither GSM-7 nor UCS-2; give one of them, or None") from None


def _septets(text: str) -> bytes:
    """Return an octet for each septet of *text*, which GSM-7 carries: an escape, or anything else."""
    if _EURO in text:
        text = text.replace(_EURO, "{")
    octets, _ = latin_1_encode(text, "replace")
    return octets.translate(_PRICED).replace(_TWO, _ESCAPED_TWO)


def _units(text: str, encoding: Encoding) -> int:
    return len(_septets(text)) if encoding is _GSM7 else len(utf_16_be_encode(text)[0]) // 2


def _cut_septets(text: str, septets: bytes, capacity: int) -> tuple[list[str], list[int]]:
    """Cut *text* as the standard does: all that fits, never between an escape and its character."""
    texts: list[str] = []
    counts: list[int] = []
    done = start = 0
    last = len(septets)
    while start < last:
        end = start + capacity
        if end >= last:
            end = last
        elif septets[end - 1] == ESCAPE:
            end -= 1
        units = end - start
        after = done + units - septets.count(ESCAPE, start, end)
        texts.append(text[done:after])
        counts.append(units)
        done = after
        start = end
    return texts, counts


def _cut_octets(octets: bytes, capacity: int) -> tuple[list[str], list[int]]:
    """Cut *octets*, big end first, as the standard does: all that fits, never between surrogates."""
    texts: list[str] = []
    counts: list[int] = []
    start, last = 0, len(octets)
    while start < last:
        end = start + 2 * capacity
        if end >= last:
            end = last
        elif octets[end - 2] in _HIGH_SURROGATE:
            end -= 2
        texts.append(utf_16_be_decode(octets[start:end])[0])
        counts.append((end - start) // 2)
        start = end
    return texts, counts


def _whole(text: str, encoding: Encoding, capacity: int) -> Iterator[str]:
    """Cut *text* between clusters; one that no segment can hold is cut between its characters."""
    part, used = "", 0
    for cluster in clusters(text):
        for piece in [cluster] if _units(cluster, encoding) <= capacity else cluster:
            units = _units(piece, encoding)
            if used + units > capacity:
                yield part
                part, used = "", 0
            part, used = part + piece, used + units
    yield part
