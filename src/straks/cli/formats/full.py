"""Findings for people: the line with a caret under the place, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.text import Text

from straks.cli.formats import tally
from straks.cli.terminal import one_line
from straks.core.typed import as_typed
from straks.preview.visible import visible

if TYPE_CHECKING:
    from straks.cli.formats import Found, Report

_COLOURS: Final = {"error": "bold red", "warning": "bold yellow", "advice": "bold cyan"}
_WIDEST: Final = 96
_NARROWEST: Final = 20
_BEFORE: Final = 40


def full(report: Report, width: int = 100) -> Text:
    """Write *report* the way the best compilers do, with each caret below its place on *width* columns."""
    text = Text()
    for found in report.found:
        text.append_text(one(found, width)).append("\n")
    return text.append(tally(report))


def one(found: Found, width: int = 100) -> Text:
    """Write a finding by itself."""
    finding = found.finding
    text = Text()
    text.append(f"{finding.severity}[{finding.code}]", _COLOURS[finding.severity])
    text.append(f": {one_line(finding.message)}\n", "bold")
    number = "" if finding.line is None else str(finding.line)
    gutter = " " * len(number)
    if found.where:
        text.append(f"{gutter}--> ", "blue").append(f"{one_line(found.where)}\n")
    if found.source is not None and (found.source or finding.column is not None):
        room = max(_NARROWEST, min(_WIDEST, width - len(f"{number} | ")))
        line, before = _window(found.source, (finding.column or 1) - 1, room)
        text.append(f"{gutter} |\n{number} | ", "blue").append(f"{line}\n")
        if finding.column is not None:
            text.append(f"{gutter} | ", "blue").append(" " * before)
            text.append("^", _COLOURS[finding.severity]).append("\n")
    text.append(f"{gutter} = ", "blue").append("help: ", "bold").append(f"{one_line(finding.hint)}\n")
    if finding.witness:
        # Examples and the values of a bound; never those of a message.
        values = ", ".join(f"{name}={_shown(value)}" for name, value in finding.witness.items())
        text.append(f"{gutter} = ", "blue").append("with: ", "bold").append(f"{values}\n")
    return text


def _shown(value: object) -> str:
    text = one_line(as_typed(value))
    return text if len(text) <= _BEFORE else f"{text[:_BEFORE]}… ({len(text)} characters)"


def _window(source: str, index: int, room: int) -> tuple[str, int]:
    """Return the part of the line around *index* that fits into *room*, and the columns before that."""
    start, lead, tail = 0, "", ""
    if cell_len(visible(source)) > room:
        start = max(0, index - min(_BEFORE, room // 3))
        lead = "…" if start else ""
    shown = visible(source[start:])
    if cell_len(lead + shown) > room:
        tail = "…"
        while cell_len(lead + shown + tail) > room:
            shown = shown[: -max(1, (cell_len(lead + shown + tail) - room) // 2)]
    return f"{lead}{shown}{tail}", cell_len(lead + visible(source[start:index]))
