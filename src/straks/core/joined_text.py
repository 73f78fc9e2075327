"""
What filters make of a text put together from constants and values.

``upper`` and ``lower`` act on each letter by itself, and so on each piece. The others look around:
whether a word begins here depends on the piece before, what ``trim`` takes away on whether a value
at the edge is empty. Where that is not known, the piece becomes a fork: it may be one or the other.
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from straks.core.spelling import WORD_BEGINS_AFTER
from straks.core.way import ONE_LINE, ONWARDS, Filter, Fork, Hole, Joined, Known, Said, Way, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from straks.core.way import Piece


class NotFollowed(Exception):
    """What a filter makes of a text cannot be told; the sentence says why."""


class Tailor(Protocol):
    """Who knows how a filter acts on one piece."""

    def hole(self, applied: Filter, hole: Hole) -> Hole:
        """Return *hole* with a filter on it."""
        ...

    def text(self, applied: Filter, text: str) -> str:
        """Return what a filter makes of constant text."""
        ...

    def edges(self, hole: Hole) -> tuple[bool, bool]:
        """Tell whether *hole* may print nothing, and whether it may print white space at its edges."""
        ...

    def sizes(self, hole: Hole) -> tuple[int, int]:
        """Return how many characters *hole* prints, at least and at most."""
        ...


_UPPER, _LOWER = Filter("upper"), Filter("lower")
_TITLE, _CAPITALIZE = Filter("title"), Filter("capitalize")


def filtered_text(applied: Filter, pieces: Sequence[Piece], tailor: Tailor) -> tuple[Piece, ...]:
    """
    Return what a filter makes of *pieces*.

    Raises:
        NotFollowed: That cannot be told.
    """
    match applied:
        case Filter("upper" | "lower"):
            return _each(applied, pieces, tailor)
        case Filter("title"):
            return _Title(tailor).go(pieces, frozenset({True}))[0]
        case Filter("capitalize"):
            return _Capital(tailor).go(pieces, frozenset({True}))[0]
        case Filter("trim", ()):
            ahead, _ = _trimmed(pieces, tailor, _Edge.HERE, backwards=False)
            return _trimmed(ahead, tailor, _Edge.HERE, backwards=True)[0]
        case Filter("replace", (str() as old, _)) if len(old) == 1:
            return _each(applied, pieces, tailor)
        case Filter("replace" | "trim"):
            raise NotFollowed(f"{applied.name} with these arguments; apply it to each part")
        case _:
            raise NotFollowed(applied.name)


def sizes(pieces: Iterable[Piece], tailor: Tailor) -> tuple[int, int]:
    """Return how many characters *pieces* print, at least and at most."""
    least = most = 0
    for piece in pieces:
        match piece:
            case Hole():
                low, high = tailor.sizes(piece)
            case Fork():
                ways = [sizes(way.pieces, tailor) for way in piece.ways]
                low, high = min(low for low, _ in ways), max(high for _, high in ways)
            case _:
                low = high = len(text_of(piece))
        least, most = least + low, most + high
    return least, most


def text_of(piece: str | Said) -> str:
    """Return what a constant piece prints."""
    return piece if isinstance(piece, str) else piece.text


def _each(applied: Filter, pieces: Iterable[Piece], tailor: Tailor) -> tuple[Piece, ...]:
    return tuple(
        tailor.hole(applied, piece)
        if isinstance(piece, Hole)
        else _forked(piece, lambda inner: _each(applied, inner, tailor))
        if isinstance(piece, Fork)
        else Said(tailor.text(applied, text_of(piece)))
        for piece in pieces
    )


def _forked(fork: Fork, change: Callable[[tuple[Piece, ...]], tuple[Piece, ...]]) -> Fork:
    return Fork(tuple(Way(change(way.pieces), way.facts) for way in fork.ways))


def _either(*pieces: Piece) -> Piece:
    """Return a piece that is one of *pieces*, it is not known which."""
    different = tuple(dict.fromkeys(pieces))
    return different[0] if len(different) == 1 else Fork(tuple(Way((piece,)) for piece in different))


def on_one_line(pieces: Sequence[Piece]) -> Known | Joined:
    """Return the text that *pieces* are as a subject: composed, one space at a time, none at the ends."""
    said = list(_with_single_spaces(pieces))
    if said and isinstance(said[0], Said):
        said[0] = Said(said[0].text.lstrip())
    if said and isinstance(said[-1], Said):
        said[-1] = Said(said[-1].text.rstrip())
    return joined(tuple(said))


def _with_single_spaces(pieces: Sequence[Piece]) -> Iterator[Piece]:
    for constant, group in groupby(pieces, lambda piece: isinstance(piece, (str, Said))):
        if constant:
            text = "".join(text_of(piece) for piece in group if isinstance(piece, (str, Said)))
            yield Said(unicodedata.normalize("NFC", re.sub(r"\s+", " ", text)))
            continue
        for piece in group:
            if isinstance(piece, Hole):
                yield Hole(piece.ref, (*piece.filters, ONE_LINE))
            elif isinstance(piece, Fork):
                yield _forked(piece, lambda inner: tuple(_with_single_spaces(inner)))


# --- title and capitalize ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Casing(ABC):
    """Goes through pieces with what may be true before each: that a word (or the text) begins here."""

    tailor: Tailor

    def go(
        self, pieces: Iterable[Piece], begins: frozenset[bool]
    ) -> tuple[tuple[Piece, ...], frozenset[bool]]:
        changed: list[Piece] = []
        for piece in pieces:
            if isinstance(piece, Fork):
                ways = [self.go(way.pieces, begins) for way in piece.ways]
                changed.append(
                    Fork(tuple(Way(new, way.facts) for (new, _), way in zip(ways, piece.ways, strict=True)))
                )
                begins = frozenset[bool]().union(*(after for _, after in ways))
                continue
            changed.append(_either(*(self.cased(piece, begin) for begin in sorted(begins, reverse=True))))
            begins = self.after(piece, begins)
        return tuple(changed), begins

    def cased(self, piece: str | Said | Hole, begin: bool) -> Piece:  # noqa: FBT001 - one of a set of answers
        applied = self.filter(begin)
        if isinstance(piece, Hole):
            return self.tailor.hole(applied, piece)
        return Said(self.tailor.text(applied, text_of(piece)))

    @abstractmethod
    def filter(self, begin: bool) -> Filter:  # noqa: FBT001 - as above
        """Return the filter for a piece before which that is so."""

    @abstractmethod
    def after(self, piece: str | Said | Hole, begins: frozenset[bool]) -> frozenset[bool]:
        """Return what may be true behind *piece*, where *begins* may be before it."""


class _Title(_Casing):
    def filter(self, begin: bool) -> Filter:  # noqa: FBT001 - as above
        return _TITLE if begin else ONWARDS

    def after(self, piece: str | Said | Hole, begins: frozenset[bool]) -> frozenset[bool]:
        if isinstance(piece, Hole):
            return frozenset({True, False})
        text = text_of(piece)
        return frozenset({text[-1] in WORD_BEGINS_AFTER or text[-1].isspace()}) if text else begins


class _Capital(_Casing):
    def filter(self, begin: bool) -> Filter:  # noqa: FBT001 - as above
        return _CAPITALIZE if begin else _LOWER

    def after(self, piece: str | Said | Hole, begins: frozenset[bool]) -> frozenset[bool]:
        empty = self.tailor.edges(piece)[0] if isinstance(piece, Hole) else not text_of(piece)
        certain = not isinstance(piece, Hole)
        return begins if empty and certain else begins | {False} if empty else frozenset({False})


# --- trim --------------------------------------------------------------------------------------


class _Edge(Enum):
    """Where a piece stands: at the edge, perhaps, or behind something that is printed."""

    HERE = "here"
    PERHAPS = "perhaps"
    PAST = "past"


def _trimmed(
    pieces: Sequence[Piece], tailor: Tailor, edge: _Edge, *, backwards: bool
) -> tuple[tuple[Piece, ...], _Edge]:
    kept: list[Piece] = []
    for piece in reversed(pieces) if backwards else pieces:
        if edge is _Edge.PAST:
            kept.append(piece)
        elif isinstance(piece, Hole):
            empty, spaced = tailor.edges(piece)
            if spaced:
                raise NotFollowed(
                    "trim of what another filter has put white space into; trim the value first"
                )
            kept.append(piece)
            edge = _Edge.PERHAPS if empty else _Edge.PAST
        elif isinstance(piece, Fork):
            ways = [_trimmed(way.pieces, tailor, edge, backwards=backwards) for way in piece.ways]
            kept.append(
                Fork(tuple(Way(new, way.facts) for (new, _), way in zip(ways, piece.ways, strict=True)))
            )
            edges = {after for _, after in ways}
            edge = edges.pop() if len(edges) == 1 else _Edge.PERHAPS
        else:
            text = text_of(piece)
            bare = text.rstrip() if backwards else text.lstrip()
            kept.append(Said(bare) if edge is _Edge.HERE else _either(Said(text), Said(bare)))
            edge = _Edge.PAST if bare else edge
    return tuple(reversed(kept) if backwards else kept), edge
