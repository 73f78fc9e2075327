"""
Which names a part of a template asks for, with the parts, blocks and macros it draws on.

More than it asks for may be told, never less: a name that is thought to matter only keeps ways apart
that could have been put together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, cast
from weakref import WeakKeyDictionary

from jinja2 import nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


class Uses:
    """
    Looks names up in the parsed files of one template, each part once.

    Args:
        tree: Gives the parsed tree of a file.
    """

    def __init__(self, tree: Callable[[str], nodes.Template]) -> None:
        self._tree = tree
        # With each node itself, so that none of these numbers is another node's later.
        self._kept: dict[int, tuple[nodes.Node, frozenset[str]]] = {}
        self._after: dict[int, tuple[Sequence[nodes.Node], list[frozenset[str]]]] = {}
        self._files: dict[str, frozenset[str]] = {}
        self._overrides: dict[str, list[Sequence[nodes.Node]]] = {}

    def overridden(self, block: str, body: Sequence[nodes.Node]) -> None:
        """Note that a file which extends another prints *body* where that has *block*."""
        bodies = self._overrides.setdefault(block, [])
        if any(each is body for each in bodies):
            return
        bodies.append(body)
        for kept in (self._kept, self._after, self._files):
            kept.clear()

    def of(self, node: nodes.Node) -> frozenset[str]:
        """Return the names that *node* asks for."""
        kept = self._kept.get(id(node))
        if kept is None:
            kept = self._kept[id(node)] = (node, self._found(node))
        return kept[1]

    def of_file(self, file: str) -> frozenset[str]:
        """Return the names that *file* asks for."""
        if file not in self._files:
            tree = self._tree(file)
            if extended(tree) is not None:
                for block in blocks_in(tree):
                    self.overridden(block.name, block.body)
            self._files[file] = frozenset()  # while it is looked at; none leads back to itself
            self._files[file] = self.of(tree)
        return self._files[file]

    def after(self, body: Sequence[nodes.Node], number: int) -> frozenset[str]:
        """Return the names that the nodes of *body* behind the one of that *number* ask for."""
        kept = self._after.get(id(body))
        if kept is None:
            names: list[frozenset[str]] = [frozenset()]
            for node in reversed(body):
                names.append(names[-1] | self.of(node))
            kept = self._after[id(body)] = (body, names[::-1])
        return kept[1][number + 1]

    def of_all(self, body: Iterable[nodes.Node]) -> frozenset[str]:
        """Return the names that all nodes of *body* together ask for."""
        return frozenset[str]().union(*map(self.of, body))

    def _found(self, node: nodes.Node) -> frozenset[str]:
        match node:
            case nodes.Name():
                return frozenset({node.name})
            case nodes.Const() | nodes.TemplateData():
                return _NONE
            case nodes.Include() | nodes.Extends():
                return self.of_file(name_of(node))
            case nodes.Block():
                return self.of_all(node.body).union(*map(self.of_all, self._overrides.get(node.name, ())))
            case _:
                return self.of_all(_parts(node))


_NONE: Final[frozenset[str]] = frozenset()


def within(tree: nodes.Node) -> Iterator[nodes.Node]:
    """Yield *tree* and every node in it, in no order."""
    ahead = [tree]
    while ahead:
        node = ahead.pop()
        yield node
        if not isinstance(node, (nodes.Const, nodes.TemplateData, nodes.Name)):
            ahead += _parts(node)


def _parts(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield the nodes right in *node*: as Jinja's own method does, which is slower by half."""
    for name in node.fields:
        held = getattr(node, name, None)
        if isinstance(held, nodes.Node):
            yield held
        elif isinstance(held, list):
            yield from (each for each in cast("list[object]", held) if isinstance(each, nodes.Node))


def extended(tree: nodes.Template) -> str | None:
    """Return the file that *tree* extends, None where it extends none."""
    return next((name_of(node) for node in tree.body if isinstance(node, nodes.Extends)), None)


def blocks_in(tree: nodes.Template) -> list[nodes.Block]:
    """Return the blocks of *tree*."""
    return [node for node in within(tree) if isinstance(node, nodes.Block)]


class Compared(NamedTuple):
    """The numbers that one file compares with, and the files that it draws on."""

    numbers: frozenset[float]
    parts: frozenset[str]


# A layout is asked about for every message that stands in it.
_COMPARED: Final[WeakKeyDictionary[nodes.Template, Compared]] = WeakKeyDictionary()


def compared(tree: nodes.Template) -> Compared:
    """Return the numbers that *tree* compares with, and the files that it draws on."""
    kept = _COMPARED.get(tree)
    if kept is None:
        numbers: set[float] = set()
        parts: set[str] = set()
        for node in within(tree):
            if isinstance(node, (nodes.Extends, nodes.Include)):
                parts.add(name_of(node))
            elif isinstance(node, nodes.Compare):
                constants = (part.value for part in within(node) if isinstance(part, nodes.Const))
                numbers |= {value for value in constants if isinstance(value, (int, float))}
        kept = _COMPARED[tree] = Compared(frozenset(numbers), frozenset(parts))
    return kept


def name_of(node: nodes.Include | nodes.Extends) -> str:
    """Return the file that *node* draws on."""
    return str(node.template.value) if isinstance(node.template, nodes.Const) else ""
