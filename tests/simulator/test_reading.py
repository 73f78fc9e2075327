"""How a body is read, against the table of verdicts; and the words in which it is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

import pytest

from straks.simulator.json_reader import JsonReader, Kind, Token, Unreadable, read_json
from straks.simulator.orders import Rejection
from straks.simulator.reading import DEPRECATED, EMAIL, SMS, Form

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.simulator.desk import Desk
    from straks.wire.exchange import Response


class Case(TypedDict):
    why: str
    endpoint: str
    body: NotRequired[str]
    bodyHex: NotRequired[str]
    status: int
    keys: list[str]


class Verdicts(TypedDict):
    source: str
    cases: list[Case]


_FILE = Path(__file__).parents[1] / "vectors" / "service-json.json"
VERDICTS: Verdicts = json.loads(_FILE.read_text(encoding="utf-8"))


def complaint(body: str, key: str) -> str:
    read = SMS.read(body.encode())
    assert isinstance(read, Rejection)
    (sentence,) = read.errors[key]
    return sentence


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case['endpoint']}: {case['why']}") for case in VERDICTS["cases"]]
)
def test_the_verdict_on_a_body(desk: Desk, post: Callable[..., Response], case: Case) -> None:
    body = bytes.fromhex(case["bodyHex"]) if "bodyHex" in case else case.get("body", "").encode()
    endpoint = "" if case["endpoint"] == "instant" else case["endpoint"]
    answer = post(endpoint, body)
    keys: list[str] = list(answer.json()["errors"]) if case["keys"] else []

    assert answer.status == case["status"]
    assert sorted(keys) == sorted(case["keys"])
    assert len(desk.messages()) == (case["status"] == 201)


def test_a_refused_body_is_a_validation_problem_without_a_code(post: Callable[..., Response]) -> None:
    answer = post("sms", b"")
    body = answer.json()

    assert body == {
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "errors": {
            "": ["A non-empty request body is required."],
            "request": ["The request field is required."],
        },
        "traceId": body["traceId"],
    }


def test_absent_members_are_named_beside_the_type_that_wants_them() -> None:
    assert complaint("{}", "$") == (
        "JSON deserialization for type"
        " 'Altinn.Notifications.Models.Orders.InstantSmsNotificationOrderRequestExt'"
        " was missing required properties including: 'idempotencyId', 'recipientSms'."
    )


def test_a_wrong_type_is_told_with_path_line_and_byte() -> None:
    body = '{"idempotencyId": "bø",\n "sendersReference": "ø", "recipientSms": {"timeToLiveInSeconds": 3e2}}'

    assert complaint(body, "$.recipientSms.timeToLiveInSeconds") == (
        "The JSON value could not be converted to System.Int32."
        " Path: $.recipientSms.timeToLiveInSeconds | LineNumber: 1 | BytePositionInLine: 70."
    )


def test_the_byte_is_counted_in_bytes_also_where_they_are_no_utf_8() -> None:
    read = SMS.read(b'{"idempotencyId":"\xff\xfe"')

    assert isinstance(read, Rejection)
    assert read.errors["$.idempotencyId"][0].endswith("| LineNumber: 0 | BytePositionInLine: 21.")


@pytest.mark.parametrize(
    ("form", "type_name"),
    [(SMS, "InstantSms"), (EMAIL, "InstantEmail"), (DEPRECATED, "Instant")],
)
def test_each_endpoint_names_its_own_type(form: Form, type_name: str) -> None:
    read = form.read(b"[]")

    assert isinstance(read, Rejection)
    assert f"Models.Orders.{type_name}NotificationOrderRequestExt." in read.errors["$"][0]


def test_a_required_field_is_named_by_its_last_name() -> None:
    read = EMAIL.read(b'{"idempotencyId":"1","recipientEmail":{"emailAddress":null,"emailSettings":null}}')

    assert read == Rejection(
        {
            "InstantEmailDetails.EmailAddress": ("The EmailAddress field is required.",),
            "InstantEmailDetails.EmailSettings": ("The EmailSettings field is required.",),
        }
    )


def test_what_is_read_stays_out_of_its_repr() -> None:
    body = (
        b'{"idempotencyId":"login/1","recipientSms":{"phoneNumber":"+46701740605",'
        b'"timeToLiveInSeconds":60,"smsSettings":{"body":"Koden er 482913"}}}'
    )

    assert repr(SMS.read(body)) == "SmsOrder(place='RecipientSms', time_to_live_s=60, sender=None)"


# The reader by itself


def test_each_kind_of_value_is_told_by_its_beginning() -> None:
    reader = JsonReader(b'"a" -1.5E+2 true false null [ {')

    assert [reader.next("$") for _ in range(7)] == [
        Token(Kind.STRING, '"a"'),
        Token(Kind.NUMBER, "-1.5E+2"),
        Token(Kind.TRUE, "true"),
        Token(Kind.FALSE, "false"),
        Token(Kind.NULL, "null"),
        Token(Kind.ARRAY, "["),
        Token(Kind.OBJECT, "{"),
    ]


@pytest.mark.parametrize("raw", ["'a'", "+1", ".5", "tru", "NaN", "\u00a01", "]", "", '"a'])
def test_what_begins_no_value_is_refused(raw: str) -> None:
    with pytest.raises(Unreadable, match="A JSON value was expected here"):
        JsonReader(raw.encode()).next("$")


@pytest.mark.parametrize("raw", ["1.", "1e", "01", "1x", "truex", "null,"])
def test_what_goes_on_after_a_value_is_refused(raw: str) -> None:
    reader = JsonReader(raw.encode())
    reader.next("$")

    with pytest.raises(Unreadable, match="Nothing but white space"):
        reader.finish("$")


def test_a_very_long_text_is_read_in_one_go() -> None:
    text = "å" * 1_000_000 + '\\"' * 1_000
    reader = JsonReader(f'"{text}"'.encode())

    assert len(reader.text(reader.next("$"), "$")) == 1_001_000


@pytest.mark.parametrize("raw", ["", "{", "[" * 100_000, b"\xff", "9" * 5_000])
def test_what_is_no_json_is_read_as_none(raw: str | bytes) -> None:
    assert read_json(raw) is None
