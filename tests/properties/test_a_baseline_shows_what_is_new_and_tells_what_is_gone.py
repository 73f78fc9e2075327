"""
Law: against a baseline what is new is shown, what is gone is told, and what only moved is neither.

A machine edits two texts (lines come, go and change places), and now and then writes the baseline anew
and reads it back. The model beside it counts: of each fault, how often it stood in such a line of such a
file then, and how often it does now.
"""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from straks.cli import baseline
from straks.cli.formats import Found, located
from straks.core.catalog import Catalog
from straks.policy.engine import inspect
from straks.policy.rules import sms

Mark: TypeAlias = tuple[str, str]
"""A file, and the text of a line in it."""

MANIFEST = '[template]\npurpose = "notice"\ntime-to-live = 3600\n'
PATHS = ("m/nb/sms.txt", "m/nn/sms.txt")
LINES = st.sampled_from(["Hei.", "Hei «.", "Hei «».", "Hei … du.", "  Hei «.", "Koden er 482913."])


def everything(_: baseline.Known) -> bool:
    """Say that the check looked for all that a baseline knows."""
    return True


class EditingAgainstABaseline(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.texts = {path: ["Hei «.", "Hei."] for path in PATHS}
        self.known: baseline.Baseline = {}
        self.then = Counter[Mark]()

    def found(self) -> tuple[Found, ...]:
        sources = {path: "\n".join(lines) for path, lines in self.texts.items()}
        template = Catalog({"m/template.toml": MANIFEST, **sources})["m"]
        findings = inspect(template, None, (sms.character_that_forces_ucs2,))
        return located(findings, str, sources.__getitem__)

    def now(self) -> Counter[Mark]:
        """Return the faults that stand there: the characters that GSM-7 lacks, each by itself."""
        return Counter(
            (path, line.strip())
            for path, lines in self.texts.items()
            for line in lines
            for character in line
            if character in "«»…"
        )

    @rule(path=st.sampled_from(PATHS), line=LINES, data=st.data())
    def add(self, path: str, line: str, data: st.DataObject) -> None:
        lines = self.texts[path]
        lines.insert(data.draw(st.integers(0, len(lines))), line)

    @rule(path=st.sampled_from(PATHS), data=st.data())
    def take_out(self, path: str, data: st.DataObject) -> None:
        lines = self.texts[path]
        if len(lines) > 1:
            del lines[data.draw(st.integers(0, len(lines) - 1))]

    @rule(path=st.sampled_from(PATHS), data=st.data())
    def put_in_another_order(self, path: str, data: st.DataObject) -> None:
        self.texts[path] = data.draw(st.permutations(self.texts[path]))

    @rule()
    def write_it_anew(self) -> None:
        self.known = baseline.read(baseline.written(self.found(), {}), "known.json")
        self.then = self.now()

        assert len(self.known) == self.then.total()
        assert baseline.new(self.found(), self.known) == ()
        assert baseline.gone(self.found(), self.known, everything) == ()

    @invariant()
    def what_is_new_is_shown(self) -> None:
        fresh = Counter(
            (each.file, each.source.strip())
            for each in baseline.new(self.found(), self.known)
            if each.source is not None
        )

        assert fresh == self.now() - self.then

    @invariant()
    def what_is_gone_is_told(self) -> None:
        told = Counter(map(str, baseline.gone(self.found(), self.known, everything)))
        gone = Counter[str]()
        for (path, _), count in (self.then - self.now()).items():
            gone[f"SMS102 in {path}"] += count

        assert told == gone


test_a_baseline_shows_what_is_new_and_tells_what_is_gone = EditingAgainstABaseline.TestCase
test_a_baseline_shows_what_is_new_and_tells_what_is_gone.settings = settings(
    max_examples=25, stateful_step_count=12
)
