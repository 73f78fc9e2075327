"""The example of signing in, in a real browser: the code comes from the simulator's phone."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING, Literal

import httpx
import pytest
import uvicorn
from examples.sign_in.app import COOLDOWN, HEADERS, LIFETIME, SignIn
from examples.sign_in.words import WORDS
from playwright.sync_api import expect
from tests.browser.accessibility import serious

import straks
from straks.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

NUMBER, NOBODYS = "+46701740605", "+46701740606"
NB, EN = WORDS["nb"], WORDS["en"]
PATIENCE_S = 60.0


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_770_204_720.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Site:
    """The example while it runs, the phone, and the clock that both go by."""

    url: str
    altinn: Simulator
    clock: Clock

    def code(self) -> str:
        """The code in the newest message."""
        code = self.altinn.messages[-1].code
        assert code is not None
        return code


class Server(uvicorn.Server):
    """Says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@pytest.fixture
def site(tmp_path: Path, key: bytes, catalog: straks.Catalog) -> Iterator[Site]:
    clock = Clock()
    with Simulator() as altinn, straks.SqliteStore(tmp_path / "codes.db") as store:
        sign_in = SignIn(
            codes=straks.AsyncOneTimeCodes(store, key=key, clock=clock, cooldown=COOLDOWN, lifetime=LIFETIME),
            catalog=catalog,
            transport=straks.AsyncAltinnTransport(altinn.url, altinn.token()),
            accounts={NUMBER: "user-8841"},
            clock=clock,
            service="Eksempel",
        )
        listening = socket.create_server(("127.0.0.1", 0))
        server = Server(uvicorn.Config(sign_in.app(), log_config=None))
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        assert server.up.wait(PATIENCE_S)
        yield Site(f"http://127.0.0.1:{listening.getsockname()[1]}", altinn, clock)
        server.should_exit = True
        thread.join(PATIENCE_S)
        listening.close()


@pytest.fixture
def page(site: Site, open_page: Callable[..., Page]) -> Page:
    return open_page()


def ask(page: Page, site: Site, number: str = NUMBER, words: dict[str, str] = NB) -> None:
    page.goto(site.url)
    page.get_by_label(words["number"]).fill(number)
    page.get_by_role("button", name=words["ask"]).click()


def enter(page: Page, code: str, words: dict[str, str] = NB) -> None:
    page.get_by_label(re.compile(words["code"].partition("{")[0])).fill(code)
    page.get_by_role("button", name=words["verify"]).click()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def expect_error(page: Page, error: str, **filled: object) -> None:
    expect(page.get_by_role("alert")).to_have_text(error.format(**filled))


def test_who_enters_the_code_from_the_phone_is_let_in(page: Page, site: Site) -> None:
    ask(page, site)
    field = page.get_by_label("Kode på 6 siffer")
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    expect(field).to_have_attribute("inputmode", "numeric")
    [before] = map(dict, page.context.cookies())
    enter(page, site.code())
    expect(page.get_by_role("heading")).to_have_text(NB["inside_title"])
    [after] = map(dict, page.context.cookies())

    assert before["value"] != after["value"]
    assert (after["httpOnly"], after["sameSite"]) == (True, "Strict")
    page.get_by_role("button", name=NB["sign_out"]).click()
    page.goto(f"{site.url}/inside")
    expect(page.get_by_role("heading")).to_have_text(NB["title"])


def test_a_code_may_be_typed_in_groups(page: Page, site: Site) -> None:
    ask(page, site)
    code = site.code()
    enter(page, f" {code[:3]} - {code[3:]} ")

    expect(page.get_by_role("heading")).to_have_text(NB["inside_title"])


def test_three_wrong_codes_shut_out_even_who_has_the_right_one(page: Page, site: Site) -> None:
    ask(page, site)
    code = site.code()
    for _ in range(3):
        enter(page, wrong(code))
        expect_error(page, NB["INVALID_OTP"])
    enter(page, code)

    expect_error(page, NB["TOO_MANY_ATTEMPTS"])
    page.goto(f"{site.url}/inside")
    expect(page.get_by_role("heading")).to_have_text(NB["title"])


