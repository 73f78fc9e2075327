"""
The changes of a desk as a stream of events, in the form that browsers follow by themselves.

Each event is named after its kind and has the mark of its change as its id, so that a browser whose
connection broke says where it was (``Last-Event-ID``) and is told the rest: nothing twice, nothing lost. Who
cannot be told the rest gets ``reset``, and begins anew with the list.

Source: HTML Living Standard, 9.2 (server-sent events).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from straks.simulator.changes import Kind
from straks.simulator.listing import summary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.simulator.changes import Change
    from straks.simulator.desk import Desk

RETRY_MS: Final = 1000
"""How long a browser waits before it connects again."""

_ABOUT_MESSAGES: Final = (Kind.MESSAGE, Kind.STATUS)


@dataclass(frozen=True, slots=True)
class Batch:
    """Events as they are written, where to go on, and when a status is the next to change by itself."""

    text: str = field(repr=False)
    mark: str
    due_in_s: float


def begin(mark: str) -> str:
    """Return what a stream begins with: how long to wait when it breaks, and where to go on from."""
    return f"retry: {RETRY_MS}\nid: {mark}\n\n"


def batch(desk: Desk, mark: str) -> Batch:
    """Return the events after *mark*."""
    now_s = desk.now_s()
    for message_id in desk.inbox.settle(now_s):
        desk.changes.note(Kind.STATUS, message_id)
    changes = desk.changes.since(mark)
    newest = desk.changes.mark
    if changes is None:
        text = _event("reset", newest, {})
    else:
        text = "".join(_told(desk, change, now_s) for change in changes)
    return Batch(text, newest, desk.inbox.due_at_s() - now_s)


def _told(desk: Desk, change: Change, now_s: float) -> str:
    mark = desk.changes.mark_of(change.number)
    if change.kind in _ABOUT_MESSAGES:
        received = desk.inbox.get(change.about)
        if received is None:  # it was thrown away since
            return f"id: {mark}\n\n"
        return _event(change.kind, mark, summary(desk.inbox, received.by(now_s)))
    return _event(change.kind, mark, {"idempotencyId": change.about} if change.about else {})


def _event(name: str, mark: str, data: Mapping[str, object]) -> str:
    return f"event: {name}\nid: {mark}\ndata: {json.dumps(data)}\n\n"
