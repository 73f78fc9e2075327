"""What the contracts of stores are held against: every store, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

import straks
from straks.codes.stores import AsyncStore, Store

if TYPE_CHECKING:
    from collections.abc import Callable


class AnyStore(Store, AsyncStore, Protocol):
    """A store for threads and for event loops alike."""


@pytest.fixture(params=["memory"])
def make_store(request: pytest.FixtureRequest) -> Callable[[], AnyStore]:
    """Return a maker of stores of one kind, each empty."""
    return straks.MemoryStore
