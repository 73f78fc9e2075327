"""
How the service reads the body of an order, and its first two stages of 400.

Three stages can say no, and only the first that does is heard: the JSON reader, the required
fields (both here), and the rules (`straks.simulator.rules`). They do not even name places alike:

- The reader names a JSON path, ``$.recipientSms``, and adds that ``request`` is required. It stops
  at its first complaint. A member that is *absent* is its business.
- The required fields are named by the service's C# properties, ``RecipientSms.PhoneNumber``, all
  of them together. A member that is *there* but null, empty or blank is theirs.

What the reader forgives: any case in names, unknown members, a name that comes twice (the last
counts), a quoted integer, a content type by number or in any case.

Source: Altinn/altinn-notifications, the models ``Instant*OrderRequestExt`` and what they hold;
dotnet/aspnetcore, ``SystemTextJsonInputFormatter``; dotnet/runtime, ``EnumConverter``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from straks.simulator.json_reader import JsonReader, Kind, Unreadable, integer
from straks.simulator.orders import EmailOrder, Order, Rejection, SmsOrder, is_blank, trim

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.simulator.json_reader import Token

_MODELS: Final = "Altinn.Notifications.Models"
CONTENT_TYPES: Final = ("Plain", "Html")


class Scalar(Enum):
    """A member that is one value: the name of its type in the service's messages."""

    TEXT = "System.String"
    INTEGER = "System.Int32"
    CONTENT_TYPE = f"{_MODELS}.EmailContentTypeExt"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object: its JSON name, its C# name, what it holds, and whether it must be there."""

    name: str
    place: str
    holds: Scalar | Shape
    required: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """An object that the service knows: the name of its type, and its members."""

    type_name: str
    members: tuple[Member, ...]

    def member(self, name: str) -> Member | None:
        """Return the member called *name*, in any case; None where there is none."""
        return next((member for member in self.members if member.name.lower() == _lower(name)), None)


@dataclass(slots=True)
class _Node:
    """An object as it was read: values by their C# names. ``absent`` marks the stand-in for a null."""

    place: str
    texts: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    nodes: dict[str, _Node | None] = field(default_factory=dict[str, "_Node | None"])
    absent: bool = False


class _Wanting:
    """Collects the required fields that turn out to be null, empty or blank."""

    def __init__(self) -> None:
        self.errors: dict[str, tuple[str, ...]] = {}

    def text(self, node: _Node, name: str) -> str:
        text = node.texts.get(name)
        if is_blank(text) and not node.absent:
            self._miss(node, name)
        return text or ""

    def node(self, node: _Node, name: str) -> _Node:
        found = node.nodes.get(name)
        if found is None and not node.absent:
            self._miss(node, name)
        return found or _Node(_join(node.place, name), absent=True)

    def _miss(self, node: _Node, name: str) -> None:
        self.errors[_join(node.place, name)] = (f"The {name} field is required.",)


@dataclass(frozen=True, slots=True)
class Form:
    """What one endpoint takes: the shape of its JSON and the order made from it."""

    shape: Shape
    _order: Callable[[_Node, _Wanting], Order]

    def read(self, body: bytes) -> Order | Rejection:
        """
        Read *body* as the service does, up to and with the required fields.

        >>> sorted(SMS.read(b"{}").errors)
        ['$', 'request']
        """
        try:
            node = _read_body(body, self.shape)
        except Unreadable as unreadable:
            return _unread(unreadable.path, unreadable.message)
        if node is None:
            return _unread("", "A non-empty request body is required.")
        wanting = _Wanting()
        order = self._order(node, wanting)
        return Rejection(wanting.errors) if wanting.errors else order


def _unread(path: str, message: str) -> Rejection:
    return Rejection({path: (message,), "request": ("The request field is required.",)})


def _read_body(body: bytes, shape: Shape) -> _Node | None:
    if not body:
        return None
    reader = JsonReader(body)
    token = reader.next("$")
    node = None if token.kind is Kind.NULL else _read_object(reader, token, shape, "$", "")
    reader.finish("$")
    return node


def _read_object(reader: JsonReader, token: Token, shape: Shape, path: str, place: str) -> _Node:
    if token.kind is not Kind.OBJECT:
        raise reader.unusable(path, shape.type_name)
    node = _Node(place)
    seen: set[Member] = set()
    for name in reader.members(path):
        member = shape.member(name)
        if member is None:
            reader.skip(path)
            continue
        seen.add(member)
        _read_member(reader, member, node, f"{path}.{name}")
    missing = [f"'{member.name}'" for member in shape.members if member.required and member not in seen]
    if missing:
        raise Unreadable(
            path,
            f"JSON deserialization for type '{shape.type_name}' was missing required properties"
            f" including: {', '.join(missing)}.",
        )
    return node


def _read_member(reader: JsonReader, member: Member, node: _Node, path: str) -> None:
    token = reader.next(path)
    null = token.kind is Kind.NULL
    match member.holds:
        case Shape() as shape:
            place = _join(node.place, member.place)
            node.nodes[member.place] = None if null else _read_object(reader, token, shape, path, place)
        case Scalar.TEXT:
            node.texts[member.place] = None if null else reader.text(token, path)
        case scalar:
            number = integer(token.raw, bits=32) if token.kind is Kind.NUMBER else None
            if token.kind is Kind.STRING:
                text = reader.text(token, path)
                number = integer(text, bits=32) if scalar is Scalar.INTEGER else _content_type(text)
            if number is None:
                raise reader.unusable(path, scalar.value)
            node.numbers[member.place] = number


