"""
The simulator over HTTP, in a thread of its own.

The socket is bound and listens before the thread starts. So a port that is taken is an error
where the simulator was asked for, not a traceback out of a thread, and the address can be used at
once: who connects early waits in the queue. It listens on loopback unless told otherwise.

This is the one place where the simulator meets the clock and the dice. A step of the desk's serves
one caller, so a lock stands before it; while a caller waits, the others are served. No access log
is kept: paths hold ids, and bodies hold recipients and codes.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
import uuid
from math import inf
from typing import TYPE_CHECKING, Final, Self

from straks.core.closable import Closable
from straks.errors import MissingExtra
from straks.simulator.address import listen, url_of
from straks.simulator.clients import Clients
from straks.simulator.desk import Desk
from straks.simulator.fate import Stage
from straks.simulator.signatures import new_private_jwk
from straks.simulator.tokens import LIFETIME_S, ORGANISATION, SCOPE, Use

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
    from pathlib import Path
    from types import EllipsisType, TracebackType

    from straks.simulator.clients import Client, ReadyClient
    from straks.simulator.faults import Armed
    from straks.simulator.inbox import Message


class Simulator(Closable):
    """
    Altinn's instant notifications on this machine, for as long as it is open.

    Args:
        host: The address to listen on; loopback by default.
        port: The port to listen on; 0 for any that is free.
        clients: Who may ask for a token; with none everybody may, and no signature is looked at.
        client_key: The private JWK of the ready client; by default a new one is made when it is asked for.
        store: A file to keep everything in that the service remembers, made if there is none; None
            for a memory that ends with the simulator.
        allow_list: The numbers that SMS really go to, as in TT02; to others they look delivered and
            are not. None for all.
        org: The short name of the organisation that ready tokens are issued to.
        names: Names it goes by, besides addresses and localhost: a browser's request for any other
            is refused, as anybody's is.

    Raises:
        InvalidSetting: Nobody can listen there, the store cannot be used, or the allow-list holds
            what is no number; the sentence says why and what to do.
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
        store: str | Path | None = None,
        allow_list: Collection[str] | None = None,
        org: str = ORGANISATION,
        names: Collection[str] = (),
    ) -> None:
        try:
            from straks.simulator.carriage import Carriage
            from straks.simulator.listener import Listener
        except ImportError as missing:
            raise MissingExtra("Simulator", "simulator") from missing
        from straks.simulator.sqlite_store import SqliteStore

        self._lock = threading.Lock()
        self._store: SqliteStore | None = None
        listening = listen(host, port)
        try:
            if store is not None:
                self._store = SqliteStore(store)
            new_jwk = new_private_jwk if client_key is None else lambda: client_key
            self._desk = Desk(
                now=time.time,
                ids=lambda: str(uuid.uuid4()),  # noqa: TID251 - the dice of the simulator are thrown here
                secret=secrets.token_bytes(32) if self._store is None else self._store.secret,
                store=self._store,
                allow_list=allow_list,
                organisation=org,
                clients=Clients(clients, new_jwk, organisation=org),
            )
        except BaseException:
            listening.close()
            self._close_store()
            raise
        self.url: Final = url_of(host, listening.getsockname()[1])
        carriage = Carriage(
            self._desk,
            self._lock,
            url=self.url,
            names=(host, *names),
            over=lambda: self._listener.over,
            heed=self._heed,
        )
        self._listener = Listener(carriage, listening)
        self._thread = threading.Thread(target=self._listener.serve_on, name="straks-simulator", daemon=True)
        self._thread.start()

    @property
    def messages(self) -> list[Message]:
        """Every message that was sent, oldest first, with its status by now."""
        with self._lock:
            return list(self._desk.messages())

    def token(
        self, *, org: str | EllipsisType | None = ..., scope: str = SCOPE, lifetime: int = LIFETIME_S
    ) -> str:
        """
        Return an Altinn token that this simulator accepts.

        Args:
            org: The short name of whom it is issued to, the simulator's own unless given; None for a
                token that names none.
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
            self._desk.clear()

    def faults(
        self,
        fault: str,
        *,
        next: int | None = None,  # noqa: A002 - as ``POST /_straks/faults`` calls it
        probability: float | None = None,
        seed: int = 0,
        seconds: float | None = None,
        endpoint: str = "orders",
        channel: str | None = None,
    ) -> ArmedFault:
        """
        Arm a fault (`straks.simulator.fates`), until it is used up, or the end of a ``with`` block.

        Args:
            fault: Its name, such as ``"503"`` or ``"drop-after-sending"``.
            next: How often it strikes; without a probability once, unless given.
            probability: How likely it strikes at each chance, above 0 and at most 1.
            seed: What the draws follow from.
            seconds: How long, for a fault that is a matter of time. ``refuse-connection`` lasts until
                the end of the block, unless given.
            endpoint: Where: ``orders``, one of ``sms``, ``email``, ``instant``, ``shipment``, ``feed``,
                ``token`` and ``exchange``, or ``all``.
            channel: ``sms`` or ``email``; None for both.

        Raises:
            InvalidSetting: One of these cannot be; the sentence says which and what can.

        >>> with Simulator() as altinn, altinn.faults("503", next=2) as fault:
        ...     fault.struck
        0
        """
        if fault == "refuse-connection" and next is seconds is probability is None:
            seconds = inf
        with self._lock:
            armed = self._desk.faults.arm(
                fault,
                times=next,
                probability=probability,
                seed=seed,
                seconds=seconds,
                endpoint=endpoint,
                channel=channel,
            )
        if armed.fate.stage is Stage.CONNECTION:
            self._on_the_loop(lambda: self._heed(""))
        return ArmedFault(self, armed)

    def close(self) -> None:
        """Stop listening, and wait until the thread has ended. Closing twice is closing once."""
        self._listener.end()
        self._thread.join()
        self._close_store()

    def _close_store(self) -> None:
        if self._store is not None:
            self._store.close()

    async def _heed(self, endpoint: str) -> bool:
        """Stop listening, if it is armed that nobody should; tell whether that is so."""
        with self._lock:
            seconds = self._desk.faults.closes_for_s(endpoint)
        if seconds > 0:
            await self._listener.close_for(seconds)
        return seconds > 0

    def _on_the_loop(self, work: Callable[[], Coroutine[object, object, object]]) -> None:
        self._listener.up.wait()
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(work(), self._listener.loop).result()

    def _disarm(self, armed: Armed) -> None:
        with self._lock:
            self._desk.faults.disarm(armed)
        if armed.fate.stage is Stage.CONNECTION:
            self._on_the_loop(self._listener.reopen)


class ArmedFault:
    """A fault of `Simulator.faults`; as a ``with`` block it is disarmed at the end."""

    def __init__(self, simulator: Simulator, armed: Armed) -> None:
        self._simulator = simulator
        self._armed = armed

    @property
    def struck(self) -> int:
        """How often it has struck."""
        return self._armed.struck

    def clear(self) -> None:
        """Disarm it; the simulator listens again if that was what it did not."""
        self._simulator._disarm(self._armed)  # noqa: SLF001 - the two are one

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.clear()

    def __repr__(self) -> str:
        return f"<fault {self._armed.fate.name}, struck {self._armed.struck} times>"
