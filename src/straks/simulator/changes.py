"""
What has changed at the desk, in order and numbered, for whoever follows it.

A follower says the last change that it knows, and is told those after it: so what breaks in between
loses nothing and tells nothing twice. The *mark* of a change is a name of this desk's own and the
number. A mark of another desk, or of a change that is no longer kept, is not followed from: whoever
comes with one is told to begin anew, for nobody can say what it has missed.

Changes are a matter of those who look on, and no part of what the service remembers. They hold ids and no
more: what a message is by now is a question for the inbox.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT: Final = 20_000
"""How many changes are kept for followers that were away."""


class Kind(StrEnum):
    """What a change is about, and what its event is called."""

    MESSAGE = "message"
    """A message came."""

    STATUS = "status"
    """What has become of a message is another thing now, or it has its shipment."""

    ATTEMPT = "attempt"
    """A request to place an order was answered, or its caller has left."""

    FAULTS = "faults"
    """A fault was armed, struck, or was disarmed."""

    CLEARED = "cleared"
    """The inbox was emptied."""

    CLOCK = "clock"
    """The clock was turned."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change; ``about`` is the id of a message, or of an order, where it is about one."""

    number: int
    kind: Kind
    about: str = field(default="", repr=False)


class Changes:
    """
    The changes of one desk.

    Args:
        name: What tells this desk's marks from another's.
        kept: How many are kept.

    Attributes:
        bell: Called at each change, and at nothing else; it may not ask for anything.

    >>> changes = Changes("a")
    >>> before = changes.mark
    >>> changes.note(Kind.MESSAGE, "1")
    >>> changes.since(before), changes.since("b-0")
    ([Change(number=1, kind=<Kind.MESSAGE: 'message'>)], None)
    """

    def __init__(self, name: str, kept: int = KEPT) -> None:
        self.bell: Callable[[], None] | None = None
        self._name = name
        self._number = 0
        self._kept: deque[Change] = deque(maxlen=kept)

    @property
    def mark(self) -> str:
        """The mark of the last change."""
        return self.mark_of(self._number)

    def mark_of(self, number: int) -> str:
        """Return the mark of the change with that *number*."""
        return f"{self._name}-{number}"

    def note(self, kind: Kind, about: str = "") -> None:
        """Note a change."""
        self._number += 1
        self._kept.append(Change(self._number, kind, about))
        if self.bell is not None:
            self.bell()

    def since(self, mark: str) -> list[Change] | None:
        """Return the changes after *mark*, oldest first; None where nobody can say."""
        name, _, digits = mark.rpartition("-")
        if name != self._name or not (digits.isascii() and digits.isdecimal()):
            return None
        missed = self._number - int(digits)
        if not 0 <= missed <= len(self._kept):
            return None
        return list(islice(self._kept, len(self._kept) - missed, None))
