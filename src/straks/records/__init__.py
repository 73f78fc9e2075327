"""
Where records of sendings go, and how they are found again.

Each of these is a hook for `straks.watched`: made once, then called with every `straks.Record`.

==================================  ======================================================================
`as_log.LogRecords`                 `logging`, with every fact as a field and a level by outcome
`lines.JsonLinesRecords`            a file of JSON lines: many threads and processes, rotated by others
`sqlite.SqliteRecords`              a database file: many threads and processes, quick to look up
`otel.OtelRecords`                  OpenTelemetry's spans and metrics (extra: otel)
==================================  ======================================================================

A hook that cannot keep a record raises, as any function would; `straks.watched` sees to it that no
sending is touched by that. `find` reads the two files back. Both are made for their owner alone
(mode 0600): a pseudonym is personal data for whoever has the key.
"""

from __future__ import annotations

from straks.records.find import Wanted, find

__all__ = ["Wanted", "find"]
