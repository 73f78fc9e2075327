"""
What a transport costs beside httpx itself, over loopback to a server in another process.

Against the naive composition of the same libraries, with the bytes ready:

- sync: the CPU of an order against that of ``httpx.Client.post``, from one thread and from 50 that
  share it: at most 1.1 times as much;
- async: orders a second with 50 in flight, against 50 tasks that share one ``httpx.AsyncClient``, whose
  pool has room for them all: at least 4 times as many, for at most a fourth of the CPU, which another
  process that takes its share of the clock does not change; and the CPU of an order against that of one at
  a time: at most 1.5 times as much.

The sides of a ratio take turns, so that what else the machine does strikes them alike, and what is
printed is the median of the ratios of each round. The server answers each order with a receipt and does
nothing else. Ends with 1 where a figure is missed.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, cast

import httpx

import straks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from multiprocessing.connection import Connection

IN_FLIGHT = 50
ROUNDS = 7
TIMEOUT_S = 30.0
CREATED = 201
EACH_ROUND = 300
SYNC_MOST, ASYNC_LEAST, ASYNC_CPU_MOST = 1.1, 4.0, 1.5
SHARED_CPU_MOST = 1 / ASYNC_LEAST
HEADERS = {
    "authorization": "Bearer token",
    "content-type": "application/json",
    "accept": "application/json",
}
# With httpx's own limit of 20 connections to keep, 50 threads end with a bad file descriptor: one closes
# what another has just been given.
LIMITS = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)

RECEIPT = (
    b'{"notificationOrderId":"6b0a2c4e-0000-4000-8000-000000000001","notification":'
    b'{"shipmentId":"6b0a2c4e-0000-4000-8000-000000000002"}}'
)
ANSWER = (
    b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: "
    + str(len(RECEIPT)).encode()
    + b"\r\n\r\n"
    + RECEIPT
)


class Service(asyncio.Protocol):
    """Answers each request with a receipt."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._answer = cast("asyncio.Transport", transport).write
        self._read = b""

    def data_received(self, data: bytes) -> None:
        """Answer what is whole."""
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = self._read[:end].lower()
            _, _, length = head.partition(b"content-length: ")
            whole = end + 4 + int(length.partition(b"\r\n")[0] or 0)
            if len(self._read) < whole:
                return
            self._read = self._read[whole:]
            self._answer(ANSWER)


def serve(told: Connection) -> None:
    """Run the server, and tell its port."""

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Service, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


class Orders:
    """Sealed orders, each under an id of its own, and what is posted for each."""

    def __init__(self) -> None:
        catalog = straks.Catalog.load()
        sms = catalog.sms(
            "one-time-code", locale="nb", to="+46701740605", values=catalog["one-time-code"].examples
        )
        self._sms = sms
        self._numbers = count()

    def take(self, many: int) -> list[straks.SealedOrder]:
        """Return so many new ones."""
        return [
            straks.altinn.seal(
                self._sms.order(occasion=f"benchmark/{next(self._numbers)}", key=straks.SIMULATOR_KEY)
            )
            for _ in range(many)
        ]


class Cost(NamedTuple):
    """A moment, or what passed since one: by the clock, and of CPU."""

    clock_s: float
    cpu_s: float

    @classmethod
    def now(cls) -> Cost:
        """Return the moment."""
        return cls(time.perf_counter(), time.process_time())

    def each_since(self, many: int) -> Cost:
        """Return what each of so many took since then."""
        now = self.now()
        return Cost((now.clock_s - self.clock_s) / many, (now.cpu_s - self.cpu_s) / many)


def median_us(costs_s: list[float]) -> float:
    """Return the median in millionths of a second."""
    return statistics.median(costs_s) * 1e6


# sync


