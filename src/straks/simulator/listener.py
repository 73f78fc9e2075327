"""
uvicorn, listening in a way that can be interrupted.

A connection that is *refused* is refused by the operating system, before any program hears of it;
a program that takes a connection in order to break it has let it come up, and a client must think
that what it wrote may have arrived. So to play that nobody is there, the listening socket is closed
for a while. The port stays taken: a socket that is bound to it and does not listen holds it, and
listens when the time is over. What is kept open and idle is closed as well, or it would be used.

For the faults that break a connection, the transport under it is handed to the application.

Source: uvicorn, ``server.py`` and ``protocols/http/h11_impl.py``, whose `Server` this extends.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

TRANSPORT: Final = "straks.transport"
"""Where the application finds the transport of its connection: in the state of the request's scope."""

_KEEP_ALIVE_S: Final = 130  # Kestrel's, so that a client's pool behaves as it will there
_GRACE_S: Final = 2


class _Line(H11Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


class Listener(uvicorn.Server):
    """
    Serves *app* on *listening*, a socket that listens already.

    Attributes:
        up: Set once it serves, or has failed to.
        over: Set, for what runs on its loop, when it is to end.
        loop: The event loop it runs on.
    """

    loop: asyncio.AbstractEventLoop
    over: asyncio.Event

    def __init__(self, app: Callable[..., Any], listening: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http=_Line,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self.up = threading.Event()
        self._listening = listening
        self._family, self._address = listening.family, listening.getsockname()
        self._held: socket.socket | None = None
        self._timer: asyncio.TimerHandle | None = None

    def serve_on(self) -> None:
        """Serve until it is to end; for a thread of its own."""
        try:
            self.run([self._listening])
        finally:
            self.up.set()
            self._listening.close()

    def end(self) -> None:
        """Have it end, and those who wait for an answer go without; from any thread."""
        self.up.wait()
        self.should_exit = True
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.over.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        self.up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of everything."""
        if self._timer is not None:
            self._timer.cancel()
        if self._held is not None:
            self._held.close()
        await super().shutdown(sockets)

    async def close_for(self, seconds: float) -> None:
        """Listen no more, and again after *seconds*; on its loop."""
        if self._timer is not None:
            self._timer.cancel()
        if self._held is None:
            for server in self.servers:
                server.close()
            self._held = self._hold()
            for connection in tuple(self.server_state.connections):
                connection.shutdown()
        if isfinite(seconds):
            self._timer = self.loop.call_later(seconds, lambda: self.loop.create_task(self.reopen()))

    async def reopen(self) -> None:
        """Listen again, if it does not; on its loop."""
        if self._timer is not None:
            self._timer.cancel()
        held, self._held = self._held, None
        if held is not None:
            backlog = self.config.backlog
            self.servers = [await self.loop.create_server(self._line, sock=held, backlog=backlog)]

    def _line(self) -> _Line:
        return _Line(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    def _hold(self) -> socket.socket:
        held = socket.socket(self._family, socket.SOCK_STREAM)
        if os.name == "posix":  # elsewhere this would share the port with strangers
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self._family == socket.AF_INET6:
            held.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        held.bind(self._address)
        return held
