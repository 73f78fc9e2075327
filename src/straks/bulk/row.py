"""What becomes of a row: an order, or the reason why there is none. Neither shows what stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from straks.altinn.sealed import SealedOrder


class Fault(StrEnum):
    """Why there is no order of a row."""

    SHAPE = "shape"
    """The row is none: cells too many, JSON that is no object, a file that ends in the middle of it."""
    RECIPIENT = "recipient"
    LANGUAGE = "language"
    OCCASION = "occasion"
    VALUE = "value"
    """A value that the template does not admit, or that is not there."""
    MESSAGE = "message"
    """The values fit one by one, and make no message that can be sent."""
    POLICY = "policy"
    DUPLICATE = "duplicate"
    """A row above is about the same occasion, to the same recipient."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that could not even be read; ``reason`` says why, and does not show it."""

    reason: str


Cells: TypeAlias = Mapping[str, object]
"""A row's values by the names of its columns."""

Numbered: TypeAlias = tuple[int, Cells | Unreadable]
"""A row with its number, as whoever opens the file sees it."""


@dataclass(frozen=True, slots=True)
class Built:
    """An order of the row with this number; ``segments`` is what an SMS takes, 0 for an e-mail."""

    row: int
    order: SealedOrder
    segments: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """No order of the row with this number. ``field`` is the column or parameter to blame, if one is."""

    row: int
    fault: Fault
    field: str | None
    reason: str
