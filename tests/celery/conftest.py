"""Brokers, stores of leases, and workers that are processes, for tests that kill some of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The workers' own program, which is told by its environment what to do.
collect_ignore = ["orders_app.py"]

ROOT = Path(__file__).parents[2]
APP = "tests.celery.orders_app:app"
WAIT_S = 60.0  # what is stuck fails, and does not hang
NUMBERS = count(1)


def until(wanted: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Wait until something is so that *process* does, or until that has ended."""
    ends_s = time.monotonic() + WAIT_S
    while not wanted():
        assert time.monotonic() < ends_s
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
            return


@dataclass
class Workers:
    """Workers of one app, each a group of processes, and what they have said."""

    folder: Path
    environment: dict[str, str]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list[subprocess.Popen[bytes]])

    def start(self, *, processes: int = 2) -> subprocess.Popen[bytes]:
        """Start a worker that tells all that it can, and return its process."""
        command = ["celery", "--app", APP, "worker", "--concurrency", f"{processes}", "--loglevel", "DEBUG"]
        quiet = ["--without-mingle", "--without-gossip", "--events"]
        return self._started(["-m", *command, *quiet, "--hostname", f"w{len(self.running)}@localhost"])

    def feed(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start ``straks send`` with these workers."""
        return self._started(["-m", "straks", "send", *arguments, "--celery", APP])

    def _started(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"said-{len(self.running)}").open("wb") as said:
            process = subprocess.Popen(  # noqa: S603 - this very interpreter
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a worker and all its processes, as when its machine loses power."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(WAIT_S)

    def said(self) -> str:
        """Return everything that they have said."""
        return "".join(path.read_text("utf-8", "replace") for path in sorted(self.folder.glob("said-*")))


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    started = Workers(tmp_path, {})
    yield started
    for process in started.running:
        started.kill(process)


@pytest.fixture(params=["rabbitmq", "redis"])
def broker(request: pytest.FixtureRequest) -> str:
    """Return where a broker is, of each kind; on Redis each test has a database of its own."""
    if request.param == "rabbitmq":
        url: str = request.getfixturevalue("rabbitmq_url")
        return url
    return database(request)


def database(request: pytest.FixtureRequest) -> str:
    """Return where a database of Redis is that nobody else has."""
    url: str = request.getfixturevalue("redis_url")
    return url.removesuffix("0") + f"{next(NUMBERS) % 15 + 1}"
