"""Finds records again: in a file of JSON lines or a database, told apart by how the file begins."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from straks.errors import UnusableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime

    from straks.core.record import Outcome, Record


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are looked for; None stands for any."""

    pseudonyms: Collection[str] | None = None
    since: datetime | None = None
    outcomes: Collection[Outcome] | None = None

    def admits(self, record: Record) -> bool:
        """Tell whether *record* is among them."""
        return (
            (self.pseudonyms is None or record.pseudonym in self.pseudonyms)
            and (self.since is None or record.when >= self.since)
            and (self.outcomes is None or record.outcome in self.outcomes)
        )


def find(
    path: str | os.PathLike[str],
    *,
    pseudonyms: Collection[str] | None = None,
    since: datetime | None = None,
    outcomes: Collection[Outcome] | None = None,
    on_unreadable: Callable[[int], object] | None = None,
) -> Iterator[Record]:
    """
    Yield the records in a file, oldest first.

    Args:
        path: What `JsonLinesRecords` or `SqliteRecords` wrote.
        pseudonyms: Of the recipients that are looked for: `straks.pseudonyms` makes them.
        since: The first moment that is of interest, with its zone.
        outcomes: The outcomes that are of interest.
        on_unreadable: Is told the number of a line that holds no record, such as one that a full disk
            broke off; by default such a file is an error.

    Raises:
        UnusableFile: The file holds no records, or those of another release.
        OSError: It cannot be read.
    """
    from straks.records.lines import read_lines
    from straks.records.sqlite import is_database, read_rows

    name = os.fspath(path)
    wanted = Wanted(pseudonyms, since, outcomes)
    if is_database(name):
        return read_rows(name, wanted)

    def refuse(line: int) -> None:
        raise UnusableFile(
            f"{name}, line {line}: is no record; a disk may have been full there", path=name, line=line
        )

    return read_lines(name, wanted, on_unreadable or refuse)
