"""What the documentation says to run in GitHub Actions, run as its shell runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text("utf-8")
SECTION = PAGE.partition("## In a repository")[2].partition("\n## ")[0]
STEPS = yaml.safe_load(re.findall(r"```yaml\n(- .*?)```", SECTION, re.DOTALL)[0])
CHECK, DIFF = (step["run"] for step in STEPS if "run" in step)
SARIF = re.findall(r"`(straks check --format sarif [^`]*)`", SECTION)[0]
MANIFEST = '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 3600\n'


def shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - what our own page says
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],  # noqa: S607 - as the runner does
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(autouse=True)
def _in_a_pull_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in a clone that adds a quotation mark to what the base branch has."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    base, clone = tmp_path / "base", tmp_path / "clone"
    write(base / "straks.toml", 'languages = ["nb"]\nselect = ["SMS", "TPL"]\n')
    write(base / "templates/parcel/template.toml", MANIFEST)
    write(base / "templates/parcel/nb/sms.txt", "Pakken er her.\n")
    commit = "git add --all && git -c user.name=a -c user.email=a@example.org commit --quiet --message=x"
    monkeypatch.chdir(base)
    assert shell(f"git init --quiet --initial-branch=main && {commit}").returncode == 0
    assert shell(f"git clone --quiet '{base}' '{clone}'").returncode == 0
    monkeypatch.chdir(clone)
    write(clone / "templates/parcel/nb/sms.txt", "«Pakken» er her.\n")
    assert shell(commit).returncode == 0


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def test_findings_are_annotated_and_fail_the_step() -> None:
    done = shell(CHECK)

    assert done.returncode == 1
    assert done.stdout.startswith("::warning file=templates/parcel/nb/sms.txt,line=1,col=1,title=SMS102 ")


def test_the_summary_says_what_the_change_does_and_the_step_goes_on() -> None:
    done = shell(DIFF)
    summary = Path(os.environ["GITHUB_STEP_SUMMARY"]).read_text("utf-8")

    assert done.returncode == 0
    assert summary.startswith("### Templates: `origin/main:templates` → `HEAD:templates`\n")
    assert "+«Pakken» er her.\n" in summary


def test_sarif_is_written_and_the_step_goes_on_but_not_if_something_cannot_be_read() -> None:
    written = shell(SARIF)
    results = json.loads(Path("straks.sarif").read_text("utf-8"))["runs"][0]["results"]
    write(Path("templates/parcel/nb/sms.txt"), "{{ navn }}")

    assert (written.returncode, len(results)) == (0, 2)
    assert shell(SARIF).returncode != 0
