"""The simulator over real HTTP: the guide's examples, many at once, and how it starts and ends."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from straks import simulator
from straks.errors import InvalidSetting, MissingExtra
from straks.simulator import Simulator
from straks.simulator.address import url_of
from straks.simulator.carriage import LARGEST_BODY

if TYPE_CHECKING:
    from collections.abc import Callable

    Maker = Callable[..., dict[str, object]]

# The examples of the public guide to instant notifications (Altinn/altinn-studio-docs), with a
# number nobody has.
GUIDE_SMS = """{
    "idempotencyId": "otp-verification-user123-20240115103000",
    "sendersReference": "user-verification-123",
    "recipientSms": {
      "phoneNumber": "+46701740605",
      "timeToLiveInSeconds": 300,
      "smsSettings": {
        "sender": "Altinn",
        "body": "Din engangskode er: 123456. Koden utløper om 5 minutter."
      }
    }
  }"""
GUIDE_EMAIL = r"""{
    "idempotencyId": "otp-email-user123-20240115103000",
    "sendersReference": "user-verification-email-123",
    "recipientEmail": {
      "emailAddress": "bruker@example.com",
      "emailSettings": {
        "subject": "Din engangskode fra Altinn",
        "body": "Din engangskode er: 123456\n\nKoden utløper om 5 minutter.\n\nVennlig hilsen\nAltinn",
        "contentType": "Plain"
      }
    }
  }"""
GUIDE_HTML = """{
    "idempotencyId": "otp-html-email-user123-20240115103000",
    "sendersReference": "user-verification-html-email-123",
    "recipientEmail": {
      "emailAddress": "bruker@example.com",
      "emailSettings": {
        "subject": "Din engangskode fra Altinn",
        "body": "<html><body><h1>Din engangskode</h1><p>Din engangskode er: <strong>123456</strong></p><p>Koden utløper om 5 minutter.</p><p>Vennlig hilsen<br>Altinn</p></body></html>",
        "contentType": "Html"
      }
    }
  }"""  # noqa: E501 - as the guide has it
API = "/notifications/api/v1/future"


def place(client: httpx.Client, endpoint: str, body: str) -> httpx.Response:
    return client.post(
        f"{API}/orders/instant/{endpoint}",
        content=body.encode(),
        headers={"Content-Type": "application/json"},
    )


# The guide


@pytest.mark.parametrize(
    ("endpoint", "body", "content_type"),
    [("sms", GUIDE_SMS, None), ("email", GUIDE_EMAIL, "Plain"), ("email", GUIDE_HTML, "Html")],
)
def test_an_example_of_the_guide_works_as_the_guide_says(
    altinn: Simulator, client: httpx.Client, endpoint: str, body: str, content_type: str | None
) -> None:
    first, again = place(client, endpoint, body), place(client, endpoint, body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert first.headers["location"].startswith(f"{altinn.url}/notifications/api/v1/orders/chain/")
    (message,) = altinn.messages
    assert (message.channel, message.content_type, message.code) == (endpoint, content_type, "123456")
    assert message.shipment_id == first.json()["notification"]["shipmentId"]


# Over HTTP


def test_an_order_is_followed_to_delivery(altinn: Simulator, client: httpx.Client) -> None:
    name = place(client, "sms", GUIDE_SMS.replace("otp", "follow")).json()["notification"]["shipmentId"]
    before = client.get(f"{API}/shipment/{name}").json()["status"]
    altinn.advance(4)

    assert before == "Order_Processed"
    assert client.get(f"{API}/shipment/{name}").json()["status"] == "Order_Completed"
    assert client.get(f"{API}/shipment/feed?orderBy=desc").json()[0]["shipmentId"] == name


def test_a_token_is_to_be_had_by_a_bare_post(altinn: Simulator) -> None:
    token = httpx.post(f"{altinn.url}/_straks/token").text
    answer = httpx.get(f"{altinn.url}{API}/shipment/feed", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 200


def test_a_token_can_be_without_scope_or_organisation_or_time(altinn: Simulator) -> None:
    tokens = [altinn.token(org=None), altinn.token(scope="x"), altinn.token(lifetime=0)]
    answers = [
        httpx.get(f"{altinn.url}{API}/shipment/feed", headers={"Authorization": f"Bearer {token}"})
        for token in tokens
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 401]


def test_every_method_reaches_the_desk(client: httpx.Client) -> None:
    methods = ("GET", "HEAD", "OPTIONS", "PATCH", "PUT", "DELETE")

    assert [client.request(method, f"{API}/orders/instant/sms").status_code for method in methods] == [
        405
    ] * 6


def test_a_body_of_the_largest_size_is_read_and_a_larger_one_is_413(client: httpx.Client) -> None:
    body = b'{"idempotencyId":"' + b"x" * LARGEST_BODY
    headers = {"Content-Type": "application/json"}
    largest = client.post(f"{API}/orders/instant/sms", content=body[:LARGEST_BODY], headers=headers)
    larger = client.post(f"{API}/orders/instant/sms", content=body[: LARGEST_BODY + 1], headers=headers)

    assert largest.status_code == 400
    assert (larger.status_code, larger.content) == (413, b"")


def test_the_location_has_the_address_the_caller_used(altinn: Simulator, client: httpx.Client) -> None:
    port = urlsplit(altinn.url).port
    names = {f"localhost:{port}": f"http://localhost:{port}", "10.0.0.5": "http://10.0.0.5"}
    for number, (host, base) in enumerate(names.items()):
        answer = client.post(
            f"{API}/orders/instant/sms",
            content=GUIDE_SMS.replace("otp", f"host-{number}").encode(),
            headers={"Content-Type": "application/json", "Host": host},
        )
        assert answer.headers["location"].startswith(f"{base}/notifications/")


def test_a_caller_who_leaves_while_writing_harms_nobody(
    altinn: Simulator, client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    address = (urlsplit(altinn.url).hostname, urlsplit(altinn.url).port)
    with socket.create_connection(address) as connection:
        head = f"POST {API}/orders/instant/sms HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n{{"
        connection.sendall(head.encode())

    assert place(client, "sms", GUIDE_SMS.replace("otp", "left")).status_code == 201
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_no_recipient_and_no_code_is_logged(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        place(client, "sms", GUIDE_SMS.replace("otp", "log"))
        client.get("/_straks/messages")

    assert caplog.records
    assert "46701740605" not in caplog.text
    assert "123456" not in caplog.text


# How it starts and ends


def test_it_listens_on_loopback_on_a_port_of_its_own() -> None:
    with Simulator() as one, Simulator() as other:
        assert one.url.startswith("http://127.0.0.1:")
        assert one.url != other.url
        assert httpx.get(one.url).status_code == httpx.get(other.url).status_code == 200


def test_when_it_is_closed_its_thread_has_ended_and_its_port_is_free() -> None:
    before = threading.active_count()
    simulator = Simulator()
    url, port = simulator.url, urlsplit(simulator.url).port
    assert port is not None
    with httpx.Client() as client:
        assert client.get(url).status_code == 200
        simulator.close()
        simulator.close()

    assert threading.active_count() == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    with Simulator(port=port) as again:
        assert again.url == url


def test_it_can_be_closed_before_anybody_came() -> None:
    before = threading.active_count()
    Simulator().close()

    assert threading.active_count() == before


def test_messages_outlive_the_server() -> None:
    with Simulator() as altinn:
        headers = {"Authorization": f"Bearer {altinn.token()}", "Content-Type": "application/json"}
        httpx.post(f"{altinn.url}{API}/orders/instant/sms", content=GUIDE_SMS.encode(), headers=headers)

    assert [message.code for message in altinn.messages] == ["123456"]


def test_a_port_that_is_taken_is_named_with_the_way_out(altinn: Simulator) -> None:
    port = urlsplit(altinn.url).port
    assert port is not None

    with pytest.raises(
        InvalidSetting, match=rf"port {port} on 127\.0\.0\.1 is taken; .* port 0 \(--port 0\)"
    ):
        Simulator(port=port)


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_cannot_be_is_named(port: int) -> None:
    with pytest.raises(InvalidSetting, match=f"there is no port {port}; give one from 0 to 65535"):
        Simulator(port=port)


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(InvalidSetting, match=r"cannot listen on 192\.0\.2\.1 port 0 \(.+\); give an address"):
        Simulator(host="192.0.2.1")


def test_an_empty_host_does_not_mean_everywhere() -> None:
    with pytest.raises(InvalidSetting, match="no host was given"):
        Simulator(host="")


@pytest.mark.parametrize("module", ["uvicorn", "starlette.requests"])
def test_without_its_libraries_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    for loaded in ("straks.simulator.carriage", "straks.simulator.listener"):
        monkeypatch.delitem(sys.modules, loaded, raising=False)
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(MissingExtra, match=r"Simulator needs .* install straks\[simulator\]"):
        Simulator()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:5090"),
        ("0.0.0.0", "http://127.0.0.1:5090"),  # noqa: S104 - nobody listens
        ("::", "http://[::1]:5090"),
        ("fe80::1", "http://[fe80::1]:5090"),
        ("localhost", "http://localhost:5090"),
    ],
)
def test_the_url_is_one_that_can_be_called(host: str, url: str) -> None:
    assert url_of(host, 5090) == url


def test_importing_the_simulator_loads_nothing_heavy() -> None:
    script = (
        "import sys, straks.simulator, straks.simulator.desk, straks.simulator.memory\n"
        "heavy = {'starlette', 'uvicorn', 'phonenumbers', 'httpx', 'asyncio', 'jinja2'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)  # noqa: S603 - this very interpreter


def test_the_package_names_what_it_offers() -> None:
    assert dir(simulator) == ["Message", "Simulator"]
    assert simulator.Simulator is Simulator
    with pytest.raises(AttributeError, match="no attribute 'Simulators'"):
        simulator.__getattr__("Simulators")
