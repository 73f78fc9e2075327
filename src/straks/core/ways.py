"""
Every way through a template, from its parsed Jinja.

A way is what one run of the template prints: constant text and holes, each hole filled by one
parameter through a chain of filters, under what the branches taken say about the parameters. Two
branches that exclude each other are two ways, so their texts are never added up; a parameter that
stands in two places is the same parameter in both. Ways that can no longer be told apart are put
together again (`straks.core.folding`), so that conditions which have nothing to do with each other
cost no more than their sum.

Loops are unrolled for the numbers of items that can matter: one, two, the most, and those on either
side of every number that the template compares with. In between, one item more only adds a copy of
another middle item.

Names have the scopes that Jinja gives them. A macro sees what is set around it, as it is when it is
called, and nothing of its caller; a block sees what is set at the top of the files; a part that is
included sees everything, and keeps what it sets to itself.

What this cannot follow it does not guess: it raises `Lost`, with the place and the way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jinja2 import nodes

from straks.core.expressions import Expressions
from straks.core.folding import MOST_PATHS, Path, TooManyPaths, as_way, folded
from straks.core.hygiene import starts_with_mark
from straks.core.joined_text import text_of
from straks.core.options import Options
from straks.core.uses import Uses, blocks_in, compared, extended, name_of
from straks.core.way import Count, Items, Known, Missing, Said, Spot, Subroutine, Turn, Way, spread, weight_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from straks.core.expressions import Asked
    from straks.core.folding import Scopes
    from straks.core.parameter import Parameter
    from straks.core.printing import Printer
    from straks.core.way import Piece, Value

MOST_WAYS: Final = 2_000
"""So many ways without forks are told of one file."""
MOST_STEPS: Final = 40_000
"""So many statements are followed of one template, each on every path that comes to it."""
_PIECES_A_STEP: Final = 8
"""So many pieces that are printed at once count as one statement."""
_LARGE: Final = 3_000
"""After so many statements few paths are kept apart, lest a large template take long."""
_FEW_PATHS: Final = 4


class Walker:
    """
    Follows every way through the files of a template.

    Args:
        trees: Gives the parsed tree of a file.
        parameters: What may fill the template.
        locale: The language to print in.
        printer: What values print, and what filters make of them.
    """

    def __init__(
        self,
        trees: Callable[[str], nodes.Template],
        parameters: Mapping[str, Parameter],
        locale: str,
        printer: Printer,
    ) -> None:
        self._trees = trees
        self._kept: dict[str, nodes.Template] = {}
        self._locale = locale
        self._spot = Spot()
        self._steps = 0
        self._blocks: dict[str, tuple[str, list[nodes.Node]]] = {}
        self.options = Options(printer)
        self.uses = Uses(self._tree)
        self._expressions = Expressions(
            parameters=parameters,
            locale=locale,
            printer=printer,
            options=self.options,
            spot=self._spot,
            uses=self.uses,
        )

    def ways(self, file: str, **given: Value) -> list[Way]:
        """
        Return every way through *file*, none of which forks.

        Where there are too many, they are so many that each branch is on one of them.

        Args:
            file: The file that is rendered.
            given: Names that are there besides the parameters.

        Raises:
            Lost: Something in it cannot be followed.
        """
        start = Path(None, ({"locale": Known(self._locale), **given},))
        return spread(self.as_way(self.paths(file, [start])), MOST_WAYS)

    def paths(
        self, file: str, starts: Sequence[Path] | None = None, later: Asked = frozenset()
    ) -> list[Path]:
        """
        Follow *file* from each of *starts*, and return where they lead.

        Args:
            file: The file that is rendered.
            starts: The names that are there besides the parameters, and what is known of the values.
            later: The names that another file asks for, of the same values.

        Raises:
            Lost: Something in it cannot be followed.
        """
        self._blocks.clear()
        self._expressions.numbers |= self._numbers(file)
        begin = [Path(None, ({"locale": Known(self._locale)},))]
        try:
            return self._page(file, list(starts or begin), later)
        except RecursionError:
            line = nodes.Const("", lineno=1)
            raise Spot(file).lost(
                "it is nested too deeply; use fewer levels of brackets and blocks", line
            ) from None

    def as_way(self, paths: Sequence[Path]) -> Way:
        """Return the one way that *paths*, at the end of a file, are together."""
        return as_way(paths, self.uses.of)

    def _tree(self, file: str) -> nodes.Template:
        if file not in self._kept:
            self._kept[file] = self._trees(file)
        return self._kept[file]

    def _numbers(self, file: str) -> frozenset[float]:
        """Return the numbers that *file*, and what it draws on, compares with."""
        numbers: frozenset[float] = frozenset()
        files = [file]
        for each in files:
            found = compared(self._tree(each))
            numbers |= found.numbers
            files += found.parts.difference(files)
        return numbers

    # --- files ----------------------------------------------------------------------------

    def _page(self, file: str, paths: list[Path], asked: Asked) -> list[Path]:
        """Follow a file from its beginning, its layouts first resolved."""
        tree = self._tree(file)
        layout = extended(tree)
        before, self._spot.file = self._spot.file, file
        if layout is None:
            paths = self._all(tree.body, paths, asked)
        else:
            for block in blocks_in(tree):
                self._blocks.setdefault(block.name, (file, block.body))
                self.uses.overridden(block.name, block.body)
            # What a child sets at its top is there for its blocks; what it prints there is not.
            top = [node for node in tree.body if isinstance(node, (nodes.Assign, nodes.Macro))]
            paths = self._all(top, paths, asked | self.uses.of(tree))
            paths = self._page(layout, paths, asked)
        self._spot.file = before
        return paths

    def _include(self, node: nodes.Include, path: Path, asked: Asked) -> list[Path]:
        names: dict[str, Value] = {}
        for scope in path.scopes:
            names |= scope
        names.pop("loop", None)
        blocks, self._blocks = self._blocks, {}
        paths = self._page(name_of(node), [path.within((names,))], asked)
        self._blocks = blocks
        return [after.within(path.scopes) for after in paths]

    # --- statements -----------------------------------------------------------------------

    def _all(self, body: Sequence[nodes.Node], paths: list[Path], asked: Asked) -> list[Path]:
        for number, node in enumerate(body):
            after = asked | self.uses.after(body, number)
            self._go_on(len(paths), node)
            paths = self._fold(self._one(node, paths, after), after, node)
        return paths

    def _go_on(self, steps: int, node: nodes.Node) -> None:
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise self._spot.lost(
                "there is too much to follow: loops over long lists, or parts within parts many times "
                "over; lower max-items, or repeat less",
                node,
            )

    def _fold(self, paths: list[Path], asked: Asked, node: nodes.Node) -> list[Path]:
        try:
            most = MOST_PATHS if self._steps < _LARGE else _FEW_PATHS
            return folded(paths, asked, self.uses.of, most)
        except TooManyPaths:
            raise self._spot.lost(
                "there are too many ways to this place that go on differently; "
                "set fewer names under conditions",
                node,
            ) from None

    def _one(  # noqa: PLR0911 - one kind of node after the other
        self, node: nodes.Node, paths: list[Path], asked: Asked
    ) -> list[Path]:
        match node:
            case nodes.Output():
                return self._output(node, paths, asked)
            case nodes.If():
                return self._if(node, paths, asked)
            case nodes.For():
                return [after for path in paths for after in self._for(node, path, asked)]
            case nodes.Assign(target=nodes.Name(name=name)):
                return [
                    after.naming({name: value})
                    for path in paths
                    for after, value in self._expressions.value(node.node, path, asked)
                ]
            case nodes.Macro():
                return [path.naming({node.name: Subroutine(node, len(path.scopes))}) for path in paths]
            case nodes.Block():
                file, body = self._blocks.get(node.name, (self._spot.file, node.body))
                before, self._spot.file = self._spot.file, file
                found = [
                    after for path in paths for after in self._inside(body, path, path.scopes[:1], {}, asked)
                ]
                self._spot.file = before
                return found
            case nodes.Include():
                return [after for path in paths for after in self._include(node, path, asked)]
            case _:
                raise self._spot.lost(f"«{type(node).__name__.lower()}» is not followed", node)

    def _inside(
        self, body: Sequence[nodes.Node], path: Path, around: Scopes, names: Mapping[str, Value], asked: Asked
    ) -> list[Path]:
        """Follow *body* in a scope of its own with *names* in it, which sees *around*."""
        inner = path.within((*around, names))
        # What a body sets around itself it cannot: its names end with it.
        return [after.within(path.scopes) for after in self._all(body, [inner], asked)]

    def _output(self, node: nodes.Output, paths: list[Path], asked: Asked) -> list[Path]:
        for number, part in enumerate(node.nodes):
            later = asked | self.uses.after(node.nodes, number)
            if isinstance(part, nodes.TemplateData):
                paths = [self._printing(path, (part.data,), part) for path in paths]
            elif isinstance(part, nodes.Call):
                paths = [after for path in paths for after in self._call(part, path, later)]
            else:
                paths = [
                    self._printing(after, self._expressions.printed(value, part), part)
                    for path in paths
                    for after, value in self._expressions.value(part, path, later)
                ]
            paths = self._fold(paths, later, part)
        return paths

    def _printing(self, path: Path, pieces: Sequence[Piece], node: nodes.Node) -> Path:
        self._go_on(weight_of(pieces) // _PIECES_A_STEP, node)
        before: object = path.trail
        for piece in pieces:
            if before is not None and isinstance(piece, (str, Said)) and starts_with_mark(text_of(piece)):
                raise self._spot.lost(
                    "a combining mark stands right after something else that is printed, and would "
                    "change it; write the composed letter",
                    node,
                )
            before = piece
        return path.printing(*pieces)

    def _if(self, node: nodes.If, paths: list[Path], asked: Asked) -> list[Path]:
        branches = [node, *node.elif_]
        later = [asked | self.uses.of_all(node.else_)]
        for branch in reversed(branches):
            later.append(later[-1] | self.uses.of_all(branch.body) | self.uses.of(branch.test))
        found: list[Path] = []
        for branch, rest in zip(branches, later[-2::-1], strict=True):
            wanted = rest | self.uses.of_all(branch.body)
            outcomes = [
                outcome
                for path in paths
                for outcome in self._expressions.conditions.decide(branch.test, path, wanted)
            ]
            found += self._all(branch.body, [path for path, truth in outcomes if truth], asked)
            paths = [path for path, truth in outcomes if not truth]
        return found + self._all(node.else_, paths, asked)

    def _for(self, node: nodes.For, start: Path, asked: Asked) -> list[Path]:
        if not isinstance(node.target, nodes.Name):
            raise self._spot.lost("loops over several names are not followed; loop over one", node)
        within = asked | self.uses.of_all(node.body)
        found: list[Path] = []
        for path, value in self._expressions.value(node.iter, start, within | self.uses.of_all(node.else_)):
            if isinstance(value, Missing):
                raise self._spot.lost(
                    "loops over an optional list that may be left out; ask {% if … %} first", node
                )
            if not isinstance(value, Items):
                raise self._spot.lost(
                    'loops over something that is no list; declare it with kind = "list"', node
                )
            paths = [path] if value.items else self._all(node.else_, [path], asked)
            for number, item in enumerate(value.items):
                names = {node.target.name: item, "loop": _turn(value, number)}
                paths = [
                    after
                    for each in paths
                    for after in self._inside(node.body, each, each.scopes, names, within)
                ]
                paths = self._fold(paths, within, node)
            found += paths
        return found

    def _call(self, node: nodes.Call, path: Path, asked: Asked) -> list[Path]:
        routine = path.named(node.node.name) if isinstance(node.node, nodes.Name) else None
        if not isinstance(routine, Subroutine):
            raise self._spot.lost("calls something that is no macro on every way that leads here", node)
        macro = routine.node
        wanted = [argument.name for argument in macro.args]
        given = dict(zip(wanted, node.args, strict=False)) | {pair.key: pair.value for pair in node.kwargs}
        defaults = dict(zip(wanted[len(wanted) - len(macro.defaults) :], macro.defaults, strict=True))
        within = asked | self.uses.of(macro)
        found: list[Path] = []
        names = [name for name in wanted if name in given]
        for start, values in self._expressions.values([given[name] for name in names], path, within):
            scopes = (*start.scopes[: routine.scopes], dict(zip(names, values, strict=True)))
            ways = [start.within(scopes)]
            for name in wanted:
                if name not in given:
                    # A default sees the arguments before it.
                    ways = [
                        after.naming({name: value})
                        for each in ways
                        for after, value in self._expressions.value(defaults[name], each, within)
                    ]
            found += [after.within(path.scopes) for after in self._all(macro.body, ways, asked)]
        return found


def _turn(value: Items, number: int) -> Turn:
    """Return what ``loop`` is for the item of that *number*."""
    last = number == len(value.items) - 1
    if value.count is None:
        return Turn(number == 0, last, Known(number + 1))
    # The last item stands for that of shorter lists too; of all of them it is only known where it may be.
    low = value.count.low if last else number + 1
    return Turn(number == 0, last, Count(low, number + 1, f"loop over {value.count.of}"))
