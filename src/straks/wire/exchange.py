"""
One exchange with a service: a request, and a reply or silence.

The same types serve both ends, so that a test can join client and simulator in memory and let
them talk. Trouble on the way is not raised but returned as `Silence`, because for an order the
one question that matters is whether the request may have arrived, and an exception is easily
caught too broadly to answer it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Request:
    """
    An HTTP request, ready to be carried.

    ``url`` is absolute. Headers and body are kept out of ``repr``: they hold the token, the
    recipient and the code.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """
    An answer: status, headers (names in lower case), body, and when it was complete.

    ``at_s`` is a reading of the carrier's clock in seconds; only differences mean anything.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)
    at_s: float = 0.0

    def json(self) -> Any:  # noqa: ANN401 - JSON is what it is; each reader checks what it needs
        """Return the body as JSON, or None where it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Trouble(StrEnum):
    """Why nobody answered."""

    NO_CONNECTION = "no-connection"
    TIMED_OUT = "timed-out"
    CONNECTION_LOST = "connection-lost"
    UNREADABLE = "unreadable"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Silence:
    """
    No answer came.

    ``left`` is False only where the request provably never left this machine; that is the very
    doubt which decides whether an order may be placed again. ``detail`` is what the network had to
    say, for people; it holds nothing of the request.
    """

    why: Trouble
    left: bool
    at_s: float = 0.0
    detail: str = ""


Reply: TypeAlias = Response | Silence
