"""What is done beside requests: one flight for many, a question to the caller, a pause."""

from __future__ import annotations

import asyncio
import gc
import weakref
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest

from straks.transports.tokens.errands import Gathering, Pause, Question
from straks.wire.plan import arun, run

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import NoReturn

    from straks.wire.plan import Errand, Plan


class Clock:
    """A carrier of nothing but the time."""

    def __init__(self) -> None:
        self.clock_s = 100.0

    def carry(self, *_: object, **__: object) -> NoReturn:
        pytest.fail("a request was carried")

    def sleep(self, seconds: float) -> None:
        self.clock_s += seconds

    def now_s(self) -> float:
        return self.clock_s


class AsyncClock(Clock):
    async def sleep(self, seconds: float) -> None:  # type: ignore[override]
        self.clock_s += seconds


def do(errand: Errand, clock: Clock | None = None) -> None:
    errand.do(clock or Clock())


def ado(errand: Errand, clock: AsyncClock | None = None) -> None:
    asyncio.run(errand.ado(clock or AsyncClock()))


both = pytest.mark.parametrize("done", [do, ado])


async def later(value: str) -> str:
    await asyncio.sleep(0)
    return value


async def fails_later() -> str:
    raise LookupError("no")


def fails() -> NoReturn:
    raise LookupError("no")


@both
def test_a_function_is_asked(done: Callable[[Errand], None]) -> None:
    question = Question(lambda: "yes")
    done(question)

    assert question.outcome() == "yes"
    assert question.at_s == 100


def test_under_an_event_loop_a_function_may_be_asynchronous() -> None:
    question: Question[str] = Question(lambda: later("yes"))
    ado(question)

    assert question.outcome() == "yes"


def test_without_an_event_loop_an_asynchronous_function_is_a_mistake() -> None:
    question: Question[str] = Question(lambda: later("yes"))
    do(question)
    with pytest.raises(TypeError, match="asked by AsyncAltinnTransport alone"):
        question.outcome()

    waiting: Question[Any] = Question(Waiting)
    do(waiting)
    with pytest.raises(TypeError, match="asked by AsyncAltinnTransport alone"):
        waiting.outcome()


class Waiting:
    """Awaitable, and no coroutine."""

    def __await__(self) -> NoReturn:
        pytest.fail("it was awaited")


@both
def test_what_a_function_raises_is_raised_where_the_plan_can_deal_with_it(
    done: Callable[[Errand], None],
) -> None:
    def plan() -> Plan[str]:
        question: Question[str] = Question(fails)
        yield question
        try:
            return question.outcome()
        except LookupError as error:
            return f"dealt with: {error}"

    assert run(plan(), Clock()) == "dealt with: no"
    assert asyncio.run(arun(plan(), AsyncClock())) == "dealt with: no"
    question: Question[str] = Question(fails if done is do else fails_later)
    done(question)
    with pytest.raises(LookupError):
        question.outcome()


def test_an_outcome_that_was_handed_over_is_held_on_to_by_nobody() -> None:
    class Told(Exception):
        pass

    def asked() -> NoReturn:
        raise Told

    def seen() -> weakref.ref[Told]:
        question: Question[str] = Question(asked)
        do(question)
        try:
            question.outcome()
        except Told as told:
            return weakref.ref(told)
        pytest.fail("it was not raised")

    gc.disable()
    try:
        alive = seen()
        assert alive() is None
    finally:
        gc.enable()


@both
def test_a_pause_takes_its_time(done: Callable[[Errand, Any], None]) -> None:
    clock = Clock() if done is do else AsyncClock()
    done(Pause(2.5), clock)

    assert clock.clock_s == 102.5


def landing(value: str, begun: list[float]) -> Callable[[float], Plan[str]]:
    def begin(at_s: float) -> Plan[str]:
        begun.append(at_s)
        yield Pause(1.0)
        return value

    return begin


@both
def test_a_flight_carries_its_plan_from_now_on(done: Callable[[Errand, Any], None]) -> None:
    begun: list[float] = []
    flight = Gathering[str]().share(landing("token", begun))
    done(flight, Clock() if done is do else AsyncClock())

    assert flight.outcome() == "token"
    assert begun == [100]
    assert flight.at_s == 101


@both
def test_one_flight_after_another_is_two(done: Callable[[Errand], None]) -> None:
    gathering, begun = Gathering[str](), list[float]()
    for value in ("first", "second"):
        flight = gathering.share(landing(value, begun))
        done(flight)
        assert flight.outcome() == value

    assert len(begun) == 2


@both
def test_what_breaks_in_a_flight_is_raised_in_the_plan(done: Callable[[Errand], None]) -> None:
    def begin(_: float) -> Plan[str]:
        yield Pause(0.0)
        fails()

    flight = Gathering[str]().share(begin)
    done(flight)
    with pytest.raises(LookupError):
        flight.outcome()


def test_who_waited_for_a_thread_that_was_interrupted_flies_itself() -> None:
    gathering, begun = Gathering[str](), list[float]()
    interrupted: Future[str] = Future()
    interrupted.cancel()
    gathering._threads._aloft[""] = interrupted

    class Forgetful(dict[str, "Future[str]"]):
        """The interrupted flight is gone after one look, as its thread takes it away."""

        def setdefault(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - dict's
            found = super().setdefault(key, default)
            if found is interrupted:
                self.pop(key)
            return found

    gathering._threads._aloft = Forgetful(gathering._threads._aloft)
    flight = gathering.share(landing("token", begun))
    do(flight)

    assert flight.outcome() == "token"
    assert len(begun) == 1


def test_an_interrupt_is_for_its_own_thread() -> None:
    def begin(_: float) -> Plan[str]:
        yield Pause(0.0)
        raise KeyboardInterrupt

    gathering = Gathering[str]()
    with pytest.raises(KeyboardInterrupt):
        do(gathering.share(begin))
    after = gathering.share(landing("token", []))
    do(after)

    assert after.outcome() == "token"


def test_tasks_wait_for_the_task_that_flies_and_a_task_that_leaves_stops_no_flight() -> None:
    gathering, begun = Gathering[str](), list[float]()

    async def main() -> list[str]:
        over = asyncio.Event()

        class Until:
            def do(self, carrier: object) -> NoReturn:
                pytest.fail(f"a thread was blocked by {carrier}")

            async def ado(self, carrier: object) -> None:  # noqa: ARG002 - an errand's
                await over.wait()

        def begin(at_s: float) -> Plan[str]:
            begun.append(at_s)
            yield Until()
            return "token"

        async def ask() -> str:
            flight = gathering.share(begin)
            await flight.ado(AsyncClock())
            return flight.outcome()

        first, *others = (asyncio.create_task(ask()) for _ in range(5))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        over.set()
        return list(await asyncio.gather(*others))

    assert asyncio.run(main()) == ["token"] * 4
    assert len(begun) == 1


def test_each_event_loop_has_flights_of_its_own() -> None:
    gathering, begun = Gathering[str](), list[float]()

    def ask() -> Coroutine[Any, Any, str]:
        async def main() -> str:
            flight = gathering.share(landing("token", begun))
            await flight.ado(AsyncClock())
            return flight.outcome()

        return main()

    assert [asyncio.run(ask()), asyncio.run(ask())] == ["token"] * 2
    gc.collect()
    assert len(gathering._tasks) == 0
