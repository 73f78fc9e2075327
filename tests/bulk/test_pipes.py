"""Rows that come out of a pipe, of which nothing can be read twice."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

import pytest

import straks
from straks.bulk import build_lines, read_rows

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="pipes have no path here")  # noqa: PTH110

MANY = 3_000
"""Rows that are more than what is looked at, and than what a pipe holds."""

CSV = "to,place\n" + "".join(f"{number},Østre {number}\n" for number in range(MANY))
JSON_LINES = "".join(f'{{"to": "{number}", "place": "Østre {number}"}}\n' for number in range(MANY))
CELLS = [{"to": str(number), "place": f"Østre {number}"} for number in range(MANY)]


@contextmanager
def pipe(content: bytes, *, at_once: int = 65_536) -> Generator[str]:
    """Give the path of a pipe that *content* comes out of, so many octets *at_once*."""
    out, into = os.pipe()

    def write() -> None:
        with open(into, "wb", buffering=0) as file:  # noqa: PTH123 - a descriptor
            file.writelines(content[start : start + at_once] for start in range(0, len(content), at_once))

    writer = Thread(target=write)
    writer.start()
    try:
        yield f"/dev/fd/{out}"
    finally:
        os.close(out)
        writer.join(30)


def open_files() -> int:
    gc.collect()
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - descriptors


@pytest.mark.parametrize("text", [CSV, JSON_LINES], ids=["csv", "json lines"])
def test_rows_from_a_pipe_have_their_beginning(text: str) -> None:
    with pipe(text.encode()) as path, read_rows(path) as rows:
        assert [cells for _, cells in rows] == CELLS
        assert rows.header == ("to", "place")
        assert (rows.position, rows.size) == (len(text.encode()), 0)


@pytest.mark.parametrize(
    "content", [b'\xef\xbb\xbf  {"to": "a"}\n', b"\xef\xbb\xbfto\na\n"], ids=["json lines", "csv"]
)
def test_a_pipe_that_trickles_is_told_by_its_whole_beginning(content: bytes) -> None:
    with pipe(content, at_once=1) as path, read_rows(path) as rows:
        assert [cells for _, cells in rows] == [{"to": "a"}]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"PAR1" + bytes(9000),
            "is Parquet, which is read from its end, not as it comes; save it and name the file",
        ),
        (b"\x1f\x8b", "is compressed; unpack it first"),
        (b"", "has no rows"),
        (b"to\n", "has no rows"),
    ],
)
def test_a_pipe_that_is_of_no_use_is_told_as_what_it_is(content: bytes, sentence: str) -> None:
    with pipe(content) as path, pytest.raises(straks.UnusableFile, match=sentence):
        read_rows(path)


def test_a_pipe_is_closed_with_its_rows() -> None:
    out, into = os.pipe()
    os.write(into, b"to\na\n")
    os.close(into)
    opened = [open_files()]
    with read_rows(f"/dev/fd/{out}"):
        opened.append(open_files())
    opened.append(open_files())
    os.close(out)

    assert opened == [opened[0], opened[0] + 1, opened[0]]


def test_several_jobs_cannot_share_a_pipe(parcel: straks.Template) -> None:
    content = b"to,locale,occasion,place,count\n+46701740605,nb,a,Biblioteket,1\n"
    with (
        pipe(content) as path,
        read_rows(path) as rows,
        pytest.raises(straks.InvalidSetting, match=r"read once only.*; build with one, or give a file"),
        build_lines(parcel, rows, jobs=2, key=bytes(32)),
    ):
        pass


def test_standard_input_that_is_closed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(straks.UnusableFile, match="standard input is closed; name a file"):
        read_rows("-")


def test_standard_input_that_cannot_be_read_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.open(os.devnull, os.O_WRONLY), encoding="utf-8") as to_write_to:  # noqa: PTH123 - a descriptor
        monkeypatch.setattr(sys, "stdin", to_write_to)
        with pytest.raises(OSError, match="Bad file descriptor") as caught:
            read_rows("-")

    assert caught.value.filename == "standard input"


def test_standard_input_stays_open(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("to\na\n")
    program = (
        "import sys; from straks.bulk import read_rows\n"
        "with read_rows('-') as rows: print(rows.path, [*rows])\n"
        "print(sys.stdin.closed, sys.stdin.read())"
    )
    with (tmp_path / "rows.csv").open() as file:
        shown = subprocess.run(  # noqa: S603 - this very interpreter
            [sys.executable, "-c", program],
            stdin=file,
            stdout=subprocess.PIPE,
            text=True,
            timeout=60,
            check=True,
        )

    assert shown.stdout.split("\n") == ["standard input [(2, {'to': 'a'})]", "False ", ""]
