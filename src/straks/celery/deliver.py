"""
The task: an order out of a queue, sent by one worker at a time, and what became of it kept.

What travels is the sealed order as JSON, the flight that it belongs to, and where it is to go. The broker
sees recipient and text; nobody else does. Celery shows the arguments of a task in its events and logs; it
is given dots to show. Nothing is returned and nothing raised that could hold more: what became of an order
is in the store of leases, without recipient or text.

Who sends is a transport, made in the process that uses it. The order that it gets may not be sent past the
end of the lease, and `straks.AltinnTransport` gives a call up rather than go past that; so while a lease
runs, at most one process is at it, and once it has run out none is.
"""

from __future__ import annotations

import logging
import os
import time
from datetime import UTC, datetime
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from celery.exceptions import Reject
from celery.signals import worker_init

import celery
from straks.altinn.ending import Ending
from straks.altinn.sealed import SealedOrder, seal
from straks.celery.lease import Begin, Ended, Wait
from straks.celery.leases import Leases
from straks.celery.settings import NAME, be_discreet
from straks.core.record import Outcome
from straks.errors import InDoubt, InvalidOrder, InvalidSetting, NotSent
from straks.journal.deliver import deliver
from straks.journal.rules import QUEUED_MOST_S
from straks.transports.environment import base_url_of
from straks.transports.watched import WatchedTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.altinn.sealed import Sendable
    from straks.celery.lease import Seen
    from straks.codes.stores import Store
    from straks.transports import Transport

    _Task = celery.Task[Any, None]
else:
    _Task = celery.Task

T = TypeVar("T")

AGAIN_S: Final = 5.0
"""How long an order lies in the queue until the store of leases is tried again, in seconds."""
_MARGIN_S: Final = 1.0  # what is done after an answer, before the lease has run out
_DOTS: Final = "…"

_log = logging.getLogger("straks.celery")


def task(
    app: celery.Celery,
    *,
    environment: str,
    transport: Callable[[str], Transport],
    leases: Callable[[], Store],
    lease_s: float | None = None,
) -> DeliverTask:
    """
    Give *app* the task that sends orders, and return it.

    Args:
        app: Your Celery app.
        environment: Where orders go: ``"prod"``, ``"tt02"``, or a base URL.
        transport: Makes what carries them, given the base URL; called once in each process that sends.
        leases: Makes the store that all workers share; called once in each process.
        lease_s: How long a lease runs, in seconds: longer than your transport ever takes. None for what
            `straks.AltinnTransport` takes, which is then held to it.

    Raises:
        InvalidSetting: *environment* or *lease_s* cannot be.
    """
    if lease_s is not None and not 0 < lease_s < float("inf"):
        raise InvalidSetting(f"lease_s is {lease_s}; it takes how long a lease runs, in seconds")
    be_discreet()
    worker_init.connect(_import_before_forks)
    # Celery binds the class of a task to its app, so each app has one of its own.
    kind: type[DeliverTask] = type("DeliverTask", (DeliverTask,), {"__module__": __name__})
    made = kind(base_url_of(environment), transport, leases, lease_s)
    app.register_task(made)
    return made


