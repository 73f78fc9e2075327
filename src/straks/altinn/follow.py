"""
Following a shipment, and reading the feed of finished ones.

Both only ask, so trouble on the way is simply asked again, and an answer that cannot be read is trouble
like any other; whoever says when to come back is asked then, if that is within a minute. Following has
an end of its own: some shipments never become final (an SMS that is still being sent when its time runs
out stays that way), so whoever waits must say for how long, and gets the last known status when that is
over.

A token may run out meanwhile. Its source is asked before every call, and once more after a 401.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from uuid import UUID

from straks.altinn.problem import RETRY_AFTER_MOST_S, explain, retry_after_s
from straks.altinn.status import Delivery, Shipment, read_status
from straks.altinn.token_source import Bearer, Terms
from straks.errors import InvalidSetting, Unanswered
from straks.wire.exchange import Request, Response, Silence, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from straks.altinn.token_source import TokenSource
    from straks.wire.plan import Plan

T = TypeVar("T")

SHIPMENT: Final = "/notifications/api/v1/future/shipment/"
FEED: Final = "/notifications/api/v1/future/shipment/feed"
PAGE_MOST: Final = 500
"""The most entries that the service gives at once."""

ASK_TIMEOUT_S: Final = 15.0
_WAITS_S = (0.0, 1.0, 2.0)  # before each time that one question is asked
_HEADERS: Final = {"accept": "application/json"}
_OK = 200
_TRY_LATER = frozenset({408, 425, 429, 499})  # 499: something in between had no patience
_SERVER_ERRORS = range(500, 600)


def pauses() -> Iterator[float]:
    """Yield how long to wait between two looks, in seconds: often at first, then every 5."""
    yield from (0.5, 0.5, 1.0, 1.0, 2.0, 2.0, 3.0)
    while True:
        yield 5.0


def follow(
    shipment_id: str,
    *,
    base_url: str,
    token: str | TokenSource,
    started_s: float,
    until_final: bool = True,
    timeout_s: float = 60.0,
) -> Plan[Shipment]:
    """
    Ask for a shipment's status, until it is final or *timeout_s* has passed.

    It is asked once at least, and not again after that.

    Returns:
        The last known status; look at ``final``.

    Raises:
        InvalidSetting: *shipment_id* is none.
        Unanswered: The service does not know the shipment, or did not answer, or there is no token.
    """
    bearer = Bearer(token, base_url)
    del token  # what is in no variable is in no traceback
    request = Request("GET", base_url + SHIPMENT + _checked(shipment_id), _HEADERS)
    now_s, deadline_s = started_s, started_s + timeout_s
    pause_s = 0.0
    waits = pauses()
    while True:
        shipment, now_s = yield from _ask(
            request, bearer, _shipment, now_s, pause_s=pause_s, deadline_s=deadline_s
        )
        pause_s = next(waits)
        if not until_final or shipment.final or now_s + pause_s > deadline_s:
            return shipment


def read_feed(
    after: int,
    *,
    base_url: str,
    token: str | TokenSource,
    started_s: float = 0.0,
    page_size: int = PAGE_MOST,
) -> Plan[tuple[Shipment, ...]]:
    """
    Read the entries after sequence number *after*, oldest first: one page, at most 500.

    Raises:
        Unanswered: The service did not answer, or there is no token.
    """
    query = f"seq={after}&pageSize={page_size}&orderBy=asc"
    return (yield from _read(query, Bearer(token, base_url), base_url, started_s))


def newest(*, base_url: str, token: str | TokenSource, started_s: float = 0.0) -> Plan[int | None]:
    """
    Return the sequence number of the feed's newest entry; None where the feed is empty.

    Raises:
        Unanswered: The service did not answer, or there is no token.
    """
    bearer = Bearer(token, base_url)
    page = yield from _read("seq=0&pageSize=1&orderBy=desc", bearer, base_url, started_s)
    return page[0].sequence if page else None


def _read(query: str, bearer: Bearer, base_url: str, started_s: float) -> Plan[tuple[Shipment, ...]]:
    request = Request("GET", f"{base_url}{FEED}?{query}", _HEADERS)
    page, _ = yield from _ask(request, bearer, _page, started_s)
    return page


def _page(entries: object) -> tuple[Shipment, ...] | None:
    """Read a page of the feed; None where one entry of it is none."""
    if not isinstance(entries, list):
        return None
    page = tuple(map(_shipment, cast("list[object]", entries)))
    found = tuple(shipment for shipment in page if shipment is not None)
    return found if len(found) == len(page) else None


def _checked(shipment_id: str) -> str:
    try:
        return str(UUID(shipment_id))
    except (ValueError, AttributeError, TypeError):  # what is no text has no way to say that it is none
        raise InvalidSetting(
            "a shipment id is a GUID, such as a receipt has in .shipment_id; this is none"
        ) from None


def _ask(
    request: Request,
    bearer: Bearer,
    read: Callable[[object], T | None],
    now_s: float,
    *,
    pause_s: float = 0.0,
    deadline_s: float = inf,
) -> Plan[tuple[T, float]]:
    """Ask, and ask again; return what *read* makes of the answer's JSON, and when it was there."""
    status: int | None = None
    asked, later_s = 0, 0.0
    for least_s in _WAITS_S:
        wait_s = max(least_s, later_s)
        if asked and (now_s + wait_s > deadline_s or later_s > RETRY_AFTER_MOST_S):
            break
        reply = yield from bearer.carry(request, now_s, Terms(ASK_TIMEOUT_S, pause_s + wait_s))
        asked, now_s, pause_s, later_s, status = asked + 1, reply.at_s, 0.0, 0.0, None
        if isinstance(reply, Silence) and reply.why is Trouble.CLOSED:
            raise Unanswered("the transport had been closed; make a new one")
        if isinstance(reply, Response):
            status, later_s = reply.status, retry_after_s(reply) or 0.0
            if status == _OK and (found := read(reply.json())) is not None:
                return found, now_s
            if status != _OK and status not in _TRY_LATER and status not in _SERVER_ERRORS:
                why = explain(reply, bearer.suspicion)
                raise Unanswered(f"the service said no ({status}): {why}", status=status)
    why = {None: "nobody answered", _OK: "the service's answer could not be read"}.get(
        status, f"the service answered {status}"
    )
    raise Unanswered(f"{why} (attempts: {asked}); asking again later is harmless", status=status)


