"""
One connection of an event loop, spoken over without a pool, a client or a lock.

An order in flight is one request on a connection that nobody else uses. httpx's way to it passes a client's
or a transport's objects, a pool, three locks and, for each read and write, a scope to be cancelled. That is
three quarters of what an order costs, and ten turns of the event loop, each of which waits behind the orders
of everybody else. httpcore's own single connection, without client, transport and pool, was tried in this
one's place: with 50 in flight it did with 1/3.4 and 1/3.6 of the CPU of one shared `httpx.AsyncClient`,
at 4.7 and 4.0 times its rate, which is what is asked for and little to spare. This one does with 1/7.0 and
1/8.8, at 12.3 and 9.1 times the rate (two runs of `benchmarks/transports.py`'s kind on a busy machine).

What is left when all that is away is small, so it stands here: bytes go out by asyncio's own transport, at
once, head and body together; what comes in is handed to h11 as it arrives; and whoever asked is woken once,
when the answer is whole. How long that may take is the caller's to say, around it.

HTTP itself is h11's, which also reads and writes for httpx: the syntax of heads and chunks, how long a body
is and where it ends, interim answers, trailers, what an end in the middle means, the limits on a head, and
whether a connection may be used again. TLS and names are asyncio's, and packed bodies httpx's. By way of a
proxy, over HTTP/2, and for threads, httpx carries as before.
"""

from __future__ import annotations

import asyncio
import select
from typing import TYPE_CHECKING, Final, NamedTuple, cast

import h11

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

HEAD_OCTETS_MOST: Final = 100 * 1024
"""The longest head of an answer, and line of a chunk, that is read: what httpcore allows."""

_SECOND_ADDRESS_S: Final = 0.25  # RFC 8305, section 5: when to try the next address beside the first

Fields = list[tuple[bytes, bytes]]


class ConnectError(Exception):
    """No connection came up."""


class TooLarge(Exception):
    """The answer is larger than any of the service's."""


class Answer(NamedTuple):
    """A whole answer: status, fields (names in lower case), and the body as it came."""

    status: int
    fields: Fields
    body: bytes


class Line(asyncio.Protocol):
    """
    A connection, for one request after another.

    ``is_kept`` says whether another one may follow: the last answer was whole, and nothing came after it.
    """

    def __init__(self) -> None:
        self._spoken = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_OCTETS_MOST)
        self._transport: asyncio.Transport
        self._asked: asyncio.Future[Answer] | None = None
        self._octets_most = 0
        self._status = 0
        self._fields: Fields = []
        self._body = bytearray()
        self.is_kept = False

    @staticmethod
    async def to(host: str, port: int, tls: ssl.SSLContext | None) -> Line:
        """
        Connect.

        Raises:
            ConnectError: Nobody is there, or nobody vouches for who is.
            TimeoutError: The network gave up waiting.
        """
        try:
            _, line = await asyncio.get_running_loop().create_connection(
                Line, host, port, ssl=tls, happy_eyeballs_delay=_SECOND_ADDRESS_S
            )
        except TimeoutError:
            raise
        except (OSError, UnicodeError) as error:  # the latter of names that cannot be looked up
            raise ConnectError(str(error)) from None
        return line

    async def ask(
        self,
        method: str,
        target: bytes,
        fields: list[tuple[str, str]],
        body: bytes,
        *,
        octets_most: int,
        leaves: Callable[[], object],
    ) -> Answer:
        """
        Send a request and return its whole answer.

        Args:
            method: Of the request.
            target: Path and query.
            fields: Its headers, ``host`` and the length of a body among them.
            body: Empty where there is none.
            octets_most: The longest body of an answer.
            leaves: Called just before the request leaves; nothing of it has, where this is not called.

        Raises:
            h11.ProtocolError: The request cannot be formed, or the answer cannot be read.
            TooLarge: The answer is.
            OSError: The connection broke.
        """
        send = self._spoken.send
        head = send(h11.Request(method=method, target=target, headers=fields)) or b""
        octets = (send(h11.Data(data=body)) or b"") if body else b""
        octets += send(h11.EndOfMessage()) or b""
        transport = self._transport
        if transport.is_closing():
            raise ConnectionResetError
        self.is_kept = False
        self._octets_most = octets_most
        self._asked = asked = cast("asyncio.Future[Answer]", asyncio.get_running_loop().create_future())
        leaves()
        transport.write(head + octets)
        try:
            return await asked
        finally:
            self._asked = None

    def is_fit(self) -> bool:
        """Whether that is still so; the system is asked for what the event loop has not been told of yet."""
        transport = self._transport
        if not self.is_kept or transport.is_closing():
            return False
        return not _is_readable(transport.get_extra_info("socket").fileno())

    def end(self) -> None:
        """Give the connection up, whatever is under way on it."""
        self.is_kept = False
        self._transport.abort()

    # What the event loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        if self._asked is None or self._asked.done():
            self.is_kept = False  # said without being asked
            return
        try:
            self._spoken.receive_data(data)
            self._read()
        except Exception as error:  # noqa: BLE001 - whoever asked is told, and nobody else listens
            self._fail(error)

    def eof_received(self) -> None:
        """Read the end, which may be that of the answer, too."""
        self.data_received(b"")
        self.is_kept = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        self._fail(exc or ConnectionResetError())

    def _read(self) -> None:
        while (event := self._spoken.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > self._octets_most:
                    raise TooLarge
            elif isinstance(event, h11.Response):
                self._status, self._fields = event.status_code, list(event.headers)
            elif isinstance(event, h11.EndOfMessage):
                self._whole()
                return

    def _whole(self) -> None:
        if self._spoken.our_state is h11.DONE and self._spoken.their_state is h11.DONE:
            self._spoken.start_next_cycle()
            # An answer may come before the request is written: then what is left of it is in the way.
            self.is_kept = not (self._spoken.trailing_data[0] or self._transport.get_write_buffer_size())
        answer = Answer(self._status, self._fields, bytes(self._body))
        self._body.clear()
        if self._asked is not None:
            self._asked.set_result(answer)

    def _fail(self, error: Exception) -> None:
        self.is_kept = False
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(error)


def _is_readable(descriptor: int) -> bool:
    """Return whether something can be read at once, if only the end."""
    if not hasattr(select, "poll"):  # pragma: no cover - Windows
        return bool(select.select([descriptor], [], [], 0)[0])
    asked = select.poll()
    asked.register(descriptor, select.POLLIN)
    return bool(asked.poll(0))
