"""Carriers over real sockets: what comes back, what is silence, and whether the request may have left."""

from __future__ import annotations

import asyncio
import gzip
import os
import socket
import zlib
from contextlib import ExitStack
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol

import httpx
import pytest

from straks.transports import carriers, connections
from straks.transports.carriers import AsyncHttpxCarrier, HttpxCarrier
from straks.wire.exchange import Request, Response, Silence, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from straks.wire.exchange import Reply

ENOUGH_S = 10.0  # for what answers; never waited out
SHORT_S = 0.08  # for what does not
TWICE = (ENOUGH_S, ENOUGH_S)
TOKEN = "token-482913"


class Line(Protocol):
    socket: socket.socket

    def request(self) -> bytes: ...
    def answer(self, status: str = ..., body: bytes = ..., *headers: str) -> None: ...
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
    Behaviour = Callable[[Line, Server], None]
    Serve = Callable[[Behaviour], Server]

    class Carry(Protocol):
        """Carries a request once for each time-out, one after another, and closes what carried it."""

        def __call__(
            self,
            url: str,
            timeouts_s: Sequence[float] = ...,
            *,
            body: bytes = ...,
            headers: dict[str, str] | None = ...,
            between: Callable[[], object] = ...,
            direct: bool = ...,
            http: dict[str, Any] | None = ...,
        ) -> list[Reply]: ...


def order(url: str, body: bytes = b'{"a":1}', headers: dict[str, str] | None = None) -> Request:
    return Request("POST", url, headers or {"authorization": f"Bearer {TOKEN}"}, body)


def carry_sync(
    url: str,
    timeouts_s: Sequence[float] = (ENOUGH_S,),
    *,
    body: bytes = b'{"a":1}',
    headers: dict[str, str] | None = None,
    between: Callable[[], object] = lambda: None,
    direct: bool = False,
    http: dict[str, Any] | None = None,
) -> list[Reply]:
    replies: list[Reply] = []
    with ExitStack() as stack:
        client = None if http is None else stack.enter_context(httpx.Client(**http))
        carrier = HttpxCarrier(client, direct=direct)
        stack.callback(carrier.close)
        for timeout_s in timeouts_s:
            replies.append(carrier.carry(order(url, body, headers), timeout_s=timeout_s))
            between()
    return replies


def carry_async(
    url: str,
    timeouts_s: Sequence[float] = (ENOUGH_S,),
    *,
    body: bytes = b'{"a":1}',
    headers: dict[str, str] | None = None,
    between: Callable[[], object] = lambda: None,
    direct: bool = False,
    http: dict[str, Any] | None = None,
) -> list[Reply]:
    async def main() -> list[Reply]:
        replies: list[Reply] = []
        client = None if http is None else httpx.AsyncClient(**http)
        carrier = AsyncHttpxCarrier(client, direct=direct)
        for timeout_s in timeouts_s:
            replies.append(await carrier.carry(order(url, body, headers), timeout_s=timeout_s))
            between()
        await carrier.close()
        if client is not None:
            await client.aclose()
        return replies

    return asyncio.run(main())


@pytest.fixture(params=[carry_sync, carry_async], ids=["sync", "async"])
def carry(request: pytest.FixtureRequest) -> Carry:
    way: Carry = request.param
    return way


def only(replies: list[Reply]) -> Reply:
    (reply,) = replies
    return reply


def silence(replies: list[Reply], why: Trouble, *, left: bool) -> bool:
    reply = only(replies)
    return isinstance(reply, Silence) and (reply.why, reply.left) == (why, left)


def keeps_answering(line: Line, server: Server) -> None:
    while server.take(line):
        line.answer()


def test_the_library_is_the_one_that_this_run_is_for() -> None:
    assert httpx.__name__ == os.environ.get("STRAKS_TESTS_HTTPX", "httpx")


# Answers


