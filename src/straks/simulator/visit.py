"""
A request taken apart, and the table that says who answers it.

Paths are matched as the service's framework matches them: without regard to case, with or without
a last slash. A path nobody answers is 404, a method nobody answers there is 405.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from straks.simulator.attendance import Attendance
    from straks.simulator.desk import Desk
    from straks.wire.exchange import Request, Response

    Handler: TypeAlias = Callable[[Desk, "Visit"], Response | Attendance]


@dataclass(frozen=True, slots=True)
class Visit:
    """
    What a handler needs to know of a request.

    ``base`` is scheme and host as the caller wrote them; ``name`` is the part of the path that
    varies; ``endpoint`` is what faults call the place. Names of headers and of query parameters are
    in lower case, the first of several counts.
    """

    base: str
    name: str
    endpoint: str
    now_s: float
    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """Return the header *name*, given in lower case; empty where it is missing."""
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Route:
    """
    A path, as a regular expression with at most one group, and who answers which method there.

    ``endpoint`` is what faults call it; the simulator's own places have none, and never fail.
    """

    path: str
    handlers: Mapping[str, Handler]
    endpoint: str = ""


class Router:
    """Finds who answers a request."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(re.compile(f"(?i:{route.path})/?"), route) for route in routes]

    def find(self, path: str) -> tuple[Route, str] | None:
        """Return the route of *path* and the part of it that varies, or None."""
        for pattern, route in self._routes:
            if (found := pattern.fullmatch(path)) is not None:
                return route, "".join(found.groups()).lower()
        return None


def path_of(request: Request) -> str:
    """Return the path that *request* asks for, its escapes resolved."""
    return unquote(urlsplit(request.url).path) or "/"


def visit_of(request: Request, name: str, now_s: float, endpoint: str = "") -> Visit:
    """Take *request* apart."""
    url = urlsplit(request.url)
    query = parse_qs(url.query, keep_blank_values=True)
    return Visit(
        base=f"{url.scheme}://{url.netloc}",
        name=name,
        endpoint=endpoint,
        now_s=now_s,
        headers={name.lower(): value for name, value in request.headers.items()},
        query={name.lower(): values[0] for name, values in reversed(query.items())},
        body=request.body,
    )
