"""
Reads a file of rows, whichever of the three kinds it is.

What a file is, is told from how it begins and not from its name. A file that begins like something else
(a spreadsheet, an archive, another encoding) is turned away with what to do about it.

It is opened once, and who reads the rows goes on with what was opened: out of a pipe nothing comes twice, so
the beginning is looked at where it stays to be read.
"""

from __future__ import annotations

import os
import sys
from abc import abstractmethod
from io import BufferedReader, RawIOBase
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, Final, final

from straks.bulk.row import Numbered, Unreadable
from straks.core.closable import Closable
from straks.errors import UnusableFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from _typeshed import WriteableBuffer

BOM: Final = b"\xef\xbb\xbf"
"""What some programs begin UTF-8 with."""

STANDARD_INPUT: Final = "standard input"
"""The ``path`` of rows that were asked for as ``-``."""

_BEGINNINGS: Final = {
    b"\xff\xfe": "is UTF-16; save it as UTF-8",
    b"\xfe\xff": "is UTF-16; save it as UTF-8",
    b"\x00\x00\xfe\xff": "is UTF-32; save it as UTF-8",
    b"PK\x03\x04": "is a spreadsheet or an archive; save the sheet as CSV in UTF-8",
    b"\xd0\xcf\x11\xe0": "is an old spreadsheet; save the sheet as CSV in UTF-8",
    b"\x1f\x8b": "is compressed; unpack it first",
    b"(\xb5/\xfd": "is compressed; unpack it first",
    b"SQLite format 3": "is a database; write the rows out as CSV",
}
_LOOKED_AT: Final = 4096
_TRIED: Final = 100


class Rows(Closable):
    """
    The rows of a file, to be gone through once. Close it, or use it in a ``with`` block.

    ``header`` are the names of the columns: of all rows where it is ``fixed``, else of the first one.
    ``position`` of ``size`` says how far it has been read; of a pipe nobody knows the size, and it is 0.
    """

    fixed: ClassVar[bool] = True

    header: tuple[str, ...]
    size: int

    def __init__(self, path: str) -> None:
        self.path = path
        self._first: list[Numbered] = []
        self._rest: Iterator[Numbered] = iter(())

    @final
    def _begin(self, rows: Iterator[Numbered]) -> None:
        """Look at the first of *rows*, up to one that can be read: a file without any is none."""
        self._rest = rows
        for row in rows:
            self._first.append(row)
            if not isinstance(row[1], Unreadable):
                return
            if len(self._first) == _TRIED:
                raise UnusableFile(
                    f"{self.path}: of the first {_TRIED} rows not one can be read; the first {row[1].reason}",
                    path=self.path,
                )
        if not self._first:
            raise UnusableFile(f"{self.path} has no rows", path=self.path)

    @property
    @abstractmethod
    def position(self) -> int:
        """How far the file has been read, in the unit of ``size``."""

    @final
    def __iter__(self) -> Iterator[Numbered]:
        first, self._first = self._first, list[Numbered]()
        return chain(first, self._rest)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.path}>"


class _Once(RawIOBase):
    """What can be read once only, given in whole pieces however it trickles in, and counted."""

    def __init__(self, name: str, rest: BinaryIO, *, keep_open: bool) -> None:
        self._name = name
        self._rest = rest
        self._keep_open = keep_open
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        room = memoryview(buffer)
        try:
            piece = self._rest.read(len(room))
        except OSError as error:
            error.filename = self._name  # without a name it would be told as one of standard output
            raise
        room[: len(piece)] = piece
        self._read += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._read

    def close(self) -> None:
        if not self._keep_open:
            self._rest.close()
        super().close()


def read_rows(path: str | os.PathLike[str]) -> Rows:
    """
    Open a file of rows: CSV with a header, one JSON object a line, or Parquet. Text is UTF-8.

    It may be a pipe, and ``-`` is standard input, but not of Parquet, which is read from its end.

    Raises:
        UnusableFile: It is none of these, is not UTF-8, or has no rows.
        MissingExtra: It is Parquet, and what reads that is not installed.
        OSError: It cannot be read.
    """
    name = os.fspath(path)
    if name == "-":
        if sys.stdin is None:
            raise UnusableFile("standard input is closed; name a file", path=STANDARD_INPUT)
        once = _Once(STANDARD_INPUT, sys.stdin.buffer, keep_open=True)
        return _told(STANDARD_INPUT, BufferedReader(once), again=False)
    octets = open(name, "rb")  # noqa: PTH123, SIM115 - a path as text; closed with the rows
    if octets.seekable():
        return _told(name, octets, again=True)
    return _told(name, BufferedReader(_Once(name, octets, keep_open=False)), again=False)


def _told(name: str, octets: BufferedReader[Any], *, again: bool) -> Rows:
    """Return the rows of *octets*, as the kind that their beginning tells; a file can be opened *again*."""
    try:
        start = octets.peek()[:_LOOKED_AT]
        return _of_kind(name, start, octets, again=again)
    except BaseException:
        octets.close()
        raise


def _of_kind(name: str, start: bytes, octets: BufferedReader[Any], *, again: bool) -> Rows:
    for beginning, what in _BEGINNINGS.items():
        if start.startswith(beginning):
            raise UnusableFile(f"{name} {what}", path=name)
    if start.startswith(b"PAR1"):
        if not again:
            raise UnusableFile(
                f"{name} is Parquet, which is read from its end, not as it comes; save it and name the file",
                path=name,
            )
        from straks.bulk.parquet_rows import ParquetRows

        octets.close()
        return ParquetRows(name)
    size = os.fstat(octets.fileno()).st_size if again else 0
    text = start.removeprefix(BOM).lstrip()
    if text.startswith(b"["):
        raise UnusableFile(
            f"{name} begins a JSON array; write one object on each line (jq -c '.[]' does)", path=name
        )
    if text.startswith(b"{"):
        from straks.bulk.json_rows import JsonRows

        return JsonRows(name, octets, size)
    from straks.bulk.csv_rows import CsvRows

    return CsvRows(name, octets, size)
