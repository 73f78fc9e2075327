"""
Carriers to a desk in the same process, on the desk's own clock: nothing is sent, nobody sleeps.

What may go wrong on a network is scripted: each request takes the next mishap off the list, and
goes well when the list is empty or the entry is None.
"""

from __future__ import annotations

from collections import deque
from enum import Enum, auto
from typing import TYPE_CHECKING

from straks.wire.exchange import Silence, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.simulator.desk import Desk
    from straks.wire.exchange import Reply, Request


class Mishap(Enum):
    """What befalls a request on its way."""

    REFUSED = auto()
    """The connection is refused: it never left."""

    LOST_BEFORE = auto()
    """It left and never arrived; the caller waits its time out."""

    LOST_AFTER = auto()
    """It arrived and was answered, and the answer is lost; the caller waits its time out."""


class MemoryCarrier:
    """
    A `straks.wire.carrier.Carrier` to *desk*.

    Args:
        desk: Who answers. Sleeping and waiting advance its clock.
        mishaps: What befalls the requests, in turn.

    Attributes:
        mishaps: Those still to come; add to it at any time.
        requests: Every request it was given, in order.

    >>> from straks.simulator.desk import BASE, Desk
    >>> from straks.wire.exchange import Request
    >>> carrier = MemoryCarrier(Desk(), [Mishap.REFUSED])
    >>> carrier.carry(Request("GET", f"{BASE}/"), timeout_s=15).left
    False
    >>> carrier.carry(Request("GET", f"{BASE}/"), timeout_s=15).status
    200
    """

    def __init__(self, desk: Desk, mishaps: Iterable[Mishap | None] = ()) -> None:
        self.mishaps = deque(mishaps)
        self.requests: list[Request] = []
        self._desk = desk

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        """Have *request* answered, unless a mishap is due."""
        self.requests.append(request)
        mishap = self.mishaps.popleft() if self.mishaps else None
        if mishap is Mishap.REFUSED:
            return Silence(Trouble.NO_CONNECTION, left=False, at_s=self.now_s())
        if mishap is Mishap.LOST_BEFORE:
            return self._wait_in_vain(timeout_s)
        answer = self._desk.handle(request)
        return answer if mishap is None else self._wait_in_vain(timeout_s)

    def sleep(self, seconds: float) -> None:
        """Advance the desk's clock."""
        self._desk.advance(seconds)

    def now_s(self) -> float:
        """Read the desk's clock."""
        return self._desk.now_s()

    def _wait_in_vain(self, timeout_s: float) -> Silence:
        self.sleep(timeout_s)
        return Silence(Trouble.TIMED_OUT, left=True, at_s=self.now_s())


class AsyncMemoryCarrier:
    """A `straks.wire.carrier.AsyncCarrier` to *desk*; everything else is as in `MemoryCarrier`."""

    def __init__(self, desk: Desk, mishaps: Iterable[Mishap | None] = ()) -> None:
        self._carrier = MemoryCarrier(desk, mishaps)
        self.mishaps = self._carrier.mishaps
        self.requests = self._carrier.requests

    async def carry(self, request: Request, *, timeout_s: float) -> Reply:
        """Have *request* answered, unless a mishap is due."""
        return self._carrier.carry(request, timeout_s=timeout_s)

    async def sleep(self, seconds: float) -> None:
        """Advance the desk's clock."""
        self._carrier.sleep(seconds)

    def now_s(self) -> float:
        """Read the desk's clock."""
        return self._carrier.now_s()
