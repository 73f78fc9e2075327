"""
What a way through a template is made of: text, holes, and the values that expressions have on it.

All that is about ways speaks in these types: `straks.core.bound` says what there is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice, product
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jinja2 import nodes

    from straks.core.domain import Domain
    from straks.core.skeleton import Place

K = TypeVar("K")
V = TypeVar("V")


class Lost(Exception):
    """The analysis cannot go on: why, and where."""

    def __init__(self, why: str, file: str, line: int) -> None:
        super().__init__(why)
        self.file = file
        self.line = line


@dataclass(slots=True)
class Spot:
    """Where the reading of a template stands: the file that is read; it moves with the reading."""

    file: str = ""

    def lost(self, why: str, node: nodes.Node) -> Lost:
        """Return the error that says why the analysis cannot go on at *node*."""
        return Lost(why, self.file, node.lineno)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter with constant arguments."""

    name: str
    arguments: tuple[Any, ...] = ()


# Filters that no template can name: what happens to a value on its way into a text put together.
ONE_LINE: Final = Filter("white space as single spaces")
"""What a subject does to the values in it."""
ONWARDS: Final = Filter("title of a word that has begun before")
"""What ``title`` makes of a value that stands right after a letter."""


@dataclass(frozen=True, slots=True)
class Hole:
    """
    Where the value named *ref* stands, after *filters*. ``items#2`` is the third item of a list.

    ``place`` is where it ended up in a page, which decides how it is escaped.
    """

    ref: str
    filters: tuple[Filter, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """Constant text that an expression prints: a value, where literal text is the page itself."""

    text: str


@dataclass(frozen=True, eq=False)
class Fork:
    """Where a text goes one of several ways; each holds what is known of the values that go there."""

    ways: tuple[Way, ...]

    @cached_property
    def refs(self) -> frozenset[str]:
        """The values that stand anywhere in it."""
        return frozenset[str]().union(*(way.refs for way in self.ways))

    @cached_property
    def weight(self) -> int:
        """How many pieces there are in it."""
        return sum(way.weight for way in self.ways)


Piece: TypeAlias = str | Said | Hole | Fork


# --- values ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A value that is the same in every rendering of this way."""

    value: str | float | bool | None

    def __eq__(self, other: object) -> bool:
        # 1 and 1.0 are equal and print differently.
        return isinstance(other, Known) and (type(self.value), self.value) == (
            type(other.value),
            other.value,
        )

    def __hash__(self) -> int:
        return hash(self.value)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of items, or of characters, between two bounds; ``of`` tells one such number from another."""

    low: int
    high: int
    of: str


@dataclass(frozen=True)
class Joined:
    """A text made of pieces."""

    pieces: tuple[Piece, ...]

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Paths are told apart by it after every statement.
        return hash(self.pieces)


@dataclass(frozen=True)
class Items:
    """A list of values. Where it stands for shorter lists too, ``count`` says how many items there may be."""

    items: tuple[Value, ...]
    count: Count | None = None

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.items)


@dataclass(frozen=True, slots=True)
class Turn:
    """What ``loop`` is in one turn of a loop."""

    first: bool
    last: bool
    index: Known | Count


@dataclass(frozen=True, slots=True)
class Missing:
    """An optional parameter that was left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Subroutine:
    """A macro, and how many of the scopes around it it sees."""

    node: nodes.Macro
    scopes: int


Value: TypeAlias = Known | Count | Hole | Joined | Items | Turn | Missing | Subroutine

Question: TypeAlias = tuple[str, Value, Value]
"""A comparison that narrows nothing: the operator and its two sides."""


def refs_in(held: Value | Iterable[Piece]) -> Iterator[str]:
    """Yield the values that *held* is made of."""
    match held:
        case Hole(ref):
            yield ref
        case Joined(pieces):
            yield from refs_in(pieces)
        case Items(items):
            for item in items:
                yield from refs_in(item)
        case Count(of=name):
            yield name
        case Known() | Turn() | Missing() | Subroutine():
            return
        case _:
            for piece in held:
                if isinstance(piece, Hole):
                    yield piece.ref
                elif isinstance(piece, Fork):
                    yield from piece.refs


def weight_of(pieces: Iterable[Piece]) -> int:
    """Return how many pieces there are in *pieces*, forks and all."""
    return sum(piece.weight if isinstance(piece, Fork) else 1 for piece in pieces)


def joined(pieces: tuple[Piece, ...]) -> Known | Joined:
    """Return the text that *pieces* are, which is a constant where all of them are."""
    said = [
        piece if isinstance(piece, str) else piece.text for piece in pieces if isinstance(piece, (str, Said))
    ]
    return Known("".join(said)) if len(said) == len(pieces) else Joined(pieces)


def forks(value: Value) -> bool:
    """Tell whether *value* may be one text or another, it is not known which."""
    match value:
        case Joined(pieces):
            return any(isinstance(piece, Fork) for piece in pieces)
        case Items(items):
            return any(map(forks, items))
        case _:
            return False


# --- ways --------------------------------------------------------------------------------------

_UNSET: Final = object()


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What the branches taken say about the values.

    ``domains`` is what is left of a value where that is less than its parameter admits; ``lengths``
    the least and most items of a list; ``there`` whether an optional value was given; ``answers``
    what was assumed about comparisons that narrow nothing.
    """

    domains: Mapping[str, Domain] = field(default_factory=dict[str, "Domain"])
    lengths: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    there: Mapping[str, bool] = field(default_factory=dict[str, bool])
    answers: Mapping[Question, bool] = field(default_factory=dict[Question, bool])

    def __bool__(self) -> bool:
        return bool(self.domains or self.lengths or self.there or self.answers)

    def and_also(self, later: Facts) -> Facts:
        """Return these facts with *later* ones, which win."""
        if not later:
            return self
        return Facts(
            {**self.domains, **later.domains},
            {**self.lengths, **later.lengths},
            {**self.there, **later.there},
            {**self.answers, **later.answers},
        )

    def without(self, others: Facts) -> Facts:
        """Return these facts but for those that *others* has too."""
        return Facts(
            _rest(self.domains, others.domains),
            _rest(self.lengths, others.lengths),
            _rest(self.there, others.there),
            _rest(self.answers, others.answers),
        )

    @property
    def refs(self) -> Iterator[str]:
        """What they are about: values, lists and optional parameters."""
        yield from self.domains
        yield from self.lengths
        yield from self.there
        for _, left, right in self.answers:
            yield from refs_in(left)
            yield from refs_in(right)


NOTHING: Final = Facts()
"""What is known where no branch was taken."""


def common(facts: Sequence[Facts]) -> Facts:
    """Return the facts that all of *facts* have."""
    return Facts(
        _shared([each.domains for each in facts]),
        _shared([each.lengths for each in facts]),
        _shared([each.there for each in facts]),
        _shared([each.answers for each in facts]),
    )


def _shared(all_: Sequence[Mapping[K, V]]) -> dict[K, V]:
    first, *more = all_
    return {
        key: value for key, value in first.items() if all(each.get(key, _UNSET) == value for each in more)
    }


def _rest(mine: Mapping[K, V], others: Mapping[K, V]) -> dict[K, V]:
    return {key: value for key, value in mine.items() if key not in others}


@dataclass(frozen=True)
class Way:
    """
    One way through a template: what it prints, and what is known of the values that take it.

    Where it forks, what is known beyond the fork is in the fork's own ways.
    """

    pieces: tuple[Piece, ...]
    facts: Facts = NOTHING

    @cached_property
    def refs(self) -> frozenset[str]:
        """The values that stand in it."""
        return frozenset(refs_in(self.pieces))

    @cached_property
    def weight(self) -> int:
        """How many pieces there are in it, forks and all."""
        return 1 + weight_of(self.pieces)

    @cached_property
    def holes(self) -> dict[str, list[Hole]]:
        """Where each value stands in it, forks and all, but for ways that know better of the value."""
        found: dict[str, list[Hole]] = {}
        for piece in self.pieces:
            if isinstance(piece, Hole):
                found.setdefault(piece.ref, []).append(piece)
            elif isinstance(piece, Fork):
                for way in piece.ways:
                    for ref, holes in way.holes.items():
                        if ref not in way.facts.domains:
                            found.setdefault(ref, []).extend(holes)
        return found

    def after(self, choices: Sequence[Way]) -> Way:
        """Return the way without forks that takes the next of *choices* at every fork it comes to."""
        taken = iter(choices)
        facts = self.facts
        pieces: list[Piece] = []
        ahead: list[Iterator[Piece]] = [iter(self.pieces)]
        while ahead:
            piece = next(ahead[-1], None)
            if piece is None:
                ahead.pop()
            elif isinstance(piece, Fork):
                way = next(taken)
                # What is known later is known better: a fork's facts were forgotten after it, if at all.
                facts = way.facts.and_also(facts)
                ahead.append(iter(way.pieces))
            else:
                pieces.append(piece)
        return Way(tuple(pieces), facts)


def spread(way: Way, most: int) -> list[Way]:
    """
    Return the ways without forks that *way* stands for.

    Where there are more than *most*, only so many that each way of each fork is among them.
    """
    every = list(islice(_spread(way, most), most + 1))
    if len(every) <= most:
        return every
    covering: list[Way] = []
    seen: set[int] = set()
    while len(covering) < most:
        choices, new = _unseen(way, seen)
        if covering and not new:
            break
        covering.append(way.after(choices))
    return covering


def _spread(way: Way, most: int) -> Iterator[Way]:
    for choices in _choices(way.pieces, most):
        yield way.after(choices)


def _choices(pieces: Sequence[Piece], most: int) -> Iterator[tuple[Way, ...]]:
    """Yield what can be chosen at the forks of *pieces*, first to last, the forks of a choice behind it."""
    at_each = [
        list(
            islice(
                ((way, *inner) for way in piece.ways for inner in _choices(way.pieces, most)),
                most + 1,
            )
        )
        for piece in pieces
        if isinstance(piece, Fork)
    ]
    for chosen in product(*at_each):
        yield tuple(chain.from_iterable(chosen))


def _unseen(way: Way, seen: set[int]) -> tuple[list[Way], bool]:
    """Choose at every fork a way that is not among *seen*, and note it there; tell whether any was new."""
    choices: list[Way] = []
    new = False
    for fork in (piece for piece in way.pieces if isinstance(piece, Fork)):
        fresh = next((each for each in fork.ways if id(each) not in seen), None)
        chosen = fresh or next((each for each in fork.ways if _holds_unseen(each, seen)), fork.ways[0])
        seen.add(id(chosen))
        inner, more = _unseen(chosen, seen)
        choices += [chosen, *inner]
        new = new or more or fresh is not None
    return choices, new


def _holds_unseen(way: Way, seen: set[int]) -> bool:
    return any(
        id(each) not in seen or _holds_unseen(each, seen)
        for piece in way.pieces
        if isinstance(piece, Fork)
        for each in piece.ways
    )
