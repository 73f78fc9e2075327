"""Findings for people: the line with a caret under the place, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.text import Text

from straks.cli.formats import tally
from straks.cli.terminal import one_line, visible

if TYPE_CHECKING:
    from straks.cli.formats import Found, Report

_COLOURS: Final = {"error": "bold red", "warning": "bold yellow", "advice": "bold cyan"}
_WIDEST: Final = 96
_BEFORE: Final = 40


def full(report: Report) -> Text:
    """Write *report* the way the best compilers do."""
    text = Text()
    for found in report.found:
        text.append_text(one(found)).append("\n")
    return text.append(tally(report))


def one(found: Found) -> Text:
    """Write a finding by itself."""
    finding = found.finding
    text = Text()
    text.append(f"{finding.severity}[{finding.code}]", _COLOURS[finding.severity])
    text.append(f": {one_line(finding.message)}\n", "bold")
    number = "" if finding.line is None else str(finding.line)
    gutter = " " * len(number)
    if found.where:
        text.append(f"{gutter}--> ", "blue").append(f"{found.where}\n")
    if found.source is not None and finding.column is not None:
        line, before = _window(found.source, finding.column - 1)
        text.append(f"{gutter} |\n{number} | ", "blue").append(f"{line}\n")
        text.append(f"{gutter} | ", "blue").append(" " * before)
        text.append("^", _COLOURS[finding.severity]).append("\n")
    text.append(f"{gutter} = ", "blue").append("help: ", "bold").append(f"{one_line(finding.hint)}\n")
    if finding.witness:
        # Examples and the values of a bound; never those of a message.
        values = ", ".join(f"{name}={_shown(value)}" for name, value in finding.witness.items())
        text.append(f"{gutter} = ", "blue").append("with: ", "bold").append(f"{values}\n")
    return text


def _shown(value: object) -> str:
    text = one_line(str(value))
    return text if len(text) <= _BEFORE else f"{text[:_BEFORE]}… ({len(text)} characters)"


def _window(source: str, index: int) -> tuple[str, int]:
    """Return the part of the line around *index*, and how many columns stand before that."""
    start = 0
    if len(source) > _WIDEST and index > _BEFORE:
        start = index - _BEFORE
    lead = "…" if start else ""
    shown = source[start : start + _WIDEST]
    tail = "…" if start + _WIDEST < len(source) else ""
    before = cell_len(lead + visible(source[start:index]))
    return f"{lead}{visible(shown)}{tail}", before
