"""
What a token source does for a sending, one body run over every way to carry it: sync and async, in
memory and over HTTP, against a simulator that checks every grant for real.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import pytest

import straks
from straks.errors import NotSent, Refused
from straks.simulator import Simulator
from straks.simulator.clients import Client, Clients
from straks.simulator.desk import BASE, Desk
from straks.simulator.memory import AsyncMemoryCarrier, MemoryCarrier
from straks.simulator.signatures import new_private_jwk, public_half, public_key
from straks.simulator.tokens import SCOPE, Use
from straks.transports.carriers import AsyncHttpxCarrier, HttpxCarrier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from straks.altinn.keeping import TokenEvent
    from straks.simulator.inbox import Message
    from straks.wire.exchange import Request

    Maker = Callable[..., straks.Order]

fresh = map("tokens/{}".format, count())
GRANT, EXCHANGE, SMS = "/token", "/authentication/api/v1/exchange/maskinporten", "/instant/sms"


class Far(Protocol):
    """The far end, however it is reached."""

    @property
    def messages(self) -> list[Message]: ...

    def fail(self, fault: str, endpoint: str, times: int) -> None: ...

    def revoke(self) -> None: ...

    def advance(self, seconds: float) -> None: ...

    def token(self) -> str: ...


@dataclass
class InMemory:
    """A desk as the far end."""

    desk: Desk

    @property
    def messages(self) -> list[Message]:
        return list(self.desk.messages())

    def fail(self, fault: str, endpoint: str, times: int) -> None:
        self.desk.faults.arm(fault, endpoint=endpoint, times=times)

    def revoke(self) -> None:
        self.desk.mint.revoke(Use.ALTINN)

    def advance(self, seconds: float) -> None:
        self.desk.advance(seconds)

    def token(self) -> str:
        return self.desk.token()


@dataclass
class OverHttp:
    """A simulator as the far end."""

    simulator: Simulator

    @property
    def messages(self) -> list[Message]:
        return self.simulator.messages

    def fail(self, fault: str, endpoint: str, times: int) -> None:
        self.simulator.faults(fault, endpoint=endpoint, next=times)

    def revoke(self) -> None:
        self.simulator.revoke()

    def advance(self, seconds: float) -> None:
        self.simulator.advance(seconds)

    def token(self) -> str:
        return self.simulator.token()


@dataclass
class World:
    """A client with a key, a service that knows it, and a way there; what was carried is kept."""

    far: Far
    base_url: str
    key: dict[str, str]
    clock: Callable[[], float]
    use: Callable[..., list[Any]]
    seen: list[Request] = field(default_factory=list["Request"])
    events: list[TokenEvent] = field(default_factory=list["TokenEvent"])

    def maskinporten(self, client_id: str = "known", **settings: Any) -> straks.Maskinporten:  # noqa: ANN401
        given: dict[str, Any] = {
            "clock": self.clock,
            "note": self.events.append,
            "issuer": f"{self.base_url}/",
            **settings,
        }
        return straks.Maskinporten(client_id, self.key, **given)

    def send(self, source: Any, *orders: straks.Order) -> list[straks.Receipt]:  # noqa: ANN401
        """Send *orders* one after another through one transport."""
        return self.use(self.base_url, source, self.seen, *orders)

    def counted(self) -> Counter[str]:
        return Counter(
            next((name for name in (GRANT, EXCHANGE, SMS) if urlsplit(each.url).path.endswith(name)), "")
            for each in self.seen
        )


def keeping(seen: list[Request], carrier: Any) -> Any:  # noqa: ANN401 - either kind of carrier
    """Have *carrier* keep what it carries."""
    carry = carrier.carry

    def kept(request: Request, *, timeout_s: float) -> Any:  # noqa: ANN401 - a reply, or one to be awaited
        seen.append(request)
        return carry(request, timeout_s=timeout_s)

    carrier.carry = kept
    return carrier


def synchronous(make: Callable[[], Any]) -> Callable[..., list[Any]]:
    def use(base_url: str, source: Any, seen: list[Request], *orders: straks.Order) -> list[Any]:  # noqa: ANN401
        with ExitStack() as stack:
            carrier = keeping(seen, make())
            if isinstance(carrier, HttpxCarrier):
                stack.callback(carrier.close)
            transport = stack.enter_context(straks.AltinnTransport(base_url, source, carrier=carrier))
            return [transport.send(order) for order in orders]

    return use


def asynchronous(make: Callable[[], Any]) -> Callable[..., list[Any]]:
    def use(base_url: str, source: Any, seen: list[Request], *orders: straks.Order) -> list[Any]:  # noqa: ANN401
        async def main() -> list[Any]:
            async with AsyncExitStack() as stack:
                carrier = keeping(seen, make())
                if isinstance(carrier, AsyncHttpxCarrier):
                    stack.push_async_callback(carrier.close)
                transport = await stack.enter_async_context(
                    straks.AsyncAltinnTransport(base_url, source, carrier=carrier)
                )
                return [await transport.send(order) for order in orders]

        return asyncio.run(main())

    return use


def clients(key: dict[str, str]) -> tuple[Client, ...]:
    keys = {"test-1": public_key(public_half(key))}
    return (
        Client("known", keys),
        Client("quoted", keys, quoted=True),
        Client("short-lived", keys, altinn_lifetime_s=31, token_lifetime_s=119),
        Client("no-service-owner", keys, organisation=None),
        Client("without-scope", keys, scopes=frozenset()),
        Client("not-granted", keys, withheld=frozenset({SCOPE})),
        Client("old-key", keys, run_out=frozenset({"test-1"})),
        Client("another-key", {"test-2": keys["test-1"]}),
        Client(
            "supplier",
            keys,
            organisation=None,
            organisation_number="974760673",
            delegated_by={"991825827": "ttd"},
        ),
    )


@pytest.fixture(params=["sync-memory", "async-memory", "sync-http", "async-http"])
def world(request: pytest.FixtureRequest, client_jwk: dict[str, str]) -> Iterator[World]:
    way, place = request.param.split("-")
    using = synchronous if way == "sync" else asynchronous
    if place == "memory":
        desk = Desk(clients=Clients(clients(client_jwk)))
        carrier = MemoryCarrier if way == "sync" else AsyncMemoryCarrier
        yield World(InMemory(desk), BASE, client_jwk, desk.now_s, using(lambda: carrier(desk)))
        return
    http = HttpxCarrier if way == "sync" else AsyncHttpxCarrier
    with Simulator(clients=clients(client_jwk)) as altinn:
        yield World(OverHttp(altinn), altinn.url, client_jwk, time.time, using(lambda: http(direct=True)))


def orders(make_order: Maker, number: int) -> list[straks.Order]:
    return [make_order(occasion=next(fresh)) for _ in range(number)]


def test_one_grant_and_one_exchange_serve_any_number_of_orders(world: World, make_order: Maker) -> None:
    receipts = world.send(world.maskinporten(), *orders(make_order, 3))

    assert [receipt.attempts for receipt in receipts] == [1, 1, 1]
    assert world.counted() == {GRANT: 1, EXCHANGE: 1, SMS: 3}
    assert [event.happening for event in world.events] == ["fetched", "reused", "reused"]
    assert len(world.far.messages) == 3


def test_a_token_outlives_its_transport(world: World, make_order: Maker) -> None:
    source = world.maskinporten()
    for order in orders(make_order, 2):
        world.send(source, order)

    assert world.counted() == {GRANT: 1, EXCHANGE: 1, SMS: 2}


def test_a_revoked_token_is_renewed_once_and_the_order_is_placed_once(
    world: World, make_order: Maker
) -> None:
    source = world.maskinporten()
    world.send(source, *orders(make_order, 1))
    world.far.revoke()
    (receipt,) = world.send(source, *orders(make_order, 1))

    assert (receipt.attempts, receipt.replayed) == (2, False)
    assert world.counted() == {GRANT: 2, EXCHANGE: 2, SMS: 3}
    last, before = world.seen[-1], [each for each in world.seen if each.url.endswith(SMS)][-2]
    assert (last.url, last.body) == (before.url, before.body)
    assert len(world.far.messages) == 2


@pytest.mark.parametrize(
    ("fault", "endpoint", "times", "grants"),
    [
        ("500", "token", 2, 3),
        ("502", "token", 1, 2),
        ("garbage", "token", 1, 2),
        ("drop-before-sending", "token", 1, 2),
        ("drop-answer", "token", 1, 2),
        ("500", "exchange", 2, 3),
        ("garbage", "exchange", 1, 2),
        ("empty-answer", "exchange", 1, 2),
        ("drop-answer", "exchange", 1, 2),
        ("401", "exchange", 1, 2),
    ],
)
def test_what_passes_on_the_way_to_a_token_stops_no_message(
    world: World, make_order: Maker, *, fault: str, endpoint: str, times: int, grants: int
) -> None:
    world.far.fail(fault, endpoint, times)
    (receipt,) = world.send(world.maskinporten(dice=lambda: -0.5), *orders(make_order, 1))

    assert receipt.attempts == 1
    assert world.counted()[GRANT] == grants
    assert len({each.body for each in world.seen if each.url.endswith(GRANT)}) == grants


@pytest.mark.parametrize("endpoint", ["token", "exchange"])
@pytest.mark.parametrize("fault", ["500", "garbage", "drop-before-sending"])
def test_what_does_not_pass_is_not_sent_and_says_who_is_out_of_order(
    world: World, make_order: Maker, fault: str, endpoint: str
) -> None:
    world.far.fail(fault, endpoint, 9)
    with pytest.raises(NotSent, match="no token could be had: ") as caught:
        world.send(world.maskinporten(dice=lambda: -0.5), *orders(make_order, 1))

    assert ("Altinn's exchange" in str(caught.value)) is (endpoint == "exchange")
    assert world.counted()[GRANT] == 3
    assert world.far.messages == []
    assert isinstance(caught.value.__cause__, straks.NoToken)
    assert caught.value.__cause__.temporary


def test_a_token_in_quotes_is_a_token(world: World, make_order: Maker) -> None:
    world.send(world.maskinporten("quoted"), *orders(make_order, 1))

    assert world.counted() == {GRANT: 1, EXCHANGE: 1, SMS: 1}


@pytest.mark.parametrize(
    ("client", "code", "said"),
    [
        ("nobody", "MP-100", "client nobody is unknown there"),
        ("without-scope", "MP-200", "is not on client without-scope"),
        ("not-granted", "MP-250", "its owner has not granted"),
        ("old-key", "MP-121", "key test-1 has run out"),
        ("another-key", "MP-120", "key test-1 does not do"),
        ("no-service-owner", None, "Altinn does not know organisation 991825827 as a service owner"),
    ],
)
def test_a_client_that_is_not_in_order_is_told_what_to_fix_and_asked_for_once(
    world: World, make_order: Maker, client: str, code: str | None, said: str
) -> None:
    source = world.maskinporten(client)
    for order in orders(make_order, 2):
        with pytest.raises(NotSent, match=said) as caught:
            world.send(source, order)
        cause = caught.value.__cause__
        assert isinstance(cause, straks.NoToken)
        assert (cause.code, cause.temporary) == (code, False)

    assert world.counted()[GRANT] == 1
    assert world.counted()[SMS] == 0


def test_a_key_that_is_not_the_clients_is_found_out_by_its_signature(world: World, make_order: Maker) -> None:
    world.key = {**new_private_jwk(), "kid": "test-1"}
    with pytest.raises(NotSent, match=r"\(MP-124\): the signature does not fit key test-1"):
        world.send(world.maskinporten(), *orders(make_order, 1))


def test_a_wrong_issuer_is_named(world: World, make_order: Maker) -> None:
    source = world.maskinporten(
        issuer="https://elsewhere.example.org/", token_endpoint=f"{world.base_url}/token"
    )
    if world.base_url.startswith("https"):
        source = world.maskinporten(
            issuer="https://elsewhere.example.org/", token_endpoint="https://platform.example.org/token"
        )
    with pytest.raises(
        NotSent, match=r"\(MP-110\): it does not go by the name https://elsewhere\.example\.org/"
    ):
        world.send(source, *orders(make_order, 1))


@pytest.mark.parametrize("ahead_s", [3600.0, 15.0, -200.0, -3600.0])
def test_a_clock_that_is_off_is_put_right_by_theirs(world: World, make_order: Maker, ahead_s: float) -> None:
    source = world.maskinporten(clock=lambda: world.clock() + ahead_s)
    (receipt,) = world.send(source, *orders(make_order, 1))

    assert receipt.attempts == 1
    assert world.counted() == {GRANT: 2, EXCHANGE: 1, SMS: 1}


@pytest.mark.parametrize("ahead_s", [9.0, -100.0])
def test_a_clock_that_is_a_little_off_is_forgiven(world: World, make_order: Maker, ahead_s: float) -> None:
    world.send(world.maskinporten(clock=lambda: world.clock() + ahead_s), *orders(make_order, 1))

    assert world.counted()[GRANT] == 1


def test_a_supplier_sends_for_a_service_owner(world: World, make_order: Maker) -> None:
    world.send(world.maskinporten("supplier", consumer_org="991825827"), *orders(make_order, 1))
    with pytest.raises(NotSent, match="889640782 has not delegated"):
        world.send(world.maskinporten("supplier", consumer_org="889640782"), *orders(make_order, 1))

    assert len(world.far.messages) == 1


def test_a_token_that_lives_31_seconds_is_renewed_before_it_runs_out(world: World, make_order: Maker) -> None:
    offset = [0.0]
    source = world.maskinporten("short-lived", clock=lambda: world.clock() + offset[0])
    world.send(source, *orders(make_order, 1))
    for _ in range(3):
        world.far.advance(2)
        if world.clock is time.time:
            offset[0] += 2
        world.send(source, *orders(make_order, 1))

    assert world.counted() == {GRANT: 4, EXCHANGE: 4, SMS: 4}


def test_a_ready_token_that_was_revoked_is_refused(world: World, make_order: Maker) -> None:
    token = world.far.token()
    world.far.revoke()
    with pytest.raises(Refused) as caught:
        world.send(token, *orders(make_order, 1))

    assert (caught.value.status, caught.value.attempts) == (401, 1)