def test_a_request_arrives_as_it_is_and_its_answer_comes_back_whole(carry: Carry, serve: Serve) -> None:
    def behave(line: Line, server: Server) -> None:
        server.take(line)
        line.answer("503 Busy", b"no", "X-Why: because", "x-why: so")

    server = serve(behave)
    answer = only(carry(f"{server.url}/a/b?c=d"))

    assert isinstance(answer, Response)
    assert (answer.status, answer.body, answer.headers["x-why"]) == (503, b"no", "because, so")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    fields = head.lower().split(b"\r\n")
    assert head.startswith(b"POST /a/b?c=d HTTP/1.1")
    assert body == b'{"a":1}'
    assert f"authorization: bearer {TOKEN}".encode() in fields
    assert b"content-length: 7" in fields
    assert b"user-agent: straks" in fields
    assert b"transfer-encoding" not in head.lower()


def test_a_request_without_a_body_says_nothing_of_one(carry: Carry, serve: Serve) -> None:
    server = serve(keeps_answering)

    assert isinstance(only(carry(server.url, body=b"")), Response)
    assert b"transfer-encoding" not in server.requests[0].lower()


def test_answers_carry_a_clock_that_never_goes_back(carry: Carry, serve: Serve) -> None:
    first, second = carry(serve(keeps_answering).url, TWICE)

    assert 0 < first.at_s <= second.at_s


def test_interim_answers_are_passed_over(carry: Carry, serve: Serve) -> None:
    def behave(line: Line, server: Server) -> None:
        server.take(line)
        line.say(b"HTTP/1.1 102 Processing\r\n\r\n")
        line.answer()

    answer = only(carry(serve(behave).url))

    assert isinstance(answer, Response)
    assert answer.status == 201


def test_a_redirect_to_nowhere_is_an_answer_too(carry: Carry, serve: Serve) -> None:
    def behave(line: Line, server: Server) -> None:
        server.take(line)
        line.answer("302 Found", b"", "Location: http://example.org:x/")

    answer = only(carry(serve(behave).url))

    assert isinstance(answer, Response)
    assert answer.status == 302


@pytest.mark.parametrize("follows", [False, True])
def test_a_redirect_is_an_answer_and_not_followed(carry: Carry, serve: Serve, *, follows: bool) -> None:
    def behave(line: Line, server: Server) -> None:
        while server.take(line):
            line.answer("307 Elsewhere", b"", "Location: /elsewhere")

    server = serve(behave)
    answer = only(carry(server.url, http={"follow_redirects": follows}))

    assert isinstance(answer, Response)
    assert answer.status == 307
    assert len(server.requests) == 1


# Connections


def test_a_connection_is_kept_for_the_next_request(carry: Carry, serve: Serve) -> None:
    server = serve(keeps_answering)
    replies = carry(server.url, [ENOUGH_S] * 3)

    assert all(isinstance(reply, Response) for reply in replies)
    assert (server.connections, len(server.requests)) == (1, 3)


def test_a_connection_that_has_waited_for_too_long_is_closed(
    carry: Carry, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "IDLE_S", -1.0)
    server = serve(keeps_answering)
    replies = carry(server.url, [ENOUGH_S] * 3)

    assert all(isinstance(reply, Response) for reply in replies)
    assert server.connections == 3


