"""From an order to the service's JSON, byte for byte, and what never becomes any."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import pytest

from straks.altinn.carried import NOT_IN_EMAIL, NOT_IN_LINE, NOT_IN_SMS
from straks.altinn.payload import encode, endpoint, payload
from straks.core.email_address import EmailAddress
from straks.core.manifest import Purpose, Repeat
from straks.core.message import ContentType, Email, Message, Order, Sms
from straks.core.phone_number import PhoneNumber
from straks.errors import InvalidPayload

if TYPE_CHECKING:
    from collections.abc import Callable

Taken = TypedDict("Taken", {"what": str, "channel": str, "with": dict[str, Any], "bytes": str})
Refused = TypedDict(
    "Refused", {"what": str, "channel": str, "with": dict[str, Any], "field": str, "rule": str}
)


class Vectors(TypedDict):
    source: str
    default: dict[str, dict[str, Any]]
    taken: list[Taken]
    refused: list[Refused]


VECTORS: Vectors = json.loads((Path(__file__).parents[1] / "vectors/payloads.json").read_text("utf-8"))


def made(case: Taken | Refused) -> Order:
    given = VECTORS["default"][case["channel"]] | case["with"]
    message = sms(given) if case["channel"] == "sms" else email(given)
    return Order(message, given["idempotency_id"], given.get("reference"))


def sms(given: dict[str, Any]) -> Sms:
    return Sms(
        template="code",
        locale="nb",
        purpose=Purpose.AUTHENTICATION,
        repeat=Repeat.HARMLESS,
        canonical_values={},
        recipient=PhoneNumber.parse(given["recipient"]),
        body=given["body"],
        time_to_live=timedelta(seconds=given["time_to_live"]),
        sender=given.get("sender"),
    )


def email(given: dict[str, Any]) -> Email:
    return Email(
        template="code",
        locale="nb",
        purpose=Purpose.AUTHENTICATION,
        repeat=Repeat.HARMLESS,
        canonical_values={},
        recipient=EmailAddress.parse(given["recipient"]),
        subject=given["subject"],
        text=given["text"],
        html=given.get("html"),
        content_type=ContentType.HTML if "html" in given else ContentType.PLAIN,
        sender=EmailAddress.parse(given["sender"]) if "sender" in given else None,
    )


taken = pytest.mark.parametrize("case", VECTORS["taken"], ids=lambda case: case["what"])
refused = pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["what"])


@taken
def test_an_order_becomes_exactly_the_services_json(case: Taken) -> None:
    assert encode(made(case)).decode() == case["bytes"]
    assert payload(made(case)) == json.loads(case["bytes"])


@taken
def test_an_order_made_again_is_the_same_bytes(case: Taken) -> None:
    assert encode(made(case)) == encode(made(case))


@refused
def test_what_the_service_would_refuse_or_stumble_over_is_refused_first(case: Refused) -> None:
    order = made(case)
    for make in (payload, encode):
        with pytest.raises(InvalidPayload) as caught:
            make(order)

        assert caught.value.field == case["field"]
        assert case["rule"] in caught.value.rule
        assert caught.value.rule in str(caught.value)


def test_an_id_may_be_as_long_as_its_limit() -> None:
    order = replace(made(VECTORS["taken"][0]), idempotency_id="x" * 255)

    assert payload(order)["idempotencyId"] == "x" * 255


def test_a_refusal_says_where_the_character_stands_and_shows_nothing_else() -> None:
    order = replace(made(VECTORS["taken"][0]), reference="482913\x00")

    with pytest.raises(InvalidPayload) as caught:
        encode(order)

    assert str(caught.value) == (
        "Altinn would not take the reference of this order; its rule: one printable line; "
        "character 7 is U+0000, take it out"
    )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Pigeon(Message):
    channel: ClassVar[str] = "pigeon"

    @property
    def address(self) -> str:
        return "the loft"

    @property
    def masked_recipient(self) -> str:
        return "•••"

    @property
    def sender_name(self) -> None:
        return None


def test_a_message_of_another_kind_is_refused_by_its_name() -> None:
    pigeon = Pigeon(
        template="coo",
        locale="nb",
        purpose=Purpose.NOTICE,
        repeat=Repeat.HARMLESS,
        canonical_values={},
    )

    with pytest.raises(InvalidPayload, match="carries Sms and Email, not Pigeon") as caught:
        encode(Order(pigeon, "coo.pigeon.1"))

    assert caught.value.field == "message"


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_each_channel_has_its_own_path(make_order: Callable[..., Order], channel: str) -> None:
    path = endpoint(make_order(channel=channel))

    assert path == f"/notifications/api/v1/future/orders/instant/{channel}"


def test_what_is_printable_holds_nothing_that_the_service_stumbles_over() -> None:
    patterns = (NOT_IN_LINE, NOT_IN_SMS, NOT_IN_EMAIL)
    printable = "".join(filter(str.isprintable, map(chr, range(sys.maxunicode + 1))))

    assert [pattern.search(printable) for pattern in patterns] == [None, None, None]
