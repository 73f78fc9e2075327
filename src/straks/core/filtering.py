"""
What filters make of the values that expressions have.

A constant is filtered at once. A hole keeps its filters and is printed through them later, if what
they make of every value there can be told. A text put together is filtered piece by piece
(`straks.core.joined_text`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from straks.core.domain import Free, Listed, TooMany
from straks.core.hygiene import starts_with_mark
from straks.core.joined_text import NotFollowed, filtered_text, sizes
from straks.core.options import is_followed, values
from straks.core.spelling import may_vanish, spellings
from straks.core.spelling import sizes as text_sizes
from straks.core.way import (
    Count,
    Filter,
    Fork,
    Hole,
    Items,
    Joined,
    Known,
    Missing,
    Said,
    Subroutine,
    Turn,
    Way,
    joined,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jinja2 import nodes

    from straks.core.domain import Domain
    from straks.core.options import Options
    from straks.core.printing import Printer
    from straks.core.way import Piece, Spot, Value

_MOST_DIGITS: Final = 20
"""How far a number may be rounded: none that a template can be given has more digits."""
_MOST_WORDS: Final = 50
"""What a number that is known by its bounds may become."""


@dataclass(frozen=True)
class Filtering:
    """
    Applies filters where the reading stands.

    Args:
        printer: What values print, and what filters make of them.
        options: What holes may print.
        spot: Where the reading stands.
        domain: What is left of a value on the path that is followed.
        node: The expression, for what there is to say about it.
    """

    printer: Printer
    options: Options
    spot: Spot
    domain: Callable[[str], Domain]
    node: nodes.Node

    def filtered(self, applied: Filter, value: Value, printed: Callable[[Value], tuple[Piece, ...]]) -> Value:
        """Return what *applied* makes of *value*; *printed* tells the pieces that a list prints."""
        digits = applied.arguments[0] if applied.name == "round" and applied.arguments else 0
        if not isinstance(digits, int) or abs(digits) > _MOST_DIGITS:
            raise self.spot.lost(f"round takes a whole number of digits, at most {_MOST_DIGITS}", self.node)
        match value:
            case Known(known):
                return Known(self._applied(applied, known))
            case Count():
                return self._counted(applied, value)
            case Hole():
                return self.hole(applied, value)
            case Items(items, count) if applied.name == "length":
                return count or Known(len(items))
            case Items():
                return self._together(applied, printed(value))
            case Joined(pieces):
                return self._together(applied, pieces)
            case Missing():
                raise self.spot.lost(
                    "filters an optional parameter that may be left out; "
                    "ask {% if … %} first, or give it a |default",
                    self.node,
                )
            case Subroutine() | Turn():
                raise self.spot.lost("filters a macro", self.node)

    def _applied(self, applied: Filter, value: object) -> str | float:
        try:
            found = self.printer.filtered(applied, value)
        except TooMany:
            raise
        except Exception:  # noqa: BLE001 - whatever a filter does not take is the template's fault
            found = None
        if not isinstance(found, (str, int, float)):
            raise self.spot.lost(f"{applied.name} does not take this value", self.node)
        return found

    def _counted(self, applied: Filter, count: Count) -> Value:
        """Filter a number that is known by its bounds alone: whatever it is, the result is one of these."""
        found = dict.fromkeys(
            Known(self._applied(applied, number)) for number in range(count.low, count.high + 1)
        )
        if len(found) > _MOST_WORDS:
            raise self.spot.lost(f"{applied.name} is not followed for so many numbers", self.node)
        first, *more = found
        if not more:
            return first
        return Joined((Fork(tuple(Way((Said(str(known.value)),)) for known in found)),))

    def _together(self, applied: Filter, pieces: Sequence[Piece]) -> Value:
        try:
            if applied.name == "length":
                low, high = sizes(pieces, self)
                return Known(low) if low == high else Count(low, high, f"length of {pieces!r}")
            return joined(filtered_text(applied, pieces, self))
        except NotFollowed as why:
            raise self.spot.lost(
                f"{why} is not followed for a text put together; filter each part by itself", self.node
            ) from None

    # --- a piece --------------------------------------------------------------------------

    def hole(self, applied: Filter, hole: Hole) -> Hole:
        """Put a filter on a hole, if what it makes of every value there can be told."""
        domain = self.domain(hole.ref)
        filtered = Hole(hole.ref, (*hole.filters, applied))
        if not is_followed(domain, filtered.filters):
            raise self.spot.lost(
                f"{applied.name} is not followed for so many values; "
                "declare narrower bounds, or pass the text as it shall be",
                self.node,
            )
        if starts_with_mark(str(applied.arguments[1:2] and applied.arguments[1])):
            raise self.spot.lost(
                "replaces with a combining mark, which joins the character before it; "
                "write the composed letter",
                self.node,
            )
        self._tried(filtered, domain)
        return filtered

    def _tried(self, hole: Hole, domain: Domain) -> None:
        """Print one value, since a filter that does not take it fails whatever else is known."""
        try:
            if isinstance(domain, Free):
                self.options.of(hole, domain)
            else:
                self.options.printed(hole, values(domain)[0])
        except TooMany:
            raise
        except Exception:  # noqa: BLE001 - as above
            raise self.spot.lost(f"{hole.filters[-1].name} does not take this value", self.node) from None

    def text(self, applied: Filter, text: str) -> str:
        """Return what a filter makes of constant text."""
        return str(self._applied(applied, text))

    def edges(self, hole: Hole) -> tuple[bool, bool]:
        """Tell whether *hole* may print nothing, and whether it may print white space at its edges."""
        domain = self.domain(hole.ref)
        printed = self.options.of(hole, domain)
        if printed is None:
            assert isinstance(domain, Free)  # noqa: S101 - all else is listed
            first, rest, _ = spellings(domain, hole.filters)
            return may_vanish(domain, hole.filters), any(part != part.strip() for part in first | rest)
        return any(not said for _, said in printed), any(said != said.strip() for _, said in printed)

    def sizes(self, hole: Hole) -> tuple[int, int]:
        """Return how many characters *hole* prints, at least and at most."""
        domain = self.domain(hole.ref)
        printed = self.options.of(hole, domain)
        if printed is not None:
            lengths = [len(said) for _, said in printed]
            # Addresses are listed by the longest alone.
            known = not isinstance(domain, Listed) or domain.complete
            return min(lengths) if known else 0, max(lengths)
        assert isinstance(domain, Free)  # noqa: S101 - all else is listed
        return text_sizes(domain, hole.filters)
