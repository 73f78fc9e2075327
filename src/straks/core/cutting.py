"""
Which texts are words and names alone: read off the parsed tree, once, when a catalog is checked.

`straks.core.straight` says what that is good for. It stands apart so that whoever knows already how a text
is cut can fill it without Jinja.
"""

from __future__ import annotations

from jinja2 import nodes

from straks.core.straight import Straight


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
