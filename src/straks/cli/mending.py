"""
Applying fixes: never two over each other, and a file is written whole or not at all.

A fix knows its place in the text as rules see it, without a byte order mark and with line feeds
alone. The file keeps both: places are carried over, and nothing is written that no fix is about.
"""

from __future__ import annotations

import difflib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.policy.rule import Fix

_MARK = "\ufeff"


def mend(raw: str, fixes: Iterable[Fix]) -> str:
    r"""
    Apply *fixes* to the text of one file, in order; one that overlaps another before it is left out.

    >>> from straks.policy.rule import Fix
    >>> mend("a  \r\nb", [Fix("x", 1, 3, "")])
    'a\r\nb'
    """
    places = [index for index, character in enumerate(raw) if not _unseen(raw, index, character)]
    places.append(len(raw))
    parts: list[str] = []
    done = end = 0
    for fix in sorted(fixes, key=lambda fix: (fix.start, fix.end)):
        if fix.start < done or (fix.start == fix.end == done and parts):
            continue
        first = places[fix.start]
        # A line end is one character to a fix, and stays or goes whole.
        first -= raw[first : first + 1] == "\n" and raw[first - 1 : first] == "\r"
        last = places[fix.end - 1] + 1 if fix.end > fix.start else first
        parts += [raw[end:first], fix.text]
        done, end = fix.end, last
    return "".join([*parts, raw[end:]])


def _unseen(raw: str, index: int, character: str) -> bool:
    return (character == "\r" and raw[index + 1 : index + 2] == "\n") or (character == _MARK and index == 0)


def difference(file: str, before: str, after: str) -> str:
    """Return a unified diff from *before* to *after*."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), file, file
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def write_whole(file: Path, text: str) -> None:
    """Write *text* into *file*, which is the old one or the new one at every moment."""
    # Beside it, since a file is only moved whole within its file system; through a link to its target.
    target = file.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(text.encode())
        if target.exists():
            beside.chmod(target.stat().st_mode)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
