"""
Whether a condition holds on a path: yes, no, or both, each with what that says about the values.

A condition about one value and a constant narrows what the value may be, also through a filter where
the filter can be looked through. One about two values narrows both, to what the other leaves open.
Whatever else is asked gets both answers, and the same question later gets the same answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes

from straks.core.domain import WHOLE, Free, Span
from straks.core.folding import folded
from straks.core.list_kind import ListOf
from straks.core.narrowing import (
    OPERATORS,
    OPPOSITE,
    TRUTH,
    TURNED,
    is_empty,
    narrowed,
    narrowed_by_length,
    narrowed_by_letters,
    related,
    split,
)
from straks.core.way import Count, Filter, Hole, Items, Known, Missing, forks

if TYPE_CHECKING:
    from straks.core.expressions import Asked, Expressions
    from straks.core.folding import Path
    from straks.core.narrowing import Outcomes
    from straks.core.printing import Printer
    from straks.core.uses import Uses
    from straks.core.way import Spot, Value

_LENGTH: Final = Filter("length")
_LETTERS: Final = {Filter("upper"): str.upper, Filter("lower"): str.lower}
# What leaves something of a text where there is something, and nothing where there is nothing.
_SHAPED: Final = frozenset({"upper", "lower", "title", "capitalize", "length"})
_MANY: Final = 4
"""So many ways through one condition are put together before it goes on."""


class Conditions:
    """
    Decides the conditions of a template.

    Args:
        expressions: What the sides of a comparison are.
        printer: What values print, and what filters make of them.
        spot: Where the reading stands.
        uses: Which names a part of the template asks for.
    """

    def __init__(self, expressions: Expressions, printer: Printer, spot: Spot, uses: Uses) -> None:
        self._expressions = expressions
        self._printer = printer
        self._spot = spot
        self._uses = uses

    def decide(self, node: nodes.Node, path: Path, asked: Asked) -> list[tuple[Path, bool]]:
        """
        Return the paths on which the condition *node* holds, and those on which it does not.

        *asked* are the names that are asked for after it.
        """
        match node:
            case nodes.Not():
                return [(after, not truth) for after, truth in self.decide(node.node, path, asked)]
            case nodes.And() | nodes.Or():
                return self._both_or_either(node, path, asked)
            case nodes.Compare():
                return self._compare(node, path, asked)
            case nodes.Name():
                parameter = self._expressions.parameter_of(node, path)
                if isinstance(parameter, ListOf):
                    # How many items there are is asked for later, if at all.
                    return self._expressions.presence(parameter, path)
        return [
            outcome
            for after, value in self._expressions.value(node, path, asked)
            for outcome in self.truth(value, after, node)
        ]

    def _both_or_either(
        self, node: nodes.And | nodes.Or, path: Path, asked: Asked
    ) -> list[tuple[Path, bool]]:
        settles = isinstance(node, nodes.Or)
        wanted = asked | self._uses.of(node.right)
        found: list[tuple[Path, bool]] = []
        for after, truth in self.decide(node.left, path, wanted):
            found += [(after, settles)] if truth is settles else self.decide(node.right, after, asked)
        if len(found) <= _MANY:
            return found
        return [
            (after, truth)
            for truth in (True, False)
            for after in folded([each for each, so in found if so is truth], asked, self._uses.of)
        ]

    def truth(self, value: Value, path: Path, node: nodes.Node) -> list[tuple[Path, bool]]:
        """Return the paths on which *value* is true, and those on which it is not."""
        match value:
            case Known(known):
                return [(path, bool(known))]
            case Missing():
                return [(path, False)]
            case Items(items):
                return [(path, bool(items))]
            case Count(low=low) if low > 0:
                return [(path, True)]
            case Hole():
                return self._against(value, TRUTH, None, path, node)
            case _:
                return self._assumed((TRUTH, value, value), path)

    def is_one(self, value: Value, path: Path, node: nodes.Node) -> list[tuple[Path, bool]]:
        """Tell where *value* is counted in the singular."""
        match value:
            case Known(known) if isinstance(known, (int, float)):
                return [(path, self._form(known) == "one")]
            case Count(low, high):
                forms = {self._form(number) for number in range(low, high + 1)}
                if len(forms) == 1:
                    return [(path, forms == {"one"})]
            case Hole():
                domain = self._expressions.domain(value.ref, path)
                if isinstance(domain, Span) and domain.scale == WHOLE and not value.filters:
                    ones = [number for number in (1, -1) if self._form(number) == "one"]
                    return self._against(value, "in", ones, path, node)
            case _:
                pass
        raise self._spot.lost(
            "plural with words that are not literals is followed for a parameter of kind integer alone; "
            "write the words, or ask {% if … == 1 %}",
            node,
        )

    def _form(self, number: float) -> object:
        return self._printer.filtered(Filter("plural", ("one", "other")), number)

    # --- comparisons ----------------------------------------------------------------------

    def _compare(self, node: nodes.Compare, path: Path, asked: Asked) -> list[tuple[Path, bool]]:
        later = asked.union(*(self._uses.of(operand.expr) for operand in node.ops))
        holding = self._expressions.value(node.expr, path, later)
        found: list[tuple[Path, bool]] = []
        for operand in node.ops:
            next_: list[tuple[Path, Value]] = []
            for middle, left in holding:
                for after, right in self._expressions.value(operand.expr, middle, later):
                    for end, truth in self._comparison(node, operand.op, left, right, after):
                        if truth:
                            next_.append((end, right))
                        else:
                            found.append((end, False))
            holding = next_
        return [*((end, True) for end, _ in holding), *found]

    def _comparison(  # noqa: PLR0911 - one pair of sides after the other
        self, node: nodes.Compare, asked: str, left: Value, right: Value, path: Path
    ) -> list[tuple[Path, bool]]:
        for side in (left, right):
            if isinstance(side, Missing):
                raise self._spot.lost(
                    "compares an optional parameter that may be left out; ask {% if … %} first", node
                )
        wanted = _literal(right)
        match left, right:
            case (Known(), _) if wanted is not None:
                return [(path, self._holds(asked, left.value, wanted, node))]
            case (Count(), Known()):
                return self._counted(node, asked, left, right, path)
            case (Known(), Count()) if asked in TURNED:
                return self._counted(node, TURNED[asked], right, left, path)
            case (Hole(), _) if wanted is not None:
                return self._against(left, asked, wanted, path, node)
            case (Known(), Hole()) if asked in TURNED:
                return self._against(right, TURNED[asked], left.value, path, node)
            case (Known(known), Hole()):
                return self._holding(right, asked, known, path, node)
            case (Hole(), Hole()) if not left.filters and not right.filters and asked in TURNED:
                return self._related(node, left, asked, right, path)
            case _:
                return self._assumed((asked, left, right), path)

    def _holds(self, asked: str, left: object, right: object, node: nodes.Node) -> bool:
        try:
            return bool(OPERATORS[asked](left, right))
        except TypeError:
            raise self._spot.lost(
                "compares values of different kinds, which fails when it is rendered; "
                "compare with a literal of the value's own kind",
                node,
            ) from None

    def _counted(
        self, node: nodes.Node, asked: str, count: Count, known: Known, path: Path
    ) -> list[tuple[Path, bool]]:
        """Compare a number that is known by its bounds alone."""
        answers = {self._holds(asked, number, known.value, node) for number in _telling(count, known.value)}
        if len(answers) == 1:
            return [(path, answers.pop())]
        return self._assumed((asked, count, known), path)

    # --- a value and a constant -----------------------------------------------------------

    def _against(
        self, hole: Hole, asked: str, wanted: object, path: Path, node: nodes.Node
    ) -> list[tuple[Path, bool]]:
        """Follow both outcomes of comparing a value with a constant, each narrowed by it."""
        try:
            outcomes = self._outcomes(hole, asked, wanted, path)
        except TypeError:
            raise self._spot.lost(
                "compares values of different kinds, which fails when it is rendered; "
                "compare with a literal of the value's own kind",
                node,
            ) from None
        if outcomes is None:
            return self._assumed((asked, hole, _frozen(wanted)), path)
        return self._narrowed(hole.ref, outcomes, path)

    def _narrowed(self, ref: str, outcomes: Outcomes, path: Path) -> list[tuple[Path, bool]]:
        before = self._expressions.domain(ref, path)
        return [
            (path if domain == before else path.knowing(domains={ref: domain}), truth)
            for truth, domain in zip((True, False), outcomes, strict=True)
            if not is_empty(domain)
        ]

    def _outcomes(self, hole: Hole, asked: str, wanted: object, path: Path) -> Outcomes | None:
        domain = self._expressions.domain(hole.ref, path)
        if not hole.filters:
            return narrowed(domain, asked, wanted)
        if not isinstance(domain, Free):
            return split(
                domain,
                lambda value: OPERATORS[asked](self._printer.through(hole, value), wanted),
            )
        if asked == TRUTH and _keeps_shape(hole):
            return narrowed(domain, asked, wanted)
        if hole.filters == (_LENGTH,):
            return narrowed_by_length(domain, asked, wanted)
        letters = _LETTERS.get(hole.filters[0]) if len(hole.filters) == 1 else None
        return narrowed_by_letters(domain, asked, wanted, letters) if letters else None

    def _holding(
        self,
        hole: Hole,
        asked: str,
        known: Any,  # noqa: ANN401 - any literal
        path: Path,
        node: nodes.Node,
    ) -> list[tuple[Path, bool]]:
        """Follow both outcomes of looking for a constant in what a value prints."""
        domain = self._expressions.domain(hole.ref, path)
        try:
            outcomes = split(
                domain, lambda value: OPERATORS[asked](known, self._printer.through(hole, value))
            )
        except TypeError:
            raise self._spot.lost("looks for something in what is no text and no list", node) from None
        if outcomes is None:
            return self._assumed((asked, Known(known), hole), path)
        return self._narrowed(hole.ref, outcomes, path)

    # --- two values -----------------------------------------------------------------------

    def _related(
        self, node: nodes.Node, left: Hole, asked: str, right: Hole, path: Path
    ) -> list[tuple[Path, bool]]:
        """Follow both outcomes of comparing two values, each narrowed to what the other leaves open."""
        if left.ref == right.ref:
            return [(path, asked in ("eq", "lteq", "gteq"))]
        if asked in OPPOSITE:
            turned = self._related(node, left, OPPOSITE[asked], right, path)
            return [(after, not truth) for after, truth in turned]
        domains = (self._expressions.domain(left.ref, path), self._expressions.domain(right.ref, path))
        found: list[tuple[Path, bool]] = []
        try:
            for truth, mine, theirs in related(domains[0], asked, domains[1]):
                known = path.knowing(domains={left.ref: mine, right.ref: theirs})
                after = path if (mine, theirs) == domains else known
                found += [each for each in self._assumed((asked, left, right), after) if each[1] is truth]
        except TypeError:
            raise self._spot.lost(
                "compares values of different kinds, which fails when it is rendered", node
            ) from None
        return found

    def _assumed(self, question: tuple[str, Value, Value], path: Path) -> list[tuple[Path, bool]]:
        """Follow both outcomes of a condition that narrows nothing; the same question, the same answer."""
        known = path.facts.answers.get(question)
        if known is not None:
            return [(path, known)]
        if any(map(forks, question[1:])):
            return [(path, True), (path, False)]
        return [(path.knowing(answers={question: truth}), truth) for truth in (True, False)]


def _keeps_shape(hole: Hole) -> bool:
    return all(each.name in _SHAPED or each == Filter("trim") for each in hole.filters)


def _literal(value: Value) -> Any:  # noqa: ANN401 - a constant, a list of such, or None
    """Return *value* if it is the same in every rendering, a list of such included."""
    if isinstance(value, Known):
        return value.value
    if isinstance(value, Items) and all(isinstance(item, Known) for item in value.items):
        return [item.value for item in value.items if isinstance(item, Known)]
    return None


def _frozen(wanted: object) -> Value:
    """Return *wanted* as it is remembered."""
    if isinstance(wanted, list):
        return Items(tuple(map(Known, wanted)))
    return Known(wanted)  # type: ignore[arg-type]


def _telling(count: Count, known: object) -> list[int]:
    """Return numbers that answer a comparison with *known* as all between the bounds do."""
    numbers = {count.low, count.high}
    if isinstance(known, (int, float)):
        numbers |= {number for number in (int(known), int(known) + 1) if count.low < number < count.high}
    return sorted(numbers)
