"""
What an expression of a template is on a path: a constant, a value in a hole, a text put together, a list.

Each answer comes with the path it belongs to, for an expression may be one thing or another
(``"sak" if count == 1 else "saker"``), and asking which is what parts a path in two. The
conditions themselves are `straks.core.conditions`, the filters `straks.core.filtering`.

What this cannot follow it does not guess: it raises `Lost`, with the place and the way out.
"""

from __future__ import annotations

from functools import partial
from math import floor
from typing import TYPE_CHECKING, Final, TypeAlias

from jinja2 import nodes

from straks.core.conditions import Conditions
from straks.core.domain import TooMany, domain_of
from straks.core.filtering import Filtering
from straks.core.folding import Path, folded
from straks.core.list_kind import ListOf
from straks.core.locale import format_list
from straks.core.printing import LONGEST
from straks.core.subset import FILTERS
from straks.core.way import (
    Count,
    Filter,
    Hole,
    Items,
    Joined,
    Known,
    Missing,
    Said,
    Subroutine,
    Turn,
    joined,
    weight_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from straks.core.domain import Domain
    from straks.core.options import Options
    from straks.core.parameter import Parameter
    from straks.core.printing import Printer
    from straks.core.uses import Uses
    from straks.core.way import Piece, Spot, Value

Asked: TypeAlias = frozenset[str]
"""The names that are still asked for after an expression."""

SHORT_LIST: Final = 6
"""Lists of at most so many items are followed at every length."""
_MOST_LENGTHS: Final = 24
_STAND_IN: Final = "\ue000"  # private use: neither Babel nor a template prints it
_MANY: Final = 4
"""So many ways through one expression are put together before it goes on."""
_MOST_ALTERNATIVES: Final = 64
_PART: Final = 50
"""As many characters weigh as much as a part that may be one or another."""


class Expressions:
    """
    Follows the expressions of a template.

    Args:
        parameters: What may fill the template.
        locale: The language it prints in.
        printer: What values print, and what filters make of them.
        options: What holes may print.
        spot: Where the reading stands.
        uses: Which names a part of the template asks for.
    """

    def __init__(
        self,
        *,
        parameters: Mapping[str, Parameter],
        locale: str,
        printer: Printer,
        options: Options,
        spot: Spot,
        uses: Uses,
    ) -> None:
        self._parameters = parameters
        self._locale = locale
        self._printer = printer
        self._options = options
        self._spot = spot
        self._uses = uses
        self.conditions = Conditions(self, printer, spot, uses)
        self.numbers: frozenset[float] = frozenset()
        """What the template compares with: lists of lengths on either side of them are told apart."""

    # --- values ---------------------------------------------------------------------------

    def value(  # noqa: C901, PLR0911 - one kind of node after the other
        self, node: nodes.Node, path: Path, asked: Asked
    ) -> list[tuple[Path, Value]]:
        """Return what *node* may be on *path*, each with the path it is so on."""
        match node:
            case nodes.Const():
                return [(path, Known(node.value))]
            case nodes.Name():
                return self._name(node, path)
            case nodes.Concat():
                return self._concat(node, path, asked)
            case nodes.List() | nodes.Tuple():
                return [(after, Items(items)) for after, items in self.values(node.items, path, asked)]
            case nodes.Filter():
                return self._filter(node, path, asked)
            case nodes.Neg() | nodes.Pos():
                number = node.node.value if isinstance(node.node, nodes.Const) else None
                if not isinstance(number, (int, float)):
                    raise self._spot.lost("puts a sign before what is no number", node)
                return [(path, Known(-number if isinstance(node, nodes.Neg) else number))]
            case nodes.Getattr():
                return [(path, self._of_loop(node, path))]
            case nodes.CondExpr(expr2=nodes.Expr() as otherwise):
                wanted = asked | self._uses.of(node.expr1) | self._uses.of(otherwise)
                return [
                    found
                    for after, truth in self.conditions.decide(node.test, path, wanted)
                    for found in self.value(node.expr1 if truth else otherwise, after, asked)
                ]
            case nodes.And() | nodes.Or():
                return self._first_that_settles(node, path, asked)
            case _:
                raise self._spot.lost(f"«{type(node).__name__.lower()}» is not followed", node)

    def values(
        self, parts: Sequence[nodes.Node], path: Path, asked: Asked
    ) -> list[tuple[Path, tuple[Value, ...]]]:
        """Return what several expressions may be together."""
        ways: list[tuple[Path, tuple[Value, ...]]] = [(path, ())]
        behind = [asked]
        for part in parts[:0:-1]:
            behind.append(behind[-1] | self._uses.of(part))
        for part in parts:
            later = behind.pop()
            ways = [
                (after, (*found, value))
                for each, found in ways
                for after, value in self.value(part, each, later)
            ]
            if len(ways) > _MOST_ALTERNATIVES:
                raise self._spot.lost(
                    f"there are more than {_MOST_ALTERNATIVES} alternatives in one place; "
                    "use fewer conditions",
                    part,
                )
        return ways

    def _of_loop(self, node: nodes.Getattr, path: Path) -> Value:
        turn = path.named("loop")
        if not isinstance(turn, Turn):
            raise self._spot.lost(
                "asks for loop where there is none; a macro or a part does not see it", node
            )
        return (
            turn.index if node.attr == "index" else Known(turn.first if node.attr == "first" else turn.last)
        )

    def _first_that_settles(
        self, node: nodes.And | nodes.Or, path: Path, asked: Asked
    ) -> list[tuple[Path, Value]]:
        found: list[tuple[Path, Value]] = []
        for middle, value in self.value(node.left, path, asked | self._uses.of(node.right)):
            for after, truth in self.conditions.truth(value, middle, node.left):
                if truth is isinstance(node, nodes.Or):
                    found.append((after, value))
                else:
                    found += self.value(node.right, after, asked)
        return found

    # --- parameters -----------------------------------------------------------------------

    def _name(self, node: nodes.Name, path: Path) -> list[tuple[Path, Value]]:
        value = path.named(node.name)
        if value is not None:
            return [(path, value)]
        parameter = self._parameters.get(node.name)
        if parameter is None:
            raise self._spot.lost(
                f"uses {node.name!r}, which is not set on every way that leads here; set it before", node
            )
        try:
            return [
                found
                for after, there in self.presence(parameter, path)
                for found in (self._present(parameter, after) if there else [(after, Missing())])
            ]
        except TooMany as why:
            raise self._spot.lost(f"{node.name!r}: {why}", node) from None

    def parameter_of(self, node: nodes.Name, path: Path) -> Parameter | None:
        """Return the parameter that *node* names, if it names one."""
        return self._parameters.get(node.name) if path.named(node.name) is None else None

    def presence(self, parameter: Parameter, path: Path) -> list[tuple[Path, bool]]:
        """Tell whether a parameter is given: the path where it is, and the one where it is not."""
        name = parameter.name
        if not parameter.optional:
            return [(path, True)]
        known = path.facts.there.get(name)
        if known is not None:
            return [(path, known)]
        return [(path.knowing(there={name: there}), there) for there in (True, False)]

    def domain(self, ref: str, path: Path) -> Domain:
        """Return what is left of a value on *path*."""
        known = path.facts.domains.get(ref)
        return self._options.domain(ref) if known is None else known

    def _present(self, parameter: Parameter, path: Path) -> list[tuple[Path, Value]]:
        name = parameter.name
        if not isinstance(parameter, ListOf):
            domain_of(parameter)  # that it is not known is said here, where it has a place
            return [(path, Hole(name))]
        domain_of(parameter.of)
        known = path.facts.lengths.get(name)
        found: list[tuple[Path, Value]] = []
        for low, high in (known,) if known else self._lengths(parameter.max_items):
            after = path if known else path.knowing(lengths={name: (low, high)})
            items = tuple(Hole(f"{name}#{number}") for number in range(high))
            found.append((after, Items(items, None if low == high else Count(low, high, name))))
        return found

    def _lengths(self, most: int) -> list[tuple[int, int]]:
        """
        Return the numbers of items that are told apart, each as the least and the most.

        The most stands for all between: one item more adds a copy of a middle one. One and two items
        have no middle; and where the template compares with a number, neither side stands for the other.
        """
        starts = {1, 2, 3}.union(*((floor(number), floor(number) + 1) for number in self.numbers))
        if most <= SHORT_LIST:
            starts |= set(range(1, most + 1))
        begins = sorted(start for start in starts if 1 <= start <= most)
        if len(begins) > _MOST_LENGTHS:
            raise TooMany("it is compared with too many numbers; compare its length with fewer")
        return list(zip(begins, [*(start - 1 for start in begins[1:]), most], strict=True))

    # --- texts and filters ----------------------------------------------------------------

    def printed(self, value: Value, node: nodes.Node) -> tuple[Piece, ...]:
        """Return the pieces that *value* prints."""
        match value:
            case Known(known):
                return (Said(str(known)),)
            case Count(high=high):
                return (Said(str(high)),)
            case Hole():
                return (value,)
            case Joined(pieces):
                return pieces
            case Items(items):
                stand_ins = [f"{_STAND_IN}{number}{_STAND_IN}" for number in range(len(items))]
                parts = format_list(stand_ins, self._locale).split(_STAND_IN)
                return tuple(
                    piece
                    for number, part in enumerate(parts)
                    for piece in (self.printed(items[int(part)], node) if number % 2 else (Said(part),))
                )
            case Missing():
                raise self._spot.lost(
                    "prints an optional parameter that may be left out; ask {% if … %} first", node
                )
            case Subroutine() | Turn():
                raise self._spot.lost("prints a macro without calling it; call it", node)

    def _concat(self, node: nodes.Concat, path: Path, asked: Asked) -> list[tuple[Path, Value]]:
        # Printed aside, so that ways through it can be put together too.
        ways = [Path(None, path.scopes, path.facts)]
        for number, part in enumerate(node.nodes):
            later = asked | self._uses.after(node.nodes, number)
            ways = [
                after.printing(*self.printed(value, part))
                for each in ways
                for after, value in self.value(part, each, later)
            ]
            if len(ways) > _MANY:
                ways = folded(ways, later, self._uses.of)
        return [
            (Path(path.trail, path.scopes, each.facts), self._together(each.pieces, node)) for each in ways
        ]

    def _filter(self, node: nodes.Filter, path: Path, asked: Asked) -> list[tuple[Path, Value]]:
        if node.node is None:
            raise self._spot.lost("filters nothing", node)
        names = FILTERS[node.name][1]
        given: dict[str, nodes.Node] = {str(pair.key): pair.value for pair in node.kwargs}
        given |= zip(names, node.args, strict=False)
        if node.name == "default":
            return self._default(node, node.node, given, path, asked)
        # A filter may be given its last arguments by name, and then needs those before them.
        if set(given) != set(names[: len(given)]):
            raise self._spot.lost(
                f"{node.name} with these arguments is not followed; give them in order, none left out", node
            )
        arguments = [given[name] for name in names[: len(given)]]
        found: list[tuple[Path, Value]] = []
        for middle, value in self.value(node.node, path, asked | self._uses.of_all(arguments)):
            for after, said in self.values(arguments, middle, asked):
                found += self._filtered(node, value, said, after)
        return found

    def _default(
        self,
        node: nodes.Filter,
        inner: nodes.Node,
        given: Mapping[str, nodes.Node],
        path: Path,
        asked: Asked,
    ) -> list[tuple[Path, Value]]:
        """Follow what stands in for a value that was left out, or is empty where that is asked for."""
        instead = given.get("default_value", nodes.Const("", lineno=node.lineno))
        also_empty = given.get("boolean", nodes.Const(False, lineno=node.lineno))  # noqa: FBT003 - as Jinja has it
        if not isinstance(also_empty, nodes.Const):
            raise self._spot.lost("default takes true or false as its second argument", node)
        found: list[tuple[Path, Value]] = []
        for middle, value in self.value(inner, path, asked | self._uses.of(instead)):
            if isinstance(value, Missing):
                found += self.value(instead, middle, asked)
            elif not also_empty.value:
                found.append((middle, value))
            else:
                for after, truth in self.conditions.truth(value, middle, node):
                    found += [(after, value)] if truth else self.value(instead, after, asked)
        return found

    def _filtered(
        self, node: nodes.Filter, value: Value, said: Collection[Value], path: Path
    ) -> list[tuple[Path, Value]]:
        literals = tuple(each.value for each in said if isinstance(each, Known))
        if node.name == "join" and isinstance(value, Items):
            return [(path, self._joined(value, said, node))]
        if node.name == "plural" and len(literals) < len(said):
            one, other = said
            chosen = self.conditions.is_one(value, path, node)
            return [(after, one if truth else other) for after, truth in chosen]
        if len(literals) < len(said):
            raise self._spot.lost(
                f"{node.name} with an argument that is not the same in every message is not followed; "
                "write a literal, or a name that is set to one",
                node,
            )
        applied = Filter(node.name, () if literals == (None,) else literals)
        filtering = Filtering(
            self._printer, self._options, self._spot, lambda ref: self.domain(ref, path), node
        )
        try:
            return [(path, filtering.filtered(applied, value, partial(self.printed, node=node)))]
        except TooMany as why:
            raise self._spot.lost(str(why), node) from None

    def _joined(self, value: Items, said: Collection[Value], node: nodes.Node) -> Value:
        between = tuple(piece for each in said for piece in self.printed(each, node))
        pieces = [piece for item in value.items for piece in (*between, *self.printed(item, node))]
        return self._together(tuple(pieces[len(between) :]), node)

    def _together(self, pieces: tuple[Piece, ...], node: nodes.Node) -> Value:
        value = joined(pieces)
        size = len(str(value.value)) if isinstance(value, Known) else weight_of(pieces) * _PART
        if size > LONGEST:
            raise self._spot.lost(
                f"puts together a text of more than {LONGEST} characters or {LONGEST // _PART} parts; "
                "put together less",
                node,
            )
        return value
