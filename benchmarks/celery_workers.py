"""
``straks send --celery`` with two workers, one of them killed: is every order accounted for?

A simulator, a broker, a store of leases, two workers and the command run as processes of their own. One
worker is killed with all its processes (SIGKILL) once a third of the orders have ended, another is started in
its place, and the command is killed and started anew once two thirds have. What the journal says in the end
is held against the simulator's inbox, on RabbitMQ and on Redis, for a template whose second copy does harm
and for one where it does none:

* placed and in doubt are all there are;
* no harmful message is in the inbox twice;
* of harmless ones, no more are there twice than one worker has in hand.

    python -m benchmarks.celery_workers [ORDERS [PROCESSES [HARMLESS]]]

ORDERS is 20,000 unless said otherwise, and so is HARMLESS, how many there are of the second kind; a worker
has PROCESSES, 4.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.journal import OPEN, ended, inbox, simulator, write
from tests.servers import rabbitmq_server, redis_server

import straks
from straks.journal import State

if TYPE_CHECKING:
    from collections.abc import Generator

ORDERS, PROCESSES = 20_000, 4
LEASE_S = 10
PAUSE_S = 0.5  # each look at the journal counts it through
APP = "tests.celery.orders_app:app"


@contextmanager
def started(*arguments: str, environment: dict[str, str]) -> Generator[subprocess.Popen[bytes]]:
    """Run this interpreter in a session of its own, which is killed in the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and those that it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait(journal: Path, process: subprocess.Popen[bytes], done: int) -> None:
    """Wait until *done* orders have ended, or the process has."""
    while process.poll() is None:
        counts = ended(journal)
        if counts.total() and counts.total() - sum(counts[state] for state in OPEN) >= done:
            return
        time.sleep(PAUSE_S)


def try_out(template: str, broker: str, leases: str, count: int, processes: int) -> bool:
    """Send, kill, go on, and print what became of it; return whether it is as it should be."""
    harmful = straks.Catalog.load()[template].repeat is straks.Repeat.HARMFUL
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(simulator())
        with urllib.request.urlopen(f"{url}/_straks/token", data=b"") as answer:  # noqa: S310 - loopback
            token = answer.read().decode()
        told = {"BROKER": broker, "LEASES": leases, "TARGET": url, "TOKEN": token, "LEASE_S": f"{LEASE_S}"}
        environment = {f"ORDERS_{name}": value for name, value in {**told, "QUEUE": template}.items()}
        orders, journal = folder / "orders.jsonl", folder / "sent.db"
        write(orders, template, count)
        worker = ("celery", "--app", APP, "worker", "--concurrency", f"{processes}", "--loglevel", "ERROR")
        send = ("straks", "send", str(orders), "--journal", str(journal), "--environment", url)
        began_s = time.perf_counter()
        first, _ = (
            stack.enter_context(started(*worker, "--hostname", name, environment=environment))
            for name in ("first@localhost", "second@localhost")
        )
        feeding = stack.enter_context(started(*send, "--celery", APP, environment=environment))
        wait(journal, feeding, count // 3)
        kill(first)
        stack.enter_context(started(*worker, "--hostname", "third@localhost", environment=environment))
        wait(journal, feeding, 2 * count // 3)
        kill(feeding)
        code = stack.enter_context(started(*send, "--celery", APP, environment=environment)).wait()
        took_s = time.perf_counter() - began_s
        counts, copies = ended(journal), inbox(url)
    placed, doubts = counts[State.PLACED] + counts[State.REPLAYED], counts[State.IN_DOUBT]
    twice = sum(number - 1 for number in copies.values())
    kind = "harmful" if harmful else "harmless"
    print(f"  {template}, {kind}: {count:,} orders, {count / took_s:,.0f} a second")
    replayed = counts[State.REPLAYED]
    print(f"    placed {placed:,} ({replayed} replayed) + in doubt {doubts} = {placed + doubts:,}")
    print(
        f"    in the inbox: {len(copies):,} messages, {twice} copies too many; exit code {code}", flush=True
    )
    most = 0 if harmful else processes
    accounted = placed + doubts == count and len(copies) >= placed
    return accounted and twice <= most and code == (3 if doubts else 0) and (harmful or not doubts)


def main() -> None:
    """Try both kinds on both brokers."""
    given = [int(each) for each in sys.argv[1:]]
    count, processes = (*given, *(ORDERS, PROCESSES)[len(given) :])[:2]
    harmless = given[2] if len(given) > 2 else count  # noqa: PLR2004 - the third
    held: list[bool] = []
    with redis_server() as redis, rabbitmq_server() as rabbitmq:
        leases = redis.url.removesuffix("0") + "1"
        for name, broker in (("RabbitMQ", rabbitmq.url), ("Redis", redis.url)):
            print(f"{name}, two workers of {processes} processes", flush=True)
            held += [
                try_out(template, broker, leases, many, processes)
                for template, many in (("status-update", count), ("one-time-code", harmless))
            ]
    sys.exit(0 if all(held) else "some orders are not accounted for")


if __name__ == "__main__":
    main()
