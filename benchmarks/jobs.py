"""
``straks build --jobs``: how many times as many rows a second do several processes build as one?

Builds the same file of rows in turn with one job and with several, each in a process of its own, and holds the
files against each other: they are the same. This counts time by the clock, so what else the machine does shows;
the load is printed with the figure. Target: 1.6 times with two jobs on two cores.

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

from benchmarks.build import write_csv

ROWS = 100_000
JOBS = 2
ROUNDS = 3
TARGET = 1.6


def took_s(folder: Path, jobs: int) -> float:
    """Build the rows in *folder* with so many *jobs* and return how long it took."""
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
    subprocess.run(
        [*command, "--out", str(folder / f"{jobs}.jsonl"), "--rehearsal", "--jobs", str(jobs)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def main() -> None:
    """Build in turn, and print the ratios."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    jobs = int(sys.argv[2]) if len(sys.argv) > len(["script", "rows"]) else JOBS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_csv(folder / "rows.csv", count)
        ratios: list[float] = []
        for _ in range(ROUNDS):
            load = os.getloadavg()[0]
            one, several = took_s(folder, 1), took_s(folder, jobs)
            ratios.append(one / several)
            print(
                f"{count:,} rows: 1 job {one:6.1f} s, {jobs} jobs {several:6.1f} s, {ratios[-1]:.2f} × "
                f"(load {load:.1f} before, {os.cpu_count()} cores)",
                flush=True,
            )
        if (folder / "1.jsonl").read_bytes() != (folder / f"{jobs}.jsonl").read_bytes():
            raise AssertionError("the files differ")
    print(
        f"median {statistics.median(ratios):.2f} ×, target {TARGET} with {JOBS} jobs; the files are the same"
    )


if __name__ == "__main__":
    main()
