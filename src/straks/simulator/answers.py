"""
What the service says: the bodies, headers and statuses of its answers.

JSON is indented, leaves out members that are null, and is labelled ``application/json`` also when
it is a problem. 401, 403, 413, 415 and 500 have no body at all. A problem with a code has neither
``detail`` nor ``errorCode``, whatever the public pages show; a failed validation has no ``code``.

Source: Altinn/altinn-notifications, ``InstantOrdersController.cs`` and ``Problems.cs``;
Altinn/altinn-authorization-utils, ``AltinnProblemDetails.cs`` (version 5 of the library).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from straks.wire.exchange import Response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_VALIDATION_TYPE = "https://tools.ietf.org/html/rfc9110#section-15.5.1"


@dataclass(frozen=True, slots=True)
class Problem:
    """One of the service's problems with a code of its own."""

    status: int
    code: str
    title: str
    status_description: str


SHIPMENT_NOT_FOUND = Problem(404, "NOT-00003", "Shipment not found", "Not Found")
HAND_OVER_FAILED = Problem(503, "NOT-00004", "A temporary network failure occurred", "Service Unavailable")
CALLER_GONE = Problem(
    499,
    "NOT-00002",
    "The client disconnected or cancelled the request before the server could complete processing",
    "Client Closed Request",
)


def empty(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Answer *status* and nothing else."""
    return Response(status, dict(headers or {}))


def text(status: int, body: str, content_type: str = "text/plain; charset=utf-8") -> Response:
    """Answer *body* as it stands."""
    return Response(status, {"content-type": content_type}, body.encode())


def page(status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer as something in front of the service does: a page of HTML, and no word of Altinn's."""
    body = f"<html><head><title>{status} {reason}</title></head><body><h1>{reason}</h1></body></html>\n"
    return Response(status, {"content-type": "text/html", **(headers or {})}, body.encode())


def as_json(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    r"""
    Answer *value* as the service writes JSON: indented by two, only the needful escaped.

    >>> as_json(200, {"æ": 1}).body.decode()
    '{\n  "æ": 1\n}'
    """
    body = json.dumps(value, indent=2, ensure_ascii=False).encode()
    return Response(status, {"content-type": "application/json", **(headers or {})}, body)


def without_nulls(members: Mapping[str, object]) -> dict[str, object]:
    """Leave out what is None, as the service does in everything it answers."""
    return {name: value for name, value in members.items() if value is not None}


def receipt(
    status: int, order_id: str, shipment_id: str, reference: str | None, *, location: str | None = None
) -> Response:
    """
    Answer that an order stands: 201 with a *location* when it is new, 200 without when it is known.

    Nothing answers at the location, here or there; it is given because the service gives it.
    """
    notification = without_nulls({"shipmentId": shipment_id, "sendersReference": reference})
    headers = {} if location is None else {"location": location}
    return as_json(status, {"notificationOrderId": order_id, "notification": notification}, headers)


def validation_problem(errors: Mapping[str, Sequence[str]], trace_id: str) -> Response:
    """Answer 400 with what is wrong, each complaint under the service's own name for the place."""
    return as_json(
        400,
        {
            "type": _VALIDATION_TYPE,
            "title": "One or more validation errors occurred.",
            "status": 400,
            "errors": {place: list(complaints) for place, complaints in errors.items()},
            "traceId": trace_id,
        },
    )


def coded_problem(problem: Problem, trace_id: str) -> Response:
    """Answer *problem*, its text in ``title`` and its code in ``code``."""
    return as_json(
        problem.status,
        {
            "type": f"urn:altinn:error:{problem.code}",
            "title": problem.title,
            "status": problem.status,
            "code": problem.code,
            "traceId": trace_id,
            "statusDescription": problem.status_description,
        },
    )


def with_headers(response: Response, headers: Mapping[str, str]) -> Response:
    """Say the same with more *headers*."""
    return replace(response, headers={**response.headers, **headers})


def own_error(message: str, status: int = 400) -> Response:
    """Say no as the simulator itself: a sentence, under ``error``."""
    return as_json(status, {"error": message})
