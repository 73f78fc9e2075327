"""The Python in the README and in docs/ runs as it stands, and prints what it says it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = {path.stem: path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
EXAMPLES = {
    f"{name}-{number}": example
    for name, path in PAGES.items()
    for number, example in enumerate(
        re.findall(r"```python\n(.*?)```\n(?:\s*```text\n(.*?)```)?", path.read_text("utf-8"), re.DOTALL), 1
    )
}


def test_there_is_an_example() -> None:
    assert "README-1" in EXAMPLES


@pytest.mark.parametrize(("code", "printed"), EXAMPLES.values(), ids=EXAMPLES)
def test_an_example_prints_what_the_page_shows(
    code: str, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(code, "example.py", "exec"), {})  # noqa: S102 - our own page

    assert capsys.readouterr().out == printed


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_links_to_is_there(name: str) -> None:
    page = PAGES[name]
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text("utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_reached_from_the_readme() -> None:
    linked = set(re.findall(r"\]\(docs/([\w-]+)\.md", PAGES["README"].read_text("utf-8")))

    assert linked == PAGES.keys() - {"README"}
