"""
A fast way for pages that decide by their values: which branches are taken is asked of the values themselves.

Most conditions compare a value with a word, or ask whether there is one. To answer them Jinja sets up a
context of variables and writes the page, only to come to a page that was there before. So the conditions are
cut out of a page once. A message then asks them in the order in which they stand, and the page that the
answers lead to is looked up, or written if it is new.

Each is asked with Python's own operators, as the code is that Jinja makes of it, and of the very objects that
Jinja would be given. A page with loops, filters, macros or names of its own is left to Jinja, and so is a
message in which some condition cannot be answered.

`enabled` turns it off.
"""

from __future__ import annotations

import operator
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, cast

from jinja2 import nodes

from straks.core.filled_page import FilledPage
from straks.core.skeleton import marker_of
from straks.core.uses import blocks_in, extended, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from straks.core.parameter import Parameter
    from straks.core.skeleton import Page

    PageBy: TypeAlias = Callable[
        ["Branches", "Taken"], tuple[Page, Callable[[Mapping[str, str]], tuple[str, ...]]] | None
    ]

enabled: bool = True
"""Whether conditions are answered here; False leaves every page to Jinja that asks for more than nothing."""

Test: TypeAlias = "Callable[[Mapping[str, Any]], object]"
Taken: TypeAlias = tuple[bool, ...]
"""The answers, in the order in which the conditions were come to."""

