"""
What a parameter admits, in a form that a worst case can be computed from.

Three forms, chosen so that nothing admitted is left out:

`Listed`
    Every value there is, or, where there are too many, one value out of each class that prints
    alike. ``complete`` says which, because a condition may be decided over all values but not over
    representatives.
`Span`
    Values in order, in intervals: numbers, amounts, days, times of day, durations. So
    ``{% if amount > 100 %}`` narrows exactly what it says, however many values there are.
`Free`
    Text of at most so many characters out of an alphabet: what each character costs decides.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from functools import lru_cache
from itertools import product
from operator import mul
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from straks.core.alphabet import SEPTETS
from straks.core.amount_kind import Amount
from straks.core.calendar_kinds import Date, DateTime, Time
from straks.core.choice_kind import Choice
from straks.core.hygiene import offence
from straks.core.locale import OSLO, currency_decimals
from straks.core.number_kinds import Duration, Integer
from straks.core.pattern import characters, longest, widths
from straks.core.text_kinds import Code, Reference, Text
from straks.core.url_kind import Link, Url

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from straks.core.parameter import Parameter

LIST_WHOLE: Final = 400
"""Up to so many values of a span are all listed by `numbers_of`."""
_MOST_STEPS: Final = 200_000
_EXACT: Final = Context(prec=40)
"""Amounts are exact whatever the caller's decimal context says."""
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_SECOND: Final = timedelta(seconds=1)

GSM7_CHARACTERS: Final = (
    "€",  # first, because among equals the first becomes the witness, and this one is best known
    *(sort for sort in SEPTETS if offence(sort) is None and not sort.isspace() and sort != "€"),
)
"""What a value may hold of GSM-7, spaces apart, which are trimmed at the edges."""

# One character of each sort that costs differently somewhere: septets, code units, URL-encoded,
# escaped, or once its case is changed (U+0390 becomes three characters, U+FB03 too, ß two; of U+1F52
# and U+1F80 what comes out is longest in UTF-8).
_CHANGING: Final = ("\u0390", "\u1f52", "\u1f80", "\ufb03", "İ", "ŉ")
ANY_CHARACTERS: Final = (*GSM7_CHARACTERS, "č", "«", "—", "\U0001f600", *_CHANGING)


class TooMany(ValueError):
    """More values than can be looked through."""


