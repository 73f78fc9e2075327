"""Connections kept for the next request, the stack of them, and closing, also while one is under way."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event, Thread
from typing import TYPE_CHECKING, Protocol

import httpx
import pytest

from straks.transports.carriers import AsyncHttpxCarrier, HttpxCarrier
from straks.transports.connections import Idle
from straks.transports.line import Line as OwnLine
from straks.wire.exchange import Request, Response, Silence, Trouble

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from straks.wire.exchange import Reply

ENOUGH_S = 10.0  # for what answers; never waited out


class Line(Protocol):
    socket: socket.socket

    def answer(self) -> None: ...
    def say(self, octets: bytes) -> None: ...


class Server(Protocol):
    url: str
    port: int
    requests: list[bytes]
    connections: int
    asked: Event
    over: Event

    def take(self, line: Line) -> bytes: ...


if TYPE_CHECKING:
    Serve = Callable[[Callable[[Line, Server], None]], Server]


def order(url: str) -> Request:
    return Request("POST", url, {"authorization": "Bearer token-482913"}, b'{"a":1}')


def is_closed(reply: Reply) -> bool:
    return isinstance(reply, Silence) and (reply.why, reply.left) == (Trouble.CLOSED, False)


def keeps_answering(line: Line, server: Server) -> None:
    while server.take(line):
        line.answer()


# The caller's own client


def test_the_callers_own_client_is_used_as_it_is_and_left_open(serve: Serve) -> None:
    server = serve(keeps_answering)
    with httpx.Client(headers={"x-own": "yes"}) as client:
        carrier = HttpxCarrier(client)
        carrier.carry(order(server.url), timeout_s=ENOUGH_S)
        carrier.close()

        assert not client.is_closed
        assert b"x-own: yes" in server.requests[0].lower()


def test_the_callers_own_async_client_is_used_as_it_is_and_left_open(serve: Serve) -> None:
    server = serve(keeps_answering)

    async def main() -> None:
        async with httpx.AsyncClient(headers={"x-own": "yes"}) as client:
            carrier = AsyncHttpxCarrier(client)
            await carrier.carry(order(server.url), timeout_s=ENOUGH_S)
            await carrier.close()

            assert not client.is_closed
            assert b"x-own: yes" in server.requests[0].lower()

    asyncio.run(main())


def test_a_client_of_the_callers_that_is_closed_let_nothing_leave() -> None:
    client, async_client = httpx.Client(), httpx.AsyncClient()
    client.close()
    asyncio.run(async_client.aclose())
    request = order("http://127.0.0.1")

    assert is_closed(HttpxCarrier(client).carry(request, timeout_s=ENOUGH_S))
    assert is_closed(asyncio.run(AsyncHttpxCarrier(async_client).carry(request, timeout_s=ENOUGH_S)))


# Closing


def answers_late(line: Line, server: Server) -> None:
    server.take(line)
    server.over.wait(ENOUGH_S)
    line.answer()


def test_what_is_closed_takes_no_more(serve: Serve) -> None:
    server = serve(keeps_answering)
    carrier = HttpxCarrier()
    carrier.close()
    carrier.close()

    async def closed() -> Reply:
        carrier = AsyncHttpxCarrier()
        await carrier.carry(order(server.url), timeout_s=ENOUGH_S)
        await carrier.close()
        await carrier.close()
        return await carrier.carry(order(server.url), timeout_s=ENOUGH_S)

    assert is_closed(carrier.carry(order(server.url), timeout_s=ENOUGH_S))
    assert is_closed(asyncio.run(closed()))
    assert len(server.requests) == 1


def test_closing_lets_what_is_under_way_in_a_thread_end(serve: Serve) -> None:
    server = serve(answers_late)
    carrier = HttpxCarrier()
    replies: list[Reply] = []
    thread = Thread(
        target=lambda: replies.append(carrier.carry(order(server.url), timeout_s=ENOUGH_S)), daemon=True
    )
    thread.start()
    assert server.asked.wait(ENOUGH_S)
    carrier.close()
    server.over.set()
    thread.join(ENOUGH_S)

    assert [type(reply) for reply in replies] == [Response]
    assert not carrier._idle.clear()


def test_closing_lets_what_is_under_way_in_a_task_end(serve: Serve) -> None:
    server = serve(answers_late)

    async def main() -> None:
        carrier = AsyncHttpxCarrier()
        under_way = asyncio.create_task(carrier.carry(order(server.url), timeout_s=ENOUGH_S))
        await asyncio.to_thread(server.asked.wait, ENOUGH_S)
        await carrier.close()
        server.over.set()

        assert isinstance(await under_way, Response)
        assert not carrier._idle.clear()

    asyncio.run(main())


# The stack


class Gathering:
    """Answers once so many have come."""

    def __init__(self, many: int) -> None:
        self.many = many
        self.all_here = Event()

    def __call__(self, line: Line, server: Server) -> None:
        while server.take(line):
            if len(server.requests) >= self.many:
                self.all_here.set()
            self.all_here.wait(ENOUGH_S)
            line.answer()


def test_as_many_connections_are_opened_as_requests_are_in_flight_and_no_more(serve: Serve) -> None:
    server = serve(Gathering(5))

    async def main() -> list[Reply]:
        carrier = AsyncHttpxCarrier()
        at_once = (carrier.carry(order(server.url), timeout_s=ENOUGH_S) for _ in range(5))
        replies = list(await asyncio.gather(*at_once))
        replies += [await carrier.carry(order(server.url), timeout_s=ENOUGH_S) for _ in range(5)]
        await carrier.close()
        return replies

    assert all(isinstance(reply, Response) for reply in asyncio.run(main()))
    assert (server.connections, len(server.requests)) == (5, 10)


def test_the_connection_used_last_is_used_next(serve: Serve) -> None:
    server = serve(Gathering(3))

    async def main() -> None:
        carrier = AsyncHttpxCarrier()
        at_once = (carrier.carry(order(server.url), timeout_s=ENOUGH_S) for _ in range(3))
        await asyncio.gather(*at_once)
        top = carrier._idle.take(server.url)
        assert top is not None
        carrier._idle.put(server.url, top, carrier.now_s())
        await carrier.carry(order(server.url), timeout_s=ENOUGH_S)

        assert carrier._idle.take(server.url) is top
        top.end()
        await carrier.close()

    asyncio.run(main())


def test_what_has_waited_for_too_long_is_given_back_to_be_closed() -> None:
    idle: Idle[str] = Idle()
    kept = [idle.put(*line) for line in (("a", "1", 0.0), ("b", "2", 1.0), ("a", "3", 4.0))]

    assert kept == [[], [], []]
    assert idle.put("a", "4", 6.5) == ["1", "2"]
    assert (idle.take("a"), idle.take("a"), idle.take("a"), idle.take("b")) == ("4", "3", None, None)


def test_what_a_server_says_unasked_is_no_answer_to_the_next_request(serve: Serve) -> None:
    def behave(line: Line, server: Server) -> None:
        while server.take(line):
            line.say(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n" * 2)

    server = serve(behave)

    async def main() -> list[Reply]:
        carrier = AsyncHttpxCarrier()
        replies = [await carrier.carry(order(server.url), timeout_s=ENOUGH_S) for _ in range(3)]
        await carrier.close()
        return replies

    assert all(isinstance(reply, Response) for reply in asyncio.run(main()))
    assert (server.connections, len(server.requests)) == (3, 3)


def test_a_connection_whose_request_is_not_yet_written_is_not_used_again(serve: Serve) -> None:
    def behave(line: Line, server: Server) -> None:
        line.socket.recv(1)
        line.answer()
        server.over.wait(ENOUGH_S)

    server = serve(behave)
    large = Request("POST", server.url, {}, b" " * 30_000_000)

    async def main() -> list[Reply]:
        carrier = AsyncHttpxCarrier()
        replies = [await carrier.carry(large, timeout_s=ENOUGH_S) for _ in range(2)]
        await carrier.close()
        return replies

    assert all(isinstance(reply, Response) for reply in asyncio.run(main()))
    assert server.connections == 2


def test_on_a_connection_that_has_been_given_up_nothing_leaves(serve: Serve) -> None:
    server = serve(keeps_answering)
    left: list[bool] = []

    async def main() -> None:
        line = await OwnLine.to("127.0.0.1", server.port, None)
        line.end()
        with pytest.raises(ConnectionResetError):
            await line.ask(
                "POST", b"/", [("host", "x")], b"", octets_most=1, leaves=lambda: left.append(True)
            )
        await asyncio.sleep(0)

        assert not line.is_fit()

    asyncio.run(main())

    assert (left, server.requests) == ([], [])


def test_of_fifty_threads_none_has_its_connection_closed_by_another(serve: Serve) -> None:
    server = serve(keeps_answering)

    with closing(HttpxCarrier()) as carrier, ThreadPoolExecutor(50) as threads:
        sent = [threads.submit(carrier.carry, order(server.url), timeout_s=ENOUGH_S) for _ in range(500)]
        replies = [future.result(ENOUGH_S) for future in sent]

    assert [reply for reply in replies if not isinstance(reply, Response)] == []
    assert server.connections <= 50


def test_a_request_that_is_cancelled_at_any_point_spoils_none_after_it(serve: Serve) -> None:
    server = serve(keeps_answering)

    async def main() -> list[Reply]:
        carrier = AsyncHttpxCarrier()
        replies: list[Reply] = []
        for point in range(40):
            task = asyncio.create_task(carrier.carry(order(server.url), timeout_s=ENOUGH_S))
            for _ in range(point):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            replies.append(await carrier.carry(order(server.url), timeout_s=ENOUGH_S))
        await carrier.close()
        return replies

    assert all(isinstance(reply, Response) for reply in asyncio.run(main()))
