"""``straks simulate``, in a process of its own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from straks.simulator.fates import FATES
from straks.simulator.tokens import decode_object
from straks.transports.carriers import HttpxCarrier
from straks.wire.exchange import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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

    assert "<title>Innboks" in page
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


def test_what_it_prints_about_faults_can_be_pasted(
    start: Callable[..., subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    process = start("simulate", "--port", "0")
    lines = welcome(process)
    assert process.stdout is not None
    rest = [process.stdout.readline() for _ in range(3)]
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    done = subprocess.run(["sh", "-e", "-c", rest[-1]], capture_output=True, text=True, check=True)  # noqa: S603, S607 - what was printed
    armed = json.loads(read(f"{lines[0].split()[-1]}/_straks/faults"))

    assert json.loads(done.stdout) == armed[0]
    assert (armed[0]["fault"], armed[0]["next"]) == ("drop-after-sending", 3)


def test_it_says_where_it_keeps_what_and_whom_it_really_sends_to(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    def says(*arguments: str) -> list[str]:
        process = start("simulate", "--port", "0", *arguments)
        lines = welcome(process)
        process.terminate()
        process.communicate()
        return lines

    file = tmp_path / "state.db"
    plain = says()
    one = says("--store", str(file), "--allow-list", "+46701740605")
    two = says("--allow-list", "+46701740605", "--allow-list", "0046701740606")

    assert "It forgets everything when it ends; --store FILE.db keeps it." in plain
    assert f"Everything is kept in {file}." in one
    assert file.exists()
    assert "As in TT02, SMS go to 1 number alone; to others they look delivered and are not." in one
    assert any(line.startswith("As in TT02, SMS go to 2 numbers alone;") for line in two)
    assert not any("TT02" in line for line in plain)


def test_the_organisation_and_the_names_are_the_callers_to_say(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    process = start("simulate", "--port", "0", "--org", "skd", "--allow-host", "altinn")
    url = welcome(process)[0].split()[-1]
    with closing(HttpxCarrier(direct=True)) as carrier:
        known = carrier.carry(Request("POST", f"{url}/_straks/token", {"host": "altinn:1"}), timeout_s=10)
        unknown = carrier.carry(Request("POST", f"{url}/_straks/token", {"host": "altin"}), timeout_s=10)

    assert isinstance(known, Response)
    assert isinstance(unknown, Response)
    claims = decode_object(known.body.decode().split(".")[1])
    assert claims is not None
    assert claims["urn:altinn:org"] == "skd"
    assert unknown.status == 421


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--allow-list", "46701740605"), "number 1 of the allow-list is no valid phone number"),
        (("--store", "nowhere/state.db"), "give a file in a folder that is there and can be written to"),
        (("--json",), "--json is for --fates"),
    ],
)
def test_what_it_cannot_be_started_with_is_said_in_a_sentence(
    cli: Callable[..., Result], arguments: tuple[str, ...], said: str
) -> None:
    result = cli("simulate", "--port", "0", *arguments)

    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_the_fates_are_listed_for_people_and_for_programs(cli: Callable[..., Result]) -> None:
    people, programs = cli("simulate", "--fates"), cli("simulate", "--fates", "--json")
    names = [fate["fate"] for fate in json.loads(programs.stdout)]

    assert (people.exit_code, programs.exit_code) == (0, 0)
    assert [fate.name for fate in FATES] == names
    for name in names:
        assert name in people.stdout
    assert "+46701740687" in people.stdout
    assert "drop-after-sending@example.org" in people.stdout


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
