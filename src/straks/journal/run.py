"""
A run: the orders of a journal, several in flight at once, at a set pace, until all had their turn.

It goes in turns. Each takes in what has landed since the last one and takes up as many orders as there are
free lanes and as the pace gives room for; both are one transaction, which is on the disk before any of
those orders leaves. So however many are in flight, a journal is synchronised once a turn, and a turn that
finds much to do does much.

Whoever ends a run asks it to (`stop`): nothing more is taken up, and what is in flight is waited for. Whoever
kills it leaves rows in flight, and the next run finds them.

Who carries an order is a function (`Carry`): a transport in this process, or a queue that others take from.
What is in flight in a queue outlives the run, so such a carrier may leave it there for the next one.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from straks.bulk.orders import OrdersFile
from straks.errors import InvalidSetting, JournalFailed
from straks.journal.course import STOP_AFTER, Course
from straks.journal.deliver import deliver_async
from straks.journal.pace import Pace
from straks.journal.rules import Landed, State, TakenUp
from straks.journal.store import order_at
from straks.transports import require_transport

if TYPE_CHECKING:
    import os
    from collections.abc import Awaitable, Callable

    from straks.altinn.sealed import SealedOrder
    from straks.journal.deliver import Delivered
    from straks.journal.rules import Entry, Event
    from straks.journal.store import Journal
    from straks.transports import AsyncTransport

IN_FLIGHT: Final = 20
"""How many orders are in flight at once, unless said otherwise."""
IN_FLIGHT_MOST: Final = 1000
INTERRUPTED: Final = "interrupted"
"""What the journal is told of a run that was asked to end, and left orders."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """
    How a run ended.

    ``ended`` counts the orders that it took up by what became of them. ``stopped`` says why it left some,
    None where it did not by itself.
    """

    ended: Counter[State] = field(default_factory=Counter[State])
    stopped: str | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """
    An order that is still in flight, and not waited for any more.

    ``why`` is what the run stops for; None where it was asked to.
    """

    why: str | None = None


Carry: TypeAlias = "Callable[[SealedOrder, Entry], Awaitable[Delivered | Left]]"
"""Sends an order that its entry says is in flight, and says how that ended."""


async def place_all(
    journal: Journal,
    orders: str | os.PathLike[str],
    transport: AsyncTransport,
    *,
    rate: float | None = None,
    in_flight: int = IN_FLIGHT,
    stop_after: int = STOP_AFTER,
    stop: asyncio.Event | None = None,
    on_end: Callable[[Entry], object] | None = None,
) -> RunResult:
    """
    Place every order of *journal* that is due.

    Args:
        journal: Knows the orders: `Journal.admit` has written them down.
        orders: The file that it belongs to.
        transport: What carries them, such as `straks.AsyncAltinnTransport`.
        rate: How many leave in a second, at most; None for as many as *in_flight* lets.
        in_flight: How many are in flight at once, at most 1000.
        stop_after: So many in a row that came to nothing stop the run.
        stop: Once it is set, nothing more is taken up.
        on_end: Is told of each order that had its turn.

    Raises:
        InvalidSetting: *rate*, *in_flight* or *stop_after* cannot be, or *transport* is not to be awaited; or
            workers have orders of the journal.
        UnusableFile: The file of orders was changed since. What was in flight has been waited for.
        JournalFailed: The journal cannot be written to. What was in flight has been waited for, and how it
            ended is in ``unwritten``.
        OSError: The file of orders cannot be read.
    """
    require_transport(transport, awaited=True)
    return await carry_all(
        journal,
        orders,
        lambda order, _: deliver_async(order, transport),
        rate=rate,
        in_flight=in_flight,
        stop_after=stop_after,
        stop=stop,
        on_end=on_end,
    )


async def carry_all(
    journal: Journal,
    orders: str | os.PathLike[str],
    carry: Carry,
    *,
    by_workers: bool = False,
    rate: float | None = None,
    in_flight: int = IN_FLIGHT,
    stop_after: int = STOP_AFTER,
    stop: asyncio.Event | None = None,
    on_end: Callable[[Entry], object] | None = None,
) -> RunResult:
    """
    Have every order of *journal* that is due carried; what is not said here is as with `place_all`.

    Args:
        journal: Knows the orders.
        orders: The file that it belongs to.
        carry: Sends one.
        by_workers: *carry* hands orders on to others, who have what an earlier such run left in flight, too:
            it is given that as it is.
        rate: How many leave in a second, at most.
        in_flight: How many are in flight at once.
        stop_after: So many in a row that came to nothing stop the run.
        stop: Once it is set, nothing more is taken up; an error sets it as well.
        on_end: Is told of each order that had its turn.

    Raises:
        InvalidSetting: *rate*, *in_flight* or *stop_after* cannot be; or workers have orders of the journal,
            and this is not by workers.
        UnusableFile: The file of orders was changed since.
        JournalFailed: The journal cannot be written to.
        OSError: The file of orders cannot be read.
    """
    if not 1 <= in_flight <= IN_FLIGHT_MOST:
        raise InvalidSetting(f"in_flight is {in_flight}; it takes 1 to {IN_FLIGHT_MOST} orders at once")
    if stop_after < 1:
        raise InvalidSetting(f"stop_after is {stop_after}; it takes a number of orders, 1 at least")
    pace = Pace.of(rate)
    with OrdersFile(orders) as file:
        journal.recover(by_workers=by_workers)
        run = journal.begin_run(by_workers=by_workers)
        lanes = _Lanes(
            journal=journal,
            file=file,
            carry=carry,
            pace=pace,
            course=Course(stop_after),
            in_flight=in_flight,
            on_end=on_end,
        )
        stop = stop or asyncio.Event()
        try:
            await lanes.run(stop)
        except BaseException:
            stop.set()  # a carrier that may leave what is in flight does so
            raise
        finally:
            await lanes.come_down()
        stopped = lanes.course.stop
        journal.end_run(run, stopped or (INTERRUPTED if stop.is_set() and lanes.leaves else None))
    return RunResult(lanes.ended, stopped)


class _Lanes:
    """What is in flight, and what is still to be taken up."""

    def __init__(
        self,
        *,
        journal: Journal,
        file: OrdersFile,
        carry: Carry,
        pace: Pace,
        course: Course,
        in_flight: int,
        on_end: Callable[[Entry], object] | None,
    ) -> None:
        self._journal = journal
        self._file = file
        self._carry = carry
        self._pace = pace
        self.course = course
        self._in_flight = in_flight
        self._on_end = on_end
        self.ended: Counter[State] = Counter()
        self._due = deque(journal.due())
        self._aloft: dict[asyncio.Task[Delivered | Left], Entry] = {}
        self._let_go = False

    @property
    def leaves(self) -> bool:
        """Whether there are orders that have not had their turn, or were not waited for."""
        return bool(self._due) or self._let_go

    async def run(self, stop: asyncio.Event) -> None:
        """Take turns until nothing is due any more, or it is to stop."""
        for entry in list(self._journal.entries(State.IN_FLIGHT)):
            self._take_off(order_at(self._file, entry), entry)
        stopping = asyncio.create_task(stop.wait())
        try:
            while True:
                over = self.course.stop is not None or stop.is_set()
                await self._turn(0 if over else self._room())
                if not self._aloft and (over or not self._due):
                    return
                full = over or not self._due or len(self._aloft) >= self._in_flight
                await asyncio.wait(
                    [*self._aloft, *([] if over else [stopping])],
                    timeout=None if full else self._pace.wait_s(time.monotonic()),
                    return_when=asyncio.FIRST_COMPLETED,
                )
        finally:
            stopping.cancel()

    def _room(self) -> int:
        free = self._in_flight - len(self._aloft)
        return int(min(free, len(self._due), self._pace.room(time.monotonic())))

    async def _turn(self, room: int) -> None:
        """Write down what has landed and what leaves now, in one step; then let it leave."""
        landed = self._landed()
        rows = [self._due.popleft() for _ in range(room)]
        # Read first: what cannot be read was not taken up.
        orders = [order_at(self._file, self._journal.entry(row)) for row in rows]
        now_s = self._journal.now_s()
        events: list[tuple[int, Event]] = [
            (self._aloft[task].row, Landed(now_s, *delivered)) for task, delivered in landed
        ]
        events += [(row, TakenUp(now_s)) for row in rows]
        if not events:
            return
        entries = await asyncio.to_thread(self._journal.record, events)
        self._pace = self._pace.taken(len(rows), time.monotonic())
        for (task, delivered), entry in zip(landed, entries, strict=False):
            del self._aloft[task]
            self._land(delivered, entry)
        for order, entry in zip(orders, entries[len(landed) :], strict=True):
            if entry.state is State.IN_FLIGHT:
                self._take_off(order, entry)
            else:
                self._end(entry)

    def _take_off(self, order: SealedOrder, entry: Entry) -> None:
        async def carried() -> Delivered | Left:
            return await self._carry(order, entry)

        self._aloft[asyncio.create_task(carried())] = entry

    def _landed(self) -> list[tuple[asyncio.Task[Delivered | Left], Delivered]]:
        """Return what has landed; what is left in flight is let go."""
        landed: list[tuple[asyncio.Task[Delivered | Left], Delivered]] = []
        for task in [task for task in self._aloft if task.done() and not task.cancelled()]:
            ended = task.result()
            if isinstance(ended, Left):
                del self._aloft[task]
                self._let_go = True
                if ended.why is not None and self.course.stop is None:
                    self.course = replace(self.course, stop=ended.why)
            else:
                landed.append((task, ended))
        return landed

    def _land(self, delivered: Delivered, entry: Entry) -> None:
        self.course = self.course.after(delivered.ending)
        if self.course.hold_s:
            self._pace = self._pace.held(time.monotonic() + self.course.hold_s)
            if entry.state is State.NOT_SENT and self.course.stop is None:
                self._due.append(entry.row)
                return
        self._end(entry)

    def _end(self, entry: Entry) -> None:
        self.ended[entry.state] += 1
        if self._on_end is not None:
            self._on_end(entry)

    async def come_down(self) -> None:
        """
        Wait for what is still in flight after an error, and write down how it ended.

        Raises:
            JournalFailed: The journal cannot be written to.
        """
        if not self._aloft:
            return
        await asyncio.wait(self._aloft)
        try:
            await self._turn(0)
        except JournalFailed as failed:
            unwritten = {
                self._aloft[task].idempotency_id: delivered.ending.outcome.value
                for task, delivered in self._landed()
            }
            raise JournalFailed(str(failed), path=failed.path, unwritten=unwritten) from None
