"""
One-time codes against a model that is too simple to be wrong, whatever happens in whatever order.

The model keeps the whole history and looks all of it through for each answer. It knows two times: that of
the clock, which may be set back, and how much time has really gone by. What it holds the codes to:

* a code is compared at most as often as it has attempts, accepted at most once, and never once it has
  been dead: spent, replaced, revoked, run out, or older than the clock;
* no limit is passed in any stretch of real time;
* while the clock has never been set back, every answer is exactly the model's;
* whoever waits as long as told is not told to wait for the same limit again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

import straks
from straks.errors import CodeLimit

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.codes.stores import Store

ATTEMPTS, FAILURES, PER_HOUR, PER_DAY, PER_CALLER = 3, 5, 3, 5, 4
LIFETIME_S, COOLDOWN_S, CALLER_COOLDOWN_S, TOMBSTONE_S = 300, 30, 1, 3600
SUBJECTS, PURPOSES = st.sampled_from(["a", "b"]), st.sampled_from(["login", "sign"])
RECIPIENTS = st.sampled_from(["+46701740605", "+46701740606", "kari@example.org"])
SESSIONS, CALLERS = st.sampled_from([None, "s"]), st.sampled_from([None, None, "c"])
PAUSES_S = st.sampled_from([1, 29, 30, 31, 240, 299, 300, 301, 1800, 3599, 3600, 3601, 40_000, 86_400])
KEYS = st.sampled_from([0, 0, 0, 1])
DEAD = (straks.Verdict.OTP_EXPIRED, straks.Verdict.NO_OTP_FOUND)


@dataclass
class Code:
    """A code that was issued, and all that was done to it."""

    subject: str
    purpose: str
    recipient: str
    session: str | None
    caller: str | None
    code: str
    at_s: float
    really_at_s: float
    seen_s: float
    compared: int = 0
    dead: bool = False
    told_expired: bool = False

    @property
    def channel(self) -> str:
        return "email" if "@" in self.recipient else "sms"


@dataclass
class Model:
    """Everything that ever happened."""

    now_s: float = 1_770_204_720.0
    really_s: float = 0.0
    set_back: bool = False
    codes: list[Code] = field(default_factory=list[Code])
    failures: dict[tuple[str, str, str], int] = field(default_factory=dict[tuple[str, str, str], int])

    def last(self, subject: str, purpose: str) -> Code | None:
        """The code that counts: the last one, unless it was spent or revoked."""
        mine = [code for code in self.codes if (code.subject, code.purpose) == (subject, purpose)]
        return mine[-1] if mine and not mine[-1].dead else None

    def limits(self, code: Code) -> list[tuple[CodeLimit, int, float, Callable[[Code], bool]]]:
        """What an issue of *code* counts for: how many, in how long, of which codes."""

        def account(other: Code) -> bool:
            return (other.subject, other.purpose) == (code.subject, code.purpose)

        def recipient(other: Code) -> bool:
            return other.recipient == code.recipient

        found: list[tuple[CodeLimit, int, float, Callable[[Code], bool]]] = [
            (CodeLimit.COOLDOWN, 1, COOLDOWN_S, account),
            (
                CodeLimit.COOLDOWN,
                1,
                COOLDOWN_S,
                lambda other: recipient(other) and other.purpose == code.purpose,
            ),
        ]
        for whose in (account, recipient):
            found += [
                (CodeLimit.SENDS_PER_HOUR, PER_HOUR, 3600, whose),
                (CodeLimit.SENDS_PER_DAY, PER_DAY, 86_400, whose),
            ]
        if code.caller is not None:

            def caller(other: Code) -> bool:
                return other.caller == code.caller

            found += [
                (CodeLimit.COOLDOWN, 1, CALLER_COOLDOWN_S, caller),
                (CodeLimit.CALLER, PER_CALLER, 3600, caller),
            ]
        return found

    def withheld(self, code: Code) -> set[CodeLimit]:
        """The limits that keep *code* from being issued now: those to wait for longest."""
        if self.failures.get((code.subject, code.purpose, code.channel), 0) >= FAILURES:
            return {CodeLimit.FAILURES}
        waits: list[tuple[float, CodeLimit]] = []
        for limit, most, period_s, whose in self.limits(code):
            within = [each.at_s for each in self.codes if whose(each) and self.now_s - each.at_s < period_s]
            if len(within) >= most:
                waits.append((sorted(within)[-most] + period_s - self.now_s, limit))
        return {limit for wait_s, limit in waits if wait_s == max(waits)[0]}


class Machine(RuleBasedStateMachine):
    """Codes on one store, used by everybody at random."""

    def __init__(self, make_store: Callable[[], Store]) -> None:
        super().__init__()
        self.model = Model()
        numbers = count(1)
        store = make_store()
        keys = (b"the older key of this test", b"the newer key of this test")
        # Two processes, which have learned of a new key, and one of which goes first.
        self.talk = [
            straks.OneTimeCodes(
                store,
                key=given,
                attempts=ATTEMPTS,
                cooldown=timedelta(seconds=COOLDOWN_S),
                sends_per_hour=PER_HOUR,
                sends_per_day=PER_DAY,
                failures_per_account=FAILURES,
                caller_cooldown=timedelta(seconds=CALLER_COOLDOWN_S),
                caller_sends_per_hour=PER_CALLER,
                clock=lambda: self.model.now_s,
                randbelow=lambda below: next(numbers) % below,
            )
            for given in (keys, keys[::-1])
        ]

    @rule(
        subject=SUBJECTS, purpose=PURPOSES, recipient=RECIPIENTS, session=SESSIONS, caller=CALLERS, key=KEYS
    )
    def issue(self, key: int, **asked: Any) -> None:  # noqa: ANN401 - whatever the strategies say
        model = self.model
        code = Code(**asked, code="", at_s=model.now_s, really_at_s=model.really_s, seen_s=model.now_s)
        expected, withheld = model.withheld(code), self.ask(key, code, asked)
        if not model.set_back:
            assert withheld is None if not expected else withheld is not None and withheld.limit in expected
        if withheld is None:
            return
        assert isinstance(withheld, straks.TooSoon) == (withheld.limit is CodeLimit.COOLDOWN)
        if withheld.retry_after_s is not None:
            # It was the longest wait, so all others are over with it.
            self.advance(withheld.retry_after_s)
            again = Code(**asked, code="", at_s=model.now_s, really_at_s=model.really_s, seen_s=model.now_s)
            assert self.ask(key, again, asked) is None

    def ask(self, key: int, code: Code, asked: dict[str, Any]) -> straks.Withheld | None:
        """Have *code* issued, and look whether it passes a limit in real time; or return why it was not."""
        model = self.model
        try:
            code.code = self.talk[key].issue(**asked).code
        except straks.Withheld as withheld:
            return withheld
        if (before := model.last(code.subject, code.purpose)) is not None:
            before.dead = True
        model.codes.append(code)
        for _, most, period_s, whose in model.limits(code):
            within = [
                each for each in model.codes if whose(each) and model.really_s - each.really_at_s < period_s
            ]
            assert len(within) <= most
        return None

    @precondition(lambda self: self.model.codes)
    @rule(data=st.data(), key=KEYS, right=st.booleans(), session=SESSIONS)
    def verify(self, data: st.DataObject, key: int, session: str | None, *, right: bool) -> None:
        model = self.model
        meant = data.draw(st.sampled_from(model.codes[-4:]))
        held = model.last(meant.subject, meant.purpose)
        typed = meant.code if right else "000000"
        verdict = self.talk[key].verify(
            subject=meant.subject, purpose=meant.purpose, code=typed, session=session
        )

        expected = self.expected(held, typed, session)
        if model.set_back and expected in DEAD:
            # What was told to be forgotten is not there any more when the clock comes back to it.
            assert verdict in DEAD
        else:
            assert verdict is expected
        if held is None:
            return
        account = (held.subject, held.purpose, held.channel)
        if verdict in (straks.Verdict.ACCEPTED, straks.Verdict.INVALID_OTP):
            held.compared += 1
            held.seen_s = model.now_s
            model.failures[account] = model.failures.get(account, 0) + 1
        if verdict is straks.Verdict.ACCEPTED:
            held.dead = True
            model.failures[account] = 0
        if verdict is straks.Verdict.OTP_EXPIRED:
            held.told_expired = True
        if verdict is straks.Verdict.NO_OTP_FOUND:
            held.dead = True
        assert held.compared <= ATTEMPTS

    def expected(self, held: Code | None, typed: str, session: str | None) -> straks.Verdict:
        model = self.model
        if held is None or model.now_s > held.at_s + LIFETIME_S + TOMBSTONE_S:
            return straks.Verdict.NO_OTP_FOUND
        if held.told_expired or model.now_s > held.at_s + LIFETIME_S or model.now_s < held.seen_s:
            return straks.Verdict.OTP_EXPIRED
        failed = model.failures.get((held.subject, held.purpose, held.channel), 0)
        if held.compared >= ATTEMPTS or failed >= FAILURES:
            return straks.Verdict.TOO_MANY_ATTEMPTS
        fits = typed == held.code and session == held.session
        return straks.Verdict.ACCEPTED if fits else straks.Verdict.INVALID_OTP

    @rule(subject=SUBJECTS, purpose=PURPOSES, key=KEYS)
    def revoke(self, subject: str, purpose: str, key: int) -> None:
        self.talk[key].revoke(subject=subject, purpose=purpose)
        if (held := self.model.last(subject, purpose)) is not None:
            held.dead = True

    @rule(subject=SUBJECTS, purpose=PURPOSES, key=KEYS)
    def unlock(self, subject: str, purpose: str, key: int) -> None:
        self.talk[key].unlock(subject=subject, purpose=purpose)
        for channel in ("sms", "email"):
            self.model.failures[subject, purpose, channel] = 0

    @rule(pause_s=PAUSES_S)
    def advance(self, pause_s: int) -> None:
        self.model.now_s += pause_s
        self.model.really_s += pause_s

    @rule(back_s=PAUSES_S)
    def set_back(self, back_s: int) -> None:
        self.model.now_s -= back_s
        self.model.set_back = True


class MachineWithAGoodClock(Machine):
    """The same, on a clock that is never set back, so that every answer is known."""

    set_back = None  # type: ignore[assignment]


def play(machine: type[Machine], make_store: Callable[[], Store]) -> None:
    factory = cast("type[Machine]", lambda: machine(make_store))
    # The rules are the same over every store, so where steps cost more there are fewer.
    examples = 60 if isinstance(make_store(), straks.MemoryStore) else 15
    run_state_machine_as_test(factory, settings=settings(max_examples=examples, stateful_step_count=40))


def test_codes_do_as_the_model_on_a_clock_that_only_goes_on(make_store: Callable[[], Store]) -> None:
    play(MachineWithAGoodClock, make_store)


def test_codes_keep_the_laws_whatever_the_clock_does(make_store: Callable[[], Store]) -> None:
    play(Machine, make_store)
