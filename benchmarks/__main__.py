"""
``make bench``: every question that compares, in one table, kept in ``benchmarks/results.json``.

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

from benchmarks import first_order, pipeline, segments, verdicts
from benchmarks.pairs import ROUNDS, Figure, show

RESULTS = Path(__file__).with_name("results.json")
LIBRARIES = ("babel", "bleach", "email-validator", "jinja2", "phonenumbers")
DIGITS = 2


def written(figure: Figure) -> dict[str, object]:
    """Return *figure* as it is kept."""
    rounded = {
        name: round(value, DIGITS) if isinstance(value, float) else value
        for name, value in asdict(figure).items()
    }
    return {**rounded, "met": figure.met}


def main() -> None:
    """Ask each question, print the table, keep it."""
    load = os.getloadavg()[0]
    figures = show(chain(pipeline.figures(), verdicts.figures(), segments.figures(), first_order.figures()))
    missed = [figure.what for figure in figures if not figure.met]
    results: dict[str, object] = {
        "measured": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "rounds": ROUNDS,
        "load": [round(load, 1), round(os.getloadavg()[0], 1)],
        "figures": [written(figure) for figure in figures],
    }
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"\n{len(figures) - len(missed)} of {len(figures)} targets met; kept in benchmarks/{RESULTS.name}")


if __name__ == "__main__":
    main()
