"""
The far end as a function: a request goes in, the service's answer comes out.

The desk holds everything the service remembers and the clock it goes by; what it says at which
path stands in `straks.simulator.notifications` (orders, shipments, feed),
`straks.simulator.token_places` (the way to a token), `straks.simulator.own_places` (clock, ready
tokens, faults) and `straks.simulator.inbox_places` (the inbox and its page).

It does no I/O, reads no clock and rolls no dice: the time is an argument, to which is added what
the desk was told to advance; ids are an argument, by default counted; the secret of its tokens is
an argument, and so is where it keeps what it remembers. A desk left to its defaults says the same
to the same questions every time.

A request is attended to in steps (`straks.simulator.attendance`). Within a step the desk serves one
caller alone; between two, while a caller waits, it serves others.
"""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate
from itertools import count
from math import isfinite
from types import EllipsisType
from typing import TYPE_CHECKING, Final

from straks.errors import InvalidSetting
from straks.simulator import answers, inbox_places, notifications, own_places, token_places
from straks.simulator.attempts import Attempts
from straks.simulator.attendance import Manner, Spoilt
from straks.simulator.changes import Changes, Kind
from straks.simulator.clients import Clients
from straks.simulator.courses import STATUSES, is_final
from straks.simulator.fate import Stage
from straks.simulator.faults import ORDERS, Faults, befall
from straks.simulator.grants import Grants
from straks.simulator.inbox import Inbox, Received
from straks.simulator.rules import e164, is_valid_number
from straks.simulator.shipments import Shipments
from straks.simulator.store import Forgetful
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
from straks.wire.exchange import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator

    from straks.simulator.attendance import Attendance, Outcome, Pause
    from straks.simulator.inbox import Message
    from straks.simulator.store import Store
    from straks.simulator.visit import Handler, Visit
    from straks.wire.exchange import Request

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
        store: Where it keeps what it remembers; by default that ends with it.
        allow_list: The numbers that SMS really go to, as in TT02; to others they look delivered and
            are not. None for all.
        organisation: Whom ready tokens are issued to, unless they are asked for by another name.

    Raises:
        InvalidSetting: The allow-list holds what is no valid number.

    Attributes:
        mint: Makes and reads its tokens.
        clients: Who may ask for a token.
        grants: Checks what asks for a token, and knows what was used.
        shipments: The orders that are placed.
        inbox: The messages that were sent.
        attempts: The requests that came to place an order.
        changes: What has changed, for whoever follows.
        faults: What is armed to go wrong.
        allow_list: The numbers that SMS really go to, in E.164; None for all.
        organisation: Whom ready tokens are issued to.
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
        store: Store | None = None,
        allow_list: Collection[str] | None = None,
        organisation: str = ORGANISATION,
    ) -> None:
        self._store = store or Forgetful()
        self.mint = Mint(secret)
        self.clients = Clients() if clients is None else clients
        self.grants = Grants(self.clients)
        self.shipments = Shipments(self._store)
        self.inbox = Inbox(self._store)
        self.attempts = Attempts(self._store)
        self.allow_list = None if allow_list is None else _numbers(allow_list)
        self.organisation = organisation
        self.new_id = ids or counted_ids()
        self._clock = now
        self._advanced_s = self._store.advanced_s()
        self.changes = Changes(f"{round(now() * 1e6):x}")
        self.faults = Faults(lambda: self.changes.note(Kind.FAULTS))
        self._router = Router(
            (*notifications.ROUTES, *token_places.ROUTES, *own_places.ROUTES, *inbox_places.ROUTES)
        )

    def attend(self, request: Request) -> Attendance:
        """
        Attend to *request*: yield what there is to wait for, return what goes back.

        The answer's ``date`` and ``at_s`` are by the desk's clock.
        """
        outcome = yield from self._attend(request)
        if isinstance(outcome, Spoilt):
            return replace(outcome, response=self._stamped(outcome.response))
        return self._stamped(outcome)

    def handle(self, request: Request) -> Response:
        """
        Answer *request* at once: what there is to wait for is over.

        Raises:
            ConnectionError: A fate would leave the caller without an answer.
        """
        attendance = self.attend(request)
        try:
            while isfinite(next(attendance).seconds):
                pass
        except StopIteration as end:
            outcome: Outcome = end.value
            if isinstance(outcome, Response):
                return outcome
            if outcome.manner is Manner.DRIP:
                return outcome.response
        attendance.close()
        raise ConnectionError("the simulator was told to leave this request without an answer")

    def refuses(self, request: Request) -> bool:
        """Tell whether nobody would listen to *request*; what is armed for that is used up by it."""
        endpoint = self.endpoint_of(request)
        return bool(endpoint) and self.faults.strike(Stage.CONNECTION, endpoint) is not None

    def endpoint_of(self, request: Request) -> str:
        """Return what faults call the place that *request* is for; empty for the simulator's own."""
        found = self._router.find(path_of(request))
        return "" if found is None else found[0].endpoint

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
        self._store.keep_clock(self._advanced_s + seconds)
        self._advanced_s += seconds
        self.changes.note(Kind.CLOCK)

    def clear(self) -> None:
        """Empty the inbox. Orders stay placed and their ids spent, as with the service."""
        self.inbox.clear()
        self.attempts.clear()
        self.changes.note(Kind.CLEARED)

    def drive(self, message_id: str, status: str) -> Message | None:
        """
        Set the status of a message by hand, and of its order, where that is stored: it comes into the feed.

        Returns:
            The message as it is now; None where there is none of that id.

        Raises:
            InvalidSetting: No message of its channel has such a status, or its order is complete and the
                status is none of a complete one.
        """
        received = self.inbox.get(message_id)
        if received is None:
            return None
        message = received.by(self.now_s())
        if status not in STATUSES[message.channel]:
            raise InvalidSetting(
                f"there is no such status for {message.channel};"
                f" there are {', '.join(STATUSES[message.channel])}"
            )
        if is_final(message.status) and not is_final(status):
            raise InvalidSetting(
                f"the order is complete and {status} is on the way there; set one that is final, or arm"
                " never-final first, which keeps the orders that follow under way"
            )
        if message.shipment_id is None:
            course = received.course.driven(status, self.now_s() - message.received_at_s)
        else:
            course = self.shipments.drive(message.shipment_id, status, self.now_s())
        self.inbox.drive(message_id, course)
        self.changes.note(Kind.STATUS, message_id)
        return Received(message, course).by(self.now_s())

    def messages(self) -> tuple[Message, ...]:
        """Return every message that was sent, oldest first, with its status by now."""
        return self.inbox.messages(self.now_s())

    def token(
        self,
        *,
        organisation: str | EllipsisType | None = ...,
        scope: str = SCOPE,
        lifetime_s: int = LIFETIME_S,
        base: str = BASE,
    ) -> str:
        """
        Return an Altinn token that this desk accepts.

        Args:
            organisation: The short name of whom it is issued to; None for a token that names none,
                and unless given the desk's own.
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
            organisation=self.organisation if isinstance(organisation, EllipsisType) else organisation,
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

    def _attend(self, request: Request) -> Attendance:
        found = self._router.find(path_of(request))
        if found is None:
            return answers.empty(404)
        route, name = found
        handler = route.handlers.get(request.method.upper())
        if handler is None:
            return answers.empty(405, {"allow": ", ".join(route.handlers)})
        visit = visit_of(request, name, self.now_s(), route.endpoint)
        if route.endpoint and route.endpoint not in ORDERS:
            return (yield from self._tell(handler, visit))
        answer = handler(self, visit)
        return answer if isinstance(answer, Response) else (yield from answer)

    def _tell(self, handler: Handler, visit: Visit) -> Attendance:
        """Answer who only asks. Of an order's stages there are but two here: before and after."""
        for stage in (Stage.DOOR, Stage.LOOK_UP, Stage.HAND_OVER):
            if (outcome := (yield from self._befall(stage, visit))) is not None:
                return outcome
        answer = handler(self, visit)
        outcome = answer if isinstance(answer, Response) else (yield from answer)
        for stage in (Stage.SENT, Stage.ANSWER):
            if not isinstance(outcome, Response):
                break
            outcome = (yield from self._befall(stage, visit, outcome)) or outcome
        return outcome

    def _befall(
        self, stage: Stage, visit: Visit, good: Response | None = None
    ) -> Generator[Pause, None, Outcome | None]:
        struck = self.faults.strike(stage, visit.endpoint)
        return None if struck is None else (yield from befall(struck, self.trace_id(), good))

    def _stamped(self, answer: Response) -> Response:
        now_s = self.now_s()
        headers = {**answer.headers, "date": formatdate(now_s, usegmt=True)}
        return replace(answer, headers=headers, at_s=now_s)


def _numbers(allow_list: Collection[str]) -> frozenset[str]:
    for position, number in enumerate(allow_list, start=1):
        if not is_valid_number(number):
            raise InvalidSetting(
                f"number {position} of the allow-list is no valid phone number; write it as +46701740605"
            )
    return frozenset(map(e164, allow_list))
