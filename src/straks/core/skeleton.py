"""
An HTML page with its values taken out: sanitised without them, filled with them afterwards.

The sanitiser parses HTML, and whatever it parses it may misread. So it never sees a value. A page is
rendered with a marker where each value goes, the author's fragments are sanitised with the markers
in place, and only then is each value written in, escaped for the very place its marker ended up
in. A marker is a plain word (an https address for a value that is a checked link), which no
sanitiser has a reason to touch; if one disappears all the same, it stood where HTML is removed, and
the message is refused.

Since the page with markers is the same for every message that takes the same branches, sanitising
and finding the places is done once and kept: the key is the rendered skeleton itself, so control
flow on real values stays exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from straks.core.plain_text import plain_text
from straks.core.text_kinds import Link

if TYPE_CHECKING:
    from collections.abc import Callable

FRAGMENT_BEGINS: Final = "\x02"
FRAGMENT_ENDS: Final = "\x03"
"""Around what an author wrote, for the sanitiser; neither can stand in a template or a value."""

MARKER: Final = re.compile(r"(?:https://)?strx(\d+)xrts")

_TEXT_ATTRIBUTES = frozenset({"title", "alt", "aria-label", "abbr", "summary", "lang", "content"})
_URL_ATTRIBUTES = frozenset({"href", "src"})
_FIXED_URL = re.compile(r"https://[^/?#]+[/?#]|(mailto:|tel:)")
_LINK_BEFORE = re.compile(r"(?:https://[^/?#\s]+[/?#]|mailto:|tel:)\S*\Z")
_SAFE_IN_MAIL = "@+"


class Misplaced(ValueError):
    """A value stands where no escaping can make it safe."""


class Place(Enum):
    """Where a value ended up, which decides how it is escaped."""

    TEXT = "text"
    WHOLE_URL = "whole-url"
    URL_PART = "url-part"
    MAIL_PART = "mail-part"


class Held:
    """The values of one rendering, in the order in which they first stood in the page."""

    __slots__ = ("_index", "values")

    def __init__(self) -> None:
        self.values: list[str] = []
        self._index: dict[str, str] = {}

    def hold(self, value: object) -> str:
        """Keep *value* and return the marker that stands for it."""
        text = str(value)
        link = isinstance(value, Link)
        marker = self._index.get(text)
        if marker is None or link != marker.startswith("https:"):
            marker = f"{'https://' if link else ''}strx{len(self.values)}xrts"
            self._index[text] = marker
            self.values.append(text)
        return marker


@dataclass(frozen=True, slots=True)
class Page:
    """
    A sanitised page, cut at its values.

    ``html`` and ``text`` alternate between constant text and the index of a value with its place.
    """

    html: tuple[str | tuple[int, Place], ...]
    text: tuple[str | tuple[int, Place], ...]

    def fill(self, held: Held) -> tuple[str, str]:
        """Return the finished HTML, and its plain-text twin."""
        values = held.values
        html = [
            part if isinstance(part, str) else escape(_in_place(values[part[0]], part[1]))
            for part in self.html
        ]
        text = [part if isinstance(part, str) else _in_place(values[part[0]], part[1]) for part in self.text]
        return "".join(html), "".join(text)


def _in_place(value: str, place: Place) -> str:
    if place is Place.URL_PART:
        return quote(value, safe="")
    if place is Place.MAIL_PART:
        return quote(value, safe=_SAFE_IN_MAIL)
    return value


def sanitise(skeleton: str, clean: Callable[[str], str]) -> Page:
    """
    Sanitise the author's fragments of *skeleton* and find the place of every value.

    Raises:
        Misplaced: A value stands where it cannot be made safe, or where HTML is removed.
    """
    page = _clean_fragments(skeleton, clean)
    lost = {match[1] for match in MARKER.finditer(skeleton)} - {match[1] for match in MARKER.finditer(page)}
    if lost:
        raise Misplaced(
            "a value stands where HTML is removed (a comment, a tag or attribute that e-mail may not have, "
            "a link that is neither https, mailto nor tel); put it in text"
        )
    finder = _Finder()
    finder.feed(page)
    finder.close()
    places = iter(finder.places)
    html = _cut(page, lambda _: next(places))
    twin = plain_text(page)
    return Page(html, _cut(twin, _place_in_text))


def _clean_fragments(skeleton: str, clean: Callable[[str], str]) -> str:
    """Sanitise what lies between the outermost fragment borders."""
    parts: list[str] = []
    fragment: list[str] = []
    depth = 0
    for part in re.split(f"([{FRAGMENT_BEGINS}{FRAGMENT_ENDS}])", skeleton):
        if part == FRAGMENT_BEGINS:
            depth += 1
        elif part == FRAGMENT_ENDS:
            depth -= 1
            if depth == 0:
                parts.append(clean("".join(fragment)))
                fragment.clear()
        else:
            (fragment if depth else parts).append(part)
    return "".join(parts)


def _cut(text: str, place: Callable[[str], Place]) -> tuple[str | tuple[int, Place], ...]:
    parts: list[str | tuple[int, Place]] = []
    end = 0
    for match in MARKER.finditer(text):
        parts.append(text[end : match.start()])
        parts.append((int(match[1]), place(text[max(0, match.start() - 2_000) : match.start()])))
        end = match.end()
    parts.append(text[end:])
    return tuple(parts)


def _place_in_text(before: str) -> Place:
    found = _LINK_BEFORE.search(before)
    if found is None:
        return Place.TEXT
    return Place.MAIL_PART if found[0].startswith(("mailto:", "tel:")) else Place.URL_PART


class _Finder(HTMLParser):
    """Finds the place of every marker, in the order in which they stand in the page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.places: list[Place] = []
        self._raw = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._raw = tag if tag in ("script", "style") else ""
        if MARKER.search(tag) or any(MARKER.search(name) for name, _ in attrs):
            raise Misplaced("a value stands in the name of a tag or attribute; put it in text")
        for name, value in attrs:
            for match in MARKER.finditer(value or ""):
                self.places.append(_place_in_attribute(name, value or "", match))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._raw = ""

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's signature
        self._raw = ""

    def handle_data(self, data: str) -> None:
        for _ in MARKER.finditer(data):
            if self._raw:
                raise Misplaced(f"a value stands inside <{self._raw}>; put it in text")
            self.places.append(Place.TEXT)

    def handle_comment(self, data: str) -> None:
        if MARKER.search(data):
            raise Misplaced("a value stands inside an HTML comment; put it in text")

    def handle_decl(self, decl: str) -> None:
        self.handle_comment(decl)

    def handle_pi(self, data: str) -> None:
        self.handle_comment(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)


def _place_in_attribute(name: str, value: str, match: re.Match[str]) -> Place:
    if name in _TEXT_ATTRIBUTES:
        return Place.TEXT
    if name not in _URL_ATTRIBUTES:
        raise Misplaced(f"a value stands in the attribute {name!r}; only text and links take values")
    is_link = match[0].startswith("https:")
    if match.start() == 0 and is_link:
        return Place.WHOLE_URL
    fixed = _FIXED_URL.match(value, 0, match.start())
    if fixed is None and not value.startswith("https://strx"):
        raise Misplaced(
            f"a value begins the address in {name!r}; only a parameter of kind url may, "
            "others go after a fixed https://host/, mailto: or tel:"
        )
    return Place.MAIL_PART if fixed is not None and fixed[1] else Place.URL_PART
