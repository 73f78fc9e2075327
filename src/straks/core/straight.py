"""
A fast way for texts of words and names alone, which is most of them.

A text without conditions, loops and filters is its words with the values between them. What filling such a
one takes is worked out once: where each value goes, how it is checked, and how it prints. Then a message is
a few joins, where Jinja would set up a context of variables. What an HTML page takes besides stands in
`straks.core.branches`.

It only ever fills what is as it should be. A value that is missing, surplus, left out or not
admitted, and whatever else comes up, is left to the ordinary way, which alone says what is wrong.

`enabled` turns it off.
"""

from __future__ import annotations

from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from straks.core import plain_values
from straks.core.parameter import Shown, Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from straks.core.branches import Pages
    from straks.core.parameter import Parameter

enabled: bool = True
"""Whether texts are joined at all; False leaves every one of them to Jinja."""


class Straight:
    """
    A text, cut at the names in it.

    Args:
        words: What stands before, between and after the names.
        names: Those names.
    """

    __slots__ = ("_parts", "_pick", "names", "words")

    def __init__(self, words: tuple[str, ...], names: tuple[str, ...]) -> None:
        self.words = words
        self.names = names
        self._parts = [*chain.from_iterable(zip(words, [*names, ""], strict=True))][:-1]
        self._pick = picker(names)

    def joined(self, printed: Mapping[str, str]) -> str:
        """Return the text with what was *printed* for each name in it."""
        parts = self._parts.copy()
        parts[1::2] = self._pick(printed)
        return "".join(parts)


def picker(names: Sequence[str]) -> Callable[[Mapping[str, str]], tuple[str, ...]]:
    """Return what picks the texts of *names* out of others."""
    if len(names) > 1:
        return itemgetter(*names)
    only = names[0] if names else None
    return lambda texts: () if only is None else (texts[only],)


def filled(text: Straight, values: Mapping[str, object]) -> str | None:
    """Return *text* with *values* in it; None where one is not there, or does not print itself."""
    given = {name: values.get(name) for name in text.names}
    if not all(isinstance(value, (str, Shown)) for value in given.values()):
        return None
    try:
        return text.joined({name: str(value) for name, value in given.items()})
    except Exception:  # noqa: BLE001 - whatever it is, the ordinary way says it
        return None


Filled: TypeAlias = tuple[dict[str, Any], dict[str, str], dict[str, str], tuple[str, ...]]
"""
Values that are admitted: as they are (but for plain texts), as they print, in canonical form; the secret
ones printed.
"""


_Step: TypeAlias = "tuple[str, Callable[[str], object] | None, Callable[[object], plain_values.Taken]]"


class Filling:
    """
    How the values of one template are taken, in one language and channel.

    Args:
        parameters: What the template takes; no secret one of them optional, none a list.
        locale: The language that values print in.
        plainly: Whether they print with plain spaces, as in an SMS.
    """

    def __init__(self, parameters: Mapping[str, Parameter], locale: str, *, plainly: bool) -> None:
        self._locale = locale
        self._optional = frozenset([name for name, each in parameters.items() if each.optional])
        self._secrets = picker([name for name, parameter in parameters.items() if parameter.secret])
        # In order of name, as an id lists them.
        self._steps = [
            (name, plain_values.plain_text(each), plain_values.taker(each, locale, plainly=plainly))
            for name, each in sorted(parameters.items())
        ]

    def take(self, values: Mapping[str, object]) -> Filled | None:
        """Check and print *values*; None where they are not all there, and no others, and admitted."""
        if not isinstance(values, dict):
            return None
        steps = self._given(values) if self._optional else self._steps
        if len(values) != len(steps):
            return None
        checked: dict[str, Any] = {}
        printed = {"locale": self._locale}
        canonical: dict[str, str] = {}
        quick = plain_values.enabled
        try:
            for name, is_plain, take in steps:
                value = values[name]
                if is_plain is not None and quick and type(value) is str and is_plain(value):
                    printed[name] = canonical[name] = value
                else:
                    checked[name], printed[name], canonical[name] = take(value)
        except (KeyError, Unfit):
            return None
        return checked, printed, canonical, self._secrets(printed)

    def _given(self, values: Mapping[str, object]) -> list[_Step]:
        """Return what takes *values*, where those that may be left out are."""
        return [
            step for step in self._steps if step[0] not in self._optional or values.get(step[0]) is not None
        ]


def filling(parameters: Mapping[str, Parameter], locale: str, *, plainly: bool) -> Filling | None:
    """Return how values for *parameters* are taken; None where one is several, or a secret left out."""
    if any((each.optional and each.secret) or each.kind == "list" for each in parameters.values()):
        return None
    return Filling(parameters, locale, plainly=plainly)


class Way(NamedTuple):
    """How one message is filled by joining, in one language and channel."""

    filling: Filling
    first: Straight
    """The SMS, or the e-mail's subject."""
    pages: Pages | None
    """The e-mail's HTML."""
    text: Straight | None
    """The e-mail's own plain text."""
