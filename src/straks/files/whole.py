"""A file that is there whole or not at all: written under another name, then given its own."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from tempfile import mkstemp
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def whole_file(path: str | os.PathLike[str], *, mode: int = 0o600) -> Generator[IO[str]]:
    """
    Open a text file for writing that appears at *path* when the block ends well.

    It is for its owner alone, unless *mode* says otherwise.

    Where the block does not end well, what was at *path* before is still there, and nothing else.

    Raises:
        OSError: It cannot be written.
    """
    name = os.fspath(path)
    folder, base = os.path.split(name)
    handle, draft = mkstemp(prefix=f".{base}.", suffix=".part", dir=folder or ".")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(handle)
            os.fchmod(handle, mode)
        os.replace(draft, name)  # noqa: PTH105 - a path as text
        _settle(folder or ".")
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(draft)  # noqa: PTH108 - a path as text
        raise


def _settle(folder: str) -> None:
    # The new name is on the disk when the folder is.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
