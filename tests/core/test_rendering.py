"""Rendering: the two ways to print, what is found when files are loaded, and what when they run."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from jinja2 import nodes

from straks.core import rendering
from straks.core.parameter import Shown
from straks.core.rendering import Absent, Renderer
from straks.core.skeleton import Place
from straks.core.url_kind import Link
from straks.errors import BrokenTemplate

if TYPE_CHECKING:
    from collections.abc import Mapping

LAYOUT = (
    '<!doctype html><html lang="{{ locale }}"><body class="page">{% block preheader %}{% endblock %}'
    "<main>{% block content %}{% endblock %}</main></body></html>"
)
EXTENDS = '{% extends "_layout/email.html" %}'


def text(source: str, /, **values: object) -> str:
    return Renderer({"m/nb/sms.txt": source}).text("m/nb/sms.txt", {"locale": "nb", **values})


def html(source: str | Mapping[str, str], /, **values: object) -> str:
    """Return what stands in the layout's <main>; *source* is the page, or it and its parts."""
    files = {"m/nb/email.html": source} if isinstance(source, str) else source
    page, _ = Renderer({"_layout/email.html": LAYOUT, **files}).html(
        "m/nb/email.html", {"locale": "nb", **values}
    )
    assert page.startswith('<!doctype html><html lang="nb"><body class="page">')
    return page.partition("<main>")[2].partition("</main>")[0]


def refusal(files: Mapping[str, str]) -> BrokenTemplate:
    with pytest.raises(BrokenTemplate) as caught:
        Renderer(files)
    return caught.value


def failure(source: str, /, **values: object) -> BrokenTemplate:
    """Return what goes wrong at run time; the template itself loads."""
    renderer = Renderer({"m/nb/sms.txt": source, "m/nb/email.html": source})
    with pytest.raises(BrokenTemplate) as as_text:
        renderer.text("m/nb/sms.txt", {"locale": "nb", **values})
    with pytest.raises(BrokenTemplate) as as_html:
        renderer.html("m/nb/email.html", {"locale": "nb", **values})
    assert as_text.value.__context__ is as_html.value.__context__ is None
    said = str(as_text.value).removeprefix("m/nb/sms.txt")
    assert said == str(as_html.value).removeprefix("m/nb/email.html")
    assert as_text.value.line == as_html.value.line
    return as_text.value


COUNT = Shown(1250, lambda number: f"{number // 1000}\u00a0{number % 1000}")
NAMES = Shown(("a", "b"), lambda items: " og ".join(map(str, items)), ("a", "b"))


# --- plain text --------------------------------------------------------------------------------


def test_plain_text_prints_values_as_they_are() -> None:
    assert (
        text("Hei {{ name }} & <co>", name="<b>{{ x }}</b> & {% y %}")
        == "Hei <b>{{ x }}</b> & {% y %} & <co>"
    )


def test_plain_text_is_trimmed_and_composed() -> None:
    assert text("\n  Hei \t\n\n a\u030a  \n") == "Hei\n\n å"


