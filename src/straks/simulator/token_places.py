"""
The way to a token: Maskinporten's ``/token`` and Altinn's exchange, and what the simulator adds to them.

The token of a Maskinporten grant is good for 599 seconds, the Altinn token for 30 minutes,
whatever is left of the first; a registered client may have it otherwise. The exchange answers with
the bare token, or with the same in quotes to whoever asks for JSON (a registered client may be given
it so in any case): who asks has to understand both.
With ``?test=true`` Digdir's own organisation becomes the test department, and nothing else changes.

Of the simulator's own, under ``/_straks/``:

=========================  =======================================================================
``POST /_straks/client``   the ready client, as JSON: its id, its private JWK, issuer and token
                           endpoint; made with a new key at the first call
``POST /_straks/revoke``   no Altinn token given so far is good any more
=========================  =======================================================================

What may go wrong on the way is armed as for orders, at the endpoints ``token`` and ``exchange``
(`straks.simulator.faults`).

Source: docs.digdir.no, «Token-endepunktet»; Altinn/altinn-authentication,
``AuthenticationController.cs`` (``ExchangeExternalSystemToken``, ``OrgIsDigDirAndTestIsTrue``) and its
``appsettings.json``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from straks.errors import InvalidSetting, MissingExtra
from straks.simulator import answers
from straks.simulator.grants import TEST_ISSUER, Denial
from straks.simulator.json_reader import is_object
from straks.simulator.notifications import bearer_of
from straks.simulator.tokens import (
    LIFETIME_S,
    ORGANISATION,
    ORGANISATION_NUMBER,
    Use,
    altinn_claims,
    maskinporten_claims,
    text_claim,
)
from straks.simulator.visit import Route, Visit

if TYPE_CHECKING:
    from straks.simulator.desk import Desk
    from straks.simulator.tokens import Claims
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
        return answers.as_json(grant.status, grant.as_json(desk.trace_id()))
    claims = maskinporten_claims(
        issuer=issuer,
        client_id=grant.client.client_id,
        method="virksomhetssertifikat" if grant.by_certificate else "private_key_jwt",
        organisation_number=grant.client.organisation_number,
        customer=grant.customer,
        scope=grant.scope,
        now_s=visit.now_s,
        lifetime_s=grant.client.token_lifetime_s,
        token_id=desk.new_id(),
    )
    return answers.as_json(
        200,
        {
            "access_token": desk.mint.sign(Use.MASKINPORTEN, claims),
            "token_type": "Bearer",
            "expires_in": grant.client.token_lifetime_s,
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
    token = desk.mint.sign(Use.ALTINN, _exchanged(desk, claims, visit))
    client = desk.clients.find(text_claim(claims, "client_id"))
    quoted = client is not None and client.quoted
    if quoted or "application/json" in visit.header("accept").lower():
        return answers.as_json(200, token)
    return answers.text(200, token)


def _exchanged(desk: Desk, claims: Claims, visit: Visit) -> Claims:
    """
    Turn what Maskinporten says into what Altinn says.

    The short name of the organisation is added only where the scope is a service owner's and the
    organisation is one that Altinn knows.
    """
    consumer = claims.get("consumer")
    identifier = text_claim(consumer, "ID") if is_object(consumer) else ""
    number = identifier.partition(":")[2]
    scope, client_id = text_claim(claims, "scope"), text_claim(claims, "client_id")
    organisation = desk.clients.organisation(client_id, number)
    if number == ORGANISATION_NUMBER and visit.query.get("test") == "true":
        organisation = ORGANISATION
    client = desk.clients.find(client_id)
    kept = {name: claims[name] for name in claims if name not in ("aud", "iss", "client_amr", "sid")}
    return {
        **kept,
        **altinn_claims(
            base=visit.base,
            organisation=organisation if "altinn:serviceowner" in scope else None,
            organisation_number=number,
            scope=scope,
            now_s=visit.now_s,
            lifetime_s=LIFETIME_S if client is None else client.altinn_lifetime_s,
            token_id=text_claim(claims, "jti"),
        ),
        "sid": desk.new_id(),
    }


def _client(desk: Desk, visit: Visit) -> Response:
    try:
        ready = desk.clients.ready()
    except (InvalidSetting, MissingExtra) as error:
        return answers.own_error(str(error))
    return answers.as_json(
        200,
        {
            "client_id": ready.client_id,
            "key": dict(ready.key),
            "scope": ready.scope,
            "issuer": f"{visit.base}/",
            "token_endpoint": f"{visit.base}/token",
        },
        {"cache-control": "no-store"},
    )


def _revoke(desk: Desk, _visit: Visit) -> Response:
    desk.mint.revoke(Use.ALTINN)
    return answers.empty(204)


ROUTES: Final = (
    Route("/token", {"POST": _token}, "token"),
    Route("/authentication/api/v1/exchange/([^/]+)", {"GET": _exchange}, "exchange"),
    Route("/_straks/client", {"POST": _client}),
    Route("/_straks/revoke", {"POST": _revoke}),
)
