"""The inbox in a real browser: what comes is there, what is clicked is done, and no message gets out."""

from __future__ import annotations

import json
import re
import runpy
import socket
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect
from tests.browser.accessibility import serious
from tests.browser.likeness import FEW, difference, reduced, unlike

from straks.simulator import Simulator
from straks.simulator.page.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

    Send = Callable[..., str]

NB, EN = WORDS["nb"], WORDS["en"]
PATIENCE_MS = 60_000
NAMES = count(1000)  # an id is spent for good
ORDERS = "/notifications/api/v1/future/orders/instant"
CODE = "Engangskoden din er 482913 og gjelder i 5 minutter.\n@example.org #482913"


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    with Simulator() as altinn:
        yield altinn


@pytest.fixture
def altinn(running: Simulator) -> Simulator:
    """Return a simulator with nothing in its inbox and no fault armed."""
    running.clear()
    httpx.delete(f"{running.url}/_straks/faults")
    return running


@pytest.fixture
def send(altinn: Simulator) -> Send:
    """Return a way to send an SMS, or an e-mail where there is a subject; it returns the message's id."""

    def to(
        body: str = CODE,
        *,
        name: str | None = None,
        number: str = "+46701740605",
        subject: str | None = None,
        content_type: str = "Html",
        reference: str | None = None,
    ) -> str:
        order: dict[str, Any] = {
            "idempotencyId": name or f"sending/{next(NAMES)}",
            "sendersReference": reference,
        }
        if subject is None:
            order["recipientSms"] = {
                "phoneNumber": number,
                "timeToLiveInSeconds": 300,
                "smsSettings": {"sender": "Skatt", "body": body},
            }
        else:
            settings = {"subject": subject, "body": body, "contentType": content_type}
            order["recipientEmail"] = {"emailAddress": "kari@example.org", "emailSettings": settings}
        headers = {"authorization": f"Bearer {altinn.token()}"}
        where = f"{altinn.url}{ORDERS}/{'sms' if subject is None else 'email'}"
        httpx.post(where, json=order, headers=headers, timeout=60)
        return altinn.messages[-1].id

    return to


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="nb-NO", viewport={"width": 1360, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, altinn: Simulator) -> Page:
    """Return the inbox in Norwegian, once it follows."""
    return opened(context, altinn)


def opened(context: BrowserContext, altinn: Simulator, where: str = "") -> Page:
    page = context.new_page()
    page.goto(f"{altinn.url}/{where}")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    return page


def rows(page: Page) -> Locator:
    return page.locator("#list").get_by_role("option")


def piece(page: Page) -> Locator:
    return page.locator("article")


def choose(page: Page, index: int = 0) -> Locator:
    page.locator(f"[data-index='{index}']").click()
    expect(piece(page)).to_be_visible()
    return piece(page)


def heard(page: Page) -> None:
    """Wait until new messages were announced, which is done a moment after they came; then it is quiet."""
    expect(page.locator("#said")).to_contain_text("ny", ignore_case=True)


def pick(where: Locator, name: str) -> None:
    where.get_by_role("radio", name=name, exact=True).check(force=True)


# What comes


def test_what_is_sent_is_there_without_a_touch_newest_first(page: Page, send: Send) -> None:
    expect(page.locator("#nothing")).to_be_visible()
    send("Den første")
    send("Den andre", subject="Emne")

    expect(rows(page)).to_have_count(2)
    expect(page.locator("[data-index='0']")).to_contain_text("Den andre")
    expect(page.locator("[data-index='1']")).to_contain_text("Den første")
    expect(page.locator("#count")).to_have_text(NB["many"].replace("{}", "2"))
    heard(page)
    expect(page.locator("#nothing")).to_be_hidden()


def test_a_status_changes_by_itself_and_when_the_clock_is_turned(
    page: Page, send: Send, altinn: Simulator
) -> None:
    send(number="+46701740660")
    article = choose(page)
    expect(article.locator("#status")).to_have_text("SMS_Accepted")
    altinn.advance(60)

    expect(article.locator("#status")).to_have_text("SMS_Delivered")
    expect(page.locator("[data-index='0']")).to_contain_text("Delivered")


