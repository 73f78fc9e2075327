"""
A conversation with a store, and with a transport, as a generator; and the two loops that carry one.

As in `straks.wire.plan`: a plan yields moves, is sent what came of each, and returns its result. It reads
no clock, rolls no dice and never awaits, so one plan serves sync and async over every store. A move is

* a `Step`, a decision for the store to run;
* an order, for the transport to send;
* a `Note`, for the hooks to be told.

Where a store or a transport raises, that is raised in the plan, at the move.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

from straks.codes.stores import AsyncStore, Store
from straks.core.message import Order
from straks.errors import StoreFailed, StraksError

if TYPE_CHECKING:
    from straks.codes.record import CodeRecord
    from straks.codes.stores import Clock, Decide
    from straks.transports import AsyncTransport, Transport

T = TypeVar("T")
S = TypeVar("S")
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """A decision over the documents *names*, to be run by a store in one step."""

    names: tuple[str, ...]
    decide: Decide[T] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Note:
    """What happened, for the hooks; *made* into a record only where there are some."""

    made: Callable[[], CodeRecord] = field(repr=False)


Move: TypeAlias = Step[Any] | Order | Note
Plan: TypeAlias = Generator[Move, Any, T]


@dataclass(frozen=True, slots=True)
class _Ends(Generic[S, C]):
    store: S
    clock: Clock | None
    tell: Callable[[Note], None]
    transport: C | None = None


class Ends(_Ends[Store, "Transport"]):
    """Who the moves of a plan go to."""

    __slots__ = ()

    def make(self, move: Move) -> object:
        """Make *move*, and return what came of it."""
        if isinstance(move, Step):
            try:
                return self.store.step(move.names, move.decide, self.clock)
            except StraksError:
                raise
            except Exception as error:
                raise _failed(error) from error
        if isinstance(move, Order):
            return cast("Transport", self.transport).send(move)  # what yields an order brought one
        self.tell(move)
        return None


class AsyncEnds(_Ends[AsyncStore, "AsyncTransport"]):
    """Who the moves of a plan go to, for an event loop."""

    __slots__ = ()

    async def make(self, move: Move) -> object:
        """Make *move*, and return what came of it."""
        if isinstance(move, Step):
            try:
                return await self.store.astep(move.names, move.decide, self.clock)
            except StraksError:
                raise
            except Exception as error:
                raise _failed(error) from error
        if isinstance(move, Order):
            return await cast("AsyncTransport", self.transport).send(move)
        self.tell(move)
        return None


def run(plan: Plan[T], ends: Ends) -> T:
    """Carry *plan* to its end and return its result."""
    try:
        move = next(plan)
        while True:
            try:
                came = ends.make(move)
            except Exception as error:  # noqa: BLE001 - whatever it is, the plan says what it means
                move = plan.throw(error)
            else:
                move = plan.send(came)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def arun(plan: Plan[T], ends: AsyncEnds) -> T:
    """Carry *plan* to its end and return its result, without blocking."""
    try:
        move = next(plan)
        while True:
            try:
                came = await ends.make(move)
            except Exception as error:  # noqa: BLE001 - whatever it is, the plan says what it means
                move = plan.throw(error)
            else:
                move = plan.send(came)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def ask(step: Step[T]) -> Plan[T]:
    """Have the store run *step*, and return its answer."""
    return (yield step)  # type: ignore[no-any-return]


def _failed(error: Exception) -> StoreFailed:
    # What SQLite says names the file and its trouble, and nothing that is kept there; what others say may.
    said = f": {error}" if type(error).__module__ == "sqlite3" else ""
    return StoreFailed(
        f"the store of one-time codes failed ({type(error).__name__}{said}), so nothing was issued and "
        "nothing accepted; see to the store, then ask for a new code"
    )
