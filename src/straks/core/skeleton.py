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
import unicodedata
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias
from urllib.parse import quote

from straks.core.plain_text import plain_text_of_author
from straks.core.reader import PLAIN_TAG, Reader
from straks.core.url_kind import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FRAGMENT_BEGINS: Final = "\x02"
FRAGMENT_ENDS: Final = "\x03"
"""Around what an author wrote, for the sanitiser; neither can stand in a template or a value."""

# The marker of a value, of a checked link (an address itself), and in the plain-text twin of what
# stands in an address.
MARKER: Final = re.compile(r"https://strx(\d+)xurl|strx(\d+)x(?:rts|pct)")

_TEXT_ATTRIBUTES = frozenset({"title", "alt", "aria-label", "abbr", "summary", "lang"})
_URL_ATTRIBUTES = frozenset({"href", "src"})
# Whoever may choose what follows these cannot choose the host any more.
_FIXED_URL = re.compile(r"https://[^/?#]+[/?#]|(mailto:|tel:)", re.IGNORECASE)
_AFTER_URL = ("", "/", "?", "#", "&")
_SAFE_IN_MAIL = "@+"

# A reference that what follows could complete.
_COMPLETED = re.compile(rf"&(?:#[xX]?[0-9a-fA-F]*|[A-Za-z][A-Za-z0-9]*)?(?:{MARKER.pattern})")

# Elements whose content a browser does not read as HTML, so that no escaping helps in them.
_RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext"})
_QUOTED = re.compile(r""" "[^"]*" | '[^']*' """, re.VERBOSE)


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

    __slots__ = ("_markers", "values")

    def __init__(self) -> None:
        self.values: list[str] = []
        self._markers: dict[tuple[str, bool], str] = {}

    def hold(self, value: object) -> str:
        """Keep *value* and return the marker that stands for it; equal values have one."""
        text, link = str(value), isinstance(value, Link)
        marker = self._markers.get((text, link))
        if marker is None:
            marker = marker_of(len(self.values), link=link)
            self._markers[text, link] = marker
            self.values.append(text)
        return marker


Parts: TypeAlias = tuple[str | tuple[int, Place], ...]
"""Constant text, the index of a value with its place, constant text, and so on."""


@dataclass(frozen=True, eq=False)
class Page:
    """
    A sanitised page, and its plain-text twin, each cut at its values.

    ``html`` is the page, ``text`` the twin; ``marked`` is the page in one piece, and each marker in it tells
    its place.
    """

    html: Parts
    marked: str
    layout: str = ""
    """What stands around the author's fragments."""

    @property
    def layout_text(self) -> str:
        """What the layout says by itself to eyes without HTML: no less than that is in the twin."""
        return _said_by(MARKER.sub("", self.layout))

    @cached_property
    def text(self) -> Parts:
        """The twin; it is made when it is first asked for."""
        twin = plain_text_of_author(self.marked)
        ends = [match[0][-3:] for match in MARKER.finditer(twin)]
        return _cut(twin, [Place.URL_PART if end == "pct" else Place.TEXT for end in ends])

    def fill(self, values: Sequence[str]) -> tuple[str, str]:
        """
        Return the finished HTML, and its plain-text twin, with *values* in the order they were held in.

        Raises:
            Misplaced: The page has a marker of a value that there never was.
        """
        text = [
            part if isinstance(part, str) else in_place(_held(values, part[0]), part[1]) for part in self.text
        ]
        return self.fill_html(values), "".join(text)

    def fill_html(self, values: Sequence[str]) -> str:
        """
        Return the finished HTML alone.

        Raises:
            Misplaced: As for `fill`.
        """
        return "".join(
            [
                part if isinstance(part, str) else escape(in_place(_held(values, part[0]), part[1]))
                for part in self.html
            ]
        )


_said_by = lru_cache(maxsize=32)(plain_text_of_author)


def _held(values: Sequence[str], index: int) -> str:
    if index >= len(values):
        raise Misplaced(_FORGED)
    return values[index]


_FORGED: Final = "its text reads like the reserved word strx; take it out"


def in_place(value: str, place: Place) -> str:
    """Return *value* as it stands in *place*, before it is escaped for HTML."""
    if place is Place.URL_PART:
        return quote(value, safe="")
    if place is Place.MAIL_PART:
        return quote(value, safe=_SAFE_IN_MAIL)
    return value


