"""
Run the notebooks and keep what they show: ``make notebooks``.

What is kept is the same on every run, so that a test can hold it against today's code, and a change of an
output is seen where it is reviewed. To that end the notebooks print no ports, ids, times or whatever dice
decide, and what the tools add of that kind is taken away here. Of the forms in which an output offers itself
one is kept for the eye, and text: SVG before HTML, for it is shown wherever notebooks are, and tells more in
a diff.
"""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent

_PATIENCE_S: Final = 120
_FIGURES: Final = ("--InlineBackend.figure_formats=svg",)
_FOR_THE_EYE: Final = ("image/svg+xml", "text/html", "text/markdown")
_MADE_BY: Final = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)  # matplotlib's version, and when

_nbformat: Any = import_module("nbformat")  # untyped


def notebooks() -> list[Path]:
    """Return the notebooks, by name."""
    return sorted(FOLDER.glob("*.ipynb"))


def executed(path: Path) -> str:
    """
    Run the notebook at *path* from nothing, top to bottom, and return it with what it shows.

    Raises:
        CellExecutionError: A cell raised.
    """
    from nbclient import NotebookClient

    notebook = _nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(FOLDER)}}  # where matplotlibrc is
    client = NotebookClient(
        notebook, timeout=_PATIENCE_S, record_timing=False, resources=resources, extra_arguments=[*_FIGURES]
    )
    client.execute()
    return tidied(json.loads(_nbformat.writes(notebook)))


def tidied(notebook: dict[str, Any]) -> str:
    """Return *notebook* as text without what differs from run to run."""
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"c{number:02}"
        cell["metadata"] = {}
        if cell["cell_type"] == "code":
            cell["execution_count"] = None
            cell["outputs"] = _outputs(cell["outputs"])
    notebook["metadata"] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _outputs(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for output in outputs:
        if "text" in output:
            # How much the kernel sends at once is a matter of its timing.
            before = kept.pop()["text"] if kept and kept[-1].get("name") == output["name"] else ""
            output["text"] = _lines(_text(before) + _text(output["text"]))
        if "execution_count" in output:
            output["execution_count"] = None
        if "data" in output:
            output["metadata"] = {}
            output["data"] = _forms(output["data"])
        kept.append(output)
    return kept


def _forms(data: dict[str, Any]) -> dict[str, Any]:
    wanted = ("text/plain", *[form for form in _FOR_THE_EYE if form in data][:1])
    return {form: _lines(_MADE_BY.sub("", _text(data[form]))) for form in wanted}


def _text(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def main() -> None:
    """Run every notebook and write it with what it shows."""
    for path in notebooks():
        path.write_text(executed(path), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
