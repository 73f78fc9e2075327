"""
Recipients for the figures, as a register holds them: E.164, plain addresses.

Numbers are the examples of phonenumbers' own metadata with their last digits changed, kept where the
library knows them for mobiles. They are made anew in each run, shown nowhere and sent nothing.
"""

from __future__ import annotations

import random
from functools import cache

import phonenumbers

SEVEN = ("NO", "SE", "DK", "FI", "DE", "GB", "PL")
"""Norway, its neighbours, and where most who move to it come from."""
MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
EACH = 16


@cache
def numbers(regions: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Return mobile numbers of *regions*, of all there are where None is given, well mixed."""
    dice = random.Random(7)  # noqa: S311 - drawn again alike, and no secret
    found: list[str] = []
    for region in regions or sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        if example is None:
            continue
        whole = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        tried = (f"{whole[:-3]}{dice.randrange(1000):03d}" for _ in range(EACH))
        found += [text for text in tried if phonenumbers.number_type(phonenumbers.parse(text)) in MOBILE]
    dice.shuffle(found)
    return tuple(found)


def addresses(count: int) -> tuple[str, ...]:
    """Return plain addresses on a dozen domains."""
    return tuple(
        f"{['kari', 'ola', 'siri', 'per'][n % 4]}.{n}@post{n % 12}.example.org" for n in range(count)
    )