def test_after_a_broken_connection_nothing_is_lost_and_nothing_there_twice(
    context: BrowserContext, proxy: Proxy, send: Send
) -> None:
    page = context.new_page()
    page.goto(f"{proxy.url}/")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    send("Før bruddet")
    expect(rows(page)).to_have_count(1)
    proxy.cut()
    expect(page.locator("#live")).to_have_attribute("data-state", "lost")
    for number in range(5):
        send(f"Under bruddet {number}")
    proxy.mend()

    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(rows(page)).to_have_count(6)
    expect(page.locator("[data-index='0']")).to_contain_text("Under bruddet 4")
    send("Etter bruddet")
    expect(rows(page)).to_have_count(7)


class Proxy:
    """
    A way to the simulator that sees what is asked for, and can be cut until it is mended.

    ``asked`` has each path that came over the wire.
    """

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._to = (address.hostname or "", address.port or 0)
        self._sockets: list[socket.socket] = []
        self._whole = True
        self.asked: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._whole = False
        for each in self._sockets:
            _end(each)

    def mend(self) -> None:
        self._whole = True

    def close(self) -> None:
        self.cut()
        _end(self._listening)

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            if not self._whole:
                caller.close()
                continue
            callee = socket.create_connection(self._to)
            self._sockets += [caller, callee]
            Thread(target=self._pump, args=(caller, callee, self.asked), daemon=True).start()
            Thread(target=self._pump, args=(callee, caller, []), daemon=True).start()

    def _pump(self, one: socket.socket, other: socket.socket, asked: list[str]) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                asked += re.findall(r"^[A-Z]+ (\S+) HTTP/1", data.decode("latin-1"), re.MULTILINE)
                other.sendall(data)
        _end(other)


