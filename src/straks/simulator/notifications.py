"""
The notifications API: instant orders, one shipment, and the feed.

The order in which an order is turned away is the service's, for it decides what a caller learns
and whether anything was sent:

1. 415 for a body that calls itself something else than JSON: that is for the router to see;
2. 401 without a valid token, 403 without the scope;
3. 415 for a body that does not call itself anything;
4. 400 from the JSON reader, else from the required fields, else from the rules;
5. 403 when the token names no organisation;
6. 500 when the id cannot be looked up, 200 when the organisation has used it before;
7. 503 when the message cannot be handed over: nothing was sent;
8. 500 when the order cannot be stored: the message *was* sent, and a repeat sends it again;
9. 201.

From the look-up on it is `straks.simulator.placing` that decides.

Left out: the ``PlatformAccessToken`` that apps inside Altinn may show instead of a bearer token.

Source: Altinn/altinn-notifications, ``InstantOrdersController.cs``, ``ShipmentController.cs``,
``StatusFeedController.cs``; dotnet/aspnetcore, ``ConsumesAttribute.cs``, ``AcceptsMatcherPolicy.cs``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from straks.simulator import answers, reading
from straks.simulator.attempts import Underway
from straks.simulator.changes import Kind
from straks.simulator.fate import Stage
from straks.simulator.faults import befall
from straks.simulator.json_reader import integer
from straks.simulator.orders import Rejection, is_blank
from straks.simulator.placing import place
from straks.simulator.rules import obeying
from straks.simulator.shipments import LARGEST_PAGE
from straks.simulator.tokens import SCOPE, Claims, Use, text_claim
from straks.simulator.visit import Route, Visit
from straks.wire.exchange import Response

if TYPE_CHECKING:
    from straks.simulator.attendance import Attendance, Outcome
    from straks.simulator.desk import Desk

_API: Final = "/notifications/api/v1/future"
_JSON: Final = "application/json"
_GUID: Final = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def _order(form: reading.Form, desk: Desk, visit: Visit) -> Attendance:
    underway = Underway(visit.now_s, visit.endpoint)
    try:
        outcome = yield from _placed(form, desk, visit, underway)
    except GeneratorExit:
        _note(desk, visit, underway, None)
        raise
    _note(desk, visit, underway, outcome)
    return outcome


def _note(desk: Desk, visit: Visit, underway: Underway, outcome: Outcome | None) -> None:
    """Write down what came of a request, where it can be told whose order it was for."""
    order, first = underway.order, None
    if order is not None:
        first = desk.attempts.digest(underway.organisation, order.idempotency_id)
    attempt = underway.ended(visit.body, outcome, first)
    if attempt is not None:
        desk.attempts.keep(attempt)
        desk.changes.note(Kind.ATTEMPT, attempt.idempotency_id)


def _placed(form: reading.Form, desk: Desk, visit: Visit, underway: Underway) -> Attendance:
    struck = desk.faults.strike(Stage.DOOR, visit.endpoint)
    if struck is not None:
        underway.fate = struck.fate.name
        if (outcome := (yield from befall(struck, desk.trace_id()))) is not None:
            return outcome
    claims = _let_in(desk, visit)
    if isinstance(claims, Response):
        return claims
    underway.organisation = text_claim(claims, "urn:altinn:org") or None
    if not visit.header("content-type"):
        return answers.empty(415)
    order = form.read(visit.body)
    if isinstance(order, Rejection) or isinstance(order := obeying(order), Rejection):
        return answers.validation_problem(order.errors, desk.trace_id())
    organisation = text_claim(claims, "urn:altinn:org")
    if is_blank(organisation):
        return answers.empty(403)
    underway.order = order
    return (yield from place(desk, visit, order, organisation, underway))


def _shipment(desk: Desk, visit: Visit) -> Response:
    claims = _authorise(desk, visit)
    if isinstance(claims, Response):
        return claims
    organisation = text_claim(claims, "urn:altinn:org")
    if is_blank(organisation):
        return answers.empty(403)
    shipment = desk.shipments.get(organisation, visit.name)
    if shipment is None:
        return answers.coded_problem(answers.SHIPMENT_NOT_FOUND, desk.trace_id())
    return answers.as_json(200, shipment.as_json(visit.now_s))


def _feed(desk: Desk, visit: Visit) -> Response:
    claims = _let_in(desk, visit)
    if isinstance(claims, Response):
        return claims
    after = integer(visit.query.get("seq", "0"), bits=64)
    size = integer(visit.query.get("pagesize", str(LARGEST_PAGE)), bits=32)
    order = visit.query.get("orderby", "asc").lower()
    readings = {
        "Seq": after is not None,
        "PageSize": size is not None,
        "OrderBy": order in ("asc", "desc"),
    }
    errors = {
        name: (f"The value '{visit.query[name.lower()]}' is not valid for {name}.",)
        for name, readable in readings.items()
        if not readable
    }
    if after is not None and after < 0:
        errors["Seq"] = ("Sequence number cannot be less than 0.",)
    if errors or after is None or size is None:
        return answers.validation_problem(errors, desk.trace_id())
    organisation = text_claim(claims, "urn:altinn:org")
    if is_blank(organisation):
        return answers.empty(403)
    page = desk.shipments.feed(organisation, visit.now_s, after=after, size=size, descending=order == "desc")
    return answers.as_json(200, page)


def _let_in(desk: Desk, visit: Visit) -> Claims | Response:
    """Return what the caller's token says, unless the body calls itself something else than JSON."""
    if not _is_json(visit.header("content-type") or _JSON):
        return answers.empty(415)
    return _authorise(desk, visit)


def _authorise(desk: Desk, visit: Visit) -> Claims | Response:
    """Return what the caller's token says, or the answer that turns the caller away."""
    claims = desk.mint.read(Use.ALTINN, bearer_of(visit), visit.now_s)
    if claims is None:
        return answers.empty(401)
    return claims if SCOPE in text_claim(claims, "scope").split() else answers.empty(403)


def bearer_of(visit: Visit) -> str:
    """Return the bearer token of a visit; empty where there is none."""
    scheme, _, token = visit.header("authorization").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == _JSON


ROUTES: Final = (
    Route(f"{_API}/orders/instant/sms", {"POST": partial(_order, reading.SMS)}, "sms"),
    Route(f"{_API}/orders/instant/email", {"POST": partial(_order, reading.EMAIL)}, "email"),
    Route(f"{_API}/orders/instant", {"POST": partial(_order, reading.DEPRECATED)}, "instant"),
    Route(f"{_API}/shipment/feed", {"GET": _feed}, "feed"),
    Route(f"{_API}/shipment/({_GUID})", {"GET": _shipment}, "shipment"),
)
