"""
How a sending ended, as a value: what a record, a journal and another process are told of it.

A transport answers with a receipt or raises. Here the two become one thing that can be written down, and
one question is answered on the way: was it this order that was turned away, or would any be? A service that
says 400, 413 or 422 speaks of what it was sent. Whatever else it refuses with (no valid token, no scope, no
such path, too many at once, a proxy's word) it would say to the next order as well, and nothing is wrong
with this one. The same goes for a token that was not to be had.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from straks.altinn.place import Receipt
from straks.core.record import Outcome, problem_code
from straks.errors import InvalidInput, NoToken, NotSent, Refused, StraksError, Undelivered

if TYPE_CHECKING:
    from collections.abc import Mapping

ABOUT_THE_ORDER: Final = frozenset({400, 413, 422})
"""Statuses by which the service speaks of what it was sent; 413 is its server's, of a body too large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """
    How a sending ended. Made by `ending_of`.

    ``attempts`` counts the requests, None where nobody knows. ``general`` says that any other order would
    have ended so as well. ``retry_after_s`` is when the service asked to be left alone until, in seconds
    from then. ``why`` is the error's sentence, empty for a receipt; it may go into any log.
    """

    outcome: Outcome
    attempts: int | None = None
    status: int | None = None
    problem: str | None = None
    shipment_id: str | None = None
    general: bool = False
    retry_after_s: float | None = None
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON holds, for whoever sends in another process."""
        return {**{name: getattr(self, name) for name in _NAMES}, "outcome": self.outcome.value}

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Ending:
        """
        Read what `to_dict` wrote.

        Raises:
            ValueError: It names no outcome that there is.
        """
        return cls(
            **{
                **{name: found[name] for name in _NAMES if name in found},
                "outcome": Outcome(str(found.get("outcome"))),
            }
        )


_NAMES: Final = tuple(each.name for each in fields(Ending))


def ending_of(ended: Receipt | BaseException) -> Ending:
    """
    Return how a sending ended that gave a receipt, or raised this.

    What no transport promises to raise, an interrupt above all, is a doubt: nobody can say that nothing
    was sent.
    """
    if isinstance(ended, Receipt):
        return Ending(
            outcome=Outcome.REPLAYED if ended.replayed else Outcome.PLACED,
            attempts=ended.attempts,
            shipment_id=ended.shipment_id,
        )
    why = str(ended) if isinstance(ended, StraksError) else ""
    if isinstance(ended, InvalidInput):
        return Ending(outcome=Outcome.INVALID, attempts=0, why=why)
    if not isinstance(ended, Undelivered):
        return Ending(outcome=Outcome.IN_DOUBT, why=why)
    told: dict[str, Any] = {"attempts": ended.attempts, "retry_after_s": ended.retry_after_s, "why": why}
    if isinstance(ended, Refused):
        return Ending(
            outcome=Outcome.REFUSED,
            status=ended.status,
            problem=problem_code(ended.problem),
            general=ended.status not in ABOUT_THE_ORDER,
            **told,
        )
    if isinstance(ended, NotSent):
        return Ending(outcome=Outcome.NOT_SENT, general=_without_token(ended), **told)
    return Ending(outcome=Outcome.IN_DOUBT, **told)


def _without_token(error: NotSent) -> bool:
    """Tell whether there was no token, and will be none without somebody doing something."""
    cause = error.__cause__
    return isinstance(cause, StraksError) and not (isinstance(cause, NoToken) and cause.temporary)
