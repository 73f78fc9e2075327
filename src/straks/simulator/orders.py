"""
An instant order as the service holds it once its JSON has been read and its fields are there.

Nothing here is normalised: the service checks a recipient in one form and passes it on in the
other, exactly as it was written. Recipients, texts and ids stay out of ``repr``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Channel(StrEnum):
    """The two ways to a person."""

    SMS = "sms"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class SmsOrder:
    """One SMS to one number. ``place`` is the service's name for the part that holds them."""

    idempotency_id: str = field(repr=False)
    reference: str | None = field(repr=False)
    place: str
    phone_number: str = field(repr=False)
    time_to_live_s: int
    sender: str | None
    body: str = field(repr=False)

    @property
    def recipient(self) -> str:
        """Whom it is for, as written."""
        return self.phone_number


@dataclass(frozen=True, slots=True)
class EmailOrder:
    """One e-mail to one address. ``content_type`` is the number the service reads it as."""

    idempotency_id: str = field(repr=False)
    reference: str | None = field(repr=False)
    place: str
    address: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    sender: str | None
    content_type: int

    @property
    def recipient(self) -> str:
        """Whom it is for, as written."""
        return self.address


Order: TypeAlias = SmsOrder | EmailOrder


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why an order is answered with 400: complaints under the service's names for the places."""

    errors: Mapping[str, Sequence[str]]


def is_blank(text: str | None) -> bool:
    r"""
    Tell whether *text* is null, empty or white space only, by the framework's idea of white space.

    That is Unicode's, without U+001C to U+001F, which Python would count in.

    >>> is_blank("\u2003\n"), is_blank("\x1c"), is_blank("\u200b")
    (True, False, False)
    """
    return text is None or not trim(text)


def trim(text: str) -> str:
    """Drop white space, as the framework knows it, from both ends."""
    return text.strip(
        "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
        "\u2028\u2029\u202f\u205f\u3000"
    )
