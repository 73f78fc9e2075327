"""
``straks build`` over many rows: how many a second, and does memory stay where it is?

Writes a file of rows and builds it in a process of its own, whose largest resident size is what the system
says it was. Recipients are from Sweden's range for fiction, so that one row in 95 is to the same person;
each has an occasion of its own. Target: 200 MiB for any number of rows.

    python benchmarks/build.py [ROWS [KIND]]

ROWS is 1,000,000 unless said otherwise, KIND csv, jsonl or parquet.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROWS = 1_000_000
COLUMNS = ("to", "locale", "occasion", "code", "lifetime", "service")
BATCH = 10_000


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Yield *count* rows."""
    for number in range(count):
        locale = ("nb", "nn", "en")[number % 3]
        to = f"+467017406{5 + number % 95:02d}"
        yield (
            to,
            locale,
            f"login/{number}",
            f"{number % 1_000_000:06d}",
            f"{2 + number % 9} min",
            "Skatteetaten",
        )


def write_csv(path: Path, count: int) -> None:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(rows(count))


def write_jsonl(path: Path, count: int) -> None:
    """Write rows as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in rows(count))


def write_parquet(path: Path, count: int) -> None:
    """Write rows as Parquet, in a process of its own, whose size would be taken for the builder's."""
    if child := os.fork():
        os.waitpid(child, 0)
        return
    pa: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    source = rows(count)
    with parquet.ParquetWriter(str(path), schema) as writer:
        for _ in range(0, count, BATCH):
            batch = [row for row, _ in zip(source, range(BATCH), strict=False)]
            writer.write_table(pa.table(list(zip(*batch, strict=True)), schema=schema))
    os._exit(0)


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "csv": write_csv,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
}


def main() -> None:
    """Write, build, and print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    kind = sys.argv[2] if len(sys.argv) > len(["script", "rows"]) else "csv"
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "rows", Path(folder) / "orders.jsonl"
        WRITERS[kind](path, count)
        command = [sys.executable, "-m", "straks", "build", str(path), "--template", "one-time-code"]
        began = time.perf_counter()
        built = os.posix_spawn(
            sys.executable,
            [*command, "--out", str(out), "--rehearsal"],
            dict(os.environ),
            file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
        )
        _, status, used = os.wait4(built, 0)
        took_s = time.perf_counter() - began
        cpu_s = used.ru_utime + used.ru_stime
        print(f"{count:,} rows of {kind}, {path.stat().st_size / 2**20:,.0f} MiB; exit {status}")
        print(f"  {count / took_s:9,.0f} rows a second")
        print(f"  {cpu_s / count * 1e6:9,.0f} µs of CPU a row")
        print(f"  {used.ru_maxrss / 1024:9,.1f} MiB at most")
        print(f"  {out.stat().st_size / 2**20:9,.0f} MiB of orders")


if __name__ == "__main__":
    main()
