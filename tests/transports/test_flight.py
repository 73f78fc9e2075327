"""One order is in flight once, and whoever asked for it gets what became of it."""

from __future__ import annotations

import asyncio
import gc
import weakref
from concurrent.futures import Future
from threading import Event, Semaphore, Thread
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from straks.transports.flight import AsyncFlights, Flights, Lost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WAIT_S = 10  # a test that is stuck fails, and does not hang
CREW = 8


class Weather(Exception):
    """What may befall a flight."""


class Radar(dict[str, "Future[object]"]):
    """What is aloft, and a count of who has asked about it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = Semaphore(0)

    def setdefault(self, key: str, default: Any = None, /) -> Any:  # noqa: ANN401 - as dict has it
        found = super().setdefault(key, default)
        self.asked.release()
        return found


class Tower:
    """Flights from threads of their own, which land when they are told to."""

    def __init__(self) -> None:
        self.flights: Flights[object] = Flights()
        self.radar = self.flights._aloft = Radar()
        self.took_off: list[str] = []
        self.may_land = Event()

    def ask(self, name: str, end: Callable[[], object]) -> Future[object]:
        """Ask for a flight on a thread of its own, and come back when it has been asked for."""
        asked: Future[object] = Future()

        def fly() -> object:
            self.took_off.append(name)
            assert self.may_land.wait(WAIT_S)
            return end()

        def work() -> None:
            try:
                asked.set_result(self.flights.join(name, fly))
            except BaseException as error:  # noqa: BLE001 - what a test asks for may be an interrupt
                asked.set_exception(error)

        Thread(target=work, daemon=True).start()
        assert self.radar.asked.acquire(timeout=WAIT_S)
        return asked

    def land(self) -> None:
        self.may_land.set()


@pytest.fixture
def tower() -> Iterator[Tower]:
    tower = Tower()
    yield tower
    tower.land()


def fails() -> NoReturn:
    raise Weather


# Threads


def test_who_asks_alone_gets_the_outcome() -> None:
    flights: Flights[int] = Flights()

    assert flights.join("a", lambda: 7) == 7
    assert flights._aloft == {}


def test_an_id_asked_for_at_once_flies_once_and_all_get_its_outcome(tower: Tower) -> None:
    outcome = object()
    asked = [tower.ask("a", lambda: outcome) for _ in range(CREW)]
    tower.land()

    assert {id(each.result(WAIT_S)) for each in asked} == {id(outcome)}
    assert tower.took_off == ["a"]
    assert tower.radar == {}


def test_ids_fly_beside_each_other(tower: Tower) -> None:
    asked = [tower.ask(name, name.upper) for name in "abc"]
    tower.land()

    assert [each.result(WAIT_S) for each in asked] == ["A", "B", "C"]
    assert sorted(tower.took_off) == ["a", "b", "c"]


def test_an_error_reaches_all_who_asked_and_nothing_is_left_behind(tower: Tower) -> None:
    asked = [tower.ask("a", fails) for _ in range(CREW)]
    tower.land()

    assert {type(each.exception(WAIT_S)) for each in asked} == {Weather}
    assert tower.took_off == ["a"]
    assert tower.radar == {}


def test_a_flight_that_has_landed_may_fly_again(tower: Tower) -> None:
    tower.land()
    with pytest.raises(Weather):
        tower.ask("a", fails).result(WAIT_S)

    assert tower.ask("a", lambda: 2).result(WAIT_S) == 2
    assert tower.took_off == ["a", "a"]


def test_an_interrupt_ends_its_own_thread_and_leaves_the_others_in_doubt(tower: Tower) -> None:
    def interrupted() -> NoReturn:
        raise KeyboardInterrupt

    first, *others = [tower.ask("a", interrupted) for _ in range(3)]
    tower.land()

    assert isinstance(first.exception(WAIT_S), KeyboardInterrupt)
    assert [type(each.exception(WAIT_S)) for each in others] == [Lost, Lost]
    assert tower.radar == {}


def test_what_failed_is_not_kept_alive_by_its_own_traceback() -> None:
    flights: Flights[None] = Flights()

    def failed() -> weakref.ref[Weather] | None:
        try:
            flights.join("a", fails)
        except Weather as error:
            return weakref.ref(error)
        return None

    gc.disable()
    try:
        trace = failed()
        assert trace is not None
        assert trace() is None
    finally:
        gc.enable()


# Tasks


class AsyncTower:
    def __init__(self, outcome: object = None) -> None:
        self.flights: AsyncFlights[object] = AsyncFlights()
        self.took_off = 0
        self.landed = 0
        self.aloft, self.may_land = asyncio.Event(), asyncio.Event()
        self._outcome = outcome

    async def fly(self) -> object:
        self.took_off += 1
        self.aloft.set()
        await self.may_land.wait()
        self.landed += 1
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome

    async def ask(self, times: int = 1) -> list[asyncio.Task[object]]:
        """Ask *times* for one flight, and come back when it is aloft."""
        asked = [asyncio.create_task(self.flights.join("a", self.fly)) for _ in range(times)]
        await self.aloft.wait()
        return asked


def test_tasks_that_ask_at_once_fly_once_and_all_get_its_outcome() -> None:
    async def main() -> None:
        outcome = object()
        tower = AsyncTower(outcome)
        asked = await tower.ask(CREW)
        tower.may_land.set()

        assert set(map(id, await asyncio.gather(*asked))) == {id(outcome)}
        assert tower.took_off == 1
        assert tower.flights._aloft == {}

    asyncio.run(main())


def test_an_error_reaches_all_tasks_and_nothing_is_left_behind() -> None:
    async def main() -> None:
        tower = AsyncTower(Weather())
        asked = await tower.ask(CREW)
        tower.may_land.set()

        ends = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(end) for end in ends] == [Weather] * CREW
        assert tower.flights._aloft == {}

    asyncio.run(main())


def test_a_waiter_that_is_cancelled_does_not_call_the_flight_back() -> None:
    async def main() -> None:
        tower = AsyncTower("there")
        impatient, patient = await tower.ask(2)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        (late,) = await tower.ask()
        tower.may_land.set()

        assert await patient == await late == "there"
        assert (tower.took_off, tower.landed) == (1, 1)

    asyncio.run(main())


@pytest.mark.parametrize("outcome", ["there", Weather()])
def test_a_flight_that_nobody_waits_for_any_more_lands_without_complaint(outcome: object) -> None:
    complaints: list[object] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        tower = AsyncTower(outcome)
        (only,) = await tower.ask()
        only.cancel()
        with pytest.raises(asyncio.CancelledError):
            await only
        (flight,) = tower.flights._aloft.values()
        tower.may_land.set()
        await asyncio.wait([flight])
        await asyncio.sleep(0)

        assert tower.landed == 1
        assert tower.flights._aloft == {}
        del flight

    asyncio.run(main())
    gc.collect()

    assert complaints == []


def test_a_flight_that_is_itself_cancelled_leaves_nothing_behind() -> None:
    async def main() -> None:
        tower = AsyncTower()
        (only,) = await tower.ask()
        (flight,) = tower.flights._aloft.values()
        flight.cancel()
        with pytest.raises(asyncio.CancelledError):
            await only

        assert tower.flights._aloft == {}

    asyncio.run(main())


def test_what_failed_in_a_task_is_not_kept_alive_by_its_own_traceback() -> None:
    async def main() -> None:
        flights: AsyncFlights[None] = AsyncFlights()

        async def fly() -> None:
            raise Weather

        async def failed() -> weakref.ref[Weather] | None:
            try:
                await flights.join("a", fly)
            except Weather as error:
                return weakref.ref(error)
            return None

        gc.disable()
        try:
            trace = await failed()
            await asyncio.sleep(0)  # the loop drops what it has done
            assert trace is not None
            assert trace() is None
        finally:
            gc.enable()

    asyncio.run(main())
