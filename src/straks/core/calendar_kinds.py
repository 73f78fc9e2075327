"""
Kinds that a calendar or a clock tells: date, time, datetime.

Their values are Python's own types. A moment must know its zone; it prints in Norway's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import ClassVar

from straks.core import locale as words
from straks.core.number_kinds import spread
from straks.core.parameter import Parameter, Shown, Unfit


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
        return f"a date, {spread(self.min, self.max)}"

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
        return f"a time of day, {spread(f'{self.min:%H:%M}', f'{self.max:%H:%M}')}, to the minute"

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
        return f"a moment with its zone, {spread(f'{self.min:%Y-%m-%d}', f'{self.max:%Y-%m-%d}')}"

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
