"""Idempotency ids: keyed, bounded, and the same for ever."""

from __future__ import annotations

import re
from typing import Any

import pytest

from straks.core.idempotency import (
    _KEYED,
    SIMULATOR_KEY,
    checked_key,
    idempotency_id,
    keyed,
    pseudonym,
)
from straks.errors import InvalidKey, InvalidSetting

KEY = b"a key for tests, nothing else"
ORDER: dict[str, Any] = {
    "key": KEY,
    "template": "one-time-code",
    "channel": "sms",
    "locale": "nb",
    "recipient": "+46701740605",
    "sender": None,
    "values": {"code": "482913", "lifetime": "300", "service": "Skatteetaten"},
    "occasion": "login/8841",
}


def id_of(**change: Any) -> str:  # noqa: ANN401 - wrong types are tried too
    facts: dict[str, Any] = {**ORDER, **change}
    facts["key"] = keyed(facts["key"])
    return idempotency_id(**facts)


def test_the_id_of_an_order_is_what_it_was_in_every_release_before() -> None:
    # Never to be changed: another id makes every repeat another message.
    assert id_of() == "one-time-code.sms.lgplolcgbifidbkfbfeekhkahjaoekck"


def test_the_pseudonym_of_a_recipient_is_what_it_was_in_every_release_before() -> None:
    assert pseudonym("+46701740605", keyed(KEY)) == "f47609200c47071775e9f92ff5654cdf"


def test_the_order_in_which_values_are_given_does_not_matter() -> None:
    turned = dict(reversed(ORDER["values"].items()))

    assert id_of(values=turned) == id_of()


@pytest.mark.parametrize(
    "change",
    [
        {"key": b"another key for tests, as long"},
        {"template": "one-time-codes"},
        {"channel": "email"},
        {"locale": "nn"},
        {"recipient": "+46701740606"},
        {"sender": "Skatt"},
        {"sender": ""},
        {"values": {**ORDER["values"], "code": "482914"}},
        {"values": {**ORDER["values"], "more": ""}},
        {"values": {"code": "482913", "lifetime": "300Skatteetaten", "service": ""}},
        {"values": {"code": "482913\0300", "lifetime": "Skatteetaten", "service": ""}},
        {"values": {}},
        {"occasion": "login/8842"},
        {"occasion": " login/8841"},
    ],
)
def test_whatever_is_another_order_has_another_id(change: dict[str, Any]) -> None:
    assert id_of(**change) != id_of()


def test_templates_that_begin_alike_do_not_share_ids() -> None:
    long = "a-very-long-template-name-that-goes-on"
    one, other = (id_of(template=f"{long}-{end}") for end in ("one", "other"))

    assert one.partition(".")[0] == other.partition(".")[0] == long[:24]
    assert one != other
    assert len(one) <= 64


@pytest.mark.parametrize("template", ["påminnelse", "to ord", "a.b", "../x", "Ærlig-talt", "日本語" * 30])
def test_an_id_is_safe_in_logs_and_addresses_whatever_the_template_is_called(template: str) -> None:
    made = id_of(template=template, channel="email")

    assert re.fullmatch(r"[A-Za-z0-9_-]{1,24}\.email\.[a-p]{32}", made)


@pytest.mark.parametrize("occasion", ["", "  ", "\n", None, 8841, b"login"])
def test_an_order_needs_an_occasion(occasion: object) -> None:
    with pytest.raises(InvalidSetting, match="an order needs an occasion: your own name for the event"):
        id_of(occasion=occasion)


def test_what_joins_the_facts_of_an_order_may_be_in_one_of_them() -> None:
    # Joined they all are one text; each is another order.
    split = [("a", "b\0c", "d"), ("a\0b", "c", "d"), ("a", "b", "c\0d")]
    ids = {id_of(values={"x": x, "y": y}, occasion=occasion) for x, y, occasion in split}

    assert len(ids) == 3


def test_a_code_is_not_found_in_an_id_by_chance() -> None:
    assert not any(map(str.isdigit, "".join(id_of(occasion=f"login/{n}") for n in range(100))))


def test_any_text_may_name_an_occasion_and_any_value_be_hashed() -> None:
    odd = id_of(occasion="\ud800 æ \0", values={"note": "😀\n"})

    assert odd.isascii()


# --- keys --------------------------------------------------------------------------------------


def test_a_key_is_used_as_it_is_while_it_fits() -> None:
    assert checked_key(b"x" * 16) == b"x" * 16
    assert checked_key(b"x" * 64) == b"x" * 64
    assert checked_key(SIMULATOR_KEY) == SIMULATOR_KEY


def test_a_longer_key_counts_to_its_last_byte() -> None:
    long = checked_key(b"x" * 65)

    assert len(long) == 64
    assert long != checked_key(b"x" * 66) != b"x" * 64
    assert id_of(key=long) != id_of(key=b"x" * 64)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (None, "at least 16 random bytes that stay the same; none was given"),
        (b"", "this has 0"),
        (b"secret-secret-1", r"this has 15. Make one with secrets.token_bytes\(32\)"),
        ("secret-secret-secret", "this is str"),
        (bytearray(b"secret-secret-secret"), "this is bytearray"),
    ],
)
def test_a_key_that_is_none_is_refused_and_never_shown(key: object, why: str) -> None:
    with pytest.raises(InvalidKey, match=why) as caught:
        checked_key(key)

    assert "secret-" not in repr(caught.value)


def test_a_pseudonym_is_the_recipients_under_this_key_alone() -> None:
    assert pseudonym("kari@example.org", keyed(KEY)) == pseudonym("kari@example.org", keyed(KEY))
    assert pseudonym("kari@example.org", keyed(KEY)) != pseudonym("ola@example.org", keyed(KEY))
    assert pseudonym("kari@example.org", keyed(KEY)) != pseudonym("kari@example.org", keyed(SIMULATOR_KEY))
    assert re.fullmatch("[0-9a-f]{32}", pseudonym("åse@example.org", keyed(KEY)))


def test_more_keys_than_are_kept_ready_make_the_same_ids() -> None:
    keys = [bytes([number]) * 16 for number in range(40)]

    assert [pseudonym("+46701740605", keyed(key)) for key in keys] == [
        pseudonym("+46701740605", keyed(key)) for key in keys
    ]
    assert len(_KEYED) <= 8
