"""
Law: whatever is recorded, both kinds of file find the same, and just what a look at each record would.

A machine writes records into both, moves files away, opens them anew, and looks for things in between.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import straks
from straks.core.record import Outcome
from straks.records import find

NOON = datetime(2026, 5, 17, 12, tzinfo=UTC)
PEOPLE = st.integers(0, 3).map("{:032x}".format)
MOMENTS = st.integers(-3, 3).map(lambda minutes: NOON + timedelta(minutes=minutes))
OUTCOMES = st.sampled_from(Outcome)


class Files(RuleBasedStateMachine):
    """Records in two files, beside a plain list of them."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.paths = (self.folder / "records.jsonl", self.folder / "records.db")
        self.lines, self.rows = straks.JsonLinesRecords(self.paths[0]), straks.SqliteRecords(self.paths[1])
        self.paths[0].touch()
        self.kept: list[straks.Record] = []

    @rule(when=MOMENTS, person=PEOPLE, outcome=OUTCOMES, attempts=st.none() | st.integers(0, 2))
    def record(self, when: datetime, person: str, outcome: Outcome, attempts: int | None) -> None:
        record = straks.Record(
            when=when,
            template="status-update",
            locale="nn",
            channel="email",
            pseudonym=person,
            idempotency_id=f"status-update.email.{len(self.kept)}",
            outcome=outcome,
            attempts=attempts,
            took_s=0.5,
        )
        self.kept.append(record)
        self.lines(record)
        self.rows(record)

    @rule()
    def open_anew(self) -> None:
        self.rows.close()
        self.lines, self.rows = straks.JsonLinesRecords(self.paths[0]), straks.SqliteRecords(self.paths[1])

    @rule()
    def move_away(self) -> None:
        self.rows.close()
        for path in self.paths:
            path.unlink()
        self.rows, self.kept = straks.SqliteRecords(self.paths[1]), []
        self.paths[0].touch()

    @rule(
        people=st.none() | st.lists(PEOPLE, max_size=2, unique=True),
        since=st.none() | MOMENTS,
        outcomes=st.none() | st.lists(OUTCOMES, max_size=2, unique=True),
    )
    def look(self, people: list[str] | None, since: datetime | None, outcomes: list[Outcome] | None) -> None:
        wanted = [
            record
            for record in self.kept
            if (people is None or record.pseudonym in people)
            and (since is None or record.when >= since)
            and (outcomes is None or record.outcome in outcomes)
        ]
        lines, rows = (
            list(find(path, pseudonyms=people, since=since, outcomes=outcomes)) for path in self.paths
        )

        assert lines == wanted
        assert rows == sorted(wanted, key=lambda record: record.when)

    @invariant()
    def nothing_is_lost(self) -> None:
        if hasattr(self, "kept"):
            assert list(find(self.paths[0])) == self.kept

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.rows.close()
            shutil.rmtree(self.folder)


TestFiles = Files.TestCase
TestFiles.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
