"""A picture, and how messages, templates and catalogs show themselves."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import straks
from straks.core import display
from straks.preview.pages import About, Page, Panel
from straks.preview.taking import bubble
from straks.preview.written import markdown_of_pages, text_of_pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.core.catalog import Catalog

FORMS = ["text/plain", "text/markdown", "image/svg+xml", "text/html"]


@pytest.fixture
def code(catalog: straks.Catalog) -> straks.Sms:
    values = catalog["one-time-code"].examples
    return catalog.sms("one-time-code", locale="nn", to="+46701740605", values=values, sender="Skatt")


def test_a_message_shows_itself_in_every_form_and_hides_recipient_and_code(code: straks.Sms) -> None:
    order = code.order(occasion="test/1", key=b"a key that only tests have")

    for shown in (code._repr_mimebundle_(), order._repr_mimebundle_(include=None, exclude=None)):
        assert list(shown) == FORMS
        for form, text in shown.items():
            assert "482913" not in text
            assert "46701740605" not in text
            assert "••••••" in text or form == "text/html"  # there it is inside the picture
        assert shown["image/svg+xml"].count("<svg") == 1
        assert "Eingongskoden din er ••••••" in shown["text/plain"]


def test_a_picture_reveals_what_it_is_asked_to(code: straks.Sms) -> None:
    revealed = straks.picture(code, reveal=True)

    assert "482913" in revealed.svg()
    assert "to +46701740605" in revealed.text()
    assert repr(revealed) == "<Picture of one-time-code>"
    assert revealed._repr_mimebundle_() == revealed.bundle()


def test_a_template_and_a_catalog_show_themselves(catalog: straks.Catalog) -> None:
    template, everything = (each._repr_mimebundle_() for each in (catalog["one-time-code"], catalog))

    assert template["text/plain"].count("worst case") == 6
    assert "482913" in template["text/plain"]  # an example is nobody's
    assert all(name in everything["text/plain"] for name in catalog)
    assert "worst case" not in everything["text/plain"]


def test_a_catalog_is_shown_with_the_cases_that_are_asked_for(make_catalog: Callable[..., Catalog]) -> None:
    picture = straks.picture(make_catalog({"nb/sms.txt": "Hei {{ name }}"}), cases=["example", "shortest"])
    (page,) = picture.pages

    assert [str(panel.case) for panel in page.panels] == ["example", "shortest"]
    assert page.findings != ()


def test_several_messages_stand_side_by_side(
    code: straks.Sms, make_order: Callable[..., straks.Order]
) -> None:
    (page,) = straks.picture([code, make_order(template="status-update")]).pages

    assert page.name == "one-time-code, status-update"
    assert [panel.locale for panel in page.panels] == ["nn", "nb"]


def test_a_catalog_of_nothing_is_no_error() -> None:
    nothing = straks.picture(straks.Catalog({}))

    assert nothing.text() == nothing.markdown() == "There is nothing to show."
    assert "There is nothing to show." in nothing.html()
    assert ET.fromstring(nothing.svg()).tag.endswith("svg")  # noqa: S314 - ours
    assert repr(nothing) == "<Picture of nothing>"


@pytest.mark.parametrize("thing", [42, "Hei", [None], straks.Policy()])
def test_there_is_no_picture_of_anything_else(thing: object) -> None:
    with pytest.raises(straks.InvalidSetting, match="there is no picture of"):
        straks.picture(thing)  # type: ignore[arg-type]


def test_without_a_painter_a_value_has_its_repr(code: straks.Sms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_painter", None)

    assert code._repr_mimebundle_() == {}


@given(
    text=st.text(min_size=1, max_size=80)
    | st.sampled_from(["```\n</pre><script>1</script>", "~~~", "[a](b)"])
)
def test_no_message_is_markup_in_markdown(text: str) -> None:
    try:
        content = bubble(text, straks.segment(text), sender=text, recipient=text)
    except straks.InvalidText:
        return
    page = Page(text, (Panel("nb", "sms", content),), About((), text))
    tokens = MarkdownIt("commonmark").parse(markdown_of_pages([page]))
    flat = [*tokens, *(child for token in tokens for child in token.children or ())]
    kinds = {token.type for token in flat}
    (fence,) = (token.content for token in tokens if token.type == "fence")

    assert kinds & {"html_block", "html_inline", "link_open", "image", "code_block", "em_open"} == set()
    assert re.sub(r"\s", "", fence) in re.sub(r"\s", "", text_of_pages([page]))


def test_a_border_and_what_is_foreign_are_told_in_writing() -> None:
    text = "č" * 2 + "a" * 80
    page = Page("own", (Panel("nb", "sms", bubble(text, straks.segment(text))),))
    shown = text_of_pages([page])

    assert "⟦2⟧" in shown
    assert "č U+010D LATIN SMALL LETTER C WITH CARON (2 times): no stand-in" in shown


def test_an_e_mail_is_shown_in_frames_without_rights_beside_its_plain_text(catalog: straks.Catalog) -> None:
    values = catalog["one-time-code"].examples
    email = catalog.email(
        "one-time-code", locale="nb", to="kari@example.org", values=values, sender="post@example.org"
    )
    plain = catalog.email(
        "one-time-code", locale="nb", to="kari@example.org", values=values, content_type="Plain"
    )
    html = straks.picture(email).html()

    text_alone = replace(plain, html=None)

    assert "<iframe" not in straks.picture(text_alone).html()
    assert html.count('<iframe sandbox=""') == 2
    assert "from post@example.org" in html
    assert "to k•••@example.org" in html
    assert "Koden gjelder i 5 minutter." in html
    assert "482913" not in html
    assert "subject: Engangskode fra Skatteetaten" in straks.picture(email).text()
    assert "sent as plain text, " in straks.picture(plain).html()


def test_a_message_of_100_000_characters_is_an_error_in_every_form_and_a_letter_is_whole(
    make_sms: Callable[..., straks.Sms], make_catalog: Callable[..., Catalog]
) -> None:
    long = straks.picture(make_sms("a" * 100_000))
    letter = make_catalog({"nb/subject.txt": "Brev", "nb/email.html": f"<p>{'ord ' * 25_000}</p>"}, "")["own"]
    shown = straks.picture(letter.email("nb", straks.EmailAddress.parse("kari@example.org"), {}))

    assert all("255" in text or form == "text/html" for form, text in long.bundle().items())
    assert shown.html().count("ord ") > 50_000
    assert "lines more" in shown.svg()
