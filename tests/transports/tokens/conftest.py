"""Keys and certificates, thrown for this run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 2, 4, 11, 32, tzinfo=UTC)


@dataclass(frozen=True)
class Chain:
    """A key, its certificate, and those that vouch for it."""

    key: rsa.RSAPrivateKey
    leaf: x509.Certificate
    others: tuple[x509.Certificate, ...]


@pytest.fixture(scope="session")
def rsa_key(client_jwk: dict[str, str]) -> rsa.RSAPrivateKey:
    """The client's key, as cryptography has it."""
    key = RSAAlgorithm.from_jwk(dict(client_jwk))
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


@pytest.fixture(scope="session")
def chain_until(rsa_key: rsa.RSAPrivateKey) -> Callable[..., Chain]:
    """Return a maker of certificate chains whose leaf runs out so long after 4 February 2026."""

    def certificate(subject: str, issuer: str, ends: datetime) -> x509.Certificate:
        def name(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        return (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name(issuer))
            .public_key(rsa_key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1000))
            .not_valid_after(ends)
            .sign(rsa_key, hashes.SHA256())
        )

    def make(left: timedelta) -> Chain:
        far = NOW + timedelta(days=9000)
        middle, root, stranger = (
            certificate("middle", "root", far),
            certificate("root", "root", far),
            certificate("stranger", "stranger", far),
        )
        leaf = certificate("Testdepartementet", "middle", NOW + left)
        return Chain(rsa_key, leaf, (root, stranger, middle))

    return make
