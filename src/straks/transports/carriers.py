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

The asynchronous carrier does not use httpx's shared pool, whose cost grows with the square of its
connections (encode/httpx, issue 3215), but a stack of clients with one connection each, sharing one
TLS context. What is taken from the stack is the client used last, whose connection is warm. Only a
client that has brought back a whole answer returns to the stack: one that was cancelled or failed
halfway may hold a connection that its pool never gives out again, and it would be the next one taken.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Final

import httpx

from straks.wire.exchange import Response, Silence, Trouble

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterator

    from straks.wire.exchange import Reply, Request

ANSWER_OCTETS_MOST: Final = 16 * 1024 * 1024
"""More than a full page of the feed takes; an answer beyond it is not the service's."""

CONNECT_S: Final = 10.0
"""The longest wait for a connection; a service that does not even open one is not there."""

IDLE_S: Final = 5.0
"""How long a connection is kept for the next request: httpx's own default."""

_HEADERS = {"user-agent": "straks"}


class _TooLarge(Exception):
    """The answer is larger than any of the service's."""


class _Body:
    """The body of a request, which notes that it was asked for. One that is empty can tell nothing."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.may_have_left = not octets


class _SyncBody(_Body):
    def __iter__(self) -> Iterator[bytes]:
        self.may_have_left = True
        yield self.octets


class _AsyncBody(_Body):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.may_have_left = True
        yield self.octets


def _headers(request: Request) -> dict[str, str]:
    # Without its length, httpx would send a body that it has not seen in chunks.
    length = {"content-length": str(len(request.body))} if request.body else {}
    return {**request.headers, **length}


def _timeout(timeout_s: float) -> httpx.Timeout:
    return httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_S))


def _grow(answer: bytearray, chunk: bytes, ends_s: float) -> None:
    answer += chunk
    if time.monotonic() > ends_s:
        raise TimeoutError
    if len(answer) > ANSWER_OCTETS_MOST:
        raise _TooLarge


def _response(answer: httpx.Response, body: bytearray) -> Response:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Response(answer.status_code, headers, bytes(body), at_s=time.monotonic())


def _silence(error: Exception, body: _Body, client: httpx.Client | httpx.AsyncClient) -> Silence:
    detail = ""
    if client.is_closed:
        why = Trouble.CLOSED
    elif isinstance(error, (httpx.TimeoutException, TimeoutError)):
        why = Trouble.TIMED_OUT
    elif isinstance(error, (httpx.ConnectError, httpx.ProxyError)):
        # Of httpx's sentences, these alone hold nothing of the request.
        why, detail = Trouble.NO_CONNECTION, str(error)
    elif isinstance(
        error,
        (httpx.DecodingError, httpx.ProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL, _TooLarge),
    ):
        why = Trouble.UNREADABLE
    else:
        why = Trouble.CONNECTION_LOST
    return Silence(why, left=body.may_have_left, at_s=time.monotonic(), detail=detail)


def _closed() -> Silence:
    return Silence(Trouble.CLOSED, left=False, at_s=time.monotonic())


class HttpxCarrier:
    """
    A `Carrier` over an `httpx.Client`: the caller's own, or one that is made and closed here.

    Safe to use from several threads.

    Args:
        client: The caller's own.
        direct: Go past the proxies that the environment names. What is meant for this machine must:
            a proxy would see the token and the message.
    """

    def __init__(self, client: httpx.Client | None = None, *, direct: bool = False) -> None:
        self._owned = client is None
        self._client = client or httpx.Client(headers=_HEADERS, trust_env=not direct)
        self._lock = Lock()
        self._under_way = 0
        self._closed = False

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        """
        Send *request* and wait for its whole answer.

        Each wait (for the connection, at most 10 s; for the answer to begin; for more of it) takes
        at most *timeout_s* seconds, and the answer is given up when it is not whole by then.
        """
        with self._lock:
            if self._closed:
                return _closed()
            self._under_way += 1
        try:
            return self._carry(request, timeout_s)
        finally:
            self._close(leaving=1)

    def _carry(self, request: Request, timeout_s: float) -> Reply:
        ends_s = time.monotonic() + timeout_s
        body, answered = _SyncBody(request.body), bytearray()
        try:
            with self._client.stream(
                request.method,
                request.url,
                headers=_headers(request),
                content=body if request.body else None,
                timeout=_timeout(timeout_s),
                follow_redirects=False,
            ) as answer:
                # httpx times each read; an answer that drips must not outlast the whole.
                for chunk in answer.iter_bytes():
                    _grow(answered, chunk, ends_s)
                return _response(answer, answered)
        except Exception as error:  # noqa: BLE001 - whatever broke: what became of the order must be said
            return _silence(error, body, self._client)

    def sleep(self, seconds: float) -> None:
        """Let *seconds* go by."""
        time.sleep(seconds)

    def now_s(self) -> float:
        """Read the monotonic clock."""
        return time.monotonic()

    def close(self) -> None:
        """Take no more requests, and close a client that was made here once those under way have ended."""
        with self._lock:
            self._closed = True
        self._close()

    def _close(self, leaving: int = 0) -> None:
        # Not under the feet of another thread: a socket that is closed while it is being read from
        # may turn into somebody else's.
        with self._lock:
            self._under_way -= leaving
            last = self._closed and not self._under_way
        if last and self._owned:
            with suppress(Exception):  # a connection that cannot even be closed changes no outcome
                self._client.close()


class AsyncHttpxCarrier:
    """
    An `AsyncCarrier` over an `httpx.AsyncClient` of the caller's, or over a stack of its own.

    For one event loop.

    Args:
        client: The caller's own.
        direct: Go past the proxies that the environment names, as in `HttpxCarrier`.
    """

    def __init__(self, client: httpx.AsyncClient | None = None, *, direct: bool = False) -> None:
        self._given = client
        self._direct = direct
        self._tls: ssl.SSLContext | None = None
        self._idle: deque[tuple[float, httpx.AsyncClient]] = deque()
        self._closed = False

    async def carry(self, request: Request, *, timeout_s: float) -> Reply:
        """Send *request* and wait at most *timeout_s* seconds for its whole answer."""
        if self._closed:
            return _closed()
        client, whole = self._given or self._take(), False
        ends_s = time.monotonic() + timeout_s
        body, answered = _AsyncBody(request.body), bytearray()
        try:
            async with (
                asyncio.timeout(timeout_s),
                client.stream(
                    request.method,
                    request.url,
                    headers=_headers(request),
                    content=body if request.body else None,
                    timeout=_timeout(timeout_s),
                    follow_redirects=False,
                ) as answer,
            ):
                async for chunk in answer.aiter_bytes():
                    _grow(answered, chunk, ends_s)
            whole = True
            return _response(answer, answered)
        except Exception as error:  # noqa: BLE001 - whatever broke: what became of the order must be said
            return _silence(error, body, client)
        finally:
            if client is not self._given:
                await self._give_back(client, whole=whole)

    def _take(self) -> httpx.AsyncClient:
        if self._idle:
            return self._idle.pop()[1]
        if self._tls is None:
            self._tls = httpx.create_ssl_context()
        return httpx.AsyncClient(
            headers=_HEADERS,
            verify=self._tls,
            limits=httpx.Limits(max_connections=1, keepalive_expiry=IDLE_S),
            trust_env=not self._direct,
        )

    async def _give_back(self, client: httpx.AsyncClient, *, whole: bool) -> None:
        now_s = time.monotonic()
        if whole and not self._closed:
            self._idle.append((now_s, client))
        else:
            await _close(client)
        # What a busy hour has left at the bottom of the stack.
        while self._idle and self._idle[0][0] + IDLE_S < now_s:
            await _close(self._idle.popleft()[1])

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* go by."""
        await asyncio.sleep(seconds)

    def now_s(self) -> float:
        """Read the monotonic clock."""
        return time.monotonic()

    async def close(self) -> None:
        """Take no more requests, and close what was made here; those under way end first."""
        self._closed = True
        while self._idle:
            await _close(self._idle.pop()[1])


async def _close(client: httpx.AsyncClient) -> None:
    with suppress(Exception):  # a connection that cannot even be closed changes no outcome
        await client.aclose()
