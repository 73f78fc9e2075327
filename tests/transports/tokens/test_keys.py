"""The key in every form that people have it, and every way in which it will not do."""

from __future__ import annotations

import base64
import json
import traceback
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from hypothesis import given
from hypothesis import strategies as st

from straks.errors import InvalidKey, MissingExtra
from straks.transports.tokens.keys import KeySigner, find_signer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Chains = Callable[..., Any]

PASSPHRASE = "korrekt hest batteri"
FORMATS = (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL)


def pem(key: Any, shape: PrivateFormat = PrivateFormat.PKCS8, passphrase: str | None = None) -> str:  # noqa: ANN401
    lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return str(key.private_bytes(Encoding.PEM, shape, lock).decode())


def signer(key: Any, **settings: Any) -> KeySigner:  # noqa: ANN401 - as given
    found = find_signer(key, **settings)
    assert isinstance(found, KeySigner), found
    return found


def refusal(key: Any, **settings: Any) -> str:  # noqa: ANN401 - as given
    found = find_signer(key, **settings)
    assert isinstance(found, InvalidKey), found
    return str(found)


def signs_with(found: KeySigner, key: rsa.RSAPrivateKey) -> bool:
    key.public_key().verify(found.sign(b"octets"), b"octets", padding.PKCS1v15(), SHA256())
    return True


# What will do


def written(jwk: dict[str, str]) -> dict[str, Any]:
    """Write *jwk* in every way that people do."""
    text = json.dumps(jwk)
    return {
        "mapping": jwk,
        "json": text,
        "indented": f"\n {json.dumps(jwk, indent=2)}\n",
        "bytes": text.encode(),
        "bytearray": bytearray(text.encode()),
        "base64": base64.b64encode(text.encode()).decode(),
        "base64url": base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode(),
        "base64-lines": base64.encodebytes(text.encode()).decode(),
    }


@pytest.mark.parametrize("way", written({}))
def test_a_jwk_is_read_however_it_is_written(
    client_jwk: dict[str, str], rsa_key: rsa.RSAPrivateKey, way: str
) -> None:
    found = signer(written(client_jwk)[way])

    assert found.header == {"alg": "RS256", "kid": "test-1"}
    assert found.expires is None
    assert signs_with(found, rsa_key)


def test_a_jwk_without_its_primes_is_still_a_key(
    client_jwk: dict[str, str], rsa_key: rsa.RSAPrivateKey
) -> None:
    found = signer({name: client_jwk[name] for name in ("kty", "n", "e", "d", "kid")})

    assert signs_with(found, rsa_key)


def test_the_algorithm_is_the_jwks(client_jwk: dict[str, str], rsa_key: rsa.RSAPrivateKey) -> None:
    found = signer({**client_jwk, "alg": "RS512"})

    assert found.header["alg"] == "RS512"
    rsa_key.public_key().verify(found.sign(b"x"), b"x", padding.PKCS1v15(), SHA512())


@pytest.mark.parametrize("shape", FORMATS)
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_a_pem_is_read_with_its_key_id_and_passphrase(
    rsa_key: rsa.RSAPrivateKey,
    shape: PrivateFormat,
    passphrase: str | None,
) -> None:
    text = pem(rsa_key, shape, passphrase)
    encoded = base64.b64encode(text.encode()).decode()

    for key in (text, text.encode(), f"\n{text}", encoded):
        found = signer(key, key_id="k1", passphrase=passphrase)
        assert found.header == {"alg": "RS256", "kid": "k1"}
        assert signs_with(found, rsa_key)


def store(chain: Any, passphrase: str | None = PASSPHRASE) -> bytes:  # noqa: ANN401 - a chain
    lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"x", chain.key, chain.leaf, chain.others, lock)


def test_a_pkcs12_names_its_key_by_its_chain_in_order(chain_until: Chains) -> None:
    chain = chain_until(timedelta(days=99))
    found = signer(store(chain), passphrase=PASSPHRASE)
    root, _, middle = chain.others
    der = [b64encode(each.public_bytes(Encoding.DER)).decode() for each in (chain.leaf, middle, root)]

    assert found.header == {"alg": "RS256", "x5c": der}
    assert found.expires == chain.leaf.not_valid_after_utc
    assert signs_with(found, chain.key)
    assert der[0] not in repr(found)


