"""
A sealed order: what sending needs, and nothing more.

An `Order` holds a message with all that made it: template, values, policy. That is good to look at and
too much to hand on: a queue, a file or another process needs the bytes that go over the wire, the id
that they carry, and what decides how to persist with them. A sealed order is that, as a value, and its
JSON is one line. Sealed once, it is the same order for ever: a corrected template or a new Babel between
building and sending changes no byte of it.

Two things are not in it on purpose. The address it is posted to follows from the channel when it is
sent: an address out of a file would take the token along, wherever it leads. And there is no checksum:
who can write the file can write that too. What is checked is what would do harm unseen, above all that
the id outside is the id inside.

The JSON holds recipient and text in full. Keep it as you keep those.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from straks.altinn.payload import ENDPOINTS, encode
from straks.core.given import require
from straks.core.manifest import CHANNELS, TIME_TO_LIVE_LEAST, TIME_TO_LIVE_MOST, Repeat
from straks.core.message import Order, Sms
from straks.errors import InvalidOrder, InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION: Final = "order/1"
"""What a written order begins with; another release that writes otherwise writes another."""

Sendable: TypeAlias = "Order | SealedOrder"
"""What a transport is given. One of your own begins with `seal`, and has the same in both cases."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,255}")
_PSEUDONYM = re.compile(r"(?:[0-9a-f]{32})?")  # empty in an order that no message made


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedOrder:
    """
    An order as it goes over the wire. Made by `seal`, or read back by `from_json`.

    ``body`` is what is posted, byte for byte, at every attempt. ``time_to_live_s`` is an SMS's, in
    seconds; an e-mail has none. No attempt begins after ``not_after``, a moment in UTC, where there is
    one. ``rehearsal`` is True for an order made with the simulator's public key.
    """

    idempotency_id: str
    body: bytes = field(repr=False)
    template: str
    locale: str
    channel: str
    repeat: Repeat
    pseudonym: str = field(repr=False)
    time_to_live_s: int | None = None
    not_after: datetime | None = None
    rehearsal: bool = False

    @property
    def endpoint(self) -> str:
        """The path that it is posted to."""
        return ENDPOINTS[self.channel]

    @property
    def reference(self) -> str | None:
        """The caller's own reference, out of the body."""
        found: str | None = json.loads(self.body).get("sendersReference")
        return found

    def to_json(self) -> str:
        """Return the order as one line of JSON, without the line's end."""
        facts = {name: getattr(self, name) for name in _READERS}
        facts["body"] = self.body.decode()
        if self.not_after is not None:
            facts["not_after"] = self.not_after.isoformat()
        written = {name: value for name, value in facts.items() if value not in (None, False)}
        return _ENCODER.encode({"straks": VERSION, **written})

    @classmethod
    def from_json(cls, text: str | bytes) -> SealedOrder:
        """
        Read what `to_json` wrote.

        Raises:
            InvalidOrder: It is not that, or of another version, or was changed. The sentence names the
                field and shows nothing of it.
        """
        try:
            document: object = json.loads(text)
        except (ValueError, RecursionError):
            # Not chained: the library's error holds the text.
            document = None
        if not isinstance(document, dict):
            raise InvalidOrder("this is no sealed order: it is not one JSON object")
        found = cast("dict[str, Any]", document)
        if found.get("straks") != VERSION:
            raise InvalidOrder(
                f"this is no sealed order that this release of straks reads, which are marked {VERSION!r}; "
                "build it again with this release, or send it with the one that built it"
            )
        if surplus := found.keys() - {"straks", *_READERS}:
            raise InvalidOrder(f"this sealed order has {len(surplus)} fields too many; build it again")
        order = cls(**{name: _read(name, found.get(name)) for name in _READERS})
        if (order.channel == "sms") is (order.time_to_live_s is None):
            raise _wrong("time_to_live_s")
        if _id_within(order.body) != order.idempotency_id:
            raise InvalidOrder("this sealed order was changed: the id in its body is another. Build it again")
        return order


def seal(order: Sendable, *, not_after: datetime | None = None) -> SealedOrder:
    """
    Return what sending *order* needs. One that is sealed already stays as it is.

    Args:
        order: What to seal.
        not_after: The moment after which no attempt to send it begins, with its zone; None leaves an
            SMS its time to live, which counts from the moment of sending.

    Raises:
        InvalidPayload: The service would refuse the order for its form; names the field and the rule.
        InvalidSetting: *not_after* has no zone, or *order* is none.
    """
    if not_after is not None and not_after.utcoffset() is None:
        raise InvalidSetting(
            "not_after is a moment with its zone, such as one with tzinfo=UTC; this has none"
        )
    until = None if not_after is None else not_after.astimezone(UTC)
    if isinstance(order, SealedOrder):
        return order if until is None else replace(order, not_after=until)
    try:
        message = order.message
    except AttributeError:
        require(order, Order, "a transport sends an order, which message.order(occasion=…, key=…) makes")
        raise
    return SealedOrder(
        idempotency_id=order.idempotency_id,
        body=encode(order),
        template=message.template,
        locale=message.locale,
        channel=message.channel,
        repeat=message.repeat,
        pseudonym=order.pseudonym,
        time_to_live_s=int(message.time_to_live.total_seconds()) if isinstance(message, Sms) else None,
        not_after=until,
        rehearsal=order.rehearsal,
    )


def _id_within(body: bytes) -> object:
    try:
        payload: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, object]", payload).get("idempotencyId") if isinstance(payload, dict) else None


def _line(value: object) -> str:
    # One line: it stands in records and logs, where a line break would begin another entry.
    if not isinstance(value, str) or not value.strip() or _LINE.fullmatch(value) is None:
        raise ValueError
    return value


def _pseudonym(value: object) -> str:
    if not isinstance(value, str) or _PSEUDONYM.fullmatch(value) is None:
        raise ValueError
    return value


def _channel(value: object) -> str:
    if value not in CHANNELS:
        raise ValueError
    return str(value)


def _seconds(value: object) -> int | None:
    if value is not None and (
        type(value) is not int or not TIME_TO_LIVE_LEAST <= timedelta(seconds=value) <= TIME_TO_LIVE_MOST
    ):
        raise ValueError
    return value


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(_line(value))
    if moment.utcoffset() is None:
        raise ValueError
    return moment.astimezone(UTC)


def _flag(value: object) -> bool:
    if value not in (None, True):
        raise ValueError
    return value is True


def _body(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError
    return value.encode()


# What reads each field. Those that are None or False are not written.
_READERS: Final[dict[str, Callable[[Any], object]]] = {
    "idempotency_id": _line,
    "template": _line,
    "locale": _line,
    "channel": _channel,
    "repeat": Repeat,
    "pseudonym": _pseudonym,
    "time_to_live_s": _seconds,
    "not_after": _moment,
    "rehearsal": _flag,
    "body": _body,
}


def _read(field_name: str, value: object) -> Any:  # noqa: ANN401 - each field has its own type
    with suppress(ValueError, TypeError, OverflowError):  # whose sentences hold the value
        return _READERS[field_name](value)
    raise _wrong(field_name)


def _wrong(field_name: str) -> InvalidOrder:
    return InvalidOrder(
        f"this sealed order cannot be used: its {field_name!r} is missing or wrong. Build it again"
    )
