"""
Carriers over httpx: the only module that knows it.

Each failure of httpx becomes `Silence`, and the question that matters is decided here: may the
request have left? It has not where no connection came up or the request was never formed. In every
other case it may have, also where the failure was in writing it: what a broken connection had
already taken cannot be known.

The asynchronous carrier does not use httpx's shared pool, whose cost grows with the square of its
connections (encode/httpx, issue 3215), but a stack of clients with one connection each, sharing one
TLS context. What is taken from the stack is the client used last, whose connection is warm.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import httpx

from straks.wire.exchange import Response, Silence, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.wire.exchange import Reply, Request

ANSWER_OCTETS_MOST: Final = 16 * 1024 * 1024
"""More than a full page of the feed takes; an answer beyond it is not the service's."""

CONNECT_S: Final = 10.0
"""The longest wait for a connection; a service that does not even open one is not there."""

_HEADERS = {"user-agent": "straks"}
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.ProxyError,
    httpx.InvalidURL,
)


class _TooLarge(Exception):
    """The answer is larger than any of the service's."""


_FAILURES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError, _TooLarge)


def _silence(error: Exception) -> Silence:
    left = not isinstance(error, _NEVER_LEFT)
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        why = Trouble.TIMED_OUT
    elif isinstance(error, (httpx.DecodingError, httpx.RemoteProtocolError, _TooLarge)):
        why = Trouble.UNREADABLE
    else:
        why = Trouble.CONNECTION_LOST if left else Trouble.NO_CONNECTION
    return Silence(why, left=left, at_s=time.monotonic())


def _response(answer: httpx.Response, body: bytes) -> Response:
    headers: Mapping[str, str] = {name.lower(): value for name, value in answer.headers.items()}
    return Response(answer.status_code, headers, body, at_s=time.monotonic())


def _timeout(timeout_s: float) -> httpx.Timeout:
    return httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_S))


class HttpxCarrier:
    """A `Carrier` over an `httpx.Client`: the caller's own, or one that is made and closed here."""

    def __init__(self, client: httpx.Client | None = None) -> None:
        self._owned = client is None
        self._client = client or httpx.Client(headers=_HEADERS)

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        """Send *request* and wait at most *timeout_s* seconds for its whole answer."""
        ends_s = time.monotonic() + timeout_s
        body = bytearray()
        try:
            with self._client.stream(
                request.method,
                request.url,
                headers=dict(request.headers),
                content=request.body or None,
                timeout=_timeout(timeout_s),
                follow_redirects=False,
            ) as answer:
                # httpx times each read; an answer that drips must not outlast the whole.
                for chunk in answer.iter_bytes():
                    _grow(body, chunk, ends_s)
                return _response(answer, bytes(body))
        except _FAILURES as error:
            return _silence(error)

    def sleep(self, seconds: float) -> None:
        """Let *seconds* go by."""
        time.sleep(seconds)

    def now_s(self) -> float:
        """Read the monotonic clock."""
        return time.monotonic()

    def close(self) -> None:
        """Close the client if it was made here."""
        if self._owned:
            self._client.close()


def _grow(body: bytearray, chunk: bytes, ends_s: float) -> None:
    body += chunk
    if time.monotonic() > ends_s:
        raise TimeoutError
    if len(body) > ANSWER_OCTETS_MOST:
        raise _TooLarge


class AsyncHttpxCarrier:
    """An `AsyncCarrier` over an `httpx.AsyncClient` of the caller's, or over a stack of its own."""

    def __init__(self, client: httpx.AsyncClient | None = None) -> None:
        self._given = client
        self._idle: list[httpx.AsyncClient] = []
        self._made: list[httpx.AsyncClient] = []
        self._tls = None if client is not None else httpx.create_ssl_context()

    async def carry(self, request: Request, *, timeout_s: float) -> Reply:
        """Send *request* and wait at most *timeout_s* seconds for its whole answer."""
        ends_s = time.monotonic() + timeout_s
        body = bytearray()
        client = self._given or self._take()
        try:
            async with (
                asyncio.timeout(timeout_s),
                client.stream(
                    request.method,
                    request.url,
                    headers=dict(request.headers),
                    content=request.body or None,
                    timeout=_timeout(timeout_s),
                    follow_redirects=False,
                ) as answer,
            ):
                async for chunk in answer.aiter_bytes():
                    _grow(body, chunk, ends_s)
                return _response(answer, bytes(body))
        except _FAILURES as error:
            return _silence(error)
        finally:
            if client is not self._given:
                self._idle.append(client)

    def _take(self) -> httpx.AsyncClient:
        if self._idle:
            return self._idle.pop()
        alone = httpx.Limits(max_connections=1)
        client = httpx.AsyncClient(headers=_HEADERS, verify=self._tls or True, limits=alone)
        self._made.append(client)
        return client

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* go by."""
        await asyncio.sleep(seconds)

    def now_s(self) -> float:
        """Read the monotonic clock."""
        return time.monotonic()

    async def close(self) -> None:
        """Close the clients that were made here."""
        for client in self._made:
            await client.aclose()
        self._made.clear()
        self._idle.clear()
