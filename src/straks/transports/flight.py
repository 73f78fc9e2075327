"""
One order is never in flight twice from one transport.

The service looks an id up, sends, and stores the id last; two calls at once both find nothing, and
both send. So whoever asks for an order that is on its way already waits for that flight and gets
its outcome, whether receipt or error.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


class Flights(Generic[T]):
    """What is in flight, for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._aloft: dict[str, Future[T]] = {}

    def join(self, name: str, take_off: Callable[[], T]) -> T:
        """Return the outcome of the flight *name*, starting it with *take_off* if there is none."""
        own: Future[T] = Future()
        with self._lock:
            flight = self._aloft.setdefault(name, own)
        if flight is not own:
            return flight.result()
        try:
            own.set_result(take_off())
        except BaseException as error:
            own.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._aloft[name]
        return own.result()


class AsyncFlights(Generic[T]):
    """What is in flight, for tasks of one event loop."""

    def __init__(self) -> None:
        self._aloft: dict[str, asyncio.Task[T]] = {}

    async def join(self, name: str, take_off: Callable[[], Awaitable[T]]) -> T:
        """Return the outcome of the flight *name*, starting it with *take_off* if there is none."""
        flight = self._aloft.get(name)
        if flight is None:
            flight = self._aloft[name] = asyncio.ensure_future(_as_coroutine(take_off))
            flight.add_done_callback(lambda done: self._land(name, done))
        # Shielded: who stops waiting does not call the order back, it has left.
        return await asyncio.shield(flight)

    def _land(self, name: str, flight: asyncio.Task[T]) -> None:
        del self._aloft[name]
        if not flight.cancelled():
            flight.exception()  # asked for, so that asyncio does not report one that nobody awaits any more


async def _as_coroutine(take_off: Callable[[], Awaitable[T]]) -> T:
    return await take_off()
