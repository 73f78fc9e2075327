"""What the contracts of stores are held against: every store, by name."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING, Protocol

import pytest

import straks
from straks.codes.stores import AsyncStore, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class AnyStore(Store, AsyncStore, Protocol):
    """A store for threads and for event loops alike."""


@pytest.fixture(params=["memory", "sqlite"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], AnyStore]]:
    """Return a maker of stores of one kind, each empty."""
    if request.param == "memory":
        yield straks.MemoryStore
        return
    numbers = count()
    with ExitStack() as stores:
        yield lambda: stores.enter_context(straks.SqliteStore(tmp_path / f"{next(numbers)}.db"))
