"""
What a way through a template is made of: text, holes, and the values that expressions have on it.

`straks.core.ways` follows the ways; `straks.core.worst` fills them. Both speak in these types.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from straks.core.domain import Domain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import nodes


class Lost(Exception):
    """The analysis cannot go on: why, and where."""

    def __init__(self, why: str, file: str, line: int) -> None:
        super().__init__(why)
        self.file = file
        self.line = line


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter with constant arguments."""

    name: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Hole:
    """Where the value named *ref* stands, after *filters*. ``items#2`` is the third item of a list."""

    ref: str
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """Constant text that an expression prints: a value, where literal text is the page itself."""

    text: str


Piece: TypeAlias = str | Said | Hole


@dataclass(frozen=True, slots=True)
class Known:
    """A value that is the same in every rendering of this way."""

    value: Any


@dataclass(frozen=True, slots=True)
class Joined:
    """A text made of pieces."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of values."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """An optional parameter that was left out."""


@dataclass(frozen=True, slots=True)
class Subroutine:
    """A macro, with the names it was defined among."""

    node: nodes.Macro


Value: TypeAlias = Known | Hole | Joined | Items | Missing | Subroutine


@dataclass(frozen=True, slots=True)
class Way:
    """
    One way through a template, as far as it has been followed.

    ``domains`` is what each value may still be; ``lengths`` how many items each list has, with 0
    for one that was left out; ``answers`` what was assumed about conditions that narrow nothing.
    """

    pieces: tuple[Piece, ...] = ()
    domains: Mapping[str, Domain] = field(default_factory=dict[str, Domain])
    names: Mapping[str, Value] = field(default_factory=dict[str, Value])
    answers: Mapping[str, bool] = field(default_factory=dict[str, bool])
    lengths: Mapping[str, int] = field(default_factory=dict[str, int])
    absent: frozenset[str] = frozenset()
    loose: bool = False

    def printing(self, *pieces: Piece) -> Way:
        """Return this way with *pieces* printed."""
        return replace(self, pieces=self.pieces + pieces)

    def naming(self, **values: Value) -> Way:
        """Return this way with names set."""
        return replace(self, names={**self.names, **values})