def test_a_code_that_is_too_old_is_told_so(page: Page, site: Site) -> None:
    ask(page, site)
    site.clock.now_s += LIFETIME.total_seconds() + 1
    enter(page, site.code())

    expect_error(page, NB["OTP_EXPIRED"])


def test_another_code_is_to_be_had_after_the_wait_that_is_shown(page: Page, site: Site) -> None:
    ask(page, site)
    first = site.code()
    expect(page.locator("#wait")).to_have_text(NB["wait"].format(seconds=30))
    site.clock.now_s += 10
    page.get_by_role("button", name=NB["again"]).click()
    expect_error(page, NB["TooSoon"], seconds=20)
    assert len(site.altinn.messages) == 1
    site.clock.now_s += 20
    page.get_by_role("button", name=NB["again"]).click()
    expect(page.locator("#wait")).to_have_text(NB["wait"].format(seconds=30))
    expect(page.get_by_role("alert")).to_have_count(0)
    second = site.code()
    assert len(site.altinn.messages) == 2

    if first != second:  # one time in a million they are the same
        enter(page, first)
        expect_error(page, NB["INVALID_OTP"])
    enter(page, second)
    expect(page.get_by_role("heading")).to_have_text(NB["inside_title"])


def test_the_pages_speak_english_to_who_wants_it(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page(locale="en-GB")
    ask(page, site, words=EN)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    enter(page, wrong(site.code()), EN)

    expect_error(page, EN["INVALID_OTP"])
    assert "do not share" in site.altinn.messages[-1].body


def test_a_code_is_worth_nothing_in_another_browser(
    page: Page, site: Site, open_page: Callable[..., Page]
) -> None:
    other = open_page()
    ask(other, site)
    expect(other.get_by_role("heading")).to_have_text(NB["code_title"])
    planted = site.code()
    ask(page, site)
    expect_error(page, NB["TooSoon"], seconds=30)
    enter(page, planted)

    expect_error(page, NB["INVALID_OTP"])


def test_a_number_that_nobody_has_is_answered_like_any_other(page: Page, site: Site) -> None:
    ask(page, site, NOBODYS)
    expect(page.get_by_role("heading")).to_have_text(NB["code_title"])
    enter(page, "482913")

    expect_error(page, NB["INVALID_OTP"])
    assert site.altinn.messages == []


def test_a_number_that_is_none_is_told_so(page: Page, site: Site) -> None:
    ask(page, site, "12345")

    expect_error(page, NB["InvalidPhoneNumber"])


def test_the_browser_finds_nothing_to_complain_of(page: Page, site: Site) -> None:
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    ask(page, site)
    enter(page, site.code())
    expect(page.get_by_role("heading")).to_have_text(NB["inside_title"])

    assert complaints == []
    assert [url for url in asked if not url.startswith(site.url)] == []
    assert f"{site.url}/style.css" in asked


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_of_any_page(page: Page, site: Site, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    ask(page, site, "12345")
    expect_error(page, NB["InvalidPhoneNumber"])
    asking = serious(page)
    ask(page, site)
    expect(page.locator("#wait")).to_be_visible()
    waiting = serious(page)
    enter(page, wrong(site.code()))
    expect_error(page, NB["INVALID_OTP"])
    refused = serious(page)
    enter(page, site.code())
    expect(page.get_by_role("heading")).to_have_text(NB["inside_title"])

    assert (asking, waiting, refused, serious(page)) == ([], [], [], [])


def test_a_keyboard_is_enough(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.keyboard.press("Tab")
    page.keyboard.type(NUMBER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_have_text(NB["code_title"])
    page.keyboard.press("Tab")
    page.keyboard.type(site.code())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading")).to_have_text(NB["inside_title"])


@pytest.mark.parametrize("origin", [None, "https://evil.example.org", "null"])
def test_a_form_that_does_not_say_it_came_from_here_is_turned_away(site: Site, origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin}
    answer = httpx.post(f"{site.url}/ask", data={"number": NUMBER}, headers=headers)

    assert answer.status_code == 403
    assert answer.text == NB["elsewhere"]
    assert site.altinn.messages == []
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_a_form_that_is_too_large_is_not_read(site: Site) -> None:
    answer = httpx.post(f"{site.url}/ask", content=b"number=" + b"4" * 10_000, headers={"origin": site.url})

    assert answer.status_code == 422
