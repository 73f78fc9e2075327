"""
What the simulator has that the service has not: an inbox, a clock to turn, tokens, things that go wrong.

``GET /`` is the inbox for people. The rest lives under ``/_straks/``:

=============================  ===================================================================
``GET /_straks/messages``      every message, oldest first, as JSON
``DELETE /_straks/messages``   empties the inbox; orders stay placed and their ids spent
``POST /_straks/clock``        ``{"advance_s": 60}`` lets a minute go by; answers the time
``POST /_straks/token``        a ready Altinn token, as text; may be given ``org`` (null for none),
                               ``scope`` and ``lifetime`` in seconds, as JSON
``GET /_straks/fates``         what may befall a request or a message, and by which number or
                               address an order asks for it
``POST /_straks/faults``       ``{"fault": "503", "next": 3}`` arms one for the next three orders,
                               ``{"fault": "503", "probability": 0.1, "seed": 7}`` for a tenth of
                               them; may be given ``seconds``, ``endpoint`` and ``channel``
``GET /_straks/faults``        what is armed
``DELETE /_straks/faults``     disarms all
=============================  ===================================================================

No token is asked for here, and a body is read as JSON whatever it calls itself, so that curl can
play. What cannot be used is answered with 400 and a sentence.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Final

from straks.errors import InvalidSetting
from straks.simulator import answers, page
from straks.simulator.fates import FATES
from straks.simulator.json_reader import is_object, read_json
from straks.simulator.shipments import timestamp
from straks.simulator.tokens import LIFETIME_S, SCOPE
from straks.simulator.visit import Route, Visit
from straks.wire.exchange import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from straks.simulator.desk import Desk
    from straks.simulator.visit import Handler


# For this machine's eyes: kept by no cache, taken for nothing else, drawn in by no other page.
_PRIVATE: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}


def _page(desk: Desk, _visit: Visit) -> Response:
    return Response(200, page.HEADERS, page.page(desk.messages(), desk.faults.armed()).encode())


def _messages(desk: Desk, _visit: Visit) -> Response:
    return answers.as_json(200, [message.as_json() for message in desk.messages()], _PRIVATE)


def _clear(desk: Desk, _visit: Visit) -> Response:
    desk.inbox.clear()
    return answers.empty(204)


def _clock(desk: Desk, visit: Visit) -> Response:
    seconds = _wishes(visit.body, "advance_s").get("advance_s")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise InvalidSetting('advance_s is missing or no number; send {"advance_s": 60}')
    desk.advance(seconds)
    return answers.as_json(200, {"now": timestamp(desk.now_s())})


def _token(desk: Desk, visit: Visit) -> Response:
    wishes = _wishes(visit.body or b"{}", "org", "scope", "lifetime")
    organisation = wishes.get("org", desk.organisation)
    scope = wishes.get("scope", SCOPE)
    lifetime = wishes.get("lifetime", LIFETIME_S)
    if organisation is not None and not isinstance(organisation, str):
        raise InvalidSetting('org must be a short name in quotes, or null; send {"org": "ttd"}')
    if not isinstance(scope, str):
        raise InvalidSetting(f'scope must be text; send {{"scope": "{SCOPE}"}}')
    if isinstance(lifetime, bool) or not isinstance(lifetime, int):
        raise InvalidSetting('lifetime must be whole seconds; send {"lifetime": 1800}')
    return answers.text(
        200,
        desk.token(organisation=organisation, scope=scope, lifetime_s=lifetime, base=visit.base),
    )


def _fates(_desk: Desk, _visit: Visit) -> Response:
    return answers.as_json(200, [fate.as_json() for fate in FATES], _PRIVATE)


def _faults(desk: Desk, _visit: Visit) -> Response:
    return answers.as_json(200, [armed.as_json() for armed in desk.faults.armed()], _PRIVATE)


def _arm(desk: Desk, visit: Visit) -> Response:
    wishes = _wishes(visit.body, "fault", "next", "probability", "seed", "seconds", "endpoint", "channel")
    fault, seconds = wishes.get("fault"), _number(wishes, "seconds")
    if isinstance(fault, int):  # 503 rather than "503"
        fault = str(fault)
    if not isinstance(fault, str):
        raise InvalidSetting('fault is missing or no name; send {"fault": "503", "next": 1}')
    if seconds is not None and not isfinite(seconds):
        raise InvalidSetting("seconds must be a number; for what never ends there is hang")
    armed = desk.faults.arm(
        fault,
        times=_whole(wishes, "next"),
        probability=_number(wishes, "probability"),
        seed=_whole(wishes, "seed") or 0,
        seconds=seconds,
        endpoint=_text(wishes, "endpoint") or "orders",
        channel=_text(wishes, "channel"),
    )
    return answers.as_json(200, armed.as_json())


def _disarm(desk: Desk, _visit: Visit) -> Response:
    desk.faults.clear()
    return answers.empty(204)


def _whole(wishes: Mapping[str, object], name: str) -> int | None:
    value = wishes.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise InvalidSetting(f'{name} must be a whole number; send {{"fault": "503", "{name}": 3}}')


def _number(wishes: Mapping[str, object], name: str) -> float | None:
    value = wishes.get(name)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise InvalidSetting(f'{name} must be a number; send {{"fault": "delay", "{name}": 0.5}}')


def _text(wishes: Mapping[str, object], name: str) -> str | None:
    value = wishes.get(name)
    if value is None or isinstance(value, str):
        return value
    raise InvalidSetting(f'{name} must be text; send {{"fault": "503", "{name}": "sms"}}')


def _wishes(body: bytes, *known: str) -> dict[str, object]:
    wishes = read_json(body)
    if not is_object(wishes):
        raise InvalidSetting(f"the body must be a JSON object with {' and '.join(known)}")
    for name in wishes:
        if name not in known:
            raise InvalidSetting(f"there is no setting of that name here; known are {', '.join(known)}")
    return wishes


def _kindly(handler: Callable[[Desk, Visit], Response]) -> Handler:
    """Turn the error about a setting that cannot be used into an answer that says so."""

    def answer(desk: Desk, visit: Visit) -> Response:
        try:
            return handler(desk, visit)
        except InvalidSetting as error:
            return answers.own_error(str(error))

    return answer


ROUTES: Final = (
    Route("/", {"GET": _page}),
    Route("/_straks/messages", {"GET": _messages, "DELETE": _clear}),
    Route("/_straks/clock", {"POST": _kindly(_clock)}),
    Route("/_straks/token", {"POST": _kindly(_token)}),
    Route("/_straks/fates", {"GET": _fates}),
    Route("/_straks/faults", {"GET": _faults, "POST": _kindly(_arm), "DELETE": _disarm}),
)
