"""A transport that keeps orders in memory: for tests, and for code that only wants to look."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from straks.altinn.place import Receipt
from straks.altinn.sealed import seal
from straks.core.message import Order

if TYPE_CHECKING:
    from straks.altinn.sealed import SealedOrder, Sendable


def local_receipt(order: Sendable) -> Receipt:
    """Return a receipt whose ids follow from the order's own, as nothing else gives any."""
    return Receipt(
        order_id=str(uuid5(NAMESPACE_URL, f"straks:order:{order.idempotency_id}")),
        shipment_id=str(uuid5(NAMESPACE_URL, f"straks:shipment:{order.idempotency_id}")),
        reference=order.reference,
    )


class MemoryTransport:
    """
    Keeps what it is sent, once per idempotency id, as Altinn does.

    >>> MemoryTransport().orders
    []
    """

    def __init__(self) -> None:
        self._placed: dict[str, tuple[Sendable, SealedOrder, Receipt]] = {}

    @property
    def orders(self) -> list[Order]:
        """The orders placed so far, oldest first; one that came sealed is among `sealed` alone."""
        return [order for order, _, _ in self._placed.values() if isinstance(order, Order)]

    @property
    def sealed(self) -> list[SealedOrder]:
        """All that was placed so far, oldest first, as it would go over the wire."""
        return [sealed for _, sealed, _ in self._placed.values()]

    def send(self, order: Sendable) -> Receipt:
        """
        Keep *order*.

        Raises:
            InvalidPayload: Altinn would refuse it for its form; nothing was kept.
        """
        sealed = seal(order)
        receipt = local_receipt(order)
        # One step, so that of two threads only one places it.
        _, _, first = self._placed.setdefault(order.idempotency_id, (order, sealed, receipt))
        return receipt if first is receipt else replace(first, replayed=True)

    def __repr__(self) -> str:
        return f"<MemoryTransport with {len(self._placed)} orders>"
