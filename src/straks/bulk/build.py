"""Orders of rows, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from straks.bulk.builder import Builder
from straks.bulk.rows import Rows
from straks.bulk.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from straks.bulk.row import Built, Numbered, Rejection
    from straks.core.template import Template


def build_orders(
    template: Template,
    rows: Iterable[Numbered],
    **settings: Any,  # noqa: ANN401 - the builder's, which checks them
) -> Iterator[Built | Rejection]:
    """
    Yield an order of each row, or why there is none: exactly one of them for each, in their order.

    Args:
        template: What is to be sent.
        rows: From `read_rows`, or your own with their numbers: ``enumerate(mappings, start=1)``.
        settings: Those of `Builder`.

    Raises:
        InvalidSetting: The columns do not fit the template, before anything is built; or the sender is none.
        UnusableFile: The file cannot be read on.

    Memory does not grow with the number of rows.
    """
    builder = Builder(template, **settings)
    if isinstance(rows, Rows):
        builder.check_header(rows.header, fixed=rows.fixed)
    return _built(builder, rows)


def _built(builder: Builder, rows: Iterable[Numbered]) -> Iterator[Built | Rejection]:
    with Seen() as seen:
        for number, cells in rows:
            yield builder.build(number, cells, seen)
