"""Findings as lines: one each for people in a hurry, and for GitHub's annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from straks.cli.formats import tally
from straks.cli.terminal import one_line, visible

if TYPE_CHECKING:
    from straks.cli.formats import Report

_LEVELS: Final = {"error": "error", "warning": "warning", "advice": "notice"}
# Source: actions/toolkit, packages/core/src/command.ts, escapeData and escapeProperty.
_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def concise(report: Report) -> str:
    """Write a line for each finding, and a sum."""
    lines = [
        one_line(
            f"{found.where + ': ' if found.where else ''}{found.finding.code} {found.finding.message}. "
            f"{found.finding.hint}"
        )
        for found in report.found
    ]
    return "\n".join([*lines, tally(report)])


def github(report: Report) -> str:
    """Write workflow commands that annotate the changed lines of a pull request."""
    lines: list[str] = []
    for found in report.found:
        finding = found.finding
        properties = {
            "file": found.file,
            "line": finding.line,
            "col": finding.column,
            "title": f"{finding.code} {finding.name}",
        }
        told = ",".join(
            f"{name}={str(value).translate(_PROPERTY)}"
            for name, value in properties.items()
            if value is not None
        )
        message = visible(f"{finding.message}. {finding.hint}").translate(_DATA)
        lines.append(f"::{_LEVELS[finding.severity]} {told}::{message}")
    return "\n".join(lines)
