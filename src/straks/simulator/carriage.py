"""
How the desk's outcomes go over HTTP: an application for `straks.simulator.listener`.

A request is read whole, shown to the doorkeeper, and attended to step by step. The desk is held only
within a step. What is waited for between two is waited for here, by this one connection: a caller
who leaves meanwhile, or a simulator that is closed, ends the attendance where it stands.

Who follows what changes is told by the desk's bell, and once a status is due to change by itself.

An answer that is to be spoilt is spoilt on the wire, not told of: the connection is really reset,
cut, or made to drip.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse

from straks.simulator import answers, following
from straks.simulator.attendance import Manner, Spoilt
from straks.simulator.doorkeeper import turned_away
from straks.simulator.inbox_places import EVENT_HEADERS, EVENTS, mark_of
from straks.simulator.listener import TRANSPORT
from straks.simulator.visit import path_of, visit_of
from straks.wire.exchange import Request, Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from threading import Lock

    from starlette.types import Receive, Scope, Send

    from straks.simulator.attendance import Outcome
    from straks.simulator.desk import Desk

LARGEST_BODY: Final = 30_000_000
"""Octets a body may have; beyond, 413. The default of the service's web server (Kestrel)."""
LARGEST_OWN_BODY: Final = 64 * 1024
"""The same for the simulator's own places, which take a few words."""

_HEARTBEAT_S: Final = 15.0
_OWN: Final = "/_straks/"
_LINGER_NOT: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # for no time: closing resets
_NO_HTTP: Final = b"220 This is no web server\r\n"

_log = logging.getLogger(__name__)


class Carriage:
    """
    The application.

    Args:
        desk: Who answers.
        lock: Held within each step of the desk's.
        url: The simulator's address, for a caller that names none.
        names: What it goes by besides addresses.
        over: Returns what is set when the simulator is closed.
        heed: Told of each request at which endpoint it was; returns whether nobody listens from now on.
    """

    def __init__(
        self,
        desk: Desk,
        lock: Lock,
        *,
        url: str,
        names: Collection[str],
        over: Callable[[], asyncio.Event],
        heed: Callable[[str], Awaitable[bool]],
    ) -> None:
        self._desk = desk
        self._lock = lock
        self._url = url
        self._names = names
        self._over = over
        self._heed = heed
        self._followers: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        desk.changes.bell = self._ring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        caller = _Caller(scope, receive, send)
        most = LARGEST_OWN_BODY if scope["path"].startswith(_OWN) else LARGEST_BODY
        try:
            body = await _whole(caller.request, most)
        except ClientDisconnect:
            return
        headers = dict(caller.request.headers)
        outcome: Outcome | None = turned_away(caller.request.method, headers, self._names)
        if outcome is None and body is None:
            outcome = answers.empty(413)
        if outcome is not None:
            await caller.send(outcome)
            return
        request = self._request(scope, headers, body or b"")
        if request.method == "GET" and path_of(request).lower() == EVENTS:
            await self._follow(request, caller)
            return
        outcome = await self._attend(request, caller)
        # A caller who keeps a connection is told before he writes on one that is about to be closed.
        if await self._heed(self._desk.endpoint_of(request)) and isinstance(outcome, Response):
            outcome = answers.with_headers(outcome, {"connection": "close"})
        if outcome is None:
            await caller.reset()
        elif isinstance(outcome, Spoilt) and outcome.manner is Manner.DRIP:
            await self._drip(outcome, caller)
        else:
            await caller.send(outcome)

    async def _attend(self, request: Request, caller: _Caller) -> Outcome | None:
        """Return what goes back; None where nothing does any more."""
        attendance = self._desk.attend(request)
        try:
            while True:
                with self._lock:
                    pause = next(attendance)
                if not await self._wait(pause.seconds, caller):
                    with self._lock:
                        attendance.close()
                    return None
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller gets no traceback
            debug = _log.isEnabledFor(logging.DEBUG)
            _log.error("the simulator failed on a request: %s", type(error).__name__, exc_info=debug)
            return answers.empty(500)

    async def _follow(self, request: Request, caller: _Caller) -> None:
        """Tell *caller* of what changes, for as long as he listens and the simulator is open."""
        changed, loop = asyncio.Event(), asyncio.get_running_loop()
        follower = (loop, changed)
        with self._lock:
            self._followers.add(follower)
            mark = mark_of(visit_of(request, "", 0.0)) or self._desk.changes.mark
            text = following.begin(mark)
        try:
            await caller.begin(Response(200, EVENT_HEADERS), length=None)
            while True:
                changed.clear()
                with self._lock:
                    batch = following.batch(self._desk, mark)
                mark, text = batch.mark, text + batch.text
                if text:
                    await caller.say(text.encode(), more=True)
                waits_s = max(0.0, min(batch.due_in_s, _HEARTBEAT_S))
                if not await self._wait(waits_s, caller, changed):
                    await caller.say(b"", more=False)
                    return
                # A comment, lest anybody between the two think that nobody is there.
                text = "" if changed.is_set() or batch.due_in_s < _HEARTBEAT_S else ":\n\n"
        finally:
            with self._lock:
                self._followers.discard(follower)

    def _ring(self) -> None:
        """Wake all followers; on any thread, with the lock held."""
        for loop, changed in self._followers:
            loop.call_soon_threadsafe(changed.set)

    async def _drip(self, spoilt: Spoilt, caller: _Caller) -> None:
        body = spoilt.response.body
        await caller.begin(spoilt.response, max(1, len(body)))
        for octet in range(len(body)):
            if not await self._wait(spoilt.seconds / len(body), caller):
                await caller.reset()
                return
            await caller.say(body[octet : octet + 1], more=octet + 1 < len(body))

    async def _wait(self, seconds: float, caller: _Caller, sooner: asyncio.Event | None = None) -> bool:
        """
        Let *seconds* go by, or less once *sooner* is set.

        Tell whether the caller still waits, and the simulator is open.
        """
        ends = [asyncio.ensure_future(caller.gone()), asyncio.ensure_future(self._over().wait())]
        heard = [] if sooner is None else [asyncio.ensure_future(sooner.wait())]
        done, rest = await asyncio.wait(
            [*ends, *heard],
            timeout=seconds if isfinite(seconds) else None,
            return_when=asyncio.FIRST_COMPLETED,
        )
        for each in rest:
            each.cancel()
        return done.isdisjoint(ends)

    def _request(self, scope: Scope, headers: dict[str, str], body: bytes) -> Request:
        # The address as the caller wrote it: it stands in Location, and a grant must name it.
        base = f"http://{headers['host']}" if headers.get("host") else self._url
        path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
        return Request(scope["method"], f"{base}{path}?{query}", headers, body)


