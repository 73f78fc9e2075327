"""
What a parameter admits, in a form that a worst case can be computed from.

Three forms, chosen so that nothing admitted is left out:

`Listed`
    Every value there is, or, where there are too many, one value out of each class that prints
    alike (dates that differ in the day alone, numbers with as many digits). ``complete`` says which,
    because a condition may be decided over all values but not over representatives.
`Span`
    Whole numbers in intervals, so that ``{% if count > 1 %}`` narrows exactly what it says.
`Free`
    Text of at most so many characters out of an alphabet: what each character costs decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from straks.core.alphabet import SEPTETS
from straks.core.hygiene import offence
from straks.core.locale import OSLO
from straks.core.number_kinds import Amount, Date, DateTime, Duration, Integer, Time
from straks.core.pattern import characters, longest, widths
from straks.core.text_kinds import Choice, Code, Link, Reference, Text, Url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from straks.core.parameter import Parameter

_LIST_WHOLE: Final = 400
"""Up to so many values are all listed."""
_MOST_STEPS: Final = 200_000

GSM7_CHARACTERS: Final = (
    "€",  # first, because among equals the first becomes the witness, and this one is best known
    *(sort for sort in SEPTETS if offence(sort) is None and not sort.isspace() and sort != "€"),
)
"""What a value may hold of GSM-7, spaces apart, which are trimmed at the edges."""

# One character of each sort that costs differently somewhere: septets, code units, URL-encoded,
# escaped, or once its case is changed (U+0390 becomes three characters, U+FB03 too, ß two).
ANY_CHARACTERS: Final = (*GSM7_CHARACTERS, "č", "«", "—", "\U0001f600", "\u0390", "\ufb03", "İ", "ŉ")


class TooMany(ValueError):
    """More values than can be looked through."""


@dataclass(frozen=True, slots=True)
class Listed:
    """These values, or one of each class."""

    values: tuple[Any, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Span:
    """Whole numbers in these intervals, ends included, in rising order and apart."""

    intervals: tuple[tuple[int, int], ...]

    def narrowed(self, low: float, high: float) -> Span:
        """Return what lies within *low* and *high*, ends included."""
        cut = ((max(first, low), min(last, high)) for first, last in self.intervals)
        return Span(tuple((int(first), int(last)) for first, last in cut if first <= last))

    def without(self, number: int) -> Span:
        """Return everything but *number*."""
        below = self.narrowed(float("-inf"), number - 1).intervals
        return Span(below + self.narrowed(number + 1, float("inf")).intervals)


@dataclass(frozen=True, slots=True)
class Free:
    """
    Text of ``least`` to ``most`` characters.

    ``alphabet`` holds one character of each sort that may stand in it; ``anything`` says that the
    alphabet is all of Unicode that a value may hold. ``samples`` are values to witness with, where
    repeating one character is not admitted.
    """

    least: int
    most: int
    alphabet: tuple[str, ...]
    anything: bool = False
    samples: tuple[str, ...] = ()


Domain: TypeAlias = Listed | Span | Free


def domain_of(parameter: Parameter) -> Domain:
    """
    Return what *parameter* admits.

    Raises:
        TooMany: It admits more values than can be looked through.
    """
    if isinstance(parameter, Code):
        return Free(parameter.length, parameter.length, tuple(parameter.alphabet))
    if isinstance(parameter, Reference) and parameter.pattern is not None:
        return _matching(parameter.pattern)
    if isinstance(parameter, Text):
        anything = parameter.alphabet == "any"
        characters = ANY_CHARACTERS if anything else GSM7_CHARACTERS
        return Free(parameter.min_length, parameter.max_length, characters, anything=anything)
    if isinstance(parameter, Choice):
        return Listed(tuple(parameter.words))
    if isinstance(parameter, Url):
        return Listed(tuple(_addresses(parameter)), complete=False)
    return _measured(parameter)


def _measured(parameter: Parameter) -> Domain:
    if isinstance(parameter, Integer):
        return Span(((parameter.min, parameter.max),))
    if isinstance(parameter, Amount):
        return Listed(tuple(_amounts(parameter.min, parameter.max)), complete=False)
    if isinstance(parameter, Date):
        return _days(parameter.min, parameter.max)
    if isinstance(parameter, Time):
        return Listed((parameter.min, parameter.max), complete=parameter.min == parameter.max)
    if isinstance(parameter, DateTime):
        return _moments(parameter.min, parameter.max)
    if isinstance(parameter, Duration):
        return _durations(parameter.min, parameter.max, parameter.step)
    raise TooMany(f"nothing is known about the values of kind {parameter.kind}")


def numbers_of(span: Span) -> Listed:
    """Return every number of *span*, or one for each sign, number of digits and plural form."""
    count = sum(last - first + 1 for first, last in span.intervals)
    if count <= _LIST_WHOLE:
        return Listed(tuple(number for first, last in span.intervals for number in range(first, last + 1)))
    # Plural forms of our languages tell 1 (and in CLDR's rules -1) from the rest.
    edges = {sign * number for sign in (1, -1) for number in _digit_edges()} | {0, 1, 2, -1, -2}
    ends = {end for interval in span.intervals for end in interval}
    within = {number for number in edges if any(first <= number <= last for first, last in span.intervals)}
    return Listed(tuple(sorted(ends | within)), complete=False)


def _digit_edges() -> Iterator[int]:
    for digits in range(1, 31):
        yield 10**digits - 1
        yield 10**digits


def _amounts(low: Decimal, high: Decimal) -> Iterator[Decimal]:
    cents = numbers_of(Span(((int(low * 100), int(high * 100)),)))
    # One more for each number of digits: amounts whose decimals are not zero print alike here.
    yield from (Decimal(number) / 100 for number in cents.values)


def _classes(values: Iterable[tuple[tuple[object, ...], Any]]) -> tuple[Any, ...]:
    found: dict[tuple[object, ...], Any] = {}
    for kind, value in values:
        found.setdefault(kind, value)
    return tuple(found.values())


def _day_class(day: date) -> tuple[object, ...]:
    # What every style prints of a day: its weekday, its month, and so many digits.
    return len(str(day.year)), day.month, len(str(day.day)), day.weekday()


@lru_cache(maxsize=256)
def _days(low: date, high: date) -> Listed:
    days = (high - low).days + 1
    if days <= _LIST_WHOLE:
        return Listed(tuple(low + timedelta(days=number) for number in range(days)))
    # A weekday returns to the same date within 28 years, but for centuries; 40 years have every class.
    looked = {*range(min(days, 14_610)), *range(max(0, days - 14_610), days)}
    every = (low + timedelta(days=number) for number in sorted(looked))
    return Listed(_classes((_day_class(day), day) for day in every), complete=False)


@lru_cache(maxsize=256)
def _moments(low: datetime, high: datetime) -> Listed:
    first, last = low.astimezone(OSLO), high.astimezone(OSLO)
    days: list[date] = list(_days(first.date(), last.date()).values)
    noons = (datetime.combine(day, time(12), OSLO) for day in days)
    inner = tuple(noon for noon in noons if low <= noon <= high)
    return Listed((low, *inner, high), complete=low == high)


@lru_cache(maxsize=256)
def _durations(low: timedelta, high: timedelta, step: timedelta) -> Listed:
    steps = (high - low) // step + 1
    if steps <= _LIST_WHOLE:
        return Listed(tuple(low + number * step for number in range(steps)))
    if steps > _MOST_STEPS:
        raise TooMany(f"it admits {steps} durations; use a larger step, or bounds closer to each other")
    every = (low + number * step for number in range(steps))
    return Listed(_classes((_duration_class(duration), duration) for duration in every), complete=False)


def _duration_class(duration: timedelta) -> tuple[object, ...]:
    seconds = duration.days * 86_400 + duration.seconds
    counts = (seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60, seconds % 60)
    # Absent, singular, or plural with so many digits.
    return tuple(0 if count == 0 else -1 if count == 1 else len(str(count)) for count in counts)


def _addresses(parameter: Url) -> Iterator[Link]:
    # "~" costs most in GSM-7 (two septets), "'" most in HTML (escaped), both most URL-encoded.
    for host in parameter.hosts:
        start = f"https://{host}/"
        for filler in ("~", "'"):
            yield Link(start + filler * (parameter.max_length - len(start)))
        if len(start) > parameter.max_length:
            yield Link(start[:-1])


def _matching(pattern: str) -> Free:
    least, most = widths(pattern)
    alphabet = characters(pattern)
    found = longest(pattern)
    return Free(
        least,
        most,
        ANY_CHARACTERS if alphabet is None else alphabet,
        anything=alphabet is None,
        samples=() if found is None else (found,),
    )
