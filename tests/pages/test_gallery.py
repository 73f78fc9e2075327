"""The gallery: a catalog as one document."""

from __future__ import annotations

import pytest

import straks
from straks.core.catalog import Catalog
from straks.pages.gallery import gallery, section
from straks.preview.taking import page_of_template

MANIFEST = '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 3600\n'


def of(catalog: Catalog, lang: str = "en") -> str:
    pages = (page_of_template(template, sources=True) for template in catalog.values())
    sections = (section(page, number, lang) for number, page in enumerate(pages, start=1))
    return "".join(gallery("Våre <meldinger>", sections, [*catalog], lang))


def test_every_text_of_every_template_is_there(catalog: straks.Catalog) -> None:
    one = catalog["one-time-code"]
    sections = [section(page_of_template(one, rules=None), 1, "nb")]
    html = "".join(gallery("Meldinger", sections, [one.name], "nb"))

    assert html.count("<svg") == 9
    assert html.count("<iframe") == 3 * 2 + 6
    assert '<a href="#template-1">one-time-code</a>' in html
    for locale in one.locales:
        sms = one.sms(locale, straks.PhoneNumber.parse("+46701740605"), one.examples)
        assert sms.body in html


def test_a_finding_stands_below_its_line_and_is_marked_as_english_where_the_page_is_not() -> None:
    catalog = Catalog({"own/template.toml": MANIFEST, "own/nb/sms.txt": "Hei.\nSe her – nå <b>.\n"})
    english, norwegian = of(catalog), of(catalog, "nb")
    line = '<li>Se her – nå &lt;b&gt;.<ul class="found"><li class="warning"><strong>'

    assert "<h1>Våre &lt;meldinger&gt;</h1>" in english
    assert f"{line}warning SMS102:</strong> U+2013" in english
    assert f'{line}advarsel SMS102:</strong> <span lang="en">U+2013' in norwegian
    assert "The files behind it, with" in english
    assert "Filene bak, med" in norwegian


@pytest.mark.parametrize(("lang", "said"), [("nb", "Her er ingen mal"), ("en", "There is no template")])
def test_a_catalog_of_nothing_is_a_document_that_says_so(lang: str, said: str) -> None:
    html = of(Catalog({}), lang)

    assert f'<html lang="{lang}">' in html
    assert said in html
    assert "<nav" not in html
