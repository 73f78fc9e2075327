"""
Kinds that are counted: integer, and duration, which counts whole steps.

Their values are Python's own types, and floating point is not among them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from straks.core import locale as words
from straks.core.parameter import Parameter, Shown, Unfit

_DURATION = re.compile(
    r"(?:(?P<days>\d{1,4}) ?d(?:ays?)?)? ?(?:(?P<hours>\d{1,5}) ?h(?:ours?)?)?"
    r" ?(?:(?P<minutes>\d{1,6}) ?min(?:utes?)?)? ?(?:(?P<seconds>\d{1,8}) ?s(?:econds?)?)?",
    re.ASCII,
)


def read_duration(text: str) -> timedelta:
    """
    Read a duration such as ``"5 min"``, ``"1 h 30 min"``, ``"90 s"`` or ``"2 d"``.

    Raises:
        Unfit: The text is none.

    >>> read_duration("1 h 30 min")
    datetime.timedelta(seconds=5400)
    """
    match = _DURATION.fullmatch(" ".join(text.split()))
    if match is None or not any(match.groups()):
        raise Unfit('takes a duration such as "5 min", "1 h 30 min", "90 s" or "2 d"')
    return timedelta(**{unit: int(count) for unit, count in match.groupdict().items() if count})


def _plainly(duration: timedelta) -> str:
    return words.format_duration(duration, "en")


def spread(low: object, high: object) -> str:
    """Say from where to where."""
    return f"{low} to {high}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer(Parameter):
    """A whole number, grouped as the language does."""

    kind: ClassVar[str] = "integer"

    min: int
    max: int

    @property
    def limits(self) -> str:
        """What the parameter admits."""
        return f"a whole number, {spread(self.min, self.max)}"

    def check(self, value: object) -> int:
        """Return the number; another type or one out of bounds is `Unfit`."""
        if not isinstance(value, int) or isinstance(value, bool):
            from decimal import Decimal

            kind = "a decimal number" if isinstance(value, Decimal) else type(value).__name__
            raise Unfit(f"takes {self.limits}, not {kind}")
        if not self.min <= value <= self.max:
            raise Unfit(f"takes {self.limits}")
        return int(value)

    def show(self, value: int, locale: str) -> Shown:
        """Return what prints grouped and compares as a number."""
        return Shown(value, lambda number: words.format_integer(number, locale))

    def canonical(self, value: int) -> str:
        """Return the number in plain digits."""
        return str(value)

    def read(self, text: str) -> object:
        """Return the number that *text* is."""
        if re.fullmatch(r"\s*[+-]?[0-9]{1,30}\s*", text) is None:
            raise Unfit(f"takes {self.limits}, in digits")
        return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration(Parameter):
    """A length of time in whole steps, printed exactly and never rounded."""

    kind: ClassVar[str] = "duration"

    min: timedelta
    max: timedelta
    step: timedelta = timedelta(minutes=1)

    @property
    def limits(self) -> str:
        """What the parameter admits."""
        span = spread(_plainly(self.min), _plainly(self.max))
        return f"a timedelta of {span} in steps of {_plainly(self.step)}"

    def check(self, value: object) -> timedelta:
        """Return the duration; one out of bounds or between two steps is `Unfit`."""
        if not isinstance(value, timedelta):
            raise Unfit(f"takes {self.limits}, not {type(value).__name__}")
        if not self.min <= value <= self.max or value % self.step:
            raise Unfit(f"takes {self.limits}")
        return value

    def show(self, value: timedelta, locale: str) -> Shown:
        """Return what prints in words and compares as a duration."""
        return Shown(value, lambda duration: words.format_duration(duration, locale))

    def canonical(self, value: timedelta) -> str:
        """Return the duration in whole seconds."""
        return str(value.days * 86_400 + value.seconds)

    def read(self, text: str) -> object:
        """Return the duration that *text* is."""
        return read_duration(text)
