"""Inputs made from a manifest, and values out of what was typed in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.catalog import Catalog
from straks.explorer.fields import Field, fields_of, taken
from straks.explorer.hints import WORDS as HINTS
from straks.explorer.words import WORDS

if TYPE_CHECKING:
    from straks.core.template import Template

EVERY_KIND = """
[template]
purpose = "notice"
repeat = "harmful"
time-to-live = 3600

[parameters.digits]
kind = "code"
length = 6
example = "482913"

[parameters.letters]
kind = "code"
length = 4
alphabet = "ABCD"
example = "ABCD"

[parameters.word]
kind = "text"
max-length = 30
alphabet = "gsm-7"
example = "Hei"

[parameters.who]
kind = "name"
max-length = 40
example = "Kari"

[parameters.address]
kind = "text"
max-length = 90
lines = 3
example = "A\\nB"

[parameters.link]
kind = "url"
hosts = ["example.org"]
max-length = 60
example = "https://example.org/a"

[parameters.colour]
kind = "choice"
example = "red"
optional = true
[parameters.colour.choices.red]
nb = "rød"
nn = "raud"
en = "red"
[parameters.colour.choices.blue]
nb = "blå"
nn = "blå"
en = "blue"

[parameters.count]
kind = "integer"
min = 1
max = 20
example = 2

[parameters.many]
kind = "integer"
min = 1
max = 101
example = 2

[parameters.price]
kind = "amount"
min = 0
max = 1000
example = "12.50"

[parameters.lasts]
kind = "duration"
min = "2 min"
max = "10 min"
example = "5 min"

[parameters.perhaps]
kind = "duration"
min = "2 min"
max = "10 min"
example = "5 min"
optional = true

[parameters.day]
kind = "date"
example = 2026-05-17

[parameters.at]
kind = "time"
example = "14:30"

[parameters.moment]
kind = "datetime"
example = "2026-05-17T14:30+02:00"

[parameters.days]
kind = "list"
max-items = 3
of = { kind = "date" }
example = [2026-05-05, 2026-05-06]

[parameters.colours]
kind = "list"
max-items = 2
of = { kind = "choice", choices = ["a", "b"] }
example = ["a"]

[parameters.long]
kind = "text"
min-length = 5
max-length = 9
example = "abcde"

[parameters.case]
kind = "reference"
pattern = "[A-Z]{3}"
example = "ABC"

