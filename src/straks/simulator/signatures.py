"""
Public keys and certificates of clients, and whether a grant was signed with what belongs to them.

This is the only part of the simulator that needs cryptography (``straks[maskinporten]``), and it is
loaded when a key is registered. A simulator where nobody registered a key takes a grant's signature
as it comes.

Source: RFC 7515, appendix A.2 (RSASSA-PKCS1-v1_5); RFC 7517 and 7518, 6.3 (RSA keys as JWK).
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from straks.errors import InvalidKey, MissingExtra

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

Verify: TypeAlias = Callable[[str, bytes, bytes], bool]
"""Tells whether the third is the signature of the second by the algorithm that the first names."""

BITS: Final = 2048

_PRIVATE: Final = ("d", "p", "q", "dp", "dq", "qi")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as it stands in ``x5c``: base64 of its DER; and until when it is good."""

    text: str = field(repr=False)
    ends_s: float
    verify: Verify = field(repr=False)


def public_key(key: str | bytes | Mapping[str, object]) -> Verify:
    """
    Read a client's RSA key: a JWK (mapping or JSON) or a PEM. Of a private key, the public half is kept.

    Raises:
        InvalidKey: It is none.
        MissingExtra: cryptography is not installed.
    """
    serialization = _cryptography("serialization")
    octets = key.encode() if isinstance(key, str) else key
    try:
        if isinstance(octets, bytes) and octets.lstrip().startswith(b"-----BEGIN"):
            private = b"PRIVATE KEY-----" in octets
            found: Any = (
                serialization.load_pem_private_key(octets, None).public_key()
                if private
                else serialization.load_pem_public_key(octets)
            )
        else:
            found = _from_jwk(json.loads(octets) if isinstance(octets, bytes) else octets)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InvalidKey("a client's key is an RSA key: a JWK, or a PEM without passphrase") from None
    return _verifier(found)


def certificate(pem: bytes) -> Certificate:
    """
    Read a client's certificate from a PEM.

    Raises:
        InvalidKey: It is none, or not of an RSA key.
        MissingExtra: cryptography is not installed.
    """
    serialization = _cryptography("serialization")
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise InvalidKey("a client's certificate is a PEM that begins with its own certificate") from None
    text = b64encode(found.public_bytes(serialization.Encoding.DER)).decode()
    return Certificate(text, found.not_valid_after_utc.timestamp(), _verifier(found.public_key()))


def new_private_jwk() -> dict[str, str]:
    """
    Throw a new RSA key, as a private JWK.

    Raises:
        MissingExtra: cryptography is not installed.
    """
    numbers = _cryptography("asymmetric.rsa").generate_private_key(65_537, BITS).private_numbers()
    public = numbers.public_numbers
    parts = {
        "n": public.n,
        "e": public.e,
        "d": numbers.d,
        "p": numbers.p,
        "q": numbers.q,
        "dp": numbers.dmp1,
        "dq": numbers.dmq1,
        "qi": numbers.iqmp,
    }
    return {
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        **{name: _packed(part) for name, part in parts.items()},
    }


def public_half(jwk: Mapping[str, object]) -> dict[str, object]:
    """Return *jwk* without what is private in it."""
    return {name: value for name, value in jwk.items() if name not in _PRIVATE}


def _cryptography(module: str) -> Any:  # noqa: ANN401 - a module
    from importlib import import_module

    try:
        return import_module(f"cryptography.hazmat.primitives.{module}")
    except ImportError as missing:
        raise MissingExtra("a client with a key of its own", "maskinporten") from missing


def _from_jwk(jwk: Mapping[str, object]) -> RSAPublicKey:
    if jwk["kty"] != "RSA":
        raise ValueError
    numbers = _cryptography("asymmetric.rsa").RSAPublicNumbers(
        _unpacked(cast("str", jwk["e"])), _unpacked(cast("str", jwk["n"]))
    )
    return cast("RSAPublicKey", numbers.public_key())


def _verifier(key: object) -> Verify:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    if not isinstance(key, RSAPublicKey):
        raise InvalidKey("a client's key is an RSA key, as Maskinporten takes no other")
    kinds = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}

    def verify(algorithm: str, signed: bytes, signature: bytes) -> bool:
        try:
            key.verify(signature, signed, PKCS1v15(), kinds[algorithm])
        except InvalidSignature:
            return False
        return True

    return verify


def _packed(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _unpacked(text: str) -> int:
    return int.from_bytes(urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")
