"""
Putting ways together that can no longer be told apart.

Thirty conditions that have nothing to do with each other are two to the power of thirty ways, and
yet nothing is gained by following them one by one: once no later text and no later condition asks
about a value again, it no longer matters which of its ways was taken. So after each statement the
paths that agree in everything that is still asked about become one path again, with a `Fork` where
they parted. What is known of the values behind the fork goes into the fork.

Where paths do not agree and are yet too many, what tells them apart is forgotten: its values may
then be anything that their parameters admit. That is sound, for it only adds ways that cannot be
gone, and never less than the truth; a bound found so may be above the worst case, and is then not
called exact.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from straks.core.way import (
    NOTHING,
    Count,
    Facts,
    Fork,
    Hole,
    Joined,
    Known,
    Said,
    Subroutine,
    Way,
    common,
    refs_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence

    from jinja2 import nodes

    from straks.core.domain import Domain
    from straks.core.way import Piece, Value

MOST_PATHS: Final = 32
"""So many paths that differ in what is still asked about are followed; more are put together."""

# How far a fork may reach back, to take in text that shows a value which is known better behind it,
# and how much it may then weigh.
_FARTHEST: Final = 200
_HEAVIEST: Final = 200

Scopes: TypeAlias = "tuple[Mapping[str, Value], ...]"


class TooManyPaths(Exception):
    """Paths that differ in a way that cannot be put together."""


class Trail(NamedTuple):
    """What a path has printed, last piece first: paths that part share what they printed before."""

    piece: Piece
    before: Trail | None
    length: int

    @classmethod
    def of(cls, piece: Piece, before: Trail | None) -> Trail:
        """Return the trail that goes on from *before* with *piece*."""
        return cls(piece, before, 1 if before is None else before.length + 1)


def _pieces(trail: Trail | None, since: Trail | None = None) -> tuple[Piece, ...]:
    found: list[Piece] = []
    while trail is not None and trail is not since:
        found.append(trail.piece)
        trail = trail.before
    return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class Path:
    """
    A way as far as it has been followed.

    ``scopes`` are the names that are set, the template's own first and the innermost last.
    """

    trail: Trail | None = None
    scopes: Scopes = field(default_factory=lambda: ({},))
    facts: Facts = NOTHING

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """What it has printed."""
        return _pieces(self.trail)

    def printing(self, *pieces: Piece) -> Path:
        """Return this path with *pieces* printed."""
        trail = self.trail
        for piece in pieces:
            trail = Trail.of(piece, trail)
        return Path(trail, self.scopes, self.facts)

    def naming(self, values: Mapping[str, Value]) -> Path:
        """Return this path with names set in its innermost scope."""
        return Path(self.trail, (*self.scopes[:-1], {**self.scopes[-1], **values}), self.facts)

    def within(self, scopes: Scopes) -> Path:
        """Return this path with other names."""
        return Path(self.trail, scopes, self.facts)

    def knowing(
        self,
        domains: Mapping[str, Domain] | None = None,
        lengths: Mapping[str, tuple[int, int]] | None = None,
        there: Mapping[str, bool] | None = None,
        answers: Mapping[tuple[str, Value, Value], bool] | None = None,
    ) -> Path:
        """Return this path with more known of the values."""
        more = Facts(domains or {}, lengths or {}, there or {}, answers or {})
        return Path(self.trail, self.scopes, self.facts.and_also(more))

    def named(self, name: str) -> Value | None:
        """Return the value of a name that is set, the innermost first."""
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), None)


def folded(
    paths: Sequence[Path],
    asked: frozenset[str],
    inside: Callable[[nodes.Node], frozenset[str]],
    most: int = MOST_PATHS,
) -> list[Path]:
    """
    Put together those *paths* that can no longer be told apart.

    Args:
        paths: All that there are at one point of a template.
        asked: The names that are still asked for after it.
        inside: Tells which names a macro asks for.
        most: How many are followed that differ in what is asked for.

    Raises:
        TooManyPaths: There are more than can be followed, and they cannot be put together.
    """
    if len(paths) < 2:  # noqa: PLR2004 - one path is as it is
        return list(paths)
    live = [_Live.of(path, asked, inside) for path in paths]
    groups = _grouped(paths, live, lambda path, alive: (alive.scopes(path), alive.facts(path)))
    if len(groups) > most:
        groups = _grouped(paths, live, lambda path, alive: alive.scopes(path))
    if len(groups) > most:
        groups = _grouped(paths, live, lambda path, alive: alive.scopes(path, loosely=True))
    if len(groups) > most:
        raise TooManyPaths
    return [_put_together(group) for group in groups]


def _grouped(
    paths: Sequence[Path], live: Sequence[_Live], key: Callable[[Path, _Live], Hashable]
) -> list[list[tuple[Path, _Live]]]:
    groups: dict[Hashable, list[tuple[Path, _Live]]] = {}
    for path, alive in zip(paths, live, strict=True):
        groups.setdefault(key(path, alive), []).append((path, alive))
    return list(groups.values())


@dataclass(frozen=True, slots=True)
class _Live:
    """What is still asked about at a point: names, and the values and lists behind them."""

    names: frozenset[str]
    refs: frozenset[str]

    @classmethod
    def of(cls, path: Path, asked: Collection[str], inside: Callable[[nodes.Node], frozenset[str]]) -> _Live:
        names: set[str] = set()
        refs: set[str] = set()
        ahead = list(asked)
        while ahead:
            name = ahead.pop()
            if name in names:
                continue
            names.add(name)
            # Whatever a scope means by the name: a macro may see past the innermost.
            refs.add(name)
            for scope in path.scopes:
                value = scope.get(name)
                if isinstance(value, Subroutine):
                    ahead += inside(value.node)
                elif value is not None:
                    refs.update(refs_in(value))
        return cls(frozenset(names), frozenset(refs))

    def __contains__(self, ref: str) -> bool:
        return ref in self.refs or ref.partition("#")[0] in self.refs

    def scopes(self, path: Path, *, loosely: bool = False) -> Hashable:
        """Return what is alive of a path's names, all texts alike if asked for *loosely*."""
        return tuple(
            frozenset(
                (name, "text" if loosely and isinstance(value, (Known, Hole, Joined, Count)) else value)
                for name, value in scope.items()
                if name in self.names
            )
            for scope in path.scopes
        )

    def facts(self, path: Path) -> Hashable:
        facts = path.facts
        return (
            frozenset((ref, domain) for ref, domain in facts.domains.items() if ref in self),
            frozenset((name, length) for name, length in facts.lengths.items() if name in self),
            frozenset((name, there) for name, there in facts.there.items() if name in self),
            frozenset(
                (question, answer)
                for question, answer in facts.answers.items()
                if all(ref in self for side in question[1:] for ref in refs_in(side))
            ),
        )


