"""Other ways to the network, for real: a CA of one's own, HTTP/2, the caller's transport, and httpx2."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import h2.config
import h2.connection
import h2.events
import httpx
import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import straks
from straks.errors import InvalidSetting, MissingExtra
from straks.transports.carriers import AsyncHttpxCarrier, HttpxCarrier
from straks.wire.exchange import Request, Response, Silence, Trouble

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from straks.wire.exchange import Reply

ENOUGH_S = 10.0


class Line(Protocol):
    socket: socket.socket

    def answer(self) -> None: ...


class Server(Protocol):
    url: str
    port: int
    requests: list[bytes]
    connections: int

    def take(self, line: Line) -> bytes: ...


if TYPE_CHECKING:
    Serve = Callable[[Callable[[Line, Server], None]], Server]
    Carry = Callable[..., list[Reply]]


def carry_sync(
    url: str, http: Callable[[], Any] | None = None, *, often: int = 1, at_once: int = 1, http2: bool = False
) -> list[Reply]:
    given = http() if http else None
    carrier = HttpxCarrier(given, direct=True, http2=http2)
    request = Request("POST", url, {"authorization": "Bearer token"}, b'{"a":1}')
    replies = [carrier.carry(request, timeout_s=ENOUGH_S) for _ in range(often)]
    carrier.close()
    if given is not None and hasattr(given, "close"):
        given.close()
    return replies


def carry_async(
    url: str, http: Callable[[], Any] | None = None, *, often: int = 1, at_once: int = 5, http2: bool = False
) -> list[Reply]:
    async def main() -> list[Reply]:
        given = http() if http else None
        carrier = AsyncHttpxCarrier(given, direct=True, http2=http2)
        request = Request("POST", url, {"authorization": "Bearer token"}, b'{"a":1}')
        places = asyncio.Semaphore(at_once)

        async def carry() -> Reply:
            async with places:
                return await carrier.carry(request, timeout_s=ENOUGH_S)

        replies = await asyncio.gather(*(carry() for _ in range(often)))
        await carrier.close()
        if given is not None and hasattr(given, "aclose"):
            await given.aclose()
        return list(replies)

    return asyncio.run(main())


both = pytest.mark.parametrize(("carry", "kind"), [(carry_sync, ""), (carry_async, "Async")])
libraries = pytest.mark.parametrize("library", [httpx, httpx2])


# From Python 3.13 on a CA is trusted only where its certificate says that it signs.
USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


class Authority(NamedTuple):
    """A CA that nobody else trusts, and a server that it vouches for."""

    file: str
    server: ssl.SSLContext


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder: Path = tmp_path_factory.mktemp("authority")
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("a test", "a server")]
    began = datetime(2026, 1, 1, tzinfo=UTC)
    files: list[str] = []
    for number, (name, key) in enumerate(zip(names, keys, strict=True)):
        signed = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(names[0])
            .public_key(key.public_key())
            .serial_number(number + 1)
            .not_valid_before(began)
            .not_valid_after(began + timedelta(days=36_500))
            .add_extension(x509.BasicConstraints(ca=not number, path_length=None), critical=True)
            .add_extension(USAGE, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[0].public_key()), critical=False
            )
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
                critical=False,
            )
            .sign(keys[0], hashes.SHA256())
        )
        pem = signed.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file = folder / f"{number}.pem"
        file.write_bytes(pem)
        files.append(str(file))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files[1])
    return Authority(files[0], server)


def over_tls(authority: Authority, *protocols: str) -> Callable[[Line, Server], None]:
    """Speak the protocol that was agreed on, HTTP/1.1 where none was."""
    if protocols:
        authority.server.set_alpn_protocols(protocols)

    def behave(line: Line, server: Server) -> None:
        line.socket = tls = authority.server.wrap_socket(line.socket, server_side=True)
        with tls:
            if tls.selected_alpn_protocol() == "h2":
                speak_h2(tls, server)
            while server.take(line):
                line.answer()

    return behave


def speak_h2(tls: ssl.SSLSocket, server: Server) -> None:
    spoken = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    spoken.initiate_connection()
    tls.sendall(spoken.data_to_send())
    while read := tls.recv(65_536):
        for event in spoken.receive_data(read):
            if isinstance(event, h2.events.DataReceived) and event.data:
                server.requests.append(event.data)
            if isinstance(event, h2.events.StreamEnded):
                spoken.send_headers(event.stream_id, [(":status", "201"), ("content-length", "2")])
                spoken.send_data(event.stream_id, b"{}", end_stream=True)
        tls.sendall(spoken.data_to_send())


def keeps_answering(line: Line, server: Server) -> None:
    while server.take(line):
        line.answer()


# Certificates


@both
@libraries
def test_a_ca_of_ones_own_is_for_the_callers_client_to_trust(
    carry: Carry,
    kind: str,
    library: ModuleType,
    serve: Serve,
    authority: Authority,
) -> None:
    server = serve(over_tls(authority))
    trusted = ssl.create_default_context(cafile=authority.file)
    (reply,) = carry(
        f"https://127.0.0.1:{server.port}", lambda: getattr(library, f"{kind}Client")(verify=trusted)
    )

    assert isinstance(reply, Response)
    assert server.requests[0].endswith(b'{"a":1}')


@both
def test_a_service_that_nobody_vouches_for_is_told_nothing(
    carry: Carry, kind: str, serve: Serve, authority: Authority
) -> None:
    server = serve(over_tls(authority))
    (reply,) = carry(f"https://127.0.0.1:{server.port}")

    assert isinstance(reply, Silence), kind
    assert (reply.why, reply.left) == (Trouble.NO_CONNECTION, False)
    assert "certificate" in reply.detail.lower()
    assert server.requests == []


@both
def test_a_ca_that_the_environment_names_is_trusted_and_its_connection_kept(
    carry: Carry, kind: str, serve: Serve, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(over_tls(authority, "http/1.1"))
    monkeypatch.setenv("SSL_CERT_FILE", authority.file)
    replies = carry(f"https://127.0.0.1:{server.port}", often=3, at_once=1)

    assert all(isinstance(reply, Response) and reply.status == 201 for reply in replies), kind
    assert (server.connections, len(server.requests)) == (1, 3)


# HTTP/2


@both
def test_http2_is_spoken_where_the_service_does_many_requests_to_a_connection(
    carry: Carry, kind: str, serve: Serve, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(over_tls(authority, "h2", "http/1.1"))
    monkeypatch.setenv("SSL_CERT_FILE", authority.file)
    replies = carry(f"https://127.0.0.1:{server.port}", often=5, http2=True)

    assert all(isinstance(reply, Response) and reply.status == 201 for reply in replies), kind
    assert server.requests == [b'{"a":1}'] * 5
    assert server.connections == 1


@both
def test_where_the_service_does_not_speak_http2_http1_is_spoken(
    carry: Carry, kind: str, serve: Serve, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(over_tls(authority, "http/1.1"))
    monkeypatch.setenv("SSL_CERT_FILE", authority.file)
    (reply,) = carry(f"https://127.0.0.1:{server.port}", http2=True)

    assert isinstance(reply, Response), kind
    assert server.requests[0].startswith(b"POST / HTTP/1.1")


def nowhere(_: str) -> None:
    """Find no module of any name."""


@pytest.mark.parametrize("transport", [straks.AltinnTransport, straks.AsyncAltinnTransport])
def test_http2_without_its_extra_names_it(
    transport: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("straks.transports.carriers.find_spec", nowhere)

    with pytest.raises(MissingExtra, match=r"install straks\[http2\]"):
        transport("tt02", "token", http2=True)


# What the caller brings


@both
@libraries
def test_a_transport_of_the_callers_carries_past_every_proxy(
    carry: Carry,
    kind: str,
    library: ModuleType,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server = serve(keeps_answering)
    (reply,) = carry(server.url, getattr(library, f"{kind}HTTPTransport"))

    assert isinstance(reply, Response)
    assert b"user-agent: straks" in server.requests[0].lower()


class Own:
    """A transport that is no child of anybody's, for threads and tasks."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(201, content=request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(201, content=await request.aread())


