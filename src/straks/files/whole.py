"""
A file that is there whole or not at all: written under another name, then given its own.

What takes the place of another thing must be a file in place of a file. A device or a pipe is none: whoever
may write to ``/dev`` would lose the device, and the others on the machine with him. So that is turned away,
and where a link stands it is what the link names that is replaced.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from tempfile import mkstemp
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any


@contextmanager
def whole_file(path: str | os.PathLike[str], *, mode: int = 0o600) -> Generator[IO[str]]:
    """
    Open a text file for writing that appears at *path* when the block ends well.

    It is for its owner alone, unless *mode* says otherwise.

    Where the block does not end well, what was at *path* before is still there, and nothing else.

    Raises:
        OSError: It cannot be written, or is something else than a file. It is named ``filename``.
    """
    told, name = os.fspath(path), os.path.realpath(path)
    if os.path.isdir(name):  # noqa: PTH112 - a path as text
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), told)
    if os.path.exists(name) and not os.path.isfile(name):  # noqa: PTH110, PTH113 - the same
        raise OSError(errno.EINVAL, "is no file, and none can take its place", told)
    folder, base = os.path.split(name)
    with _named(told):
        handle, draft = mkstemp(prefix=f".{base}.", suffix=".part", dir=folder)
    try:
        raw = _Draft(handle, told)
        with TextIOWrapper(BufferedWriter(raw), encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            with _named(told):
                os.fsync(handle)
                os.fchmod(handle, mode)
        with _named(told):
            os.replace(draft, name)  # noqa: PTH105 - a path as text
            _settle(folder)
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


class _Draft(FileIO):
    """What is written to, which says under which name it will be known when there is no more room."""

    def __init__(self, handle: int, told: str) -> None:
        super().__init__(handle, "w")
        self._told = told

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - any buffer
        with _named(self._told):
            return super().write(data)


@contextmanager
def _named(told: str) -> Generator[None]:
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = told, None
        raise
