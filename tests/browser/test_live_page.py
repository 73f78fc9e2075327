"""The live page in a real browser: it follows a save and what is typed, and nothing gets out of it."""

from __future__ import annotations

import re
from shutil import copytree
from threading import Thread
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect
from tests.browser.accessibility import serious
from tests.browser.likeness import FEW, difference

from straks.cli.live.serving import Server
from straks.cli.live.shelf import Shelf
from straks.explorer.words import WORDS
from straks.loading import shipped_folder
from straks.simulator.address import listen, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

NB, EN = WORDS["nb"], WORDS["en"]
PATIENCE_S = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two of the templates that ship, to write in."""
    for name in ("one-time-code", "status-update"):
        copytree(shipped_folder() / name, tmp_path / "templates" / name)
    return tmp_path / "templates"


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    listening = listen("127.0.0.1", 0)
    server = Server(Shelf([folder]), listening, "127.0.0.1")
    thread = Thread(target=server.serve_on)
    thread.start()
    assert server.up.wait(PATIENCE_S)
    yield url_of("127.0.0.1", listening.getsockname()[1])
    server.should_exit = True
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """Return a page in Norwegian that may use the clipboard, with the first template on it."""
    context = browser.new_context(locale="nb-NO", viewport={"width": 1400, "height": 1000})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE_S * 1000)
    page = context.new_page()
    page.goto(f"{url}/#/one-time-code")
    expect(sms(page, "Bokmål")).to_be_visible()
    yield page
    context.close()


def panel(page: Page, language: str, channel: str = "SMS") -> Locator:
    return page.get_by_role("article", name=f"{language}, {channel}")


def sms(page: Page, language: str) -> Locator:
    return panel(page, language).get_by_role("img")


def containing(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text))


def write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def test_a_save_is_shown_without_a_touch(page: Page, folder: Path) -> None:
    write(folder / "one-time-code/nn/sms.txt", "Koden er {{ code }} i {{ lifetime }} hos {{ service }}.")

    expect(sms(page, "Nynorsk")).to_have_attribute("alt", containing("Koden er 482913 i 5 minutt hos"))
    expect(sms(page, "Bokmål")).to_have_attribute("alt", containing("Engangskoden din er"))
    expect(page.get_by_role("status")).to_contain_text(NB["updated"].partition("{")[0])


def test_what_is_typed_slid_and_chosen_is_shown_in_every_language(page: Page) -> None:
    page.get_by_label("service").fill("Nav")
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")

    expect(sms(page, "English")).to_have_attribute("alt", containing("6 minutes. Use it only with Nav"))
    expect(sms(page, "Bokmål")).to_have_attribute("alt", containing("6 minutter. Bruk den bare hos Nav"))
    expect(slider).to_have_attribute("aria-valuetext", "6 min")

    page.get_by_role("button", name=NB["reset"]).click()

    expect(sms(page, "Bokmål")).to_have_attribute("alt", containing("5 minutter"))


def test_a_value_that_does_not_fit_is_told_at_its_input_and_what_was_shown_stays(page: Page) -> None:
    page.get_by_label("code", exact=True).fill("48")

    expect(page.get_by_label("code", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#wrong-code")).to_contain_text("exactly 6 digits")
    expect(sms(page, "Bokmål")).to_have_attribute("alt", containing("482913"))
    expect(page.get_by_role("status")).to_have_text(NB["stale"])


def test_findings_far_below_are_told_above_and_a_click_away(page: Page, folder: Path) -> None:
    expect(page.locator("#found .count")).to_have_text(NB["sound"])
    expect(page.locator("#to-findings")).to_be_hidden()
    write(folder / "one-time-code/nb/sms.txt", "Kode – {{ code }} {{ lifetime }} {{ service }}")
    page.locator("#to-findings").click()

    expect(page.locator("#to-findings")).to_contain_text(NB["many"].replace("{}", ""))
    expect(page.locator("#findings")).to_be_focused()


def test_only_what_changed_is_drawn_again(page: Page, folder: Path) -> None:
    panel(page, "Nynorsk").locator("summary").click()
    page.evaluate("document.querySelectorAll('iframe, article img').forEach((each) => { each.same = true; })")
    write(folder / "one-time-code/nb/sms.txt", "Koden er {{ code }} i {{ lifetime }} hos {{ service }}.")
    expect(sms(page, "Bokmål")).to_have_attribute("alt", containing("Koden er 482913 i 5 minutter hos"))

    assert page.evaluate("[...document.querySelectorAll('iframe, article img')].every((each) => each.same)")
    assert panel(page, "Nynorsk").locator("details").get_attribute("open") is not None


def test_what_was_typed_stays_when_the_manifest_is_saved(page: Page, folder: Path) -> None:
    page.get_by_label("service").fill("Nav")
    manifest = folder / "one-time-code/template.toml"
    write(manifest, manifest.read_text("utf-8").replace("max-length = 24", "max-length = 20"))

    expect(page.locator("#limits-service")).to_contain_text("inntil 20")
    expect(page.get_by_label("service")).to_have_value("Nav")
    expect(page.get_by_label("service")).to_be_focused()


def test_the_worst_case_is_a_click_away_and_typing_leads_back(page: Page) -> None:
    page.get_by_label(NB["worst"]).check(force=True)

    expect(sms(page, "English")).to_have_attribute("alt", containing("ingen verdier gir flere"))

    page.get_by_label("service").fill("Nav")

    expect(sms(page, "English")).to_have_attribute("alt", containing("Nav"))
    expect(page.get_by_label(NB["given"])).to_be_checked()


def test_a_broken_template_shows_its_error_at_its_line_and_the_rest_is_still_there(
    page: Page, folder: Path
) -> None:
    write(folder / "one-time-code/nb/sms.txt", "Hei.\nKoden er {{ cod }}.\n")

    expect(page.locator(".fault")).to_contain_text("did you mean 'code'?")
    expect(page.locator(".fault .place")).to_have_text("one-time-code/nb/sms.txt:2")
    expect(page.locator("#found")).to_contain_text("TPL001")

    page.get_by_role("link", name="status-update").click()

    expect(sms(page, "Bokmål")).to_be_visible()
    expect(page.locator(".fault")).to_have_count(0)


def test_a_mail_is_seen_in_light_and_dark_and_at_every_width(page: Page) -> None:
    frames = panel(page, "Bokmål", "E-post").locator("iframe:visible")
    seen: list[tuple[float, str]] = []
    for scheme, width in (("light", "360"), ("dark", "800")):
        page.get_by_label(NB[scheme]).check(force=True)
        page.get_by_label(NB["width"]).select_option(width)
        expect(frames).to_have_count(1)
        box = frames.bounding_box()
        assert box is not None
        seen.append((box["width"], frames.get_attribute("class") or ""))

    assert seen == [(360, "light"), (800, "dark")]


def test_the_python_call_is_copied_with_its_secrets_covered_unless_they_are_asked_for(page: Page) -> None:
    copy = panel(page, "Nynorsk").get_by_role("button", name=NB["copying"])
    copy.click()
    expect(page.get_by_role("status")).to_have_text(NB["copied"])
    covered = page.evaluate("navigator.clipboard.readText()")
    page.get_by_label(NB["reveal"]).check()
    expect(panel(page, "Nynorsk").locator(".call code")).to_contain_text("482913")
    copy.click()
    revealed = page.evaluate("navigator.clipboard.readText()")

    assert ('locale="nn"' in covered, "482913" in covered) == (True, False)
    assert "timedelta(minutes=5)" in covered
    assert "482913" in revealed


def test_the_page_follows_the_language_that_is_switched_to_and_keeps_the_template(page: Page) -> None:
    page.get_by_role("link", name="status-update").click()
    page.get_by_role("link", name="English").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(EN["title"])
    expect(page.locator("#names [aria-current]")).to_have_text("status-update")


def test_an_empty_catalog_says_so_until_there_is_a_template(page: Page, folder: Path, tmp_path: Path) -> None:
    folder.rename(tmp_path / "away")
    folder.mkdir()
    expect(page.locator("#shown")).to_contain_text(NB["nothing"])
    expect(page.locator("#findings")).to_be_hidden()
    copytree(shipped_folder() / "one-time-code", folder / "one-time-code")

    expect(sms(page, "Bokmål")).to_be_visible()


HOSTILE = """<!doctype html><html><head><meta http-equiv="refresh" content="0;url=/stolen">
<link rel="stylesheet" href="/stolen.css"><style>@import url(/stolen-import.css);
body { background: url(/stolen.png) }</style></head><body onload="parent.document.title = 'theirs'">
<p>Hei {{ service }} {{ code }} {{ lifetime }}</p><img src="/stolen-picture.png" onerror="alert(1)">
<script>top.location = "/stolen-script"; fetch("/stolen-fetch")</script>
<iframe src="/stolen-frame"></iframe><form action="/stolen-form"><button>Send</button></form>
<a href="/stolen-link" target="_top">ut</a></body></html>"""


def test_a_hostile_mail_and_hostile_values_do_nothing(page: Page, folder: Path, url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
    page.on("popup", lambda popup: asked.append(f"popup {popup.url}"))
    page.get_by_label("service").fill("<img src=x onerror=a()>")
    for locale in ("nb", "nn", "en"):
        write(folder / f"one-time-code/{locale}/email.html", HOSTILE)
    write(folder / "one-time-code/nb/sms.txt", "<script>a()</script> {{ code }} {{ lifetime }} {{ service }}")
    expect(page.locator("#shown")).to_contain_text("onerror")
    page.evaluate("document.querySelectorAll('iframe').forEach((each) => each.scrollIntoView())")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    ours = (f"{url}/show", f"{url}/findings", "data:", "about:")

    assert [each for each in asked if not each.startswith(ours)] == []
    assert page.title() == f"{NB['title']} · straks"
    assert page.url == f"{url}/#/one-time-code"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Page, folder: Path, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    write(folder / "one-time-code/nb/sms.txt", "Kode – {{ code }} {{ lifetime }} {{ service }}")
    expect(page.locator("#found .source .found").first).to_be_visible()
    page.get_by_label("code", exact=True).fill("48")
    expect(page.locator("#wrong-code")).not_to_be_empty()
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    sound = serious(page)
    write(folder / "one-time-code/nb/sms.txt", "{{ cod }}")
    expect(page.locator(".fault")).to_be_visible()

    assert sound == []
    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_looks_as_it_did(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)

    assert difference(page.screenshot(animations="disabled"), f"live-{scheme}") <= FEW


def test_everything_is_reached_by_the_keyboard_alone(page: Page) -> None:
    reached: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(each => each.name || each.hash || each.type || each.className || each.localName)"
                "(document.activeElement)"
            )
        )
        if reached[-1] == "case":
            page.keyboard.press("ArrowRight")  # to the worst case
            expect(sms(page, "English")).to_have_attribute("alt", containing("ingen verdier gir flere"))
        if reached[-1] == "reveal":
            page.keyboard.press("Space")
            expect(panel(page, "Bokmål").locator(".call code")).not_to_contain_text("••••••")
        if reached[-1] == "button" and "copy" in page.evaluate("document.activeElement.className"):
            page.keyboard.press("Enter")
            expect(page.get_by_role("status")).to_have_text(NB["copied"])
            break
    order = list(dict.fromkeys(reached))

    assert order[0] == "#preview"
    assert (
        order[-11:]
        == [
            *("#/one-time-code", "#/status-update", "code", "lifetime", "service", "reset"),
            *("case", "scheme", "width", "reveal", "summary", "button"),
        ][-11:]
    )


@pytest.mark.parametrize("width", [360, 1400])
def test_it_fits_a_narrow_and_a_wide_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") <= width