[parameters.letters_of_lines]
kind = "list"
max-items = 3
of = { kind = "text", max-length = 40, lines = 2 }
example = ["A", "B"]
"""


@pytest.fixture(scope="module")
def template() -> Template:
    return Catalog({"own/template.toml": EVERY_KIND, "own/nb/sms.txt": "Hei {{ who }}"})["own"]


@pytest.fixture(scope="module")
def fields(template: Template) -> dict[str, Field]:
    return {field.name: field for field in fields_of(template, "nb")}


@pytest.mark.parametrize(
    ("name", "kind", "text", "attributes"),
    [
        ("digits", "text", "482913", {"maxlength": "6", "inputmode": "numeric"}),
        ("letters", "text", "ABCD", {"maxlength": "4"}),
        ("word", "text", "Hei", {"maxlength": "30"}),
        ("who", "text", "Kari", {"maxlength": "80"}),
        ("address", "textarea", "A\nB", {"maxlength": "180", "rows": "3"}),
        ("link", "url", "https://example.org/a", {"maxlength": "60"}),
        ("colour", "select", "red", {}),
        ("count", "range", "2", {"min": "1", "max": "20"}),
        ("many", "number", "2", {"min": "1", "max": "101"}),
        ("price", "text", "12.50", {"inputmode": "decimal"}),
        ("lasts", "range", "300", {"min": "120", "max": "600", "step": "60"}),
        ("perhaps", "text", "5 min", {}),
        ("day", "date", "2026-05-17", {"min": "2000-01-01", "max": "2099-12-31"}),
        ("at", "time", "14:30", {"min": "00:00", "max": "23:59"}),
        ("moment", "datetime-local", "2026-05-17T14:30", {}),
        ("days", "list", "2026-05-05\n2026-05-06", {"rows": "3"}),
        ("letters_of_lines", "text", "A, B", {}),
    ],
)
def test_each_kind_has_the_input_that_is_handiest(
    fields: dict[str, Field], name: str, kind: str, text: str, attributes: dict[str, str]
) -> None:
    field = fields[name]

    assert (field.kind, field.text, field.attributes) == (kind, text, attributes)


@pytest.mark.parametrize(
    ("name", "lang", "said"),
    [
        ("digits", "nb", "6 sifre"),
        ("letters", "en", "4 characters out of ABCD"),
        ("word", "nb", "inntil 30 tegn, bare slike som en vanlig SMS har"),
        ("address", "en", "up to 90 characters, on up to 3 lines"),
        ("long", "en", "5 to 9 characters"),
        ("link", "nb", "en adresse hos example.org, inntil 60 tegn"),
        ("colour", "nb", ""),
        ("count", "en", "1 to 20"),
        ("price", "nb", "0 til 1000 NOK"),
        ("lasts", "nb", "2 min til 10 min, i steg på 1 min"),
        ("day", "en", "2000-01-01 to 2099-12-31"),
        ("days", "nb", "inntil 3, ett element på hver linje; 2000-01-01 til 2099-12-31"),
        ("colours", "en", "up to 2, one item on each line"),
        ("case", "en", "after the pattern [A-Z]{3}"),
    ],
)
def test_a_hint_says_what_an_input_takes_without_words_of_programmers(
    template: Template, name: str, lang: str, said: str
) -> None:
    assert {field.name: field.hint for field in fields_of(template, lang)}[name] == said


def test_every_hint_is_there_in_each_language() -> None:
    assert HINTS.keys() == WORDS.keys()
    assert HINTS["nb"].keys() == HINTS["en"].keys()


def test_a_choice_offers_each_value_with_its_words_and_leaving_it_out(fields: dict[str, Field]) -> None:
    assert fields["colour"].options == (
        ("", "–"),
        ("red", "red: rød / raud / red"),
        ("blue", "blue: blå / blue"),
    )


def test_what_stands_in_the_inputs_at_first_is_read_back_as_the_examples(
    template: Template, fields: dict[str, Field]
) -> None:
    typed = {name: field.typed for name, field in fields.items()}
    values, wrong = taken(template, typed)

    assert wrong == {}
    assert template.check(values, "nb", "sms") == template.check(template.examples, "nb", "sms")


def test_an_optional_value_is_left_out_by_an_empty_text_and_another_is_not(template: Template) -> None:
    values, wrong = taken(template, {"colour": "", "who": ""})

    assert "colour" not in values
    assert list(wrong) == ["who"]


def test_a_list_has_an_item_on_each_line_and_an_empty_line_is_none(template: Template) -> None:
    values, wrong = taken(template, {"days": "2026-05-05\n\n  2026-05-07 \n"})

    assert ([f"{day}" for day in values["days"]], wrong) == (["2026-05-05", "2026-05-07"], {})
    assert "item 2" in taken(template, {"days": "2026-05-05\n\nin May"})[1]["days"]


@given(st.dictionaries(st.sampled_from(["digits", "address", "moment", "price", "days", "lasts"]), st.text()))
def test_whatever_is_typed_is_a_value_or_is_said_to_be_wrong_and_never_repeated(
    typed: dict[str, str],
) -> None:
    catalog = Catalog({"own/template.toml": EVERY_KIND, "own/nb/sms.txt": "Hei"})
    values, wrong = taken(catalog["own"], typed)

    assert {*values} | {*wrong} == {*catalog["own"].parameters}
    assert [name for name, said in wrong.items() if len(typed[name]) > 3 and typed[name] in said] == []


def test_a_duration_of_years_is_typed() -> None:
    head = EVERY_KIND.partition("[parameters.digits]")[0]
    years = (
        '[parameters.lasts]\nkind = "duration"\nmin = "1 d"\nmax = "2000 d"\nstep = "1 d"\nexample = "5 d"\n'
    )
    template = Catalog({"own/template.toml": head + years, "own/nb/sms.txt": "Hei"})["own"]
    (field,) = fields_of(template, "nb")

    assert (field.kind, field.text) == ("text", "5 d")
