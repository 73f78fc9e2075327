"""JSON lines: an object on each line, and lines that hold something else."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

import straks
from straks.bulk import read_rows
from straks.bulk.row import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str | bytes], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str | bytes) -> str:
        path = tmp_path / "rows.jsonl"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def read(path: str) -> list[tuple[int, object]]:
    with read_rows(path) as rows:
        return [(n, cells.reason if isinstance(cells, Unreadable) else cells) for n, cells in rows]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_rows_are_numbered_as_lines(write: Write, end: str, mark: str) -> None:
    text = mark + end.join(
        ['{"to": "a", "n": 1}', "", ' {"to": "Ø", "l": ["x"], "f": 0.10} ', '{"to": null}']
    )

    assert read(write(text)) == [
        (1, {"to": "a", "n": 1}),
        (3, {"to": "Ø", "l": ["x"], "f": Decimal("0.10")}),
        (4, {"to": None}),
    ]


@pytest.mark.parametrize("begins", ["\ufeff\n", "\ufeff\r\n  \n", "\ufeff"])
def test_a_mark_on_an_empty_line_is_no_row(write: Write, begins: str) -> None:
    assert [row for _, row in read(write(begins + '{"to": "a"}\n'))] == [{"to": "a"}]


def test_the_header_is_the_first_rows_own(write: Write) -> None:
    with read_rows(write('{"to": "a"}\n{"to": "b", "place": "c"}\n')) as rows:
        assert (rows.header, rows.fixed) == (("to",), False)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "is not JSON"),
        ('{"to": "a",}', "is not JSON"),
        ('{"to": NaN}', "is not JSON"),
        ('{"to": -Infinity}', "is not JSON"),
        ('{"to": ' + "1" * 5000 + "}", "is not JSON"),
        ('{"to": ' + "[" * 100_000, "is not JSON"),
        ('{"to": "a", "to": "b"}', "has a key twice"),
        ('{"to": {"x": 1, "x": 2}}', "has a key twice"),
        ('["to"]', "is no JSON object"),
        ("null", "is no JSON object"),
        ('{"to": "' + "x" * 1_000_000 + '"}', "is over 1000000 octets long"),
    ],
)
def test_a_line_that_is_no_object_is_told_and_the_next_is_read(write: Write, line: str, reason: str) -> None:
    first, (number, told), after = read(write('{"to": "a"}\n' + line + '\n{"to": "b"}\n'))

    assert number == 2
    assert isinstance(told, str)
    assert reason in told
    assert (first, after) == ((1, {"to": "a"}), (3, {"to": "b"}))


def test_a_file_that_ends_in_the_middle_of_a_row_says_so(write: Write) -> None:
    assert read(write('{"to": "a"}\n{"to": "b')) == [
        (1, {"to": "a"}),
        (2, "the file ends in the middle of this row"),
    ]


def test_rows_before_the_first_readable_one_are_not_lost(write: Write) -> None:
    assert read(write('{"to"\n{"to": "a"}\n')) == [(1, "is not JSON"), (2, {"to": "a"})]


def test_a_file_of_nothing_but_broken_rows_is_given_up(write: Write) -> None:
    with pytest.raises(
        straks.UnusableFile, match="of the first 100 rows not one can be read; the first is not"
    ):
        read_rows(write("{\n" * 10_000))


def test_a_short_file_of_broken_rows_is_told_row_by_row(write: Write) -> None:
    with read_rows(write("{\n{\n")) as rows:
        assert rows.header == ()
        assert [number for number, _ in rows] == [1, 2]


def test_other_encodings_are_none_of_ours(write: Write) -> None:
    with pytest.raises(straks.UnusableFile, match=r"line 2: is not UTF-8 \(octet 9\)"):
        read(write(b'{"to": "a"}\n' + '{"to": "Ø"}\n'.encode("latin-1")))


def test_it_says_how_far_it_is(write: Write) -> None:
    text = (json.dumps({"to": "a"}) + "\n") * 5000
    with read_rows(write(text)) as rows:
        assert rows.size == len(text)
        assert 0 < rows.position < rows.size
        assert sum(1 for _ in rows) == 5000
        assert rows.position == rows.size
