"""
Who may send an order that lies in a queue: one at a time, and what may do harm once.

A queue hands a task out again when the worker that had it is gone, or seems to be. So before a worker
sends, it writes down that it begins (a *lease*, in a store that all workers share), and whoever gets the
same order after that finds it. What then becomes of the order is what the journal's rules say
(`straks.journal.rules.after`): the lease holds an entry like the journal's, and adds three things.

*How long.* A lease runs for longer than a sending takes (`lease_for`). While it runs nobody else begins,
and whoever comes for the order comes back later. Once it has run out, the worker that had it is no more:
the order is sent again under the same id where that does no harm, and is in doubt otherwise. One that took
five workers along is in doubt as well, lest it take them all.

*Which flight.* Each time the journal takes an order up is a flight, and copies of a task are of one flight.
What has ended is over for its flight, however many copies come after. A later flight is the journal's
decision and begins anew, but never after a receipt.

*For how long it is remembered.* Every task has a deadline, and a lease is kept until after that. So a copy
that comes so late that nobody remembers is too late to be sent.

======================  =======================================  ==========================================
what is there           an order comes                           its sending ended
======================  =======================================  ==========================================
nothing                 begin; too late: over                    kept if it is a receipt
a lease that runs       wait until it has run out                kept, if it is the one that began
a lease that ran out    harmless: begin again; harmful: over     kept, if nobody has begun since
an ending               nothing more; later flight: begin        kept if it is the first receipt
======================  =======================================  ==========================================

Nothing here reads a clock. The store's is given, so that workers whose clocks differ agree.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from straks.altinn.ending import Ending
from straks.altinn.place import EMAIL_TIMEOUT_S, PAUSES_S, timeout_for
from straks.core.manifest import Repeat
from straks.core.record import Outcome
from straks.journal.rules import QUEUED_MOST_S, SENT, Entry, Found, Landed, State, TakenUp, after

if TYPE_CHECKING:
    from straks.altinn.sealed import SealedOrder

SLACK_S: Final = 20.0
"""What a sending has on top of its time-outs, for a token and for a busy machine, in seconds."""
LONGEST_S: Final = EMAIL_TIMEOUT_S + SLACK_S
"""The longest of all leases, in seconds."""
KEPT_S: Final = 86_400.0
"""How long after its deadline an order is remembered, in seconds: a day, for whoever collects endings."""
BEGUN_MOST: Final = 5
"""So many workers an order may take along."""


@dataclass(frozen=True, slots=True)
class Lease:
    """
    What is known of an order that workers send.

    ``until_s`` is when the lease has run out, in seconds since 1970; it counts while ``entry`` is in flight.
    ``ending`` is how the flight ended, None while it has not.
    """

    flight: int
    entry: Entry
    until_s: float
    ending: Ending | None = None

    def runs(self, now_s: float) -> bool:
        """Tell whether somebody may be sending the order just now."""
        return self.entry.state is State.IN_FLIGHT and now_s < self.until_s

    def forget_s(self, now_s: float) -> float:
        """Return when the order may be forgotten, in seconds since 1970."""
        no_later_s = self.entry.not_after_s
        return max(now_s, self.until_s, now_s + QUEUED_MOST_S if no_later_s is None else no_later_s) + KEPT_S

    def to_bytes(self) -> bytes:
        """Return the lease as a store keeps it. It holds neither recipient nor text, nor a pseudonym."""
        entry = {each.name: getattr(self.entry, each.name) for each in fields(Entry)}
        ending = None if self.ending is None else self.ending.to_dict()
        found = {"flight": self.flight, "until_s": self.until_s, "entry": entry, "ending": ending}
        return json.dumps(found, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Lease:
        """Read what `to_bytes` wrote."""
        found = json.loads(data)
        made: dict[str, Any] = {
            "repeat": Repeat(found["entry"]["repeat"]),
            "state": State(found["entry"]["state"]),
        }
        ending = None if found["ending"] is None else Ending.from_dict(found["ending"])
        return cls(found["flight"], Entry(**{**found["entry"], **made}), found["until_s"], ending)


@dataclass(frozen=True, slots=True)
class Begin:
    """Send it now; ``number`` tells this sending from others of the flight."""

    flight: int
    number: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody may be sending it; come back after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Over:
    """There is nothing to be sent. ``ending`` is how it has ended just now, None where that was before."""

    ending: Ending | None = None


Taken: TypeAlias = Begin | Wait | Over
"""What whoever comes for an order is to do."""


@dataclass(frozen=True, slots=True)
class Ended:
    """It is known how the flight ended, and how long the sending took, in seconds."""

    ending: Ending
    took_s: float | None


@dataclass(frozen=True, slots=True)
class Gone:
    """Who was sending it until ``until_s`` is no more, and it is to be sent again."""

    until_s: float


Seen: TypeAlias = Ended | Gone
"""What there is to be seen of an order, if anything."""


def lease_for(order: SealedOrder) -> float:
    """Return how long the lease of an order runs, in seconds: longer than Altinn's transport takes."""
    patience_s = timeout_for(order)
    if order.repeat is Repeat.HARMLESS:
        patience_s += sum(pause_s + patience_s for pause_s in PAUSES_S)
    return patience_s + SLACK_S


