"""
Where a desk keeps what it must not forget: messages, orders, attempts to place them, the turned clock.

The desk works on what it holds in memory, and tells its store of every change before it answers.
What a store is for is the day after: a desk that is made over the same store goes on where the
other stopped, however that came about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.simulator.attempts import Attempt
    from straks.simulator.courses import Course
    from straks.simulator.inbox import Received
    from straks.simulator.shipments import Shipment


class Store(Protocol):
    """Keeps what a desk tells it, in the order in which it is told."""

    def messages(self) -> Iterable[Received]:
        """Return the messages that are kept, oldest first."""
        ...

    def orders(self) -> Iterable[tuple[str, Shipment]]:
        """Return the orders that are kept, each with its idempotency id, oldest first."""
        ...

    def attempts(self) -> Iterable[Attempt]:
        """Return the attempts that are kept, oldest first."""
        ...

    def advanced_s(self) -> float:
        """Return how far the clock was turned."""
        ...

    def keep_message(self, received: Received) -> None:
        """Keep a message that was sent."""
        ...

    def keep_order(self, idempotency_id: str, shipment: Shipment, message_id: str) -> None:
        """Keep an order, and note it with the message that it sent: both or neither."""
        ...

    def keep_attempt(self, attempt: Attempt) -> None:
        """Keep what was made of a request to place an order."""
        ...

    def keep_course(self, message_id: str, shipment_id: str | None, course: Course) -> None:
        """Keep how a message fares from now on, and with it its order, where that is stored."""
        ...

    def drop_messages(self) -> None:
        """Forget the messages and the attempts; the orders stay."""
        ...

    def keep_clock(self, advanced_s: float) -> None:
        """Keep how far the clock was turned."""
        ...


class Forgetful:
    """A `Store` that keeps nothing: what its desk holds ends with it."""

    def messages(self) -> Iterable[Received]:
        """Return none."""
        return ()

    def orders(self) -> Iterable[tuple[str, Shipment]]:
        """Return none."""
        return ()

    def attempts(self) -> Iterable[Attempt]:
        """Return none."""
        return ()

    def advanced_s(self) -> float:
        """Return that the clock was not turned."""
        return 0.0

    def keep_message(self, received: Received) -> None:
        """Keep nothing."""

    def keep_order(self, idempotency_id: str, shipment: Shipment, message_id: str) -> None:
        """Keep nothing."""

    def keep_attempt(self, attempt: Attempt) -> None:
        """Keep nothing."""

    def keep_course(self, message_id: str, shipment_id: str | None, course: Course) -> None:
        """Keep nothing."""

    def drop_messages(self) -> None:
        """Keep nothing, as before."""

    def keep_clock(self, advanced_s: float) -> None:
        """Keep nothing."""
