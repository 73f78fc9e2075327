"""Messages and the explorer in real notebooks: JupyterLab and marimo, each with a kernel of its own."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict

import pytest
from playwright.sync_api import expect
from tests.browser.accessibility import serious
from tests.browser.likeness import FEW, difference
from tests.servers import lab_server, marimo_server

from straks.explorer.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page


class FloatSize(TypedDict):
    """A width and a height, in pixels."""

    width: float
    height: float


PATIENCE_MS = 120_000
PART: Final[FloatSize] = {"width": 960, "height": 880}
"""How much of the widget is held against what it looked like: as much as there is, whatever the font."""
NB = WORDS["nb"]

nbformat: Any = import_module("nbformat.v4")  # untyped

MESSAGE = """
import straks
catalog = straks.Catalog.load()
values = catalog["one-time-code"].examples
catalog.sms("one-time-code", locale="nb", to="+46701740605", values=values)
"""
EXPLORE = 'straks.notebook.explore(catalog, "one-time-code")'


@pytest.fixture(scope="module")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Return a notebook in JupyterLab with a message and the explorer, both run."""
    folder = tmp_path_factory.mktemp("lab")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.new_code_cell(source.strip()) for source in (MESSAGE, EXPLORE)]
    notebook = nbformat.new_notebook(cells=cells, metadata=kernel)
    (folder / "try.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    with lab_server(folder) as address:
        context = browser.new_context(locale="nb-NO", viewport={"width": 1400, "height": 1000})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(address.format("try.ipynb"))
        page.get_by_text("(ipykernel) | Idle").wait_for()  # the indicator beside the name says so too early
        for shown in (page.locator(".jp-OutputArea-output img"), sms(page, "Bokmål")):
            page.locator("[data-command='notebook:run-cell-and-select-next']").click()
            shown.first.wait_for()
        yield page
        context.close()


@pytest.fixture
def explorer(lab: Page) -> Page:
    """Return the same as it was at first."""
    for name, first in (("template", "one-time-code"), ("language", ""), ("channel", "sms")):
        lab.get_by_label(NB[name]).select_option(first)
    lab.get_by_label(NB["given"]).check(force=True)
    lab.get_by_role("button", name=NB["reset"]).click()
    expect(sms(lab, "Bokmål")).to_have_attribute("alt", containing("hos Skatteetaten"))
    return lab


def sms(page: Page, language: str) -> Locator:
    return page.get_by_role("article", name=f"{language}, SMS").get_by_role("img")


def containing(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text))


def test_a_cell_that_ends_with_a_message_shows_it_with_recipient_and_code_masked(lab: Page) -> None:
    shown = lab.locator(".jp-OutputArea-output").first.get_by_role("img")

    expect(shown).to_have_attribute("alt", containing("Engangskoden din er ••••••"))
    expect(shown).to_have_attribute("alt", containing("to +46 ••• •• 605"))
    assert shown.evaluate("each => each.naturalWidth") > 300


