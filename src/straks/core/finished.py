"""What becomes of a text once its values are in it: no white space at its edges, composed to NFC."""

from __future__ import annotations

import unicodedata


def trimmed(text: str) -> str:
    """Return *text* without white space at its edges and at the ends of its lines."""
    if "\n" not in text:
        return text.strip()
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def composed(text: str) -> str:
    """Return a finished text: edges trimmed, composed to NFC."""
    text = trimmed(text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)
