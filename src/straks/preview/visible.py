"""
Texts made fit for the eye: what does not print is shown by name.

A text comes from anywhere, and a terminal obeys what it is sent, a browser turns lines around, and XML
knows no controls at all. So none of these gets a character that does not print.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_CONTROL_PICTURES: Final = 0x2400
_DELETE: Final = 0x7F
_JOINER: Final = "\u200d"  # holds families and flags together, and does nothing else
_NON_JOINER: Final = "\u200c"


def visible(text: str) -> str:
    r"""
    Show what does not print: a control as its picture, anything else by its number.

    Line feeds stay.

    >>> visible("a\tb\x1b[2J\u202e")
    'a␉b␛[2J⟨U+202E⟩'
    """
    if text.isprintable():
        return text
    return "\n".join(line if line.isprintable() else "".join(map(_shown, line)) for line in text.split("\n"))


def as_drawn(character: str) -> str:
    r"""
    Return what is drawn for a *character* of a message: itself, or what `visible` shows.

    Other than a terminal, a picture has room for spaces of any width.

    >>> as_drawn("\u00a0") == "\u00a0", as_drawn("\u200b")
    (True, '⟨U+200B⟩')
    """
    if character.isprintable() or character == _NON_JOINER or unicodedata.category(character) == "Zs":
        return character
    return _shown(character)


def _shown(character: str) -> str:
    code = ord(character)
    if character.isprintable() or character in ("\n", _JOINER):
        return character
    if code < ord(" "):
        return chr(_CONTROL_PICTURES + code)
    return "␡" if code == _DELETE else f"⟨U+{code:04X}⟩"
