"""Whom a code is for, as the rules count recipients: one spelling for each, and where that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from straks.codes.secret import Secret
from straks.core.email_address import EmailAddress
from straks.core.phone_number import PhoneNumber

if TYPE_CHECKING:
    from collections.abc import Collection

_BLOCK_DIGITS = 3
"""The digits in which the numbers of one block differ: a thousand numbers, as they are handed out."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """
    Who a code goes to.

    ``key`` is the one spelling that is counted. ``region`` and ``block`` (the number but for its last three
    digits) are None for an e-mail address.
    """

    address: PhoneNumber | EmailAddress
    channel: str
    key: Secret
    region: str | None = None
    block: Secret | None = None


def read_recipient(
    given: str | PhoneNumber | EmailAddress, regions: Collection[str] | None = None
) -> Recipient:
    """
    Return whom *given* is.

    Raises:
        InvalidPhoneNumber: No SMS may be sent there, or it is of no country in *regions*.
        InvalidEmailAddress: No e-mail may be sent there.
    """
    if isinstance(given, EmailAddress) or (isinstance(given, str) and "@" in given):
        address = given if isinstance(given, EmailAddress) else EmailAddress.parse(given)
        # Counted without regard to case: «Kari@» and «kari@» are one mailbox wherever it matters.
        return Recipient(address, "email", Secret(str(address).casefold()))
    number = PhoneNumber.parse(given.e164 if isinstance(given, PhoneNumber) else given, regions=regions)
    return Recipient(number, "sms", Secret(number.e164), number.region, Secret(number.e164[:-_BLOCK_DIGITS]))
