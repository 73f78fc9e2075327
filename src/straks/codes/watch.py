"""
Alarms about codes that nobody uses.

Whoever earns on SMS lets a form send codes to number after number, and types none of them. So codes are
looked at once they are past their life: if of the last so many to a country, or to a block of a thousand
numbers, few were ever used, somebody should look. The same if a block got codes on many of its numbers.

A watch is a hook: it takes records and nothing else, those of one process or of all of them. It keeps
the codes of the last ten minutes, and for each country and block the last few outcomes.

Source of the idea: GOV.UK Notify and the National Cyber Security Centre, on artificially inflated traffic.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeAlias

from straks.codes.record import CodeEvent
from straks.codes.rules import Verdict
from straks.codes.settings import check_count
from straks.core.odds import LONGEST_LIFETIME
from straks.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from straks.codes.record import CodeRecord

_HOUR: Final = timedelta(hours=1)
_EMAIL: Final = "email"
_PLACES_MOST: Final = 10_000

_Place: TypeAlias = tuple[str, str | None]


class AlarmKind(StrEnum):
    """What an alarm is about."""

    FEW_VERIFIED = "few-verified"
    MANY_NUMBERS = "many-numbers"


@dataclass(frozen=True, slots=True)
class Alarm:
    """
    Something that somebody should look at.

    Of the last ``codes`` to ``region`` (a country, or ``email``), or to ``block`` in it (a pseudonym, as in
    records), ``verified`` were used. Of MANY_NUMBERS, ``codes`` is how many numbers.
    """

    kind: AlarmKind
    at: datetime
    region: str
    block: str | None
    codes: int
    verified: int = 0


@dataclass(slots=True)
class _Pending:
    at: datetime
    places: tuple[_Place, ...]
    used: bool = False


@dataclass(slots=True)
class _Lately:
    """What happened in one place of late: whether codes were used, and which numbers got any."""

    used: deque[bool]
    numbers: OrderedDict[str, datetime]


class CodeWatch:
    """
    A hook that raises alarms.

    Args:
        alarm: Is called with an `Alarm`, in the thread that issues or verifies: it should be quick.
        codes: How many codes past their life are looked at together, for each country and block.
        share: The share of them that is to be used; below it there is an alarm. 0 for never.
        numbers: How many numbers of one block get codes within an hour before there is an alarm.

    Raises:
        InvalidSetting: One of these cannot be.

    Safe to use from several threads. After an alarm it counts anew.
    """

    def __init__(
        self, alarm: Callable[[Alarm], object], *, codes: int = 50, share: float = 0.2, numbers: int = 50
    ) -> None:
        check_count("codes", codes, 1)
        check_count("numbers", numbers, 1)
        if not 0 <= share <= 1:
            raise InvalidSetting(f"share is {share}; it takes 0 to 1")
        self._alarm = alarm
        self._codes = codes
        self._share = share
        self._numbers = numbers
        self._lock = Lock()
        self._pending: OrderedDict[str, _Pending] = OrderedDict()
        self._places: OrderedDict[_Place, _Lately] = OrderedDict()

    def __call__(self, record: CodeRecord) -> None:
        """Note *record*, and raise the alarms that it gives cause to."""
        with self._lock:
            alarms = [*self._ripen(record.at), *self._note(record)]
        for alarm in alarms:
            self._alarm(alarm)

    def _note(self, record: CodeRecord) -> Iterator[Alarm]:
        challenge_id = record.challenge_id
        if challenge_id is None:
            return
        if record.verdict is Verdict.ACCEPTED and challenge_id in self._pending:
            self._pending[challenge_id].used = True
        if record.event is not CodeEvent.ISSUED:
            return
        region = record.region or _EMAIL
        blocks = () if record.block is None else ((region, record.block),)
        self._pending[challenge_id] = _Pending(record.at, ((region, None), *blocks))
        for place in blocks:
            numbers = self._lately(place).numbers
            numbers[record.recipient or ""] = record.at
            numbers.move_to_end(record.recipient or "")
            while record.at - next(iter(numbers.values())) > _HOUR:
                numbers.popitem(last=False)
            if len(numbers) >= self._numbers:
                yield Alarm(AlarmKind.MANY_NUMBERS, record.at, *place, codes=len(numbers))
                numbers.clear()

    def _ripen(self, at: datetime) -> Iterator[Alarm]:
        """Look at the codes that are past their life."""
        while self._pending and at - next(iter(self._pending.values())).at > LONGEST_LIFETIME:
            _, ripe = self._pending.popitem(last=False)
            for place in ripe.places:
                used = self._lately(place).used
                used.append(ripe.used)
                if len(used) == self._codes and sum(used) < self._share * self._codes:
                    yield Alarm(AlarmKind.FEW_VERIFIED, at, *place, codes=len(used), verified=sum(used))
                    used.clear()

    def _lately(self, place: _Place) -> _Lately:
        lately = self._places.setdefault(place, _Lately(deque(maxlen=self._codes), OrderedDict()))
        self._places.move_to_end(place)
        if len(self._places) > _PLACES_MOST:
            self._places.popitem(last=False)
        return lately

    def __repr__(self) -> str:
        return f"<CodeWatch of {len(self._pending)} codes>"
