"""
``straks send --journal`` killed at random, again and again: is every order accounted for?

A simulator runs in a process of its own, and so does each run of the command. It is killed (SIGKILL) once
the journal says that so many more orders have ended, then started anew, and left alone after the last kill.
What the journal says in the end is held against the simulator's inbox, for a template whose second copy
does harm and for one where it does none:

* placed and in doubt are all there are;
* no harmful message is in the inbox twice;
* of harmless ones, no more are there twice than were in flight when a run was killed.

    python benchmarks/journal.py [ORDERS [KILLS [SEED]]]

ORDERS is 20,000 unless said otherwise, KILLS 5.
"""

from __future__ import annotations

import json
import random
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import straks
from straks.bulk import write_orders
from straks.journal import JournalView, State

if TYPE_CHECKING:
    from collections.abc import Generator

ORDERS, KILLS = 20_000, 5
IN_FLIGHT = 20
PAUSE_S = 0.05
OPEN = (State.WAITING, State.IN_FLIGHT, State.NOT_SENT)


@contextmanager
def simulator() -> Generator[str]:
    """Run a simulator, and give its address."""
    command = [sys.executable, "-m", "straks", "simulate", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise SystemExit("no simulator")
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.kill()


def inbox(url: str) -> Counter[str]:
    """Return how often each id is in the inbox."""
    with urllib.request.urlopen(f"{url}/_straks/messages") as answer:  # noqa: S310 - loopback
        return Counter(message["idempotencyId"] for message in json.load(answer))


def write(path: Path, template: str, count: int) -> None:
    """Write orders of the examples of *template*, each about an occasion of its own."""
    made = straks.Catalog.load()[template]
    numbers = [straks.PhoneNumber.parse(f"+467017406{number:02d}") for number in range(5, 60)]
    with write_orders(path) as add:
        for number in range(count):
            sms = made.sms("nb", numbers[number % len(numbers)], made.examples)
            add(straks.altinn.seal(sms.order(occasion=f"{template}/{number}", key=straks.SIMULATOR_KEY)))


def ended(journal: Path) -> Counter[State]:
    """Return how many orders are in which state; none while there is no journal yet."""
    try:
        with JournalView(journal) as view:
            return view.counts()
    except (OSError, straks.UnusableFile):
        return Counter()


def kill_after(command: list[str], journal: Path, done: int) -> int:
    """Start a run, kill it once *done* orders have ended, and return how many were in flight then."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            counts = ended(journal)
            if counts.total() and counts.total() - sum(counts[state] for state in OPEN) >= done:
                process.kill()
                break
            time.sleep(PAUSE_S)
    return ended(journal)[State.IN_FLIGHT]


def try_out(template: str, count: int, kills: int, dice: random.Random) -> bool:
    """Send, kill, go on, and print what became of it; return whether it is as it should be."""
    harmful = straks.Catalog.load()[template].repeat is straks.Repeat.HARMFUL
    with tempfile.TemporaryDirectory() as folder, simulator() as url:
        orders, journal = Path(folder) / "orders.jsonl", Path(folder) / "sent.db"
        write(orders, template, count)
        command = [sys.executable, "-m", "straks", "send", str(orders), "--journal", str(journal)]
        command += ["--environment", url, "--in-flight", str(IN_FLIGHT)]
        began_s = time.perf_counter()
        moments = sorted(dice.sample(range(count // 20, count - count // 20), kills))
        in_flight = [kill_after(command, journal, moment) for moment in moments]
        code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
        took_s = time.perf_counter() - began_s
        counts, copies = ended(journal), inbox(url)
    placed, doubts = counts[State.PLACED] + counts[State.REPLAYED], counts[State.IN_DOUBT]
    twice = sum(number - 1 for number in copies.values())
    print(
        f"{template}, {'harmful' if harmful else 'harmless'}: {count:,} orders, {count / took_s:,.0f} a "
        "second"
    )
    print(f"  killed after {', '.join(f'{moment:,}' for moment in moments)}, with {in_flight} in flight")
    print(
        f"  placed {placed:,} ({counts[State.REPLAYED]} replayed) + in doubt {doubts} = {placed + doubts:,}"
    )
    print(f"  in the inbox: {len(copies):,} messages, {twice} copies too many; exit code {code}")
    missing = placed - sum(1 for number in copies.values() if number)
    most = 0 if harmful else sum(in_flight)
    return placed + doubts == count and twice <= most and missing <= 0 and code == (3 if doubts else 0)


def main() -> None:
    """Try both kinds."""
    given = [int(each) for each in sys.argv[1:]]
    count, kills, seed = (*given, *(ORDERS, KILLS, secrets.randbelow(10**6))[len(given) :])
    print(f"seed {seed}")
    dice = random.Random(seed)  # noqa: S311 - to be thrown again the same way
    held = [try_out(template, count, kills, dice) for template in ("status-update", "one-time-code")]
    sys.exit(0 if all(held) else "some orders are not accounted for")


if __name__ == "__main__":
    main()
