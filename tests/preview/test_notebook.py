"""A cell that ends with a message shows what the phone will show, in any notebook."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from nbclient import NotebookClient

import straks

if TYPE_CHECKING:
    from pathlib import Path

nbformat: Any = import_module("nbformat.v4")  # untyped

FILLED = """
import straks
catalog = straks.Catalog.load(policy=None)
values = catalog["one-time-code"].examples
sms = catalog.sms("one-time-code", locale="nb", to="+46701740605", values=values)
"""
CELLS = (
    FILLED,
    "sms",
    "catalog.email('one-time-code', locale='nb', to='kari@example.org', values=values)",
    "straks.picture(sms, reveal=True)",
)


@pytest.mark.filterwarnings("default")  # the kernel's libraries warn among themselves
def test_a_notebook_gets_every_form_of_a_message_and_no_recipient_or_code(tmp_path: Path) -> None:
    notebook = nbformat.new_notebook(cells=[nbformat.new_code_cell(cell) for cell in CELLS])
    # No history: it would be a file that other kernels write to as well.
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    shown = [output.data for cell in notebook.cells for output in cell.outputs]
    masked = json.dumps(shown[:2])

    assert [set(data) for data in shown] == [
        {"text/plain", "text/markdown", "image/svg+xml", "text/html"} for _ in range(3)
    ]
    assert "482913" not in masked
    assert "46701740605" not in masked
    assert "482913" in shown[2]["text/plain"]


@pytest.mark.filterwarnings("default")
def test_marimo_shows_a_message_as_html(catalog: straks.Catalog) -> None:
    formatting: Any = import_module("marimo._output.formatting")
    sms = catalog.sms(
        "one-time-code", locale="nb", to="+46701740605", values=catalog["one-time-code"].examples
    )
    formatted = formatting.try_format(sms)

    assert formatted.exception is None
    assert formatted.mimetype == "application/vnd.marimo+mimebundle"
    assert formatted.data["text/html"] == straks.picture(sms).html()
