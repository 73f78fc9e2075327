"""What every command has in common: help, how errors end, and what is loaded when."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

import straks
from straks.cli import COMMANDS, main
from straks.cli.exits import exit_code
from straks.errors import (
    InDoubt,
    InvalidSetting,
    MissingExtra,
    NotSent,
    Refused,
    StraksError,
    Unanswered,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

HEAVY = {
    "rich",
    "babel",
    "phonenumbers",
    "jinja2",
    "bleach",
    "httpx",
    "email_validator",
    "starlette",
    "uvicorn",
}


def loaded_by(*arguments: str, watched: str = f"{HEAVY!r} & set(sys.modules)") -> set[str]:
    """Return which heavy modules a command loads, or the *watched* ones, in a fresh interpreter."""
    probe = (
        "import sys\nfrom straks.cli import main\n"
        f"try:\n    main({list(arguments)!r})\nfinally:\n"
        f"    print('loaded:', *sorted({watched}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)  # noqa: S603 - this very interpreter

    return set(done.stderr.splitlines()[-1].split()[1:])


def test_help_loads_no_command_and_nothing_heavy() -> None:
    assert loaded_by("--help") == set()


@pytest.mark.parametrize("name", ["check", "preview"])
def test_help_of_a_command_loads_no_messages_and_no_rules(name: str) -> None:
    ours = loaded_by(name, "--help", watched="name for name in sys.modules if name.startswith('straks.')")

    assert {module for module in ours if not module.startswith("straks.cli")} == {
        "straks.core",
        "straks.core.display",
        "straks.core.nearest",
        "straks.errors",
        "straks.preview",
        "straks.preview.visible",
    }


def test_counting_a_text_loads_no_template_engine_and_no_http() -> None:
    assert loaded_by("segment", "hei") == {"rich"}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_sentence_in_the_list_is_the_commands_own(name: str) -> None:
    with click.Context(main) as ctx:
        command = main.get_command(ctx, name)

        assert command is not None
        assert command.name == name
        assert command.get_short_help_str(limit=200) == COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_is_in_the_list(cli: Callable[..., Result], name: str) -> None:
    overview, own = cli("--help"), cli(name, "-h")

    assert COMMANDS[name] in overview.stdout
    assert own.exit_code == 0
    assert own.stdout.startswith(f"Usage: main {name}")
    assert own.stdout.isascii()  # help must show on any terminal


def test_the_version_is_the_packages(cli: Callable[..., Result]) -> None:
    assert cli("--version").stdout == f"straks, version {straks.__version__}\n"


def test_python_can_run_the_package() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "straks", "--version"], capture_output=True, text=True, check=True
    )

    assert done.stdout == f"straks, version {straks.__version__}\n"


def test_importing_the_entry_point_runs_nothing() -> None:
    assert import_module("straks.__main__").main is main


def test_the_group_knows_its_commands_and_no_others() -> None:
    with click.Context(main) as ctx:
        assert main.list_commands(ctx) == list(COMMANDS)
        assert main.get_command(ctx, "sedn") is None


def test_an_output_that_is_no_terminal_at_all_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stdout", written)
    main.main(["segment", "hei"], standalone_mode=False)

    assert written.getvalue().startswith("hei\n")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("prevew", "There is no command 'prevew'; did you mean preview?"),
        ("xyz", f"There is no command 'xyz'; there are {', '.join(COMMANDS)}"),
    ],
)
def test_an_unknown_command_names_the_nearest(cli: Callable[..., Result], given: str, said: str) -> None:
    result = cli(given)

    assert result.exit_code == 2
    assert said in result.stderr


def test_an_unknown_option_is_a_usage_error(cli: Callable[..., Result]) -> None:
    result = cli("templates", "--jsno")

    assert result.exit_code == 2
    assert "No such option" in result.stderr


def test_a_shell_completes_commands_without_loading_them() -> None:
    def complete(incomplete: str) -> list[str]:
        shell = ShellComplete(main, {}, "straks", "_STRAKS_COMPLETE")
        return [item.value for item in shell.get_completions([], incomplete)]

    assert complete("s") == ["segment", "send", "simulate"]
    assert complete("--v") == ["--version"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("no", idempotency_id="i", attempts=1, status=400), 1),
        (NotSent("no", idempotency_id="i", attempts=0), 1),
        (Unanswered("no"), 1),
        (InDoubt("perhaps", idempotency_id="i", attempts=1), 3),
        (InvalidSetting("no"), 2),
        (MissingExtra("This", "that"), 2),
        (StraksError("no"), 2),
        (FileNotFoundError(2, "No such file", "x"), 2),
    ],
)
def test_an_error_has_the_exit_code_of_its_kind(error: Exception, code: int) -> None:
    assert exit_code(error) == code


def failing_with(error: BaseException, *, as_json: bool = False) -> Result:
    """Run a command that fails with *error* in the same kind of group."""
    from straks.cli.group import LazyGroup
    from straks.cli.terminal import json_option

    @click.command("fail")
    @json_option
    def fail(*, as_json: bool) -> None:
        raise error

    group = LazyGroup(sentences={"fail": "Fail."})
    group.get_command = lambda ctx, cmd_name: fail  # type: ignore[method-assign]  # noqa: ARG005 - click's signature

    return CliRunner(catch_exceptions=False).invoke(group, ["fail", *(["--json"] if as_json else [])])


def test_an_error_is_one_line_without_a_traceback() -> None:
    result = failing_with(InvalidSetting("first line\nsecond \x1b[2J line"))

    assert result.exit_code == 2
    assert result.stderr == "Error: first line second ␛[2J line\n"
    assert result.stdout == ""


def test_with_json_an_error_is_a_document_with_the_errors_fields() -> None:
    error = Refused("no", idempotency_id="otp.sms.x", attempts=1, status=422, fields={"body": ("long",)})
    result = failing_with(error, as_json=True)

    assert result.exit_code == 1
    assert result.stderr == "Error: no\n"
    assert json.loads(result.stdout) == {
        "error": {
            "kind": "Refused",
            "message": "no",
            "idempotency_id": "otp.sms.x",
            "attempts": 1,
            "status": 422,
            "fields": {"body": ["long"]},
        }
    }


def test_ctrl_c_ends_with_130_and_no_word() -> None:
    result = failing_with(KeyboardInterrupt())

    assert (result.exit_code, result.output) == (130, "")


def test_a_file_that_cannot_be_written_is_named() -> None:
    result = failing_with(PermissionError(13, "Permission denied", "out.html"), as_json=True)

    assert result.exit_code == 2
    assert result.stderr == "Error: out.html: Permission denied; name another place\n"
    assert result.stdout == ""


def test_a_full_disk_behind_standard_output_is_told() -> None:
    result = failing_with(OSError(28, "No space left on device"))

    assert result.exit_code == 2
    assert result.stderr == "Error: standard output: No space left on device; name another place\n"


def test_a_reader_that_has_gone_ends_the_command_quietly() -> None:
    result = failing_with(BrokenPipeError(32, "Broken pipe"))

    assert (result.exit_code, result.stderr) == (1, "")


def test_a_pipe_that_closes_early_makes_no_traceback(start: Callable[..., subprocess.Popen[str]]) -> None:
    process = start("templates", "--json")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None

    assert process.stderr.read() == ""
    assert process.wait() in {0, 1}


def test_an_output_without_norwegian_letters_shows_their_numbers(
    start: Callable[..., subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    out, err = start("segment", "Møte").communicate()

    assert err == ""
    assert out.startswith("M\\xf8te\n")


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
    ids=["no-terminal", "forced", "forbidden"],
)
def test_colours_are_for_terminals_that_want_them(
    cli: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    coloured: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert ("\x1b[31m" in cli("segment", "Č").stdout) is coloured


def test_a_path_that_is_no_folder_of_templates_is_refused(cli: Callable[..., Result], tmp_path: Path) -> None:
    missing, empty = (
        cli("templates", "--templates", "nowhere"),
        cli("templates", "--templates", str(tmp_path)),
    )

    assert missing.exit_code == empty.exit_code == 2
    assert "nowhere" in missing.stderr
    assert "holds no template" in empty.stderr
