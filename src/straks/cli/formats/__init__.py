"""
How findings are written: a module per format, each a pure function from a report to text.

A finding that is written stands in a file that somebody can open, beside the line itself. Its
fingerprint holds no line number, so that it stays when lines are added above: code, file, the text of
the line, and which of several alike it is.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from straks.policy.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from straks.policy.rule import Finding


@dataclass(frozen=True, slots=True)
class Found:
    """
    A finding in a file: as *file* is called from here, with the text of its line.

    ``text`` is all that stands in the file, where there is one; a fix counts from its beginning.
    """

    finding: Finding
    file: str | None
    source: str | None
    fingerprint: str
    text: str | None = field(default=None, repr=False)

    @property
    def where(self) -> str:
        """File, line and column, as far as there are any."""
        parts = (self.file, self.finding.line, self.finding.column)
        return ":".join(str(part) for part in parts if part is not None)


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found, and in how many templates it looked."""

    found: tuple[Found, ...]
    templates: int


def located(
    findings: Iterable[Finding],
    file_of: Callable[[str | None], str | None],
    source_of: Callable[[str], str],
) -> tuple[Found, ...]:
    """
    Return *findings* with what their files are called and what stands on their lines.

    *file_of* may know a file for what is found in none: that of the policy.
    """
    seen = Counter[tuple[str, str, str]]()
    lines: dict[str, list[str]] = {}
    found: list[Found] = []
    for finding in findings:
        path, source, text = finding.path, None, None
        if path is not None:
            text = source_of(path)
            if path not in lines:
                lines[path] = text.split("\n")
            if finding.line is not None and finding.line <= len(lines[path]):
                source = lines[path][finding.line - 1]
        # Without a line, what is found is all that tells one finding from the next. Paths are those of
        # the catalog, the same from wherever the check is run.
        mark = (finding.code, path or "", finding.message if source is None else source.strip())
        seen[mark] += 1
        told = "\0".join((*mark, str(seen[mark])))
        print_ = hashlib.sha256(told.encode()).hexdigest()[:32]
        found.append(Found(finding, file_of(path), source, print_, text))
    return tuple(found)


def tally(report: Report) -> str:
    """
    Return how much was found, in a sentence.

    >>> tally(Report((), 3))
    '3 templates checked, nothing found'
    """
    templates = _counted(report.templates, "template")
    count = Counter(found.finding.severity for found in report.found)
    if not count:
        return f"{templates} checked, nothing found"
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "piece of advice"}
    told = [_counted(count[severity], word) for severity, word in words.items() if count[severity]]
    return f"{templates} checked: {', '.join(told)}"


def _counted(number: int, word: str) -> str:
    plural = "pieces of advice" if word.startswith("piece") else f"{word}s"
    return f"{number} {word if number == 1 else plural}"