def test_a_block_on_a_line_of_its_own_leaves_no_line() -> None:
    source = "a\n  {% if yes %}\nb\n  {% endif %}\nc"

    assert text(source, yes=True) == "a\nb\nc"
    assert text(source, yes=False) == "a\nc"


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("{{ count }}", "1\u00a0250"),
        ("{{ count ~ ' kr' }}", "1\u00a0250 kr"),
        ("{{ count|replace('1', '2') }}", "2\u00a0250"),
        ("{{ 'flere' if count > 1 else 'en' }}", "flere"),
        ("{{ count|plural('sak', 'saker') }} {{ 1|plural('sak', 'saker') }}", "saker sak"),
        ("{{ count|length }}", "5"),
        ("{{ count|round }}", "1\u00a0250"),
        ("{{ 2.5|round }} {{ -3 }} {{ 7 }}", "2.0 -3 7"),
        ("{{ names }}", "a og b"),
        ("{{ names|join('; ') }}", "a; b"),
        ("{{ names|length }}", "2"),
        (
            "{% for n in names %}{{ loop.index }}{{ n }}{% if not loop.last %}-{% endif %}{% endfor %}",
            "1a-2b",
        ),
        ("{{ 'b' if 'b' in names else 'c' }}", "b"),
        ("{% set x = count %}{{ x }}", "1\u00a0250"),
        ("{{ name|title }} {{ name|upper }} {{ name|capitalize }}", "Åse Berg ÅSE BERG Åse berg"),
        ("{{ gone|default('ingen') }}{{ gone or 'x' }}{{ 'y' if gone else 'z' }}", "ingenxz"),
        ("{% if gone and gone > 3 %}a{% else %}b{% endif %}", "b"),
        (
            "{% macro m(a, b='!') %}{{ a }}{{ b }}{% endmacro %}{{ m(name) }}{{ m(gone or 'x', '?') }}",
            "åse berg!x?",
        ),
        ("{{ locale }}", "nb"),
        ("{% raw %}{{ name }}{% endraw %}{# {{ name }} #}", "{{ name }}"),
        ("{{ '<b>' }}", "<b>"),
    ],
)
def test_what_the_subset_offers_prints(source: str, printed: str) -> None:
    values: dict[str, object] = {
        "count": COUNT,
        "names": NAMES,
        "name": "åse berg",
        "gone": Absent(name="gone"),
    }

    assert text(source, **values) == printed
    # In HTML all of it comes out the same, values and literals escaped.
    escaped = printed.replace("<b>", "&lt;b&gt;")
    assert html(source, **values) == escaped


# --- HTML --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("<b>{{ name }}</b>", "<b>a &lt;b&gt; &amp; c</b>"),
        ("{{ name|replace('a', '<i>') }}", "&lt;i&gt; &lt;b&gt; &amp; c"),
        ("{{ [name, '<i>']|join('<br>') }}", "a &lt;b&gt; &amp; c&lt;br&gt;&lt;i&gt;"),
        ("{{ names|join('<br>') }}", "a&lt;br&gt;b"),
        ("{{ '<u>' ~ name }}", "&lt;u&gt;a &lt;b&gt; &amp; c"),
        ("{{ gone|default('<i>') }}", "&lt;i&gt;"),
        ("{{ '<i>' if gone else '<u>' }}", "&lt;u&gt;"),
        ("{% set x = '<i>' %}{{ x }}{% set y = name %}{{ y }}", "&lt;i&gt;a &lt;b&gt; &amp; c"),
        (
            "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{{ m(name) }}{{ m('<u>') }}",
            "<i>a &lt;b&gt; &amp; c</i><i>&lt;u&gt;</i>",
        ),
        (
            "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{% macro n(x) %}{{ m(x) }}{% endmacro %}{{ n(1) }}",
            "<i>1</i>",
        ),
        ("{% for n in names %}<li>{{ n }}</li>{% endfor %}", "<li>a</li><li>b</li>"),
        ("{% raw %}<b>{{ name }}</b>{% endraw %}", "<b>{{ name }}</b>"),
        ("{{ '{{ 7*7 }}' }}", "{{ 7*7 }}"),
        ("&lt;i&gt; & {{ name|trim('c') }}", "&lt;i&gt; &amp; a &lt;b&gt; &amp; "),
    ],
)
def test_only_what_the_author_wrote_outside_the_braces_is_html(source: str, printed: str) -> None:
    assert html(source, name="a <b> & c", names=NAMES, gone=Absent(name="gone")) == printed


def test_an_authors_html_is_sanitised_and_the_layout_is_not() -> None:
    assert html('<p onclick="x()">a<script>x()</script></p>') == "<p>a</p>"


def test_a_bare_page_is_put_into_the_layout() -> None:
    assert html("<p>{{ name }}</p>", name="a") == html(
        f"{EXTENDS}{{% block content %}}<p>{{{{ name }}}}</p>{{% endblock %}}", name="a"
    )


def test_a_bare_page_without_a_layout_is_a_fragment() -> None:
    page, twin = Renderer({"m/nb/email.html": "<p onclick='x'>a</p>"}).html("m/nb/email.html", {})

    assert (page, twin) == ("<p>a</p>", "a")


