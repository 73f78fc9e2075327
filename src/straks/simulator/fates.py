"""
What may befall a request or a message, as one table that code, command line, page and tests read.

A fate is asked for in two ways. Whoever tests *arms* it (`straks.simulator.faults`), for the next
orders or for a share of them. Or an order asks by its recipient: each fate has a number and an
address of its own that nobody has, so that a test of another's system needs nothing but a
recipient. Numbers are the upper part of the range that Sweden sets aside for fiction, +46701740660
to +46701740699; those below it, and every other address, fare as messages ordinarily do.

Names tell the stage (`straks.simulator.fate`): ``…-before-sending``, ``…-after-sending`` (sent and not
stored), ``…-answer`` (sent and stored, so that a repeat is answered 200).

Source: Altinn/altinn-notifications, ``InstantOrdersController.cs``, ``InstantOrderRequestService.cs``,
``ShortMessageServiceClient.cs``, ``ProcessingLifecycleExt.cs``; PTS, «Telefonnummer för användning i
böcker och filmer»; RFC 2606, 3. What stands in front of the service is not in its sources: those
fates are what gateways in general do.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Final

from straks.core.nearest import nearest
from straks.errors import InvalidSetting
from straks.simulator import answers
from straks.simulator.attendance import Manner
from straks.simulator.courses import ACCEPTED_S, DELIVERED_S, Plan
from straks.simulator.fate import Fate, Stage
from straks.simulator.orders import Channel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from straks.wire.exchange import Response


_SMS_SENDING: Final = (0.0, "SMS_Sending")
_SMS_ACCEPTED: Final = (ACCEPTED_S, "SMS_Accepted")
_EMAIL_SENDING: Final = (0.0, "Email_Sending")
_EMAIL_SUCCEEDED: Final = (ACCEPTED_S, "Email_Succeeded")

_LATE_S: Final = 45.0
_QUEUED_S: Final = 60.0

PLAIN: Final[Mapping[Channel, Plan]] = {
    Channel.SMS: Plan((_SMS_SENDING, _SMS_ACCEPTED), DELIVERED_S),
    Channel.EMAIL: Plan((_EMAIL_SENDING, _EMAIL_SUCCEEDED), DELIVERED_S),
}
"""What becomes of a message that nothing befalls: taken after a second, delivered after two."""


def _sms(there_after_s: float | None, *reports: tuple[float, str]) -> dict[Channel, Plan]:
    return {Channel.SMS: Plan((_SMS_SENDING, *reports), there_after_s)}


def _email(there_after_s: float | None, *reports: tuple[float, str]) -> dict[Channel, Plan]:
    return {Channel.EMAIL: Plan((_EMAIL_SENDING, *reports), there_after_s)}


def _sms_ends(status: str) -> dict[Channel, Plan]:
    """The network takes an SMS, and gives it up a second later."""
    return _sms(None, _SMS_ACCEPTED, (DELIVERED_S, f"SMS_{status}"))


def _email_ends(status: str) -> dict[Channel, Plan]:
    """The network takes an e-mail, and gives it up a second later."""
    return _email(None, _EMAIL_SUCCEEDED, (DELIVERED_S, f"Email_{status}"))


def _turned_down(status: str) -> dict[Channel, Plan]:
    """The e-mail network does not take it; the order is answered 201 all the same."""
    return _email(None, (ACCEPTED_S, f"Email_{status}"))


def _page(status: int, reason: str, **headers: str) -> Callable[[str], Response]:
    return lambda _: answers.page(status, reason, headers)


def _problem(problem: answers.Problem) -> Callable[[str], Response]:
    return lambda trace_id: answers.coded_problem(problem, trace_id)


def _empty(status: int) -> Callable[[str], Response]:
    return lambda _: answers.empty(status)


_SENT_AND_LOST: Final = "the message is sent and the order is not stored, so a repeat sends again"

FATES: Final = (
    # What becomes of a message whose order is answered 201.
    Fate(
        "late",
        Stage.COURSE,
        "delivered after 45 seconds: the phone was off, the mailbox busy",
        "+46701740660",
        plans=_sms(_LATE_S, _SMS_ACCEPTED) | _email(_LATE_S, _EMAIL_SUCCEEDED),
    ),
    Fate(
        "last-moment",
        Stage.COURSE,
        "delivered half a second before the gateway gives up, which counts whole minutes: with 60 seconds to"
        " live it is on the phone, and is shown as SMS_Failed_TTL",
        "+46701740661",
        plans=_sms(-0.5, _SMS_ACCEPTED),
    ),
    Fate(
        "phone-off",
        Stage.COURSE,
        "the phone stays off until the gateway gives up; whether that is shown as SMS_Failed_Expired or as"
        " SMS_Failed_TTL depends on whose time was up first",
        "+46701740662",
        plans=_sms(inf, _SMS_ACCEPTED),
    ),
    Fate(
        "never-final",
        Stage.COURSE,
        "stays in SMS_Sending or Email_Sending for ever, and never comes into the feed",
        "+46701740663",
        plans=_sms(None) | _email(None),
    ),
    Fate(
        "ttl",
        Stage.COURSE,
        "the network takes it and never reports; 300 seconds after the expiry the status is …_Failed_TTL",
        "+46701740664",
        plans=_sms(None, _SMS_ACCEPTED) | _email(None, _EMAIL_SUCCEEDED),
    ),
    Fate(
        "failed",
        Stage.COURSE,
        "…_Failed, without a reason",
        "+46701740665",
        plans=_sms_ends("Failed") | _email_ends("Failed"),
    ),
    Fate(
        "invalid-recipient",
        Stage.COURSE,
        "the gateway refuses the number: 201 all the same, and SMS_Failed_InvalidRecipient",
        "+46701740666",
        plans=_sms(None, (ACCEPTED_S, "SMS_Failed_InvalidRecipient")),
    ),
    Fate(
        "recipient-reserved",
        Stage.COURSE,
        "…_Failed_RecipientReserved",
        "+46701740667",
        plans=_sms_ends("Failed_RecipientReserved") | _email_ends("Failed_RecipientReserved"),
    ),
    Fate(
        "barred-receiver",
        Stage.COURSE,
        "SMS_Failed_BarredReceiver",
        "+46701740668",
        plans=_sms_ends("Failed_BarredReceiver"),
    ),
    Fate("deleted", Stage.COURSE, "SMS_Failed_Deleted", "+46701740669", plans=_sms_ends("Failed_Deleted")),
    Fate("expired", Stage.COURSE, "SMS_Failed_Expired", "+46701740670", plans=_sms_ends("Failed_Expired")),
    Fate(
        "undelivered",
        Stage.COURSE,
        "SMS_Failed_Undelivered",
        "+46701740671",
        plans=_sms_ends("Failed_Undelivered"),
    ),
    Fate(
        "recipient-not-identified",
        Stage.COURSE,
        "…_Failed_RecipientNotIdentified",
        "+46701740672",
        plans=_sms_ends("Failed_RecipientNotIdentified") | _email_ends("Failed_RecipientNotIdentified"),
    ),
    Fate("rejected", Stage.COURSE, "SMS_Failed_Rejected", "+46701740673", plans=_sms_ends("Failed_Rejected")),
    Fate(
        "new-word",
        Stage.COURSE,
        "a final status that is on no list yet, for the list has grown before",
        "+46701740674",
        plans=_sms_ends("Failed_PhoneFull") | _email_ends("Failed_MailboxFull"),
    ),
    Fate(
        "pretended",
        Stage.COURSE,
        "looks delivered and is not: what TT02 does with a number that is on no allow-list",
        "+46701740675",
        plans=_sms(None, _SMS_ACCEPTED, (DELIVERED_S, "SMS_Delivered")),
    ),
    Fate("bounced", Stage.COURSE, "Email_Failed_Bounced", plans=_email_ends("Failed_Bounced")),
    Fate(
        "filtered-spam", Stage.COURSE, "Email_Failed_FilteredSpam", plans=_email_ends("Failed_FilteredSpam")
    ),
    Fate("quarantined", Stage.COURSE, "Email_Failed_Quarantined", plans=_email_ends("Failed_Quarantined")),
    Fate(
        "invalid-format",
        Stage.COURSE,
        "Email_Failed_InvalidFormat",
        plans=_turned_down("Failed_InvalidFormat"),
    ),
    Fate(
        "suppressed-recipient",
        Stage.COURSE,
        "Email_Failed_SuppressedRecipient",
        plans=_turned_down("Failed_SuppressedRecipient"),
    ),
    Fate(
        "invalid-sas-url",
        Stage.COURSE,
        "Email_Failed_InvalidSasUrl",
        plans=_turned_down("Failed_InvalidSasUrl"),
    ),
    Fate(
        "payload-too-large",
        Stage.COURSE,
        "Email_Failed_PayloadTooLarge",
        plans=_turned_down("Failed_PayloadTooLarge"),
    ),
    Fate(
        "transient-error",
        Stage.COURSE,
        "Email_Failed_TransientError, which is on the list and seldom seen: see transient",
        plans=_turned_down("Failed_TransientError"),
    ),
    Fate(
        "transient",
        Stage.COURSE,
        "the e-mail network is busy: the status is Email_New, and the ordinary queue delivers a minute later",
        plans=_email(
            _QUEUED_S + DELIVERED_S,
            (ACCEPTED_S, "Email_New"),
            (_QUEUED_S, "Email_Sending"),
            (_QUEUED_S + ACCEPTED_S, "Email_Succeeded"),
        ),
    ),
    # What comes before the service has looked at an order.
    Fate(
        "refuse-connection",
        Stage.CONNECTION,
        "nobody listens; over HTTP for so many seconds, in memory for so many requests",
        waits_s=1.0,
    ),
    Fate(
        "drop-before-sending",
        Stage.DOOR,
        "the connection is reset before anything is sent",
        "+46701740676",
        manner=Manner.RESET,
    ),
    Fate(
        "hang",
        Stage.DOOR,
        "there is never an answer, and nothing is sent",
        "+46701740677",
        waits_s=inf,
        manner=Manner.RESET,
    ),
    Fate(
        "302",
        Stage.DOOR,
        "a gateway in front sends the caller to a page of its own; nothing is sent",
        "+46701740678",
        answer=_page(302, "Found", location="https://login.example.org/"),
    ),
    Fate("401", Stage.DOOR, "the token is not taken; nothing is sent", "+46701740679", answer=_empty(401)),
    Fate(
        "429",
        Stage.DOOR,
        "a gateway in front has enough, and says when to come back; nothing is sent",
        "+46701740680",
        retry_after_s=1.0,
        answer=_page(429, "Too Many Requests"),
    ),
    Fate(
        "502",
        Stage.DOOR,
        "a gateway in front does not reach the service; nothing is sent",
        "+46701740681",
        answer=_page(502, "Bad Gateway"),
    ),
    Fate(
        "503-in-front",
        Stage.DOOR,
        "a gateway in front is closed, and says when to come back; nothing is sent",
        "+46701740682",
        retry_after_s=1.0,
        answer=_page(503, "Service Unavailable"),
    ),
    # What the service stumbles over before the hand-over.
    Fate(
        "500",
        Stage.LOOK_UP,
        "the service cannot look the id up: an empty 500, and nothing is sent",
        "+46701740683",
        answer=_empty(500),
    ),
    Fate(
        "503",
        Stage.HAND_OVER,
        "the message cannot be handed over: NOT-00004, and nothing is sent",
        "+46701740684",
        answer=_problem(answers.HAND_OVER_FAILED),
    ),
    # What happens between sending and storing.
    Fate(
        "delay",
        Stage.SENT,
        "the message is sent at once and the order stored after so many seconds; who leaves before finds"
        " nothing stored, and a repeat sends again; from 30 seconds on (100 for e-mail) it is a 503",
        "+46701740685",
        waits_s=3.0,
    ),
    Fate(
        "hang-after-sending",
        Stage.SENT,
        f"there is never an answer: {_SENT_AND_LOST}",
        "+46701740686",
        waits_s=inf,
        manner=Manner.RESET,
    ),
    Fate(
        "drop-after-sending",
        Stage.SENT,
        f"the connection is reset: {_SENT_AND_LOST}",
        "+46701740687",
        manner=Manner.RESET,
    ),
    Fate(
        "499",
        Stage.SENT,
        f"something in between gave up first, NOT-00002: {_SENT_AND_LOST}",
        "+46701740688",
        answer=_problem(answers.CALLER_GONE),
    ),
    Fate(
        "500-after-sending",
        Stage.SENT,
        f"the order cannot be stored, an empty 500: {_SENT_AND_LOST}",
        "+46701740689",
        answer=_empty(500),
    ),
    Fate(
        "503-after-sending",
        Stage.SENT,
        f"the gateway's yes is lost, NOT-00004: {_SENT_AND_LOST}",
        "+46701740690",
        answer=_problem(answers.HAND_OVER_FAILED),
    ),
    Fate(
        "504",
        Stage.SENT,
        f"a gateway in front gave up waiting: {_SENT_AND_LOST}",
        "+46701740691",
        answer=_page(504, "Gateway Timeout"),
    ),
    # What happens to the answer of an order that is sent and stored.
    Fate(
        "delay-answer",
        Stage.ANSWER,
        "sent and stored; the answer comes after so many seconds",
        "+46701740692",
        waits_s=3.0,
    ),
    Fate(
        "hang-answer",
        Stage.ANSWER,
        "sent and stored; the answer never comes",
        "+46701740693",
        waits_s=inf,
        manner=Manner.RESET,
    ),
    Fate(
        "drop-answer",
        Stage.ANSWER,
        "sent and stored; the connection is reset before the answer",
        "+46701740694",
        manner=Manner.RESET,
    ),
    Fate(
        "cut-answer",
        Stage.ANSWER,
        "sent and stored; the answer breaks off in the middle",
        "+46701740695",
        manner=Manner.CUT,
    ),
    Fate(
        "empty-answer",
        Stage.ANSWER,
        "sent and stored; the answer is 200 or 201 and has no body",
        "+46701740696",
        empties=True,
    ),
    Fate(
        "garbage",
        Stage.ANSWER,
        "sent and stored; the answer is 200 or 201 and a page of HTML",
        "+46701740697",
        garbles=True,
    ),
    Fate(
        "not-http",
        Stage.ANSWER,
        "sent and stored; what comes back is not HTTP",
        "+46701740698",
        manner=Manner.NOISE,
    ),
    Fate(
        "drip",
        Stage.ANSWER,
        "sent and stored; the answer comes octet by octet, and takes so many seconds",
        "+46701740699",
        waits_s=3.0,
        manner=Manner.DRIP,
    ),
)
"""Every fate there is, in the order in which they are shown."""

_BY_NAME: Final = {fate.name: fate for fate in FATES}
_BY_RECIPIENT: Final = {
    recipient: fate for fate in FATES for recipient in (fate.number, fate.address) if recipient is not None
}

PRETENDED: Final = _BY_NAME["pretended"]
TOO_LATE: Final = replace(_BY_NAME["delay"], answer=_BY_NAME["503"].answer)
"""A delay that is longer than the service's own patience."""


def fate_named(name: str) -> Fate:
    """
    Return the fate of that name.

    Raises:
        InvalidSetting: There is none; the sentence names the nearest.

    >>> fate_named("never-final").number
    '+46701740663'
    """
    if name not in _BY_NAME:
        near = nearest(name, _BY_NAME)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(_BY_NAME)}"
        raise InvalidSetting(f"there is no fault of that name; {hint}")
    return _BY_NAME[name]


def fate_of(recipient: str) -> Fate | None:
    """
    Return the fate that *recipient*, an E.164 number or an address, asks for; None for an ordinary one.

    >>> fate_of("bounced@example.org").says, fate_of("kari@example.org")
    ('Email_Failed_Bounced', None)
    """
    return _BY_RECIPIENT.get(recipient)
