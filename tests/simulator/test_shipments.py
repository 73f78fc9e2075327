"""What can be asked of an order that is placed: one shipment, and the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from straks.simulator.courses import Course
from straks.simulator.orders import Channel
from straks.simulator.shipments import Shipment, Shipments

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.simulator.desk import Desk
    from straks.wire.exchange import Response

    Maker = Callable[..., dict[str, object]]
    Way = Callable[..., Response]

DAY_S = 86_400


def shipment_id(answer: Response) -> str:
    found = answer.json()["notification"]["shipmentId"]
    assert isinstance(found, str)
    return found


# One shipment


def test_a_shipment_tells_its_order_and_its_recipient(desk: Desk, post: Way, get: Way, sms: Maker) -> None:
    name = shipment_id(post("sms", sms(reference="sak/1", number="00 46701740605")))
    answer = get(f"shipment/{name}")

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "shipmentId": name,
        "sendersReference": "sak/1",
        "type": "Instant",
        "status": "Order_Processed",
        "lastUpdate": "2026-02-04T11:32:00Z",
        "recipients": [
            {
                "type": "SMS",
                "destination": "00 46701740605",
                "status": "SMS_Sending",
                "lastUpdate": "2026-02-04T11:32:00Z",
            }
        ],
    }


def test_a_shipment_without_a_reference_leaves_it_out(post: Way, get: Way, sms: Maker) -> None:
    assert "sendersReference" not in get(f"shipment/{shipment_id(post('sms', sms()))}").json()


@pytest.mark.parametrize(
    ("after_s", "order", "sms_status", "email_status", "updated"),
    [
        (0, "Order_Processed", "SMS_Sending", "Email_Sending", "2026-02-04T11:32:00Z"),
        (0.9, "Order_Processed", "SMS_Sending", "Email_Sending", "2026-02-04T11:32:00Z"),
        (1, "Order_Processed", "SMS_Accepted", "Email_Succeeded", "2026-02-04T11:32:01Z"),
        (2, "Order_Completed", "SMS_Delivered", "Email_Delivered", "2026-02-04T11:32:02Z"),
        (DAY_S, "Order_Completed", "SMS_Delivered", "Email_Delivered", "2026-02-04T11:32:02Z"),
    ],
)
def test_a_shipment_moves_on_with_the_clock(  # noqa: PLR0917 - a row of the table
    desk: Desk,
    post: Way,
    get: Way,
    sms: Maker,
    email: Maker,
    after_s: float,
    order: str,
    sms_status: str,
    email_status: str,
    updated: str,
) -> None:
    names = [shipment_id(post("sms", sms("1"))), shipment_id(post("email", email("2")))]
    desk.advance(after_s)
    answers = [get(f"shipment/{name}").json() for name in names]

    assert [answer["status"] for answer in answers] == [order, order]
    assert [answer["lastUpdate"] for answer in answers] == [updated, updated]
    assert [answer["recipients"][0]["type"] for answer in answers] == ["SMS", "Email"]
    assert [answer["recipients"][0]["status"] for answer in answers] == [sms_status, email_status]
    assert [answer["recipients"][0]["lastUpdate"] for answer in answers] == [updated, updated]
    assert [message.status for message in desk.messages()] == [sms_status, email_status]


def test_a_shipment_is_asked_for_in_any_case(post: Way, get: Way, sms: Maker) -> None:
    assert get(f"shipment/{shipment_id(post('sms', sms())).upper()}").status == 200


def test_an_unknown_shipment_is_a_problem_with_a_code(get: Way) -> None:
    answer = get("shipment/00000000-0000-0000-0000-000000000000")
    body = answer.json()

    assert answer.status == 404
    assert body == {
        "type": "urn:altinn:error:NOT-00003",
        "title": "Shipment not found",
        "status": 404,
        "code": "NOT-00003",
        "traceId": body["traceId"],
        "statusDescription": "Not Found",
    }


def test_another_organisations_shipment_is_as_unknown(desk: Desk, post: Way, get: Way, sms: Maker) -> None:
    name = shipment_id(post("sms", sms()))
    answer = get(f"shipment/{name}", token=desk.token(organisation="skd"))

    assert (answer.status, answer.json()["code"]) == (404, "NOT-00003")


def test_the_id_of_the_order_is_no_shipment(post: Way, get: Way, sms: Maker) -> None:
    assert get(f"shipment/{post('sms', sms()).json()['notificationOrderId']}").status == 404


@pytest.mark.parametrize("name", ["x", "1", "feeds", "00000000-0000-0000-0000-00000000000g"])
def test_what_is_no_guid_is_a_plain_404_whoever_asks(get: Way, name: str) -> None:
    answer = get(f"shipment/{name}", token="")

    assert (answer.status, answer.body) == (404, b"")


@pytest.mark.parametrize("path", ["shipment/00000000-0000-0000-0000-000000000000", "shipment/feed"])
def test_asking_needs_token_scope_and_organisation(desk: Desk, get: Way, path: str) -> None:
    answers = [
        get(path, token="x"),
        get(path, token=desk.token(scope="x")),
        get(path, token=desk.token(organisation=None)),
    ]

    assert [(answer.status, answer.body) for answer in answers] == [(401, b""), (403, b""), (403, b"")]


# The feed


@pytest.fixture
def five_orders(desk: Desk, post: Way, sms: Maker) -> None:
    for number in range(5):
        post("sms", sms(f"login/{number}"))
    desk.advance(4)


def test_the_feed_tells_of_a_completed_order_once(desk: Desk, post: Way, get: Way, sms: Maker) -> None:
    name = shipment_id(post("sms", sms(reference="sak/1")))
    desk.advance(4)
    answers = [get("shipment/feed").json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert answers[0] == [
        {
            "sequenceNumber": 1,
            "shipmentId": name,
            "sendersReference": "sak/1",
            "recipients": [
                {
                    "destination": "+46701740605",
                    "status": "SMS_Delivered",
                    "lastUpdate": "2026-02-04T11:32:02Z",
                }
            ],
            "status": "Order_Completed",
            "lastUpdate": "2026-02-04T11:32:02Z",
            "shipmentType": "Instant",
        }
    ]


def test_the_feed_withholds_what_is_younger_than_two_seconds(
    desk: Desk, post: Way, get: Way, sms: Maker
) -> None:
    post("sms", sms())
    desk.advance(3.5)
    assert get("shipment/feed").json() == []

    desk.advance(0.5)
    assert len(get("shipment/feed").json()) == 1


def test_the_feed_forgets_after_90_days(desk: Desk, post: Way, get: Way, sms: Maker) -> None:
    post("sms", sms())
    desk.advance(2 + 90 * DAY_S)
    assert len(get("shipment/feed").json()) == 1

    desk.advance(1)
    assert get("shipment/feed").json() == []


def test_the_feed_tells_an_organisation_of_its_own_orders_alone(
    desk: Desk, post: Way, get: Way, sms: Maker
) -> None:
    for organisation in ("skd", "ttd", "skd"):
        post("sms", sms(f"{desk.new_id()}"), token=desk.token(organisation=organisation))
    desk.advance(4)
    pages = {
        name: get("shipment/feed", token=desk.token(organisation=name)).json() for name in ("ttd", "skd")
    }

    assert [entry["sequenceNumber"] for entry in pages["ttd"]] == [2]
    assert [entry["sequenceNumber"] for entry in pages["skd"]] == [1, 3]


@pytest.mark.parametrize(
    ("query", "sequence"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("?seq=0", [1, 2, 3, 4, 5]),
        ("?seq=3", [4, 5]),
        ("?seq=5", []),
        ("?seq=9223372036854775807", []),
        ("?pageSize=2", [1, 2]),
        ("?seq=2&pageSize=2", [3, 4]),
        ("?pageSize=0", [1]),
        ("?pageSize=-7", [1]),
        ("?orderBy=asc", [1, 2, 3, 4, 5]),
        ("?orderBy=DESC", [5, 4, 3, 2, 1]),
        ("?orderby=desc&seq=4", [3, 2, 1]),
        ("?orderBy=desc&seq=1", []),
        ("?ORDERBY=Desc&PAGESIZE=2&SEQ=0", [5, 4]),
    ],
)
@pytest.mark.usefixtures("five_orders")
def test_the_feed_is_read_in_pages(get: Way, query: str, sequence: list[int]) -> None:
    assert [entry["sequenceNumber"] for entry in get(f"shipment/feed{query}").json()] == sequence


@pytest.mark.parametrize("query", ["", "?pageSize=501"])
def test_a_page_of_the_feed_has_500_entries_at_most(
    desk: Desk, post: Way, get: Way, sms: Maker, query: str
) -> None:
    for number in range(501):
        post("sms", sms(f"login/{number}"))
    desk.advance(4)

    assert len(get(f"shipment/feed{query}").json()) == 500


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("?seq=-1", {"Seq": ["Sequence number cannot be less than 0."]}),
        ("?seq=x", {"Seq": ["The value 'x' is not valid for Seq."]}),
        ("?seq=", {"Seq": ["The value '' is not valid for Seq."]}),
        ("?seq=9223372036854775808", {"Seq": ["The value '9223372036854775808' is not valid for Seq."]}),
        ("?pageSize=1.5", {"PageSize": ["The value '1.5' is not valid for PageSize."]}),
        ("?orderBy=up", {"OrderBy": ["The value 'up' is not valid for OrderBy."]}),
    ],
)
def test_a_question_that_cannot_be_read_is_answered_400(
    get: Way, query: str, errors: dict[str, list[str]]
) -> None:
    answer = get(f"shipment/feed{query}")

    assert answer.status == 400
    assert answer.json()["errors"] == errors


def test_the_feed_wants_json_or_no_content_type_at_all(get: Way) -> None:
    kinds = [{}, {"content-type": "application/json"}, {"content-type": "text/plain"}]

    assert [get("shipment/feed", headers=headers).status for headers in kinds] == [200, 200, 415]


def test_another_content_type_is_told_before_the_token_is_looked_at(get: Way) -> None:
    assert get("shipment/feed", token="x", headers={"content-type": "text/plain"}).status == 415


def test_what_was_sent_and_not_stored_is_in_no_feed(desk: Desk, post: Way, get: Way, sms: Maker) -> None:
    post("sms", sms(reference="\x00"))
    desk.advance(60)

    assert get("shipment/feed").json() == []


def test_sequence_numbers_follow_the_order_of_completion() -> None:
    shipments = Shipments()
    for name, takes_s in (("slow", 60.0), ("quick", 1.0), ("never asked", 90.0)):
        shipment = Shipment(
            order_id=name,
            shipment_id=name,
            organisation="ttd",
            reference=None,
            channel=Channel.SMS,
            destination="+46701740605",
            placed_at_s=0.0,
            course=Course(((0.0, "SMS_Sending"), (takes_s, "SMS_Delivered"))),
        )
        shipments.store(name, shipment, "message")

    page = shipments.feed("ttd", 62.0, after=0, size=10, descending=False)
    assert [entry["shipmentId"] for entry in page] == ["quick", "slow"]
