"""
What a text is measured by: how far it gets as an SMS in one encoding, or how large it is.

A meter tells what each piece adds. What is trimmed away at edges is not added, and where the edges
are is only known once the pieces stand together: so white space waits until something follows it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from straks.core.alphabet import FOREIGN
from straks.core.domain import TooMany
from straks.core.hygiene import starts_with_mark
from straks.core.ledger import recorded_length
from straks.core.packing import PACKINGS, Packing, Reach, runs_of
from straks.core.segment import Encoding
from straks.core.skeleton import in_place
from straks.core.spelling import may_vanish, spellings
from straks.core.way import Hole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from straks.core.domain import Free
    from straks.core.packing import Runs
    from straks.core.skeleton import Place
    from straks.core.way import Filter


class Edges(Enum):
    """What is trimmed."""

    LINES = "white space at the ends of lines, and of the text"
    ONE_LINE = "white space at the ends, and all but one space between words"
    NONE = "nothing"


class Laid(NamedTuple):
    """A text with the white space at its edges apart; a text that is nothing else has no ``core``."""

    lead: str
    core: str
    trail: str


_LINE_END: Final = re.compile(r"[^\S\n]+(?=\n)")


def laid(text: str, edges: Edges) -> Laid:
    """Return *text* as it is sent, its edges apart."""
    return Laid("", text, "") if edges is Edges.NONE else _laid(text, edges is Edges.LINES)


@lru_cache(maxsize=4096)
def _laid(text: str, by_line: bool) -> Laid:  # noqa: FBT001 - a key
    core = text.strip()
    if not core:
        return Laid(text, "", "")
    begins = text.find(core)
    inner = _LINE_END.sub("", core) if by_line else " ".join(core.split())
    return Laid(text[:begins], unicodedata.normalize("NFC", inner), text[begins + len(core) :])


def waiting(before: str, more: str, edges: Edges) -> str:
    """Return the white space that waits for something to follow it."""
    both = before + more
    return _LINE_END.sub("", both) if edges is Edges.LINES else " " if both else ""


def said(text: str) -> str:
    """
    Return what a value prints, if nothing before it could change it.

    Raises:
        TooMany: It begins with a combining mark.
    """
    if starts_with_mark(text):
        raise TooMany("a value may begin with a combining mark, which would change the character before it")
    return text


class Option(NamedTuple):
    """What a value may do to a text: ``value`` is None where many values do."""

    value: Any
    laid: Laid
    cost: Any
    foreign: bool = False


class Meter(Protocol):
    """Measures a text piece by piece, each step from one reach to the next."""

    @property
    def edges(self) -> Edges:
        """What is trimmed."""
        ...

    @property
    def minds_foreign(self) -> bool:
        """Whether it matters if a text has what GSM-7 lacks."""
        ...

    @property
    def start(self) -> Any:  # noqa: ANN401 - each meter has a reach of its own
        """The reach of nothing."""
        ...

    @property
    def admits_foreign(self) -> bool:
        """Whether a text that has what GSM-7 lacks can be measured."""
        ...

    def cost(self, text: str, hole: Hole | None = None) -> Any:  # noqa: ANN401 - as above
        """Return what *text* costs, as constant text or as what a value prints at *hole*."""
        ...

    def free(self, domain: Free, hole: Hole) -> Iterable[Option]:
        """Return what a free text may do at most."""
        ...

    def after(self, reach: Any, cost: Any) -> Any:  # noqa: ANN401 - as above
        """Return the reach of a text that goes on with what costs *cost*."""
        ...

    def furthest(self, reaches: Iterable[Any]) -> Iterable[Any]:
        """Return the reaches that none of the others outdoes, whatever follows."""
        ...

    def outdone(self, mine: Any, other: Any) -> bool:  # noqa: ANN401 - as above
        """Tell whether what costs *mine* gets no further than what costs *other*, whatever stands before."""
        ...


_EMPTY: Final = Laid("", "", "")
_NOWHERE: Final = Reach()


@dataclass(frozen=True)
class Packed:
    """How far a text gets in one encoding."""

    packing: Packing
    edges: Edges = Edges.LINES
    start: Reach = _NOWHERE
    minds_foreign: bool = True

    @property
    def admits_foreign(self) -> bool:
        """GSM-7 takes nothing foreign."""
        return self.packing.encoding is Encoding.UCS2

    def cost(self, text: str, hole: Hole | None = None) -> Runs:  # noqa: ARG002 - the same everywhere
        """Return the units of *text*."""
        return runs_of(text, self.packing.encoding)

    def free(self, domain: Free, hole: Hole) -> Iterable[Option]:
        """Return the furthest that texts get with what GSM-7 has, and with what it lacks."""
        return _packed_texts(domain, hole.filters, self.packing)

    def after(self, reach: Reach, cost: Runs) -> Reach:
        """Return the reach with *cost* more."""
        return self.packing.advanced(reach, cost)

    def furthest(self, reaches: Iterable[Reach]) -> Iterable[Reach]:
        """Return the reaches that are ahead in position or in units."""
        return self.packing.furthest(reaches)

    def outdone(self, mine: Runs, other: Runs) -> bool:
        """Compare by how far each gets, from wherever it begins."""
        return self.packing.outdoes(other, mine)


@dataclass(frozen=True)
class Sized:
    """How large a text is: the sum of what its pieces are."""

    size: Callable[[str, Hole | None], int]
    edges: Edges = Edges.LINES
    start: int = 0
    minds_foreign: bool = False
    admits_foreign: bool = True

    def cost(self, text: str, hole: Hole | None = None) -> int:
        """Return the size of *text*."""
        return self.size(text, hole)

    def free(self, domain: Free, hole: Hole) -> Iterable[Option]:
        """Return the largest text, and none where there may be none."""
        largest = _largest_text(domain, hole.filters, hole.place, self)
        if largest is not None:
            yield Option(None, Laid("", "…", ""), largest)
        if may_vanish(domain, hole.filters):
            yield Option(None, _EMPTY, 0)

    def after(self, reach: int, cost: int) -> int:
        """Return the sum."""
        return reach + cost

    def furthest(self, reaches: Iterable[int]) -> Iterable[int]:
        """Return the largest."""
        return (max(reaches),)

    def outdone(self, mine: int, other: int) -> bool:
        """Compare sizes."""
        return mine <= other


def _characters(text: str, _: Hole | None) -> int:
    return len(text)


def _recorded(text: str, _: Hole | None) -> int:
    return recorded_length(text)


def _octets(text: str, _: Hole | None) -> int:
    return len(text.encode())


_ESCAPED: Final = re.compile("[&<>\"']")


def _page_octets(text: str, hole: Hole | None) -> int:
    if hole is not None and hole.place is not None:
        text = in_place(text, hole.place)
        text = escape(text) if _ESCAPED.search(text) else text
    return len(text.encode())


GSM7: Final = Packed(PACKINGS[Encoding.GSM7])
UCS2: Final = Packed(PACKINGS[Encoding.UCS2])
CHARACTERS: Final = Sized(_characters)
"""What the gateway counts."""
RECORDED: Final = Sized(_recorded)
"""What the service counts."""
SUBJECT: Final = Sized(_characters, Edges.ONE_LINE)
OCTETS: Final = Sized(_octets)
PAGE_OCTETS: Final = Sized(_page_octets, Edges.NONE)
"""The size of a page, whose constant text is HTML already and whose holes know how they are escaped."""


def _largest_text(domain: Free, filters: tuple[Filter, ...], place: Place | None, sized: Sized) -> int | None:
    """Return the size of the largest text, None where there is none but the empty one."""
    first, rest = _largest_parts(domain.letter, filters, place, sized)
    return first + (domain.most - 1) * rest if domain.most else None


@lru_cache(maxsize=1024)
def _largest_parts(
    letter: Free, filters: tuple[Filter, ...], place: Place | None, sized: Sized
) -> tuple[int, int]:
    """Return the largest size of the first character, and of any other."""
    hole = Hole("", filters, place)
    composed = sized.edges is not Edges.NONE
    first, rest, pairs = (
        max(
            (sized.size(unicodedata.normalize("NFC", part) if composed else part, hole) for part in parts),
            default=0,
        )
        for parts in spellings(letter, filters)
    )
    rest = max(rest, -(-pairs // 2))
    return max(first, rest if pairs else 0), rest


def _packed_texts(domain: Free, filters: tuple[Filter, ...], packing: Packing) -> tuple[Option, ...]:
    """Return how far texts get: none at all, those that GSM-7 has, and those with something it lacks."""
    found = [Option(None, _EMPTY, ())] if may_vanish(domain, filters) else []
    for foreign, (first, rest) in zip(
        (False, True), _packed_parts(domain.letter, filters, packing), strict=True
    ):
        # A text of one character needs no second.
        most = domain.most if rest is not None else min(domain.most, 1)
        if first is not None and domain.least <= most and most:
            cost = _repeated(first, rest or (), most - 1)
            found.append(Option(None, Laid("", "…", ""), cost, foreign=foreign))
    return tuple(found)


@lru_cache(maxsize=1024)
def _packed_parts(
    letter: Free, filters: tuple[Filter, ...], packing: Packing
) -> tuple[tuple[Runs | None, Runs | None], ...]:
    """Return what characters cost at most: those that GSM-7 has, and all."""
    spelt = [{unicodedata.normalize("NFC", part) for part in parts} for parts in spellings(letter, filters)]
    return tuple(_furthest_parts(spelt, packing, foreign=foreign) for foreign in (False, True))


def _furthest_parts(
    spelt: Sequence[set[str]], packing: Packing, *, foreign: bool
) -> tuple[Runs | None, Runs | None]:
    """Return costs that the first character, and any other, never gets ahead of; None where there is none."""
    lacked = [{part for part in parts if FOREIGN.search(part)} for parts in spelt]
    if foreign and not any(lacked):
        return None, None
    every = spelt if foreign else [parts - some for parts, some in zip(spelt, lacked, strict=True)]
    first, rest, pairs = (_worst(parts, packing) for parts in every)
    if pairs is not None and (rest is None or not packing.outdoes(rest + rest, pairs)):
        rest = ((1, max(-(-_most(pairs) // 2), _most(rest or ()))),)
        # A pair may stand at the beginning too.
        first = rest if first is not None and not packing.outdoes(first, rest) else first
    if foreign and spelt[0] == spelt[1] and first is not None:
        # One character of all must be foreign; where others are worse, it is not all of them.
        cost = _most(_worst(lacked[0], packing) or ())
        if all(width == 1 for width, _ in first) and cost < _units(first):
            first = ((1, cost),)
    return first, rest


def _worst(parts: Iterable[str], packing: Packing) -> Runs | None:
    """Return a cost that none of *parts* gets ahead of."""
    costs = sorted({runs_of(part, packing.encoding) for part in parts}, key=_most)
    if not costs:
        return None
    worst = max(costs, key=lambda runs: (_units(runs), _most(runs)))
    if all(packing.outdoes(worst, mine) for mine in costs):
        return worst
    # None outdoes all others: single units, as many as the furthest can come to with what it wastes.
    return ((1, _most(costs[-1])),)


def _units(runs: Runs) -> int:
    return sum(width * count for width, count in runs)


def _most(runs: Runs) -> int:
    """Return the units of *runs*, with all that they may waste: each two the one before a border."""
    return sum((width + (width > 1)) * count for width, count in runs)


_MOST_RUNS: Final = 1_000
"""Longer texts of mixed widths are measured as if each two cost three, which is no less."""


def _repeated(first: Runs, runs: Runs, times: int) -> Runs:
    if len(runs) > 1 and len(runs) * times > _MOST_RUNS:
        runs = ((1, _most(runs)),)
    return (*first, (runs[0][0], runs[0][1] * times)) if len(runs) == 1 else first + runs * times
