"""A real browser: this machine's Chromium, without a window."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE_MS = 60_000


# For each module and no longer: while Playwright is on, its event loop counts as running, and nobody
# else's test could start one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser that reaches nothing but this machine."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no chromium on this machine; on Debian it is in the package chromium")
    # Chromium's sandbox does not work as root, and a build server's tests run as root.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    nowhere_else = ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*sandbox, *nowhere_else])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a maker of pages, each in a browser of its own: ``open_page(locale="en-GB")``."""
    contexts: list[BrowserContext] = []

    def make(locale: str = "nb-NO") -> Page:
        context = browser.new_context(locale=locale, viewport={"width": 390, "height": 844})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page of its own on a wide screen, with nothing from any other."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
