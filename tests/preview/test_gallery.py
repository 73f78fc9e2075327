"""The gallery: a catalog as one document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import straks
from straks.preview.gallery import gallery, section
from straks.preview.taking import page_of_template

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.core.catalog import Catalog


def of(catalog: Catalog) -> str:
    pages = (page_of_template(template, sources=True) for template in catalog.values())
    sections = (section(page, number) for number, page in enumerate(pages, start=1))
    return "".join(gallery("Våre <meldinger>", sections, [*catalog]))


def test_every_text_of_every_template_is_there(catalog: straks.Catalog) -> None:
    one = catalog["one-time-code"]
    html = "".join(gallery("Messages", [section(page_of_template(one, rules=None), 1)], [one.name]))

    assert html.count("<svg") == 9
    assert html.count("<iframe") == 3 * 2 + 6
    assert '<a href="#template-1">one-time-code</a>' in html
    for locale in one.locales:
        sms = one.sms(locale, straks.PhoneNumber.parse("+46701740605"), one.examples)
        assert sms.body in html


def test_a_finding_stands_below_its_line(make_catalog: Callable[..., Catalog]) -> None:
    html = of(make_catalog({"nb/sms.txt": "Hei {{ name }}.\nSe her – nå <b>.\n"}))

    assert "<h1>Våre &lt;meldinger&gt;</h1>" in html
    assert '<li>Se her – nå &lt;b&gt;.<ul class="found"><li class="warning">warning SMS102' in html
    assert "Source, with" in html


def test_a_catalog_of_nothing_is_a_document(make_catalog: Callable[..., Catalog]) -> None:
    html = of(straks.Catalog({}))

    assert "There is no template" in html
    assert "<nav" not in html