def test_every_block_of_an_author_is_sanitised() -> None:
    blocks = "{% block preheader %}<i onclick='x'>a</i>{% endblock %}{% block content %}b{% endblock %}"
    source = EXTENDS + blocks
    files = {"_layout/email.html": LAYOUT, "m/nb/email.html": source}
    page, _ = Renderer(files).html("m/nb/email.html", {"locale": "nb"})

    assert "<i>a</i><main>b</main>" in page


def test_a_part_of_an_authors_own_is_put_in_as_it_stands_and_sanitised() -> None:
    parts = {
        "m/nb/_part.html": "<u onclick='x'>{{ name }}</u>",
        "_parts/row.html": "<b onclick='x'>{{ item }}</b>",
    }
    source = (
        '{% include "m/nb/_part.html" %}{% for item in items %}{% include "_parts/row.html" %}{% endfor %}'
    )

    assert html({"m/nb/email.html": source, **parts}, name="&", items=NAMES) == "<u>&amp;</u><b>a</b><b>b</b>"


def test_a_layout_of_an_authors_own_may_stand_between() -> None:
    inner = "{% block content %}<h1>A</h1>{% block body %}x{% endblock %}{% endblock %}"
    parts = {"m/_base.html": EXTENDS + inner}
    source = '{% extends "m/_base.html" %}{% block body %}<p onclick="x">{{ name }}</p>{% endblock %}'

    assert html({"m/nb/email.html": source, **parts}, name="<") == "<h1>A</h1><p>&lt;</p>"


def test_a_layout_sees_what_a_page_sets() -> None:
    layout = "<main>{% block content %}{% endblock %}{{ closing }}</main>"
    source = EXTENDS + "{% set closing = 'Hilsen' %}{% block content %}a{% endblock %}"
    renderer = Renderer({"_layout/email.html": layout, "m/nb/email.html": source})

    assert renderer.names("m/nb/email.html") == {}
    assert renderer.html("m/nb/email.html", {})[0] == "<main>aHilsen</main>"


def test_the_twin_is_the_same_message_without_html() -> None:
    source = '<h1>{{ name }}</h1><p>Se <a href="{{ url }}">siden</a> </p><p>{{ empty }}</p><p>b</p>'
    _, twin = Renderer({"m/nb/email.html": source}).html(
        "m/nb/email.html", {"name": "<Kari>", "url": Link("https://example.org/?a&b"), "empty": ""}
    )

    assert twin == "<Kari>\n\nSe siden <https://example.org/?a&b>\n\n\n\nb"


def test_what_an_empty_value_leaves_behind_is_trimmed_from_the_twin() -> None:
    source = "<p>{{ empty }}</p><p>Til: {{ empty }}</p><p>b {{ empty }}</p>"
    _, twin = Renderer({"m/nb/email.html": source}).html("m/nb/email.html", {"empty": ""})

    assert twin == "Til:\n\nb"


