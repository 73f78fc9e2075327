"""
A fast way for the body of an e-mail: nothing is put together before somebody asks for it.

What is sent is one of three: the HTML, its plain-text twin, or, most often, the HTML as a JSON string. So a
message keeps the sanitised page and its values, and each of the three is the page's constants, made ready
for it once, with the few values between. A page of 14 kB then costs what its values cost.

It says nothing else than `FilledPage.fill`, which a test holds it against. A page in which a value is
missing, or that would be blank without its values, is left to that.

`enabled` turns it off.
"""

from __future__ import annotations

import re
import sys
from functools import cached_property, lru_cache
from html import escape
from json.encoder import encode_basestring as _quoted
from operator import itemgetter
from typing import TYPE_CHECKING, AnyStr, Final, Generic

from straks.core.finished import trimmed
from straks.core.skeleton import Place, in_place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from straks.core.skeleton import Page, Parts

enabled: bool = True
"""Whether pages are kept as they are at all; False has each of them filled at once."""

_PAGES_KEPT: Final = 256
# What HTML or JSON writes otherwise than it is; most values have none of it.
_SPECIAL: Final = re.compile("[&<>\"'\\\\\x00-\x1f]")
_AS_IT_IS: Final = frozenset({Place.TEXT, Place.WHOLE_URL})


class _Cut(Generic[AnyStr]):
    """A text with gaps: what stands between them, the values that there are, and which goes where."""

    __slots__ = ("_form", "_pick", "as_they_are", "constants", "slots")

    def __init__(self, parts: Parts, ready: Callable[[str], AnyStr], around: AnyStr) -> None:
        gaps = [part for part in parts if not isinstance(part, str)]
        self.constants = [part for part in parts if isinstance(part, str)]
        self.slots = list(dict.fromkeys(gaps))
        self.as_they_are = all(place in _AS_IT_IS for _, place in gaps)
        form = "%s".join([text.replace("%", "%%") for text in self.constants])
        self._form: AnyStr = around + ready(form) + around
        order = [self.slots.index(gap) for gap in gaps]
        self._pick: Callable[[Sequence[AnyStr]], tuple[AnyStr, ...]] = (
            itemgetter(*order) if len(order) > 1 else tuple
        )

    def filled(self, pieces: Sequence[AnyStr]) -> AnyStr:
        """Return the text with *pieces*, one for each slot."""
        filled: AnyStr = self._form % self._pick(pieces)
        return filled


class _Ready:
    """A page with what is the same in every message of it, each part made when it is first asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._held: dict[str, bool] = {}

    @cached_property
    def html(self) -> _Cut[str]:
        return _Cut(self.page.html, str, "")

    @cached_property
    def text(self) -> _Cut[str]:
        return _Cut(self.page.text, str, "")

    @cached_property
    def json(self) -> _Cut[bytes]:
        return _Cut(self.page.html, _inside, b'"')

    @cached_property
    def least(self) -> int:
        """How many values there have to be; more than there ever are where it may be blank."""
        cuts = self.html, self.text
        if not all(any(map(str.strip, cut.constants)) for cut in cuts):
            return sys.maxsize
        return max([index + 1 for cut in cuts for index, _ in cut.slots], default=0)

    def hold(self, characters: re.Pattern[str]) -> bool:
        """Tell whether the constants hold any of *characters*."""
        found = self._held.get(characters.pattern)
        if found is None:
            found = self._held[characters.pattern] = any(map(characters.search, self.html.constants))
        return found


_ready = lru_cache(maxsize=_PAGES_KEPT)(_Ready)


class FilledPage:
    """
    A page and the values of one message, which may be asked for any number of times.

    Args:
        page: The page.
        values: The values, in the order they were held in.
    """

    __slots__ = ("_ready", "_together", "_values")

    def __init__(self, page: Page, values: Sequence[str]) -> None:
        self._ready = _ready(page)
        self._values = values
        self._together = "".join(values)

    @property
    def certain(self) -> bool:
        """Whether it can be filled, and is not blank, whatever the values are; not with this way off."""
        return enabled and len(self._values) >= self._ready.least

    def fill(self, *, twin: bool = True) -> tuple[str, str]:
        """
        Return the finished HTML and its plain-text twin, as `Page.fill` does.

        Without *twin* what the layout says may stand for it.
        """
        page = self._ready.page
        if not twin and (said := page.layout_text):
            return page.fill_html(self._values), said
        html, text = page.fill(self._values)
        return html, trimmed(text)

    def html(self) -> str:
        """Return the finished HTML."""
        cut = self._ready.html
        return cut.filled([escape(in_place(self._values[index], place)) for index, place in cut.slots])

    def text(self) -> str:
        """Return its plain-text twin."""
        cut = self._ready.text
        return trimmed(cut.filled([in_place(self._values[index], place) for index, place in cut.slots]))

    def json(self) -> bytes:
        """Return the finished HTML as JSON has a string, in quotation marks."""
        cut, values = self._ready.json, self._values
        if cut.as_they_are and not _SPECIAL.search(self._together):
            pieces = [values[index].encode() for index, _ in cut.slots]
        else:
            pieces = [_inside(escape(in_place(values[index], place))) for index, place in cut.slots]
        return cut.filled(pieces)

    def free_of(self, characters: re.Pattern[str]) -> bool:
        """Tell that none of *characters*, which do not print, is in the HTML; False says nothing at all."""
        # Escaping adds none; and most values print, which is told in half the time.
        together = self._together
        return (together.isprintable() or not characters.search(together)) and not self._ready.hold(
            characters
        )


def _inside(text: str) -> bytes:
    """Return *text* as it stands inside a JSON string; of two together it is the two together."""
    return _quoted(text)[1:-1].encode()
