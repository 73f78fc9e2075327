"""Parquet: Python's own values out of it, and files that are broken or that nobody can read here."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

import straks
from straks.bulk import read_rows
from straks.bulk.row import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[..., str]

pa: Any = import_module("pyarrow")
parquet: Any = import_module("pyarrow.parquet")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(table: Any, **settings: Any) -> str:  # noqa: ANN401 - the library is not typed
        path = str(tmp_path / "rows")
        parquet.write_table(table, path, **settings)
        return path

    return write


def test_values_are_pythons_own(write: Write) -> None:
    moment = datetime(2026, 5, 17, 12, 30)  # noqa: DTZ001 - as it stands there
    table = pa.table(
        {
            "to": ["+46701740605", None],
            "word": pa.array(["a", "b"]).dictionary_encode(),
            "n": pa.array([1, 2], pa.int32()),
            "f": [0.5, 1.5],
            "d": pa.array([Decimal("1.50"), None], pa.decimal128(9, 2)),
            "day": pa.array([date(2026, 5, 17)] * 2),
            "at": pa.array([moment] * 2, pa.timestamp("ns")),
            "utc": pa.array([moment.replace(tzinfo=UTC)] * 2, pa.timestamp("ns", "UTC")),
            "ms": pa.array([moment] * 2, pa.timestamp("ms")),
            "time": pa.array([time_of_day(14, 30)] * 2, pa.time64("ns")),
            "wait": pa.array([timedelta(minutes=5)] * 2, pa.duration("ns")),
            "l": [["x", "y"], []],
        }
    )
    with read_rows(write(table)) as rows:
        assert rows.header == tuple(table.schema.names)
        assert (rows.size, rows.fixed) == (2, True)
        (one, first), (two, second) = rows
        assert rows.position == 2

    assert (one, two) == (1, 2)
    assert first == {
        "to": "+46701740605",
        "word": "a",
        "n": 1,
        "f": 0.5,
        "d": Decimal("1.50"),
        "day": date(2026, 5, 17),
        "at": moment,
        "utc": moment.replace(tzinfo=UTC),
        "ms": moment,
        "time": time_of_day(14, 30),
        "wait": timedelta(minutes=5),
        "l": ["x", "y"],
    }
    assert not isinstance(second, Unreadable)
    assert second["to"] is None
    assert second["l"] == []


def test_nanoseconds_are_cut_off(write: Write) -> None:
    table = pa.table({"to": ["a"], "at": pa.array([1_001], pa.timestamp("ns"))})
    with read_rows(write(table)) as rows:
        ((_, row),) = rows

    assert row == {"to": "a", "at": datetime(1970, 1, 1, 0, 0, 0, 1)}  # noqa: DTZ001 - as it stands there


def test_many_batches_and_row_groups_are_one_file(write: Write) -> None:
    table = pa.table({"to": [str(number) for number in range(3500)]})
    with read_rows(write(table, row_group_size=700)) as rows:
        assert list(rows) == [(number + 1, {"to": str(number)}) for number in range(3500)]


def test_a_row_that_python_has_no_value_for_is_told_and_the_next_is_read(write: Write) -> None:
    table = pa.table({"to": ["a", "b", "c"], "at": pa.array([0, 2**62, 0], pa.timestamp("ms"))})
    with read_rows(write(table)) as rows:
        first, (number, told), last = rows

    assert number == 2
    assert isinstance(told, Unreadable)
    assert "out of range" in told.reason
    assert (first[0], last[0]) == (1, 3)


def test_a_file_without_rows_is_none(write: Write) -> None:
    with pytest.raises(straks.UnusableFile, match="has no rows"):
        read_rows(write(pa.table({"to": pa.array([], pa.string())})))


def test_a_file_that_is_cut_off_is_none(write: Write, tmp_path: Path) -> None:
    path = tmp_path / write(pa.table({"to": ["a"] * 1000}))
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(straks.UnusableFile, match="is no whole Parquet file"):
        read_rows(path)


def test_a_page_that_is_broken_is_told(write: Write, tmp_path: Path) -> None:
    path = tmp_path / write(pa.table({"to": [str(n) for n in range(5000)]}), compression="zstd")
    octets = bytearray(path.read_bytes())
    octets[30:2000] = b"\x00" * 1970
    path.write_bytes(octets)
    with pytest.raises(straks.UnusableFile, match="is no whole Parquet file"), read_rows(path) as rows:
        list(rows)


def test_without_the_library_it_names_what_to_install(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(pa.table({"to": ["a"]}))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(straks.MissingExtra, match=r"install straks\[parquet\]"):
        read_rows(path)
