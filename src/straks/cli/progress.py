"""How far a long job is: a bar on standard error, for a person who waits and for nobody else."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from straks.cli.terminal import console

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

T = TypeVar("T")

_PATIENCE_S: Final = 1.0
"""How long a job takes before anybody wonders."""


def watched(doing: str) -> Callable[[Sequence[T]], Iterator[T]]:
    """
    Return a function that passes items on, and shows how many are done once that has taken a while.

    *doing* says what is done to them. Nothing is shown where standard error is no terminal.
    """

    def watch(items: Sequence[T]) -> Iterator[T]:
        return _shown(items, doing) if sys.stderr.isatty() else iter(items)

    return watch


def _shown(items: Sequence[T], doing: str) -> Iterator[T]:
    with bar(doing, len(items)) as advance:
        for item in items:
            yield item
            advance()


@contextmanager
def bar(doing: str, total: int) -> Generator[Callable[[], None]]:
    """
    Show how many of *total* are done, once that has taken a while; gives what is called for each one done.

    Nothing is shown where standard error is no terminal.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    if not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=console(stderr=True), transient=True)
    task = progress.add_task(doing, total=total)
    began_s = time.monotonic()

    def advance() -> None:
        progress.advance(task)
        if not progress.live.is_started and time.monotonic() - began_s >= _PATIENCE_S:
            progress.start()

    try:
        yield advance
    finally:
        progress.stop()
