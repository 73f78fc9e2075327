"""
Law: against a baseline what is new is shown, what is gone is told, and what only moved is neither.

A machine edits two texts (lines come, go and change places), and now and then writes the baseline anew,
for both or for one of them, and reads it back. The model beside it counts: of each fault, how often it
stood in such a line of such a file then, and how often it does now. A check of one file says nothing of
the other.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from straks.cli import baseline
from straks.cli.formats import Found, located
from straks.core.catalog import Catalog
from straks.policy.engine import inspect
from straks.policy.rules import sms

if TYPE_CHECKING:
    from collections.abc import Collection

Mark: TypeAlias = tuple[str, str]
"""A file, and the text of a line in it."""

MANIFEST = '[template]\npurpose = "notice"\ntime-to-live = 3600\n'
PATHS = ("m/nb/sms.txt", "m/nn/sms.txt")
CHECKED = st.sets(st.sampled_from(PATHS), min_size=1)
LINES = st.sampled_from(["Hei.", "Hei «.", "Hei «».", "Hei … du.", "  Hei «.", "Koden er 482913."])


class EditingAgainstABaseline(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.texts = {path: ["Hei «.", "Hei."] for path in PATHS}
        self.known: baseline.Baseline = {}
        self.then = Counter[Mark]()

    def found(self, paths: Collection[str] = PATHS) -> tuple[Found, ...]:
        sources = {path: "\n".join(lines) for path, lines in self.texts.items()}
        template = Catalog({"m/template.toml": MANIFEST, **sources})["m"]
        findings = inspect(template, None, (sms.character_that_forces_ucs2,))
        return located(
            [each for each in findings if each.path in paths], lambda path: path, sources.__getitem__
        )

    def now(self, paths: Collection[str] = PATHS) -> Counter[Mark]:
        """Return the faults that stand there: the characters that GSM-7 lacks, each by itself."""
        return Counter(
            (path, line.strip())
            for path in paths
            for line in self.texts[path]
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

    @rule(paths=CHECKED)
    def write_it_anew(self, paths: set[str]) -> None:
        kept = {mark: known for mark, known in self.known.items() if known.path not in paths}
        self.known = baseline.read(baseline.written(self.found(paths), kept), "known.json")
        others = Counter({mark: count for mark, count in self.then.items() if mark[0] not in paths})
        self.then = self.now(paths) + others

        assert len(self.known) == self.then.total()

    @rule(paths=CHECKED)
    def what_is_new_is_shown(self, paths: set[str]) -> None:
        fresh = Counter(
            (each.file, each.source.strip())
            for each in baseline.new(self.found(paths), self.known)
            if each.source is not None
        )

        assert fresh == self.now(paths) - self.then

    @rule(paths=CHECKED)
    def what_is_gone_is_told(self, paths: set[str]) -> None:
        told = baseline.gone(self.found(paths), self.known, lambda known: known.path in paths)
        gone = Counter[str]()
        for (path, _), count in (self.then - self.now()).items():
            gone[path] += count * (path in paths)

        assert Counter(known.path for known in told) == +gone


test_a_baseline_shows_what_is_new_and_tells_what_is_gone = EditingAgainstABaseline.TestCase
test_a_baseline_shows_what_is_new_and_tells_what_is_gone.settings = settings(
    max_examples=40, stateful_step_count=20
)
