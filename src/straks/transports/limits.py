"""
Orders take their turn: so many in flight, so many a second.

The service has no limit of its own and its instant endpoints are not built for volume, so a sender sets
one. A turn is an order's, with its repeats, and not a request's: what waits between two attempts is in
flight. Tokens, statuses and the feed are asked for without one.

An order waits for its place first and then for its moment, so that no moment is given out to who cannot
use it. The wait is part of an SMS's time to live: what has waited too long is not sent.
"""

from __future__ import annotations

import asyncio
from threading import Lock, Semaphore
from typing import TYPE_CHECKING, TypeVar

from straks.errors import InvalidSetting
from straks.wire.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.carrier import AsyncCarrier, Carrier
    from straks.wire.plan import Plan

T = TypeVar("T")


class Turns:
    """
    The turns of one transport.

    Args:
        max_in_flight: How many orders may be on their way at once; None for any number.
        rate_per_s: How many may begin each second; None for any number.

    Raises:
        InvalidSetting: One of these is no limit.
    """

    def __init__(self, max_in_flight: int | None, rate_per_s: float | None) -> None:
        if max_in_flight is not None and max_in_flight < 1:
            raise InvalidSetting(
                f"max_in_flight is {max_in_flight}; it takes 1 or more, or None for any number"
            )
        self.pace = None if rate_per_s is None else Pace(rate_per_s)
        self.threads = None if max_in_flight is None else Semaphore(max_in_flight)
        self.tasks = None if max_in_flight is None else asyncio.Semaphore(max_in_flight)
        self._last_s: float | None = None
        self._lock = Lock()

    def wait_s(self, now_s: float) -> float:
        """Give out the next moment; return how long it is until then."""
        if self.pace is None:
            return 0.0
        with self._lock:
            self._last_s = self.pace.next_s(self._last_s, now_s)
            return self._last_s - now_s

    def in_turn(self, begin: Callable[[float], Plan[T]]) -> Plan[T]:
        """Carry the plan that *begin* makes when its turn has come, at a reading of the carrier's clock."""
        turn = _Turn(self)
        yield turn
        try:
            return (yield from begin(turn.at_s))
        finally:
            turn.end()


class _Turn:
    """The errand of waiting for a turn."""

    def __init__(self, turns: Turns) -> None:
        self.at_s = 0.0
        self._turns = turns
        self._place: Semaphore | asyncio.Semaphore | None = None

    def do(self, carrier: Carrier) -> None:
        """Wait for it."""
        if self._turns.threads is not None:
            self._turns.threads.acquire()
            self._place = self._turns.threads
        try:
            if (wait_s := self._turns.wait_s(carrier.now_s())) > 0:
                carrier.sleep(wait_s)
        except BaseException:
            self.end()
            raise
        self.at_s = carrier.now_s()

    async def ado(self, carrier: AsyncCarrier) -> None:
        """Wait for it without blocking."""
        if self._turns.tasks is not None:
            await self._turns.tasks.acquire()
            self._place = self._turns.tasks
        try:
            if (wait_s := self._turns.wait_s(carrier.now_s())) > 0:
                await carrier.sleep(wait_s)
        except BaseException:
            self.end()
            raise
        self.at_s = carrier.now_s()

    def end(self) -> None:
        """Give the place to the next."""
        place, self._place = self._place, None
        if place is not None:
            place.release()