def _put_together(group: Sequence[tuple[Path, _Live]]) -> Path:
    if len(group) == 1:
        return group[0][0]
    paths = [path for path, _ in group]
    names = frozenset[str]().union(*(alive.names for _, alive in group))
    shared = common([path.facts for path in paths])
    rest = [path.facts.without(shared) for path in paths]
    scopes = tuple(_scope(scopes, names) for scopes in zip(*(path.scopes for path in paths), strict=True))
    # What is still asked about is forgotten, so that it does not help to know it better further back.
    known = {ref for facts in rest for ref in facts.refs if not any(ref in alive for _, alive in group)}
    base = _reaching_back(_parting([path.trail for path in paths]), known, len(paths))
    tails = [_pieces(path.trail, base) for path in paths]
    if not any(rest) and all(tail == tails[0] for tail in tails):
        return Path(paths[0].trail, scopes, shared)
    if not any(rest):
        tails = list(dict.fromkeys(tails))
        rest = rest[: len(tails)]
    return Path(Trail.of(Fork(tuple(map(Way, tails, rest))), base), scopes, shared)


def _scope(scopes: Sequence[Mapping[str, Value]], names: Collection[str]) -> dict[str, Value]:
    """Return the names of one scope on all paths: what is the same, or a text that is one or another."""
    kept: dict[str, Value] = {}
    for name, value in scopes[0].items():
        values = [scope.get(name) for scope in scopes]
        if all(each == value for each in values):
            kept[name] = value
        elif name in names:
            texts = dict.fromkeys(_text_of(each) for each in values if each is not None)
            kept[name] = Joined((Fork(tuple(map(Way, texts))),))
    return kept


def _text_of(value: Value) -> tuple[Piece, ...]:
    match value:
        case Known(known):
            return (Said(str(known)),)
        case Hole():
            return (value,)
        case Count(high=high):
            return (Said(str(high)),)
        case Joined(pieces):
            return pieces
        case _:
            raise TooManyPaths


def _parting(trails: Iterable[Trail | None]) -> Trail | None:
    """Return the last piece that all *trails* have."""
    first, *more = trails
    for other in more:
        mine, theirs = first, other
        while mine is not theirs:
            if theirs is None or (mine is not None and mine.length > theirs.length):
                mine = mine.before if mine is not None else None
            elif mine is None or theirs.length > mine.length:
                theirs = theirs.before
            else:
                mine, theirs = mine.before, theirs.before
        first = mine
    return first


def _reaching_back(base: Trail | None, refs: Collection[str], ways: int) -> Trail | None:
    """Return where a fork must begin to hold all text that shows *refs*, if it is not too far back."""
    trail, reached, weight = base, base, 0
    for _ in range(_FARTHEST if refs else 0):
        if trail is None:
            break
        piece, trail = trail.piece, trail.before
        weight += piece.weight if isinstance(piece, Fork) else 1
        if weight * ways > _HEAVIEST:
            break
        if (isinstance(piece, Hole) and piece.ref in refs) or (
            isinstance(piece, Fork) and not piece.refs.isdisjoint(refs)
        ):
            reached = trail
    return reached


def as_way(
    paths: Sequence[Path], inside: Callable[[nodes.Node], frozenset[str]], pieces: Sequence[Piece] = ()
) -> Way:
    """Return the one way that *paths*, at the end of a template, are together, after *pieces*."""
    ends = [replace(path, scopes=({},)) for path in paths]
    (end,) = folded(ends, frozenset(), inside)
    return Way((*pieces, *end.pieces), end.facts)
