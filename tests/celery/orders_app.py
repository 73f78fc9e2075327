"""A Celery app as its users write one; what tests vary is in the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import redis
from psycopg_pool import ConnectionPool

import celery
import straks
import straks.celery

if TYPE_CHECKING:
    from straks.codes.stores import Store

TOLD = {
    name: os.environ[f"ORDERS_{name}"] for name in ("BROKER", "QUEUE", "LEASES", "LEASE_S", "TARGET", "TOKEN")
}
LEASE_S = float(TOLD["LEASE_S"])


def leases() -> Store:
    where = TOLD["LEASES"]
    if where.startswith("redis:"):
        client = redis.Redis.from_url(where)  # pyright: ignore[reportUnknownMemberType] - redis-py's
        return straks.RedisStore(client, prefix=TOLD["QUEUE"])
    if where.startswith("postgresql:"):
        return straks.PostgresStore(ConnectionPool(where, min_size=1, max_size=2, open=True))
    return straks.SqliteStore(where)


app = celery.Celery("orders", broker=TOLD["BROKER"])
app.conf.task_default_queue = TOLD["QUEUE"]
straks.celery.configure(app, longest_s=LEASE_S)
deliver = straks.celery.task(
    app,
    environment=TOLD["TARGET"],
    transport=lambda url: straks.AltinnTransport(url, TOLD["TOKEN"]),
    leases=leases,
    lease_s=LEASE_S,
)
