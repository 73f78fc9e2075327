"""What every store of one-time codes promises, and what codes promise on every one: sync and async."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from tests.code_stores import OnALoop

import straks
from straks.codes.stores import Decision, Entry
from straks.errors import CodeLimit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.code_stores import AnyStore

Make: TypeAlias = "Callable[..., Any]"
VerifyAll: TypeAlias = "Callable[[list[str]], list[straks.Verdict]]"

WIDTH = 64
ROUNDS = 20
PHONE, OTHER_PHONE, EMAIL = "+46701740605", "+46701740606", "kari@example.org"
WHO = {"subject": "user-8841", "purpose": "login"}


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_770_204_720.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(make_store: Callable[[], AnyStore]) -> AnyStore:
    return make_store()


class Awaited:
    """`straks.AsyncOneTimeCodes`, each call awaited in one loop."""

    def __init__(self, codes: straks.AsyncOneTimeCodes, loop: asyncio.Runner) -> None:
        self._codes, self._loop = codes, loop

    def __getattr__(self, name: str) -> Callable[..., object]:
        return lambda *given, **named: self._loop.run(getattr(self._codes, name)(*given, **named))


@pytest.fixture(params=["sync", "async"])
def make_codes(request: pytest.FixtureRequest, store: AnyStore, clock: Clock, key: bytes) -> Iterator[Make]:
    """Return a maker of codes on the store: ``make_codes(attempts=5)``."""
    with asyncio.Runner() as loop:

        def make(**settings: Any) -> object:  # noqa: ANN401 - settings of every kind
            given: dict[str, Any] = {"key": key, "clock": clock, **settings}
            if request.param == "sync":
                return straks.OneTimeCodes(store, **given)
            return Awaited(straks.AsyncOneTimeCodes(store, **given), loop)

        yield make


@pytest.fixture
def codes(make_codes: Make) -> straks.OneTimeCodes:
    made: straks.OneTimeCodes = make_codes()
    return made


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


# A step


def test_a_step_sees_what_the_step_before_it_left(store: AnyStore) -> None:
    def put(_: Mapping[str, bytes], now_s: float) -> Decision[None]:
        return Decision(None, {"a": Entry(b"1", None), "b": Entry(b"\x00\xff", now_s + 60)})

    def look(documents: Mapping[str, bytes], _: float) -> Decision[dict[str, bytes]]:
        return Decision(dict(documents), {"a": None, "c": None})

    store.step(("a", "b"), put, None)

    assert store.step(("a", "b", "c"), look, None) == {"a": b"1", "b": b"\x00\xff"}
    assert store.step(("c", "b", "a"), look, None) == {"b": b"\x00\xff"}


def test_a_step_that_fails_changes_nothing(store: AnyStore) -> None:
    class Broken(Exception):
        pass

    def fail(_: Mapping[str, bytes], __: float) -> Decision[None]:
        raise Broken

    store.step(("a",), lambda _, __: Decision(None, {"a": Entry(b"1", None)}), None)
    with pytest.raises(Broken):
        store.step(("a",), fail, None)

    assert store.step(("a",), lambda held, _: Decision(dict(held), {}), None) == {"a": b"1"}


def test_a_step_without_documents_tells_the_time(store: AnyStore, clock: Clock) -> None:
    own = store.step((), lambda _, now_s: Decision(now_s, {}), None)

    assert store.step((), lambda _, now_s: Decision(now_s, {}), clock) == clock.now_s
    assert store.step((), lambda _, now_s: Decision(now_s, {}), None) >= own > clock.now_s


def test_a_document_is_kept_as_long_as_it_says(store: AnyStore, clock: Clock) -> None:
    def put(_: Mapping[str, bytes], now_s: float) -> Decision[None]:
        return Decision(None, {"short": Entry(b"1", now_s + 60), "ever": Entry(b"1", None)})

    store.step(("short", "ever"), put, clock)
    clock.now_s += 60

    assert set(store.step(("short", "ever"), lambda held, _: Decision(dict(held), {}), clock)) == {
        "short",
        "ever",
    }


def test_counting_from_many_threads_loses_none(store: AnyStore) -> None:
    def count(documents: Mapping[str, bytes], _: float) -> Decision[int]:
        number = int(documents.get("n", b"0")) + 1
        return Decision(number, {"n": Entry(b"%d" % number, None)})

    counted = at_once(lambda _: store.step(("n",), count, None))

    assert sorted(counted) == list(range(1, WIDTH + 1))


# One code


def test_a_code_is_accepted_once(codes: straks.OneTimeCodes) -> None:
    issued = codes.issue(**WHO, recipient=PHONE)

    assert codes.verify(**WHO, code=issued.code) is straks.Verdict.ACCEPTED
    assert codes.verify(**WHO, code=issued.code) is straks.Verdict.NO_OTP_FOUND


def test_a_code_bears_as_many_guesses_as_it_has_attempts(codes: straks.OneTimeCodes) -> None:
    issued = codes.issue(**WHO, recipient=PHONE)
    guesses = [codes.verify(**WHO, code=wrong(issued.code)) for _ in range(4)]

    assert guesses == ["INVALID_OTP"] * 3 + ["TOO_MANY_ATTEMPTS"]
    assert codes.verify(**WHO, code=issued.code) is straks.Verdict.TOO_MANY_ATTEMPTS


def test_the_last_attempt_may_be_the_right_one(codes: straks.OneTimeCodes) -> None:
    issued = codes.issue(**WHO, recipient=PHONE)
    for _ in range(2):
        codes.verify(**WHO, code=wrong(issued.code))

    assert codes.verify(**WHO, code=issued.code)


def test_a_code_that_nobody_was_sent_is_not_found(codes: straks.OneTimeCodes) -> None:
    assert codes.verify(**WHO, code="482913") is straks.Verdict.NO_OTP_FOUND


def test_a_code_runs_out_and_for_an_hour_that_is_told(codes: straks.OneTimeCodes, clock: Clock) -> None:
    issued = codes.issue(**WHO, recipient=PHONE)

    assert issued.expires_at.timestamp() == clock.now_s + 300
    clock.now_s += 300.5
    assert codes.verify(**WHO, code=issued.code) is straks.Verdict.OTP_EXPIRED
    clock.now_s += 3599
    assert codes.verify(**WHO, code=issued.code) is straks.Verdict.OTP_EXPIRED
    clock.now_s += 1
    assert codes.verify(**WHO, code=issued.code) is straks.Verdict.NO_OTP_FOUND


def test_a_code_is_good_to_its_last_instant(codes: straks.OneTimeCodes, clock: Clock) -> None:
    issued = codes.issue(**WHO, recipient=PHONE)
    clock.now_s += 300

    assert codes.verify(**WHO, code=issued.code)


def test_a_new_code_kills_the_old_one(codes: straks.OneTimeCodes, clock: Clock) -> None:
    old = codes.issue(**WHO, recipient=PHONE, session="a")
    clock.now_s += 30
    new = codes.issue(**WHO, recipient=OTHER_PHONE, session="b")

    assert old.challenge_id != new.challenge_id
    assert codes.verify(**WHO, code=old.code, session="a") is straks.Verdict.INVALID_OTP
    assert codes.verify(**WHO, code=new.code, session="b")
    assert codes.verify(**WHO, code=old.code, session="a") is straks.Verdict.NO_OTP_FOUND


def test_a_revoked_code_is_not_found(codes: straks.OneTimeCodes) -> None:
    issued = codes.issue(**WHO, recipient=PHONE)
    codes.revoke(**WHO)

    assert codes.verify(**WHO, code=issued.code) is straks.Verdict.NO_OTP_FOUND


@pytest.mark.parametrize(
    "other",
    [
        {"subject": "user-8842", "purpose": "login", "session": "a"},
        {"subject": "user-8841", "purpose": "sign", "session": "a"},
        {"subject": "user-8841", "purpose": "login", "session": "b"},
        {"subject": "user-8841", "purpose": "login", "session": None},
        {"subject": "user-8841login", "purpose": "", "session": "a"},
    ],
)
def test_a_code_is_good_for_its_subject_purpose_and_session_alone(
    codes: straks.OneTimeCodes, other: dict[str, Any]
) -> None:
    issued = codes.issue(**WHO, recipient=PHONE, session="a")
    if other["purpose"]:
        assert not codes.verify(**other, code=issued.code)
    else:
        with pytest.raises(straks.InvalidSetting, match="purpose is a text of 1 to 1000"):
            codes.verify(**other, code=issued.code)

    assert codes.verify(**WHO, code=issued.code, session="a")


# Limits


def test_the_next_code_waits_for_the_cooldown(codes: straks.OneTimeCodes, clock: Clock) -> None:
    codes.issue(**WHO, recipient=PHONE)
    clock.now_s += 12.5
    with pytest.raises(straks.TooSoon) as caught:
        codes.issue(**WHO, recipient=PHONE)
    clock.now_s += 17.5
    codes.issue(**WHO, recipient=PHONE)

    assert (caught.value.limit, caught.value.retry_after_s) == (CodeLimit.COOLDOWN, 18)


def test_the_sixth_code_of_an_hour_waits_until_the_first_is_an_hour_old(
    codes: straks.OneTimeCodes, clock: Clock
) -> None:
    for _ in range(5):
        codes.issue(**WHO, recipient=PHONE)
        clock.now_s += 60
    with pytest.raises(straks.TooMany) as caught:
        codes.issue(**WHO, recipient=PHONE)

    assert (caught.value.limit, caught.value.retry_after_s) == (CodeLimit.SENDS_PER_HOUR, 3300)
    clock.now_s += 3300
    codes.issue(**WHO, recipient=PHONE)


def test_codes_are_limited_for_account_recipient_and_caller(make_codes: Make, clock: Clock) -> None:
    limited = make_codes(sends_per_hour=2, caller_sends_per_hour=3)

    def issue(subject: str, recipient: str, caller: str | None = None) -> CodeLimit | None:
        clock.now_s += 30
        try:
            limited.issue(subject=subject, purpose="login", recipient=recipient, caller=caller)
        except straks.Withheld as withheld:
            return withheld.limit
        return None

    account = [issue("a", f"+4670174060{digit}") for digit in (5, 6, 7)]
    recipient = [issue(subject, PHONE.replace("05", "50")) for subject in "bcd"]
    spelled_otherwise = issue("e", "0046 (0)70-174 06 50")
    caller = [issue(f"f{number}", f"f{number}@example.org", "192.0.2.1") for number in range(4)]

    assert account == [None, None, CodeLimit.SENDS_PER_HOUR]
    assert recipient == [None, None, CodeLimit.SENDS_PER_HOUR]
    assert spelled_otherwise is CodeLimit.SENDS_PER_HOUR
    assert caller == [None, None, None, CodeLimit.CALLER]


def test_the_cooldown_holds_for_account_recipient_and_caller(codes: straks.OneTimeCodes) -> None:
    codes.issue(**WHO, recipient=PHONE, caller="192.0.2.1")
    for subject, recipient, caller in [
        ("user-8841", OTHER_PHONE, None),
        ("user-8842", PHONE, None),
        ("user-8843", EMAIL, "192.0.2.1"),
    ]:
        with pytest.raises(straks.TooSoon):
            codes.issue(subject=subject, purpose="login", recipient=recipient, caller=caller)
    codes.issue(subject="user-8841", purpose="sign", recipient=PHONE)


def test_a_code_that_is_withheld_leaves_the_one_before_and_counts_for_nothing(
    codes: straks.OneTimeCodes, clock: Clock
) -> None:
    issued = codes.issue(**WHO, recipient=PHONE)
    for _ in range(10):
        clock.now_s += 1
        with pytest.raises(straks.TooSoon):
            codes.issue(**WHO, recipient=PHONE)

    assert codes.verify(**WHO, code=issued.code)
    clock.now_s += 20
    codes.issue(**WHO, recipient=PHONE)


def test_an_account_bears_so_many_wrong_codes_on_end(make_codes: Make, clock: Clock) -> None:
    codes = make_codes(failures_per_account=4)
    for verdicts in (["INVALID_OTP"] * 3, ["INVALID_OTP", "TOO_MANY_ATTEMPTS", "TOO_MANY_ATTEMPTS"]):
        issued = codes.issue(**WHO, recipient=PHONE)
        clock.now_s += 30
        assert [codes.verify(**WHO, code=wrong(issued.code)) for _ in range(3)] == verdicts
    with pytest.raises(straks.TooMany) as caught:
        codes.issue(**WHO, recipient=PHONE)

    assert (caught.value.limit, caught.value.retry_after_s) == (CodeLimit.FAILURES, None)
    clock.now_s += 366 * 86_400
    with pytest.raises(straks.TooMany, match="unlock"):
        codes.issue(**WHO, recipient=PHONE)
    codes.unlock(**WHO)
    assert codes.verify(**WHO, code=codes.issue(**WHO, recipient=PHONE).code)


def test_a_right_code_sets_the_count_of_wrong_ones_back(make_codes: Make, clock: Clock) -> None:
    codes = make_codes(failures_per_account=3, sends_per_hour=100)
    for _ in range(10):
        issued = codes.issue(**WHO, recipient=PHONE)
        clock.now_s += 30
        for _ in range(2):
            assert codes.verify(**WHO, code=wrong(issued.code)) is straks.Verdict.INVALID_OTP
        assert codes.verify(**WHO, code=issued.code)


def test_failures_lock_one_purpose_and_channel_and_no_other(make_codes: Make, clock: Clock) -> None:
    codes = make_codes(failures_per_account=3)
    issued = codes.issue(**WHO, recipient=PHONE)
    for _ in range(3):
        codes.verify(**WHO, code=wrong(issued.code))
    clock.now_s += 30
    with pytest.raises(straks.TooMany):
        codes.issue(**WHO, recipient=OTHER_PHONE)
    other_purpose = codes.issue(subject="user-8841", purpose="sign", recipient=PHONE)
    other_channel = codes.issue(**WHO, recipient=EMAIL)

    assert codes.verify(subject="user-8841", purpose="sign", code=other_purpose.code)
    assert codes.verify(**WHO, code=other_channel.code)
    clock.now_s += 30
    with pytest.raises(straks.TooMany):
        codes.issue(**WHO, recipient=PHONE)


# The clock


def test_a_clock_that_goes_back_revives_and_lengthens_nothing(
    codes: straks.OneTimeCodes, clock: Clock
) -> None:
    issued = codes.issue(**WHO, recipient=PHONE)
    clock.now_s += 301
    assert codes.verify(**WHO, code=issued.code) is straks.Verdict.OTP_EXPIRED
    clock.now_s -= 300
    assert codes.verify(**WHO, code=issued.code) is straks.Verdict.OTP_EXPIRED

    clock.now_s += 330
    issued = codes.issue(**WHO, recipient=PHONE)
    assert codes.verify(**WHO, code=wrong(issued.code)) is straks.Verdict.INVALID_OTP
    clock.now_s -= 1
    assert codes.verify(**WHO, code=issued.code) is straks.Verdict.OTP_EXPIRED
    clock.now_s += 2
    assert codes.verify(**WHO, code=issued.code) is straks.Verdict.OTP_EXPIRED


def test_a_clock_that_goes_back_gives_no_attempt_and_no_code_before_its_time(
    codes: straks.OneTimeCodes, clock: Clock
) -> None:
    issued = codes.issue(**WHO, recipient=PHONE)
    for _ in range(3):
        codes.verify(**WHO, code=wrong(issued.code))
    clock.now_s -= 86_400
    with pytest.raises(straks.TooSoon) as caught:
        codes.issue(**WHO, recipient=PHONE)

    assert not codes.verify(**WHO, code=issued.code)
    assert caught.value.retry_after_s == 30
    clock.now_s += 30
    codes.issue(**WHO, recipient=PHONE)


# Keys


def test_a_key_is_replaced_without_losing_a_code_or_a_count(
    make_codes: Make, clock: Clock, key: bytes
) -> None:
    new = b"another key that tests have"
    before = make_codes(failures_per_account=4)
    both = make_codes(key=[new, key], failures_per_account=4)
    issued = before.issue(**WHO, recipient=PHONE)
    assert before.verify(**WHO, code=wrong(issued.code)) is straks.Verdict.INVALID_OTP
    assert both.verify(**WHO, code=wrong(issued.code)) is straks.Verdict.INVALID_OTP
    with pytest.raises(straks.TooSoon):
        both.issue(**WHO, recipient=PHONE)

    # Old processes that know both go on beside new ones.
    late = make_codes(key=(key, new), failures_per_account=4)
    assert late.verify(**WHO, code=wrong(issued.code)) is straks.Verdict.INVALID_OTP
    assert both.verify(**WHO, code=issued.code) is straks.Verdict.TOO_MANY_ATTEMPTS

    clock.now_s += 30
    again = both.issue(**WHO, recipient=PHONE)
    after = make_codes(key=new, failures_per_account=4)
    assert before.verify(**WHO, code=again.code) is straks.Verdict.NO_OTP_FOUND
    assert after.verify(**WHO, code=again.code)
    assert after.verify(**WHO, code=again.code) is straks.Verdict.NO_OTP_FOUND


def test_codes_under_an_old_key_verify_until_they_run_out(make_codes: Make, clock: Clock, key: bytes) -> None:
    both = make_codes(key=[b"another key that tests have", key])
    good = make_codes().issue(**WHO, recipient=PHONE)
    clock.now_s += 300
    assert both.verify(**WHO, code=good.code)

    late = make_codes().issue(**WHO, recipient=PHONE)
    clock.now_s += 300.5
    assert both.verify(**WHO, code=late.code) is straks.Verdict.OTP_EXPIRED


# What people and programs send


GROUPED = [
    "{0} {1}",
    " {0}-{1}\n",
    "{0}\N{NO-BREAK SPACE}{1}",
    "{0}\N{NON-BREAKING HYPHEN}{1}",
    "{0}\u3000{1}\t",
]
ZEROS = ["\N{ARABIC-INDIC DIGIT ZERO}", "\N{FULLWIDTH DIGIT ZERO}", "\N{MATHEMATICAL BOLD DIGIT ZERO}"]
NO_CODES = ["", "9" * 10_000, "\x00", "\ud800", "482913; --", "²³¹"]
SUBJECTS = ["æ" * 1000, "\x00", "\ud800", "'; DROP TABLE straks_codes; --", "{a}:*", "\r\nFLUSHALL\r\n"]


@pytest.fixture
def generous(make_codes: Make) -> straks.OneTimeCodes:
    made: straks.OneTimeCodes = make_codes(
        cooldown=timedelta(0), sends_per_hour=1000, caller_sends_per_hour=1000
    )
    return made


def test_a_code_may_have_spaces_and_hyphens_in_it(generous: straks.OneTimeCodes) -> None:
    for grouped in GROUPED:
        code = generous.issue(**WHO, recipient=PHONE).code

        assert generous.verify(**WHO, code=grouped.format(code[:3], code[3:]))


def test_digits_outside_ascii_are_a_wrong_code(generous: straks.OneTimeCodes) -> None:
    for zero in ZEROS:
        code = generous.issue(**WHO, recipient=PHONE).code
        other_digits = {ord("0") + digit: ord(zero) + digit for digit in range(10)}

        assert generous.verify(**WHO, code=code.translate(other_digits)) is straks.Verdict.INVALID_OTP
        assert generous.verify(**WHO, code=code)


def test_whatever_is_typed_is_a_wrong_code_and_costs_an_attempt(generous: straks.OneTimeCodes) -> None:
    for typed in NO_CODES:
        code = generous.issue(**WHO, recipient=PHONE).code

        assert [generous.verify(**WHO, code=typed) for _ in range(3)] == ["INVALID_OTP"] * 3
        assert generous.verify(**WHO, code=code) is straks.Verdict.TOO_MANY_ATTEMPTS


def test_a_subject_may_be_any_text(generous: straks.OneTimeCodes) -> None:
    for text in SUBJECTS:
        names = {"subject": text, "purpose": text, "session": text}
        issued = generous.issue(**names, recipient=PHONE)

        assert not generous.verify(**{**names, "purpose": "login"}, code=issued.code)
        assert generous.verify(**names, code=issued.code)


def test_a_subject_of_10_kb_is_refused_and_leaves_nothing(codes: straks.OneTimeCodes, clock: Clock) -> None:
    long = "x" * 10_000
    for name in ("subject", "purpose", "session", "caller"):
        with pytest.raises(straks.InvalidSetting, match=f"{name} is a text of 1 to 1000 characters"):
            codes.issue(**{**WHO, "recipient": PHONE, name: long})
    with pytest.raises(straks.InvalidSetting, match="subject"):
        codes.verify(subject=long, purpose="login", code="482913")

    codes.issue(**WHO, recipient=PHONE)  # no cooldown, for nothing was issued before


# Many at once


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """Do *act* in many threads that start together, and return what each came to."""
    ready = Barrier(WIDTH)
    came: list[Any] = [None] * WIDTH

    def work(number: int) -> None:
        ready.wait()
        came[number] = act(number)

    threads = [Thread(target=work, args=(number,)) for number in range(WIDTH)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


@pytest.fixture
def all_verify(store: AnyStore, key: bytes, clock: Clock) -> VerifyAll:
    """
    Return a verifier of many codes at once: ``all_verify(list_of_codes)``.

    They are verified by threads, or by tasks where the store lives on an event loop.
    """
    if not isinstance(store, OnALoop):
        codes = straks.OneTimeCodes(store, key=key, clock=clock)
        return lambda typed: at_once(lambda number: codes.verify(**WHO, code=typed[number]))

    tasks = straks.AsyncOneTimeCodes(store, key=key, clock=clock)

    async def verify_all(typed: list[str]) -> list[straks.Verdict]:
        return await asyncio.gather(*(tasks.verify(**WHO, code=code) for code in typed))

    return lambda typed: asyncio.run(verify_all(typed))


@pytest.fixture
def issuer(store: AnyStore, key: bytes, clock: Clock) -> straks.OneTimeCodes:
    return straks.OneTimeCodes(store, key=key, clock=clock, cooldown=timedelta(0), sends_per_hour=1000)


def test_of_many_right_codes_at_once_one_is_accepted(
    all_verify: VerifyAll, issuer: straks.OneTimeCodes
) -> None:
    for _ in range(ROUNDS):
        issued = issuer.issue(**WHO, recipient=PHONE)
        verdicts = Counter(all_verify([issued.code] * WIDTH))

        assert verdicts == {"ACCEPTED": 1, "NO_OTP_FOUND": WIDTH - 1}


def test_of_many_wrong_codes_at_once_as_many_are_compared_as_there_are_attempts(
    all_verify: VerifyAll, issuer: straks.OneTimeCodes
) -> None:
    for _ in range(ROUNDS):
        issued = issuer.issue(**WHO, recipient=PHONE)
        verdicts = Counter(all_verify([wrong(issued.code)] * WIDTH))

        assert verdicts == {"INVALID_OTP": 3, "TOO_MANY_ATTEMPTS": WIDTH - 3}
        assert issuer.verify(**WHO, code=issued.code) is straks.Verdict.TOO_MANY_ATTEMPTS


def test_a_right_code_among_many_wrong_ones_is_accepted_or_comes_too_late(
    all_verify: VerifyAll, issuer: straks.OneTimeCodes
) -> None:
    for round_ in range(ROUNDS):
        issued = issuer.issue(**WHO, recipient=PHONE)
        typed = [wrong(issued.code)] * WIDTH
        typed[round_ * 3] = issued.code
        verdicts = Counter(all_verify(typed))
        compared = verdicts[straks.Verdict.ACCEPTED] + verdicts[straks.Verdict.INVALID_OTP]

        assert verdicts[straks.Verdict.ACCEPTED] <= 1
        assert compared <= 3
        assert sum(verdicts.values()) == WIDTH


def test_of_many_who_ask_for_a_code_at_once_one_gets_it(store: AnyStore, key: bytes, clock: Clock) -> None:
    codes = straks.OneTimeCodes(store, key=key, clock=clock)

    def ask(_: int) -> str:
        try:
            return codes.issue(**WHO, recipient=PHONE).code
        except straks.TooSoon:
            return ""

    [only] = [code for code in at_once(ask) if code]

    assert codes.verify(**WHO, code=only)
