"""
What may go wrong on the way to a token, to be had for the asking.

Each fault befalls the next requests at its leg, as many as it is asked for. What a network does (a
connection that breaks, an answer that never comes) is not here: carriers have that.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from straks.errors import InvalidSetting
from straks.simulator import answers

if TYPE_CHECKING:
    from straks.wire.exchange import Response

SLOW_S: Final = 8.0
"""How long a slow answer takes."""
RETRY_AFTER_S: Final = 2
_MOST: Final = 1000


class TokenFault(StrEnum):
    """A fault; its name begins with the leg that it befalls."""

    MASKINPORTEN_500 = "maskinporten-500"
    MASKINPORTEN_429 = "maskinporten-429"
    MASKINPORTEN_HTML = "maskinporten-html"
    MASKINPORTEN_SLOW = "maskinporten-slow"
    EXCHANGE_500 = "exchange-500"
    EXCHANGE_429 = "exchange-429"
    EXCHANGE_HTML = "exchange-html"
    EXCHANGE_SLOW = "exchange-slow"
    EXCHANGE_401 = "exchange-401"
    EXCHANGE_QUOTED = "exchange-quoted"

    @property
    def leg(self) -> str:
        """``maskinporten`` or ``exchange``."""
        return self.partition("-")[0]

    @property
    def what(self) -> str:
        """What happens there."""
        return self.partition("-")[2]


class TokenFaults:
    """Those that are still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._due: dict[str, deque[TokenFault]] = {"maskinporten": deque(), "exchange": deque()}

    def add(self, fault: str, times: int = 1) -> None:
        """
        Let *fault* befall the next requests.

        Raises:
            InvalidSetting: There is no such fault, or not so often.
        """
        if fault not in set(TokenFault):
            raise InvalidSetting(f"there is no such fault; there are {', '.join(TokenFault)}")
        if times not in range(1, _MOST + 1):
            raise InvalidSetting(f"a fault befalls 1 to {_MOST} requests; give next within that")
        found = TokenFault(fault)
        self._due[found.leg].extend([found] * times)

    def clear(self) -> None:
        """Let nothing more go wrong."""
        for due in self._due.values():
            due.clear()

    def take(self, leg: str) -> str:
        """Return what befalls this request at *leg*; empty where nothing does."""
        return self._due[leg].popleft().what if self._due[leg] else ""


ANSWERS: Final[dict[str, Response]] = {
    "500": answers.empty(500),
    "401": answers.empty(401),
    "429": answers.empty(429, {"retry-after": str(RETRY_AFTER_S)}),
    "html": answers.text(200, "<!doctype html><title>Maintenance</title>", "text/html; charset=utf-8"),
}
"""What is answered in place of the right answer, by what happens."""
