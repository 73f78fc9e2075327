"""``straks simulate``, in a process of its own."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from straks.transports.carriers import HttpxCarrier
from straks.wire.exchange import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result


def welcome(process: subprocess.Popen[str]) -> list[str]:
    """Return what the simulator says before it waits: up to the last line, which names `straks send`."""
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line.rstrip("\n"))
        if line.lstrip().startswith("straks send"):
            break
    return said


def read(url: str) -> str:
    with closing(HttpxCarrier(direct=True)) as carrier:
        reply = carrier.carry(Request("GET", url), timeout_s=10)
    assert isinstance(reply, Response)
    return reply.body.decode()


def shell(lines: list[str]) -> str:
    """Return the lines that are meant to be pasted, without `straks send` itself."""
    return "\n".join(line for line in lines if line.startswith("  "))


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_until_it_is_stopped_and_ends_cleanly(
    start: Callable[..., subprocess.Popen[str]], way: signal.Signals
) -> None:
    process = start("simulate", "--port", "0")
    url = welcome(process)[0].split()[-1]
    page = read(f"{url}/")
    process.send_signal(way)
    out, err = process.communicate()

    assert "<title>Inbox" in page
    assert (process.returncode, err) == (0, "")
    assert out.endswith("Stopped.\n")


def test_what_it_prints_can_be_pasted(
    start: Callable[..., subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    process = start("simulate", "--port", "0")
    lines = welcome(process)
    command = shell(lines).replace("straks send", f"{sys.executable} -m straks send --no-follow")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    done = subprocess.run(["sh", "-e", "-c", command], capture_output=True, text=True, check=True)  # noqa: S603, S607 - what was printed
    url = lines[0].split()[-1]
    messages = read(f"{url}/_straks/messages")

    assert '"notificationOrderId"' in done.stdout
    assert "one-time-code, sms in nb" in done.stdout
    assert "Hei fra straks" in messages
    assert "482913" in messages


def test_listening_beyond_this_machine_is_said(start: Callable[..., subprocess.Popen[str]]) -> None:
    process = start("simulate", "--port", "0", "--host", "0.0.0.0")  # noqa: S104 - what is tested
    assert process.stderr is not None
    said = process.stderr.readline() + process.stderr.readline()
    process.terminate()
    process.communicate()

    assert "It listens on 0.0.0.0: whoever reaches this machine can read the inbox." in said


def test_a_port_that_is_taken_ends_with_2_and_the_way_out(cli: Callable[..., Result]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = cli("simulate", "--port", str(port))

    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: port {port} on 127.0.0.1 is taken; choose another")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--port", "70000"), "70000 is not in the range 0<=x<=65535"),
        (("--port", "http"), "'http' is not a valid integer"),
        (("--host", "192.0.2.1", "--port", "0"), "cannot listen on 192.0.2.1"),
    ],
)
def test_where_nobody_can_listen_is_refused(
    cli: Callable[..., Result], arguments: tuple[str, ...], said: str
) -> None:
    result = cli("simulate", *arguments)

    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_without_the_extra_the_extra_is_named() -> None:
    probe = "import sys; sys.modules['uvicorn'] = None; from straks.cli import main; main(['simulate'])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)  # noqa: S603 - this very interpreter

    assert done.returncode == 2
    assert done.stderr == "Error: Simulator needs an optional part of straks; install straks[simulator]\n"
