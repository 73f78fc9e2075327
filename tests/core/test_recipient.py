"""From a recipient to its pseudonyms: the way that takes the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import straks
from straks.core.recipient import read_recipient

if TYPE_CHECKING:
    from collections.abc import Callable

OLD, NEW = b"the key of last year", b"the key of this year"


@pytest.mark.parametrize(("channel", "typed"), [("sms", "0046 70-174 06 05"), ("email", " kari@EXAMPLE.org")])
def test_however_it_is_typed_it_finds_the_orders_own_pseudonym(
    make_order: Callable[..., straks.Order], key: bytes, channel: str, typed: str
) -> None:
    order = make_order(channel=channel)

    assert straks.pseudonyms(typed, key) == (order.pseudonym,)
    assert straks.pseudonyms(read_recipient(typed), [key]) == (order.pseudonym,)


def test_every_key_has_its_own_in_their_order() -> None:
    both = straks.pseudonyms("+46701740605", [NEW, OLD])

    assert both == straks.pseudonyms("+46701740605", NEW) + straks.pseudonyms("+46701740605", OLD)
    assert both[0] != both[1]


def test_a_long_key_is_the_one_that_orders_are_made_with(make_order: Callable[..., straks.Order]) -> None:
    long = b"x" * 100

    assert straks.pseudonyms("+46701740605", long) == (make_order(key=long).pseudonym,)


@pytest.mark.parametrize(
    ("recipient", "error"),
    [
        ("+47 12", straks.InvalidPhoneNumber),
        ("kari@", straks.InvalidEmailAddress),
        ("", straks.InvalidPhoneNumber),
    ],
)
def test_what_is_no_recipient_is_an_error_that_does_not_repeat_it(
    recipient: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        straks.pseudonyms(recipient, NEW)

    assert not recipient or recipient not in str(caught.value)


def test_a_short_key_is_an_error() -> None:
    with pytest.raises(straks.InvalidKey):
        straks.pseudonyms("+46701740605", [NEW, b"short"])
