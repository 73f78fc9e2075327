"""A comparison for a terminal: what was, what is, and the words that changed."""

from __future__ import annotations

import re
from difflib import SequenceMatcher, unified_diff
from typing import TYPE_CHECKING, Final

from rich.text import Text

from straks.cli.comparing import ADDED, CHANGED, REMOVED, summary
from straks.cli.terminal import one_line
from straks.preview.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.cli.comparing import Change, Comparison, Differing
    from straks.cli.formats import Found

_COLOURS: Final = {ADDED: "green", REMOVED: "red", CHANGED: "yellow"}
_WORD: Final = re.compile(r"\w+|\s+|[^\w\s]")
_MOST_WORDS: Final = 1_000  # of a text that is compared word by word; the work grows with the square


def as_text(comparison: Comparison) -> Text:
    """Write *comparison* for people."""
    text = Text()
    for each in comparison.templates:
        text.append_text(_template(each)).append("\n")
    return text.append(summary(comparison))


def _template(each: Differing) -> Text:
    text = Text.assemble(
        (each.status, f"bold {_COLOURS[each.status]}"), "  ", (one_line(each.name), "bold"), "\n"
    )
    for change in each.manifest:
        text.append_text(_fact(change))
    for change in each.worst:
        text.append_text(_fact(change, "worst case of "))
    for word, some in (("new", each.new), ("fixed", each.fixed)):
        for found in some:
            text.append_text(_finding(word, found))
    for change in each.texts:
        text.append(f"  {change.what}\n", "bold")
        for line in difference(change):
            text.append("    ").append_text(line).append("\n")
    return text


def _fact(change: Change, before: str = "") -> Text:
    ends = " is new" if change.before is None else " is gone" if change.after is None else ""
    text = Text(f"  {before}{one_line(change.what)}{ends}: ")
    told = [(change.before, "red"), (change.after, "green")]
    parts = [Text(one_line(each), colour) for each, colour in told if each is not None]
    return text.append_text(Text(" → ").join(parts)).append("\n")


def _finding(word: str, found: Found) -> Text:
    finding = found.finding
    text = Text(f"  {word}: ", "red" if word == "new" else "green")
    text.append(f"{finding.severity}[{finding.code}]", "bold")
    place = f" {one_line(found.where)}" if found.where else ""
    return text.append(f"{place} {one_line(finding.message)}\n")


def difference(change: Change) -> Iterator[Text]:
    """Yield the lines that show how a text changed: word by word where it is short, else line by line."""
    before, after = visible(change.before or ""), visible(change.after or "")
    words = _WORD.findall(before), _WORD.findall(after)
    if (
        change.before is None
        or change.after is None
        or max(map(len, words)) > _MOST_WORDS
        or "\n" in before + after
    ):
        yield from map(_coloured, lines_that_differ(before, after))
    else:
        yield _words(*words)


def lines_that_differ(before: str, after: str) -> Iterator[str]:
    """Yield a unified diff with a line of context, without the head that names files."""
    lines = unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm="")
    for number, line in enumerate(lines):
        if number > 1 and not line.startswith("@@"):
            yield line


def _coloured(line: str) -> Text:
    return Text(line, {"+": "green", "-": "red"}.get(line[:1], ""))


def _words(before: list[str], after: list[str]) -> Text:
    text = Text()
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            text.append("".join(before[a:b]))
            continue
        # Marked as git marks words, since not every terminal has colours.
        if a < b:
            text.append(f"[-{''.join(before[a:b])}-]", "red")
        if c < d:
            text.append(f"{{+{''.join(after[c:d])}+}}", "green")
    return text
