"""
The arithmetic of guessing a one-time code, and the numbers that standards set for it.

Counted in codes and not in bits: six digits are 19.93 bits, which «at least 20 bits» would turn away
although every standard that asks for 20 bits says in the same breath that six digits will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

LEAST_CODES: Final = 10**6
"""NIST SP 800-63B-4, 3.1.3.2: six decimal digits or equivalent; OWASP ASVS 5.0, 6.5.4: the same."""
LONGEST_LIFETIME: Final = timedelta(minutes=10)
"""NIST SP 800-63B-4, on out-of-band codes; OWASP ASVS 5.0, 6.5.5."""
MOST_ATTEMPTS: Final = 10
"""Guesses that a code may bear; OWASP ASVS 5.0, 6.6.3, asks for a limit, and the number is ours."""
MOST_FAILURES: Final = 100
"""Wrong codes on end that an account may bear: NIST SP 800-63B-4, 3.2.2."""
_HOURS = 24


@dataclass(frozen=True, slots=True)
class Odds:
    """
    The chance of guessing blindly.

    Args:
        codes: How many codes there are: 1 000 000 of six digits.
        attempts: The guesses that one code survives.
        codes_per_hour: The codes that one person may be sent in an hour.
    """

    codes: int
    attempts: int
    codes_per_hour: int

    @property
    def per_code(self) -> float:
        """The chance to guess one code."""
        return min(1.0, self.attempts / self.codes)

    @property
    def per_hour(self) -> float:
        """The chance to guess one of the codes that are sent in an hour."""
        return min(1.0, self.attempts * self.codes_per_hour / self.codes)

    @property
    def per_day(self) -> float:
        """
        The chance to guess at least one code in a day at that rate.

        >>> f"{Odds(10**6, 5, 5).per_day:.2%}", f"{Odds(10**4, 5, 5).per_day:.1%}"
        ('0.06%', '5.8%')
        """
        return 1 - (1 - self.per_hour) ** _HOURS

    def __str__(self) -> str:
        """
        Print the arithmetic.

        >>> print(Odds(10**6, 3, 5))
        3 attempts × 5 codes an hour out of 1 000 000: 0.0015 % an hour, 0.036 % a day
        """
        codes = f"{self.codes:,}".replace(",", " ")
        return (
            f"{self.attempts} attempts × {self.codes_per_hour} codes an hour out of {codes}: "
            f"{percent(self.per_hour)} an hour, {percent(self.per_day)} a day"
        )


def percent(share: float) -> str:
    """
    Print a share of one as a percentage with two figures that count, and never as a power of ten.

    >>> percent(0.001), percent(0.000003), percent(0.0576), percent(1.0)
    ('0.1 %', '0.0003 %', '5.8 %', '100 %')
    """
    per_cent = share * 100
    places = max(0, 1 - _magnitude(per_cent))
    return f"{per_cent:.{places}f}".rstrip("0").rstrip(".") + " %" if places else f"{per_cent:.0f} %"


def _magnitude(number: float) -> int:
    return int(f"{number:e}".partition("e")[2])
