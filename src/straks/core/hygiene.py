"""
What text may not hold, wherever it comes from.

A value is hostile until shown otherwise. These checks find the characters that make a message
read differently from what was sent (bidirectional controls), hide something in it (invisible
characters), break the line it stands in (controls), or turn a word into a link on a phone. They
find and never rewrite: straks refuses a value rather than print another one.

Links are what a phone makes tappable, which is more than what has a scheme: a bare ``word.no`` is
enough. A label before a dot followed by *any* two letters counts, since every two-letter ending is
a country's to give out, and so do the common longer endings, those that fraud likes included.
Three-letter abbreviations («f.eks») and ``St.Hanshaugen`` do not, and a word such as «data:» counts
only where something follows it at once.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# Code points that print nothing although Unicode does not class all of them as format characters
# (Cf): fillers, the grapheme joiner, the braille blank, the variation selectors of Mongolian.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_HANGUL_TAIL = re.compile("[\u1161-\u1175\u11a8-\u11c2]")
_EMOJI_STYLE = "\ufe0f"
_KEYCAP_BASES = frozenset("0123456789#*")

# UAX #9: embeddings, overrides, isolates and marks.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# A first glance that costs one scan: ASCII without controls needs no closer look.
_PLAIN = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u024f]*")

_GENERIC_ENDINGS = (
    "com|net|org|info|biz|edu|gov|mil|int|app|dev|page|link|site|online|shop|store|xyz|top|club|live|news|email"
    "|cloud|tech|website|space|click|bank|finance|support|help|pay|today|world|digital|services|agency|health"
    "|security|mobi|name|pro|tel|zip|mov|icu|vip|buzz|cyou|fun|life|work|win|bid|loan|men|date|review|stream"
    "|download|trade|host|one|lol|sbs|cfd|bond|quest|monster|rest|cam|ink|wiki|chat|group|media|press"
    "|systems|solutions|center|zone|network|company|city|care|legal|insure|money|cash|credit|tax|eco|bio"
)
_DOT = r"[.\u3002\uff0e\uff61]"


@cache
def _link() -> re.Pattern[str]:
    # When it is first needed: most values have no dot in them, and it is large.
    return re.compile(
        r"[a-z0-9+.-]://"  # the end of any scheme with an authority
        r"|\b(?:mailto|tel|sms|javascript|data|vbscript|file):(?=\S)"
        rf"|\bwww{_DOT}\w"
        rf"|\w{_DOT}(?:[^\W\d_]{{2}}|xn--[a-z0-9-]+|{_GENERIC_ENDINGS})(?![\w-])"
        r"|\b\d{1,3}(?:\.\d{1,3}){3}\b",  # a bare IPv4 address
        re.IGNORECASE,
    )


def offence(text: str, *, lines: bool = False) -> tuple[int, str] | None:
    """
    Find the first character that no value may hold, as its index and what it is.

    Args:
        text: The text to look at.
        lines: Whether line feeds are welcome.

    Returns:
        None where every character is fine.
    """
    if _PLAIN.fullmatch(text):
        return None
    for index, character in enumerate(text):
        if character == "\n" and lines:
            continue
        if what := _character_offence(character, text[index - 1] if index else ""):
            return index, what
    return None


def _character_offence(character: str, before: str) -> str | None:
    category = unicodedata.category(character)
    where = f"U+{ord(character):04X}"
    if category in ("Cc", "Zl", "Zp"):
        kind = "a line break" if character in "\n\r\x0b\x0c\x85\u2028\u2029" else "a control character"
    elif character in _BIDI:
        kind = "a character that turns the reading direction"
    elif category == "Cs":
        kind = "half of a surrogate pair"
    elif category in ("Co", "Cn"):
        kind = "a character that Unicode gives no meaning"
    elif character == _EMOJI_STYLE and before and _takes_emoji_style(before):
        return None
    elif (
        category == "Cf" or character in _BLANK or unicodedata.name(character, "").startswith("VARIATION SEL")
    ):
        kind = "an invisible character"
    else:
        return None
    return f"{kind} ({where})"


def _takes_emoji_style(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Sk") or character in _KEYCAP_BASES


_FIRST_MARK = "\u0300"


def starts_with_mark(text: str) -> bool:
    """
    Tell whether *text* begins with what would join the character before it into another one.

    That is a combining mark, or the vowel or final of a Hangul syllable.

    Source: Unicode Standard Annex 15, on what composes; the Unicode Standard, 3.12.
    """
    first = text[:1]
    return first >= _FIRST_MARK and (
        unicodedata.category(first).startswith("M") or bool(_HANGUL_TAIL.match(first))
    )


def looks_like_link(text: str) -> bool:
    """
    Tell whether a phone or a mail program would make a link of something in *text*.

    >>> looks_like_link("Betal på evil.no"), looks_like_link("St.Hanshaugen kl. 10.30")
    (True, False)
    """
    return ("." in text or ":" in text or not text.isascii()) and _link().search(text) is not None