_OPERATORS: Final[dict[str, Callable[[Any, Any], object]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gteq": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
    "in": lambda item, items: item in items,
    "notin": lambda item, items: item not in items,
}


class Printed(NamedTuple):
    """A name that is printed."""

    name: str


class Choice(NamedTuple):
    """A condition, and what there is where it holds and where it does not."""

    test: Test
    then: Sequence[Piece]
    otherwise: Sequence[Piece]


Piece: TypeAlias = "str | Printed | Choice"


class Branches:
    """
    A page of words, names and conditions.

    Args:
        pieces: Those, in order.
        asked: The names that conditions ask for.
        links: The names that print a checked link.
    """

    __slots__ = ("_links", "_nested", "_pieces", "asked", "size")

    def __init__(self, pieces: Sequence[Piece], asked: Collection[str], links: Collection[str]) -> None:
        self._pieces = pieces
        self._nested = _nested(pieces)
        self._links = links
        self.asked = tuple(asked)
        self.size = _size(pieces)

    def taken(self, values: Mapping[str, object]) -> Taken | None:
        """Return which branches *values* lead through; None where some condition cannot be asked of them."""
        answers: list[bool] = []
        try:
            _answer(self._nested, values, answers)
        except Exception:  # noqa: BLE001 - whatever it is, the ordinary way says it
            return None
        return tuple(answers)

    def page(self, taken: Taken) -> tuple[str, list[str]]:
        """Return the page that *taken* leads to, a marker for each name, and the names by their numbers."""
        numbers: dict[str, int] = {}
        written = "".join(
            piece
            if isinstance(piece, str)
            else marker_of(numbers.setdefault(piece.name, len(numbers)), link=piece.name in self._links)
            for piece in _along(self._pieces, iter(taken))
        )
        return written, [*numbers]


_Nested: TypeAlias = "list[tuple[Test, _Nested, _Nested]]"


def _nested(pieces: Sequence[Piece]) -> _Nested:
    """Return the conditions in *pieces*, each with those in its branches."""
    return [
        (piece.test, _nested(piece.then), _nested(piece.otherwise))
        for piece in pieces
        if isinstance(piece, Choice)
    ]


def _answer(nested: _Nested, values: Mapping[str, object], answers: list[bool]) -> None:
    for test, then, otherwise in nested:
        answer = bool(test(values))
        answers.append(answer)
        if further := then if answer else otherwise:
            _answer(further, values, answers)


def _along(pieces: Sequence[Piece], answers: Iterator[bool]) -> Iterator[str | Printed]:
    for piece in pieces:
        if isinstance(piece, Choice):
            yield from _along(piece.then if next(answers) else piece.otherwise, answers)
        else:
            yield piece


def _size(pieces: Sequence[Piece]) -> int:
    return sum(
        len(piece)
        if isinstance(piece, str)
        else _size(piece.then) + _size(piece.otherwise)
        if isinstance(piece, Choice)
        else 1
        for piece in pieces
    )


class Pages:
    """
    The pages that an e-mail's HTML may be, each found by the values that go into it.

    Args:
        branches: The HTML, cut at its names and conditions.
        page_by: Gives the page that some branches lead to, and what picks the values that go into it.
        parameters: What the template takes.
        locale: The language that values print in.
        absent: What stands for each value that may be left out.
    """

    __slots__ = ("_absent", "_asked", "_branches", "_locale", "_only", "_page_by")

    def __init__(
        self,
        branches: Branches,
        page_by: PageBy,
        parameters: Mapping[str, Parameter],
        locale: str,
        absent: Mapping[str, object],
    ) -> None:
        self._absent = absent
        self._branches = branches
        self._page_by = page_by
        self._locale = locale
        self._asked = [(name, parameters.get(name)) for name in branches.asked]
        # Where they ask for the language alone, it is one page.
        alone = {*branches.asked} <= {"locale"}
        self._only = branches.taken({"locale": locale}) if alone else None

    def filled(self, checked: Mapping[str, object], printed: Mapping[str, str]) -> FilledPage | None:
        """Return the page with what was *printed* in it; None where it has to be rendered."""
        taken = self._only
        if taken is None:
            if not enabled:
                return None
            taken = self._branches.taken(self._shown(checked, printed))
        found = None if taken is None else self._page_by(self._branches, taken)
        if found is None:
            return None
        page, pick = found
        try:
            return FilledPage(page, pick(printed))
        except KeyError:  # one was left out
            return None

    def _shown(self, checked: Mapping[str, object], printed: Mapping[str, str]) -> dict[str, object]:
        """Return what conditions are asked of: a value as it stands in a template."""
        locale = self._locale
        return {
            name: parameter.show(checked[name], locale)
            if parameter is not None and name in checked
            else printed[name]
            if name in printed
            else self._absent[name]
            for name, parameter in self._asked
        }


# --- out of parsed templates ---------------------------------------------------------------------


class _Beyond(Exception):
    """The page has more than words, names and conditions."""


def branches(file: str, tree: Callable[[str], nodes.Template], links: Collection[str]) -> Branches | None:
    """
    Cut the page of *file* at its names and conditions; None where it has more than those.

    Args:
        file: The page.
        tree: Gives the parsed tree of a file, and of those that it draws on.
        links: The names that print a checked link.
    """
    cutter = _Cutter(tree)
    try:
        pieces = cutter.of_file(file)
    except (_Beyond, RecursionError):
        return None
    return Branches(pieces, cutter.asked, links)


class _Cutter:
    def __init__(self, tree: Callable[[str], nodes.Template]) -> None:
        self._tree = tree
        self._blocks: dict[str, list[nodes.Node]] = {}
        self.asked: dict[str, None] = {}

    def of_file(self, file: str) -> list[Piece]:
        tree = self._tree(file)
        layout = extended(tree)
        if layout is None:
            return self._of_all(tree.body)
        if any(isinstance(node, (nodes.Assign, nodes.Macro)) for node in tree.body):
            raise _Beyond
        for block in blocks_in(tree):
            self._blocks.setdefault(block.name, block.body)
        return self.of_file(layout)

    def _of_all(self, body: Sequence[nodes.Node]) -> list[Piece]:
        return [piece for node in body for piece in self._of(node)]

    def _of(self, node: nodes.Node) -> list[Piece]:
        match node:
            case nodes.Output():
                return [self._output(part) for part in node.nodes]
            case nodes.If():
                return [self._choice([node, *node.elif_], node.else_)]
            case nodes.Block(required=False):
                return self._of_all(self._blocks.get(node.name, node.body))
            case nodes.Include(with_context=True):
                around, self._blocks = self._blocks, {}
                pieces = self.of_file(name_of(node))
                self._blocks = around
                return pieces
            case _:
                raise _Beyond

    def _output(self, node: nodes.Node) -> Piece:
        match node:
            case nodes.TemplateData():
                return node.data
            case nodes.Name():
                return Printed(node.name)
            case _:
                raise _Beyond

    def _choice(self, ifs: Sequence[nodes.If], last: Sequence[nodes.Node]) -> Choice:
        first, *others = ifs
        otherwise: list[Piece] = [self._choice(others, last)] if others else self._of_all(last)
        return Choice(self._test(first.test), self._of_all(first.body), otherwise)

    def _test(self, node: nodes.Node) -> Test:
        match node:
            case nodes.Name():
                self.asked[node.name] = None
                return itemgetter(node.name)
            case nodes.Const(value=value):
                return lambda _: value
            case nodes.List(items=items) | nodes.Tuple(items=items):
                several = [self._test(each) for each in items]
                return lambda values: [each(values) for each in several]
            case nodes.Not():
                inner = self._test(node.node)
                return lambda values: not inner(values)
            case nodes.And() | nodes.Or():
                return self._both(node, self._test(node.left), self._test(node.right))
            case nodes.Compare(ops=[operand]):
                return self._both(operand, self._test(node.expr), self._test(operand.expr))
            case _:
                pass
        raise _Beyond

    def _both(self, node: nodes.Node, left: Test, right: Test) -> Test:
        if isinstance(node, nodes.And):
            return lambda values: left(values) and right(values)
        if isinstance(node, nodes.Or):
            return lambda values: left(values) or right(values)
        compare = _OPERATORS[cast("nodes.Operand", node).op]
        return lambda values: compare(left(values), right(values))
