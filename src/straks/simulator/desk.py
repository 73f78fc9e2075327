"""
The far end as a function: a request goes in, the service's answer comes out.

The desk holds everything the service remembers and the clock it goes by; what it says at which
path stands in `straks.simulator.notifications` (orders, shipments, feed),
`straks.simulator.token_places` (the way to a token) and `straks.simulator.own_places` (inbox,
clock, ready tokens).

It does no I/O, reads no clock and rolls no dice: the time is an argument, to which is added what
the desk was told to advance; ids are an argument, by default counted; the secret of its tokens is
an argument. A desk left to its defaults says the same to the same questions every time. It serves
one caller at a time.
"""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate
from itertools import count
from typing import TYPE_CHECKING, Final

from straks.errors import InvalidSetting
from straks.simulator import answers, notifications, own_places, token_places
from straks.simulator.clients import Clients
from straks.simulator.grants import Grants
from straks.simulator.inbox import Inbox
from straks.simulator.shipments import Shipments
from straks.simulator.token_faults import TokenFaults
from straks.simulator.tokens import (
    LIFETIME_S,
    ORGANISATION,
    ORGANISATION_NUMBER,
    SCOPE,
    Mint,
    Use,
    altinn_claims,
)
from straks.simulator.visit import Router, path_of, visit_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.simulator.inbox import Message
    from straks.wire.exchange import Request, Response

BASE: Final = "https://platform.example.org"
START_S: Final = 1_770_204_720.0  # 4 February 2026, 11:32 UTC: an ordinary Wednesday

_FURTHEST_S: Final = 100 * 366 * 86_400
_LONGEST_LIFETIME_S: Final = 366 * 86_400


def counted_ids() -> Callable[[], str]:
    """
    Return a source of ids that counts, so that what is done twice gives the same ids twice.

    >>> new_id = counted_ids()
    >>> new_id(), new_id()
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002')
    """
    numbers = count(1)
    return lambda: f"00000000-0000-4000-8000-{next(numbers):012x}"


class Desk:
    """
    The service behind all its paths, with everything it remembers.

    Args:
        now: The clock, in seconds since 1970. By default it stands still until it is advanced.
        ids: Makes a new GUID at each call. By default they are counted.
        secret: What its tokens are signed with.
        clients: Who may ask for a token; by default everybody.

    Attributes:
        mint: Makes and reads its tokens.
        clients: Who may ask for a token.
        token_faults: What is to go wrong on the way to one.
        grants: Checks what asks for a token, and knows what was used.
        shipments: The orders that are placed.
        inbox: The messages that were sent.
        new_id: Makes a new GUID.

    >>> from straks.wire.exchange import Request
    >>> desk = Desk()
    >>> desk.handle(Request("GET", f"{BASE}/notifications/api/v1/future/shipment/feed")).status
    401
    """

    def __init__(
        self,
        *,
        now: Callable[[], float] = lambda: START_S,
        ids: Callable[[], str] | None = None,
        secret: bytes = b"a desk in memory has nothing to hide",
        clients: Clients | None = None,
    ) -> None:
        self.mint = Mint(secret)
        self.clients = Clients() if clients is None else clients
        self.token_faults = TokenFaults()
        self.grants = Grants(self.clients)
        self.shipments = Shipments()
        self.inbox = Inbox()
        self.new_id = ids or counted_ids()
        self._clock = now
        self._advanced_s = 0.0
        self._router = Router((*notifications.ROUTES, *token_places.ROUTES, *own_places.ROUTES))

    def handle(self, request: Request) -> Response:
        """Answer *request*. The answer's ``date`` and ``at_s`` are by the desk's clock."""
        now_s = self.now_s()
        answer = self._answer(request, now_s)
        headers = {**answer.headers, "date": formatdate(now_s, usegmt=True)}
        return replace(answer, headers=headers, at_s=now_s)

    def now_s(self) -> float:
        """Read the clock: what was given and what was advanced, in seconds since 1970."""
        return self._clock() + self._advanced_s

    def advance(self, seconds: float) -> None:
        """
        Let *seconds* go by at once.

        Raises:
            InvalidSetting: Negative, not finite, or more than a hundred years in all.
        """
        if not 0 <= seconds <= _FURTHEST_S - self._advanced_s:  # false for NaN as well
            raise InvalidSetting(
                "the simulator's clock goes forward only, and a hundred years in all;"
                " give a number of seconds from 0 up"
            )
        self._advanced_s += seconds

    def messages(self) -> tuple[Message, ...]:
        """Return every message that was sent, oldest first, with its status by now."""
        return self.inbox.messages(self.now_s())

    def token(
        self,
        *,
        organisation: str | None = ORGANISATION,
        scope: str = SCOPE,
        lifetime_s: int = LIFETIME_S,
        base: str = BASE,
    ) -> str:
        """
        Return an Altinn token that this desk accepts.

        Args:
            organisation: The short name of whom it is issued to; None for a token that names none.
            scope: What it is good for, with spaces between several.
            lifetime_s: How long it is good; with 0 it has expired already.
            base: The address of the service, which becomes its issuer.

        Raises:
            InvalidSetting: The lifetime is negative or longer than a year.
        """
        if not 0 <= lifetime_s <= _LONGEST_LIFETIME_S:
            raise InvalidSetting(
                f"a token lives from 0 to {_LONGEST_LIFETIME_S} seconds; give a lifetime within that"
            )
        claims = altinn_claims(
            base=base,
            organisation=organisation,
            organisation_number=ORGANISATION_NUMBER,
            scope=scope,
            now_s=self.now_s(),
            lifetime_s=lifetime_s,
            token_id=self.new_id(),
        )
        return self.mint.sign(Use.ALTINN, claims)

    def trace_id(self) -> str:
        """Make a trace id in the form of W3C Trace Context."""
        digits = self.new_id().replace("-", "")
        return f"00-{digits}-{digits[16:]}-00"

    def _answer(self, request: Request, now_s: float) -> Response:
        route = self._router.find(path_of(request))
        if route is None:
            return answers.empty(404)
        handlers, name = route
        handler = handlers.get(request.method.upper())
        if handler is None:
            return answers.empty(405, {"allow": ", ".join(handlers)})
        return handler(self, visit_of(request, name, now_s))
