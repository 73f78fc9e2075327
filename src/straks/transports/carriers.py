"""
Carriers over httpx: the only module that knows it.

Every failure becomes `Silence`, and the question that matters is decided here: may the request
have left? The kind of the failure cannot tell. A time-out may come from a connection that never
came up, from a proxy that was asked to open one, or from a service that is still sending the
message; and what one transport under httpx calls a failed connection, another calls a failed
reading. But an order is in its body, and no transport can send a body that it has not asked for.
So the body notes that it was asked for. Until then nobody can have acted on the request; from then
on somebody may have, also where the failure was in writing it: what a broken connection had already
taken cannot be known.

Three ways lead to the network. Without more ado it is connections of one's own
(`straks.transports.connections`): httpx's transports with one connection each, sharing one TLS
context, and without the client around them, of which an order needs nothing and which costs a third
of it. On an event loop, where httpx costs most, these are only for the way by a proxy; the straight one
has connections without httpx (`straks.transports.line`). For HTTP/2, where many requests share a
connection, it is one client. And what the caller brings is used as it is: a client, or a transport, of
httpx or of httpx2 (`straks.transports.brought`). So nothing here asks for the class of a client or of what
it raises.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cached_property, lru_cache
from importlib.util import find_spec
from math import inf
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import httpx

from straks.errors import MissingExtra
from straks.transports.brought import check, over
from straks.transports.connections import IDLE_S, Deadline, Idle, origin_of, proxy_to
from straks.transports.line import Answer, Line, TooLarge
from straks.wire.exchange import Response, Silence, Trouble

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from straks.transports.brought import (
        AsyncHttpClient,
        AsyncHttpTransport,
        HttpClient,
        HttpTransport,
    )
    from straks.wire.exchange import Reply, Request

ANSWER_OCTETS_MOST: Final = 16 * 1024 * 1024
"""More than a full page of the feed takes; an answer beyond it is not the service's."""

CONNECT_S: Final = 10.0
"""The longest wait for a connection; a service that does not even open one is not there."""

_HEADERS = {"user-agent": "straks", "accept-encoding": "gzip, deflate"}

_PORTS = {"http": 80, "https": 443}

_BIT_OCTETS = 64 * 1024


