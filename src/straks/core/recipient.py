"""Who a message goes to: told by how it is written, and hidden behind a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from straks.core import idempotency
from straks.core.email_address import EmailAddress
from straks.core.phone_number import PhoneNumber

if TYPE_CHECKING:
    from collections.abc import Sequence

Recipient: TypeAlias = PhoneNumber | EmailAddress


def channel_of(recipient: str) -> str:
    """
    Tell by which channel *recipient* is reached: an address has an @, a number has none.

    >>> channel_of("kari@example.org"), channel_of("+46701740605")
    ('email', 'sms')
    """
    return "email" if "@" in recipient else "sms"


def read_recipient(text: str) -> Recipient:
    """
    Read a number or an address, as a person writes it.

    Raises:
        InvalidPhoneNumber: It has no @, and is no number that an SMS may be sent to.
        InvalidEmailAddress: It has one, and is no address that a message may be sent to.
    """
    return EmailAddress.parse(text) if channel_of(text) == "email" else PhoneNumber.parse(text)


def pseudonyms(recipient: str | Recipient, keys: bytes | Sequence[bytes]) -> tuple[str, ...]:
    """
    Return the pseudonym of *recipient* under each of *keys*, in their order.

    Records know recipients by these alone: who has the key can find a person's, and nobody else can.

    Args:
        recipient: A number or an address, as a person writes it.
        keys: The key that orders were made with, or all of them where keys were changed.

    Raises:
        InvalidPhoneNumber: It is no number that an SMS may be sent to.
        InvalidEmailAddress: It is no address that a message may be sent to.
        InvalidKey: A key is missing, short, or not bytes.

    >>> pseudonyms("+46 70 174 06 05", b"sixteen octets..") == pseudonyms("+46701740605", b"sixteen octets..")
    True
    """
    read = read_recipient(recipient) if isinstance(recipient, str) else recipient
    each = [keys] if isinstance(keys, bytes) else keys
    return tuple(idempotency.pseudonym(str(read), idempotency.keyed(key)) for key in each)
