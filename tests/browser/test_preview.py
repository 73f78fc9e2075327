"""Pictures and galleries in a real browser: how they look, and that nothing in them does anything."""

from __future__ import annotations

import socket
from base64 import b64encode
from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING, Literal

import pytest
from tests.browser.accessibility import serious
from tests.browser.likeness import FEW, difference

import straks
from straks.pages.gallery import gallery, section
from straks.preview.drawing import FONT
from straks.preview.pages import Page as Shown
from straks.preview.pages import Panel
from straks.preview.svg import svg_of_panel
from straks.preview.taking import bubble, page_of_messages, page_of_template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

TEXT = (
    "Hei Kari! Pakken din er klar til henting – ta med legitimasjon. Ájat leat rabas beaivválaččat, čális "
    "midjiide jus dus leat gažaldagat. שלום 482913 😀\n@login.example.org #482913"
)
PAGE = '<!doctype html><meta name="color-scheme" content="light dark"><body style="margin: 0">'


def picture(text: str = TEXT) -> str:
    return svg_of_panel(Panel("nb", "sms", bubble(text, straks.segment(text), sender="Skatt")))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_looks_the_same_as_an_img_and_in_the_page(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_content(PAGE + picture())
    inline = page.screenshot()
    page.set_content(f'{PAGE}<img src="data:image/svg+xml;base64,{b64encode(picture().encode()).decode()}">')
    page.wait_for_function("document.images[0].complete")

    assert page.screenshot() == inline


@pytest.mark.parametrize("font", ["DejaVu Serif", "DejaVu Sans Mono", "DejaVu Sans"])
def test_every_text_ends_where_the_table_says_whatever_the_font(page: Page, font: str) -> None:
    page.set_content(PAGE + picture().replace(FONT, f'"{font}"'))
    widths = page.eval_on_selector_all(
        "text[textLength]",
        "texts => texts.map(text => [text.getComputedTextLength(), text.textLength.baseVal.value])",
    )

    assert len(widths) > 20
    assert [pair for pair in widths if abs(pair[0] - pair[1]) > 0.5] == []


def test_an_error_or_a_warning_of_the_browser_is_in_no_picture(page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_content(PAGE + picture())

    assert said == []


# --- nothing gets out -----------------------------------------------------------------------


class Listener:
    """A server on this machine that answers nobody, and counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.visits: list[bytes] = []
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            with visitor:
                visitor.settimeout(5)
                try:
                    self.visits.append(visitor.recv(200))
                except OSError:
                    self.visits.append(b"a connection")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=10)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()


def hostile(port: int) -> str:
    there = f"http://127.0.0.1:{port}"
    return f"""<!doctype html><html><head><base href="{there}/">
<meta http-equiv="refresh" content="0;url={there}/refresh">
<link rel="stylesheet" href="{there}/style.css"><link rel="preload" as="image" href="{there}/preload.png">
<link rel="prefetch" href="{there}/prefetch"><link rel="icon" href="{there}/icon.png">
<link rel="manifest" href="{there}/manifest"><link rel="modulepreload" href="{there}/module.js">
<style>@import url({there}/import.css);
@font-face {{ font-family: x; src: url({there}/font.woff2); }}
body {{ font-family: x; background: url({there}/background.png); }}
p::before {{ content: url({there}/content.png); }}
</style><script>window.top.document.title = "theirs"; alert(1)</script>
<script src="{there}/script.js"></script></head>
<body onload="window.top.location = '{there}/onload'">
<p>Hei</p><img src="{there}/picture.png" srcset="{there}/set.png 2x" onerror="alert(2)">
<img src="relative.png">
<svg onload="alert(3)"><image href="{there}/svg.png"/><use href="{there}/use.svg#a"/></svg>
<iframe src="{there}/frame"></iframe><object data="{there}/object"></object><embed src="{there}/embed">
<video src="{there}/video" poster="{there}/poster.png" autoplay></video>
<audio src="{there}/audio" autoplay></audio>
<form id="f" action="{there}/form" method="post"><input name="code"><button>Send</button></form>
<script>document.getElementById("f").submit(); fetch("{there}/fetch"); navigator.sendBeacon("{there}/beacon");
new WebSocket("ws://127.0.0.1:{port}/socket"); window.open("{there}/open");</script>
<a id="top" href="{there}/link-top" target="_top" ping="{there}/ping">one</a>
<a id="blank" href="{there}/link-blank" target="_blank">two</a> <a id="plain" href="{there}/link">three</a>
</body></html>"""


@pytest.fixture
def letter(catalog: straks.Catalog, listener: Listener) -> straks.Email:
    values = catalog["one-time-code"].examples
    email = catalog.email("one-time-code", locale="nb", to="kari@example.org", values=values)
    return replace(email, html=hostile(listener.port))


def watched(page: Page) -> list[str]:
    """
    Return a list that everything is noted in which a page gets or opens.

    Who only asks is heard by the `Listener`: what a policy denies never leaves the browser.
    """
    seen: list[str] = []
    page.on("response", lambda response: seen.append(response.url))
    page.on("dialog", lambda dialog: seen.append(f"dialog {dialog.message}"))
    page.on("popup", lambda popup: seen.append(f"popup {popup.url}"))
    return seen


@pytest.mark.parametrize("form", ["notebook", "gallery"])
def test_a_hostile_mail_fetches_nothing_runs_nothing_and_stays_in_its_frame(
    page: Page, listener: Listener, letter: straks.Email, form: str, tmp_path: Path
) -> None:
    shown = page_of_messages([letter])
    file = tmp_path / "page.html"
    file.write_text(
        f"{PAGE}<title>ours</title>{straks.picture(letter).html()}"
        if form == "notebook"
        else "".join(gallery("ours", [section(shown, 1, "nb")], ["one-time-code"], "nb")),
        encoding="utf-8",
    )
    seen = watched(page)
    page.goto(file.as_uri())
    frames = page.locator("iframe")
    for at in range(frames.count()):
        frames.nth(at).scroll_into_view_if_needed()
        inside = frames.nth(at).content_frame
        inside.get_by_text("Hei").wait_for()
        for link in ("top", "blank", "plain"):
            inside.locator(f"#{link}").click(force=True, no_wait_after=True)
        inside.locator("button").click(force=True, no_wait_after=True)
        page.keyboard.press("Enter")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert frames.count() == 2
    assert [url for url in seen if url not in (file.as_uri(), "about:srcdoc")] == []
    assert listener.visits == []
    assert page.url == file.as_uri()
    assert page.title() == "ours"
    assert len(page.context.pages) == 1


def test_the_listener_hears_who_comes(page: Page, listener: Listener) -> None:
    seen = watched(page)
    page.set_content(f'<img src="http://127.0.0.1:{listener.port}/picture.png">')
    page.wait_for_function("document.images[0].complete")

    assert listener.visits[0].startswith(b"GET /picture.png")
    assert seen == []


def test_light_and_dark_are_seen_whatever_the_reader_has(page: Page, catalog: straks.Catalog) -> None:
    values = catalog["one-time-code"].examples
    email = catalog.email("one-time-code", locale="nb", to="kari@example.org", values=values)
    grounds: list[list[str]] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.set_content(PAGE + straks.picture(email).html())
        frames = page.locator("iframe")
        grounds.append(
            [
                frames.nth(at)
                .content_frame.locator("body")
                .evaluate("body => getComputedStyle(body).backgroundColor")
                for at in range(frames.count())
            ]
        )

    assert grounds == [["rgb(255, 255, 255)", "rgb(18, 18, 18)"]] * 2


# --- the gallery ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def gallery_file(catalog: straks.Catalog, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a gallery of three templates, one of them with findings."""
    names = ["one-time-code", "status-update"]
    pages: list[Shown] = [page_of_template(catalog[name], sources=True, rules=None) for name in names]
    long = straks.core.catalog.Catalog(
        {
            "own/template.toml": '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 60\n',
            "own/nb/sms.txt": f"{TEXT}\n",
            "own/nn/sms.txt": '{% if locale == "nb" %}Hei{% endif %}',
        }
    )
    pages.append(page_of_template(long["own"], sources=True))
    file = tmp_path_factory.mktemp("gallery") / "gallery.html"
    sections = (section(page, number, "nb") for number, page in enumerate(pages, start=1))
    html = "".join(gallery("Meldinger", sections, [page.name for page in pages], "nb"))
    file.write_text(html, encoding="utf-8")
    return file.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_gallery_has_no_serious_fault_of_accessibility(page: Page, gallery_file: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(gallery_file)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_gallery_looks_as_it_did(page: Page, gallery_file: str, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(gallery_file)

    assert difference(page.screenshot(animations="disabled"), f"gallery-{scheme}") <= FEW


def test_a_gallery_finds_what_is_typed_by_its_own_script_and_asks_for_nothing(
    page: Page, gallery_file: str
) -> None:
    seen = watched(page)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(gallery_file)
    page.get_by_role("searchbox").fill("eingongskoden GJELD")
    one = page.locator("main > section:visible").count(), page.get_by_role("status").text_content()
    links = page.locator("nav li:visible").count()
    page.get_by_role("searchbox").fill("no such words")
    none = page.locator("main > section:visible").count()
    page.get_by_role("searchbox").fill("")
    everything = page.locator("main > section:visible").count(), page.get_by_role("status").text_content()

    assert (one, links, none, everything) == ((1, "1 av 3 maler"), 1, 0, (3, ""))
    assert set(seen) <= {gallery_file, "about:srcdoc"}
    assert said == []


def test_a_gallery_reads_without_a_script(browser: Browser, gallery_file: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(gallery_file)
    page.locator("summary").first.click()
    opened = page.locator("details").first.get_attribute("open")
    shown = page.locator("main > section").count(), page.locator("form").is_visible()
    context.close()

    assert opened is not None
    assert shown == (3, False)


@pytest.mark.parametrize("width", [360, 1200])
def test_a_gallery_fits_a_narrow_and_a_wide_window(page: Page, gallery_file: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(gallery_file)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
