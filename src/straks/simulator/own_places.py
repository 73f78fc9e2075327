"""
What the simulator has that the service has not: a clock to turn, tokens, things that go wrong.

The inbox is another module's (`straks.simulator.inbox_places`). These live under ``/_straks/``, too:

=============================  ===================================================================
``POST /_straks/clock``        ``{"advance_s": 60}`` lets a minute go by; answers the time
``POST /_straks/token``        a ready Altinn token, as text; may be given ``org`` (null for none),
                               ``scope`` and ``lifetime`` in seconds, as JSON
``GET /_straks/fates``         what may befall a request or a message, and by which number or
                               address an order asks for it
``POST /_straks/faults``       ``{"fault": "503", "next": 3}`` arms one for the next three orders,
                               ``{"fault": "503", "probability": 0.1, "seed": 7}`` for a tenth of
                               them; may be given ``seconds``, ``endpoint`` and ``channel``
``GET /_straks/faults``        what is armed
``DELETE /_straks/faults``     disarms all; ``DELETE /_straks/faults/503`` those of that name
=============================  ===================================================================

No token is asked for here, and a body is read as JSON whatever it calls itself, so that curl can
play. What cannot be used is answered with 400 and a sentence.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Final

from straks.errors import InvalidSetting
from straks.pages.headers import PRIVATE
from straks.simulator import answers
from straks.simulator.fates import FATES
from straks.simulator.shipments import timestamp
from straks.simulator.tokens import LIFETIME_S, SCOPE
from straks.simulator.visit import Route, Visit
from straks.simulator.wishes import kindly, number, text, whole, wishes_in

if TYPE_CHECKING:
    from straks.simulator.desk import Desk
    from straks.wire.exchange import Response


def _clock(desk: Desk, visit: Visit) -> Response:
    seconds = wishes_in(visit.body, "advance_s").get("advance_s")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise InvalidSetting('advance_s is missing or no number; send {"advance_s": 60}')
    desk.advance(seconds)
    return answers.as_json(200, {"now": timestamp(desk.now_s())})


def _token(desk: Desk, visit: Visit) -> Response:
    wishes = wishes_in(visit.body or b"{}", "org", "scope", "lifetime")
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
    return answers.as_json(200, [fate.as_json() for fate in FATES], PRIVATE)


def _faults(desk: Desk, _visit: Visit) -> Response:
    return answers.as_json(200, [armed.as_json() for armed in desk.faults.armed()], PRIVATE)


def _arm(desk: Desk, visit: Visit) -> Response:
    wishes = wishes_in(visit.body, "fault", "next", "probability", "seed", "seconds", "endpoint", "channel")
    fault, seconds = wishes.get("fault"), number(wishes, "seconds")
    if isinstance(fault, int):  # 503 rather than "503"
        fault = str(fault)
    if not isinstance(fault, str):
        raise InvalidSetting('fault is missing or no name; send {"fault": "503", "next": 1}')
    if seconds is not None and not isfinite(seconds):
        raise InvalidSetting("seconds must be a number; for what never ends there is hang")
    armed = desk.faults.arm(
        fault,
        times=whole(wishes, "next"),
        probability=number(wishes, "probability"),
        seed=whole(wishes, "seed") or 0,
        seconds=seconds,
        endpoint=text(wishes, "endpoint") or "orders",
        channel=text(wishes, "channel"),
    )
    return answers.as_json(200, armed.as_json())


def _disarm(desk: Desk, _visit: Visit) -> Response:
    desk.faults.clear()
    return answers.empty(204)


def _disarm_some(desk: Desk, visit: Visit) -> Response:
    desk.faults.disarm_all(visit.name)
    return answers.empty(204)


ROUTES: Final = (
    Route("/_straks/clock", {"POST": kindly(_clock)}),
    Route("/_straks/token", {"POST": kindly(_token)}),
    Route("/_straks/fates", {"GET": _fates}),
    Route("/_straks/faults", {"GET": _faults, "POST": kindly(_arm), "DELETE": _disarm}),
    Route("/_straks/faults/([a-z0-9-]+)", {"DELETE": kindly(_disarm_some)}),
)
