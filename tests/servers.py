"""
Real servers for tests: Redis, PostgreSQL and RabbitMQ, from this machine's own programs, and notebooks.

Each listens on a free port of loopback alone, keeps its files in a folder that goes with it, and is ended
by the process that was started. A run has one of each, and under pytest-xdist each worker has its own.
A test that is to see a server die starts one for itself.

PostgreSQL does not run as root. Where the tests do, it runs as its package's user, or as nobody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

PATIENCE_S: Final = 60.0
"""How long a server may take to come up, or to go down, in seconds."""
DEBIANS: Final = Path("/usr/lib/postgresql")
"""Where Debian keeps PostgreSQL's programs, by version."""
RABBITS: Final = Path("/usr/lib/rabbitmq/bin")
"""Where Debian keeps RabbitMQ's program that runs as whoever starts it; the one on the path changes users."""
_TRIES: Final = 5  # a port that is free may be somebody else's a moment later
_RETRIES: Final = 7  # httpx waits twice as long before each, from half a second: a minute in all


class NotHere(Exception):
    """The program is not on this machine; the sentence says what to install."""


class NotUp(Exception):
    """The server ended before it was ready, or took too long; the sentence holds its last words."""


@dataclass(frozen=True)
class Server:
    """A server that runs: where it is, and the process that it is."""

    url: str
    process: subprocess.Popen[str]

    def kill(self) -> None:
        """Let it go without a word, as when the machine loses power."""
        self.process.kill()
        self.process.wait(PATIENCE_S)


@contextmanager
def redis_server(*options: str) -> Generator[Server]:
    """Run a Redis, with *options* besides, that forgets everything with its end."""
    program = shutil.which("redis-server")
    if program is None:
        raise NotHere("there is no redis-server on this machine; on Debian it is in the package redis-server")
    with tempfile.TemporaryDirectory() as folder:

        def command(port: int) -> list[str]:
            settings = {"bind": "127.0.0.1", "port": f"{port}", "dir": folder, "save": "", "appendonly": "no"}
            # What counts must not be evicted, as for a store in earnest.
            settings["maxmemory-policy"] = "noeviction"
            return [
                program,
                *(word for name, value in settings.items() for word in (f"--{name}", value)),
                *options,
            ]

        with _running(command, "Ready to accept connections", signal.SIGTERM) as (port, process):
            yield Server(f"redis://127.0.0.1:{port}/0", process)