class _Caller:
    """One request as uvicorn has it, and what can be done to its connection."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.request = HttpRequest(scope, receive)
        self._scope, self._receive, self._send = scope, receive, send
        self._transport: asyncio.Transport = scope["state"][TRANSPORT]

    async def gone(self) -> None:
        """Wait until the caller has gone."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def send(self, outcome: Outcome) -> None:
        """Send *outcome* in its manner, unless that takes time."""
        if isinstance(outcome, Response):
            response = HttpResponse(outcome.body, outcome.status, dict(outcome.headers))
            await response(self._scope, self._receive, self._send)
            return
        match outcome.manner:
            case Manner.RESET:
                await self.reset()
            case Manner.NOISE:
                self._transport.write(_NO_HTTP)
                await self._close()
            case _:
                body = outcome.response.body
                await self.begin(outcome.response, max(1, len(body)))
                await self.say(body[: len(body) // 2], more=True)
                await self._close()

    async def begin(self, response: Response, length: int | None) -> None:
        """Send the head of *response*, which promises *length* octets; None for as many as there will be."""
        promise = {} if length is None else {"content-length": str(length)}
        headers = {**response.headers, **promise}
        await self._send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            }
        )

    async def say(self, body: bytes, *, more: bool) -> None:
        """Send a part of the body."""
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def reset(self) -> None:
        """Break the connection, so that the other side sees it broken and not ended."""
        if self._transport.is_closing():
            return
        connection: Any = self._transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self._transport.abort()
        await self.gone()

    async def _close(self) -> None:
        self._transport.close()
        await self.gone()


async def _whole(request: HttpRequest, most: int) -> bytes | None:
    """Read the body; None where it is too large."""
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        # What is too much is still read, and dropped: a caller cut off while writing might never
        # see the answer.
        body += chunk if size <= most else b""
    return bytes(body) if size <= most else None