def marker_of(index: int, *, link: bool) -> str:
    """Return the marker of value number *index*; that of a checked link is an address itself."""
    return f"https://strx{index}xurl" if link else f"strx{index}xrts"


def sanitise(skeleton: str, clean: Callable[[str], str]) -> Page:
    """
    Sanitise the author's fragments of *skeleton* and find the place of every value.

    Raises:
        Misplaced: A value stands where it cannot be made safe, or where HTML is removed.
    """
    page, html, layout = cut(skeleton, clean)
    places = iter([part[1] for part in html if not isinstance(part, str)])
    # The twin shows addresses too: what is a part of one is marked, or it could not be told there.
    marked = MARKER.sub(
        lambda match: f"strx{_index(match)}xpct" if next(places) is Place.URL_PART else match[0], page
    )
    return Page(html, marked, layout)


class Cut(NamedTuple):
    """A sanitised page with its markers; cut at them; and what of it is no author's."""

    page: str
    html: Parts
    layout: str


def cut(skeleton: str, clean: Callable[[str], str]) -> Cut:
    """
    Sanitise *skeleton*, compose it (NFC) and cut it at its markers.

    Raises:
        Misplaced: A value stands where it cannot be made safe, or where HTML is removed.
    """
    skeleton = _composed(skeleton)
    parts = _clean_fragments(skeleton, clean)
    page, layout = "".join(parts), "".join(parts[::2])
    indexes = [*_indexes(page)]
    before, after = Counter(_indexes(skeleton)), Counter(indexes)
    _refuse_removed(before, after)
    _refuse_forged(before, after)
    # Written as a reference, a marker shows only to whoever reads the page.
    if not after and "&" not in page:
        return Cut(page, (page,), layout)
    _refuse_completed(page)
    found = _found_apart(parts)
    if found is None or [index for index, _ in found] != indexes:
        finder = _Finder()
        finder.feed(page)
        finder.close()
        found = finder.found
    _refuse_read_otherwise([index for index, _ in found], indexes)
    return Cut(page, _cut(page, [place for _, place in found]), layout)


# --- guards: without any one of them some value reads as something else ----------------------------


def _composed(skeleton: str) -> str:
    # Before anything is parsed: composing can turn > and a mark into another character.
    return unicodedata.normalize("NFC", skeleton)


def _refuse_removed(before: Counter[int], after: Counter[int]) -> None:
    if before - after:
        raise Misplaced(
            "a value stands where HTML is removed (a comment, a tag or attribute that e-mail may not have, "
            "a link that is neither https, mailto nor tel); put it in text"
        )


def _refuse_forged(before: Counter[int], after: Counter[int]) -> None:
    if after.keys() - before.keys():
        raise Misplaced(_FORGED)


def _refuse_completed(page: str) -> None:
    # What was sanitised has no open reference; a layout is as its author left it.
    if _COMPLETED.search(page):
        raise Misplaced("a value stands right after an &, and could make a character of it; write &amp;")


def _refuse_read_otherwise(found: Sequence[int], written: Sequence[int]) -> None:
    if found != written:
        raise Misplaced("a value stands where HTML can be read in two ways; write the HTML around it plainly")


# --- where values stand ---------------------------------------------------------------------------


_LONGEST_KEPT: Final = 16_000
"""Characters of a layout, up to a fragment and after it."""


def _found_apart(parts: Sequence[str]) -> list[tuple[int, Place]] | None:
    """
    Find the markers in each of *parts* by itself, and those of a layout, the longest by far, once for all.

    None where they are not apart: where one leaves something open, be it a tag, a comment or a style.
    """
    found: list[tuple[int, Place]] = []
    for number, part in enumerate(parts):
        of_layout = number % 2 == 0 and len(part) <= _LONGEST_KEPT
        here = _found_in_layout(part) if of_layout else _found_in(part)
        if here is None:
            return None
        found += here
    return found


def _found_in(part: str) -> tuple[tuple[int, Place], ...] | None:
    finder = _Finder()
    try:
        finder.feed(part)
    except Misplaced:
        return None  # which is said of the whole page
    return tuple(finder.found) if finder.is_done else None


