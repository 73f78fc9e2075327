"""
The Jinja that templates may use: a closed subset, checked before a template is ever compiled.

Small on purpose. Everything in it can be followed by an analysis of the parsed template, which is
how a worst case is proven; and nothing in it can reach beyond the values it was given, which makes
the sandbox below it a second wall and not the only one. Whatever is left out has a way out, and
the error says it.

=============  =====================================================================================
output         ``{{ code }}``, ``~`` to join, literal text and numbers, inline ``a if b else c``
conditions     ``if``/``elif``/``else``, ``== != < <= > >=``, ``in``, ``and``/``or``/``not``
loops          ``for item in items`` over a list, with ``loop.first``, ``loop.last``, ``loop.index``
names          ``set name = …``
parts          ``include``, ``extends``, ``block``, with literal names; ``macro``, called as an output
filters        those in `FILTERS`
=============  =====================================================================================
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jinja2 import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

FILTERS: Final = (
    "upper", "lower", "title", "capitalize", "trim", "replace", "default", "join", "length", "round",
    "plural",
)  # fmt: skip
"""The filters there are. ``plural`` is our own: ``{{ count|plural("sak", "saker") }}``."""

_LOOP_ATTRIBUTES: Final = ("first", "last", "index")

_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Concat, nodes.If,
    nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.For, nodes.Assign,
    nodes.Include, nodes.Extends, nodes.Block, nodes.Macro, nodes.Call, nodes.Filter, nodes.List, nodes.Tuple,
    nodes.Neg, nodes.Pos, nodes.Getattr, nodes.Keyword,
)  # fmt: skip

# What people reach for, and what to do instead.
_INSTEAD: Final[tuple[tuple[tuple[type[nodes.Node], ...], str, str], ...]] = (
    ((nodes.Getitem,), "subscripts", "pass the part as a parameter of its own, or loop over the list"),
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
)


class OutsideSubset(Exception):
    """Something that templates may not use: what, where, and what to do instead."""

    def __init__(self, what: str, instead: str, line: int) -> None:
        super().__init__(f"templates have no {what}; {instead}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Uses:
    """What a template file refers to: names by the line of their first use, and other files likewise."""

    names: dict[str, int]
    files: dict[str, int]


def check(tree: nodes.Template) -> Uses:
    """
    Check that *tree* stays within the subset.

    Returns:
        The names that must be given from outside, and the files it includes or extends.

    Raises:
        OutsideSubset: It does not.
    """
    macros: set[str] = set()
    outputs = {id(part) for output in tree.find_all(nodes.Output) for part in output.nodes}
    for node in _in_order(tree):
        _check_node(node, macros, outputs)
        if isinstance(node, nodes.Macro):
            # Only from here on may it be called, so that no macro can call itself.
            macros.add(node.name)
    bound = _bound_names(tree) | macros
    names: dict[str, int] = {}
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name not in bound:
            names.setdefault(name.name, name.lineno)
    parts: list[nodes.Include | nodes.Extends] = [
        *tree.find_all(nodes.Include),
        *tree.find_all(nodes.Extends),
    ]
    files = {_literal(part): part.lineno for part in parts}
    return Uses(names, files)


def _in_order(node: nodes.Node) -> Iterator[nodes.Node]:
    """Walk *node* and what is in it, a macro after its body."""
    if not isinstance(node, nodes.Macro):
        yield node
    for child in node.iter_child_nodes():
        yield from _in_order(child)
    if isinstance(node, nodes.Macro):
        yield node


def _bound_names(tree: nodes.Template) -> set[str]:
    stored = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    return stored | ({"loop"} if tree.find(nodes.For) else set())


def _check_node(node: nodes.Node, macros: set[str], outputs: set[int]) -> None:
    if not isinstance(node, _ALLOWED):
        raise _not_allowed(node)
    if isinstance(node, nodes.Getattr):
        _check_attribute(node)
    elif isinstance(node, nodes.Call):
        _check_call(node, macros, outputs)
    elif isinstance(node, nodes.Filter):
        _check_filter(node)
    elif isinstance(node, nodes.For):
        _check_loop(node)
    elif isinstance(node, (nodes.Include, nodes.Extends)):
        _literal(node)
    elif isinstance(node, nodes.Assign) and not isinstance(node.target, nodes.Name):
        raise OutsideSubset("assignments to several names", "use one {% set %} for each", node.lineno)


def _not_allowed(node: nodes.Node) -> OutsideSubset:
    for kinds, what, instead in _INSTEAD:
        if isinstance(node, kinds):
            return OutsideSubset(what, instead, node.lineno)
    what = f"«{type(node).__name__.lower()}»"
    return OutsideSubset(what, "see the table in straks.core.subset for what there is", node.lineno)


def _check_loop(node: nodes.For) -> None:
    if node.test is not None or node.recursive or not isinstance(node.target, nodes.Name):
        what = "conditions, recursion or several names in a {% for %} line"
        raise OutsideSubset(what, "put an {% if %} inside the loop", node.lineno)
    if not isinstance(node.iter, (nodes.Name, nodes.List)):
        raise OutsideSubset("loops over an expression", "loop over a parameter of kind list", node.lineno)


def _check_attribute(node: nodes.Getattr) -> None:
    if isinstance(node.node, nodes.Name) and node.node.name == "loop" and node.attr in _LOOP_ATTRIBUTES:
        return
    instead = f"a value prints itself; in a loop there are loop.{', loop.'.join(_LOOP_ATTRIBUTES)}"
    raise OutsideSubset("attributes", instead, node.lineno)


def _check_call(node: nodes.Call, macros: set[str], outputs: set[int]) -> None:
    if not isinstance(node.node, nodes.Name) or node.node.name not in macros:
        raise OutsideSubset(
            "calls but of macros defined above in the same file", "use a filter or a macro", node.lineno
        )
    if id(node) not in outputs or node.dyn_args is not None or node.dyn_kwargs is not None:
        raise OutsideSubset(
            "macro calls inside expressions", "let the call stand alone: {{ name(…) }}", node.lineno
        )


def _check_filter(node: nodes.Filter) -> None:
    if node.name not in FILTERS:
        nearest = difflib.get_close_matches(node.name, FILTERS, n=1)
        hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(FILTERS)}"
        raise OutsideSubset(f"filter {node.name!r}", hint, node.lineno)
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise OutsideSubset("unpacked filter arguments", "write them out", node.lineno)
    if node.name == "join" and (node.kwargs or len(node.args) > 1):
        raise OutsideSubset("join by attribute", "loop over the list", node.lineno)
    if node.name == "round" and (node.kwargs or len(node.args) > 1):
        raise OutsideSubset("round by method", "round the value beforehand", node.lineno)


def _literal(node: nodes.Include | nodes.Extends) -> str:
    if isinstance(node, nodes.Include) and node.ignore_missing:
        raise OutsideSubset("«ignore missing»", "include a file that is there", node.lineno)
    if isinstance(node.template, nodes.Const) and isinstance(node.template.value, str):
        return node.template.value
    raise OutsideSubset(
        "computed file names", "name the file in quotes, seen from the catalog's folder", node.lineno
    )
