"""
Placing an order once: the conversation, and what each end of it means.

The service sends a message *before* it stores the idempotency id. A call that did not finish may
therefore have sent, and repeating it under the same id may send again; only a finished call is
protected. So what to do in doubt is the template's to say. Where a second copy does no harm, this
does as the service's guide asks: wait 15 s, repeat once after a pause. Where it does harm, this
waits longer than the service's own chain of time-outs can take (30 s to the SMS gateway, 100 s
between services) and never repeats once the request may have left.

What provably never left is repeated in both. Doubt, once there, stays: a repeat that is refused
says nothing about what the first call did.

==============================================  ===========  ==========================================
reply                                           outcome      may it have been sent?
==============================================  ===========  ==========================================
201                                             Receipt      yes
200                                             Receipt      yes, by an earlier call: ``replayed``
other 2xx, or one that cannot be read           InDoubt      perhaps
400 401 403 404 415 422, other 3xx and 4xx      Refused      no
429                                             Refused      no; repeated where it says when
499, 500, 503, other 5xx                        InDoubt      perhaps
silence after the request may have left         InDoubt      perhaps
silence before it left                          NotSent      no
no token to be had                              NotSent      no
==============================================  ===========  ==========================================

A 401 is a refusal only if no other token is to be had: the source of the token is asked for one, and
what was refused is sent once more under the same id (`straks.altinn.token_source`).

The service itself has no rate limit. A 429 is from something in front of it, which turns a request away
instead of passing it on: nothing was sent, so a 429 that says when to come back is repeated then, also
where a second copy does harm. A 503 that says so may have been passed on all the same; it is a doubt
like any other, and where a doubt is repeated the wait is at least as long as asked. Nobody is waited
for longer than a minute.

No attempt begins that could not be given its least time within an SMS's time to live: one that is
cut short leaves a doubt that nobody need have had.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from straks.altinn.problem import (
    RETRY_AFTER_MOST_S,
    explain,
    fields_of,
    one_line,
    problem_of,
    retry_after_s,
)
from straks.altinn.sealed import seal
from straks.altinn.token_source import Bearer, OutOfTime, Terms
from straks.core.manifest import Repeat
from straks.errors import InDoubt, NoToken, NotSent, Refused, StraksError
from straks.wire.exchange import Request, Response, Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from straks.altinn.sealed import SealedOrder, Sendable
    from straks.altinn.token_source import TokenSource
    from straks.core.message import Message
    from straks.wire.exchange import Reply
    from straks.wire.plan import Plan

GUIDE_TIMEOUT_S: Final = 15.0
"""The service's guide: 10 to 15 s, never under 5."""
TIMEOUT_LEAST_S: Final = 5.0
SMS_TIMEOUT_S: Final = 40.0
"""Longer than the 30 s that the service gives its SMS gateway."""
EMAIL_TIMEOUT_S: Final = 110.0
"""Longer than the 100 s that the service's HTTP client gives its e-mail service."""
PAUSES_S: Final = (2.0,)
"""The service's guide: wait 2 s, repeat once."""

