"""What may go wrong on the way to a token, asked for and then gone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from straks.errors import InvalidSetting
from straks.simulator import Simulator
from straks.simulator.desk import BASE, Desk
from straks.simulator.token_faults import TokenFault, TokenFaults
from straks.simulator.tokens import SCOPE, Use
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from straks.wire.exchange import Response


def at(desk: Desk, leg: str, accept: str = "*/*") -> Response:
    """Send something to *leg*: a form that earns nothing, or a token that does."""
    if leg == "maskinporten":
        return desk.handle(Request("POST", f"{BASE}/token"))
    consumer = {"ID": "0192:991825827"}
    claims = {"scope": SCOPE, "exp": int(desk.now_s()) + 99, "consumer": consumer, "client_id": "x"}
    headers = {"Authorization": f"Bearer {desk.mint.sign(Use.MASKINPORTEN, claims)}", "Accept": accept}
    return desk.handle(Request("GET", f"{BASE}/authentication/api/v1/exchange/maskinporten", headers))


def ask_for(desk: Desk, wishes: Any) -> Response:  # noqa: ANN401 - as given
    body = wishes if isinstance(wishes, bytes) else json.dumps(wishes).encode()
    return desk.handle(Request("POST", f"{BASE}/_straks/token-faults", {}, body))


@pytest.mark.parametrize("fault", TokenFault)
def test_a_fault_befalls_its_own_leg_as_often_as_it_was_asked_for(fault: TokenFault) -> None:
    desk = Desk()
    plain = {leg: at(desk, leg).status for leg in ("maskinporten", "exchange")}
    other = "exchange" if fault.leg == "maskinporten" else "maskinporten"
    assert ask_for(desk, {"fault": fault, "next": 2}).status == 204
    began_s = desk.now_s()
    assert at(desk, other).status == plain[other]
    answers = [at(desk, fault.leg) for _ in range(3)]

    for answer in answers[:2]:
        match fault.what:
            case "slow":
                assert answer.status == plain[fault.leg]
            case "quoted":
                assert answer.body.startswith(b'"ey')
            case "html":
                assert (answer.status, answer.body[:9]) == (200, b"<!doctype")
            case "429":
                assert (answer.status, answer.headers["retry-after"]) == (429, "2")
            case status:
                assert (answer.status, answer.body) == (int(status), b"")
    assert answers[2].status == plain[fault.leg]
    assert desk.now_s() - began_s == (16 if fault.what == "slow" else 0)


def test_faults_come_in_the_order_in_which_they_were_asked_for_and_can_be_called_off() -> None:
    faults = TokenFaults()
    faults.add("exchange-401")
    faults.add("exchange-500", 2)

    assert [faults.take("exchange") for _ in range(2)] == ["401", "500"]
    faults.clear()
    assert faults.take("exchange") == ""


def test_a_refusal_is_not_quoted() -> None:
    desk = Desk()
    desk.token_faults.add("exchange-quoted")
    answer = desk.handle(Request("GET", f"{BASE}/authentication/api/v1/exchange/maskinporten"))

    assert (answer.status, answer.body) == (401, b"")


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        (b"", "name a fault and how often"),
        ([], "name a fault and how often"),
        ({}, "name a fault and how often"),
        ({"fault": "exchange-500", "next": True}, "name a fault and how often"),
        ({"fault": "exchange-500", "next": "2"}, "name a fault and how often"),
        ({"fault": "exchange-500", "next": 0}, "a fault befalls 1 to 1000 requests"),
        ({"fault": "exchange-999"}, "there is no such fault; there are maskinporten-500"),
    ],
)
def test_a_wish_that_cannot_be_is_answered_with_a_sentence(wishes: Any, said: str) -> None:  # noqa: ANN401
    answer = ask_for(Desk(), wishes)

    assert answer.status == 400
    assert said in answer.json()["error"]


def test_a_revoked_token_opens_nothing_and_a_new_one_does() -> None:
    desk = Desk()
    url = f"{BASE}/notifications/api/v1/future/shipment/feed"
    old = desk.token()
    assert desk.handle(Request("POST", f"{BASE}/_straks/revoke")).status == 204

    assert desk.handle(Request("GET", url, {"Authorization": f"Bearer {old}"})).status == 401
    assert desk.handle(Request("GET", url, {"Authorization": f"Bearer {desk.token()}"})).status == 200
    assert at(desk, "exchange").status == 200


def test_a_simulator_can_be_told_to_fail() -> None:
    with Simulator() as altinn:
        altinn.fail("exchange-500", 3)
        with pytest.raises(InvalidSetting, match="no such fault"):
            altinn.fail("nothing")
        assert [altinn._desk.token_faults.take("exchange") for _ in range(4)] == ["500"] * 3 + [""]
