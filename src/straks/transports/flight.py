"""
One order is never in flight twice from one transport.

The service looks an id up, sends, and stores the id last; two calls at once both find nothing, and
both send. So whoever asks for an order that is on its way already waits for that flight and gets
its outcome, whether receipt or error.

An error is shared with everybody who waited, and its traceback holds the frames it came through.
No such frame may hold the flight, or error and order would keep each other alive.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import CancelledError, Future
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


class Lost(Exception):
    """The thread that carried the flight was interrupted: nobody knows how it would have ended."""


class Flights(Generic[T]):
    """What is in flight, for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._aloft: dict[str, Future[T]] = {}

    def join(self, name: str, take_off: Callable[[], T]) -> T:
        """
        Return the outcome of the flight *name*, starting it with *take_off* if there is none.

        Raises:
            Lost: Another thread was carrying it, and was interrupted (as by Ctrl-C).
        """
        own: Future[T] = Future()
        with self._lock:
            flight = self._aloft.setdefault(name, own)
        try:
            if flight is own:
                self._fly(name, take_off)
            return flight.result()
        except CancelledError:
            raise Lost from None
        finally:
            del own, flight

    def _fly(self, name: str, take_off: Callable[[], T]) -> None:
        try:
            outcome = take_off()
        except Exception as error:  # noqa: BLE001 - it is raised by `result`, for everybody
            self._land(name).set_exception(error)
        except BaseException:
            # An interrupt is for this thread; the others' have not been asked to end.
            self._land(name).cancel()
            raise
        else:
            self._land(name).set_result(outcome)

    def _land(self, name: str) -> Future[T]:
        with self._lock:
            return self._aloft.pop(name)


class AsyncFlights(Generic[T]):
    """What is in flight, for tasks of one event loop. A flight is a task of its own."""

    def __init__(self) -> None:
        self._aloft: dict[str, asyncio.Task[T]] = {}

    async def join(self, name: str, take_off: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the outcome of the flight *name*, starting it with *take_off* if there is none."""
        flight = self._aloft.get(name)
        if flight is None:
            flight = self._aloft[name] = asyncio.create_task(take_off())
            flight.add_done_callback(lambda done: self._land(name, done))
        try:
            # Shielded: who stops waiting does not call the order back, it has left.
            return await asyncio.shield(flight)
        finally:
            del flight

    def _land(self, name: str, flight: asyncio.Task[T]) -> None:
        del self._aloft[name]
        if not flight.cancelled():
            flight.exception()  # asked for, so that asyncio does not report one that nobody awaits any more
