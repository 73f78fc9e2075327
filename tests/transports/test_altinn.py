"""Orders through Altinn's transports: what the two shells do around the plans."""

from __future__ import annotations

import asyncio
import inspect
import math
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from socket import socket
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import httpx
import pytest

import straks
from straks.errors import InDoubt, InvalidKey, InvalidSetting, NotSent, Refused, StraksError, Unanswered
from straks.simulator import Simulator
from straks.simulator.desk import BASE, Desk
from straks.simulator.memory import AsyncMemoryCarrier, MemoryCarrier
from straks.transports.altinn import AltinnTransport, AsyncAltinnTransport
from straks.wire.exchange import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from straks.core.message import Order
    from straks.wire.exchange import Reply

    Maker = Callable[..., Order]
    Step = Callable[[Any], Any]

    class Use(Protocol):
        """Opens a transport, takes the steps with it, closes it, and returns what they returned."""

        def __call__(self, environment: str, token: Any, *steps: Step, **settings: Any) -> list[Any]: ...  # noqa: ANN401


WAIT_S = 10.0
fresh = map("altinn/{}".format, count())


@pytest.fixture(scope="module")
def altinn() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture(autouse=True)
def inbox(altinn: Simulator) -> None:
    altinn.clear()


def use_sync(environment: str, token: Any, *steps: Step, **settings: Any) -> list[Any]:  # noqa: ANN401 - as given
    with AltinnTransport(environment, token, **settings) as transport:
        return [list(did) if inspect.isgenerator(did := step(transport)) else did for step in steps]


def use_async(environment: str, token: Any, *steps: Step, **settings: Any) -> list[Any]:  # noqa: ANN401 - as given
    async def main() -> list[Any]:
        results: list[Any] = []
        async with AsyncAltinnTransport(environment, token, **settings) as transport:
            for step in steps:
                did = step(transport)
                results.append([each async for each in did] if inspect.isasyncgen(did) else await did)
        return results

    return asyncio.run(main())


@pytest.fixture(params=[use_sync, use_async], ids=["sync", "async"])
def use(request: pytest.FixtureRequest) -> Use:
    way: Use = request.param
    return way


def sending(order: Order | straks.SealedOrder) -> Step:
    return lambda to: to.send(order)


def until(order: Order, **from_now: float) -> straks.SealedOrder:
    return straks.altinn.seal(order, not_after=datetime.now(UTC) + timedelta(**from_now))  # noqa: TID251 - as a caller does


both = pytest.mark.parametrize("kind", [AltinnTransport, AsyncAltinnTransport])


# Sending


def test_an_order_sent_twice_is_placed_once(use: Use, altinn: Simulator, make_order: Maker) -> None:
    order = make_order(occasion=next(fresh), key=straks.SIMULATOR_KEY, reference="sak/1")
    first, again = use(altinn.url, altinn.token(), sending(order), sending(order))

    assert (first.replayed, again.replayed) == (False, True)
    assert (first.order_id, first.shipment_id) == (again.order_id, again.shipment_id)
    assert first.reference == again.reference == "sak/1"
    (message,) = altinn.messages
    assert (message.channel, message.recipient, message.code) == ("sms", "+46701740605", "482913")
    assert message.idempotency_id == order.idempotency_id


def test_an_order_that_many_threads_send_at_once_is_placed_once(altinn: Simulator, make_order: Maker) -> None:
    order = make_order(occasion=next(fresh))
    with AltinnTransport(altinn.url, altinn.token()) as transport, ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(transport.send, [order] * 16))

    assert len({receipt.shipment_id for receipt in receipts}) == 1
    assert len(altinn.messages) == 1


def test_an_order_that_many_tasks_send_at_once_is_placed_once(altinn: Simulator, make_order: Maker) -> None:
    order = make_order(occasion=next(fresh))

    async def main() -> list[straks.Receipt]:
        async with AsyncAltinnTransport(altinn.url, altinn.token()) as transport:
            return await asyncio.gather(*(transport.send(order) for _ in range(16)))

    assert len(set(asyncio.run(main()))) == 1
    assert len(altinn.messages) == 1


def test_nobody_there_is_not_sent(use: Use, make_order: Maker) -> None:
    with socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(NotSent, match="check that the service is there") as caught:
            use(url, "t", sending(make_order()), pauses_s=(0.0,))

    assert caught.value.attempts == 2


# Tokens


async def fetch(token: str) -> str:
    await asyncio.sleep(0)
    return token


