"""
SMS payloads in one process, 1,000 to 1,000,000: is the time linear, and does memory stay where it is?

Prints the processor time of each payload and the resident size as it goes. Recipients are from Sweden's
range for fiction; codes, languages, services and occasions change all the time, so that whatever is kept of a
message would show. Target: the last payloads cost what those before them did, in as much memory.

    python -m benchmarks.growth [PAYLOADS]
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import timedelta
from pathlib import Path

import straks

PAYLOADS = 1_000_000
MARKS = (1_000, 10_000, 100_000, 300_000, 1_000_000)


def resident_kib() -> int:
    """Return this process's resident size in KiB (on systems without /proc, its peak)."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Build the payloads and print what they took."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else PAYLOADS
    catalog = straks.Catalog.load()
    key = bytes(range(32))
    done, first_mib = 0, 0.0
    for mark in [*(each for each in MARKS if each < most), most]:
        began = time.process_time()
        for number in range(done, mark):
            sms = catalog.sms(
                "one-time-code",
                locale=("nb", "nn", "en")[number % 3],
                to=f"+467017406{5 + number % 95:02d}",
                values={
                    "code": f"{number % 1_000_000:06d}",
                    "lifetime": timedelta(minutes=2 + number % 9),
                    "service": f"Etat {number}",
                },
            )
            straks.altinn.encode(sms.order(occasion=f"benchmark/{number}", key=key))
        each_us = (time.process_time() - began) / (mark - done) * 1e6
        done = mark
        now_mib = resident_kib() / 1024
        first_mib = first_mib or now_mib
        print(
            f"{done:9,} payloads  {each_us:6.1f} µs each  {now_mib:6.1f} MiB resident  "
            f"{now_mib - first_mib:+5.2f} MiB since {MARKS[0]:,}",
            flush=True,
        )


if __name__ == "__main__":
    main()
