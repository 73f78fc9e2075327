"""
Sealed orders in a file: JSON lines, one order each, for its owner alone.

The file holds recipients and texts in full, since that is what is to be sent; keep it as you keep those.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from straks.altinn.sealed import SealedOrder
from straks.bulk.whole import whole_file
from straks.errors import InvalidOrder, UnusableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

LINE_MOST: Final = 16_000_000
"""Characters of a line. The service takes requests of 30 million octets at most."""


@contextmanager
def write_orders(path: str | os.PathLike[str]) -> Generator[Callable[[SealedOrder], None]]:
    """
    Open a file of orders, and give what adds one; the file is there when the block has ended well.

    Raises:
        OSError: It cannot be written.
    """
    with whole_file(path) as file:

        def add(order: SealedOrder) -> None:
            file.write(order.to_json() + "\n")

        yield add


def read_orders(path: str | os.PathLike[str]) -> Iterator[SealedOrder]:
    """
    Yield the orders in a file, one at a time.

    Raises:
        UnusableFile: A line holds none; the sentence says which, and shows nothing of it.
        OSError: It cannot be read.
    """
    name = os.fspath(path)
    with open(name, "rb") as file:  # noqa: PTH123 - a path as text, for the sentences
        number = 0
        while line := file.readline(LINE_MOST):
            number += 1
            yield _read(line, name, number)


def _read(line: bytes, path: str, number: int) -> SealedOrder:
    reason = "the file ends in the middle of this line, or it never ends. Build it again"
    if line.endswith(b"\n"):
        try:
            return SealedOrder.from_json(line)
        except InvalidOrder as error:
            reason = str(error)
    raise UnusableFile(f"{path}, line {number}: {reason}", path=path, line=number)
