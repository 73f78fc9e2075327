"""The pictures of the README are what the code draws today."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PICTURES = runpy.run_path(str(ROOT / "docs" / "pictures.py"))["PICTURES"]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_current_or_else_make_pictures(name: str) -> None:
    drawn = (ROOT / "docs" / "pictures" / name).read_text("utf-8")

    assert drawn == PICTURES[name]() + "\n"


def test_every_picture_of_the_readme_is_drawn_by_the_code() -> None:
    there = {file.name for file in (ROOT / "docs" / "pictures").iterdir()}
    shown = {
        name for name in PICTURES if f"](docs/pictures/{name})" in (ROOT / "README.md").read_text("utf-8")
    }

    assert there == set(PICTURES) == shown