_found_in_layout = lru_cache(maxsize=32)(_found_in)


def _index(match: re.Match[str]) -> int:
    return int(match[1] or match[2])


def _indexes(text: str) -> Iterator[int]:
    return map(_index, MARKER.finditer(text))


def _clean_fragments(skeleton: str, clean: Callable[[str], str]) -> list[str]:
    """Return in turn what lies outside the outermost fragment borders and, sanitised, what lies within."""
    parts = [""]
    depth = 0
    for part in re.split(f"([{FRAGMENT_BEGINS}{FRAGMENT_ENDS}])", skeleton):
        if part == FRAGMENT_BEGINS:
            depth += 1
            parts += [""] if depth == 1 else []
        elif part == FRAGMENT_ENDS:
            depth -= 1
            if depth == 0:
                parts[-1] = clean(parts[-1])
                parts.append("")
        else:
            parts[-1] += part
    return parts


def _cut(text: str, places: Sequence[Place]) -> Parts:
    parts: list[str | tuple[int, Place]] = []
    end = 0
    for match, place in zip(MARKER.finditer(text), places, strict=True):
        parts += [text[end : match.start()], (_index(match), place)]
        end = match.end()
    return (*parts, text[end:])


class _Finder(Reader):
    """Finds every marker and its place, in the order in which they stand in the page."""

    def __init__(self) -> None:
        super().__init__(remembers=True)  # a skeleton has no values
        self.found: list[tuple[int, Place]] = []
        self._raw = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = self.get_starttag_text() or ""
        if MARKER.search(written):
            self._not_raw()
            _refuse_unquoted(written)
        if tag in _RAW:
            self._raw = self._raw or tag
        for name, value in attrs:
            for match in MARKER.finditer(value or ""):
                self.found.append((_index(match), _place_in_attribute(name, value or "", match)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # A slash closes nothing in HTML: what follows <style/> is style.
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._raw:
            self._raw = ""

    def handle_data(self, data: str) -> None:
        for match in MARKER.finditer(data):
            self._not_raw()
            self.found.append((_index(match), Place.TEXT))

    @property
    def is_done(self) -> bool:
        """Whether nothing that was read is still open: whatever follows is read as it would be alone."""
        return not (self.is_open or self._raw)

    def _not_raw(self) -> None:
        if self._raw:
            raise Misplaced(f"a value stands inside <{self._raw}>; put it in text")

    def handle_comment(self, data: str) -> None:
        if MARKER.search(data):
            raise Misplaced("a value stands inside an HTML comment; put it in text")

    def handle_decl(self, decl: str) -> None:
        self.handle_comment(decl)

    def handle_pi(self, data: str) -> None:
        self.handle_comment(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)


def _refuse_unquoted(tag: str) -> None:
    if not PLAIN_TAG.fullmatch(tag) or MARKER.search(_QUOTED.sub("", tag)):
        raise Misplaced(
            "a value stands in a tag that is not plain HTML, in a name or without quotes; "
            'put it in text, or in quotes as in title="…"'
        )


def _place_in_attribute(name: str, value: str, match: re.Match[str]) -> Place:
    if name in _TEXT_ATTRIBUTES:
        return Place.TEXT
    _refuse_attribute(name)
    if _is_whole_url(value, match):
        return Place.WHOLE_URL
    fixed = _FIXED_URL.match(value, 0, match.start())
    _refuse_open_host(name, fixed)
    return Place.MAIL_PART if fixed and fixed[1] else Place.URL_PART


def _refuse_attribute(name: str) -> None:
    if name not in _URL_ATTRIBUTES:
        raise Misplaced(f"a value stands in the attribute {name!r}; only text and links take values")


def _is_whole_url(value: str, match: re.Match[str]) -> bool:
    # A checked link ends its host itself, unless the host could go on behind it.
    return match.start() == 0 and bool(match[1]) and value[match.end() : match.end() + 1] in _AFTER_URL


def _refuse_open_host(name: str, fixed: re.Match[str] | None) -> None:
    if fixed is None:
        raise Misplaced(
            f"a value begins the address in {name!r}, or its host; only a parameter of kind url may, "
            "others go after a fixed https://host/, mailto: or tel:"
        )
