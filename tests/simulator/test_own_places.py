"""The simulator's own places: the list of messages, the clock, ready tokens, fates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from straks.errors import InvalidSetting
from straks.simulator.desk import BASE, Desk
from straks.simulator.fates import FATES
from straks.simulator.tokens import decode_object
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.exchange import Response

    Maker = Callable[..., dict[str, object]]
    Way = Callable[..., Response]


def visit(desk: Desk, method: str, path: str, body: object = None) -> Response:
    raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return desk.handle(Request(method, BASE + path, {}, raw))


# Messages


def test_the_list_has_every_message_oldest_first(desk: Desk, post: Way, sms: Maker, email: Maker) -> None:
    order = post("sms", sms("1", sender="Skatt")).json()
    desk.advance(1)
    other = post("email", email("2", content_type="Html")).json()
    answer = visit(desk, "GET", "/_straks/messages")
    listed = answer.json()

    assert answer.status == 200
    assert listed == [
        {
            "id": listed[0]["id"],
            "channel": "sms",
            "recipient": "+46701740605",
            "sender": "Skatt",
            "subject": None,
            "body": "Koden er 482913",
            "contentType": None,
            "segments": 1,
            "code": "482913",
            "idempotencyId": "1",
            "shipmentId": order["notification"]["shipmentId"],
            "receivedAt": "2026-02-04T11:32:00Z",
            "status": "SMS_Accepted",
            "reached": False,
            "cut": 0,
            "fate": None,
            "orderedBy": "ttd",
            "sendersReference": None,
        },
        {
            "id": listed[1]["id"],
            "channel": "email",
            "recipient": "kari@example.org",
            "sender": "noreply@altinn.cloud",
            "subject": "Kode",
            "body": "Koden er 482913",
            "contentType": "Html",
            "segments": None,
            "code": "482913",
            "idempotencyId": "2",
            "shipmentId": other["notification"]["shipmentId"],
            "receivedAt": "2026-02-04T11:32:01Z",
            "status": "Email_Sending",
            "reached": False,
            "cut": 0,
            "fate": None,
            "orderedBy": "ttd",
            "sendersReference": None,
        },
    ]


def test_deleting_the_list_empties_the_inbox_and_leaves_the_orders(
    desk: Desk, post: Way, get: Way, sms: Maker
) -> None:
    name = post("sms", sms()).json()["notification"]["shipmentId"]
    answer = visit(desk, "DELETE", "/_straks/messages")

    assert (answer.status, answer.body) == (204, b"")
    assert visit(desk, "GET", "/_straks/messages").body == b"[]"
    assert get(f"shipment/{name}").status == 200


# The clock


def test_the_clock_is_advanced_and_tells_the_time(desk: Desk) -> None:
    answer = visit(desk, "POST", "/_straks/clock", {"advance_s": 90.5})

    assert (answer.status, answer.json()) == (200, {"now": "2026-02-04T11:33:30.500000Z"})


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (None, "the body must be a JSON object with advance_s"),
        (b"x", "the body must be a JSON object with advance_s"),
        ([60], "the body must be a JSON object with advance_s"),
        ({}, 'advance_s is missing or no number; send {"advance_s": 60}'),
        ({"advance_s": "60"}, 'advance_s is missing or no number; send {"advance_s": 60}'),
        ({"advance_s": True}, 'advance_s is missing or no number; send {"advance_s": 60}'),
        ({"advance_s": None}, 'advance_s is missing or no number; send {"advance_s": 60}'),
        ({"advance": 60}, "there is no setting of that name here; known are advance_s"),
    ],
)
def test_a_clock_that_cannot_be_turned_so_is_answered_400(desk: Desk, body: object, sentence: str) -> None:
    answer = visit(desk, "POST", "/_straks/clock", body)

    assert (answer.status, answer.json()) == (400, {"error": sentence})
    assert desk.now_s() == Desk().now_s()


@pytest.mark.parametrize("seconds", [b"-1", b"-0.5", b"NaN", b"Infinity", b"1e400", b"9" * 400, b"1e11"])
def test_a_clock_goes_forward_only_and_not_for_ever(desk: Desk, seconds: bytes) -> None:
    answer = visit(desk, "POST", "/_straks/clock", b'{"advance_s": %s}' % seconds)

    assert (answer.status, set(answer.json())) == (400, {"error"})
    assert desk.now_s() == Desk().now_s()


def test_a_hundred_years_is_the_limit_for_all_steps_together(desk: Desk) -> None:
    desk.advance(99 * 366 * 86_400)

    with pytest.raises(InvalidSetting, match="a hundred years in all"):
        desk.advance(2 * 366 * 86_400)


# Tokens


def test_a_ready_token_is_text_and_good_for_half_an_hour(desk: Desk) -> None:
    answer = visit(desk, "POST", "/_straks/token")
    claims = decode_object(answer.body.decode().split(".")[1])

    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert claims is not None
    assert claims["scope"] == "altinn:serviceowner/notifications.create"
    assert claims["urn:altinn:org"] == "ttd"
    assert claims["iss"] == f"{BASE}/authentication/api/v1/openid/"
    assert claims["exp"] == Desk().now_s() + 1800


def test_a_ready_token_can_be_for_another_organisation_scope_and_time(desk: Desk) -> None:
    answer = visit(desk, "POST", "/_straks/token", {"org": "skd", "scope": "a:b", "lifetime": 31})
    claims = decode_object(answer.body.decode().split(".")[1])

    assert claims is not None
    assert (claims["urn:altinn:org"], claims["scope"]) == ("skd", "a:b")
    assert claims["exp"] == Desk().now_s() + 31


def test_a_ready_token_can_be_for_no_organisation(desk: Desk) -> None:
    answer = visit(desk, "POST", "/_straks/token", {"org": None})
    claims = decode_object(answer.body.decode().split(".")[1])

    assert claims is not None
    assert "urn:altinn:org" not in claims


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("ttd", "the body must be a JSON object with org and scope and lifetime"),
        ({"org": 1}, 'org must be a short name in quotes, or null; send {"org": "ttd"}'),
        (
            {"scope": None},
            'scope must be text; send {"scope": "altinn:serviceowner/notifications.create"}',
        ),
        ({"lifetime": "1800"}, 'lifetime must be whole seconds; send {"lifetime": 1800}'),
        ({"lifetime": 1.5}, 'lifetime must be whole seconds; send {"lifetime": 1800}'),
        ({"lifetime": True}, 'lifetime must be whole seconds; send {"lifetime": 1800}'),
        ({"lifetime": -1}, "a token lives from 0 to 31622400 seconds; give a lifetime within that"),
        ({"lifetime": 10**20}, "a token lives from 0 to 31622400 seconds; give a lifetime within that"),
        ({"organisation": "ttd"}, "there is no setting of that name here; known are org, scope, lifetime"),
    ],
)
def test_a_token_that_cannot_be_is_answered_400(desk: Desk, body: object, sentence: str) -> None:
    answer = visit(desk, "POST", "/_straks/token", body)

    assert (answer.status, answer.json()) == (400, {"error": sentence})


def test_fates_are_listed_as_json(desk: Desk) -> None:
    answer = visit(desk, "GET", "/_straks/fates")

    assert answer.status == 200
    assert [fate["fate"] for fate in answer.json()] == [fate.name for fate in FATES]
    assert answer.json()[0] == {
        "fate": "late",
        "says": "delivered after 45 seconds: the phone was off, the mailbox busy",
        "sms": "+46701740660",
        "email": "late@example.org",
    }
