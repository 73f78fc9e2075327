"""A desk, and ways to speak to it: orders are written out, so that no test trusts straks' own payloads."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import httpx
import pytest

from straks.simulator import Simulator
from straks.simulator.desk import BASE, Desk
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from straks.wire.exchange import Response

API = f"{BASE}/notifications/api/v1/future"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def sms() -> Callable[..., dict[str, object]]:
    """Return a maker of SMS orders."""

    def make(
        idempotency_id: str = "login/1",
        *,
        number: str = "+46701740605",
        body: str = "Koden er 482913",
        sender: str | None = None,
        reference: str | None = None,
    ) -> dict[str, object]:
        return {
            "idempotencyId": idempotency_id,
            "sendersReference": reference,
            "recipientSms": {
                "phoneNumber": number,
                "timeToLiveInSeconds": 300,
                "smsSettings": {"sender": sender, "body": body},
            },
        }

    return make


@pytest.fixture
def email() -> Callable[..., dict[str, object]]:
    """Return a maker of e-mail orders."""

    def make(
        idempotency_id: str = "login/1",
        *,
        address: str = "kari@example.org",
        subject: str = "Kode",
        body: str = "Koden er 482913",
        content_type: str = "Plain",
        sender: str | None = None,
        reference: str | None = None,
    ) -> dict[str, object]:
        return {
            "idempotencyId": idempotency_id,
            "sendersReference": reference,
            "recipientEmail": {
                "emailAddress": address,
                "emailSettings": {
                    "subject": subject,
                    "body": body,
                    "contentType": content_type,
                    "senderEmailAddress": sender,
                },
            },
        }

    return make


@pytest.fixture
def send() -> Callable[..., Response]:
    """Return a way to place an order at any desk: ``send(desk, "sms", order)``; the token is a good one."""

    def to(
        desk: Desk,
        endpoint: str,
        order: dict[str, object] | bytes,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        body = order if isinstance(order, bytes) else json.dumps(order).encode()
        given = {"Authorization": f"Bearer {desk.token() if token is None else token}"}
        given |= {"Content-Type": "application/json"} if headers is None else headers
        return desk.handle(Request("POST", f"{API}/orders/instant/{endpoint}", given, body))

    return to


@pytest.fixture
def post(desk: Desk, send: Callable[..., Response]) -> Callable[..., Response]:
    """Return a way to place an order at the desk: ``post("sms", order)``."""
    return partial(send, desk)


@pytest.fixture
def get(desk: Desk) -> Callable[..., Response]:
    """Return a way to ask: ``get("shipment/feed")``; the token is a good one unless given."""

    def ask(path: str, *, token: str | None = None, headers: Mapping[str, str] | None = None) -> Response:
        given = {"Authorization": f"Bearer {desk.token() if token is None else token}", **(headers or {})}
        return desk.handle(Request("GET", f"{API}/{path}", given))

    return ask


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    with Simulator() as altinn:
        yield altinn


@pytest.fixture
def altinn(running: Simulator) -> Simulator:
    """Return a simulator over HTTP, with nothing in its inbox."""
    running.clear()
    return running


@pytest.fixture
def client(altinn: Simulator) -> Iterator[httpx.Client]:
    """Return a client of it with a good token, which writes JSON."""
    headers = {"authorization": f"Bearer {altinn.token()}", "content-type": "application/json"}
    with httpx.Client(base_url=altinn.url, headers=headers, verify=False, timeout=20) as client:  # noqa: S501 - no TLS on loopback
        yield client
