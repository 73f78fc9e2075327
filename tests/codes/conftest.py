"""A clock that is set by hand, and codes that go by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import straks

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.codes.record import CodeRecord


class HandClock:
    """Tells the time it was set to."""

    def __init__(self) -> None:
        self.now_s = 1_770_204_720.0

    def __call__(self) -> float:
        return self.now_s

    def advance(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def records() -> list[CodeRecord]:
    return []


@pytest.fixture
def store() -> straks.MemoryStore:
    return straks.MemoryStore()


@pytest.fixture
def make_codes(
    store: straks.MemoryStore, clock: HandClock, key: bytes, records: list[CodeRecord]
) -> Callable[..., straks.OneTimeCodes]:
    """Return a maker of codes on one store: ``make_codes(attempts=5)``."""

    def make(**settings: object) -> straks.OneTimeCodes:
        given: dict[str, object] = {"key": key, "clock": clock, "hooks": [records.append], **settings}
        return straks.OneTimeCodes(store, **given)  # type: ignore[arg-type]

    return make


@pytest.fixture
def codes(make_codes: Callable[..., straks.OneTimeCodes]) -> straks.OneTimeCodes:
    return make_codes()
