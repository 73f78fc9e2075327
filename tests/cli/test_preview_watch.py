"""``straks preview --watch``, in a process of its own."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_the_page_until_it_is_stopped_and_ends_cleanly(
    start: Callable[..., subprocess.Popen[str]], own_templates: Path, way: signal.Signals
) -> None:
    process = start("preview", "--watch", str(own_templates), "--port", "0")
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        answer = client.post("show", json={}).json()
        with client.stream("GET", "changes") as changes:  # a page that is open does not keep it from ending
            first = next(changes.iter_lines())
            process.send_signal(way)
            out, err = process.communicate(timeout=60)

    assert answer["keys"] == ["parcel"]
    assert first == f"data: {answer['stamp']}"
    assert (process.returncode, err) == (0, "")
    assert out.endswith("Stopped.\n")


def test_who_listens_beyond_loopback_is_told_what_that_means(
    start: Callable[..., subprocess.Popen[str]], own_templates: Path
) -> None:
    process = start("preview", "--watch", str(own_templates), "--port", "0", "--host", "0.0.0.0")  # noqa: S104 - what is tested
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    httpx.get(url, timeout=60, trust_env=False)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)

    assert url.startswith("http://127.0.0.1:")
    assert "whoever reaches this machine can read the templates" in err


def test_without_its_extra_it_says_what_to_install(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "straks.cli.live.serving", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = cli("preview", "--watch")

    assert result.exit_code == 2
    assert "install straks[simulator]" in result.stderr
