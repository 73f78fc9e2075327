"""
What a plan for a token needs done beside requests: one flight for many, and a question to the caller.

A token is fetched once however many ask for it: threads wait for the thread that fetches, tasks for
the task. Who waits where belongs to whoever asks, not to the plan, so the waiting is here and in
`straks.transports.flight`. Tasks of two event loops cannot wait for each other; each loop has a
flight of its own, and finds what the other has fetched when its own begins.
"""

from __future__ import annotations

import asyncio
import inspect
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from straks.transports.flight import AsyncFlights, Flights, Lost
from straks.wire.plan import arun, run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from straks.wire.carrier import AsyncCarrier, Carrier
    from straks.wire.plan import Plan

T = TypeVar("T")


class _Outcome(Generic[T]):
    """What came of an errand, handed over once: an error that is held on to holds on to its frames."""

    def __init__(self) -> None:
        self.at_s = 0.0
        self._values: list[T] = []
        self._error: Exception | None = None

    def outcome(self) -> T:
        """Return it, or raise what it raised."""
        error, self._error = self._error, None
        try:
            if error is not None:
                raise error
            return self._values.pop()
        finally:
            del error


class Gathering(Generic[T]):
    """Flights for threads, and for the tasks of each event loop."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._threads: Flights[T] = Flights()
        self._tasks: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncFlights[T]] = WeakKeyDictionary()

    def share(self, begin: Callable[[float], Plan[T]]) -> SharedFlight[T]:
        """Return the errand that carries a plan once for all who want it now."""
        return SharedFlight(self, begin)

    def join(self, fly: Callable[[], T]) -> T:
        """Carry the flight on this thread, or wait for the thread that does."""
        while True:
            try:
                return self._threads.join("", fly)
            except Lost:
                continue  # that thread was interrupted, this one was not: fetching again harms nobody

    async def ajoin(self, fly: Callable[[], Any]) -> T:
        """Carry the flight in this event loop, or wait for the task that does."""
        with self._lock:
            flights = self._tasks.setdefault(asyncio.get_running_loop(), AsyncFlights())
        return await flights.join("", fly)


class SharedFlight(_Outcome[T]):
    """A plan that several want and one carries out."""

    def __init__(self, gathering: Gathering[T], begin: Callable[[float], Plan[T]]) -> None:
        super().__init__()
        self._gathering = gathering
        self._begin = begin

    def do(self, carrier: Carrier) -> None:
        """Carry it, or wait for the thread that does."""
        try:
            self._values = [self._gathering.join(lambda: run(self._begin(carrier.now_s()), carrier))]
        except Exception as error:  # noqa: BLE001 - raised by `outcome`, where the plan can deal with it
            self._error = error
        self.at_s = carrier.now_s()

    async def ado(self, carrier: AsyncCarrier) -> None:
        """Carry it, or wait for the task that does."""
        try:
            self._values = [await self._gathering.ajoin(lambda: arun(self._begin(carrier.now_s()), carrier))]
        except Exception as error:  # noqa: BLE001 - raised by `outcome`, where the plan can deal with it
            self._error = error
        self.at_s = carrier.now_s()


class Question(_Outcome[T]):
    """A function of the caller's own, asked; under an event loop it may answer with an awaitable."""

    def __init__(self, function: Callable[[], T | Awaitable[T]]) -> None:
        super().__init__()
        self._function = function

    def do(self, carrier: Carrier) -> None:
        """Ask it."""
        try:
            self._values = [self._settled(self._function())]
        except Exception as error:  # noqa: BLE001 - raised by `outcome`, where the plan can deal with it
            self._error = error
        self.at_s = carrier.now_s()

    async def ado(self, carrier: AsyncCarrier) -> None:
        """Ask it, and await what is awaitable."""
        try:
            answer: Any = self._function()
            self._values = [await answer if inspect.isawaitable(answer) else answer]
        except Exception as error:  # noqa: BLE001 - raised by `outcome`, where the plan can deal with it
            self._error = error
        self.at_s = carrier.now_s()

    def _settled(self, answer: T | Awaitable[T]) -> T:
        if not inspect.isawaitable(answer):
            return answer
        if inspect.iscoroutine(answer):
            answer.close()
        raise TypeError("an asynchronous function can be asked by AsyncAltinnTransport alone")


class Pause:
    """Waiting, where no request follows that could wait by itself."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def do(self, carrier: Carrier) -> None:
        """Wait."""
        carrier.sleep(self._seconds)

    async def ado(self, carrier: AsyncCarrier) -> None:
        """Wait without blocking."""
        await carrier.sleep(self._seconds)
