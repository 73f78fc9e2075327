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

from json.encoder import encode_basestring as _quoted
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from straks.altinn import plain
from straks.altinn.carried import (
    ID_CHARACTERS_MOST,
    NOT_IN_EMAIL,
    NOT_IN_LINE,
    NOT_IN_SMS,
    SERVICE_ADDRESS,
    SERVICE_ADDRESS_RULE,
)
from straks.core.given import require
from straks.core.manifest import TIME_TO_LIVE_LEAST, TIME_TO_LIVE_MOST
from straks.core.message import ContentType, Email, Order, Sms
from straks.errors import InvalidPayload

if TYPE_CHECKING:
    import re

INSTANT_SMS: Final = "/notifications/api/v1/future/orders/instant/sms"
INSTANT_EMAIL: Final = "/notifications/api/v1/future/orders/instant/email"
ENDPOINTS: Final = {"sms": INSTANT_SMS, "email": INSTANT_EMAIL}
"""The path that an order of each channel is posted to."""

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
    # Judged before it is put together: a traceback keeps frames, and so no frame has the text in it.
    if flaw := _flaw(order):
        raise _refused(*flaw)
    message = order.message
    made: dict[str, Any] = {"idempotencyId": order.idempotency_id}
    if order.reference is not None:
        made["sendersReference"] = order.reference
    if isinstance(message, Sms):
        made["recipientSms"] = _sms(message)
    else:
        made["recipientEmail"] = _email(cast("Email", message))
    return made


def encode(order: Order) -> bytes:
    """
    Return the service's JSON for *order*, ready to send: compact UTF-8, always the same bytes.

    It is `payload`, written out here member by member, since a general encoder takes several times as
    long as a message has taken until then.

    Raises:
        InvalidPayload: The service would refuse it, or fail on it; names the field and the rule.
    """
    written = plain.written(order)
    if written is not None:
        return written
    if flaw := _flaw(order):
        raise _refused(*flaw)
    message = order.message
    named = "" if order.reference is None else f',"sendersReference":{_quoted(order.reference)}'
    head = f'{{"idempotencyId":{_quoted(order.idempotency_id)}{named},'
    if isinstance(message, Sms):
        return f"{head}{_written_sms(message)}}}".encode()
    before, body, after = _written_email(cast("Email", message))
    return b"".join((f"{head}{before}".encode(), body, f"{after}}}".encode()))


def _sms(sms: Sms) -> dict[str, Any]:
    body, life = sms.body, sms.time_to_live
    return {
        "phoneNumber": sms.recipient.e164,
        "timeToLiveInSeconds": life.days * 86_400 + life.seconds,
        "smsSettings": {"body": body} if sms.sender is None else {"sender": sms.sender, "body": body},
    }


def _written_sms(sms: Sms) -> str:
    sender = "" if sms.sender is None else f'"sender":{_quoted(sms.sender)},'
    life = sms.time_to_live
    return (
        f'"recipientSms":{{"phoneNumber":"{sms.recipient.e164}"'
        f',"timeToLiveInSeconds":{life.days * 86_400 + life.seconds}'
        f',"smsSettings":{{{sender}"body":{_quoted(sms.body)}}}}}'
    )


def _email(email: Email) -> dict[str, Any]:
    sender = {} if email.sender is None else {"senderEmailAddress": email.sender.ascii}
    return {
        "emailAddress": email.recipient.ascii,
        "emailSettings": {
            "subject": email.subject,
            "body": email.body,
            **sender,
            "contentType": ContentType(email.content_type).value,
        },
    }


def _written_email(email: Email) -> tuple[str, bytes, str]:
    """Return what comes before the body, the body in octets, which its page may have ready, and the rest."""
    page = email.unmade_body
    if page is None:
        body, kind = _quoted(email.body).encode(), ContentType(email.content_type).value
    else:
        body, kind = page.json(), "Html"
    before = (
        f'"recipientEmail":{{"emailAddress":{_quoted(email.recipient.ascii)}'
        f',"emailSettings":{{"subject":{_quoted(email.subject)},"body":'
    )
    sender = "" if email.sender is None else f',"senderEmailAddress":{_quoted(email.sender.ascii)}'
    return before, body, f'{sender},"contentType":"{kind}"}}}}'


Flaw: TypeAlias = tuple[str, str, str]
"""Our name of the field, the service's rule, and what is more to say."""


def _flaw(order: Order) -> Flaw | None:
    """Return the first thing that the service would refuse *order* for, or stumble over."""
    try:
        message = order.message
    except AttributeError:
        require(order, Order, "the service is given an order, which message.order(occasion=…, key=…) makes")
        raise
    if isinstance(message, Sms):
        flaw = _flaw_of_sms(message)
    elif isinstance(message, Email):
        flaw = _flaw_of_email(message)
    else:
        raise InvalidPayload(
            f"Altinn carries Sms and Email, not {type(message).__name__}",
            field="message",
            rule="SMS or e-mail",
        )
    flaw = flaw or _flaw_of_text(order.idempotency_id, "idempotency_id", _ONE_LINE)
    if flaw is None and len(order.idempotency_id) > ID_CHARACTERS_MOST:
        flaw = "idempotency_id", f"at most {ID_CHARACTERS_MOST} characters", ""
    if flaw is None and order.reference is not None:
        flaw = _flaw_of_text(order.reference, "reference", _ONE_LINE)
    return flaw


def _flaw_of_sms(sms: Sms) -> Flaw | None:
    life = sms.time_to_live
    if not TIME_TO_LIVE_LEAST <= life <= TIME_TO_LIVE_MOST or life.microseconds:
        return "time_to_live", "60 to 172800 whole seconds", ""
    flaw = _flaw_of_text(sms.body, "body", "no control characters but line breaks", NOT_IN_SMS)
    if flaw is None and sms.sender is not None:
        flaw = _flaw_of_text(sms.sender, "sender", _ONE_LINE)
    return flaw


def _flaw_of_email(email: Email) -> Flaw | None:
    page = email.unmade_body
    flaw = _flaw_of_text(email.subject, "subject", "one line without control characters")
    if flaw is None and (page is None or not page.free_of(NOT_IN_EMAIL)):
        rule = "no control characters but line breaks and tabs"
        flaw = _flaw_of_text(email.body, "body", rule, NOT_IN_EMAIL)
    for address, field in ((email.sender, "sender"), (email.recipient, "recipient")):
        if flaw is None and address is not None and SERVICE_ADDRESS.fullmatch(address.ascii) is None:
            flaw = field, SERVICE_ADDRESS_RULE, ""
    return flaw


def _flaw_of_text(
    text: str, field: str, rule: str, not_carried: re.Pattern[str] | None = None
) -> Flaw | None:
    if not text or text.isspace():
        return field, "not empty", ""
    # What is printable holds none of them, and that is told in half the time.
    found = None if text.isprintable() else (not_carried or NOT_IN_LINE).search(text)
    if found is None:
        return None
    return field, rule, f"; character {found.start() + 1} is U+{ord(found[0]):04X}, take it out"


def _refused(field: str, rule: str, detail: str) -> InvalidPayload:
    name = field.replace("_", " ")
    return InvalidPayload(
        f"Altinn would not take the {name} of this order; its rule: {rule}{detail}", field=field, rule=rule
    )