def _end(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()


def follow(url: str, mark: str, count: int) -> tuple[list[str], str]:
    """Follow the events until *count* messages have come; return their ids and the last mark."""
    came: list[str] = []
    kind = ""
    headers = {"last-event-id": mark} if mark else {}
    with httpx.stream("GET", f"{url}/_straks/events", headers=headers, timeout=60) as answer:
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                mark = value
            elif name == "event":
                kind = value
            elif name == "data" and kind == "message":
                came.append(json.loads(value)["id"])
                if len(came) == count:
                    break
    return came, mark


def test_a_program_that_follows_and_comes_back_hears_of_each_message_once(
    altinn: Simulator, send: Send
) -> None:
    mark = httpx.get(f"{altinn.url}/_straks/inbox").json()["mark"]
    sent = [send(f"Nummer {number}") for number in range(3)]
    first, mark = follow(altinn.url, mark, 2)
    sent += [send(f"Nummer {number}") for number in range(3, 6)]
    second, _ = follow(altinn.url, mark, 4)

    assert first + second == sent


# What is looked for


def test_the_list_is_searched_and_filtered(page: Page, send: Send) -> None:
    send("Koden er 111111", reference="sak/77")
    send("Koden er 222222", number="+46701740665")
    send("Saken er klar", subject="Status")
    expect(rows(page)).to_have_count(3)
    for search, found in (("222222", 1), ("sak/77", 1), ("example.org", 1), ("koden", 2), ("ingen slik", 0)):
        page.get_by_role("searchbox").fill(search)
        expect(rows(page)).to_have_count(found)
        expect(page.locator("#count")).to_have_text(f"{found} av 3 meldinger")
    page.get_by_role("button", name=NB["show_all"]).click()
    expect(rows(page)).to_have_count(3)
    pick(page.locator("#find"), NB["email"])
    expect(rows(page)).to_have_count(1)
    pick(page.locator("#find"), NB["all"])
    page.locator("#find").get_by_label(NB["status"]).select_option("failed")

    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("222222")


# One message


def test_the_code_and_what_the_last_line_binds_are_copied(page: Page, send: Send) -> None:
    send(CODE.replace("#482913", "#99K1"))
    article = choose(page)
    heard(page)
    expect(article.get_by_label(NB["code"], exact=True)).to_have_value("99K1")
    copied: list[str] = []
    for button in ("[data-copy=code]", "[data-copy=bound-code]", "[data-copy=name-message]"):
        article.locator(button).click()
        expect(page.locator("#said")).to_contain_text(NB["copied"])
        copied.append(page.evaluate("navigator.clipboard.readText()"))

    assert copied == ["99K1", "99K1", page.url.partition("#/")[2]]
    assert article.get_by_label(NB["bound_code"].format("example.org"), exact=True).count() == 1


def test_a_browser_that_does_not_copy_leaves_the_code_selected(page: Page, send: Send) -> None:
    send()
    choose(page)
    heard(page)
    page.evaluate("navigator.clipboard.writeText = () => { throw new Error('no'); }; 0")
    page.locator("[data-copy=code]").click()

    expect(page.locator("#said")).to_have_text(NB["not_copied"])
    assert page.evaluate("document.activeElement.id") == "code"


def test_an_sms_is_seen_on_a_phone_with_what_it_takes(page: Page, send: Send) -> None:
    send("Hei – " + "x" * 100)
    article = choose(page)
    phone = article.get_by_role("img")

    expect(phone).to_have_attribute("alt", re.compile("⟦2⟧"))
    assert phone.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    expect(article.locator(".facts dl")).to_contain_text("UCS-2")
    expect(article.locator(".parts li")).to_have_count(2)


def test_an_email_is_seen_in_light_and_dark_at_every_width_and_as_text(page: Page, send: Send) -> None:
    send("<p>Hei <b>Kari</b></p>", subject="Emne")
    article = choose(page)
    frame = page.frame_locator("#mail")
    expect(frame.locator("b")).to_have_text("Kari")
    seen: list[tuple[str, float]] = []
    for scheme, width in (("light", "360"), ("dark", "600")):
        pick(article, NB[scheme])
        pick(article, width)
        expect(page.locator("#mail")).to_have_attribute("src", re.compile(f"scheme={scheme}$"))
        expect(frame.locator("b")).to_have_text("Kari")
        box = page.locator("#mail").bounding_box()
        assert box is not None
        seen.append((scheme, box["width"]))
    for view, text in (("plain", "Hei Kari"), ("source", "<p>Hei <b>Kari</b></p>")):
        pick(article, NB[view])
        expect(page.locator("#mail-text")).to_have_text(text)

    assert seen == [("light", 360), ("dark", 600)]


def test_every_attempt_is_told_and_a_new_one_comes_in_by_itself(page: Page, send: Send) -> None:
    send("Hei", name="gjentas/1")
    article = choose(page)
    expect(article.locator("tbody tr")).to_have_count(1)
    send("Hei", name="gjentas/1")
    expect(article.locator("tbody tr")).to_have_count(2)
    send("Noe annet", name="gjentas/1")

    expect(article.locator(".verdict")).to_have_text([NB["new"], NB["replay"], NB["conflict"]])
    expect(rows(page)).to_have_count(1)


def test_a_status_is_set_by_hand_and_comes_into_the_feed(page: Page, send: Send, altinn: Simulator) -> None:
    send("Hei", number="+46701740663")
    article = choose(page)
    article.get_by_label(NB["by_hand"]).select_option("SMS_Failed_BarredReceiver")
    article.get_by_role("button", name=NB["set"], exact=True).click()
    expect(article.locator("#status")).to_have_text("SMS_Failed_BarredReceiver")
    expect(article.locator(".course li").last).to_contain_text("SMS_Failed_BarredReceiver")
    altinn.advance(2)
    headers = {"authorization": f"Bearer {altinn.token()}"}
    feed = httpx.get(f"{altinn.url}/notifications/api/v1/future/shipment/feed", headers=headers).json()

    assert feed[-1]["recipients"][0]["status"] == "SMS_Failed_BarredReceiver"


def test_a_fault_is_switched_on_strikes_and_switches_itself_off(
    page: Page, send: Send, altinn: Simulator
) -> None:
    page.get_by_role("button", name=NB["faults"]).click()
    switch = page.get_by_role("switch", name="drop-after-sending")
    pick(page.locator("#how"), NB["next_3"])
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(page.locator("#armed")).to_have_text(NB["armed"].format(1))
    armed = httpx.get(f"{altinn.url}/_straks/faults").json()
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    pick(page.locator("#how"), NB["next_1"])
    page.get_by_role("switch", name="500-after-sending").click()
    expect(page.get_by_role("switch", name="500-after-sending")).to_have_attribute("aria-checked", "true")
    send()
    expect(page.get_by_role("switch", name="500-after-sending")).to_have_attribute("aria-checked", "false")
    pick(page.locator("#how"), NB["email"])
    page.get_by_role("switch", name="barred-receiver").click()

    expect(page.locator("#wrong-fault")).to_have_text("barred-receiver befalls no message of channel email")
    assert [(each["fault"], each["next"]) for each in armed] == [("drop-after-sending", 3)]
    assert altinn.messages[-1].fate == "500-after-sending"


def test_the_inbox_is_emptied_when_that_is_confirmed_and_not_before(
    page: Page, send: Send, altinn: Simulator
) -> None:
    send()
    choose(page)
    page.get_by_role("button", name=NB["emptying"]).click()
    page.get_by_role("button", name=NB["cancel"]).click()
    expect(page.locator("#clear")).to_be_hidden()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name=NB["emptying"]).click()
    page.locator("#clear").get_by_role("button", name=NB["emptying"]).click()

    expect(page.locator("#nothing")).to_be_visible()
    expect(piece(page)).to_have_count(0)
    assert altinn.messages == []


