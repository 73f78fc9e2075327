"""
What a Celery app that sends orders is set to, and why: each line is a way to lose or to hoard them otherwise.

A task of ours is acknowledged when it is done (``acks_late``) and goes back when the process that ran it is
lost (``reject_on_worker_lost``); those two are the task's own (`straks.celery.task`). Celery's own budget
of such losses (``retry_on_worker_lost``) is not used: the lease counts them, and knows which of them had
begun to send. What follows here are the worker's and the broker's, and concern every task of the app.

Redis gives a message back when it has been out for longer than the *visibility time-out*, also when the
worker that has it is well. So that is longer than the longest lease. The sweep that looks for such messages
comes by itself only every hundred seconds; here it does so every five.

Source: Celery's documentation: «Optimizing», «Configuration and defaults»; kombu's:
``kombu.transport.redis``, ``kombu.transport.pyamqp``.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from straks.celery.lease import LONGEST_S
from straks.errors import InvalidSetting

if TYPE_CHECKING:
    from celery import Celery

NAME: Final = "straks.deliver"
"""What the task is called."""
SWEEP_S: Final = 5
"""How often Redis is looked through for messages to be given back, in seconds."""

_REDIS: Final = ("redis", "rediss", "sentinel", "valkey", "valkeys")
_RABBIT: Final = ("amqp", "amqps", "pyamqp")


def settings_for(broker_url: str | None, *, longest_s: float = LONGEST_S) -> dict[str, Any]:
    """
    Return the settings of an app that sends orders over the broker at *broker_url*.

    Args:
        broker_url: The broker's address; what it is counts alone.
        longest_s: The longest lease, in seconds.

    >>> settings_for("redis://broker.example.org/0")["broker_transport_options"]["visibility_timeout"]
    260
    """
    scheme = (broker_url or "").partition(":")[0]
    found: dict[str, Any] = {
        # A process takes one message at a time, and leaves the others to those that are free.
        "worker_prefetch_multiplier": 1,
        # A worker that is asked to end gives what it is sending the time that this may take.
        "worker_soft_shutdown_timeout": longest_s,
        # A worker that comes up before its broker waits for it, and one that loses it comes back.
        "broker_connection_retry_on_startup": True,
        # What is sent ends with the process, not with the connection to the broker.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
    }
    if scheme in _REDIS:
        found["broker_transport_options"] = {
            "visibility_timeout": round(2 * longest_s),
            "unacked_restore_interval": SWEEP_S,
            "unacked_restore_throttle": 1,
        }
    elif scheme in _RABBIT:
        # The broker says that it has a message before the order counts as handed on.
        found["broker_transport_options"] = {"confirm_publish": True}
    return found


def configure(app: Celery, *, longest_s: float = LONGEST_S) -> None:
    """
    Set *app* to what a worker needs that sends orders. Options of the broker that you have set yourself stay.

    Args:
        app: Your Celery app; its broker is set before.
        longest_s: The longest lease, in seconds, where you have set one yourself.

    Raises:
        InvalidSetting: *longest_s* is no time.
    """
    if not 0 < longest_s < float("inf"):
        raise InvalidSetting(
            f"longest_s is {longest_s}; it takes how long the longest lease runs, in seconds"
        )
    settings = settings_for(app.conf.broker_url, longest_s=longest_s)
    own: dict[str, Any] = app.conf.broker_transport_options or {}
    options = {**settings.pop("broker_transport_options", {}), **own}
    app.conf.update(settings, broker_transport_options=options)


class Discreet(logging.Filter):
    """
    Keeps orders out of what Celery's pool logs where it is asked to tell all.

    At level DEBUG the pool logs each message that it gets, body and all.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass, without its arguments if an order is among them."""
        if isinstance(record.args, tuple) and any(NAME in str(each) for each in record.args):
            record.args = tuple("…" for _ in record.args)
        return True


def be_discreet() -> None:
    """Have the pool's logger say nothing of orders; once is enough."""
    logger = logging.getLogger("celery.pool")
    if not any(isinstance(each, Discreet) for each in logger.filters):
        logger.addFilter(Discreet())
