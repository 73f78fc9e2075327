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

from typing import Final

from straks.altinn.carried import ID_CHARACTERS_MOST, NOT_IN_EMAIL, SERVICE_ADDRESS
from straks.core.manifest import TIME_TO_LIVE_LEAST, TIME_TO_LIVE_MOST
from straks.core.message import Email, Order, Sms

enabled: bool = True
"""Whether orders are looked at here at all; False leaves every one of them to the rules one by one."""

_LEAST_S: Final = int(TIME_TO_LIVE_LEAST.total_seconds())
_MOST_S: Final = int(TIME_TO_LIVE_MOST.total_seconds())


def written(order: Order) -> bytes | None:
    """Return the JSON of an *order* that is plain; None says nothing at all."""
    if not enabled or type(order) is not Order or order.reference is not None:
        return None
    message = order.message
    if type(message) is Sms and message.sender is None:
        return _sms(order, message)
    if type(message) is Email and message.sender is None:
        return _email(order, message)
    return None


def _sms(order: Order, sms: Sms) -> bytes | None:
    # No frame has a text of the message in it: a traceback keeps frames.
    life, id_ = sms.time_to_live, order.idempotency_id
    seconds = life.days * 86_400 + life.seconds
    if not _LEAST_S <= seconds <= _MOST_S or life.microseconds or not _are_plain(id_, sms.body):
        return None
    return (
        f'{{"idempotencyId":"{id_}","recipientSms":{{"phoneNumber":"{sms.recipient.e164}"'
        f',"timeToLiveInSeconds":{seconds},"smsSettings":{{"body":"{sms.body}"}}}}}}'
    ).encode()


def _email(order: Order, email: Email) -> bytes | None:
    page, id_ = email.unmade_body, order.idempotency_id
    if page is None or not _are_plain(id_, email.subject):
        return None
    # An address that the service takes has neither of the two characters that JSON escapes.
    if SERVICE_ADDRESS.fullmatch(email.recipient.ascii) is None or not page.free_of(NOT_IN_EMAIL):
        return None
    before = (
        f'{{"idempotencyId":"{id_}","recipientEmail":{{"emailAddress":"{email.recipient.ascii}"'
        f',"emailSettings":{{"subject":"{email.subject}","body":'
    ).encode()
    return b"".join((before, page.json(), b',"contentType":"Html"}}}'))


def _are_plain(id_: str, text: str) -> bool:
    if type(id_) is not str or type(text) is not str or len(id_) > ID_CHARACTERS_MOST:
        return False
    if not id_ or not text or id_.isspace() or text.isspace():
        return False
    both = id_ + text
    return both.isprintable() and '"' not in both and "\\" not in both
