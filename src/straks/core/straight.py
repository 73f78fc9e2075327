"""
A fast way for texts of words and names alone, which is most of them.

A text without conditions, loops and filters is its words with the values between them. So is a page
whose conditions ask for nothing but the language. What filling such a one takes is worked out
once: where each value goes, how it is checked, and how it prints. Then a message is a few joins, where
Jinja would set up a context of variables, and an HTML page would be rendered to find out that it is the
same page as before.

It only ever fills what is as it should be. A value that is missing, surplus, left out or not
admitted, and whatever else comes up, is left to the ordinary way, which alone says what is wrong.

`enabled` turns it off.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from straks.core.parameter import Shown, Unfit
from straks.core.plain_values import taker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from straks.core.filled_page import FilledPage
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

    __slots__ = ("_form", "_pick", "names", "words")

    def __init__(self, words: tuple[str, ...], names: tuple[str, ...]) -> None:
        self.words = words
        self.names = names
        self._form = "%s".join([text.replace("%", "%%") for text in words])
        self._pick: Callable[[Mapping[str, str]], object] = itemgetter(*names) if names else _nothing

    def joined(self, printed: Mapping[str, str]) -> str:
        """Return the text with what was *printed* for each name in it."""
        return self._form % self._pick(printed)


def _nothing(_: Mapping[str, str]) -> tuple[()]:
    return ()


def filled(text: Straight, values: Mapping[str, object]) -> str | None:
    """Return *text* with *values* in it; None where one is not there, or does not print itself."""
    given = {name: values.get(name) for name in text.names}
    if not all(isinstance(value, (str, Shown)) for value in given.values()):
        return None
    try:
        return text.joined({name: str(value) for name, value in given.items()})
    except Exception:  # noqa: BLE001 - whatever it is, the ordinary way says it
        return None


class Filled(NamedTuple):
    """Values that are admitted: as they are, as they print, in canonical form; the secret ones printed."""

    checked: dict[str, Any]
    printed: dict[str, str]
    canonical: dict[str, str]
    secrets: tuple[str, ...]


class Filling:
    """
    How the values of one template are taken, in one language and channel.

    Args:
        parameters: What the template takes; none of them optional, none a list.
        locale: The language that values print in.
        plainly: Whether they print with plain spaces, as in an SMS.
    """

    def __init__(self, parameters: Mapping[str, Parameter], locale: str, *, plainly: bool) -> None:
        self._locale = locale
        self._secret = [name for name, parameter in parameters.items() if parameter.secret]
        # In order of name, as an id lists them.
        self._steps = [
            (name, taker(parameter, locale, plainly=plainly))
            for name, parameter in sorted(parameters.items())
        ]

    def take(self, values: Mapping[str, object]) -> Filled | None:
        """Check and print *values*; None where they are not all there, and no others, and admitted."""
        if not isinstance(values, dict) or len(values) != len(self._steps):
            return None
        checked: dict[str, Any] = {}
        printed = {"locale": self._locale}
        canonical: dict[str, str] = {}
        try:
            for name, take in self._steps:
                checked[name], printed[name], canonical[name] = take(values[name])
        except (KeyError, Unfit):
            return None
        secrets = tuple([printed[name] for name in self._secret]) if self._secret else ()
        return Filled(checked, printed, canonical, secrets)


def filling(parameters: Mapping[str, Parameter], locale: str, *, plainly: bool) -> Filling | None:
    """Return how values for *parameters* are taken; None where some may be left out, or are several."""
    if any(each.optional or each.kind == "list" for each in parameters.values()):
        return None
    return Filling(parameters, locale, plainly=plainly)


class Way(NamedTuple):
    """How one message is filled by joining, in one language and channel."""

    filling: Filling
    first: Straight
    """The SMS, or the e-mail's subject."""
    page: tuple[Callable[[Sequence[str]], FilledPage], Sequence[str]] | None
    """What fills the e-mail's one page, and the names of the values that go into it."""
    text: Straight | None
    """The e-mail's own plain text."""
