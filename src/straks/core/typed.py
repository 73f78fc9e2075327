"""A parameter's value as a person would type it: what the parameter's own `read` reads back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def as_typed(value: object) -> str:
    """
    Write a parameter's *value* as one would type it.

    >>> as_typed(timedelta(minutes=90)), as_typed(date(2026, 5, 17)), as_typed(("a", "b"))
    ('1 h 30 min', '2026-05-17', 'a, b')
    """
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, datetime | time):
        return value.isoformat("T", "minutes") if isinstance(value, datetime) else value.isoformat("minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        items = [as_typed(item) for item in cast("Sequence[object]", value)]
        return ("; " if any("," in item for item in items) else ", ").join(items)
    return str(value)


def _duration(value: timedelta) -> str:
    seconds = value.days * 86_400 + value.seconds
    parts: list[str] = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 s"
