"""What rests in a store: read as it was written, from under every key, and refused in another form."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.codes.document import account_entry, changes, read_account, read_tally, tally_entry
from straks.codes.rules import Account, Challenge, Tally, Window
from straks.codes.stores import Entry
from straks.errors import CodeLimit

TIMES = st.floats(0, 1e11, allow_nan=False)
CHALLENGES = st.builds(
    Challenge,
    challenge_id=st.text(max_size=3),
    key_id=st.text(max_size=3),
    digest=st.none() | st.binary(max_size=4),
    channel=st.sampled_from(["sms", "email"]),
    issued_s=TIMES,
    expires_s=TIMES,
    seen_s=TIMES,
    spent=st.integers(0, 10),
    region=st.none() | st.just("NO"),
    block=st.none() | st.just("b"),
)
ACCOUNTS = st.builds(
    Account,
    challenge=st.none() | CHALLENGES,
    failures=st.dictionaries(st.sampled_from(["sms", "email"]), st.integers(1, 100)),
)
HOUR = Window(CodeLimit.SENDS_PER_HOUR, 5, 3600.0)


def written(entry: Entry | None) -> dict[str, bytes]:
    return {} if entry is None else {"new": entry.data}


@given(ACCOUNTS)
def test_an_account_is_read_as_it_was_written(account: Account) -> None:
    assert read_account(("new", "old"), written(account_entry(account))) == account


@given(st.lists(st.tuples(TIMES, st.integers(1, 9)), max_size=5).map(sorted))
def test_a_tally_is_read_as_it_was_written(marks: list[tuple[float, int]]) -> None:
    tally = Tally(tuple(marks))

    assert read_tally(("new", "old"), written(tally_entry(tally, (HOUR,)))) == tally


@given(ACCOUNTS, ACCOUNTS)
def test_an_account_under_two_keys_is_one_with_the_later_code_and_all_failures(
    one: Account, other: Account
) -> None:
    documents = {
        name: entry.data
        for name, entry in (("new", account_entry(one)), ("old", account_entry(other)))
        if entry is not None
    }
    both = read_account(("new", "old"), documents)
    issued = [each.challenge.issued_s for each in (one, other) if each.challenge is not None]

    assert both.challenge is None if not issued else both.challenge is not None
    if both.challenge is not None:
        assert both.challenge.issued_s == max(issued)
    for channel in ("sms", "email"):
        assert both.failures.get(channel, 0) == one.failures.get(channel, 0) + other.failures.get(channel, 0)


def test_what_was_read_from_under_an_old_key_is_written_under_the_new_and_goes_there() -> None:
    entry = Entry(b"1", None)

    assert dict(changes(("new", "old"), {"old": b"1"}, entry)) == {"new": entry, "old": None}
    assert dict(changes(("new", "old"), {"new": b"1"}, entry)) == {}
    assert dict(changes(("new", "old"), {"new": b"1"}, None)) == {"new": None}
    assert dict(changes(("new", "old"), {}, None)) == {}


def test_failures_are_kept_for_ever_and_a_code_for_an_hour_after_its_life() -> None:
    challenge = Challenge("a", "k", b"d", "sms", issued_s=0.0, expires_s=300.0, seen_s=0.0)
    quiet, failed = account_entry(Account(challenge)), account_entry(Account(challenge, {"sms": 1}))

    assert quiet is not None
    assert quiet.forget_s == 3900
    assert failed is not None
    assert failed.forget_s is None
    assert account_entry(Account()) is None


def test_a_tally_is_kept_as_long_as_a_window_reaches_back() -> None:
    day = replace(HOUR, period_s=86_400.0)
    entry = tally_entry(Tally(((1.0, 1), (7.0, 1))), (HOUR, day))

    assert entry is not None
    assert entry.forget_s == 86_407
    assert tally_entry(Tally(), (HOUR,)) is None


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", json.dumps({"form": 2, "marks": []}).encode()])
def test_what_is_in_no_known_form_is_an_error_and_no_empty_count(data: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_tally(("new",), {"new": data})


def test_what_rests_is_not_shown() -> None:
    challenge = Challenge("a", "k", b"secret", "sms", issued_s=0.0, expires_s=300.0, seen_s=0.0)

    assert "secret" not in repr(challenge)
    assert "secret" not in repr(Entry(b"secret", None))
