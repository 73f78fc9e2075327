"""
The desk over HTTP: Starlette takes requests apart, uvicorn carries them, in a thread of its own.

The socket is bound and listens before the thread starts. So a port that is taken is an error
where the simulator was asked for, not a traceback out of a thread, and the address can be used at
once: who connects early waits in the queue. It listens on loopback unless told otherwise.

This is the one place where the simulator meets the clock, the dice and the network. The desk
serves one caller at a time, so a lock stands before it. No access log is kept: paths hold ids, and
bodies hold recipients and codes.
"""

from __future__ import annotations

import errno
import re
import secrets
import socket
import threading
import time
import uuid
from typing import TYPE_CHECKING, Final, Self

from straks.errors import InvalidSetting, MissingExtra
from straks.simulator.clients import Clients
from straks.simulator.desk import Desk
from straks.simulator.signatures import new_private_jwk
from straks.simulator.tokens import LIFETIME_S, ORGANISATION, SCOPE, Use
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from starlette.applications import Starlette
    from starlette.requests import Request as HttpRequest
    from starlette.responses import Response as HttpResponse

    from straks.simulator.clients import Client, ReadyClient
    from straks.simulator.inbox import Message

LARGEST_BODY: Final = 30_000_000
"""Bytes a body may have; beyond, 413. The default of the service's web server (Kestrel)."""

_KEEP_ALIVE_S: Final = 130  # Kestrel's, so that a client's pool behaves as it will there
_METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read from the caller, never the default
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]+)?")


class Simulator:
    """
    Altinn's instant notifications on this machine, for as long as it is open.

    Args:
        host: The address to listen on; loopback by default.
        port: The port to listen on; 0 for any that is free.
        clients: Who may ask for a token; with none everybody may, and no signature is looked at.
        client_key: The private JWK of the ready client; by default a new one is made when it is asked for.

    Raises:
        InvalidSetting: Nobody can listen there; the sentence says why and what to do.
        MissingExtra: starlette or uvicorn is not installed.

    >>> import httpx
    >>> with Simulator() as altinn:
    ...     httpx.get(f"{altinn.url}/_straks/messages").json(), altinn.messages
    ([], [])
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clients: Iterable[Client] = (),
        client_key: Mapping[str, str] | None = None,
    ) -> None:
        try:
            import uvicorn

            app = self._app()
        except ImportError as missing:
            raise MissingExtra("Simulator", "simulator") from missing
        self._lock = threading.Lock()
        self._desk = Desk(
            now=time.time,
            ids=lambda: str(uuid.uuid4()),  # noqa: TID251 - the dice of the simulator are thrown here
            secret=secrets.token_bytes(32),
            clients=Clients(clients, new_private_jwk if client_key is None else lambda: client_key),
        )
        self._socket = _listen(host, port)
        self.url: Final = _url(host, self._socket.getsockname()[1])
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="straks-simulator", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def messages(self) -> list[Message]:
        """Every message that was sent, oldest first, with its status by now."""
        with self._lock:
            return list(self._desk.messages())

    def token(self, *, org: str | None = ORGANISATION, scope: str = SCOPE, lifetime: int = LIFETIME_S) -> str:
        """
        Return an Altinn token that this simulator accepts.

        Args:
            org: The short name of whom it is issued to; None for a token that names none.
            scope: What it is good for, with spaces between several.
            lifetime: How long it is good, in seconds; with 0 it has expired already.

        Raises:
            InvalidSetting: The lifetime is negative or longer than a year.
        """
        with self._lock:
            return self._desk.token(organisation=org, scope=scope, lifetime_s=lifetime, base=self.url)

    def client(self) -> ReadyClient:
        """
        Return a client of Maskinporten's that this simulator knows, with its private key.

        Raises:
            MissingExtra: straks[maskinporten] is not installed, and keys are its to make.
        """
        with self._lock:
            return self._desk.clients.ready()

    def fail(self, fault: str, times: int = 1) -> None:
        """
        Let a fault of `straks.simulator.token_faults.TokenFault` befall the next requests for a token.

        Raises:
            InvalidSetting: There is no such fault.
        """
        with self._lock:
            self._desk.token_faults.add(fault, times)

    def revoke(self) -> None:
        """Make every Altinn token that was given so far worthless."""
        with self._lock:
            self._desk.mint.revoke(Use.ALTINN)

    def advance(self, seconds: float) -> None:
        """
        Let *seconds* go by at once, for statuses, the feed, and the life of tokens.

        Raises:
            InvalidSetting: Negative, not finite, or more than a hundred years in all.
        """
        with self._lock:
            self._desk.advance(seconds)

    def clear(self) -> None:
        """Empty the inbox. Orders stay placed and their ids spent, as with the service."""
        with self._lock:
            self._desk.inbox.clear()

    def close(self) -> None:
        """Stop listening, and wait until the thread has ended. Closing twice is closing once."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def _app(self) -> Starlette:
        from starlette.applications import Starlette
        from starlette.routing import Route

        return Starlette(routes=[Route("/{path:path}", self._answer, methods=_METHODS)])

    async def _answer(self, request: HttpRequest) -> HttpResponse:
        from starlette.requests import ClientDisconnect
        from starlette.responses import Response

        body = bytearray()
        size = 0
        try:
            async for chunk in request.stream():
                size += len(chunk)
                # What is too much is still read, and dropped: a caller cut off while writing
                # might never see the answer.
                body += chunk if size <= LARGEST_BODY else b""
        except ClientDisconnect:
            return Response()
        if size > LARGEST_BODY:
            return Response(status_code=413)
        with self._lock:
            answer = self._desk.handle(self._request(request, bytes(body)))
        return Response(answer.body, answer.status, dict(answer.headers))

    def _request(self, request: HttpRequest, body: bytes) -> Request:
        host = request.headers.get("host", "")
        # The address as the caller wrote it: it stands in Location, and a grant must name it.
        base = f"http://{host}" if _HOST.fullmatch(host) else self.url
        path: bytes = request.scope["raw_path"]
        query: bytes = request.scope["query_string"]
        url = f"{base}{path.decode('latin-1')}?{query.decode('latin-1')}"
        return Request(request.method, url, dict(request.headers), body)


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, or say why there can be none."""
    if not host:
        raise InvalidSetting("no host was given; give an address of this machine, such as 127.0.0.1")
    if port not in range(65_536):
        raise InvalidSetting(f"there is no port {port}; give one from 0 to 65535, 0 for any that is free")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InvalidSetting(
                f"port {port} on {host} is taken; choose another, or port 0 (--port 0) for any that is free"
            ) from error
        raise InvalidSetting(
            f"the simulator cannot listen on {host} port {port} ({error.strerror});"
            " give an address of this machine, such as 127.0.0.1, and a port above 1023 or 0"
        ) from error


def _url(host: str, port: int) -> str:
    reachable = _EVERYWHERE.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"
