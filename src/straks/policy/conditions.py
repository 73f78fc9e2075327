"""What a template's branches depend on: the questions that it asks about its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from straks.policy.source import Rendering
    from straks.policy.subject import Page


def questions(page: Page, path: str) -> Mapping[str, frozenset[str]]:
    """
    Return what a file of *page* and its parts ask about each parameter.

    A question is told as Jinja's parser sees it, so that spacing and quotes make no difference; a loop
    asks how long its list is.
    """
    return page.once(_asked)[path]


def _asked(page: Page) -> dict[str, dict[str, frozenset[str]]]:
    return {path: _asked_in(page, path) for path in page.files}


def _asked_in(page: Page, path: str) -> dict[str, frozenset[str]]:
    asked: dict[str, set[str]] = {}
    for question in _questions(page, path):
        # A node does not find itself.
        for name in nodes.Output([question]).find_all(nodes.Name):
            if name.name in page.template.parameters:
                asked.setdefault(name.name, set()).add(repr(question))
    return {name: frozenset(each) for name, each in asked.items()}


def _questions(page: Page, path: str) -> Iterator[nodes.Node]:
    tree = page.tree(path)
    tests = [branch.test for branch in tree.find_all(nodes.If)]
    tests += [choice.test for choice in tree.find_all(nodes.CondExpr)]
    for test in tests:
        yield from _leaves(test)
    for loop in tree.find_all(nodes.For):
        yield loop.iter
    parts = [part.template for part in tree.find_all(nodes.Extends)]
    parts += [part.template for part in tree.find_all(nodes.Include)]
    for part in parts:
        if isinstance(part, nodes.Const):
            yield from _questions(page, str(part.value))


def _leaves(test: nodes.Node) -> Iterator[nodes.Node]:
    if isinstance(test, (nodes.And, nodes.Or)):
        yield from _leaves(test.left)
        yield from _leaves(test.right)
    elif isinstance(test, nodes.Not):
        yield from _leaves(test.node)
    else:
        yield test


def deciding(page: Page, path: str, rendering: Rendering) -> Mapping[str, Any] | None:
    """
    Return those of a rendering's values that decide its way; None for what is left out.

    None altogether where there is one way alone, so that no values need be told.
    """
    asked = questions(page, path) if path in page.files else ()
    return {name: rendering.values.get(name) for name in sorted(asked)} or None