_CREATED, _OK, _TOO_MANY_REQUESTS, _CLIENT_CLOSED_REQUEST = 201, 200, 429, 499
_REFUSALS = range(300, 500)


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    The service has the order.

    ``shipment_id`` is the handle for its status. ``replayed`` says that an earlier call had placed
    it already. Being placed is not being delivered: follow the shipment for that.
    """

    order_id: str
    shipment_id: str
    replayed: bool = False
    attempts: int = 1
    reference: str | None = field(default=None, repr=False)


def timeout_for(message: Message | SealedOrder) -> float:
    """Return how long to wait for an answer, in seconds, when the caller does not say."""
    if message.repeat is Repeat.HARMLESS:
        return GUIDE_TIMEOUT_S
    return SMS_TIMEOUT_S if message.channel == "sms" else EMAIL_TIMEOUT_S


def place(
    order: Sendable,
    *,
    base_url: str,
    token: str | TokenSource,
    started_s: float,
    now_s: float | None = None,
    within_s: float | None = None,
    timeout_s: float | None = None,
    pauses_s: Sequence[float] = PAUSES_S,
) -> Plan[Receipt]:
    """
    Place *order* once, however many times it has to be asked for.

    That is at most ``1 + len(pauses_s)`` times, and once more where a token was refused.

    Args:
        order: What to place. It is sealed once, and a repeat repeats those bytes.
        base_url: Scheme and host, without a slash at the end.
        token: An Altinn token, or who gives them; asked before every call.
        started_s: A reading of the carrier's clock; an SMS is never sent past its time to live from then.
        now_s: A reading of it now, where that is later.
        within_s: How many seconds from now on an attempt may begin in, where the order names a moment.
        timeout_s: How long to wait for each answer; None for what the template's ``repeat`` asks.
        pauses_s: How long to wait before each repeat.

    Returns:
        The receipt.

    Raises:
        InvalidPayload: The service would refuse the order for its form; nothing was sent.
        Refused: The service said no.
        NotSent: It never reached the service.
        InDoubt: It may have been sent.
    """
    headers_alone = Request(
        "POST",
        base_url,
        {"content-type": "application/json", "accept": "application/json"},
    )
    bearer = Bearer(token, base_url)
    # The traceback of an error keeps this frame, and there are those that print what it holds.
    del token
    sealed = seal(order)
    request = replace(headers_alone, url=base_url + sealed.endpoint, body=sealed.body)
    patience_s = timeout_for(sealed) if timeout_s is None else timeout_s
    now_s = started_s if now_s is None else now_s
    deadline_s = min(
        float("inf") if sealed.time_to_live_s is None else started_s + sealed.time_to_live_s,
        float("inf") if within_s is None else now_s + within_s,
    )
    doubt: str | None = None
    unsent: Response | _Unsent = _Unsent("its time to live had passed")
    asked_s: float | None = None
    for pause_s in (0.0, *pauses_s):
        wait_s = max(pause_s, asked_s or 0.0)
        if (asked_s or 0.0) > RETRY_AFTER_MOST_S:
            break
        try:
            reply = yield from bearer.carry(
                request, now_s, Terms(patience_s, wait_s, deadline_s, TIMEOUT_LEAST_S)
            )
        except OutOfTime:
            break
        except StraksError as error:
            if doubt is None:
                raise _no_token(sealed, error, bearer.calls) from error
            break
        now_s, asked_s = reply.at_s, retry_after_s(reply) if isinstance(reply, Response) else None
        verdict = _judge(reply)
        if isinstance(verdict, Receipt):
            return replace(verdict, attempts=bearer.calls)
        if isinstance(verdict, _Doubt):
            doubt = verdict.why
            if sealed.repeat is Repeat.HARMFUL:
                break
            continue
        unsent = verdict
        if isinstance(verdict, Response) and (verdict.status != _TOO_MANY_REQUESTS or asked_s is None):
            break
    raise _in_doubt(sealed, doubt, bearer.calls, asked_s) if doubt else _not_placed(sealed, unsent, bearer)


@dataclass(frozen=True, slots=True)
class _Unsent:
    """The request provably never left."""

    why: str


@dataclass(frozen=True, slots=True)
class _Doubt:
    """The message may have been sent."""

    why: str


def _judge(reply: Reply) -> Receipt | Response | _Unsent | _Doubt:
    """Say what *reply* means; a Response is a refusal."""
    if not isinstance(reply, Response):
        detail = f" ({one_line(reply.detail)})" if reply.detail else ""
        return _Doubt(_LOST[reply.why] + detail) if reply.left else _Unsent(_BEFORE[reply.why] + detail)
    if reply.status in _REFUSALS and reply.status != _CLIENT_CLOSED_REQUEST:
        return reply
    if receipt := _receipt(reply):
        return receipt
    if reply.status in (_OK, _CREATED):
        return _Doubt(f"the service answered {reply.status}, but not with a receipt")
    return _Doubt(f"the service answered {reply.status} ({problem_of(reply) or 'no reason given'})")


def _in_doubt(sealed: SealedOrder, doubt: str, attempts: int, asked_s: float | None) -> InDoubt:
    return InDoubt(
        f"{doubt}; the message may have been sent. Placing it again under the same occasion may send it "
        "twice: look for your reference in the feed or, if you gave none, ask the person first",
        idempotency_id=sealed.idempotency_id,
        attempts=attempts,
        retry_after_s=asked_s,
    )


def _no_token(sealed: SealedOrder, error: StraksError, attempts: int) -> NotSent:
    said = str(error)
    if not isinstance(error, NoToken):
        said = f"no token could be had ({type(error).__name__}): {said}"
    return NotSent(
        f"{said}. The order was not sent and may be placed again",
        idempotency_id=sealed.idempotency_id,
        attempts=attempts,
    )


def _not_placed(sealed: SealedOrder, unsent: Response | _Unsent, bearer: Bearer) -> Refused | NotSent:
    if isinstance(unsent, _Unsent):
        return NotSent(
            f"the order never reached the service: {unsent.why}. It is safe to place it again",
            idempotency_id=sealed.idempotency_id,
            attempts=bearer.calls,
        )
    why = explain(unsent, bearer.suspicion)
    renewed = " (a token asked for anew was refused as well)" if bearer.renewed else ""
    return Refused(
        f"the service refused the order ({unsent.status}): {why}{renewed}. Nothing was sent",
        idempotency_id=sealed.idempotency_id,
        attempts=bearer.calls,
        status=unsent.status,
        problem=problem_of(unsent),
        fields=fields_of(unsent),
        retry_after_s=retry_after_s(unsent),
    )


_LOST = {
    Trouble.NO_CONNECTION: "the connection failed after the order had left",
    Trouble.TIMED_OUT: "no answer came in time",
    Trouble.CONNECTION_LOST: "the connection was lost after the order had left",
    Trouble.UNREADABLE: "the answer broke off or could not be read",
    Trouble.CLOSED: "the connections were closed here before the answer came",
}
_BEFORE = {
    Trouble.NO_CONNECTION: "no connection; check that the service is there and that its address is right",
    Trouble.TIMED_OUT: "no connection came up in time",
    Trouble.CONNECTION_LOST: "the connection broke before the order left",
    Trouble.UNREADABLE: "the request could not be made, or a proxy did not understand it",
    Trouble.CLOSED: "the transport had been closed; make a new one",
}


def _receipt(response: Response) -> Receipt | None:
    """Read a receipt; None where the answer is none."""
    body = response.json()
    if response.status not in (_OK, _CREATED) or not isinstance(body, dict):
        return None
    order = cast("dict[str, Any]", body)
    notification = order.get("notification")
    if not isinstance(notification, dict):
        return None
    shipment = cast("dict[str, Any]", notification)
    reference = shipment.get("sendersReference")
    try:
        order_id, shipment_id = UUID(order["notificationOrderId"]), UUID(shipment["shipmentId"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    return Receipt(
        order_id=str(order_id),
        shipment_id=str(shipment_id),
        replayed=response.status == _OK,
        reference=reference if isinstance(reference, str) else None,
    )
