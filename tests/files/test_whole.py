"""Files that are there whole or not at all."""

from __future__ import annotations

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