def sync_figures(url: str, orders: Orders, threads: int, many: int) -> tuple[list[float], list[float]]:
    """Return the CPU of an order, round by round: of httpx, and of the transport."""
    naive: list[float] = []
    ours: list[float] = []
    with (
        httpx.Client(trust_env=False, timeout=TIMEOUT_S, limits=LIMITS) as client,
        straks.AltinnTransport(url, "token") as transport,
        ThreadPoolExecutor(threads) as pool,
    ):

        def post(order: straks.SealedOrder) -> None:
            if client.post(url + order.endpoint, content=order.body, headers=HEADERS).status_code != CREATED:
                raise SystemExit("an order was not taken")

        def send(order: straks.SealedOrder) -> None:
            transport.send(order)

        def through(act: Callable[[straks.SealedOrder], None], sealed: list[straks.SealedOrder]) -> None:
            if threads == 1:
                for order in sealed:
                    act(order)
            else:
                list(pool.map(act, sealed))

        for round_ in range(ROUNDS + 1):
            for act, figures in ((post, naive), (send, ours)):
                sealed = orders.take(many)
                began = Cost.now()
                through(act, sealed)
                if round_:  # the first only warms up
                    figures.append(began.each_since(many).cpu_s)
    return naive, ours


# async


async def gathered(
    act: Callable[[straks.SealedOrder], Awaitable[object]], sealed: list[straks.SealedOrder], at_once: int
) -> None:
    """Do *act* with each, so many at once."""
    left = iter(sealed)

    async def worker() -> None:
        for order in left:
            await act(order)

    await asyncio.gather(*(worker() for _ in range(at_once)))


async def async_figures(url: str, orders: Orders, many: int) -> dict[str, list[Cost]]:
    """Return what an order took, round by round."""
    figures: dict[str, list[Cost]] = {}
    async with (
        httpx.AsyncClient(trust_env=False, timeout=TIMEOUT_S, limits=LIMITS) as client,
        straks.AsyncAltinnTransport(url, "token") as transport,
    ):

        async def post(order: straks.SealedOrder) -> None:
            answer = await client.post(url + order.endpoint, content=order.body, headers=HEADERS)
            if answer.status_code != CREATED:
                raise SystemExit("an order was not taken")

        ways: dict[str, tuple[Callable[[straks.SealedOrder], Awaitable[object]], int]] = {
            "shared": (post, IN_FLIGHT),
            "many": (transport.send, IN_FLIGHT),
            "one": (transport.send, 1),
        }
        for round_ in range(ROUNDS + 1):
            for name, (act, at_once) in ways.items():
                sealed = orders.take(many)
                began = Cost.now()
                await gathered(act, sealed, at_once)
                if round_:  # the first only warms up
                    figures.setdefault(name, []).append(began.each_since(many))
    return figures


def ratio(these: Iterable[float], those: Iterable[float]) -> float:
    """Return the median of the ratios, round by round."""
    return statistics.median(a / b for a, b in zip(these, those, strict=True))


def main() -> None:
    """Print the figures."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}"
    orders, kept = Orders(), True

    def tell(
        what: str, ours: float, naive: float, times: float, limit: float, *, least: bool = False
    ) -> None:
        nonlocal kept
        kept &= times >= limit if least else times <= limit
        bound = "at least" if least else "at most"
        print(f"{what:44} {ours:7.0f} against {naive:6.0f}: {times:5.2f} times ({bound} {limit})")

    for threads in (1, IN_FLIGHT):
        naive, ours = sync_figures(url, orders, threads, EACH_ROUND)
        what = f"sync, {threads} thread{'s' * (threads > 1)}: µs of CPU an order"
        tell(what, median_us(ours), median_us(naive), ratio(ours, naive), SYNC_MOST)
    found = asyncio.run(async_figures(url, orders, EACH_ROUND))
    shared, many, one = found["shared"], found["many"], found["one"]
    times = ratio((cost.clock_s for cost in shared), (cost.clock_s for cost in many))
    our_rate, naive_rate = (1 / statistics.median(cost.clock_s for cost in costs) for costs in (many, shared))
    tell(
        f"async, {IN_FLIGHT} in flight: orders a second", our_rate, naive_rate, times, ASYNC_LEAST, least=True
    )
    many_s, one_s = [cost.cpu_s for cost in many], [cost.cpu_s for cost in one]
    shared_s = [cost.cpu_s for cost in shared]
    what = f"async, {IN_FLIGHT} in flight: µs of CPU an order"
    tell(what, median_us(many_s), median_us(shared_s), ratio(many_s, shared_s), SHARED_CPU_MOST)
    what = "async, the same against one at a time"
    tell(what, median_us(many_s), median_us(one_s), ratio(many_s, one_s), ASYNC_CPU_MOST)
    server.kill()
    sys.exit(not kept)


if __name__ == "__main__":
    main()
