"""
What is nobody's business, covered up where it stands in a text.

A message knows how its secret values were printed, so they are found where they are and also where a
template has changed them a little: in capitals, in groups («482 913»), a digit to each element of HTML.
Each character is covered by one dot, so that counts and borders stay true.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

DOT: Final = "•"
_BETWEEN: Final = r"(?:[\s\-]|&nbsp;|&#160;)?"
_BETWEEN_TAGS: Final = r"(?:[\s\-]|&nbsp;|&#160;|<[^<>]*>)*"
_TAG: Final = re.compile(r"(<[^<>]*>)")
_TELLING: Final = 4
"""How many characters a secret has before its likes are no longer part of every other attribute."""


def masked(text: str, secrets: Iterable[str]) -> str:
    """
    Return *text* with each of *secrets* covered up, and as long as before.

    >>> masked("Koden er 482 913.", ["482913"])
    'Koden er ••• •••.'
    """
    for secret in _longest_first(secrets):
        text = _pattern(secret, _BETWEEN).sub(lambda found: re.sub(r"[^\s\-]", DOT, found[0]), text)
    return text


def masked_html(html: str, secrets: Iterable[str]) -> str:
    """
    Return *html* with each of *secrets* covered up, in its text and in its attributes.

    >>> masked_html('<a href="https://example.org/?k=482913">482<b>913</b></a>', ["482913"])
    '<a href="https://example.org/?k=••••••">•••<b>•••</b></a>'
    """
    for secret in _longest_first(secrets):
        if len(secret) < _TELLING:
            parts = _TAG.split(html)
            parts[::2] = [_pattern(escape(secret), "").sub(DOT * len(secret), part) for part in parts[::2]]
            html = "".join(parts)
            continue
        for written in dict.fromkeys((escape(secret), secret, quote(secret))):
            html = _pattern(written, _BETWEEN_TAGS).sub(_dotted, html)
    return html


def _dotted(found: re.Match[str]) -> str:
    parts = _TAG.split(found[0])
    parts[::2] = [re.sub(r"&[#\w]+;|[^\s\-]", DOT, part) for part in parts[::2]]
    return "".join(parts)


def _pattern(secret: str, between: str) -> re.Pattern[str]:
    return re.compile(between.join(map(re.escape, secret)), re.IGNORECASE)


def _longest_first(secrets: Iterable[str]) -> list[str]:
    return sorted({secret for secret in secrets if secret.strip()}, key=len, reverse=True)
