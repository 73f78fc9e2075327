"""
How wide a text is, without a font.

A picture is drawn on machines whose fonts nobody knows, so its lines are broken by a table. The figures
are the advance widths of Helvetica, in thousandths of an em: Arial and Liberation Sans are made to the
same, and what else systems draw their surfaces with is within a few per cent. Whatever the font, a run of
text is told how wide it is to be, so the table decides and the font obeys.

What the table does not name takes the width of the letter under its accents, and else of its kind: a whole
em for ideographs, more for emoji, nothing for marks.

Source: the Core 14 AFM files of Adobe; Unicode, UAX #11 for what is wide.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import accumulate
from typing import Final

from straks.core.cluster import clusters
from straks.preview.visible import as_drawn

_THOUSANDTHS: Final = {
    191: "'",
    222: "ijl‘’‚וי",
    260: "|ןז",
    278: " !,./:;I[]\\ftŧı\u00a0\u2009\u202f",
    333: "()-`r¡“”„¨°‹›",
    334: "{}",
    350: "•",
    355: '"',
    389: "*גנ",
    469: "^",
    500: "Jcksvxyz",
    556: "#$0123456789?L_abdeghnopquß€£¥§«»–đŋð¤þ",
    584: "+<=>~±×÷−",
    611: "FTZøŦ¿",
    667: "&ABEKPSVXYÞ",
    722: "CDHNRUwĐÐŊ",
    778: "GOQØ",
    833: "Mm",
    889: "%æ",
    944: "W",
    1000: "Æ—…Œœ⟨⟩",
    1015: "@",
}
_WIDTHS: Final = {
    character: thousandths / 1000
    for thousandths, characters in _THOUSANDTHS.items()
    for character in characters
}
_LETTER: Final = 0.58
_CAPITAL: Final = 0.7
_WIDE: Final = 1.0
_EMOJI: Final = 1.25
_FIRST_EMOJI: Final = "\U0001f000"


def em(text: str) -> float:
    """
    Return how wide *text* is, in em.

    >>> em("Hei"), em("")
    (1.5, 0.0)
    """
    return sum(map(_cluster, clusters(text)), 0.0)


def edges(text: str) -> list[float]:
    """
    Return where each character of *text* begins, in em from its start, and where the last one ends.

    All that a reader takes for one character begins and ends with it: what stands inside has no width.

    >>> edges("ab") == [0, 0.556, 1.112], edges("a\u0301b") == [0, 0.556, 0.556, 1.112]
    (True, True)
    """
    widths: list[float] = []
    for cluster in clusters(text):
        widths.append(_cluster(cluster))
        widths += [0.0] * (len(cluster) - 1)
    return [0.0, *accumulate(widths)]


@lru_cache(maxsize=4096)
def _cluster(cluster: str) -> float:
    first = cluster[0]
    drawn = as_drawn(first)
    if len(drawn) > 1:
        return sum(map(_character, drawn)) + sum(map(em, cluster[1:]))
    if first >= _FIRST_EMOJI or "\ufe0f" in cluster:
        return _EMOJI
    return _character(drawn)


@lru_cache(maxsize=4096)
def _character(character: str) -> float:
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    base = unicodedata.normalize("NFD", character)[0]
    if base in _WIDTHS:
        return _WIDTHS[base]
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0.0
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return _WIDE
    return _CAPITAL if character.isupper() else _LETTER
