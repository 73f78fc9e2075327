"""
The worst case of one way through a template.

Why a maximum here is a true one. Fill segments from the left and call *position* the units used up
so far, waste included. A character of one unit moves the position by one; one of two units by two,
or by three where it would straddle a border. Both steps are monotone (who was ahead stays ahead)
and the second never falls behind the first. So whoever is furthest after every piece ends furthest,
and each hole can be filled for itself: with as many characters as there may be, each of the sort
that costs most. Only a value that stands in several places is weighed as one.

What a character costs is asked of the character and not assumed: each sort that an alphabet has is
sent through the hole's own filters, since ``upper`` turns «ß» into two letters and «à» into one that
GSM-7 lacks. Where one sort is worst in one place and another in the next, the bound takes the worst
of each: still a bound, though no value may reach it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from straks.core.alphabet import EXTENDED_CHARACTERS, FOREIGN
from straks.core.domain import Free, Listed, Span, numbers_of
from straks.core.segment import Encoding, Segmentation, segment
from straks.core.spelling import spellings
from straks.core.way import Hole, Said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from straks.core.domain import Domain
    from straks.core.way import Filter, Piece

Prints: TypeAlias = Callable[[Hole, Any], str]
Spot: TypeAlias = tuple[Hole, Callable[[str], int]]

_OTHER_SPACE = re.compile(r"(?![ \n\r])\s")
MOST_COMBINATIONS: Final = 4_096


class TooManyCombinations(ValueError):
    """More combinations of values than can be weighed."""


@dataclass(frozen=True, slots=True)
class Worst:
    """A worst case as SMS, and the values that reach it, or come as near as is known."""

    segmentation: Segmentation
    values: Mapping[str, Any]

    @property
    def load(self) -> tuple[int, int]:
        """Segments, and among those units: in this order the worse of two."""
        return len(self.segmentation), self.segmentation.units


@dataclass(frozen=True, slots=True)
class _Option:
    """A value, with what it prints at most in each of its holes, and whether one of them is foreign."""

    value: Any
    printed: tuple[str, ...]
    foreign: bool


def worst_sms(pieces: Sequence[Piece], domains: Mapping[str, Domain], prints: Prints) -> Worst | None:
    """
    Return the worst case of a way as an SMS, or None where no values fit it.

    Args:
        pieces: Constant text and holes.
        domains: What each hole's value may be.
        prints: What a value prints in a hole.

    Raises:
        TooManyCombinations: More values depend on each other than can be weighed.
    """
    holes = _holes(pieces)
    worst: Worst | None = None
    for encoding, spoken in ((Encoding.GSM7, _plainly_spaced(pieces)), (Encoding.UCS2, pieces)):
        forced = FOREIGN.search("".join(_text(piece) for piece in spoken)) is not None
        options = {ref: _sms_options(at, domains[ref], prints, encoding) for ref, at in holes.items()}
        for choices in _choices(options, encoding, forced=forced):
            for chosen in product(*choices):
                by_ref = dict(zip(options, chosen, strict=True))
                found = segment(_filled(spoken, holes, by_ref), encoding=encoding)
                if worst is None or (len(found), found.units) > worst.load:
                    worst = Worst(found, {ref: option.value for ref, option in by_ref.items()})
    if worst is None:
        return None
    foreign = worst.segmentation.encoding is Encoding.UCS2
    values = {
        ref: _witness(domains[ref], holes[ref], prints, value, foreign=foreign)
        for ref, value in worst.values.items()
    }
    return Worst(worst.segmentation, values)


def _plainly_spaced(pieces: Iterable[Piece]) -> list[Piece]:
    """Return *pieces* with plain spaces: another may be trimmed away beside an empty value."""
    return [piece if isinstance(piece, Hole) else _OTHER_SPACE.sub(" ", _text(piece)) for piece in pieces]


def _choices(
    options: Mapping[str, Sequence[_Option]], encoding: Encoding, *, forced: bool
) -> Iterator[list[list[_Option]]]:
    """Yield, for each reason that a text is in *encoding*, what each value may then be."""
    if encoding is Encoding.GSM7:
        every = [] if forced else [[list(each) for each in options.values()]]
    else:
        any_ = {ref: _undominated(each, encoding) for ref, each in options.items()}
        every = [list(any_.values())] if forced else []
        for ref in () if forced else options:
            foreign = _undominated([option for option in options[ref] if option.foreign], encoding)
            every.append(list({**any_, ref: foreign}.values()))
    for choices in every:
        if prod(map(len, choices)) > MOST_COMBINATIONS:
            raise TooManyCombinations(
                f"more than {MOST_COMBINATIONS} combinations of values depend on each other"
            )
        yield choices


def worst_total(
    spots: Sequence[Spot], domains: Mapping[str, Domain], prints: Prints, *, then: Sequence[Spot] = ()
) -> tuple[int, dict[str, Any]]:
    """
    Return the largest sum of sizes over *spots*, each a hole and how to measure what it prints there.

    Beside it stand values that come to it, and among those to the most over *then*; several free
    texts in unlike places may stay below.
    """
    total = 0
    values: dict[str, Any] = {}
    for ref in dict.fromkeys(hole.ref for hole, _ in (*spots, *then)):
        at = [(hole, size) for hole, size in spots if hole.ref == ref]
        later = [(hole, size) for hole, size in then if hole.ref == ref]
        domain = domains[ref]
        holes = [hole for hole, _ in (*at, *later)]
        weighed = [
            (_weight(at, value, prints), _weight(later, value, prints), value)
            for value in (_texts(domain, holes) if isinstance(domain, Free) else _values(domain))
        ]
        most, _, values[ref] = max(weighed, key=lambda each: each[:2])
        total += sum(_most(domain, hole, size) for hole, size in at) if isinstance(domain, Free) else most
    return total, values


def _weight(spots: Iterable[Spot], value: Any, prints: Prints) -> int:  # noqa: ANN401 - any kind's value
    return sum(size(prints(hole, value)) for hole, size in spots)


def _most(domain: Free, hole: Hole, size: Callable[[str], int]) -> int:
    first, rest = spellings(domain, hole.filters)
    return max(map(size, first)) + (domain.most - 1) * max(map(size, rest))


def any_value(domain: Domain) -> Any:  # noqa: ANN401 - whatever the parameter's kind takes
    """Return one value of *domain*."""
    if isinstance(domain, Free):
        return domain.samples[0] if domain.samples else domain.alphabet[0] * domain.most
    return _values(domain)[0]


def _holes(pieces: Iterable[Piece]) -> dict[str, list[Hole]]:
    holes: dict[str, list[Hole]] = {}
    for piece in pieces:
        if isinstance(piece, Hole) and piece not in holes.setdefault(piece.ref, []):
            holes[piece.ref].append(piece)
    return holes


def _text(piece: Piece) -> str:
    return piece if isinstance(piece, str) else piece.text if isinstance(piece, Said) else ""


def _filled(pieces: Iterable[Piece], holes: Mapping[str, list[Hole]], options: Mapping[str, _Option]) -> str:
    return "".join(
        options[piece.ref].printed[holes[piece.ref].index(piece)] if isinstance(piece, Hole) else _text(piece)
        for piece in pieces
    )


def _values(domain: Domain) -> tuple[Any, ...]:
    if isinstance(domain, Span):
        domain = numbers_of(domain)
    return domain.values if isinstance(domain, Listed) else (any_value(domain),)


def _texts(domain: Free, holes: Iterable[Hole]) -> Iterator[str]:
    """Yield texts of the greatest length that may be the worst: what a bound is tried with."""
    yield from domain.samples
    if domain.samples:
        return
    olds = {str(each.arguments[0]) for hole in holes for each in hole.filters if each.name == "replace"}
    sorts = dict.fromkeys((*domain.alphabet, *("".join(sorted(olds)) if domain.anything else "")))
    for sort in sorts:
        yield sort * domain.most
    for old in sorted(olds):
        if len(old) > 1:
            yield (old * domain.most)[: domain.most]


def _witness(
    domain: Domain,
    holes: Sequence[Hole],
    prints: Prints,
    value: Any,  # noqa: ANN401 - any kind's value
    *,
    foreign: bool,
) -> Any:  # noqa: ANN401 - any kind's value
    """Return *value*, or a free text that costs as much as is known of; *foreign* if asked for."""
    if not isinstance(domain, Free):
        return value
    encoding = Encoding.UCS2 if foreign else Encoding.GSM7
    options = [_option(text, holes, prints) for text in _texts(domain, holes)]
    if not domain.samples:
        # One character that forces UCS-2, or costs more at the beginning, may stand before others.
        alike = [option for option in options if foreign or not option.foreign]
        fullest = max(alike or options, key=lambda option: _load(option, encoding)).value
        options += [_option(first + fullest[1:], holes, prints) for first in _firsts(options)]
    fitting = [option for option in options if option.foreign is foreign] or options
    return max(fitting, key=lambda option: _load(option, encoding)).value


def _firsts(options: Iterable[_Option]) -> dict[str, None]:
    return dict.fromkeys(str(option.value)[:1] for option in options)


def _load(option: _Option, encoding: Encoding) -> tuple[int, int]:
    costs = [_cost(text, encoding) for text in option.printed]
    return sum(cost[0] for cost in costs), sum(cost[1] for cost in costs)


def _option(value: Any, holes: Sequence[Hole], prints: Prints) -> _Option:  # noqa: ANN401 - any kind's value
    printed = tuple(unicodedata.normalize("NFC", prints(hole, value)) for hole in holes)
    return _Option(value, printed, any(FOREIGN.search(text) for text in printed))


def _sms_options(holes: Sequence[Hole], domain: Domain, prints: Prints, encoding: Encoding) -> list[_Option]:
    """Return the values that may be worst in *encoding*, and whether they force UCS-2."""
    if isinstance(domain, Free):
        outlines = [_outline(domain, hole.filters, encoding) for hole in holes]
        printed = tuple(text for text in outlines if text is not None)
        return [_Option(None, printed, _may_be_foreign(domain, holes))] if len(printed) == len(holes) else []
    options = [_option(value, holes, prints) for value in _values(domain)]
    if encoding is Encoding.GSM7:
        return _undominated([option for option in options if not option.foreign], encoding)
    return options


def _may_be_foreign(domain: Free, holes: Iterable[Hole]) -> bool:
    parts = (part for hole in holes for each in spellings(domain, hole.filters) for part in each)
    return any(FOREIGN.search(unicodedata.normalize("NFC", part)) for part in parts)


@lru_cache(maxsize=1024)
def _outline(domain: Free, filters: tuple[Filter, ...], encoding: Encoding) -> str | None:
    """Return a text that no text of *domain* gets ahead of once filtered; None where none has *encoding*."""
    first, rest = (_worst_part(parts, encoding) for parts in spellings(domain, filters))
    if first is None or rest is None:
        return "" if domain.least == 0 else first if domain.least == 1 else None
    return first + rest * (domain.most - 1)


def _worst_part(parts: Iterable[str], encoding: Encoding) -> str | None:
    composed = sorted({unicodedata.normalize("NFC", part) for part in parts})
    fitting = [part for part in composed if encoding is Encoding.UCS2 or FOREIGN.search(part) is None]
    if not fitting:
        return None
    worst = max(fitting, key=lambda part: _cost(part, encoding))
    if all(_never_ahead(_cost(part, encoding), _cost(worst, encoding)) for part in fitting):
        return worst
    # None outdoes all others: single units, as many as the furthest can come to with what it wastes.
    return "a" * max(sum(_cost(part, encoding)[:2]) for part in fitting)


def _cost(text: str, encoding: Encoding) -> tuple[int, int, str]:
    """Return units, how many characters take two, and the cost of each: in this order the worse."""
    twos = EXTENDED_CHARACTERS if encoding is Encoding.GSM7 else ""
    shape = "".join("2" if character in twos or character > "\uffff" else "1" for character in text)
    return len(text) + shape.count("2"), shape.count("2"), shape


def _undominated(options: Sequence[_Option], encoding: Encoding) -> list[_Option]:
    """Leave out options that another outdoes in every hole, whatever stands before it."""
    costs = [[_cost(text, encoding) for text in option.printed] for option in options]
    order = sorted(range(len(options)), key=lambda number: costs[number], reverse=True)
    kept: list[int] = []
    for number in order:
        if not any(all(map(_never_ahead, costs[number], costs[other])) for other in kept):
            kept.append(number)
    return [options[number] for number in kept]


def _never_ahead(mine: tuple[int, int, str], theirs: tuple[int, int, str]) -> bool:
    # A two may waste the unit before a border: at its furthest it is as far as three ones.
    return mine[0] + mine[1] <= theirs[0] or mine[2] == theirs[2]