@pytest.mark.parametrize("around", ["{}", " {}\n", "{}\r\n"])
def test_a_token_is_a_string_whatever_white_space_is_around_it(
    use: Use, altinn: Simulator, make_order: Maker, around: str
) -> None:
    order = make_order(occasion=next(fresh))
    (receipt,) = use(altinn.url, around.format(altinn.token()), sending(order))

    assert not receipt.replayed


def test_a_token_function_is_asked_before_every_sending(
    use: Use, altinn: Simulator, make_order: Maker
) -> None:
    asked: list[str] = []

    def token() -> str:
        asked.append(altinn.token())
        return asked[-1]

    use(altinn.url, token, *(sending(make_order(occasion=next(fresh))) for _ in range(3)))

    assert len(asked) == 3


def test_an_async_transport_takes_an_async_token_function(altinn: Simulator, make_order: Maker) -> None:
    order = make_order(occasion=next(fresh))
    (receipt,) = use_async(altinn.url, lambda: fetch(altinn.token()), sending(order))

    assert not receipt.replayed


@pytest.mark.parametrize("token", ["", "  ", "Bearer abc", "a\nb", "tøken", "a\x00"])
def test_a_token_that_is_none_is_refused_where_it_is_given(use: Use, token: str) -> None:
    with pytest.raises(InvalidSetting, match="a token is one word of printable ASCII") as caught:
        use("tt02", token)

    assert "abc" not in str(caught.value)


@pytest.mark.parametrize("token", [b"abc", None, 7])
def test_a_token_of_another_kind_is_refused_where_it_is_given(use: Use, token: object) -> None:
    with pytest.raises(InvalidSetting, match="a token is one word of printable ASCII"):
        use("tt02", token)


def fails() -> NoReturn:
    raise ConnectionError("token-482913")


@pytest.mark.parametrize("token", [fails, lambda: "", lambda: None])
def test_without_a_token_nothing_is_sent(
    use: Use, altinn: Simulator, make_order: Maker, token: Callable[[], Any]
) -> None:
    order = make_order(occasion=next(fresh))
    with pytest.raises(NotSent, match="no token could be had") as caught:
        use(altinn.url, token, sending(order))

    assert (caught.value.attempts, caught.value.idempotency_id) == (0, order.idempotency_id)
    assert caught.value.__cause__ is not None
    assert "482913" not in str(caught.value)
    assert altinn.messages == []


def test_an_async_token_function_that_gives_none_is_no_token(make_order: Maker) -> None:
    with pytest.raises(NotSent, match=r"no token could be had \(InvalidSetting\)"):
        use_async(BASE, lambda: fetch("a b"), sending(make_order()), carrier=Silent())


def test_an_expired_token_is_a_refusal(use: Use, altinn: Simulator, make_order: Maker) -> None:
    with pytest.raises(Refused, match="has run out") as caught:
        use(altinn.url, altinn.token(lifetime=0), sending(make_order(occasion=next(fresh))))

    assert (caught.value.status, caught.value.problem) == (401, None)


def test_a_token_without_the_scope_is_a_refusal(use: Use, altinn: Simulator, make_order: Maker) -> None:
    with pytest.raises(Refused, match="lacks the scope") as caught:
        use(altinn.url, altinn.token(scope="other"), sending(make_order(occasion=next(fresh))))

    assert caught.value.status == 403
    assert altinn.messages == []


def test_a_token_that_took_longer_than_the_message_lives_comes_too_late(make_order: Maker) -> None:
    desk = Desk()

    def token() -> str:
        desk.advance(296)
        return desk.token()

    with pytest.raises(NotSent, match="its time to live had passed"):
        use_sync(BASE, token, sending(make_order()), carrier=MemoryCarrier(desk))
    with pytest.raises(NotSent, match="its time to live had passed"):
        use_async(BASE, token, sending(make_order()), carrier=AsyncMemoryCarrier(desk))
    assert desk.messages() == ()


# Settings


@pytest.mark.parametrize("timeout_s", [4.999, 0, -1, math.nan, math.inf, 86_401])
@both
def test_a_time_out_under_5_s_or_without_an_end_is_refused(kind: Any, timeout_s: float) -> None:  # noqa: ANN401
    with pytest.raises(InvalidSetting, match="takes 5 to 86400 seconds"):
        kind("tt02", "t", timeout_s=timeout_s)


