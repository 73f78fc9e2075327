"""
Laws of building orders in volume.

Whatever a file holds, each of its rows becomes one order or one rejection, in their order, and no
rejection shows what stood in the row. The same rows are the same orders from every kind of file, and built
again they are the same again, to the byte.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import straks
from straks.bulk import Built, Rejection, build_orders, read_rows
from straks.bulk.row import Unreadable

if TYPE_CHECKING:
    from straks.bulk.row import Numbered

pa: Any = import_module("pyarrow")
parquet: Any = import_module("pyarrow.parquet")

COLUMNS: tuple[str, ...] = ("to", "locale", "occasion", "code", "lifetime", "service")
CELLS: dict[str, st.SearchStrategy[str]] = {
    "to": st.integers(605, 699).map("+46701740{}".format)
    | st.sampled_from(["kari@example.org", "+4712345678", "ZQKARI@", ""]),
    "locale": st.sampled_from(["nb", "nn", "en", "se", "ZQXX"]),
    "occasion": st.sampled_from(["a", "b", "c", "", "Østre; gate"]),
    "code": st.sampled_from(["482913", "000000", "48291", "ZQ2913", "9999999"]),
    "lifetime": st.sampled_from(["5 min", "10 min", "1 h", "ZQ min", "90 s"]),
    "service": st.sampled_from(["Skatteetaten", "Å;,\t|", 'a "b"', "ZQ" * 20, "ZQ\x07", "l1\nl2"]),
}
ROWS = st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=12)
RESERVED = "ZQ"
"""In every cell that is turned away, and in no sentence of ours."""


def as_csv(rows: list[dict[str, str]], path: Path, delimiter: str, end: str, mark: bytes) -> None:
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    table.writeheader()
    table.writerows(rows)
    path.write_bytes(mark + out.getvalue().encode())


def as_json(rows: list[dict[str, str]], path: Path) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def as_parquet(rows: list[dict[str, str]], path: Path) -> None:
    parquet.write_table(pa.table({name: [row[name] for row in rows] for name in COLUMNS}), str(path))


def built(path: Path, catalog: straks.Catalog) -> list[Built | Rejection]:
    with read_rows(path) as rows:
        return list(build_orders(catalog["one-time-code"], rows, key=b"a key that only tests have"))


@given(
    ROWS,
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_row_is_one_order_or_one_rejection_whatever_file_it_is_in(
    catalog: straks.Catalog, rows: list[dict[str, str]], delimiter: str, end: str, mark: bytes
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("a.csv", "b.jsonl", "c.parquet")]
        as_csv(rows, files[0], delimiter, end, mark)
        as_json(rows, files[1])
        as_parquet(rows, files[2])
        found = [built(file, catalog) for file in files]
        again = built(files[0], catalog)

    assert [len(each) for each in found] == [len(rows)] * 3
    assert again == found[0]
    orders = [[each.order if isinstance(each, Built) else None for each in one] for one in found]
    assert orders[0] == orders[1] == orders[2]
    faults = [
        [(each.fault, each.field) if isinstance(each, Rejection) else None for each in one] for one in found
    ]
    assert faults[0] == faults[1] == faults[2]
    for start, each in zip((2, 1, 1), found, strict=True):
        assert [one.row for one in each] == list(range(start, start + len(rows)))
    assert RESERVED not in repr([one for each in found for one in each if isinstance(one, Rejection)])
    ids = [order.idempotency_id for order in orders[0] if order is not None]
    assert len(set(ids)) == len(ids)


BITS = st.sampled_from(
    [
        *b'toa,;"\n\r\t\x00\xff{}:[\\',
        b"\r\n",
        b'{"to": "a"}\n',
        b"PAR1",
        b"\xef\xbb\xbf",
        "æ".encode(),
        b'"a\nb"\n',
    ]
).map(lambda bit: bytes([bit]) if isinstance(bit, int) else bit)


def read_or_refuse(path: Path) -> list[Numbered]:
    error: straks.UnusableFile | None = None
    try:
        with read_rows(path) as rows:
            found = list(rows)
            assert rows.position == rows.size
            return found
    except straks.UnusableFile as unusable:
        error = unusable

    assert str(error).startswith(str(path))
    assert error.__context__ is None or error.__suppress_context__
    return []


@given(st.lists(BITS, max_size=40).map(b"".join) | st.binary(max_size=60))
@settings(max_examples=300)
def test_any_octets_are_numbered_rows_or_a_file_of_no_use(octets: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        path.write_bytes(octets)
        found = read_or_refuse(path)

    numbers = [number for number, _ in found]
    assert numbers == sorted(set(numbers))
    assert all(isinstance(cells, Unreadable | dict) for _, cells in found)


@given(ROWS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_of_ones_own_are_built_as_those_of_a_file(
    catalog: straks.Catalog, rows: list[dict[str, str]]
) -> None:
    found = list(
        build_orders(catalog["one-time-code"], enumerate(rows, 1), key=b"a key that only tests have")
    )

    assert [each.row for each in found] == list(range(1, len(rows) + 1))


def test_columns_are_held_against_the_template_before_the_first_row(
    catalog: straks.Catalog, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("to,locale,occasion,code,lifetime,servise\n+46701740605,nb,a,482913,5 min,X\n")
    with read_rows(path) as rows, pytest.raises(straks.InvalidSetting, match="did you mean 'servise'"):
        build_orders(catalog["one-time-code"], rows, key=b"a key that only tests have")
