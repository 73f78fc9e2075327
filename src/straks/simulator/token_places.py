"""
The two places on the way to a token: Maskinporten's ``/token`` and Altinn's exchange.

The token of a Maskinporten grant is good for 599 seconds, the Altinn token for 30 minutes,
whatever is left of the first. The exchange answers with the bare token, or with the same in
quotes to whoever asks for JSON: a client has to understand both.

Source: docs.digdir.no, «Token-endepunktet»; Altinn/altinn-authentication,
``AuthenticationController.cs`` (``ExchangeExternalSystemToken``) and its ``appsettings.json``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from straks.simulator import answers
from straks.simulator.grants import TEST_ISSUER, Denial, exchanged
from straks.simulator.notifications import bearer_of
from straks.simulator.tokens import LIFETIME_S, MASKINPORTEN_LIFETIME_S, Use, maskinporten_claims
from straks.simulator.visit import Route, Visit

if TYPE_CHECKING:
    from straks.simulator.desk import Desk
    from straks.wire.exchange import Response

_FORM: Final = "application/x-www-form-urlencoded"
_OLD_HEADER: Final = "x-altinn-enterpriseuser-authentication"


def _token(desk: Desk, visit: Visit) -> Response:
    issuer = f"{visit.base}/"
    form = {}
    if visit.header("content-type").partition(";")[0].strip().lower() == _FORM:
        form = parse_qs(visit.body.decode("utf-8", "replace"))
    grant = desk.grants.check(form, (issuer, TEST_ISSUER), visit.now_s)
    if isinstance(grant, Denial):
        return answers.as_json(400, grant.as_json(desk.trace_id()))
    claims = maskinporten_claims(
        issuer=issuer,
        client_id=grant.client_id,
        organisation_number=grant.organisation_number,
        scope=grant.scope,
        now_s=visit.now_s,
        token_id=desk.new_id(),
    )
    return answers.as_json(
        200,
        {
            "access_token": desk.mint.sign(Use.MASKINPORTEN, claims),
            "token_type": "Bearer",
            "expires_in": MASKINPORTEN_LIFETIME_S,
            "scope": grant.scope,
        },
        {"cache-control": "no-store"},
    )


def _exchange(desk: Desk, visit: Visit) -> Response:
    if visit.name != "maskinporten":
        return answers.empty(400)
    if _OLD_HEADER in visit.headers:
        return answers.empty(410)
    claims = desk.mint.read(Use.MASKINPORTEN, bearer_of(visit), visit.now_s)
    if claims is None:
        return answers.empty(401)
    token = desk.mint.sign(
        Use.ALTINN,
        exchanged(
            claims,
            base=visit.base,
            now_s=visit.now_s,
            lifetime_s=LIFETIME_S,
            session_id=desk.new_id(),
        ),
    )
    if "application/json" in visit.header("accept").lower():
        return answers.as_json(200, token)
    return answers.text(200, token)


ROUTES: Final = (
    Route("/token", {"POST": _token}, "token"),
    Route("/authentication/api/v1/exchange/([^/]+)", {"GET": _exchange}, "exchange"),
)
