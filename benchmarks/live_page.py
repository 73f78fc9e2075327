"""
How long a save takes to be seen on the live page, in Chromium here, among five templates and a hundred.

The clock starts before the file is written and stops when the new words are on the page. Each save is made
after the page has come to rest, as a person saves.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread

from playwright.sync_api import sync_playwright

from straks.cli.live.serving import Server
from straks.cli.live.shelf import Shelf
from straks.loading import shipped_folder
from straks.simulator.address import listen, url_of

TIMES = (1, 20)
SAVES = 9
PATIENCE_S = 60


def saves_ms(folder: Path, times: int) -> list[float]:
    """Return how long each save took to be seen, in milliseconds, the shortest first."""
    shipped = shipped_folder()
    for template in (each for each in shipped.iterdir() if not each.name.startswith("_")):
        for number in range(times):
            shutil.copytree(template, folder / f"{template.name}-{number:02}")
    listening = listen("127.0.0.1", 0)
    server = Server(Shelf([folder]), listening, "127.0.0.1")
    thread = Thread(target=server.serve_on)
    thread.start()
    server.up.wait(PATIENCE_S)
    file = folder / "one-time-code-00/nb/sms.txt"
    taken: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(f"{url_of('127.0.0.1', listening.getsockname()[1])}/#/one-time-code-00")
        for number in range(SAVES):
            page.wait_for_selector("#found .count")
            page.wait_for_selector("main:not([aria-busy])")
            began_s = time.perf_counter()
            text = f"Lagret {number} ganger: {{{{ code }}}} {{{{ lifetime }}}} {{{{ service }}}}"
            file.write_text(text, encoding="utf-8")
            page.wait_for_selector(f'img[alt*="Lagret {number} ganger"]')
            taken.append((time.perf_counter() - began_s) * 1e3)
        browser.close()
    server.should_exit = True
    thread.join(PATIENCE_S)
    return sorted(taken)


def main() -> None:
    """Print the figures."""
    if shutil.which("chromium") is None:
        print("live page: there is no chromium on this machine", file=sys.stderr)
        return
    for times in TIMES:
        with tempfile.TemporaryDirectory() as folder:
            taken = saves_ms(Path(folder), times)
        middle, best, worst = taken[SAVES // 2], taken[0], taken[-1]
        print(f"live page, a save among {5 * times} templates is seen after {middle:.0f} ms,")
        print(f"  the middle of {SAVES}; {best:.0f} ms at best and {worst:.0f} ms at worst")


if __name__ == "__main__":
    main()