class DeliverTask(_Task):
    """
    Sends an order out of a queue. Made by `straks.celery.task`.

    ``environment`` is the base URL that orders go to.
    """

    name = NAME
    acks_late = True
    reject_on_worker_lost = True
    ignore_result = True
    max_retries = None  # until the order's deadline
    serializer = "json"

    def __init__(
        self,
        environment: str,
        transport: Callable[[str], Transport],
        leases: Callable[[], Store],
        lease_s: float | None,
    ) -> None:
        self.environment = environment
        self._transport = _Own(lambda: transport(environment))
        self._store = _Own(leases)
        self._lease_s = lease_s

    def place(self, order: Sendable, *, not_after: datetime | None = None, flight: int = 1) -> str:
        """
        Hand *order* to the workers, and return its idempotency id.

        Args:
            order: What to send.
            not_after: The moment after which it is dropped, with a record; None for what the order says
                itself, for an SMS its time to live from now on, and for an e-mail two days.
            flight: Count it up to have an order sent anew that has ended without being sent.

        Raises:
            InvalidPayload: The service would refuse the order for its form.
            InvalidSetting: *not_after* has no zone.
            kombu.exceptions.OperationalError: The broker cannot be reached. The order may be placed again,
                in the same flight: it is sent once.
        """
        sealed = seal(order, not_after=not_after)
        if sealed.not_after is None:
            alive_s = QUEUED_MOST_S if sealed.time_to_live_s is None else sealed.time_to_live_s
            sealed = seal(sealed, not_after=_at(time.time() + alive_s))
        self.apply_async((sealed.to_json(), flight, self.environment))
        return sealed.idempotency_id

    def ended(self, idempotency_id: str, *, flight: int = 1) -> Ending | None:
        """Return how an order has ended, None while that is open or when it is forgotten."""
        seen = self.look({idempotency_id: flight}).get(idempotency_id)
        return seen.ending if isinstance(seen, Ended) else None

    def look(self, flights: dict[str, int]) -> dict[str, Seen]:
        """Return what there is to be seen of orders, by their ids; see `Leases.look`."""
        return self._remembering(self.environment).look(flights)

    def apply_async(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        args: Any = None,  # noqa: ANN401 - Celery's
        kwargs: Any = None,  # noqa: ANN401 - the same
        **options: Any,  # noqa: ANN401 - the same
    ) -> Any:  # noqa: ANN401 - the same
        """Hand the task on, with nothing in it that is shown."""
        options |= {"argsrepr": _DOTS, "kwargsrepr": _DOTS}
        return super().apply_async(args, kwargs, **options)

    def run(self, order: str, flight: int, environment: str) -> None:
        """Send *order*, if it is to be sent."""
        began_s = time.monotonic()
        sealed = _read(order)
        del order
        transport, leases = self._transport(), self._remembering(environment)
        try:
            taken = leases.take(sealed, flight)
        except Exception as error:  # noqa: BLE001 - any store's
            _log.error(
                "%s waits: the leases cannot be read (%s)", sealed.idempotency_id, type(error).__name__
            )
            raise self._later(AGAIN_S) from None
        if isinstance(taken, Wait):
            raise self._later(taken.seconds)
        if not isinstance(taken, Begin):
            if taken.ending is not None:
                _tell(transport, sealed, taken.ending)
            return
        if environment != self.environment:
            ended = Ended(_elsewhere(environment, self.environment), None)
        else:
            left_s = leases.lease_s(sealed) - (time.monotonic() - began_s)
            ended = Ended(*deliver(self._within(sealed, left_s), transport))
        try:
            leases.land(sealed, taken, ended)
        except Exception as error:  # noqa: BLE001 - any store's
            _log.error(
                "%s ended (%s), and that cannot be kept (%s)",
                sealed.idempotency_id,
                ended.ending.outcome.value,
                type(error).__name__,
            )
            raise self._later(leases.lease_s(sealed)) from None

    def _within(self, order: SealedOrder, left_s: float) -> SealedOrder:
        """Return *order* so that its sending ends within its lease, if that is ours to say."""
        if self._lease_s is not None:
            return order
        ends = _at(time.time() + left_s - _MARGIN_S)
        return seal(order, not_after=ends if order.not_after is None else min(ends, order.not_after))

    def _later(self, seconds: float) -> BaseException:
        """Put the task back into the queue, for so many seconds, and return what tells Celery so."""
        return self.retry(countdown=seconds, throw=False)

    def _remembering(self, environment: str) -> Leases:
        return Leases(self._store(), environment, lease_s=self._lease_s)

    def close(self) -> None:
        """Close the transport and the store that this process has made; the next order makes others."""
        self._transport.close()
        self._store.close()


class _Own(Generic[T]):
    """What each process makes for itself once it needs it: a fork may share no connection."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: tuple[int, T] | None = None
        self._lock = Lock()

    def __call__(self) -> T:
        with self._lock:
            if self._made is None or self._made[0] != os.getpid():
                self._made = os.getpid(), self._make()
            return self._made[1]

    def close(self) -> None:
        with self._lock:
            made, self._made = self._made, None
        close = None if made is None else getattr(made[1], "close", None)
        if close is not None:
            close()


def _import_before_forks(**_: object) -> None:
    """Import what orders are carried with, which takes each process of a worker half a second otherwise."""
    import_module("straks.transports.altinn")


def _read(order: str) -> SealedOrder:
    try:
        return SealedOrder.from_json(order)
    except InvalidOrder as error:
        _log.error("a task is not run: %s", error)
        raise Reject(str(error), requeue=False) from None


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _elsewhere(wanted: str, own: str) -> Ending:
    return Ending(
        outcome=Outcome.NOT_SENT,
        attempts=0,
        general=True,
        why=f"the order goes to {wanted}, and the worker that took it sends to {own}; give each a queue of "
        "its own. Nothing was sent",
    )


def _tell(transport: Transport, order: SealedOrder, ending: Ending) -> None:
    """Tell of an order that has ended without being sent here: in the log, and by the transport's hooks."""
    _log.warning("%s is %s: %s", order.idempotency_id, ending.outcome.value, ending.why)
    if isinstance(transport, WatchedTransport):
        kind = InDoubt if ending.outcome is Outcome.IN_DOUBT else NotSent
        transport.tell(order, kind(ending.why, idempotency_id=order.idempotency_id, attempts=0))
