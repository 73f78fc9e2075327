"""
What came out at the far end: the messages as the phones and mailboxes got them.

The one-time code in a message is a guess, made as a person would make it:

1. a last line bound to a site, ``@host #code``, names it outright;
2. else the first run of four to ten digits that stands alone, so is no part of a word, a longer
   number, a date, a decimal or a link;
3. else the first such run of letters and digits with both in it.

In HTML only what the eye sees is searched.

Source: the form of the bound line is that of «Origin-bound one-time codes delivered via SMS»
(WICG). The rest is this simulator's own.
"""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from math import inf
from typing import TYPE_CHECKING, Final

from straks.errors import TooManySegments
from straks.simulator.downstream import cut_by, sender_of
from straks.simulator.orders import Channel, Order, SmsOrder
from straks.simulator.reading import CONTENT_TYPES
from straks.simulator.shipments import timestamp
from straks.simulator.store import Forgetful

if TYPE_CHECKING:
    from straks.simulator.courses import Course
    from straks.simulator.store import Store

_BOUND_LINE: Final = re.compile(r"@\S+ #(\S+)(?: %\S+)?")
_ALONE_BEFORE: Final = r"(?<![\w./+#@:-])"
_ALONE_AFTER: Final = r"(?!\w|[./:@-]\w)"
_DIGITS: Final = re.compile(rf"{_ALONE_BEFORE}[0-9]{{4,10}}{_ALONE_AFTER}")
_DATE: Final = re.compile(r"\b[0-9]{1,2}\.? [^\W\d_]{3,9} (?:19|20)[0-9]{2}\b")
_MIXED: Final = re.compile(
    rf"{_ALONE_BEFORE}(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{{4,10}}{_ALONE_AFTER}"
)
_HIDDEN: Final = frozenset({"head", "style", "script"})
_EXCERPT: Final = 160
_READ: Final = 2000  # of a text, from its beginning, for the excerpt


