"""The bar that shows how far a long job is."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from straks.cli import progress
from straks.cli.progress import watched

if TYPE_CHECKING:
    from pathlib import Path

# As the command itself, but as if each job took long.
IMPATIENT = "import runpy; from straks.cli import progress; progress._PATIENCE_S = 0.0; "
START = IMPATIENT + 'runpy.run_module("straks", run_name="__main__", alter_sys=True)'


def on_a_terminal(*arguments: str) -> tuple[str, str]:
    """Run a command whose standard error is a terminal; return what is on its output, and on that."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", START, *arguments],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
        text=True,
        encoding="utf-8",
    ) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # which says that the other end is closed, and all is read
            while part := os.read(ours, 65_536):
                shown += part
        os.close(ours)
        out, _ = process.communicate()
    return out, shown.decode()


@pytest.mark.parametrize(
    ("command", "doing"), [("check", "Checking templates"), ("bounds", "Bounding templates")]
)
def test_who_waits_at_a_terminal_sees_how_far_it_is(command: str, doing: str) -> None:
    out, shown = on_a_terminal(command)

    assert doing in shown
    assert doing not in out
    assert "1/" in shown
    assert shown.rstrip().endswith("\x1b[2K")  # and it is wiped away in the end


def test_nothing_is_shown_where_nobody_looks(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(progress, "_PATIENCE_S", 0.0)

    assert [*watched("Doing")([tmp_path, 1, 2])] == [tmp_path, 1, 2]
    assert capfd.readouterr().err == ""


def test_what_is_over_soon_shows_no_bar(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    assert [*watched("Doing")([1, 2])] == [1, 2]
    assert capfd.readouterr().err == ""


def test_items_pass_a_bar_that_is_shown_and_an_error_takes_it_away(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_PATIENCE_S", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    failing = (1 // (3 - item) for item in watched("Doing")([1, 2, 3]))
    with pytest.raises(ZeroDivisionError):
        list(failing)

    assert "Doing" in capfd.readouterr().err
