"""Recipients that nobody is: for examples, previews and whatever else is never to reach a person."""

from __future__ import annotations

from typing import Final

from straks.core.email_address import EmailAddress
from straks.core.phone_number import PhoneKind, PhoneNumber

FICTION_PHONE: Final = "+46701740605"
"""A number nobody has: Sweden sets +46 70 174 06 05 to 99 aside for fiction (Source: PTS)."""
FICTION_ADDRESS: Final = "kari@example.org"
"""An address nobody has: the domain is set aside (Source: RFC 2606, 3)."""

NOBODYS_NUMBER: Final = PhoneNumber(FICTION_PHONE, "SE", PhoneKind.MOBILE, "46")
NOBODYS_ADDRESS: Final = EmailAddress(FICTION_ADDRESS, FICTION_ADDRESS, FICTION_ADDRESS)
"""Both as they are parsed, for messages that are looked at or measured and go nowhere."""
