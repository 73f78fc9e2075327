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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from straks.core.domain import Free
    from straks.core.packing import Runs
    from straks.core.way import Hole


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


@lru_cache(maxsize=4096)
def laid(text: str, edges: Edges) -> Laid:
    """Return *text* as it is sent, its edges apart."""
    if edges is Edges.NONE:
        return Laid("", text, "")
    core = text.strip()
    if not core:
        return Laid(text, "", "")
    begins = text.find(core)
    inner = _LINE_END.sub("", core) if edges is Edges.LINES else " ".join(core.split())
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
        return _packed_texts(domain, hole.filters, self.packing.encoding)

    def after(self, reach: Reach, cost: Runs) -> Reach:
        """Return the reach with *cost* more."""
        return self.packing.advanced(reach, cost)

    def furthest(self, reaches: Iterable[Reach]) -> Iterable[Reach]:
        """Return the reaches that are ahead in position or in units."""
        return self.packing.furthest(reaches)

    def outdone(self, mine: Runs, other: Runs) -> bool:
        """Compare by units; a two may waste the unit before a border, and so gets as far as three ones."""
        return mine == other or _units(mine) + _twos(mine) <= _units(other)


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
        first, rest = (
            max(self.size(self._composed(part), hole) for part in parts)
            for parts in spellings(domain, hole.filters)
        )
        if domain.most:
            yield Option(None, Laid("", "…", ""), first + (domain.most - 1) * rest)
        if may_vanish(domain, hole.filters):
            yield Option(None, _EMPTY, 0)

    def _composed(self, part: str) -> str:
        return part if self.edges is Edges.NONE else unicodedata.normalize("NFC", part)

    def after(self, reach: int, cost: int) -> int:
        """Return the sum."""
        return reach + cost

    def furthest(self, reaches: Iterable[int]) -> Iterable[int]:
        """Return the largest."""
        return (max(reaches),)

    def outdone(self, mine: int, other: int) -> bool:
        """Compare sizes."""
        return mine <= other


_MOST_RUNS: Final = 1_000
"""Longer texts of mixed widths are measured as if each two cost three, which is no less."""


def _characters(text: str, _: Hole | None) -> int:
    return len(text)


def _recorded(text: str, _: Hole | None) -> int:
    return recorded_length(text)


def _octets(text: str, _: Hole | None) -> int:
    return len(text.encode())


def _page_octets(text: str, hole: Hole | None) -> int:
    shown = text if hole is None or hole.place is None else escape(in_place(text, hole.place))
    return len(shown.encode())


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


def _units(runs: Runs) -> int:
    return sum(width * count for width, count in runs)


def _twos(runs: Runs) -> int:
    return sum(count for width, count in runs if width > 1)


@lru_cache(maxsize=1024)
def _packed_texts(domain: Free, filters: tuple[Any, ...], encoding: Encoding) -> tuple[Option, ...]:
    spelt = [
        sorted({unicodedata.normalize("NFC", part) for part in parts}) for parts in spellings(domain, filters)
    ]
    found: list[Option] = []
    if may_vanish(domain, filters):
        found.append(Option(None, _EMPTY, ()))
    for foreign in (False, True):
        lacked = [_worst(filter(FOREIGN.search, parts), encoding) for parts in spelt]
        if foreign and not any(lacked):
            continue
        first, rest = (
            _worst((part for part in parts if foreign or not FOREIGN.search(part)), encoding)
            for parts in spelt
        )
        # A text of one character needs no second.
        most = domain.most if rest is not None else min(domain.most, 1)
        if first is None or not domain.least <= most or not most:
            continue
        if foreign and spelt[0] == spelt[1]:
            first = _one_at_least(lacked[0] or (), first)
        cost = _repeated(first, rest or (), most - 1)
        found.append(Option(None, Laid("", "…", ""), cost, foreign=foreign))
    return tuple(found)


def _one_at_least(foreign: Runs, worst: Runs) -> Runs:
    """Return what one character costs where one of all must be *foreign*, and others may be worse."""
    cost = _units(foreign) + _twos(foreign)
    ones = all(width == 1 for width, _ in worst)
    return ((1, cost),) if ones and foreign != worst and cost <= _units(worst) else worst


def _worst(parts: Iterable[str], encoding: Encoding) -> Runs | None:
    """Return a cost that none of *parts* gets ahead of."""
    costs = sorted({runs_of(part, encoding) for part in parts}, key=lambda runs: (_units(runs), _twos(runs)))
    if not costs:
        return None
    worst = costs[-1]
    if all(mine == worst or _units(mine) + _twos(mine) <= _units(worst) for mine in costs):
        return worst
    # None outdoes all others: single units, as many as the furthest can come to with what it wastes.
    return ((1, max(_units(runs) + _twos(runs) for runs in costs)),)


def _repeated(first: Runs, runs: Runs, times: int) -> Runs:
    if len(runs) > 1 and len(runs) * times > _MOST_RUNS:
        runs = ((1, _units(runs) + _twos(runs)),)
    return (*first, (runs[0][0], runs[0][1] * times)) if len(runs) == 1 else first + runs * times
