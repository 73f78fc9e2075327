"""The languages of a page, Bokmål and English, and which of them a reader gets."""

from __future__ import annotations

from typing import Final

from straks.core.locale import negotiate

NAMES: Final = {"nb": "Norsk", "en": "English"}
"""What the languages of a page are called."""


def language(asked: str | None, accepted: str | None) -> str:
    """
    Return the language of a page: the one that was *asked* for, or else what the browser accepts.

    >>> language("en", "nb"), language(None, "nn-NO"), language("x", None)
    ('en', 'nb', 'nb')
    """
    return asked if asked is not None and asked in NAMES else negotiate(accepted, NAMES)