def _content_type(text: str) -> int | None:
    """
    Read a content type: its number, its name in any case, or names with commas, combined by bits.

    >>> _content_type(" HTML "), _content_type("plain,html"), _content_type("7"), _content_type("text")
    (1, 1, 7, None)
    """
    if (number := integer(trim(text), bits=32)) is not None:
        return number
    names = [name.lower() for name in CONTENT_TYPES]
    combined = 0
    for part in text.split(","):
        name = _lower(trim(part))
        if name not in names:
            return None
        combined |= names.index(name)
    return combined


def _lower(name: str) -> str:
    # ASCII alone: Python would also read the Kelvin sign as a k.
    return name.lower() if name.isascii() else name


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _sms(node: _Node, wanting: _Wanting) -> SmsOrder:
    idempotency_id = wanting.text(node, "IdempotencyId")
    return _sms_to(node, wanting, wanting.node(node, "RecipientSms"), idempotency_id)


def _deprecated_sms(node: _Node, wanting: _Wanting) -> SmsOrder:
    idempotency_id = wanting.text(node, "IdempotencyId")
    recipient = wanting.node(node, "InstantNotificationRecipient")
    details = wanting.node(recipient, "ShortMessageDeliveryDetails")
    return _sms_to(node, wanting, details, idempotency_id)


def _sms_to(node: _Node, wanting: _Wanting, details: _Node, idempotency_id: str) -> SmsOrder:
    phone_number = wanting.text(details, "PhoneNumber")
    content = wanting.node(details, "ShortMessageContent")
    return SmsOrder(
        idempotency_id=idempotency_id,
        reference=node.texts.get("SendersReference"),
        place=details.place,
        phone_number=phone_number,
        time_to_live_s=details.numbers.get("TimeToLiveInSeconds", 0),
        sender=content.texts.get("Sender"),
        body=wanting.text(content, "Body"),
    )


def _email(node: _Node, wanting: _Wanting) -> EmailOrder:
    idempotency_id = wanting.text(node, "IdempotencyId")
    details = wanting.node(node, "InstantEmailDetails")
    address = wanting.text(details, "EmailAddress")
    content = wanting.node(details, "EmailSettings")
    return EmailOrder(
        idempotency_id=idempotency_id,
        reference=node.texts.get("SendersReference"),
        place=details.place,
        address=address,
        subject=wanting.text(content, "Subject"),
        body=wanting.text(content, "Body"),
        sender=content.texts.get("SenderEmailAddress"),
        content_type=content.numbers.get("ContentType", 0),
    )


_SMS_DETAILS = Shape(
    f"{_MODELS}.Sms.ShortMessageDeliveryDetailsExt",
    (
        Member("phoneNumber", "PhoneNumber", Scalar.TEXT),
        Member("timeToLiveInSeconds", "TimeToLiveInSeconds", Scalar.INTEGER),
        Member(
            "smsSettings",
            "ShortMessageContent",
            Shape(
                f"{_MODELS}.Sms.ShortMessageContentExt",
                (
                    Member("sender", "Sender", Scalar.TEXT, required=False),
                    Member("body", "Body", Scalar.TEXT),
                ),
            ),
        ),
    ),
)
_EMAIL_DETAILS = Shape(
    f"{_MODELS}.Email.InstantEmailDetailsExt",
    (
        Member("emailAddress", "EmailAddress", Scalar.TEXT),
        Member(
            "emailSettings",
            "EmailSettings",
            Shape(
                f"{_MODELS}.Email.InstantEmailContentExt",
                (
                    Member("subject", "Subject", Scalar.TEXT),
                    Member("body", "Body", Scalar.TEXT),
                    Member("senderEmailAddress", "SenderEmailAddress", Scalar.TEXT, required=False),
                    Member("contentType", "ContentType", Scalar.CONTENT_TYPE, required=False),
                ),
            ),
        ),
    ),
)
_IDS = (
    Member("idempotencyId", "IdempotencyId", Scalar.TEXT),
    Member("sendersReference", "SendersReference", Scalar.TEXT, required=False),
)

SMS: Final = Form(
    Shape(
        f"{_MODELS}.Orders.InstantSmsNotificationOrderRequestExt",
        (*_IDS, Member("recipientSms", "RecipientSms", _SMS_DETAILS)),
    ),
    _sms,
)
EMAIL: Final = Form(
    Shape(
        f"{_MODELS}.Orders.InstantEmailNotificationOrderRequestExt",
        (*_IDS, Member("recipientEmail", "InstantEmailDetails", _EMAIL_DETAILS)),
    ),
    _email,
)
DEPRECATED: Final = Form(
    Shape(
        f"{_MODELS}.Orders.InstantNotificationOrderRequestExt",
        (
            *_IDS,
            Member(
                "recipient",
                "InstantNotificationRecipient",
                Shape(
                    f"{_MODELS}.Recipient.InstantNotificationRecipientExt",
                    (Member("recipientSms", "ShortMessageDeliveryDetails", _SMS_DETAILS),),
                ),
            ),
        ),
    ),
    _deprecated_sms,
)
