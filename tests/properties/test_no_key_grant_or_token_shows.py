"""
Law: whatever goes wrong between a key and a placed order, nothing that could open anything shows: not in
an error, in what it was raised from, in any frame of ours that its traceback holds, in the log, or in a
``repr``.

A secret is looked for by every stretch of twenty characters of it, so that a part that was cut out is found.
"""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from jwt.algorithms import RSAAlgorithm

import straks
from straks.errors import StraksError
from straks.simulator import Simulator
from straks.simulator.clients import Client, Clients
from straks.simulator.desk import BASE, Desk
from straks.simulator.memory import MemoryCarrier
from straks.simulator.signatures import public_half, public_key
from straks.simulator.tokens import Use
from straks.wire.exchange import Request, Response, Silence, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from straks.wire.carrier import AsyncCarrier, Carrier
    from straks.wire.exchange import Reply

    Maker = Callable[..., straks.Order]

STRETCH = 20
PRIVATE = ("d", "p", "q", "dp", "dq", "qi")
PASSPHRASE = "korrekt-hest-batteri-stift"
ROOT = str(Path(straks.__file__).parent)


@dataclass
class Watched:
    """Carries to a desk, and keeps every secret that goes by. *twist* may answer instead."""

    carrier: MemoryCarrier
    twist: Callable[[Request], Reply | None] = lambda _: None
    secrets: set[str] = field(default_factory=set[str], repr=False)

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        form = parse_qs(request.body.decode("utf-8", "replace"))
        for grant in form.get("assertion", []):
            self.secrets.update(grant.split(".")[1:])
        reply = self.twist(request) or self.carrier.carry(request, timeout_s=timeout_s)
        self._keep(request.headers.get("authorization", ""))
        if isinstance(reply, Response):
            self._keep(reply.body.decode("utf-8", "replace"))
        return reply

    def _keep(self, text: str) -> None:
        for word in text.replace('"', " ").replace(",", " ").split():
            if word.startswith("eyJ") and word.count(".") == 2:
                self.secrets.update(word.split(".")[1:])

    def sleep(self, seconds: float) -> None:
        self.carrier.sleep(seconds)

    def now_s(self) -> float:
        return self.carrier.now_s()


def stretches(secret: str) -> Iterator[str]:
    for at in range(max(1, len(secret) - STRETCH + 1)):
        yield secret[at : at + STRETCH]


def shows(said: str, secrets: set[str]) -> list[str]:
    return [secret for secret in secrets if any(stretch in said for stretch in stretches(secret))]


def everything_said(error: BaseException | None) -> str:
    """Say all that hangs on *error*: itself, its causes, and the variables of every frame of ours."""
    said: list[str] = []
    while error is not None:
        said += [str(error), repr(error), repr(error.args), repr(vars(error))]
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        said += [repr(frame.locals) for frame in shown.stack if frame.filename.startswith(ROOT)]
        said += shown.format_exception_only()
        error = error.__cause__ or error.__context__
    return "\n".join(said)


def echo(request: Request) -> Reply:
    sent = f"{request.headers.get('authorization', 'MP-100')} {request.body.decode()}"
    body = {"error": sent, "error_description": sent, "title": sent, "code": sent, "errors": {"a": [sent]}}
    return Response(400, {"date": sent, "retry-after": sent}, json.dumps(body).encode())


def refusing(code: str) -> Callable[[Request], Reply | None]:
    def answer(request: Request) -> Reply | None:
        body = json.dumps({"error": "x", "error_description": f"{code}: {request.body.decode()}"}).encode()
        return (
            Response(400, {"date": "Wed, 04 Feb 2026 09:32:00 GMT"}, body)
            if request.method == "POST"
            else None
        )

    return answer


def echo_at_the_exchange(request: Request) -> Reply | None:
    return echo(request) if "exchange" in request.url else None


def echo_at_the_service(request: Request) -> Reply | None:
    return echo(request) if "notifications" in request.url else None


