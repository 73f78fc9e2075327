"""
What a one-time code costs over the bare trips to its store, and whether comparing one tells anything.

    python -m benchmarks.codes
"""

from __future__ import annotations

import hmac
import math
import secrets
import sqlite3
import statistics
import tempfile
import time
from contextlib import ExitStack, closing
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.code_stores import redis_client_of
from tests.servers import redis_server

import straks
from straks.codes import rules
from straks.codes.seal import Seal
from straks.codes.settings import Limits
from straks.codes.stores.redis import _SCRIPT
from straks.codes.stores.sqlite import _DROP, _FORGET, _INDEX, _KEEP, _TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.codes.stores import Store

KEY = bytes(range(32))
PAIRS, SAMPLES = 400, 100_000
KINDS = {"account": 3900, "sends": 3600, "recipient": 3600, "recipient-purpose": 30}
"""What an issue writes, and for how many seconds each is kept."""
NOBODYS = 95  # numbers in Sweden's range for fiction
DOCUMENT = b"x" * 250  # about what an account takes
SIGNIFICANT = 4.5  # |t| beyond which a leak is suspected, as in dudect and ISO/IEC 17825


def milliseconds(*acts: Callable[[], object], times: int = PAIRS) -> list[float]:
    """Return the median time that each of *acts* takes; they take turns, so that nothing favours one."""
    taken: list[list[float]] = [[] for _ in acts]
    for _ in range(times):
        for act, mine in zip(acts, taken, strict=True):
            began_s = time.perf_counter()
            act()
            mine.append(time.perf_counter() - began_s)
    return [statistics.median(mine) * 1000 for mine in taken]


def code_on(store: Store) -> Callable[[], None]:
    """Return what issues a code to somebody new and verifies it."""
    numbers = count()
    codes = straks.OneTimeCodes(store, key=KEY)

    def pair() -> None:
        nonlocal codes
        number = next(numbers)
        if number % NOBODYS == 0:  # under another key, whoever had a code is somebody new
            codes = straks.OneTimeCodes(store, key=secrets.token_bytes(32))
        who = {"subject": f"user-{number}", "purpose": "login"}
        issued = codes.issue(**who, recipient=f"+467017406{5 + number % NOBODYS:02d}")
        if not codes.verify(**who, code=issued.code):
            raise SystemExit("a right code was not accepted")

    return pair


def bare_names() -> list[str]:
    """Return names as the store's are: keyed hashes, so that each rests somewhere else in a table."""
    return [f"{kind}:{secrets.token_hex(16)}" for kind in KINDS]


def bare_redis(url: str, stack: ExitStack) -> Callable[[], object]:
    """Return the four trips that issue and verify take: look, and compare and set; twice."""
    client: Any = stack.enter_context(redis_client_of(url))

    def trips() -> None:
        names = [f"{{bare}}:{name}" for name in bare_names()]
        kept = [word for number in range(1, len(KINDS) + 1) for word in (number, 3_600_000, DOCUMENT)]
        client.eval(_SCRIPT, len(names), *names)
        client.eval(_SCRIPT, len(names), *names, *[b"-"] * len(names), *kept)
        client.eval(_SCRIPT, 1, names[0])
        if client.eval(_SCRIPT, 1, names[0], b"+" + DOCUMENT, 1, -1, b"") != 1:
            raise SystemExit("a bare trip came to nothing")

    return trips


def bare_sqlite(path: str, stack: ExitStack) -> Callable[[], object]:
    """Return the two transactions that issue and verify take, in a table that forgets like the store's."""
    connection = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", _TABLE, _INDEX):
        connection.execute(statement)

    def trips() -> None:
        names, now_s = bare_names(), time.time()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("SELECT name, data FROM straks_codes WHERE name IN (?, ?, ?, ?)", names).fetchall()
        for name, kept_s in zip(names, KINDS.values(), strict=True):
            connection.execute(_KEEP, (name, DOCUMENT, now_s + kept_s))
        connection.execute(_FORGET, (now_s,))
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("SELECT name, data FROM straks_codes WHERE name IN (?)", names[:1]).fetchall()
        connection.execute(_DROP, names[:1])
        connection.execute(_FORGET, (now_s,))
        connection.execute("COMMIT")

    return trips


def compared() -> tuple[list[int], list[int]]:
    """
    Return how long wrong codes took, in nanoseconds: wrong in the first digit, wrong in the last.

    Which kind comes next is rolled, so that nothing that drifts has a favourite.
    """
    seal, limits = Seal(KEY), Limits(failures_per_account=100)
    code, first, last = "482913", "582913", "482914"
    bound = ("user-8841", "login", None, "challenge")
    challenge = rules.Challenge(
        "challenge", seal.newest, seal.digest(seal.newest, *bound, code), "sms", 0, 300, 0
    )
    account = rules.Account(challenge)
    taken: dict[str, list[int]] = {first: [], last: []}
    while min(map(len, taken.values())) < SAMPLES:
        typed = secrets.choice((first, last))
        began_ns = time.perf_counter_ns()
        verdict, _ = rules.verify(account, seal.digest(seal.newest, *bound, typed), limits, 1)
        took_ns = time.perf_counter_ns() - began_ns
        if verdict is not straks.Verdict.INVALID_OTP or hmac.compare_digest(typed, code):
            raise SystemExit("a wrong code was accepted")
        taken[typed].append(took_ns)
    return taken[first][:SAMPLES], taken[last][:SAMPLES]


def welch(first: list[int], last: list[int]) -> float:
    """Return Welch's t of two samples."""
    spread = math.sqrt(statistics.variance(first) / len(first) + statistics.variance(last) / len(last))
    return (statistics.fmean(first) - statistics.fmean(last)) / spread


def main() -> None:
    """Print both."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        redis = stack.enter_context(redis_server()).url
        client = stack.enter_context(redis_client_of(redis))
        sqlite = stack.enter_context(straks.SqliteStore(f"{folder}/codes.db"))
        print("issue and verify, median    straks     bare trips    ratio")
        for name, whole, bare in (
            ("redis", code_on(straks.RedisStore(client)), bare_redis(redis, stack)),
            ("sqlite", code_on(sqlite), bare_sqlite(f"{folder}/bare.db", stack)),
        ):
            ours_ms, bare_ms = milliseconds(whole, bare)
            print(f"{name:24}{ours_ms:7.2f} ms{bare_ms:12.2f} ms{ours_ms / bare_ms:9.2f}")

    first, last = compared()
    # What the system does in between hits both alike; the slowest tenth is cut off both at one place.
    limit = statistics.quantiles(first + last, n=10)[-1]
    trimmed = [[each for each in sample if each <= limit] for sample in (first, last)]
    t, t_trimmed = welch(first, last), welch(*trimmed)
    print(f"a wrong code, {SAMPLES} times each       first digit wrong   last digit wrong")
    print(f"median{statistics.median(first):34.0f} ns{statistics.median(last):16.0f} ns")
    means = [statistics.fmean(sample) for sample in trimmed]
    print(f"mean of the fastest nine tenths{means[0]:9.0f} ns{means[1]:16.0f} ns")
    print(f"Welch's t: {t:.2f} of all, {t_trimmed:.2f} of those; a leak is suspected from {SIGNIFICANT}")


if __name__ == "__main__":
    main()
