"""
Issue, fill, order, send: and what comes of it for the code.

============================  ======================================================================
outcome                       the code
============================  ======================================================================
`Receipt`                     lives
`InDoubt`                     lives, since it may be on its way; it dies by itself
`Refused`, `NotSent`          is revoked: nobody can have it
under 60 s of life left       is revoked and not sent (`NotSent`): the service takes no less, nor do
                              texts whose parameter says so
an error before the sending   is revoked, and the error raised
any other error               lives: a transport that breaks does not say whether it sent
============================  ======================================================================

The outcome is returned and not raised, because who sends a code goes on in every case, and differs in
what the person is told.

*Nothing half done.* The message is made once beforehand, with the template's own example for a code, up
to the order and through the policy. So a value that does not fit, or a template that may not be used,
costs nobody the code they have, nor one of the few that they may ask for.

*The occasion is the challenge.* A repeat of this order has its id, and the next code another.

*The time to live* is what is left of the code's life, in whole minutes, when the message is ready: rounded
down, though a few seconds that the making took are let pass, since «4 minutes» for a code that lives
for 4 minutes and 59 seconds helps nobody. It stands in the text too, wherever the template prints
the parameter that is its time to live.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from straks.altinn.place import Receipt
from straks.codes.conversation import moment
from straks.codes.plan import Step, ask
from straks.codes.recipient import read_recipient
from straks.codes.stores import Decision
from straks.core.email_address import EmailAddress
from straks.core.manifest import TIME_TO_LIVE_LEAST
from straks.core.number_kinds import Duration
from straks.core.text_kinds import ASCII_DIGITS
from straks.errors import InDoubt, InvalidSetting, NotSent, Refused, StoreFailed, StraksError
from straks.policy.code_text import codes_of

if TYPE_CHECKING:
    from straks.codes.conversation import Address, Conversation, Issued
    from straks.codes.plan import Plan
    from straks.codes.settings import Limits
    from straks.core.catalog import Catalog
    from straks.core.message import Order
    from straks.core.phone_number import PhoneNumber
    from straks.core.template import Template

Outcome: TypeAlias = Receipt | Refused | NotSent | InDoubt

_MAKING: Final = timedelta(seconds=5)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """
    A code that was issued, and what came of sending it.

    ``outcome`` is a `Receipt`, or one of the errors `Refused`, `NotSent` and `InDoubt`, as a value.
    """

    issued: Issued
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Letter:
    """
    A message that lacks its code and how long that is good for; *values* are all the others.

    ``code_name`` and ``life_name`` are the parameters for these.
    """

    template: Template
    address: PhoneNumber | EmailAddress
    locale: str
    values: Mapping[str, object] = field(repr=False)
    sender: str | None
    reference: str | None = field(repr=False)
    code_name: str
    life_name: str | None

    @property
    def least(self) -> timedelta:
        """The shortest life that a code is sent with: what the service takes, and the text can say."""
        said = None if self.life_name is None else self.template.parameters[self.life_name]
        return max(TIME_TO_LIVE_LEAST, said.min) if isinstance(said, Duration) else TIME_TO_LIVE_LEAST

    def order(self, code: str, life: timedelta, challenge_id: str, key: bytes) -> Order:
        """Return the order for the message with *code*, which is good for *life*."""
        values = {**self.values, self.code_name: code}
        if self.life_name is not None:
            values[self.life_name] = life
        occasion = f"code/{challenge_id}"
        if isinstance(self.address, EmailAddress):
            sender = None if self.sender is None else EmailAddress.parse(self.sender)
            email = self.template.email(self.locale, self.address, values, sender)
            return email.order(occasion, key, self.reference)
        sms = self.template.sms(self.locale, self.address, values, self.sender)
        within = replace(sms, time_to_live=min(sms.time_to_live, life))
        return within.order(occasion, key, self.reference)


def send(
    talk: Conversation,
    catalog: Catalog,
    name: str,
    *,
    subject: str,
    purpose: str,
    recipient: Address,
    locale: str,
    values: Mapping[str, object],
    session: str | None,
    caller: str | None,
    sender: str | None,
    reference: str | None,
) -> Plan[Sent]:
    """Issue a code, send it in the message *name*, and keep or revoke it by what comes of that."""
    address = read_recipient(recipient, talk.destinations.regions).address
    template = catalog[name]
    code_name, life_name = _places(template, talk.limits, values)
    letter = Letter(template, address, locale, values, sender, reference, code_name, life_name)
    example = template.parameters[code_name].example
    letter.order(example, _whole_minutes(talk.limits.lifetime), "rehearsal", talk.seal.key)
    issued = yield from talk.issue(subject, purpose, address, session, caller)
    try:
        outcome = yield from _deliver(talk, letter, issued)
    except StraksError:
        yield from _take_back(talk, subject, purpose, issued)
        raise
    if isinstance(outcome, (Refused, NotSent)):
        yield from _take_back(talk, subject, purpose, issued)
    return Sent(issued, outcome)


def _deliver(talk: Conversation, letter: Letter, issued: Issued) -> Plan[Outcome]:
    life, key = _whole_minutes(talk.limits.lifetime), talk.seal.key
    order = letter.order(issued.code, life, issued.challenge_id, key)
    # The store is asked for the time, because the code is as old as the store says.
    now_s = yield from ask(Step((), lambda _, now_s: Decision(now_s, {})))
    left = issued.expires_at - moment(now_s)
    if left < letter.least:
        return NotSent(
            f"the code had {max(left.total_seconds(), 0):.0f} s left when its message was ready; under "
            f"{letter.least.total_seconds():.0f} it is not sent. Ask for a new one",
            idempotency_id=order.idempotency_id,
            attempts=0,
        )
    if (rest := _whole_minutes(left + _MAKING)) < life:
        order = letter.order(issued.code, rest, issued.challenge_id, key)
    try:
        return (yield order)  # type: ignore[no-any-return]
    except (Refused, NotSent, InDoubt) as outcome:
        # As a value it is kept, and the frames it came through are not for keeping.
        return outcome.with_traceback(None)


def _take_back(talk: Conversation, subject: str, purpose: str, issued: Issued) -> Plan[None]:
    # Nobody has this code, so one that cannot be revoked is none the worse for it.
    with suppress(StoreFailed):
        yield from talk.revoke(subject, purpose, issued.challenge_id)


def _places(template: Template, limits: Limits, values: object) -> tuple[str, str | None]:
    """Return the parameters of *template* that the code goes into, and how long it is good for."""
    found = codes_of(template)
    if len(found) != 1:
        raise InvalidSetting(
            f"{template.name} has {len(found) or 'no'} parameters of kind code; a message that carries a "
            "one-time code has one"
        )
    [(code_name, code)] = found.items()
    if code.length != limits.digits or not set(ASCII_DIGITS) <= set(code.alphabet):
        raise InvalidSetting(
            f"{template.name} takes a code of {code.limits}; these have {limits.digits} digits"
        )
    if limits.lifetime < TIME_TO_LIVE_LEAST:
        raise InvalidSetting(
            f"these codes live for {limits.lifetime.total_seconds():g} s; one that is sent lives for "
            f"{TIME_TO_LIVE_LEAST.total_seconds():.0f} or more"
        )
    if not isinstance(values, Mapping):
        raise InvalidSetting("values is a mapping from the other parameters' names to their values")
    given, life_name = cast("Mapping[object, object]", values), _life_of(template)
    if code_name in given:
        raise InvalidSetting(f"{code_name!r} is filled with the code that is issued; leave it out of values")
    if life_name in given and given[life_name] != _whole_minutes(limits.lifetime):
        raise InvalidSetting(
            f"{life_name!r} is filled with what is left of the code's life; leave it out of values"
        )
    return code_name, life_name


def _life_of(template: Template) -> str | None:
    """Return the parameter that is how long the code is good for: time to live, or the only duration."""
    declared = template.manifest.time_to_live
    if isinstance(declared, str):
        return declared
    durations = [name for name, each in template.parameters.items() if isinstance(each, Duration)]
    return durations[0] if len(durations) == 1 else None


def _whole_minutes(life: timedelta) -> timedelta:
    return life // _MINUTE * _MINUTE
