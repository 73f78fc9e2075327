"""Orders that take their turn: never more in flight, never faster, and nobody past their time to live."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier, Lock
from typing import TYPE_CHECKING

import pytest

import straks
from straks.errors import InvalidSetting, NotSent
from straks.simulator.desk import BASE, Desk
from straks.simulator.memory import AsyncMemoryCarrier, MemoryCarrier
from straks.transports.limits import Turns, _Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.exchange import Reply, Request

    Maker = Callable[..., straks.Order]

ENOUGH_S = 10.0  # never waited out


@dataclass
class Counting:
    """A carrier that notes how many requests it carries at once, and when each began."""

    desk: Desk
    meet: int = 1
    most: int = 0
    began_s: list[float] = field(default_factory=list[float])

    def __post_init__(self) -> None:
        self._inner = MemoryCarrier(self.desk)
        self._lock = Lock()
        self._now = 0
        # As many as may be in flight wait for each other, so that they are.
        self._barrier = Barrier(self.meet)

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        self._enter()
        self._barrier.wait(ENOUGH_S)
        with self._lock:
            self._now -= 1
            return self._inner.carry(request, timeout_s=timeout_s)

    def _enter(self) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            self.began_s.append(self._inner.now_s())

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)

    def now_s(self) -> float:
        return self._inner.now_s()


class AsyncCounting(AsyncMemoryCarrier):
    """The same for tasks."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.most = self.now = 0
        self.began_s: list[float] = []

    async def carry(self, request: Request, *, timeout_s: float) -> Reply:
        self.now += 1
        self.most = max(self.most, self.now)
        self.began_s.append(self.now_s())
        for _ in range(5):
            await asyncio.sleep(0)
        self.now -= 1
        return await super().carry(request, timeout_s=timeout_s)


@pytest.fixture
def orders(make_order: Maker) -> list[straks.Order]:
    return [make_order(occasion=f"limits/{number}") for number in range(12)]


def test_threads_have_no_more_orders_in_flight_than_was_said(orders: list[straks.Order]) -> None:
    desk = Desk()
    carrier = Counting(desk, meet=3)
    transport = straks.AltinnTransport(BASE, desk.token, max_in_flight=3, carrier=carrier)
    with ThreadPoolExecutor(len(orders)) as pool:
        receipts = list(pool.map(transport.send, orders))

    assert len({receipt.shipment_id for receipt in receipts}) == len(orders)
    assert carrier.most == 3


def test_tasks_have_no_more_orders_in_flight_than_was_said(orders: list[straks.Order]) -> None:
    desk = Desk()
    carrier = AsyncCounting(desk)

    async def main() -> list[straks.Receipt]:
        transport = straks.AsyncAltinnTransport(BASE, desk.token, max_in_flight=3, carrier=carrier)
        return await asyncio.gather(*map(transport.send, orders))

    assert len(set(asyncio.run(main()))) == len(orders)
    assert carrier.most == 3


def test_orders_begin_no_faster_than_was_said(orders: list[straks.Order]) -> None:
    desk, other = Desk(), Desk()
    carrier, async_carrier = Counting(desk), AsyncCounting(other)
    transport = straks.AltinnTransport(BASE, desk.token, rate_per_s=0.5, carrier=carrier)
    for order in orders:
        transport.send(order)

    async def main() -> None:
        to = straks.AsyncAltinnTransport(BASE, other.token, rate_per_s=0.5, carrier=async_carrier)
        for order in orders:
            await to.send(order)

    asyncio.run(main())
    began = carrier.began_s[0]

    assert [at_s - began for at_s in carrier.began_s] == pytest.approx([2.0 * n for n in range(len(orders))])
    assert async_carrier.began_s[-1] - async_carrier.began_s[0] == pytest.approx(2.0 * (len(orders) - 1))


def test_what_has_waited_past_its_time_to_live_is_not_sent(orders: list[straks.Order]) -> None:
    desk = Desk()
    transport = straks.AltinnTransport(BASE, desk.token, rate_per_s=1 / 600, carrier=MemoryCarrier(desk))
    transport.send(orders[0])

    with pytest.raises(NotSent, match="time to live had passed"):
        transport.send(orders[1])

    assert len(desk.messages()) == 1


class Interrupted(MemoryCarrier):
    """Ctrl-C while it waits."""

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        raise KeyboardInterrupt

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        if self.requests:
            raise KeyboardInterrupt
        return super().carry(request, timeout_s=timeout_s)


@pytest.mark.parametrize("rate_per_s", [None, 0.5])
def test_an_interrupt_gives_its_place_to_the_next(
    orders: list[straks.Order], rate_per_s: float | None
) -> None:
    desk = Desk()
    carrier = Interrupted(desk)
    transport = straks.AltinnTransport(
        BASE, desk.token, max_in_flight=1, rate_per_s=rate_per_s, carrier=carrier
    )
    transport.send(orders[0])
    for order in orders[1:4]:
        with pytest.raises(KeyboardInterrupt):
            transport.send(order)

    assert len(desk.messages()) == 1


class Waiting(AsyncMemoryCarrier):
    """On a clock that nobody turns."""

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        await asyncio.Event().wait()


def test_a_cancelled_task_gives_its_place_to_the_next() -> None:
    async def main() -> None:
        turns, carrier = Turns(1, 0.5), Waiting(Desk())
        first = _Turn(turns)
        await first.ado(carrier)
        first.end()
        for _ in range(3):
            waits = asyncio.create_task(_Turn(turns).ado(carrier))
            await asyncio.sleep(0)
            waits.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waits
            assert turns.tasks is not None
            assert not turns.tasks.locked()

    asyncio.run(main())


@pytest.mark.parametrize("more", [{"max_in_flight": 0}, {"rate_per_s": 0}, {"rate_per_s": -1.0}])
@pytest.mark.parametrize("kind", [straks.AltinnTransport, straks.AsyncAltinnTransport])
def test_what_is_no_limit_is_refused_at_once(kind: Callable[..., object], more: dict[str, float]) -> None:
    with pytest.raises(InvalidSetting, match="it takes"):
        kind("tt02", "token", **more)
