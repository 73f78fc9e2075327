"""
What happened to a code, for whoever keeps accounts: without the code, and without naming anybody.

A record is made of every issue and every verification, and goes to hooks, functions that take one.
A recipient's pseudonym is the one that orders have under the same key, so the records of both join.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

    from straks.codes.rules import Verdict
    from straks.errors import CodeLimit


class CodeEvent(StrEnum):
    """What happened."""

    ISSUED = "issued"
    WITHHELD = "withheld"
    VERIFIED = "verified"
    REVOKED = "revoked"
    UNLOCKED = "unlocked"


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """
    One thing that happened to a code.

    ``subject``, ``recipient`` and ``block`` are keyed pseudonyms, ``region`` a country. ``verdict`` is there
    where a code was verified, ``limit`` where one was withheld; what does not apply is None.
    """

    at: datetime
    event: CodeEvent
    purpose: str
    subject: str
    challenge_id: str | None = None
    channel: str | None = None
    recipient: str | None = None
    region: str | None = None
    block: str | None = None
    verdict: Verdict | None = None
    limit: CodeLimit | None = None


Hook: TypeAlias = Callable[[CodeRecord], object]
"""Is told what happened. What it raises is logged, and changes nothing."""
