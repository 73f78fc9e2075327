"""A moment, as it is typed: a day, a time of day, or how long from now."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import click


class Moment(click.ParamType[datetime]):
    """
    Days and moments without a zone are Norway's.

    Args:
        ago: A duration is one that has gone by; otherwise one that is to come.
    """

    name = "moment"

    def __init__(self, *, ago: bool) -> None:
        self._ago = ago

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401 - click's
        """Read *value*."""
        from straks.core.locale import OSLO
        from straks.core.number_kinds import read_duration
        from straks.core.parameter import Unfit

        with suppress(ValueError):
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=OSLO)
        with suppress(Unfit, OverflowError):
            duration = read_duration(value)
            return datetime.fromtimestamp(time.time(), UTC) + (-duration if self._ago else duration)
        when = "how long ago" if self._ago else "how long from now"
        raise click.BadParameter(
            f'it takes 2026-05-17, 2026-05-17T14:30, or {when}: "24 h", "7 d"', ctx, param
        )


def utc(moment_s: float | None) -> str:
    """
    Return a moment, in seconds since 1970, as people and programs read it; empty for none.

    >>> utc(1_779_012_000.4)
    '2026-05-17 10:00:00Z'
    """
    return "" if moment_s is None else f"{datetime.fromtimestamp(moment_s, UTC):%Y-%m-%d %H:%M:%SZ}"
