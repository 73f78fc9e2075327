"""Keyed hashes: apart for what is apart, the same in every process, and nothing without the key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.codes.seal import DIGEST_BYTES, Seal
from straks.errors import InvalidKey

KEY, OTHER = b"a key that only tests have", b"another key that tests have"
parts = st.lists(st.one_of(st.none(), st.text(max_size=4)), max_size=4).map(tuple)


@given(parts, parts)
def test_what_differs_has_another_digest_of_the_same_length(
    one: tuple[str | None, ...], other: tuple[str | None, ...]
) -> None:
    seal = Seal(KEY)
    digests = seal.digest(seal.newest, *one), seal.digest(seal.newest, *other)

    assert (digests[0] == digests[1]) == (one == other)
    assert {len(digest) for digest in digests} == {DIGEST_BYTES}


def test_a_hash_for_one_thing_is_none_for_another() -> None:
    seal = Seal(KEY)
    names = [name for kind in ("code at rest", "account") for name in seal.names(kind, "a")]
    hashes = [name.rpartition(":")[2] for name in names]
    hashes += [seal.pseudonym(kind, "a") for kind in ("code at rest", "account")]
    hashes += [seal.digest(seal.newest, "a").hex()[: len(hashes[0])]]

    assert len(set(hashes)) == len(hashes)


def test_the_names_of_a_release_are_those_of_every_release() -> None:
    assert Seal(KEY).names("account", "user-8841", "login") == ("account:66871bf2f7bfb6799fd112a53f3c6202",)


def test_every_key_has_its_name_and_the_newest_comes_first() -> None:
    both = Seal([OTHER, KEY])

    assert both.names("account", "a") == Seal(OTHER).names("account", "a") + Seal(KEY).names("account", "a")
    assert both.newest == Seal(OTHER).newest
    assert both.digest(Seal(KEY).newest, "a") == Seal(KEY).digest(Seal(KEY).newest, "a")


def test_a_key_that_is_gone_opens_nothing_and_breaks_nothing() -> None:
    gone = Seal(KEY).newest

    assert Seal(OTHER).digest(gone, "a") != Seal(KEY).digest(gone, "a")


@pytest.mark.parametrize(
    "key",
    [None, "", "a key that is text, not bytes", b"", b"short", [], (), [KEY, b"short"], [KEY, "text"], 7],
)
def test_what_is_no_key_is_refused_and_not_shown(key: object) -> None:
    with pytest.raises(InvalidKey) as caught:
        Seal(key)  # type: ignore[arg-type]

    assert "a key that" not in str(caught.value)
    assert "short" not in str(caught.value)


def test_a_seal_does_not_show_its_keys() -> None:
    assert repr(Seal([KEY, OTHER])) == "<Seal of 2 keys>"
