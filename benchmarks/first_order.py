"""
What the first order costs in a new process, imports included, beside the naive composition's.

Both sides import what they need, load the templates that ship and make the bytes of one SMS: once, as a
command line or a function that is woken for one message does. Fresh processes, taken in turn; what counts is
the processor time of each, less that of an empty interpreter.

Both are installed as one installs for that: compiled, and what ships is proven (``straks prove``).
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.pairs import Figure, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RUNS = 11
TARGET = 2.0
VALUES = 'values = {"code": "482913", "lifetime": timedelta(minutes=5), "service": "Skatteetaten"}\n'
OURS = f"""from datetime import timedelta
import straks
{VALUES}
sms = straks.Catalog.load().sms("one-time-code", locale="nb", to="+46701740605", values=values)
straks.altinn.encode(sms.order("login/8841", bytes(range(32))))
"""
NAIVE = f"""from datetime import timedelta
from pathlib import Path
from benchmarks.naive import Naive
{VALUES}
folder = Path("templates")
texts = {{str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.*")}}
Naive(texts, bytes(range(32))).sms("one-time-code", "nb", "+46701740605", values, "login/8841")
"""


def cpu_s(code: str, environment: Mapping[str, str]) -> float:
    """Run *code* in a new interpreter and return the processor time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def figures() -> Iterator[Figure]:
    """Yield every figure of this question."""
    subprocess.run([sys.executable, "-m", "straks", "prove"], check=True, stdout=subprocess.DEVNULL)
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with TemporaryDirectory() as compiled:
        environment = {**inherited, "PYTHONPYCACHEPREFIX": compiled}
        for code in (NAIVE, OURS):
            cpu_s(code, environment)
        empty = statistics.median(cpu_s("pass", environment) for _ in range(RUNS))
        times = [(cpu_s(NAIVE, environment) - empty, cpu_s(OURS, environment) - empty) for _ in range(RUNS)]
    ratios = sorted(slow / fast for slow, fast in times)
    yield Figure(
        "first order in a new process, import included",
        "naive composition",
        statistics.median(slow for slow, _ in times) * 1e6,
        statistics.median(fast for _, fast in times) * 1e6,
        statistics.median(ratios),
        ratios[-1] - ratios[0],
        TARGET,
    )


if __name__ == "__main__":
    show(figures())
