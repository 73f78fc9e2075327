"""How far the bound reaches: what it gives a figure for, and what it gives up on in bounded time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from straks.core.bound import EmailBound, SmsBound, bound
from straks.core.catalog import Catalog
from straks.core.phone_number import PhoneNumber
from straks.core.segment import MOST_SEGMENTS, segment
from straks.errors import BrokenTemplate, Unbounded

if TYPE_CHECKING:
    from straks.core.template import Template

HEAD = '[template]\npurpose = "notice"\nrepeat = "harmless"\ntime-to-live = 600\n'
TEXTS = "".join(
    f'[parameters.{name}]\nkind = "text"\nmax-length = {most}\nalphabet = "gsm-7"\nexample = "a"\n'
    for name, most in (("x", 30), ("y", 20))
)
NUMBERS = "".join(
    f'[parameters.{name}]\nkind = "integer"\nmin = 0\nmax = 5000\nexample = 1\n' for name in "nm"
)
LISTS = "".join(
    f'[parameters.{name}]\nkind = "list"\nmax-items = 1000\nexample = ["a"]\n'
    'of = { kind = "text", max-length = 5, alphabet = "gsm-7" }\n'
    for name in ("many", "more")
)
ALL = HEAD + TEXTS + NUMBERS + LISTS
NUMBER = PhoneNumber.parse("+46701740605")


def message(sms: str, **files: str) -> Template:
    more = {f"m/nb/{name.replace('_', '.')}": text for name, text in files.items()}
    return Catalog({"m/template.toml": ALL, "m/nb/sms.txt": sms, **more})["m"]


def sms(text: str) -> SmsBound:
    found = bound(message(text), "nb", "sms")
    assert isinstance(found, SmsBound)
    return found


# --- what it follows ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "units"),
    [
        # The length of a free text: asked about, or printed.
        ("{% if x|length > 3 %}{{ x }}{% else %}kort{% endif %}", 60),
        ("{% if x|length <= 3 %}{{ x }}{% else %}langt nok{% endif %}", 9),
        ("{{ x|length }} tegn", 7),
        ("{% if x|length == 12 %}{{ x }}{% endif %}.", 25),
        # Two parameters compared with each other.
        ("{% if n < m %}{{ n }}{% else %}minst {{ m }}{% endif %}", 11),
        ("{% if x != y %}{{ x }}{{ y }}{% else %}{{ x }}{% endif %}", 100),
        # Filters on a text put together.
        ('{{ (x ~ " " ~ y)|lower }}', 101),
        ('{{ (x ~ "-" ~ n)|title }}', 66),
        ('{{ ("  " ~ x)|trim }}', 60),
        ('{{ (x ~ y)|replace("€", "e") }}', 100),
        ('{{ (x ~ "a")|capitalize }}', 61),
        # Comparisons in a chain.
        ("{% if 3 < n < 10 %}{{ n }}{{ y }}{% else %}{{ n }}{% endif %}", 41),
        ("{% if 0 <= n <= m %}{{ n }} av {{ m }}{% endif %}.", 15),
        # Conditions that have nothing to do with each other: each at its worst, and no product of ways.
        ("".join(f"{{% if n > {n} %}}x{{% endif %}}" for n in range(20)), 20),
        ("".join(f"{{% if n == {n} %}}{'x' * n}{{% endif %}}" for n in range(20)) + ".", 20),
    ],
)
def test_it_finds_what_the_worst_values_take(text: str, units: int) -> None:
    found = sms(text)
    sent = segment(message(text).sms("nb", NUMBER, found.witness).body)

    assert found.units == units
    assert found.exact
    assert (len(sent), sent.units) == (found.segments, units)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("{% if x == y %}{{ x }}{% else %}-{% endif %}", 40),
        ("{{ (x ~ n)|length }}", 2),
        ("".join(f"{{% if {name} > {n} %}}x{{% endif %}}" for n in range(10) for name in "nm"), 20),
    ],
)
def test_where_it_finds_no_values_that_reach_the_bound_it_does_not_say_that_it_does(
    text: str, units: int
) -> None:
    found = sms(text)

    assert found.units == units
    assert not found.exact


def test_a_loop_over_a_long_list_is_added_up() -> None:
    found = sms("{% for each in many %}{{ each }},{% endfor %}")

    assert found.units == 1000 * 11
    assert found.segments == 73


def test_more_segments_than_one_sms_can_have_are_a_figure() -> None:
    found = sms("{% for each in many %}{{ each }}{{ each }}{{ each }}{{ each }}{% endfor %}")

    assert found.segments > MOST_SEGMENTS
    assert found.units == 1000 * 40
    assert not found.exact


# --- what it gives up on, in bounded time and memory ----------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "{% for a in many %}{% for b in more %}{{ a }}{{ b }}{% endfor %}{% endfor %}",
            "loops over long lists",
        ),
        ("{% set x = x ~ x %}" * 40 + "{{ x }}", "puts together a text of more than"),
        ("{% set z = 'ab' %}" + "{% set z = z ~ z %}" * 40 + "{{ z }}", "puts together a text of more than"),
        (
            "".join(
                f"{{% if n > {n} %}}{{% set x = x ~ x %}}{{% else %}}{{% set x = x ~ 'a' %}}{{% endif %}}"
                for n in range(10)
            )
            + "{{ x }}" * 3000,
            "there is too much to follow",
        ),
        (
            '{% set z = "aaaaaaaaaa" %}' + '{% set z = z|replace("a", "aaaaaaaaaa") %}' * 12 + "{{ z }}",
            "replace makes a text of more than",
        ),
        ('{{ x|replace("aa", "bb")|replace(x, "c") }}', "is not the same in every message"),
    ],
)
def test_what_grows_without_an_end_is_unbounded_with_its_place(text: str, why: str) -> None:
    with pytest.raises(Unbounded, match=why) as caught:
        sms(text)

    assert caught.value.file == "m/nb/sms.txt"
    assert caught.value.line == 1


def test_a_filter_that_makes_very_much_of_one_character_is_unbounded() -> None:
    with pytest.raises(Unbounded, match="in too many ways"):
        sms("{{ x" + '|replace("a", "aaaaaaaaaa")' * 9 + " }}")


def test_a_megabyte_of_plain_text_is_a_figure_as_an_sms_and_too_long_as_a_page() -> None:
    text = "Hei på deg. " * 85_000
    template = message(text, subject_txt="S", email_html=f"<p>{text}</p>")
    found = bound(template, "nb", "sms")

    assert isinstance(found, SmsBound)
    assert found.units == 85_000 * 12 - 1
    with pytest.raises(Unbounded, match="longer than 250000 characters"):
        bound(template, "nb", "email")


def test_a_long_list_of_constants_is_looked_through_once() -> None:
    numbers = ", ".join(map(str, range(3000)))

    assert sms(f"{{% if n in [{numbers}] %}}{{{{ n }}}}{{% else %}}nei{{% endif %}}").units == len("2 999")


@pytest.mark.parametrize("text", ['{{ "\\ud800" }}', '{{ x|replace("a", "\\x1b") }}'])
def test_letters_that_no_text_may_hold_are_refused_when_the_file_is_read(text: str) -> None:
    with pytest.raises(BrokenTemplate, match="no half of a surrogate pair"):
        message(text, subject_txt=text, email_html=text)


def test_an_email_of_many_branches_is_a_figure() -> None:
    html = "".join(f"{{% if n > {n} %}}<p>{{{{ x }}}}</p>{{% endif %}}" for n in range(20))
    found = bound(message("x", subject_txt="S", email_html=html), "nb", "email")

    assert isinstance(found, EmailBound)
    assert found.exact
    assert found.html_bytes == 20 * (len("<p></p>") + 30 * len("&quot;"))