def test_what_is_typed_and_slid_is_seen_in_every_language_and_findings_follow(explorer: Page) -> None:
    explorer.get_by_label("service").fill("Nav")
    explorer.keyboard.type(" nå")
    explorer.get_by_role("slider").press("ArrowRight")

    expect(sms(explorer, "English")).to_have_attribute("alt", containing("6 minutes. Use it only with"))
    expect(sms(explorer, "Nynorsk")).to_have_attribute("alt", containing("hos Nav nå"))
    expect(explorer.locator("#found .count")).to_have_text(NB["sound"])

    explorer.get_by_label("code", exact=True).fill("48")

    expect(explorer.locator("#wrong-code")).not_to_be_empty()
    expect(explorer.get_by_label("code", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(sms(explorer, "Nynorsk")).to_have_attribute("alt", containing("482913"))


def test_what_is_typed_is_typed_to_the_explorer_and_not_to_the_notebook_around_it(explorer: Page) -> None:
    cells = explorer.locator(".jp-Cell").count()
    explorer.get_by_label("service").fill("")
    explorer.keyboard.type("abdd dd")  # a cell above, one below, and two of them deleted

    expect(sms(explorer, "Bokmål")).to_have_attribute("alt", containing("hos abdd dd"))
    expect(explorer.locator(".jp-Cell")).to_have_count(cells)


def test_another_template_language_channel_and_case_are_a_choice_away(explorer: Page) -> None:
    explorer.get_by_label(NB["template"]).select_option("sign-in-alert")
    expect(explorer.get_by_label("when")).to_be_visible()
    explorer.get_by_label(NB["template"]).select_option("one-time-code")
    explorer.get_by_label(NB["language"]).select_option("en")
    explorer.get_by_label(NB["channel"]).select_option("")
    explorer.get_by_label(NB["worst"]).check(force=True)

    expect(sms(explorer, "English")).to_have_attribute("alt", containing("ingen verdier gir flere"))
    expect(sms(explorer, "Bokmål")).to_have_count(0)
    expect(explorer.get_by_role("article", name=f"English, {NB['email']}").locator("iframe")).to_have_count(2)


def test_the_call_is_copied_without_its_secrets_for_the_catalog_that_is_there(explorer: Page) -> None:
    explorer.get_by_label("service").fill("Nav")
    expect(sms(explorer, "Nynorsk")).to_have_attribute("alt", containing("hos Nav"))
    panel = explorer.get_by_role("article", name="Nynorsk, SMS")
    panel.get_by_role("button", name=NB["copying"]).click()
    expect(explorer.locator("#status")).to_have_text(NB["copied"])
    copied = explorer.evaluate("navigator.clipboard.readText()")

    assert 'catalog.sms(\n    "one-time-code",\n    locale="nn"' in copied
    assert ('"service": "Nav"' in copied, "482913" in copied, "Catalog.load" in copied) == (
        True,
        False,
        False,
    )


def dress(notebook: Page, scheme: str) -> None:
    """Have the notebook around the widget be light or dark, as its themes do, and wait until that is seen."""
    notebook.evaluate(
        """dark => {
            document.body.style.setProperty("--jp-layout-color0", dark ? "#111" : "#fff");
            for (const each of document.querySelectorAll(".jp-OutputArea, .jp-Cell, .jp-NotebookPanel"))
              each.style.background = dark ? "#111" : "#fff";
            document.body.dataset.jpThemeLight = `${!dark}`;
        }""",
        scheme == "dark",
    )
    expect(notebook.locator(".jp-OutputArea-output > * > div").last).to_have_css("color-scheme", scheme)


def test_axe_finds_nothing_serious_in_a_light_and_in_a_dark_notebook(explorer: Page) -> None:
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for scheme in ("light", "dark"):
        dress(explorer, scheme)
        found[scheme] = serious(explorer, within=".jp-OutputArea-output")

    assert found == {"light": [], "dark": []}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_widget_looks_as_it_did(explorer: Page, scheme: Literal["light", "dark"]) -> None:
    explorer.emulate_media(color_scheme=scheme)  # which the pictures in it go by
    dress(explorer, scheme)
    explorer.set_viewport_size({"width": 1400, "height": 1900})  # all of it is seen, and nothing lies over it
    expect(explorer.locator("#found .count")).to_have_text(NB["sound"])
    explorer.mouse.move(0, 0)
    widget = explorer.locator(".jp-OutputArea-output").last
    widget.evaluate("each => each.scrollIntoView({ block: 'start' })")
    at = widget.bounding_box()
    assert at is not None
    seen = explorer.screenshot(animations="disabled", clip={"x": at["x"], "y": at["y"], **PART})
    explorer.set_viewport_size({"width": 1400, "height": 1000})
    explorer.emulate_media(color_scheme="light")

    assert difference(seen, f"widget-{scheme}") <= FEW


MARIMO = f"""
import marimo

app = marimo.App()


@app.cell
def message():
    {MESSAGE.strip().replace(chr(10), chr(10) + "    ")}
    return catalog, straks


@app.cell
def explorer(catalog, straks):
    {EXPLORE}
    return
"""


def test_marimo_shows_a_message_and_the_explorer(page: Page, tmp_path: Path) -> None:
    notebook = tmp_path / "try.py"
    notebook.write_text(MARIMO, encoding="utf-8")
    page.set_default_timeout(PATIENCE_MS)
    with marimo_server(notebook) as url:
        page.goto(url)
        expect(page.locator("img[alt*='••••••']")).to_be_visible(timeout=PATIENCE_MS)
        sms(page, "Bokmål").wait_for()
        page.get_by_label("service").fill("Nav")

        expect(sms(page, "Bokmål")).to_have_attribute("alt", containing("hos Nav"))
