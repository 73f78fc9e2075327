"""
What an Altinn token says, read without checking who signed it.

We are not the token's audience, so its signature is the service's to check. But the service answers
a token that will not do with an empty 401 or 403, and everything that such an answer may mean stands
in the token itself: when it runs out, which scope it has, whose it is, and which environment made
it. So it is read here before it is used, and what would come back as an empty answer is a sentence.

A token that is no JWT says nothing, and is let through: the service decides.

Source: RFC 7519; Altinn/altinn-authentication, ``AuthenticationController.cs``;
Altinn/altinn-notifications, ``Program.cs`` and ``OrgExtractorMiddleware.cs`` (expiry without leeway,
scope, then ``urn:altinn:org``; issuer and audience are not looked at, but each environment signs with
keys of its own).
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from straks.altinn.problem import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

SCOPE: Final = "altinn:serviceowner/notifications.create"
"""What a token must be good for to place an order."""

_PARTS: Final = 3
_BASE64URL: Final = re.compile("[A-Za-z0-9_-]+")
_PLATFORM: Final = re.compile(r"platform\.(?:[a-z0-9-]+\.)?altinn\.(?:no|cloud)")
_MASKINPORTEN: Final = re.compile(r"(?:[a-z0-9-]+\.)*maskinporten\.(?:no|dev)")


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims that decide something. What is missing, or of another kind, is None."""

    issuer: str | None = None
    issued_s: float | None = None
    expires_s: float | None = None
    scopes: tuple[str, ...] | None = None
    organisation: str | None = None
    organisation_number: str | None = None

    @property
    def lifetime_s(self) -> float | None:
        """How long the token lives from the moment it was made, by the clock of who made it."""
        if self.issued_s is None or self.expires_s is None:
            return None
        return self.expires_s - self.issued_s


def read_claims(token: str) -> Claims | None:
    """
    Read what *token* says; None where it is no JWT.

    >>> read_claims("e30.eyJleHAiOiAxNzcwMDAwMDAwfQ.c2ln").expires_s
    1770000000
    """
    parts = token.split(".")
    if len(parts) != _PARTS or not all(map(_BASE64URL.fullmatch, parts)):
        return None
    said = _decoded(parts[1])
    if said is None or _decoded(parts[0]) is None:
        return None
    scope = said.get("scope")
    return Claims(
        issuer=_text(said, "iss"),
        issued_s=_number(said, "iat"),
        expires_s=_number(said, "exp"),
        scopes=tuple(scope.split()) if isinstance(scope, str) else None,
        organisation=_text(said, "urn:altinn:org"),
        organisation_number=_text(said, "urn:altinn:orgNumber"),
    )


def flaw(claims: Claims, base_url: str, now_s: float | None = None) -> str | None:
    """
    Say why the service at *base_url* would refuse a token that says *claims*; None if it should not.

    Args:
        claims: What the token says.
        base_url: Scheme and host of the service.
        now_s: Seconds since 1970; None where it is known not to have run out.
    """
    maker, place = _host(claims.issuer), _host(base_url)
    if _MASKINPORTEN.fullmatch(maker):
        return (
            "this is Maskinporten's token, and the service takes Altinn's: exchange it first, or give "
            "straks.Maskinporten, which does"
        )
    if maker != place and _PLATFORM.fullmatch(maker) and _PLATFORM.fullmatch(place):
        return (
            f"the token was made by {maker} and the orders go to {place}; get one from there, for each "
            "environment signs with keys of its own"
        )
    if now_s is not None and claims.expires_s is not None and claims.expires_s <= now_s:
        return (
            f"the token has run out, at {_moment(claims.expires_s)}, {now_s - claims.expires_s:.0f} s ago by "
            "the clock of this machine; get a new one"
        )
    if SCOPE not in (claims.scopes or ()):
        return (
            f"the token lacks the scope {SCOPE} (it has: {_listed(claims.scopes)}); add the scope to the "
            "client in Samarbeidsportalen and ask for it"
        )
    if not (claims.organisation or "").strip():
        number = _listed((claims.organisation_number or "",))
        return (
            f"the token names no organisation (urn:altinn:org): Altinn does not know organisation {number} "
            "as a service owner. Ask tjenesteeier@altinn.no; Digdir's own clients set test_department"
        )
    return None


def _decoded(part: str) -> Mapping[str, Any] | None:
    try:
        said = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", said) if isinstance(said, dict) else None


def _text(said: Mapping[str, Any], name: str) -> str | None:
    value = said.get(name)
    return value if isinstance(value, str) else None


def _number(said: Mapping[str, Any], name: str) -> float | None:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Beyond what a calendar holds it is no time, and neither is NaN.
    return value if 0 <= value <= _LAST_S else None


_LAST_S: Final = 253_402_300_799  # the end of the year 9999


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url or "").hostname or "").lower()
    except ValueError:
        return ""


def _listed(names: tuple[str, ...] | None) -> str:
    return one_line(" ".join(names or ()))[:200] or "none"


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
