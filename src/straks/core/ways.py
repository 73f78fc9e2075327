"""
Every way through a template, from its parsed Jinja.

A way is what one run of the template prints: constant text and holes, each hole filled by one
parameter through a chain of filters, under what the branches taken say about the parameters. Two
branches that exclude each other are two ways, so their texts are never added up; a parameter that
stands in two places is the same parameter in both.

Where a condition is about one parameter and a constant, it narrows what the parameter admits;
where it is not, both outcomes are followed and remembered, so that the same question later gets the
same answer. Loops are unrolled for the numbers of items that can matter: one, two, three, the most,
and the neighbours of every number that the template compares with. In between, one item more only
adds another middle item.

What this cannot follow it does not guess: it raises `Lost`, with the place.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes

from straks.core.domain import Free, Listed, Span, TooMany, domain_of, numbers_of
from straks.core.hygiene import starts_with_mark
from straks.core.list_kind import ListOf
from straks.core.locale import format_list
from straks.core.narrowing import OPERATORS, TRUTH, TURNED, is_empty, narrowed
from straks.core.spelling import FOLLOWED
from straks.core.subset import FILTERS
from straks.core.way import (
    Filter,
    Hole,
    Items,
    Joined,
    Known,
    Lost,
    Missing,
    Piece,
    Said,
    Subroutine,
    Value,
    Way,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from straks.core.domain import Domain
    from straks.core.parameter import Parameter

MOST_WAYS: Final = 2_000
_MOST_DEPTH = 60

# Filters that act on each character by itself, so that they may be applied to the parts of a text.
_CHARACTERWISE: Final = ("upper", "lower")
# Filters that make alike of what prints alike.
_BY_CLASS: Final = ("upper", "lower", "title", "capitalize", "plural", "round", "length")
_STAND_IN = "\ue000"  # private use: neither Babel nor a template prints it


class Walker:
    """
    Follows every way through the files of a template.

    Args:
        trees: Gives the parsed tree of a file.
        parameters: What may fill the template.
        locale: The language to print in.
        apply: Applies a filter to a constant.
    """

    def __init__(
        self,
        trees: Callable[[str], nodes.Template],
        parameters: Mapping[str, Parameter],
        locale: str,
        apply: Callable[[Filter, object], object],
    ) -> None:
        self._trees = trees
        self._parameters = parameters
        self._locale = locale
        self._apply = apply
        self._file = ""
        self._depth = 0
        self._blocks: dict[str, tuple[str, list[nodes.Node]]] = {}
        self._numbers: frozenset[int] = frozenset()
        self._every_length = False

    def ways(self, file: str, after: Way | None = None, **given: Value) -> list[Way]:
        """
        Return every way through *file*.

        Args:
            file: The file that is rendered.
            after: A way through another file for the same values; what it settled stays settled.
            given: Names that are there besides the parameters.

        Raises:
            Lost: Something in it cannot be followed.
        """
        self._blocks.clear()
        self._numbers |= frozenset(self._constants(file))
        self._every_length = self._every_length or self._looks_at_lengths(file)
        start = replace(after or Way(), pieces=(), names={"locale": Known(self._locale), **given})
        return self._page(file, [start])

    def _looks_at_lengths(self, file: str) -> bool:
        """Tell whether a list's length may matter that no constant of *file* or its parts names."""
        tree = self._trees(file)
        filters = {each.name for each in tree.find_all(nodes.Filter)}
        return (
            (bool(filters & {"replace", "trim", "round"}) and "length" in filters)
            or any(
                isinstance(side, (nodes.Name, nodes.Filter, nodes.Concat))
                for each in tree.find_all(nodes.Compare)
                if isinstance(each.expr, (nodes.Name, nodes.Filter, nodes.Concat, nodes.Getattr))
                for side in (operand.expr for operand in each.ops)
            )
            or any(self._looks_at_lengths(part) for part in self._parts(tree))
        )

    def _parts(self, tree: nodes.Template) -> list[str]:
        extended = [_name(part) for part in tree.find_all(nodes.Extends)]
        return extended + [_name(part) for part in tree.find_all(nodes.Include)]

    def _constants(self, file: str) -> Iterator[int]:
        tree = self._trees(file)
        for constant in tree.find_all(nodes.Const):
            if isinstance(constant.value, (int, float)):
                whole = int(constant.value)
                yield from (whole - 1, whole, whole + 1)
        for part in self._parts(tree):
            yield from self._constants(part)

    # --- statements -----------------------------------------------------------------------

    def _page(self, file: str, ways: list[Way]) -> list[Way]:
        """Follow a file from its beginning, its layouts first resolved."""
        tree = self._trees(file)
        extends = tree.find(nodes.Extends)
        before, self._file = self._file, file
        if extends is None:
            ways = self._all(tree.body, ways)
        else:
            for block in tree.find_all(nodes.Block):
                self._blocks.setdefault(block.name, (file, block.body))
            # What a child sets at its top is there for its blocks; what it prints there is not.
            ways = self._all(
                [node for node in tree.body if isinstance(node, (nodes.Assign, nodes.Macro))], ways
            )
            ways = self._page(_name(extends), ways)
        self._file = before
        return ways

    def _all(self, body: Sequence[nodes.Node], ways: list[Way]) -> list[Way]:
        for node in body:
            ways = [after for way in ways for after in self._one(node, way)]
            if len(ways) > MOST_WAYS:
                raise self._lost(
                    f"there are more than {MOST_WAYS} ways through it; use fewer conditions", node
                )
        return ways

    def _one(self, node: nodes.Node, way: Way) -> Iterator[Way]:
        match node:
            case nodes.Output():
                yield from self._output(node, way)
            case nodes.If():
                yield from self._if(node, way)
            case nodes.For():
                yield from self._for(node, way)
            case nodes.Assign(target=nodes.Name(name=name)):
                for after, value in self._value(node.node, way):
                    yield after.naming(**{name: value})
            case nodes.Macro():
                yield way.naming(**{node.name: Subroutine(node)})
            case nodes.Block():
                file, body = self._blocks.get(node.name, (self._file, node.body))
                before, self._file = self._file, file
                yield from (replace(after, names=way.names) for after in self._all(body, [way]))
                self._file = before
            case nodes.Include():
                yield from (replace(after, names=way.names) for after in self._page(_name(node), [way]))
            case _:
                raise self._lost(f"«{type(node).__name__.lower()}» is not followed", node)

    def _output(self, node: nodes.Output, way: Way) -> Iterator[Way]:
        ways = [way]
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                ways = [each.printing(part.data) for each in ways]
            elif isinstance(part, nodes.Call):
                ways = [after for each in ways for after in self._call(part, each)]
            else:
                ways = [
                    after.printing(*self._printed(value, part))
                    for each in ways
                    for after, value in self._value(part, each)
                ]
        yield from ways

    def _printed(self, value: Value, node: nodes.Node) -> tuple[Piece, ...]:
        match value:
            case Known(known):
                return (Said(str(known)),)
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
                    for piece in (self._printed(items[int(part)], node) if number % 2 else (Said(part),))
                )
            case Missing():
                raise self._lost(
                    "prints an optional parameter that may be left out; ask {% if … %} first", node
                )
            case Subroutine():
                raise self._lost("prints a macro; call it", node)

    def _if(self, node: nodes.If, way: Way) -> Iterator[Way]:
        for after, truth in self._decide(node.test, way):
            if truth:
                yield from self._all(node.body, [after])
            elif node.elif_:
                rest = nodes.If(
                    node.elif_[0].test, node.elif_[0].body, node.elif_[1:], node.else_, lineno=node.lineno
                )
                yield from self._if(rest, after)
            else:
                yield from self._all(node.else_, [after])

    def _for(self, node: nodes.For, way: Way) -> Iterator[Way]:
        if not isinstance(node.target, nodes.Name):
            raise self._lost("loops over several names are not followed", node)
        for start, value in self._value(node.iter, way):
            if isinstance(value, Missing):
                raise self._lost(
                    "loops over an optional list that may be left out; ask {% if … %} first", node
                )
            if not isinstance(value, Items):
                raise self._lost("loops over something that is no list", node)
            ways = [start] if value.items else self._all(node.else_, [start])
            for number, item in enumerate(value.items):
                loop = {"first": number == 0, "last": number == len(value.items) - 1, "index": number + 1}
                inner = {node.target.name: item, "loop": Known(loop)}
                ways = self._all(node.body, [each.naming(**inner) for each in ways])
                ways = [replace(each, names=start.names) for each in ways]
            yield from ways

    def _call(self, node: nodes.Call, way: Way) -> Iterator[Way]:
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        routine = way.names.get(name)
        if not isinstance(routine, Subroutine):
            raise self._lost("calls something that is no macro", node)
        macro = routine.node
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise self._lost("macros are nested too deeply", node)
        wanted = [argument.name for argument in macro.args]
        defaults = dict(zip(wanted[len(wanted) - len(macro.defaults) :], macro.defaults, strict=True))
        given = dict(zip(wanted, node.args, strict=False)) | {pair.key: pair.value for pair in node.kwargs}
        ways = [(way, dict[str, Value]())]
        for argument in wanted:
            expression = given.get(argument, defaults.get(argument))
            if expression is None:
                raise self._lost(f"calls {name} without {argument}", node)
            ways = [
                (after, {**bound, argument: value})
                for each, bound in ways
                for after, value in self._value(expression, each)
            ]
        for each, bound in ways:
            for after in self._all(macro.body, [each.naming(**bound)]):
                yield replace(after, names=way.names)
        self._depth -= 1

    # --- expressions ----------------------------------------------------------------------

    def _value(self, node: nodes.Node, way: Way) -> Iterator[tuple[Way, Value]]:
        match node:
            case nodes.Const():
                yield way, Known(node.value)
            case nodes.Name():
                yield from self._name(node, way)
            case nodes.Concat():
                yield from self._concat(node, way)
            case nodes.List() | nodes.Tuple():
                yield from self._list(node.items, way)
            case nodes.Filter():
                yield from self._filter(node, way)
            case nodes.Neg() | nodes.Pos() | nodes.Getattr():
                yield way, self._given(node, way)
            case _:
                yield from self._chosen(node, way)

    def _given(self, node: nodes.Neg | nodes.Pos | nodes.Getattr, way: Way) -> Known:
        """Return a number with its sign, or what a loop says of itself."""
        if isinstance(node, nodes.Getattr):
            loop = way.names.get("loop")
            if isinstance(loop, Known):
                return Known(loop.value[node.attr])
            raise self._lost("asks for loop outside a loop", node)
        number = node.node.value if isinstance(node.node, nodes.Const) else None
        if not isinstance(number, (int, float)):
            raise self._lost("puts a sign before what is no number", node)
        return Known(-number if isinstance(node, nodes.Neg) else number)

    def _chosen(self, node: nodes.Node, way: Way) -> Iterator[tuple[Way, Value]]:
        """Follow what is one value or another."""
        if isinstance(node, nodes.CondExpr) and node.expr2 is not None:
            for after, truth in self._decide(node.test, way):
                yield from self._value(node.expr1 if truth else node.expr2, after)
        elif isinstance(node, (nodes.And, nodes.Or)):
            for middle, value in self._value(node.left, way):
                for after, truth in self._truth(value, node.left, middle):
                    if truth is isinstance(node, nodes.Or):
                        yield after, value
                    else:
                        yield from self._value(node.right, after)
        else:
            raise self._lost(f"«{type(node).__name__.lower()}» is not followed", node)

    def _name(self, node: nodes.Name, way: Way) -> Iterator[tuple[Way, Value]]:
        if node.name in way.names:
            yield way, way.names[node.name]
            return
        parameter = self._parameters.get(node.name)
        if parameter is None:
            raise self._lost(f"uses {node.name!r}, which is not declared", node)
        if node.name in way.absent:
            yield way, Missing()
            return
        known = node.name in way.domains or node.name in way.lengths
        if parameter.optional and not known:
            yield replace(way, absent=way.absent | {node.name}), Missing()
        try:
            yield from self._present(parameter, way)
        except TooMany as why:
            raise self._lost(f"{node.name!r}: {why}", node) from None

    def _present(self, parameter: Parameter, way: Way) -> Iterator[tuple[Way, Value]]:
        name = parameter.name
        if not isinstance(parameter, ListOf):
            after = way if name in way.domains else self._admitting(way, name, domain_of(parameter))
            yield after, Hole(name)
            return
        most = parameter.max_items
        if name in way.lengths:
            counts = {way.lengths[name]}
        elif most <= _SHORT_LIST or self._every_length:
            counts = set(range(1, most + 1))
        else:
            counts = {count for count in {1, 2, 3, most} | self._numbers if 1 <= count <= most}
        for count in sorted(counts):
            refs = [f"{name}#{number}" for number in range(count)]
            after = replace(way, lengths={**way.lengths, name: count})
            for ref in refs:
                if ref not in after.domains:
                    after = self._admitting(after, ref, domain_of(parameter.of))
            yield after, Items(tuple(Hole(ref) for ref in refs))

    def _admitting(self, way: Way, ref: str, domain: Domain) -> Way:
        return replace(way, domains={**way.domains, ref: domain})

    def _concat(self, node: nodes.Concat, way: Way) -> Iterator[tuple[Way, Value]]:
        ways: list[tuple[Way, tuple[Piece, ...]]] = [(way, ())]
        for part in node.nodes:
            ways = [
                (after, pieces + self._printed(value, part))
                for each, pieces in ways
                for after, value in self._value(part, each)
            ]
        for after, pieces in ways:
            yield after, Joined(pieces)

    def _list(self, parts: Sequence[nodes.Node], way: Way) -> Iterator[tuple[Way, Value]]:
        ways: list[tuple[Way, tuple[Value, ...]]] = [(way, ())]
        for part in parts:
            ways = [
                (after, (*items, value)) for each, items in ways for after, value in self._value(part, each)
            ]
        for after, items in ways:
            yield after, Items(items)

    def _filter(self, node: nodes.Filter, way: Way) -> Iterator[tuple[Way, Value]]:
        names = FILTERS[node.name][1]
        named = {pair.key: pair.value for pair in node.kwargs} | dict(zip(names, node.args, strict=False))
        if set(named) != set(names[: len(named)]):
            raise self._lost(f"{node.name} with these arguments is not followed", node)
        applied = Filter(node.name, tuple(self._constant(named[name], node) for name in names[: len(named)]))
        if node.node is None:
            raise self._lost("filters nothing", node)
        for after, value in self._value(node.node, way):
            yield after, self._filtered(applied, value, node, after)

    def _filtered(self, applied: Filter, value: Value, node: nodes.Node, way: Way) -> Value:
        if applied.name == "default":
            if len(applied.arguments) > 1:
                raise self._lost("default with more than its value is not followed", node)
            return Known((*applied.arguments, "")[0]) if isinstance(value, Missing) else value
        match value:
            case Known(known):
                return Known(self._applied(applied, known, node))
            case Hole():
                return self._hole(applied, value, node, way)
            case Items():
                return self._filtered_list(applied, value, node, way)
            case Joined(pieces):
                return self._filtered_text(applied, pieces, node, way)
            case Missing():
                raise self._lost("filters an optional parameter that may be left out", node)
            case Subroutine():
                raise self._lost("filters a macro", node)

    def _filtered_list(self, applied: Filter, value: Items, node: nodes.Node, way: Way) -> Value:
        if applied.name == "length":
            return Known(len(value.items))
        if applied.name != "join":
            return self._filtered_text(applied, self._printed(value, node), node, way)
        between = Said(str((*applied.arguments, "")[0]))
        joined = [piece for item in value.items for piece in (between, *self._printed(item, node))]
        return Joined(tuple(joined[1:]))

    def _filtered_text(self, applied: Filter, pieces: Sequence[Piece], node: nodes.Node, way: Way) -> Value:
        if applied.name not in _CHARACTERWISE:
            raise self._lost(f"{applied.name} of a text put together is not followed", node)
        return Joined(
            tuple(
                self._hole(applied, piece, node, way)
                if isinstance(piece, Hole)
                else Said(str(self._applied(applied, piece if isinstance(piece, str) else piece.text, node)))
                for piece in pieces
            )
        )

    def _applied(self, applied: Filter, value: object, node: nodes.Node) -> object:
        try:
            return self._apply(applied, value)
        except Exception:  # noqa: BLE001 - whatever a filter does not take is the template's fault
            raise self._lost(f"{applied.name} does not take this value", node) from None

    def _hole(self, applied: Filter, hole: Hole, node: nodes.Node, way: Way) -> Hole:
        """Put a filter on a hole, if what it makes of every value there can be told."""
        domain = way.domains[hole.ref]
        if isinstance(domain, Span):
            domain = numbers_of(domain)
        if isinstance(domain, Free):
            followed = applied.name in FOLLOWED and "" not in applied.arguments[:1]
        else:
            followed = domain.complete or applied.name in _BY_CLASS or applied == Filter("trim")
        if not followed:
            raise self._lost(f"{applied.name} is not followed for so many values", node)
        if starts_with_mark(str(applied.arguments[1:2] and applied.arguments[1])):
            raise self._lost("replaces with a combining mark, which joins the character before it", node)
        filtered = Hole(hole.ref, (*hole.filters, applied))
        if isinstance(domain, Listed):
            name = hole.ref.partition("#")[0]
            parameter = self._parameters[name]
            of = parameter.of if isinstance(parameter, ListOf) else parameter
            for value in domain.values[:1]:
                shown: object = of.show(value, self._locale)
                for each in filtered.filters:
                    shown = self._applied(each, shown, node)
        return filtered

    def _constant(self, node: nodes.Node, filter_: nodes.Node) -> Any:  # noqa: ANN401 - whatever a literal holds
        if isinstance(node, nodes.Const):
            return node.value
        raise self._lost("a filter's arguments must be literals to be followed", filter_)

    # --- conditions -----------------------------------------------------------------------

    def _decide(self, node: nodes.Node, way: Way) -> Iterator[tuple[Way, bool]]:
        match node:
            case nodes.Not():
                for after, truth in self._decide(node.node, way):
                    yield after, not truth
            case nodes.And() | nodes.Or():
                settles = isinstance(node, nodes.Or)
                for after, truth in self._decide(node.left, way):
                    if truth is settles:
                        yield after, settles
                    else:
                        yield from self._decide(node.right, after)
            case nodes.Compare():
                yield from self._compare(node, way)
            case _:
                for after, value in self._value(node, way):
                    yield from self._truth(value, node, after)

    def _truth(self, value: Value, node: nodes.Node, way: Way) -> Iterator[tuple[Way, bool]]:
        match value:
            case Known(known):
                yield way, bool(known)
            case Missing():
                yield way, False
            case Items(items):
                yield way, bool(items)
            case Hole(ref, ()):
                yield from self._split(way, ref, TRUTH, None, node)
            case _:
                yield from self._assume(node, way)

    def _compare(self, node: nodes.Compare, way: Way) -> Iterator[tuple[Way, bool]]:
        if len(node.ops) > 1:
            raise self._lost("chains of comparisons are not followed; join them with and", node)
        (operand,) = node.ops
        for middle, left in self._value(node.expr, way):
            for after, right in self._value(operand.expr, middle):
                yield from self._comparison(node, operand.op, left, right, after)

    def _comparison(
        self, node: nodes.Compare, asked: str, left: Value, right: Value, way: Way
    ) -> Iterator[tuple[Way, bool]]:
        wanted = _literal(right)
        if isinstance(left, Known) and wanted is not None:
            try:
                yield way, bool(OPERATORS[asked](left.value, wanted.value))
            except TypeError:
                raise self._lost("compares values of different kinds", node) from None
        elif isinstance(left, Hole) and not left.filters and wanted is not None:
            yield from self._split(way, left.ref, asked, wanted.value, node)
        elif isinstance(left, Known) and isinstance(right, Hole) and not right.filters and asked in TURNED:
            yield from self._split(way, right.ref, TURNED[asked], left.value, node)
        elif isinstance(left, Missing) or isinstance(right, Missing):
            raise self._lost(
                "compares an optional parameter that may be left out; ask {% if … %} first", node
            )
        else:
            yield from self._assume(node, way)

    def _split(
        self, way: Way, ref: str, asked: str, wanted: object, node: nodes.Node
    ) -> Iterator[tuple[Way, bool]]:
        """Follow both outcomes of comparing a value with a constant, each narrowed by it."""
        try:
            outcomes = narrowed(way.domains[ref], asked, wanted)
        except TypeError:
            raise self._lost(
                "compares values of different kinds, which fails when it is rendered", node
            ) from None
        if outcomes is None:
            yield from self._assume(node, way)
            return
        for truth, domain in zip((True, False), outcomes, strict=True):
            if not is_empty(domain):
                yield self._admitting(way, ref, domain), truth

    def _assume(self, node: nodes.Node, way: Way) -> Iterator[tuple[Way, bool]]:
        """Follow both outcomes of a condition that narrows nothing; the same question, the same answer."""
        question = f"{self._file}:{node!r}:{sorted((name, repr(value)) for name, value in way.names.items())}"
        if question in way.answers:
            yield way, way.answers[question]
            return
        for truth in (True, False):
            yield replace(way, answers={**way.answers, question: truth}, loose=True), truth

    def _lost(self, why: str, node: nodes.Node) -> Lost:
        return Lost(why, self._file, node.lineno)


_SHORT_LIST = 6
"""Lists of at most so many items are followed at every length."""


def _name(node: nodes.Include | nodes.Extends) -> str:
    return str(node.template.value) if isinstance(node.template, nodes.Const) else ""


def _literal(value: Value) -> Known | None:
    """Return *value* if it is the same in every rendering, a list of such included."""
    if isinstance(value, Known):
        return value
    if isinstance(value, Items) and all(isinstance(item, Known) for item in value.items):
        return Known([item.value for item in value.items if isinstance(item, Known)])
    return None
