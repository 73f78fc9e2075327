"""A server of bytes on loopback, which behaves as badly as it is told to."""

from __future__ import annotations

import socket
from contextlib import suppress
from functools import partial
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Behaviour = Callable[["Line", "Server"], None]

WAIT_S = 10  # a test that is stuck fails, and does not hang


class Line:
    """One connection, as the server has it."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self._read = b""

    def request(self) -> bytes:
        """Return the next request, head and body; empty where the caller has gone."""
        while b"\r\n\r\n" not in self._read:
            if not self._more():
                return b""
        head, _, _ = self._read.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields.get(b"content-length", b"0"))
        whole = len(head) + len(b"\r\n\r\n") + length
        while len(self._read) < whole:
            if not self._more():
                return b""
        request, self._read = self._read[:whole], self._read[whole:]
        return request

    def _more(self) -> bool:
        more = self.socket.recv(1_000_000)
        self._read += more
        return bool(more)

    def answer(self, status: str = "201 Created", body: bytes = b"{}", *headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        self.say("\r\n".join(lines).encode() + body)

    def say(self, octets: bytes) -> None:
        self.socket.sendall(octets)


class Server:
    """Takes connections, and behaves on each as told."""

    def __init__(self, behave: Behaviour) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.asked = Event()
        self.over = Event()
        self._behave = behave
        self._lock = Lock()
        self._lines: list[socket.socket] = []
        self._threads: list[Thread] = []
        self._listens = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listens.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._start(self._accept)

    def take(self, line: Line) -> bytes:
        """Read a request and note it."""
        request = line.request()
        if request:
            self.requests.append(request)
            self.asked.set()
        return request

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            self._listens.shutdown(socket.SHUT_RDWR)
        self._listens.close()
        with self._lock:
            for line in self._lines:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(WAIT_S)
            assert not thread.is_alive()

    def _start(self, work: Callable[[], None]) -> None:
        self._threads.append(Thread(target=work, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listens.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._lines.append(connection)
            self._start(partial(self._serve, connection))

    def _serve(self, connection: socket.socket) -> None:
        # Who is on the other side may leave at any time; that is what the tests are about.
        with connection, suppress(OSError):
            self._behave(Line(connection), self)


@pytest.fixture
def serve() -> Iterator[Callable[[Behaviour], Server]]:
    """Return a starter of servers: ``serve(lambda line, server: …)``."""
    servers: list[Server] = []

    def start(behave: Behaviour) -> Server:
        servers.append(Server(behave))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
