"""Positions: every character of a rendering leads back to where it stands in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from straks.policy.settings import Policy
from straks.policy.source import Rendering, Spot, Written
from straks.policy.subject import Page, Whole
from straks.policy.trial import PARAMETERS, Trial

if TYPE_CHECKING:
    from collections.abc import Mapping

LIST = """
[parameters.things]
kind = "list"
of = { kind = "text", max-length = 9 }
max-items = 3
example = ["a", "b"]
"""


def pages_of(
    sms: str | None = None, html: str | None = None, files: Mapping[str, str] | None = None
) -> tuple[Page, ...]:
    trial = Trial(sms=sms, html=html, files=files or {}, parameters=PARAMETERS + LIST)
    return Whole(trial.catalog()["trial"], Policy()).pages


def renderings_of(sms: str, files: Mapping[str, str] | None = None) -> tuple[Page, tuple[Rendering, ...]]:
    page = pages_of(sms, files=files)[0]
    return page, page.renderings(page.files[0])


@pytest.mark.parametrize(
    ("offset", "line", "column"), [(0, 1, 1), (2, 1, 3), (3, 2, 1), (4, 2, 2), (6, 3, 1), (7, 3, 2)]
)
def test_a_spot_counts_lines_and_columns_from_one(offset: int, line: int, column: int) -> None:
    assert Spot.at("a.txt", "ab\ncd\nef", offset) == Spot("a.txt", line, column, offset)


def test_written_text_knows_where_it_stands() -> None:
    text = Written.of("Hei", "trial/nb/sms.txt", 7)

    assert (text, text.path, text.offset) == ("Hei", "trial/nb/sms.txt", 7)


@pytest.mark.parametrize(
    ("sms", "files"),
    [
        ("Koden er {{ code }}, og {{ count }} til.", {}),
        ("  Hei \n {{ code }} og\n{% if count > 1 %}\n  mange {{ count -}}  \n x{% endif %}\n slutt", {}),
        ("{{- code }}   \n\n{%- if count > 1 -%}\n\n  a  \n\n{%- endif -%}  b", {}),
        ("x\n{% if count > 1 %}\nx\n{% endif %}\nx\n   {% if count > 2 %}\n x\n   {% endif %}\nx", {}),
        ("aaa {# aaa #} aaa {{ code }} aaa", {}),
        ("{% for t in things %}- {{ t }}\n{% endfor %}Slutt", {}),
        ("{% macro m(a) %}<{{ a }}>{% endmacro %}Hei {{ m(code) }} og {{ m(count) }}.", {}),
        ("{{ code ~ ' ab ' ~ count }} slutt {{ 'ja' if count > 1 else 'nei' }}.", {}),
        ("{% set x = 'aa' %}\nHei {{ x }} {{ code }} b", {}),
        ("a{% raw %}{{ x }}{% endraw %}b", {}),
        ('A {% include "_parts/a.txt" %} B {{ code }}', {"_parts/a.txt": "inni {{ count }} her\n"}),
        ('A {% include "_parts/a.txt" %} B {% include "_parts/a.txt" %}', {"_parts/a.txt": "inni"}),
    ],
)
def test_every_character_leads_back_to_itself(sms: str, files: Mapping[str, str]) -> None:
    page, renderings = renderings_of(sms, files)

    assert renderings
    for rendering in renderings:
        for index, character in enumerate(rendering.text):
            path, offset, parameter = rendering.origin(index)
            there = page.source(path)[offset:]
            assert there.startswith(character if parameter is None and there[:2] != "{{" else "{{")


def test_text_in_an_included_file_is_found_there() -> None:
    _, (rendering,) = renderings_of(
        'Hei\n{% include "_parts/a.txt" %} og hei', {"_parts/a.txt": "linje en\nlinje to"}
    )

    assert rendering.text == "Hei\nlinje en\nlinje to og hei"
    assert rendering.origin(rendering.text.index("to")) == ("_parts/a.txt", 15, None)
    assert rendering.origin(rendering.text.index("og")) == ("trial/nb/sms.txt", 33, None)


def test_text_in_a_layout_is_found_there_and_a_block_in_its_own_file() -> None:
    page = pages_of(
        html='{% extends "_layout/email.html" %}{% block content %}<p>Hei\n{{ code }}</p>{% endblock %}'
    )[0]
    (rendering,) = page.renderings("trial/nb/email.html")
    layout = page.source("_layout/email.html")

    assert rendering.origin(rendering.text.index("<title>")) == (
        "_layout/email.html",
        layout.index("<title>"),
        None,
    )
    path, offset, parameter = rendering.origin(rendering.text.index("482913"))
    assert (page.spot(path, offset).line, page.spot(path, offset).column, parameter) == (2, 1, "code")


def test_what_stands_in_a_bare_page_is_found_in_it() -> None:
    page = pages_of(html="<p>Hei</p>\n<p>Koden</p>")[0]
    (rendering,) = page.renderings("trial/nb/email.html")
    path, offset, _ = rendering.origin(rendering.text.index("Koden"))

    assert (path, page.spot(path, offset).line, page.spot(path, offset).column) == (
        "trial/nb/email.html",
        2,
        4,
    )


def test_a_value_is_found_where_its_output_begins() -> None:
    page, renderings = renderings_of(
        "{% if count > 1 %}{{ service }}{% else %}{{ code }}{% endif %}\n{{ name }}"
    )

    found = {
        rendering.text: [
            (page.spot(*rendering.origin(rendering.text.index(word))[:2]).column, word)
            for word in ("Skatteetaten", "482913")
            if word in rendering.text
        ]
        for rendering in renderings
    }
    assert found == {"SkatteetatenKari": [(19, "Skatteetaten")], "482913Kari": [(42, "482913")]}


def test_two_values_in_a_row_are_found_apart() -> None:
    _, (rendering,) = renderings_of("{{ code }}{{ count }}")

    assert [rendering.origin(index) for index in (0, 5, 6)] == [
        ("trial/nb/sms.txt", 0, "code"),
        ("trial/nb/sms.txt", 0, "code"),
        ("trial/nb/sms.txt", 10, "count"),
    ]


def test_a_value_in_a_macro_is_found_where_the_macro_is_called() -> None:
    text = (
        "{% macro say(what, value) %}{{ what }} er {{ value }}, hos {{ service }}{% endmacro %}\n"
        '{{ say("Koden", code) }}. Altså:\n{{ say("Koden", code) }}.'
    )
    page, (rendering,) = renderings_of(text)
    places = [
        (page.spot(*rendering.origin(start)[:2]).line, page.spot(*rendering.origin(start)[:2]).column)
        for start, _, _ in rendering.holes
    ]

    assert places == [(2, 1), (1, text.index("{{ service") + 1), (3, 1), (1, text.index("{{ service") + 1)]


def test_a_value_right_after_an_included_file_is_found_at_its_end() -> None:
    _, (rendering,) = renderings_of('{% include "_parts/a.txt" %}{{ code }}', {"_parts/a.txt": "Hei"})

    assert rendering.origin(3) == ("_parts/a.txt", 3, "code")


def test_a_rendering_of_nothing_comes_from_the_beginning_of_its_file() -> None:
    assert Rendering.of((), {}, str, "a.txt", str).origin(0) == ("a.txt", 0, None)