@both
def test_any_object_with_the_one_method_is_a_transport(carry: Carry, kind: str) -> None:
    (reply,) = carry("https://platform.example.org", Own)

    assert isinstance(reply, Response), kind
    assert reply.body == b'{"a":1}'


def nobody_there(library: ModuleType, kind: str) -> Callable[[], object]:
    def refuse(_: object) -> None:
        raise library.ConnectError("nobody")

    return lambda: getattr(library, f"{kind}Client")(transport=library.MockTransport(refuse))


@both
@libraries
def test_trouble_is_understood_in_the_words_of_either_library(
    carry: Carry, kind: str, library: ModuleType
) -> None:
    (reply,) = carry("https://platform.example.org", nobody_there(library, kind))

    assert isinstance(reply, Silence)
    assert (reply.why, reply.detail) == (Trouble.NO_CONNECTION, "nobody")


@pytest.mark.parametrize("http", [object(), "http://127.0.0.1:3128", 5])
@pytest.mark.parametrize("transport", [straks.AltinnTransport, straks.AsyncAltinnTransport])
def test_what_is_neither_client_nor_transport_is_refused_by_its_kind(
    transport: Callable[..., object], http: object
) -> None:
    with pytest.raises(InvalidSetting, match=f"not {type(http).__name__}"):
        transport("tt02", "token", http=http)


def test_a_client_of_the_other_kind_is_refused() -> None:
    sync, asynchronous = httpx.Client(), httpx.AsyncClient()
    with pytest.raises(InvalidSetting, match="takes a Client"):
        HttpxCarrier(asynchronous)  # type: ignore[arg-type]
    with pytest.raises(InvalidSetting, match="takes an AsyncClient"):
        AsyncHttpxCarrier(sync)  # type: ignore[arg-type]
    sync.close()
    asyncio.run(asynchronous.aclose())


def test_a_client_of_the_callers_has_its_own_say_on_http2() -> None:
    with httpx.Client() as client, pytest.raises(InvalidSetting, match="has its own setting"):
        straks.AltinnTransport("tt02", "token", http=client, http2=True)
