from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from straks.core.bound import EmailBound, SmsBound
from straks.errors import Unbounded
from straks.policy.settings import Policy
from straks.policy.subject import Page, Whole
from straks.policy.trial import HEAD, PARAMETERS, Trial

LIST = """
[parameters.things]
kind = "list"
of = { kind = "integer", min = 1, max = 20000 }
max-items = 3
example = [1000, 2000]
"""
OPTIONAL = '\n[parameters.extra]\nkind = "name"\nmax-length = 9\noptional = true\nexample = "Ola"\n'


def whole_of(**trial: Any) -> Whole:  # noqa: ANN401 - whatever a trial takes
    return Whole(Trial(**trial).catalog()["trial"], Policy())


def page_of(**trial: Any) -> Page:  # noqa: ANN401 - whatever a trial takes
    return whole_of(**trial).pages[0]


def test_a_template_has_a_page_for_every_language_and_channel() -> None:
    whole = whole_of(sms="Hei", html="<p>Hei</p>", files={"en/sms.txt": "Hi"})

    assert [(page.locale, page.channel) for page in whole.pages] == [
        ("nb", "sms"),
        ("nb", "email"),
        ("en", "sms"),
    ]


def test_a_page_lists_its_own_files() -> None:
    whole = whole_of(sms="Hei", html="<p>Hei</p>", files={"nb/email.txt": "Hei", "nb/_part.txt": "x"})

    assert [page.files for page in whole.pages] == [
        ("trial/nb/sms.txt",),
        ("trial/nb/subject.txt", "trial/nb/email.html", "trial/nb/email.txt"),
    ]


@pytest.mark.parametrize(("parameter", "line"), [(None, 1), ("code", 6), ("lifetime", 11), ("nobody", 1)])
def test_a_parameter_is_found_in_the_manifest(parameter: str | None, line: int) -> None:
    spot = whole_of(sms="Hei").manifest_spot(parameter)

    assert (spot.path, spot.line, spot.column) == ("trial/template.toml", line, 1)


def test_a_page_has_its_proven_worst_case() -> None:
    assert isinstance(page_of(sms="Hei").bound, SmsBound)
    assert isinstance(page_of(html="<p>Hei</p>").bound, EmailBound)


def test_a_page_without_a_bound_says_why() -> None:
    assert isinstance(page_of(sms="{{ code|replace('1', code) }}").bound, Unbounded)


def test_a_page_that_cannot_be_followed_has_no_renderings() -> None:
    page = page_of(sms="{{ code|replace('1', code) }}")

    assert page.renderings(page.files[0]) == ()


def test_a_page_with_too_many_values_for_a_bound_is_rendered_with_the_examples() -> None:
    head = HEAD.replace('"lifetime"', "60")
    # Eight seconds divide no minute, so that these are not told apart by minutes and hours.
    endless = 'max = "9000 h"\nstep = "8 s"\nexample = "2 min"'
    parameters = PARAMETERS.replace('max = "10 min"\nexample = "5 min"', endless)
    page = page_of(sms="I {{ lifetime }}", head=head, parameters=parameters)

    assert isinstance(page.bound, Unbounded)
    assert [rendering.text for rendering in page.renderings(page.files[0])] == ["I 2 minutter"]


def test_renderings_are_worked_out_once() -> None:
    page = page_of(sms="Hei {{ code }}")

    assert page.renderings(page.files[0]) is page.renderings(page.files[0])


def test_renderings_show_the_examples() -> None:
    page = page_of(sms="{{ code }} {{ lifetime }} {{ name|upper }}")
    (rendering,) = page.renderings(page.files[0])

    assert rendering.text == "482913 5 minutter KARI"
    assert rendering.values["lifetime"] == timedelta(minutes=5)


def test_a_way_that_the_example_does_not_take_gets_values_that_do() -> None:
    page = page_of(sms="{% if count > 10 %}mange{% else %}få{% endif %} {{ count }}")

    assert [rendering.text for rendering in page.renderings(page.files[0])] == ["mange 11", "få 2"]


def test_an_optional_value_is_left_out_on_the_way_without_it() -> None:
    page = page_of(sms="Hei{% if extra %} {{ extra }}{% endif %}", parameters=PARAMETERS + OPTIONAL)
    renderings = page.renderings(page.files[0])

    assert {rendering.text: "extra" in rendering.values for rendering in renderings} == {
        "Hei Ola": True,
        "Hei": False,
    }


def test_a_list_is_printed_item_by_item_with_plain_spaces() -> None:
    page = page_of(sms="{% for t in things %}{{ t }};{% endfor %}", parameters=PARAMETERS + LIST)

    assert [rendering.text for rendering in page.renderings(page.files[0])] == [
        "1 000;" * items for items in (1, 2, 3)
    ]


def test_a_list_that_is_joined_is_printed_whole() -> None:
    page = page_of(sms="{{ things }}", parameters=PARAMETERS + LIST)

    assert "1 000" in page.renderings(page.files[0])[0].text


def test_an_email_keeps_the_finer_spaces() -> None:
    page = page_of(
        html="<p>{{ big }}</p>",
        parameters='\n[parameters.big]\nkind = "integer"\nmin = 1\nmax = 9000\nexample = 9000\n',
        head='[template]\npurpose = "notice"\n',
    )

    assert "9\N{NO-BREAK SPACE}000" in page.renderings("trial/nb/email.html")[0].text


def test_a_filter_that_knows_the_language_is_applied() -> None:
    page = page_of(sms='{{ count }} {{ count|plural("sak", "saker") }}')

    assert {rendering.text for rendering in page.renderings(page.files[0])} >= {"2 saker"}
