"""
100,000 SMS payloads in one process: does memory grow after the first 1,000?

Prints the resident size as it goes. Recipients are from Sweden's range for fiction; codes, languages
and services change all the time, so that whatever is kept per message would show.
"""

from __future__ import annotations

import resource
from datetime import timedelta
from pathlib import Path

import straks

PAYLOADS = 100_000
WARM = 1_000
STEP = 20_000


def resident_kib() -> int:
    """Return this process's resident size in KiB (on systems without /proc, its peak)."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Build the payloads and print the resident size."""
    catalog = straks.Catalog.load()
    key = bytes(32)
    warm = 0
    for number in range(1, PAYLOADS + 1):
        sms = catalog.sms(
            "one-time-code",
            locale=("nb", "nn", "en")[number % 3],
            to=f"+467017406{5 + number % 95:02d}",
            values={
                "code": f"{number:06d}",
                "lifetime": timedelta(minutes=2 + number % 9),
                "service": f"Etat {number}",
            },
        )
        straks.altinn.encode(sms.order(occasion=f"benchmark/{number}", key=key))
        if number == WARM:
            warm = resident_kib()
            print(f"{number:7} payloads  {warm / 1024:7.1f} MiB resident")
        elif number % STEP == 0:
            now = resident_kib()
            growth = (now - warm) / 1024
            print(f"{number:7} payloads  {now / 1024:7.1f} MiB resident  {growth:+6.2f} MiB since {WARM}")


if __name__ == "__main__":
    main()
