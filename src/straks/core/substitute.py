"""
Plainer stand-ins for the characters that force an SMS into UCS-2, offered and never applied.

One curly apostrophe halves what a segment carries. Often a plain one says the same; sometimes it
does not, and then nothing is offered. What is in the table is there because the meaning survives
wherever the condition in the same row holds:

* a space for a space of another width, a hyphen-minus for a dash, ``"`` for «these»;
* nothing (``""``) for a character that only hints at breaks or direction, as long as the text has
  no letters that run from right to left and need the hint;
* an apostrophe for a curly one, but not where Skolt Sami writes a letter that way. Beside ä
  («sää’m») and in any text with a letter of the Sami alphabets outside GSM-7, an apostrophe
  between two letters is taken for such a letter. That is generous and costs nothing: those
  letters keep the text in UCS-2 anyway;
* Latin capitals for the Greek ones that look the same, but only in words all in capitals, since a
  word in two scripts is worse than a segment more.

Three rules hold for the whole table.

*Composed forms come first.* Canonical composition (NFC) loses nothing, so a Kelvin sign gets K,
and ``a`` followed by U+030A gets ``å``. That last one stands for base and mark *together*: the
place found begins at the base and is two characters long. A stand-in for the mark alone cannot
be right: a spacing ring is another character, and leaving the mark out leaves another letter. So
a mark whose whole cluster does not compose to GSM-7 stands by itself with None, and so does a
sign that marks follow, because what the reader sees there is not the sign alone.

*Web addresses are left alone*, and nothing is left out where that would make one. Quotation marks
and full stops around an address are not part of it.

*Letters are left alone.* á, č, đ, ŋ, š, ŧ and ž are Sami letters and not decorated Latin; ô and ê
tell Norwegian words apart. Signs whose plain form depends on where they stand (½, °, ², ×) get
None too; whoever writes the text can see better.

Source: Unicode, UAX #15 (NFC) and the code charts' names; 3GPP TS 23.038, 6.2.1 for what is plain.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from straks.core.alphabet import FOREIGN, GSM7_TEXT
from straks.core.cluster import is_mark
from straks.core.hygiene import looks_like_link

if TYPE_CHECKING:
    from collections.abc import Iterator


class When(Enum):
    """Where a stand-in says the same as what it stands for."""

    ALWAYS = auto()
    LEFT_TO_RIGHT = auto()
    NOT_A_LETTER = auto()
    ALL_CAPITALS = auto()


class Row(NamedTuple):
    """Some characters, what may stand for each of them, and where that says the same."""

    characters: str
    substitute: str
    when: When = When.ALWAYS


TABLE: Final = (
    # Lost: width, and that the line may not break.
    Row("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
    # Lost: alignment.
    Row("\t", " "),
    Row("\u2028\u2029\u0085", "\n"),
    # Lost: hints about breaking. U+200C and U+200D are not here: they shape letters and emoji.
    Row("\u00ad\u200b\u2060\ufeff", ""),
    Row("\u200e\u200f\u2066\u2067\u2068\u2069", "", When.LEFT_TO_RIGHT),
    # Lost: which mark opens and which closes.
    Row("«»“”„‟\u2033\uff02", '"'),
    Row("‹›", "'"),
    Row("‘’‚‛\u2032\u02bc\u00b4`\uff07\uff40", "'", When.NOT_A_LETTER),
    # Lost: the length of the dash.
    Row("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-"),
    Row("…", "..."),
    # Lost: the shape of the bullet.
    Row("•‣◦▪\u2043", "-"),
    Row("\u2044\u2215", "/"),
    Row("\u02dc\u223c", "~"),
    *(Row(from_, to) for from_, to in zip("ﬁﬂﬀﬃﬄ", ("fi", "fl", "ff", "ffi", "ffl"), strict=True)),
    *(Row(from_, to) for from_, to in zip("\u2206\u2211\u220f", "ΔΣΠ", strict=True)),
    Row("ẞ", "SS"),
    # Lost: the script, which a screen reader tells.
    *(
        Row(from_, to, When.ALL_CAPITALS)
        for from_, to in zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)
    ),
    # Lost: width. The fullwidth forms of ASCII stand in its order; four of them are above.
    *(
        Row(chr(code), chr(code - 0xFEE0))
        for code in range(0xFF01, 0xFF5F)
        if chr(code) not in "\uff02\uff07\uff0d\uff40"
    ),
)
"""The stand-ins, as data."""

_ROWS = {character: row for row in TABLE for character in row.characters}
_LEFT_OUT = str.maketrans(
    dict.fromkeys((character for character, row in _ROWS.items() if not row.substitute), "")
)

_TOKEN = re.compile(r"\S+")
# A word with its marks and the invisible characters inside it.
_WORD = re.compile(r"[\w\u00ad\u0300-\u036f\u200b-\u200d\u2060]+")
_SAMI = re.compile("[âčʒǯđǧǥǩŋõšžʹ]", re.IGNORECASE)
_SKOLT_IN_GSM7 = "äÄ"


@dataclass(frozen=True, slots=True)
class Foreign:
    """
    A character that forces a text into UCS-2, where it stands, and a faithful stand-in.

    ``substitute`` is None where there is none, and ``""`` where nothing is lost by leaving the
    character out. ``text[index : index + len(character)]`` is ``character``: one code point, or a
    base and its marks where the composed form is in GSM-7 (``a`` and U+030A for ``å``).
    """

    index: int
    character: str
    substitute: str | None


def find_foreign(text: str) -> Iterator[Foreign]:
    """
    Find what forces *text* into UCS-2, from left to right, each with its faithful stand-in.

    >>> [foreign.substitute for foreign in find_foreign("«Ča» – 5²")]
    ['"', None, '"', '-', None]
    """
    around = _Surroundings(text)
    done = 0
    for found in FOREIGN.finditer(text):
        index = found.start()
        if index < done:
            continue
        done = index + 1
        while done < len(text) and is_mark(text[done]):
            done += 1
        first_is_mark = is_mark(text[index])
        if first_is_mark and index:
            cluster = text[index - 1 : done]
            composed = unicodedata.normalize("NFC", cluster)
            if GSM7_TEXT.fullmatch(composed):
                yield Foreign(index - 1, cluster, composed)
                continue
        if first_is_mark or done > index + 1:
            yield from (Foreign(at, text[at], None) for at in range(index, done))
        else:
            yield Foreign(index, text[index], _substitute(text[index], index, around))


def _substitute(character: str, index: int, around: _Surroundings) -> str | None:
    character = unicodedata.normalize("NFC", character)
    if GSM7_TEXT.fullmatch(character):
        return character
    row = _ROWS.get(character)
    if row is None or index in around.links:
        return None
    unfaithful = (
        (row.when is When.LEFT_TO_RIGHT and around.runs_right_to_left)
        or (row.when is When.NOT_A_LETTER and around.may_be_letter(index))
        or (row.when is When.ALL_CAPITALS and index not in around.capitals)
    )
    return None if unfaithful else row.substitute


class _Surroundings:
    """What stands around a character: worked out for a whole text at once, when first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def links(self) -> frozenset[int]:
        """Every index inside a web address, or inside what is one once the invisible is left out."""
        inside: set[int] = set()
        for token in _TOKEN.finditer(self._text):
            if looks_like_link(token[0].translate(_LEFT_OUT)):
                letters = [at for at in range(*token.span()) if self._text[at].isalnum()]
                inside.update(range(letters[0], letters[-1] + 1))
        return frozenset(inside)

    @cached_property
    def capitals(self) -> frozenset[int]:
        """Every index inside a word that is all in capitals."""
        return frozenset(
            at for word in _WORD.finditer(self._text) if word[0].isupper() for at in range(*word.span())
        )

    @cached_property
    def runs_right_to_left(self) -> bool:
        return any(
            character.isalnum() and unicodedata.bidirectional(character) in ("R", "AL", "AN")
            for character in self._text
        )

    @cached_property
    def _has_sami_letter(self) -> bool:
        return bool(_SAMI.search(unicodedata.normalize("NFC", self._text)))

    def may_be_letter(self, index: int) -> bool:
        """Tell whether an apostrophe at *index* stands between two letters as Skolt Sami writes it."""
        before, after = self._text[index - 1 : index], self._text[index + 1 : index + 2]
        if not (before and after and _is_letter(before) and _is_letter(after)):
            return False
        return self._has_sami_letter or before in _SKOLT_IN_GSM7 or after in _SKOLT_IN_GSM7


def _is_letter(character: str) -> bool:
    return character.isalpha() or is_mark(character)
