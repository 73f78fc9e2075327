"""
Altinn's instant notifications: payloads, and the conversation about them.

What is here decides and carries nothing: no I/O, no clock. `straks.transports` has who carries it.
"""

from __future__ import annotations

from straks.altinn.payload import encode, payload
from straks.altinn.sealed import SealedOrder, seal
from straks.core.ledger import is_truncated, recorded_count

__all__ = ["SealedOrder", "encode", "is_truncated", "payload", "recorded_count", "seal"]
