"""
A comparison to paste into a pull request: tables, and the texts to fold out.

Whoever writes a template writes what stands here, and a comment is read by people who trust it. So a
foreign text is never Markdown: it stands in a code span or a code block, where nothing is a heading, a
link, a mention or HTML, and is fenced by more backticks than it has itself. A span with what could end
it, or end a cell of a table, is written as HTML with numbers for signs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from straks.cli.comparing import ADDED, summary
from straks.cli.comparison_text import lines_that_differ
from straks.cli.terminal import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from straks.cli.comparing import Change, Comparison, Differing
    from straks.cli.formats import Found

_MOST_CHARACTERS: Final = 60_000
"""GitHub refuses a comment of more than 65 536."""
_TOO_MUCH: Final = "It is too much to show here; `straks diff` shows it."
_MOST_LINES: Final = 200
_SIGN: Final = re.compile(r"[!-/:-@\[-`{-~]")


def as_markdown(comparison: Comparison) -> str:
    """Write *comparison* as Markdown; what would make it too long for a comment is named and left out."""
    head = [
        f"### Templates: {span(comparison.old)} → {span(comparison.new)}",
        "",
        f"{summary(comparison).capitalize()}.",
        "",
        *(f"- could not be compared: {span(told)}" for told in comparison.unreadable),
    ]
    parts = ["\n".join(head).rstrip()]
    room = _MOST_CHARACTERS - len(parts[0])
    for each in comparison.templates:
        part = "\n".join(_template(each))
        if len(part) > room:
            part = f"#### {span(each.name)} {each.status}\n\n{_TOO_MUCH}"
        parts.append(part)
        room -= len(part)
    return "\n\n".join(parts) + "\n"


def _template(each: Differing) -> Iterator[str]:
    yield f"#### {span(each.name)} {each.status}"
    yield from _table("manifest", each.manifest)
    yield from _table("worst case", each.worst)
    if each.new or each.fixed:
        yield from ("", "| finding | rule | place | what |", "|---|---|---|---|")
        for word, some in (("new", each.new), ("fixed", each.fixed)):
            yield from (_finding(word, found) for found in some)
    for change in each.texts:
        yield from _folded(change, is_new=each.status == ADDED)


def _table(title: str, changes: Iterable[Change]) -> Iterator[str]:
    rows = [f"| {span(each.what)} | {span(each.before)} | {span(each.after)} |" for each in changes]
    if rows:
        yield from ("", f"| {title} | before | after |", "|---|---|---|", *rows)


def _finding(word: str, found: Found) -> str:
    finding = found.finding
    cells = (f"{word} {finding.severity}", span(finding.code), span(found.where), span(finding.message))
    return f"| {' | '.join(cells)} |"


def _folded(change: Change, *, is_new: bool) -> Iterator[str]:
    before, after = visible(change.before or ""), visible(change.after or "")
    lines = after.splitlines() if is_new else [*lines_that_differ(before, after)]
    if len(lines) > _MOST_LINES:
        lines[_MOST_LINES:] = [f"… and {len(lines) - _MOST_LINES} lines more"]
    fence = "`" * max(3, 1 + _longest_run("\n".join(lines)))
    yield from ("", f"<details><summary>{change.what}</summary>", "")
    yield from (f"{fence}{'text' if is_new else 'diff'}", *lines, fence, "", "</details>")


def span(text: str | None) -> str:
    r"""
    Return *text* as a code span that holds all of it and nothing else, in a table, too.

    >>> span("max-length"), span("a|b"), span(None)
    ('`max-length`', '<code>a&#124;b</code>', '')
    """
    if not text:
        return ""
    told = one_line(text)
    if re.search(r"[`|\\]", told):
        return f"<code>{_SIGN.sub(_as_number, told)}</code>"
    return f"`{told}`"


def _as_number(sign: re.Match[str]) -> str:
    return f"&#{ord(sign[0])};"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
