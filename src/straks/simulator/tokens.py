"""
Tokens of the simulator's own making: JWTs that open the simulator and nothing else.

The service tells a Maskinporten token from an Altinn token by the key that signed it. So does this
mint: one secret, one key derived from it per use. A Maskinporten token that was never exchanged is
therefore refused where an Altinn token is wanted, as it is there. Expiry has no leeway.

Like the service, the mint looks at signature, expiry, scope and organisation, and not at issuer or
audience.

Source: RFC 7515 and 7519; Altinn/altinn-authentication, ``AuthenticationController.cs``;
Altinn/altinn-notifications, ``Program.cs``, ``OrgExtractorMiddleware.cs``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from straks.simulator.json_reader import is_object, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

Claims: TypeAlias = dict[str, object]

SCOPE: Final = "altinn:serviceowner/notifications.create"
ORGANISATION: Final = "ttd"
ORGANISATION_NUMBER: Final = "991825827"
LIFETIME_S: Final = 1800
MASKINPORTEN_LIFETIME_S: Final = 599

_BASE64URL: Final = re.compile("[A-Za-z0-9_-]*")
_HEADER: Final = {"alg": "HS256", "typ": "JWT"}


class Use(StrEnum):
    """What a token is good for."""

    MASKINPORTEN = "maskinporten"
    ALTINN = "altinn"


class Mint:
    """
    Signs tokens and knows its own.

    Args:
        secret: What the signatures rest on. Anything will do, as long as others do not know it.

    >>> mint = Mint(b"only for this example")
    >>> token = mint.sign(Use.ALTINN, {"scope": SCOPE, "exp": 1_770_000_000})
    >>> mint.read(Use.ALTINN, token, now_s=1_769_999_999) == {"scope": SCOPE, "exp": 1_770_000_000}
    True
    >>> mint.read(Use.ALTINN, token, now_s=1_770_000_000) is None
    True
    """

    def __init__(self, secret: bytes) -> None:
        self._keys = {use: hmac.digest(secret, use.encode(), hashlib.sha256) for use in Use}

    def revoke(self, use: Use) -> None:
        """Change the key, so that nothing that was signed so far for *use* is good any more."""
        self._keys[use] = hmac.digest(self._keys[use], b"the next one", hashlib.sha256)

    def sign(self, use: Use, claims: Mapping[str, object]) -> str:
        """Make a token of three parts that says *claims*."""
        signed = f"{_encode(json.dumps(_HEADER).encode())}.{_encode(json.dumps(claims).encode())}"
        return f"{signed}.{_encode(self._signature(use, signed))}"

    def read(self, use: Use, token: str, now_s: float) -> Claims | None:
        """Return what *token* says, or None if it is not ours, not for this use, or has expired."""
        signed, _, signature = token.rpartition(".")
        given = decode(signature)
        if given is None or not hmac.compare_digest(given, self._signature(use, signed)):
            return None
        claims = decode_object(signed.partition(".")[2])
        expiry = claims.get("exp") if claims is not None else None
        return claims if isinstance(expiry, int) and expiry > now_s else None

    def _signature(self, use: Use, signed: str) -> bytes:
        return hmac.digest(self._keys[use], signed.encode("utf-8", "surrogatepass"), hashlib.sha256)


def maskinporten_claims(
    *,
    issuer: str,
    client_id: str,
    method: str,
    organisation_number: str,
    customer: str | None,
    scope: str,
    now_s: float,
    lifetime_s: int,
    token_id: str,
) -> Claims:
    """
    Say what Maskinporten says in a token for *client_id*.

    Where it acts for a *customer*, that one is the consumer and its own organisation the supplier.
    """
    claims: Claims = {
        "iss": issuer,
        "client_id": client_id,
        "client_amr": method,
        "consumer": _organisation(customer or organisation_number),
        "scope": scope,
        "token_type": "Bearer",
        "iat": int(now_s),
        "exp": int(now_s) + lifetime_s,
        "jti": token_id,
    }
    return claims if customer is None else {**claims, "supplier": _organisation(organisation_number)}


def _organisation(number: str) -> Claims:
    return {"authority": "iso6523-actorid-upis", "ID": f"0192:{number}"}


def altinn_claims(
    *,
    base: str,
    organisation: str | None,
    organisation_number: str,
    scope: str,
    now_s: float,
    lifetime_s: int,
    token_id: str,
) -> Claims:
    """Say what Altinn says in its token; without an *organisation* the claim for it is left out."""
    claims: Claims = {
        "scope": scope,
        "token_type": "Bearer",
        "jti": token_id,
        "iss": f"{base}/authentication/api/v1/openid/",
        "urn:altinn:orgNumber": organisation_number,
        "urn:altinn:authenticatemethod": "maskinporten",
        "urn:altinn:authlevel": 3,
        "iat": int(now_s),
        "nbf": int(now_s),
        "exp": int(now_s) + lifetime_s,
    }
    return claims if organisation is None else {**claims, "urn:altinn:org": organisation}


def text_claim(claims: Mapping[str, object], name: str) -> str:
    """Return a claim that is a text, or the empty text where there is none."""
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def decode_object(part: str) -> Claims | None:
    """Read one part of a JWT as a JSON object; None where it is none."""
    raw = decode(part)
    value = read_json(raw) if raw is not None else None
    return value if is_object(value) else None


def decode(part: str) -> bytes | None:
    r"""
    Decode base64url without padding; None where it is not that.

    >>> decode("-_8"), decode("+/8=")
    (b'\xfb\xff', None)
    """
    if not _BASE64URL.fullmatch(part) or len(part) % 4 == 1:
        return None
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
