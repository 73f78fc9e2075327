"""
What splitting a text into segments costs beside smsutil, the fastest peer in Python with the right texts.

The geometric mean over four texts that are costly in four ways; and counting alone, of a text that GSM-7
carries without escapes, beside one regular expression over that text, which is the least that anybody can
do to know that it does.

smsutil is installed by ``requirements/peers.txt``, and left out where it is not there.
"""

from __future__ import annotations

import math
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.pairs import Figure, compare, show

from straks.core.alphabet import ONE_SEPTET_EACH
from straks.core.segment import count_segments, segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXTS = {
    "100 characters of GSM-7": ("Saken din er ferdig behandlet. Logg inn og se svaret. " * 2)[:100],
    "60 emoji": "😀" * 60,
    "459 characters of GSM-7 with escapes": (
        "Du skylder 100 € [se vedlegg]. Betal innen fristen i brevet. " * 8
    )[:459],
    "700 characters of UCS-2": ("Áššis lea gárvvis. Loga sisa ja geahča vástádusa – dál. " * 13)[:700],
}
MEAN_TARGET, COUNT_TARGET = 15.0, 1 / 1.6
TIMES = 50


def figures() -> Iterator[Figure]:
    """Yield every figure of this question."""
    try:
        smsutil: Any = import_module("smsutil")
    except ImportError:
        print(
            "(smsutil is not installed, and left out: pip install -r requirements/peers.txt)", file=sys.stderr
        )
    else:
        each = [against(smsutil.split, text, what) for what, text in TEXTS.items()]
        yield from each
        yield Figure(
            "segment texts: geometric mean of the four",
            "smsutil",
            mean([figure.yardstick_us for figure in each]),
            mean([figure.ours_us for figure in each]),
            mean([figure.ratio for figure in each]),
            max(figure.spread / figure.ratio for figure in each) * mean([figure.ratio for figure in each]),
            MEAN_TARGET,
        )
    text = TEXTS["100 characters of GSM-7"]
    yield compare(
        "segments counted, 100 characters of GSM-7",
        "one re.fullmatch",
        lambda: [ONE_SEPTET_EACH.fullmatch(text) for _ in range(TIMES)],
        lambda: [count_segments(text) for _ in range(TIMES)],
        pieces=TIMES,
        target=COUNT_TARGET,
    )


def against(split: Callable[[str], Any], text: str, what: str) -> Figure:
    """Compare the segments' texts, which must be the same."""
    theirs = [part.content for part in split(text).parts]
    ours = [*segment(text).texts]
    if theirs != ours:
        raise AssertionError(f"they differ on {what}: {theirs} {ours}")
    return compare(
        f"segment texts: {what}",
        "smsutil",
        lambda: [[part.content for part in split(text).parts] for _ in range(TIMES)],
        lambda: [segment(text).texts for _ in range(TIMES)],
        pieces=TIMES,
        target=0.0,
    )


def mean(numbers: list[float]) -> float:
    """Return the geometric mean."""
    return math.exp(sum(map(math.log, numbers)) / len(numbers))


if __name__ == "__main__":
    show(figures())
