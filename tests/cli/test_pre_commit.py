"""The hooks that `.pre-commit-hooks.yaml` offers, run by pre-commit itself on staged files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS: dict[str, dict[str, Any]] = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text("utf-8"))}
TEMPLATE = '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 3600\n'


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    write("straks.toml", 'languages = ["nb"]\nselect = ["SMS"]\n')
    write("texts/fine/template.toml", TEMPLATE)
    write("texts/fine/nb/sms.txt", "Hei.\n")
    write("texts/loose/template.toml", TEMPLATE)
    write("texts/loose/nb/sms.txt", "Hei  \n«du».\n")
    write("docs/notes.txt", "«Not a template»  \n")
    run("git", "init", "--quiet")
    return tmp_path


def write(path: str, text: str) -> None:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, encoding="utf-8", check=False)  # noqa: S603 - git and pre-commit


def hooked(identity: str, *staged: str) -> subprocess.CompletedProcess[str]:
    """Stage files and let pre-commit run the hook as it stands, but with the straks that is here."""
    # Its own way, `language: python`, would build an environment from an index.
    hook = {**HOOKS[identity], "language": "system"}
    # JSON is YAML.
    write(".pre-commit-config.yaml", json.dumps({"repos": [{"repo": "local", "hooks": [hook]}]}))
    run("git", "add", *staged)
    return run("pre-commit", "run")


@pytest.mark.usefixtures("repository")
def test_pre_commit_takes_the_manifest() -> None:
    assert run("pre-commit", "validate-manifest", str(MANIFEST)).returncode == 0
    assert list(HOOKS) == ["straks-check", "straks-fix"]


@pytest.mark.usefixtures("repository")
def test_what_is_staged_is_checked_and_nothing_else() -> None:
    fine = hooked("straks-check", "texts/fine", "docs")
    loose = hooked("straks-check", "texts/loose/nb/sms.txt")

    assert fine.returncode == 0
    assert loose.returncode == 1
    assert "texts/loose/nb/sms.txt:2:1: SMS102 " in loose.stdout
    assert "2 templates checked" in loose.stdout


@pytest.mark.usefixtures("repository")
def test_no_template_staged_means_nothing_to_check() -> None:
    assert "no files to check" in hooked("straks-check", "docs", "straks.toml").stdout


@pytest.mark.usefixtures("repository")
def test_the_other_hook_mends_and_stops_the_commit_so_that_one_looks() -> None:
    done = hooked("straks-fix", "texts/loose")

    assert done.returncode == 1
    assert "files were modified by this hook" in done.stdout
    assert Path("texts/loose/nb/sms.txt").read_text("utf-8") == "Hei\n«du».\n"


@pytest.mark.usefixtures("repository")
def test_a_layout_that_is_staged_stands_for_every_template() -> None:
    write("texts/_layout/email.html", "{% if %}")
    done = hooked("straks-check", "texts/_layout/email.html")

    assert done.returncode == 1
    assert "texts/_layout/email.html:1:1: TPL001 " in done.stdout


@pytest.mark.parametrize("path", sorted(ROOT.glob("templates/**/*.*")), ids=lambda path: path.name)
def test_every_file_of_the_shipped_templates_is_one_for_the_hook(path: Path) -> None:
    assert re.search(HOOKS["straks-check"]["files"], path.relative_to(ROOT).as_posix())
