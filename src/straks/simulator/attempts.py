"""
Every request that came to place an order, and what was made of it.

An order is placed once, however often it is asked for; this is the book of how often it was. It knows
what the answers alone do not tell: that a 500 has sent a message, that a 200 was for another text
than the first one, that a caller left before there was an answer.

What has an id is kept, also where it came no further than the door. Whose it was is known once the
token was read, so a request that was turned away before belongs to everybody's order of that id.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from straks.simulator.attendance import Manner, Spoilt
from straks.simulator.json_reader import is_object, read_json
from straks.simulator.orders import is_blank
from straks.simulator.shipments import timestamp
from straks.simulator.store import Forgetful

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.simulator.attendance import Outcome
    from straks.simulator.orders import Order
    from straks.simulator.store import Store

LEFT: Final = "left"
"""What befell the answer to a caller who had gone."""

_NO_CONTENT: Final = ("idempotency_id", "reference", "place")
_DIGEST_OCTETS: Final = 16
_HEARD: Final = (Manner.CUT, Manner.DRIP)
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_FIRST_ERROR: Final = 400
_FIRST_FAILURE: Final = 500


class Verdict(StrEnum):
    """What was made of a request to place an order."""

    NEW = "new"
    """The message is sent and the order stored."""

    REPLAY = "replay"
    """The order was placed before; nothing is sent."""

    CONFLICT = "conflict"
    """
    Its id is another's: of an order with another content, and nothing is sent; or of one that was
    stored while this one was being sent.
    """

    UNSTORED = "unstored"
    """The message is sent and the order not stored: a repeat sends again."""

    REFUSED = "refused"
    """The service said no to the order; nothing is sent."""

    FAILED = "failed"
    """It came to nothing: nothing is sent, and a repeat is safe."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """
    One request, and what was made of it.

    Attributes:
        at_s: When it came, in seconds since 1970.
        endpoint: Where: ``sms``, ``email`` or ``instant``.
        idempotency_id: The id it came under.
        organisation: Whose it was; None where its token was not read.
        verdict: What was made of it.
        status: What it was answered; None where no answer went back.
        manner: What befell the answer: one of `straks.simulator.attendance.Manner`, or ``left``.
        fate: The fault that struck it, None where none did.
        message_id: The message that it sent, None where it sent none.
        digest: What tells its content from another's.
    """

    at_s: float
    endpoint: str
    idempotency_id: str = field(repr=False)
    organisation: str | None
    verdict: Verdict
    status: int | None
    manner: str | None
    fate: str | None
    message_id: str | None
    digest: bytes = field(repr=False)

    def as_json(self) -> dict[str, object]:
        """Return it as ``/_straks/messages/ID`` lists it."""
        return {
            "receivedAt": timestamp(self.at_s),
            "endpoint": self.endpoint,
            "verdict": self.verdict,
            "status": self.status,
            "answer": self.manner,
            "fault": self.fate,
            "messageId": self.message_id,
        }


@dataclass(slots=True)
class Underway:
    """What is known of a request while it is attended to; whoever learns something writes it down here."""

    at_s: float
    endpoint: str
    organisation: str | None = None
    order: Order | None = field(default=None, repr=False)
    fate: str | None = None
    message_id: str | None = None
    stored: bool = False
    known: bool = False

    def ended(self, body: bytes, outcome: Outcome | None, first: bytes | None) -> Attempt | None:
        """
        Return what came of it; None where no id can be found in it.

        Args:
            body: What came.
            outcome: What goes back; None where the caller has left.
            first: The digest of the order that has the id, where there is one.
        """
        name = _id_in(body) if self.order is None else self.order.idempotency_id
        if name is None:
            return None
        digest = b"" if self.order is None else digest_of(self.order)
        status, manner = _told(outcome)
        return Attempt(
            self.at_s,
            self.endpoint,
            name,
            self.organisation,
            self._verdict(status, digest, first),
            status,
            manner,
            self.fate,
            self.message_id,
            digest,
        )

    def _verdict(self, status: int | None, digest: bytes, first: bytes | None) -> Verdict:
        if self.stored:
            return Verdict.NEW
        if self.known:
            same = self.message_id is None and first in (None, digest)
            return Verdict.REPLAY if same else Verdict.CONFLICT
        if self.message_id is not None:
            return Verdict.UNSTORED
        if status is not None and _FIRST_ERROR <= status < _FIRST_FAILURE and self.fate is None:
            return Verdict.REFUSED
        return Verdict.FAILED


def _told(outcome: Outcome | None) -> tuple[int | None, str | None]:
    """Return the status that goes back, and what befalls it."""
    if outcome is None:
        return None, LEFT
    if not isinstance(outcome, Spoilt):
        return outcome.status, None
    return (outcome.response.status if outcome.manner in _HEARD else None), outcome.manner


class Attempts:
    """
    Every attempt, by the id it came under.

    Args:
        store: Where they are kept, and where those come from that were there before.
    """

    def __init__(self, store: Store | None = None) -> None:
        self._store = store or Forgetful()
        self._by_id: dict[str, list[Attempt]] = {}
        self._take(self._store.attempts())

    def keep(self, attempt: Attempt) -> None:
        """Keep *attempt*."""
        self._store.keep_attempt(attempt)
        self._take((attempt,))

    def of(self, organisation: str, idempotency_id: str) -> list[Attempt]:
        """Return those of *organisation* under that id, and those of nobody known, oldest first."""
        return [
            each for each in self._by_id.get(idempotency_id, ()) if each.organisation in (None, organisation)
        ]

    def digest(self, organisation: str | None, idempotency_id: str) -> bytes | None:
        """Return what tells the content of the order that was placed under that id; None if unknown."""
        for each in self._by_id.get(idempotency_id, ()):
            if each.verdict is Verdict.NEW and each.organisation == organisation:
                return each.digest
        return None

    def clear(self) -> None:
        """Forget them; `straks.simulator.store.Store.drop_messages` has had the store do so."""
        self._by_id.clear()

    def _take(self, attempts: Iterable[Attempt]) -> None:
        for attempt in attempts:
            self._by_id.setdefault(attempt.idempotency_id, []).append(attempt)


def digest_of(order: Order) -> bytes:
    """Return what tells the message that *order* asks for from any other."""
    content = [getattr(order, each.name) for each in fields(order) if each.name not in _NO_CONTENT]
    return hashlib.blake2b(repr(content).encode(), digest_size=_DIGEST_OCTETS).digest()


def _id_in(body: bytes) -> str | None:
    """Return the id in what was not read as an order, None where there is none to find."""
    read = read_json(body)
    if not is_object(read):
        return None
    found = [value for name, value in read.items() if name.lower() == "idempotencyid"]
    name = found[-1] if found else None
    return name if isinstance(name, str) and not is_blank(name) and not _LONE_SURROGATE.search(name) else None
