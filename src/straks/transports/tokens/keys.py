"""
The key that signs grants, in the forms that people have it.

=================  ================================================  ======================
form               told by                                           names its key by
=================  ================================================  ======================
JWK                a mapping, JSON text, or base64 of that            its own ``kid``
PEM                ``-----BEGIN``, PKCS#1 or PKCS#8                   a key id given beside it
PKCS#12            DER: bytes, or a file                              its certificate chain
a `Signer`         has ``header`` and ``sign``                        its own header
=================  ================================================  ======================

A text or bytes are the key itself; a `pathlib.Path` names a file that holds it. This is where it is
decided that a key will do: RSA, of 2048 bits at least, with its private half, and named in exactly
one way. Elliptic curves are refused in so many words, because Maskinporten refuses them as yet and
says so less clearly.

A key file that everybody may *change* is refused, for then the key is anybody's. One that everybody
may *read* is used with a warning: inside a container that is what mounted secrets commonly look like,
and who else could read it there cannot be seen from here.

PyJWT and cryptography are loaded when a key is read and not before. What they say about a key that
they cannot read is dropped, together with their frames: a traceback may hold whatever they held.

Source: RFC 7517, 7518; RFC 5958, 8017 (PKCS#8, PKCS#1); RFC 7292 (PKCS#12); NIST SP 800-131A (2048 bits).
"""

from __future__ import annotations

import binascii
import json
import os
import stat
import warnings
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeGuard, cast

from straks.altinn.grant import ALGORITHMS, Signer, check_header
from straks.errors import InvalidKey, MissingExtra

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography import x509

KeyLike: TypeAlias = "str | bytes | os.PathLike[str] | Mapping[str, object] | Signer"
"""What may be given as a key."""

BITS_LEAST: Final = 2048
FILE_OCTETS_MOST: Final = 1_048_576

_DER: Final = (0x30, 0x80)  # a sequence whose length takes more than one octet


@dataclass(frozen=True, slots=True)
class KeySigner:
    """
    Signs with an RSA key in this process.

    ``expires`` is when the certificate runs out; None for a key without one.
    """

    header: Mapping[str, object] = field(repr=False)
    expires: datetime | None
    _sign: Callable[[bytes], bytes] = field(repr=False)

    def sign(self, octets: bytes) -> bytes:
        """Return the signature of *octets*."""
        return self._sign(octets)


@dataclass(frozen=True, slots=True)
class _Found:
    """A private key as cryptography has it, and what was said about it."""

    private: Any = field(repr=False)
    key_id: str | None = None
    algorithm: str = ALGORITHMS[0]
    chain: tuple[x509.Certificate, ...] = ()


def find_signer(
    key: KeyLike, *, key_id: str | None = None, passphrase: str | bytes | None = None
) -> Signer | InvalidKey | MissingExtra:
    """
    Return who signs with *key*, or the error that says why nobody can.

    The error is returned and not raised: what raises it should hold no key any more.

    Args:
        key: The key in one of its forms, a `pathlib.Path` to it, or a signer of the caller's own.
        key_id: Under which name it is registered. A JWK has its own; a PEM needs one; given beside a
            PKCS#12 it is used in place of the certificate.
        passphrase: For a PEM or PKCS#12 that is encrypted.
    """
    try:
        if _is_signer(key):
            check_header(key.header)
            return key
        found = _found(key, passphrase.encode() if isinstance(passphrase, str) else passphrase)
        return InvalidKey(found) if isinstance(found, str) else _signer(found, key_id)
    except InvalidKey as error:
        return error.with_traceback(None)
    except ImportError:
        return MissingExtra("straks.Maskinporten", "maskinporten")


def warn_of_readers(path: Path, *, stacklevel: int) -> None:
    """Warn if everybody on this machine may read the key file *path*."""
    if os.name == "posix" and path.stat().st_mode & stat.S_IROTH:
        warnings.warn(
            f"everybody on this machine may read the key file {path}; chmod 600 it, unless this is a "
            "container of its own",
            stacklevel=stacklevel + 1,
        )


def _is_signer(key: object) -> TypeGuard[Signer]:
    return hasattr(key, "header") and hasattr(key, "sign")


# From here to the end, what is wrong comes back as a sentence: see `find_signer`.


def _found(key: object, secret: bytes | None) -> _Found | str:
    if isinstance(key, Mapping):
        return _from_jwk(dict(cast("Mapping[str, Any]", key)))
    if isinstance(key, os.PathLike):
        octets = _read(Path(cast("os.PathLike[str]", key)))
        return octets if isinstance(octets, str) else _from_octets(octets, secret)
    if isinstance(key, str):
        return _from_octets(key.encode("utf-8", "replace"), secret)
    return _from_octets(bytes(key), secret) if isinstance(key, bytes | bytearray) else _UNREADABLE


def _read(path: Path) -> bytes | str:
    try:
        mode = path.stat().st_mode
        octets = path.read_bytes() if stat.S_ISREG(mode) and path.stat().st_size <= FILE_OCTETS_MOST else b""
    except OSError as error:
        return f"the key file {path} cannot be read ({error.strerror})"
    if os.name == "posix" and mode & stat.S_IWOTH:
        return f"everybody on this machine may change the key file {path}; chmod 600 it, and ask who did"
    return octets


