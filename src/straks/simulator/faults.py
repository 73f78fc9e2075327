"""
Faults: fates that a tester arms, for the next orders or for a share of them.

A fault strikes where it is its turn: at its stage (`straks.simulator.fates`), at the endpoint and
for the channel it was armed for. One that is armed for the *next* three is used up after it has
struck three times, so what never comes to its stage, such as an order that is refused as invalid,
uses nothing up. One with a *probability* draws at each chance; the draws follow from its seed and
their number alone, so that the same requests in the same order meet the same faults.

Faults are the tester's and no part of what the service remembers: a simulator that is started
anew has none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import TYPE_CHECKING, Final, NamedTuple

from straks.errors import InvalidSetting
from straks.simulator import answers
from straks.simulator.attendance import Manner, Outcome, Pause, Spoilt
from straks.simulator.fate import Fate, Stage
from straks.simulator.fates import fate_named
from straks.simulator.orders import Channel

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from straks.wire.exchange import Response

ORDERS: Final = {"sms": Channel.SMS, "email": Channel.EMAIL, "instant": Channel.SMS}
"""The endpoints that take orders, and what they send by; ``instant`` is the deprecated one."""
ENDPOINTS: Final = ("orders", *ORDERS, "shipment", "feed", "token", "exchange", "all")
"""What a fault may be armed for; ``orders`` is all three that take them."""

_LONGEST_S: Final = 86_400.0
_MOST: Final = 1_000_000
_DRAW_OCTETS: Final = 8


class Struck(NamedTuple):
    """A fate that strikes, and for how many seconds where it is a matter of time."""

    fate: Fate
    seconds: float

    @classmethod
    def of(cls, fate: Fate) -> Struck:
        """Return *fate* striking, for as long as it does when it is not told."""
        return cls(fate, fate.waits_s or fate.retry_after_s or 0.0)


@dataclass(slots=True, eq=False)
class Armed:
    """
    A fault that is armed.

    Attributes:
        fate: What happens.
        left: How often it will still strike; None for as often as it is drawn.
        probability: How likely it strikes at each chance.
        seed: What its draws follow from.
        seconds: How long, where it is a matter of time.
        endpoint: Where; one of `ENDPOINTS`.
        channel: For which channel; None for both.
        struck: How often it has struck.
    """

    fate: Fate
    left: int | None
    probability: float
    seed: int
    seconds: float
    endpoint: str
    channel: Channel | None
    struck: int = 0
    _draws: int = field(default=0, repr=False)

    def is_meant(self, stage: Stage, endpoint: str) -> bool:
        """Tell whether this is its stage, its endpoint and its channel."""
        channel = ORDERS.get(endpoint)
        return (
            self.fate.stage is stage
            and self.left != 0
            and (self.channel is None or self.channel is channel)
            and self.fate.befalls(channel)
            and (self.endpoint in ("all", endpoint) or (self.endpoint == "orders" and endpoint in ORDERS))
        )

    def strike(self) -> bool:
        """Draw, and tell whether it strikes; that is counted."""
        self._draws += 1
        digest = hashlib.blake2b(f"{self.seed}/{self._draws}".encode(), digest_size=_DRAW_OCTETS).digest()
        if int.from_bytes(digest) >= self.probability * 2 ** (8 * _DRAW_OCTETS):
            return False
        self.struck += 1
        if self.left is not None:
            self.left -= 1
        return True

    def as_json(self) -> dict[str, object]:
        """Return it as ``/_straks/faults`` lists it."""
        timed = self.fate.takes_seconds and isfinite(self.seconds)
        return {
            "fault": self.fate.name,
            "says": self.fate.says,
            "next": self.left,
            "probability": self.probability,
            "seed": self.seed,
            "seconds": self.seconds if timed else None,
            "endpoint": self.endpoint,
            "channel": self.channel,
            "struck": self.struck,
        }


class Faults:
    """
    The faults that are armed, in the order in which they were.

    Args:
        on_change: Called when one is armed, has struck, or is disarmed.

    >>> faults = Faults()
    >>> _ = faults.arm("503", times=1)
    >>> [faults.strike(Stage.HAND_OVER, "sms") is not None for _ in range(2)]
    [True, False]
    """

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self._armed: list[Armed] = []
        self._on_change = on_change

    def arm(
        self,
        fault: str,
        *,
        times: int | None = None,
        probability: float | None = None,
        seed: int = 0,
        seconds: float | None = None,
        endpoint: str = "orders",
        channel: str | None = None,
    ) -> Armed:
        """
        Arm *fault*.

        Args:
            fault: The name of a fate.
            times: How often it strikes; without a probability once, with one as often as drawn,
                unless given.
            probability: How likely at each chance, above 0 and at most 1.
            seed: What the draws follow from.
            seconds: How long, for a fault that is a matter of time.
            endpoint: Where; one of `ENDPOINTS`.
            channel: ``sms`` or ``email``; None for both.

        Raises:
            InvalidSetting: One of these cannot be; the sentence says which and what can.
        """
        fate = fate_named(fault)
        if times is not None and not 1 <= times <= _MOST:
            raise InvalidSetting(f"next says how often, from 1 to {_MOST}")
        if probability is not None and not 0 < probability <= 1:
            raise InvalidSetting("probability is a share above 0 and at most 1, such as 0.1")
        if endpoint not in ENDPOINTS:
            raise InvalidSetting(f"there is no such endpoint; there are {', '.join(ENDPOINTS)}")
        if channel is not None and channel not in list(Channel):
            raise InvalidSetting(f"there is no such channel; there are {', '.join(Channel)}")
        if channel is not None and not fate.befalls(Channel(channel)):
            raise InvalidSetting(f"{fate.name} befalls no message of channel {channel}")
        if fate.plans and endpoint not in ("all", "orders", *ORDERS):
            raise InvalidSetting(f"{fate.name} befalls messages, and none is ordered at {endpoint}")
        armed = Armed(
            fate,
            left=1 if times is None and probability is None else times,
            probability=1.0 if probability is None else probability,
            seed=seed,
            seconds=_seconds(fate, seconds),
            endpoint=endpoint,
            channel=None if channel is None else Channel(channel),
        )
        self._armed.append(armed)
        self._on_change()
        return armed

    def strike(self, stage: Stage, endpoint: str) -> Struck | None:
        """Return what strikes at this stage of a request, None if nothing does; it is counted."""
        for armed in self._armed:
            if armed.is_meant(stage, endpoint) and armed.strike():
                self._armed = [each for each in self._armed if each.left != 0]
                self._on_change()
                return Struck(armed.fate, armed.seconds)
        return None

    def closes_for_s(self, endpoint: str) -> float:
        """
        Return for how long nobody should listen from now on, in seconds; 0 where somebody should.

        What the operating system refuses, nobody can count. So where connections are real, one that
        is armed for the *next* three is used up at once and takes three times its seconds, and one
        with a probability draws after each request at its *endpoint*, for those that follow.
        """
        closed_s = 0.0
        for armed in self._armed:
            if armed.fate.stage is not Stage.CONNECTION:
                continue
            if armed.left is not None and armed.probability == 1:
                closed_s += armed.left * armed.seconds
                armed.struck, armed.left = armed.struck + armed.left, 0
            elif endpoint and armed.is_meant(Stage.CONNECTION, endpoint) and armed.strike():
                closed_s += armed.seconds
        self._armed = [each for each in self._armed if each.left != 0]
        if closed_s:
            self._on_change()
        return closed_s

    def armed(self) -> tuple[Armed, ...]:
        """Return what is armed."""
        return tuple(self._armed)

    def disarm(self, fault: Armed) -> None:
        """Disarm one, if it still is armed."""
        self._armed = [each for each in self._armed if each is not fault]
        self._on_change()

    def disarm_all(self, fault: str) -> None:
        """
        Disarm all of that name.

        Raises:
            InvalidSetting: There is no fault of that name.
        """
        fate = fate_named(fault)
        self._armed = [each for each in self._armed if each.fate is not fate]
        self._on_change()

    def clear(self) -> None:
        """Disarm all."""
        self._armed.clear()
        self._on_change()


def _seconds(fate: Fate, seconds: float | None) -> float:
    if seconds is None:
        return Struck.of(fate).seconds
    if not fate.takes_seconds:
        raise InvalidSetting(f"{fate.name} is no matter of seconds; leave them out")
    if not 0 <= seconds <= _LONGEST_S and not (seconds == inf and fate.waits_s is not None):
        raise InvalidSetting(f"seconds are from 0 to {_LONGEST_S:.0f}")
    return seconds


def befall(
    struck: Struck, trace_id: str, good: Response | None = None
) -> Generator[Pause, None, Outcome | None]:
    """
    Let a fate strike: wait, and return what goes back; None where the request goes on as if nothing were.

    Args:
        struck: What strikes, and for how long.
        trace_id: What its answer is to be found by.
        good: The answer that would have gone back.
    """
    fate, seconds = struck
    good = good or answers.empty(500)
    if fate.waits_s is not None and fate.manner is not Manner.DRIP:
        yield Pause(seconds)
    if fate.manner is not None:
        return Spoilt(fate.manner, good, seconds)
    if fate.empties:
        return answers.empty(good.status, {"content-type": "application/json"})
    if fate.garbles:
        return answers.page(good.status, "Welcome")
    if fate.answer is None:
        return None
    answer = fate.answer(trace_id)
    if fate.retry_after_s is None:
        return answer
    return answers.with_headers(answer, {"retry-after": f"{seconds:.0f}"})
