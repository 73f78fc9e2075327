"""Arming faults: for how many requests, for which, how the draws fall, and what cannot be armed."""

from __future__ import annotations

import json
from itertools import count
from math import inf
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.errors import InvalidSetting
from straks.simulator.desk import BASE, Desk
from straks.simulator.fate import Stage
from straks.simulator.fates import FATES
from straks.simulator.faults import ENDPOINTS, Faults
from straks.simulator.tokens import Use
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from straks.wire.exchange import Response

    Maker = Callable[..., dict[str, object]]
    Way = Callable[..., Response]
    Everywhere = Callable[[], dict[str, tuple[int, bool]]]


def arm(desk: Desk, **fault: object) -> Response:
    return desk.handle(Request("POST", f"{BASE}/_straks/faults", {}, json.dumps(fault).encode()))


def listed(desk: Desk) -> list[dict[str, object]]:
    found: list[dict[str, object]] = desk.handle(Request("GET", f"{BASE}/_straks/faults")).json()
    return found


@pytest.fixture
def everywhere(desk: Desk, sms: Maker, email: Maker) -> Everywhere:
    """Return a way to ask at every endpoint: what each answers, as status and whether there is a body."""
    number = count()

    def ask(
        method: str, path: str, token: str, order: Mapping[str, object] | None = None
    ) -> tuple[int, bool]:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        body = b"" if order is None else json.dumps(order).encode()
        answer = desk.handle(Request(method, BASE + path, headers, body))
        return answer.status, bool(answer.body)

    def visit() -> dict[str, tuple[int, bool]]:
        api, token, name = "/notifications/api/v1/future", desk.token(), f"{next(number)}"
        deprecated = {"idempotencyId": f"c{name}", "recipient": {"recipientSms": sms()["recipientSms"]}}
        grant = desk.mint.sign(Use.MASKINPORTEN, {"scope": "x", "exp": int(desk.now_s()) + 60})
        return {
            "sms": ask("POST", f"{api}/orders/instant/sms", token, sms(f"a{name}")),
            "email": ask("POST", f"{api}/orders/instant/email", token, email(f"b{name}")),
            "instant": ask("POST", f"{api}/orders/instant", token, deprecated),
            "shipment": ask("GET", f"{api}/shipment/00000000-0000-4000-8000-0000000000ff", token),
            "feed": ask("GET", f"{api}/shipment/feed", token),
            "token": ask("POST", "/token", ""),
            "exchange": ask("GET", "/authentication/api/v1/exchange/maskinporten", grant),
        }

    return visit


# How often


def test_a_fault_strikes_once_unless_told_otherwise(desk: Desk, post: Way, sms: Maker) -> None:
    arm(desk, fault="503")

    assert [post("sms", sms()).status for _ in range(2)] == [503, 201]


def test_a_fault_strikes_the_next_so_many(desk: Desk, post: Way, sms: Maker) -> None:
    arm(desk, fault="503", next=3)

    assert [post("sms", sms()).status for _ in range(4)] == [503, 503, 503, 201]
    assert listed(desk) == []


def test_what_does_not_come_so_far_uses_no_fault_up(desk: Desk, post: Way, sms: Maker) -> None:
    arm(desk, fault="503", next=1)
    post("sms", b"{}")
    post("sms", sms(), token="x")

    assert listed(desk)[0]["struck"] == 0
    assert post("sms", sms()).status == 503


def test_a_known_id_is_not_handed_over_and_meets_no_fault_there(desk: Desk, post: Way, sms: Maker) -> None:
    post("sms", sms())
    arm(desk, fault="503", next=1)

    assert [post("sms", sms()).status, post("sms", sms("2")).status] == [200, 503]


def test_faults_strike_in_the_order_in_which_they_were_armed(desk: Desk, post: Way, sms: Maker) -> None:
    arm(desk, fault="500", next=2)
    arm(desk, fault="502", next=1)
    arm(desk, fault="500", next=1)

    assert [post("sms", sms()).status for _ in range(5)] == [502, 500, 500, 500, 201]


def test_several_faults_may_strike_one_order_each_at_its_stage(desk: Desk, post: Way, sms: Maker) -> None:
    arm(desk, fault="never-final")
    arm(desk, fault="empty-answer")
    answer = post("sms", sms())

    assert (answer.status, answer.body) == (201, b"")
    assert desk.messages()[0].fate == "never-final"


def test_clearing_disarms_all(desk: Desk, post: Way, sms: Maker) -> None:
    arm(desk, fault="503", next=9)
    answer = desk.handle(Request("DELETE", f"{BASE}/_straks/faults"))

    assert (answer.status, answer.body, listed(desk)) == (204, b"", [])
    assert post("sms", sms()).status == 201


# Draws