@contextmanager
def postgres_server() -> Generator[Server]:
    """Run a PostgreSQL whose one user, ``straks``, needs no password."""
    program = _postgres()
    owner = _unprivileged()
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/data"
        if owner is not None:
            os.chown(folder, owner, -1)
        initdb = ["--auth=trust", "--username=straks", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run(  # noqa: S603 - beside the server that was found
            [program.with_name("initdb"), *initdb, "--pgdata", data],
            user=owner,
            cwd=folder,
            check=True,
            capture_output=True,
            timeout=PATIENCE_S,
        )

        def command(port: int) -> list[str]:
            settings = {
                "port": f"{port}",
                "listen_addresses": "127.0.0.1",
                "unix_socket_directories": "",
                "max_connections": "200",
                "fsync": "off",  # no test outlives the machine
            }
            return [
                str(program),
                "-D",
                data,
                *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
            ]

        # SIGINT is its fast way down; after SIGTERM it would wait for all clients to leave.
        ready = "database system is ready to accept connections"
        with _running(command, ready, signal.SIGINT, owner=owner, folder=folder) as (port, process):
            yield Server(f"postgresql://straks@127.0.0.1:{port}/postgres", process)


@contextmanager
def rabbitmq_server() -> Generator[Server]:
    """Run a RabbitMQ that forgets everything with its end, and the Erlang name server that it needs."""
    program = shutil.which("rabbitmq-server", path=RABBITS)
    if program is None:
        raise NotHere("there is no RabbitMQ on this machine; on Debian it is in the package rabbitmq-server")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        (folder / "plugins").write_text("[].\n")
        names = stack.enter_context(_name_server())
        beside = free_port()
        environment = {
            "HOME": name,
            **names,
            "RABBITMQ_NODENAME": f"straks{beside}@localhost",
            "RABBITMQ_DIST_PORT": f"{beside}",
            "RABBITMQ_MNESIA_BASE": f"{folder / 'mnesia'}",
            "RABBITMQ_LOG_BASE": f"{folder / 'log'}",
            "RABBITMQ_CONFIG_FILE": f"{folder / 'rabbitmq.conf'}",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder / 'plugins'}",
            "RABBITMQ_PID_FILE": f"{folder / 'pid'}",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

        def command(port: int) -> list[str]:
            (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
            return [program]

        with _running(command, "completed with", signal.SIGTERM, environment=environment) as (port, process):
            yield Server(f"amqp://guest:guest@127.0.0.1:{port}//", process)


@contextmanager
def _name_server() -> Generator[dict[str, str]]:
    """Run an Erlang name server of one's own, and give the environment by which nodes find it."""
    program = shutil.which("epmd")
    if program is None:
        raise NotHere("there is no epmd on this machine; on Debian it is in the package erlang-base")
    with _running(
        lambda port: [program, "-d", "-address", "127.0.0.1", "-port", f"{port}"],
        "epmd running",
        signal.SIGTERM,
    ) as (port, _):
        yield {"ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": f"{port}"}


@contextmanager
def lab_server(folder: Path) -> Generator[str]:
    """Run a JupyterLab over *folder* that knows no user, and give the address of its notebooks."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "HOME": home,
            **{f"JUPYTER_{what}_DIR": home for what in ("CONFIG", "DATA", "RUNTIME")},
            "IPYTHONDIR": home,
        }
        token = "for-this-test-alone"

        def command(port: int) -> list[str]:
            settings = {
                "ServerApp.ip": "127.0.0.1",
                "ServerApp.port": port,
                "ServerApp.port_retries": 0,
                "ServerApp.open_browser": False,
                "ServerApp.allow_root": True,
                "ServerApp.root_dir": folder,
                "IdentityProvider.token": token,
                "LabApp.check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
                "LabApp.news_url": None,
                "LabApp.extension_manager": "readonly",
            }
            lab = [sys.executable, "-m", "jupyterlab"]
            return [*lab, *(f"--{name}={value}" for name, value in settings.items())]

        with _running(command, "is running at", signal.SIGTERM, environment=environment) as (port, _):
            yield f"http://127.0.0.1:{port}/doc/tree/{{}}?token={token}"


@contextmanager
def marimo_server(notebook: Path) -> Generator[str]:
    """Run *notebook* as marimo runs it for readers, and give its address."""
    with tempfile.TemporaryDirectory() as home:

        def command(port: int) -> list[str]:
            marimo = [
                sys.executable,
                "-m",
                "marimo",
                "--yes",
                "run",
                str(notebook),
                "--headless",
                "--no-token",
            ]
            return [*marimo, "--host", "127.0.0.1", "--port", f"{port}"]

        with _running(command, "URL", signal.SIGINT, environment={"HOME": home}) as (port, _):
            url = f"http://127.0.0.1:{port}/"
            # It names its address before it listens there: a browser that is quick finds nobody.
            with httpx.Client(transport=httpx.HTTPTransport(retries=_RETRIES), timeout=PATIENCE_S) as client:
                client.get(f"{url}health").raise_for_status()
            yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Return where a Redis is, with database 0 for whoever asks."""
    with _for_tests(redis_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """Return where a PostgreSQL is; tests make schemas of their own in it."""
    with _for_tests(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    """Return where a RabbitMQ is."""
    with _for_tests(rabbitmq_server) as url:
        yield url


@contextmanager
def _for_tests(run: Callable[[], AbstractContextManager[Server]]) -> Generator[str]:
    with ExitStack() as stack:
        try:
            started = stack.enter_context(run())
        except NotHere as why:
            pytest.skip(str(why))
        yield started.url


@contextmanager
def _running(
    command: Callable[[int], Sequence[str]],
    ready: str,
    stop: signal.Signals,
    *,
    owner: int | None = None,
    folder: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Generator[tuple[int, subprocess.Popen[str]]]:
    port, process = _started(command, ready, owner, folder, environment or {})
    try:
        yield port, process
    finally:
        process.send_signal(stop)
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _started(
    command: Callable[[int], Sequence[str]],
    ready: str,
    owner: int | None,
    folder: str | None,
    environment: Mapping[str, str],
) -> tuple[int, subprocess.Popen[str]]:
    said: deque[str] = deque(maxlen=20)
    for _ in range(_TRIES):
        port = free_port()
        process = subprocess.Popen(  # noqa: S603 - a program that was looked up
            command(port),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=owner,
            cwd=folder,
            env={**os.environ, "LC_ALL": "C", **environment},  # C: the words that say that it is ready
        )
        if _is_ready(process, ready, said):
            return port, process
        process.kill()
        process.wait()
    raise NotUp("\n".join(said))


def _is_ready(process: subprocess.Popen[str], ready: str, said: deque[str]) -> bool:
    """Wait until *process* says that it is *ready*; go on listening, lest it be stopped by a full pipe."""
    settled, good = Event(), Event()

    def listen() -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                said.append(line.rstrip())
                if ready in line:
                    good.set()
                    settled.set()
        settled.set()

    Thread(target=listen, daemon=True).start()
    settled.wait(PATIENCE_S)
    return good.is_set()


def free_port() -> int:
    """Return a port of loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _postgres() -> Path:
    """Return the newest server program; Debian keeps them off the path."""
    on_path = shutil.which("postgres")
    installed = [path for path in DEBIANS.glob("*/bin/postgres") if os.access(path, os.X_OK)]
    found = [Path(on_path)] if on_path else sorted(installed, key=lambda path: int(path.parts[-3]))
    if not found:
        raise NotHere(
            "there is no PostgreSQL server on this machine; on Debian it is in the package postgresql"
        )
    return found[-1].resolve()


def _unprivileged() -> int | None:
    """Return who is to run what does not run as root; None where that is whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise NotHere("PostgreSQL does not run as root, and there is no other user on this machine")
