"""
What a store of one-time codes promises.

A store keeps small documents by name and knows nothing of what is in them. It does one thing, `step`:
it runs a decision over some documents, so that **the decision sees exactly what its result replaces**.
How is its own affair:

* one lock around a dictionary (`straks.codes.stores.memory`);
* one transaction that takes its write lock first (SQLite), or a lock for each name (PostgreSQL);
* read with the server's time, decide, and a script that writes only if nothing has changed in between,
  else again (Redis). Nothing has to be tried often: a code changes what is stored at most as many times as
  it has attempts, and what writes nothing needs no second step.

So a decision may be run more than once, and is pure: the dice are rolled before. Why no store counts
and compares for itself, in Lua or in SQL: the rules would stand there twice, and neither language
compares in constant time.

A store that has a clock of its own, as a server has, reads it inside the step when no other is given.
A document may be forgotten once ``forget_s`` has passed, and never before; None is never.

An error of any kind fails closed: nothing was issued, nothing accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeAlias, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Clock: TypeAlias = Callable[[], float]
"""Returns the time in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document, and when it may be forgotten, in seconds since 1970; None for never."""

    data: bytes = field(repr=False)
    forget_s: float | None


@dataclass(frozen=True, slots=True)
class Decision(Generic[T_co]):
    """What a step comes to: the answer, and the documents that change; None for one that goes."""

    answer: T_co
    writes: Mapping[str, Entry | None] = field(repr=False)


Decide: TypeAlias = Callable[[Mapping[str, bytes], float], Decision[T]]
"""Given the documents that are there, by name, and the time: the decision. Pure."""


class Store(Protocol):
    """Keeps documents, and runs decisions over them one at a time."""

    def step(self, names: Sequence[str], decide: Decide[T], clock: Clock | None, /) -> T:
        """
        Run *decide* over the documents *names*, put what it says in their place, return its answer.

        Args:
            names: The documents that the decision may see and replace, each once.
            decide: The decision.
            clock: The clock to read inside the step; None for the store's own.
        """
        ...


class AsyncStore(Protocol):
    """A `Store` for an event loop. A store may be both."""

    async def astep(self, names: Sequence[str], decide: Decide[T], clock: Clock | None, /) -> T:
        """Do as `Store.step` does, without blocking."""
        ...
