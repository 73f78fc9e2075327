"""Which names a part of a template asks for; none is ever missed."""

from __future__ import annotations

from jinja2 import Environment, nodes

from straks.core.uses import Uses, name_of

FILES = {
    "a.txt": "{{ x }}{% include 'b.txt' %}{% if y %}{{ z|upper }}{% endif %}",
    "b.txt": "{% for i in l %}{{ i ~ w }}{% endfor %}",
    "c.txt": "{% extends 'd.txt' %}{% block b %}{{ v }}{% endblock %}",
    "d.txt": "{{ t }}{% block b %}{{ u }}{% endblock %}{{ s }}",
}


def tree(file: str) -> nodes.Template:
    environment = Environment(autoescape=False)  # noqa: S701 - nothing is rendered
    return environment.parse(FILES[file])


def test_a_file_asks_for_what_its_parts_ask_for() -> None:
    assert Uses(tree).of_file("a.txt") == {"x", "y", "z", "i", "l", "w"}
    assert Uses(tree).of_file("c.txt") == {"t", "u", "v", "s"}


def test_what_follows_a_node_asks_for_the_rest() -> None:
    uses = Uses(tree)
    body = tree("a.txt").body

    assert [uses.after(body, number) for number in range(len(body))] == [
        {"i", "l", "w", "y", "z"},
        {"y", "z"},
        set(),
    ]


def test_a_block_asks_for_what_is_printed_in_its_place() -> None:
    uses = Uses(tree)
    frame = tree("d.txt")
    before = uses.of(frame)
    uses.overridden("b", tree("c.txt").body[1].body)  # type: ignore[attr-defined]

    assert before == {"t", "u", "s"}
    assert uses.of(frame) == {"t", "u", "v", "s"}


def test_a_part_is_named_by_a_literal() -> None:
    include = tree("a.txt").find(nodes.Include)

    assert include is not None
    assert name_of(include) == "b.txt"
