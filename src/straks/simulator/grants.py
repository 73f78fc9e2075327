"""
What a grant must be for Maskinporten to take it, and why it does not.

A grant is checked for everything that its own text can show: shape, header, claims, times, and that
it was not used before. Of a client that is registered (`straks.simulator.clients`) the signature is
checked for real, and the scopes, key and organisation against what is registered. Of any other, in a
simulator that is open, they are taken as they come: that needs no cryptography.

Every refusal carries its MP code in ``error_description``, as Maskinporten's do; nothing of what
was sent is repeated in it.

Source: docs.digdir.no, the pages on JWT grants, the token endpoint and troubleshooting of
Maskinporten; RFC 7523.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from straks.simulator.json_reader import is_array
from straks.simulator.tokens import ORGANISATION_NUMBER, Claims, decode, decode_object, text_claim

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from straks.simulator.clients import Client, Clients

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ALGORITHMS: Final = ("RS256", "RS384", "RS512")
LONGEST_LIFE_S: Final = 120
LEEWAY_S: Final = 10
TEST_ISSUER: Final = "https://test.maskinporten.no/"

_REQUIRED: Final = frozenset({"iss", "aud", "scope", "iat", "exp"})
_OPTIONAL: Final = frozenset(
    {"jti", "resource", "consumer_org", "authorization_details", "pid", "iss_onbehalfof"}
)
_ORGANISATION_NUMBER: Final = re.compile("[0-9]{9}")
_FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant that holds: who asks, for what, and on behalf of which customer, if of any."""

    client: Client
    scope: str
    customer: str | None
    by_certificate: bool


@dataclass(frozen=True, slots=True)
class Denial:
    """Why there is no token: OAuth's word for it, Maskinporten's code, a sentence, and the status."""

    error: str
    code: str
    sentence: str
    status: int = 400

    def as_json(self, trace_id: str) -> dict[str, object]:
        """Return the body that Maskinporten answers with."""
        description = f"{self.code}: {self.sentence} (trace_id: {trace_id})"
        return {"error": self.error, "error_description": description}


def _invalid(code: str, sentence: str) -> Denial:
    return Denial("invalid_grant", code, f"Invalid assertion. {sentence}")


