"""
What watching changes: nothing. What it tells: how each sending ended.

The first tests are laws over every way in which a sending may end and every way in which a hook may
behave, sync and async.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

import straks
from straks.core.record import Outcome
from straks.transports.watched import AsyncWatchedTransport, WatchedTransport, watched

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks import Receipt, Record
    from straks.altinn.sealed import Sendable

    Maker = Callable[..., straks.Order]

ID = "one-time-code.sms.a"
NOON = datetime(2026, 5, 17, 12, tzinfo=UTC)
PLACED = straks.Receipt("o-1", "s-1", attempts=2, reference="sak/1")


class Broken(Exception):
    """What no transport promises."""


def undelivered(kind: type[straks.Undelivered], **more: Any) -> straks.Undelivered:  # noqa: ANN401 - each its own
    return kind("why", idempotency_id=ID, attempts=2, **more)


# How a sending may end, and what is told of it: outcome, attempts, status, problem, shipment.
Told: TypeAlias = "tuple[Outcome, int | None, int | None, str | None, str | None]"
ENDS: dict[str, tuple[Receipt | BaseException, Told]] = {
    "placed": (PLACED, (Outcome.PLACED, 2, None, None, "s-1")),
    "replayed": (straks.Receipt("o", "s-2", replayed=True), (Outcome.REPLAYED, 1, None, None, "s-2")),
    "refused": (
        undelivered(straks.Refused, status=400, problem="NOT-00001: +46701740605 is wrong"),
        (Outcome.REFUSED, 2, 400, "NOT-00001", None),
    ),
    "refused for no reason": (
        undelivered(straks.Refused, status=403, problem="kari@example.org may not"),
        (Outcome.REFUSED, 2, 403, None, None),
    ),
    "not sent": (undelivered(straks.NotSent), (Outcome.NOT_SENT, 2, None, None, None)),
    "in doubt": (undelivered(straks.InDoubt), (Outcome.IN_DOUBT, 2, None, None, None)),
    "another kind of undelivered": (
        undelivered(straks.Undelivered),
        (Outcome.IN_DOUBT, 2, None, None, None),
    ),
    "invalid": (
        straks.InvalidPayload("no", field="body", rule="not empty"),
        (Outcome.INVALID, 0, None, None, None),
    ),
    "broken": (Broken(), (Outcome.IN_DOUBT, None, None, None, None)),
    "interrupted": (KeyboardInterrupt(), (Outcome.IN_DOUBT, None, None, None, None)),
    "cancelled": (asyncio.CancelledError(), (Outcome.IN_DOUBT, None, None, None, None)),
}
ends = pytest.mark.parametrize("end", ENDS)


class Ends:
    """A transport that ends as it is told, sync."""

    def __init__(self, end: Receipt | BaseException) -> None:
        self.end = end

    def send(self, order: Sendable) -> Receipt:  # noqa: ARG002 - a transport's signature
        if isinstance(self.end, BaseException):
            raise self.end
        return self.end

    def __repr__(self) -> str:
        return "Ends()"


class AsyncEnds(Ends):
    """The same, async."""

    async def send(self, order: Sendable) -> Receipt:  # type: ignore[override]
        return super().send(order)


Send: TypeAlias = "Callable[..., Receipt | BaseException]"


def by_sync(end: Receipt | BaseException, order: Sendable, *hooks: Any, **settings: Any) -> Any:  # noqa: ANN401 - as given
    try:
        return watched(Ends(end), *hooks, **settings).send(order)
    except BaseException as error:  # noqa: BLE001 - it is what is asked for
        return error


def by_async(end: Receipt | BaseException, order: Sendable, *hooks: Any, **settings: Any) -> Any:  # noqa: ANN401 - as given
    async def main() -> Any:  # noqa: ANN401 - as above
        try:
            return await watched(AsyncEnds(end), *hooks, **settings).send(order)
        except BaseException as error:  # noqa: BLE001 - as above
            return error

    return asyncio.run(main())


@pytest.fixture(params=[by_sync, by_async], ids=["sync", "async"])
def send(request: pytest.FixtureRequest) -> Send:
    way: Send = request.param
    return way


def fails(record: Record) -> None:
    raise Broken


def fails_for_good(record: Record) -> None:
    raise RecursionError


@ends
@pytest.mark.parametrize("hook", [fails, fails_for_good, list[Any]().append])
def test_whatever_a_hook_does_the_sending_ends_as_it_ended(
    send: Send, make_order: Maker, end: str, hook: Callable[[Record], object]
) -> None:
    expected, _ = ENDS[end]

    assert send(expected, make_order(), hook) is expected


@ends
def test_every_hook_is_told_once_whatever_the_others_do(send: Send, make_order: Maker, end: str) -> None:
    told: list[list[Record]] = [[], []]
    send(ENDS[end][0], make_order(), told[0].append, fails, told[1].append)

    assert [len(each) for each in told] == [1, 1]
    assert told[0] == told[1]


@ends
@pytest.mark.parametrize("sealed", [False, True])
def test_it_tells_how_the_sending_ended(send: Send, make_order: Maker, end: str, *, sealed: bool) -> None:
    order = make_order(channel="email", reference="sak/1")
    told: list[Record] = []
    ticks = iter([100.0, 100.75])
    send(
        ENDS[end][0],
        straks.altinn.seal(order) if sealed else order,
        told.append,
        clock=lambda: NOON.astimezone(timezone(timedelta(hours=2))),
        timer=lambda: next(ticks),
    )
    outcome, attempts, status, problem, shipment_id = ENDS[end][1]

    assert told == [
        straks.Record(
            when=NOON,
            template="one-time-code",
            locale="nb",
            channel="email",
            pseudonym=order.pseudonym,
            idempotency_id=order.idempotency_id,
            outcome=outcome,
            attempts=attempts,
            took_s=0.75,
            status=status,
            problem=problem,
            shipment_id=shipment_id,
        )
    ]
    assert told[0].when.tzinfo is UTC


@ends
def test_a_record_holds_nothing_of_whom_and_what(send: Send, make_order: Maker, end: str) -> None:
    told: list[Record] = []
    for channel in ("sms", "email"):
        send(ENDS[end][0], make_order(channel=channel, reference="sak/1"), told.append)
    said = repr(told) + repr([record.to_dict() for record in told])

    for hidden in ("1740605", "kari", "482913", "sak/1"):
        assert hidden not in said


# A hook that fails


def test_a_hook_that_fails_is_told_by_logging_with_its_name_and_error(
    send: Send, make_order: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    order = make_order()
    send(PLACED, order, fails)
    (said,) = caplog.records

    assert (said.name, said.levelno) == ("straks.records", logging.ERROR)
    assert order.idempotency_id in said.getMessage()
    assert "fails failed; the sending itself is not touched" in said.getMessage()
    assert said.exc_info is not None
    assert said.exc_info[0] is Broken


def test_a_hook_without_a_name_is_told_by_its_kind(
    send: Send, make_order: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    class Full:
        def __call__(self, record: Record) -> None:  # noqa: ARG002 - a hook's signature
            raise OSError

    send(PLACED, make_order(), Full())

    assert "Full failed" in caplog.text


def test_somebody_else_may_be_told(send: Send, make_order: Maker, caplog: pytest.LogCaptureFixture) -> None:
    told: list[tuple[object, Record, Exception]] = []

    def note(hook: object, record: Record, error: Exception) -> None:
        told.append((hook, record, error))

    send(PLACED, make_order(), fails, on_failure=note)
    ((hook, record, error),) = told

    assert hook is fails
    assert record.outcome is Outcome.PLACED
    assert isinstance(error, Broken)
    assert caplog.records == []


def test_nor_does_it_matter_if_that_fails_too(send: Send, make_order: Maker) -> None:
    told: list[Record] = []

    assert send(PLACED, make_order(), fails, told.append, on_failure=fails) is PLACED
    assert len(told) == 1


def test_an_interrupt_in_a_hook_is_an_interrupt(make_order: Maker) -> None:
    def interrupts(record: Record) -> None:
        raise KeyboardInterrupt

    assert isinstance(by_sync(PLACED, make_order(), interrupts), KeyboardInterrupt)


# The async shell


def test_a_task_that_is_cancelled_on_the_way_is_told_as_in_doubt(make_order: Maker) -> None:
    told: list[Record] = []

    class Hangs:
        async def send(self, order: Sendable) -> Receipt:  # noqa: ARG002 - a transport's signature
            await asyncio.Event().wait()
            raise AssertionError

    async def main() -> None:
        task = asyncio.create_task(watched(Hangs(), told.append).send(make_order()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())

    assert [record.outcome for record in told] == [Outcome.IN_DOUBT]


def test_a_hook_that_waits_does_not_stop_the_loop(make_order: Maker) -> None:
    async def main() -> None:
        loop, released = asyncio.get_running_loop(), asyncio.Event()

        def waits(record: Record) -> None:
            # Done only if the loop goes on meanwhile.
            asyncio.run_coroutine_threadsafe(released.wait(), loop).result(10)

        task = asyncio.create_task(watched(AsyncEnds(PLACED), waits).send(make_order()))
        await asyncio.sleep(0)
        released.set()
        assert await task is PLACED

    asyncio.run(main())


def test_where_the_loop_takes_no_more_threads_it_is_told_at_once(make_order: Maker) -> None:
    told: list[Record] = []

    async def main() -> Receipt:
        await asyncio.get_running_loop().shutdown_default_executor()
        return await watched(AsyncEnds(PLACED), told.append).send(make_order())

    assert asyncio.run(main()) is PLACED
    assert len(told) == 1


# The short way


def test_the_shell_follows_from_the_transport() -> None:
    hook = list[Any]().append

    assert isinstance(watched(straks.MemoryTransport(), hook), WatchedTransport)
    assert isinstance(watched(AsyncEnds(PLACED), hook), AsyncWatchedTransport)
    assert isinstance(watched(watched(AsyncEnds(PLACED), hook), hook), AsyncWatchedTransport)


def test_both_shells_take_the_same_and_show_what_they_watch() -> None:
    hook = list[Any]().append

    assert repr(WatchedTransport(Ends(PLACED), hook)) == "watched(Ends())"
    assert repr(AsyncWatchedTransport(AsyncEnds(PLACED), hook)) == "watched(Ends())"


@pytest.mark.parametrize("transport", [Ends(PLACED), AsyncEnds(PLACED)])
def test_watching_without_a_hook_is_a_slip(transport: Any) -> None:  # noqa: ANN401 - either
    with pytest.raises(straks.InvalidSetting, match="tells hooks; name one"):
        watched(transport)


def test_its_own_clocks_are_the_machines(send: Send, make_order: Maker) -> None:
    told: list[Record] = []
    send(PLACED, make_order(), told.append)

    assert abs(datetime.now(UTC) - told[0].when) < timedelta(minutes=10)  # noqa: TID251 - what is asked about
    assert 0 <= told[0].took_s < 600
