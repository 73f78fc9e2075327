"""Conditions are answered as Jinja answers them, and lead to the page that Jinja writes."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import straks
from straks.core import branches
from straks.core.catalog import Catalog
from straks.core.rendering import Renderer

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = "own/nb/email.html"


def cut(*sources: str, **shared: str) -> branches.Branches | None:
    """Return the page of the first of *sources*; *shared* are parts by their name, without an underscore."""
    files = {f"_{name}/part.html": text for name, text in shared.items()}
    return Renderer({PAGE: sources[0], **files}).branches(PAGE, ["link"])


@pytest.mark.parametrize(
    "source",
    [
        "{{ a|upper }}", "{{ a ~ 'x' }}", "{{ 'x' if a else b }}", "{{ 'x' }}", "{% set b = a %}{{ b }}",
        "{% for b in a %}{{ b }}{% endfor %}", "{% macro m() %}x{% endmacro %}{{ m() }}", "x" * 64_001,
        "{% if a|length > 1 %}x{% endif %}", "{% if 1 < a < 2 %}x{% endif %}",
    ],
)  # fmt: skip
def test_what_is_more_than_words_names_and_conditions_is_left_to_jinja(source: str) -> None:
    assert cut(source) is None


def test_a_file_that_sets_names_for_its_blocks_is_left_to_jinja() -> None:
    source = '{% extends "_layout/part.html" %}{% set a = b %}{% block x %}{{ a }}{% endblock %}'

    assert cut(source, layout="{% block x %}{% endblock %}") is None


@pytest.mark.parametrize(
    ("answers", "page", "names"),
    [
        ((True, True), "top \x02one strx0xrts https://strx1xurl strx0xrts\x03 part end", ["a", "link"]),
        ((True, False), "top \x02one \x03 part end", []),
        ((False,), "top \x02two strx0xrts\x03 part end", ["b"]),
    ],
)
def test_each_way_leads_through_layout_blocks_and_parts(
    answers: branches.Taken, page: str, names: list[str]
) -> None:
    found = cut(
        '{% extends "_layout/part.html" %}{% block x %}'
        "{% if a %}one {% if b %}{{ a }} {{ link }} {{ a }}{% endif %}{% else %}two {{ b }}{% endif %}"
        "{% endblock %}",
        layout='top {% block x %}none{% endblock %} {% include "_other/part.html" %} end',
        other="part",
    )
    assert found is not None

    assert found.page(answers) == (page, names)
    assert found.asked == ("a", "b")


# --- the law -----------------------------------------------------------------------------------

MANIFEST = """[template]
purpose = "notice"
repeat = "harmless"
[parameters.name]
kind = "text"
max-length = 30
example = "Kari"
[parameters.kinds]
kind = "choice"
example = "b"
[parameters.kinds.choices]
a = { nb = "ja <b>", nn = "ja", en = "yes" }
b = { nb = "nei", nn = "nei", en = "no" }
[parameters.count]
kind = "integer"
min = -5
max = 5000
example = 2
[parameters.day]
kind = "date"
example = 2026-05-05
"""
LEAVES = (
    "name", "kinds", "count", "day", "locale", "subject", "'a'", "'Kari'", "2", "0", "1.0", "''",
)  # fmt: skip
LISTS = ("['a', 'b', 2]", "('Kari', name)", "[]", "[day, count]")
COMPARED = st.builds(
    "{} {} {}".format,
    st.sampled_from(LEAVES),
    st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in"]),
    st.sampled_from(LEAVES),
) | st.builds(
    "{} {} {}".format, st.sampled_from(LEAVES), st.sampled_from(["in", "not in"]), st.sampled_from(LISTS)
)
TESTS = st.recursive(
    COMPARED | st.sampled_from(LEAVES[:6]),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
        | st.builds("not {}".format, inner)
    ),
    max_leaves=4,
)
VALUES = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["Kari", "a", "0", "2", "b<&"]),
        "kinds": st.sampled_from(["a", "b"]),
        "count": st.sampled_from([0, 1, 2, 1250]),
        "day": st.sampled_from([date(2026, 5, 5), date(2030, 1, 1)]),
    }
)


def sent(catalog: Catalog, values: Mapping[str, Any]) -> object:
    """Return what is sent of an e-mail, or the words of the refusal."""
    try:
        email = catalog.email("own", locale="nb", to="kari@example.org", values=values)
        return straks.altinn.encode(email.order("law", straks.SIMULATOR_KEY)), email.text
    except straks.StraksError as refusal:
        return type(refusal), str(refusal)


@given(tests=st.lists(TESTS, min_size=1, max_size=3), values=VALUES)
def test_conditions_are_answered_as_jinja_answers_them(tests: list[str], values: dict[str, Any]) -> None:
    page = "".join(
        f"<p>{{% if {test} %}}{{{{ name }}}}{{% else %}}<b>{{{{ kinds }}}} {{{{ count }}}}</b>{{% endif %}}"
        for test in tests
    )
    files = {
        "own/template.toml": MANIFEST,
        "own/nb/subject.txt": "Hei {{ name }}",
        "own/nb/email.html": f"{page}{{% if {tests[0]} %}}a{{% elif {tests[-1]} %}}b{{% endif %}}",
    }
    quick = sent(Catalog(files), values)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(branches, "enabled", False)

        assert sent(Catalog(files), values) == quick


def test_a_page_with_conditions_is_written_once_for_each_way() -> None:
    files = {
        "own/template.toml": MANIFEST,
        "own/nb/subject.txt": "Hei",
        "own/nb/email.html": "<p>{% if count > 1 %}mange{% else %}{{ count }}{% endif %} {{ name }}</p>",
    }
    catalog = Catalog(files)
    texts = set[object]()
    for name, count in product(["Kari", "Ola", "b<&"], range(4)):
        values = {"name": name, "kinds": "a", "count": count, "day": date(2026, 5, 5)}
        texts.add(sent(catalog, values))

    assert len(texts) == 12
    assert catalog["own"].renderer.page_by.cache_info().misses == 2
