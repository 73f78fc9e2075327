"""The bound: what it says, where it is exact, and what it says it cannot find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import straks
from straks.core.bound import EmailBound, SmsBound, bound
from straks.core.catalog import Catalog
from straks.core.segment import Encoding
from straks.errors import InvalidSetting, Unbounded, UnknownLocale

if TYPE_CHECKING:
    from straks.core.template import Template

HEAD = '[template]\npurpose = "notice"\nrepeat = "harmless"\ntime-to-live = 600\n'
TEXT = '[parameters.x]\nkind = "text"\nmax-length = 10\nalphabet = "gsm-7"\nexample = "a"\n'
ANY = '[parameters.y]\nkind = "text"\nmax-length = 5\nmin-length = 0\nexample = "a"\n'
NUMBER = '[parameters.n]\nkind = "integer"\nmin = -5\nmax = 2000\nexample = 1\n'
CHOICE = '[parameters.c]\nkind = "choice"\nchoices = ["ja", "nei", "čč"]\nexample = "ja"\n'
DAY = '[parameters.d]\nkind = "date"\nexample = 2026-05-05\n'
MAYBE = '[parameters.o]\nkind = "text"\nmax-length = 9\noptional = true\nalphabet = "gsm-7"\nexample = "a"\n'
LIST = (
    '[parameters.l]\nkind = "list"\nmax-items = 8\nexample = ["a"]\n'
    'of = { kind = "text", max-length = 3, alphabet = "gsm-7" }\n'
)
CASE = '[parameters.r]\nkind = "reference"\npattern = "20[0-9]{2}/[0-9]{1,6}"\nexample = "2026/1"\n'
ALL = HEAD + TEXT + ANY + NUMBER + CHOICE + DAY + MAYBE + LIST + CASE


def message(sms: str, **files: str) -> Template:
    more = {f"m/nb/{name.replace('_', '.')}": text for name, text in files.items()}
    return Catalog({"m/template.toml": ALL, "m/nb/sms.txt": sms, **more})["m"]


def sms(text: str, **files: str) -> SmsBound:
    found = bound(message(text, **files), "nb", "sms")
    assert isinstance(found, SmsBound)
    return found


def email(subject: str, **files: str) -> EmailBound:
    found = bound(message("x", subject_txt=subject, **files), "nb", "email")
    assert isinstance(found, EmailBound)
    return found


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("{{ x }}", 20),
        ("{{ x|lower }}", 20),
        ("{{ y }}", 10),
        ("{{ y|upper }}!", 16),
        ("{{ y|capitalize }}", 11),
        ("{{ n }}", 5),
        ("{{ n|plural('sak', 'saker') }}", 5),
        ("{{ c }}!", 4),
        ("{% if c == 'čč' %}{% else %}{{ c }}{% endif %}!", 4),
        ("{% if n > 3 %}a{% elif n == 3 %}bb{% else %}{{ n }}!!{% endif %}", 4),
        ("{% if n in [1, 2.0] %}{{ n }}€€€€{% endif %}!", 10),
        ("{% if n %}a{% else %}{{ n }}bb{% endif %}", 3),
        ("{{ 'aa' if 3 < n else 'b' }}{{ 'b' if n > 3 else 'aa' }}", 3),
        ("{% if o %}{{ o }}{% endif %}!", 19),
        ("{{ o|default('ingen') }}", 18),
        ("{{ o or 'ingen' }}", 18),
        ("{{ l }}", 48 + 6 * 2 + 4),
        ("{{ l|join('-') }}", 55),
        ("{{ l|join }}", 48),
        ("{{ l|upper }}", 48 + 6 * 2 + 4),
        ("{{ l|length }}", 1),
        ("{% for i in l %}{{ i }}{% if loop.last %}.{% endif %}{% endfor %}", 49),
        ("{% for i in ['a', 'b'] %}{{ i }}{{ loop.index }}{% else %}x{% endfor %}", 4),
        ("{% if l %}{{ l|length }}{% endif %}!", 2),
        ("{{ r }}", 11),
        ("{{ x|replace('a', 'bbb') }}", 30),
        ("{{ x|replace('aa', 'bbbbbb') }}", 30),
        ("{{ x|replace(new='€', old='a') }}", 20),
        ("{% set a = x ~ '€' %}{{ a|upper }}{{ 'å'|upper }}{{ -1 }}{{ +2 }}", 26),
        ("{% macro m(a, b='!') %}{{ a }}{{ b }}{% endmacro %}{{ m(n) }}{{ m(n, b='??') }}", 13),
        ("{% if not (n > 5) and c != 'ja' or c in ['ja'] %}ja{% else %}€{% endif %}", 2),
        ("{{ d }}", 18),
        ("{{ d|upper }}", 18),
        ("  {{ x }} \n \n ", 20),
        ("{% if x == 'abc' %}{{ x }}{% else %}-{% endif %}", 3),
        ("{% if y %}{{ y }}{% else %}-{{ y }}{% endif %}", 10),
    ],
)
def test_an_sms_bound_is_as_many_units_as_the_worst_values_take(text: str, units: int) -> None:
    assert sms(text).units == units


def test_a_bound_says_everything_that_is_counted() -> None:
    found = sms("Hei {{ x }}" + "ø" * 150)

    assert (found.encoding, found.units, found.segments) == (Encoding.GSM7, 174, 2)
    assert (found.gateway_count, found.recorded_count, found.exact) == (2, 8, True)
    assert "witness" not in repr(found)


def test_a_value_in_several_holes_is_one_value() -> None:
    assert sms("{{ c }}{{ c }}{{ c }}!").units == 10


def test_a_page_is_measured_as_it_is_sent() -> None:
    found = email(
        "Hei {{ x }} {{ c }}", email_html="<p>{{ y }}{{ n }}</p><a href='https://example.org/{{ x }}'>x</a>"
    )

    assert found.subject_characters == 4 + 10 + 1 + 3
    assert found.html_bytes > 100


def test_plain_text_is_measured_in_octets() -> None:
    found = email("Hei", email_txt="å{{ n }}{{ y }}!")

    assert (found.html_bytes, found.subject_characters, found.exact) == (2 + 6 + 20 + 1, 3, True)


def test_an_email_bound_names_values_that_fill_subject_and_body() -> None:
    for locale in ("nb", "nn", "en"):
        assert bound(straks.Catalog.load()["status-update"], locale, "email").exact


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\n{% set a = x %}{% for i in a %}{{ i }}{% endfor %}", "no list"),
        ("\n{{ d|replace('1', 'xx') }}", "replace is not followed"),
        ("\n{{ c|round }}", "round does not take this value"),
        ("\n{{ 'a'|round }}", "round does not take this value"),
        ("\n{{ x|replace('a', '\u0301') }}", "combining mark"),
        ("\n{{ o }}", "prints an optional parameter"),
        ("\n{{ o and 'har' }}!", "prints an optional parameter"),
        ("\n{{ o|upper }}", "filters an optional parameter"),
        ("\n{% if o == 'a' %}a{% endif %}", "compares an optional parameter"),
        ("\n{% if c < 1 %}a{% endif %}", "different kinds"),
        ("\n{% if n < 'a' %}a{% endif %}", "different kinds"),
        ("\n{{ (x ~ c)|replace('ab', 'c') }}", "put together"),
        ("\n{{ x|replace('a', c) }}", "write a literal"),
    ],
)
def test_what_cannot_be_followed_is_unbounded_with_its_place(text: str, why: str) -> None:
    with pytest.raises(Unbounded, match=why) as caught:
        sms(text)

    assert (caught.value.file, caught.value.line) == ("m/nb/sms.txt", 2)


def test_an_optional_list_must_be_asked_for_before_a_loop() -> None:
    manifest = ALL.replace("max-items = 8", "max-items = 8\noptional = true")
    files = {"m/template.toml": manifest, "m/nb/sms.txt": "{% for i in l %}{{ i }}{% endfor %}"}
    with pytest.raises(Unbounded, match="optional list"):
        bound(Catalog(files)["m"], "nb", "sms")


def test_a_combining_mark_after_a_value_is_unbounded() -> None:
    with pytest.raises(Unbounded, match="combining mark"):
        sms("{{ x }}\u0301")


def test_there_are_two_channels_and_the_languages_that_there_are() -> None:
    with pytest.raises(InvalidSetting):
        bound(message("x"), "nb", "fax")
    with pytest.raises(UnknownLocale):
        bound(message("x"), "nn", "sms")


def test_parts_and_layouts_are_followed() -> None:
    files = {
        "m/template.toml": ALL,
        "_layout/email.html": "<html><title>{{ subject }}</title>{% block content %}{% endblock %}</html>",
        "m/nb/_part.txt": "{{ x }}{% if n == l|length %}!{% endif %}",
        "m/nb/sms.txt": '{% include "m/nb/_part.txt" %}',
        "m/nb/subject.txt": "Hei",
        "m/nb/email.html": (
            '{% extends "_layout/email.html" %}{% set a = x %}{% block content %}{{ a }}{% endblock %}'
        ),
    }
    template = Catalog(files)["m"]
    small, large = bound(template, "nb", "sms"), bound(template, "nb", "email")

    assert isinstance(small, SmsBound)
    assert isinstance(large, EmailBound)
    assert small.units == 21
    assert large.exact


def test_a_no_break_space_that_an_empty_value_leaves_at_the_edge_does_not_hide_a_larger_count() -> None:
    files = {
        "m/template.toml": (
            f'{HEAD}[parameters.a]\nkind = "text"\nmin-length = 0\nmax-length = 2\n'
            'alphabet = "gsm-7"\nexample = "a"\n'
        ),
        "m/nb/sms.txt": "[€]" * 20 + "\u00a0{{ a }}",
    }
    template = Catalog(files)["m"]
    rendered = template.sms("nb", straks.PhoneNumber.parse("+46701740605"), {"a": ""}).segmentation

    worst = bound(template, "nb", "sms")

    assert isinstance(worst, SmsBound)
    assert (len(rendered), rendered.units) <= (worst.segments, worst.units)
