"""
What starting costs: the import, the command line, and pytest with our plugin and without it.

Each figure is the median of fresh processes, taken in turn in one run, so that a machine that
drifts drifts under all of them. Targets: 15 ms for the import, 150 ms for the help.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 21
HEAVY = ("httpx", "babel", "phonenumbers", "bleach", "jinja2", "email_validator", "rich")
COMMANDS = {
    "an empty interpreter": ["-c", "pass"],
    "import straks": ["-c", "import straks"],
    "straks --help": ["-m", "straks", "--help"],
    "pytest -VV": ["-m", "pytest", "-VV"],
    "pytest -VV, no straks": ["-m", "pytest", "-VV", "-p", "no:straks"],
}


def took_ms(arguments: list[str]) -> float:
    """Run this interpreter with *arguments* and return how long it took, in milliseconds."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Print the medians, and which heavy libraries each start loads."""
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, arguments in COMMANDS.items():
            taken[name].append(took_ms(arguments))
    medians = {name: statistics.median(times) for name, times in taken.items()}
    base = medians["an empty interpreter"]
    print(f"median of {RUNS} fresh processes each")
    for name, median in medians.items():
        more = "" if name == "an empty interpreter" else f"   {median - base:+6.1f} ms"
        print(f"  {name:22} {median:7.1f} ms{more}")
    for start in ("import straks", "import runpy, sys; sys.argv[1:] = ['--help']; import straks.cli"):
        probe = f"{start}; import sys; print(*sorted({set(HEAVY)!r} & set(sys.modules)) or ['none'])"
        loaded = subprocess.run(
            [sys.executable, "-c", probe], check=True, capture_output=True, text=True
        ).stdout
        print(f"  heavy libraries after «{start.split(';')[-1].strip()}»: {loaded.strip()}")


if __name__ == "__main__":
    main()