class Grants:
    """
    Checks grants, and remembers the ones that were used.

    Args:
        clients: Who may ask.
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._used: set[tuple[str, str]] = set()

    def check(
        self, form: Mapping[str, Sequence[str]], issuers: Collection[str], now_s: float
    ) -> Grant | Denial:
        """
        Say whether the two fields of *form* earn a token now.

        Args:
            form: The fields of the request, each with its values.
            issuers: What ``aud`` may be: the names this token endpoint goes by.
            now_s: The desk's clock.
        """
        assertion = _assertion(form)
        if isinstance(assertion, Denial):
            return assertion
        header, claims = _parts(assertion)
        if header is None or claims is None:
            return _invalid("MP-011", "It must be a JWT: header, claims and signature, each base64url")
        client_id = text_claim(claims, "iss")
        client = self._clients.find(client_id) if client_id.strip() else None
        if client is None:
            return Denial("invalid_client", "MP-100", "Client authentication failed: no client of that id")
        registered = self._clients.is_registered(client_id)
        denial = (
            _header_flaw(header)
            or _option_flaw(claims)
            or _claim_flaw(claims, issuers)
            or _time_flaw(claims, now_s)
            or (_registration_flaw(client, header, claims, assertion, now_s) if registered else None)
        )
        if denial is not None:
            return denial
        # A grant without jti can still be told from another: by all of it.
        mark = (client_id, text_claim(claims, "jti") or assertion)
        if mark in self._used:
            return _invalid("MP-012", "This grant was used before; make a new one for every request")
        self._used.add(mark)
        return Grant(
            client, text_claim(claims, "scope"), text_claim(claims, "consumer_org") or None, "x5c" in header
        )


def _assertion(form: Mapping[str, Sequence[str]]) -> str | Denial:
    if list(form.get("grant_type", ())) != [GRANT_TYPE]:
        return Denial("unsupported_grant_type", "MP-011", f"grant_type must be {GRANT_TYPE}")
    match list(form.get("assertion", ())):
        case [assertion]:
            return assertion
        case _:
            return Denial("invalid_request", "MP-011", "one assertion must be given")


def _parts(assertion: str) -> tuple[Claims | None, Claims | None]:
    match assertion.split("."):
        case [header, claims, signature] if signature:
            return decode_object(header), decode_object(claims)
        case _:
            return None, None


def _header_flaw(header: Claims) -> Denial | None:
    if header.get("alg") not in ALGORITHMS:
        return _invalid("MP-124", f"alg must be one of {', '.join(ALGORITHMS)}")
    if ("kid" in header) == ("x5c" in header):
        return _invalid("MP-011", "The header must hold exactly one of kid and x5c")
    if "x5c" in header and not _is_texts(header["x5c"]):
        return _invalid("MP-123", "x5c must be an array of strings")
    return None


def _claim_flaw(claims: Claims, issuers: Collection[str]) -> Denial | None:
    if text_claim(claims, "aud") not in issuers:
        return _invalid("MP-110", f"aud must be one string: {' or '.join(sorted(issuers))}")
    if not text_claim(claims, "scope").strip():
        return Denial("invalid_scope", "MP-200", "scope must name at least one scope")
    return None


def _option_flaw(claims: Claims) -> Denial | None:
    known = _REQUIRED | _OPTIONAL
    if not known.issuperset(claims):
        return _invalid("MP-011", f"Unknown claim; known are {', '.join(sorted(known))}")
    if not isinstance(claims.get("jti", ""), str):
        return _invalid("MP-011", "jti must be a string")
    if not _is_texts(claims.get("resource", [])):
        return _invalid("MP-011", "resource must be an array of strings")
    consumer = claims.get("consumer_org", ORGANISATION_NUMBER)
    if not isinstance(consumer, str) or not _ORGANISATION_NUMBER.fullmatch(consumer):
        return _invalid("MP-011", "consumer_org must be nine digits")
    return None


def _time_flaw(claims: Claims, now_s: float) -> Denial | None:
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or not isinstance(expires, int):
        return _invalid("MP-011", "iat and exp must be whole seconds since 1970, UTC")
    if expires - issued > LONGEST_LIFE_S:
        return _invalid("MP-130", f"exp may be at most {LONGEST_LIFE_S} seconds after iat")
    if issued > now_s + LEEWAY_S:
        return _invalid("MP-130", "Issue time is after now; is the clock right?")
    if expires < now_s - LEEWAY_S:
        return _invalid("MP-130", "The grant has expired; is the clock right?")
    return None


def _registration_flaw(
    client: Client, header: Claims, claims: Claims, assertion: str, now_s: float
) -> Denial | None:
    return (
        _signature_flaw(client, header, assertion, now_s)
        or _scope_flaw(client, text_claim(claims, "scope").split())
        or _customer_flaw(client, text_claim(claims, "consumer_org"))
    )


def _signature_flaw(client: Client, header: Claims, assertion: str, now_s: float) -> Denial | None:
    key_id, chain = text_claim(header, "kid"), header.get("x5c")
    verify = client.keys.get(key_id)
    if is_array(chain):
        if client.certificate is None or chain[:1] != [client.certificate.text]:
            return _invalid("MP-122", "The certificate is another organisation's than the client's")
        if client.certificate.ends_s <= now_s:
            return _invalid("MP-120", "The certificate has run out")
        verify = client.certificate.verify
    if verify is None:
        return _invalid("MP-120", "No key of that kid is registered on the client")
    if key_id in client.run_out:
        return _invalid("MP-121", "The key was registered too long ago; register a new one")
    signed, _, signature = assertion.rpartition(".")
    if not verify(text_claim(header, "alg"), signed.encode(), decode(signature) or b""):
        return _invalid("MP-124", "The signature does not fit the key")
    return None


def _scope_flaw(client: Client, scopes: Sequence[str]) -> Denial | None:
    if not client.scopes.issuperset(scopes):
        return Denial("invalid_scope", "MP-200", "The client has not got that scope")
    if not client.withheld.isdisjoint(scopes):
        return Denial("invalid_scope", "MP-250", "The organisation was not granted that scope", _FORBIDDEN)
    return None


def _customer_flaw(client: Client, customer: str) -> Denial | None:
    if customer == client.organisation_number:
        return _invalid("MP-011", "consumer_org is the client's own organisation; leave it out")
    if customer and customer not in client.delegated_by:
        return Denial("invalid_grant", "MP-251", "The consumer has not delegated that scope", _FORBIDDEN)
    return None


def _is_texts(value: object) -> bool:
    return is_array(value) and all(isinstance(item, str) for item in value)