@given(probability=st.floats(0, 1, exclude_min=True), seed=st.integers())
def test_the_same_seed_draws_the_same(probability: float, seed: int) -> None:
    def draws() -> list[bool]:
        faults = Faults()
        faults.arm("503", probability=probability, seed=seed)
        return [faults.strike(Stage.HAND_OVER, "sms") is not None for _ in range(50)]

    assert draws() == draws()


@pytest.mark.parametrize(
    ("probability", "least", "most"), [(0.1, 70, 130), (0.5, 450, 550), (1.0, 1000, 1000)]
)
def test_a_fault_strikes_about_as_often_as_it_is_likely(probability: float, least: int, most: int) -> None:
    faults = Faults()
    armed = faults.arm("503", probability=probability, seed=7)
    for _ in range(1000):
        faults.strike(Stage.HAND_OVER, "email")

    assert least <= armed.struck <= most


def test_another_seed_draws_otherwise() -> None:
    struck: set[tuple[bool, ...]] = set()
    for seed in range(20):
        faults = Faults()
        faults.arm("503", probability=0.5, seed=seed)
        struck.add(tuple(faults.strike(Stage.HAND_OVER, "sms") is not None for _ in range(30)))

    assert len(struck) == 20


def test_a_fault_with_a_probability_may_have_an_end(desk: Desk, post: Way, sms: Maker) -> None:
    arm(desk, fault="500", probability=0.5, seed=7, next=2)
    statuses = [post("sms", sms()).status for _ in range(40)]

    assert statuses.count(500) == 2
    assert listed(desk) == []


# For which


@pytest.mark.parametrize(
    ("filters", "struck"),
    [
        ({}, ["sms", "email", "instant"]),
        ({"endpoint": "orders"}, ["sms", "email", "instant"]),
        ({"endpoint": "sms"}, ["sms"]),
        ({"endpoint": "instant"}, ["instant"]),
        ({"channel": "sms"}, ["sms", "instant"]),
        ({"channel": "email"}, ["email"]),
        ({"endpoint": "all"}, ["sms", "email", "instant", "shipment", "feed", "token", "exchange"]),
        ({"endpoint": "all", "channel": "sms"}, ["sms", "instant"]),
        ({"endpoint": "shipment"}, ["shipment"]),
        ({"endpoint": "feed"}, ["feed"]),
        ({"endpoint": "token"}, ["token"]),
        ({"endpoint": "exchange"}, ["exchange"]),
    ],
)
@pytest.mark.parametrize("fault", ["502", "500", "503", "500-after-sending", "empty-answer"])
def test_a_fault_strikes_where_it_is_meant_to(
    desk: Desk, everywhere: Everywhere, fault: str, filters: dict[str, object], struck: list[str]
) -> None:
    well = everywhere()
    arm(desk, fault=fault, probability=1, **filters)
    ill = everywhere()

    assert [name for name in well if ill[name] != well[name]] == struck


def test_a_fault_befalls_none_of_the_simulators_own_places(desk: Desk) -> None:
    arm(desk, fault="502", probability=1, endpoint="all")
    answers = [
        desk.handle(Request("GET", f"{BASE}{path}")) for path in ("/", "/_straks/messages", "/nothing")
    ]

    assert [answer.status for answer in answers] == [200, 200, 404]


def test_a_fault_that_befalls_one_channel_waits_for_a_message_of_it(
    desk: Desk, post: Way, sms: Maker, email: Maker
) -> None:
    arm(desk, fault="bounced")
    post("sms", sms("1"))
    post("email", email("2"))

    assert [message.fate for message in desk.messages()] == [None, "bounced"]


# The list, and what cannot be


def test_what_is_armed_is_listed(desk: Desk) -> None:
    answer = arm(desk, fault="delay", probability=0.1, seed=7, seconds=2.5, endpoint="sms", channel="sms")
    arm(desk, fault=503, next=3)
    arm(desk, fault="hang")

    assert answer.status == 200
    assert listed(desk) == [
        {
            "fault": "delay",
            "says": next(fate.says for fate in FATES if fate.name == "delay"),
            "next": None,
            "probability": 0.1,
            "seed": 7,
            "seconds": 2.5,
            "endpoint": "sms",
            "channel": "sms",
            "struck": 0,
        },
        {
            "fault": "503",
            "says": next(fate.says for fate in FATES if fate.name == "503"),
            "next": 3,
            "probability": 1.0,
            "seed": 0,
            "seconds": None,
            "endpoint": "orders",
            "channel": None,
            "struck": 0,
        },
        listed(desk)[2] | {"fault": "hang", "next": 1, "seconds": None},
    ]
    assert answer.json() == listed(desk)[0]


