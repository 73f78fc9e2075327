"""
Kinds that are measured and counted: integer, amount, date, time, datetime, duration.

Their values are Python's own types, and floating point is not among them: an amount is a
`Decimal`, because money that was a float once is wrong in the last øre. A moment must know its
zone; it prints in Norway's.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal, InvalidOperation
from typing import ClassVar

from straks.core import locale as words
from straks.core.parameter import Parameter, Shown, Unfit

_DURATION = re.compile(
    r"(?:(?P<days>\d{1,4}) ?d(?:ays?)?)? ?(?:(?P<hours>\d{1,5}) ?h(?:ours?)?)?"
    r" ?(?:(?P<minutes>\d{1,6}) ?min(?:utes?)?)? ?(?:(?P<seconds>\d{1,8}) ?s(?:econds?)?)?",
    re.ASCII,
)
# Amounts are exact whatever the caller's decimal context says.
_EXACT = Context(prec=40)


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


def _spread(low: object, high: object) -> str:
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
        return f"a whole number, {_spread(self.min, self.max)}"

    def check(self, value: object) -> int:
        """Return the number; another type or one out of bounds is `Unfit`."""
        if not isinstance(value, int) or isinstance(value, bool):
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
class Amount(Parameter):
    """An amount of money, with as many decimals as its currency has, at most two."""

    kind: ClassVar[str] = "amount"

    min: Decimal
    max: Decimal
    currency: str = "NOK"

    @property
    def limits(self) -> str:
        """What the parameter admits."""
        places = words.currency_decimals(self.currency)
        decimals = f"with at most {places} decimals" if places else "without decimals"
        return f"an amount, {_spread(self.min, self.max)} {self.currency}, {decimals}"

    def check(self, value: object) -> Decimal:
        """Return the amount, its decimals filled up; a float, or one out of bounds, is `Unfit`."""
        if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
            raise Unfit(f"takes {self.limits}, as Decimal or int, not {type(value).__name__}")
        amount = Decimal(value)
        if not amount.is_finite() or not self.min <= amount <= self.max:
            raise Unfit(f"takes {self.limits}")
        unit = Decimal(1).scaleb(-words.currency_decimals(self.currency))
        exact = amount.quantize(unit, context=_EXACT)
        if exact != amount:
            raise Unfit(f"takes {self.limits}; round it first")
        return _EXACT.add(exact, Decimal(0))  # a zero below zero becomes a plain one

    def show(self, value: Decimal, locale: str) -> Shown:
        """Return what prints with its currency and compares as a number."""
        return Shown(value, lambda amount: words.format_amount(amount, self.currency, locale))

    def canonical(self, value: Decimal) -> str:
        """Return the amount in plain digits, always two decimals."""
        return f"{value:.2f}"

    def read(self, text: str) -> object:
        """Return the amount that *text* is; a comma may stand for the point."""
        with suppress(InvalidOperation):
            return Decimal(text.strip().replace(",", "."))
        raise Unfit(f"takes {self.limits}, in digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Date(Parameter):
    """A day."""

    kind: ClassVar[str] = "date"

    min: date = date(2000, 1, 1)
    max: date = date(2099, 12, 31)
    style: str = "long"

    @property
    def limits(self) -> str:
        """What the parameter admits."""
        return f"a date, {_spread(self.min, self.max)}"

    def check(self, value: object) -> date:
        """Return the day; a datetime, or one out of bounds, is `Unfit`."""
        if not isinstance(value, date) or isinstance(value, datetime):
            raise Unfit(f"takes {self.limits}, not {type(value).__name__}")
        if not self.min <= value <= self.max:
            raise Unfit(f"takes {self.limits}")
        return value

    def show(self, value: date, locale: str) -> Shown:
        """Return what prints in words and compares as a day."""
        return Shown(value, lambda day: words.format_date(day, self.style, locale))

    def canonical(self, value: date) -> str:
        """Return the day as ISO 8601 has it."""
        return value.isoformat()

    def read(self, text: str) -> object:
        """Return the day that *text* is, as ISO 8601 has it."""
        # Suppressed rather than chained, here and below: the error of the library quotes the text.
        with suppress(ValueError):
            return date.fromisoformat(text.strip())
        raise Unfit(f"takes {self.limits}, written as 2026-05-17")


@dataclass(frozen=True, slots=True, kw_only=True)
class Time(Parameter):
    """A time of day, to the minute."""

    kind: ClassVar[str] = "time"

    min: time = time(0, 0)
    max: time = time(23, 59)
    style: str = "short"

    @property
    def limits(self) -> str:
        """What the parameter admits."""
        return f"a time of day, {_spread(f'{self.min:%H:%M}', f'{self.max:%H:%M}')}, to the minute"

    def check(self, value: object) -> time:
        """Return the time; one with a zone, with seconds, or out of bounds, is `Unfit`."""
        if not isinstance(value, time):
            raise Unfit(f"takes {self.limits}, not {type(value).__name__}")
        if value.tzinfo is not None:
            raise Unfit("takes a time of day as it is in Norway, without a zone")
        if value.second or value.microsecond or not self.min <= value <= self.max:
            raise Unfit(f"takes {self.limits}")
        return value

    def show(self, value: time, locale: str) -> Shown:
        """Return what prints as the language writes it and compares as a time."""
        return Shown(value, lambda moment: words.format_time(moment, self.style, locale))

    def canonical(self, value: time) -> str:
        """Return the time as ISO 8601 has it."""
        return value.isoformat("minutes")

    def read(self, text: str) -> object:
        """Return the time that *text* is."""
        with suppress(ValueError):
            return time.fromisoformat(text.strip().replace(".", ":"))
        raise Unfit(f"takes {self.limits}, written as 14:30")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateTime(Parameter):
    """A moment that knows its zone; prints as it is in Norway, to the minute."""

    kind: ClassVar[str] = "datetime"

    min: datetime = datetime(2000, 1, 1, tzinfo=words.OSLO)
    max: datetime = datetime(2099, 12, 31, 23, 59, tzinfo=words.OSLO)
    style: str = "long"

    @property
    def limits(self) -> str:
        """What the parameter admits."""
        return f"a moment with its zone, {_spread(f'{self.min:%Y-%m-%d}', f'{self.max:%Y-%m-%d}')}"

    def check(self, value: object) -> datetime:
        """Return the moment; one without a zone, or out of bounds, is `Unfit`."""
        if not isinstance(value, datetime):
            raise Unfit(f"takes {self.limits}, not {type(value).__name__}")
        if value.utcoffset() is None:
            raise Unfit('takes a moment with its zone, such as tzinfo=ZoneInfo("Europe/Oslo"); this has none')
        if not self.min <= value <= self.max:
            raise Unfit(f"takes {self.limits}")
        return value

    def show(self, value: datetime, locale: str) -> Shown:
        """Return what prints in words, Norwegian time, and compares as a moment."""
        return Shown(value, lambda moment: words.format_datetime(moment, self.style, locale))

    def canonical(self, value: datetime) -> str:
        """Return the moment as ISO 8601 has it, in UTC, so that one moment has one text."""
        return value.astimezone(UTC).isoformat()

    def read(self, text: str) -> object:
        """Return the moment that *text* is; without a zone it is Norway's."""
        with suppress(ValueError):
            moment = datetime.fromisoformat(text.strip())
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=words.OSLO)
        raise Unfit(f"takes {self.limits}, written as 2026-05-17T14:30+02:00")


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
        span = _spread(_plainly(self.min), _plainly(self.max))
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
