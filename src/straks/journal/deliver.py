"""
One order, sent once: what a worker does, wherever it runs.

Whoever feeds orders (a run here, a queue elsewhere) marks an order as in flight before it hands it on, and
writes down the `Ending` that comes back. What lies between is this, and it is the same on this machine and on
another: an `Ending` travels as JSON (`Ending.to_dict`), as a sealed order does.

::

    entry = journal.record([(row, TakenUp(now_s))])        # the feeder; on the disk when it returns
    ending, took_s = deliver(order, transport)             # the worker
    journal.record([(row, Landed(now_s, ending, took_s))]) # the feeder again, whenever it comes
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from straks.altinn.ending import Ending, ending_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.altinn.sealed import Sendable
    from straks.transports import AsyncTransport, Transport


class Delivered(NamedTuple):
    """How a sending ended, and how many seconds it took."""

    ending: Ending
    took_s: float


def deliver(
    order: Sendable, transport: Transport, *, timer: Callable[[], float] = time.monotonic
) -> Delivered:
    """
    Send *order* and say how that ended; nothing is raised but an interrupt.

    Args:
        order: What to send.
        transport: What carries it.
        timer: Seconds that never go back.
    """
    began_s = timer()
    try:
        ending = ending_of(transport.send(order))
    except Exception as error:  # noqa: BLE001 - whatever a transport raises, what became of the order is said
        ending = ending_of(error)
    return Delivered(ending, timer() - began_s)


async def deliver_async(
    order: Sendable, transport: AsyncTransport, *, timer: Callable[[], float] = time.monotonic
) -> Delivered:
    """Send *order* and say how that ended, as `deliver` does."""
    began_s = timer()
    try:
        ending = ending_of(await transport.send(order))
    except Exception as error:  # noqa: BLE001 - as above
        ending = ending_of(error)
    return Delivered(ending, timer() - began_s)
