"""
Orders sent in volume, each accounted for: written down before it is sent, and again when it has ended.

`Journal` is the file, bound to a file of orders; `place_all` sends what is due of it; `rules.after` is what
happens to one order. Whoever sends with something else than `place_all`, a queue for one, takes `deliver`
for the worker and `Journal.record` for what comes back.

Not finished is not lost: a run that is killed goes on where it was. An order that was in flight then is
placed again under the same id where its template says that a second copy does no harm, and is in doubt
otherwise.
"""

from __future__ import annotations

from straks.altinn.ending import Ending
from straks.journal.deliver import Delivered, deliver, deliver_async
from straks.journal.rules import Again, Entry, Found, Landed, Settled, State, TakenUp
from straks.journal.run import RunResult, place_all
from straks.journal.store import Admitted, Journal, order_at
from straks.journal.view import JournalView, Run

__all__ = [
    "Admitted",
    "Again",
    "Delivered",
    "Ending",
    "Entry",
    "Found",
    "Journal",
    "JournalView",
    "Landed",
    "Run",
    "RunResult",
    "Settled",
    "State",
    "TakenUp",
    "deliver",
    "deliver_async",
    "order_at",
    "place_all",
]
