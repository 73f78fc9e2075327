"""
Reading the feed to its end, or for ever, each entry at least once.

An entry is handed to the caller's function, and only when that has returned does the cursor move. So
whatever breaks off in between (the function, the process, the machine), the entry is handed over again, and
a function that deals with one twice as with one once has dealt with each exactly once.

The order is that of the sequence numbers. The service withholds what is younger than two seconds, so that
none can come up behind a number that was read already; and it forgets what is older than 90 days, which is
as long as a reader may stand still. An empty page says that the end was reached, or that the cursor is ahead
of the feed: a place in another store, of which every entry to come would be passed over. So whoever
comes with a place and finds nothing asks for the newest entry before believing it.
"""

from __future__ import annotations

import asyncio
import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from straks.altinn.follow import PAGE_MOST, newest, read_feed
from straks.errors import InvalidSetting, Unanswered
from straks.transports.tokens.errands import Pause, Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.altinn.status import Shipment
    from straks.altinn.token_source import TokenSource
    from straks.wire.carrier import AsyncCarrier
    from straks.wire.plan import Plan

T = TypeVar("T")

PAUSE_S = 10.0
"""How long to wait at the end of the feed, in seconds, before asking for more."""
PAUSE_LEAST_S = 2.0
"""What is younger the service withholds."""


def consume(
    cursor: Any,  # noqa: ANN401 - a Cursor or an AsyncCursor
    handle: Callable[[Shipment], Any],
    *,
    base_url: str,
    token: TokenSource,
    now_s: Callable[[], float],
    follow: bool,
    pause_s: float,
    page_size: int,
) -> Plan[int]:
    """
    Hand each entry after the cursor to *handle*, and return how many there were.

    Raises:
        InvalidSetting: The pause or the page size is out of bounds, or the cursor is ahead of the feed.
        Unanswered: The service did not answer, or there is no token.
    """
    if not 1 <= page_size <= PAGE_MOST:
        raise InvalidSetting(f"page_size is {page_size}; the service gives 1 to {PAGE_MOST} entries at once")
    if not PAUSE_LEAST_S <= pause_s < float("inf"):
        raise InvalidSetting(
            f"pause_s is {pause_s}; the service withholds what is younger than {PAUSE_LEAST_S:.0f} seconds, "
            "so that is the least to wait for more"
        )
    after = yield from _ask(_Kept[int](partial(cursor.read, base_url)))
    sure, handled = after == 0, 0
    while True:
        page = yield from read_feed(
            after, base_url=base_url, token=token, started_s=now_s(), page_size=page_size
        )
        if not page and not sure:
            last = yield from newest(base_url=base_url, token=token, started_s=now_s())
            if last is not None and last < after:
                raise InvalidSetting(
                    f"the cursor stands at {after}, ahead of the feed, whose newest entry is {last}: it "
                    "belongs to another service or store. Name another cursor, or move this one back"
                )
        for entry in page:
            if entry.sequence is None or entry.sequence <= after:
                raise Unanswered("the service's feed does not move on; ask again later")
            yield from _ask(Question[Any](partial(handle, entry)))
            after = entry.sequence
            yield from _ask(_Kept[Any](partial(cursor.write, base_url, after)))
            handled += 1
        sure = True
        if not page:
            if not follow:
                return handled
            yield Pause(pause_s)


def _ask(question: Question[T]) -> Plan[T]:
    yield question
    return question.outcome()


class _Kept(Question[T]):
    """A cursor's own function: one that waits for a disk does so in a thread."""

    async def ado(self, carrier: AsyncCarrier) -> None:
        asked = self._function

        async def in_a_thread() -> Any:  # noqa: ANN401 - what the cursor gives
            answer: Any = await asyncio.to_thread(asked)
            return await answer if inspect.isawaitable(answer) else answer

        self._function = in_a_thread
        await super().ado(carrier)
