"""
A transport that wraps a transport and tells hooks how each sending ended.

A hook is anything that can be called with a `Record`. It looks on and no more: whatever it does, the
sending ends as it ended. One that fails is told by `logging`, or to ``on_failure``, and the other hooks
are still called. A sending that was broken off (Ctrl-C, a cancelled task) or that failed in a way that no
transport promises is recorded as in doubt, since nobody can say that nothing was sent.

For an event loop, hooks are called in a thread, so that one that waits for a disk stops nothing else.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from straks.altinn.ending import ending_of
from straks.altinn.sealed import SealedOrder
from straks.core.record import Record
from straks.errors import InvalidSetting

if TYPE_CHECKING:
    from straks.altinn.place import Receipt
    from straks.altinn.sealed import Sendable
    from straks.transports import AsyncTransport, Transport

Hook: TypeAlias = Callable[[Record], object]
"""Is called with the record of each sending; what it returns is not looked at."""

OnFailure: TypeAlias = Callable[[Hook, Record, Exception], object]
"""Is called when a hook has failed: with the hook, the record that it was given, and its error."""

_log = logging.getLogger("straks.records")


def utc_now() -> datetime:
    """Read the clock on the wall."""
    return datetime.fromtimestamp(time.time(), UTC)


def log_failure(hook: Hook, record: Record, error: Exception) -> None:
    """Tell by `logging` that *hook* failed; it is the default."""
    _log.error(
        "a hook lost the record of %s (%s): %s failed; the sending itself is not touched",
        record.idempotency_id,
        record.outcome,
        _name(hook),
        exc_info=error,
    )


def _name(hook: Hook) -> str:
    return str(getattr(hook, "__qualname__", type(hook).__qualname__))


class _Watch:
    """Who is told, and by which clocks: what both shells share."""

    def __init__(
        self,
        hooks: tuple[Hook, ...],
        clock: Callable[[], datetime],
        timer: Callable[[], float],
        on_failure: OnFailure,
    ) -> None:
        if not hooks:
            raise InvalidSetting("a watched transport tells hooks; name one, such as straks.LogRecords()")
        self._hooks = hooks
        self._clock = clock
        self._timer = timer
        self._on_failure = on_failure

    def begin(self, order: Sendable) -> Callable[[Receipt | BaseException], Record]:
        """Note that the sending of *order* begins; what is returned makes its record in the end."""
        when, began_s = self._clock().astimezone(UTC), self._timer()

        def end(ended: Receipt | BaseException) -> Record:
            facts = order if isinstance(order, SealedOrder) else order.message
            ending = ending_of(ended)
            return Record(
                when=when,
                template=facts.template,
                locale=facts.locale,
                channel=facts.channel,
                pseudonym=order.pseudonym,
                idempotency_id=order.idempotency_id,
                took_s=round(self._timer() - began_s, 6),
                outcome=ending.outcome,
                attempts=ending.attempts,
                status=ending.status,
                problem=ending.problem,
                shipment_id=ending.shipment_id,
            )

        return end

    def tell(self, record: Record) -> None:
        """Call every hook. Nothing but a record is at hand here, so no traceback can hold more."""
        for hook in self._hooks:
            try:
                hook(record)
            except Exception as error:  # noqa: BLE001 - no hook may change how a sending ended
                with suppress(Exception):
                    self._on_failure(hook, record, error)


class WatchedTransport:
    """A `Transport` that tells hooks of every sending. Made by `watched`."""

    def __init__(
        self,
        transport: Transport,
        *hooks: Hook,
        clock: Callable[[], datetime] = utc_now,
        timer: Callable[[], float] = time.monotonic,
        on_failure: OnFailure = log_failure,
    ) -> None:
        self.transport = transport
        self._watch = _Watch(hooks, clock, timer, on_failure)

    def send(self, order: Sendable) -> Receipt:
        """Send *order*, and tell the hooks; raises as the transport does."""
        end = self._watch.begin(order)
        try:
            receipt = self.transport.send(order)
        except BaseException as error:
            self._watch.tell(end(error))
            raise
        self._watch.tell(end(receipt))
        return receipt

    def tell(self, order: Sendable, ended: Receipt | BaseException) -> None:
        """Tell the hooks of an order that has ended without being sent from here."""
        self._watch.tell(self._watch.begin(order)(ended))

    def __repr__(self) -> str:
        return f"watched({self.transport!r})"


class AsyncWatchedTransport:
    """An `AsyncTransport` that tells hooks of every sending. Made by `watched`."""

    def __init__(
        self,
        transport: AsyncTransport,
        *hooks: Hook,
        clock: Callable[[], datetime] = utc_now,
        timer: Callable[[], float] = time.monotonic,
        on_failure: OnFailure = log_failure,
    ) -> None:
        self.transport = transport
        self._watch = _Watch(hooks, clock, timer, on_failure)

    async def send(self, order: Sendable) -> Receipt:
        """Send *order*, and tell the hooks; raises as the transport does."""
        end = self._watch.begin(order)
        try:
            receipt = await self.transport.send(order)
        except Exception as error:
            await self._tell(end(error))
            raise
        except BaseException as error:
            # Cancelled, or the loop is being torn down: nothing is awaited any more.
            self._watch.tell(end(error))
            raise
        await self._tell(end(receipt))
        return receipt

    async def _tell(self, record: Record) -> None:
        try:
            await asyncio.to_thread(self._watch.tell, record)
        except RuntimeError:  # the loop is ending, and starts no thread any more
            self._watch.tell(record)

    def __repr__(self) -> str:
        return f"watched({self.transport!r})"


@overload
def watched(
    transport: Transport,
    *hooks: Hook,
    clock: Callable[[], datetime] = ...,
    timer: Callable[[], float] = ...,
    on_failure: OnFailure = ...,
) -> WatchedTransport: ...


@overload
def watched(
    transport: AsyncTransport,
    *hooks: Hook,
    clock: Callable[[], datetime] = ...,
    timer: Callable[[], float] = ...,
    on_failure: OnFailure = ...,
) -> AsyncWatchedTransport: ...


def watched(
    transport: Any,  # the overloads say what
    *hooks: Hook,
    clock: Callable[[], datetime] = utc_now,
    timer: Callable[[], float] = time.monotonic,
    on_failure: OnFailure = log_failure,
) -> WatchedTransport | AsyncWatchedTransport:
    """
    Return *transport*, sync or async, with hooks that are told of every sending.

    Args:
        transport: What carries the orders; it stays yours to close.
        hooks: Each is called with the `straks.Record` of each sending, in this order.
        clock: The clock on the wall.
        timer: Seconds that never go back, of which the difference is how long a sending took.
        on_failure: Is told of a hook that raised; by default `logging` is, under ``straks.records``.

    Raises:
        InvalidSetting: There is no hook, or one that cannot be called; or *transport* sends nothing.
    """
    if not hasattr(transport, "send"):
        raise InvalidSetting(
            f"watched takes a transport, which has a method send, not {type(transport).__name__}"
        )
    for hook in hooks:
        if not callable(hook):
            raise InvalidSetting(
                f"a hook is called with a straks.Record; {type(hook).__name__} cannot be called"
            )
    shell: Any = AsyncWatchedTransport if inspect.iscoroutinefunction(transport.send) else WatchedTransport
    made: WatchedTransport | AsyncWatchedTransport = shell(
        transport, *hooks, clock=clock, timer=timer, on_failure=on_failure
    )
    return made
