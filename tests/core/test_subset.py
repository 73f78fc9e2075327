"""The Jinja that templates may use: all of it, and nothing beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import pytest
from jinja2 import Environment, TemplateAssertionError, nodes

from straks.core.subset import FILTERS, OutsideSubset, Uses, check


class Allowed(TypedDict):
    snippet: str
    needs: list[str]
    lists: list[str]


class Refused(TypedDict):
    snippet: str
    line: int
    says: str
    hint: str


class Vectors(TypedDict):
    source: str
    allowed: list[Allowed]
    refused: list[Refused]


_FILE = Path(__file__).parents[1] / "vectors" / "jinja-subset.json"
VECTORS: Vectors = json.loads(_FILE.read_text(encoding="utf-8"))


def parse(source: str) -> nodes.Template:
    environment = Environment(autoescape=False, trim_blocks=True)  # noqa: S701 - nothing is rendered
    environment.filters["plural"] = len
    return environment.parse(source)


def uses(source: str) -> Uses:
    return check(parse(source))


@pytest.mark.parametrize("case", VECTORS["allowed"], ids=lambda case: case["snippet"][:40])
def test_what_is_allowed_says_what_it_needs(case: Allowed) -> None:
    found = uses(case["snippet"])

    assert sorted(found.names) == case["needs"]
    assert sorted(found.lists) == case["lists"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["snippet"][:40])
def test_what_is_refused_says_where_and_what_to_do_instead(case: Refused) -> None:
    with pytest.raises(OutsideSubset) as caught:
        uses(case["snippet"])

    assert str(caught.value) == f"templates have no {case['says']}; {case['hint']}"
    assert caught.value.line == case["line"]


def test_everything_refused_names_a_way_out() -> None:
    for case in VECTORS["refused"]:
        assert len(case["hint"]) >= 10, case["snippet"]


def test_the_vectors_show_every_filter_and_every_kind_of_node_that_is_allowed() -> None:
    from straks.core import subset

    trees = [parse(case["snippet"]) for case in VECTORS["allowed"]]
    shown = {type(node) for tree in trees for node in tree.find_all(nodes.Node)}
    # A scope is what Jinja puts around {% autoescape %}, which is refused.
    assert set(subset._ALLOWED) - shown == {nodes.Template, nodes.Scope}

    filters = {node.name for tree in trees for node in tree.find_all(nodes.Filter)}
    assert filters == set(FILTERS)


def test_a_node_that_nobody_thought_of_is_refused_too() -> None:
    tree = parse("a")
    tree.body.append(nodes.Output([nodes.ContextReference(lineno=3)], lineno=3))

    with pytest.raises(OutsideSubset, match=r"«contextreference»; see the table in straks\.core\.subset"):
        check(tree)


def test_names_are_placed_at_the_line_of_their_first_use() -> None:
    found = uses(
        "a\n{{ name }}\n{{ name }}\n{% for x in items %}\n{{ items|length }}{% endfor %}{{ names|join }}"
    )

    assert found.names == {"name": 2, "items": 4, "names": 5}
    assert found.lists == {"items": 4, "names": 5}


def test_parts_are_placed_too() -> None:
    found = uses(
        '{% extends "_layout/a.html" %}\n{% block b %}\n{% include "_parts/c.html" %}\n{% endblock %}'
    )

    assert found.parts == {"_layout/a.html": 1, "_parts/c.html": 3}
    assert found.parent == "_layout/a.html"
    assert found.overrides == {"b": 2}


def test_a_file_that_extends_nothing_overrides_nothing() -> None:
    found = uses("{% block a %}{% block b %}{% endblock %}{% endblock %}")

    assert found.parent is None
    assert found.blocks == {"a", "b"}
    assert found.overrides == {}


def test_only_blocks_at_the_top_override() -> None:
    found = uses('{% extends "x" %}{% block a %}{% block b %}{% endblock %}{% endblock %}')

    assert found.blocks == {"a", "b"}
    assert found.overrides == {"a": 1}


def test_a_file_gives_its_own_names_to_its_parts() -> None:
    found = uses("{% set a = 1 %}{% for b in items %}{% endfor %}{% macro m(c) %}{% endmacro %}")

    assert found.own == {"a", "b", "c"}


def test_two_blocks_of_one_name_are_jinjas_own_error() -> None:
    with pytest.raises(TemplateAssertionError, match="defined twice"):
        uses("{% block a %}{% endblock %}{% block a %}{% endblock %}")


def test_a_block_sees_what_is_set_at_the_top_and_nothing_else() -> None:
    assert uses("{% set a = 1 %}{% block b %}{{ a }}{% endblock %}").names == {}
    assert uses("{% for a in items %}{% block b %}{{ a }}{% endblock %}{% endfor %}").names == {
        "a": 1,
        "items": 1,
    }


@pytest.mark.parametrize(
    ("begins", "ends"), [("{% if a %}", "{% endif %}"), ("{% for a in items %}", "{% endfor %}")]
)
def test_what_checks_is_never_too_deep_to_be_rendered(begins: str, ends: str) -> None:
    most = 16
    deep = begins * most + "x" + ends * most
    items = [1]

    assert Environment(autoescape=True).from_string(deep).render(a=1, items=items) == "x"
    assert uses(deep).names
    with pytest.raises(OutsideSubset, match="no blocks more than 16 deep in one another; use fewer levels"):
        uses(begins + deep + ends)
