"""Reading the feed: every entry at least once and in order; and cursors that are none."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from functools import cache
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import straks
from straks.errors import InvalidSetting, Unanswered, UnusableFile
from straks.simulator.desk import BASE, Desk
from straks.simulator.memory import AsyncMemoryCarrier, MemoryCarrier

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from straks.altinn.status import Shipment
    from straks.transports.cursors import Cursor
    from straks.wire.exchange import Reply, Request

    Maker = Callable[..., straks.Order]
    Handle = Callable[[Shipment], object]

    class Consume(Protocol):
        """Reads a desk's feed, from a cursor, into a function."""

        def __call__(
            self,
            desk: Desk,
            cursor: Cursor,
            handle: Handle,
            *,
            follow: bool = ...,
            pause_s: float = ...,
            page_size: int = ...,
        ) -> int: ...


class Crash(Exception):
    """Nothing works any more."""


def consume_sync(
    desk: Desk,
    cursor: Cursor,
    handle: Handle,
    *,
    follow: bool = False,
    pause_s: float = 10.0,
    page_size: int = 500,
) -> int:
    transport = straks.AltinnTransport(BASE, desk.token, carrier=MemoryCarrier(desk))
    return transport.consume(cursor, handle, follow=follow, pause_s=pause_s, page_size=page_size)


def consume_async(
    desk: Desk,
    cursor: Cursor,
    handle: Handle,
    *,
    follow: bool = False,
    pause_s: float = 10.0,
    page_size: int = 500,
) -> int:
    async def handle_soon(shipment: Shipment) -> None:
        await asyncio.sleep(0)
        handle(shipment)

    async def main() -> int:
        async with straks.AsyncAltinnTransport(BASE, desk.token, carrier=AsyncMemoryCarrier(desk)) as altinn:
            return await altinn.consume(
                cursor, handle_soon, follow=follow, pause_s=pause_s, page_size=page_size
            )

    return asyncio.run(main())


@pytest.fixture(params=[consume_sync, consume_async], ids=["sync", "async"])
def consume(request: pytest.FixtureRequest) -> Consume:
    way: Consume = request.param
    return way


@pytest.fixture
def desk_with(make_order: Maker) -> Callable[[int], Desk]:
    """Return a maker of desks whose feed has so many entries."""

    @cache
    def make(many: int) -> Desk:
        desk = Desk()
        transport = straks.AltinnTransport(BASE, desk.token, carrier=MemoryCarrier(desk))
        for number in range(many):
            transport.send(make_order(occasion=f"feed/{number}"))
        desk.advance(3600)
        return desk

    return make


@pytest.fixture(params=["file", "sqlite"])
def make_cursor(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Cursor]:
    """Return a maker of cursors of one kind, which all keep the same place."""
    if request.param == "file":
        return lambda: straks.FileCursor(tmp_path / "cursor.json")
    return lambda: straks.SqliteCursor(tmp_path / "own.db")


class Breaking:
    """A cursor that dies at a certain write, before or after it has kept the place."""

    def __init__(self, at: int | None, *, kept: bool) -> None:
        self.place = 0
        self.at, self.kept = at, kept

    def read(self, _: str) -> int:
        return self.place

    def write(self, _: str, sequence: int) -> None:
        dies = sequence == self.at
        self.at = None if dies else self.at
        if not dies or self.kept:
            self.place = sequence
        if dies:
            raise Crash


