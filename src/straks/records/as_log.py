"""Records to `logging`: a sentence for people, every fact as a field for programs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from straks.core.record import Outcome

if TYPE_CHECKING:
    from straks.core.record import Record

LEVELS: Final = {
    Outcome.PLACED: logging.INFO,
    Outcome.REPLAYED: logging.WARNING,
    Outcome.REFUSED: logging.ERROR,
    Outcome.INVALID: logging.ERROR,
    Outcome.NOT_SENT: logging.WARNING,
    Outcome.IN_DOUBT: logging.ERROR,
}
"""
How grave an outcome is.

A replay at the first attempt means that somebody used the id before, and that nothing was sent now; one
at a later attempt says that the first had come through, and is logged as `logging.INFO`.
"""


class LogRecords:
    """
    Logs each record.

    Every field of the record is in ``extra`` under its name with ``straks_`` before it, for formatters
    that write more than the sentence.

    Args:
        logger: Which logger; by default ``straks.records``.
    """

    def __init__(self, logger: logging.Logger | None = None) -> None:
        self._logger = logger or logging.getLogger("straks.records")

    def __call__(self, record: Record) -> None:
        """Log *record*."""
        why = " ".join(str(part) for part in (record.status, record.problem) if part is not None)
        self._logger.log(
            _level(record),
            "%s: %s%s, attempts %s, %.3f s",
            record.idempotency_id,
            record.outcome,
            f" ({why})" if why else "",
            "unknown" if record.attempts is None else record.attempts,
            record.took_s,
            extra={f"straks_{name}": value for name, value in record.to_dict().items()},
        )


def _level(record: Record) -> int:
    if record.outcome is Outcome.REPLAYED and (record.attempts or 0) > 1:
        return logging.INFO
    return LEVELS[record.outcome]
