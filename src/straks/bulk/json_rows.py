"""Rows of JSON lines: an object on each line, its own keys its columns."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NoReturn

from straks.bulk.row import Unreadable
from straks.bulk.rows import BOM, Rows
from straks.errors import UnusableFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from straks.bulk.row import Cells, Numbered

LINE_MOST: Final = 1_000_000
"""Octets of a line; no message that an instant channel carries comes near."""


class JsonRows(Rows):
    """The rows of a file of JSON lines; numbers are those of the lines."""

    fixed = False

    def __init__(self, path: str, octets: BinaryIO, size: int) -> None:
        super().__init__(path)
        self._octets = octets
        self.size = size
        try:
            self._begin(self._rows())
        except BaseException:
            self.close()
            raise
        _, last = self._first[-1]
        self.header = () if isinstance(last, Unreadable) else tuple(last)

    @property
    def position(self) -> int:
        """How many octets have been read."""
        return self._octets.tell()

    def close(self) -> None:
        """Close the file."""
        self._octets.close()

    def _rows(self) -> Iterator[Numbered]:
        number = 0
        while line := self._octets.readline(LINE_MOST):
            number += 1
            if number == 1:
                line = line.removeprefix(BOM)
            if len(line) == LINE_MOST and not line.endswith(b"\n"):
                while line and not line.endswith(b"\n"):
                    line = self._octets.readline(LINE_MOST)
                yield number, Unreadable(f"is over {LINE_MOST} octets long; no row is")
            elif line.strip():
                yield number, self._row(line, number)

    def _row(self, line: bytes, number: int) -> Cells | Unreadable:
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            raise UnusableFile(
                f"{self.path}, line {number}: is not UTF-8 (octet {error.start + 1}); save the file as UTF-8",
                path=self.path,
                line=number,
            ) from None
        try:
            found: object = _DECODER.decode(text)
        except _Twice:
            return Unreadable("has a key twice; take one out")
        except (ValueError, RecursionError):
            cut = not line.endswith(b"\n")
            return Unreadable("the file ends in the middle of this row" if cut else "is not JSON")
        if not isinstance(found, dict):
            return Unreadable("is no JSON object")
        return found  # pyright: ignore[reportUnknownVariableType] - each value is looked at where it is used


class _Twice(ValueError):
    """An object has a key twice, of which JSON's readers would silently take one."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _refuse(_: str) -> NoReturn:
    raise ValueError


# An amount that was a float once is wrong in the last øre. NaN and Infinity are not JSON.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=Decimal, parse_constant=_refuse)