class _Body:
    """The body of a request, which notes that it was asked for. One that is empty can tell nothing."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.may_have_left = not octets

    def leaves(self) -> None:
        self.may_have_left = True


class _SyncBody(_Body):
    def __iter__(self) -> Iterator[bytes]:
        self.leaves()
        yield self.octets


class _AsyncBody(_Body):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.leaves()
        yield self.octets


def _headers(request: Request) -> dict[str, str]:
    # Without its length, httpx would send a body that it has not seen in chunks.
    length = {"content-length": str(len(request.body))} if request.body else {}
    return {**request.headers, **length}


@lru_cache(maxsize=64)
def _url(url: str) -> httpx.URL:
    # Most go to one address, and reading that takes as long as the token and the plan together.
    return httpx.URL(url)


def _timeouts(timeout_s: float) -> dict[str, float]:
    return {"connect": min(timeout_s, CONNECT_S), "read": timeout_s, "write": timeout_s, "pool": timeout_s}


def _grow(answer: bytearray, chunk: bytes, ends_s: float) -> None:
    answer += chunk
    if time.monotonic() > ends_s:
        raise TimeoutError
    if len(answer) > ANSWER_OCTETS_MOST:
        raise TooLarge


def _response(answer: httpx.Response, body: bytearray) -> Response:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Response(answer.status_code, headers, bytes(body), at_s=time.monotonic())


def _read(answer: Answer, ends_s: float) -> Response:
    """Return *answer* as httpx would: fields of one name joined, and what is packed unpacked."""
    headers: dict[str, str] = {}
    for octets, value in answer.fields:
        name, text = octets.decode("ascii"), value.decode("utf-8", "replace")
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    body = answer.body
    if "content-encoding" in headers:
        # Bit by bit: a little that is packed may be a great deal.
        bits = (body[at : at + _BIT_OCTETS] for at in range(0, len(body), _BIT_OCTETS))
        grown = bytearray()
        for chunk in httpx.Response(answer.status, headers=headers, content=bits).iter_bytes():
            _grow(grown, chunk, ends_s)
        body = bytes(grown)
    return Response(answer.status, headers, body, at_s=time.monotonic())


_TROUBLE: Final = {
    Trouble.TIMED_OUT: frozenset({"TimeoutException", "TimeoutError"}),
    Trouble.NO_CONNECTION: frozenset({"ConnectError", "ProxyError"}),
    Trouble.UNREADABLE: frozenset(
        {"DecodingError", "ProtocolError", "UnsupportedProtocol", "InvalidURL", "TooLarge"}
    ),
}
"""What the errors of httpx and of httpx2 are called, most telling first."""


def _silence(error: Exception, body: _Body, *, closed: bool) -> Silence:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    why = next((trouble for trouble, names in _TROUBLE.items() if kinds & names), Trouble.CONNECTION_LOST)
    # Of httpx's sentences, these alone hold nothing of the request.
    detail = str(error) if why is Trouble.NO_CONNECTION and not closed else ""
    return Silence(
        Trouble.CLOSED if closed else why, left=body.may_have_left, at_s=time.monotonic(), detail=detail
    )


def _closed() -> Silence:
    return Silence(Trouble.CLOSED, left=False, at_s=time.monotonic())


class _Making:
    """How connections of one's own are made."""

    def __init__(self, *, direct: bool) -> None:
        self._direct = direct
        self._proxies: dict[str, str | None] = {}

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """The one TLS context, which takes longer to make than an order to be placed."""
        context = httpx.create_ssl_context()
        context.set_alpn_protocols(["http/1.1"])  # httpx itself says what else it speaks, where it does
        return context

    @cached_property
    def no_tls(self) -> ssl.SSLContext:
        """A context that trusts nobody, for connections that have no use for one."""
        import ssl

        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def line(self, origin: str) -> dict[str, Any]:
        """Return the settings of a transport with one connection to *origin*."""
        return {
            "verify": self.tls if origin.startswith("https:") else self.no_tls,
            "limits": httpx.Limits(max_connections=1, keepalive_expiry=IDLE_S),
            "proxy": self.proxy(origin),
        }

    def proxy(self, origin: str) -> str | None:
        """Return the proxy that stands before *origin*, which the environment is asked for once."""
        if origin not in self._proxies:
            self._proxies[origin] = None if self._direct else proxy_to(origin)
        return self._proxies[origin]

    async def connect(self, url: httpx.URL, timeout_s: float) -> Line:
        """Return a connection to where *url* is, without a proxy."""
        if url.scheme not in _PORTS:
            raise httpx.UnsupportedProtocol(url.scheme)
        tls = self.tls if url.scheme == "https" else None
        async with asyncio.timeout(min(timeout_s, CONNECT_S)):
            return await Line.to(url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme], tls)

    def shared(self) -> dict[str, Any]:
        """
        Return the settings of a client whose requests share connections.

        Raises:
            MissingExtra: There is nothing here that speaks HTTP/2.
        """
        if find_spec("h2") is None:
            raise MissingExtra("http2=True", "http2")
        return {"http2": True, "verify": self.tls, "trust_env": not self._direct, "headers": _HEADERS}


