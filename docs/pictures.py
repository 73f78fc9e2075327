"""
Draw the pictures of the README: ``make pictures``.

Each is made from the real thing by the code that users have, and a test holds the files against it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import straks
from straks.preview.pages import Page, Panel
from straks.preview.svg import svg_of_pages
from straks.preview.taking import bubble, page_of_messages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(exist_ok=True)
    for name, draw in PICTURES.items():
        (FOLDER / name).write_text(draw() + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
