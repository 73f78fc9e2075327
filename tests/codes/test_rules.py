"""The rules by themselves: what may be issued, and what a code that came in is worth."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.codes.rules import (
    Account,
    Challenge,
    Refusal,
    Tally,
    Verdict,
    Window,
    issue,
    revoke,
    unlock,
    verify,
)
from straks.codes.settings import Limits
from straks.errors import CodeLimit

RIGHT, WRONG = b"r" * 32, b"w" * 32
LIMITS = Limits()
HOUR = Window(CodeLimit.SENDS_PER_HOUR, 5, 3600.0)


def challenge(digest: bytes | None = RIGHT, at_s: float = 1000.0, spent: int = 0) -> Challenge:
    return Challenge(
        challenge_id="a",
        key_id="k",
        digest=digest,
        channel="sms",
        issued_s=at_s,
        expires_s=at_s + 300,
        seen_s=at_s,
        spent=spent,
    )


# Verdicts


def test_only_accepted_is_true() -> None:
    assert [bool(verdict) for verdict in Verdict] == [True, False, False, False, False]


class Unequal(bytes):
    """A digest that no operator may look at."""

    def __eq__(self, other: object) -> NoReturn:
        raise AssertionError

    def __ne__(self, other: object) -> NoReturn:
        raise AssertionError

    __hash__ = bytes.__hash__


@pytest.mark.parametrize(("guess", "verdict"), [(RIGHT, Verdict.ACCEPTED), (WRONG, Verdict.INVALID_OTP)])
def test_digests_are_compared_in_constant_time_and_never_by_equality(guess: bytes, verdict: Verdict) -> None:
    account = Account(challenge(Unequal(RIGHT)))

    assert verify(account, Unequal(guess), LIMITS, 1001.0)[0] is verdict


def test_an_attempt_is_charged_to_the_code_and_to_the_account() -> None:
    _, after = verify(Account(challenge(), {"email": 7}), WRONG, LIMITS, 1001.0)

    assert after == Account(replace(challenge(), spent=1, seen_s=1001.0), {"email": 7, "sms": 1})


def test_what_is_accepted_leaves_nothing_behind_but_the_other_channels_failures() -> None:
    _, after = verify(Account(challenge(), {"sms": 2, "email": 7}), RIGHT, LIMITS, 1001.0)

    assert after == Account(None, {"email": 7})


def test_what_has_run_out_loses_its_digest() -> None:
    verdict, after = verify(Account(challenge()), RIGHT, LIMITS, 1300.5)

    assert verdict is Verdict.OTP_EXPIRED
    assert after.challenge == challenge(None)
    assert verify(after, RIGHT, LIMITS, 1100.0) == (Verdict.OTP_EXPIRED, after)


@pytest.mark.parametrize("digest", [RIGHT, None])
def test_for_an_hour_it_is_told_that_a_code_has_run_out(digest: bytes | None) -> None:
    account = Account(challenge(digest))

    assert verify(account, RIGHT, LIMITS, 4900.0)[0] is Verdict.OTP_EXPIRED
    assert verify(account, RIGHT, LIMITS, 4900.1) == (Verdict.NO_OTP_FOUND, Account())


@pytest.mark.parametrize("now_s", [999.0, 0.0])
def test_a_code_from_the_future_has_run_out(now_s: float) -> None:
    assert verify(Account(challenge()), RIGHT, LIMITS, now_s)[0] is Verdict.OTP_EXPIRED


def test_what_bears_no_more_attempts_changes_no_more() -> None:
    account = Account(challenge(spent=3))

    assert verify(account, RIGHT, LIMITS, 1001.0) == (Verdict.TOO_MANY_ATTEMPTS, account)


@pytest.mark.parametrize("challenge_id", [None, "a"])
def test_revoking_takes_the_code_and_leaves_the_failures(challenge_id: str | None) -> None:
    assert revoke(Account(challenge(), {"sms": 2}), challenge_id) == Account(None, {"sms": 2})


def test_revoking_another_code_than_there_is_changes_nothing() -> None:
    account = Account(challenge())

    assert revoke(account, "b") is account
    assert revoke(Account()) == Account()


def test_unlocking_forgets_the_failures_and_keeps_the_code() -> None:
    assert unlock(Account(challenge(), {"sms": 100})) == Account(challenge())


# Issues


def test_the_limit_that_takes_longest_is_the_one_that_is_named() -> None:
    cooldown = Window(CodeLimit.COOLDOWN, 1, 30.0)
    tally = Tally(tuple((float(at_s), 1) for at_s in range(5)))
    refusal, _, _ = issue(Account(), [(tally, (cooldown, HOUR))], challenge(), LIMITS, 10.0)

    assert refusal == Refusal(CodeLimit.SENDS_PER_HOUR, 3590)


def test_a_refusal_changes_nothing() -> None:
    account, tally = Account(challenge()), Tally(((1000.0, 5),))
    refusal, same, tallies = issue(account, [(tally, (HOUR,))], challenge(), LIMITS, 1001.0)

    assert refusal is not None
    assert (same, tallies) == (account, [tally])


# Windows


@given(
    st.lists(st.integers(0, 100), max_size=30),
    st.integers(1, 5),
    st.integers(1, 40),
    st.integers(100, 150),
)
def test_whoever_waits_as_long_as_told_is_let_through_and_nobody_sooner(
    times: list[int], most: int, period_s: int, now_s: int
) -> None:
    window = Window(CodeLimit.SENDS_PER_HOUR, most, float(period_s))
    tally = Tally(tuple((float(at_s), 1) for at_s in sorted(times)))
    wait_s = tally.wait_s(window, float(now_s))

    def held(at_s: float) -> int:
        return sum(at_s - time < period_s for time in times)

    assert held(now_s + wait_s) < most
    assert wait_s == 0 or held(math.nextafter(now_s + wait_s, 0)) >= most


@given(
    st.lists(st.floats(0, 40), min_size=1, max_size=400),
    st.sampled_from([1, 3, 101, 150]),
)
def test_no_window_ever_holds_more_than_its_limit(pauses_s: list[float], most: int) -> None:
    window = Window(CodeLimit.ABROAD, most, 1000.0)
    tally, now_s, let_through = Tally(), 0.0, list[float]()
    for pause_s in pauses_s:
        now_s += pause_s
        if tally.wait_s(window, now_s) == 0:
            tally = tally.marked((window,), now_s)
            let_through.append(now_s)

    for last_s in let_through:
        assert sum(0 <= last_s - at_s < 1000 for at_s in let_through) <= most


def test_a_tally_of_a_large_limit_stays_small_and_lets_as_many_through() -> None:
    window = Window(CodeLimit.ABROAD, 5000, 86_400.0)
    tally = Tally()
    for number in range(5000):
        assert tally.wait_s(window, number * 1.0) == 0
        tally = tally.marked((window,), number * 1.0)

    assert len(tally.marks) < 10
    assert sum(count for _, count in tally.marks) == 5000
    assert tally.wait_s(window, 5000.0) > 0


@given(st.lists(st.integers(0, 100), min_size=1, max_size=9), st.integers(0, 100))
def test_a_mark_from_the_future_counts_from_now(times: list[int], now_s: int) -> None:
    tally = Tally(tuple((float(at_s), 1) for at_s in sorted(times))).at(float(now_s))

    assert [at_s for at_s, _ in tally.marks] == [min(at_s, now_s) for at_s in sorted(times)]
