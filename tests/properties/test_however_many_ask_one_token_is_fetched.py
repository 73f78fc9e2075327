"""
Law: however many threads or tasks ask at once, one grant and one exchange are made, and everybody gets
that token. The same when it is renewed early, when it was refused, and when there is none to be had.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING

import pytest

import straks
from straks.altinn.token_source import Given, Need
from straks.simulator.clients import Clients
from straks.simulator.desk import BASE, Desk
from straks.simulator.memory import MemoryCarrier
from straks.wire.plan import arun, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.exchange import Reply, Request
    from straks.wire.plan import Plan

THREADS, TASKS = 64, 200
WAIT_S = 30


@dataclass
class Gate:
    """Lets the first request through when so many have come, so that all of them ask at once."""

    expected: int
    come: int = 0
    lock: Lock = field(default_factory=Lock)
    open: Event = field(default_factory=Event)

    def enter(self) -> None:
        with self.lock:
            self.come += 1
            if self.come >= self.expected:
                self.open.set()


class Line:
    """A carrier of threads to one desk, which serves one caller at a time."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        self._carrier = MemoryCarrier(desk)
        self._gate = gate
        self._lock = Lock()

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        assert self._gate.open.wait(WAIT_S)
        with self._lock:
            return self._carrier.carry(request, timeout_s=timeout_s)

    def sleep(self, seconds: float) -> None:
        self._carrier.sleep(seconds)

    def now_s(self) -> float:
        return self._carrier.now_s()

    def counted(self) -> Counter[str]:
        return Counter(request.method for request in self._carrier.requests)


class AsyncLine(Line):
    async def carry(self, request: Request, *, timeout_s: float) -> Reply:  # type: ignore[override]
        while not self._gate.open.is_set():  # noqa: ASYNC110 - the gate is for threads as well
            await asyncio.sleep(0)
        for _ in range(5):  # an answer takes its time, and others go on meanwhile
            await asyncio.sleep(0)
        return self._carrier.carry(request, timeout_s=timeout_s)

    async def sleep(self, seconds: float) -> None:  # type: ignore[override]
        self._carrier.sleep(seconds)


@dataclass
class World:
    desk: Desk
    source: straks.Maskinporten

    def threads(self, ask: Callable[[Line], object]) -> tuple[list[object], Counter[str]]:
        gate = Gate(THREADS)
        line = Line(self.desk, gate)

        def one() -> object:
            gate.enter()
            return ask(line)

        with ThreadPoolExecutor(THREADS) as pool:
            asked = [pool.submit(one) for _ in range(THREADS)]
            return [each.result(WAIT_S) for each in asked], line.counted()

    def tasks(self, ask: Callable[[Line], object]) -> tuple[list[object], Counter[str]]:
        gate = Gate(TASKS)
        line = AsyncLine(self.desk, gate)

        async def one() -> object:
            gate.enter()
            await asyncio.sleep(0)
            asked = ask(line)
            return await asked if asyncio.iscoroutine(asked) else asked

        async def main() -> list[object]:
            return list(await asyncio.gather(*(one() for _ in range(TASKS))))

        return asyncio.run(main()), line.counted()

    def token(self, line: Line) -> object:
        plan = self.source.token(Need(BASE, line.now_s()))
        return self._had(line, plan)

    def refused(self, used: str) -> Callable[[Line], object]:
        def ask(line: Line) -> object:
            need = Need(BASE, line.now_s())
            assert self.source.refused(Given(used, 0.0), need)
            return self._had(line, self.source.token(need))

        return ask

    def _had(self, line: Line, plan: Plan[Given]) -> object:
        if not isinstance(line, AsyncLine):
            try:
                return run(plan, line).value
            except straks.NoToken as error:
                return str(error).partition(" (asked")[0]

        async def had() -> object:
            try:
                return (await arun(plan, line)).value
            except straks.NoToken as error:
                return str(error).partition(" (asked")[0]

        return had()


@pytest.fixture
def world(client_jwk: dict[str, str]) -> World:
    desk = Desk(clients=Clients(new_jwk=lambda: client_jwk))
    ready = desk.clients.ready()
    source = straks.Maskinporten(ready.client_id, ready.key, clock=desk.now_s, issuer=f"{BASE}/")
    return World(desk, source)


many = pytest.mark.parametrize("all_at_once", [World.threads, World.tasks])


@many
def test_one_token_is_fetched_for_all(
    world: World, all_at_once: Callable[..., tuple[list[object], Counter[str]]]
) -> None:
    tokens, calls = all_at_once(world, world.token)

    assert len(set(tokens)) == 1
    assert calls == {"POST": 1, "GET": 1}


@many
def test_a_token_is_renewed_early_once(
    world: World, all_at_once: Callable[..., tuple[list[object], Counter[str]]]
) -> None:
    world.threads(world.token)
    world.desk.advance(1500)
    tokens, calls = all_at_once(world, world.token)

    # Who came before the new one landed may still have the old one, which serves.
    assert len(set(tokens)) <= 2
    assert calls == {"POST": 1, "GET": 1}


@many
def test_a_token_that_all_had_refused_is_fetched_anew_once(
    world: World, all_at_once: Callable[..., tuple[list[object], Counter[str]]]
) -> None:
    (used, *_), _ = world.threads(world.token)
    assert isinstance(used, str)
    tokens, calls = all_at_once(world, world.refused(used))

    assert len(set(tokens)) == 1
    assert used not in tokens
    assert calls == {"POST": 1, "GET": 1}


@many
def test_a_token_that_cannot_be_had_is_asked_for_once(
    world: World, client_jwk: dict[str, str], all_at_once: Callable[..., tuple[list[object], Counter[str]]]
) -> None:
    world.source = straks.Maskinporten(
        world.desk.clients.ready().client_id,
        client_jwk,
        key_id="other",
        clock=world.desk.now_s,
        issuer=f"{BASE}/",
    )
    said, calls = all_at_once(world, world.token)

    assert len(set(said)) == 1
    assert "(MP-120)" in str(said[0])
    assert calls == {"POST": 1}