def test_a_pkcs12_may_be_base64_and_its_passphrase_bytes(chain_until: Chains) -> None:
    octets = store(chain_until(timedelta(days=99)))

    assert "x5c" in signer(base64.b64encode(octets).decode(), passphrase=PASSPHRASE.encode()).header


def test_a_key_id_beside_a_pkcs12_takes_the_place_of_its_chain(chain_until: Chains) -> None:
    found = signer(store(chain_until(timedelta(days=99)), None), key_id="k1")

    assert found.header == {"alg": "RS256", "kid": "k1"}
    assert found.expires is not None


def test_a_key_id_that_is_given_counts_before_the_jwks(client_jwk: dict[str, str]) -> None:
    assert signer(client_jwk, key_id="other").header["kid"] == "other"


class Vault:
    """A signer that has its key elsewhere."""

    def __init__(self, **header: object) -> None:
        self.header: dict[str, object] = header

    def sign(self, octets: bytes) -> bytes:
        return octets


def test_a_signer_of_the_callers_own_is_taken_as_it_is() -> None:
    vault = Vault(alg="RS256", kid="hsm-1")

    assert find_signer(vault) is vault


def test_a_signer_whose_header_will_not_do_is_refused() -> None:
    assert "Elliptic curves are announced" in refusal(Vault(alg="ES256", kid="hsm-1"))
    assert "either by kid or by x5c" in refusal(Vault(alg="RS256"))


# Files