def a_token_that_will_not_do(request: Request) -> Reply | None:
    return Response(200, {}, Desk().token(scope="a:b").encode()) if "exchange" in request.url else None


def lost(_: Request) -> Reply | None:
    return Silence(Trouble.CONNECTION_LOST, left=True, detail="reset by peer")


TWISTS: dict[str, Callable[[Request], Reply | None]] = {
    "nothing": lambda _: None,
    "echo": echo,
    "echo-at-the-exchange": echo_at_the_exchange,
    "echo-at-the-service": echo_at_the_service,
    "a-token-that-will-not-do": a_token_that_will_not_do,
    "lost": lost,
    **{code: refusing(code) for code in ("MP-012", "MP-100", "MP-110", "MP-124", "MP-130", "MP-250", "no")},
}


FAULTS = [
    f"{name}@{endpoint}"
    for name in ("429", "500", "401", "garbage", "cut-answer", "delay-answer")
    for endpoint in ("token", "exchange")
]


@pytest.fixture
def keep_log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def sent(transport: straks.AltinnTransport, order: straks.Order) -> BaseException | None:
    # Returned, so that it is looked at outside the handler, as a caller's error reporter would.
    try:
        transport.send(order)
    except StraksError as error:
        return error
    return None


async def asent(transport: straks.AsyncAltinnTransport, order: straks.Order) -> BaseException | None:
    try:
        await transport.send(order)
    except StraksError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("twist", "fault"), [*((twist, None) for twist in TWISTS), *(("nothing", fault) for fault in FAULTS)]
)
def test_whatever_goes_wrong_no_secret_shows(
    make_order: Maker,
    client_jwk: dict[str, str],
    keep_log: pytest.LogCaptureFixture,
    asynchronous: Callable[[Carrier], AsyncCarrier],
    *,
    twist: str,
    fault: str | None,
) -> None:
    desk = Desk(clients=Clients([Client("known", {"test-1": public_key(public_half(client_jwk))})]))
    watched = Watched(MemoryCarrier(desk, [None, "hang-answer"] if fault is None else []), TWISTS[twist])
    if fault is not None:
        name, endpoint = fault.split("@")
        desk.faults.arm(name, endpoint=endpoint, times=9)
    source = straks.Maskinporten("known", client_jwk, clock=desk.now_s, issuer=f"{BASE}/")
    transport = straks.AltinnTransport(BASE, source, carrier=watched)
    errors = [sent(transport, make_order(occasion=str(number))) for number in range(2)]
    desk.mint.revoke(Use.ALTINN)
    errors.append(sent(transport, make_order(occasion="revoked")))

    async def again() -> BaseException | None:
        async with straks.AsyncAltinnTransport(BASE, source, carrier=asynchronous(watched)) as other:
            return await asent(other, make_order(occasion="async"))

    errors.append(asyncio.run(again()))
    secrets = watched.secrets | {client_jwk[name] for name in PRIVATE}
    said = "\n".join(map(everything_said, errors)) + keep_log.text
    said += repr([source, transport, source.keeper(BASE), watched.carrier.requests, keep_log.records])

    assert len(watched.secrets) >= 2
    assert shows(said, secrets) == []


def test_the_law_can_tell() -> None:
    """A frame of ours that held a token would be found out, and so would a part of one."""
    secret = "eyJhbGciOiJSUzI1NiJ9eyJhbGciOiJSUzI1NiJ9"

    assert shows(f"x{secret[3:25]}y", {secret}) == [secret]
    assert shows(f"x{secret[3:20]}y", {secret}) == []


