"""
The way to a token: Maskinporten's ``/token`` and Altinn's exchange.

A grant is checked for everything that its own text can show: shape, header, claims, times, and
that it was not used before. Its *signature* is not checked: that needs the client's public key,
and comes with the registration of keys. Until then any client id is known here, and every client
is the test department (``ttd``) unless it acts for another organisation.

Every refusal carries its MP code in ``error_description``, as Maskinporten's do; nothing of what
was sent is repeated in it.

Source: docs.digdir.no, the pages on JWT grants, the token endpoint and troubleshooting of
Maskinporten; RFC 7523; Altinn/altinn-authentication, ``AuthenticationController.cs``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from straks.simulator.json_reader import is_array, is_object
from straks.simulator.tokens import (
    ORGANISATION,
    ORGANISATION_NUMBER,
    Claims,
    altinn_claims,
    decode_object,
    text_claim,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ALGORITHMS: Final = ("RS256", "RS384", "RS512")
LONGEST_LIFE_S: Final = 120
LEEWAY_S: Final = 10
TEST_ISSUER: Final = "https://test.maskinporten.no/"

_REQUIRED: Final = frozenset({"iss", "aud", "scope", "iat", "exp"})
_OPTIONAL: Final = frozenset(
    {"jti", "resource", "consumer_org", "authorization_details", "pid", "iss_onbehalfof"}
)
_ORGANISATIONS: Final = {ORGANISATION_NUMBER: ORGANISATION}
_ORGANISATION_NUMBER: Final = re.compile("[0-9]{9}")


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant that holds: who asks, for what, and on whose behalf."""

    client_id: str
    scope: str
    organisation_number: str


@dataclass(frozen=True, slots=True)
class Denial:
    """Why there is no token: OAuth's word for it, Maskinporten's code, and a sentence."""

    error: str
    code: str
    sentence: str

    def as_json(self, trace_id: str) -> dict[str, object]:
        """Return the body that Maskinporten answers with."""
        description = f"{self.code}: {self.sentence} (trace_id: {trace_id})"
        return {"error": self.error, "error_description": description}


def _invalid(code: str, sentence: str) -> Denial:
    return Denial("invalid_grant", code, f"Invalid assertion. {sentence}")


class Grants:
    """Checks grants, and remembers the ones that were used."""

    def __init__(self) -> None:
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
        if list(form.get("grant_type", ())) != [GRANT_TYPE]:
            return Denial("unsupported_grant_type", "MP-011", f"grant_type must be {GRANT_TYPE}")
        match list(form.get("assertion", ())):
            case [assertion]:
                pass
            case _:
                return Denial("invalid_request", "MP-011", "one assertion must be given")
        header, claims = _parts(assertion)
        if header is None or claims is None:
            return _invalid("MP-011", "It must be a JWT: header, claims and signature, each base64url")
        denial = (
            _header_flaw(header)
            or _option_flaw(claims)
            or _claim_flaw(claims, issuers)
            or _time_flaw(claims, now_s)
        )
        if denial is not None:
            return denial
        client_id = text_claim(claims, "iss")
        # A grant without jti can still be told from another: by all of it.
        mark = (client_id, text_claim(claims, "jti") or assertion)
        if mark in self._used:
            return _invalid("MP-012", "This grant was used before; make a new one for every request")
        self._used.add(mark)
        return Grant(
            client_id,
            text_claim(claims, "scope"),
            text_claim(claims, "consumer_org") or ORGANISATION_NUMBER,
        )


def exchanged(claims: Claims, *, base: str, now_s: float, lifetime_s: int, session_id: str) -> Claims:
    """
    Turn what Maskinporten says into what Altinn says.

    The short name of the organisation is added only where the scope is a service owner's and the
    organisation is one that Altinn knows.
    """
    consumer = claims.get("consumer")
    identifier = text_claim(consumer, "ID") if is_object(consumer) else ""
    number = identifier.partition(":")[2]
    scope = text_claim(claims, "scope")
    kept = {name: claims[name] for name in claims if name not in ("aud", "iss", "client_amr", "sid")}
    return {
        **kept,
        **altinn_claims(
            base=base,
            organisation=_ORGANISATIONS.get(number) if "altinn:serviceowner" in scope else None,
            organisation_number=number,
            scope=scope,
            now_s=now_s,
            lifetime_s=lifetime_s,
            token_id=text_claim(claims, "jti"),
        ),
        "sid": session_id,
    }


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
    if not text_claim(claims, "iss").strip():
        return Denial("invalid_client", "MP-100", "Client authentication failed: iss must be a client id")
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


def _is_texts(value: object) -> bool:
    return is_array(value) and all(isinstance(item, str) for item in value)
