"""Rows of Parquet, a batch at a time (extra: parquet)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from straks.bulk.row import Unreadable
from straks.bulk.rows import Rows
from straks.errors import MissingExtra, UnusableFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.bulk.row import Numbered

_BATCH: Final = 1000
_BUFFER: Final = 65_536  # octets of a column that are read at once; by default it is the whole row group's


class ParquetRows(Rows):
    """The rows of a Parquet file, numbered from 1."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        try:
            # By name, for it has no types: what comes out of it is looked at where it is used.
            self._arrow: Any = import_module("pyarrow")
            parquet: Any = import_module("pyarrow.parquet")
        except ImportError:
            raise MissingExtra("reading Parquet", "parquet") from None
        self._done = 0
        try:
            self._file: Any = parquet.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)
        except self._arrow.ArrowException as error:
            raise self._unusable(error) from None
        try:
            self.size = self._file.metadata.num_rows
            self.header = tuple(self._file.schema_arrow.names)
            self._begin(self._rows())
        except BaseException:
            self.close()
            raise

    @property
    def position(self) -> int:
        """How many rows have been read."""
        return self._done

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _rows(self) -> Iterator[Numbered]:
        batches = self._file.iter_batches(batch_size=_BATCH, use_threads=False)
        while True:
            try:
                batch = next(batches, None)
            except (self._arrow.ArrowException, OSError) as error:
                raise self._unusable(error) from None
            if batch is None:
                return
            yield from enumerate(self._each(_to_the_microsecond(self._arrow, batch)), self._done + 1)
            self._done += batch.num_rows

    def _each(self, batch: Any) -> Iterator[Any]:  # noqa: ANN401 - the library is not typed
        try:
            yield from batch.to_pylist()
        except (ValueError, OverflowError, self._arrow.ArrowException):
            # One of them is nothing that Python has: each by itself, to say which.
            for index in range(batch.num_rows):
                try:
                    yield batch.slice(index, 1).to_pylist()[0]
                except (ValueError, OverflowError, self._arrow.ArrowException):
                    yield Unreadable("holds a moment out of range, or text that is not UTF-8")

    def _unusable(self, error: Exception) -> UnusableFile:
        return UnusableFile(
            f"{self.path} is no whole Parquet file ({type(error).__name__}); write it again", path=self.path
        )


def _to_the_microsecond(arrow: Any, batch: Any) -> Any:  # noqa: ANN401 - the library is not typed
    """Cut nanoseconds off, which Python's own types do not have."""
    types = arrow.types
    columns: list[Any] = []
    for column in batch.columns:
        kind = column.type
        if types.is_timestamp(kind) and kind.unit == "ns":
            columns.append(column.cast(arrow.timestamp("us", kind.tz), safe=False))
        elif types.is_duration(kind) and kind.unit == "ns":
            columns.append(column.cast(arrow.duration("us"), safe=False))
        elif types.is_time64(kind) and kind.unit == "ns":
            columns.append(column.cast(arrow.time64("us"), safe=False))
        else:
            columns.append(column)
    return arrow.RecordBatch.from_arrays(columns, names=batch.schema.names)
