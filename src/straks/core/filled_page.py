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
from typing import TYPE_CHECKING, Final, TypeAlias

from straks.core.finished import trimmed
from straks.core.skeleton import in_place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from straks.core.skeleton import Page, Parts, Place

    Slot: TypeAlias = tuple[int, Place]

enabled: bool = True
"""Whether pages are kept as they are at all; False has each of them filled at once."""

_PAGES_KEPT: Final = 256
_SPECIAL: Final = re.compile("[&<>\"']")


class _Cut:
    """A text with gaps: what stands between them, the values that there are, and which goes where."""

    __slots__ = ("order", "parts", "slots")

    def __init__(self, parts: Parts, ready: Callable[[str], str]) -> None:
        gaps = [part for part in parts if not isinstance(part, str)]
        self.parts = [ready(part) if isinstance(part, str) else "" for part in parts]
        self.slots = list(dict.fromkeys(gaps))
        self.order = [self.slots.index(gap) for gap in gaps]

    def filled(self, pieces: Sequence[str]) -> str:
        """Return the text with *pieces*, one for each slot."""
        parts = self.parts.copy()
        parts[1::2] = [pieces[index] for index in self.order]
        return "".join(parts)


class _Ready:
    """A page with what is the same in every message of it, each part made when it is first asked for."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._held: dict[re.Pattern[str], bool] = {}

    @cached_property
    def html(self) -> _Cut:
        return _Cut(self._page.html, str)

    @cached_property
    def text(self) -> _Cut:
        return _Cut(self._page.text, str)

    @cached_property
    def json(self) -> _Cut:
        return _Cut(self._page.html, _inside)

    @cached_property
    def least(self) -> int:
        """How many values there have to be; more than there ever are where it may be blank."""
        cuts = self.html, self.text
        if not all(any(map(str.strip, cut.parts)) for cut in cuts):
            return sys.maxsize
        return max([index + 1 for cut in cuts for index, _ in cut.slots], default=0)

    def hold(self, characters: re.Pattern[str]) -> bool:
        """Tell whether the constants hold any of *characters*."""
        if characters not in self._held:
            self._held[characters] = any(map(characters.search, self.html.parts))
        return self._held[characters]


_ready = lru_cache(maxsize=_PAGES_KEPT)(_Ready)


class FilledPage:
    """
    A page and the values of one message, which may be asked for any number of times.

    Args:
        page: The page.
        values: The values, in the order they were held in.
    """

    __slots__ = ("_page", "_values")

    def __init__(self, page: Page, values: Sequence[str]) -> None:
        self._page = page
        self._values = values

    @property
    def certain(self) -> bool:
        """Whether it can be filled, and is not blank, whatever the values are; not with this way off."""
        return enabled and len(self._values) >= _ready(self._page).least

    def fill(self, *, twin: bool = True) -> tuple[str, str]:
        """
        Return the finished HTML and its plain-text twin, as `Page.fill` does.

        Without *twin* what the layout says may stand for it.
        """
        if not twin and (said := self._page.layout_text):
            return self._page.fill_html(self._values), said
        html, text = self._page.fill(self._values)
        return html, trimmed(text)

    def html(self) -> str:
        """Return the finished HTML."""
        cut = _ready(self._page).html
        return cut.filled(self._pieces(cut))

    def text(self) -> str:
        """Return its plain-text twin."""
        cut = _ready(self._page).text
        return trimmed(cut.filled([in_place(self._values[index], place) for index, place in cut.slots]))

    def json(self) -> str:
        """Return the finished HTML as JSON has a string, in quotation marks."""
        cut = _ready(self._page).json
        return f'"{cut.filled([_inside(piece) for piece in self._pieces(cut)])}"'

    def free_of(self, characters: re.Pattern[str]) -> bool:
        """Tell that none of *characters*, a class of them, is in the HTML; False says nothing at all."""
        # Escaping adds none.
        return not (_ready(self._page).hold(characters) or any(map(characters.search, self._values)))

    def _pieces(self, cut: _Cut) -> list[str]:
        pieces: list[str] = []
        for index, place in cut.slots:
            value = in_place(self._values[index], place)
            pieces.append(escape(value) if _SPECIAL.search(value) else value)
        return pieces


def _inside(text: str) -> str:
    """Return *text* as it stands inside a JSON string; of two together it is the two together."""
    return _quoted(text)[1:-1]
