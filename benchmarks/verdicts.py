"""
What the verdict on a recipient costs beside phonenumbers and email-validator, asked as their pages say.

Numbers in E.164 and plain addresses are what registers hold, and have a fast way; everything else, and every
refusal, is the libraries' own, and may not cost more than they do. All warm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import phonenumbers
from benchmarks.naive import phone
from benchmarks.pairs import Figure, compare, show
from benchmarks.recipients import SEVEN, addresses, numbers
from email_validator import EmailNotValidError, validate_email

import straks
from straks.errors import InvalidEmailAddress, InvalidPhoneNumber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

WARM_UP = 8
ADDRESSES = 300


def ours_phone(raw: str) -> object:
    """Return our verdict on a number."""
    try:
        return straks.PhoneNumber.parse(raw)
    except InvalidPhoneNumber as refusal:
        return refusal


def naive_phone(raw: str) -> object:
    """Return the library's verdict on a number."""
    try:
        return phone(raw)
    except (ValueError, phonenumbers.NumberParseException) as refusal:
        return refusal


def ours_address(raw: str) -> object:
    """Return our verdict on an address."""
    try:
        return straks.EmailAddress.parse(raw)
    except InvalidEmailAddress as refusal:
        return refusal


def naive_address(raw: str) -> object:
    """Return the library's verdict on an address."""
    try:
        return validate_email(raw, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as refusal:
        return refusal


def grouped(numbers: Sequence[str]) -> tuple[str, ...]:
    """Return *numbers* as people write them, with spaces and hyphens."""
    return tuple(f"{text[:3]} {text[3:5]} {text[5:8]}-{text[8:]}" for text in numbers)


def refused(numbers: Sequence[str]) -> tuple[str, ...]:
    """Return *numbers* made wrong: a digit too many, one too few, a landline's beginning, no country."""
    changed = [
        (f"{text}12", text[:-2], f"{text[:3]}2{text[4:]}", text[1:])[n % 4] for n, text in enumerate(numbers)
    ]
    return tuple(text for text in changed if isinstance(ours_phone(text), InvalidPhoneNumber))


def figures() -> Iterator[Figure]:
    """Yield every figure of this question."""
    seven, everywhere = numbers(SEVEN), numbers()
    yield verdicts("phone, E.164, 7 countries", "phonenumbers", naive_phone, ours_phone, seven, 15.0)
    yield verdicts("phone, E.164, all regions", "phonenumbers", naive_phone, ours_phone, everywhere, 15.0)
    yield verdicts("phone, any other input", "phonenumbers", naive_phone, ours_phone, grouped(seven), 0.95)
    yield verdicts("phone, refused", "phonenumbers", naive_phone, ours_phone, refused(seven), 0.95)
    plain = addresses(ADDRESSES)
    yield verdicts("e-mail, plain ASCII", "email-validator", naive_address, ours_address, plain, 5.0)
    other = tuple(text.replace("@post", "@bücher") for text in plain)
    yield verdicts("e-mail, any other input", "email-validator", naive_address, ours_address, other, 0.95)
    wrong = tuple(f".{text}" for text in plain)
    # Without a target: what it takes more is the reason, in words that do not quote the address.
    yield verdicts("e-mail, refused", "email-validator", naive_address, ours_address, wrong, 0.0)


def verdicts(  # noqa: PLR0917 - as a table has columns
    what: str,
    yardstick: str,
    theirs: Callable[[str], object],
    ours: Callable[[str], object],
    given: Sequence[str],
    target: float,
) -> Figure:
    """Compare the verdicts on *given*."""
    for _ in range(WARM_UP):  # each country's table is built when it has been seen often enough
        for text in given:
            ours(text)
    return compare(
        f"verdict: {what}",
        yardstick,
        lambda: [theirs(text) for text in given],
        lambda: [ours(text) for text in given],
        pieces=len(given),
        target=target,
    )


if __name__ == "__main__":
    show(figures())