@pytest.mark.parametrize("pause_s", [-0.1, math.nan, math.inf, 86_401])
@both
def test_a_pause_that_is_none_is_refused(kind: Any, pause_s: float) -> None:  # noqa: ANN401
    with pytest.raises(InvalidSetting, match="0 to 86400 seconds, one per repeat"):
        kind("tt02", "t", pauses_s=(1.0, pause_s))


@both
def test_an_environment_that_is_none_is_refused(kind: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidSetting, match="known are prod, tt02"):
        kind("http://platform.altinn.no", "t")


class Still:
    """A carrier's clock, which stands still."""

    def sleep(self, seconds: float) -> NoReturn:
        pytest.fail(f"it waited {seconds} s")

    def now_s(self) -> float:
        return 0.0


class Silent(Still):
    """A carrier that nothing may ever reach."""

    def carry(self, *_: object, **__: object) -> NoReturn:
        pytest.fail("a byte left")


@pytest.mark.parametrize("environment", ["prod", "tt02", BASE, "https://192.0.2.7"])
def test_an_order_for_the_simulator_leaves_this_machine_nowhere(
    use: Use, make_order: Maker, environment: str
) -> None:
    order = make_order(key=straks.SIMULATOR_KEY)
    with pytest.raises(InvalidKey, match="simulator's public key"):
        use(environment, fails, sending(order), carrier=Silent())


