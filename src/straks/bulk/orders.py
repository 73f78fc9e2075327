"""
Sealed orders in a file: JSON lines, one order each, for its owner alone.

The file holds recipients and texts in full, since that is what is to be sent; keep it as you keep those.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from straks.altinn.sealed import SealedOrder
from straks.core.closable import Closable
from straks.errors import InvalidOrder, UnusableFile
from straks.files.whole import whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

LINE_MOST: Final = 16_000_000
"""Characters of a line. The service takes requests of 30 million octets at most."""


@contextmanager
def write_orders(path: str | os.PathLike[str]) -> Generator[Callable[[SealedOrder | str], None]]:
    """
    Open a file of orders, and give what adds one; the file is there when the block has ended well.

    An order may be a line already, as `SealedOrder.to_json` has it.

    Raises:
        OSError: It cannot be written.
    """
    with whole_file(path) as file:

        def add(order: SealedOrder | str) -> None:
            file.write(f"{order if isinstance(order, str) else order.to_json()}\n")

        yield add


def read_orders(path: str | os.PathLike[str]) -> Iterator[SealedOrder]:
    """
    Yield the orders in a file, one at a time.

    Raises:
        UnusableFile: A line holds none; the sentence says which, and shows nothing of it.
        OSError: It cannot be read.
    """
    with OrdersFile(path) as file:
        for line in file:
            yield line.order


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order with where it stands: the number of its line, from 1, and the octet that it begins at."""

    number: int
    offset: int
    octets: bytes = field(repr=False)
    order: SealedOrder


class OrdersFile(Closable):
    """
    A file of orders, read through or at one place. Close it, or use it in a ``with`` block.

    ``size`` is how many octets there are.

    Raises:
        OSError: It cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._file = open(self.path, "rb")  # noqa: PTH123, SIM115 - a path as text; closed by `close`
        self.size = os.fstat(self._file.fileno()).st_size

    def __iter__(self) -> Iterator[OrderLine]:
        """
        Yield every line with its order.

        Raises:
            UnusableFile: One holds none.
        """
        number = offset = 0
        while (line := self.read(number + 1, offset)) is not None:
            yield line
            number, offset = line.number, line.offset + len(line.octets)

    def read(self, number: int, offset: int) -> OrderLine | None:
        """
        Return the order of the line that begins at *offset*, None where the file ends there.

        Raises:
            UnusableFile: The line holds none; the sentence calls it *number*.
        """
        self._file.seek(offset)
        octets = self._file.readline(LINE_MOST)
        return OrderLine(number, offset, octets, _read(octets, self.path, number)) if octets else None

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __repr__(self) -> str:
        return f"OrdersFile({self.path!r})"


def _read(line: bytes, path: str, number: int) -> SealedOrder:
    reason = "the file ends in the middle of this line, or it never ends. Build it again"
    if line.endswith(b"\n"):
        try:
            return SealedOrder.from_json(line)
        except InvalidOrder as error:
            reason = str(error)
    raise UnusableFile(f"{path}, line {number}: {reason}", path=path, line=number)
