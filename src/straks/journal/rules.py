"""
What has become of an order that is sent in volume, and what may happen to it next.

One pure function, `after`, says it all: an entry of the journal and an event give the entry that is kept.
The store runs it in one step (`straks.journal.store`), and nobody else decides what happens to an order.

::

                    taken up                    landed
    WAITING ───────────────────▶ IN_FLIGHT ─────────────▶ PLACED, REPLAYED
    NOT_SENT                        │  │  └──────────────▶ REFUSED, INVALID, EXPIRED, NOT_SENT
       │ taken up too late          │  └─────────────────▶ IN_DOUBT
       ▼                            │ found by a later run
    EXPIRED                         └── harmless ─▶ WAITING, harmful ─▶ IN_DOUBT

                     again, by somebody's decision
    IN_DOUBT ─────────────────────────────────────▶ WAITING
             ──────────── settled ────────────────▶ SETTLED

*Written before it is sent.* An order that was in flight when its process died may have been sent, one that
was not was not. So a second copy goes out only where the template says that it does no harm: such an order
is placed again under the same id. Any other is in doubt, and stays so until somebody decides.

*Doubt, once there, stays.* A later call that was refused or never left says nothing about the first. Only a
receipt ends a doubt, and it does so whenever it comes.

*A deadline counts from the first call.* An SMS may not be sent past its time to live, and a run that goes
on tomorrow does not make a message fresh. What was never sent by then has expired; what may have been is in
doubt.

*Turned away, but not for what it is.* A refusal that any order would have met (no valid token, too many at
once) leaves the order as not sent, and a later run takes it up again. `straks.altinn.ending` tells them
apart.

What an entry keeps is what an outcome has to be answered for with: id, pseudonym, template, times, outcome,
and the shipment's id. It has no recipient, no text and no code; those are in the file of orders, at the place
that the entry names. The caller's own reference may hold anything, so it is there for as long as somebody may
have to look for the order by it, and goes when the order is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from straks.altinn.place import EMAIL_TIMEOUT_S
from straks.core.manifest import TIME_TO_LIVE_MOST, Repeat

if TYPE_CHECKING:
    from straks.altinn.ending import Ending

RIPE_S: Final = EMAIL_TIMEOUT_S
"""How long after its call a doubt may be placed again, in seconds: until then the service may still be
sending it, and one id in two calls at once is sent twice."""


QUEUED_MOST_S: Final = TIME_TO_LIVE_MOST.total_seconds()
"""How long an order lies in a queue that says nothing of it itself, in seconds: as long as any SMS lives."""


class State(StrEnum):
    """
    What has become of an order.

    ==============  ==========================================================  ======================
    state           what                                                        was it sent?
    ==============  ==========================================================  ======================
    ``WAITING``     written down, and to be sent                                no, unless doubtful
    ``IN_FLIGHT``   taken up, and nobody knows yet how it ends                  perhaps
    ``PLACED``      the service took it                                         yes
    ``REPLAYED``    the service had it already                                  yes, by an earlier call
    ``REFUSED``     the service said no to it                                   no
    ``INVALID``     the service would say no to its form                        no
    ``NOT_SENT``    never reached the service, or was turned away for another   no
                    reason than itself; a later run takes it up again
    ``EXPIRED``     its time was over before it left                            no
    ``IN_DOUBT``    left open                                                   perhaps
    ``SETTLED``     was in doubt; somebody decided to leave it                  perhaps
    ``DUPLICATE``   an earlier line of the file is the same order               see there
    ==============  ==========================================================  ======================
    """

    WAITING = "waiting"
    IN_FLIGHT = "in-flight"
    PLACED = "placed"
    REPLAYED = "replayed"
    REFUSED = "refused"
    INVALID = "invalid"
    NOT_SENT = "not-sent"
    EXPIRED = "expired"
    IN_DOUBT = "in-doubt"
    SETTLED = "settled"
    DUPLICATE = "duplicate"


SENT: Final = frozenset({State.PLACED, State.REPLAYED})
"""There is a receipt."""
DUE: Final = frozenset({State.WAITING, State.NOT_SENT})
"""What a run takes up."""
OPEN: Final = DUE | {State.IN_FLIGHT, State.IN_DOUBT}
"""Something may still become of it."""
DONE: Final = SENT | {State.SETTLED, State.DUPLICATE}
"""Nobody need do anything about it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    An order in the journal.

    ``row`` is its line in the file of orders, which begins at octet ``offset``. ``doubtful`` says that an
    earlier call may have sent it. ``flights`` counts how often it was taken up, ``requests`` the requests
    that are known of. It was taken up first at ``first_s``, last at ``began_s``, and that ended at
    ``ended_s`` after ``took_s``; moments are seconds since 1970. ``status`` and ``problem`` are the last
    refusal's.
    """

    row: int
    offset: int
    idempotency_id: str
    template: str
    locale: str
    channel: str
    pseudonym: str
    repeat: Repeat
    time_to_live_s: int | None = None
    not_after_s: float | None = None
    reference: str | None = field(default=None, repr=False)
    state: State = State.WAITING
    doubtful: bool = False
    flights: int = 0
    requests: int = 0
    first_s: float | None = None
    began_s: float | None = None
    ended_s: float | None = None
    took_s: float | None = None
    status: int | None = None
    problem: str | None = None
    shipment_id: str | None = None

    @property
    def deadline_s(self) -> float:
        """The moment from which on it is not sent any more; infinity where there is none."""
        first_s, alive_s = self.first_s, self.time_to_live_s
        return min(
            float("inf") if self.not_after_s is None else self.not_after_s,
            float("inf") if first_s is None or alive_s is None else first_s + alive_s,
        )

    @property
    def queued_until_s(self) -> float:
        """The moment from which on whoever takes it out of a queue drops it."""
        return min(self.deadline_s, (self.began_s or 0.0) + QUEUED_MOST_S)


@dataclass(frozen=True, slots=True)
class TakenUp:
    """The order is to be sent now."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Landed:
    """It is known how its sending ended, and how long that took."""

    at_s: float
    ending: Ending
    took_s: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A run begins, and whoever had taken the order up is no more."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Again:
    """Somebody decided that an order in doubt is to be placed again."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Settled:
    """Somebody decided that nothing more is to be done about an order in doubt."""

    at_s: float


Event: TypeAlias = TakenUp | Landed | Found | Again | Settled
"""What may happen to an order."""


def after(entry: Entry, event: Event) -> Entry:
    """
    Return what is kept of an order once *event* has happened to it.

    An event that does not apply any more, such as a second landing, changes nothing; it is no error, since
    events may come late and from other processes.
    """
    kept = _after(entry, event)
    return kept if kept.state in OPEN or kept.reference is None else replace(kept, reference=None)


def _after(entry: Entry, event: Event) -> Entry:  # noqa: PLR0911 - one for each event
    match event:
        case TakenUp(at_s) if entry.state in DUE:
            if at_s >= entry.deadline_s:
                return _too_late(entry, at_s)
            first_s = at_s if entry.first_s is None else entry.first_s
            return replace(
                entry,
                state=State.IN_FLIGHT,
                flights=entry.flights + 1,
                first_s=first_s,
                began_s=at_s,
                ended_s=None,
                took_s=None,
            )
        case Landed() if entry.state is State.IN_FLIGHT or _ends_a_doubt(entry, event):
            return _landed(entry, event)
        case Found(at_s) if entry.state is State.IN_FLIGHT:
            harmless = entry.repeat is Repeat.HARMLESS
            left = State.WAITING if harmless else State.IN_DOUBT
            return replace(entry, state=left, doubtful=True, ended_s=None if harmless else at_s)
        case Again(at_s) if is_ripe(entry, at_s):
            return replace(entry, state=State.WAITING)
        case Settled() if entry.state is State.IN_DOUBT:
            return replace(entry, state=State.SETTLED)
        case _:
            return entry


def is_ripe(entry: Entry, at_s: float) -> bool:
    """Tell whether an order is in doubt, and its last call so long ago that it has surely ended."""
    return entry.state is State.IN_DOUBT and (entry.began_s is None or at_s >= entry.began_s + RIPE_S)


def _ends_a_doubt(entry: Entry, event: Landed) -> bool:
    """Tell whether a receipt has come, although nobody waited for it any more."""
    sent = State(event.ending.outcome) in SENT
    return sent and entry.state not in SENT and entry.state is not State.DUPLICATE


def _landed(entry: Entry, event: Landed) -> Entry:
    ending = event.ending
    state = State(ending.outcome)
    sent = state in SENT
    if state is State.REFUSED and ending.general:
        state = State.NOT_SENT
    if state is State.NOT_SENT and event.at_s >= entry.deadline_s:
        state = State.EXPIRED
    if entry.doubtful and not sent:
        state = State.IN_DOUBT
    return replace(
        entry,
        state=state,
        doubtful=state is State.IN_DOUBT,
        requests=entry.requests + (ending.attempts or 0),
        ended_s=event.at_s,
        took_s=event.took_s,
        status=ending.status,
        problem=ending.problem,
        shipment_id=ending.shipment_id,
    )


def _too_late(entry: Entry, at_s: float) -> Entry:
    return replace(entry, state=State.IN_DOUBT if entry.doubtful else State.EXPIRED, ended_s=at_s)
