"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING

import pytest

from straks.files.whole import whole_file

if TYPE_CHECKING:
    from pathlib import Path


def test_nobody_sees_it_before_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    with whole_file(path) as file:
        file.write("half")
        file.flush()

        assert not path.exists()
    assert path.read_text() == "half"


def fail(path: Path) -> None:
    with whole_file(path) as file:
        file.write("half")
        raise ZeroDivisionError


def test_what_was_there_stays_when_the_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text("before")
    with pytest.raises(ZeroDivisionError):
        fail(path)

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


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
