"""
Law: a finding is shown if and only if no ignore with a reason covers it, and an ignore that covers none is.

A machine writes a text line by line, with faults of two rules and ignores in between, and takes lines
out again. Beside it stands a model that knows only what the documentation says: an ignore counts for its
own line and the next, needs a reason, and must be needed for each code it names.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from straks.core.catalog import Catalog
from straks.policy.engine import inspect
from straks.policy.rules import sms

MANIFEST = '[template]\npurpose = "notice"\ntime-to-live = 3600\n'
FAULTS = {"SMS102": "«", "SMS106": "a\u030a"}
RULES = (sms.character_that_forces_ucs2, sms.text_that_is_not_composed)
CODES = st.sets(st.sampled_from([*FAULTS, "SMS101"]), max_size=2).map(frozenset)


@dataclass(frozen=True)
class Line:
    """A line: the faults in it, in order, and an ignore at its end."""

    faults: tuple[str, ...] = ()
    ignored: frozenset[str] | None = None
    reason: str = ""

    def __str__(self) -> str:
        words = " ".join(["Hei", *(FAULTS[code] for code in self.faults)])
        if self.ignored is None:
            return f"{words}."
        return f"{words} {{# straks: ignore[{', '.join(sorted(self.ignored))}] {self.reason} #}}."

    def covers(self, code: str) -> bool:
        return self.ignored is not None and code in self.ignored and bool(self.reason)


LINES = st.builds(
    Line,
    faults=st.lists(st.sampled_from(sorted(FAULTS)), max_size=2).map(tuple),
    ignored=st.none() | CODES,
    reason=st.sampled_from(["", "the name is written so"]),
)


def shown(lines: list[Line]) -> Counter[tuple[str, int]]:
    """Return what the documentation says is shown: codes with their lines."""
    expected = Counter[tuple[str, int]]()
    for number, line in enumerate(lines):
        above = lines[number - 1] if number else Line()
        below = lines[number + 1] if number + 1 < len(lines) else Line()
        for code in line.faults:
            expected[code, number + 1] += not (line.covers(code) or above.covers(code))
        if line.ignored is not None and not (line.reason and line.ignored):
            expected["IGN001", number + 1] += 1
        elif line.ignored is not None:
            expected["IGN002", number + 1] += len(line.ignored - {*line.faults, *below.faults})
    return +expected


class WritingAndIgnoring(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.lines = [Line()]

    @rule(line=LINES, data=st.data())
    def add(self, line: Line, data: st.DataObject) -> None:
        self.lines.insert(data.draw(st.integers(0, len(self.lines))), line)

    @rule(line=LINES, data=st.data())
    def rewrite(self, line: Line, data: st.DataObject) -> None:
        self.lines[data.draw(st.integers(0, len(self.lines) - 1))] = line

    @precondition(lambda self: len(self.lines) > 1)
    @rule(data=st.data())
    def take_out(self, data: st.DataObject) -> None:
        del self.lines[data.draw(st.integers(0, len(self.lines) - 1))]

    @rule(data=st.data())
    def swap(self, data: st.DataObject) -> None:
        one, other = (data.draw(st.integers(0, len(self.lines) - 1)) for _ in "12")
        self.lines[one], self.lines[other] = self.lines[other], self.lines[one]

    @invariant()
    def what_is_shown_is_what_no_ignore_covers(self) -> None:
        text = "\n".join(map(str, self.lines))
        template = Catalog({"m/template.toml": MANIFEST, "m/nb/sms.txt": text})["m"]
        found = inspect(template, None, RULES)

        assert Counter((each.code, each.line) for each in found) == shown(self.lines), text


test_a_finding_is_shown_unless_an_ignore_gives_a_reason = WritingAndIgnoring.TestCase
test_a_finding_is_shown_unless_an_ignore_gives_a_reason.settings = settings(
    max_examples=30, stateful_step_count=12
)
