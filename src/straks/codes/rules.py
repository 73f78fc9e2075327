"""
What may be issued, and what a code that came in is worth.

Pure functions: what is stored and what the time is give what is stored next and an answer. A store runs
them in one step, so that of many who come at once each sees what the one before has left
(`straks.codes.stores`).

*Charge first.* The attempt is written down before the code is looked at, and the two are one step, so
no number of guesses at once gets more than the allowed ones compared.

*One live code.* An account is a subject and a purpose; it has one code, and a new one replaces it. Its
attempts are counted in the code's own record, and the wrong ones on end also by the account, for each
channel: whoever exhausts the SMS must not shut the e-mail, nor one purpose another. A right code sets
its channel's count back to nothing.

*What is dead stays dead.* A code that was seen to have run out loses its digest there and then. What
is left says for an hour that it ran out. So does a code that the clock has gone back behind: it
cannot be told how old it is. A mark from the future counts from now, which lengthens a wait by one
period at most and shortens none.

*Limits hold in every window*, not in every clock hour: each issue leaves a mark, and who wants another
waits until enough marks are old enough. A waiting time after the last code is the same thing, a limit
of one. Where limits are large, marks that are near each other are counted as the latest of them, which
may withhold a code a little longer and never lets one through.

A code runs out *after* its last instant, as the service's guide has it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hmac import compare_digest
from typing import TYPE_CHECKING, Final

from straks.errors import CodeLimit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from straks.codes.settings import Limits

TOMBSTONE_S: Final = 3600.0
"""How long it is still told that a code has run out, in seconds."""

_EXACT: Final = 100
"""Up to how many marks a tally keeps each mark by itself, or parts its period into."""


class Verdict(StrEnum):
    """
    What became of a code that came in. The names are those of the service's guide.

    Only ACCEPTED is true where a truth value is asked for, so that ``if codes.verify(…)`` is right.

    >>> bool(Verdict.ACCEPTED), bool(Verdict.INVALID_OTP)
    (True, False)
    """

    ACCEPTED = "ACCEPTED"
    NO_OTP_FOUND = "NO_OTP_FOUND"
    OTP_EXPIRED = "OTP_EXPIRED"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"
    INVALID_OTP = "INVALID_OTP"

    def __bool__(self) -> bool:
        return self is Verdict.ACCEPTED


@dataclass(frozen=True, slots=True)
class Challenge:
    """
    A code as it rests: everything but the code.

    ``digest`` is a keyed hash of it, under the key that ``key_id`` names, and None once the code was seen
    to have run out. ``seen_s`` is when the challenge was last looked at. ``region`` and ``block`` say
    where it went, for alarms: a country, and a pseudonym of the number's neighbourhood.
    """

    challenge_id: str
    key_id: str
    digest: bytes | None = field(repr=False)
    channel: str
    issued_s: float
    expires_s: float
    seen_s: float
    spent: int = 0
    region: str | None = None
    block: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What is remembered of a subject for a purpose: its code, and the wrong ones on end by channel."""

    challenge: Challenge | None = None
    failures: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Window:
    """A limit: at most *most* in any *period_s* seconds."""

    limit: CodeLimit
    most: int
    period_s: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was issued, and after how many seconds something may be; None for never."""

    limit: CodeLimit
    retry_after_s: float | None


@dataclass(frozen=True, slots=True)
class Tally:
    """When something happened: times with how often, oldest first."""

    marks: tuple[tuple[float, int], ...] = ()

    def at(self, now_s: float) -> Tally:
        """Return the tally as it counts now: nothing in it lies ahead."""
        if not self.marks or self.marks[-1][0] <= now_s:
            return self
        return Tally(tuple((min(at_s, now_s), count) for at_s, count in self.marks))

    def wait_s(self, window: Window, now_s: float) -> float:
        """
        Return after how many seconds one more fits into *window*; 0 where it fits now.

        >>> Tally(((0.0, 1), (40.0, 1))).wait_s(Window(CodeLimit.COOLDOWN, 2, 60.0), now_s=50.0)
        10.0
        """
        room = window.most
        for at_s, count in reversed(self.marks):
            if now_s - at_s >= window.period_s:
                break
            room -= count
            if room < 1:
                return at_s + window.period_s - now_s
        return 0.0

    def marked(self, windows: Sequence[Window], now_s: float) -> Tally:
        """Return the tally with one more mark, and without those that no window reaches back to."""
        longest_s = max([window.period_s for window in windows])
        grain_s = max([window.period_s / _EXACT if window.most > _EXACT else 0.0 for window in windows])
        marks = [(at_s, count) for at_s, count in self.marks if now_s - at_s < longest_s]
        count = 1
        if grain_s and marks and marks[-1][0] // grain_s == now_s // grain_s:
            count += marks.pop()[1]
        return Tally((*marks, (now_s, count)))


def issue(
    account: Account,
    tallies: Sequence[tuple[Tally, Sequence[Window]]],
    challenge: Challenge,
    limits: Limits,
    now_s: float,
) -> tuple[Refusal | None, Account, list[Tally]]:
    """
    Put *challenge* in the place of whatever *account* has, unless a limit is reached.

    Args:
        account: What is stored of subject and purpose.
        tallies: What is stored of everything that is counted, each with the windows that it is held to.
        challenge: What is to be stored.
        limits: The limits.
        now_s: The time.

    Returns:
        The limit that would have had to be waited for longest, or None; and what is to be stored.
    """
    counted = [(tally.at(now_s), windows) for tally, windows in tallies]
    if account.failures.get(challenge.channel, 0) >= limits.failures_per_account:
        return Refusal(CodeLimit.FAILURES, None), account, [tally for tally, _ in counted]
    waits = [(tally.wait_s(window, now_s), window.limit) for tally, windows in counted for window in windows]
    longest_s, limit = max(waits, key=lambda wait: wait[0])
    if longest_s > 0:
        return Refusal(limit, math.ceil(longest_s)), account, [tally for tally, _ in counted]
    return (
        None,
        Account(challenge, account.failures),
        [tally.marked(windows, now_s) for tally, windows in counted],
    )


def verify(account: Account, guess: bytes, limits: Limits, now_s: float) -> tuple[Verdict, Account]:
    """
    Charge an attempt to the code that *account* has, then compare it.

    Args:
        account: What is stored of subject and purpose.
        guess: The digest of the code that came in, bound to the account's challenge.
        limits: The limits.
        now_s: The time.

    Returns:
        The verdict, and what is to be stored.
    """
    challenge = account.challenge
    if challenge is None or now_s > challenge.expires_s + TOMBSTONE_S:
        return Verdict.NO_OTP_FOUND, replace(account, challenge=None)
    if challenge.digest is None or not challenge.seen_s <= now_s <= challenge.expires_s:
        return Verdict.OTP_EXPIRED, replace(account, challenge=replace(challenge, digest=None))
    failures = account.failures.get(challenge.channel, 0)
    if challenge.spent >= limits.attempts or failures >= limits.failures_per_account:
        return Verdict.TOO_MANY_ATTEMPTS, account
    charged = Account(
        replace(challenge, spent=challenge.spent + 1, seen_s=now_s),
        {**account.failures, challenge.channel: failures + 1},
    )
    if compare_digest(challenge.digest, guess):
        return Verdict.ACCEPTED, Account(None, _without(account.failures, challenge.channel))
    return Verdict.INVALID_OTP, charged


def revoke(account: Account, challenge_id: str | None = None) -> Account:
    """Return *account* without its code; with *challenge_id* only if that is the one it has."""
    held = account.challenge
    if held is None or challenge_id not in (None, held.challenge_id):
        return account
    return replace(account, challenge=None)


def unlock(account: Account) -> Account:
    """Return *account* as if nobody had ever sent it a wrong code."""
    return replace(account, failures={})


def _without(failures: Mapping[str, int], channel: str) -> Mapping[str, int]:
    return {name: count for name, count in failures.items() if name != channel}
