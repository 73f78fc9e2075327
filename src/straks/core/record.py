"""
What is kept of a sending: enough to answer for it, and nothing that tells who got what to who has no key.

A record names the order by its id and the recipient by the pseudonym under the sender's key. It has
neither recipient nor code nor text, and not the caller's own reference either: that one may hold
anything, and the shipment leads to it where it is needed. Of what the service says when it refuses, only
its code is kept; its sentences are written by others, and could repeat what they were given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from straks.core.manifest import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VERSION: Final = 1
"""Of what a record holds. A file of records says which it was written with."""

# Altinn's are three letters, a hyphen and five digits. What is longer could be a number or a name.
_PROBLEM = re.compile(r"([A-Z]{2,6}-[0-9]{3,5})\b")


class Outcome(StrEnum):
    """
    How a sending ended.

    ==============  ====================================================  ===================
    outcome         the service                                           was it sent?
    ==============  ====================================================  ===================
    ``PLACED``      took the order                                        yes
    ``REPLAYED``    had it already                                        yes, by an earlier call
    ``REFUSED``     said no                                               no
    ``INVALID``     was not asked: it would refuse the order's form       no
    ``NOT_SENT``    was never reached                                     no
    ``IN_DOUBT``    left it open, or the sending was broken off           perhaps
    ==============  ====================================================  ===================
    """

    PLACED = "placed"
    REPLAYED = "replayed"
    REFUSED = "refused"
    INVALID = "invalid"
    NOT_SENT = "not-sent"
    IN_DOUBT = "in-doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """
    One sending.

    ``when`` it began is in UTC, ``took_s`` how long it took, in seconds. ``attempts`` counts the requests,
    None where nobody knows. ``status`` and ``problem`` are a refusal's: the HTTP status and the service's
    own code. ``shipment_id`` is the handle for what became of it.
    """

    when: datetime
    template: str
    locale: str
    channel: str
    pseudonym: str
    idempotency_id: str
    outcome: Outcome
    attempts: int | None
    took_s: float
    status: int | None = None
    problem: str | None = None
    shipment_id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON and databases hold: the moment as ISO 8601, so that text sorts as time does."""
        found = {name: getattr(self, name) for name in NAMES}
        return {**found, "when": written(self.when), "outcome": self.outcome.value}

    @classmethod
    def from_dict(cls, found: Mapping[str, object]) -> Record:
        """
        Read what `to_dict` wrote.

        Raises:
            ValueError: It is not that.
        """
        return cls(**{name: read(found.get(name)) for name, read in _READERS.items()})


def written(moment: datetime) -> str:
    """
    Return *moment* as records write it.

    >>> written(datetime(2026, 5, 17, 12, tzinfo=UTC))
    '2026-05-17T12:00:00.000000+00:00'
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def problem_code(problem: str | None) -> str | None:
    """
    Return the code that the service's *problem* begins with, and nothing of its sentence.

    >>> problem_code("NOT-00004: A temporary failure"), problem_code("+46701740605 is not valid")
    ('NOT-00004', None)
    """
    found = _PROBLEM.match(problem or "")
    return found[1] if found else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004 - one error for whatever is wrong with what was read
    return value


def _channel(value: object) -> str:
    if value not in CHANNELS:
        raise ValueError
    return str(value)


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.utcoffset() is None:
        raise ValueError
    return moment.astimezone(UTC)


def _count(value: object) -> int | None:
    if value is not None and type(value) is not int:
        raise ValueError
    return value


def _seconds(value: object) -> float:
    if not isinstance(value, int | float):
        raise ValueError  # noqa: TRY004 - as above
    return float(value)


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


NAMES: Final = tuple(each.name for each in fields(Record))
_READERS: Final[dict[str, Callable[[Any], Any]]] = dict.fromkeys(NAMES, _text) | {
    "when": _moment,
    "channel": _channel,
    "outcome": Outcome,
    "attempts": _count,
    "took_s": _seconds,
    "status": _count,
    "problem": _text_or_none,
    "shipment_id": _text_or_none,
}
