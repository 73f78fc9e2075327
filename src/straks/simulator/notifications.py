"""
The notifications API: instant orders, one shipment, and the feed.

The order in which an order is turned away is the service's, for it decides what a caller learns
and whether anything was sent:

1. 401 without a valid token, 403 without the scope;
2. 415 for a body that does not call itself JSON;
3. 400 from the JSON reader, else from the required fields, else from the rules;
4. 403 when the token names no organisation;
5. 500 when the id cannot be looked up, 200 when the organisation has used it before;
6. 503 when the message cannot be handed over: nothing was sent;
7. 500 when the order cannot be stored: the message *was* sent, and a repeat sends it again;
8. 201.

Left out: the ``PlatformAccessToken`` that apps inside Altinn may show instead of a bearer token,
and 499, which nobody can receive for having gone away.

Source: Altinn/altinn-notifications, ``InstantOrdersController.cs``, ``ShipmentController.cs``,
``StatusFeedController.cs``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from straks.simulator import answers, downstream, reading
from straks.simulator.json_reader import integer
from straks.simulator.orders import Channel, Order, Rejection, SmsOrder, is_blank
from straks.simulator.rules import obeying
from straks.simulator.shipments import COURSES, LARGEST_PAGE, Shipment
from straks.simulator.tokens import SCOPE, Claims, Use, text_claim
from straks.simulator.visit import Route, Visit
from straks.wire.exchange import Response

if TYPE_CHECKING:
    from straks.simulator.desk import Desk

_API: Final = "/notifications/api/v1/future"
_GUID: Final = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def _place(form: reading.Form, desk: Desk, visit: Visit) -> Response:
    claims = _authorise(desk, visit)
    if isinstance(claims, Response):
        return claims
    if not _is_json(visit.header("content-type")):
        return answers.empty(415)
    order = form.read(visit.body)
    if isinstance(order, Rejection) or isinstance(order := obeying(order), Rejection):
        return answers.validation_problem(order.errors, desk.trace_id())
    organisation = text_claim(claims, "urn:altinn:org")
    if is_blank(organisation):
        return answers.empty(403)
    return _enter(order, organisation, desk, visit)


def _enter(order: Order, organisation: str, desk: Desk, visit: Visit) -> Response:
    if downstream.look_up_fails(order):
        return answers.empty(500)
    earlier = desk.shipments.find(organisation, order.idempotency_id)
    if earlier is not None:
        return answers.receipt(200, earlier.order_id, earlier.shipment_id, earlier.reference)
    if downstream.hand_over_fails(order):
        return answers.coded_problem(answers.HAND_OVER_FAILED, desk.trace_id())
    return _send(order, organisation, desk, visit)


def _send(order: Order, organisation: str, desk: Desk, visit: Visit) -> Response:
    channel = Channel.SMS if isinstance(order, SmsOrder) else Channel.EMAIL
    shipment = Shipment(
        order_id=desk.new_id(),
        shipment_id=desk.new_id(),
        organisation=organisation,
        reference=order.reference,
        channel=channel,
        destination=order.recipient,
        placed_at_s=visit.now_s,
        course=COURSES[channel],
    )
    lost = downstream.storing_fails(order)
    desk.inbox.receive(
        order,
        message_id=desk.new_id(),
        shipment_id=None if lost else shipment.shipment_id,
        at_s=visit.now_s,
    )
    if lost:
        return answers.empty(500)
    desk.shipments.store(order.idempotency_id, shipment)
    location = f"{visit.base}/notifications/api/v1/orders/chain/{shipment.order_id}"
    return answers.receipt(
        201, shipment.order_id, shipment.shipment_id, shipment.reference, location=location
    )


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
    claims = _authorise(desk, visit)
    if isinstance(claims, Response):
        return claims
    if not _is_json(visit.header("content-type") or "application/json"):
        return answers.empty(415)
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
    return content_type.partition(";")[0].strip().lower() == "application/json"


ROUTES: Final = (
    Route(f"{_API}/orders/instant/sms", {"POST": partial(_place, reading.SMS)}),
    Route(f"{_API}/orders/instant/email", {"POST": partial(_place, reading.EMAIL)}),
    Route(f"{_API}/orders/instant", {"POST": partial(_place, reading.DEPRECATED)}),
    Route(f"{_API}/shipment/feed", {"GET": _feed}),
    Route(f"{_API}/shipment/({_GUID})", {"GET": _shipment}),
)
