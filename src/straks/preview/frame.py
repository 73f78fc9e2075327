"""
A mail's HTML in a frame in which it may do nothing.

The HTML is not ours: a template may be anybody's, and a preview is opened by whoever reviews it. Three
things stand around it, each enough by itself for most of what could go wrong:

* ``sandbox`` with nothing allowed: no script, no form, no window, no way out of the frame, no origin;
* a policy that comes before anything the HTML says: nothing is fetched, pictures included, and what a mail
  program would load from elsewhere stays away;
* a base that sends each link to a new window, which the sandbox does not open.

A frame does not learn from its page whether it is to be light or dark, so what the HTML asks about that is
answered in its text, and both can be looked at beside each other.
"""

from __future__ import annotations

import re
from enum import StrEnum
from html import escape
from typing import Final


class Scheme(StrEnum):
    """What a reader has chosen for the whole device."""

    LIGHT = "light"
    DARK = "dark"


POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What a frame may load: nothing. Styles and pictures may stand in the text itself."""

_ASKED: Final = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
_OFFERED: Final = re.compile(r"(?<!prefers-)color-scheme\s*:\s*[a-z][a-z ]*", re.IGNORECASE)
_ALWAYS, _NEVER = "(min-width: 0)", "(max-width: 0)"


def frame(html: str, title: str, scheme: Scheme, height: int) -> str:
    """Return an ``iframe`` of *height* pixels that shows *html* as a reader with *scheme* sees it."""
    return (
        f'<iframe sandbox="" loading="lazy" referrerpolicy="no-referrer" title="{escape(title)}" '
        f'class="{scheme}" height="{height}" srcdoc="{escape(framed(html, scheme))}"></iframe>'
    )


def framed(html: str, scheme: Scheme) -> str:
    """
    Return *html* as the document of a frame: with its policy before it, and its questions answered.

    A second doctype, ``html`` or ``head`` is passed over by every browser, so the document still is what
    it was, while nothing in it can come before the policy.

    Source: HTML Living Standard, 13.2.6.4.4 («in head») and 4.8.5 (sandbox); Content Security Policy 3.
    """
    return (
        f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta http-equiv="x-dns-prefetch-control" content="off">'
        f'<meta name="color-scheme" content="{scheme}"><base target="_blank">'
        f"{_OFFERED.sub(f'color-scheme: {scheme}', answered(html, scheme))}"
    )


def answered(text: str, scheme: Scheme) -> str:
    """
    Return *text* with every question whether the reader has chosen light or dark answered.

    >>> answered("@media(prefers-color-scheme:dark){p{color:#fff}}", Scheme.DARK)
    '@media(min-width: 0){p{color:#fff}}'
    """
    return _ASKED.sub(lambda asked: _ALWAYS if asked[1].lower() == scheme else _NEVER, text)
