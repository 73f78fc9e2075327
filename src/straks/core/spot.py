"""Where the reading of a template stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from straks.core.way import Lost

if TYPE_CHECKING:
    from jinja2 import nodes


@dataclass(slots=True)
class Spot:
    """The file that is read; it moves with the reading."""

    file: str = ""

    def lost(self, why: str, node: nodes.Node) -> Lost:
        """Return the error that says why the analysis cannot go on at *node*."""
        return Lost(why, self.file, node.lineno)
