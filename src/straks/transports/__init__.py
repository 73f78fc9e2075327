"""
Who carries an order: Altinn over HTTP, memory, a folder of files, or your own.

A transport has one method that matters, ``send(order) -> Receipt``, and every one of them answers
with a receipt or with one of three exceptions: `Refused`, `NotSent`, `InDoubt`. What it is given is an
`Order`, or one that was sealed; `straks.altinn.seal` makes the same of both.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from straks.errors import InvalidSetting

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


def require_transport(transport: object, *, awaited: bool) -> None:
    """
    Require a transport whose ``send`` is awaited, or is not.

    Of the other kind, nothing would be sent, or it would be sent and the receipt lost.

    Raises:
        InvalidSetting: It is of the other kind, or none.
    """
    send = getattr(transport, "send", None)
    if send is None or inspect.iscoroutinefunction(send) != awaited:
        takes = "an async transport, as straks.Async" if awaited else "a sync transport, as straks."
        raise InvalidSetting(f"this takes {takes}AltinnTransport is, not {type(transport).__name__}")