@pytest.mark.parametrize(
    "last_words",
    [b"", b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"],
    ids=["none", "a complaint"],
)
def test_a_kept_connection_that_the_server_has_ended_is_not_used_again(
    carry: Carry, serve: Serve, last_words: bytes
) -> None:
    gone = Event()

    def behave(line: Line, server: Server) -> None:
        server.take(line)
        line.answer()
        line.say(last_words)
        line.socket.shutdown(socket.SHUT_WR)
        gone.set()

    server = serve(behave)
    replies = carry(server.url, TWICE, between=lambda: gone.wait(ENOUGH_S))

    assert [type(reply) for reply in replies] == [Response, Response]
    assert server.connections == 2


LAST_ANSWERS = {
    "that says so": b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    "of an old server": b"HTTP/1.0 201 Created\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("answer", LAST_ANSWERS.values(), ids=LAST_ANSWERS)
def test_after_the_last_answer_of_a_connection_the_next_request_has_another(
    carry: Carry, serve: Serve, answer: bytes
) -> None:
    def behave(line: Line, server: Server) -> None:
        while server.take(line):
            line.say(answer)

    server = serve(behave)
    replies = carry(server.url, TWICE)

    assert [isinstance(reply, Response) and reply.body for reply in replies] == [b"{}", b"{}"]
    assert server.connections == 2


def test_an_answer_as_long_as_the_connection_is_whole_when_that_ends(carry: Carry, serve: Serve) -> None:
    def behave(line: Line, server: Server) -> None:
        server.take(line)
        line.say(b"HTTP/1.1 201 Created\r\n\r\n{}")

    answer = only(carry(serve(behave).url))

    assert isinstance(answer, Response)
    assert answer.body == b"{}"


def test_a_refused_connection_let_nothing_leave(carry: Carry) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        reply = only(carry(f"http://127.0.0.1:{deaf.getsockname()[1]}"))

    assert isinstance(reply, Silence)
    assert (reply.why, reply.left) == (Trouble.NO_CONNECTION, False)
    assert reply.detail


@pytest.fixture
def nobody_accepts() -> Iterator[str]:
    """Yield the address of a queue so full that the next connection never comes up."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waits = stack.enter_context(socket.socket())
            waits.settimeout(0)
            waits.connect_ex(full.getsockname())
        yield f"http://127.0.0.1:{full.getsockname()[1]}"


def test_a_connection_that_never_comes_up_let_nothing_leave(carry: Carry, nobody_accepts: str) -> None:
    assert silence(carry(nobody_accepts, [SHORT_S]), Trouble.TIMED_OUT, left=False)


def test_tls_that_never_comes_up_let_nothing_leave(carry: Carry, serve: Serve) -> None:
    def behave(line: Line, _: Server) -> None:
        line.socket.recv(1)
        line.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    server = serve(behave)

    assert silence(carry(f"https://127.0.0.1:{server.port}"), Trouble.NO_CONNECTION, left=False)


# Silence


def closes_at_once(line: Line, server: Server) -> None:
    """Leave the connection to be closed."""


def closes_when_asked(line: Line, server: Server) -> None:
    server.take(line)


@pytest.mark.parametrize("behave", [closes_at_once, closes_when_asked])
def test_a_server_that_closes_without_a_word_may_have_had_it(
    carry: Carry, serve: Serve, behave: Behaviour
) -> None:
    server = serve(behave)
    reply = only(carry(server.url))

    assert isinstance(reply, Silence)
    assert reply.left or not server.requests  # who sees it close in time has nothing to send it
    assert reply.why in (Trouble.UNREADABLE, Trouble.CONNECTION_LOST)
    assert reply.detail == ""


def hangs(line: Line, server: Server) -> None:
    server.take(line)
    server.over.wait(ENOUGH_S)


def hangs_unread(line: Line, server: Server) -> None:
    server.over.wait(ENOUGH_S)


def drips(line: Line, server: Server) -> None:
    server.take(line)
    line.say(b"HTTP/1.1 201 Created\r\nContent-Length: 9999\r\n\r\n")
    while not server.over.wait(0.01):
        line.say(b" ")


def answers_once_and_then(behave: Behaviour) -> Behaviour:
    """Answer one request, so that the connection is there whatever the machine is busy with."""

    def warm(line: Line, server: Server) -> None:
        server.take(line)
        line.answer()
        behave(line, server)

    return warm


@pytest.mark.parametrize("behave", [hangs, hangs_unread, drips])
def test_a_server_that_takes_too_long_may_have_had_it(carry: Carry, serve: Serve, behave: Behaviour) -> None:
    _, reply = carry(serve(answers_once_and_then(behave)).url, [ENOUGH_S, SHORT_S])

    assert silence([reply], Trouble.TIMED_OUT, left=True)


def drips_its_head(line: Line, server: Server) -> None:
    server.take(line)
    line.say(b"HTTP/1.1 201 Created\r\nX: ")
    while not server.over.wait(0.01):
        line.say(b"x")


def drips_its_trailers(line: Line, server: Server) -> None:
    server.take(line)
    line.say(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: ")
    while not server.over.wait(0.01):
        line.say(b"x")


@pytest.mark.parametrize("behave", [drips_its_head, drips_its_trailers])
@pytest.mark.parametrize("http", [None, {}], ids=["own", "the caller's"])
def test_nobody_waits_longer_even_for_a_head_that_drips(
    carry: Carry, serve: Serve, behave: Behaviour, http: dict[str, Any] | None
) -> None:
    _, reply = carry(serve(answers_once_and_then(behave)).url, [ENOUGH_S, SHORT_S], http=http)

    assert silence([reply], Trouble.TIMED_OUT, left=True)


def test_a_request_that_could_not_be_written_whole_may_have_left(carry: Carry, serve: Serve) -> None:
    behave = answers_once_and_then(hangs_unread)
    _, reply = carry(serve(behave).url, [ENOUGH_S, SHORT_S], body=b" " * 30_000_000)

    assert silence([reply], Trouble.TIMED_OUT, left=True)


def says(*words: bytes) -> Behaviour:
    def behave(line: Line, server: Server) -> None:
        server.take(line)
        for word in words:
            line.say(word)

    return behave


UNREADABLE = {
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "half a head": b"HTTP/1.1 201 Crea",
    "a head without an end": b"HTTP/1.1 201 Created\r\n" + b"a: b\r\n" * 40_000,
    "half a body": b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{",
    "half a chunk": b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
    "two lengths": b"HTTP/1.1 201 Created\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "no gzip": b"HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE)
def test_an_answer_that_is_none_leaves_the_question_open(carry: Carry, serve: Serve, answer: bytes) -> None:
    assert silence(carry(serve(says(answer)).url), Trouble.UNREADABLE, left=True)


def test_an_answer_too_large_to_be_one_is_none(
    carry: Carry, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carriers, "ANSWER_OCTETS_MOST", 1000)

    def behave(line: Line, server: Server) -> None:
        line.answer(body=b" " * len(server.take(line).partition(b"\r\n\r\n")[2]))

    server = serve(behave)

    assert isinstance(only(carry(server.url, body=b"x" * 1000)), Response)
    assert silence(carry(server.url, body=b"x" * 1001), Trouble.UNREADABLE, left=True)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
@pytest.mark.parametrize("more", [0, 1])
def test_a_packed_answer_is_unpacked_and_never_to_more_than_an_answer_takes(
    carry: Carry, serve: Serve, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes], more: int
) -> None:
    monkeypatch.setattr(carriers, "ANSWER_OCTETS_MOST", 1_000_000)
    whole = b"x" * (1_000_000 + more)
    coding = "Content-Encoding: " + ("gzip" if pack is gzip.compress else "deflate")

    def behave(line: Line, server: Server) -> None:
        server.take(line)
        line.answer("201 Created", pack(whole), coding)

    reply = only(carry(serve(behave).url))

    if more:
        assert silence([reply], Trouble.UNREADABLE, left=True)
    else:
        assert isinstance(reply, Response)
        assert reply.body == whole


def test_an_answer_cut_anywhere_is_the_same_answer(carry: Carry, serve: Serve) -> None:
    answer = (
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2\r\n{}\r\n1\r\n \r\n0\r\nT: u\r\n\r\n"
    )
    cuts = iter(range(1, len(answer)))

    def behave(line: Line, server: Server) -> None:
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while server.take(line):
            cut = next(cuts)
            line.say(answer[:cut])
            line.say(answer[cut:])

    server = serve(behave)
    replies = carry(server.url, [ENOUGH_S] * (len(answer) - 1))

    assert {(reply.status, reply.body) for reply in replies if isinstance(reply, Response)} == {(200, b"{} ")}
    assert all(isinstance(reply, Response) and reply.headers["a"] == "b" for reply in replies)
    assert server.connections == 1


@pytest.mark.parametrize("behave", [closes_when_asked, drips, *map(says, UNREADABLE.values())])
def test_after_silence_the_next_request_has_a_fresh_connection(
    carry: Carry, serve: Serve, behave: Behaviour
) -> None:
    first = iter([behave])

    def once(line: Line, server: Server) -> None:
        next(first, keeps_answering)(line, server)

    server = serve(once)
    replies = carry(server.url, [0.2, ENOUGH_S])

    assert [type(reply) for reply in replies] == [Silence, Response]
    assert server.connections == 2


# What never becomes a request


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://127.0.0.1:x/", {}),
        ("ftp://127.0.0.1/", {}),
        (None, {"authorization": f"Bearer {TOKEN}\nx"}),
        (None, {"a b": "c"}),
    ],
)
def test_a_request_that_cannot_be_formed_let_nothing_leave(
    carry: Carry, serve: Serve, url: str | None, headers: dict[str, str]
) -> None:
    server = serve(keeps_answering)
    reply = only(carry(url or server.url, headers=headers))

    assert isinstance(reply, Silence)
    assert (reply.left, reply.detail) == (False, "")
    assert server.requests == []


def test_a_name_that_cannot_be_looked_up_let_nothing_leave(carry: Carry) -> None:
    reply = only(carry(f"http://{'a' * 64}.example.org"))

    assert isinstance(reply, Silence)
    assert not reply.left


# Proxies


def refuses(line: Line, server: Server) -> None:
    server.take(line)
    line.answer("407 Proxy Authentication Required")


@pytest.mark.parametrize("behave", [refuses, hangs, closes_when_asked, says(b"what?\r\n\r\n")])
def test_what_a_proxy_would_not_connect_never_left(carry: Carry, serve: Serve, behave: Behaviour) -> None:
    proxy = serve(behave)
    reply = only(carry("https://platform.example.org", [SHORT_S], http={"proxy": proxy.url}))

    assert isinstance(reply, Silence)
    assert not reply.left
    assert proxy.requests[0].startswith(b"CONNECT platform.example.org:443 ")
    assert TOKEN.encode() not in proxy.requests[0]


def test_what_is_for_this_machine_passes_by_the_environments_proxy(
    carry: Carry, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, proxy = serve(keeps_answering), serve(keeps_answering)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    carry(server.url, direct=True)
    carry(server.url, direct=False)

    assert (len(server.requests), len(proxy.requests)) == (1, 1)


def test_a_proxys_connection_is_kept_for_the_next_request(
    carry: Carry, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(keeps_answering)
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    replies = carry("http://platform.example.org/a", TWICE)

    assert all(isinstance(reply, Response) for reply in replies)
    assert [request.split(b"\r\n")[0] for request in proxy.requests] == [
        b"POST http://platform.example.org/a HTTP/1.1"
    ] * 2
    assert proxy.connections == 1


# Other transports under httpx


@pytest.mark.parametrize("error", [httpx.ConnectError("x"), httpx.PoolTimeout("x"), ZeroDivisionError("x")])
def test_a_transport_that_took_the_body_may_have_sent_it_whatever_it_says(
    carry: Carry, error: Exception
) -> None:
    # MockTransport reads the body before it asks the handler.
    def handle(_: httpx.Request) -> httpx.Response:
        raise error

    reply = only(carry("http://127.0.0.1", http={"transport": httpx.MockTransport(handle)}))

    assert isinstance(reply, Silence)
    assert reply.left


# The clock


def test_carriers_sleep_and_tell_the_time() -> None:
    carrier, async_carrier = HttpxCarrier(), AsyncHttpxCarrier()
    before_s = carrier.now_s()
    carrier.sleep(0.01)
    asyncio.run(async_carrier.sleep(0.01))
    carrier.close()

    assert async_carrier.now_s() - before_s >= 0.02
