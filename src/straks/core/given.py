"""
What a caller gave, of the type that was asked for.

A public function that is given bytes for a text, or a message for an order, says so in one sentence; what
Python would say instead names an attribute or a pattern deep inside, and nothing that the caller wrote.
"""

from __future__ import annotations

from straks.errors import InvalidSetting


def require(value: object, kind: type | tuple[type, ...], takes: str) -> None:
    """
    Require that *value* is a *kind*; *takes* is the first half of the sentence.

    Raises:
        InvalidSetting: It is another; names the type and never the value.

    >>> require("Hei", str, "segment takes text (str)")
    >>> require(b"Hei", str, "segment takes text (str)")
    Traceback (most recent call last):
    ...
    straks.errors.InvalidSetting: segment takes text (str), not bytes
    """
    if not isinstance(value, kind):
        raise InvalidSetting(f"{takes}, not {type(value).__name__}")