def take(
    lease: Lease | None, order: SealedOrder, flight: int, now_s: float, lease_s: float
) -> tuple[Lease, Taken]:
    """
    Return the lease once a worker has come for *order*, and what the worker is to do.

    Args:
        lease: What is known of the order.
        order: The order.
        flight: The flight that the task belongs to.
        now_s: The time, in seconds since 1970.
        lease_s: How long a lease runs.
    """
    if lease is None:
        return _taken_up(flight, _entry(order), now_s, lease_s)
    if lease.flight > flight or lease.entry.state in SENT:
        return lease, Over()
    if lease.runs(now_s):
        return lease, Wait(lease.until_s - now_s)
    if lease.flight < flight:
        return _taken_up(flight, _entry(order), now_s, lease_s)
    if lease.entry.state is not State.IN_FLIGHT:
        return lease, Over()
    return _taken_up(flight, _found(lease.entry, now_s), now_s, lease_s)


def land(lease: Lease | None, order: SealedOrder, begun: Begin, ended: Ended, now_s: float) -> Lease:
    """
    Return the lease once it is known how a sending ended.

    Args:
        lease: What is known of the order.
        order: The order.
        begun: Which sending it was.
        ended: How it ended.
        now_s: The time, in seconds since 1970.
    """
    landed = Landed(now_s, ended.ending, ended.took_s)
    if lease is None:  # the store has lost it
        lost = replace(_entry(order), state=State.IN_FLIGHT, flights=begun.number, began_s=now_s)
        lease = Lease(begun.flight, lost, now_s)
    holds = (lease.flight, lease.entry.flights) == (begun.flight, begun.number)
    sent = State(ended.ending.outcome) in SENT
    if lease.entry.state is State.IN_FLIGHT and not holds and not sent:
        return lease
    entry = after(lease.entry, landed)
    if entry == lease.entry:
        return lease
    doubt = entry.state is State.IN_DOUBT
    ending = replace(ended.ending, outcome=Outcome.IN_DOUBT) if doubt else ended.ending
    return replace(lease, entry=entry, ending=ending)


def look(lease: Lease | None, flight: int, now_s: float) -> tuple[Lease | None, Seen | None]:
    """
    Return the lease once somebody has looked what became of a flight, and what there is to be seen.

    Args:
        lease: What is known of the order.
        flight: The flight that is asked about.
        now_s: The time, in seconds since 1970.
    """
    if lease is None or (lease.flight < flight and lease.entry.state not in SENT):
        return lease, None
    if lease.entry.state is State.IN_FLIGHT and not lease.runs(now_s):
        entry = _found(lease.entry, now_s)
        if entry.state is State.WAITING:
            return lease, Gone(lease.until_s)
        lease = replace(lease, entry=entry, ending=_WITHOUT_A_WORD)
    return lease, None if lease.ending is None else Ended(lease.ending, lease.entry.took_s)


def _entry(order: SealedOrder) -> Entry:
    """Return the entry of an order that nothing was done about; it stands in no file, and names nobody."""
    return Entry(
        row=0,
        offset=0,
        idempotency_id=order.idempotency_id,
        template=order.template,
        locale=order.locale,
        channel=order.channel,
        pseudonym="",
        repeat=order.repeat,
        time_to_live_s=order.time_to_live_s,
        not_after_s=None if order.not_after is None else order.not_after.timestamp(),
    )


def _found(entry: Entry, now_s: float) -> Entry:
    """Return the entry of an order whose worker is gone."""
    left = after(entry, Found(now_s))
    return left if left.flights < BEGUN_MOST else replace(left, state=State.IN_DOUBT)


def _taken_up(flight: int, entry: Entry, now_s: float, lease_s: float) -> tuple[Lease, Taken]:
    entry = after(entry, TakenUp(now_s))
    if entry.state is State.IN_FLIGHT:
        return Lease(flight, entry, now_s + lease_s), Begin(flight, entry.flights)
    ending = _TOO_LATE if entry.state is State.EXPIRED else _WITHOUT_A_WORD
    return Lease(flight, entry, now_s, ending), Over(ending)


_TOO_LATE: Final = Ending(
    outcome=Outcome.NOT_SENT,
    attempts=0,
    why="the order never reached the service: its time was over when it came out of the queue",
)
_WITHOUT_A_WORD: Final = Ending(
    outcome=Outcome.IN_DOUBT,
    why="the worker that was sending the order is gone, so the message may have been sent. Placing it again "
    "may send it twice: look for your reference in the feed or, if you gave none, ask the person first",
)
