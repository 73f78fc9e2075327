"""
How many orders a second the simulator takes from 50 clients at once, in memory and into a file.

The simulator runs in a process of its own; each client is a thread with a connection that is kept. The
figure includes the clients' own work, so it is what a test suite would see, and no more than that.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

CLIENTS, EACH = 50, 40
ORDERS = "/notifications/api/v1/future/orders/instant/sms"


def order(name: str) -> bytes:
    """Return an order under an id of its own."""
    settings = {"body": "Din engangskode er: 123456. Koden utløper om 5 minutter."}
    recipient = {"phoneNumber": "+46701740605", "timeToLiveInSeconds": 300, "smsSettings": settings}
    return json.dumps({"idempotencyId": name, "recipientSms": recipient}).encode()


def ask(host: str, method: str, path: str) -> bytes:
    """Return what the simulator answers."""
    connection = http.client.HTTPConnection(host)
    connection.request(method, path)
    answer = connection.getresponse().read()
    connection.close()
    return answer


def orders_a_second(host: str) -> float:
    """Return how many orders a second are taken; each must be answered 201, and be in the inbox."""
    headers = {
        "Authorization": f"Bearer {ask(host, 'POST', '/_straks/token').decode()}",
        "Content-Type": "application/json",
    }
    start = threading.Barrier(CLIENTS + 1)

    def send(client: int) -> None:
        connection = http.client.HTTPConnection(host)
        connection.connect()
        start.wait()
        for number in range(EACH):
            connection.request("POST", ORDERS, order(f"{client}/{number}"), headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.HTTPStatus.CREATED:
                raise SystemExit(f"an order was answered {answer.status}")
        connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        futures = [pool.submit(send, client) for client in range(CLIENTS)]
        start.wait()
        began = time.perf_counter()
        for future in futures:
            future.result()
        took_s = time.perf_counter() - began
    if len(json.loads(ask(host, "GET", "/_straks/messages"))) != CLIENTS * EACH:
        raise SystemExit("a message was lost")
    return CLIENTS * EACH / took_s


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        ways: dict[str, list[str]] = {
            "in memory": [],
            "into a file": ["--store", str(Path(folder) / "state.db")],
        }
        for name, options in ways.items():
            process = subprocess.Popen(
                [sys.executable, "-m", "straks", "simulate", "--port", "0", *options],
                stdout=subprocess.PIPE,
                text=True,
            )
            if process.stdout is None:
                raise SystemExit("no simulator")
            url: str = process.stdout.readline().split()[-1]
            rate = orders_a_second(urlsplit(url).netloc)
            process.kill()
            process.communicate()
            print(
                f"{rate:6.0f} orders a second {name}, {CLIENTS} clients, {CLIENTS * EACH} orders, none lost"
            )


if __name__ == "__main__":
    main()
