"""
Reads a file of rows, whichever of the three kinds it is.

What a file is, is told from how it begins and not from its name. A file that begins like something else
(a spreadsheet, an archive, another encoding) is turned away with what to do about it.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from itertools import chain
from typing import TYPE_CHECKING, ClassVar, Final, final

from straks.bulk.row import Numbered, Unreadable
from straks.errors import UnusableFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

BOM: Final = b"\xef\xbb\xbf"
"""What some programs begin UTF-8 with."""

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


class Rows(ABC):
    """
    The rows of a file, to be gone through once. Close it, or use it in a ``with`` block.

    ``header`` are the names of the columns: of all rows where it is ``fixed``, else of the first one.
    ``position`` of ``size`` says how far it has been read.
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

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    @final
    def __iter__(self) -> Iterator[Numbered]:
        first, self._first = self._first, list[Numbered]()
        return chain(first, self._rest)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.path}>"


def read_rows(path: str | os.PathLike[str]) -> Rows:
    """
    Open a file of rows: CSV with a header, one JSON object a line, or Parquet. Text is UTF-8.

    Raises:
        UnusableFile: It is none of these, is not UTF-8, or has no rows.
        MissingExtra: It is Parquet, and what reads that is not installed.
        OSError: It cannot be read.
    """
    name = os.fspath(path)
    with open(name, "rb") as file:  # noqa: PTH123 - a path as text, for the sentences
        start = file.read(_LOOKED_AT)
    for beginning, what in _BEGINNINGS.items():
        if start.startswith(beginning):
            raise UnusableFile(f"{name} {what}", path=name)
    if start.startswith(b"PAR1"):
        from straks.bulk.parquet_rows import ParquetRows

        return ParquetRows(name)
    text = start.removeprefix(BOM).lstrip()
    if text.startswith(b"["):
        raise UnusableFile(
            f"{name} begins a JSON array; write one object on each line (jq -c '.[]' does)", path=name
        )
    if text.startswith(b"{"):
        from straks.bulk.json_rows import JsonRows

        return JsonRows(name)
    from straks.bulk.csv_rows import CsvRows

    return CsvRows(name)