@pytest.mark.parametrize("name", [fate.name for fate in FATES])
def test_every_fate_can_be_armed(desk: Desk, name: str) -> None:
    assert arm(desk, fault=name, next=1).status == 200


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({}, 'fault is missing or no name; send {"fault": "503", "next": 1}'),
        ({"fault": None}, 'fault is missing or no name; send {"fault": "503", "next": 1}'),
        ({"fault": "drop-after"}, "there is no fault of that name; did you mean drop-answer?"),
        ({"fault": "503", "times": 3}, "there is no setting of that name here; known are"),
        ({"fault": "503", "next": 0}, "next says how often, from 1 to 1000000"),
        ({"fault": "503", "next": 1.5}, 'next must be a whole number; send {"fault": "503", "next": 3}'),
        ({"fault": "503", "next": True}, "next must be a whole number"),
        ({"fault": "503", "seed": "7"}, "seed must be a whole number"),
        ({"fault": "503", "probability": 0}, "probability is a share above 0 and at most 1, such as 0.1"),
        ({"fault": "503", "probability": 1.1}, "probability is a share above 0 and at most 1"),
        ({"fault": "503", "probability": "0.1"}, "probability must be a number"),
        ({"fault": "503", "seconds": 3}, "503 is no matter of seconds; leave them out"),
        ({"fault": "delay", "seconds": -1}, "seconds are from 0 to 86400"),
        ({"fault": "delay", "seconds": 86_401}, "seconds are from 0 to 86400"),
        ({"fault": "delay", "seconds": inf}, "for what never ends there is hang"),
        ({"fault": "delay", "seconds": "1"}, "seconds must be a number"),
        ({"fault": "503", "endpoint": "fax"}, "there is no such endpoint; there are orders, sms, email"),
        ({"fault": "503", "endpoint": 1}, "endpoint must be text"),
        ({"fault": "503", "channel": "fax"}, "there is no such channel; there are sms, email"),
        ({"fault": "bounced", "channel": "sms"}, "bounced befalls no message of channel sms"),
        ({"fault": "bounced", "endpoint": "feed"}, "bounced befalls messages, and none is ordered at feed"),
    ],
)
def test_what_cannot_be_armed_is_answered_400_with_the_way_out(
    desk: Desk, fault: dict[str, object], sentence: str
) -> None:
    answer = arm(desk, **fault)

    assert answer.status == 400
    assert sentence in answer.json()["error"]
    assert listed(desk) == []


@pytest.mark.parametrize("seconds", [float("nan"), -1.0, inf])
def test_a_retry_after_that_cannot_be_is_refused(seconds: float) -> None:
    with pytest.raises(InvalidSetting, match="seconds are from 0 to 86400"):
        Faults().arm("429", seconds=seconds)


def test_retry_after_says_as_many_seconds_as_were_asked_for(desk: Desk, post: Way, sms: Maker) -> None:
    arm(desk, fault="429", seconds=120)
    arm(desk, fault="503-in-front")
    answers = [post("sms", sms()) for _ in range(2)]

    assert [answer.headers["retry-after"] for answer in answers] == ["120", "1"]


# Where connections are real


def test_what_nobody_can_count_is_used_up_at_once_and_takes_its_time() -> None:
    faults = Faults()
    faults.arm("503")
    armed = faults.arm("refuse-connection", times=3, seconds=0.5)

    assert faults.closes_for_s("") == 1.5
    assert faults.closes_for_s("sms") == 0
    assert (armed.struck, [each.fate.name for each in faults.armed()]) == (3, ["503"])


def test_a_share_of_what_nobody_can_count_is_drawn_after_each_request() -> None:
    faults = Faults()
    armed = faults.arm("refuse-connection", probability=0.5, seed=7, seconds=2, endpoint="sms")
    drawn = [faults.closes_for_s(endpoint) for _ in range(20) for endpoint in ("", "feed", "sms")]

    assert set(drawn) == {0.0, 2.0}
    assert drawn.count(2.0) == armed.struck
    assert not any(drawn[::3] + drawn[1::3])


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_connections_can_be_refused_by_channel(desk: Desk, channel: str) -> None:
    desk.faults.arm("refuse-connection", channel=channel, times=9)
    api = f"{BASE}/notifications/api/v1/future/orders/instant"
    refused = [desk.refuses(Request("POST", f"{api}/{endpoint}")) for endpoint in ("sms", "email", "")]

    assert refused == [channel == "sms", channel == "email", channel == "sms"]
    assert not desk.refuses(Request("GET", f"{BASE}/_straks/messages"))
    assert not desk.refuses(Request("GET", f"{BASE}/nothing"))


def test_a_share_of_refusals_draws_at_none_of_the_simulators_own_places() -> None:
    faults = Faults()
    faults.arm("refuse-connection", probability=1, endpoint="all")

    assert [faults.closes_for_s(endpoint) for endpoint in ("", "token")] == [0, 1]


def test_the_endpoints_are_named_in_one_place() -> None:
    assert {route.endpoint for _, route in Desk()._router._routes} - {""} == set(ENDPOINTS) - {
        "orders",
        "all",
    }