# Ten thousand, in small


def test_what_is_read_stays_where_it_is_while_more_comes_in(page: Page, send: Send) -> None:
    for number in range(40):
        send(f"Nummer {number}")
    expect(page.locator("[data-index='0']")).to_contain_text("Nummer 39")
    page.locator("#list").evaluate("list => { list.scrollTop = list.scrollHeight; }")
    last = rows(page).filter(has_text="Nummer 0")
    expect(last).to_be_visible()
    last.click()
    expect(last).to_have_attribute("aria-selected", "true")
    before = last.bounding_box()
    for number in range(40, 43):
        send(f"Nummer {number}")
    expect(page.locator("#count")).to_have_text("43 meldinger")
    expect(last).to_have_attribute("aria-posinset", "43")

    assert last.bounding_box() == before
    expect(last).to_have_attribute("aria-selected", "true")


# The keyboard


def test_everything_can_be_done_with_keys_alone(page: Page, send: Send) -> None:
    for number in range(3):
        send(f"Koden er 10000{number}")
    expect(rows(page)).to_have_count(3)
    heard(page)
    press = page.keyboard.press
    press("j")
    expect(piece(page).locator("#code")).to_have_value("100002")
    press("j")
    expect(piece(page).locator("#code")).to_have_value("100001")
    press("k")
    expect(piece(page).locator("#code")).to_have_value("100002")
    press("c")
    expect(page.locator("#said")).to_contain_text(NB["copied"])
    assert page.evaluate("navigator.clipboard.readText()") == "100002"
    press("/")
    page.keyboard.type("100000 jkc?f")
    expect(rows(page)).to_have_count(0)
    for _ in " jkc?f":
        press("Backspace")
    expect(rows(page)).to_have_count(1)
    press("Enter")
    press("ArrowDown")
    expect(piece(page).locator("#code")).to_have_value("100000")
    press("Enter")
    assert page.evaluate("document.activeElement.id") == "to"
    press("Escape")
    assert page.evaluate("document.activeElement.id") == "list"
    press("?")
    expect(page.locator("#help")).to_be_visible()
    press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    press("f")
    expect(page.locator("#faults")).to_be_visible()
    reached = ""
    for _ in range(20):
        press("Tab")
        reached = page.evaluate("document.activeElement.dataset.fault ?? ''")
        if reached == "drop-before-sending":
            break
    press("Space")
    expect(page.locator(f"[data-fault={reached}]")).to_have_attribute("aria-checked", "true")
    press("Space")
    expect(page.locator(f"[data-fault={reached}]")).to_have_attribute("aria-checked", "false")