def _from_octets(octets: bytes, secret: bytes | None, *, decoded: bool = False) -> _Found | str:
    if len(octets) > 1 and octets[0] == _DER[0] and octets[1] >= _DER[1]:
        return _from_pkcs12(octets, secret)
    text = octets.strip()
    if text.startswith(b"{"):
        try:
            jwk = json.loads(text)
        except (ValueError, RecursionError):
            return _UNREADABLE
        return _from_jwk(jwk)
    if text.startswith(b"-----BEGIN"):
        return _from_pem(text, secret)
    packed = b"".join(text.split()).rstrip(b"=").translate(_TO_STANDARD)
    try:
        inner = b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except binascii.Error:
        inner = b""
    return _UNREADABLE if decoded or not inner else _from_octets(inner, secret, decoded=True)


def _from_jwk(jwk: dict[str, Any]) -> _Found | str:
    from jwt.algorithms import RSAAlgorithm

    kind, algorithm, key_id = jwk.get("kty"), jwk.get("alg", ALGORITHMS[0]), jwk.get("kid")
    if kind != "RSA":
        return _ELLIPTIC if kind in ("EC", "OKP") else _NOT_RSA
    if "d" not in jwk:
        return _NOT_PRIVATE
    if algorithm not in ALGORITHMS:
        return f"the JWK is for another algorithm than {', '.join(ALGORITHMS)}, which Maskinporten takes"
    try:
        private: Any = RSAAlgorithm.from_jwk(jwk)
    except Exception:  # noqa: BLE001 - whatever is wrong inside, all that can be said is that it is wrong
        return _UNREADABLE
    return _Found(private, key_id if isinstance(key_id, str) and key_id else None, str(algorithm))


def _from_pem(text: bytes, secret: bytes | None) -> _Found | str:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if b"PRIVATE KEY-----" not in text:
        return _NOT_PRIVATE
    try:
        return _Found(load_pem_private_key(text, secret))
    except TypeError:
        return _LOCKED if secret is None else "a passphrase was given, and the key is not encrypted"
    except Exception:  # noqa: BLE001 - whatever is wrong inside, all that can be said is that it is wrong
        return _NOT_OPENED if secret is not None else _UNREADABLE


def _from_pkcs12(octets: bytes, secret: bytes | None) -> _Found | str:
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    try:
        store = load_pkcs12(octets, secret)
    except Exception:  # noqa: BLE001 - whatever is wrong inside, all that can be said is that it is wrong
        return _NOT_OPENED if secret is not None else _LOCKED
    if store.key is None:
        return _NOT_PRIVATE
    others = [other.certificate for other in store.additional_certs]
    return _Found(store.key, chain=_chain(store.cert.certificate, others) if store.cert else ())


def _chain(leaf: x509.Certificate, others: list[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Put the certificates in order: each is vouched for by the next."""
    chain, left = [leaf], {other.subject: other for other in others if other != leaf}
    while (issuer := left.pop(chain[-1].issuer, None)) is not None:
        chain.append(issuer)
    return tuple(chain)


def _signer(found: _Found, key_id: str | None) -> Signer | InvalidKey:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding
    from jwt import get_algorithm_by_name

    private = found.private
    if not isinstance(private, RSAPrivateKey):
        on_a_curve = isinstance(private, EllipticCurvePrivateKey | Ed25519PrivateKey | Ed448PrivateKey)
        return InvalidKey(_ELLIPTIC if on_a_curve else _NOT_RSA)
    if private.key_size < BITS_LEAST:
        return InvalidKey(
            f"the key has {private.key_size} bits, and fewer than {BITS_LEAST} can be broken; make a new one"
        )
    name = key_id or found.key_id
    header: dict[str, object] = {"alg": found.algorithm}
    if name is not None:
        header["kid"] = name
    elif found.chain:
        header["x5c"] = [b64encode(each.public_bytes(Encoding.DER)).decode() for each in found.chain]
    else:
        return InvalidKey(
            "the key does not say under which name it is registered; give key_id, which Samarbeidsportalen "
            "shows as kid"
        )
    check_header(header)
    algorithm = get_algorithm_by_name(found.algorithm)
    expires = found.chain[0].not_valid_after_utc if found.chain else None
    return KeySigner(header, expires, lambda octets: algorithm.sign(octets, private))


_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_ELLIPTIC: Final = (
    "the key is on an elliptic curve, which Maskinporten does not take yet; use RSA, of 2048 bits or more"
)
_NOT_RSA: Final = "the key is no RSA key, and Maskinporten takes no other; use one of 2048 bits or more"
_NOT_PRIVATE: Final = "this is only the public half of a key (or a certificate); the private half signs"
_LOCKED: Final = "the key is encrypted, or broken; give its passphrase"
_NOT_OPENED: Final = "the passphrase does not open the key, or the key is broken"
_UNREADABLE: Final = (
    "the key cannot be read; it may be a JWK (JSON, or base64 of it), a PEM or a PKCS#12, each whole. A file "
    "is named with pathlib.Path"
)
