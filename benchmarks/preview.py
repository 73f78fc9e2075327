"""
How long a person waits for a preview: an SMS as SVG, the explorer at each key, a gallery of 100 templates.

The gallery is that of the templates that ship, twenty times over: each in three languages, SMS and e-mail,
with example, worst case and a short one, everything inspected.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from shutil import copytree

import straks
from straks.explorer import pieces
from straks.explorer.subject import Subject
from straks.explorer.view import Question, view_of
from straks.loading import shipped_folder

TIMES = 20
AGAIN = 200


def one_sms_s() -> tuple[float, float]:
    """Return how long the first preview of an SMS takes, and the middle one of those after it."""
    catalog = straks.Catalog.load(policy=None)
    values = catalog["one-time-code"].examples
    sms = catalog.sms("one-time-code", locale="nb", to="+46701740605", values=values)
    taken: list[float] = []
    for _ in range(AGAIN + 1):
        began_s = time.perf_counter()
        straks.picture(sms).svg()
        taken.append(time.perf_counter() - began_s)
    return taken[0], sorted(taken[1:])[AGAIN // 2]


def keys_s(locale: str | None) -> tuple[float, float]:
    """Return how long the explorer takes to answer a key with an SMS: the middle one, and the longest."""
    catalog = straks.Catalog.load(policy=None)
    subjects = {"one-time-code": Subject(lambda: catalog["one-time-code"], files={})}
    taken: list[float] = []
    for number in range(AGAIN + 1):
        question = Question(
            "one-time-code", locale=locale, channel="sms", values={"service": f"Etat {number}"}
        )
        began_s = time.perf_counter()
        pieces.answer(view_of(subjects, question), question)
        taken.append(time.perf_counter() - began_s)
    after = sorted(taken[1:])  # the first draws on nothing yet
    return after[AGAIN // 2], after[-1]


def gallery_s(folder: Path) -> tuple[float, int]:
    """Return how long the command takes for a hundred templates, and how many bytes it writes."""
    shipped = shipped_folder()
    names = [each.name for each in shipped.iterdir() if not each.name.startswith("_")]
    for name in names:
        for number in range(TIMES):
            copytree(shipped / name, folder / "templates" / f"{name}-{number:02}")
    out = folder / "gallery.html"
    began_s = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "straks", "gallery", str(out), str(folder / "templates")],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began_s, out.stat().st_size


def main() -> None:
    """Print the figures."""
    first_s, again_s = one_sms_s()
    print(f"preview of one SMS: {first_s * 1e3:.1f} ms the first time, then {again_s * 1e3:.2f} ms")
    for locale, said in (("nb", "in one language"), (None, "in three")):
        middle_s, most_s = keys_s(locale)
        print(f"a key in the explorer, SMS {said}: {middle_s * 1e3:.1f} ms, {most_s * 1e3:.1f} ms at most")
    with tempfile.TemporaryDirectory() as folder:
        taken_s, size = gallery_s(Path(folder))
    print(f"gallery of 100 templates in 3 languages: {taken_s:.1f} s, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
