"""
Altinn's instant notifications: payloads, and the conversation about them.

What is here decides and carries nothing: no I/O, no clock. `straks.transports` has who carries it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

# At once: the module has the name of one of them, and would stand in its place.
from straks.altinn.payload import encode, payload

if TYPE_CHECKING:
    from straks.altinn.sealed import SealedOrder, seal
    from straks.core.ledger import is_truncated, recorded_count

__all__ = ["SealedOrder", "encode", "is_truncated", "payload", "recorded_count", "seal"]

# What a first order does not need is loaded on first use.
_HOME_OF = {
    "SealedOrder": "straks.altinn.sealed",
    "is_truncated": "straks.core.ledger",
    "recorded_count": "straks.core.ledger",
    "seal": "straks.altinn.sealed",
}


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME_OF[name]), name)
    return value
