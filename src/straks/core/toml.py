"""TOML, read so that whatever is wrong with it is a sentence for whoever wrote it."""

from __future__ import annotations

from typing import Any


class NotToml(ValueError):
    """A text that is no TOML; the sentence says why, and where if that is known."""


def read_toml(text: str) -> dict[str, Any]:
    """
    Return what *text* says.

    Raises:
        NotToml: It says nothing that can be read.

    >>> read_toml("a = 1")
    {'a': 1}
    """
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotToml(str(error)) from None
    except ValueError:  # Python refuses to read a number of thousands of digits
        raise NotToml("a number in it has thousands of digits; write a shorter one") from None
    except RecursionError:
        raise NotToml("it is nested too deeply; use fewer brackets") from None
