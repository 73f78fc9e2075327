"""
The worst case of a way through a template, in whatever its texts are measured by.

Why a maximum here is a true one. Go through the pieces from the left and keep, after each, how far
every choice so far can have got. Each piece takes whoever was ahead no less far than whoever was
behind, so only the furthest need be kept, and each hole may be filled for itself with what gets
furthest from there: no combination is ever tried out, and no text written. A fork is the furthest of
its ways. Kept apart are only choices that something later can still tell apart: whether anything has
forced UCS-2 yet, and what white space waits to be trimmed or sent.

A value that stands in several places is weighed as one: each value that is not outdone by another in
all of them is tried. Where those are too many, each place gets its own worst: still a bound, though
no value may reach it. The same holds for free text, whose worst characters may differ from place to
place.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, TypeVar

from straks.core.alphabet import FOREIGN
from straks.core.domain import Free
from straks.core.meters import Edges, Option, laid, said, waiting
from straks.core.options import values
from straks.core.way import Fork, Hole, Said

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from straks.core.domain import Domain, Listed, Span
    from straks.core.meters import Laid, Meter
    from straks.core.options import Options
    from straks.core.way import Piece, Way

T = TypeVar("T")

MOST_TRIALS: Final = 96
"""So many combinations of values that stand in several places are tried out on one way."""
_PATIENCE: Final = 50_000
"""So many pieces are gone over again for such trials, in all."""


class Trace(NamedTuple):
    """What was chosen, last choice first: a value, or a way at a fork."""

    chosen: tuple[str, Any] | Way
    before: Trace | None


@dataclass(frozen=True, slots=True)
class Worst:
    """A worst case: how far it gets, and what was chosen on the way there."""

    reach: Any
    foreign: bool
    trace: Trace | None

    @property
    def values(self) -> dict[str, Any]:
        """The values that were chosen; None for a free text."""
        return dict(chosen for chosen in self._chosen() if isinstance(chosen, tuple))

    @property
    def ways(self) -> list[Way]:
        """The ways that were chosen at forks, first to last."""
        return [chosen for chosen in self._chosen() if not isinstance(chosen, tuple)]

    def _chosen(self) -> list[tuple[str, Any] | Way]:
        found: list[tuple[str, Any] | Way] = []
        trace = self.trace
        while trace is not None:
            found.append(trace.chosen)
            trace = trace.before
        return found[::-1]


Edge: TypeAlias = tuple[bool, bool, str]
"""Whether something is foreign, whether anything is printed yet, what white space waits."""
Front: TypeAlias = "dict[Edge, dict[Any, Trace | None]]"
"""How far every choice can have got, by what can still be told apart."""
Fixed: TypeAlias = "Mapping[str, Mapping[Hole, Option]]"


class Weighing:
    """
    Measures ways by one meter.

    Args:
        meter: What is measured.
        options: What holes may print.
        prefer: Which of two values that cost the same is taken: the one it ranks higher.
    """

    def __init__(
        self,
        meter: Meter,
        options: Options,
        prefer: Callable[[str, Any], int] | None = None,
    ) -> None:
        self._meter = meter
        self._options = options
        self._prefer = prefer
        self.met_foreign = False
        """Whether anything that was weighed has what GSM-7 lacks."""
        self._constants: dict[str, Option] = {}
        self._kept: dict[Hashable, list[Option]] = {}
        self._joint: dict[Hashable, list[tuple[Option, ...]]] = {}
        self._patience = _PATIENCE
        self._places: dict[int, tuple[Way, Counter[str]]] = {}

    def worst(self, way: Way) -> list[Worst]:
        """Return the furthest that *way* can get, with something foreign and without."""
        front = self._way(way, {(False, False, ""): {self._meter.start: None}}, {}, {})
        ends: dict[bool, dict[Any, Trace | None]] = {}
        for (foreign, _, _), marks in front.items():
            ends.setdefault(foreign, {}).update(marks)
        return [
            Worst(reach, foreign, marks[reach])
            for foreign, marks in ends.items()
            for reach in self._meter.furthest(marks)
        ]

    # --- ways and pieces ------------------------------------------------------------------

    def _way(self, way: Way, front: Front, scope: Mapping[str, Domain], fixed: Fixed) -> Front:
        if way.facts.domains:
            # What is known better here than around it is weighed here, by itself.
            scope = {**scope, **way.facts.domains}
            fixed = {ref: holes for ref, holes in fixed.items() if ref not in way.facts.domains}
        tried = self._tried(way, scope, fixed)
        if not tried:
            return self._pieces(way.pieces, front, scope, fixed)
        found: Front = {}
        for chosen in product(*tried.values()):
            now = {**fixed, **{ref: holes for ref, (_, holes) in zip(tried, chosen, strict=True)}}
            noted = tuple((ref, value) for ref, (value, _) in zip(tried, chosen, strict=True))
            self._add(found, self._pieces(way.pieces, _noting(front, noted), scope, now))
        return self._pruned(found)

    def _pieces(
        self, pieces: Iterable[Piece], front: Front, scope: Mapping[str, Domain], fixed: Fixed
    ) -> Front:
        for piece in pieces:
            if isinstance(piece, Fork):
                found: Front = {}
                for way in piece.ways:
                    self._add(found, self._way(way, _noting(front, (way,)), scope, fixed))
                front = self._pruned(found)
            elif not isinstance(piece, Hole):
                front = self._filled(front, "", (self._constant(piece),))
            elif piece.ref in fixed:
                front = self._filled(front, "", (fixed[piece.ref][piece],))
            else:
                every = self._options_at(piece, self._domain(piece.ref, scope))
                front = self._filled(front, piece.ref, every)
            if not front:
                break
        return front

    def _filled(self, front: Front, ref: str, options: Sequence[Option]) -> Front:
        """Go on with any of *options*, and note which if it is the value *ref*."""
        if len(options) == 1 and not ref and len(front) == 1:
            ((edge, marks),) = front.items()
            step = self._step(edge, options[0])
            if step is None:
                return {}
            after, cost = step
            # Who was ahead stays ahead, so that none need be left out.
            return {
                after: marks
                if cost is None
                else {self._meter.after(reach, cost): trace for reach, trace in marks.items()}
            }
        found: Front = {}
        for edge, marks in front.items():
            for option in options:
                step = self._step(edge, option)
                if step is None:
                    continue
                after, cost = step
                reached = found.setdefault(after, {})
                for reach, trace in marks.items():
                    further = reach if cost is None else self._meter.after(reach, cost)
                    if further not in reached:
                        reached[further] = Trace((ref, option.value), trace) if ref else trace
        return self._pruned(found)

    def _step(self, edge: Edge, option: Option) -> tuple[Edge, Any] | None:
        """Return where an option leads from *edge*, and at what cost; None where that cannot be measured."""
        foreign, begun, pending = edge
        lead, core, trail = option.laid
        wait = waiting(pending, lead, self._meter.edges) if pending or lead else ""
        if not core:
            return (foreign, begun, wait if begun else ""), None
        cost = option.cost
        foreign = foreign or option.foreign
        if begun and wait:
            foreign = foreign or (self._meter.minds_foreign and FOREIGN.search(wait) is not None)
            space = self._meter.cost(wait)
            cost = space + cost
        if foreign:
            self.met_foreign = True
            if not self._meter.admits_foreign:
                return None
        return (foreign, True, trail), cost

    def _pruned(self, front: Front) -> Front:
        for edge, marks in front.items():
            if len(marks) > 1:
                front[edge] = {reach: marks[reach] for reach in self._meter.furthest(marks)}
        return front

    @staticmethod
    def _add(found: Front, more: Front) -> None:
        for edge, marks in more.items():
            reached = found.setdefault(edge, {})
            for reach, trace in marks.items():
                reached.setdefault(reach, trace)

    # --- options --------------------------------------------------------------------------

    def _domain(self, ref: str, scope: Mapping[str, Domain]) -> Domain:
        known = scope.get(ref)
        return self._options.domain(ref) if known is None else known

    def _constant(self, piece: str | Said) -> Option:
        text = piece if isinstance(piece, str) else piece.text
        option = self._constants.get(text)
        if option is None:
            option = self._constants[text] = self._option(None, text, None)
        return option

    def _option(self, value: Any, text: str, hole: Hole | None) -> Option:  # noqa: ANN401 - any kind's value
        parts = laid(
            text if hole is None or self._meter.edges is Edges.NONE else said(text), self._meter.edges
        )
        foreign = self._meter.minds_foreign and FOREIGN.search(parts.core) is not None
        return Option(value, parts, self._meter.cost(parts.core, hole), foreign)

    def _options_at(self, hole: Hole, domain: Domain) -> list[Option]:
        """Return what may be worst at one hole."""
        # All items of a list print alike.
        key = (hole.ref.partition("#")[0], hole.filters, hole.place, domain)
        if key not in self._kept:
            printed = self._options.of(hole, domain)
            if printed is None:
                self._kept[key] = [*self._meter.free(domain, hole)] if isinstance(domain, Free) else []
            else:
                options = [self._option(value, text, hole) for value, text in printed]
                options = self._ranked(hole.ref, options, lambda option: option.value)
                self._kept[key] = [each for (each,) in self._undominated([(option,) for option in options])]
        return self._kept[key]

    def _undominated(self, options: Sequence[tuple[Option, ...]]) -> list[tuple[Option, ...]]:
        """Leave out values that another outdoes in every place, whatever stands before it."""
        kept: list[tuple[Option, ...]] = []
        seen: set[Hashable] = set()
        for option in options:
            # Most of many values, such as days, cost what another did.
            like = tuple([(_edges(each.laid), each.cost, each.foreign) for each in option])
            if like in seen:
                continue
            seen.add(like)
            if any(each.foreign for each in option):
                self.met_foreign = True
                if not self._meter.admits_foreign:
                    continue
            if any(self._outdone(option, other) for other in kept):
                continue
            kept = [other for other in kept if not self._outdone(other, option)]
            kept.append(option)
        return kept

    def _outdone(self, mine: tuple[Option, ...], other: tuple[Option, ...]) -> bool:
        return all(
            _edges(one.laid) == _edges(two.laid)
            and one.foreign <= two.foreign
            and self._meter.outdone(one.cost, two.cost)
            for one, two in zip(mine, other, strict=True)
        )

    def _ranked(self, ref: str, every: Iterable[T], value: Callable[[T], Any]) -> list[T]:
        prefer = self._prefer
        return list(every) if prefer is None else sorted(every, key=lambda each: -prefer(ref, value(each)))

    # --- values in several places ---------------------------------------------------------

    def _tried(
        self, way: Way, scope: Mapping[str, Domain], fixed: Fixed
    ) -> dict[str, list[tuple[Any, dict[Hole, Option]]]]:
        """Return the values to be tried of what stands in several places of *way*."""
        trials = 1
        found: dict[str, list[tuple[Any, dict[Hole, Option]]]] = {}
        for ref, count in self._counted(way).items():
            domain = self._domain(ref, scope) if count > 1 and ref not in fixed else None
            if domain is None or isinstance(domain, Free):
                continue
            options = self._together(ref, way, domain)
            more = len(options) * trials
            if more <= MOST_TRIALS and (len(options) < 2 or more * way.weight <= self._patience):  # noqa: PLR2004
                trials = more
                found[ref] = options
        self._patience -= (trials - 1) * way.weight
        return found

    def _together(self, ref: str, way: Way, domain: Listed | Span) -> list[tuple[Any, dict[Hole, Option]]]:
        holes = list(dict.fromkeys(way.holes[ref]))
        key = (ref.partition("#")[0], *((hole.filters, hole.place) for hole in holes), domain)
        if key not in self._joint:
            every = tuple(filter_ for hole in holes for filter_ in hole.filters)
            ranked = self._ranked(ref, values(domain, every), lambda value: value)
            columns = [
                [
                    self._option(value, text, hole)
                    for value, text in zip(ranked, self._options.each_printed(hole, ranked), strict=True)
                ]
                for hole in holes
            ]
            options = list(zip(*columns, strict=True))
            self._joint[key] = self._undominated(options)
        return [(option[0].value, dict(zip(holes, option, strict=True))) for option in self._joint[key]]

    def _counted(self, way: Way) -> Counter[str]:
        """Tell in how many pieces of *way* each value stands, but for forks that know better of it."""
        kept = self._places.get(id(way))
        if kept is None:
            places: Counter[str] = Counter()
            for piece in way.pieces:
                if isinstance(piece, Hole):
                    places[piece.ref] += 1
                elif isinstance(piece, Fork):
                    inner = (set(self._counted(each)) - set(each.facts.domains) for each in piece.ways)
                    places.update(set[str]().union(*inner))
            kept = self._places[id(way)] = (way, places)
        return kept[1]


def _noting(front: Front, chosen: Iterable[tuple[str, Any] | Way]) -> Front:
    noted: Front = {}
    for edge, marks in front.items():
        noted[edge] = {}
        for reach, trace in marks.items():
            after = trace
            for each in chosen:
                after = Trace(each, after)
            noted[edge][reach] = after
    return noted


def _edges(parts: Laid) -> tuple[str, bool, str]:
    return parts.lead, bool(parts.core), parts.trail
