"""
What a reader takes for one character: extended grapheme clusters, without a table of all Unicode.

Flags, families, skin tones, keycaps and letters with loose accents are several code points each.
When the segments of an SMS come apart, a border inside one of them shows. This module finds the
borders that do not. It is a subset of UAX #29 on what `unicodedata` and a few short ranges know,
so it needs no library and ages with the interpreter.

Covered: CR LF (GB3), breaks around controls (GB4, GB5), Hangul syllables from conjoining letters
(GB6 to GB8), combining marks, joiners, variation selectors, skin tones and tags (GB9, GB9a),
emoji joined by U+200D (GB11), flags (GB12, GB13).

Not covered: prepended signs such as the Arabic number sign (GB9b) and Indic conjuncts (GB9c) are
split as they were before those rules. Every mark stays with its base, also the score of Myanmar
and Tai Tham vowels that the standard lets go.

Source: Unicode UAX #29, 3.1 and table 1c; the ranges of Extended_Pictographic from UTS #51,
emoji-data.txt (version 14; emoji that came later stand in ranges reserved for them).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Below U+0300 nothing joins but CR and LF, so most text needs no closer look.
_JOINING = re.compile("[\r\u0300-\U0010ffff]")

_PICTOGRAPH = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u2388\u23cf"
    "\u23e9-\u23f3\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2605\u2607-\u2612"
    "\u2614-\u2685\u2690-\u2705\u2708-\u2712\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747"
    "\u274c\u274e\u2753-\u2755\u2757\u2763-\u2767\u2795-\u2797\u27a1\u27b0\u27bf\u2934\u2935"
    "\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001f0ff\U0001f10d-\U0001f10f\U0001f12f\U0001f16c-\U0001f171\U0001f17e\U0001f17f"
    "\U0001f18e\U0001f191-\U0001f19a\U0001f1ad-\U0001f1e5\U0001f201-\U0001f20f\U0001f21a\U0001f22f"
    "\U0001f232-\U0001f23a\U0001f23c-\U0001f23f\U0001f249-\U0001f3fa\U0001f400-\U0001f53d"
    "\U0001f546-\U0001f64f\U0001f680-\U0001f6ff\U0001f774-\U0001f77f\U0001f7d5-\U0001f7ff"
    "\U0001f80c-\U0001f80f\U0001f848-\U0001f84f\U0001f85a-\U0001f85f\U0001f888-\U0001f88f"
    "\U0001f8ae-\U0001f8ff\U0001f90c-\U0001f93a\U0001f93c-\U0001f945\U0001f947-\U0001faff"
    "\U0001fc00-\U0001fffd]"
)
# What extends a cluster although its general category is not mark: the non-joiner, halfwidth
# voice marks, skin tones, tags, and the Thai and Lao AM.
_EXTENDS = re.compile("[\u200c\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u0e33\u0eb3]")
_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff]")
_LEADING = re.compile("[\u1100-\u115f\ua960-\ua97c]")
_VOWEL = re.compile("[\u1160-\u11a7\ud7b0-\ud7c6]")
_TRAILING = re.compile("[\u11a8-\u11ff\ud7cb-\ud7fb]")
_SYLLABLE = re.compile("[\uac00-\ud7a3]")
_TRAILS_PER_SYLLABLE = 28  # every 28th precomposed syllable has no trailing consonant yet

# Table 1c of UAX #29, over the classes that _class gives, one letter to a character.
_CLUSTER = re.compile(
    r"""
    rn | [rnC]                              # CR LF, or a control by itself
    | (?: RR                                # a flag
        | P (?: E* Z P )*                   # emoji, joined
        | L* (?: V+ | SV* | H ) T* | L+ | T+  # a Hangul syllable
        | .
      ) [EZ]*
    """,
    re.VERBOSE,
)


def clusters(text: str) -> list[str]:
    r"""
    Split *text* into what a reader takes for one character each.

    Joined, the parts are the text. What the subset covers stands at the top of this module.

    >>> clusters("Ja\r\n") == ["J", "a", "\r\n"], len(clusters("👩🏽‍🚒🇳🇴1️⃣"))
    (True, 3)
    """
    if not _JOINING.search(text):
        return list(text)
    classes = "".join(map(_class, text))
    return [text[slice(*found.span())] for found in _CLUSTER.finditer(classes)]


def is_mark(character: str) -> bool:
    """Tell whether *character* is a combining mark, which belongs to what stands before it."""
    return unicodedata.category(character).startswith("M")


@lru_cache(maxsize=4096)
def _class(character: str) -> str:
    """Tell the class of *character* in `_CLUSTER`, as one letter."""
    if character in "\r\n\u200d":
        return {"\r": "r", "\n": "n", "\u200d": "Z"}[character]
    if _SYLLABLE.match(character):
        return "H" if (ord(character) - 0xAC00) % _TRAILS_PER_SYLLABLE else "S"
    for name, members in (
        ("E", _EXTENDS),
        ("P", _PICTOGRAPH),
        ("R", _REGIONAL),
        ("L", _LEADING),
        ("V", _VOWEL),
        ("T", _TRAILING),
    ):
        if members.match(character):
            return name
    category = unicodedata.category(character)
    if category.startswith("M"):
        return "E"
    return "C" if category in ("Cc", "Cf", "Cs", "Zl", "Zp") else "x"
