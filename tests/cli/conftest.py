"""What tests of the command line may ask for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from straks.cli import main

if TYPE_CHECKING:
    from pathlib import Path

Cli = Callable[..., Result]
Answer = tuple[int, Any]

# Ctrl-C reaches a process that a shell started in the background, too.
_START = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("straks", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever machine this is: 100 columns, no colours, no credentials."""
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("STRAKS_TOKEN", "STRAKS_KEY", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    for name in os.environ:
        if name.startswith(("MASKINPORTEN_", "NAIS_")):
            monkeypatch.delenv(name)


@pytest.fixture
def cli() -> Cli:
    """Return `cli(*arguments, stdin=…)`, run in this process; anything but a clean end is raised."""

    def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner(catch_exceptions=False).invoke(main, arguments, input=stdin)

    return run


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """
    Return `start(*arguments)`: the command in a process of its own, ended with the test.

    One that is to be interrupted at its work is not *measured*: coverage holds a lock for a moment at each
    call, and where it is interrupted in that moment it waits for itself.
    """
    started: list[subprocess.Popen[str]] = []

    def popen(*arguments: str, stdin: int | None = None, measured: bool = True) -> subprocess.Popen[str]:
        environment = {
            name: value for name, value in os.environ.items() if measured or not name.startswith("COVERAGE_")
        }
        process = subprocess.Popen(  # noqa: S603 - this very interpreter
            [sys.executable, "-c", _START, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            stdin=stdin,
        )
        started.append(process)
        return process

    yield popen
    for process in started:
        process.kill()
        process.communicate()


@dataclass(frozen=True)
class OddService:
    """Where it is, and whether a request has arrived that is never answered."""

    url: str
    asked: Event


@pytest.fixture
def odd_service() -> Iterator[Callable[..., OddService]]:
    """
    Return `odd_service(placed, status)`: a service that answers what the simulator never would.

    *placed* answers orders, *status* questions about shipments, *token* who asks for one; each is a
    status and a document. An answer of None never comes.
    """
    over = Event()
    servers: list[ThreadingHTTPServer] = []

    def serve(
        placed: Answer | None, status: Answer | None = None, token: Answer = (200, b"a-token")
    ) -> OddService:
        asked = Event()

        class Handler(BaseHTTPRequestHandler):
            def _answer(self, answer: Answer | None) -> None:
                self.rfile.read(int(self.headers.get("content-length", "0")))
                if answer is None:
                    asked.set()
                    over.wait()
                    return
                code, document = answer
                body = document if isinstance(document, bytes) else json.dumps(document).encode()
                self.send_response(code)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self._answer(token if self.path.endswith("/token") else placed)

            def do_GET(self) -> None:
                self._answer(status)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return OddService(f"http://127.0.0.1:{server.server_port}", asked)

    yield serve
    over.set()
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def own_templates(tmp_path: Path) -> Path:
    """A folder with one template: SMS in nb and nn, e-mail in nb alone, in plain text."""
    folder = tmp_path / "templates" / "parcel"
    for name, text in {
        "template.toml": (
            '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 3600\n\n'
            '[parameters.place]\nkind = "text"\nmax-length = 400\nexample = "Biblioteket"\n'
            "personal = true\n\n"
            '[parameters.days]\nkind = "list"\nmax-items = 2\nof = { kind = "date" }\n'
            "example = [2026-05-05, 2026-05-06]\noptional = true\n"
        ),
        "nb/sms.txt": "Pakken ligger på {{ place }}{% if days %} til {{ days }}{% endif %}.\n",
        "nn/sms.txt": "Pakken ligg på {{ place }}.\n",
        "nb/subject.txt": "Pakken er kommet\n",
        "nb/email.txt": "Pakken ligger på {{ place }}.\n",
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "templates"
