"""A line to a server that can be cut: a stand-in for nothing but the network between."""

from __future__ import annotations

import socket
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

PATIENCE_S = 60.0


class Line:
    """
    Carries bytes between clients and the server at *port* of loopback.

    It can be told to be cut when the n-th parcel from now on comes by in one direction. A parcel is what one
    side wrote in one go.
    """

    def __init__(self, port: int) -> None:
        self._server = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = Lock()
        self._ends: list[socket.socket] = []
        self._threads = [Thread(target=self._answer)]
        self._left: dict[bool, int | None] = {False: None, True: None}
        self._for_good = True
        self.is_cut = Event()
        self._threads[0].start()

    def cut_at(self, parcel: int, *, back: bool, for_good: bool = True) -> None:
        """
        Cut the line at the *parcel*-th parcel from now, counted from 1.

        With *back* it is one that the server sent and the client never sees, else the other way round. Unless
        it is *for_good*, clients may come again.
        """
        with self._lock:
            self._left[back] = parcel
            self._for_good = for_good

    def _answer(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server, PATIENCE_S)
                with self._lock:
                    self._ends += [client, server]
                for source, target, back in ((client, server, False), (server, client, True)):
                    thread = Thread(target=self._carry, args=(source, target, back))
                    self._threads.append(thread)
                    thread.start()

    def _carry(self, source: socket.socket, target: socket.socket, back: bool) -> None:  # noqa: FBT001
        with suppress(OSError):
            while parcel := source.recv(1 << 20):
                with self._lock:
                    left = self._left[back]
                    self._left[back] = left = None if left is None else left - 1
                if left == 0:
                    break
                target.sendall(parcel)
            else:
                target.shutdown(socket.SHUT_WR)
                return
            self._cut(for_good=self._for_good)

    def _cut(self, *, for_good: bool) -> None:
        self.is_cut.set()
        if for_good:
            with suppress(OSError):  # wakes whoever waits for clients; a closed one has nobody waiting
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        with self._lock:
            ends = list(self._ends)
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Cut the line for good, and clear up."""
        self._cut(for_good=True)
        for thread in list(self._threads):
            thread.join(PATIENCE_S)
        for end in self._ends:
            end.close()


@contextmanager
def line_to(port: int) -> Generator[Line]:
    """Have a line to the server at *port* of loopback."""
    line = Line(port)
    try:
        yield line
    finally:
        line.close()
