"""The application on a socket, until it is interrupted."""

from __future__ import annotations

import asyncio
import signal
import time
from threading import Event
from typing import TYPE_CHECKING, Final

import uvicorn

from straks.cli.live.site import Site

if TYPE_CHECKING:
    import socket

    from straks.cli.live.shelf import Shelf

_GRACE_S: Final = 2


class Server(uvicorn.Server):
    """
    The page of *shelf*, on *listening*, a socket that listens already, which is closed with it.

    Attributes:
        up: Set once it serves.
    """

    def __init__(self, shelf: Shelf, listening: socket.socket, host: str) -> None:
        site = Site(
            shelf,
            pause=asyncio.sleep,
            clock=time.perf_counter,
            over=lambda: self.should_exit,
            names=(host,),
        )
        super().__init__(
            uvicorn.Config(
                site,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,  # nobody is to wonder what stands in it
                server_header=False,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self.up = Event()
        self._listening = listening

    def serve_on(self) -> None:
        """Serve until it is told to end, or the process is."""
        with self._listening:
            self.run([self._listening])

    def serve_until_interrupted(self) -> None:
        """Serve until Ctrl-C, or until whoever stops a service sends SIGTERM."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self.serve_on()
        except KeyboardInterrupt:
            return

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets)
        self.up.set()
