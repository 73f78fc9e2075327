"""
The grant: a client's signed word for who it is, good once and for two minutes.

Maskinporten takes it in exchange for a token. What may stand in it is narrow, and what is more than
that is refused, so nothing is optional here but the organisation that a supplier acts for:

* the header names the algorithm and *exactly one* of ``kid`` (a key registered on the client) and
  ``x5c`` (the chain of an enterprise certificate, an array even when it is one);
* ``aud`` is one string, the issuer's own name with its last slash; neither a list nor the address of
  the token endpoint;
* ``exp`` is at most 120 s after ``iat``. It is close to that, because a server whose clock is ahead
  of ours forgives a long grant and not a short one; one whose clock is behind by more than 10 s
  forgives neither, and then ``iat`` is set back (`straks.altinn.fetch`);
* ``jti`` is new every time: a grant that comes twice is refused, also when the first one got lost.

Signing is the one thing that needs a key, and it is one function from bytes to bytes: a key in this
process, in a vault or in a hardware module all fit. Only RSA signatures are taken as of today; which
algorithm it is stands in the signer's header, so that another is a line in `ALGORITHMS`.

Source: docs.digdir.no, the page on JWT grants; RFC 7515; RFC 7523.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, cast

from straks.altinn.claims import SCOPE
from straks.errors import InvalidKey, InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALGORITHMS: Final = ("RS256", "RS384", "RS512")
"""What Maskinporten takes. Elliptic curves are announced, and refused as yet."""

LIFE_S: Final = 110
"""How long a grant is good, in seconds. The most is 120."""

_WORD: Final = re.compile("[!-~]+")
_ORGANISATION: Final = re.compile("[0-9]{9}")
_WEIGHTS: Final = (3, 2, 7, 6, 5, 4, 3, 2)


class Signer(Protocol):
    """Signs grants. Its ``repr`` shows no key."""

    @property
    def header(self) -> Mapping[str, object]:
        """``alg``, and exactly one of ``kid`` (text) and ``x5c`` (a list of base64 DER, leaf first)."""
        ...

    def sign(self, octets: bytes) -> bytes:
        """Return the signature of *octets* by the algorithm that the header names."""
        ...


@dataclass(frozen=True, slots=True)
class Client:
    """
    Who asks, for what, and on whose behalf.

    ``consumer_org`` is the organisation a supplier acts for, nine digits; None for its own.
    """

    client_id: str
    scopes: tuple[str, ...] = (SCOPE,)
    consumer_org: str | None = None

    @classmethod
    def of(cls, client_id: str, scopes: str | Iterable[str], consumer_org: str | None) -> Client:
        """
        Make a client of what a person wrote; scopes are a list, or one text with spaces between.

        Raises:
            InvalidSetting: One of these cannot be.
        """
        client_id = client_id.strip()
        if not _WORD.fullmatch(client_id):
            raise InvalidSetting(
                "client_id is one word, a UUID that Samarbeidsportalen shows; many platforms put it into "
                "MASKINPORTEN_CLIENT_ID"
            )
        if is_organisation_number(client_id):
            raise InvalidSetting(
                "client_id is an organisation number; it must be the id of the client, which is a UUID in "
                "Samarbeidsportalen"
            )
        wanted = tuple(sorted(set(scopes.split() if isinstance(scopes, str) else scopes)))
        if not all(map(_WORD.fullmatch, wanted)):
            raise InvalidSetting("a scope is one word, such as " + SCOPE)
        if SCOPE not in wanted:
            raise InvalidSetting(f"the scopes lack {SCOPE}, without which no order can be placed")
        if consumer_org is not None and not is_organisation_number(consumer_org):
            raise InvalidSetting(
                "consumer_org is the number of an organisation: nine digits, the last of which checks the "
                "others, without 0192: before them"
            )
        return cls(client_id, wanted, consumer_org)

    @property
    def scope(self) -> str:
        """The scopes as Maskinporten wants them: one text."""
        return " ".join(self.scopes)


def is_organisation_number(text: str) -> bool:
    """
    Tell whether *text* is nine digits whose last checks the others (modulus 11).

    >>> is_organisation_number("991825827"), is_organisation_number("991825828")
    (True, False)

    Source: brreg.no, «Organisasjonsnummeret».
    """
    if not _ORGANISATION.fullmatch(text):
        return False
    rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False)) % 11
    return (11 - rest) % 11 == int(text[-1])


def check_header(header: Mapping[str, object]) -> None:
    """
    See to it that a grant may be sent under *header*.

    Raises:
        InvalidKey: It names another algorithm, or not exactly one of ``kid`` and ``x5c``.
    """
    if header.get("alg") not in ALGORITHMS:
        raise InvalidKey(
            f"Maskinporten takes grants signed with {', '.join(ALGORITHMS)} only; use an RSA key. Elliptic "
            "curves are announced, and not taken yet"
        )
    key_id, chain = header.get("kid"), header.get("x5c")
    if (key_id is None) == (chain is None):
        raise InvalidKey("a grant names its key either by kid or by x5c (a certificate chain); give one")
    if key_id is not None and not (isinstance(key_id, str) and key_id.strip()):
        raise InvalidKey("a key id is the text under which the key is registered in Samarbeidsportalen")
    if chain is not None:
        texts = cast("list[object]", chain) if isinstance(chain, list) else []
        if not texts or not all(isinstance(text, str) for text in texts):
            raise InvalidKey("x5c is a list of certificates, each the base64 of its DER, the client's first")


def write_grant(client: Client, signer: Signer, *, issuer: str, issued_s: float, grant_id: str) -> str:
    """
    Write and sign a grant.

    Args:
        client: Who asks.
        signer: Signs, and says what stands in the header.
        issuer: Maskinporten's own name, with the slash at its end.
        issued_s: The time by Maskinporten's clock as far as it is known, in seconds since 1970.
        grant_id: An id that no grant has had before.
    """
    claims: dict[str, object] = {
        "iss": client.client_id,
        "aud": issuer,
        "scope": client.scope,
        "iat": int(issued_s),
        "exp": int(issued_s) + LIFE_S,
        "jti": grant_id,
    }
    if client.consumer_org is not None:
        claims["consumer_org"] = client.consumer_org
    signed = f"{_part({**signer.header, 'typ': 'JWT'})}.{_part(claims)}"
    return f"{signed}.{_encoded(signer.sign(signed.encode()))}"


def _part(said: Mapping[str, object]) -> str:
    return _encoded(json.dumps(said, separators=(",", ":")).encode())


def _encoded(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
