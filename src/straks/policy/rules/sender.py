"""SND7xx: who a message says that it is from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from straks.core.alphabet import describe
from straks.core.message import Sms
from straks.core.phone_number import PhoneNumber
from straks.errors import InvalidPhoneNumber
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.settings import Policy
from straks.policy.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.policy.filled import Filled
    from straks.policy.subject import Page

LEAST: Final = 3
"""The shortest name that operators take. Source: GOV.UK Notify, text message sender."""
MOST: Final = 11
"""The longest name that fits. Source: 3GPP TS 23.040, 9.1.2.5."""

_FORM = re.compile(rf"(?=.*[A-Za-z])(?! )[A-Za-z0-9 ._&-]{{{LEAST},{MOST}}}(?<! )")
_PLAIN = re.compile(r"[A-Za-z0-9 ._&-]")
_NUMBER = re.compile(r"\+?[0-9]+")
_SHORT_NUMBER = re.compile(r"[0-9]{3,6}")

_GENERIC = re.compile(
    r"alerts?|authentication|beskjed(?:er)?|bekreft|code|engangskode|eingongskode|info|informasjon"
    r"|information|kode|login|melding|message|msg|notice|notification|notify|otp|pinkode|service|sms|support"
    r"|tjeneste|teneste|varsel|varsling(?:er)?|verify|verification"
)

# Wording that asks for an answer. Jinja is rendered before it is read, so phrases stand as a reader sees
# them; «venter på svar fra deg» asks for none by SMS.
_REPLY = re.compile(
    r"""(?<!\bfår\ )(?<!\bfått\ )(?<!\bvårt\ )(?<!\ba\ )(?<!\bour\ )\b(?:
        svare?r?\ på\ (?:denne\ (?:her\ )?)?(?:(?:tekst)?melding(?:en|a)?|sms(?:-?en)?)\b
      | svare?\ (?:med\ )?["«']?(?:ja|nei|stopp?|ok)\b
      | send\ (?:et\ |eit\ )?(?:svar\b|["«']?(?:ja|nei|stopp?)\b)
      | (?:reply|respond|text\ back)\ (?:to\ )?(?:this|with|by|["“']?(?:yes|no|stop|ok))\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_NOT = re.compile(
    r"\b(?:ikke|ikkje|not|cannot|never|aldri|don['’]t|can['’]t|unable\ to)\b[^.!?]*\Z", re.IGNORECASE
)


@rule(
    "SND701",
    Scope.POLICY,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        Trial(),
        Trial(
            policy=Policy(senders=frozenset({"Skatt", "NAV", "R & D", "Oslo kommun", "+46701740605", "2222"}))
        ),
    ],
    fails=[
        Trial(policy=Policy(senders=frozenset({sender})))
        for sender in ("Skattedirektoratet", "Ås", "St. Olavs!", "NO", " Skatt", "Skatt ", "12 34")
    ],
)
def sender_that_no_network_carries(policy: Policy) -> Iterator[Flaw]:
    """
    A sender in the policy that is no name of 3 to 11 plain characters.

    Why: the originator's field has room for 11 septets; what is longer is cut, or the message is
    refused. Gateways promise ASCII letters, digits, space and . _ & - alone, with a letter among them.
    (A message whose sender could not be carried is refused when it is made.)
    Instead: shorten the name, and write å as a and ø as o.
    Source: 3GPP TS 23.040, 9.1.2.5; GOV.UK Notify, text message sender.
    """
    for sender in sorted(policy.senders or ()):
        if not _NUMBER.fullmatch(sender) and not _FORM.fullmatch(sender):
            yield Flaw(
                f"the sender “{sender}” {_unfit(sender)}",
                f"write {LEAST} to {MOST} characters out of A-Z, a-z, 0-9, space and . _ & -",
            )


def _unfit(sender: str) -> str:
    """Say what keeps *sender* from being a name that every network carries."""
    strange = [describe(character) for character in dict.fromkeys(sender) if not _PLAIN.fullmatch(character)]
    if strange:
        return f"holds {' and '.join(strange)}, which gateways do not promise to carry"
    if len(sender) > MOST:
        return f"has {len(sender)} characters; {MOST} fit"
    if len(sender) < LEAST:
        return f"has {len(sender)} characters; operators take {LEAST} or more"
    if sender != sender.strip():
        return "has a space at its edge"
    return "has no letter, and is no number either"


@rule(
    "SND702",
    Scope.MESSAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        "Hei",
        Trial(sms="Hei", sender="Skatt"),
        Trial(sms="Hei", sender="+46701740605"),
        Trial(html="<p>Hei</p>"),
    ],
    fails=[
        Trial(sms="Hei", sender=sender)
        for sender in ("Info", "VERIFY", "Kode", "varsel", "SMS-info", "Info2")
    ],
)
def generic_sender(filled: Filled) -> Iterator[Flaw]:
    """
    A sender that says what the message is, and not who it is from.

    Why: anybody may call themselves Info or Kode, so phones thread such messages together with fraud,
    and operators refuse them.
    Instead: send under the name that the reader knows you by.
    Source: GOV.UK Notify, text message sender; NCSC, business communications.
    """
    message = filled.message
    if isinstance(message, Sms) and message.sender is not None:
        words = re.findall("[a-z]+", message.sender.lower())
        if words and all(map(_GENERIC.fullmatch, words)):
            yield Flaw("the sender is a word that anybody may use", "send under your own name")


@rule(
    "SND703",
    Scope.MESSAGE,
    severity=Severity.ERROR,
    since="0.1",
    by_sender=True,
    by_key="senders",
    passes=[
        Trial(sms="Hei", sender="Skatt"),
        Trial(sms="Hei", sender="Skatt", policy=Policy(senders=frozenset({"Skatt", "NAV"}))),
        Trial(html="<p>Hei</p>", policy=Policy(senders=frozenset({"Skatt"}))),
    ],
    fails=[
        Trial(sms="Hei", sender="skatt", policy=Policy(senders=frozenset({"Skatt"}))),
        Trial(sms="Hei", policy=Policy(senders=frozenset({"Skatt"}))),
    ],
)
def sender_that_was_not_agreed(filled: Filled) -> Iterator[Flaw]:
    """
    An SMS from another sender than the policy names, or from the service's default although it names one.

    Why: a service that shows under several names teaches people to trust any. No template and no
    language has a sender of its own, so the policy is where one is agreed.
    Instead: send from one of the policy's ``senders``, or add this one.
    Source: the policy's key «senders»; NCSC, business communications.
    """
    message, agreed = filled.message, filled.policy.senders
    if not isinstance(message, Sms) or agreed is None or message.sender in (agreed or (None,)):
        return
    way_out = "add it to the policy's senders"
    yield Flaw(
        "no sender is given, so the service's default is shown"
        if message.sender is None
        else "the sender is not one of the policy's",
        f"send from {' or '.join(sorted(agreed))}, or {way_out}" if agreed else way_out,
    )


@rule(
    "SND704",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        "Koden er {{ code }}.",
        "Saken venter på svar fra deg. Logg inn for å svare.",
        "Du kan ikke svare på denne meldingen.",
        "Ikkje svar på denne meldinga.",
        "Do not reply to this message.",
        "You can't reply to this message.",
        "Denne meldingen kan ikke besvares. Svar får du på nettsidene våre.",
        Trial(sms="Svar JA for å bekrefte.", policy=Policy(senders=frozenset({"2222", "+46701740605"}))),
        Trial(html="<p>Svar på denne meldingen.</p>"),
    ],
    fails=[
        "Svar på denne meldingen innen {{ lifetime }}.",
        "Det er ikke for sent. Svar på meldinga.",
        "Svar JA for å bekrefte.",
        "Reply STOP to end these messages.",
        "Please reply to this message.",
        "{% if count > 1 %}Send svar i dag.{% endif %}",
        "Send STOPP for å slippe flere meldinger.",
        Trial(sms="Svar NEI.", policy=Policy(senders=frozenset({"2222", "Skatt"}))),
    ],
)
def reply_that_goes_nowhere(page: Page) -> Iterator[Flaw]:
    """
    An SMS that asks for a reply, from a sender that is a name.

    Why: a phone cannot answer a name; the reply is lost, and its writer believes that it was read.
    Instead: say where to answer; or send from numbers alone, and name them in the policy's ``senders``.
    Source: 3GPP TS 23.040, 9.1.2.5 (an alphanumeric originator is no address).
    """
    from straks.policy.reading import sayings

    senders = page.policy.senders
    if page.channel != "sms" or (senders and all(map(_NUMBER.fullmatch, senders))):
        return
    for reading in sayings(page):
        for match in _REPLY.finditer(reading.text):
            if not _NOT.search(reading.text, 0, match.start()):
                yield Flaw(
                    f"“{match[0]}” asks for a reply, which a sender that is a name cannot receive",
                    "say where to answer, or send from a number",
                    reading.spot(match.start()),
                )


@rule(
    "SND705",
    Scope.MESSAGE,
    severity=Severity.ERROR,
    since="0.1",
    by_sender=True,
    passes=[
        Trial(sms="Hei"),
        Trial(sms="Hei", sender="Skatt"),
        Trial(sms="Hei", sender="+46701740605"),
        Trial(sms="Hei", sender="2222", policy=Policy(senders=frozenset({"2222"}))),
        Trial(html="<p>Hei</p>"),
    ],
    fails=[
        Trial(sms="Hei", sender="2222"),
        Trial(sms="Hei", sender="46701740605"),
        Trial(sms="Hei", sender="+4622000000"),
        Trial(sms="Hei", sender="00000000000", policy=Policy(senders=frozenset({"00000000000"}))),
    ],
)
def number_that_cannot_be_a_sender(filled: Filled) -> Iterator[Flaw]:
    """
    A sender that is a number, but neither a mobile number in E.164 nor an agreed short number.

    Why: gateways and operators drop or overwrite numbers that cannot have sent an SMS, and a reader
    who calls back reaches somebody else.
    Instead: write the number with + and its country code; name a short number in the policy's ``senders``.
    Source: ITU-T E.164; GOV.UK Notify, text message sender.
    """
    message = filled.message
    sender = message.sender if isinstance(message, Sms) else None
    if sender is None or not _NUMBER.fullmatch(sender):
        return
    agreed = filled.policy.senders or ()
    if not (_is_mobile(sender) or (_SHORT_NUMBER.fullmatch(sender) and sender in agreed)):
        yield Flaw(
            "the sender is a number that is neither a mobile number in E.164 nor an agreed short number",
            "write it with + and its country code, or name the short number in senders",
        )


def _is_mobile(sender: str) -> bool:
    try:
        return PhoneNumber.parse(sender).e164 == sender
    except InvalidPhoneNumber:
        return False


RULES = (
    sender_that_no_network_carries,
    generic_sender,
    sender_that_was_not_agreed,
    reply_that_goes_nowhere,
    number_that_cannot_be_a_sender,
)
