"""
The Jinja that templates may use: a closed subset, checked before a template is ever compiled.

Small on purpose. Everything in it can be followed by an analysis of the parsed template, which is
how a worst case is proven; nothing in it can reach beyond the values it was given, which makes the
sandbox below it a second wall and not the only one; and nothing in it prints Python instead of a
text. Whatever is left out has a way out, and the error says it.

=============  =====================================================================================
output         ``{{ code }}``, ``~`` to join, literal text and numbers, inline ``a if b else c``
conditions     ``if``/``elif``/``else``, ``== != < <= > >=``, ``in``, ``and``/``or``/``not``
loops          ``for item in items`` over a list, with ``loop.first``, ``loop.last``, ``loop.index``
names          ``set name = …``
parts          ``include``, ``extends``, ``block``, with literal names; ``macro``, called as an output
filters        those in `FILTERS`, with what they take
=============  =====================================================================================

A file that extends another is its blocks and nothing else: Jinja drops what stands outside them,
and a message must not lose a sentence in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from unicodedata import category

from jinja2 import meta, nodes

from straks.core.nearest import nearest
from straks.core.parameter import GIVEN_NAMES, RESERVED_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jinja2 import Environment

N = TypeVar("N", bound=nodes.Node)

FILTERS: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "upper": (0, ()),
    "lower": (0, ()),
    "title": (0, ()),
    "capitalize": (0, ()),
    "trim": (0, ("chars",)),
    "replace": (2, ("old", "new", "count")),
    "default": (0, ("default_value", "boolean")),
    "join": (0, ("d",)),
    "length": (0, ()),
    "round": (0, ("precision",)),
    "plural": (2, ("one", "other")),
}
"""
The filters there are: how many arguments they need, and the names of all they take.

