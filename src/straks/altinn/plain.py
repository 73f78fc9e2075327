"""
A fast way for an order in whose texts there is nothing to refuse and nothing to escape, which is nearly each.

What the service would refuse or stumble over is a character that does not print, and what JSON writes
otherwise than it is are those, the quotation mark and the backslash. Whether a text has any of them is asked
once, of all texts together, instead of twice, of each by itself.

It only ever says that an order is plain. Whatever else it is, right or wrong, is left to
`straks.altinn.payload`, which alone refuses.

`enabled` turns it off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from straks.altinn.carried import ID_CHARACTERS_MOST, NOT_IN_EMAIL, SERVICE_ADDRESS
from straks.core.manifest import TIME_TO_LIVE_LEAST, TIME_TO_LIVE_MOST
from straks.core.message import Email, Sms

if TYPE_CHECKING:
    from straks.core.message import Order

enabled: bool = True
"""Whether orders are looked at here at all; False leaves every one of them to the rules one by one."""

_LEAST_S: Final = int(TIME_TO_LIVE_LEAST.total_seconds())
_MOST_S: Final = int(TIME_TO_LIVE_MOST.total_seconds())


def lifetime(order: Order) -> int | None:
    """Return the time to live in seconds of an *order* for a plain SMS; None says nothing at all."""
    sms = getattr(order, "message", None)
    if type(sms) is not Sms or not enabled or sms.sender is not None or order.reference is not None:
        return None
    life = sms.time_to_live
    seconds = life.days * 86_400 + life.seconds
    if not _LEAST_S <= seconds <= _MOST_S or life.microseconds:
        return None
    return seconds if _are_plain(order.idempotency_id, sms.body) else None


def sms(order: Order, seconds: int) -> bytes:
    """Return the JSON of an *order* for a plain SMS, whose time to live is *seconds*."""
    message = cast("Sms", order.message)
    return (
        f'{{"idempotencyId":"{order.idempotency_id}","recipientSms":{{"phoneNumber":"{message.recipient.e164}"'
        f',"timeToLiveInSeconds":{seconds},"smsSettings":{{"body":"{message.body}"}}}}}}'
    ).encode()


def email(order: Order) -> bytes | None:
    """Return the JSON of an *order* for a plain e-mail; None says nothing at all."""
    message = getattr(order, "message", None)
    if type(message) is not Email or not enabled or message.sender is not None or order.reference is not None:
        return None
    page, address = message.unmade_body, message.recipient.ascii
    if page is None or not _are_plain(order.idempotency_id, message.subject):
        return None
    # An address that the service takes has neither of the two characters that JSON escapes.
    if SERVICE_ADDRESS.fullmatch(address) is None or not page.free_of(NOT_IN_EMAIL):
        return None
    before = (
        f'{{"idempotencyId":"{order.idempotency_id}","recipientEmail":{{"emailAddress":"{address}"'
        f',"emailSettings":{{"subject":"{message.subject}","body":'
    )
    return b"".join((before.encode(), page.json(), b',"contentType":"Html"}}}'))


def _are_plain(id_: str, text: str) -> bool:
    if type(id_) is not str or type(text) is not str or len(id_) > ID_CHARACTERS_MOST:
        return False
    if not id_ or not text or id_.isspace() or text.isspace():
        return False
    both = id_ + text
    return both.isprintable() and '"' not in both and "\\" not in both
