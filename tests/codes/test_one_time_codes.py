"""What `OneTimeCodes` takes, gives and keeps to itself."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import logging
import sys
import time
from datetime import UTC, datetime, timedelta
from hmac import HMAC
from itertools import count
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeAlias

import pytest

import straks
from straks.codes.rules import TOMBSTONE_S
from straks.codes.stores import Decision, Entry
from straks.errors import CodeLimit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

Make: TypeAlias = "Callable[..., straks.OneTimeCodes]"

WHO = {"subject": "user-8841", "purpose": "login"}
PHONE = "+46701740605"


def always(number: int) -> Callable[[int], int]:
    """Return dice that always fall alike."""

    def roll(_: int) -> int:
        return number

    return roll


class Clock(Protocol):
    now_s: float

    def advance(self, seconds: float) -> None: ...


# Codes


def test_a_code_keeps_its_leading_zeros_and_is_text(make_codes: Make) -> None:
    issued = make_codes(randbelow=always(42)).issue(**WHO, recipient=PHONE)

    assert issued.code == "000042"
    assert isinstance(issued.code, str)


@pytest.mark.parametrize("digits", [6, 8, 10])
def test_every_code_of_so_many_digits_is_as_likely(make_codes: Make, digits: int) -> None:
    asked: list[int] = []

    def roll(below: int) -> int:
        asked.append(below)
        return below - 1

    issued = make_codes(digits=digits, randbelow=roll).issue(**WHO, recipient=PHONE)

    assert asked[0] == 10**digits
    assert issued.code == "9" * digits


def test_codes_and_challenges_differ_by_default(make_codes: Make, clock: Clock) -> None:
    codes = make_codes(digits=10, sends_per_hour=100)
    issued: list[straks.Issued] = []
    for _ in range(20):
        issued.append(codes.issue(**WHO, recipient=PHONE))
        clock.advance(30)

    assert len({each.code for each in issued}) == len({each.challenge_id for each in issued}) == 20


def test_what_was_issued_masks_its_code_where_it_is_only_shown(codes: straks.OneTimeCodes) -> None:
    issued = codes.issue(**WHO, recipient=PHONE)

    assert repr(issued).startswith("Issued(code='••••••', challenge_id='")
    assert issued.code not in repr(issued.code)
    assert f"{issued.code}" == issued.code


@pytest.mark.parametrize(
    "typed",
    [
        "482913",
        "482 913",
        " 482913\n",
        "482-913",
        "4 8 2 9 1 3",
        "482\u00a0913",
        "482\u202f913",
        "482\u2009913",
        "482\u2011913",
        "\t482\u2010913\r\n",
    ],
)
def test_a_code_is_right_however_its_digits_are_grouped(make_codes: Make, typed: str) -> None:
    codes = make_codes(randbelow=always(482_913))
    codes.issue(**WHO, recipient=PHONE)

    assert codes.verify(**WHO, code=typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "48291",
        "4829133",
        "482.913",
        "48291a",
        "+482913",
        "482913.0",
        "\uff14\uff18\uff12\uff19\uff11\uff13",
        "\u0664\u0668\u0662\u0669\u0661\u0663",
        "482\u200b913",
        "482913\x00",
        "\ud800",
        "482913" * 2000,
        " " * 10_000 + "482913",
        "-" * 10_000_000,
    ],
    ids=lambda typed: f"{len(typed)}-{typed[:8]!a}",
)
def test_what_is_no_code_is_a_wrong_one(make_codes: Make, typed: str) -> None:
    codes = make_codes(randbelow=always(482_913))
    codes.issue(**WHO, recipient=PHONE)
    started_s = time.perf_counter()
    verdict = codes.verify(**WHO, code=typed)

    assert verdict is straks.Verdict.INVALID_OTP
    assert time.perf_counter() - started_s < 1
    assert [codes.verify(**WHO, code=typed) for _ in range(3)][-1] is straks.Verdict.TOO_MANY_ATTEMPTS


# Input


@pytest.mark.parametrize("name", ["subject", "purpose", "session", "caller"])
@pytest.mark.parametrize(
    "text", ["", "x" * 1001, "x" * 10_000_000, 8841, b"user"], ids=lambda text: str(text)[:5]
)
def test_who_and_what_for_are_texts_of_a_thousand_characters_at_most(
    codes: straks.OneTimeCodes, name: str, text: object
) -> None:
    given: dict[str, Any] = {**WHO, "recipient": PHONE, name: text}
    with pytest.raises(straks.InvalidSetting, match=f"^{name} is a text of 1 to 1000 characters"):
        codes.issue(**given)


def test_the_longest_names_there_may_be_are_names_like_others(codes: straks.OneTimeCodes) -> None:
    who = {"subject": "ø" * 1000, "purpose": "\ud800" * 1000, "session": "😀" * 1000}
    issued = codes.issue(**who, recipient=PHONE, caller="x" * 1000)

    assert codes.verify(**who, code=issued.code)


def test_a_number_for_a_code_is_refused_for_the_zeros_it_would_lose(codes: straks.OneTimeCodes) -> None:
    codes.issue(**WHO, recipient=PHONE)
    with pytest.raises(straks.InvalidSetting, match="a number loses leading zeros"):
        codes.verify(**WHO, code=12345)  # type: ignore[arg-type]


def test_a_recipient_that_nothing_may_be_sent_to_gets_no_code(codes: straks.OneTimeCodes) -> None:
    with pytest.raises(straks.InvalidPhoneNumber):
        codes.issue(**WHO, recipient="+47 420 00 00")
    with pytest.raises(straks.InvalidEmailAddress):
        codes.issue(**WHO, recipient="kari@")
    codes.issue(**WHO, recipient=straks.PhoneNumber.parse(PHONE))


def test_one_mailbox_is_one_however_it_is_written(codes: straks.OneTimeCodes) -> None:
    codes.issue(**WHO, recipient="Kari@Example.org")
    with pytest.raises(straks.TooSoon):
        codes.issue(subject="b", purpose="login", recipient=straks.EmailAddress.parse("kari@example.org"))


@pytest.mark.parametrize("key", [None, b"short", "a key that is text, not bytes", []])
def test_codes_need_a_key(key: Any) -> None:  # noqa: ANN401 - what is no key
    with pytest.raises(straks.InvalidKey):
        straks.OneTimeCodes(straks.MemoryStore(), key=key)


def test_limits_beyond_the_standards_are_refused() -> None:
    with pytest.raises(straks.InvalidSetting, match="digits is 4; it takes a whole number, 6 to 10"):
        straks.OneTimeCodes(straks.MemoryStore(), key=bytes(16), digits=4)


# Where codes may go


def test_codes_go_to_the_countries_that_were_named(make_codes: Make) -> None:
    codes = make_codes(destinations=straks.Destinations(regions=frozenset({"NO"})))
    with pytest.raises(straks.InvalidPhoneNumber, match="only numbers from NO"):
        codes.issue(**WHO, recipient=PHONE)
    codes.issue(**WHO, recipient="+4742000000")
    codes.issue(subject="b", purpose="login", recipient="kari@example.org")


@pytest.mark.parametrize(
    ("capped", "limit", "others"),
    [
        ({"countries": {"SE": 3}}, CodeLimit.COUNTRY, "no more one-time codes go to this country"),
        ({"abroad_per_day": 3}, CodeLimit.ABROAD, "no more one-time codes go abroad"),
        ({"prefix_per_hour": 3}, CodeLimit.PREFIX, "no more one-time codes go to numbers like this one"),
    ],
)
def test_codes_to_each_country_abroad_and_block_of_numbers_are_capped(
    make_codes: Make, capped: dict[str, Any], limit: CodeLimit, others: str
) -> None:
    codes = make_codes(destinations=straks.Destinations(**capped))
    for digit in range(5, 8):
        codes.issue(subject=f"user-{digit}", purpose="login", recipient=f"+4670174060{digit}")
    with pytest.raises(straks.TooMany, match=others) as caught:
        codes.issue(subject="user-8", purpose="login", recipient="+46701740608")
    codes.issue(subject="user-9", purpose="login", recipient="+4742000000")
    codes.issue(subject="user-9", purpose="sign", recipient="kari@example.org")

    assert caught.value.limit is limit


# What it does not tell


def hashes_during(act: Callable[[], object]) -> int:
    """Count the keyed hashes that are computed while *act* runs."""
    seen = 0

    def look(frame: FrameType, event: str, _: object) -> None:
        nonlocal seen
        seen += event == "call" and frame.f_code is HMAC.digest.__code__

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        act()
    finally:
        sys.setprofile(before)
    return seen


@pytest.mark.parametrize("keys", [1, 3])
def test_an_unknown_account_costs_as_many_hashes_as_any_other(
    make_codes: Make, clock: Clock, key: bytes, keys: int
) -> None:
    codes = make_codes(key=[key, *(bytes([n]) * 16 for n in range(1, keys))])
    seen: dict[str, int] = {}

    def verify(what: str, code: str, subject: str = "user-8841") -> None:
        came: list[straks.Verdict] = []
        seen[what] = hashes_during(
            lambda: came.append(codes.verify(subject=subject, purpose="login", code=code))
        )
        assert came[0].value == what

    verify("NO_OTP_FOUND", "482913", "nobody")
    issued = codes.issue(**WHO, recipient=PHONE)
    verify("INVALID_OTP", "nothing like it")
    verify("ACCEPTED", issued.code)
    clock.advance(30)
    codes.issue(**WHO, recipient=PHONE)
    for _ in range(3):
        codes.verify(**WHO, code="")
    verify("TOO_MANY_ATTEMPTS", "482913")
    clock.advance(301)
    verify("OTP_EXPIRED", "482913")

    assert len(seen) == len(straks.Verdict)
    assert set(seen.values()) == {keys + 2}


def test_what_rests_in_the_store_is_no_hash_that_can_be_tried_without_the_key(
    store: straks.MemoryStore, make_codes: Make
) -> None:
    issued = make_codes().issue(**WHO, recipient=PHONE, session="s-1", caller="192.0.2.1")
    at_rest = " ".join(
        [*store._entries, *(entry.data.decode("ascii") for entry in store._entries.values())]
    ).lower()
    code = str(issued.code)
    tried = [
        code,
        f"{WHO['subject']}{code}",
        f"{WHO['subject']}:{WHO['purpose']}:{code}",
        f"{issued.challenge_id}{code}",
        *(WHO["subject"], PHONE, PHONE[1:], "s-1", "192.0.2.1"),
    ]

    assert not any(text in at_rest for text in tried if text != code)
    assert f'"{code}"' not in at_rest
    for text in tried:
        for algorithm in ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s"):
            assert (
                hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()[:32] not in at_rest
            )


def test_the_same_code_for_two_people_rests_as_two_things(
    store: straks.MemoryStore, make_codes: Make
) -> None:
    numbers = count(1)

    def roll(below: int) -> int:
        return 482_913 if below == 10**6 else next(numbers)

    codes = make_codes(randbelow=roll)
    for subject, recipient in (("a", "a@example.org"), ("b", "b@example.org")):
        codes.issue(subject=subject, purpose="login", recipient=recipient)
    digests = {
        entry.data.partition(b'"digest":"')[2][:64]
        for name, entry in store._entries.items()
        if name.startswith("account:")
    }

    assert len(digests) == 2


# Time


def test_a_clock_may_tell_the_time_as_a_datetime(make_codes: Make) -> None:
    now = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)

    assert make_codes(clock=lambda: now).issue(**WHO, recipient=PHONE).expires_at == now + timedelta(
        minutes=5
    )


def test_without_a_clock_it_goes_by_the_stores() -> None:
    codes = straks.OneTimeCodes(straks.MemoryStore(), key=bytes(16))
    expires_s = codes.issue(**WHO, recipient=PHONE).expires_at.timestamp()

    assert time.time() + 290 < expires_s < time.time() + 310


@pytest.mark.parametrize("now_s", [float("nan"), float("inf"), -1.0, 1.7e12])
def test_a_clock_that_tells_no_time_is_an_error_and_no_eternity(make_codes: Make, now_s: float) -> None:
    codes = make_codes(clock=lambda: now_s)
    with pytest.raises(straks.InvalidSetting, match="seconds since 1970"):
        codes.issue(**WHO, recipient=PHONE)
    with pytest.raises(straks.InvalidSetting, match="seconds since 1970"):
        codes.verify(**WHO, code="482913")


# The store


class Broken:
    """A store that fails, as stores do."""

    def step(self, *_: object) -> NoReturn:
        raise ConnectionError("no route to the database")

    async def astep(self, *_: object) -> NoReturn:
        raise ConnectionError("no route to the database")


def test_a_store_that_fails_issues_nothing_and_accepts_nothing() -> None:
    codes = straks.OneTimeCodes(Broken(), key=bytes(16))
    for act in (
        lambda: codes.issue(**WHO, recipient=PHONE),
        lambda: codes.verify(**WHO, code="482913"),
        lambda: codes.revoke(**WHO),
        lambda: codes.unlock(**WHO),
    ):
        with pytest.raises(straks.StoreFailed, match="ConnectionError") as caught:
            act()

        assert isinstance(caught.value.__cause__, ConnectionError)


def test_a_store_that_fails_in_a_loop_fails_closed_too() -> None:
    codes = straks.AsyncOneTimeCodes(Broken(), key=bytes(16))
    with pytest.raises(straks.StoreFailed):
        asyncio.run(codes.verify(**WHO, code="482913"))


def test_a_store_that_holds_something_else_accepts_nothing(
    store: straks.MemoryStore, codes: straks.OneTimeCodes
) -> None:
    issued = codes.issue(**WHO, recipient=PHONE)
    names = tuple(store._entries)
    store.step(names, lambda _, __: Decision(None, {name: Entry(b'{"form":7}', None) for name in names}))
    with pytest.raises(straks.StoreFailed, match="ValueError"):
        codes.verify(**WHO, code=issued.code)


def test_memory_forgets_what_nothing_is_to_be_remembered_of(
    store: straks.MemoryStore, codes: straks.OneTimeCodes, clock: Clock
) -> None:
    for number in range(30):
        codes.issue(subject=f"user-{number}", purpose="login", recipient=f"k{number}@example.org")
    clock.advance(300 + TOMBSTONE_S + 1)
    codes.issue(**WHO, recipient=PHONE)

    assert repr(store) == "<MemoryStore with 4 documents>"


def test_memorys_own_clock_does_not_follow_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    store = straks.MemoryStore()

    def tell(_: Mapping[str, bytes], now_s: float) -> Decision[float]:
        return Decision(now_s, {})

    before_s = store.step((), tell)
    monkeypatch.setattr(time, "time", lambda: 0.0)

    assert before_s <= store.step((), tell) < before_s + 60


# Records


def test_a_hook_that_fails_is_logged_and_changes_nothing(
    make_codes: Make, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[object] = []

    def fail(_: object) -> NoReturn:
        raise OSError("the disk is full")

    codes = make_codes(hooks=[fail, told.append])
    with caplog.at_level(logging.ERROR, "straks.codes"):
        issued = codes.issue(**WHO, recipient=PHONE)

    assert codes.verify(**WHO, code=issued.code)
    assert len(told) == 2
    assert "a hook for one-time codes failed" in caplog.text


# Both kinds


def signatures(kind: type) -> Iterator[tuple[str, list[str]]]:
    for name, member in inspect.getmembers(kind, inspect.isfunction):
        if not name.startswith("_"):
            yield name, list(inspect.signature(member).parameters)


def test_the_asynchronous_kind_takes_what_the_other_takes() -> None:
    assert dict(signatures(straks.AsyncOneTimeCodes)) == dict(signatures(straks.OneTimeCodes))


def test_codes_print_their_odds_and_show_no_key(codes: straks.OneTimeCodes, key: bytes) -> None:
    assert "3 attempts × 5 codes an hour out of 1 000 000" in str(codes.odds())
    assert repr(codes) == "<OneTimeCodes on <MemoryStore with 0 documents>>"
    assert key.decode() not in repr(codes._talk)
