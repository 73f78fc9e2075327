"""
The plain-text twin of an HTML message: the same message for eyes without HTML.

It keeps words letter for letter and in order, every link (its address in angle brackets, as RFC
3986 advises in appendix C, unless the text is the address already), the marks of lists, the
alternative text of images, and the lines of preformatted text. What a reader of the HTML does not
see, a hidden pre-header or a title, is no part of it. It wraps no lines: whoever shows it does.

Two things decide how it reads HTML:

- The standard library's parser does the reading, and is kept from what it cannot take. In the
  Pythons that straks runs on, it needs time in the square of the length of unfinished tags and
  comments (CVE-2025-6069, CVE-2026-15308), fails on ``<![x]>``, and disagrees with itself between
  versions on the content of ``title`` and ``textarea``. One pass of a regular expression, each of
  whose branches runs on to its end or to the end of the text, takes all that away beforehand.
- A table is a row of facts or a frame for the page, and its author may forget to say which.
  ``role="presentation"`` says frame; so does a cell with more than one line in it. Only what is
  left becomes rows, cells set apart by bars.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from straks.core.markup import EMAIL, readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def plain_text(html: str) -> str:
    r"""
    Tell *html* without HTML.

    Args:
        html: A fragment or a whole document, sanitised or not. Time and space grow in step with
            its length, whatever it holds.

    Returns:
        Lines without white space at their ends, at most one empty line in a row, none at either
        end. Addresses that do something (``javascript:``) and anchors (``#top``) are left out.

    Raises:
        InvalidText: *html* has a lone surrogate.

    Example:
        >>> print(plain_text('<h1>Hei</h1><p>Koden er <b>482913</b>.</p><ol><li>Bruk <a href='
        ...     '"https://example.org/inn">innlogging</a>.<li>Vent</ol>'))
        Hei
        <BLANKLINE>
        Koden er 482913.
        <BLANKLINE>
        1. Bruk innlogging <https://example.org/inn>.
        2. Vent
    """
    reader = _Reader()
    reader.feed(_digestible(readable(html)))
    reader.close()
    return reader.finish()


_INDIGESTIBLE: Final = re.compile(
    r"""<(script|style|title|textarea|xmp|iframe|noembed|noframes|noscript)(?=[\s/>])
            .*?(?:</\1(?=[\s/>])[^>]*(?:>|\Z)|\Z)  # an element whose content is no markup
      | <!--.*?(?:--!?>|\Z)
      | <(?:[!?]|/(?![a-z]))[^>]*(?:>|\Z)          # declarations, instructions, ends of nothing
      | (?P<tag></?[a-z][^>]*>)
      | (?P<unfinished></?[a-z][^>]*\Z)""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_QUERY: Final = re.compile(r"&(?=[a-z][a-z\d]*=)", re.IGNORECASE)


def _digestible(html: str) -> str:
    return _INDIGESTIBLE.sub(_digested, html)


def _digested(found: re.Match[str]) -> str:
    if found["tag"]:
        # Python before 3.14 reads ?a=1&copy=2 as ?a=1©=2, which HTML (13.2.5.73) does not.
        return _QUERY.sub("&amp;", found["tag"])
    return (found["unfinished"] or "").replace("<", "&lt;")


# How many line ends stand before and after an element: one for a line of its own, two for a
# paragraph. What is not here is part of a line.
_LINES: Final[Mapping[str, int]] = MappingProxyType(
    dict.fromkeys(
        "address article aside body caption center dd details div dt fieldset figcaption figure footer form "
        "header legend li main nav section summary tr".split(),
        1,
    )
    | dict.fromkeys("blockquote dl h1 h2 h3 h4 h5 h6 hr ol p pre ul".split(), 2)
)
# What no row of facts has in its cells.
_FRAMED: Final = frozenset("blockquote dl h1 h2 h3 h4 h5 h6 hr ol pre table ul".split())
_VOID: Final = frozenset(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
# An end tag that may be left out is implied by the next start tag.
_CELLS: Final = frozenset({"td", "th"})
_ROWS: Final = _CELLS | {"tr"}
_IMPLIES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    dict.fromkeys(("table", *_LINES), frozenset({"p"}))
    | {
        "li": frozenset({"li", "p"}),
        "dd": frozenset({"dd", "dt", "p"}),
        "dt": frozenset({"dd", "dt", "p"}),
        "td": _CELLS,
        "th": _CELLS,
        "tr": _ROWS,
        **dict.fromkeys(("tbody", "tfoot", "thead"), _ROWS | {"tbody", "tfoot", "thead"}),
    }
)
_RULE: Final = "-" * 10
_BAR: Final = " | "
_DEEPEST: Final = 32
"""Characters of indentation at most: deeper nesting would cost space in its square."""

_HIDDEN: Final = re.compile(r"(?:^|;)\s*display\s*:\s*none\b", re.IGNORECASE)
_START: Final = re.compile(r"-?\d{1,9}")


@dataclass(slots=True)
class _Element:
    tag: str
    indent: str  # what each line inside it begins with
    silent: bool  # nobody sees what is in it
    number: int | None = None  # an ordered list's next


@dataclass(slots=True)
class _Table:
    frame: bool  # its cells follow one another as lines
    row: int = 0  # where the row began, in pieces written
    cell: int | None = None  # where the cell began, while one is open
    lines: int = 0  # line ends held back: they show that it is a frame, if more text follows


@dataclass(slots=True)
class _Link:
    address: str
    began: int  # in pieces written
    length: int  # characters written until then


class _Page:
    """What is written so far, and what stands between it and the next word."""

    __slots__ = ("between", "length", "lines", "marker", "pieces")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.lines = 0  # line ends to come before the next word
        self.between = ""  # else: what separates it from the last
        self.marker = ""  # a list item's, for the line that is about to begin

    def write(self, text: str, indent: str, *, verbatim: bool = False) -> None:
        if self.lines or not self.pieces:
            start = "\n" * self.lines + (self.marker or indent)
            self.between = start + (self.between if verbatim else "")
        self.pieces.append(self.between + text)
        self.length += len(self.pieces[-1])
        self.lines, self.between, self.marker = 0, "", ""

    def end_line(self, lines: int) -> None:
        # The first thing in a list item stands beside its marker, paragraph or not.
        if self.pieces and not self.marker:
            self.lines = max(self.lines, lines)
        self.between = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = _Page()
        self.elements = [_Element("", "", silent=False)]
        self.open: Counter[str] = Counter()
        self.lists: list[_Element] = []
        self.tables: list[_Table] = []
        self.link: _Link | None = None

    def finish(self) -> str:
        while len(self.elements) > 1:
            self._end()
        return "".join(self.page.pieces)

    # What the parser calls

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self.elements[-1].tag in _IMPLIES.get(tag, ()):
            self._end()
        outer = self.elements[-1]
        said = {name: value or "" for name, value in attrs}
        if tag in _VOID:
            if not outer.silent:
                self._void(tag, said)
            return
        unseen = tag in EMAIL.dropped or "hidden" in said or bool(_HIDDEN.search(said.get("style", "")))
        element = _Element(tag, outer.indent, silent=outer.silent or unseen)
        if not element.silent:
            self._begin(element, said)
        self.elements.append(element)
        self.open[tag] += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # In HTML a slash closes nothing, but in the two languages that may stand inside it.
        self.handle_starttag(tag, attrs)
        if tag in {"svg", "math"}:
            self._end()

    def handle_endtag(self, tag: str) -> None:
        if self.open[tag]:
            while self.elements[-1].tag != tag:
                self._end()
            self._end()

    def handle_data(self, data: str) -> None:
        if self.elements[-1].silent:
            return
        if self.open["pre"]:
            self._verbatim(data)
            return
        words = " ".join(data.split())
        if data[:1].isspace():
            self._space()
        if words:
            self._write(words)
            if data[-1].isspace():
                self._space()

    # Elements

    def _void(self, tag: str, said: Mapping[str, str]) -> None:
        if tag == "br":
            self._break_line()
        elif tag == "hr":
            self._lines("hr")
            self._write(_RULE)
            self._lines("hr")
        elif tag == "img":
            self.handle_data(said.get("alt", ""))

    def _begin(self, element: _Element, said: Mapping[str, str]) -> None:
        tag = element.tag
        if tag in _LINES:
            self._lines(tag)
        if tag == "a":
            self._finish_link()
            if address := _address(said.get("href", "")):
                self.link = _Link(address, len(self.page.pieces), self.page.length)
        elif tag in {"ol", "ul"}:
            start = said.get("start", "1")
            element.number = None if tag == "ul" else int(start) if _START.fullmatch(start) else 1
            self.lists.append(element)
        elif tag == "li":
            self._mark(element)
        elif tag == "blockquote":
            element.indent = _deeper(element.indent, "> ")
        elif tag == "dd":
            element.indent = _deeper(element.indent, "  ")
            self.page.marker = ""
        elif tag == "q":
            self._write('"')
        elif tag == "table":
            self._table(frame=said.get("role") in {"presentation", "none"})
        elif self.tables and tag == "tr":
            self.tables[-1].row = len(self.page.pieces)
        elif self.tables and tag in _CELLS:
            self._cell(self.tables[-1])

    def _end(self) -> None:
        element = self.elements.pop()
        tag = element.tag
        self.open[tag] -= 1
        if element.silent:
            return
        if tag == "a":
            self._finish_link()
        elif tag in {"ol", "ul"}:
            self.lists.pop()
        elif tag == "li":
            self.page.marker = ""
        elif tag == "q":
            self._write('"')
        elif tag == "table":
            self.tables.pop()
            self._end_lines(2)
        elif self.tables and tag in _CELLS:
            self.tables[-1].cell, self.tables[-1].lines = None, 0
        if tag in _LINES:
            self._lines(tag)

    def _mark(self, item: _Element) -> None:
        inner = self.lists[-1] if self.lists else item
        marker = "- " if inner.number is None else f"{inner.number}. "
        if inner.number is not None:
            inner.number += 1
        self.page.marker = item.indent + marker
        item.indent = _deeper(item.indent, " " * len(marker))

    def _table(self, *, frame: bool) -> None:
        self._end_lines(1 if frame else 2)
        self.tables.append(_Table(frame, len(self.page.pieces)))

    def _cell(self, table: _Table) -> None:
        if table.frame:
            self._end_lines(1)
            return
        table.cell = len(self.page.pieces)
        if table.cell > table.row:
            self.page.between = _BAR

    def _finish_link(self) -> None:
        link, self.link = self.link, None
        if link is None:
            return
        page = self.page
        # Long text is no address, and reading it again for each link would add up.
        long = page.length - link.length > 4 * len(link.address) + 80
        text = "" if long else "".join(page.pieces[link.began :]).strip()
        if not long and not text:
            self._write(f"<{link.address}>")
        elif not _says(text, link.address):
            lines, between = page.lines, page.between
            page.lines, page.between = 0, " "
            page.write(f"<{link.address}>", "")
            page.lines, page.between = lines, between

    # Lines and words

    def _lines(self, tag: str) -> None:
        nested = tag in {"ol", "ul"} and bool(self.lists)
        self._end_lines(1 if nested else _LINES[tag], framed=tag in _FRAMED)
    ...
