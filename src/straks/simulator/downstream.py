"""
What an order that passed every rule can still break, further in.

The service looks an id up, hands the message over, and stores the order, in this sequence. Each
step has texts it cannot take, and what the caller sees depends on which step it was: nothing was
sent before the hand-over failed, and *something was* before the storing did, with no row to show
for it, so that every repeat sends again.

The SMS gateway takes what it is given and says nothing of what it changes: a sender's name is cut
to 11 characters, and a text to what 16 messages of 134 characters hold.

Source: Altinn/altinn-notifications, ``InstantOrderRequestService.cs``, ``insertorderchain.sql``,
``InstantEmailController.cs``; PSWinCom/LinkMobility.PSWin.Client, ``XmlTransport.cs`` (the gateway
takes XML 1.0); PostgreSQL (text holds no U+0000; a row of a B-tree holds about 2700 bytes); the
service's pages on custom senders and on SMS segmentation.
"""

from __future__ import annotations

import re
from typing import Final

from straks.simulator.orders import Order, SmsOrder, is_blank

DEFAULT_SMS_SENDER: Final = "Altinn"
DEFAULT_EMAIL_SENDER: Final = "noreply@altinn.cloud"
LONGEST_ID_BYTES: Final = 2700
LONGEST_NAME: Final = 11
"""Characters of a sender's name that a phone shows; a sender that is a number is not cut."""
LONGEST_TEXT: Final = 16 * 134
"""Characters of a text that the gateway carries."""

_NUMBER: Final = re.compile(r"\+?[0-9]+")
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NUL: Final = "\x00"


def look_up_fails(order: Order) -> bool:
    """Tell whether the search for an earlier order with this id breaks: 500, nothing sent."""
    return _NUL in order.idempotency_id


def hand_over_fails(order: Order) -> bool:
    """Tell whether the SMS or e-mail service turns the message down: 503, nothing sent, every time."""
    if isinstance(order, SmsOrder):
        texts = (order.phone_number, order.sender or "", order.body)
        return any(_NOT_XML.search(text) is not None for text in texts)
    name, _, domain = order.address.partition("@")
    return not name or not domain or "@" in domain or "\r" in order.address or "\n" in order.address


def storing_fails(order: Order) -> bool:
    """
    Tell whether the order cannot be stored: 500, and the message is already on its way.

    The real limit on an id is on what is left after compression; here every id beyond 2700 bytes
    is too long, whatever it is made of.
    """
    texts = [order.reference or ""]
    if not isinstance(order, SmsOrder):
        texts += [order.subject, order.body]
    return any(_NUL in text for text in texts) or len(order.idempotency_id.encode()) > LONGEST_ID_BYTES


def sender_of(order: Order) -> str:
    """Return the sender the recipient sees: the one asked for, or the service's own."""
    if not isinstance(order, SmsOrder):
        return order.sender or DEFAULT_EMAIL_SENDER
    if order.sender is None or is_blank(order.sender):
        return DEFAULT_SMS_SENDER
    return order.sender if _NUMBER.fullmatch(order.sender) else order.sender[:LONGEST_NAME]


def cut_by(order: Order) -> int:
    """Return how many characters of the text the gateway drops, from its end and without a word."""
    return max(0, len(order.body) - LONGEST_TEXT) if isinstance(order, SmsOrder) else 0
