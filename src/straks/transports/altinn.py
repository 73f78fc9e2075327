"""
Orders over HTTP to Altinn: two thin shells over the same plans.

Nothing is decided here. The shells start a plan and hand it to a carrier; sync and async differ in
``await`` alone. Where the token comes from is the plan's to ask (`straks.altinn.token_source`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import AsyncExitStack, ExitStack, closing
from typing import TYPE_CHECKING, cast

from straks.altinn.follow import PAGE_MOST, follow, read_feed
from straks.altinn.place import PAUSES_S, TIMEOUT_LEAST_S, Receipt, place
from straks.altinn.sealed import seal
from straks.core.closable import Closable
from straks.errors import InDoubt, InvalidKey, InvalidSetting, Unanswered
from straks.transports.carriers import AsyncHttpxCarrier, HttpxCarrier
from straks.transports.environment import base_url_of, is_rehearsal
from straks.transports.flight import AsyncFlights, Flights, Lost
from straks.transports.limits import Turns
from straks.transports.reading import PAUSE_S, consume
from straks.transports.tokens.exchanged import Exchanged
from straks.transports.tokens.sources import source_of
from straks.wire.plan import arun, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from straks.altinn.sealed import SealedOrder, Sendable
    from straks.altinn.status import Shipment
    from straks.transports.brought import AsyncHttpClient, AsyncHttpTransport, HttpClient, HttpTransport
    from straks.transports.cursors import AsyncCursor, Cursor
    from straks.transports.tokens.sources import AsyncToken, Token
    from straks.wire.carrier import AsyncCarrier, Carrier
    from straks.wire.plan import Plan

_LONGEST_S = 86_400.0  # a day; beyond lies what clocks and sockets cannot count
_LAST_SEQUENCE = 2**63 - 1  # the service's numbers have 64 bits


class _Settings:
    """What both shells are told, checked; and the plans that follow from it."""

    def __init__(
        self,
        environment: str,
        token: object,
        timeout_s: float | None,
        pauses_s: Sequence[float],
        turns: Turns,
    ) -> None:
        if timeout_s is not None and not _seconds(timeout_s, TIMEOUT_LEAST_S):
            raise InvalidSetting(
                f"timeout_s is {timeout_s}; it takes {TIMEOUT_LEAST_S:.0f} to {_LONGEST_S:.0f} seconds. The "
                "service needs the least, and who leaves earlier does not know whether the message was sent"
            )
        pauses = _pauses(pauses_s)
        self.base_url = base_url_of(environment)
        self._source = source_of(token)
        self._timeout_s = timeout_s
        self._turns = turns
        self._pauses_s = pauses
        if isinstance(self._source, Exchanged):
            self._source.keeper(self.base_url)  # what cannot be is said now, not when a message waits

    def __repr__(self) -> str:
        return f"({self.base_url})"

    def place(self, order: SealedOrder, started_s: float) -> Plan[Receipt]:
        return self._turns.in_turn(lambda now_s: self._place(order, started_s, now_s))

    def _place(self, order: SealedOrder, started_s: float, now_s: float) -> Plan[Receipt]:
        return place(
            order,
            base_url=self.base_url,
            token=self._source,
            started_s=started_s,
            now_s=now_s,
            within_s=None if order.not_after is None else order.not_after.timestamp() - time.time(),
            timeout_s=self._timeout_s,
            pauses_s=self._pauses_s,
        )

    def follow(
        self, receipt: Receipt | str, started_s: float, *, until_final: bool, timeout_s: float
    ) -> Plan[Shipment]:
        return follow(
            receipt if isinstance(receipt, str) else getattr(receipt, "shipment_id", ""),
            base_url=self.base_url,
            token=self._source,
            started_s=started_s,
            until_final=until_final,
            timeout_s=timeout_s,
        )

    def read_feed(self, after: int | None, started_s: float) -> Plan[tuple[Shipment, ...]]:
        return read_feed(_sequence(after), base_url=self.base_url, token=self._source, started_s=started_s)

    def consume(
        self,
        cursor: Cursor | AsyncCursor,
        handle: Callable[[Shipment], object],
        now_s: Callable[[], float],
        *,
        follow: bool,
        pause_s: float,
        page_size: int,
    ) -> Plan[int]:
        return consume(
            cursor,
            handle,
            base_url=self.base_url,
            token=self._source,
            now_s=now_s,
            follow=follow,
            pause_s=pause_s,
            page_size=page_size,
        )

    def seal(self, order: Sendable) -> SealedOrder:
        if getattr(order, "rehearsal", False) and not is_rehearsal(self.base_url):
            raise InvalidKey(
                "this order was made with the simulator's public key, which anybody can compute ids with; "
                "make it with a key of your own"
            )
        # Before a token is asked for, which what the service would refuse anyway has no need of.
        return seal(order)


def _lost(order: SealedOrder) -> InDoubt:
    return InDoubt(
        "another thread was placing this order and was interrupted, so the message may have been sent. "
        "Placing it again under the same occasion may send it twice: ask the person first",
        idempotency_id=order.idempotency_id,
        attempts=0,
    )


class AltinnTransport(Closable):
    """
    Places orders with Altinn's instant notification API.

    Args:
        environment: ``"prod"``, ``"tt02"``, or a base URL (https, or http to this machine).
        token: `straks.Maskinporten`, or another source of tokens; an Altinn token; or a function that
            returns one and is asked before every call.
        timeout_s: Seconds to wait for each answer, at least 5; None for 15 where a repeat is
            harmless, 40 (SMS) or 110 (e-mail) where it is harmful.
        pauses_s: Seconds to wait before each repeat; the default repeats once, after 2.
        max_in_flight: How many orders may be on their way at once; the others wait their turn.
        rate_per_s: How many orders may begin each second. Waiting counts in an SMS's time to live.
        http: Your own client or transport of httpx or httpx2, with its proxies, certificates and limits;
            it stays yours to close.
        http2: Speak HTTP/2 where the service does (``straks[http2]``).

    Raises:
        InvalidSetting: One of these cannot be used.
        MissingExtra: HTTP/2 needs ``straks[http2]``.

    Safe to use from several threads. Close it, or use it in a ``with`` block.
    """

    def __init__(
        self,
        environment: str,
        token: Token,
        *,
        timeout_s: float | None = None,
        pauses_s: Sequence[float] = PAUSES_S,
        max_in_flight: int | None = None,
        rate_per_s: float | None = None,
        http: HttpClient | HttpTransport | None = None,
        http2: bool = False,
        carrier: Carrier | None = None,
    ) -> None:
        turns = Turns(max_in_flight, rate_per_s)
        self._settings = _Settings(environment, token, timeout_s, pauses_s, turns)
        del token
        self._on_close = ExitStack()
        if carrier is None:
            direct = is_rehearsal(self._settings.base_url)
            carrier = self._on_close.enter_context(closing(HttpxCarrier(http, direct=direct, http2=http2)))
        self._carrier = carrier
        self._flights: Flights[Receipt] = Flights()

    def send(self, order: Sendable) -> Receipt:
        """
        Place *order*, once however many times it is asked for.

        Raises:
            InvalidPayload: The service would refuse it for its form; nothing was sent.
            InvalidKey: It was made with the simulator's key and this is not a simulator.
            Refused: The service said no.
            NotSent: It never reached the service.
            InDoubt: It may have been sent.
        """
        sealed = self._settings.seal(order)
        try:
            return self._flights.join(sealed.idempotency_id, lambda: self._place(sealed))
        except Lost:
            raise _lost(sealed) from None

    def _place(self, order: SealedOrder) -> Receipt:
        return run(self._settings.place(order, self._carrier.now_s()), self._carrier)

    def follow(
        self, receipt: Receipt | str, *, until_final: bool = True, timeout_s: float = 60.0
    ) -> Shipment:
        """
        Look what became of an order, until it is final or *timeout_s* seconds have passed.

        Raises:
            Unanswered: The service does not know the shipment, or did not answer.
            NoToken: There is no token to ask with.
        """
        plan = self._settings.follow(
            receipt, self._carrier.now_s(), until_final=until_final, timeout_s=timeout_s
        )
        return run(plan, self._carrier)

    def feed(self, after: int | None = 0) -> Iterator[Shipment]:
        """
        Yield finished orders after sequence number *after*, oldest first, until there are no more.

        From the beginning where *after* is 0 or None.

        Raises:
            InvalidSetting: *after* is no sequence number.
            Unanswered: The service did not answer.
            NoToken: There is no token to ask with.
        """
        while page := run(self._settings.read_feed(after, self._carrier.now_s()), self._carrier):
            yield from page
            after = _last_sequence(page, after)

    def consume(
        self,
        cursor: Cursor,
        handle: Callable[[Shipment], object],
        *,
        follow: bool = False,
        pause_s: float = PAUSE_S,
        page_size: int = PAGE_MOST,
    ) -> int:
        """
        Hand each finished order after *cursor* to *handle*, oldest first, each at least once.

        The cursor moves when *handle* has returned. What *handle* raises ends this, and its entry is
        handed over again the next time.

        Args:
            cursor: Where the last reading ended, such as `straks.FileCursor`.
            handle: Your function. It may be given the same entry again after a crash.
            follow: Wait for more at the end, until interrupted.
            pause_s: How long to wait there, in seconds, at least 2.
            page_size: How many entries to ask for at once, at most 500.

        Returns:
            How many entries were handed over, when there are no more.

        Raises:
            UnusableFile: The cursor's file cannot be used.
            InvalidSetting: The cursor is ahead of the feed, or one of these is out of bounds.
            Unanswered: The service did not answer.
            NoToken: There is no token to ask with.
        """
        plan = self._settings.consume(
            cursor, handle, self._carrier.now_s, follow=follow, pause_s=pause_s, page_size=page_size
        )
        return run(plan, self._carrier)

    def close(self) -> None:
        """Take no more orders, and close what was made here; what is under way ends first."""
        self._on_close.close()

    def __repr__(self) -> str:
        return f"AltinnTransport{self._settings!r}"


class AsyncAltinnTransport:
    """`AltinnTransport` for an event loop: the same with ``await``; ``token`` may be asynchronous too."""

    def __init__(
        self,
        environment: str,
        token: AsyncToken,
        *,
        timeout_s: float | None = None,
        pauses_s: Sequence[float] = PAUSES_S,
        max_in_flight: int | None = None,
        rate_per_s: float | None = None,
        http: AsyncHttpClient | AsyncHttpTransport | None = None,
        http2: bool = False,
        carrier: AsyncCarrier | None = None,
    ) -> None:
        turns = Turns(max_in_flight, rate_per_s)
        self._settings = _Settings(environment, token, timeout_s, pauses_s, turns)
        del token
        self._on_close = AsyncExitStack()
        if carrier is None:
            direct = is_rehearsal(self._settings.base_url)
            carrier = own = AsyncHttpxCarrier(http, direct=direct, http2=http2)
            self._on_close.push_async_callback(own.close)
        self._carrier = carrier
        self._flights: AsyncFlights[Receipt] = AsyncFlights()

    async def send(self, order: Sendable) -> Receipt:
        """Place *order*, once however many times it is asked for; raises as `AltinnTransport.send`."""
        sealed = self._settings.seal(order)
        return await self._flights.join(sealed.idempotency_id, lambda: self._place(sealed))

    async def _place(self, order: SealedOrder) -> Receipt:
        return await arun(self._settings.place(order, self._carrier.now_s()), self._carrier)

    async def follow(
        self, receipt: Receipt | str, *, until_final: bool = True, timeout_s: float = 60.0
    ) -> Shipment:
        """Look what became of an order; raises as `AltinnTransport.follow`."""
        plan = self._settings.follow(
            receipt, self._carrier.now_s(), until_final=until_final, timeout_s=timeout_s
        )
        return await arun(plan, self._carrier)

    async def feed(self, after: int | None = 0) -> AsyncIterator[Shipment]:
        """Yield finished orders after *after*, oldest first; raises as `AltinnTransport.feed`."""
        while page := await arun(self._settings.read_feed(after, self._carrier.now_s()), self._carrier):
            for shipment in page:
                yield shipment
            after = _last_sequence(page, after)

    async def consume(
        self,
        cursor: Cursor | AsyncCursor,
        handle: Callable[[Shipment], object],
        *,
        follow: bool = False,
        pause_s: float = PAUSE_S,
        page_size: int = PAGE_MOST,
    ) -> int:
        """Do as `AltinnTransport.consume`; *handle* may be asynchronous."""
        plan = self._settings.consume(
            cursor, handle, self._carrier.now_s, follow=follow, pause_s=pause_s, page_size=page_size
        )
        return await arun(plan, self._carrier)

    async def close(self) -> None:
        """Take no more orders, and close what was made here; what is under way ends first."""
        await self._on_close.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncAltinnTransport{self._settings!r}"


def _sequence(after: object) -> int:
    if after is None:
        return 0
    if type(after) is not int or not 0 <= after <= _LAST_SEQUENCE:
        raise InvalidSetting(
            "after is the sequence number that an entry of the feed has in .sequence, or 0 for all of them"
        )
    return after


def _pauses(given: object) -> tuple[float, ...]:
    pauses = tuple(cast("Iterable[float]", given)) if isinstance(given, Iterable) else ("none",)
    if not all(_seconds(pause_s, 0) for pause_s in pauses):
        raise InvalidSetting(
            f"pauses_s holds pauses of 0 to {_LONGEST_S:.0f} seconds, one per repeat, such as (2.0,)"
        )
    return cast("tuple[float, ...]", pauses)


def _seconds(value: object, least_s: float) -> bool:
    return isinstance(value, int | float) and least_s <= value <= _LONGEST_S


def _last_sequence(page: Sequence[Shipment], after: int | None) -> int:
    last = page[-1].sequence
    if last is None or last <= (after or 0):
        raise Unanswered("the service's feed does not move on; ask again later")
    return last
