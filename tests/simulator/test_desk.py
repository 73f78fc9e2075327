"""What the service answers to an order, statement by statement of its own rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.simulator.desk import BASE, Desk
from straks.simulator.tokens import Use
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.exchange import Response

    Maker = Callable[..., dict[str, object]]
    Way = Callable[..., Response]


# An order that is taken


def test_a_new_order_is_answered_201_with_its_ids_and_a_location(post: Way, sms: Maker) -> None:
    answer = post("sms", sms(reference="sak/1"))

    assert answer.status == 201
    body = answer.json()
    assert body == {
        "notificationOrderId": body["notificationOrderId"],
        "notification": {
            "shipmentId": body["notification"]["shipmentId"],
            "sendersReference": "sak/1",
        },
    }
    assert body["notificationOrderId"] != body["notification"]["shipmentId"]
    assert answer.headers["location"] == (
        f"{BASE}/notifications/api/v1/orders/chain/{body['notificationOrderId']}"
    )


def test_nobody_answers_at_the_location(desk: Desk, post: Way, sms: Maker) -> None:
    location = post("sms", sms()).headers["location"]

    assert desk.handle(Request("GET", location)).status == 404


def test_a_reference_that_was_null_is_left_out(post: Way, sms: Maker) -> None:
    assert "sendersReference" not in post("sms", sms()).json()["notification"]


def test_json_is_indented_and_called_application_json(post: Way, sms: Maker) -> None:
    good, bad = post("sms", sms(reference="Bø")), post("sms", b"{}")

    assert good.headers["content-type"] == bad.headers["content-type"] == "application/json"
    assert good.body.startswith(b'{\n  "notificationOrderId": "')
    assert "Bø".encode() in good.body


def test_an_sms_is_sent_as_it_was_written(desk: Desk, post: Way, sms: Maker) -> None:
    post("sms", sms(number="00 46 70-174 06 05 ", body=" to  mellomrom\n$recipientName$"))

    (message,) = desk.messages()
    assert message.channel == "sms"
    assert message.recipient == "00 46 70-174 06 05 "
    assert message.body == " to  mellomrom\n$recipientName$"
    assert message.subject is None
    assert message.content_type is None
    assert message.segments == 1


def test_an_email_is_sent_as_it_was_written(desk: Desk, post: Way, email: Maker) -> None:
    post("email", email(address=" kari@example.org ", subject="En\nto", body="<p>x</p>", content_type="html"))

    (message,) = desk.messages()
    assert message.channel == "email"
    assert message.recipient == " kari@example.org "
    assert message.subject == "En\nto"
    assert message.body == "<p>x</p>"
    assert message.content_type == "Html"
    assert message.segments is None


@pytest.mark.parametrize("body", ["Se https://example.org/kode", "Se altinn.no"])
def test_a_link_goes_through(desk: Desk, post: Way, sms: Maker, body: str) -> None:
    assert post("sms", sms(body=body)).status == 201
    assert desk.messages()[0].body == body


@pytest.mark.parametrize("sender", [None, "", " \t"])
def test_without_a_sender_an_sms_is_from_altinn(
    desk: Desk, post: Way, sms: Maker, sender: str | None
) -> None:
    post("sms", sms(sender=sender))

    assert desk.messages()[0].sender == "Altinn"


def test_with_a_sender_a_message_is_from_it(desk: Desk, post: Way, sms: Maker, email: Maker) -> None:
    post("sms", sms("1", sender="Skatt"))
    post("email", email("2", sender="skatt@example.org"))

    assert [message.sender for message in desk.messages()] == ["Skatt", "skatt@example.org"]


def test_without_a_sender_an_email_is_from_the_default_address(desk: Desk, post: Way, email: Maker) -> None:
    post("email", email())

    assert desk.messages()[0].sender == "noreply@altinn.cloud"


def test_the_deprecated_endpoint_sends_an_sms(desk: Desk, post: Way, sms: Maker) -> None:
    order = sms()
    answer = post("", {"idempotencyId": "1", "recipient": {"recipientSms": order["recipientSms"]}})

    assert answer.status == 201
    assert desk.messages()[0].body == "Koden er 482913"


# Who may place one


@pytest.mark.parametrize("endpoint", ["sms", "email", ""])
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer x.y.z", "Basic a2FyaTp4"])
def test_without_a_valid_token_the_answer_is_an_empty_401(desk: Desk, endpoint: str, header: str) -> None:
    url = f"{BASE}/notifications/api/v1/future/orders/instant/{endpoint}"
    answer = desk.handle(Request("POST", url, {"Authorization": header}))

    assert (answer.status, answer.body) == (401, b"")


def test_a_token_lives_to_its_very_second_and_no_longer(desk: Desk, post: Way) -> None:
    token = desk.token(lifetime_s=60)
    desk.advance(59)
    assert post("sms", b"{}", token=token).status == 400

    desk.advance(1)
    assert post("sms", b"{}", token=token).status == 401


def test_another_desks_token_is_refused(post: Way) -> None:
    assert post("sms", b"{}", token=Desk(secret=b"another").token()).status == 401


def test_a_maskinporten_token_that_was_never_exchanged_is_refused(desk: Desk, post: Way) -> None:
    claims = {"scope": "altinn:serviceowner/notifications.create", "exp": desk.now_s() + 60}

    assert post("sms", b"{}", token=desk.mint.sign(Use.MASKINPORTEN, claims)).status == 401


@pytest.mark.parametrize("scope", ["", "altinn:serviceowner", "altinn:serviceowner/notifications.creates"])
def test_without_the_scope_the_answer_is_an_empty_403(desk: Desk, post: Way, sms: Maker, scope: str) -> None:
    answer = post("sms", sms(), token=desk.token(scope=scope))

    assert (answer.status, answer.body, desk.messages()) == (403, b"", ())


def test_the_scope_may_be_one_of_several(desk: Desk, post: Way, sms: Maker) -> None:
    token = desk.token(scope="x altinn:serviceowner/notifications.create")

    assert post("sms", sms(), token=token).status == 201


@pytest.mark.parametrize("organisation", [None, "", " "])
def test_a_token_that_names_no_organisation_is_answered_an_empty_403(
    desk: Desk, post: Way, sms: Maker, organisation: str | None
) -> None:
    answer = post("sms", sms(), token=desk.token(organisation=organisation))

    assert (answer.status, answer.body, desk.messages()) == (403, b"", ())


def test_the_scheme_of_a_token_is_bearer_in_any_case(desk: Desk, post: Way, sms: Maker) -> None:
    headers = {"AUTHORIZATION": f"bearer {desk.token()}", "CONTENT-TYPE": "application/json"}

    assert post("sms", sms(), token="", headers=headers).status == 201


# The order in which it says no


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application"]
)
def test_a_body_that_does_not_call_itself_json_is_answered_an_empty_415(
    desk: Desk, post: Way, sms: Maker, content_type: str
) -> None:
    answer = post("sms", sms(), headers={"Content-Type": content_type})

    assert (answer.status, answer.body, desk.messages()) == (415, b"", ())


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_a_charset_and_the_case_of_the_content_type_do_not_matter(
    post: Way, sms: Maker, content_type: str
) -> None:
    assert post("sms", sms(), headers={"Content-Type": content_type}).status == 201


@pytest.mark.parametrize("endpoint", ["sms", "email", ""])
def test_another_content_type_is_told_before_the_token_is_looked_at(post: Way, endpoint: str) -> None:
    assert post(endpoint, b"", token="x", headers={"Content-Type": "text/plain"}).status == 415


def test_token_and_scope_come_before_a_content_type_that_is_missing(desk: Desk, post: Way) -> None:
    assert post("sms", b"", token="x", headers={}).status == 401
    assert post("sms", b"", token=desk.token(scope=""), headers={}).status == 403


def test_the_content_type_comes_before_the_body(post: Way) -> None:
    assert post("sms", b"", headers={}).status == 415


@pytest.mark.parametrize("body", [b"{}", b'{"idempotencyId":"","recipientSms":null}'])
def test_the_body_comes_before_the_organisation(desk: Desk, post: Way, body: bytes) -> None:
    assert post("sms", body, token=desk.token(organisation=None)).status == 400


def test_the_rules_come_before_the_organisation(desk: Desk, post: Way, sms: Maker) -> None:
    assert post("sms", sms(number="nobody"), token=desk.token(organisation=None)).status == 400


def test_the_rules_come_before_the_look_up(post: Way, sms: Maker) -> None:
    post("sms", sms())

    assert post("sms", sms(number="nobody")).status == 400


def test_the_look_up_comes_before_the_hand_over(post: Way, sms: Maker) -> None:
    post("sms", sms())

    assert post("sms", sms(body="\x01")).status == 200


# What it never says, and what only somebody in between hears


@given(
    endpoint=st.sampled_from(["sms", "email", ""]),
    body=st.binary(max_size=20)
    | st.text(max_size=9).map(lambda text: json.dumps({"idempotencyId": text}).encode()),
    text=st.text(st.characters(codec="utf-8"), max_size=9),
    whole=st.booleans(),
)
def test_whatever_is_ordered_the_answer_is_none_that_the_service_does_not_give(
    endpoint: str, body: bytes, text: str, *, whole: bool
) -> None:
    desk = Desk()
    sms = {"phoneNumber": "+46701740605", "timeToLiveInSeconds": 300, "smsSettings": {"body": text}}
    email = {"emailAddress": "kari@example.org", "emailSettings": {"subject": text, "body": text}}
    recipients = {"recipientSms": sms, "recipientEmail": email, "recipient": {"recipientSms": sms}}
    order = json.dumps({"idempotencyId": text, "sendersReference": text, **recipients}).encode()
    headers = {"Authorization": f"Bearer {desk.token()}", "Content-Type": "application/json"}
    url = f"{BASE}/notifications/api/v1/future/orders/instant/{endpoint}"
    answer = desk.handle(Request("POST", url, headers, order if whole else body))

    assert answer.status in (200, 201, 400, 500, 503)
    assert not desk.messages() or answer.status in (201, 500)
    assert answer.body == b"" if answer.status == 500 else answer.json() is not None


def test_a_caller_who_was_given_up_on_in_between_is_told_499(desk: Desk, post: Way, sms: Maker) -> None:
    desk.faults.arm("499")
    answer = post("sms", sms())
    body = answer.json()

    assert answer.status == 499
    assert body == {
        "type": "urn:altinn:error:NOT-00002",
        "title": (
            "The client disconnected or cancelled the request before the server could complete processing"
        ),
        "status": 499,
        "code": "NOT-00002",
        "traceId": body["traceId"],
        "statusDescription": "Client Closed Request",
    }
    assert desk.messages()[0].shipment_id is None


# Idempotency


def test_the_same_id_again_is_answered_200_with_the_first_answer(desk: Desk, post: Way, sms: Maker) -> None:
    first = post("sms", sms(reference="første"))
    again = post("sms", sms(reference="andre", body="something else"))

    assert again.status == 200
    assert again.json() == first.json()
    assert again.json()["notification"]["sendersReference"] == "første"
    assert "location" not in again.headers
    assert [message.body for message in desk.messages()] == ["Koden er 482913"]


def test_an_id_is_one_over_all_three_endpoints(desk: Desk, post: Way, sms: Maker, email: Maker) -> None:
    first = post("sms", sms("x"))
    other = post("email", email("x"))
    third = post("", {"idempotencyId": "x", "recipient": {"recipientSms": sms()["recipientSms"]}})

    assert (other.status, third.status) == (200, 200)
    assert other.json() == third.json() == first.json()
    assert [message.channel for message in desk.messages()] == ["sms"]


def test_each_organisation_has_its_own_ids(desk: Desk, post: Way, sms: Maker) -> None:
    answers = [post("sms", sms(), token=desk.token(organisation=name)) for name in ("ttd", "skd")]

    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json() != answers[1].json()


def test_ids_are_compared_character_by_character(desk: Desk, post: Way, sms: Maker) -> None:
    ids = ["login", "Login", "login ", " login", "lo\u0067in\u200b", "logi\u006e\u0301", "logiń"]
    answers = [post("sms", sms(name)).status for name in ids]

    assert answers == [201] * len(ids)


def test_an_id_is_spent_for_good(desk: Desk, post: Way, sms: Maker) -> None:
    post("sms", sms())
    desk.advance(10 * 365 * 86_400)
    desk.inbox.clear()

    assert post("sms", sms()).status == 200
    assert desk.messages() == ()


def test_what_was_refused_does_not_spend_its_id(desk: Desk, post: Way, sms: Maker) -> None:
    refusals = [
        post("sms", sms(number="nobody")).status,
        post("sms", sms(), token=desk.token(organisation=None)).status,
        post("sms", sms(body="\x01")).status,
    ]

    assert refusals == [400, 403, 503]
    assert post("sms", sms()).status == 201


# What breaks further in


def test_a_nul_in_the_id_fails_at_the_look_up(desk: Desk, post: Way, sms: Maker) -> None:
    answer = post("sms", sms("login\x00"))

    assert (answer.status, answer.body, desk.messages()) == (500, b"", ())


@pytest.mark.parametrize(
    "character", ["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x0e", "\x1b", "\x1f", "\uffff"]
)
def test_a_character_xml_cannot_hold_fails_the_hand_over_of_an_sms_every_time(
    desk: Desk, post: Way, sms: Maker, character: str
) -> None:
    answers = [
        post("sms", sms(body=f"Kode{character}")),
        post("sms", sms(body=f"Kode{character}")),
        post("sms", sms(sender=f"Skatt{character}")),
    ]

    assert [answer.status for answer in answers] == [503, 503, 503]
    assert desk.messages() == ()


def test_a_control_character_after_a_number_fails_the_hand_over_too(
    desk: Desk, post: Way, sms: Maker
) -> None:
    assert post("sms", sms(number="+46701740605\x0b")).status == 503


@pytest.mark.parametrize("character", ["\t", "\n", "\r", "\x7f", "\x85", "\ufffd"])
def test_other_characters_go_through(post: Way, sms: Maker, character: str) -> None:
    assert post("sms", sms(body=f"Kode{character}")).status == 201


def test_a_hand_over_that_fails_is_a_problem_with_a_code(post: Way, sms: Maker) -> None:
    answer = post("sms", sms(body="\x01"))
    body = answer.json()

    assert body == {
        "type": "urn:altinn:error:NOT-00004",
        "title": "A temporary network failure occurred",
        "status": 503,
        "code": "NOT-00004",
        "traceId": body["traceId"],
        "statusDescription": "Service Unavailable",
    }
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize("address", ["kari@example.org\n", "\r\nkari@example.org", "kari@example.org\r"])
def test_a_line_break_round_an_address_fails_the_hand_over_every_time(
    desk: Desk, post: Way, email: Maker, address: str
) -> None:
    assert [post("email", email(address=address)).status for _ in range(2)] == [503, 503]
    assert desk.messages() == ()


def test_a_control_character_in_an_email_goes_through(post: Way, email: Maker) -> None:
    assert post("email", email(body="Kode\x01")).status == 201


@pytest.mark.parametrize("endpoint", ["sms", "email"])
def test_a_nul_in_the_reference_is_sent_and_not_stored(
    desk: Desk, post: Way, sms: Maker, email: Maker, endpoint: str
) -> None:
    make = sms if endpoint == "sms" else email
    answers = [post(endpoint, make(reference="sak\x00")) for _ in range(2)]

    assert [(answer.status, answer.body) for answer in answers] == [(500, b""), (500, b"")]
    assert len(desk.messages()) == 2
    assert [message.shipment_id for message in desk.messages()] == [None, None]


@pytest.mark.parametrize("where", ["body", "subject"])
def test_a_nul_in_an_email_is_sent_and_not_stored(desk: Desk, post: Way, email: Maker, where: str) -> None:
    answer = post("email", email(**{where: "Kode\x00"}))

    assert (answer.status, answer.body, len(desk.messages())) == (500, b"", 1)
    assert post("email", email()).status == 201


def test_an_id_of_2700_bytes_is_stored(post: Way, sms: Maker) -> None:
    assert [post("sms", sms("ø" * 1350)).status for _ in range(2)] == [201, 200]


def test_a_longer_id_is_sent_and_not_stored_at_every_repeat(desk: Desk, post: Way, sms: Maker) -> None:
    assert [post("sms", sms("ø" * 1350 + "x")).status for _ in range(3)] == [500, 500, 500]
    assert len(desk.messages()) == 3


# Paths and methods


@pytest.mark.parametrize("path", ["/nothing", "/notifications/api/v1/orders", "/_straks", "/token/x"])
def test_a_path_nobody_answers_is_404(desk: Desk, path: str) -> None:
    assert desk.handle(Request("GET", BASE + path)).status == 404


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/notifications/api/v1/future/orders/instant/sms", "POST"),
        ("POST", "/notifications/api/v1/future/shipment/feed", "GET"),
        ("GET", "/token", "POST"),
        ("PUT", "/_straks/messages", "GET, DELETE"),
        ("POST", "", "GET"),
    ],
)
def test_a_method_nobody_answers_there_is_405(desk: Desk, method: str, path: str, allow: str) -> None:
    answer = desk.handle(Request(method, BASE + path))

    assert (answer.status, answer.headers["allow"]) == (405, allow)


def test_paths_are_matched_in_any_case_and_with_a_last_slash(post: Way, sms: Maker) -> None:
    assert post("SMS/", sms()).status == 201


# The clock


def test_every_answer_bears_the_time_of_the_desk(desk: Desk) -> None:
    desk.advance(61)
    answer = desk.handle(Request("GET", BASE))

    assert answer.headers["date"] == "Wed, 04 Feb 2026 11:33:01 GMT"
    assert answer.at_s == desk.now_s()


def test_the_clock_is_the_one_that_was_given() -> None:
    desk = Desk(now=lambda: 1_000.0)
    desk.advance(0.5)

    assert desk.now_s() == 1_000.5


def test_ids_come_from_where_they_were_given() -> None:
    desk = Desk(ids=iter(["0af76519-16cd-43dd-8448-eb211c80319c"]).__next__)

    assert desk.trace_id() == "00-0af7651916cd43dd8448eb211c80319c-8448eb211c80319c-00"


def test_a_desk_left_to_itself_always_says_the_same() -> None:
    first, second = Desk(), Desk()

    assert first.token() == second.token()
    assert first.trace_id() == second.trace_id()
