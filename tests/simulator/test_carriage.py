"""The desk's outcomes on a real wire: what waits, what breaks, who is served meanwhile, who is let in."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from straks.errors import InvalidSetting
from straks.simulator import Simulator
from straks.simulator.carriage import LARGEST_OWN_BODY
from straks.transports.carriers import AsyncHttpxCarrier
from straks.wire.exchange import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    Maker = Callable[..., dict[str, object]]
    Place = Callable[..., httpx.Response]

API = "/notifications/api/v1/future"
SMS = f"{API}/orders/instant/sms"
ENOUGH_S = 120.0  # for what answers; never waited out, on a busy machine either


def address(altinn: Simulator) -> tuple[str, int]:
    url = urlsplit(altinn.url)
    assert url.hostname is not None
    assert url.port is not None
    return url.hostname, url.port


def written(altinn: Simulator, order: dict[str, object]) -> bytes:
    """Return an order as the octets of a request."""
    body = json.dumps(order).encode()
    head = (
        f"POST {SMS} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {altinn.token()}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def until(true: Callable[[], bool]) -> None:
    """Look again until it is *true*; a test that is stuck fails, and does not hang."""
    over_s = time.monotonic() + ENOUGH_S
    while not true():
        assert time.monotonic() < over_s


# Who waits, and who is served meanwhile


def test_a_fault_that_waits_holds_its_own_connection_alone(
    altinn: Simulator, client: httpx.Client, sms: Maker
) -> None:
    with ExitStack() as stack:
        waiting = [stack.enter_context(socket.create_connection(address(altinn))) for _ in range(5)]
        hang = stack.enter_context(altinn.faults("hang", next=5))
        for number, connection in enumerate(waiting):
            connection.sendall(written(altinn, sms(f"waits/{number}")))
        until(lambda: hang.struck == 5)
        served = [client.post(SMS, json=sms(f"served/{n}")).status_code for n in range(20)]
        for connection in waiting:
            connection.settimeout(0)
            with pytest.raises(BlockingIOError):
                connection.recv(1)

    assert served == [201] * 20


def test_a_caller_who_leaves_while_the_gateway_is_waited_for_leaves_a_message_and_no_order(
    altinn: Simulator, client: httpx.Client, sms: Maker
) -> None:
    with altinn.faults("delay", seconds=60), socket.create_connection(address(altinn)) as connection:
        connection.sendall(written(altinn, sms("left")))
        until(lambda: len(altinn.messages) == 1)
    again = client.post(SMS, json=sms("left"))

    assert again.status_code == 201
    assert [message.shipment_id is None for message in altinn.messages] == [True, False]
    assert [message.fate for message in altinn.messages] == ["delay", None]


def test_two_calls_under_one_id_at_once_send_twice(altinn: Simulator, sms: Maker) -> None:
    async def main() -> list[int]:
        headers = {"authorization": f"Bearer {altinn.token()}", "content-type": "application/json"}
        async with httpx.AsyncClient(base_url=altinn.url, headers=headers, timeout=ENOUGH_S) as client:
            calls = [client.post(SMS, json=sms("twice")) for _ in range(2)]
            return [answer.status_code for answer in await asyncio.gather(*calls)]

    with altinn.faults("delay", next=2, seconds=0.3):
        statuses = asyncio.run(main())

    assert sorted(statuses) == [201, 500]
    assert len(altinn.messages) == 2


def test_fifty_clients_place_five_hundred_orders_and_none_is_lost(altinn: Simulator, sms: Maker) -> None:
    token, start = altinn.token(), threading.Barrier(50)
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    def send(client_number: int) -> list[int]:
        with httpx.Client(base_url=altinn.url, headers=headers, verify=False, timeout=ENOUGH_S) as client:  # noqa: S501 - no TLS
            start.wait()
            orders = [sms(f"fifty/{client_number}/{number}") for number in range(10)]
            return [client.post(SMS, json=order).status_code for order in orders]

    with ThreadPoolExecutor(50) as pool:
        statuses = [status for each in pool.map(send, range(50)) for status in each]

    assert statuses == [201] * 500
    assert len({message.idempotency_id for message in altinn.messages}) == len(altinn.messages) == 500
    assert len({message.shipment_id for message in altinn.messages}) == 500


def test_of_fifty_clients_that_meet_faults_each_is_told_what_became_of_its_own_order(
    altinn: Simulator, sms: Maker
) -> None:
    headers = {"authorization": f"Bearer {altinn.token()}", "content-type": "application/json"}

    async def main() -> list[int]:
        carrier = AsyncHttpxCarrier(direct=True)

        async def send(client_number: int) -> list[int]:
            statuses: list[int] = []
            for number in range(6):
                body = json.dumps(sms(f"chaos/{client_number}/{number}")).encode()
                order = Request("POST", altinn.url + SMS, headers, body)
                reply = await carrier.carry(order, timeout_s=ENOUGH_S)
                statuses.append(reply.status if isinstance(reply, Response) else 0)
            return statuses

        found = await asyncio.gather(*map(send, range(50)))
        await carrier.close()
        return [status for each in found for status in each]

    with (
        altinn.faults("503", probability=0.1, seed=1),
        altinn.faults("drop-after-sending", probability=0.1, seed=2) as dropped,
        altinn.faults("drop-before-sending", probability=0.1, seed=3) as lost,
        altinn.faults("delay", probability=0.1, seed=4, seconds=0.05),
    ):
        statuses = asyncio.run(main())

    stored = [message for message in altinn.messages if message.shipment_id is not None]
    assert statuses.count(201) == len(stored)
    assert statuses.count(0) == dropped.struck + lost.struck
    assert len(altinn.messages) == len(stored) + dropped.struck
    assert set(statuses) == {0, 201, 503}


# What breaks


def test_a_dropped_connection_is_reset_and_not_ended(altinn: Simulator, sms: Maker) -> None:
    with altinn.faults("drop-answer"), socket.create_connection(address(altinn)) as connection:
        connection.sendall(written(altinn, sms("reset")))
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_an_answer_that_is_cut_has_a_head_and_half_a_body(altinn: Simulator, sms: Maker) -> None:
    with altinn.faults("cut-answer"), socket.create_connection(address(altinn)) as connection:
        connection.sendall(written(altinn, sms("cut")))
        with closing(connection.makefile("rb")) as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")

    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    assert head.startswith(b"HTTP/1.1 201 ")
    assert len(body) == length // 2


def test_an_answer_without_a_body_can_be_cut_as_well(altinn: Simulator) -> None:
    request = b"GET /authentication/api/v1/exchange/nobody HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with (
        altinn.faults("cut-answer", endpoint="exchange"),
        socket.create_connection(address(altinn)) as connection,
    ):
        connection.sendall(request)
        with closing(connection.makefile("rb")) as answer:
            said = answer.read()

    assert said.endswith(b"\r\n\r\n")
    assert b"content-length: 1\r\n" in said


def test_what_is_no_http_is_none(altinn: Simulator, sms: Maker) -> None:
    with altinn.faults("not-http"), socket.create_connection(address(altinn)) as connection:
        connection.sendall(written(altinn, sms("noise")))
        with closing(connection.makefile("rb")) as answer:
            assert not answer.read().startswith(b"HTTP")


def test_an_answer_that_drips_is_whole_in_the_end(
    altinn: Simulator, client: httpx.Client, sms: Maker
) -> None:
    with altinn.faults("drip", seconds=0.1), client.stream("POST", SMS, json=sms("drip")) as answer:
        parts = list(answer.iter_raw())

    assert len(parts) > 10
    assert json.loads(b"".join(parts))["notification"]


def test_a_caller_who_leaves_while_an_answer_drips_ends_it(altinn: Simulator, sms: Maker) -> None:
    with altinn.faults("drip", seconds=60), socket.create_connection(address(altinn)) as connection:
        connection.sendall(written(altinn, sms("drip/left")))
        assert connection.recv(12) == b"HTTP/1.1 201"
    until(lambda: len(altinn._listener.server_state.tasks) == 0)


# Nobody listens


def test_while_nobody_listens_connections_are_refused_and_afterwards_taken_at_the_same_port(
    altinn: Simulator, client: httpx.Client
) -> None:
    client.get("/")
    with altinn.faults("refuse-connection") as fault:
        # The connection that was kept is not used either.
        with pytest.raises(httpx.ConnectError):
            client.get("/")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address(altinn))
        assert fault.struck == 1

    assert client.get("/").status_code == 200


def test_it_listens_again_after_the_seconds_that_were_asked_for(
    altinn: Simulator, client: httpx.Client, sms: Maker
) -> None:
    armed = client.post("/_straks/faults", json={"fault": "refuse-connection", "next": 2, "seconds": 0.3})
    refused = False

    def answers() -> bool:
        nonlocal refused
        try:
            return client.post(SMS, json=sms("again")).status_code == 201
        except httpx.ConnectError:
            refused = True
            return False

    until(answers)
    assert (armed.status_code, armed.headers["connection"]) == (200, "close")
    assert refused


def test_a_share_of_the_connections_can_be_refused(
    altinn: Simulator, client: httpx.Client, sms: Maker
) -> None:
    outcomes: list[str] = []
    with altinn.faults("refuse-connection", probability=0.5, seed=7, seconds=0.02) as fault:
        while fault.struck < 2 or "refused" not in outcomes:
            try:
                client.post(SMS, json=sms(f"share/{len(outcomes)}"))
                outcomes.append("taken")
            except httpx.TransportError:
                outcomes.append("refused")

    assert set(outcomes) == {"taken", "refused"}
    until(lambda: client.get("/").status_code == 200)


def test_a_request_under_way_is_answered_although_nobody_listens_any_more(
    altinn: Simulator, client: httpx.Client, sms: Maker
) -> None:
    with ThreadPoolExecutor() as pool, altinn.faults("delay", seconds=0.3):
        waiting = pool.submit(client.post, SMS, json=sms("under way"))
        until(lambda: len(altinn.messages) == 1)
        with altinn.faults("refuse-connection"):
            answer = waiting.result()

    assert answer.status_code == 201


def test_closing_twice_in_a_row_and_clearing_twice_is_once(altinn: Simulator, client: httpx.Client) -> None:
    first, second = altinn.faults("refuse-connection"), altinn.faults("refuse-connection")
    first.clear()
    first.clear()
    second.clear()

    assert client.get("/").status_code == 200
    assert repr(first) == "<fault refuse-connection, struck 1 times>"


# It ends


@pytest.mark.parametrize("fault", ["hang", "hang-after-sending", "delay", "drip"])
def test_a_simulator_that_is_closed_lets_nobody_wait(sms: Maker, fault: str) -> None:
    altinn = Simulator()
    with socket.create_connection(address(altinn)) as connection:
        with altinn.faults(fault, seconds=60 if fault in ("delay", "drip") else None) as armed:
            connection.sendall(written(altinn, sms()))
            until(lambda: armed.struck == 1)
        began_s = time.monotonic()
        altinn.close()
        took_s = time.monotonic() - began_s
        with pytest.raises(ConnectionResetError), closing(connection.makefile("rb")) as answer:
            answer.read()

    assert took_s < 2


def test_a_simulator_can_be_closed_while_nobody_listens() -> None:
    altinn = Simulator()
    fault = altinn.faults("refuse-connection")
    altinn.close()
    fault.clear()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address(altinn))


def test_a_simulator_that_listens_again_later_can_be_closed_before() -> None:
    with Simulator() as altinn:
        altinn.faults("refuse-connection", seconds=30)
        altinn.faults("refuse-connection", seconds=30)

    Simulator(port=address(altinn)[1]).close()


def test_on_ipv6_too_the_port_is_kept_while_nobody_listens() -> None:
    try:
        altinn = Simulator(host="::1")
    except InvalidSetting as error:
        pytest.skip(f"no IPv6 here: {error}")
    with altinn:
        with altinn.faults("refuse-connection"), pytest.raises(ConnectionRefusedError):
            socket.create_connection(address(altinn))
        socket.create_connection(address(altinn)).close()


# Who is not let in


@pytest.mark.parametrize("path", ["/", "/_straks/messages", "/_straks/token", SMS])
def test_a_name_that_was_made_to_resolve_to_this_machine_reads_and_writes_nothing(
    client: httpx.Client, path: str
) -> None:
    answers = [
        client.request(method, path, headers={"host": "attacker.example"}) for method in ("GET", "POST")
    ]

    assert [answer.status_code for answer in answers] == [421, 421]
    assert all(set(answer.json()) == {"error"} for answer in answers)


def test_a_name_of_its_own_is_let_in() -> None:
    with Simulator(names=["altinn"]) as altinn:
        assert httpx.get(altinn.url, headers={"host": "altinn:5090"}).status_code == 200


def test_a_page_elsewhere_can_arm_nothing_and_empty_nothing(
    altinn: Simulator, client: httpx.Client, sms: Maker
) -> None:
    client.post(SMS, json=sms("kept"))
    origin = {"origin": "https://attacker.example", "content-type": "text/plain"}
    answers = [
        client.post("/_straks/faults", content=b'{"fault": "503"}', headers=origin),
        client.delete("/_straks/messages", headers=origin),
        client.options("/_straks/messages", headers=origin),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert not any("access-control-allow-origin" in answer.headers for answer in answers)
    assert client.get("/_straks/faults").json() == []
    assert len(altinn.messages) == 1


def test_the_simulators_own_places_take_a_few_words_only(client: httpx.Client) -> None:
    body = b'{"fault": "' + b"x" * LARGEST_OWN_BODY
    largest = client.post("/_straks/faults", content=body[:LARGEST_OWN_BODY])
    larger = client.post("/_straks/faults", content=body)

    assert (largest.status_code, larger.status_code, larger.content) == (400, 413, b"")


def test_what_fails_inside_is_an_empty_500_and_one_line_in_the_log(
    sms: Maker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Simulator() as altinn, httpx.Client(base_url=altinn.url, verify=False) as client:  # noqa: S501 - no TLS on loopback
        monkeypatch.setattr(altinn._desk, "inbox", None)
        answers = [client.get("/_straks/messages") for _ in range(2)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(500, b"")] * 2
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in errors] == [
        "the simulator failed on a request: AttributeError"
    ] * 2
    assert "Traceback" not in caplog.text
