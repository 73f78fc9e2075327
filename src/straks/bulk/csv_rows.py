"""
Rows of CSV, as strictly as its grammar can be taken (RFC 4180).

The first row names the columns. What separates them is found out from it alone: the one of comma,
semicolon, tab and bar that parts it into most columns, since a name holds none of these and a text below
may hold all. A row that is none is told and passed over, if it can be said where it ends. Where that
cannot be said, because a quote was left open or a line never ends, nobody knows which rows were swallowed,
and the whole file is of no use.
"""

from __future__ import annotations

import csv
import re
from io import TextIOWrapper
from typing import TYPE_CHECKING, Final

from straks.bulk.row import Unreadable
from straks.bulk.rows import Rows
from straks.errors import UnusableFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from straks.bulk.row import Numbered

DELIMITERS: Final = ",;\t|"

LINE_MOST: Final = 1_000_000
"""Characters of a line; no message that an instant channel carries comes near."""

_NOT_UTF8 = re.compile("[\udc80-\udcff]")


class CsvRows(Rows):
    """The rows of a CSV file; its numbers are those of a spreadsheet, where the header is row 1."""

    def __init__(self, path: str, octets: BinaryIO, size: int) -> None:
        super().__init__(path)
        self._octets = octets
        self.size = size
        try:
            # Decoded so that what is not UTF-8 can be told with its line.
            self._text = TextIOWrapper(
                self._octets, encoding="utf-8-sig", errors="surrogateescape", newline=""
            )
            self._lines = 0
            self._has_nul = False
            head = self._head()
            delimiter = _delimiter(head)
            self.header = tuple(
                name.strip() for name in next(csv.reader([head], delimiter=delimiter), list[str]())
            )
            self._begin(self._rows(csv.reader(iter(self._line, ""), delimiter=delimiter, strict=True)))
        except BaseException:
            self.close()
            raise

    @property
    def position(self) -> int:
        """How many octets have been read."""
        return self._octets.tell()

    def close(self) -> None:
        """Close the file."""
        self._octets.close()

    def _head(self) -> str:
        line = self._line()
        while line and not line.strip():
            line = self._line()
        if self._has_nul:
            raise self._unusable("holds NULs, as UTF-16 does; save it as UTF-8")
        return line

    def _line(self) -> str:
        line = self._text.readline(LINE_MOST)
        self._lines += 1
        if len(line) == LINE_MOST and line[-1] not in "\r\n":
            raise self._unusable(f"is over {LINE_MOST} characters long; no row is")
        if not line.isascii() and (wrong := _NOT_UTF8.search(line)):
            raise self._unusable(f"is not UTF-8 (character {wrong.start() + 1}); save the file as UTF-8")
        self._has_nul = self._has_nul or "\0" in line
        return line

    def _rows(self, reader: Iterator[list[str]]) -> Iterator[Numbered]:
        number, columns = 1, len(self.header)
        while True:
            number, begins = number + 1, self._lines + 1
            self._has_nul = False
            try:
                cells = next(reader, None)
            except csv.Error as error:
                if "field larger" in str(error):
                    raise self._unusable(
                        f"ends no row that began on line {begins}; a quote was left open there", begins
                    ) from None
                what = "the file ends in the middle of this row" if "end of data" in str(error) else ""
                yield number, Unreadable(what or "its quotes are not as CSV has them; double those in a text")
                continue
            if cells is None:
                return
            if not cells:
                continue  # an empty line
            if self._has_nul:
                yield number, Unreadable("holds a NUL; take it out")
            elif len(cells) != columns:
                yield number, Unreadable(self._why_other(len(cells), begins))
            else:
                yield number, dict(zip(self.header, cells, strict=True))

    def _why_other(self, count: int, begins: int) -> str:
        what = f"has {count} cells where the header has {len(self.header)}"
        if self._lines > begins:
            return f"{what}, on lines {begins} to {self._lines}; a quote may have been left open"
        return f"{what}; a text that holds what separates them goes in quotes"

    def _unusable(self, what: str, line: int | None = None) -> UnusableFile:
        at = line or self._lines
        return UnusableFile(f"{self.path}, line {at}: {what}", path=self.path, line=at)


def _delimiter(head: str) -> str:
    """Return what parts *head* into most columns, the comma before the others."""
    return max(DELIMITERS, key=lambda each: len(next(csv.reader([head], delimiter=each), list[str]())))
