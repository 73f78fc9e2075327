r"""
The service's rules for an order that could be read: its third and last stage of 400.

The phone rule asks less than its message says: *valid number*, of any type, after a leading ``+``
or ``00``. The e-mail rule is one pattern that was once pasted with its XML escapes, and the two
accidents are kept here on purpose: ``;`` may stand in a local part, and a quoted local part wants
the six characters ``&quot;`` where its quotes should be.

The verdict on a number depends on the release of the number plan. The service runs one in which
every eight-digit Norwegian number that begins with 4 or 9 is valid; later ones are narrower, so
those two series are let through here whatever release is installed.

Source: Altinn/altinn-notifications, ``MobileNumberHelper.cs``, ``RecipientRules.cs`` and the
validators that call them; libphonenumber-csharp 9.0.35.
"""

from __future__ import annotations

import re
from typing import Final

from straks.simulator.orders import EmailOrder, Order, Rejection, SmsOrder, trim
from straks.simulator.reading import CONTENT_TYPES

TIME_TO_LIVE_S: Final = range(60, 172_801)

_ATOM: Final = r"[a-zA-Z0-9æøåÆØÅ!#$%&;'*+\-=?^_`{|}~]+"
_ALNUM: Final = "[a-zA-Z0-9æøåÆØÅ]"
_LABEL: Final = rf"(?:{_ALNUM}(?:[a-zA-Z0-9æøåÆØÅ\-]{{0,61}}{_ALNUM})?\.)"
_EMAIL: Final = re.compile(
    rf"""(?: &quot;[^&quot;]+&quot; | {_ATOM} (?:\.{_ATOM})* )
         @
         (?: {_LABEL}{{1,9}} [a-zA-Z]{{2,14}} | \d{{1,3}} (?:\.\d{{1,3}}){{3}} )""",
    re.VERBOSE,
)
_NORWAY: Final = 47
_NORWEGIAN_MOBILE_SERIES: Final = re.compile("[49][0-9]{7}")

_BAD_NUMBER: Final = "Recipient phone number is not a valid mobile number."
_BAD_TIME: Final = "Time-to-live must be between 60 and 172800 seconds (48 hours)."
_BAD_ADDRESS: Final = "Invalid email address format."
_BAD_CONTENT_TYPE: Final = "Email content type must be either Plain or HTML."


def obeying(order: Order) -> Order | Rejection:
    """Return *order* if it obeys the rules, else every rule it breaks, under the service's names."""
    found = _sms(order) if isinstance(order, SmsOrder) else _email(order)
    errors = {f"{order.place}.{name}": (complaint,) for name, complaint in found.items()}
    return Rejection(errors) if errors else order


def _sms(order: SmsOrder) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not is_valid_number(order.phone_number):
        errors["PhoneNumber"] = _BAD_NUMBER
    if order.time_to_live_s not in TIME_TO_LIVE_S:
        errors["TimeToLiveInSeconds"] = _BAD_TIME
    return errors


def _email(order: EmailOrder) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not is_valid_address(order.address):
        errors["EmailAddress"] = _BAD_ADDRESS
    if order.sender is not None and not is_valid_address(order.sender):
        errors["EmailSettings.SenderEmailAddress"] = _BAD_ADDRESS
    if order.content_type not in range(len(CONTENT_TYPES)):
        errors["EmailSettings.ContentType"] = _BAD_CONTENT_TYPE
    return errors


def is_valid_number(text: str) -> bool:
    """
    Tell whether the service takes *text* as a phone number.

    >>> is_valid_number("+46 70 174 06 05"), is_valid_number("0046701740605")
    (True, True)
    >>> is_valid_number("701740605"), is_valid_number("+4712345678")
    (False, False)
    """
    import phonenumbers

    if text.startswith("00"):
        text = f"+{text[2:]}"
    if not text.startswith("+") or text.startswith("++"):
        return False
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return False
    if number.country_code == _NORWAY and _NORWEGIAN_MOBILE_SERIES.fullmatch(
        phonenumbers.national_significant_number(number)
    ):
        return True
    return phonenumbers.is_valid_number(number)


def e164(text: str) -> str:
    """
    Return a valid number in one form, to know it again by; nothing is passed on in it.

    >>> e164("00 46 70-174 06 05 ")
    '+46701740605'
    """
    import phonenumbers

    number = phonenumbers.parse(f"+{text[2:]}" if text.startswith("00") else text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_valid_address(text: str) -> bool:
    """
    Tell whether the service takes *text* as an e-mail address, white space around it overlooked.

    >>> is_valid_address(" kari@example.org "), is_valid_address("kari;ola@example.org")
    (True, True)
    >>> is_valid_address("Kari <kari@example.org>"), is_valid_address("kari@example")
    (False, False)
    """
    return _EMAIL.fullmatch(trim(text)) is not None
