"""Files of orders: whole or not at all, and turned away where they are something else."""

from __future__ import annotations

import os
import resource
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import straks
from straks.bulk import read_orders, write_orders
from straks.bulk.whole import whole_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Maker = Callable[..., straks.Order]


@pytest.fixture
def orders(make_order: Maker) -> list[straks.SealedOrder]:
    return [
        straks.altinn.seal(make_order(channel=channel, occasion=f"o/{number}"))
        for number in range(3)
        for channel in ("sms", "email")
    ]


def test_orders_read_back_as_they_were_written(orders: list[straks.SealedOrder], tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    with write_orders(path) as add:
        for order in orders:
            add(order)

    assert list(read_orders(path)) == orders
    assert list(read_orders(str(path))) == orders


def test_the_file_is_its_owners_alone_whatever_was_there_before(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text("old")
    path.chmod(0o644)
    with write_orders(path):
        pass

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == ""


@pytest.mark.parametrize("before", [None, "old\n"])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_file_that_is_not_finished_is_not_there(
    orders: list[straks.SealedOrder], tmp_path: Path, before: str | None, error: type[BaseException]
) -> None:
    path = tmp_path / "orders.jsonl"
    if before is not None:
        path.write_text(before)

    def breaks_off() -> None:
        with write_orders(path) as add:
            for order in orders:
                add(order)
            raise error

    with pytest.raises(error):
        breaks_off()

    assert list(tmp_path.iterdir()) == ([] if before is None else [path])
    assert before is None or path.read_text() == before


def test_nobody_sees_it_before_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    with whole_file(path) as file:
        file.write("half")
        file.flush()

        assert not path.exists()
    assert path.read_text() == "half"


def test_a_place_that_cannot_be_written_to_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), write_orders(tmp_path / "no" / "orders.jsonl"):
        pass
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError), write_orders(tmp_path / "folder"):
        pass

    assert [file.name for file in tmp_path.iterdir()] == ["folder"]


def test_a_bare_name_is_a_file_in_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with write_orders("orders.jsonl"):
        pass

    assert [file.name for file in tmp_path.iterdir()] == ["orders.jsonl"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"}\n', "", "the file ends in the middle of this line"),
        ("\n", "", "the file ends in the middle of this line"),
        ("order/1", "order/2", "this is no sealed order that this release"),
        ('{"straks', '\n{"straks', "this is no sealed order: it is not one JSON object"),
        ("harmless", "harmful-x", "its 'repeat' is missing or wrong"),
    ],
)
def test_a_line_that_holds_no_order_is_told_and_not_shown(
    orders: list[straks.SealedOrder], tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text(orders[0].to_json() + "\n" + (orders[1].to_json() + "\n").replace(old, new, 1))
    found = read_orders(path)

    assert next(found) == orders[0]
    with pytest.raises(straks.UnusableFile, match=f"line 2: .*{said}") as caught:
        list(found)
    assert caught.value.line == 2
    assert "kari" not in str(caught.value)
    assert caught.value.__context__ is None


def test_an_order_with_an_end_keeps_it(orders: list[straks.SealedOrder], tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    rehearsal = replace(orders[0], rehearsal=True)
    with write_orders(path) as add:
        add(rehearsal)

    assert list(read_orders(path)) == [rehearsal]


def test_a_device_or_pipe_is_turned_away_and_still_there_afterwards(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="is no file, and none can take its place") as raised, whole_file(pipe):
        pass

    assert raised.value.filename == str(pipe)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_where_a_link_stands_what_it_names_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "orders.jsonl", tmp_path / "orders.jsonl"
    target.write_text("old")
    link.symlink_to(target)
    with whole_file(link) as file:
        file.write("new")

    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_disk_without_room_is_told_by_the_files_name_and_not_as_standard_output(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"

    def write() -> None:
        with whole_file(path) as file:
            file.write("x" * 100_000)

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large") as raised:
            write()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert raised.value.filename == str(path)
    assert list(tmp_path.iterdir()) == []