def test_tab_reaches_all_there_is_and_the_focus_is_seen(page: Page, send: Send) -> None:
    send("<p>Koden er 482913</p>", subject="Emne")
    choose(page)
    page.reload()
    expect(page.frame_locator("#mail").locator("p")).to_be_visible()
    reached: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name: str = page.evaluate(
            "(each => each.id || each.name || each.dataset.copy || each.hash || each.localName)"
            "(document.activeElement)"
        )
        if name == "body":
            break
        reached.append(name)
        seen = page.evaluate(
            "(each => [each, each.nextElementSibling].filter(Boolean)"
            ".some(it => getComputedStyle(it).outlineStyle !== 'none'))(document.activeElement)"
        )
        assert seen or name == "mail", name
    order = list(dict.fromkeys(reached))

    assert order[:8] == [
        *("#list", "search", "channel", "status", "open-faults", "open-clear", "open-help", "list")
    ]
    for name in ("code", "view", "scheme", "width", "mail", "drive-status", "name-message", "colours"):
        assert name in order


def test_keys_of_one_character_can_be_switched_off_and_stay_off(page: Page, send: Send) -> None:
    send()
    page.get_by_role("button", name=NB["help"]).click()
    page.get_by_label(NB["keys_on"]).uncheck()
    page.keyboard.press("Escape")
    page.reload()
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("f")
    page.keyboard.press("j")
    page.locator("#list").focus()
    page.keyboard.press("ArrowDown")
    expect(piece(page)).to_be_visible()

    expect(page.locator("#faults")).to_be_hidden()


# Languages, colours, sizes


