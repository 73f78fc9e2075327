"""The pictures of the README and of the pages beside it are what the code draws today."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DRAWN = runpy.run_path(str(ROOT / "docs" / "pictures.py"))
PICTURES, SHOTS = DRAWN["PICTURES"], DRAWN["SHOTS"]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_current_or_else_make_pictures(name: str) -> None:
    drawn = (ROOT / "docs" / "pictures" / name).read_text("utf-8")

    assert drawn == PICTURES[name]() + "\n"


def test_every_picture_that_is_shown_is_drawn_by_the_code() -> None:
    there = {file.name for file in (ROOT / "docs" / "pictures").iterdir()}
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {
        name
        for page in pages
        for name in re.findall(r"\]\((?:docs/)?pictures/([\w.-]+)\)", page.read_text("utf-8"))
    }

    assert there == {*PICTURES, *SHOTS} == shown