def _shipment(body: object) -> Shipment | None:
    """Read a shipment or a feed entry, which differ in shape; None where it is neither."""
    if not isinstance(body, dict):
        return None
    known = cast("dict[str, Any]", body)
    shipment_id, status = known.get("shipmentId"), known.get("status")
    recipients = known.get("recipients", [])
    if not isinstance(shipment_id, str) or not isinstance(status, str) or not isinstance(recipients, list):
        return None
    entries = cast("list[object]", recipients)
    reference, sequence = known.get("sendersReference"), known.get("sequenceNumber")
    return Shipment(
        shipment_id=shipment_id,
        status=read_status(status),
        last_update=str(known.get("lastUpdate", "")),
        deliveries=tuple(
            _delivery(cast("dict[str, Any]", entry)) for entry in entries if isinstance(entry, dict)
        ),
        reference=reference if isinstance(reference, str) else None,
        sequence=sequence if isinstance(sequence, int) else None,
    )


def _delivery(entry: dict[str, Any]) -> Delivery:
    status = str(entry.get("status", ""))
    kind = entry.get("type")
    return Delivery(
        status=read_status(status),
        last_update=str(entry.get("lastUpdate", "")),
        # The feed leaves the type out; every status begins with it.
        channel=(str(kind) if kind else status.partition("_")[0]).lower() or None,
    )
