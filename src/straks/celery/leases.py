"""
Leases in a store that all workers share.

The store is one of those that one-time codes rest in (`straks.codes.stores`): it runs a decision over small
documents in one step that nobody gets between. That is all a lease asks for, so SQLite, Redis and PostgreSQL
serve here as they do there.

A step that fails leaves the order where it was: who could not write down that it begins has not begun.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from straks.celery.lease import Lease, land, lease_for, look, take
from straks.codes.stores import Decision, Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.altinn.sealed import SealedOrder
    from straks.celery.lease import Begin, Ended, Seen, Taken
    from straks.codes.stores import Clock, Store

T = TypeVar("T")


class Leases:
    """
    Who may send which order.

    Args:
        store: A store that all workers and whoever feeds them share, such as `straks.RedisStore`.
        environment: The base URL that the orders go to; what was sent elsewhere was not sent.
        lease_s: How long a lease runs, in seconds; None for as long as `lease_for` says.
        clock: The time in seconds since 1970; None for the store's own.
    """

    def __init__(
        self, store: Store, environment: str, *, lease_s: float | None = None, clock: Clock | None = None
    ) -> None:
        self._store = store
        self._environment = environment
        self._lease_s = lease_s
        self._clock = clock

    def lease_s(self, order: SealedOrder) -> float:
        """Return how long the lease of *order* runs, in seconds."""
        return lease_for(order) if self._lease_s is None else self._lease_s

    def take(self, order: SealedOrder, flight: int) -> Taken:
        """Come for *order*, and be told what to do; once that is to begin, it is written down."""
        name = self._name(order.idempotency_id)
        lease_s = self.lease_s(order)

        def decide(held: Mapping[str, bytes], now_s: float) -> Decision[Taken]:
            before = _lease(held, name)
            lease, taken = take(before, order, flight, now_s, lease_s)
            return Decision(taken, _written(name, before, lease, now_s))

        return self._store.step((name,), decide, self._clock)

    def land(self, order: SealedOrder, begun: Begin, ended: Ended) -> None:
        """Write down how the sending that has *begun* has *ended*."""
        name = self._name(order.idempotency_id)

        def decide(held: Mapping[str, bytes], now_s: float) -> Decision[None]:
            before = _lease(held, name)
            lease = land(before, order, begun, ended, now_s)
            return Decision(None, _written(name, before, lease, now_s))

        self._store.step((name,), decide, self._clock)

    def look(self, flights: Mapping[str, int]) -> dict[str, Seen]:
        """
        Return what there is to be seen of orders, those left out of which nothing is.

        Args:
            flights: Which flight of the order of each id.
        """
        names = {self._name(each): each for each in flights}

        def decide(held: Mapping[str, bytes], now_s: float) -> Decision[dict[str, Seen]]:
            found: dict[str, Seen] = {}
            writes: dict[str, Entry | None] = {}
            for name, idempotency_id in names.items():
                before = _lease(held, name)
                lease, seen = look(before, flights[idempotency_id], now_s)
                if seen is not None:
                    found[idempotency_id] = seen
                if lease is not None:
                    writes |= _written(name, before, lease, now_s)
            return Decision(found, writes)

        return self._store.step(tuple(names), decide, self._clock)

    def _name(self, idempotency_id: str) -> str:
        return f"order/{idempotency_id}@{self._environment}"

    def __repr__(self) -> str:
        return f"<Leases of {self._environment} in {self._store!r}>"


def _lease(held: Mapping[str, bytes], name: str) -> Lease | None:
    return Lease.from_bytes(held[name]) if name in held else None


def _written(name: str, before: Lease | None, lease: Lease, now_s: float) -> dict[str, Entry | None]:
    return {} if lease == before else {name: Entry(lease.to_bytes(), lease.forget_s(now_s))}
