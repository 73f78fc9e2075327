"""
Orders sent by the workers of your own Celery app: each once, and accounted for when a worker dies.

`task` gives an app the task that sends, `configure` sets the app to what a worker needs that may be lost, and
`feed` hands it the orders of a journal (``straks send ORDERS --journal FILE.db --celery module:app``).

It takes the extra ``straks[celery]``, and a store that all share: `straks.RedisStore` or
`straks.PostgresStore`, on one machine `straks.SqliteStore`.
"""

from __future__ import annotations

from straks.errors import MissingExtra

try:
    from straks.celery.deliver import DeliverTask, task
    from straks.celery.feed import feed
    from straks.celery.leases import Leases
    from straks.celery.settings import configure
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] != "celery":
        raise
    raise MissingExtra("straks.celery", "celery") from None

__all__ = ["DeliverTask", "Leases", "configure", "feed", "task"]
