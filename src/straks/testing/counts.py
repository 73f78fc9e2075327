"""
How values are drawn for kinds that count and measure: integer, amount, date, time, datetime, duration.

The edges are both ends and their neighbours, zero and one, where a digit or a unit is added, the first
and last day of months, and the hours that summer time skips and repeats.
"""

from __future__ import annotations

from calendar import SUNDAY, isleap, monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Context, Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from straks.core.locale import OSLO, currency_decimals
from straks.testing.drawn import Drawn, fitting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.core.amount_kind import Amount
    from straks.core.calendar_kinds import Date, DateTime, Time
    from straks.core.number_kinds import Duration, Integer

_EXACT: Final = Context(prec=60)
_DAY: Final = timedelta(days=1)
_ZONES: Final[tuple[tzinfo, ...]] = (
    OSLO,
    UTC,
    ZoneInfo("Pacific/Kiritimati"),  # 14 hours ahead
    ZoneInfo("America/St_Johns"),  # half an hour off
    timezone(timedelta(hours=-12)),
)


def integer(parameter: Integer) -> Drawn:
    """Return whole numbers."""
    low, high = parameter.min, parameter.max
    return Drawn(_numbers(low, high), (st.integers(low, high),))


def amount(parameter: Amount) -> Drawn:
    """Return amounts, in the smallest unit of their currency."""
    places = currency_decimals(parameter.currency)
    low = parameter.min.scaleb(places, context=_EXACT).to_integral_value("ROUND_CEILING")
    high = parameter.max.scaleb(places, context=_EXACT).to_integral_value("ROUND_FLOOR")

    def money(number: int) -> Decimal:
        return Decimal(number).scaleb(-places, context=_EXACT)

    numbers = _numbers(int(low), int(high))
    return Drawn(map(money, numbers), (st.integers(int(low), int(high)).map(money),), _forms_of_amount)


def day(parameter: Date) -> Drawn:
    """Return days."""
    low, high = parameter.min, parameter.max
    return Drawn(_days(low, high), (st.dates(low, high),))


def hour(parameter: Time) -> Drawn:
    """Return times of day."""
    low, high = (at.hour * 60 + at.minute for at in (parameter.min, parameter.max))
    return Drawn(map(_clock, _numbers(low, high)), (st.integers(low, high).map(_clock),))


def moment(parameter: DateTime) -> Drawn:
    """Return moments in several zones, those that no clock in Norway ever showed among them."""
    ends = (parameter.min, parameter.max)
    moments = st.datetimes(*(end.astimezone(UTC).replace(tzinfo=None) for end in ends)).map(
        lambda at: at.replace(tzinfo=UTC)
    )
    zoned = st.tuples(moments, st.sampled_from(_ZONES)).map(lambda drawn: drawn[0].astimezone(drawn[1]))
    # In the hour that is there twice the first may show the later time.
    shown = sorted(end.astimezone(OSLO).replace(tzinfo=None) for end in ends)
    walls = st.datetimes(*shown, timezones=st.just(OSLO))
    free = fitting(parameter, zoned | walls)
    return Drawn(_moments(*ends), (free,), lambda value: [value.astimezone(zone) for zone in _ZONES])


def duration(parameter: Duration) -> Drawn:
    """Return durations, in whole steps."""
    low, step = parameter.min, parameter.step
    steps = (parameter.max - low) // step
    edges = [low + number * step for number in _numbers(0, steps)]
    edges += _one_of_each_unit()
    return Drawn(edges, (st.integers(0, steps).map(lambda number: low + number * step),))


def _numbers(low: int, high: int) -> Iterator[int]:
    """Yield both ends and their neighbours, zero, one and two, and where a digit is added."""
    near = {low, low + 1, high - 1, high, -1, 0, 1, 2}
    for digits in range(1, len(str(max(abs(low), abs(high)))) + 1):
        near |= {sign * (10**digits - less) for sign in (1, -1) for less in (0, 1)}
    yield from sorted(number for number in near if low <= number <= high)


def _forms_of_amount(value: Any) -> Iterator[Any]:  # noqa: ANN401 - as `Drawn` has it
    exact = Decimal(value)
    yield exact.normalize(_EXACT)  # 1E+2
    yield exact.quantize(Decimal("0.0001"), context=_EXACT)
    if exact == int(exact):
        yield int(exact)
    if not exact:
        yield Decimal("-0.00")


def _clock(minute: int) -> time:
    return time(*divmod(minute, 60))


def _days(low: date, high: date) -> Iterator[date]:
    yield from (low, high)
    if low < high:
        yield from (low + _DAY, high - _DAY)
    for year in _years(low.year, high.year):
        for month in range(1, 13):
            yield date(year, month, 1)
            yield date(year, month, monthrange(year, month)[1])
    leap_days = (date(year, 2, 29) for year in range(low.year, high.year + 1) if isleap(year))
    yield from islice(leap_days, 3)


def _years(first: int, last: int) -> list[int]:
    """Return the years at both ends, whole and cut, and one between."""
    return sorted({first, first + 1, (first + last) // 2, last - 1, last})


def _moments(low: datetime, high: datetime) -> Iterator[datetime]:
    small = timedelta(microseconds=1)
    yield from (low, high)
    if low < high:
        yield from (low + small, high - small)
    first, last = low.astimezone(OSLO), high.astimezone(OSLO)
    for on in _days(first.date(), last.date()):
        yield datetime.combine(on, time(0), OSLO)
        yield datetime.combine(on, time(23, 59, 59, 999_999), OSLO)
    for year in _years(first.year, last.year):
        yield from _where_clocks_change(year)


def _where_clocks_change(year: int) -> Iterator[datetime]:
    """
    Yield times around those that are skipped and those that are there twice.

    Source: directive 2000/84/EC: clocks change at 01:00 UTC on the last Sundays of March and October.
    """
    for month in (3, 10):
        sunday = max(on for on in range(25, 32) if date(year, month, on).weekday() == SUNDAY)
        for at in (time(1, 59), time(2), time(2, 30), time(2, 59), time(3)):
            for fold in (0, 1):
                yield datetime.combine(date(year, month, sunday), at.replace(fold=fold), OSLO)


def _one_of_each_unit() -> Iterator[timedelta]:
    """Yield durations with none, one and several of each unit."""
    for days in (0, 1, 2, 10):
        for hours in (0, 1, 10, 23):
            for minutes in (0, 1, 10, 59):
                for seconds in (0, 1, 10, 59):
                    yield timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