class HttpxCarrier:
    """
    A `Carrier` over httpx: with connections of its own, or with what the caller brings.

    Safe to use from several threads.

    Args:
        http: The caller's own client or transport, of httpx or httpx2.
        direct: Go past the proxies that the environment names. What is meant for this machine must:
            a proxy would see the token and the message.
        http2: Speak HTTP/2 where the service does, many requests to a connection.

    Raises:
        InvalidSetting: *http* is neither.
        MissingExtra: HTTP/2 needs ``straks[http2]``.
    """

    def __init__(
        self, http: HttpClient | HttpTransport | None = None, *, direct: bool = False, http2: bool = False
    ) -> None:
        check(http, http2=http2, entered="__enter__", sends="handle_request", kind="a Client")
        self._making = _Making(direct=direct)
        self._own: httpx.Client | None = httpx.Client(**self._making.shared()) if http2 else None
        given: Any = http if http is None or hasattr(http, "stream") else over(http, "Client", _HEADERS)
        self._client: HttpClient | None = given or self._own
        self._idle: Idle[httpx.HTTPTransport] = Idle()
        self._deadline = Deadline()
        self._lock = Lock()
        self._under_way = 0
        self._closed = False

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        """
        Send *request* and wait at most *timeout_s* seconds for its whole answer.

        The name of the service is looked up before that, which nothing here can hurry. Over
        connections that a client of the caller's had already made, each wait (for the answer to
        begin, for more of it) may take as long, and what is not whole by then is given up.
        """
        with self._lock:
            if self._closed:
                return _closed()
            self._under_way += 1
        body, answered = _SyncBody(request.body), bytearray()
        ends_s = self._deadline.ends_s = time.monotonic() + timeout_s
        try:
            with self._open(request, body, timeout_s) as answer:
                for chunk in answer.iter_bytes():
                    _grow(answered, chunk, ends_s)
            return _response(answer, answered)
        except Exception as error:  # noqa: BLE001 - whatever broke: what became of the order must be said
            return _silence(error, body, closed=self._client is not None and self._client.is_closed)
        finally:
            self._deadline.ends_s = inf
            self._close(leaving=1)

    def _open(
        self, request: Request, body: _SyncBody, timeout_s: float
    ) -> AbstractContextManager[httpx.Response]:
        more: dict[str, Any] = {
            "headers": _headers(request),
            "content": body if request.body else None,
            "extensions": {"timeout": _timeouts(timeout_s), "trace": self._deadline.trace},
        }
        if self._client is None:
            return self._opened(request, more)
        return self._client.stream(request.method, request.url, follow_redirects=False, **more)

    @contextmanager
    def _opened(self, request: Request, more: dict[str, Any]) -> Generator[httpx.Response]:
        origin, whole = origin_of(request.url), False
        with self._lock:
            line = self._idle.take(origin)
            settings = self._making.line(origin) if line is None else {}
        line = line or httpx.HTTPTransport(**settings)
        try:
            more["headers"] = {**_HEADERS, **more["headers"]}
            answer = line.handle_request(httpx.Request(request.method, _url(request.url), **more))
            try:
                yield answer
            finally:
                answer.close()
            whole = True
        finally:
            with self._lock:
                old = self._idle.put(origin, line, time.monotonic()) if whole else [line]
            for done in old:
                _end(done)

    def sleep(self, seconds: float) -> None:
        """Let *seconds* go by."""
        time.sleep(seconds)

    def now_s(self) -> float:
        """Read the monotonic clock."""
        return time.monotonic()

    def close(self) -> None:
        """Take no more requests, and close what was made here once those under way have ended."""
        with self._lock:
            self._closed = True
        self._close()

    def _close(self, leaving: int = 0) -> None:
        # Not under the feet of another thread: a socket that is closed while it is being read from
        # may turn into somebody else's.
        with self._lock:
            self._under_way -= leaving
            if not self._closed or self._under_way:
                return
            lines = self._idle.clear()
        for line in lines:
            _end(line)
        if self._own is not None:
            _end(self._own)


def _end(line: httpx.HTTPTransport | httpx.Client) -> None:
    with suppress(Exception):  # a connection that cannot even be closed changes no outcome
        line.close()


