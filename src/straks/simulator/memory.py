"""
Carriers to a desk in the same process, on the desk's own clock: nothing is sent, nobody sleeps.

What the desk's fates do to a connection, these do to a reply: it becomes the silence that a caller
over HTTP would hear, after the time that it would take. What may go wrong can be scripted request
by request, too: each takes the next fault off the list, and goes well when the list is empty or the
entry is None.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from straks.simulator.attendance import Manner, Spoilt
from straks.wire.exchange import Silence, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.simulator.attendance import Outcome
    from straks.simulator.desk import Desk
    from straks.wire.exchange import Reply, Request

_HEARD = {
    Manner.RESET: Trouble.CONNECTION_LOST,
    Manner.CUT: Trouble.UNREADABLE,
    Manner.NOISE: Trouble.UNREADABLE,
}


class MemoryCarrier:
    """
    A `straks.wire.carrier.Carrier` to *desk*.

    Args:
        desk: Who answers. Sleeping and waiting advance its clock.
        mishaps: The faults that befall the requests, in turn (`straks.simulator.fates`).

    Attributes:
        mishaps: Those still to come; add to it at any time.
        requests: Every request it was given, in order.

    >>> from straks.simulator.desk import BASE, Desk
    >>> from straks.wire.exchange import Request
    >>> carrier = MemoryCarrier(Desk(), ["refuse-connection"])
    >>> carrier.carry(Request("POST", f"{BASE}/token"), timeout_s=15).left
    False
    >>> carrier.carry(Request("POST", f"{BASE}/token"), timeout_s=15).status
    400
    """

    def __init__(self, desk: Desk, mishaps: Iterable[str | None] = ()) -> None:
        self.mishaps = deque(mishaps)
        self.requests: list[Request] = []
        self._desk = desk

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        """Have *request* answered, unless something befalls it."""
        self.requests.append(request)
        mishap = self.mishaps.popleft() if self.mishaps else None
        if mishap is None:
            return self._carry(request, self.now_s() + timeout_s)
        armed = self._desk.faults.arm(mishap, endpoint="all")
        try:
            return self._carry(request, self.now_s() + timeout_s)
        finally:
            self._desk.faults.disarm(armed)

    def sleep(self, seconds: float) -> None:
        """Advance the desk's clock."""
        self._desk.advance(seconds)

    def now_s(self) -> float:
        """Read the desk's clock."""
        return self._desk.now_s()

    def _carry(self, request: Request, ends_s: float) -> Reply:
        if self._desk.refuses(request):
            return Silence(Trouble.NO_CONNECTION, left=False, at_s=self.now_s())
        attendance = self._desk.attend(request)
        while True:
            try:
                pause = next(attendance)
            except StopIteration as end:
                return self._arrive(end.value, ends_s)
            if not self._wait(pause.seconds, ends_s):
                attendance.close()
                return self._timed_out()

    def _arrive(self, outcome: Outcome, ends_s: float) -> Reply:
        if not isinstance(outcome, Spoilt):
            return outcome
        if outcome.manner is not Manner.DRIP:
            return Silence(_HEARD[outcome.manner], left=True, at_s=self.now_s())
        if not self._wait(outcome.seconds, ends_s):
            return self._timed_out()
        return replace(outcome.response, at_s=self.now_s())

    def _wait(self, seconds: float, ends_s: float) -> bool:
        """Let *seconds* go by, or what is left of the caller's patience; tell whether that was enough."""
        patience_s = ends_s - self.now_s()
        self.sleep(min(seconds, patience_s))
        return seconds < patience_s

    def _timed_out(self) -> Silence:
        return Silence(Trouble.TIMED_OUT, left=True, at_s=self.now_s())


class AsyncMemoryCarrier:
    """A `straks.wire.carrier.AsyncCarrier` to *desk*; everything else is as in `MemoryCarrier`."""

    def __init__(self, desk: Desk, mishaps: Iterable[str | None] = ()) -> None:
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
