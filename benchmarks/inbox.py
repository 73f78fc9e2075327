"""
How long the inbox makes a person wait among ten thousand messages, in Chromium: in memory, and from a file.

A new message is timed from before its order is posted until its row is on the page. An action is timed in the
browser itself: from before the key, the click or the turn of the wheel until what it asks for is there and a
frame has been drawn.
"""

from __future__ import annotations

import http.client
import json
import shutil
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from straks.simulator import Simulator
from straks.simulator.desk import BASE, Desk
from straks.simulator.sqlite_store import SqliteStore
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from playwright.sync_api import Page

MESSAGES: Final = 10_000
TIMES: Final = 15
PATIENCE_MS: Final = 120_000
ORDERS: Final = "/notifications/api/v1/future/orders/instant"
BODY: Final = "Engangskoden din er {} og gjelder i 5 minutter. Bruk den bare hos Skatteetaten."

# Each action is done, and what it asks for waited for, frame by frame; the time of each is returned.
ACTIONS: Final = """async (times) => {
  const list = document.getElementById("list"), search = document.getElementById("search"), taken = {};
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const rows = () => [...list.querySelectorAll("[data-index]")];
  const count = () => document.getElementById("count").textContent;
  async function timed(name, act, done) {
    await frame();
    const began = performance.now();
    act();
    while (!done()) await frame();
    await frame();
    (taken[name] ??= []).push(performance.now() - began);
  }
  const status = document.querySelector("[name=status]"), input = () => new Event("input", { bubbles: true });
  const type = (text) => { search.value = text; search.dispatchEvent(input()); };
  const choose = (value) => { status.value = value; status.dispatchEvent(input()); };
  const shown = () => document.querySelector("article")?.dataset.id;
  const key = (name) => list.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
  const height = rows()[0].offsetHeight;
  for (let turn = 0; turn < times; turn += 1) {
    const wanted = String(100000 + turn * 37), all = count();
    await timed("search", () => type(wanted),
      () => rows().length === 1 && rows()[0].textContent.includes(wanted));
    await timed("search undone", () => type(""), () => count() === all && rows().length > 5);
    await timed("filter", () => choose("failed"), () => count() !== all);
    await timed("filter undone", () => choose(""), () => count() === all && rows().length > 5);
    const place = 500 + turn * 600;
    await timed("scroll to anywhere", () => { list.scrollTop = place * height; },
      () => rows().filter((row) => row.message && Math.abs(row.dataset.index - place) < 5).length >= 5);
    const clicked = rows().find((row) => Number(row.dataset.index) === place + 2);
    await timed("select by click", () => clicked.click(), () => shown() === clicked.message.id);
    await timed("select by key", () => key("ArrowDown"),
      () => shown() !== clicked.message.id && shown() === location.hash.slice(2));
    list.scrollTop = 0;
    while (!rows().some((row) => row.dataset.index === "0" && row.message)) await frame();
  }
  return taken;
}"""


def order(number: int) -> bytes:
    """Return an order under an id of its own; one in fifty fails, one in ten is an e-mail's length."""
    phone = "+46701740665" if number % 50 == 0 else f"+467017406{5 + number % 50:02}"
    body = BODY.format(100_000 + number) + (" Mer om saken din." * 20 if number % 10 == 0 else "")
    recipient = {"phoneNumber": phone, "timeToLiveInSeconds": 300, "smsSettings": {"body": body}}
    return json.dumps({"idempotencyId": f"bench/{number}", "recipientSms": recipient}).encode()


def fill(desk: Desk) -> None:
    """Place ten thousand orders at *desk*."""
    headers = {"Authorization": f"Bearer {desk.token()}", "Content-Type": "application/json"}
    for number in range(MESSAGES):
        desk.handle(Request("POST", f"{BASE}{ORDERS}/sms", headers, order(number)))


def filled(path: Path) -> None:
    """Make a file with ten thousand messages in it."""
    with closing(SqliteStore(path)) as store:
        ids = iter(range(2**32))
        fill(Desk(store=store, secret=store.secret, ids=lambda: f"00000000-0000-4000-8000-{next(ids):012x}"))


def new_messages_ms(page: Page, altinn: Simulator) -> list[float]:
    """Return how long each new message took to be on the page, in milliseconds."""
    taken: list[float] = []
    headers = {"Authorization": f"Bearer {altinn.token()}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(urlsplit(altinn.url).netloc)
    for number in range(MESSAGES, MESSAGES + TIMES):
        page.evaluate(
            """(text) => { window.came = new Promise((done) => {
              const look = () => document.querySelector("[data-index='0']")?.textContent.includes(text)
                ? requestAnimationFrame(() => done(performance.timeOrigin + performance.now()))
                : requestAnimationFrame(look);
              look();
            }); }""",
            str(100_000 + number),
        )
        began_s = time.time()
        connection.request("POST", f"{ORDERS}/sms", order(number), headers)
        connection.getresponse().read()
        seen_ms: float = page.evaluate("window.came")
        taken.append(seen_ms - began_s * 1e3)
    connection.close()
    return taken


def figures(store: Path | None) -> dict[str, list[float]]:
    """Return the times of each action, in milliseconds, in a simulator over *store* or in memory."""
    with Simulator(store=store) as altinn, sync_playwright() as playwright:
        if store is None:
            fill(altinn._desk)  # noqa: SLF001 - by itself, for over HTTP it would take longer than all the rest
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1360, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{altinn.url}/?lang=en")
        page.wait_for_selector("#live[data-state=live]")
        page.wait_for_selector("[data-index='0']")
        new = new_messages_ms(page, altinn)
        actions: dict[str, Any] = page.evaluate(ACTIONS, TIMES)
        browser.close()
    return {"a new message": new, **actions}


def main() -> None:
    """Print the figures."""
    if shutil.which("chromium") is None:
        print("inbox: there is no chromium on this machine", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.db"
        filled(path)
        for name, store in (("in memory", None), ("from a file", path)):
            print(f"inbox of {MESSAGES} messages, {name}; the middle of {TIMES} and the worst:")
            for action, taken in figures(store).items():
                ordered = sorted(taken)
                print(f"  {action:<20} {ordered[len(ordered) // 2]:6.0f} ms {ordered[-1]:6.0f} ms")


if __name__ == "__main__":
    main()