def test_what_is_for_this_machine_is_not_shown_to_a_proxy(
    use: Use, altinn: Simulator, make_order: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    (receipt,) = use(altinn.url, altinn.token(), sending(make_order(occasion=next(fresh))))

    assert not receipt.replayed


@both
def test_a_transport_shows_where_it_sends_and_no_token(kind: Any) -> None:  # noqa: ANN401
    assert repr(kind("tt02", "token-482913")) == f"{kind.__name__}(https://platform.tt02.altinn.no)"


def test_both_transports_are_used_alike() -> None:
    def public(kind: type) -> dict[str, list[tuple[str, object, object]]]:
        return {
            name: [
                (each.name, each.kind, each.default) for each in inspect.signature(member).parameters.values()
            ]
            for name, member in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_") or name == "__init__"
        }

    assert public(AltinnTransport) == public(AsyncAltinnTransport)
    assert set(public(AltinnTransport)) == {"__init__", "close", "feed", "follow", "send"}


# Closing


def test_a_closed_transport_sends_nothing(use: Use, altinn: Simulator, make_order: Maker) -> None:
    with pytest.raises(NotSent, match="the transport had been closed"):
        use(altinn.url, altinn.token(), lambda to: to.close(), sending(make_order()), pauses_s=())

    assert altinn.messages == []


def test_a_client_of_the_callers_own_stays_open(altinn: Simulator, make_order: Maker) -> None:
    with ExitStack() as stack:
        client = stack.enter_context(httpx.Client())
        use_sync(altinn.url, altinn.token(), sending(make_order(occasion=next(fresh))), http=client)
        assert not client.is_closed

    async def main() -> None:
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(httpx.AsyncClient())
            async with AsyncAltinnTransport(altinn.url, altinn.token(), http=client) as transport:
                await transport.send(make_order(occasion=next(fresh)))
            assert not client.is_closed

    asyncio.run(main())


# Interrupts


def test_who_waited_on_a_thread_that_was_interrupted_is_in_doubt(make_order: Maker) -> None:
    order = make_order()
    interrupted: Future[straks.Receipt] = Future()
    interrupted.cancel()
    with AltinnTransport(BASE, fails, carrier=Silent()) as transport:
        transport._flights._aloft[order.idempotency_id] = interrupted
        with pytest.raises(InDoubt, match="another thread was placing this order") as caught:
            transport.send(order)

    assert caught.value.idempotency_id == order.idempotency_id


# Asking


def test_a_receipt_is_followed_until_it_is_final(use: Use, altinn: Simulator, make_order: Maker) -> None:
    order = make_order(occasion=next(fresh), reference="sak/2")
    token = altinn.token()
    (receipt,) = use(altinn.url, token, sending(order))
    altinn.advance(10)
    by_receipt, by_id = use(
        altinn.url,
        token,
        lambda to: to.follow(receipt, timeout_s=WAIT_S),
        lambda to: to.follow(receipt.shipment_id, until_final=False),
    )

    assert by_receipt == by_id
    assert (by_receipt.final, by_receipt.delivered, by_receipt.reference) == (True, True, "sak/2")


def carried(use: Use, desk: Desk, *steps: Step, mishaps: tuple[str, ...] = ()) -> list[Any]:
    memory = MemoryCarrier if use is use_sync else AsyncMemoryCarrier
    return use(BASE, desk.token, *steps, carrier=memory(desk, mishaps))


def test_following_waits_on_the_carriers_clock(use: Use, make_order: Maker) -> None:
    desk = Desk()
    began_s = desk.now_s()
    (receipt,) = carried(use, desk, sending(make_order()))
    early, late = carried(
        use, desk, lambda to: to.follow(receipt, timeout_s=1), lambda to: to.follow(receipt)
    )

    assert (early.final, late.final) == (False, True)
    assert desk.now_s() - began_s == 2.0


def test_the_feed_yields_every_finished_order_page_by_page(use: Use, make_order: Maker) -> None:
    desk = Desk()
    receipts = carried(use, desk, *(sending(make_order(occasion=str(n))) for n in range(501)))
    desk.advance(10)
    everything, the_rest, nothing = carried(
        use, desk, lambda to: to.feed(), lambda to: to.feed(after=499), lambda to: to.feed(501)
    )

    assert [each.shipment_id for each in everything] == [receipt.shipment_id for receipt in receipts]
    assert [each.sequence for each in everything] == list(range(1, 502))
    assert [each.sequence for each in the_rest] == [500, 501]
    assert nothing == []


class Stuck(Still):
    """A service whose feed gives the same page whatever it is asked for."""

    def __init__(self, page: bytes) -> None:
        self._page = page

    def carry(self, *_: object, **__: object) -> Reply:
        return Response(200, {}, self._page)


class AsyncStuck(Still):
    def __init__(self, page: bytes) -> None:
        self._page = page

    async def carry(self, *_: object, **__: object) -> Reply:
        return Response(200, {}, self._page)


@pytest.mark.parametrize("sequence", [b'"sequenceNumber": 7, ', b""])
def test_a_feed_that_does_not_move_on_is_not_read_for_ever(use: Use, sequence: bytes) -> None:
    page = b"[{" + sequence + b'"shipmentId": "a", "status": "Order_Completed"}]'
    stuck = Stuck(page) if use is use_sync else AsyncStuck(page)
    with pytest.raises(Unanswered, match="does not move on"):
        use(BASE, "t", lambda to: to.feed(after=6), carrier=stuck)


def test_without_a_token_nothing_is_asked(use: Use) -> None:
    shipment_id = "00000000-0000-4000-8000-000000000002"
    steps: list[Step] = [lambda to: to.follow(shipment_id), lambda to: to.feed()]
    for step in steps:
        with pytest.raises(Unanswered, match=r"no token could be had \(ConnectionError\)") as caught:
            use(BASE, fails, step, carrier=Silent())
        assert "482913" not in str(caught.value)


def test_what_straks_itself_says_about_a_token_is_not_rephrased(use: Use) -> None:
    def token() -> NoReturn:
        raise StraksError("the client is not registered")

    with pytest.raises(StraksError, match="the client is not registered"):
        use(BASE, token, lambda to: to.feed(), carrier=Silent())


def test_a_shipment_that_is_not_known_is_said_to_be_none(use: Use) -> None:
    with pytest.raises(Unanswered, match="NOT-00003") as caught:
        carried(use, Desk(), lambda to: to.follow("00000000-0000-4000-8000-00000000ffff"))

    assert caught.value.status == 404


# Sealed orders


def test_an_order_whose_moment_has_passed_never_leaves(
    use: Use, altinn: Simulator, make_order: Maker
) -> None:
    sealed = until(make_order(channel="email", occasion=next(fresh)), seconds=-1)
    with pytest.raises(NotSent) as caught:
        use(altinn.url, altinn.token(), sending(sealed))

    assert caught.value.attempts == 0
    assert altinn.messages == []


def test_an_order_whose_moment_is_to_come_is_placed(use: Use, altinn: Simulator, make_order: Maker) -> None:
    (receipt,) = use(altinn.url, altinn.token(), sending(until(make_order(occasion=next(fresh)), hours=1)))

    assert not receipt.replayed


def test_a_sealed_rehearsal_goes_nowhere_but_to_this_machine(use: Use, make_order: Maker) -> None:
    sealed = straks.altinn.seal(make_order(key=straks.SIMULATOR_KEY))
    with pytest.raises(InvalidKey):
        use("tt02", "a-token", sending(sealed))
