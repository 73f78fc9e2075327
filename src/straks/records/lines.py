"""
Records as JSON lines, in a file that many write to.

A line is written by one call that appends, which the system does not mix with another's; the file is
opened for each, so that whoever rotates it just moves it away. A line that a full disk broke off stays
broken, and the next one begins on a line of its own.
"""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING, Any, Final, cast

from straks.core.record import VERSION, Record
from straks.errors import UnusableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from straks.records.find import Wanted

MARK: Final = f"record/{VERSION}"
"""What each line says it is."""

_LONGEST: Final = 65_536
"""Characters; a record takes a few hundred."""


class JsonLinesRecords:
    """
    Appends each record to a file, whole or not at all.

    Safe for several threads and processes on a local disk. What was written survives the end of this
    process, though not that of the machine: nothing is waited for but the system's word.

    Args:
        path: The file; made when the first record comes, for its owner alone.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)

    def __call__(self, record: Record) -> None:
        """
        Append *record*.

        Raises:
            OSError: The file cannot be written to, or the disk is full.
        """
        line = json.dumps({"straks": MARK, **_present(record)}, separators=(",", ":")).encode() + b"\n"
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if _is_broken_off(handle):
                line = b"\n" + line
            if os.write(handle, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.path)
        finally:
            os.close(handle)

    def __repr__(self) -> str:
        return f"JsonLinesRecords({self.path!r})"


def _present(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record.to_dict().items() if value is not None}


def _is_broken_off(handle: int) -> bool:
    size = os.fstat(handle).st_size
    if not size:
        return False
    os.lseek(handle, -1, os.SEEK_END)
    return os.read(handle, 1) != b"\n"


def read_lines(path: str, wanted: Wanted, on_unreadable: Callable[[int], object]) -> Iterator[Record]:
    """
    Yield the wanted records of a file of JSON lines, in the order in which they were written.

    *on_unreadable* is told of each line that holds no record, by its number.

    Raises:
        UnusableFile: A line was written by another release, and holds what this one does not know.
    """
    with open(path, encoding="utf-8", errors="replace", newline="\n") as file:  # noqa: PTH123 - a path as text
        number = 0
        while line := file.readline(_LONGEST):
            number += 1
            too_long = len(line) == _LONGEST
            record = None if too_long else _record(line, path, number)
            while line and too_long and not line.endswith("\n"):
                line = file.readline(_LONGEST)
            if record is not None and wanted.admits(record):
                yield record
            elif record is None and (too_long or line.strip()):
                on_unreadable(number)


def _record(line: str, path: str, number: int) -> Record | None:
    try:
        document: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    found = cast("dict[str, object]", document) if isinstance(document, dict) else {}
    mark = found.get("straks")
    if isinstance(mark, str) and mark.startswith("record/") and mark != MARK:
        raise UnusableFile(
            f"{path}, line {number}: was written by another release of straks; this one reads {MARK!r}. "
            "Read it with the release that wrote it",
            path=path,
            line=number,
        )
    try:
        return Record.from_dict(found) if mark == MARK else None
    except ValueError:
        return None