# --- what is found at load ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "says", "line"),
    [
        (
            "a\n{{ name",
            "unexpected end of template, expected 'end of print statement'; close what is open",
            2,
        ),
        ("a\n{% end %}", "Encountered unknown tag 'end'; templates have if, for, set, include, extends", 2),
        ("{% if a %}\n", "The innermost block that needs to be closed is 'if'; close what is open", 1),
        ("a {{ }}", "got 'end of print statement'; write a value as {{ name }}", 1),
        ("a\n{{ a + b }}", "templates have no arithmetic; compute it beforehand", 2),
        ("{{ " + "(" * 2_000 + "a" + ")" * 2_000 + " }}", "is nested too deeply; use fewer brackets", None),
        ("a\nb\0", "holds a control character; take it out", 2),
        ("a\x02", "holds a control character", 1),
        ("a\ud800", "holds a control character", 1),
        ("a\nStrx", "holds the reserved word strx; take it out", 2),
        ('a\n{% include "_p/c.html" %}', "there is no file '_p/c.html'; names are seen from the folder", 2),
        ('{% include "_p/b.txt" %}', "'_p/b.txt' is of another kind; HTML and plain text do not mix", 1),
        ('\n<p>{% include "m/nb/email.html" %}</p>', "'m/nb/email.html' leads back to itself", 2),
        ('\n\n<p>{% include "_p/a.html" %}</p>', "leads back to itself", None),
        ("\n{% block a %}{% endblock %}", "blocks, but no {% extends %} to put them into; begin with", 2),
        (
            EXTENDS + "{% block a %}{% endblock %}\n{% block a %}{% endblock %}",
            "block 'a' defined twice; take one away",
            2,
        ),
        (
            EXTENDS + "\n{% block contents %}a{% endblock %}",
            "_layout/email.html has no block 'contents', so it would not be printed; did you mean 'content'?",
            2,
        ),
        (EXTENDS + "\n{% block zz %}a{% endblock %}", "it has content, preheader", 2),
        ('{% extends "_p/bare.html" %}{% block a %}{% endblock %}', "would not be printed; it has none", 1),
        (
            EXTENDS + "\n<p>Hei</p>",
            "templates have no text outside the blocks of a file that extends another",
            2,
        ),
    ],
)
def test_what_cannot_work_is_an_error_when_it_is_loaded(source: str, says: str, line: int | None) -> None:
    parts = {"_layout/email.html": LAYOUT, "_p/b.txt": "b", "_p/bare.html": "b"}
    if "_p/a.html" in source:
        parts["_p/a.html"] = '{% include "m/nb/email.html" %}'
        line = 3
    error = refusal({"m/nb/email.html": source, **parts})

    assert says in str(error)
    assert (error.line, error.file) in [(line, "m/nb/email.html"), (1, "_p/a.html")]
    place = error.file if error.line is None else f"{error.file}, line {error.line}"
    assert str(error).startswith(f"{place}: ")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("Koden er {{ code }.", "unexpected '}'"),
        ("Koden er {{ “code” }}.", "unexpected char '“' at"),
        ("Koden er {{ koden din }}.", "got 'din'"),
        ("Koden er {{{ code }}}.", "got '}'"),
    ],
)
def test_a_writer_who_slips_at_a_brace_is_told_how_a_value_is_written(source: str, says: str) -> None:
    error = refusal({"m/nb/sms.txt": source})

    assert says in str(error)
    assert str(error).endswith("; write a value as {{ name }}, a condition as {% if name %}")


def test_a_layout_without_a_place_for_messages_is_an_error_for_a_bare_page() -> None:
    error = refusal({"_layout/email.html": "a", "m/nb/email.html": "b"})

    assert "_layout/email.html has no block 'content', so it would not be printed; it has none" in str(error)


def test_a_fault_names_template_and_language_by_its_path() -> None:
    one = refusal({"login/nn/sms.txt": "{{"})
    shared = refusal({"_layout/email.html": "{{"})

    assert (one.template, one.locale) == ("login", "nn")
    assert (shared.template, shared.locale) == (None, None)


def test_the_word_strx_may_stand_in_plain_text() -> None:
    assert text("strx0xrts") == "strx0xrts"


def test_names_come_with_the_file_and_line_that_use_them() -> None:
    renderer = Renderer(
        {
            "_layout/email.html": LAYOUT,
            "_parts/row.html": "\n{{ item }}{{ who }}{% for x in rest %}{% endfor %}",
            "m/nb/email.html": '{% for item in items %}\n{% include "_parts/row.html" %}{% endfor %}',
        }
    )

    assert renderer.names("m/nb/email.html") == {
        "items": ("m/nb/email.html", 1),
        "who": ("_parts/row.html", 2),
        "rest": ("_parts/row.html", 2),
        "locale": ("_layout/email.html", 1),
    }
    assert renderer.lists("m/nb/email.html") == {
        "items": ("m/nb/email.html", 1),
        "rest": ("_parts/row.html", 2),
    }
    assert renderer.names("_parts/row.html").keys() == {"item", "who", "rest"}


# --- what is found when it runs ----------------------------------------------------------------

SECRET = "482913"


