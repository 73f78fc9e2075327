"""The simulator's own places: the list of messages, the clock, ready tokens, and the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from straks.errors import InvalidSetting
from straks.simulator.desk import BASE, Desk
from straks.simulator.fates import FATES, fate_named
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


# The page


def test_the_page_of_an_empty_inbox_says_so(desk: Desk) -> None:
    answer = visit(desk, "GET", "/")

    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.body.startswith(b'<!doctype html>\n<html lang="en">')
    assert b"<p>0 messages, newest first." in answer.body


def test_the_page_shows_what_came_newest_first(desk: Desk, post: Way, sms: Maker, email: Maker) -> None:
    post("sms", sms("1", body="\nførste", sender="Skatt"))
    page = visit(desk, "GET", "/").body.decode()
    assert "<p>1 message, newest first." in page
    assert "<h2>SMS to +46701740605 from Skatt</h2>\n<pre>\n\nførste</pre>" in page
    assert "<p>2026-02-04T11:32:00Z · SMS_Sending · 1 segment</p>" in page
    assert "Code:" not in page

    post("sms", sms("2", body="a" * 200))
    post("email", email("3"))
    page = visit(desk, "GET", "/").body.decode()
    assert "<p>3 messages, newest first." in page
    assert "· 2 segments</p>" in page
    assert "<p>2026-02-04T11:32:00Z · Email_Sending · Plain</p>" in page
    assert "<p>Code: <b><code>482913</code></b></p>" in page
    assert page.index("E-mail to kari@example.org") < page.index("aaaa") < page.index("første")


def test_nothing_in_a_message_becomes_part_of_the_page(
    desk: Desk, post: Way, sms: Maker, email: Maker
) -> None:
    attack = "</pre><script>alert('\"&')</script>"
    post("sms", sms("1", body=f"x\n@y #{attack}", sender=attack))
    post("email", email("2", subject=attack, body=attack, content_type="Html"))
    answer = visit(desk, "GET", "/")

    assert b"<script" not in answer.body
    # The HTML e-mail's body stands twice: in its frame, and as its source. A sender is cut before its end.
    assert answer.body.count(b"&lt;script&gt;") == 5
    assert "script" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_an_html_email_is_shown_in_a_frame_that_may_do_nothing(desk: Desk, post: Way, email: Maker) -> None:
    post("email", email("1", body='<p title="a">Hei</p>', content_type="Html"))
    page = visit(desk, "GET", "/").body.decode()

    assert (
        '<iframe sandbox title="The e-mail as it is shown" srcdoc="&lt;p title=&quot;a&quot;&gt;Hei' in page
    )
    assert page.count("<iframe") == 1


def test_the_page_says_where_what_is_shown_is_not_what_happened(
    desk: Desk, post: Way, sms: Maker, email: Maker
) -> None:
    post("sms", sms("1", number=fate_named("pretended").number, body="x" * 2150))
    post("sms", dict(sms("2", number=fate_named("last-moment").number)))
    desk.advance(400)
    page = visit(desk, "GET", "/").body.decode()

    assert (
        "SMS_Delivered · 15 segments · cut by 6 characters · fate: pretended"
        " · the person does not have it</p>" in page
    )
    assert "SMS_Accepted · 1 segment · fate: last-moment · the person has it</p>" in page


def test_the_page_lists_what_is_armed_and_every_fate_with_its_recipients(desk: Desk) -> None:
    assert b"Armed" not in visit(desk, "GET", "/").body

    desk.faults.arm("drop-answer")
    page = visit(desk, "GET", "/").body.decode()
    assert "<h2>Armed</h2>\n<ul>\n<li><b>drop-answer</b> sent and stored; the connection" in page
    for fate in FATES:
        assert f"<tr><td>{fate.name}</td>" in page
        assert fate.number is None or f"<code>{fate.number}</code>" in page
        assert fate.address is None or f"<code>{fate.address}</code>" in page


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


def test_the_page_is_framed_by_nobody_and_loads_nothing(desk: Desk) -> None:
    headers = visit(desk, "GET", "/").headers

    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/_straks/messages", "/_straks/faults", "/_straks/fates", "/"])
def test_what_people_wrote_is_kept_by_no_cache(desk: Desk, path: str) -> None:
    headers = visit(desk, "GET", path).headers

    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_the_page_knows_the_dark(desk: Desk) -> None:
    page = visit(desk, "GET", "/").body

    assert b"color-scheme: light dark" in page
    assert b"prefers-color-scheme: dark" in page
