"""
Orders that are placed: who placed them under which id, how they fare, and what can be asked.

An id is spent per organisation, over all three endpoints, compared character by character, for
good. How a message fares is its course (`straks.simulator.courses`): a shipment is a value, and
its status a question of when one asks.

An order comes into the feed once, when it is complete, and never if it never is. The feed withholds
what is younger than two seconds and forgets what is older than 90 days.

A status that somebody sets by hand may follow a final one, which no status of the service's does. The
order then leaves its place in the feed and gets one at the end: whoever reads on finds what it is now, and
nobody finds it twice. Its old number stays empty.

Source: Altinn/altinn-notifications, ``getinstantordertracking.sql``, ``getshipmenttracking.sql``,
``getstatusfeed.sql``, ``deleteoldstatusfeedrecords.sql``, ``StatusFeedService.cs``.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from straks.simulator.answers import without_nulls
from straks.simulator.orders import Channel
from straks.simulator.store import Forgetful

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.simulator.courses import Course
    from straks.simulator.store import Store

_TYPES: Final = {Channel.SMS: "SMS", Channel.EMAIL: "Email"}

HELD_BACK_S: Final = 2.0
KEPT_S: Final = 90 * 86_400.0
LARGEST_PAGE: Final = 500


def timestamp(at_s: float) -> str:
    """
    Write a time as the service does.

    >>> timestamp(1_770_204_721.5)
    '2026-02-04T11:32:01.500000Z'
    """
    return datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Shipment:
    """An order that was stored. Times are in seconds of the desk's clock."""

    order_id: str
    shipment_id: str
    organisation: str
    reference: str | None = field(repr=False)
    channel: Channel
    destination: str = field(repr=False)
    placed_at_s: float
    course: Course

    @property
    def complete_at_s(self) -> float:
        """When the last status is reached; infinite where none is the last."""
        return self.placed_at_s + self.course.complete_after_s

    def as_json(self, now_s: float) -> dict[str, object]:
        """Return what the shipment endpoint tells at *now_s*."""
        after_s, status = self.course.status_after(now_s - self.placed_at_s)
        updated = timestamp(self.placed_at_s + after_s)
        done = now_s >= self.complete_at_s
        return without_nulls(
            {
                "shipmentId": self.shipment_id,
                "sendersReference": self.reference,
                "type": "Instant",
                "status": "Order_Completed" if done else "Order_Processed",
                "lastUpdate": updated,
                "recipients": [
                    {
                        "type": _TYPES[self.channel],
                        "destination": self.destination,
                        "status": status,
                        "lastUpdate": updated,
                    }
                ],
            }
        )

    def as_feed_json(self, sequence: int) -> dict[str, object]:
        """Return its entry in the feed, which names the type of the order and not of the recipient."""
        updated = timestamp(self.complete_at_s)
        recipient = {
            "destination": self.destination,
            "status": self.course.steps[-1][1],
            "lastUpdate": updated,
        }
        return without_nulls(
            {
                "sequenceNumber": sequence,
                "shipmentId": self.shipment_id,
                "sendersReference": self.reference,
                "recipients": [recipient],
                "status": "Order_Completed",
                "lastUpdate": updated,
                "shipmentType": "Instant",
            }
        )


class Shipments:
    """
    Every order that was stored, by id and by shipment.

    Args:
        store: Where they are kept, and where those come from that were there before.

    >>> Shipments().find("ttd", "login/1") is None
    True
    """

    def __init__(self, store: Store | None = None) -> None:
        self._store = store or Forgetful()
        self._by_idempotency_id: dict[tuple[str, str], str] = {}
        self._by_shipment_id: dict[str, Shipment] = {}
        self._numbers: dict[str, int] = {}
        self._open: list[tuple[float, int, str]] = []
        self._feed: list[tuple[float, str]] = []
        self._completed_at_s: dict[str, float] = {}
        for idempotency_id, shipment in self._store.orders():
            self._take(idempotency_id, shipment)

    def find(self, organisation: str, idempotency_id: str) -> Shipment | None:
        """Return what *organisation* placed under *idempotency_id*, None if nothing."""
        name = self._by_idempotency_id.get((organisation, idempotency_id))
        return None if name is None else self._by_shipment_id[name]

    def store(self, idempotency_id: str, shipment: Shipment, message_id: str) -> None:
        """Keep *shipment*, which sent *message_id*; its id is spent from now on."""
        self._store.keep_order(idempotency_id, shipment, message_id)
        self._take(idempotency_id, shipment)

    def get(self, organisation: str, shipment_id: str) -> Shipment | None:
        """Return *organisation*'s shipment; another's is as unknown as one that never was."""
        shipment = self._by_shipment_id.get(shipment_id)
        return shipment if shipment is not None and shipment.organisation == organisation else None

    def drive(self, shipment_id: str, status: str, now_s: float) -> Course:
        """Set the *status* of a shipment by hand, and return its course from then on."""
        shipment = self._by_shipment_id[shipment_id]
        course = shipment.course.driven(status, now_s - shipment.placed_at_s)
        self._by_shipment_id[shipment_id] = replace(shipment, course=course)
        self._wait_for(shipment_id, course.completions[-1:], shipment.placed_at_s)
        return course

    def feed(
        self, organisation: str, now_s: float, *, after: int, size: int, descending: bool
    ) -> list[dict[str, object]]:
        """
        Return a page of *organisation*'s completed orders.

        Args:
            organisation: Whose orders.
            now_s: The desk's clock.
            after: The last sequence number seen, which is not given again. Descending, 0 means
                from the newest.
            size: Entries at most; below 1 counts as 1, above 500 as 500.
            descending: Newest first.
        """
        self._settle(now_s)
        completed = [(at_s, self._by_shipment_id[name]) for at_s, name in self._feed]
        entries = [
            (sequence, shipment)
            for sequence, (at_s, shipment) in enumerate(completed, start=1)
            if shipment.organisation == organisation
            and shipment.complete_at_s == at_s
            and HELD_BACK_S <= now_s - shipment.complete_at_s <= KEPT_S
            and ((after == 0 or sequence < after) if descending else sequence > after)
        ]
        if descending:
            entries.reverse()
        page = entries[: min(max(size, 1), LARGEST_PAGE)]
        return [shipment.as_feed_json(sequence) for sequence, shipment in page]

    def _take(self, idempotency_id: str, shipment: Shipment) -> None:
        name = shipment.shipment_id
        self._by_idempotency_id[shipment.organisation, idempotency_id] = name
        self._by_shipment_id[name] = shipment
        self._numbers[name] = len(self._numbers)
        self._wait_for(name, shipment.course.completions, shipment.placed_at_s)

    def _wait_for(self, name: str, completions: Iterable[float], placed_at_s: float) -> None:
        for after_s in completions:
            heapq.heappush(self._open, (placed_at_s + after_s, self._numbers[name], name))

    def _settle(self, now_s: float) -> None:
        # Sequence numbers are given in the order in which orders complete, not in which they came.
        while self._open and self._open[0][0] <= now_s:
            at_s, _, name = heapq.heappop(self._open)
            shipment = self._by_shipment_id[name]
            completions = (shipment.placed_at_s + after_s for after_s in shipment.course.completions)
            # A hand may have been quicker, or have set two at one time.
            if at_s in completions and self._completed_at_s.get(name) != at_s:
                self._completed_at_s[name] = at_s
                self._feed.append((at_s, name))