@pytest.mark.parametrize("form", ["jwk", "pem", "pkcs12"])
def test_a_path_is_a_file_with_the_key(
    form: str, client_jwk: dict[str, str], rsa_key: rsa.RSAPrivateKey, chain_until: Chains, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    octets = {
        "jwk": json.dumps(client_jwk).encode(),
        "pem": pem(rsa_key, passphrase=PASSPHRASE).encode(),
        "pkcs12": store(chain_until(timedelta(days=99))),
    }[form]
    file.write_bytes(octets)
    file.chmod(0o600)
    settings = {} if form == "jwk" else {"passphrase": PASSPHRASE, "key_id": "k1"}

    assert signs_with(signer(file, **settings), rsa_key)


def test_a_file_that_everybody_may_change_is_refused(client_jwk: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(json.dumps(client_jwk))
    file.chmod(0o602)

    assert "everybody on this machine may change the key file" in refusal(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = refusal(tmp_path / "nøkkel.pem")

    assert "nøkkel.pem cannot be read (No such file or directory)" in said


def test_a_file_that_is_none_or_far_too_large_is_not_read(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(b"{" + b" " * 1_048_577)
    large.chmod(0o600)

    assert "the key cannot be read" in refusal(tmp_path)
    assert "the key cannot be read" in refusal(large)


# What will not do


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ({"kty": "EC", "crv": "P-256"}, "on an elliptic curve, which Maskinporten does not take yet"),
        ({"kty": "OKP", "crv": "Ed25519"}, "on an elliptic curve"),
        ({"kty": "oct", "k": "c2VjcmV0"}, "no RSA key"),
        ({"keys": []}, "no RSA key"),
        ({}, "no RSA key"),
        ({"kty": "RSA", "n": "AQAB", "e": "AQAB"}, "only the public half"),
        ({"kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "AQAB"}, "the key cannot be read"),
        ({"kty": "RSA", "n": 7, "e": 7, "d": 7}, "the key cannot be read"),
        ("{", "the key cannot be read"),
        ("[" * 100_000, "the key cannot be read"),
        ("{" + '"a":[' * 100_000, "the key cannot be read"),
        ("", "the key cannot be read"),
        ("secret-482913", "the key cannot be read"),
        ("/etc/straks/key.pem", "A file is named with pathlib.Path"),
        (base64.b64encode(base64.b64encode(b"{}")).decode(), "the key cannot be read"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "only the public half"),
        ("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "only the public half"),
        ("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", "the key cannot be read"),
        (b"\x30\x82\x00\x00", "the key is encrypted, or broken"),
        (b"\x30", "the key cannot be read"),
        (b"", "the key cannot be read"),
        (7, "the key cannot be read"),
        (None, "the key cannot be read"),
    ],
)
def test_a_key_that_is_none_is_refused_and_not_repeated(key: Any, said: str) -> None:  # noqa: ANN401
    found = refusal(key)

    assert said in found
    assert "482913" not in found


@pytest.mark.parametrize(
    "make",
    [
        lambda: ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate,
        ed448.Ed448PrivateKey.generate,
    ],
)
def test_a_pem_on_an_elliptic_curve_is_refused_in_so_many_words(make: Callable[[], Any]) -> None:
    assert "on an elliptic curve" in refusal(pem(make()), key_id="k1")


def test_a_pem_of_another_kind_is_no_rsa_key() -> None:
    key = dsa.generate_private_key(1024)  # noqa: S505 - it is never used

    assert "no RSA key" in refusal(pem(key), key_id="k1")


def test_a_short_key_is_refused_with_its_length() -> None:
    key = rsa.generate_private_key(65_537, 1024)  # noqa: S505 - that is what is refused

    assert "the key has 1024 bits, and fewer than 2048 can be broken" in refusal(pem(key), key_id="k1")


def test_a_key_without_a_name_is_asked_for_one(
    client_jwk: dict[str, str], rsa_key: rsa.RSAPrivateKey
) -> None:
    nameless = {name: value for name, value in client_jwk.items() if name != "kid"}

    for key in (pem(rsa_key), nameless, {**nameless, "kid": 7}, {**nameless, "kid": ""}):
        assert "give key_id, which Samarbeidsportalen shows as kid" in refusal(key)


def test_a_jwk_for_another_algorithm_is_refused(client_jwk: dict[str, str]) -> None:
    assert "for another algorithm than RS256" in refusal({**client_jwk, "alg": "PS256"})


def test_an_encrypted_key_wants_its_passphrase(rsa_key: rsa.RSAPrivateKey, chain_until: Chains) -> None:
    for key in (pem(rsa_key, passphrase=PASSPHRASE), store(chain_until(timedelta(days=99)))):
        assert "give its passphrase" in refusal(key, key_id="k1")
        assert "the passphrase does not open the key" in refusal(key, key_id="k1", passphrase="wrong")


def test_a_passphrase_for_a_key_that_is_not_encrypted_is_a_mistake(rsa_key: rsa.RSAPrivateKey) -> None:
    assert "the key is not encrypted" in refusal(pem(rsa_key), key_id="k1", passphrase=PASSPHRASE)


def test_a_store_without_a_key_or_a_certificate_is_refused(
    chain_until: Chains, rsa_key: rsa.RSAPrivateKey
) -> None:
    chain = chain_until(timedelta(days=99))
    keyless = pkcs12.serialize_key_and_certificates(None, None, chain.leaf, None, NoEncryption())
    bare = pkcs12.serialize_key_and_certificates(None, rsa_key, None, None, NoEncryption())

    assert "only the public half" in refusal(keyless)
    assert "give key_id" in refusal(bare)


def test_a_public_key_is_not_enough(rsa_key: rsa.RSAPrivateKey) -> None:
    public = rsa_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    assert "only the public half" in refusal(public, key_id="k1")


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_anything_at_all_is_a_key_or_a_sentence(key: bytes | str) -> None:
    assert isinstance(find_signer(key, key_id="k1"), InvalidKey)


def test_without_the_library_the_extra_is_named(
    client_jwk: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jwt.algorithms", None)
    found = find_signer(client_jwk)

    assert isinstance(found, MissingExtra)
    assert str(found) == "straks.Maskinporten needs an optional part of straks; install straks[maskinporten]"


# Secrets


def test_neither_signer_nor_error_shows_the_key(
    client_jwk: dict[str, str], rsa_key: rsa.RSAPrivateKey
) -> None:
    broken = {**client_jwk, "p": client_jwk["q"], "n": client_jwk["n"][::-1]}
    found = signer(client_jwk)
    error = find_signer(broken)
    assert isinstance(error, InvalidKey)
    said = repr(found) + repr(error) + "".join(traceback.format_exception(error))

    assert error.__context__ is None
    assert error.__traceback__ is None
    assert not [name for name in ("d", "p", "q", "dp", "dq", "qi") if client_jwk[name] in said]