@dataclass(frozen=True, slots=True)
class Listed:
    """These values, or one of each class."""

    values: tuple[Any, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Scale:
    """
    How values in order follow each other, and which of them print alike.

    ``step`` leads from one to the next; ``kind`` is what they are, where that decides what they print.
    """

    step: Any = 1
    kind: str = "number"

    def moved(self, value: Any, steps: int) -> Any:  # noqa: ANN401 - any kind's value
        """Return what stands *steps* further on."""
        if isinstance(value, time):
            minute = value.hour * 60 + value.minute + steps
            return time(minute // 60, minute % 60)
        if isinstance(value, Decimal):
            return _EXACT.add(value, _EXACT.multiply(Decimal(steps), self.step))
        return value + steps * self.step

    def steps(self, low: Any, high: Any) -> int:  # noqa: ANN401 - any kind's value
        """Return how many steps lie between *low* and *high*."""
        if isinstance(low, time):
            return int((high.hour - low.hour) * 60 + high.minute - low.minute)
        if isinstance(low, Decimal):
            return int(_EXACT.divide_int(_EXACT.subtract(high, low), self.step))
        return int((high - low) // self.step)


WHOLE: Final = Scale()


@dataclass(frozen=True, slots=True)
class Span:
    """Values in these intervals, ends included, in rising order and apart."""

    intervals: tuple[tuple[Any, Any], ...]
    scale: Scale = WHOLE

    def __len__(self) -> int:
        return sum(self.scale.steps(low, high) + 1 for low, high in self.intervals)

    def __iter__(self) -> Iterator[Any]:
        for low, high in self.intervals:
            for number in range(self.scale.steps(low, high) + 1):
                yield self.scale.moved(low, number)

    def __contains__(self, value: Any) -> bool:  # noqa: ANN401 - any kind's value
        return any(low <= value <= high for low, high in self.intervals)

    @property
    def least(self) -> Any:  # noqa: ANN401 - any kind's value
        """The first value."""
        return self.intervals[0][0]

    @property
    def most(self) -> Any:  # noqa: ANN401 - any kind's value
        """The last value."""
        return self.intervals[-1][1]

    def narrowed(self, low: Any, high: Any) -> Span:  # noqa: ANN401 - any kind's value
        """Return what lies within *low* and *high*, ends included, which are values of this scale."""
        cut = ((max(first, low), min(last, high)) for first, last in self.intervals)
        return Span(tuple((first, last) for first, last in cut if first <= last), self.scale)

    def without(self, *values: Any) -> Span:  # noqa: ANN401 - any kind's value
        """Return everything but *values*, which are some of these in rising order."""
        kept: list[tuple[Any, Any]] = []
        ahead = deque(values)
        for low, high in self.intervals:
            start = low
            while ahead and ahead[0] <= high:
                value = ahead.popleft()
                if start < value:
                    kept.append((start, self.scale.moved(value, -1)))
                if value == high:
                    break
                start = self.scale.moved(value, 1)
            else:
                kept.append((start, high))
        return Span(tuple(kept), self.scale)


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

    def __hash__(self) -> int:
        # It is looked up by often, and an alphabet is long.
        return hash((self.least, self.most, len(self.alphabet), self.anything))

    @property
    def letter(self) -> Free:
        """A text of one of its characters: to ask what does not depend on how many there may be."""
        return Free(1, 1, self.alphabet, self.anything)


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
        sorts = ANY_CHARACTERS if anything else GSM7_CHARACTERS
        return Free(parameter.min_length, parameter.max_length, sorts, anything=anything)
    if isinstance(parameter, Choice):
        return Listed(tuple(parameter.words))
    if isinstance(parameter, Url):
        return Listed(tuple(_addresses(parameter)), complete=False)
    return _measured(parameter)


def _measured(parameter: Parameter) -> Domain:
    if isinstance(parameter, Integer):
        return Span(((parameter.min, parameter.max),))
    if isinstance(parameter, Amount):
        return _amounts(parameter.min, parameter.max, parameter.currency)
    if isinstance(parameter, Date):
        return Span(((parameter.min, parameter.max),), Scale(_DAY, f"{parameter.style} date"))
    if isinstance(parameter, Time):
        return Span(((parameter.min, parameter.max),), Scale(_MINUTE, "time"))
    if isinstance(parameter, DateTime):
        return _moments(parameter.min, parameter.max, parameter.style)
    if isinstance(parameter, Duration):
        return Span(((parameter.min, parameter.max),), Scale(parameter.step, "duration"))
    raise TooMany(f"nothing is known about the values of kind {parameter.kind}")


def _amounts(low: Decimal, high: Decimal, currency: str) -> Span:
    unit = Decimal(1).scaleb(-currency_decimals(currency))
    first = low.quantize(unit, rounding=ROUND_CEILING, context=_EXACT)
    last = high.quantize(unit, rounding=ROUND_FLOOR, context=_EXACT)
    return Span(((first, last),) if first <= last else (), Scale(unit, "amount"))


def numbers_of(span: Span) -> Listed:
    """Return every value of *span*, or one for each class that prints alike where there are too many."""
    if len(span) <= LIST_WHOLE:
        return Listed(tuple(span))
    return Listed(representatives(span), complete=False)


@lru_cache(maxsize=1024)
def representatives(span: Span) -> tuple[Any, ...]:
    """
    Return the first value of each class that prints alike, and the ends of every interval.

    Alike is what costs the same in any encoding, and still does after a filter that works on
    letters, counts characters, rounds, or chooses a plural form.
    """
    match span.scale.kind.rpartition(" ")[2]:
        case "number" | "amount":
            return tuple(_figures(span))
        case "date":
            return _days(span)
        case "duration":
            return _durations(span)
        case _:
            # Every time of day prints as many digits as any other.
            return tuple(sorted({end for interval in span.intervals for end in interval}))


def _figures(span: Span) -> list[Any]:
    """Return numbers for each sign, number of digits and plural form."""
    # Plural forms of our languages tell 1 (and in CLDR's rules -1) from the rest. An amount is counted
    # in its least unit, whose figures are those that print.
    unit = span.scale.step
    edges = {sign * number for sign in (1, -1) for number in (0, 1, 2, *_digit_edges())}
    every = {span.scale.moved(0 * unit, number) for number in edges}
    ends = {end for interval in span.intervals for end in interval}
    return sorted(ends | {number for number in every if number in span})


def _digit_edges() -> Iterator[int]:
    for digits in range(1, 31):
        yield 10**digits - 1
        yield 10**digits


def _classes(values: Iterable[tuple[Hashable, Any]]) -> tuple[Any, ...]:
    found: dict[Hashable, Any] = {}
    for kind, value in values:
        found.setdefault(kind, value)
    return tuple(found.values())


def _day_class(day: date, style: str) -> Hashable:
    # What a style prints of a day: its month and so many digits, and "full" its weekday.
    return len(str(day.year)), day.month, len(str(day.day)), day.weekday() if style == "full" else 0


def _days(span: Span) -> tuple[date, ...]:
    style = span.scale.kind.partition(" ")[0]
    # Within a year every class there is comes by.
    looked = (
        low + timedelta(days=number)
        for low, high in span.intervals
        for number in range(min((high - low).days, 366) + 1)
    )
    return _classes((_day_class(day, style), day) for day in looked)


@lru_cache(maxsize=256)
def _moments(low: datetime, high: datetime, style: str) -> Listed:
    if low == high:
        return Listed((low,))
    first, last = low.astimezone(OSLO).date(), high.astimezone(OSLO).date()
    days = representatives(Span(((first, last),), Scale(_DAY, f"{style} date")))
    inner = (datetime.combine(day, time(12), OSLO) for day in days if first < day < last)
    return Listed((low, *inner, high), complete=False)


def _durations(span: Span) -> tuple[timedelta, ...]:
    step = int(span.scale.step / _SECOND)
    counted = _counted_in(step)
    looked: Iterable[timedelta]
    if counted is not None:
        looked = (each for interval in span.intervals for each in _telling(*interval, counted))
    elif len(span) > _MOST_STEPS:
        raise TooMany(
            f"it admits {len(span)} durations; use bounds closer to each other, "
            "or a step that divides a minute, an hour or a day"
        )
    else:
        looked = span
    return _classes((_duration_class(duration), duration) for duration in looked)


_UNITS: Final = (86_400, 3_600, 60, 1)


def _counted_in(step: int) -> tuple[int, ...] | None:
    """Return by how many days, hours, minutes and seconds durations go on; None where that is not regular."""
    for unit, within in zip((1, 60, 3_600, 86_400), (60, 60, 24, 0), strict=True):
        if step % unit == 0 and (not within or within % (step // unit) == 0):
            return tuple(step // unit if each == unit else 1 if each > unit else 0 for each in _UNITS)
    return None


def _telling(low: timedelta, high: timedelta, counted: tuple[int, ...]) -> Iterator[timedelta]:
    """
    Yield durations of an interval, among them one of every class there is in it.

    Whatever duration lies in between can be moved to one of these without a change of class, unit by
    unit: to the first number that is written so, or to one beside the interval's end.
    """
    ends = [_parts(low), _parts(high)]
    numbers: list[list[int]] = []
    for index, by in enumerate(counted):
        if not by:
            numbers.append([0])
            continue
        edges = [0, 1, 2, *(10**digits for digits in range(1, 6))]
        near = [end[index] + more for end in ends for more in (-by, 0, by)]
        most = _LEAST_TOO_MANY[index]
        numbers.append(
            sorted(
                {number for edge in edges if (number := -(-edge // by) * by) < most}
                | {number for number in near if 0 <= number < most}
            )
        )
    for parts in product(*numbers):
        duration = timedelta(seconds=sum(map(mul, parts, _UNITS)))
        if low <= duration <= high:
            yield duration


_LEAST_TOO_MANY: Final = (10**6, 24, 60, 60)


def _parts(duration: timedelta) -> tuple[int, ...]:
    """Return days, hours, minutes and seconds."""
    seconds = duration.days * 86_400 + duration.seconds
    return seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60, seconds % 60


def _duration_class(duration: timedelta) -> Hashable:
    # Absent, singular, or plural with so many digits.
    return tuple(0 if part == 0 else -1 if part == 1 else len(str(part)) for part in _parts(duration))


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