def test_over_http_no_secret_shows_in_any_librarys_log(
    make_order: Maker, client_jwk: dict[str, str], keep_log: pytest.LogCaptureFixture
) -> None:
    client = Client("known", {"test-1": public_key(public_half(client_jwk))})
    with Simulator(clients=[client]) as altinn:
        source = straks.Maskinporten("known", client_jwk)
        with straks.AltinnTransport(altinn.url, source) as transport:
            transport.send(make_order(occasion="1"))
        ready = altinn.token()
        with straks.AltinnTransport(altinn.url, ready) as transport:
            transport.send(make_order(occasion="2"))
            altinn.revoke()
            error = sent(transport, make_order(occasion="3"))
    held = source.keeper(altinn.url)._held
    assert held is not None
    secrets = (
        {client_jwk[name] for name in PRIVATE}
        | set(ready.split(".")[1:])
        | set(held.token.value.split(".")[1:])
    )

    assert error is not None
    assert keep_log.text
    assert shows(keep_log.text + everything_said(error), secrets) == []


def keys(client_jwk: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return keys that will not do, each for a reason of its own, with the settings that go with them."""
    private: Any = RSAAlgorithm.from_jwk(dict(client_jwk))
    locked = private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.encode())
    ).decode()
    open_ = private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, _open()).decode()
    nameless = {name: value for name, value in client_jwk.items() if name != "kid"}
    return {
        "broken": {"key": {**client_jwk, "q": client_jwk["p"]}},
        "broken-json": {"key": json.dumps(client_jwk)[:-2]},
        "another-kind": {"key": {**client_jwk, "kty": "EC"}},
        "another-algorithm": {"key": {**client_jwk, "alg": "PS256"}},
        "nameless": {"key": nameless},
        "locked": {"key": locked, "key_id": "k1"},
        "wrong-passphrase": {"key": locked, "key_id": "k1", "passphrase": PASSPHRASE + "x"},
        "passphrase-too-many": {"key": open_, "key_id": "k1", "passphrase": PASSPHRASE},
        "nameless-pem": {"key": open_},
        "cut": {"key": open_[:900], "key_id": "k1"},
        "wrong-client": {"key": client_jwk, "client_id": "991825827"},
        "wrong-scope": {"key": client_jwk, "scopes": "a:b"},
        "wrong-issuer": {"key": client_jwk, "issuer": "http://example.org/"},
    }


def _open() -> Any:  # noqa: ANN401 - cryptography's
    from cryptography.hazmat.primitives.serialization import NoEncryption

    return NoEncryption()


def made(**settings: Any) -> BaseException:  # noqa: ANN401 - as given
    try:
        given: dict[str, Any] = {"client_id": "known", **settings}
        straks.Maskinporten(**given)
    except StraksError as error:
        return error
    pytest.fail("it was made")


def from_environment(environ: dict[str, str]) -> BaseException:
    try:
        straks.Maskinporten.from_environment(environ)
    except StraksError as error:
        return error
    pytest.fail("it was made")


def test_a_key_that_will_not_do_does_not_show(client_jwk: dict[str, str]) -> None:
    for settings in keys(client_jwk).values():
        lines = str(settings["key"]).splitlines()
        secrets = {client_jwk[name] for name in PRIVATE} | {PASSPHRASE, *lines[1:-1]}
        error = made(**settings)

        assert shows(everything_said(error), secrets) == []


def test_an_environment_that_will_not_do_does_not_show(client_jwk: dict[str, str]) -> None:
    secrets = {client_jwk[name] for name in PRIVATE} | {PASSPHRASE}
    for changes in (
        {"MASKINPORTEN_CLIENT_JWK": json.dumps({**client_jwk, "kty": "EC"})},
        {"MASKINPORTEN_KEY_FILE": "no/such"},
        {"MASKINPORTEN_CLIENT_ID": ""},
        {"MASKINPORTEN_SCOPES": "a:b"},
        {"MASKINPORTEN_ISSUER": "http://example.org/"},
    ):
        environ = {
            "MASKINPORTEN_CLIENT_ID": "known",
            "MASKINPORTEN_CLIENT_JWK": json.dumps(client_jwk),
            "MASKINPORTEN_KEY_PASSPHRASE": PASSPHRASE,
            **changes,
        }

        assert shows(everything_said(from_environment(environ)), secrets) == []
