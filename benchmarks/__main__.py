"""
``make bench``: every question that compares, in one table, kept in ``results.json`` and in the docs.

The figures are ratios, measured side by side in one run. They are printed and kept and never asserted: a
machine that others use would fail tests for what others do. What takes longer, or counts something else than
processor time, has a name of its own: ``python -m benchmarks.journal``, for one.
"""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import asdict
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks import first_order, pipeline, segments, verdicts
from benchmarks.pairs import ROUNDS, Figure, show

RESULTS = Path(__file__).with_name("results.json")
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGINS, ENDS = "<!-- figures: make bench writes them -->", "<!-- end of figures -->"
LIBRARIES = ("babel", "bleach", "email-validator", "jinja2", "phonenumbers")
DIGITS = 2


def written(figure: Figure) -> dict[str, object]:
    """Return *figure* as it is kept."""
    rounded = {
        name: round(value, DIGITS) if isinstance(value, float) else value
        for name, value in asdict(figure).items()
    }
    return {**rounded, "met": figure.met}


def page_table(results: dict[str, Any]) -> str:
    """Return *results* as the table of the page about performance."""
    rows = [
        f"| {each['what']} | {each['yardstick']} | {each['ratio']:.2f} | {each['spread']:.2f} | "
        f"{each['target']:.2f} | {'yes' if each['met'] else '**no**'} |"
        for each in results["figures"]
        if each["target"]
    ]
    libraries = ", ".join(f"{name} {version}" for name, version in results["libraries"].items())
    measured = (
        f"Measured {results['measured']} on {results['implementation']} {results['python']}, medians of "
        f"{results['rounds']}; load of the machine at the beginning and at the end: "
        f"{' and '.join(map(str, results['load']))}. {libraries}."
    )
    head = "| what | yardstick | times as fast | spread | target | met |\n|---|---|---|---|---|---|\n"
    return f"{head}{chr(10).join(rows)}\n\n{measured}\n"


def update_page(results: dict[str, Any]) -> None:
    """Put *results* into the page about performance."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    PAGE.write_text(f"{before}{BEGINS}\n{page_table(results)}{ENDS}{after}", encoding="utf-8")


def main() -> None:
    """Ask each question, print the table, keep it."""
    load = os.getloadavg()[0]
    figures = show(chain(pipeline.figures(), verdicts.figures(), segments.figures(), first_order.figures()))
    held = [figure for figure in figures if figure.target]
    missed = [figure.what for figure in held if not figure.met]
    results: dict[str, Any] = {
        "measured": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "rounds": ROUNDS,
        "load": [round(load, 1), round(os.getloadavg()[0], 1)],
        "figures": [written(figure) for figure in figures],
    }
    update_page(results)
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"\n{len(held) - len(missed)} of {len(held)} targets met; kept in benchmarks/{RESULTS.name}")


if __name__ == "__main__":
    main()