CRASHES = st.lists(st.tuples(st.integers(1, 7), st.sampled_from(["handler", "before", "after"])), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(crashes=CRASHES, page_size=st.integers(1, 9))
def test_wherever_it_crashes_each_entry_is_handed_over_in_order_and_none_is_lost(
    desk_with: Callable[[int], Desk],
    consume: Consume,
    crashes: list[tuple[int, str]],
    page_size: int,
) -> None:
    desk = desk_with(7)
    cursor = Breaking(None, kept=False)
    handed: list[int] = []
    for at, where in [*crashes, (0, "nowhere")]:
        cursor.at, cursor.kept = (at if where in {"before", "after"} else None), where == "after"

        def handle(entry: Shipment, at: int | None = at if where == "handler" else None) -> None:
            assert entry.sequence is not None
            if entry.sequence == at:
                raise Crash
            handed.append(entry.sequence)

        try:
            consume(desk, cursor, handle, page_size=page_size)
        except Crash:
            # At most the one whose place was not kept is handed over again.
            assert cursor.place in (handed[-1] if handed else 0, (handed[-1] if handed else 1) - 1)

    assert sorted(set(handed)) == list(range(1, 8))
    assert all(later in (earlier, earlier + 1) for earlier, later in pairwise(handed))
    assert cursor.place == 7


def test_a_cursor_keeps_its_place_for_the_next_reader(
    desk_with: Callable[[int], Desk], consume: Consume, make_cursor: Callable[[], Cursor]
) -> None:
    desk = desk_with(5)
    numbers = count(1)

    def handle(entry: Shipment) -> None:
        assert entry.sequence == next(numbers)
        assert entry.delivered
        if entry.sequence == 3:
            raise Crash

    with pytest.raises(Crash):
        consume(desk, make_cursor(), handle)
    numbers = count(3)
    with pytest.raises(Crash):
        consume(desk, make_cursor(), handle)

    assert make_cursor().read(BASE) == 2
    assert consume(desk, make_cursor(), lambda _: None) == 3
    assert consume(desk, make_cursor(), lambda _: None) == 0


def test_whoever_follows_is_given_what_comes_later(
    desk_with: Callable[[int], Desk], consume: Consume, make_order: Maker, make_cursor: Callable[[], Cursor]
) -> None:
    desk = desk_with(2)
    late = straks.AltinnTransport(BASE, desk.token, carrier=MemoryCarrier(desk))
    handed: list[str] = []

    def handle(entry: Shipment) -> None:
        handed.append(entry.shipment_id)
        if len(handed) == 2:
            late.send(make_order(occasion="feed/late"))
        if len(handed) == 3:
            raise Crash

    with pytest.raises(Crash):
        consume(desk, make_cursor(), handle, follow=True, pause_s=600.0)

    assert len(set(handed)) == 3


def test_each_service_has_a_place_of_its_own_in_a_database(tmp_path: Path) -> None:
    cursor = straks.SqliteCursor(tmp_path / "own.db")
    cursor.write("https://one.example.org", 5)
    cursor.write("https://other.example.org", 7)

    assert (cursor.read("https://one.example.org"), cursor.read("https://other.example.org")) == (5, 7)
    assert cursor.read("https://third.example.org") == 0
    assert "own.db" in repr(cursor)


# What is no cursor


def test_a_cursor_that_is_ahead_of_the_feed_is_told(
    desk_with: Callable[[int], Desk], consume: Consume, make_cursor: Callable[[], Cursor]
) -> None:
    make_cursor().write(BASE, 900)

    with pytest.raises(InvalidSetting, match="stands at 900, ahead of the feed, whose newest entry is 3"):
        consume(desk_with(3), make_cursor(), lambda _: None)


@pytest.mark.parametrize("many", [0, 3])
def test_a_cursor_at_the_end_or_of_a_feed_that_is_forgotten_is_not(
    desk_with: Callable[[int], Desk], consume: Consume, make_cursor: Callable[[], Cursor], many: int
) -> None:
    make_cursor().write(BASE, 3)

    assert consume(desk_with(many), make_cursor(), lambda _: None) == 0


OTHERS = {
    "no cursor": "",
    "not JSON": "{",
    "a list": "[]",
    "of another program": '{"sequence": 5}',
    "without a place": json.dumps({"straks": "cursor/1", "service": BASE}),
    "before the beginning": json.dumps({"straks": "cursor/1", "service": BASE, "sequence": -1}),
    "a word": json.dumps({"straks": "cursor/1", "service": BASE, "sequence": "5"}),
    "a truth": json.dumps({"straks": "cursor/1", "service": BASE, "sequence": True}),
    "beyond counting": json.dumps({"straks": "cursor/1", "service": BASE, "sequence": 2**63}),
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_a_file_that_is_no_cursor_is_left_as_it_is(tmp_path: Path, consume: Consume, text: str) -> None:
    file = tmp_path / "cursor"
    file.write_text(text)

    with pytest.raises(UnusableFile, match="is no cursor of straks") as caught:
        consume(Desk(), straks.FileCursor(file), lambda _: None)

    assert caught.value.path == str(file)
    assert file.read_text() == text


def test_a_cursor_of_another_service_is_not_used(tmp_path: Path, consume: Consume) -> None:
    cursor = straks.FileCursor(tmp_path / "cursor")
    cursor.write("https://platform.altinn.no", 5)

    assert repr(cursor).startswith("FileCursor(")
    with pytest.raises(UnusableFile, match="belongs to another service"):
        consume(Desk(), cursor, lambda _: None)


def test_a_cursor_that_cannot_be_read_or_written_is_told(
    tmp_path: Path, desk_with: Callable[[int], Desk], consume: Consume
) -> None:
    with pytest.raises(UnusableFile, match="cannot be read"):
        consume(Desk(), straks.FileCursor(tmp_path), lambda _: None)
    with pytest.raises(UnusableFile, match="cannot be written"):
        consume(desk_with(1), straks.FileCursor(tmp_path / "no" / "cursor"), lambda _: None)


def test_a_database_that_is_none_is_told(tmp_path: Path) -> None:
    file = tmp_path / "own.db"
    file.write_text("this is no database, however long it is looked at" * 99)

    with pytest.raises(UnusableFile, match="cannot be used"):
        straks.SqliteCursor(file).read(BASE)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"page_size": 0}, "1 to 500"),
        ({"page_size": 501}, "1 to 500"),
        ({"pause_s": 1.0}, "younger than 2 seconds"),
        ({"pause_s": float("nan")}, "younger than 2 seconds"),
    ],
)
def test_what_the_service_does_not_give_cannot_be_asked_for(
    consume: Consume, more: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidSetting, match=said):
        consume(Desk(), straks.FileCursor(tmp_path / "cursor"), lambda _: None, **more)


class Stubborn(MemoryCarrier):
    """To a service whose feed always begins at the beginning."""

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        from_the_beginning = replace(request, url=request.url.replace("seq=1", "seq=0"))
        return super().carry(from_the_beginning, timeout_s=timeout_s)


def test_a_feed_that_does_not_move_on_is_given_up(desk_with: Callable[[int], Desk], tmp_path: Path) -> None:
    desk = desk_with(1)
    transport = straks.AltinnTransport(BASE, desk.token, carrier=Stubborn(desk))
    handed: list[Shipment] = []

    with pytest.raises(Unanswered, match="does not move on"):
        transport.consume(straks.FileCursor(tmp_path / "cursor"), handed.append)

    assert len(handed) == 1