def test_the_language_is_the_readers_and_can_be_switched(
    browser: Browser, altinn: Simulator, send: Send
) -> None:
    name = send()
    context = browser.new_context(locale="nn-NO", viewport={"width": 1360, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = opened(context, altinn, f"#/{name}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(NB["title"])
    page.get_by_role("link", name="English").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(EN["title"])
    expect(piece(page)).to_contain_text(EN["attempts"])
    assert page.url.endswith(f"/?lang=en#/{name}")
    context.close()


def test_the_colours_can_be_chosen_and_stay(page: Page, send: Send) -> None:
    send()
    choose(page)
    page.get_by_label(NB["colours"]).select_option("dark")
    expect(piece(page).get_by_role("img")).to_have_attribute("src", re.compile("scheme=dark"))
    page.reload()
    expect(rows(page)).to_have_count(1)

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 24, 22)"


@pytest.mark.parametrize("width", [320, 360, 800, 1400])
def test_it_fits_a_narrow_and_a_wide_window(page: Page, send: Send, width: int) -> None:
    send("Hei", subject="x" * 300)
    send(CODE)
    page.set_viewport_size({"width": width, "height": 800})
    for index in (0, 1):
        choose(page, index)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelector('main').scrollWidth") <= width
        if page.locator("#back").is_visible():
            page.locator("#back").click()
    page.keyboard.press("f")
    expect(page.locator("#faults")).to_be_visible()

    assert page.evaluate("document.querySelector('#faults').scrollWidth") <= width


# What a message tries


HOSTILE = """<!doctype html><html><head><meta http-equiv="refresh" content="0;url=/stolen">
<link rel="stylesheet" href="/stolen.css"><link rel="prefetch" href="/stolen-prefetch"><style>
@import url(/stolen-import.css); body { background: url(/stolen.png) } @font-face { src: url(/stolen-font) }
</style></head><body onload="parent.document.title = 'theirs'"><p>482913</p>
<img src="/stolen-picture.png" onerror="alert(1)"><img srcset="http://127.0.0.1:1/stolen 2x">
<script>top.location = "/stolen-script"; fetch("/stolen-fetch"); open("/stolen-popup")</script>
<iframe src="/stolen-frame"></iframe><object data="/stolen-object"></object><embed src="/stolen-embed">
<form action="/stolen-form"><button>Send</button></form><video src="/stolen-video" autoplay></video>
<svg><script>alert(2)</script></svg><a href="/stolen-link" target="_top" id="way-out">ut</a>
<base href="http://127.0.0.1:1/"></iframe></body></html>"""
ATTACKS = [
    HOSTILE,
    "\"'></iframe></pre></textarea><script>alert(3)</script><img src=/stolen-attribute onerror=alert(4)>",
    "\u202e\u2066 moc.elpmaxe \u202a" + "א" * 50 + "\x00\x1b[2J\ufeff",
    "<b>" * 20_000 + "x" * 40_000,
]


@pytest.fixture
def proxy(altinn: Simulator) -> Iterator[Proxy]:
    proxy = Proxy(altinn.url)
    yield proxy
    proxy.close()


def out_of(page: Page, context: BrowserContext) -> list[str]:
    """Return where all is written down that gets out of a message: what is answered, said, or opened."""
    out: list[str] = []
    page.on("response", lambda response: out.append(response.url))
    page.on("requestfailed", lambda gone: out.append(gone.url) if gone.failure != "csp" else None)
    page.on("dialog", lambda dialog: out.append(f"dialog {dialog.message}"))
    page.on("pageerror", lambda error: out.append(f"error {error}"))
    context.on("page", lambda popup: out.append(f"popup {popup.url}"))
    return out


@pytest.mark.parametrize("attack", ATTACKS, ids=["html", "markup", "controls", "long"])
def test_a_hostile_message_does_nothing(
    context: BrowserContext, proxy: Proxy, send: Send, attack: str
) -> None:
    for content_type in ("Html", "Plain"):
        send(attack, subject=attack[:200], content_type=content_type)
    send(attack.replace("\x00", "").replace("\x1b", ""), reference=attack[:50].replace("\x00", ""))
    page = context.new_page()
    out = out_of(page, context)
    page.goto(f"{proxy.url}/")
    expect(rows(page)).to_have_count(3)
    for index in range(3):
        article = choose(page, index)
        article.evaluate("each => each.scrollIntoView({ block: 'end' })")
        if page.locator("#mail").count():
            for view in ("source", "plain", "html"):
                pick(article, NB[view])
            expect(page.frame_locator("#mail").locator("body")).to_be_attached()
            if attack is HOSTILE:
                page.frame_locator("#mail").locator("#way-out").click()
                page.frame_locator("#mail").locator("button").click()
        else:
            phones = "each => Promise.all([...each.querySelectorAll('img')].map(it => it.decode()))"
            article.evaluate(f"{phones}.then(() => true)")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    ours = re.compile(re.escape(proxy.url) + r"/(_straks/|$|#)")

    assert [each for each in out if not ours.match(each)] == []
    assert [path for path in proxy.asked if not re.fullmatch(r"/|/_straks/.*", path)] == []
    assert page.title() == f"{NB['title']} · straks"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1360
    assert len(context.pages) == 1


def test_a_mail_opened_by_itself_does_nothing_either(
    context: BrowserContext, proxy: Proxy, send: Send
) -> None:
    name = send(HOSTILE, subject="x")
    page = context.new_page()
    out = out_of(page, context)
    where = f"{proxy.url}/_straks/messages/{name}/email.html"
    page.goto(where)
    expect(page.locator("p").first).to_have_text("482913")

    assert out == [where]
    assert proxy.asked == [f"/_straks/messages/{name}/email.html"]
    assert (page.url, len(context.pages)) == (where, 1)


def test_a_page_of_another_origin_gets_nothing_and_changes_nothing(
    context: BrowserContext, page: Page, send: Send, altinn: Simulator
) -> None:
    send()
    with Simulator() as elsewhere:
        other = context.new_page()
        other.goto(f"{elsewhere.url}/_straks/fates")
        tries = """async (url) => {
          const said = [];
          for (const [path, options] of [
            ["/_straks/messages", { method: "DELETE" }],
            ["/_straks/messages", { mode: "no-cors" }],
            ["/_straks/faults", { method: "POST", mode: "no-cors", body: '{"fault": "503"}' }],
            ["/_straks/inbox", {}],
          ]) {
            try {
              const answer = await fetch(url + path, options);
              said.push(`${answer.type} ${answer.status}`);
            } catch { said.push("no"); }
          }
          return said;
        }"""
        said = other.evaluate(tries, altinn.url)

    assert [each for each in said if each not in ("no", "opaque 0")] == []
    assert len(altinn.messages) == 1
    assert httpx.get(f"{altinn.url}/_straks/faults").json() == []


# Whether everybody can use it, and how it looks


STATES = ("list", "phone", "e-mail", "faults", "help", "empty")


def enter(page: Page, send: Send, state: str) -> None:
    """Bring the page into a state that is worth looking at."""
    if state == "empty":
        return
    send("<h1>Kode</h1><p>Koden er 482913.</p>", subject="Koden din")
    send("Timen er flyttet til 12. mai.", number="+46701740668")
    send("Hei Kari! Pakken din – den du har ventet på – er klar. " * 3, number="+46701740663")
    name = f"login/{next(NAMES)}"
    send(CODE, name=name, reference="sak/1")
    send("Noe annet", name=name)
    expect(rows(page)).to_have_count(4)
    expect(page.locator("[data-index='3']")).to_contain_text("Delivered")
    expect(page.locator("[data-index='0']")).to_contain_text("Delivered")
    if state == "phone":
        choose(page, 0)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        page.locator("img.phone").evaluate("image => image.decode()")
    elif state == "e-mail":
        choose(page, 3)
        expect(page.frame_locator("#mail").locator("h1")).to_be_visible()
    elif state == "faults":
        page.keyboard.press("f")
        page.get_by_role("switch", name="hang", exact=True).click()
        expect(page.locator("#armed")).to_be_visible()
    elif state == "help":
        page.keyboard.press("?")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_serious(page: Page, send: Send, state: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    enter(page, send, state)

    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["list", "phone", "e-mail", "faults"])
def test_it_looks_as_it_did(page: Page, send: Send, state: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    enter(page, send, state)

    assert difference(page.screenshot(animations="disabled"), f"inbox-{state}-{scheme}") <= FEW


def test_another_font_looks_the_same_and_a_page_without_its_style_does_not(page: Page, send: Send) -> None:
    enter(page, send, "phone")
    as_it_is = reduced(page.screenshot(animations="disabled"))
    page.evaluate("document.body.style.fontFamily = 'serif'")
    in_another_font = reduced(page.screenshot(animations="disabled"))
    page.evaluate("document.querySelector('link[href$=\"inbox.css\"]').remove()")
    without_style = reduced(page.screenshot(animations="disabled"))

    assert unlike(as_it_is, in_another_font) <= FEW < unlike(as_it_is, without_style)


def test_the_picture_of_the_page_in_its_documentation_is_current_or_else_make_pictures(
    browser: Browser,
) -> None:
    root = Path(__file__).parents[2]
    shoot = runpy.run_path(str(root / "docs" / "pictures.py"))["SHOTS"]["inbox.png"]
    kept = (root / "docs" / "pictures" / "inbox.png").read_bytes()

    assert unlike(reduced(shoot(browser)), reduced(kept)) <= FEW
