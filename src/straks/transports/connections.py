"""
Connections of one's own: which one is next, by way of which proxy, and until when it is read from.

httpx's pool is made for connections that are few. For tasks its cost grows with the square of their
number (encode/httpx, issue 3215). Under threads it does harm: one that gives back the twenty-first
connection may close one that another thread has just been given, whose order is then in doubt. So the
carriers keep connections themselves, each in a pool of its own, and here is all that they have in
common, which knows no httpx.

What is taken is the connection used last, which is warm. Only one that has brought back a whole answer
returns: what was cancelled or failed halfway may hold a connection that its pool never gives out again,
and it would be the next one taken.
"""

from __future__ import annotations

import time
from collections import deque
from functools import partial
from math import inf
from threading import local
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

L = TypeVar("L")
T = TypeVar("T")
R = TypeVar("R")

IDLE_S: Final = 5.0
"""How long a connection is kept for the next request: httpx's own default."""


class Idle(Generic[L]):
    """Connections that wait for the next request, by origin."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[tuple[float, L]]] = {}

    def take(self, origin: str) -> L | None:
        """Return the one to *origin* that was used last, if there is one."""
        lines = self._lines.get(origin)
        return lines.pop()[1] if lines else None

    def put(self, origin: str, line: L, now_s: float) -> list[L]:
        """Keep *line*; return those that have waited for too long, to be closed."""
        self._lines.setdefault(origin, deque()).append((now_s, line))
        old: list[L] = []
        for lines in self._lines.values():
            while lines and lines[0][0] + IDLE_S < now_s:
                old.append(lines.popleft()[1])
        return old

    def clear(self) -> list[L]:
        """Keep none; return all, to be closed."""
        lines = [line for waiting in self._lines.values() for _, line in waiting]
        self._lines.clear()
        return lines


def origin_of(url: str) -> str:
    """
    Return the part of *url* that a connection goes to.

    >>> origin_of("https://platform.altinn.no/notifications/api/v1")
    'https://platform.altinn.no'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def proxy_to(origin: str) -> str | None:
    """Return the proxy that this machine's environment names for *origin*, if any."""
    parts = urlsplit(origin)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(parts.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


class Deadline(local):
    """
    When the answer that this thread waits for must be whole.

    httpx times each read by itself, and an answer that drips is read many times. What it does tell, by
    its documented ``trace``, is each connection as it is made; from then on that connection reads and
    writes for no longer than whichever thread uses it may still wait.
    """

    ends_s = inf

    def trace(self, event: str, facts: Mapping[str, Any]) -> None:
        """Be told of what httpx does."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            stream = facts["return_value"]
            for name in ("read", "write"):
                setattr(stream, name, partial(self._in_time, getattr(stream, name)))

    def _in_time(self, act: Callable[[T, float], R], what: T, timeout: float | None = None) -> R:
        left_s = self.ends_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        return act(what, min(left_s, inf if timeout is None else timeout))