def unprintable(value: object) -> str:
    raise LookupError(value)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ name }}", "the optional parameter was left out"),
        ("{{ name|upper }}", "the optional parameter was left out"),
        ("{{ 'a' ~ name }}", "the optional parameter was left out"),
        ("{% if name == 'a' %}{% endif %}", "the optional parameter was left out"),
        ("{% for x in name %}{% endfor %}", "the optional parameter was left out"),
        ("{{ nobody }}", "'nobody' is undefined"),
        ("{% if code > 3 %}{% endif %}", "a comparison, a filter or a loop does not fit"),
        ("{{ code|round }}", "a comparison, a filter or a loop does not fit"),
        ("{{ count|round('x') }}", "a comparison, a filter or a loop does not fit"),
        ("{% for x in count %}{% endfor %}", "a comparison, a filter or a loop does not fit"),
        ("{{ code and loose }}", "bool is printed, which is no text"),
        ("{{ name|default(none) }}", "NoneType is printed, which is no text"),
        ("{{ code|plural('a', 'b') }}", "a comparison, a filter or a loop does not fit"),
        ("{{ odd }}", "values: LookupError"),
    ],
)
def test_what_goes_wrong_names_file_and_line_and_never_a_value(source: str, why: str) -> None:
    values: dict[str, object] = {
        "name": Absent(hint="the optional parameter was left out", name="name"),
        "code": SECRET,
        "count": COUNT,
        "loose": True,
        "odd": Shown(SECRET, unprintable),
    }
    error = failure("a\n\n" + source, **values)

    assert str(error) == f"m/nb/sms.txt, line 3: cannot be rendered with these values: {why}" or why in str(
        error
    )
    assert error.line == 3
    assert SECRET not in str(error)


def test_what_goes_wrong_in_a_part_names_the_part() -> None:
    renderer = Renderer({"m/nb/sms.txt": '\n{% include "_p/a.txt" %}', "_p/a.txt": "\n\n{{ gone }}"})
    with pytest.raises(BrokenTemplate) as caught:
        renderer.text("m/nb/sms.txt", {"gone": Absent(name="gone")})

    assert (caught.value.file, caught.value.line) == ("_p/a.txt", 3)


def test_a_misplaced_value_names_the_file() -> None:
    says = r"^m/nb/email\.html: a value stands where HTML is removed"
    renderer = Renderer({"m/nb/email.html": "<p onclick='{{ name }}'>a</p>"})
    with pytest.raises(BrokenTemplate, match=says) as caught:
        renderer.html("m/nb/email.html", {"name": "a"})

    assert (caught.value.file, caught.value.line) == ("m/nb/email.html", None)
    with pytest.raises(BrokenTemplate, match=says):
        renderer.page_of("m/nb/email.html", "\x02<p onclick='strx0xrts'>a</p>\x03")


# --- what an analysis may ask for --------------------------------------------------------------


def test_an_analysis_sees_what_is_rendered() -> None:
    source = "a{{ name }}"
    renderer = Renderer({"_layout/email.html": LAYOUT, "m/nb/email.html": source, "m/nb/sms.txt": source})

    assert renderer.source("m/nb/email.html") == source
    assert renderer.tree("m/nb/sms.txt").find(nodes.Extends) is None
    assert renderer.tree("m/nb/email.html").find(nodes.Extends) is not None
    assert [token for token in renderer.tokens("m/nb/sms.txt") if token[1] == "name"] == [(1, "name", "name")]
    assert renderer.page_of("m/nb/email.html", "\x02<p onclick='x'>strx0xrts</p>\x03") == (
        "<p>",
        (0, Place.TEXT),
        "</p>",
    )
    assert renderer.filtered("plural", 2, ["sak", "saker"], {}, "nb") == "saker"
    assert renderer.filtered("upper", "a", [], {}, "nb") == "A"


# --- the pages that are kept -------------------------------------------------------------------


def counting(files: dict[str, str]) -> tuple[Renderer, list[str]]:
    cleaned: list[str] = []

    def clean(fragment: str) -> str:
        cleaned.append(fragment)
        return fragment

    return Renderer(files, clean), cleaned


