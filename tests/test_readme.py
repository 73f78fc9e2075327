"""The README's Python runs as it stands, and prints what it says it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```\n(?:\s*```text\n(.*?)```)?", README.read_text("utf-8"), re.DOTALL)

SERVERS = {"REDIS_URL": "redis_url", "DATABASE_URL": "postgres_table"}
"""What an example reads from the environment, and the fixture that has it."""


def test_there_is_an_example() -> None:
    assert EXAMPLES


@pytest.fixture
def stage(code: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder, and the servers that *code* asks the environment for."""
    monkeypatch.chdir(tmp_path)
    for variable, fixture in SERVERS.items():
        if variable in code:
            monkeypatch.setenv(variable, request.getfixturevalue(fixture))


@pytest.mark.parametrize(
    ("code", "printed"), EXAMPLES, ids=[f"example-{n}" for n in range(1, len(EXAMPLES) + 1)]
)
def test_an_example_prints_what_the_readme_shows(
    code: str, printed: str, stage: None, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own README

    assert capsys.readouterr().out == printed
