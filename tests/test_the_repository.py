"""Rules about what is committed, held against every tracked file."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TRACKED = subprocess.run(
    ["git", "ls-files", "-z"],  # noqa: S607 - git is where the path says it is
    cwd=ROOT,
    check=True,
    capture_output=True,
    text=True,
).stdout.split("\0")[:-1]
TEXTS = {
    name: (ROOT / name).read_text("utf-8")
    for name in TRACKED
    if (ROOT / name).is_file() and not name.endswith(".png")
}
NOBODYS = "4742000000"  # not allocated at present
THIS = "tests/test_the_repository.py"

FORBIDDEN = {
    "the host of a package index": r"pypi\.org|pythonhosted|npmjs\.|--(?:extra-)?index-url|--find-links",
    "a path of somebody's machine": r"(?<![\w./])/(?:home|root|Users)/\w",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [name for name, text in TEXTS.items() if name != THIS and pattern.search(text)]

    assert found == []


def test_no_tracked_file_holds_a_norwegian_mobile_number_that_may_be_somebodys() -> None:
    written = re.compile(r"(?<!\d)(?:\+|00)47[ -]?(?=[49])(?:\d[ -]?){8}(?!\d)")
    found = {
        (name, number)
        for name, text in TEXTS.items()
        for number in written.findall(text)
        if re.sub(r"\D", "", number).removeprefix("00") != NOBODYS
    }

    assert found == set()


@pytest.mark.parametrize("group", ["demo", "dev", "peers"])
def test_every_pin_has_a_version_and_a_hash(group: str) -> None:
    pins = re.split(r"\n(?=\S)", (ROOT / f"requirements/{group}.txt").read_text("utf-8").strip())

    assert [
        pin for pin in pins if not re.match(r"[\w.-]+(\[[\w,]+\])?==\S+ .*--hash=sha256:", pin, re.DOTALL)
    ] == []
