"""
How long a save takes to be seen on the live page, in Chromium here, among five templates and a hundred.

The page is served by the command, in a process of its own. The clock starts before the file is written; the
browser says when it has drawn the new words. Each save is made after the page has come to rest, as a person
saves.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from straks.loading import shipped_folder

TIMES = (1, 20)
SAVES = 15
PATIENCE_S = 60

SEES = """text => {
    window.seen = new Promise((done) => {
        const look = async () => {
            const picture = document.querySelector(`img[alt*="${text}"]`);
            if (!picture) return;
            watch.disconnect();
            await picture.decode();
            requestAnimationFrame(() => setTimeout(() => done(performance.timeOrigin + performance.now())));
        };
        const watch = new MutationObserver(look);
        watch.observe(document.body, { attributes: true, childList: true, subtree: true });
    });
}"""


def saves_ms(folder: Path, times: int) -> list[float]:
    """Return how long each save took to be seen, in milliseconds, the shortest first."""
    shipped = shipped_folder()
    for template in (each for each in shipped.iterdir() if not each.name.startswith("_")):
        for number in range(times):
            shutil.copytree(template, folder / f"{template.name}-{number:02}")
    command = [sys.executable, "-m", "straks", "preview", "--watch", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            said = server.stdout.readline() if server.stdout else ""
            return seen_ms(said.split()[-1], folder / "one-time-code-00/nb/sms.txt")
        finally:
            server.send_signal(signal.SIGINT)


def seen_ms(url: str, file: Path) -> list[float]:
    """Save *file* again and again, and return how long each took to be seen at *url*."""
    taken: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(f"{url}#/one-time-code-00")
        for number in range(SAVES):
            page.wait_for_selector("#found .count")
            page.wait_for_selector("#preview:not([aria-busy])")
            text = f"Lagret {number} ganger"
            page.evaluate(SEES, text)
            began_s = time.time()
            file.write_text(f"{text}: {{{{ code }}}} {{{{ lifetime }}}} {{{{ service }}}}", encoding="utf-8")
            taken.append(page.evaluate("window.seen") - began_s * 1e3)
        browser.close()
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
