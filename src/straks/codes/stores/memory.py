"""
A store in this process's memory: for tests, for one process, and as the plainest form of a store.

What it keeps is gone with the process, the counts of wrong codes included, and another process has
others. Its own clock starts with the machine's and then never jumps, whatever becomes of the machine's.
"""

from __future__ import annotations

import heapq
import time
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from straks.codes.stores import Clock, Decide, Entry

T = TypeVar("T")


class MemoryStore:
    """
    Keeps documents in a dictionary. Safe to use from threads and from event loops.

    >>> MemoryStore()
    <MemoryStore with 0 documents>
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: dict[str, Entry] = {}
        self._forget: list[tuple[float, str]] = []
        self._started_s = time.time() - time.monotonic()

    def step(self, names: Sequence[str], decide: Decide[T], clock: Clock | None = None) -> T:
        """Run *decide* over the documents *names*, alone."""
        read = clock or self._now_s
        with self._lock:
            now_s = read()
            self._drop(now_s)
            held = {name: self._entries[name].data for name in names if name in self._entries}
            decision = decide(held, now_s)
            for name, entry in decision.writes.items():
                self._keep(name, entry)
            return decision.answer

    async def astep(self, names: Sequence[str], decide: Decide[T], clock: Clock | None = None) -> T:
        """Run *decide* over the documents *names*, alone; it waits for nothing but another decision."""
        return self.step(names, decide, clock)

    def _now_s(self) -> float:
        return self._started_s + time.monotonic()

    def _keep(self, name: str, entry: Entry | None) -> None:
        if entry is None:
            self._entries.pop(name, None)
            return
        self._entries[name] = entry
        if entry.forget_s is not None:
            heapq.heappush(self._forget, (entry.forget_s, name))

    def _drop(self, now_s: float) -> None:
        while self._forget and self._forget[0][0] < now_s:
            _, name = heapq.heappop(self._forget)
            entry = self._entries.get(name)
            # Written again since, it has a later place in the heap, or none.
            if entry is not None and entry.forget_s is not None and entry.forget_s < now_s:
                del self._entries[name]

    def __repr__(self) -> str:
        return f"<MemoryStore with {len(self._entries)} documents>"
