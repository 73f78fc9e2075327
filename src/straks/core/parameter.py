"""
What may fill a template: a parameter has a name, a kind, bounds, and an example.

Each kind answers four questions, and nothing else in straks knows about kinds: is this value one
of yours (`check`), how does it print in this language (`show`), what is it as a string that never
changes (`canonical`, for idempotency ids), and what value does this typed-in text mean (`read`).

A value reaches the template as something that prints itself: plain `str` where the text is the
value, otherwise `Shown`, which compares by value and prints by language. So a template may both
ask ``{% if count > 1 %}`` and say ``{{ count }}``, and gets «1 250» or "1,250" without a filter.

No error of this module shows a value: it may be secret, and it may be hostile.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


GIVEN_NAMES: Final = frozenset({"locale", "subject"})
"""Names that templates have without declaring them; the subject in ``email.html`` alone."""

RESERVED_NAMES: Final = (
    GIVEN_NAMES
    | {"loop", "self", "super", "caller", "varargs", "kwargs", "true", "false", "none"}
    | {"and", "or", "not", "in", "is", "if", "elif", "else"}
)
"""Names that no parameter may have, because a template means something else by them."""

# What Babel puts into numbers and dates and GSM-7 does not have: no-break spaces, and the minus.
_PLAINER = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-"})


class Unfit(ValueError):
    """A value that a parameter does not admit. The template adds the place to the sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(ABC):
    """
    The declared hole in a text.

    ``example`` is a value that the parameter admits. ``secret`` values are masked wherever a
    person may look, ``personal`` ones are kept out of one-time-code messages by policy, and an
    ``optional`` one may be left out, which makes it false in an ``{% if %}``.
    """

    kind: ClassVar[str]

    name: str
    example: Any = field(default=None, repr=False)
    secret: bool = False
    personal: bool = False
    optional: bool = False

    @property
    @abstractmethod
    def limits(self) -> str:
        """What the parameter admits, as the end of «it takes …»."""

    @abstractmethod
    def check(self, value: object) -> Any:  # noqa: ANN401 - each kind has its own Python type
        """Return *value* in its one canonical Python form, or raise `Unfit`."""

    @abstractmethod
    def show(self, value: Any, locale: str) -> object:  # noqa: ANN401 - a value that `check` returned
        """Return what stands in the template for a checked *value*."""

    @abstractmethod
    def canonical(self, value: Any) -> str:  # noqa: ANN401 - a value that `check` returned
        """Return a checked *value* as text that is the same in every language and release."""

    @abstractmethod
    def read(self, text: str) -> object:
        """Return the value that *text*, typed by a person, means; still to be checked."""


@final
class Shown:
    """
    A value inside a template: prints by language, compares by value.

    Hashable and immutable. A list has *items*, each of which prints itself, and its *print_* joins
    them; `length` of a list counts its items, of anything else its printed characters.
    """

    __slots__ = ("_items", "_print", "value")

    def __init__(
        self,
        value: Any,  # noqa: ANN401 - any kind's value
        print_: Callable[[Any], str],
        items: tuple[object, ...] | None = None,
    ) -> None:
        self.value = value
        self._print = print_
        self._items = items

    @property
    def items(self) -> tuple[object, ...]:
        """Each item of a list, which prints itself; of anything else nothing."""
        return self._items or ()

    def __str__(self) -> str:
        return self._print(self.value if self._items is None else self._items)

    def plainly(self) -> Shown:
        """Return the same value, printing plain spaces and hyphens where Babel has finer ones."""
        print_ = self._print
        if self._items is None:
            return Shown(self.value, lambda value: print_(value).translate(_PLAINER))
        # Item by item, since an item that is text prints as it was given.
        plain = (item.plainly() if isinstance(item, Shown) else item for item in self._items)
        return Shown(self.value, print_, tuple(plain))

    def __repr__(self) -> str:
        # A template error may print what stood in the template.
        return "Shown(…)"

    def __eq__(self, other: object) -> bool:
        return bool(self.value == _bare(other))

    def __hash__(self) -> int:
        return hash(self.value)

    def __lt__(self, other: object) -> bool:
        return bool(self.value < _bare(other))

    def __le__(self, other: object) -> bool:
        return bool(self.value <= _bare(other))

    def __gt__(self, other: object) -> bool:
        return bool(self.value > _bare(other))

    def __ge__(self, other: object) -> bool:
        return bool(self.value >= _bare(other))

    def __bool__(self) -> bool:
        return bool(self.value)

    def __len__(self) -> int:
        return len(str(self)) if self._items is None else len(self._items)

    def __iter__(self) -> Iterator[object]:
        if self._items is None:
            raise TypeError("only a list can be looped over")
        return iter(self._items)

    def __contains__(self, wanted: object) -> bool:
        return wanted in self._items if self._items is not None else str(wanted) in str(self)

    def __round__(self, digits: int = 0) -> Shown:
        return Shown(round(self.value, digits), self._print)


def _bare(value: object) -> object:
    return value.value if isinstance(value, Shown) else value
