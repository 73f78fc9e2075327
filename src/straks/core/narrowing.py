"""
What a condition says about a value: the domain it is narrowed to where the condition holds, and where not.

A condition is decided over everything the value may be. Where only representatives are listed, or
the question is not one that a text's length and letters answer, nothing is narrowed, and both
outcomes keep all of it: sound, and never less than the truth.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from straks.core.domain import Domain, Free, Listed, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Outcomes: TypeAlias = tuple[Domain, Domain]
"""What is left where a condition holds, and where not."""

TRUTH: Final = "truth"

OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
    "in": lambda value, group: value in group,
    "notin": lambda value, group: value not in group,
    TRUTH: lambda value, _: bool(value),
}
# What a comparison says when its sides change places.
TURNED: Final = {"eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "lteq": "gteq", "gteq": "lteq"}
OPPOSITE: Final = {"ne": "eq", "notin": "in", "gteq": "lt", "gt": "lteq"}
_ORDERS: Final = ("lt", "lteq", "gt", "gteq")
# What is false of values in order; a day or a time of day never is.
_NOTHING: Final = {"number": 0, "amount": Decimal(0), "duration": timedelta(0)}
DECIDED: Final = 1_500
"""Spans of at most so many values are looked through one by one."""


def narrowed(domain: Domain, asked: str, wanted: object) -> Outcomes | None:
    """Return what is left of *domain* where a comparison holds, and where not; None where that is unknown."""
    if asked in OPPOSITE:
        return _turned(narrowed(domain, OPPOSITE[asked], wanted))
    if isinstance(domain, Listed):
        return split(domain, lambda value: OPERATORS[asked](value, wanted), by_class=asked == TRUTH)
    if isinstance(domain, Span):
        return _narrowed_span(domain, asked, wanted)
    return _narrowed_text(domain, asked, wanted)


def _turned(outcomes: Outcomes | None) -> Outcomes | None:
    return outcomes and (outcomes[1], outcomes[0])


def split(domain: Domain, holds: Callable[[Any], bool], *, by_class: bool = False) -> Outcomes | None:
    """
    Part *domain* by asking about each value; None where there are too many.

    *by_class* says that values which print alike are answered alike.
    """
    if isinstance(domain, Free) or (isinstance(domain, Span) and len(domain) > DECIDED):
        return None
    complete = isinstance(domain, Span) or domain.complete
    if not complete and not by_class:
        return None
    parts: dict[bool, list[Any]] = {True: [], False: []}
    for value in domain if isinstance(domain, Span) else domain.values:
        parts[bool(holds(value))].append(value)
    return Listed(tuple(parts[True]), complete), Listed(tuple(parts[False]), complete)


def _group(asked: str, wanted: object) -> list[object] | None:
    """Return the values that a comparison admits, where it lists them."""
    if asked == "eq":
        return [wanted]
    return cast("list[object]", wanted) if asked == "in" and isinstance(wanted, list) else None


# --- values in order ---------------------------------------------------------------------------


def _narrowed_span(span: Span, asked: str, wanted: object) -> Outcomes | None:
    if asked == TRUTH:
        nothing = _NOTHING.get(span.scale.kind)
        if nothing is None or nothing not in span:
            return span, Span((), span.scale)
        return span.without(nothing), span.narrowed(nothing, nothing)
    if asked in _ORDERS:
        return _cut(span, lambda value: OPERATORS[asked](value, wanted))
    group = _group(asked, wanted)
    return None if group is None else _among(span, group)


def _among(span: Span, group: list[object]) -> Outcomes:
    inside = sorted({value for wanted in group if (value := _value_like(span, wanted)) is not None})
    return Span(tuple((value, value) for value in inside), span.scale), span.without(*inside)


def _value_like(span: Span, wanted: object) -> Any:  # noqa: ANN401 - any kind's value, or none
    """Return the value of *span* that equals *wanted*, if it has one."""
    for low, high in span.intervals:
        try:
            if not low <= wanted <= high:
                continue
        except TypeError:
            return None  # a day equals no number and no text
        below, _ = _cut(Span(((low, high),), span.scale), lambda value: value <= wanted)
        return below.most if below.most == wanted else None
    return None


def _cut(span: Span, holds: Callable[[Any], bool]) -> tuple[Span, Span]:
    """Part *span* where an order stops to hold, or begins to."""
    parts: dict[bool, list[tuple[Any, Any]]] = {True: [], False: []}
    for low, high in span.intervals:
        at_first, at_last = bool(holds(low)), bool(holds(high))
        if at_first == at_last:
            parts[at_first].append((low, high))
            continue
        least, most = 0, span.scale.steps(low, high)
        while most - least > 1:
            middle = (least + most) // 2
            if bool(holds(span.scale.moved(low, middle))) == at_first:
                least = middle
            else:
                most = middle
        parts[at_first].append((low, span.scale.moved(low, least)))
        parts[at_last].append((span.scale.moved(low, most), high))
    return Span(tuple(parts[True]), span.scale), Span(tuple(parts[False]), span.scale)


# --- text --------------------------------------------------------------------------------------


def _narrowed_text(text: Free, asked: str, wanted: object) -> Outcomes | None:
    if asked == TRUTH:
        return replace(text, least=max(text.least, 1)), Listed(("",) if text.least == 0 else ())
    group = _group(asked, wanted)
    if group is None:
        return None
    # What was compared with may still be there where it differs: sound, and never less.
    fitting = (each for each in group if isinstance(each, str) and admits(text, each))
    return Listed(tuple(dict.fromkeys(fitting))), text


def admits(text: Free, value: str) -> bool:
    """Tell whether *value* may be one of *text*; where its form is not known, it may."""
    if not text.least <= len(value) <= text.most or value != value.strip():
        return False
    return text.anything or bool(text.samples) or set("".join(value.split())) <= set(text.alphabet)


def narrowed_by_length(text: Free, asked: str, wanted: object) -> Outcomes | None:
    """Return what is left of *text* where its length compares so with a number, and where not."""
    if asked in OPPOSITE:
        return _turned(narrowed_by_length(text, OPPOSITE[asked], wanted))
    lengths = Span(((text.least, text.most),))
    outcomes = narrowed(lengths, asked, wanted)
    if outcomes is None:
        return None
    return _of_lengths(text, outcomes[0]), _of_lengths(text, outcomes[1])


def _of_lengths(text: Free, lengths: Domain) -> Domain:
    if is_empty(lengths) or not isinstance(lengths, Span):
        return Listed(())
    if lengths.most == 0:
        return Listed(("",))
    return replace(text, least=lengths.least, most=lengths.most)


def narrowed_by_letters(
    text: Free, asked: str, wanted: object, letters: Callable[[str], str]
) -> Outcomes | None:
    """
    Return what is left of *text* where it equals something once its letters are changed, and where not.

    Args:
        text: What the text may be.
        asked: A comparison.
        wanted: What it is compared with.
        letters: What becomes of one letter; it leaves at least one.
    """
    if asked in OPPOSITE:
        return _turned(narrowed_by_letters(text, OPPOSITE[asked], wanted, letters))
    group = _group(asked, wanted)
    if group is None:
        return None
    # Small sigma has two forms, and which it takes is no matter of one letter.
    words = [each.replace("ς", "σ") for each in group if isinstance(each, str) and each]
    longest = min(max(map(len, words), default=0), text.most)
    sorts = text.alphabet
    if not text.anything and not text.samples:
        sorts = tuple(sort for sort in (*text.alphabet, " ") if any(letters(sort) in word for word in words))
    if longest < text.least or not longest or not sorts:
        return Listed(("",) if "" in group and text.least == 0 else ()), text
    # An empty text is among them if it is looked for, and harms no bound if it is not.
    return replace(text, least=0 if "" in group else max(text.least, 1), most=longest, alphabet=sorts), text


# --- two values --------------------------------------------------------------------------------


def related(left: Domain, asked: str, right: Domain) -> Iterator[tuple[bool, Domain, Domain]]:
    """
    Yield what is left of two values where a comparison between them holds, and where not.

    Raises:
        TypeError: They have no order.
    """
    if asked in OPPOSITE:
        for truth, mine, theirs in related(left, OPPOSITE[asked], right):
            yield not truth, mine, theirs
        return
    if asked in _ORDERS:
        OPERATORS[asked](_one_of(left), _one_of(right))
    for truth, relation in ((True, asked), (False, _DENIED.get(asked, ""))):
        mine = _against(left, relation, right)
        theirs = _against(right, TURNED.get(relation, ""), left)
        if not is_empty(mine) and not is_empty(theirs):
            yield truth, mine, theirs


def _one_of(domain: Domain) -> Any:  # noqa: ANN401 - any kind's value
    return "" if isinstance(domain, Free) else domain.least if isinstance(domain, Span) else domain.values[0]


_DENIED: Final = {"eq": "ne", "lt": "gteq", "lteq": "gt"}


def _against(mine: Domain, relation: str, theirs: Domain) -> Domain:
    """Return what of *mine* can stand in *relation* to one of *theirs*."""
    if isinstance(mine, Span) and isinstance(theirs, Span):
        return _span_against(mine, relation, theirs)
    if isinstance(mine, Listed) and isinstance(theirs, Listed) and mine.complete and theirs.complete:
        compare = OPERATORS.get(relation, lambda *_: True)
        return Listed(
            tuple(value for value in mine.values if any(compare(value, other) for other in theirs.values))
        )
    if relation == "eq" and isinstance(mine, Free) and isinstance(theirs, Free):
        least, most = max(mine.least, theirs.least), min(mine.most, theirs.most)
        return replace(mine, least=least, most=most) if least <= most else Listed(())
    return mine


def _span_against(mine: Span, relation: str, theirs: Span) -> Span:
    if relation in _ORDERS:
        end = theirs.most if relation in ("lt", "lteq") else theirs.least
        return _cut(mine, lambda value: OPERATORS[relation](value, end))[0]
    try:
        if relation == "eq":
            within, _ = _cut(mine, lambda value: value >= theirs.least)
            return _cut(within, lambda value: value <= theirs.most)[0]
        if relation == "ne" and theirs.least == theirs.most and theirs.least in mine:
            return mine.without(theirs.least)
    except TypeError:  # a day is never an amount
        return Span((), mine.scale) if relation == "eq" else mine
    return mine


def is_empty(domain: Domain) -> bool:
    """Tell whether no value is left."""
    if isinstance(domain, Listed):
        return not domain.values
    return isinstance(domain, Span) and not domain.intervals
