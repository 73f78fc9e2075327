"""The notebooks run from top to bottom, and show no recipient."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))

SHOWN = {"first-message": "in the inbox: 1 message", "one-time-codes": "TOO_MANY_ATTEMPTS"}
"""What a notebook must come to."""

nbformat: Any = import_module("nbformat")  # untyped


@pytest.mark.filterwarnings("default")  # the kernel's libraries warn among themselves
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_no_recipient(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)

    NotebookClient(notebook, timeout=60).execute()

    shown = nbformat.writes(notebook)
    outputs = json.dumps(
        [cell["outputs"] for cell in json.loads(shown)["cells"] if cell["cell_type"] == "code"]
    )
    assert SHOWN[path.stem] in outputs
    assert re.findall(r"\+467017406\d\d", outputs) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    cells = json.loads(path.read_text("utf-8"))["cells"]

    assert [cell["outputs"] for cell in cells if cell.get("outputs")] == []
