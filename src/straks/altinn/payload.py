"""
From an order to the service's JSON, exactly.

What the service would refuse for its form is refused here first, with its rule named, before
anything is sent. So are the few things that it accepts and then stumbles over: a NUL that makes it
fail *after* sending, a control character in an SMS that its gateway's XML cannot carry, a line
break in a subject. Those failures look like outages, and every repeat would send again.

Nothing optional is left empty: the service reads ``"senderEmailAddress": ""`` as an address, and a
wrong one. `encode` is what a repeat repeats, byte for byte, since the service never compares bodies.

Source of every rule: the validators of Altinn Notifications (Altinn/altinn-notifications, commit
0d0183fb): RecipientRules, InstantSms- and InstantEmailNotificationOrderRequestValidator.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from straks.core.manifest import TIME_TO_LIVE_LEAST, TIME_TO_LIVE_MOST
from straks.core.message import ContentType, Email, Sms
from straks.errors import InvalidPayload

if TYPE_CHECKING:
    from straks.core.message import Order

INSTANT_SMS: Final = "/notifications/api/v1/future/orders/instant/sms"
INSTANT_EMAIL: Final = "/notifications/api/v1/future/orders/instant/email"
ENDPOINTS: Final = {"sms": INSTANT_SMS, "email": INSTANT_EMAIL}
"""The path that an order of each channel is posted to."""

_ID_CHARACTERS_MOST = 255  # far below the 2700 bytes where its index fails, after the message was sent
# Controls and surrogates, and what else XML has no place for (XML 1.0, 2.2).
_NOT_CARRIED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# The service's own pattern for an address, without its accidents (it also takes ";" and "&quot;" in
# places, which no address that straks accepts has).
_LETTER = "A-Za-z0-9æøåÆØÅ"
_LABEL = f"[{_LETTER}](?:[{_LETTER}-]{{0,61}}[{_LETTER}])?"
_ATOM = rf"[{_LETTER}!#$%&'*+=?^_`{{|}}~-]+"
_SERVICE_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.){{1,9}}[A-Za-z]{{2,14}}")
_SERVICE_ADDRESS_RULE = (
    "the part before @ has the letters a-z and æøå, digits and !#$%&'*+-=?^_`{|}~ in it, dots between; "
    "the domain has at most ten labels and ends in 2 to 14 letters a-z"
)
_ONE_LINE = "one printable line"


def endpoint(order: Order) -> str:
    """Return the path that *order* is posted to."""
    return ENDPOINTS[order.message.channel]


def payload(order: Order) -> dict[str, Any]:
    """
    Return the service's JSON for *order*, as Python values.

    Raises:
        InvalidPayload: The service would refuse it, or fail on it; names the field and the rule.
    """
    message = order.message
    if isinstance(message, Sms):
        recipient = {"recipientSms": _sms(message)}
    elif isinstance(message, Email):
        recipient = {"recipientEmail": _email(message)}
    else:
        raise InvalidPayload(
            f"Altinn carries Sms and Email, not {type(message).__name__}",
            field="message",
            rule="SMS or e-mail",
        )
    _refuse_blank(order.idempotency_id, "idempotency_id")
    _refuse_controls(order.idempotency_id, "idempotency_id", _ONE_LINE)
    if len(order.idempotency_id) > _ID_CHARACTERS_MOST:
        raise _refused("idempotency_id", f"at most {_ID_CHARACTERS_MOST} characters")
    reference: dict[str, Any] = {}
    if order.reference is not None:
        _refuse_blank(order.reference, "reference")
        _refuse_controls(order.reference, "reference", _ONE_LINE)
        reference = {"sendersReference": order.reference}
    return {"idempotencyId": order.idempotency_id, **reference, **recipient}


def encode(order: Order) -> bytes:
    """
    Return the service's JSON for *order*, ready to send: compact UTF-8, always the same bytes.

    Raises:
        InvalidPayload: The service would refuse it, or fail on it; names the field and the rule.
    """
    return json.dumps(payload(order), ensure_ascii=False, separators=(",", ":")).encode()


def _sms(sms: Sms) -> dict[str, Any]:
    if not TIME_TO_LIVE_LEAST <= sms.time_to_live <= TIME_TO_LIVE_MOST or sms.time_to_live.microseconds:
        raise _refused("time_to_live", "60 to 172800 whole seconds")
    _refuse_blank(sms.body, "body")
    _refuse_controls(sms.body, "body", "no control characters but line breaks", allowed="\n")
    settings = {"body": sms.body}
    if sms.sender is not None:
        _refuse_blank(sms.sender, "sender")
        _refuse_controls(sms.sender, "sender", _ONE_LINE)
        settings = {"sender": sms.sender, **settings}
    return {
        "phoneNumber": str(sms.recipient),
        "timeToLiveInSeconds": sms.time_to_live.days * 86_400 + sms.time_to_live.seconds,
        "smsSettings": settings,
    }


def _email(email: Email) -> dict[str, Any]:
    _refuse_blank(email.subject, "subject")
    _refuse_controls(email.subject, "subject", "one line without control characters")
    _refuse_blank(email.body, "body")
    _refuse_controls(email.body, "body", "no control characters but line breaks and tabs", allowed="\n\t")
    settings: dict[str, Any] = {"subject": email.subject, "body": email.body}
    if email.sender is not None:
        settings["senderEmailAddress"] = _address(email.sender.ascii, "sender")
    settings["contentType"] = ContentType(email.content_type).value
    return {"emailAddress": _address(email.recipient.ascii, "recipient"), "emailSettings": settings}


def _address(address: str, field: str) -> str:
    if _SERVICE_ADDRESS.fullmatch(address) is None:
        raise _refused(field, _SERVICE_ADDRESS_RULE)
    return address


def _refuse_blank(text: str, field: str) -> None:
    if not text.strip():
        raise _refused(field, "not empty")


def _refuse_controls(text: str, field: str, rule: str, allowed: str = "") -> None:
    for found in _NOT_CARRIED.finditer(text):
        if found[0] not in allowed:
            what = f"; character {found.start() + 1} is U+{ord(found[0]):04X}, take it out"
            raise _refused(field, rule, what)


def _refused(field: str, rule: str, detail: str = "") -> InvalidPayload:
    name = field.replace("_", " ")
    return InvalidPayload(
        f"Altinn would not take the {name} of this order; its rule: {rule}{detail}", field=field, rule=rule
    )
