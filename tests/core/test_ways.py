"""Every way through a template: what it prints, and what is known of the values that take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jinja2 import Environment

from straks.core.catalog import Catalog
from straks.core.domain import Free, Listed, Span
from straks.core.printing import Printer
from straks.core.way import Fork, Hole, Lost, Said, Way
from straks.core.ways import MOST_WAYS, Walker

if TYPE_CHECKING:
    from straks.core.template import Template

HEAD = '[template]\npurpose = "notice"\nrepeat = "harmless"\ntime-to-live = 600\n'
TEXT = '[parameters.x]\nkind = "text"\nmax-length = 30\nexample = "a"\n'
OTHER = '[parameters.y]\nkind = "text"\nmin-length = 0\nmax-length = 5\nexample = "a"\n'
NUMBER = '[parameters.n]\nkind = "integer"\nmin = 0\nmax = 2000\nexample = 1\n'
CHOICE = '[parameters.c]\nkind = "choice"\nchoices = ["ja", "nei", "ê"]\nexample = "ja"\n'
MAYBE = '[parameters.o]\nkind = "text"\nmax-length = 9\noptional = true\nexample = "a"\n'
LIST = (
    '[parameters.l]\nkind = "list"\nmax-items = 9\nexample = ["a"]\nof = { kind = "text", max-length = 3 }\n'
)
SHORT = (
    '[parameters.s]\nkind = "list"\nmax-items = 3\nexample = [1]\n'
    'of = { kind = "integer", min = 1, max = 9 }\n'
)
ALL = HEAD + TEXT + OTHER + NUMBER + CHOICE + MAYBE + LIST + SHORT


def template_of(sms: str, **parts: str) -> Template:
    more = {name.replace("__", "/") + ".txt": text for name, text in parts.items()}
    return Catalog({"m/template.toml": ALL, "m/nb/sms.txt": sms, **more})["m"]


def walker_of(template: Template) -> Walker:
    return Walker(template.renderer.tree, template.parameters, "nb", Printer(template, "nb", plainly=True))


def ways(sms: str, **parts: str) -> list[Way]:
    return walker_of(template_of(sms, **parts)).ways("m/nb/sms.txt")


def folded(sms: str) -> Way:
    walker = walker_of(template_of(sms))
    return walker.as_way(walker.paths("m/nb/sms.txt"))


def told(way: Way) -> str:
    """Tell what a way prints, holes by the names of their values."""
    return "".join(
        piece if isinstance(piece, str) else piece.text if isinstance(piece, Said) else hole(piece)
        for piece in way.pieces
    )


def hole(piece: object) -> str:
    assert isinstance(piece, Hole)
    return "{" + "|".join([piece.ref, *(each.name for each in piece.filters)]) + "}"


def texts(sms: str, **parts: str) -> list[str]:
    return [told(way) for way in ways(sms, **parts)]


# --- what is printed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sms", "printed"),
    [
        ("Hei {{ x }}!", ["Hei {x}!"]),
        ("{{ 'a' }}{{ 12 }}{{ -1.5 }}{{ +2 }}", ["a12-1.52"]),
        ("{{ x ~ ' og ' ~ n }}", ["{x} og {n}"]),
        ("{% if n > 1 %}flere{% elif n == 1 %}en{% else %}ingen{% endif %}", ["flere", "en", "ingen"]),
        ("{{ 'flere' if n > 1 else 'få' }}", ["flere", "få"]),
        ("{{ y or 'tom' }}", ["{y}", "tom"]),
        ("{{ y and x }}", ["{x}", "{y}"]),
        ("{{ o|default('uten') }}", ["{o}", "uten"]),
        ("{{ o|default(x) }}", ["{o}", "{x}"]),
        ("{{ y|default('tom', true) }}", ["{y}", "tom"]),
        ("{{ o|default(boolean=true) }}!", ["{o}!", "!"]),
        ("{{ 'å'|upper }}{{ 'a b'|title }}{{ 'abc'|length }}{{ 1|plural('sak', 'saker') }}", ["ÅA B3sak"]),
        ("{{ x|upper|trim }}", ["{x|upper|trim}"]),
        ("{{ x|length }}", ["{x|length}"]),
        ("{% set a = x ~ '!' %}{{ a|upper }}", ["{x|upper}!"]),
        ("{{ ['a', x]|join(', ') }}", ["a, {x}"]),
        ("{{ ['a', x]|join(n) }}", ["a{n}{x}"]),
        ("{% set by = '; ' %}{{ ['a', 'b']|join(by) }}", ["a; b"]),
        ("{{ (x ~ ' ' ~ y)|title }}", ["{x|title} {y|title}"]),
        ("{{ n|plural('sak', x) }}", ["sak", "{x}"]),
        ("{{ 3|plural('sak', x) }}", ["{x}"]),
        ("{% if 1 < n < 3 %}to{% else %}annet{% endif %}", ["to", "annet", "annet"]),
    ],
)
def test_a_way_prints_what_a_rendering_would(sms: str, printed: list[str]) -> None:
    assert texts(sms) == printed


@pytest.mark.parametrize(
    ("sms", "printed"),
    [
        ("{% for i in ['a', 'b'] %}{{ i }}{{ loop.index }}{% endfor %}", ["a1b2"]),
        ("{% for i in [] %}x{% else %}tomt{% endfor %}", ["tomt"]),
        (
            "{% for i in s %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}",
            ["{s#0}", "{s#0},{s#1}", "{s#0},{s#1},{s#2}"],
        ),
        ("{{ s }}", ["{s#0}", "{s#0} og {s#1}", "{s#0}, {s#1} og {s#2}"]),
        ("{{ s|join('-') }}{{ s|length }}", ["{s#0}1", "{s#0}-{s#1}2", "{s#0}-{s#1}-{s#2}3"]),
        ("{{ 'en' if s|length == 1 else 'flere' }}", ["en", "flere", "flere"]),
        ("{% if s %}ja{% endif %}", ["ja"]),
    ],
)
def test_a_list_is_followed_at_each_length(sms: str, printed: list[str]) -> None:
    assert texts(sms) == printed


def test_a_long_list_is_followed_at_the_lengths_that_matter() -> None:
    found = ways("{{ l }}{% if l|length > 5 %}mange{% endif %}")

    assert sorted(way.facts.lengths["l"] for way in found) == [(1, 1), (2, 2), (3, 4), (5, 5), (6, 9)]


def test_what_is_not_known_of_a_long_list_gets_both_answers() -> None:
    found = ways("{% for i in l %}{% if loop.index == n %}!{% endif %}{% endfor %}")

    assert {told(way) for way in found if way.facts.lengths["l"] == (3, 9)} >= {"", "!" * 9, "!"}


def test_both_ends_of_a_length_may_decide() -> None:
    assert texts("{{ l|length }}{% if l|length > 0 %}ja{% endif %}") == ["1ja", "2ja", "9ja"]


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sms", "printed"),
    [
        ("{% macro m() %}[{{ x }}]{% endmacro %}{% for x in ['a'] %}{{ m() }}{% endfor %}", ["[{x}]"]),
        (
            "{% macro i() %}{{ x }}{% endmacro %}{% macro o(x) %}{{ i() }}{{ x }}{% endmacro %}{{ o('a') }}",
            ["{x}a"],
        ),
        ("{% set a = 'en' %}{% macro m() %}{{ a }}{% endmacro %}{% set a = 'to' %}{{ m() }}", ["to"]),
        ("{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(x) }}{{ m(1, b=n) }}", ["{x}{x}1{n}"]),
        ("{% macro m(a) %}{% set x = a %}{{ x }}{% endmacro %}{{ m('b') }}{{ x }}", ["b{x}"]),
        ("{% for i in ['a', 'b'] %}{{ x }}{% set x = i %}{{ x }}{% endfor %}{{ x }}", ["{x}a{x}b{x}"]),
        ("{% for i in ['a'] %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}", ["a"]),
        ("{% if n %}{% set x = 'a' %}{% endif %}{{ x }}", ["a", "{x}"]),
        (
            "{% for i in ['a'] %}{% for i in ['b'] %}{{ i }}{{ loop.index }}{% endfor %}{{ i }}{% endfor %}",
            ["b1a"],
        ),
    ],
)
def test_names_have_the_scopes_that_jinja_gives_them(sms: str, printed: list[str]) -> None:
    assert texts(sms) == printed


def test_a_part_sees_all_and_keeps_what_it_sets() -> None:
    sms = "{% for x in ['a'] %}{% include 'm/nb/_part.txt' %}{{ x }}{% endfor %}"

    assert texts(sms, m__nb___part="{{ x }}{% set x = 'b' %}{{ x }}") == ["aba"]


def test_a_block_sees_what_is_set_at_the_top() -> None:
    frame = (
        "{% for x in ['a'] %}{% block b %}{% endblock %}{% endfor %}{% block e %}{{ x }}{% endblock %}{{ y }}"
    )
    sms = (
        "{% extends '_f/f.txt' %}{% set y = 'c' %}{% block b %}{{ x }}{{ y }}{% set y = 'd' %}{% endblock %}"
    )

    assert texts(sms, _f__f=frame) == ["{x}c{x}c"]


def test_the_blocks_of_a_part_are_its_own() -> None:
    frame = "{% include 'm/nb/_part.txt' %}{% block b %}frame{% endblock %}"
    sms = "{% extends '_f/f.txt' %}{% block b %}child{% endblock %}"

    assert texts(sms, _f__f=frame, m__nb___part="{% block b %}part{% endblock %}") == ["partchild"]


# --- what is known -----------------------------------------------------------------------------


def test_a_branch_narrows_what_its_condition_is_about() -> None:
    more, one, none = ways("{% if n > 1 %}a{% elif n == 1 %}b{% else %}c{% endif %}{{ n }}")

    assert [way.facts.domains["n"] for way in (more, one, none)] == [
        Span(((2, 2000),)),
        Span(((1, 1),)),
        Span(((0, 0),)),
    ]


def test_a_condition_on_a_length_or_through_a_filter_narrows_too() -> None:
    long, short = ways("{% if x|length > 20 %}a{% else %}b{% endif %}{{ x }}")
    loud, _ = ways("{% if c|upper == 'Ê' %}a{% else %}b{% endif %}{{ c }}")

    assert isinstance(long.facts.domains["x"], Free)
    assert isinstance(short.facts.domains["x"], Free)
    assert (long.facts.domains["x"].least, short.facts.domains["x"].most) == (21, 20)
    assert loud.facts.domains["c"] == Listed(("ê",))


def test_a_question_that_narrows_nothing_is_answered_once() -> None:
    sms = "{% if x < 'b' %}a{% else %}b{% endif %}{% if x < 'b' %}a{% else %}b{% endif %}"

    assert texts(sms) == ["aa", "bb"]


def test_a_value_that_was_left_out_stays_left_out() -> None:
    assert sorted(texts("{% if o %}a{% endif %}{% if not o %}b{% endif %}")) == ["a", "b"]
    assert texts("{% if o %}{{ o }}{% endif %}{{ o|default('b') }}") == ["{o}{o}", "b"]


def test_a_branch_that_prints_what_another_does_still_knows_its_values() -> None:
    found = ways("{% if n == 2 %}to{% else %}annet{% endif %}")

    assert [way.facts.domains["n"] for way in found] == [Span(((2, 2),)), Span(((0, 1), (3, 2000)))]


# --- how many there are ------------------------------------------------------------------------


def test_conditions_that_have_nothing_to_do_with_each_other_are_forks_of_one_way() -> None:
    way = folded("{% if n > 5 %}a{% endif %}{% if c == 'ja' %}b{% else %}c{% endif %}!")
    forks = [piece for piece in way.pieces if isinstance(piece, Fork)]

    assert [[each.pieces for each in fork.ways] for fork in forks] == [[("a",), ()], [("b",), ("c",)]]
    assert way.facts.domains == {}


def test_a_value_that_is_printed_before_it_is_asked_about_is_known_in_both_places() -> None:
    way = folded("{{ n }} sak{% if n > 1 %}er{% endif %}!")

    assert sorted(told(each) for each in ways("{{ n }} sak{% if n > 1 %}er{% endif %}!")) == [
        "{n} sak!",
        "{n} saker!",
    ]
    assert way.holes == {}


def test_more_ways_than_can_be_told_are_told_so_that_every_branch_is_there() -> None:
    manifest = HEAD + "".join(NUMBER.replace("parameters.n", f"parameters.n{k}") for k in range(14))
    sms = "".join(f"{{% if n{k} %}}[{k}]{{% else %}}({k}){{% endif %}}" for k in range(14))
    template = Catalog({"m/template.toml": manifest, "m/nb/sms.txt": sms})["m"]
    found = [told(way) for way in walker_of(template).ways("m/nb/sms.txt")]

    assert 2 <= len(found) <= MOST_WAYS
    assert all(any(mark.format(k) in text for text in found) for k in range(14) for mark in ("[{}]", "({})"))


# --- what is not followed ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sms", "why"),
    [
        ("{{ o }}", "ask {% if … %} first"),
        ("{{ o|upper }}", "give it a |default"),
        ("{% if o == 'a' %}{% endif %}", "ask {% if … %} first"),
        ("{{ n|replace('1', 'xx') }}", "declare narrower bounds"),
        ("{{ x|replace('a', c) }}", "write a literal"),
        ("{{ x|replace('a', '\u0301') }}", "write the composed letter"),
        ("{{ x }}\u0301", "write the composed letter"),
        ("{{ x ~ '\u0301' }}", "write the composed letter"),
        ("{{ (x ~ y)|replace('ab', 'c') }}", "filter each part by itself"),
        ("{{ (x ~ y)|trim('a') }}", "filter each part by itself"),
        ("{{ (x ~ y)|round }}", "filter each part by itself"),
        ("{{ (x|replace('a', ' ') ~ y)|trim }}", "trim the value first"),
        ("{{ c|round }}", "round does not take this value"),
        ("{{ 'a'|round }}", "round does not take this value"),
        ("{{ n|round(99) }}", "at most 20"),
        ("{{ c|plural('a', x) }}", "kind integer"),
        ("{% if c < 1 %}{% endif %}", "different kinds"),
        ("{% if n < 'a' %}{% endif %}", "different kinds"),
        ("{% if 'a' < 1 %}{% endif %}", "different kinds"),
        ("{% if n < c %}{% endif %}", "different kinds"),
        ("{% if 'a' in n %}{% endif %}", None),
        ("{% set a = x %}{% for i in a %}{{ i }}{% endfor %}", "declare it with kind"),
        ("{{ x|default('a', boolean=n) }}", "true or false"),
        ("{{ x|trim(chars=c) }}", "write a literal"),
    ],
)
def test_what_cannot_be_followed_names_the_place_and_the_way_out(sms: str, why: str | None) -> None:
    if why is None:
        assert ways(sms)
        return
    with pytest.raises(Lost) as caught:
        ways("\n" + sms)

    assert why in str(caught.value)
    assert (caught.value.file, caught.value.line) == ("m/nb/sms.txt", 2)


def test_an_optional_list_must_be_asked_for_before_a_loop() -> None:
    manifest = ALL.replace("max-items = 9", "max-items = 9\noptional = true")
    template = Catalog({"m/template.toml": manifest, "m/nb/sms.txt": "{% for i in l %}{{ i }}{% endfor %}"})[
        "m"
    ]

    with pytest.raises(Lost, match="optional list"):
        walker_of(template).ways("m/nb/sms.txt")


@pytest.mark.parametrize(
    ("sms", "why"),
    [
        ("{{ loop.index }}", "a macro or a part does not see it"),
        ("{{ m() }}", "no macro"),
        ("{% macro m() %}{% endmacro %}{{ m }}", "call it"),
        ("{% macro m() %}{% endmacro %}{{ m|upper }}", "filters a macro"),
        ("{% for a, b in l %}{% endfor %}", "loop over one"),
        ("{% with a = 1 %}{% endwith %}", "«with» is not followed"),
        ("{{ 1 + 1 }}", "«add» is not followed"),
        ("{{ -x }}", "no number"),
        ("{% filter upper %}{% endfilter %}", "«filterblock» is not followed"),
    ],
)
def test_what_no_catalog_lets_in_is_not_followed_either(sms: str, why: str) -> None:
    template = template_of("x")
    tree = Environment().parse(sms)  # noqa: S701 - nothing is rendered
    walker = Walker(lambda _: tree, template.parameters, "nb", Printer(template, "nb"))

    with pytest.raises(Lost, match=why):
        walker.ways("raw.txt")


def test_a_name_must_be_set_before_it_is_asked_for() -> None:
    with pytest.raises(Lost, match="set it before") as caught:
        ways("{% include 'm/nb/_part.txt' %}{% set a = 'b' %}", m__nb___part="\n\n{{ a }}")

    assert (caught.value.file, caught.value.line) == ("m/nb/_part.txt", 3)


def test_parts_within_parts_are_followed_so_many_times() -> None:
    macros = "".join(
        f"{{% macro m{k + 1}() %}}{{{{ m{k}() }}}}{{{{ m{k}() }}}}{{% endmacro %}}" for k in range(20)
    )

    with pytest.raises(Lost, match="repeat less"):
        ways("{% macro m0() %}a{% endmacro %}" + macros + "{{ m20() }}")
