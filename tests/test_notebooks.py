"""The notebooks run from top to bottom, keep what they show today, and show no recipient."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from notebooks.run import executed, notebooks, tidied

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = {
    "first-message": "in the inbox: 1 message",
    "one-time-codes": "TOO_MANY_ATTEMPTS",
    "policy": "CLR101 this raises its voice",
    "segments": "SmsBound(encoding=<Encoding.GSM7: 'GSM-7'>, units=157, segments=1",
    "sending": "drop-after-sending: Receipt after 2 attempts (placed), 2 messages",
    "templates": "Hei! 3 bøker er klar til henting på Biblioteket i Vik. Hent innan 17. mai 2026.",
}
"""What a notebook must come to."""

FIGURES = {"one-time-codes": 2, "policy": 1, "segments": 4, "sending": 2, "templates": 3}
"""How many pictures one shows; those that are not here show none."""

RECIPIENT = re.compile(r"\+\d[\d ]{6,}\d|[\w.]+@[\w.]+")

of_each_notebook = pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)


def outputs(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [output for cell in cells for output in cell.get("outputs", ())]


@pytest.mark.filterwarnings("default")  # the kernel's libraries warn among themselves
@of_each_notebook
def test_a_notebook_keeps_what_it_shows_today_or_else_make_notebooks(path: Path) -> None:
    kept = path.read_text("utf-8")

    assert executed(path) == kept


@of_each_notebook
def test_a_notebook_comes_to_what_it_is_about(path: Path) -> None:
    shown = outputs(path)
    texts = ["".join(output.get("text", output.get("data", {}).get("text/plain", ""))) for output in shown]
    figures = [output for output in shown if "image/svg+xml" in output.get("data", {})]

    assert SHOWN[path.stem] in "\n".join(texts)
    assert len(figures) == FIGURES.get(path.stem, 0)


@of_each_notebook
def test_a_notebook_shows_no_recipient(path: Path) -> None:
    assert RECIPIENT.findall(json.dumps(outputs(path), ensure_ascii=False)) == []


@pytest.mark.parametrize("recipient", ["+46701740605", "+46 70 174 06 05", "kari@example.org"])
def test_a_recipient_would_be_seen_by_the_test(recipient: str) -> None:
    assert RECIPIENT.search(f"to {recipient}.") is not None


@of_each_notebook
def test_a_notebook_warns_of_nothing(path: Path) -> None:
    assert [output for output in outputs(path) if output.get("name") == "stderr"] == []


def notebook(*outputs: dict[str, Any]) -> dict[str, Any]:
    cell = {
        "cell_type": "code",
        "execution_count": 7,
        "metadata": {"execution": "then"},
        "outputs": [*outputs],
    }
    return {"cells": [cell], "metadata": {"language_info": {"version": "3.11"}}, "nbformat": 4}


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def test_what_is_printed_is_the_same_however_it_was_sent() -> None:
    in_parts = notebook(stream("one\nt"), stream("wo\n"), stream("oh\n", "stderr"))
    at_once = notebook(stream("one\ntwo\n"), stream("oh\n", "stderr"))

    assert tidied(in_parts) == tidied(at_once)


def test_what_differs_from_run_to_run_is_not_kept() -> None:
    svg = "<svg>{}<g/></svg>"
    data = {
        "text/plain": "<Figure>",
        "image/svg+xml": svg.format("<metadata>today</metadata>"),
        "text/html": "",
    }
    result = {"output_type": "execute_result", "execution_count": 7, "metadata": {"w": 1}, "data": data}

    kept = json.loads(tidied(notebook(result)))

    (cell,) = kept["cells"]
    (output,) = cell["outputs"]
    assert (cell["execution_count"], cell["metadata"], output["execution_count"]) == (None, {}, None)
    assert output["data"] == {"text/plain": ["<Figure>"], "image/svg+xml": [svg.format("")]}
    assert kept["metadata"]["language_info"] == {"name": "python"}
