"""One conversation's way with tokens: asked before each call, and once more after a 401."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

import straks
from straks.altinn.follow import follow, read_feed
from straks.altinn.place import Receipt, place
from straks.altinn.token_source import Bearer, Given, Need, OutOfTime, PlainToken, Terms
from straks.errors import InDoubt, InvalidSetting, NoToken, NotSent, Refused, Unanswered
from straks.wire.exchange import Request, Response, Silence, Trouble
from straks.wire.plan import run

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.core.message import Order
    from straks.wire.exchange import Reply
    from straks.wire.plan import Plan

    Maker = Callable[..., Order]

BASE = "https://platform.example.org"
SHIPMENT_ID = "00000000-0000-4000-8000-000000000002"
RECEIPT = {"notificationOrderId": SHIPMENT_ID, "notification": {"shipmentId": SHIPMENT_ID}}
CREATED = Response(201, {}, json.dumps(RECEIPT).encode())
KNOWN = Response(200, {}, json.dumps(RECEIPT).encode())
DELIVERED = Response(200, {}, json.dumps({"shipmentId": SHIPMENT_ID, "status": "Order_Completed"}).encode())
UNDER_WAY = Response(200, {}, json.dumps({"shipmentId": SHIPMENT_ID, "status": "Order_Processing"}).encode())
UNAUTHORIZED, FORBIDDEN = Response(401), Response(403)
REFUSED, LOST = Silence(Trouble.NO_CONNECTION, left=False), Silence(Trouble.TIMED_OUT, left=True)


@dataclass
class Supply:
    """A source with some tokens; an exception among them is raised. The last is given for ever."""

    tokens: list[str | Exception] = field(
        default_factory=lambda: list[str | Exception](["first", "second", "third"])
    )
    took_s: float = 0.0
    suspicion: str = ""
    another: bool = True
    needs: list[Need] = field(default_factory=list[Need])
    refusals: list[str] = field(default_factory=list[str])

    def token(self, need: Need) -> Plan[Given]:
        yield from ()
        self.needs.append(need)
        token = self.tokens[0]
        if isinstance(token, Exception):
            raise token
        return Given(token, need.now_s + self.took_s, self.suspicion)

    def refused(self, given: Given, need: Need) -> bool:
        assert need.base_url == BASE
        self.refusals.append(given.value)
        if len(self.tokens) > 1:
            self.tokens.pop(0)
        return self.another


@dataclass
class Line:
    replies: list[Reply]
    took_s: float = 0.5
    clock_s: float = 1000.0
    requests: list[Request] = field(default_factory=list[Request])
    timeouts_s: list[float] = field(default_factory=list[float])
    waits_s: list[float] = field(default_factory=list[float])

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        self.requests.append(request)
        self.timeouts_s.append(timeout_s)
        self.clock_s += self.took_s
        return replace(self.replies.pop(0), at_s=self.clock_s)

    def sleep(self, seconds: float) -> None:
        self.waits_s.append(seconds)
        self.clock_s += seconds

    def now_s(self) -> float:
        return self.clock_s

    def place(self, order: Order, token: Supply | str, pauses_s: tuple[float, ...] = (2.0,)) -> Receipt:
        return run(place(order, base_url=BASE, token=token, started_s=self.clock_s, pauses_s=pauses_s), self)

    def tokens(self) -> list[str]:
        return [request.headers["authorization"].removeprefix("Bearer ") for request in self.requests]


# Placing an order


def test_after_a_401_the_same_order_goes_once_more_with_another_token(make_order: Maker) -> None:
    line, supply = Line([UNAUTHORIZED, CREATED]), Supply()
    receipt = line.place(make_order(), supply)

    assert (receipt.attempts, receipt.replayed) == (2, False)
    assert line.tokens() == ["first", "second"]
    assert supply.refusals == ["first"]
    assert line.requests[0].body == line.requests[1].body
    assert line.requests[0].url == line.requests[1].url
    assert line.waits_s == []


def test_a_second_401_is_final(make_order: Maker) -> None:
    line, supply = Line([UNAUTHORIZED] * 3), Supply()
    with pytest.raises(Refused, match="a token asked for anew was refused as well") as caught:
        line.place(make_order(), supply)

    assert (caught.value.status, caught.value.attempts) == (401, 2)
    assert supply.refusals == ["first"]


def test_a_source_that_has_no_other_is_not_asked_again(make_order: Maker) -> None:
    line, supply = Line([UNAUTHORIZED] * 2), Supply(another=False)
    with pytest.raises(Refused) as caught:
        line.place(make_order(), supply)

    assert caught.value.attempts == 1
    assert "anew" not in str(caught.value)
    assert len(supply.needs) == 1


def test_a_source_that_gives_the_same_again_has_no_other(make_order: Maker) -> None:
    line, supply = Line([UNAUTHORIZED] * 2), Supply(["first"])
    with pytest.raises(Refused):
        line.place(make_order(), supply)

    assert line.tokens() == ["first"]


@pytest.mark.parametrize("reply", [FORBIDDEN, Response(400), Response(404)])
def test_another_refusal_is_not_about_the_token(make_order: Maker, reply: Response) -> None:
    supply = Supply()
    with pytest.raises(Refused):
        Line([reply]).place(make_order(), supply)

    assert supply.refusals == []


@pytest.mark.parametrize(
    ("reply", "shown"), [(UNAUTHORIZED, True), (FORBIDDEN, True), (Response(404), False)]
)
def test_what_the_token_shows_to_be_wrong_explains_an_empty_refusal(
    make_order: Maker, reply: Response, *, shown: bool
) -> None:
    supply = Supply(suspicion="the token names no organisation", another=False)
    with pytest.raises(Refused) as caught:
        Line([reply]).place(make_order(), supply)

    assert ("the token names no organisation" in str(caught.value)) is shown


def test_a_token_is_asked_for_before_every_attempt(make_order: Maker) -> None:
    line, supply = Line([REFUSED, REFUSED, CREATED]), Supply()
    line.place(make_order(channel="email"), supply, (40.0, 900.0))

    assert [need.now_s for need in supply.needs] == [1000, 1000.5, 1041]


def test_a_doubt_may_be_settled_with_another_token(make_order: Maker) -> None:
    line, supply = Line([LOST, UNAUTHORIZED, KNOWN]), Supply()
    receipt = line.place(make_order(), supply)

    assert (receipt.attempts, receipt.replayed) == (3, True)
    assert line.tokens() == ["first", "first", "second"]


def test_a_doubt_stays_a_doubt_where_no_token_is_to_be_had(make_order: Maker) -> None:
    supply = Supply()
    line = Line([LOST])

    class Fails(Supply):
        def token(self, need: Need) -> Plan[Given]:
            if line.requests:
                raise NoToken("no token could be had: down")
            return supply.token(need)

    with pytest.raises(InDoubt) as caught:
        line.place(make_order(), Fails())
    assert caught.value.attempts == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            NoToken("no token could be had: client unknown"),
            "no token could be had: client unknown. The order was not",
        ),
        (
            InvalidSetting("a token is one word"),
            r"no token could be had \(InvalidSetting\): a token is one word",
        ),
        (ConnectionError("secret"), r"no token could be had \(ConnectionError\): the function"),
    ],
)
def test_without_a_token_nothing_is_sent(make_order: Maker, error: Exception, said: str) -> None:
    line = Line([])
    with pytest.raises(NotSent, match=said) as caught:
        line.place(make_order(), Supply([error]))

    assert (caught.value.attempts, line.requests) == (0, [])
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is not None


def test_when_no_other_token_is_to_be_had_a_401_is_not_sent(make_order: Maker) -> None:
    supply = Supply(["first", NoToken("no token could be had: down")])
    with pytest.raises(NotSent, match="down") as caught:
        Line([UNAUTHORIZED]).place(make_order(), supply)

    assert caught.value.attempts == 1


def test_the_time_to_live_bounds_the_time_for_a_token(make_order: Maker) -> None:
    order = make_order()
    assert isinstance(order.message, straks.Sms)
    lifetime_s = order.message.time_to_live.total_seconds()
    line, supply = Line([UNAUTHORIZED, CREATED], took_s=20), Supply()
    line.place(order, supply)

    assert [need.deadline_s for need in supply.needs] == [1000 + lifetime_s - 5] * 2
    assert [need.now_s for need in supply.needs] == [1000, 1020]


def test_another_token_that_comes_too_late_is_not_used(make_order: Maker) -> None:
    line, supply = Line([UNAUTHORIZED, CREATED]), Supply(took_s=295)
    with pytest.raises(NotSent, match="its time to live had passed"):
        line.place(make_order(), supply)

    assert line.tokens() == ["first"]


# Asking


def test_following_renews_a_token_that_ran_out_meanwhile() -> None:
    line, supply = Line([UNDER_WAY, UNAUTHORIZED, DELIVERED]), Supply()
    plan = follow(SHIPMENT_ID, base_url=BASE, token=supply, started_s=1000)

    assert run(plan, line).final
    assert line.tokens() == ["first", "first", "second"]


def test_the_feed_renews_a_token_once() -> None:
    line, supply = Line([UNAUTHORIZED, UNAUTHORIZED]), Supply(suspicion="the token lacks the scope")
    with pytest.raises(Unanswered, match="the token lacks the scope") as caught:
        run(read_feed(0, base_url=BASE, token=supply, started_s=1000), line)

    assert caught.value.status == 401
    assert line.tokens() == ["first", "second"]


def following(supply: Supply) -> Plan[object]:
    return (yield from follow(SHIPMENT_ID, base_url=BASE, token=supply, started_s=0))


def reading(supply: Supply) -> Plan[object]:
    return (yield from read_feed(0, base_url=BASE, token=supply))


@pytest.mark.parametrize("ask", [following, reading])
def test_a_question_without_a_token_is_unanswered(ask: Callable[[Supply], Plan[object]]) -> None:
    with pytest.raises(Unanswered, match=r"no token could be had \(ValueError\)") as caught:
        run(ask(Supply([ValueError("secret")])), Line([]))

    assert isinstance(caught.value, NoToken)
    assert caught.value.temporary


# The bearer by itself


def carried(line: Line, token: Supply | str, terms: Terms) -> tuple[Reply, Bearer]:
    bearer = Bearer(token, BASE)
    return run(bearer.carry(Request("GET", BASE), line.clock_s, terms), line), bearer


def test_a_plain_token_is_a_source_of_one() -> None:
    reply, bearer = carried(Line([UNAUTHORIZED]), "only", Terms(15))

    assert isinstance(reply, Response)
    assert (reply.status, bearer.calls, bearer.renewed) == (401, 1, False)
    assert repr(PlainToken("only")) == "PlainToken()"
    assert "only" not in repr(Given("only", 0.0))


def test_a_request_goes_with_its_own_headers_and_the_tokens() -> None:
    line = Line([CREATED])
    run(Bearer("t", BASE).carry(Request("GET", BASE, {"accept": "x"}), 0.0, Terms(15)), line)

    assert line.requests[0].headers == {"authorization": "Bearer t", "accept": "x"}


@pytest.mark.parametrize(("took_s", "timeout_s"), [(0, 15), (10, 10), (15, 5)])
def test_the_deadline_counts_what_the_token_took(took_s: float, timeout_s: float) -> None:
    line = Line([CREATED])
    carried(line, Supply(took_s=took_s), Terms(15, deadline_s=1020, least_s=5))

    assert line.timeouts_s == [timeout_s]


@pytest.mark.parametrize(("took_s", "after_s", "asked"), [(15.1, 0, 1), (0, 15.1, 0), (20, 0, 1)])
def test_too_late_is_too_late(took_s: float, after_s: float, asked: int) -> None:
    line, supply = Line([CREATED]), Supply(took_s=took_s)
    with pytest.raises(OutOfTime):
        carried(line, supply, Terms(15, after_s, deadline_s=1020, least_s=5))

    assert line.requests == []
    assert len(supply.needs) == asked
