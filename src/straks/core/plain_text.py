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
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from straks.core.markup import EMAIL, readable, words
from straks.core.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    return _told(html, _Reader())


def plain_text_of_author(html: str) -> str:
    """Tell *html*, which has no values in it, as `plain_text` does; its tags may be remembered."""
    return _told(html, _Reader(remembers=True))


def _told(html: str, reader: _Reader) -> str:
    reader.feed(digestible(readable(html)))
    reader.close()
    return reader.finish()


_INDIGESTIBLE: Final = re.compile(
    r"""<(script|style|title|textarea|xmp|iframe|noembed|noframes|noscript|plaintext)(?=[\s/>])
            .*?(?:</\1(?=[\s/>])[^>]*(?:>|\Z)|\Z)  # an element whose content is no markup
      | <!--.*?(?:--!?>|\Z)
      | <(?:[!?]|/(?![a-z]))[^>]*(?:>|\Z)          # declarations, instructions, ends of nothing
      | (?P<tag></?[a-z][^>]*>)
      | (?P<unfinished></?[a-z][^>]*\Z)""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_QUERY: Final = re.compile(r"&(?=[a-z][a-z\d]*=)", re.IGNORECASE)


def digestible(html: str) -> str:
    """
    Return *html* without what the standard library's parser cannot take, or not in reasonable time.

    What goes is no text of the message's: comments, scripts, styles, titles; what is unfinished becomes text.
    """
    return _INDIGESTIBLE.sub(_digested, html)


def _digested(found: re.Match[str]) -> str:
    if found["tag"]:
        # Python before 3.14 reads ?a=1&copy=2 as ?a=1©=2, which HTML (13.2.5.73) does not.
        return _QUERY.sub("&amp;", found["tag"])
    return (found["unfinished"] or "").replace("<", "&lt;")


# How many line ends stand before and after an element: one for a line of its own, two for a
# paragraph. What is not named is part of a line.
_LINES: Final[Mapping[str, int]] = MappingProxyType(
    dict.fromkeys(
        words(
            "address article aside body caption center dd details div dt fieldset figcaption figure",
            "footer form header legend li main nav section summary tr",
        ),
        1,
    )
    | dict.fromkeys(words("blockquote dl h1 h2 h3 h4 h5 h6 hr ol p pre table ul"), 2)
)
# What no row of facts has in its cells.
_FRAMED: Final = words("blockquote dl h1 h2 h3 h4 h5 h6 hr ol pre table ul")
_VOID: Final = words(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr"
)
_CELLS: Final = frozenset({"td", "th"})
_FRAMES: Final = frozenset({"presentation", "none"})
# An end tag may be left out where the next start tag implies it: after these elements, ...
_IMPLIES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    dict.fromkeys(_LINES, frozenset({"p"}))
    | {"li": frozenset({"li", "p"})}
    | dict.fromkeys(("dd", "dt"), frozenset({"dd", "dt", "p"}))
)
# ... and, in a table, after everything but these.
_GROUPS: Final = frozenset({"table", "tbody", "tfoot", "thead"})
_PARENTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    dict.fromkeys(_CELLS, _GROUPS | {"tr"})
    | {"tr": _GROUPS}
    | dict.fromkeys(("caption", "tbody", "tfoot", "thead"), frozenset({"table"}))
)
_HIDDEN: Final = re.compile(r"(?:^|;)\s*display\s*:\s*none\b", re.IGNORECASE)
_START: Final = re.compile(r"-?\d{1,9}", re.ASCII)
_RULE: Final = "-" * 10
_BAR: Final = " | "
_DEEPEST: Final = 32
"""Characters of indentation at most: without a limit, nesting would cost space in its square."""


@dataclass(slots=True)
class _Element:
    tag: str
    indent: str  # what each line inside it begins with
    silent: bool  # nobody sees what is in it
    number: int | None = None  # an ordered list's next


@dataclass(slots=True)
class _Table:
    frame: bool  # its cells follow one another as lines
    row: int  # where the row began, in pieces written
    cell: int | None = None  # where the cell began, while one is open
    lines: int = 0  # line ends held back: they show that it is a frame, if more text follows


@dataclass(frozen=True, slots=True)
class _Link:
    address: str
    began: int  # in pieces written
    length: int  # characters written until then


class _Page:
    """What is written so far, and what comes between it and the next word."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.lines = 0  # so many line ends, or else ...
        self.between = ""  # ... this
        self.marker = ""  # a list item's, for the line that is about to begin

    def write(self, text: str, indent: str) -> None:
        if self.lines or not self.pieces:
            text = "\n" * self.lines + (self.marker or indent) + text
        else:
            text = self.between + text
        self.pieces.append(text)
        self.length += len(text)
        self.lines, self.between, self.marker = 0, "", ""

    def space(self) -> None:
        self.between = self.between or " "

    def end_line(self, lines: int) -> None:
        # The first thing in a list item stands beside its marker, paragraph or not.
        if self.pieces and not self.marker:
            self.lines = max(self.lines, lines)
        self.between = ""

    def break_line(self) -> None:
        if self.pieces:
            self.lines = min(self.lines + 1, 2)
        self.between = ""


class _Reader(Reader):
    def __init__(self, *, remembers: bool = False) -> None:
        super().__init__(remembers=remembers)
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
        while self.open["table"] and tag in _PARENTS and self.elements[-1].tag not in _PARENTS[tag]:
            self._end()
        outer = self.elements[-1]
        said = {name: value or "" for name, value in reversed(attrs)}  # the first of two counts
        if tag in _VOID:
            if not outer.silent:
                self._void(tag, said)
            return
        unseen = tag in EMAIL.dropped or "hidden" in said or bool(_HIDDEN.search(said.get("style", "")))
        element = _Element(tag, outer.indent, silent=outer.silent or unseen)
        self.elements.append(element)
        self.open[tag] += 1
        if not element.silent:
            self._begin(element, said)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # In HTML a slash closes nothing; in the two languages that may stand inside it, it does.
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
            self._preformatted(data)
            return
        if data[:1].isspace():
            self.page.space()
        if words := " ".join(data.split()):
            self._write(words)
            if data[-1].isspace():
                self.page.space()

    # Elements

    def _void(self, tag: str, said: Mapping[str, str]) -> None:
        if tag == "br":
            if self._facts():
                self.page.space()
            else:
                self.page.break_line()
        elif tag == "hr":
            self._end_line(tag)
            self._write(_RULE)
            self._end_line(tag)
        elif tag == "img":
            self.handle_data(said.get("alt", ""))

    def _begin(self, element: _Element, said: Mapping[str, str]) -> None:
        tag = element.tag
        if tag in _LINES:
            self._end_line(tag)
        if tag == "a":
            self._finish_link()
            if address := _address(said.get("href", "")):
                self.link = _Link(address, len(self.page.pieces), self.page.length)
        elif tag in {"ol", "ul"}:
            start = said.get("start", "")
            element.number = None if tag == "ul" else int(start) if _START.fullmatch(start) else 1
            self.lists.append(element)
        elif tag == "li":
            self._mark(element)
        elif tag in {"blockquote", "dd"}:
            element.indent = _deeper(element.indent, "> " if tag == "blockquote" else "  ")
        elif tag == "q":
            self._write('"')
        elif tag == "table":
            self.tables.append(_Table(said.get("role") in _FRAMES, len(self.page.pieces)))
        elif self.tables:
            self._begin_in(self.tables[-1], tag)

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
        elif self.tables and tag in _CELLS:
            self.tables[-1].cell, self.tables[-1].lines = None, 0
        if tag in _LINES:
            self._end_line(tag)

    def _mark(self, item: _Element) -> None:
        marker = "- "
        if self.lists and (number := self.lists[-1].number) is not None:
            marker = f"{number}. "
            self.lists[-1].number = number + 1
        before = self.page.marker if 0 < len(self.page.marker) < _DEEPEST else item.indent
        self.page.marker = before + marker
        item.indent = _deeper(item.indent, " " * len(marker))

    def _begin_in(self, table: _Table, tag: str) -> None:
        written = len(self.page.pieces)
        if tag == "tr":
            table.row = written
        elif tag in _CELLS and table.frame:
            self.page.end_line(1)
        elif tag in _CELLS:
            table.cell = written
            self.page.between = _BAR if written > table.row else ""

    def _finish_link(self) -> None:
        link, self.link = self.link, None
        if link is None:
            return
        page = self.page
        if len(page.pieces) == link.began:
            self._write(f"<{link.address}>")
        elif not _says("".join(page.pieces[link.began :]), link.address):
            held = page.lines, page.between, page.marker
            page.lines, page.between = 0, " "
            page.write(f"<{link.address}>", "")
            page.lines, page.between, page.marker = held

    # Lines and words

    def _facts(self) -> _Table | None:
        """Return the table in whose row of facts we are, if we are in one."""
        table = self.tables[-1] if self.tables else None
        return table if table and table.cell is not None and not table.frame else None

    def _end_line(self, tag: str) -> None:
        # A list in a list is part of it, and a frame is not to be seen.
        framed = tag == "table" and bool(self.tables) and self.tables[-1].frame
        lines = 1 if framed or (tag in {"ol", "ul"} and self.lists) else _LINES[tag]
        table = self._facts()
        if table and tag in _FRAMED:
            table.frame = True
            table = None
        if table:
            table.lines = max(table.lines, lines)
            self.page.space()
        else:
            self.page.end_line(lines)

    def _write(self, text: str) -> None:
        table = self._facts()
        if table and table.lines:
            if len(self.page.pieces) > (table.cell or 0):
                table.frame = True
                self.page.end_line(table.lines)
            table.lines = 0
        self.page.write(text, self.elements[-1].indent)

    def _preformatted(self, data: str) -> None:
        for count, line in enumerate(data.split("\n")):
            if count:
                self.page.break_line()
            text = line.rstrip()
            blank = line[len(text) :]
            if text:
                # At the start of a line, white space is part of what was formatted.
                lead = self.page.between if self.page.lines or not self.page.pieces else ""
                self._write(lead + text)
            self.page.between += blank


def _deeper(indent: str, step: str) -> str:
    return indent + step if len(indent) < _DEEPEST else indent


_SCHEME: Final = re.compile(r"[a-z][a-z\d+.-]*:", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\+?[\d().-]+", re.ASCII)


def _address(href: str) -> str:
    """Return what to print for *href*: nothing where there is nothing to follow."""
    href = re.sub(
        r"[\s<>]", lambda found: "".join(f"%{octet:02X}" for octet in found[0].encode()), href.strip()
    )
    scheme = _SCHEME.match(href)
    if scheme is None:
        return "" if href.startswith("#") else href
    match scheme[0].lower():
        case "http:" | "https:":
            return href
        case "mailto:":
            return href[scheme.end() :].partition("?")[0]
        case "tel:":
            return href[scheme.end() :]
        case _:
            return ""


def _says(text: str, address: str) -> bool:
    """Tell whether *text* shows *address* already, a number in any grouping."""
    if _NUMBER.fullmatch(address):
        return re.sub(r"[^\d+]", "", text) == re.sub(r"[^\d+]", "", address)
    return address in text.split()