class AsyncHttpxCarrier:
    """
    An `AsyncCarrier` over httpx: with connections of its own, or with what the caller brings.

    For one event loop. Takes and raises what `HttpxCarrier` does, with `httpx.AsyncClient` or an
    asynchronous transport as *http*.
    """

    def __init__(
        self,
        http: AsyncHttpClient | AsyncHttpTransport | None = None,
        *,
        direct: bool = False,
        http2: bool = False,
    ) -> None:
        check(http, http2=http2, entered="__aenter__", sends="handle_async_request", kind="an AsyncClient")
        self._making = _Making(direct=direct)
        self._own: httpx.AsyncClient | None = httpx.AsyncClient(**self._making.shared()) if http2 else None
        given: Any = http if http is None or hasattr(http, "stream") else over(http, "AsyncClient", _HEADERS)
        self._client: AsyncHttpClient | None = given or self._own
        self._idle: Idle[Line] = Idle()
        self._idle_by_proxy: Idle[httpx.AsyncHTTPTransport] = Idle()
        self._under_way = 0
        self._closed = False

    async def carry(self, request: Request, *, timeout_s: float) -> Reply:
        """Send *request* and wait at most *timeout_s* seconds for its whole answer."""
        if self._closed:
            return _closed()
        self._under_way += 1
        body, answered = _AsyncBody(request.body), bytearray()
        ends_s = time.monotonic() + timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                origin = origin_of(request.url)
                if self._client is None and self._making.proxy(origin) is None:
                    return await self._ask(request, body, origin, timeout_s, ends_s)
                async with self._open(request, body, timeout_s) as answer:
                    async for chunk in answer.aiter_bytes():
                        _grow(answered, chunk, ends_s)
            return _response(answer, answered)
        except Exception as error:  # noqa: BLE001 - whatever broke: what became of the order must be said
            return _silence(error, body, closed=self._client is not None and self._client.is_closed)
        finally:
            await self._close(leaving=1)

    async def _ask(
        self, request: Request, body: _AsyncBody, origin: str, timeout_s: float, ends_s: float
    ) -> Response:
        url = _url(request.url)
        line = self._idle.take(origin)
        while line is not None and not line.is_fit():
            line.end()
            line = self._idle.take(origin)
        line = line or await self._making.connect(url, timeout_s)
        fields = {"host": url.netloc.decode("ascii"), **_HEADERS, **_headers(request)}
        whole = False
        try:
            answer = await line.ask(
                request.method,
                url.raw_path,
                list(fields.items()),
                body.octets,
                octets_most=ANSWER_OCTETS_MOST,
                leaves=body.leaves,
            )
            response = _read(answer, ends_s)  # what cannot be read is nobody's to speak on with
            whole = line.is_kept
            return response
        finally:
            for old in self._idle.put(origin, line, time.monotonic()) if whole else [line]:
                old.end()

    def _open(
        self, request: Request, body: _AsyncBody, timeout_s: float
    ) -> AbstractAsyncContextManager[httpx.Response]:
        more: dict[str, Any] = {
            "headers": _headers(request),
            "content": body if request.body else None,
            "extensions": {"timeout": _timeouts(timeout_s)},
        }
        if self._client is None:
            return self._opened(request, more)
        return self._client.stream(request.method, request.url, follow_redirects=False, **more)

    @asynccontextmanager
    async def _opened(self, request: Request, more: dict[str, Any]) -> AsyncGenerator[httpx.Response]:
        origin, whole = origin_of(request.url), False
        line = self._idle_by_proxy.take(origin) or httpx.AsyncHTTPTransport(**self._making.line(origin))
        try:
            more["headers"] = {**_HEADERS, **more["headers"]}
            answer = await line.handle_async_request(httpx.Request(request.method, _url(request.url), **more))
            try:
                yield answer
            finally:
                await answer.aclose()
            whole = True
        finally:
            for old in self._idle_by_proxy.put(origin, line, time.monotonic()) if whole else [line]:
                await _aend(old)

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* go by."""
        await asyncio.sleep(seconds)

    def now_s(self) -> float:
        """Read the monotonic clock."""
        return time.monotonic()

    async def close(self) -> None:
        """Take no more requests, and close what was made here once those under way have ended."""
        self._closed = True
        await self._close()

    async def _close(self, leaving: int = 0) -> None:
        self._under_way -= leaving
        if not self._closed or self._under_way:
            return
        for line in self._idle.clear():
            line.end()
        for by_proxy in self._idle_by_proxy.clear():
            await _aend(by_proxy)
        if self._own is not None:
            await _aend(self._own)
        await asyncio.sleep(0)  # sockets are closed on the loop's next turn, which may be its last


async def _aend(line: httpx.AsyncHTTPTransport | httpx.AsyncClient) -> None:
    with suppress(Exception):  # a connection that cannot even be closed changes no outcome
        await line.aclose()
