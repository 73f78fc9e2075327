"""
A fast way for texts of words and names alone, which is most of them.

A text without conditions, loops and filters is its words with the values between them. Cut once,
when the catalog is loaded, it is filled by joining, where Jinja would set up a context of variables
for each message. Anything else in a text, and any value that is not a plain one (a parameter that
was left out, say), is left to Jinja, and so is every error.

`enabled` turns it off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jinja2 import nodes

from straks.core.parameter import Shown
from straks.core.text_kinds import Link

if TYPE_CHECKING:
    from collections.abc import Mapping

enabled: bool = True
"""Whether texts are joined at all; False leaves every one of them to Jinja."""

_PLAIN = frozenset({str, Link, Shown})


class Straight(NamedTuple):
    """A text, cut: words, a name, words, a name, …, words."""

    parts: tuple[str, ...]
    names: tuple[str, ...]

    def fill(self, values: Mapping[str, object]) -> str | None:
        """Return the text with *values* in it; None where one of them takes more than joining."""
        parts = [*self.parts]
        for place, name in enumerate(self.names):
            value = values.get(name)
            if type(value) not in _PLAIN:
                return None
            parts[2 * place + 1] = str(value)
        return "".join(parts)


def straight(tree: nodes.Template) -> Straight | None:
    """Cut the text of *tree* at its names; None where it is more than words and names."""
    words: list[str] = [""]
    names: list[str] = []
    for output in tree.body:
        if not isinstance(output, nodes.Output):
            return None
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                words[-1] += node.data
            elif isinstance(node, nodes.Name):
                names.append(node.name)
                words += [node.name, ""]
            else:
                return None
    return Straight(tuple(words), tuple(names))
