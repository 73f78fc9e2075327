"""
Who carries bytes: the one seam between the conversation and the network.

A carrier sends a request, sleeps, and tells the time. Sleeping belongs here and not to the plans:
only a carrier knows its event loop, and one in memory can turn a virtual clock instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from straks.wire.exchange import Reply, Request


class Carrier(Protocol):
    """Carries requests. Never raises for trouble on the way: that is `Silence`."""

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        """Send *request* and wait at most *timeout_s* seconds for its whole answer."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let *seconds* go by."""
        ...

    def now_s(self) -> float:
        """Read a clock that never goes back, in seconds; only differences mean anything."""
        ...


class AsyncCarrier(Protocol):
    """A `Carrier` for an event loop."""

    async def carry(self, request: Request, *, timeout_s: float) -> Reply:
        """Send *request* and wait at most *timeout_s* seconds for its whole answer."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* go by."""
        ...

    def now_s(self) -> float:
        """Read a clock that never goes back, in seconds; only differences mean anything."""
        ...
