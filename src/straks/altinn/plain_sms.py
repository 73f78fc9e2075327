"""
A fast way for an SMS in whose texts there is nothing to refuse and nothing to escape, which is nearly each.

What the service would refuse or stumble over is a character that does not print, and what JSON writes
otherwise than it is are those, the quotation mark and the backslash. Whether a text has any of them is asked
once, of all texts together, instead of four times, of each by itself.

It only ever says that an order is plain. Whatever else it is, right or wrong, is left to
`straks.altinn.payload`, which alone refuses.

`enabled` turns it off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from straks.core.manifest import TIME_TO_LIVE_LEAST, TIME_TO_LIVE_MOST
from straks.core.message import Sms

if TYPE_CHECKING:
    from straks.core.message import Order

enabled: bool = True
"""Whether orders are looked at here at all; False leaves every one of them to the rules one by one."""

_ID_CHARACTERS_MOST: Final = 200
_LEAST_S: Final = int(TIME_TO_LIVE_LEAST.total_seconds())
_MOST_S: Final = int(TIME_TO_LIVE_MOST.total_seconds())


def lifetime(order: Order) -> int | None:
    """Return the time to live in seconds of an *order* that is plain; None says nothing at all."""
    sms = getattr(order, "message", None)
    if type(sms) is not Sms or not enabled or sms.sender is not None or order.reference is not None:
        return None
    life, id_, body = sms.time_to_live, order.idempotency_id, sms.body
    seconds = life.days * 86_400 + life.seconds
    if not _LEAST_S <= seconds <= _MOST_S or life.microseconds:
        return None
    if type(id_) is not str or type(body) is not str or len(id_) > _ID_CHARACTERS_MOST:
        return None
    # Of white space only the plain space prints, and it is below every other character that does.
    if id_[:1] <= " " or body[:1] <= " ":
        return None
    texts = id_ + body
    return seconds if texts.isprintable() and '"' not in texts and "\\" not in texts else None


def written(order: Order, seconds: int) -> bytes:
    """Return the JSON of an *order* that is plain, whose time to live is *seconds*."""
    sms = cast("Sms", order.message)
    return (
        f'{{"idempotencyId":"{order.idempotency_id}","recipientSms":{{"phoneNumber":"{sms.recipient.e164}"'
        f',"timeToLiveInSeconds":{seconds},"smsSettings":{{"body":"{sms.body}"}}}}}}'
    ).encode()
