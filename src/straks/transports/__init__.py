"""
Who carries an order: Altinn over HTTP, memory, a folder of files, or your own.

A transport has one method that matters, ``send(order) -> Receipt``, and every one of them answers
with a receipt or with one of three exceptions: `Refused`, `NotSent`, `InDoubt`. What it is given is an
`Order`, or one that was sealed; `straks.altinn.seal` makes the same of both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from straks.altinn.place import Receipt
    from straks.altinn.sealed import Sendable


@runtime_checkable
class Transport(Protocol):
    """
    Sends orders.

    ``isinstance`` looks for the method alone, so it holds of an `AsyncTransport` as well.
    """

    def send(self, order: Sendable) -> Receipt:
        """
        Send *order*, placed once.

        Raises:
            InvalidPayload: The service would refuse it for its form; nothing was sent.
            Refused: They said no.
            NotSent: It never reached them.
            InDoubt: It may have been sent.
        """
        ...


@runtime_checkable
class AsyncTransport(Protocol):
    """Sends orders without blocking."""

    async def send(self, order: Sendable) -> Receipt:
        """Send *order*, placed once; raises as `Transport.send` does."""
        ...
