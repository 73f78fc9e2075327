"""What a picture is made of: messages, filled, counted, masked and inspected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import straks
from straks.preview.pages import Bubble, Case, Fault, Letter
from straks.preview.taking import page_of_error, page_of_messages, page_of_template
from straks.preview.written import figures_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.core.catalog import Catalog

DURATION = '[parameters.life]\nkind = "duration"\nmin = "2 min"\nmax = "10 min"\nexample = "5 min"\n'


def bubbles(catalog: Catalog, **settings: object) -> dict[tuple[str, str], Bubble]:
    page = page_of_template(catalog["own"], **settings)  # type: ignore[arg-type]
    return {
        (panel.locale, str(panel.case)): panel.content
        for panel in page.panels
        if isinstance(panel.content, Bubble)
    }


def test_every_language_stands_beside_the_others_for_each_case(catalog: straks.Catalog) -> None:
    rows = page_of_template(catalog["one-time-code"], rules=None).rows()

    assert [[(panel.locale, panel.channel, panel.case) for panel in row] for row in rows] == [
        [(locale, channel, case) for locale in ("nb", "nn", "en")]
        for channel in ("sms", "email")
        for case in Case
    ]


def test_the_worst_case_is_the_witness_of_the_bound_and_the_shortest_is_shorter(
    catalog: straks.Catalog,
) -> None:
    template = catalog["one-time-code"]
    page = page_of_template(template, rules=None)
    units = {
        (panel.locale, panel.case): sum(panel.content.counts.units)
        for panel in page.panels
        if isinstance(panel.content, Bubble)
    }

    for locale in template.locales:
        worst = straks.bound(template, locale, "sms")
        assert units[locale, Case.WORST] == worst.units
        assert units[locale, Case.SHORTEST] < units[locale, Case.EXAMPLE] < units[locale, Case.WORST]


def test_the_shortest_leaves_out_what_is_optional_and_takes_the_shortest_word(
    make_catalog: Callable[..., Catalog],
) -> None:
    parameters = (
        '[parameters.way]\nkind = "choice"\nchoices = ["by the ferry", "by air"]\nexample = "by the ferry"\n'
        '[parameters.day]\nkind = "date"\nexample = 2026-09-30\noptional = true\n'
        '[parameters.at]\nkind = "datetime"\nexample = 2026-09-30T12:00:00+02:00\n'
        '[parameters.kr]\nkind = "amount"\nmin = "5.00"\nmax = "9000.00"\nexample = "1200.50"\n'
        '[parameters.link]\nkind = "url"\nhosts = ["example.org"]\nmax-length = 60\n'
        'example = "https://example.org/a/long/path"\n'
        '[parameters.names]\nkind = "list"\nmax-items = 3\nof = { kind = "name", max-length = 9 }\n'
        'example = ["Kari", "Ola"]\n'
        '[parameters.id]\nkind = "reference"\npattern = "[A-Z]{3}"\nexample = "ABC"\n' + DURATION
    )
    text = "{{ way }}{% if day %} {{ day }}{% endif %} {{ at }} {{ kr }} {{ link }} {{ names }} {{ id }} "
    text += "{{ life }}"
    shown = bubbles(make_catalog({"en/sms.txt": text}, parameters), rules=None)["en", "shortest"]

    assert shown.text == "by air 1 May 2000 at 00:00 NOK 5.00 https://example.org i ABC 5 minutes"


def test_a_text_that_nothing_fills_is_shown_once(make_catalog: Callable[..., Catalog]) -> None:
    page = page_of_template(make_catalog({"nb/sms.txt": "Hei"}, "")["own"])

    assert [panel.case for panel in page.panels] == [Case.EXAMPLE]


def test_what_fails_to_render_is_an_error_at_its_line_and_the_rest_goes_on(
    make_catalog: Callable[..., Catalog],
) -> None:
    catalog = make_catalog(
        {
            "nb/sms.txt": "Hei\n{{ name }}",
            "nn/sms.txt": '{% if name != "Kari" %}\nHei{% endif %}',
            "en/sms.txt": "Hi",
        }
    )
    page = page_of_template(catalog["own"])
    faults = {(panel.locale, str(panel.case)) for panel in page.panels if isinstance(panel.content, Fault)}

    assert ("nn", "example") in faults
    assert {locale for locale, _ in faults} == {"nn"}


def test_a_template_that_cannot_be_inspected_says_so_and_is_shown(
    make_catalog: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    def inspect(*_: object) -> None:
        raise straks.InvalidText("there is half of a surrogate pair")

    monkeypatch.setattr("straks.preview.taking.inspect", inspect)
    page = page_of_template(make_catalog({"nb/sms.txt": "Hei"})["own"])

    assert page.about is not None
    assert page.about.said().endswith("could not be inspected: there is half of a surrogate pair")
    assert isinstance(page.panels[0].content, Bubble)


def test_a_text_too_long_to_be_sent_is_an_error_in_its_place(make_catalog: Callable[..., Catalog]) -> None:
    page = page_of_template(make_catalog({"nb/sms.txt": "a" * 100_000, "nn/sms.txt": "Hei"}, "")["own"])
    contents = {panel.locale: panel.content for panel in page.panels}

    assert isinstance(contents["nb"], Fault)
    assert "one SMS has at most 255" in contents["nb"].message
    assert isinstance(contents["nn"], Bubble)


def test_a_template_that_cannot_be_used_is_its_error_at_its_line() -> None:
    files = {"own/nb/sms.txt": "Hei\n{% if %}\n", "own/template.toml": ""}
    broken: list[straks.TemplateError] = []
    straks.Catalog(files, broken=broken)
    (error,) = [each for each in broken if each.line]
    page = page_of_error(error, files)
    (panel,) = page.panels
    marked = {source.path: [finding.line for finding in source.findings] for source in page.sources}

    assert page.name == "own"
    assert isinstance(panel.content, Fault)
    assert (panel.content.path, panel.content.line, panel.content.excerpt) == (
        "own/nb/sms.txt",
        2,
        "{% if %}",
    )
    assert marked == {"own/nb/sms.txt": [2], "own/template.toml": []}


def test_an_error_without_a_place_is_shown_as_a_sentence() -> None:
    page = page_of_error(straks.TemplateError("own: something is wrong", template="own"), {})

    assert page.panels[0].content == Fault("own: something is wrong")


def test_what_has_no_bound_says_so_in_place_of_the_worst_case(
    make_catalog: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unbounded(*_: object) -> None:
        raise straks.Unbounded("own/nb/sms.txt, line 1: no bound can be found", file="own/nb/sms.txt", line=9)

    monkeypatch.setattr("straks.policy.subject.bound", unbounded)
    page = page_of_template(make_catalog({"nb/sms.txt": "Hei {{ name }}"})["own"], rules=None)
    contents = {panel.case: panel.content for panel in page.panels}

    assert contents[Case.WORST] == Fault(
        "own/nb/sms.txt, line 1: no bound can be found", "own/nb/sms.txt", 9, ""
    )
    assert isinstance(contents[Case.SHORTEST], Bubble)


@pytest.mark.parametrize(
    ("exact", "said"),
    [(True, "no values take more"), (False, "never more than 2 segments and 99 code units")],
)
def test_a_worst_case_says_whether_it_is_reached(
    make_catalog: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch, *, exact: bool, said: str
) -> None:
    def bound(*_: object) -> straks.SmsBound:
        return straks.SmsBound(
            encoding=straks.Encoding.UCS2,
            units=99,
            segments=2,
            gateway_count=1,
            recorded_count=1,
            exact=exact,
            witness={"name": "č" * 40},
        )

    monkeypatch.setattr("straks.policy.subject.bound", bound)
    shown = bubbles(make_catalog({"nb/sms.txt": "Hei {{ name }}"}), rules=None)

    assert list(figures_of(shown["nb", "worst case"]))[-1] == said


def test_a_finding_is_shown_with_the_message_that_it_is_about(make_catalog: Callable[..., Catalog]) -> None:
    page = page_of_template(
        make_catalog({"nb/sms.txt": "Hei {{ name }} – du", "nn/sms.txt": "Hei {{ name }} du"})["own"],
        sources=True,
    )
    codes = {
        (panel.locale, str(panel.case)): {finding.code for finding in panel.findings} for panel in page.panels
    }
    lines = {source.path: {finding.code for finding in source.findings} for source in page.sources}

    assert "SMS102" in codes["nb", "example"]
    assert codes["nb", "worst case"] == set()
    assert "SMS102" not in codes["nn", "example"]
    assert "LNG801" in {finding.code for finding in page.findings}
    assert "SMS102" in lines["own/nb/sms.txt"]


def test_a_template_is_held_against_the_policy_of_its_catalog() -> None:
    catalog = straks.Catalog.load(policy=straks.Policy(languages=("nb", "nn", "en", "se")))
    codes = {
        finding.code for finding in page_of_template(catalog["one-time-code"], cases=["example"]).findings
    }

    assert "LNG801" in codes


def test_a_message_shows_neither_its_recipient_nor_its_code_unless_revealed(catalog: straks.Catalog) -> None:
    values = catalog["one-time-code"].examples
    sms = catalog.sms("one-time-code", locale="nb", to="+46701740605", values=values)
    email = catalog.email("one-time-code", locale="nb", to="kari@example.org", values=values)
    masked, revealed = page_of_messages([sms, email]), page_of_messages([sms, email], reveal=True)

    for page, there in ((masked, False), (revealed, True)):
        phone, letter = (panel.content for panel in page.panels)
        assert isinstance(phone, Bubble)
        assert isinstance(letter, Letter)
        assert ("482913" in phone.text, phone.recipient == "+46701740605") == (there, there)
        assert ("482913" in (letter.html or ""), "482913" in letter.text) == (there, there)
        assert (letter.recipient == "kari@example.org") == there
        assert phone.counts.units == (109,)


def test_values_may_be_shown_while_the_recipient_is_not(catalog: straks.Catalog) -> None:
    sms = catalog.sms(
        "one-time-code", locale="nb", to="+46701740605", values=catalog["one-time-code"].examples
    )
    (panel,) = page_of_messages([sms], secrets=True).panels

    assert isinstance(panel.content, Bubble)
    assert "482913" in panel.content.text
    assert panel.content.recipient == "+46 ••• •• 605"


def test_a_secret_list_is_covered_item_by_item(make_catalog: Callable[..., Catalog]) -> None:
    parameters = (
        '[parameters.codes]\nkind = "list"\nmax-items = 3\nof = { kind = "code", length = 6 }\n'
        'example = ["482913", "000042"]\nsecret = true\n'
    )
    catalog = make_catalog({"nb/sms.txt": "{% for c in codes %}{{ c }}; {% endfor %}{{ codes }}"}, parameters)
    sms = catalog.sms("own", locale="nb", to="+46701740605", values={"codes": ["482913", "000042"]})
    (panel,) = page_of_messages([sms]).panels

    assert isinstance(panel.content, Bubble)
    assert not set(panel.content.text) & set("0123456789")


def test_a_foreign_character_of_a_secret_is_not_named(make_catalog: Callable[..., Catalog]) -> None:
    parameters = '[parameters.name]\nkind = "name"\nmax-length = 9\nexample = "Čáhppe"\nsecret = true\n'
    sms = make_catalog({"nb/sms.txt": "Hei {{ name }} – ŋ"}, parameters).sms(
        "own", locale="nb", to="+46701740605", values={"name": "Čáhppe"}
    )
    (panel,) = page_of_messages([sms]).panels

    assert isinstance(panel.content, Bubble)
    assert panel.content.text == "Hei •••••• – ŋ"
    assert [found.character for found in panel.content.foreign] == ["–", "ŋ"]
