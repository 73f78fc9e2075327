"""What happens to tokens, in the log: one line each, with nothing of any token in it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from straks.altinn.keeping import Happening

if TYPE_CHECKING:
    from straks.altinn.keeping import TokenEvent

_LOG: Final = logging.getLogger("straks.tokens")

_LEVELS: Final = {
    Happening.REUSED: logging.DEBUG,
    Happening.FETCHED: logging.INFO,
    Happening.RENEWED_EARLY: logging.INFO,
}


def log_event(event: TokenEvent) -> None:
    """Log *event* under ``straks.tokens``: what failed, or will, as a warning."""
    legs = ", ".join(f"{leg.to} {leg.status or 'silent'} in {leg.took_s:.2f} s" for leg in event.legs)
    parts = [part for part in (event.sentence, legs) if part]
    _LOG.log(
        _LEVELS.get(event.happening, logging.WARNING),
        "token %s for %s%s",
        event.happening,
        event.base_url,
        f": {'; '.join(parts)}" if parts else "",
    )