def test_what_is_rendered_is_left_as_it_was_parsed() -> None:
    file = "m/nb/sms.txt"
    renderer = Renderer({file: '{% if n in [1, 2] %}{{ "a" ~ "b"|upper }}{% endif %}{{ n }}'})
    before = repr(renderer.own_tree(file))
    renderer.text(file, {"n": 1})

    assert repr(renderer.tree(file)) == before
    assert renderer.tree(file) is renderer.tree(file)
    assert renderer.own_tree(file) is not renderer.tree(file)


def test_a_value_that_fails_to_print_is_told_as_in_any_other_text() -> None:
    def fail(_: object) -> str:
        raise ValueError("482913")

    renderer = Renderer({"m/nb/sms.txt": "Hei\n{{ n }}"})
    with pytest.raises(BrokenTemplate, match=r"line 2: cannot be rendered with these values: ValueError\Z"):
        renderer.text("m/nb/sms.txt", {"n": Shown(1, fail)})


def test_so_many_files_stay_parsed_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_HELD_IN_ALL", 10)
    monkeypatch.setattr(rendering, "_TREES_KEPT", 1)
    files = ("a/nb/sms.txt", "b/nb/sms.txt", "c/nb/sms.txt")
    renderer = Renderer(dict.fromkeys(files, "{{ n }}"))
    first = {file: renderer.tree(file) for file in files}

    assert [renderer.tree(file) is tree for file, tree in first.items()] == [True, False, False]
    assert [renderer.text(file, {"n": "1"}) for file in first] == ["1", "1", "1"]


def test_a_page_that_says_nothing_by_itself_is_read_for_what_it_says() -> None:
    file = "m/nb/email.html"
    alone = Renderer({file: "<p>{{ n }}</p>"})
    within = Renderer({file: "<p>{{ n }}</p>", "_layout/email.html": "Hei {% block content %}{% endblock %}"})

    assert alone.filled(file, {"n": ""}).fill(twin=False) == ("<p></p>", "")
    assert alone.filled(file, {"n": "a"}).fill(twin=False) == ("<p>a</p>", "a")
    assert within.filled(file, {"n": "a"}).fill(twin=False) == ("Hei <p>a</p>", "Hei")


def test_a_page_is_sanitised_once_for_each_way_through_it() -> None:
    renderer, cleaned = counting({"m/nb/email.html": "{% if yes %}<b>{{ name }}</b>{% else %}a{% endif %}"})

    for number in range(5):
        page, _ = renderer.html("m/nb/email.html", {"yes": True, "name": f"<{number}>"})
        assert page == f"<b>&lt;{number}&gt;</b>"
    assert len(cleaned) == 1
    assert renderer.html("m/nb/email.html", {"yes": False, "name": "x"})[0] == "a"
    assert len(cleaned) == 2


def test_only_so_many_pages_are_kept() -> None:
    renderer, cleaned = counting({"m/nb/email.html": "{% for x in items %}-{% endfor %}a"})
    lengths = range(rendering._PAGES_KEPT + 50)
    for _ in range(2):
        for length in lengths:
            items = tuple("x" * length)
            page, _twin = renderer.html("m/nb/email.html", {"items": Shown(items, str, items)})
            assert page == "-" * length + "a"

    assert len(cleaned) == 2 * len(lengths)


def test_a_very_long_page_is_not_kept() -> None:
    renderer, cleaned = counting({"m/nb/email.html": "a" * rendering._LONGEST_KEPT})

    for _ in range(3):
        renderer.html("m/nb/email.html", {})
    assert len(cleaned) == 3


def test_one_renderer_serves_many_threads() -> None:
    renderer, _ = counting({"m/nb/email.html": "{% for x in items %}<b>{{ x }}</b>{% endfor %}"})
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)

    def render(number: int) -> bool:
        items = tuple(f"<{number}-{place}>" for place in range(number % 7))
        page, twin = renderer.html("m/nb/email.html", {"items": Shown(items, str, items)})
        return twin == "".join(items) and page.count("<b>") == len(items)

    try:
        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(render, range(400)))
    finally:
        sys.setswitchinterval(interval)
