"""
Draw the pictures of the README and the pages beside it: ``make pictures``.

Each is made from the real thing by the code that users have, and a test holds the files against it: a drawing
to the letter, what a browser shows by its looks. Without Chromium only the drawings are made.
"""

from __future__ import annotations

import shutil
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import straks
from straks.preview.pages import Page, Panel
from straks.preview.svg import svg_of_pages
from straks.preview.taking import bubble, page_of_messages
from straks.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import Browser, ViewportSize

FOLDER = Path(__file__).parent / "pictures"

PARCEL = (
    "Hei Kari! Pakken din er klar til henting på Biblioteket – ta med legitimasjon når du kommer. "
    "Den ligger der til 7. mai. Hilsen Nordkapp kommune"
)


def one_time_code() -> str:
    """Return the one-time code on a phone, in three languages."""
    catalog = straks.Catalog.load()
    values = catalog["one-time-code"].examples
    codes = (
        catalog.sms("one-time-code", locale=locale, to="+46701740605", values=values, sender="Skatt")
        for locale in catalog["one-time-code"].locales
    )
    return svg_of_pages([page_of_messages(codes, secrets=True)])


def segments() -> str:
    """Return what one dash costs: the same SMS with and without it, borders and all."""
    texts = (PARCEL, PARCEL.replace("–", "-"))
    panels = (Panel("nb", "sms", bubble(text, straks.segment(text), sender="Nordkapp")) for text in texts)
    return svg_of_pages([Page("parcel", tuple(panels))])


PICTURES: Mapping[str, Callable[[], str]] = {
    "one-time-code.svg": one_time_code,
    "segments.svg": segments,
}


def inbox(browser: Browser) -> bytes:
    """Return the simulator's page: a code that was asked for three times, among other messages."""
    with Simulator() as altinn:
        transport = straks.AltinnTransport(altinn.url, altinn.token(), pauses_s=(0.1,))
        with transport:
            for order in _orders():
                transport.send(order)
            sms = _sms("one-time-code", "+46701740605")
            code = sms.order(occasion="login/8841", key=straks.SIMULATOR_KEY)
            with altinn.faults("drop-after-sending"):
                transport.send(code)
            transport.send(code)
        altinn.advance(60)
        size: ViewportSize = {"width": 1360, "height": 1060}
        page = browser.new_page(locale="en-GB", color_scheme="light", viewport=size)
        page.goto(altinn.url)
        page.locator("[data-index='0']").click()
        page.locator("img.phone").evaluate("image => image.decode()")
        page.mouse.move(0, 0)
        picture = page.screenshot(animations="disabled")
        page.close()
    return picture


def _orders() -> list[straks.Order]:
    catalog = straks.Catalog.load()
    email = catalog.email(
        "one-time-code", locale="nn", to="kari@example.org", values=catalog["one-time-code"].examples
    )
    messages = (
        _sms("critical-alert", "+46701740612"),
        email,
        _sms("contact-confirmation", "+46701740668"),
        _sms("status-update", "+46701740663"),
    )
    return [
        message.order(occasion=f"picture/{number}", key=straks.SIMULATOR_KEY)
        for number, message in enumerate(messages)
    ]


def _sms(template: str, to: str) -> straks.Sms:
    catalog = straks.Catalog.load()
    return catalog.sms(template, locale="nb", to=to, values=catalog[template].examples, sender="Skatt")


SHOTS: Mapping[str, Callable[[Browser], bytes]] = {"inbox.png": inbox}
CHROMIUM: Final = "chromium"


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(exist_ok=True)
    for name, draw in PICTURES.items():
        (FOLDER / name).write_text(draw() + "\n", encoding="utf-8", newline="\n")
    if (program := shutil.which(CHROMIUM)) is None:
        print(f"there is no {CHROMIUM} on this machine: {', '.join(SHOTS)} stays as it is", file=sys.stderr)  # noqa: T201 - a script
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, shoot in SHOTS.items():
            (FOLDER / name).write_bytes(_small(shoot(browser)))
        browser.close()


def _small(picture: bytes) -> bytes:
    """Return a screenshot with as few colours as it needs."""
    from PIL import Image

    buffer = BytesIO()
    Image.open(BytesIO(picture)).convert("RGB").quantize(128).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
