"""
Orders in volume: rows in, sealed orders out, and no row lost on the way.

`read_rows` reads CSV, JSON lines or Parquet row by row, `build_orders` makes an order of each or says why
not, and `write_orders` and `read_orders` keep them in a file that another process can send; `build_lines`
makes such lines, in several processes if need be. All of them hold a handful of rows at a time, whatever the
size of the file.
"""

from __future__ import annotations

from straks.bulk.build import build_orders
from straks.bulk.builder import Builder, Columns
from straks.bulk.jobs import Line, Lines, build_lines
from straks.bulk.orders import OrderLine, OrdersFile, read_orders, write_orders
from straks.bulk.row import Built, Fault, Rejection
from straks.bulk.rows import Rows, read_rows

__all__ = [
    "Builder",
    "Built",
    "Columns",
    "Fault",
    "Line",
    "Lines",
    "OrderLine",
    "OrdersFile",
    "Rejection",
    "Rows",
    "build_lines",
    "build_orders",
    "read_orders",
    "read_rows",
    "write_orders",
]
