"""
One thing that may befall a request or a message, and where on an order's way it strikes.

The stages are those of an order: what is not sent before the hand-over has been sent after it, and what is
not stored when the caller hears of a failure is sent again by a repeat.

Source: Altinn/altinn-notifications, ``InstantOrdersController.cs``, ``InstantOrderRequestService.cs``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from straks.simulator.courses import Plan
from straks.simulator.orders import Channel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from straks.simulator.attendance import Manner
    from straks.wire.exchange import Response


class Stage(Enum):
    """How far an order comes before a fate strikes."""

    CONNECTION = auto()
    """Nobody listens."""

    DOOR = auto()
    """It is read, and turned away or lost before the service looks at it: nothing is sent."""

    LOOK_UP = auto()
    """The search for an earlier order with its id: nothing is sent."""

    HAND_OVER = auto()
    """The SMS or e-mail service turns it down: nothing is sent."""

    SENT = auto()
    """The message is on its way and the order not yet stored."""

    ANSWER = auto()
    """The order is stored, and the answer on its way back."""

    COURSE = auto()
    """The answer is 201, and what it is about is the message."""


@dataclass(frozen=True, slots=True)
class Fate:
    """
    One thing that may happen.

    Attributes:
        name: What it is asked for by.
        stage: Where it strikes.
        says: What happens, as a sentence for people.
        number: The number that asks for it; None where none does.
        waits_s: How long it makes the caller wait, unless told otherwise; None for no wait.
        retry_after_s: What it tells the caller to wait, unless told otherwise; None for nothing.
        answer: Makes what is answered in the service's place, from a trace id.
        manner: What befalls the answer.
        empties: Whether a good answer loses its body.
        garbles: Whether a good answer has another body than it should.
        plans: What becomes of the message, by channel.
    """

    name: str
    stage: Stage
    says: str
    number: str | None = None
    waits_s: float | None = None
    retry_after_s: float | None = None
    answer: Callable[[str], Response] | None = None
    manner: Manner | None = None
    empties: bool = False
    garbles: bool = False
    plans: Mapping[Channel, Plan] = field(default_factory=dict[Channel, Plan])

    @property
    def takes_seconds(self) -> bool:
        """Whether it can be told how many seconds."""
        return self.waits_s is not None or self.retry_after_s is not None

    @property
    def address(self) -> str | None:
        """The e-mail address that asks for it; None where none does."""
        asks = self.stage is not Stage.CONNECTION and (not self.plans or Channel.EMAIL in self.plans)
        return f"{self.name}@example.org" if asks else None

    def befalls(self, channel: Channel | None) -> bool:
        """Tell whether it is one for *channel*; None is what no message is sent by."""
        return channel in self.plans if self.plans else True

    def as_json(self) -> dict[str, object]:
        """Return it as ``/_straks/fates`` lists it."""
        return {"fate": self.name, "says": self.says, "sms": self.number, "email": self.address}
