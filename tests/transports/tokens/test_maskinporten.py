"""`straks.Maskinporten` and its kin: what they are told, what they refuse, and which ends go together."""

from __future__ import annotations

import asyncio
import json
import traceback
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

import straks
from straks.altinn.claims import SCOPE
from straks.altinn.keeping import Happening, TokenEvent
from straks.altinn.token_source import Need
from straks.errors import InvalidKey, InvalidSetting, MissingExtra, NoToken
from straks.simulator.clients import Clients
from straks.simulator.desk import BASE, Desk
from straks.simulator.memory import AsyncMemoryCarrier, MemoryCarrier
from straks.transports.tokens.exchanged import ExchangedToken, MaskinportenSidecar
from straks.transports.tokens.maskinporten import Maskinporten
from straks.wire.exchange import Request, Response
from straks.wire.plan import arun, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from straks.altinn.token_source import TokenSource
    from straks.wire.exchange import Reply

    Chains = Callable[..., Any]

PROD, TT02 = "https://platform.altinn.no", "https://platform.tt02.altinn.no"


@pytest.fixture
def desk(client_jwk: dict[str, str]) -> Desk:
    """Return a desk whose ready client has the tests' key."""
    desk = Desk(clients=Clients(new_jwk=lambda: client_jwk))
    desk.clients.ready()
    return desk


def maskinporten(desk: Desk, **settings: Any) -> Maskinporten:  # noqa: ANN401 - as given
    ready = desk.clients.ready()
    given: dict[str, Any] = {"clock": desk.now_s, "issuer": f"{BASE}/", **settings}
    return Maskinporten(ready.client_id, ready.key, **given)


def token(source: TokenSource, carrier: MemoryCarrier) -> str:
    return run(source.token(Need(BASE, carrier.now_s())), carrier).value


# Which ends go together


@pytest.mark.parametrize(
    ("base_url", "issuer"),
    [
        (PROD, "https://maskinporten.no/"),
        (TT02, "https://test.maskinporten.no/"),
        ("http://127.0.0.1:5090", "http://127.0.0.1:5090/"),
        ("http://[::1]:5090", "http://[::1]:5090/"),
    ],
)
def test_the_issuer_follows_from_the_environment(
    client_jwk: dict[str, str], base_url: str, issuer: str
) -> None:
    granted = Maskinporten("0d8e", client_jwk)._granted(base_url)

    assert (granted.issuer, granted.token_url) == (issuer, f"{issuer}token")


def test_an_issuer_that_is_the_environments_own_may_be_given(client_jwk: dict[str, str]) -> None:
    granted = Maskinporten("0d8e", client_jwk, issuer="https://maskinporten.no/")._granted(PROD)

    assert granted.issuer == "https://maskinporten.no/"


@pytest.mark.parametrize(
    ("environment", "issuer"),
    [
        ("prod", "https://test.maskinporten.no/"),
        ("tt02", "https://maskinporten.no/"),
        ("tt02", "http://127.0.0.1:1/"),
    ],
)
def test_environments_do_not_mix_and_the_transport_says_so(
    client_jwk: dict[str, str], environment: str, issuer: str
) -> None:
    source = Maskinporten("0d8e", client_jwk, issuer=issuer)
    for transport in (straks.AltinnTransport, straks.AsyncAltinnTransport):
        with pytest.raises(InvalidSetting, match="environments do not mix"):
            transport(environment, source)


def test_for_an_address_of_your_own_the_issuer_is_yours_to_say(client_jwk: dict[str, str]) -> None:
    address = "https://altinn.example.org"
    with pytest.raises(InvalidSetting, match=r"which Maskinporten https://altinn\.example\.org goes with"):
        straks.AltinnTransport(address, Maskinporten("0d8e", client_jwk))
    source = Maskinporten(
        "0d8e",
        client_jwk,
        issuer="https://issuer.example.org/",
        token_endpoint="https://issuer.example.org/oauth",
    )
    granted = source._granted(address)

    assert (granted.issuer, granted.token_url) == (
        "https://issuer.example.org/",
        "https://issuer.example.org/oauth",
    )


