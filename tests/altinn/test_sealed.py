"""Sealed orders: written down, read back, and turned away where they were changed."""

from __future__ import annotations

import json
import pprint
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
import rich.pretty

import straks
from straks.altinn import SealedOrder, encode, seal
from straks.altinn.payload import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Callable

    Maker = Callable[..., straks.Order]

NOON = datetime(2026, 5, 17, 12, tzinfo=UTC)
channels = pytest.mark.parametrize("channel", ["sms", "email"])


@pytest.fixture
def document(make_order: Maker) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(seal(make_order(reference="sak/1"), not_after=NOON).to_json())
    return found


@channels
def test_a_sealed_order_has_what_sending_needs(make_order: Maker, channel: str) -> None:
    order = make_order(channel=channel, reference="sak/1")
    sealed = seal(order)

    assert sealed.body == encode(order)
    assert sealed.idempotency_id == order.idempotency_id
    assert sealed.endpoint == ENDPOINTS[channel]
    assert (sealed.template, sealed.locale, sealed.channel) == ("one-time-code", "nb", channel)
    assert (sealed.repeat, sealed.pseudonym) == (straks.Repeat.HARMLESS, order.pseudonym)
    assert (sealed.reference, sealed.rehearsal, sealed.not_after) == ("sak/1", False, None)
    assert sealed.time_to_live_s == (300 if channel == "sms" else None)


@channels
def test_sealing_twice_is_sealing_once(make_order: Maker, channel: str) -> None:
    sealed = seal(make_order(channel=channel))

    assert seal(sealed) is sealed
    assert sealed.reference is None


def test_a_moment_not_to_be_sent_after_is_kept_in_utc(make_order: Maker) -> None:
    sealed = seal(
        seal(make_order()), not_after=datetime(2026, 5, 17, 14, tzinfo=timezone(timedelta(hours=2)))
    )

    assert sealed.not_after == NOON
    assert sealed.not_after is not None
    assert sealed.not_after.tzinfo is UTC
    assert SealedOrder.from_json(sealed.to_json()) == sealed


def test_a_moment_without_a_zone_is_turned_away(make_order: Maker) -> None:
    with pytest.raises(straks.InvalidSetting, match="with its zone"):
        seal(make_order(), not_after=NOON.replace(tzinfo=None))


@channels
def test_an_order_made_with_the_simulators_key_stays_a_rehearsal(make_order: Maker, channel: str) -> None:
    sealed = seal(make_order(channel=channel, key=straks.SIMULATOR_KEY))

    assert sealed.rehearsal
    assert SealedOrder.from_json(sealed.to_json()).rehearsal


@channels
def test_it_shows_nothing_that_it_holds(make_order: Maker, channel: str) -> None:
    sealed = seal(make_order(channel=channel, reference="ref-77"))
    seen = repr(sealed) + str(sealed) + pprint.pformat(sealed) + rich.pretty.pretty_repr(sealed)

    for hidden in ("482913", "1740605", "kari", "ref-77", sealed.pseudonym):
        assert hidden not in seen
    assert sealed.idempotency_id in seen


def test_its_json_is_one_line_that_begins_with_the_version(make_order: Maker) -> None:
    line = seal(make_order()).to_json()

    assert line.startswith('{"straks":"order/1","idempotency_id":"one-time-code.sms.')
    assert "\n" not in line


# What is turned away

SECRETS = ("482913", "1740605", "sak/1")
CHANGES: list[tuple[str, object]] = [
    ("straks", "order/2"),
    ("straks", None),
    ("endpoint", "/elsewhere"),
    ("idempotency_id", ""),
    ("idempotency_id", "a\nb"),
    ("idempotency_id", "a" * 256),
    ("idempotency_id", 7),
    ("idempotency_id", "one-time-code.sms.another"),
    ("template", " "),
    ("locale", ["nb"]),
    ("channel", "pigeon"),
    ("channel", {}),
    ("channel", "email"),
    ("repeat", "perhaps"),
    ("pseudonym", "+46701740605"),
    ("pseudonym", None),
    ("time_to_live_s", None),
    ("time_to_live_s", 59),
    ("time_to_live_s", 172_801),
    ("time_to_live_s", 10**30),
    ("time_to_live_s", True),
    ("time_to_live_s", "300"),
    ("not_after", "2026-05-17T12:00:00"),
    ("not_after", "soon"),
    ("not_after", 7),
    ("rehearsal", "yes"),
    ("rehearsal", 0.5),
    ("body", None),
    ("body", "482913"),
    ("body", "[482913"),
    ("body", "\ud800"),
    ("body", "{}"),
    ("body", '{"idempotencyId": 482913}'),
    ("body", "[" * 100_000),
]


@pytest.mark.parametrize(
    ("field", "value"), CHANGES, ids=[f"{n}-{field}" for n, (field, _) in enumerate(CHANGES)]
)
def test_one_that_was_changed_is_turned_away_and_not_shown(
    document: dict[str, Any], field: str, value: object
) -> None:
    with pytest.raises(straks.InvalidOrder) as caught:
        SealedOrder.from_json(json.dumps(document | {field: value}))

    assert not [secret for secret in SECRETS if secret in str(caught.value)]
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("text", ["", "null", "[]", '"order/1"', "{", b"\xff\xfe", "[" * 100_000])
def test_what_is_no_json_object_is_no_order(text: str | bytes) -> None:
    with pytest.raises(straks.InvalidOrder, match="not one JSON object") as caught:
        SealedOrder.from_json(text)

    assert caught.value.__context__ is None


def test_an_order_of_another_release_is_told_from_a_broken_one(document: dict[str, Any]) -> None:
    with pytest.raises(straks.InvalidOrder, match="that this release of straks reads"):
        SealedOrder.from_json(json.dumps(document | {"straks": "order/2", "repeat": "maybe"}))


def test_what_the_service_would_refuse_is_not_sealed(make_order: Maker) -> None:
    with pytest.raises(straks.InvalidPayload):
        seal(replace(make_order(), reference="a\x00"))
