"""
The list that the inbox's page has: what is looked for, newest first, a window at a time.

A page that lists ten thousand messages shows twenty of them. So it asks for those, and is told how many there
are: looking and counting are done here, where the messages are, and what travels stays small.

All words that are looked for must stand in a message, anywhere, without regard to case: in its text,
recipient, sender, ids, or the sender's own reference. A status is one of the service's, or what several
have in common: ``delivered``, ``failed``, or ``underway`` for neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from straks.errors import InvalidSetting
from straks.simulator.courses import STATUSES, is_final
from straks.simulator.orders import Channel
from straks.simulator.shipments import timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from straks.simulator.inbox import Inbox, Message, Received

SIZE: Final = 50
LARGEST: Final = 500
GROUPS: Final = ("underway", "delivered", "failed")
"""What several statuses have in common."""

_FURTHEST: Final = 10**9


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: ``words`` in lower case, and a window of ``size`` after ``skip``."""

    words: tuple[str, ...] = field(default=(), repr=False)
    channel: Channel | None = None
    status: str | None = None
    skip: int = 0
    size: int = SIZE

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Search:
        """
        Read what a query says; a parameter that is missing or empty asks for nothing.

        Raises:
            InvalidSetting: One of them cannot be; the sentence says which and what can.
        """
        channel, status = query.get("channel") or None, query.get("status") or None
        if channel is not None and channel not in list(Channel):
            raise InvalidSetting(f"there is no such channel; there are {', '.join(Channel)}")
        known = (*GROUPS, *(each for statuses in STATUSES.values() for each in statuses))
        if status is not None and status not in known:
            raise InvalidSetting(f"there is no such status; there are {', '.join(known)}")
        return cls(
            tuple(query.get("search", "").casefold().split()),
            None if channel is None else Channel(channel),
            status,
            _number(query, "skip", 0, _FURTHEST),
            _number(query, "size", SIZE, LARGEST),
        )


def found(inbox: Inbox, search: Search, now_s: float) -> tuple[int, list[Message]]:
    """Return how many messages are what is looked for, and those in the window."""
    every, is_meant = inbox.newest(), _meant(inbox, search, now_s)
    if search.words or search.channel is not None or search.status is not None:
        every = [received for received in every if is_meant(received)]
    return len(every), [received.by(now_s) for received in every[search.skip : search.skip + search.size]]


def summary(inbox: Inbox, message: Message) -> dict[str, object]:
    """Return what a list shows of a *message* in *inbox*."""
    return {
        "id": message.id,
        "channel": message.channel,
        "recipient": message.recipient,
        "sender": message.sender,
        "subject": message.subject,
        "excerpt": inbox.read_of(message.id),
        "code": message.code,
        "segments": message.segments,
        "cut": message.cut,
        "receivedAt": timestamp(message.received_at_s),
        "status": message.status,
        "reached": message.reached,
        "fate": message.fate,
        "sendersReference": message.senders_reference,
    }


def group_of(status: str) -> str:
    """
    Return what a status has in common with others.

    >>> group_of("SMS_Delivered"), group_of("Email_Failed_Bounced"), group_of("SMS_Accepted")
    ('delivered', 'failed', 'underway')
    """
    if not is_final(status):
        return "underway"
    return "delivered" if status.endswith("_Delivered") else "failed"


def _meant(inbox: Inbox, search: Search, now_s: float) -> Callable[[Received], bool]:
    """Return what tells whether a message is meant; it is asked ten thousand times for each key pressed."""
    words, channel, status, text_of = search.words, search.channel, search.status, inbox.text_of
    meant = frozenset(
        each for statuses in STATUSES.values() for each in statuses if status in (None, each, group_of(each))
    )

    def is_meant(received: Received) -> bool:
        message = received.message
        if channel is not None and message.channel is not channel:
            return False
        if words:
            text = text_of(message.id)
            for word in words:
                if word not in text:
                    return False
        return status is None or received.course.status_after(now_s - message.received_at_s)[1] in meant

    return is_meant


def _number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    digits = query.get(name) or str(default)
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > len(str(most)) or int(digits) > most:
        raise InvalidSetting(f"{name} is a whole number from 0 to {most}")
    return int(digits)
