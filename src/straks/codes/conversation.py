"""
Issue, verify, revoke, unlock: each a plan of one step, and a record of it.

Here the pure rules meet names and bytes. What is rolled is rolled before the step, since a store may run a
decision more than once. What is hashed is hashed whether or not there is anybody to compare it with, so
that an account nobody has costs what any other does, and is answered alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from straks.codes import rules
from straks.codes.document import account_entry, changes, read_account, read_tally, tally_entry
from straks.codes.plan import Note, Step, ask
from straks.codes.recipient import read_recipient
from straks.codes.record import CodeEvent, CodeRecord
from straks.codes.secret import Secret
from straks.codes.stores import Decision
from straks.core.idempotency import keyed, pseudonym
from straks.core.phone_number import HYPHENS
from straks.errors import CodeLimit, InvalidSetting, TooMany, TooSoon, Withheld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from straks.codes.plan import Plan
    from straks.codes.recipient import Recipient
    from straks.codes.rules import Account, Challenge, Refusal, Verdict, Window
    from straks.codes.seal import Seal
    from straks.codes.settings import Destinations, Limits
    from straks.codes.stores import Entry
    from straks.core.email_address import EmailAddress
    from straks.core.phone_number import PhoneNumber

    Address: TypeAlias = str | PhoneNumber | EmailAddress

_TEXT_MOST: Final = 1000
"""The longest subject, purpose, session or caller, in characters."""
_TYPED_MOST: Final = 64
"""The longest text that is looked at for a code, in characters: far more than a code with marks between."""
_CHALLENGES: Final = 2**128 - 1  # of 2**128 every second roll would be thrown away
_WITHOUT_HYPHENS: Final = str.maketrans("", "", HYPHENS)
_DIGITS: Final = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True)
class Issued:
    """
    A code, to be sent at once and kept nowhere.

    ``code`` is text with its leading zeros, and is masked where it is only shown (``repr``). ``challenge_id``
    names this issue of it, in records too.
    """

    code: str
    challenge_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """
    The plans of one set of codes.

    ``randbelow`` returns a random whole number from 0 to below its argument, each as likely.
    """

    seal: Seal
    limits: Limits
    destinations: Destinations
    randbelow: Callable[[int], int] = field(repr=False)

    def issue(
        self,
        subject: str,
        purpose: str,
        recipient: Address,
        session: str | None = None,
        caller: str | None = None,
    ) -> Plan[Issued]:
        """Issue a code in the place of the one before, unless a limit is reached."""
        _check_texts(subject=subject, purpose=purpose, session=session, caller=caller)
        whom = read_recipient(recipient, self.destinations.regions)
        code = Secret(f"{self.randbelow(10**self.limits.digits):0{self.limits.digits}d}")
        challenge_id = f"{self.randbelow(_CHALLENGES):032x}"
        digest = self.seal.digest(self.seal.newest, subject, purpose, session, challenge_id, code)
        block = None if whom.block is None else self.seal.pseudonym("block", whom.block)
        names = self._account(subject, purpose)
        counted = tuple(self._counted(subject, purpose, whom, caller))

        def decide(documents: Mapping[str, bytes], now_s: float) -> Decision[tuple[float, Refusal | None]]:
            challenge = rules.Challenge(
                challenge_id=challenge_id,
                key_id=self.seal.newest,
                digest=digest,
                channel=whom.channel,
                issued_s=now_s,
                expires_s=now_s + self.limits.lifetime.total_seconds(),
                seen_s=now_s,
                region=whom.region,
                block=block,
            )
            refusal, account, tallies = rules.issue(
                read_account(names, documents),
                [(read_tally(each, documents), windows) for each, windows in counted],
                challenge,
                self.limits,
                now_s,
            )
            writes = dict(changes(names, documents, account_entry(account)))
            for (each, windows), tally in zip(counted, tallies, strict=True):
                writes.update(changes(each, documents, tally_entry(tally, windows)))
            return Decision((now_s, refusal), writes)

        every = (*names, *(name for each, _ in counted for name in each))
        now_s, refusal = yield from ask(Step(every, decide))
        yield Note(
            lambda: CodeRecord(
                at=moment(now_s),
                event=CodeEvent.ISSUED if refusal is None else CodeEvent.WITHHELD,
                purpose=str(purpose),
                subject=self._pseudonym(subject),
                challenge_id=challenge_id if refusal is None else None,
                channel=whom.channel,
                recipient=pseudonym(str(whom.address), keyed(self.seal.key)),
                region=whom.region,
                block=block,
                limit=None if refusal is None else refusal.limit,
            )
        )
        if refusal is not None:
            raise _withheld(refusal, self.limits)
        return Issued(code, challenge_id, moment(now_s + self.limits.lifetime.total_seconds()))

    def verify(self, subject: str, purpose: str, code: str, session: str | None = None) -> Plan[Verdict]:
        """Charge an attempt, compare, and spend the code if it is right."""
        _check_texts(subject=subject, purpose=purpose, session=session)
        typed = self._typed(code)
        names = self._account(subject, purpose)

        def decide(
            documents: Mapping[str, bytes], now_s: float
        ) -> Decision[tuple[float, Verdict, Challenge | None]]:
            account = read_account(names, documents)
            held = account.challenge
            key_id, challenge_id = (
                (self.seal.newest, "") if held is None else (held.key_id, held.challenge_id)
            )
            guess = self.seal.digest(key_id, subject, purpose, session, challenge_id, typed)
            verdict, after = rules.verify(account, guess, self.limits, now_s)
            return Decision((now_s, verdict, held), dict(changes(names, documents, account_entry(after))))

        now_s, verdict, held = yield from ask(Step(names, decide))
        yield Note(lambda: self._record(CodeEvent.VERIFIED, subject, purpose, now_s, held, verdict=verdict))
        return verdict

    def revoke(self, subject: str, purpose: str, challenge_id: str | None = None) -> Plan[None]:
        """Kill the code that there is; with *challenge_id* only if it is that one."""
        return self._change(
            CodeEvent.REVOKED, subject, purpose, lambda account: rules.revoke(account, challenge_id)
        )

    def unlock(self, subject: str, purpose: str) -> Plan[None]:
        """Forget the wrong codes."""
        return self._change(CodeEvent.UNLOCKED, subject, purpose, rules.unlock)

    def _change(
        self, event: CodeEvent, subject: str, purpose: str, change: Callable[[Account], Account]
    ) -> Plan[None]:
        _check_texts(subject=subject, purpose=purpose)
        names = self._account(subject, purpose)

        def decide(documents: Mapping[str, bytes], now_s: float) -> Decision[tuple[float, Challenge | None]]:
            account = read_account(names, documents)
            writes: dict[str, Entry | None] = dict(changes(names, documents, account_entry(change(account))))
            return Decision((now_s, account.challenge), writes)

        now_s, held = yield from ask(Step(names, decide))
        yield Note(lambda: self._record(event, subject, purpose, now_s, held))

    def _account(self, subject: str, purpose: str) -> tuple[str, ...]:
        return self.seal.names("account", subject, purpose)

    def _counted(
        self, subject: str, purpose: str, whom: Recipient, caller: str | None
    ) -> Iterator[tuple[tuple[str, ...], tuple[Window, ...]]]:
        """Yield the names of everything that an issue counts for, and the windows it is held to."""
        cooldown, sends = self.limits.cooldown_windows(), self.limits.send_windows()
        yield self.seal.names("sends", subject, purpose), (*cooldown, *sends)
        yield self.seal.names("recipient", whom.key), sends
        if cooldown:
            # By purpose, for who has just signed in may want to sign.
            yield self.seal.names("recipient-purpose", whom.key, purpose), cooldown
        if caller is not None:
            yield self.seal.names("caller", caller), self.limits.caller_windows()
        if whom.region is not None and whom.block is not None:
            places = {"country": (whom.region,), "abroad": (), "prefix": (whom.block,)}
            for kind, window in self.destinations.windows(whom.region):
                yield self.seal.names(kind, *places[kind]), (window,)

    def _typed(self, code: object) -> Secret | None:
        """Return the code in what a person typed; None where there is none, which nothing is equal to."""
        if not isinstance(code, str):
            raise InvalidSetting(
                f"a one-time code is text, not {type(code).__name__}, because a number loses leading zeros"
            )
        if len(code) > _TYPED_MOST:
            return None
        bare = Secret("".join(code.split()).translate(_WITHOUT_HYPHENS))
        return bare if len(bare) == self.limits.digits and _DIGITS.fullmatch(bare) else None

    def _record(
        self,
        event: CodeEvent,
        subject: str,
        purpose: str,
        now_s: float,
        held: Challenge | None,
        *,
        verdict: Verdict | None = None,
    ) -> CodeRecord:
        return CodeRecord(
            at=moment(now_s),
            event=event,
            purpose=str(purpose),
            subject=self._pseudonym(subject),
            challenge_id=None if held is None else held.challenge_id,
            channel=None if held is None else held.channel,
            region=None if held is None else held.region,
            block=None if held is None else held.block,
            verdict=verdict,
        )

    def _pseudonym(self, subject: str) -> str:
        return self.seal.pseudonym("subject", subject)


def _check_texts(**texts: object) -> None:
    for name, text in texts.items():
        if text is None and name in ("session", "caller"):
            continue
        if not isinstance(text, str) or not 0 < len(text) <= _TEXT_MOST:
            what = f"{len(text)} characters" if isinstance(text, str) else f"of type {type(text).__name__}"
            raise InvalidSetting(f"{name} is a text of 1 to {_TEXT_MOST} characters; this is {what}")


def moment(seconds: float) -> datetime:
    """Return the moment that is *seconds* after the beginning of 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def _withheld(refusal: Refusal, limits: Limits) -> Withheld:
    wait_s = None if refusal.retry_after_s is None else int(refusal.retry_after_s)
    kind = TooSoon if refusal.limit is CodeLimit.COOLDOWN else TooMany
    way_out = "" if wait_s is None else f"; another may be asked for in {wait_s} s"
    return kind(
        _WHY[refusal.limit].format(limits=limits) + way_out, limit=refusal.limit, retry_after_s=wait_s
    )


_WHY: Final = {
    CodeLimit.COOLDOWN: "the code before this one is too fresh, and may still arrive",
    CodeLimit.SENDS_PER_HOUR: "{limits.sends_per_hour} one-time codes an hour is the most for one person",
    CodeLimit.SENDS_PER_DAY: "{limits.sends_per_day} one-time codes a day is the most for one person",
    CodeLimit.CALLER: "{limits.caller_sends_per_hour} one-time codes an hour is the most for one caller",
    CodeLimit.COUNTRY: "no more one-time codes go to this country for now",
    CodeLimit.ABROAD: "no more one-time codes go abroad for now",
    CodeLimit.PREFIX: "no more one-time codes go to numbers like this one for now",
    CodeLimit.FAILURES: (
        "after {limits.failures_per_account} wrong one-time codes on end there are no more for this account; "
        "make sure in another way who it is, then unlock it"
    ),
}
