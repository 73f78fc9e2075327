"""
One request, attended to: what is waited for on the way, and how the answer goes back.

An attendance is a generator, for the reason that a plan of the client's is one: it reads no clock
and never awaits, so one and the same serves over HTTP and in memory. It yields what there is to
wait for and returns the outcome. A caller who leaves in the middle *closes* it; what stands behind
the wait then never happens. That is how the service loses an order: it hands the message over,
waits for the gateway, and stores the order last.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from straks.wire.exchange import Response


@dataclass(frozen=True, slots=True)
class Pause:
    """Something that takes *seconds*, real or virtual; infinite for what never ends."""

    seconds: float


class Manner(StrEnum):
    """What befalls an answer on its way back."""

    RESET = "reset"
    """The connection is reset before a word of it is out."""

    CUT = "cut"
    """The connection ends in the middle of its body."""

    NOISE = "noise"
    """What comes in its place is not HTTP."""

    DRIP = "drip"
    """It comes octet by octet."""


@dataclass(frozen=True, slots=True)
class Spoilt:
    """An answer that does not go back as it should; *seconds* is how long a dripping one takes."""

    manner: Manner
    response: Response
    seconds: float = 0.0


Outcome: TypeAlias = Response | Spoilt
Attendance: TypeAlias = Generator[Pause, None, Outcome]
