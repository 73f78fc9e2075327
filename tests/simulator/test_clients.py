"""Registered clients: held to their key and their registration, and everybody else as before."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from straks.errors import InvalidKey, InvalidSetting, MissingExtra
from straks.simulator import Simulator
from straks.simulator.clients import READY_CLIENT_ID, Client, Clients
from straks.simulator.desk import BASE, START_S, Desk
from straks.simulator.signatures import certificate, new_private_jwk, public_half, public_key
from straks.simulator.tokens import SCOPE, decode_object
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from straks.simulator.signatures import Certificate
    from straks.wire.exchange import Response

NOW_S = int(START_S)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2048)


def pem_of(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certified(key: rsa.RSAPrivateKey, days: int) -> Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Testdepartementet")])
    now = datetime.fromtimestamp(NOW_S, UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=999))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return certificate(built.public_bytes(Encoding.PEM))


def part(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def grant(key: rsa.RSAPrivateKey, header: dict[str, object] | None = None, **claims: object) -> str:
    """Sign a grant that holds, except for what is given."""
    said = {
        "iss": "known",
        "aud": f"{BASE}/",
        "scope": SCOPE,
        "iat": NOW_S,
        "exp": NOW_S + 120,
        "jti": "1",
        **claims,
    }
    top = header or {"alg": "RS256", "kid": "k1"}
    kinds = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}
    signed = f"{part(top)}.{part(said)}"
    signature = key.sign(signed.encode(), PKCS1v15(), kinds[str(top["alg"])])
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def ask(desk: Desk, assertion: str) -> Response:
    body = urlencode({"grant_type": GRANT_TYPE, "assertion": assertion}).encode()
    return desk.handle(Request("POST", f"{BASE}/token", FORM, body))


def exchange(desk: Desk, token: str, query: str = "") -> dict[str, Any]:
    url = f"{BASE}/authentication/api/v1/exchange/maskinporten{query}"
    answer = desk.handle(Request("GET", url, {"Authorization": f"Bearer {token}"}))
    said = decode_object(answer.body.decode().split(".")[1])
    assert said is not None
    return said


def desk_for(key: rsa.RSAPrivateKey, **settings: Any) -> Desk:  # noqa: ANN401 - as given
    return Desk(clients=Clients([Client("known", {"k1": public_key(pem_of(key))}, **settings)]))


def code(answer: Response) -> str:
    return str(answer.json()["error_description"]).partition(":")[0]


# Signatures


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
def test_a_grant_signed_with_the_registered_key_earns_a_token(key: rsa.RSAPrivateKey, algorithm: str) -> None:
    answer = ask(desk_for(key), grant(key, {"alg": algorithm, "kid": "k1"}))

    assert answer.status == 200
    assert decode_object(answer.json()["access_token"].split(".")[1])["client_amr"] == "private_key_jwt"  # type: ignore[index]


def test_another_key_does_not_sign_for_it(key: rsa.RSAPrivateKey) -> None:
    stranger = rsa.generate_private_key(65_537, 2048)

    assert code(ask(desk_for(key), grant(stranger))) == "MP-124"


def test_a_grant_that_was_changed_after_it_was_signed_does_not_hold(key: rsa.RSAPrivateKey) -> None:
    header, _, signature = grant(key).split(".")
    _, claims, _ = grant(key, jti="2").split(".")
    desk = desk_for(key)

    assert code(ask(desk, f"{header}.{claims}.{signature}")) == "MP-124"
    assert code(ask(desk, f"{header}.{claims}.c2ln")) == "MP-124"
    assert code(ask(desk, f"{header}.{claims}.%%")) == "MP-124"
    assert (
        code(
            ask(
                desk,
                grant(key, {"alg": "RS256", "kid": "k1"}).replace(
                    header, part({"alg": "RS384", "kid": "k1"})
                ),
            )
        )
        == "MP-124"
    )


def test_a_key_id_that_is_not_registered_is_refused(key: rsa.RSAPrivateKey) -> None:
    assert code(ask(desk_for(key), grant(key, {"alg": "RS256", "kid": "k2"}))) == "MP-120"


def test_a_key_that_was_registered_too_long_ago_is_refused(key: rsa.RSAPrivateKey) -> None:
    assert code(ask(desk_for(key, run_out=frozenset({"k1"})), grant(key))) == "MP-121"


def test_a_refused_grant_is_not_used_up(key: rsa.RSAPrivateKey) -> None:
    desk = desk_for(key)
    ask(desk, grant(rsa.generate_private_key(65_537, 2048)))

    assert ask(desk, grant(key)).status == 200
    assert code(ask(desk, grant(key))) == "MP-012"


def test_a_certificate_signs_instead_of_a_key(key: rsa.RSAPrivateKey) -> None:
    good, old = certified(key, 1), certified(key, -1)
    header: dict[str, object] = {"alg": "RS256", "x5c": [good.text, "MIIB"]}
    answer = ask(desk_for(key, certificate=good), grant(key, header))

    assert answer.status == 200
    assert decode_object(answer.json()["access_token"].split(".")[1])["client_amr"] == "virksomhetssertifikat"  # type: ignore[index]
    assert code(ask(desk_for(key), grant(key, header))) == "MP-122"
    assert code(ask(desk_for(key, certificate=old), grant(key, header))) == "MP-122"
    expired: dict[str, object] = {"alg": "RS256", "x5c": [old.text]}
    assert code(ask(desk_for(key, certificate=old), grant(key, expired))) == "MP-120"
    stranger = rsa.generate_private_key(65_537, 2048)
    assert code(ask(desk_for(key, certificate=good), grant(stranger, header))) == "MP-124"


# What is registered


@pytest.mark.parametrize(
    ("settings", "claims", "status", "refused"),
    [
        ({}, {"scope": f"{SCOPE} a:b"}, 400, "MP-200"),
        ({"scopes": frozenset({"a:b"})}, {}, 400, "MP-200"),
        ({"withheld": frozenset({SCOPE})}, {}, 403, "MP-250"),
        ({}, {"consumer_org": "889640782"}, 403, "MP-251"),
        ({}, {"consumer_org": "991825827"}, 400, "MP-011"),
        ({}, {"iss": "nobody"}, 400, "MP-100"),
    ],
)
def test_a_client_gets_what_is_registered_and_no_more(
    key: rsa.RSAPrivateKey, settings: dict[str, Any], claims: dict[str, object], status: int, refused: str
) -> None:
    answer = ask(desk_for(key, **settings), grant(key, None, **claims))

    assert (answer.status, code(answer)) == (status, refused)


def test_a_client_may_have_tokens_of_its_own_length(key: rsa.RSAPrivateKey) -> None:
    desk = desk_for(key, token_lifetime_s=119, altinn_lifetime_s=31)
    body = ask(desk, grant(key)).json()
    said = exchange(desk, body["access_token"])

    assert body["expires_in"] == 119
    assert said["exp"] - said["iat"] == 31


def test_a_client_may_be_given_its_token_in_quotes(key: rsa.RSAPrivateKey) -> None:
    desk = desk_for(key, quoted=True)
    token = ask(desk, grant(key)).json()["access_token"]
    url = f"{BASE}/authentication/api/v1/exchange/maskinporten"
    answer = desk.handle(Request("GET", url, {"Authorization": f"Bearer {token}"}))

    assert answer.body.startswith(b'"ey')


def test_a_supplier_is_named_beside_its_customer(key: rsa.RSAPrivateKey) -> None:
    desk = desk_for(
        key, organisation_number="974760673", organisation=None, delegated_by={"889640782": "nav"}
    )
    said = exchange(desk, ask(desk, grant(key, consumer_org="889640782")).json()["access_token"])

    assert said["urn:altinn:org"] == "nav"
    assert said["urn:altinn:orgNumber"] == "889640782"
    assert (said["consumer"]["ID"], said["supplier"]["ID"]) == ("0192:889640782", "0192:974760673")


@pytest.mark.parametrize(
    ("query", "organisation"), [("", "digdir"), ("?test=true", "ttd"), ("?test=false", "digdir")]
)
def test_digdir_may_ask_to_be_the_test_department(
    key: rsa.RSAPrivateKey, query: str, organisation: str
) -> None:
    desk = desk_for(key, organisation="digdir")
    token = ask(desk, grant(key)).json()["access_token"]

    assert exchange(desk, token, query)["urn:altinn:org"] == organisation


def test_nobody_else_becomes_the_test_department(key: rsa.RSAPrivateKey) -> None:
    desk = desk_for(key, organisation_number="889640782", organisation="nav")
    token = ask(desk, grant(key)).json()["access_token"]

    assert exchange(desk, token, "?test=true")["urn:altinn:org"] == "nav"


def test_without_registered_clients_everybody_is_known_and_no_signature_is_looked_at(
    key: rsa.RSAPrivateKey,
) -> None:
    header, claims, _ = grant(key, iss="anybody").split(".")

    assert ask(Desk(), f"{header}.{claims}.c2ln").status == 200


# The ready client


def test_the_ready_client_is_held_to_its_key_and_others_are_not(
    key: rsa.RSAPrivateKey, client_jwk: dict[str, str]
) -> None:
    desk = Desk(clients=Clients(new_jwk=lambda: client_jwk))
    ready = desk.clients.ready()
    header: dict[str, object] = {"alg": "RS256", "kid": str(ready.key["kid"])}

    assert desk.clients.ready() is ready
    assert client_jwk["d"] not in repr(ready)
    assert code(ask(desk, grant(key, header, iss=READY_CLIENT_ID))) == "MP-124"
    assert ask(desk, grant(key, header, iss="anybody")).status == 200


def test_a_desk_that_makes_no_keys_has_no_ready_client() -> None:
    answer = Desk().handle(Request("POST", f"{BASE}/_straks/client"))

    assert (answer.status, answer.json()["error"]) == (
        400,
        "this simulator makes no keys; register a client of your own",
    )
    with pytest.raises(InvalidSetting, match="makes no keys"):
        Clients().ready()


def test_the_ready_client_is_had_for_the_asking(client_jwk: dict[str, str]) -> None:
    desk = Desk(clients=Clients(new_jwk=lambda: client_jwk))
    body = desk.handle(Request("POST", f"{BASE}/_straks/client")).json()

    assert body == {
        "client_id": READY_CLIENT_ID,
        "key": {**client_jwk, "kid": "simulator-1"},
        "scope": SCOPE,
        "issuer": f"{BASE}/",
        "token_endpoint": f"{BASE}/token",
    }


def test_a_simulator_has_a_client_with_a_key_of_its_own_or_the_callers(client_jwk: dict[str, str]) -> None:
    with Simulator() as first, Simulator(client_key=client_jwk) as second:
        assert first.client().key["d"] != second.client().key["d"] == client_jwk["d"]
        assert first.client().client_id == READY_CLIENT_ID


def test_whoever_is_not_registered_is_the_desks_own_organisation(client_jwk: dict[str, str]) -> None:
    clients = Clients(new_jwk=lambda: client_jwk, organisation="skd")
    clients.ready()

    assert clients.organisation("anybody", "991825827") == "skd"
    assert clients.organisation(READY_CLIENT_ID, "991825827") == "skd"
    assert clients.organisation("anybody", "889640782") is None


def test_a_revoked_token_opens_nothing_and_a_new_one_does() -> None:
    desk = Desk()
    url = f"{BASE}/notifications/api/v1/future/shipment/feed"
    old = desk.token()
    assert desk.handle(Request("POST", f"{BASE}/_straks/revoke")).status == 204

    assert desk.handle(Request("GET", url, {"Authorization": f"Bearer {old}"})).status == 401
    assert desk.handle(Request("GET", url, {"Authorization": f"Bearer {desk.token()}"})).status == 200


# Reading keys


def test_a_public_key_is_read_in_every_form(key: rsa.RSAPrivateKey, client_jwk: dict[str, str]) -> None:
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signature = key.sign(b"x", PKCS1v15(), hashes.SHA256())
    for form in (pem_of(key), public, public.decode()):
        assert public_key(form)("RS256", b"x", signature)
        assert not public_key(form)("RS512", b"x", signature)
    for jwk in (client_jwk, json.dumps(client_jwk), json.dumps(public_half(client_jwk)).encode()):
        assert not public_key(jwk)("RS256", b"x", signature)


@pytest.mark.parametrize(
    "form", ["", "x", b"-----BEGIN PUBLIC KEY-----", {}, {"kty": "EC"}, {"kty": "RSA"}, "[]", "7"]
)
def test_what_is_no_key_is_none(form: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidKey, match="a client's key is an RSA key"):
        public_key(form)


def test_a_key_of_another_kind_is_none() -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    pem = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(InvalidKey, match="Maskinporten takes no other"):
        public_key(pem)
    with pytest.raises(InvalidKey, match="begins with its own certificate"):
        certificate(pem)


def test_the_public_half_holds_nothing_private() -> None:
    jwk = new_private_jwk()

    assert set(public_half(jwk)) == {"kty", "alg", "use", "n", "e"}


def test_without_the_library_the_extra_is_named(
    client_jwk: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (
        "cryptography.hazmat.primitives.serialization",
        "cryptography.hazmat.primitives.asymmetric.rsa",
    ):
        monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(
        MissingExtra, match=r"a client with a key of its own .* install straks\[maskinporten\]"
    ):
        public_key(client_jwk)
    answer = Desk(clients=Clients(new_jwk=new_private_jwk)).handle(Request("POST", f"{BASE}/_straks/client"))

    assert answer.status == 400
    assert "install straks[maskinporten]" in answer.json()["error"]
