"""Messages to look at, and what is in a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

import straks
from straks.core.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 3600\n'
NAME = '[parameters.name]\nkind = "name"\nmax-length = 40\nexample = "Kari"\n'


@pytest.fixture
def make_catalog() -> Callable[..., Catalog]:
    """Return a maker of a catalog with one template, ``own``: its files by path, and its parameters."""

    def make(files: dict[str, str], parameters: str = NAME) -> Catalog:
        texts = {f"own/{path}": text for path, text in files.items()}
        return Catalog({"own/template.toml": HEAD + parameters, **texts})

    return make


@pytest.fixture
def make_sms(make_catalog: Callable[..., Catalog]) -> Callable[..., straks.Sms]:
    """Return a maker of an SMS that says *text*, whatever that is."""

    def make(text: str, sender: str | None = None) -> straks.Sms:
        template = make_catalog({"nb/sms.txt": "x"}, "")["own"]
        number = straks.PhoneNumber.parse("+46701740605")
        sms = template.sms("nb", number, {}, sender)
        fields = {name: getattr(sms, name) for name in ("template", "locale", "purpose", "repeat")}
        return straks.Sms(
            **fields,
            canonical_values={},
            recipient=number,
            body=text,
            time_to_live=sms.time_to_live,
            sender=sender,
        )

    return make


@pytest.fixture
def drawn() -> Callable[[str], list[str]]:
    """Return a reader of the texts in an SVG, in their order."""

    def read(svg: str) -> list[str]:
        return [element.text or "" for element in ET.fromstring(svg).iter() if element.tag.endswith("}text")]  # noqa: S314 - ours

    return read