def test_each_service_has_a_token_of_its_own_and_one_source_may_serve_several(desk: Desk) -> None:
    carrier = MemoryCarrier(desk)
    source = maskinporten(desk)

    assert source.keeper(BASE) is source.keeper(BASE)
    assert source.keeper("http://127.0.0.1:1") is not source.keeper(BASE)
    assert token(source, carrier) == token(source, carrier)
    assert len(carrier.requests) == 2


# What it is told


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"client_id": "991825827"}, "client_id is an organisation number"),
        ({"scopes": "a:b"}, "the scopes lack"),
        ({"consumer_org": "1"}, "consumer_org is the number"),
        ({"issuer": "http://maskinporten.no/"}, "the issuer must be https, or http to this machine"),
        ({"issuer": "https://maskinporten.no"}, "an issuer ends with a slash"),
        ({"issuer": "https://[::1/"}, "the issuer must be https"),
        ({"issuer": "https://u:p@example.org/"}, "the issuer must be https"),
        ({"token_endpoint": "ftp://127.0.0.1/token"}, "the token endpoint must be https"),
        ({"token_endpoint": "https://example.org/?a"}, "the token endpoint must be https"),
        ({"token_endpoint": "nowhere"}, "the token endpoint must be https"),
    ],
)
def test_what_cannot_be_is_refused(client_jwk: dict[str, str], settings: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {"client_id": "0d8e", "key": client_jwk, **settings}
    with pytest.raises(InvalidSetting, match=said):
        Maskinporten(**given)


def test_a_key_that_will_not_do_is_refused() -> None:
    with pytest.raises(InvalidKey, match="on an elliptic curve"):
        Maskinporten("0d8e", {"kty": "EC"})


def test_without_the_library_the_extra_is_named(
    client_jwk: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jwt.algorithms", None)
    with pytest.raises(MissingExtra, match=r"install straks\[maskinporten\]"):
        Maskinporten("0d8e", client_jwk)


def test_a_key_file_that_everybody_may_read_is_used_with_a_warning(
    client_jwk: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text(json.dumps(client_jwk))
    file.chmod(0o644)
    with pytest.warns(UserWarning, match="everybody on this machine may read the key file") as caught:
        source = Maskinporten("0d8e", file)
    file.chmod(0o640)

    assert "key_id='test-1'" in repr(source)
    assert caught[0].filename == __file__
    assert "key_id='test-1'" in repr(Maskinporten("0d8e", file))


def test_it_shows_client_key_id_and_scopes(client_jwk: dict[str, str], chain_until: Chains) -> None:
    chain = store(chain_until(timedelta(days=99)))

    assert (
        repr(Maskinporten("0d8e", client_jwk)) == f"Maskinporten('0d8e', key_id='test-1', scopes='{SCOPE}')"
    )
    assert "key_id='a certificate'" in repr(Maskinporten("0d8e", chain, clock=lambda: 0.0))


# Certificates


def store(chain: Any) -> bytes:  # noqa: ANN401 - a chain
    lock = BestAvailableEncryption(b"x")
    octets = pkcs12.serialize_key_and_certificates(b"x", chain.key, chain.leaf, chain.others, lock)
    found = pkcs12.load_pkcs12(octets, b"x")
    return pkcs12.serialize_key_and_certificates(
        b"x", chain.key, chain.leaf, [each.certificate for each in found.additional_certs], _none()
    )


def _none() -> Any:  # noqa: ANN401 - cryptography's
    from cryptography.hazmat.primitives.serialization import NoEncryption

    return NoEncryption()


@pytest.mark.parametrize(("days", "noted"), [(31, False), (29, True)])
def test_a_certificate_that_runs_out_within_a_month_is_noted_with_each_new_token(
    desk: Desk, chain_until: Chains, days: int, *, noted: bool
) -> None:
    events: list[TokenEvent] = []
    chain = chain_until(timedelta(days=days))
    source = Maskinporten("anybody", store(chain), clock=desk.now_s, issuer=f"{BASE}/", note=events.append)
    token(source, MemoryCarrier(desk))

    assert source.key_expires == chain.leaf.not_valid_after_utc
    assert (Happening.KEY_EXPIRES in [event.happening for event in events]) is noted
    assert not noted or f"the certificate of the key runs out in {days} days" in events[-1].sentence


def test_a_certificate_that_has_run_out_is_refused(desk: Desk, chain_until: Chains) -> None:
    with pytest.raises(InvalidKey, match="certificate ran out at 2026-02-03; order a new one"):
        Maskinporten("0d8e", store(chain_until(timedelta(days=-1))), clock=desk.now_s)


def test_a_registered_key_does_not_say_when_it_runs_out(client_jwk: dict[str, str]) -> None:
    assert Maskinporten("0d8e", client_jwk).key_expires is None


# From the environment


def test_all_of_it_may_come_from_the_environment(client_jwk: dict[str, str], desk: Desk) -> None:
    source = Maskinporten.from_environment(
        {
            "MASKINPORTEN_CLIENT_ID": "0d8e",
            "MASKINPORTEN_CLIENT_JWK": json.dumps(client_jwk),
            "MASKINPORTEN_KEY_ID": "k9",
            "MASKINPORTEN_SCOPES": f"{SCOPE} a:b",
            "MASKINPORTEN_CONSUMER_ORG": "889640782",
            "MASKINPORTEN_ISSUER": f"{BASE}/",
            "MASKINPORTEN_TOKEN_ENDPOINT": f"{BASE}/token",
        },
        clock=desk.now_s,
    )
    granted = source._granted(BASE)

    assert granted.client.client_id == "0d8e"
    assert granted.client.scope == f"a:b {SCOPE}"
    assert granted.client.consumer_org == "889640782"
    assert granted.signer.header["kid"] == "k9"
    assert (granted.issuer, granted.token_url) == (f"{BASE}/", f"{BASE}/token")


def test_the_environment_is_this_processs_unless_another_is_given(
    client_jwk: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text(json.dumps(client_jwk))
    file.chmod(0o600)
    monkeypatch.setenv("MASKINPORTEN_CLIENT_ID", " 0d8e ")
    monkeypatch.setenv("MASKINPORTEN_KEY_FILE", str(file))
    monkeypatch.setenv("MASKINPORTEN_SCOPES", "")

    assert "'0d8e', key_id='test-1'" in repr(Maskinporten.from_environment())


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "MASKINPORTEN_CLIENT_ID is not set"),
        ({"MASKINPORTEN_CLIENT_ID": " "}, "MASKINPORTEN_CLIENT_ID is not set"),
        ({"MASKINPORTEN_CLIENT_ID": "a"}, "neither MASKINPORTEN_CLIENT_JWK .* nor MASKINPORTEN_KEY_FILE"),
        (
            {
                "MASKINPORTEN_CLIENT_ID": "a",
                "MASKINPORTEN_CLIENT_JWK": "secret-482913",
                "MASKINPORTEN_KEY_FILE": "k",
            },
            "both MASKINPORTEN_CLIENT_JWK and MASKINPORTEN_KEY_FILE are set",
        ),
        (
            {"MASKINPORTEN_CLIENT_ID": "a", "MASKINPORTEN_CLIENT_JWK": "secret-482913"},
            "the key cannot be read",
        ),
        ({"MASKINPORTEN_CLIENT_ID": "a", "MASKINPORTEN_KEY_FILE": "no/such"}, "no/such cannot be read"),
    ],
)
def test_an_environment_that_will_not_do_names_its_variable_and_no_secret(
    environ: dict[str, str], said: str
) -> None:
    with pytest.raises((InvalidSetting, InvalidKey), match=said) as caught:
        Maskinporten.from_environment(environ)
    ours = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack[1:]

    assert "482913" not in str(caught.value)
    assert not [frame for frame in ours if "482913" in repr(frame.locals)]


# Those that take Maskinporten's tokens from elsewhere


def maskinportens(desk: Desk) -> str:
    """Return a token of Maskinporten's, fetched by somebody else."""
    other = MemoryCarrier(desk)
    token(maskinporten(desk), other)
    again = maskinporten(desk)._granted(BASE)._request(desk.now_s())
    reply = other.carry(again, timeout_s=1)
    assert isinstance(reply, Response)
    return str(reply.json()["access_token"])


def test_a_function_may_give_maskinportens_token_and_the_exchange_is_ours(desk: Desk) -> None:
    carrier = MemoryCarrier(desk)
    source = ExchangedToken(lambda: f"{maskinportens(desk)}\n", clock=desk.now_s)

    assert token(source, carrier) == token(source, carrier)
    assert [request.method for request in carrier.requests] == ["GET"]
    assert repr(source) == "<ExchangedToken>"


def test_under_an_event_loop_that_function_may_be_asynchronous(desk: Desk) -> None:
    async def ask() -> str:
        await asyncio.sleep(0)
        return maskinportens(desk)

    source = ExchangedToken(ask, clock=desk.now_s)
    carrier = AsyncMemoryCarrier(desk)

    assert asyncio.run(arun(source.token(Need(BASE, carrier.now_s())), carrier)).value.count(".") == 2


def test_a_function_that_fails_is_asked_again_after_a_pause(desk: Desk) -> None:
    began_s, asked_s = desk.now_s(), list[float]()

    def ask() -> str:
        asked_s.append(desk.now_s() - began_s)
        raise LookupError("secret-482913")

    with pytest.raises(NoToken, match=r"gives Maskinporten's tokens failed \(LookupError\)") as caught:
        token(ExchangedToken(ask, clock=desk.now_s, dice=lambda: 0.5), MemoryCarrier(desk))

    assert asked_s == [0, 0.5, 2.0]
    assert caught.value.temporary
    assert "482913" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("value", [None, "", "a b", 7])
def test_a_function_that_gives_no_token_is_not_asked_again(desk: Desk, value: object) -> None:
    with pytest.raises(NoToken, match="gave none") as caught:
        token(ExchangedToken(lambda: value, clock=desk.now_s), MemoryCarrier(desk))

    assert not caught.value.temporary


class SidecarAtHand(MemoryCarrier):
    """A carrier that finds a sidecar on this machine, and the desk elsewhere."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        if not request.url.startswith("http://127.0.0.1:7164"):
            return super().carry(request, timeout_s=timeout_s)
        body = json.dumps({"access_token": maskinportens(self.desk), "expires_in": 599}).encode()
        return Response(200, {}, body, at_s=self.now_s())


def test_a_sidecar_gives_maskinportens_token_and_the_exchange_is_ours(desk: Desk) -> None:
    source = MaskinportenSidecar("http://127.0.0.1:7164/api/v1/token", clock=desk.now_s)
    carrier = SidecarAtHand(desk)

    assert token(source, carrier) == token(source, carrier)
    assert [request.method for request in carrier.requests] == ["GET"]
    assert repr(source) == f"MaskinportenSidecar('http://127.0.0.1:7164/api/v1/token', '{SCOPE}')"


@pytest.mark.parametrize("url", ["http://texas/token", "", "127.0.0.1"])
def test_a_sidecar_is_on_this_machine_or_behind_tls(url: str) -> None:
    with pytest.raises(InvalidSetting, match="the sidecar's address must be https"):
        MaskinportenSidecar(url)


def test_pauses_differ_from_one_to_the_next() -> None:
    dice = iter([0.0, 1.0])
    source = ExchangedToken(lambda: None, dice=lambda: next(dice))

    assert source.keeper(BASE)._pauses() == [0.25, 2.25]


def test_digdirs_own_clients_may_be_the_test_department(desk: Desk) -> None:
    carrier = MemoryCarrier(desk)
    token(maskinporten(desk, test_department=True), carrier)

    assert carrier.requests[1].url.endswith("?test=true")


def test_a_grant_has_a_new_id_each_time(desk: Desk) -> None:
    granted = maskinporten(desk)._granted(BASE)

    assert len({granted.new_id() for _ in range(9)}) == 9
