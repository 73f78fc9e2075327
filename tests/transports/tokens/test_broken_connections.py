"""Connections that break on the way to a token, over real sockets."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

import straks

if TYPE_CHECKING:
    from collections.abc import Callable

    Maker = Callable[..., straks.Order]

ORDER_ID = "00000000-0000-4000-8000-000000000001"
RECEIPT = json.dumps({"notificationOrderId": ORDER_ID, "notification": {"shipmentId": ORDER_ID}}).encode()
GIVEN = b'{"access_token": "e30.e30.bWFza2lucG9ydGVu", "expires_in": 599}'


def altinn_token() -> bytes:
    def part(said: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()

    said = {
        "iat": 0,
        "exp": 1800,
        "urn:altinn:org": "ttd",
        "scope": "altinn:serviceowner/notifications.create",
    }
    return f"{part({'alg': 'RS256'})}.{part(said)}.c2ln".encode()


class FarEnd:
    """Plays both ends on one socket, and hangs up on the first request for each path in *breaks*."""

    def __init__(self, *breaks: bytes) -> None:
        self.breaks = list(breaks)
        self.asked: list[bytes] = []

    def __call__(self, line: Any, server: Any) -> None:  # noqa: ANN401 - the fixture's
        while request := server.take(line):
            path = request.split()[1]
            self.asked.append(path)
            if path in self.breaks:
                self.breaks.remove(path)
                return
            match path.rpartition(b"/")[2]:
                case b"token":
                    line.answer("200 OK", GIVEN)
                case b"maskinporten":
                    line.answer("200 OK", altinn_token())
                case _:
                    line.answer("201 Created", RECEIPT)


def send(url: str, source: straks.TokenSource, order: straks.Order) -> straks.Receipt:
    with straks.AltinnTransport(url, source) as transport:
        return transport.send(order)


def asend(url: str, source: straks.TokenSource, order: straks.Order) -> straks.Receipt:
    async def main() -> straks.Receipt:
        async with straks.AsyncAltinnTransport(url, source) as transport:
            return await transport.send(order)

    return asyncio.run(main())


TOKEN, EXCHANGE = b"/token", b"/authentication/api/v1/exchange/maskinporten"


@pytest.mark.parametrize("way", [send, asend])
@pytest.mark.parametrize(("breaks", "grants"), [((TOKEN,), 2), ((EXCHANGE,), 2), ((TOKEN, EXCHANGE), 3)])
def test_a_connection_that_breaks_is_made_again_and_the_grant_is_a_new_one(
    serve: Callable[..., Any],
    make_order: Maker,
    client_jwk: dict[str, str],
    way: Callable[..., straks.Receipt],
    *,
    breaks: tuple[bytes, ...],
    grants: int,
) -> None:
    far_end = FarEnd(*breaks)
    server = serve(far_end)
    source = straks.Maskinporten("0d8e", client_jwk, dice=lambda: -0.5, clock=time.time)
    receipt = way(server.url, source, make_order())
    sent = [request.rpartition(b"assertion=")[2] for request in server.requests if b"POST /token" in request]

    assert receipt.attempts == 1
    assert far_end.asked.count(TOKEN) == grants
    assert len(set(sent)) == grants


@pytest.mark.parametrize("way", [send, asend])
def test_when_nobody_ever_answers_the_order_is_not_sent(
    serve: Callable[..., Any],
    make_order: Maker,
    client_jwk: dict[str, str],
    way: Callable[..., straks.Receipt],
) -> None:
    far_end = FarEnd(*[TOKEN] * 9)
    source = straks.Maskinporten("0d8e", client_jwk, dice=lambda: -0.5)
    with pytest.raises(
        straks.NotSent, match="no token could be had: no answer that can be read came from Maskinporten"
    ):
        way(serve(far_end).url, source, make_order())

    assert far_end.asked == [TOKEN] * 3
