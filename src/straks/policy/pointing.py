"""
From what a rendering prints to a finding that points into the source, and to a fix that takes hold there.

A fix is offered only where the source holds, word for word, what is read; and what is taken out may not
hold anything else in its place, since Jinja takes white space away beside its tags, and HTML where there
is more of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from straks.policy.rule import Fix, Flaw
from straks.policy.source import HOLE

if TYPE_CHECKING:
    from straks.errors import Unbounded
    from straks.policy.source import Rendering, Spot
    from straks.policy.subject import Page

NEEDLESS: Final = "\u00ad\u200b\u2060\ufeff"
"""Without these a text reads the same to every eye and every program."""
_RUN = (
    rf"(?:[{NEEDLESS}]|&(?:shy|ZeroWidthSpace|NoBreak|#(?:173|8203|8288|65279)|#x(?:0*ad|200b|2060|feff));)*"
)
_BEFORE = re.compile(rf"{_RUN}\Z", re.IGNORECASE)
_AFTER = re.compile(_RUN, re.IGNORECASE)
_TAG_ENDS = re.compile(r"(?:[%#]|-\})\}\Z")
_TAG_BEGINS = re.compile(r"\s*\{(?:[%#]|\{-)")


def _around(source: str, begins: int, ends: int) -> tuple[str, str]:
    """Return what stands before *begins* and after *ends*, past what is needless there as well."""
    return _BEFORE.sub("", source[:begins], count=1), _AFTER.sub("", source[ends:], count=1)


def is_beside_tag(source: str, begins: int, ends: int) -> bool:
    """Tell whether a tag stands next to *begins* or *ends*: Jinja takes white space away beside its tags."""
    before, after = _around(source, begins, ends)
    return bool(_TAG_ENDS.search(before, max(len(before) - 3, 0)) or _TAG_BEGINS.match(after))


def can_go(source: str, begins: int, ends: int) -> bool:
    """
    Tell whether what stands between *begins* and *ends* can be taken out and all else stays where it is.

    White space goes beside a tag of Jinja's, and in HTML beside more of it: what keeps it there may not go.
    """
    before, after = _around(source, begins, ends)
    # At its edges a file is beside white space, too: its last line end goes by itself.
    spaced_before = not before or before[-1].isspace() or before.endswith(">")
    spaced_after = not after or after[0].isspace() or after.startswith("<")
    return not (spaced_before and spaced_after) and not is_beside_tag(source, begins, ends)


def fix_in(
    page: Page, rendering: Rendering, place: tuple[int, int] | None, text: str, *, safe: bool = True
) -> Fix | None:
    """
    Return the fix that writes *text* for what stands in *place* of *rendering*.

    None where that is nowhere, a value or an expression prints it, or it is written in several pieces.
    """
    if place is None:
        return None
    begins, ends = place
    last = max(ends, begins + 1)
    first, final = spot_of(page, rendering, begins), spot_of(page, rendering, last - 1)
    as_written = page.source(first.path).startswith(rendering.text[begins:last], first.offset)
    in_a_row = (final.path, final.offset) == (first.path, first.offset + last - 1 - begins)
    if not as_written or not in_a_row or HOLE in rendering.fixed[begins:last]:
        return None
    return Fix(first.path, first.offset, first.offset + ends - begins, text, safe)


def spot_of(page: Page, rendering: Rendering, index: int) -> Spot:
    """Return the place in the source of what stands at *index* of *rendering*."""
    path, offset, _ = rendering.origin(index)
    # What prints nothing at all has no place; then it is the page's first file.
    return page.spot(path or page.files[0], offset)


def flaw_at(
    page: Page, rendering: Rendering, index: int, message: str, hint: str, *, fix: Fix | None = None
) -> Flaw:
    """Return a flaw at the place in the source of what stands at *index* of *rendering*."""
    return Flaw(message, hint, spot_of(page, rendering, index), fix=fix)


def unbounded_flaw(page: Page, none: Unbounded, what: str, path: str) -> Flaw:
    """Return the flaw of a page for which there is no bound; *path* where the error names no file."""
    path = none.file or path
    before = page.source(path).split("\n")[: (none.line or 1) - 1]
    why = str(none).rpartition("no bound can be found: ")[2]
    return Flaw(
        f"{what} has no limit that can be found: {why}",
        "write it so that a bound can be found",
        page.spot(path, sum(len(line) + 1 for line in before)),
    )
