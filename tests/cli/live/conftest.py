"""A folder of templates that a test may write in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MANIFEST = (
    '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 3600\n\n'
    '[parameters.place]\nkind = "text"\nmax-length = 40\nexample = "Biblioteket"\n'
)
PARCEL = {
    "template.toml": MANIFEST,
    "nb/sms.txt": "Pakken ligger på {{ place }}.\n",
    "nn/sms.txt": "Pakken ligg på {{ place }}.\n",
    "nb/subject.txt": "Pakken er kommet\n",
    "nb/email.html": "<p>Pakken ligger på {{ place }}.</p>\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "templates"


@pytest.fixture
def write(folder: Path) -> Callable[[str, str], Path]:
    """Return `write(path, text)`: a file of the folder, whole."""

    def write(path: str, text: str) -> Path:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.fixture
def parcel(folder: Path, write: Callable[[str, str], Path]) -> Path:
    """Return the folder with one template in it: SMS in nb and nn, e-mail in nb."""
    for name, text in PARCEL.items():
        write(f"parcel/{name}", text)
    return folder
