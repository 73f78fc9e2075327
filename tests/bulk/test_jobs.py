"""Several processes make the same lines as one, and leave nothing behind, however they end."""

from __future__ import annotations

import json
import os
import signal
from itertools import chain, zip_longest
from multiprocessing import Pipe
from typing import TYPE_CHECKING, Any

import pytest

from straks.bulk import Line, Rejection, build_lines, read_rows
from straks.bulk.builder import Builder
from straks.bulk.jobs import BATCH, _batches, _handed_over, _work, _Worker
from straks.errors import InvalidSetting, StraksError, UnusableFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.bulk.conftest import MakeRow

    import straks

KEY = b"a key that only tests have"
ROWS = 3 * BATCH + 40

# Of the tests' own threads, which a worker has no use for.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


@pytest.fixture
def many(tmp_path: Path, make_row: MakeRow) -> Path:
    """Rows good and bad; of each hundred one is about the same as the first."""
    rows: list[dict[str, Any]] = [make_row(number) for number in range(ROWS)]
    for number in range(7, ROWS, 13):
        rows[number]["count"] = "99"
    for number in range(100, ROWS, 100):
        rows[number] = make_row(0)
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def lines(
    template: straks.Template, path: Path, jobs: int, limit: int | None = None, *, texts: bool = True
) -> list[Line | Rejection]:
    with (
        read_rows(path) as rows,
        build_lines(template, rows, jobs=jobs, limit=limit, texts=texts, key=KEY) as built,
    ):
        found = list(built)
        assert limit or built.position == rows.size
    return found


@pytest.mark.parametrize("limit", [None, 1, BATCH, 2 * BATCH + 1])
@pytest.mark.parametrize("jobs", [2, 3, 5])
def test_several_jobs_make_the_lines_that_one_makes(
    parcel: straks.Template, many: Path, jobs: int, limit: int | None
) -> None:
    one = lines(parcel, many, 1, limit)

    assert lines(parcel, many, jobs, limit) == one
    assert len(one) == min(limit or ROWS, ROWS)


def test_a_second_row_about_the_same_is_told_with_the_first_whoever_built_them(
    parcel: straks.Template, many: Path
) -> None:
    twice = [
        each for each in lines(parcel, many, 2) if isinstance(each, Rejection) and each.fault == "duplicate"
    ]

    assert [each.row for each in twice] == list(range(101, ROWS, 100))
    assert all(each.reason.startswith("row 1 is about the same occasion") for each in twice)


def test_what_nobody_keeps_is_counted_alone(parcel: straks.Template, many: Path) -> None:
    written, counted = lines(parcel, many, 2), lines(parcel, many, 2, texts=False)

    assert [each._replace(text="") if isinstance(each, Line) else each for each in written] == counted


def test_the_shares_are_all_rows_and_none_twice(parcel: straks.Template, many: Path) -> None:
    builder = Builder(parcel, key=KEY)

    def made(share: int, jobs: int) -> list[Any]:
        with read_rows(many) as rows:
            return [
                batch.made
                for batch in _batches(builder, rows, share=share, jobs=jobs, limit=None, texts=True)
            ]

    in_turn = chain.from_iterable(zip_longest(*(made(share, 3) for share in range(3)), fillvalue=[]))

    assert [each for batch in in_turn for each in batch] == [each for batch in made(0, 1) for each in batch]


@pytest.fixture
def _handlers() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_handlers")
def test_a_worker_hands_over_its_share_and_says_that_it_is_done(parcel: straks.Template, many: Path) -> None:
    ours, its = Pipe(duplex=False)
    with ours:
        _work(its, Builder(parcel, key=KEY), str(many), 1, 4, limit=None, texts=False)
        batch, end = ours.recv(), ours.recv()

        assert len(batch.made) == BATCH
        assert end is None
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        with pytest.raises(EOFError):
            ours.recv()


@pytest.mark.usefixtures("_handlers")
def test_a_worker_hands_over_what_keeps_it_from_going_on(parcel: straks.Template, tmp_path: Path) -> None:
    ours, its = Pipe(duplex=False)
    with ours:
        _work(its, Builder(parcel, key=KEY), str(tmp_path / "gone"), 0, 1, limit=None, texts=False)

        assert isinstance(ours.recv(), FileNotFoundError)


@pytest.mark.usefixtures("_handlers")
def test_a_worker_whose_parent_has_gone_goes_too(parcel: straks.Template, many: Path) -> None:
    ours, its = Pipe(duplex=False)
    ours.close()
    _work(its, Builder(parcel, key=KEY), str(many), 0, 1, limit=None, texts=False)

    assert its.closed


def test_a_file_that_cannot_be_read_on_is_told_in_the_same_words(parcel: straks.Template, many: Path) -> None:
    with many.open("ab") as file:
        file.write(b'{"to": "\xff"}\n')
    told: list[str] = []
    for jobs in (1, 2, 3):
        with pytest.raises(UnusableFile, match="not UTF-8") as caught:
            lines(parcel, many, jobs)
        told.append(str(caught.value))

    assert len(set(told)) == 1


def test_a_job_that_is_killed_is_told(parcel: straks.Template, many: Path) -> None:
    builder = Builder(parcel, key=KEY)
    # Of so many rows that they do not all fit into a pipe.
    many.write_text(many.read_text("utf-8") * 10, "utf-8")
    workers = [_Worker(builder, str(many), share, 2, limit=None, texts=True) for share in range(2)]
    try:
        batches = _handed_over(workers)
        next(batches)
        assert workers[1].pid is not None
        os.kill(workers[1].pid, signal.SIGKILL)
        with pytest.raises(StraksError, match="exit code -9"):
            list(batches)
    finally:
        for worker in workers:
            worker.stop()


def test_rows_that_can_be_read_once_only_take_one_job(
    parcel: straks.Template, tmp_path: Path, many: Path
) -> None:
    with read_rows(many) as rows:
        os.mkfifo(tmp_path / "pipe")
        rows.path = str(tmp_path / "pipe")
        with (
            pytest.raises(InvalidSetting, match="read once only"),
            build_lines(parcel, rows, jobs=2, key=KEY),
        ):
            pass


def test_a_system_that_cannot_fork_builds_with_one_job(
    parcel: straks.Template, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    with pytest.raises(InvalidSetting, match="cannot fork"):
        lines(parcel, many, 2)
    assert len(lines(parcel, many, 1)) == ROWS
