"""
``straks build --jobs``: how many times as many rows a second do several processes build as one?

Builds the same file of rows in turn with one job and with several, and holds the files against each other:
they are the same. Time by the clock shows what else the machine does, so the load is printed with it, and so
is what goes less by the load, the processor time of all processes together: if two jobs take a tenth more of
it than one, they are done in 1 / 1.8 of the time where each has a core for itself. Target: 1.6 times with two
jobs on two cores.

    python -m benchmarks.jobs [ROWS [JOBS]]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.build import write_csv

ROWS = 100_000
JOBS = 2
ROUNDS = 3
TARGET = 1.6


class Took(NamedTuple):
    """Seconds by the clock, and of processor time of all processes."""

    clock_s: float
    cpu_s: float


def took(folder: Path, jobs: int) -> Took:
    """Build the rows in *folder* with so many *jobs*."""
    command = [
        sys.executable,
        "-m",
        "straks",
        "build",
        str(folder / "rows.csv"),
        "--template",
        "one-time-code",
    ]
    began = time.perf_counter()
    before = os.times()
    subprocess.run(
        [*command, "--out", str(folder / f"{jobs}.jsonl"), "--rehearsal", "--jobs", str(jobs)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = os.times()
    cpu_s = after.children_user - before.children_user + after.children_system - before.children_system
    return Took(time.perf_counter() - began, cpu_s)


def main() -> None:
    """Build in turn, and print the ratios."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    jobs = int(sys.argv[2]) if len(sys.argv) > len(["script", "rows"]) else JOBS
    by_clock: list[float] = []
    by_cpu: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_csv(folder / "rows.csv", count)
        for _ in range(ROUNDS):
            load = os.getloadavg()[0]
            one, several = took(folder, 1), took(folder, jobs)
            by_clock.append(one.clock_s / several.clock_s)
            by_cpu.append(jobs * one.cpu_s / several.cpu_s)
            print(
                f"{count:,} rows: 1 job {one.clock_s:6.1f} s ({one.cpu_s:.1f} s of processor time), "
                f"{jobs} jobs {several.clock_s:6.1f} s ({several.cpu_s:.1f} s): "
                f"{by_clock[-1]:.2f} × by the clock (load {load:.1f} before, {os.cpu_count()} cores), "
                f"{by_cpu[-1]:.2f} × by processor time",
                flush=True,
            )
        if (folder / "1.jsonl").read_bytes() != (folder / f"{jobs}.jsonl").read_bytes():
            raise AssertionError("the files differ")
    print(
        f"median {statistics.median(by_clock):.2f} × by the clock, {statistics.median(by_cpu):.2f} × by "
        f"processor time; target {TARGET} with {JOBS} jobs; the files are the same"
    )


if __name__ == "__main__":
    main()