@dataclass(frozen=True, slots=True)
class Message:
    """
    A message as it was received. The recipient, the text and the code stay out of ``repr``.

    Attributes:
        id: The simulator's own name for it.
        channel: ``sms`` or ``email``.
        recipient: As the order wrote it.
        sender: As the recipient sees it: a name is cut to 11 characters.
        subject: Of an e-mail; None for an SMS.
        body: The text, whole.
        content_type: ``Plain`` or ``Html`` for an e-mail; None for an SMS.
        segments: How many an SMS takes by 3GPP TS 23.040; None for an e-mail, and for a text that
            is longer than segments can number.
        code: The one-time code in it, as far as one can guess; None where none is seen.
        idempotency_id: What the order was placed under.
        shipment_id: What to ask for its status by; None where the service sent it and has not
            stored the order, or never will.
        received_at_s: When the service handed it over, in seconds since 1970.
        status: What has become of it by now, as the service shows it.
        reached: Whether the person has it by now, whatever the service shows.
        cut: How many characters at the end of an SMS the gateway dropped.
        fate: The fate that befell it (`straks.simulator.fates`); None for an ordinary message.
        ordered_by: The organisation that ordered it; empty where a file of an older straks has not kept that.
        senders_reference: The sender's own reference, None where the order has none.
    """

    id: str
    channel: Channel
    recipient: str = field(repr=False)
    sender: str
    subject: str | None = field(repr=False)
    body: str = field(repr=False)
    content_type: str | None
    segments: int | None
    code: str | None = field(repr=False)
    idempotency_id: str = field(repr=False)
    shipment_id: str | None
    received_at_s: float
    status: str
    reached: bool = False
    cut: int = 0
    fate: str | None = None
    ordered_by: str = ""
    senders_reference: str | None = field(default=None, repr=False)

    def as_json(self) -> dict[str, object]:
        """Return the message as ``/_straks/messages`` lists it."""
        return {
            "id": self.id,
            "channel": self.channel.value,
            "recipient": self.recipient,
            "sender": self.sender,
            "subject": self.subject,
            "body": self.body,
            "contentType": self.content_type,
            "segments": self.segments,
            "code": self.code,
            "idempotencyId": self.idempotency_id,
            "shipmentId": self.shipment_id,
            "receivedAt": timestamp(self.received_at_s),
            "status": self.status,
            "reached": self.reached,
            "cut": self.cut,
            "fate": self.fate,
            "orderedBy": self.ordered_by,
            "sendersReference": self.senders_reference,
        }


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came, and how it fares from there."""

    message: Message
    course: Course

    def by(self, now_s: float) -> Message:
        """Return the message with what has become of it by *now_s*."""
        elapsed_s = now_s - self.message.received_at_s
        return replace(
            self.message,
            status=self.course.status_after(elapsed_s)[1],
            reached=self.course.has_reached(elapsed_s),
        )


class Inbox:
    """
    Every message that was sent, oldest first.

    Args:
        store: Where they are kept, and where those come from that were there before.
    """

    def __init__(self, store: Store | None = None) -> None:
        self._store = store or Forgetful()
        self._received: dict[str, Received] = {}
        self._texts: dict[str, str] = {}
        self._excerpts: dict[str, str] = {}
        self._steps: list[tuple[float, str]] = []
        for received in self._store.messages():
            self._take(received)

    def receive(
        self,
        order: Order,
        *,
        message_id: str,
        at_s: float,
        course: Course,
        ordered_by: str,
        fate: str | None = None,
    ) -> None:
        """Take in what *order* sends."""
        channel = Channel.SMS if isinstance(order, SmsOrder) else Channel.EMAIL
        subject = None if isinstance(order, SmsOrder) else order.subject
        content_type = None if isinstance(order, SmsOrder) else CONTENT_TYPES[order.content_type]
        message = Message(
            id=message_id,
            channel=channel,
            recipient=order.recipient,
            sender=sender_of(order),
            subject=subject,
            body=order.body,
            content_type=content_type,
            segments=_segments(order.body) if channel is Channel.SMS else None,
            code=guess_code(_visible(order.body) if content_type == "Html" else order.body),
            idempotency_id=order.idempotency_id,
            shipment_id=None,
            received_at_s=at_s,
            status=course.steps[0][1],
            cut=cut_by(order),
            fate=fate,
            ordered_by=ordered_by,
            senders_reference=order.reference,
        )
        received = Received(message, course)
        self._store.keep_message(received)
        self._take(received)

    def place(self, message_id: str, shipment_id: str) -> None:
        """Note that the order that sent *message_id* is stored."""
        received = self._received.get(message_id)
        if received is not None:  # thrown away while the order was being stored
            message = replace(received.message, shipment_id=shipment_id)
            self._received[message_id] = replace(received, message=message)
            self._texts.pop(message_id, None)

    def messages(self, now_s: float) -> tuple[Message, ...]:
        """Return all of them, with what has become of them by *now_s*."""
        return tuple(received.by(now_s) for received in self._received.values())

    def __len__(self) -> int:
        return len(self._received)

    def get(self, message_id: str) -> Received | None:
        """Return one of them, None where there is none of that id."""
        return self._received.get(message_id)

    def newest(self) -> list[Received]:
        """Return all of them as they came, newest first."""
        return [*reversed(self._received.values())]

    def text_of(self, message_id: str) -> str:
        """Return all that one may look for a message by, without regard to case."""
        text = self._texts.get(message_id)
        if text is None:
            text = self._texts[message_id] = _sought(self._received[message_id].message)
        return text

    def read_of(self, message_id: str) -> str:
        """Return the beginning of what a person reads in a message, on one line."""
        excerpt = self._excerpts.get(message_id)
        if excerpt is None:
            message = self._received[message_id].message
            text = _visible(message.body) if message.content_type == "Html" else message.body
            excerpt = self._excerpts[message_id] = " ".join(text[:_READ].split())[:_EXCERPT]
        return excerpt

    def drive(self, message_id: str, course: Course) -> None:
        """Have a message fare as *course* says, from now on; it is kept, with its order's."""
        received = replace(self._received[message_id], course=course)
        self._store.keep_course(message_id, received.message.shipment_id, course)
        self._take(received)

    def due_at_s(self) -> float:
        """Return when a status is the next to change; infinite where none will."""
        return self._steps[0][0] if self._steps else inf

    def settle(self, now_s: float) -> list[str]:
        """Return the messages whose status has changed since it was last asked, each once."""
        changed: dict[str, None] = {}
        while self._steps and self._steps[0][0] <= now_s:
            name = heapq.heappop(self._steps)[1]
            if name in self._received:
                changed[name] = None
        return list(changed)

    def clear(self) -> None:
        """Throw the messages away. The service's memory of its orders is another matter."""
        self._store.drop_messages()
        self._received.clear()
        self._texts.clear()
        self._excerpts.clear()
        self._steps.clear()

    def _take(self, received: Received) -> None:
        message, course = received.message, received.course
        self._received[message.id] = received
        after_s = [after_s for after_s, _ in course.steps[1:]]
        if course.reached_after_s is not None:
            after_s.append(course.reached_after_s)
        for each in after_s:
            heapq.heappush(self._steps, (message.received_at_s + each, message.id))


def _sought(message: Message) -> str:
    parts = (
        message.recipient,
        message.sender,
        message.subject,
        message.body,
        message.senders_reference,
        message.idempotency_id,
        message.id,
        message.shipment_id,
        message.fate,
    )
    return "\n".join(part for part in parts if part is not None).casefold()


def guess_code(text: str) -> str | None:
    r"""
    Return the one-time code in *text*, by the rules at the top of this module.

    >>> guess_code("Din engangskode er: 123456. Koden utløper om 5 minutter.")
    '123456'
    >>> guess_code("Logg inn.\n@example.org #99K1")
    '99K1'
    >>> guess_code("Timen er flyttet til 12.05.2026.") is None
    True
    """
    lines = text.rstrip().splitlines() or [""]
    if (bound := _BOUND_LINE.fullmatch(lines[-1])) is not None:
        return bound[1]
    dateless = _DATE.sub("", text)
    found = _DIGITS.search(dateless) or _MIXED.search(dateless)
    return None if found is None else found[0]


class _Eye(HTMLParser):
    """Sees of a page what a person would read."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - theirs
        self._hidden += tag in _HIDDEN

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN

    def handle_data(self, data: str) -> None:
        if self._hidden <= 0:
            self.seen.append(data)


def _visible(markup: str) -> str:
    from straks.core.plain_text import digestible

    eye = _Eye()
    eye.feed(digestible(markup))
    eye.close()
    return " ".join(eye.seen)


def _segments(text: str) -> int | None:
    from straks.core.segment import segment

    try:
        return len(segment(text))
    except TooManySegments:
        return None
