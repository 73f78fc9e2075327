"""
Which texts are words and names alone: read off the parsed tree, once, when a catalog is checked.

`straks.core.straight` says what that is good for. It stands apart so that whoever knows already how a text
is cut can fill it without Jinja.
"""

from __future__ import annotations

from typing import Final

from jinja2 import nodes

from straks.core.straight import Straight
from straks.core.uses import within


def straight(tree: nodes.Template) -> Straight | None:
    """Cut the text of *tree* at its names; None where it is more than words and names."""
    words = [""]
    names: list[str] = []
    for output in tree.body:
        if not isinstance(output, nodes.Output):
            return None
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                words[-1] += node.data
            elif isinstance(node, nodes.Name):
                names.append(node.name)
                words.append("")
            else:
                return None
    return Straight(tuple(words), tuple(names))


_OF_A_PAGE: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Extends, nodes.Block,
    nodes.Include, nodes.If, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip


def asks_for_the_language_alone(tree: nodes.Template) -> bool:
    """Tell whether *tree* prints nothing but names, and decides nothing by any value but ``locale``."""
    if not all(isinstance(node, _OF_A_PAGE) for node in within(tree)):
        return False
    branches = tree.find_all(nodes.If)
    asked = {node.name for each in branches for node in within(each.test) if isinstance(node, nodes.Name)}
    printed = [node for output in tree.find_all(nodes.Output) for node in output.nodes]
    return asked <= {"locale"} and all(isinstance(node, (nodes.TemplateData, nodes.Name)) for node in printed)
