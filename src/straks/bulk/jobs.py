"""
Lines of orders, by one process or by several, and the same whichever it was.

Where a row begins cannot be told without reading all before it (a text in a row of CSV may hold line breaks),
so each worker reads the whole file, which takes a small part of what building takes, and builds every so
manieth batch of rows. What it has built it hands over as text through a pipe, for an order in pieces takes as
long to hand over as to build. Here the batches are taken in turn. So the order of the rows, the rejects,
which of two rows was the first, and the error that ends it all are what they are with one process, and there
is nothing on the disk that somebody would have to clean up. A worker whose pipe is full waits, and memory
stays where it is.

Workers are forked, so that the templates, and that they were found to be good, come along. They leave Ctrl-C
to their parent, and end when it does.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
from contextlib import contextmanager, suppress
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, cast

from straks.bulk.builder import Builder
from straks.bulk.row import Built, Rejection
from straks.bulk.rows import STANDARD_INPUT, read_rows
from straks.bulk.seen import Seen
from straks.errors import InvalidSetting, StraksError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from multiprocessing.connection import Connection

    from straks.bulk.row import Numbered
    from straks.bulk.rows import Rows
    from straks.core.template import Template

BATCH: Final = 256
"""How many rows are built at a time by one worker."""


class Line(NamedTuple):
    """An order as it stands in a file of orders, without the line's end, and what is counted of it."""

    row: int
    text: str
    """Empty where nobody keeps it."""
    channel: str
    locale: str
    segments: int


_Made: TypeAlias = "tuple[tuple[int, str, str, str, int], bytes] | Rejection"
"""What a line is made of, which goes through a pipe in less time, and the digest of what it is about."""


class _Batch(NamedTuple):
    made: list[_Made]
    position: int
    """How far the file had been read by then."""


_Handed: TypeAlias = "_Batch | Exception | None"
"""A batch, what keeps there from being one, or the end of the file."""


class Lines:
    """
    A line of each row, or why there is none, in the order of the rows. To be gone through once.

    ``position`` says how far the file has been read, in the unit of the rows' ``size``.
    """

    def __init__(self, builder: Builder, batches: Iterable[_Batch]) -> None:
        self.position = 0
        self._builder = builder
        self._batches = batches

    def __iter__(self) -> Iterator[Line | Rejection]:
        with Seen() as seen:
            for batch in self._batches:
                self.position = batch.position
                for made in batch.made:
                    if isinstance(made, Rejection):
                        yield made
                        continue
                    fields, digest = made
                    line = Line._make(fields)
                    earlier = seen(digest, line.row)
                    yield line if earlier is None else self._builder.duplicate(line.row, earlier)


@contextmanager
def build_lines(
    template: Template,
    rows: Rows,
    *,
    jobs: int = 1,
    limit: int | None = None,
    texts: bool = True,
    **settings: Any,  # noqa: ANN401 - the builder's, which checks them
) -> Generator[Lines]:
    """
    Build orders of *rows*, and give their lines.

    Args:
        template: What is to be sent.
        rows: From `read_rows`.
        jobs: How many processes build; with one it is this one.
        limit: How many rows are taken at most.
        texts: Whether the texts of the lines are wanted, or only what is counted of them.
        settings: Those of `Builder`.

    Raises:
        InvalidSetting: The columns do not fit the template, or several processes cannot read these rows.
        UnusableFile: The file cannot be read on.
        StraksError: A worker ended before its work.
    """
    builder = Builder(template, **settings)
    builder.check_header(rows.header, fixed=rows.fixed)
    if jobs == 1:
        yield Lines(builder, _batches(builder, rows, limit=limit, texts=texts))
        return
    _check_file(rows.path)
    workers: list[_Worker] = []
    try:
        workers.extend(
            _Worker(builder, rows.path, share, jobs, limit=limit, texts=texts) for share in range(jobs)
        )
        yield Lines(builder, _handed_over(workers))
    finally:
        for worker in workers:
            worker.stop()


def _check_file(path: str) -> None:
    if "fork" not in multiprocessing.get_all_start_methods():
        raise InvalidSetting("this system cannot fork, which several jobs need; build with one")
    if path == STANDARD_INPUT or not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - a path as text
        raise InvalidSetting(
            f"{path} can be read once only, and each job reads it; build with one, or give a file"
        )


def _batches(
    builder: Builder, rows: Rows, *, share: int = 0, jobs: int = 1, limit: int | None, texts: bool
) -> Iterator[_Batch]:
    """Yield every *jobs*-th batch of *rows*, from number *share*, built."""
    numbered = islice(rows, limit)
    turns = cycle(range(jobs))
    while batch := [*islice(numbered, BATCH)]:
        if next(turns) == share:
            yield _Batch([_made(builder, row, texts=texts) for row in batch], rows.position)


def _made(builder: Builder, row: Numbered, *, texts: bool) -> _Made:
    about: list[bytes] = []

    def note(digest: bytes, _: int) -> None:
        about.append(digest)

    found = builder.build(*row, note)
    if not isinstance(found, Built):
        return found
    order = found.order
    text = order.to_json() if texts else ""
    return (found.row, text, order.channel, order.locale, found.segments), about[0]


class _Worker:
    """A process that builds its share, and the end of the pipe that it hands it over by."""

    def __init__(self, *work: Any, **how: Any) -> None:  # noqa: ANN401 - those of `_work`
        fork = multiprocessing.get_context("fork")
        self._ours, its = fork.Pipe(duplex=False)
        self._process = fork.Process(target=_work, args=(its, *work), kwargs=how, daemon=True)
        self._process.start()
        # The worker alone has it, and no later one gets it: else the pipe would not end when the worker does.
        its.close()

    @property
    def pid(self) -> int | None:
        """The number of the process."""
        return self._process.pid

    def hand_over(self) -> _Handed:
        """
        Return what comes next.

        Raises:
            StraksError: Nothing ever will: the worker has ended.
        """
        with suppress(EOFError, OSError):
            return cast("_Handed", self._ours.recv())
        self._process.join()
        raise StraksError(
            f"a job ended in the middle of its work (exit code {self._process.exitcode}), and nothing was "
            "written; where memory is short, build with fewer jobs"
        )

    def stop(self) -> None:
        """End the process, whatever it is at."""
        self._ours.close()
        self._process.terminate()
        self._process.join()


def _work(
    out: Connection, builder: Builder, path: str, share: int, jobs: int, *, limit: int | None, texts: bool
) -> None:
    """Build one share and hand it over; this is what a worker does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(BrokenPipeError), out:  # whoever wanted it has gone
        try:
            with read_rows(path) as rows:
                for batch in _batches(builder, rows, share=share, jobs=jobs, limit=limit, texts=texts):
                    out.send(batch)
            out.send(None)
        except BrokenPipeError:
            raise
        except (StraksError, OSError) as error:
            out.send(error)


def _handed_over(workers: list[_Worker]) -> Iterator[_Batch]:
    """Yield what *workers* hand over, in turn: the first that has no more is the end of the file."""
    for worker in cycle(workers):
        handed = worker.hand_over()
        if handed is None:
            return
        if isinstance(handed, Exception):
            raise handed
        yield handed
