"""CSV as it comes: separators, line ends and marks that programs put there, and files that are none."""

from __future__ import annotations

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
    """Return a writer of a file: ``write("to,place\\n…")``, which returns its path."""

    def write(content: str | bytes) -> str:
        path = tmp_path / "rows.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def read(path: str) -> list[tuple[int, object]]:
    with read_rows(path) as rows:
        return [(n, cells.reason if isinstance(cells, Unreadable) else cells) for n, cells in rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", [True, False])
def test_separators_line_ends_and_marks_are_found_out(
    write: Write, delimiter: str, end: str, mark: bytes, *, last: bool
) -> None:
    lines = [["to", " place "], ["a", "Østre; «b», c\t|"], ["b", 'x"y']]
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line] for line in lines[1:]]
    text = end.join(delimiter.join(line) for line in [lines[0], *quoted]) + (end if last else "")

    assert read(write(mark + text.encode())) == [
        (2, {"to": "a", "place": "Østre; «b», c\t|"}),
        (3, {"to": "b", "place": 'x"y'}),
    ]


def test_line_ends_may_be_mixed_and_lines_empty(write: Write) -> None:
    assert read(write("\n\r\nto,place\r\na,b\n\n\rc,d\r\r\n")) == [
        (2, {"to": "a", "place": "b"}),
        (5, {"to": "c", "place": "d"}),
    ]


def test_a_text_may_go_over_several_lines(write: Write) -> None:
    assert read(write('to,place\na,"b\r\nc"\nd,e')) == [
        (2, {"to": "a", "place": "b\r\nc"}),
        (3, {"to": "d", "place": "e"}),
    ]


def test_a_single_column_is_a_table_too(write: Write) -> None:
    with read_rows(write("to\na\n")) as rows:
        assert (rows.header, list(rows)) == (("to",), [(2, {"to": "a"})])


def test_it_says_how_far_it_is(write: Write) -> None:
    text = "to,place\n" + "a,b\n" * 5000
    with read_rows(write(text)) as rows:
        assert rows.size == len(text)
        assert 0 < rows.position < rows.size
        assert sum(1 for _ in rows) == 5000
        assert rows.position == rows.size
        assert list(rows) == []


# Rows that are none


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a", "has 1 cells where the header has 2"),
        ("a,b,c", "has 3 cells where the header has 2; a text that holds"),
        ('a,"b"c', "quotes are not as CSV"),
        ("a,\0b", "holds a NUL; take it out"),
        (
            'a,"b\nc",d',
            "has 3 cells where the header has 2, on lines 2 to 3; a quote may have been left open",
        ),
    ],
)
def test_a_row_that_is_none_is_told_and_the_next_is_read(write: Write, line: str, reason: str) -> None:
    (number, told), after = read(write(f"to,place\n{line}\nx,y\n"))

    assert number == 2
    assert isinstance(told, str)
    assert reason in told
    assert after == (3, {"to": "x", "place": "y"})


@pytest.mark.parametrize(("end", "reason"), [('c,"d', "in the middle of this row"), ("c", "has 1 cells")])
def test_a_file_that_ends_in_the_middle_of_a_row_says_so(write: Write, end: str, reason: str) -> None:
    first, (number, told) = read(write(f"to,place\na,b\n{end}"))

    assert first == (2, {"to": "a", "place": "b"})
    assert number == 3
    assert isinstance(told, str)
    assert reason in told


# Files that are none


@pytest.mark.parametrize("content", ["", "\n\n", "to,place", "to,place\n", "\ufeff", "to,place\n\n\r\n"])
def test_a_file_without_rows_is_none(write: Write, content: str) -> None:
    with pytest.raises(straks.UnusableFile, match="has no rows"):
        read_rows(write(content))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("to,place\na,Ørsta\n".encode("utf-16"), "is UTF-16; save it as UTF-8"),
        ("to,place\na,b\n".encode("utf-16-le"), "line 1: holds NULs, as UTF-16 does"),
        ("to,place\na,b\n".encode("utf-32-be"), "line 1: holds NULs"),
        ("to,place\na,Ørsta\n".encode("latin-1"), r"line 2: is not UTF-8 \(character 3\)"),
        ("tø,place\na,b\n".encode("cp1252"), r"line 1: is not UTF-8 \(character 2\)"),
        (b"to,place\n" + b"a,b\n" * 9999 + b"a,\xff\n", r"line 10001: is not UTF-8 \(character 3\)"),
        (b"PK\x03\x04rest", "is a spreadsheet or an archive; save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "old spreadsheet"),
        (b"\x1f\x8brest", "is compressed; unpack it first"),
        (b"SQLite format 3\0", "is a database"),
        (b'[{"to": "a"}]', "begins a JSON array; write one object on each line"),
        (b'to,place\na,"b\n' + b"c,d\n" * 50_000, "line 2: ends no row .* a quote was left open there"),
    ],
)
def test_a_file_that_is_something_else_says_what_to_do(write: Write, content: bytes, said: str) -> None:
    with pytest.raises(straks.UnusableFile, match=said) as caught:
        read(write(content))

    assert caught.value.path.endswith("rows.csv")


def test_a_line_without_an_end_is_not_read_to_its_end(write: Write) -> None:
    with pytest.raises(straks.UnusableFile, match="line 3: is over 1000000 characters long") as caught:
        read(write(b"to,place\na,b\n" + b"x" * 5_000_000))

    assert caught.value.line == 3


def test_what_is_not_there_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_rows(tmp_path / "nothing.csv")


def test_it_shows_its_path_alone(write: Write) -> None:
    path = write("to\n+46701740605\n")
    with read_rows(path) as rows:
        assert repr(rows) == f"<CsvRows of {path}>"