``plural`` is our own: ``{{ count|plural("sak", "saker") }}``.
"""

_LOOP_ATTRIBUTES: Final = ("first", "last", "index")

_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Concat, nodes.If,
    nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.For, nodes.Assign,
    nodes.Include, nodes.Extends, nodes.Block, nodes.Macro, nodes.Call, nodes.Filter, nodes.List, nodes.Tuple,
    nodes.Neg, nodes.Pos, nodes.Getattr, nodes.Keyword, nodes.Scope,
)  # fmt: skip

# What people reach for, and what to do instead.
_INSTEAD: Final[tuple[tuple[tuple[type[nodes.Node], ...], str, str], ...]] = (
    (
        (nodes.Getitem, nodes.Slice),
        "subscripts",
        "pass the part as a parameter of its own, or loop over the list",
    ),
    ((nodes.Test,), "«is» tests", "compare with ==, or ask {% if name %} for an optional parameter"),
    (
        (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow),
        "arithmetic",
        "compute it beforehand and pass it as a parameter; join texts with ~",
    ),
    ((nodes.Import, nodes.FromImport), "imports", "define the macro in this file, or use {% include %}"),
    ((nodes.AssignBlock,), "{% set %} blocks", "use {% set name = … %}, or a macro"),
    ((nodes.FilterBlock,), "{% filter %} blocks", "put the filter on each output"),
    ((nodes.CallBlock,), "{% call %} blocks", "call the macro as an output"),
    ((nodes.With,), "{% with %} blocks", "use {% set name = … %}"),
    ((nodes.Dict, nodes.Pair), "dictionaries", "declare a parameter of kind choice"),
    ((nodes.ScopedEvalContextModifier,), "{% autoescape %} blocks", "leave it out; HTML escapes every value"),
)
# Some of what is allowed is so in some places only: where a node stands, by its parent and field.
_PLACES: Final[dict[tuple[type[nodes.Node], str], str]] = {
    (nodes.Output, "nodes"): "output",
    (nodes.If, "test"): "condition",
    (nodes.CondExpr, "test"): "condition",
    (nodes.And, "left"): "condition",
    (nodes.And, "right"): "condition",
    (nodes.Or, "left"): "condition",
    (nodes.Or, "right"): "condition",
    (nodes.Not, "node"): "condition",
    (nodes.For, "iter"): "list",
    (nodes.Operand, "expr"): "list",
    (nodes.Filter, "node"): "list",
    (nodes.Call, "node"): "called",
    (nodes.Getattr, "node"): "called",
    (nodes.Call, "args"): "argument",
    (nodes.Filter, "args"): "argument",
    (nodes.Keyword, "value"): "argument",
}
_COMPARISON: Final = (
    "condition",
    "comparisons to print or keep",
    "ask them where they decide: {% if … %}, or {{ … if … else … }}",
)
_LIST: Final = (
    "list",
    "lists to print or keep",
    'join them, loop over them, or ask whether something is in them: ["a", "b"]|join(", ")',
)
_ONLY_IN: Final[dict[type[nodes.Node], tuple[str, str, str]]] = {
    nodes.Call: ("output", "macro calls inside expressions", "let the call stand alone: {{ name(…) }}"),
    nodes.Compare: _COMPARISON,
    nodes.Not: _COMPARISON,
    nodes.List: _LIST,
    nodes.Tuple: _LIST,
}

_ELSEWHERE: Final = "see the table in straks.core.subset for what there is"


_LEVELS: Final = (nodes.If, nodes.For, nodes.Macro, nodes.Block)
_MOST_LEVELS: Final = 16  # Python, which a template becomes, takes 20 loops in one another and no more


class OutsideSubset(Exception):
    """Something that templates may not use: what, where, and what to do instead."""

    def __init__(self, what: str, instead: str, line: int) -> None:
        super().__init__(f"templates have no {what}; {instead}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Uses:
    """
    What a template file refers to; each by the line of its first use.

    ``names`` must come from outside, ``lists`` are those of them that are used as lists, ``own`` are
    the names that the file itself gives to its parts. ``parts`` are the files it includes or
    extends, ``parent`` the one it extends. ``blocks`` are all its blocks; ``overrides`` those that
    must be there in the parent too.
    """

    names: dict[str, int]
    lists: dict[str, int]
    own: frozenset[str]
    parts: dict[str, int]
    parent: str | None
    blocks: frozenset[str]
    overrides: dict[str, int]


def check(tree: nodes.Template) -> Uses:
    """
    Check that *tree* stays within the subset.

    Raises:
        OutsideSubset: It does not.
        jinja2.TemplateAssertionError: Two blocks have one name.
    """
    _Checker().check(tree)
    parent = _parent(tree)
    named = _found(tree, nodes.Name)
    needed = _needed(tree)
    names: dict[str, int] = {}
    for name in named:
        if name.name in needed:
            names.setdefault(name.name, name.lineno)
    parts: list[nodes.Include | nodes.Extends] = [
        *_found(tree, nodes.Include),
        *_found(tree, nodes.Extends),
    ]
    top = [node for node in tree.body if isinstance(node, nodes.Block)] if parent is not None else []
    return Uses(
        names=names,
        lists={name.name: name.lineno for name in _lists(tree) if name.name in needed},
        own=frozenset(name.name for name in named if name.ctx != "load"),
        parts={_literal(part): part.lineno for part in parts},
        parent=parent,
        blocks=frozenset(block.name for block in _found(tree, nodes.Block)),
        overrides={block.name: block.lineno for block in top},
    )


def _found(tree: nodes.Node, kind: type[N]) -> list[N]:
    return [*tree.find_all(kind)]


def _needed(tree: nodes.Template) -> set[str]:
    """Return the names that are looked up outside *tree*."""
    # Jinja itself says which name is bound where: a loop's is not there after the loop. What a file
    # sets at its top is there for its blocks, which Jinja looks at one by one.
    given: set[str] = set()
    read: set[str] = set()
    for node in tree.body:
        if not isinstance(node, nodes.Block):
            read |= {name.name for name in _found(node, nodes.Name) if name.ctx == "load"} - given
        if isinstance(node, (nodes.Assign, nodes.Macro)):
            given.add(node.name if isinstance(node, nodes.Macro) else _target(node))
    finder = meta.TrackingCodeGenerator(cast("Environment", tree.environment))
    finder.optimizer = None  # it would work out constants in the tree itself, which others look at
    finder.visit(tree)
    return finder.undeclared_identifiers - (given - read)


def _lists(tree: nodes.Template) -> Iterator[nodes.Name]:
    """Yield each name that is looped over or joined."""
    for loop in _found(tree, nodes.For):
        if isinstance(loop.iter, nodes.Name):
            yield loop.iter
    for filter_ in _found(tree, nodes.Filter):
        if filter_.name == "join" and isinstance(filter_.node, nodes.Name):
            yield filter_.node


def _parent(tree: nodes.Template) -> str | None:
    """Return the file that *tree* extends, which it must do at its top and with blocks alone."""
    extends = _found(tree, nodes.Extends)
    if not extends:
        return None
    first, *more = extends
    if more or first not in tree.body:
        line = more[0].lineno if more else first.lineno
        raise OutsideSubset("conditional or second {% extends %}", "extend one file, at the top", line)
    for node in tree.body:
        blank = isinstance(node, nodes.Output) and all(
            isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes
        )
        if not blank and not isinstance(node, (nodes.Extends, nodes.Block, nodes.Assign, nodes.Macro)):
            raise OutsideSubset(
                "text outside the blocks of a file that extends another",
                "it would never be printed; put it into a {% block %}",
                _line(node),
            )
    return _literal(first)


def _line(node: nodes.Node) -> int:
    """Return the line of the first thing in *node* that is not blank."""
    first = next(node.iter_child_nodes(), node)
    text = first.data if isinstance(first, nodes.TemplateData) else ""
    return node.lineno + text[: len(text) - len(text.lstrip())].count("\n")


def _literal(node: nodes.Include | nodes.Extends) -> str:
    if isinstance(node.template, nodes.Const) and isinstance(node.template.value, str):
        return node.template.value
    raise OutsideSubset(
        "computed file names", "name the file in quotes, seen from the catalog's folder", node.lineno
    )


def _target(node: nodes.Assign) -> str:
    if isinstance(node.target, nodes.Name):
        return node.target.name
    raise OutsideSubset("{% set %} of anything but a name", "use {% set name = … %} for each", node.lineno)


class _Checker:
    """Looks at every node of one tree, in the order in which they stand."""

    def __init__(self) -> None:
        self._macros: dict[str, nodes.Macro] = {}

    def check(self, tree: nodes.Template) -> None:
        checks: dict[type[nodes.Node], Callable[[Any], object]] = {
            nodes.Assign: self._assignment,
            nodes.Block: self._block,
            nodes.Call: self._call,
            nodes.CondExpr: self._choice,
            nodes.Extends: _literal,
            nodes.Filter: self._filter,
            nodes.For: self._loop,
            nodes.Getattr: self._attribute,
            nodes.Include: self._include,
            nodes.Macro: self._macro,
            nodes.Neg: self._sign,
            nodes.Pos: self._sign,
        }
        for node, place in _in_order(tree, ""):
            if not isinstance(node, _ALLOWED):
                raise _not_allowed(node)
            if look := checks.get(type(node)):
                look(node)
            if type(node) in _ONLY_IN:
                only, what, instead = _ONLY_IN[type(node)]
                if place != only:
                    raise OutsideSubset(what, instead, node.lineno)
            elif isinstance(node, nodes.Const):
                self._constant(node, place)
            elif isinstance(node, nodes.Name) and place != "called":
                self._name(node)

    def _assignment(self, node: nodes.Assign) -> None:
        self._own_name(_target(node), node.lineno)

    def _own_name(self, name: str, line: int) -> None:
        if name in RESERVED_NAMES or name in self._macros:
            raise OutsideSubset(
                f"name {name!r} to give away", "it means something already; take another", line
            )

    def _block(self, node: nodes.Block) -> None:
        if node.required or node.scoped:
            raise OutsideSubset(
                "«required» or «scoped» blocks",
                "leave the word out; a block holds its default, and sees what is set at the top",
                node.lineno,
            )

    def _call(self, node: nodes.Call) -> None:
        macro = self._macros.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        if macro is None:
            raise OutsideSubset(
                "calls but of macros defined above in the same file", "use a filter or a macro", node.lineno
            )
        names = [argument.name for argument in macro.args]
        _check_arguments(f"macro {macro.name!r}", node, len(names) - len(macro.defaults), names)

    def _choice(self, node: nodes.CondExpr) -> None:
        if node.expr2 is None:
            raise OutsideSubset(
                "inline «if» without «else»", 'say what else: {{ … if … else "" }}', node.lineno
            )

    def _constant(self, node: nodes.Const, place: str) -> None:
        if isinstance(node.value, str) and any(
            category(character) in ("Cc", "Cs") and character not in "\t\n" for character in node.value
        ):
            raise OutsideSubset(
                "control characters and no half of a surrogate pair",
                "write the character itself",
                node.lineno,
            )
        if place != "argument" and isinstance(node.value, (bool, type(None))):
            raise OutsideSubset(
                "true, false and none but as arguments", "ask {% if name %} or {% if not name %}", node.lineno
            )

    def _filter(self, node: nodes.Filter) -> None:
        if node.name not in FILTERS:
            near = nearest(node.name, FILTERS)
            hint = f"did you mean {near}?" if near else f"there are {', '.join(FILTERS)}"
            raise OutsideSubset(f"filter {node.name!r}", hint, node.lineno)
        if isinstance(node.node, (nodes.List, nodes.Tuple)) and node.name not in ("join", "length"):
            raise OutsideSubset(f"filter {node.name!r} for lists", "join the list first", node.lineno)
        least, names = FILTERS[node.name]
        _check_arguments(f"filter {node.name!r}", node, least, names)

    def _loop(self, node: nodes.For) -> None:
        if node.test is not None or node.recursive or not isinstance(node.target, nodes.Name):
            what = "conditions, recursion or several names in a {% for %} line"
            raise OutsideSubset(what, "put an {% if %} inside the loop", node.lineno)
        self._own_name(node.target.name, node.lineno)
        if not isinstance(node.iter, (nodes.Name, nodes.List)):
            raise OutsideSubset("loops over an expression", "loop over a parameter of kind list", node.lineno)

    def _attribute(self, node: nodes.Getattr) -> None:
        if isinstance(node.node, nodes.Name) and node.node.name == "loop" and node.attr in _LOOP_ATTRIBUTES:
            return
        instead = f"a value prints itself; in a loop there are loop.{', loop.'.join(_LOOP_ATTRIBUTES)}"
        raise OutsideSubset("attributes", instead, node.lineno)

    def _include(self, node: nodes.Include) -> None:
        if node.ignore_missing:
            raise OutsideSubset("«ignore missing»", "include a file that is there", node.lineno)
        if not node.with_context:
            raise OutsideSubset("«without context»", "leave it out; a part needs the values", node.lineno)
        _literal(node)

    def _macro(self, node: nodes.Macro) -> None:
        for name in (node.name, *(argument.name for argument in node.args)):
            self._own_name(name, node.lineno)
        # Only from here on may it be called, so that no macro can call itself.
        self._macros[node.name] = node

    def _name(self, node: nodes.Name) -> None:
        if node.ctx != "load":
            return
        if node.name in self._macros:
            raise OutsideSubset("macros as values", f"call it: {{{{ {node.name}(…) }}}}", node.lineno)
        if node.name in RESERVED_NAMES - GIVEN_NAMES:
            instead = f"there are {', '.join(sorted(GIVEN_NAMES))}, and in a loop loop.{_LOOP_ATTRIBUTES[-1]}"
            raise OutsideSubset(f"name {node.name!r} to print", instead, node.lineno)

    def _sign(self, node: nodes.Neg | nodes.Pos) -> None:
        if not isinstance(node.node, nodes.Const):
            raise OutsideSubset("arithmetic", "pass the number with its sign", node.lineno)


def _in_order(node: nodes.Node, place: str, around: int = 0) -> Iterator[tuple[nodes.Node, str]]:
    """Walk *node* and what is in it, each with its place, a macro after its body; *around* counts blocks."""
    around += isinstance(node, _LEVELS)
    if around > _MOST_LEVELS:
        raise OutsideSubset(
            f"blocks more than {_MOST_LEVELS} deep in one another", "use fewer levels of them", node.lineno
        )
    if not isinstance(node, nodes.Macro):
        yield node, place
    for field, held in node.iter_fields():
        for child in cast("list[object]", held) if isinstance(held, list) else [held]:
            if isinstance(child, nodes.Node):
                yield from _in_order(child, _PLACES.get((type(node), field), ""), around)
    if isinstance(node, nodes.Macro):
        yield node, place


def _not_allowed(node: nodes.Node) -> OutsideSubset:
    for kinds, what, instead in _INSTEAD:
        if isinstance(node, kinds):
            return OutsideSubset(what, instead, node.lineno)
    return OutsideSubset(f"«{type(node).__name__.lower()}»", _ELSEWHERE, node.lineno)


def _check_arguments(what: str, node: nodes.Call | nodes.Filter, least: int, names: Sequence[str]) -> None:
    given = [*names[: len(node.args)], *(keyword.key for keyword in node.kwargs)]
    if (
        node.dyn_args is not None
        or node.dyn_kwargs is not None
        or len(node.args) > len(names)
        or not set(names[:least]) <= set(given) <= set(names)
        or len(given) > len(set(given))
    ):
        takes = f"{least} to {len(names)} arguments: {', '.join(names)}" if names else "no arguments"
        raise OutsideSubset(f"{what} with these arguments", f"it takes {takes}", node.lineno)
