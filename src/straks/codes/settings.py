"""
How many one-time codes, how often, how long, and where to.

The defaults are those of the service's guide where it has any (six digits, five minutes, three attempts).
What a standard or the law of numbers sets is refused beyond it; what is a matter of traffic is yours.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from straks.codes.rules import Window
from straks.core.given import require
from straks.core.odds import LONGEST_LIFETIME, MOST_ATTEMPTS, MOST_FAILURES, Odds
from straks.errors import CodeLimit, InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DIGITS_LEAST: Final = 6
"""NIST SP 800-63B-4, 3.1.3.2; OWASP ASVS 5.0, 6.5.4."""
DIGITS_MOST: Final = 10
"""The longest run that Chrome takes for a code (WebOTP API)."""

_HOUR_S: Final = 3600.0
_DAY_S: Final = 86_400.0
_COUNTRY: Final = re.compile("[A-Z]{2}")
_WAIT_MOST: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    The limits of one-time codes.

    Args:
        digits: Digits in a code, 6 to 10.
        lifetime: How long a code may be used, at most 10 minutes.
        attempts: Guesses that a code bears, the right one among them; 1 to 10.
        cooldown: The least time between two codes to one account, and for one purpose to one
            recipient; none where it is zero.
        sends_per_hour: The most codes to one account, and to one recipient, in any hour.
        sends_per_day: The same for any 24 hours; None for no limit of its own.
        failures_per_account: Wrong codes on end, over however many codes, after which an account has no
            more until `unlock`; 1 to 100, for each channel.
        caller_cooldown: The least time between two codes that one caller asks for, whoever they are for.
        caller_sends_per_hour: The most codes that one caller may ask for in any hour.

    Raises:
        InvalidSetting: One of these cannot be.
    """

    digits: int = DIGITS_LEAST
    lifetime: timedelta = timedelta(minutes=5)
    attempts: int = 3
    cooldown: timedelta = timedelta(seconds=30)
    sends_per_hour: int = 5
    sends_per_day: int | None = None
    failures_per_account: int = MOST_FAILURES
    caller_cooldown: timedelta = timedelta(seconds=1)
    caller_sends_per_hour: int = 30

    def __post_init__(self) -> None:
        check_count("digits", self.digits, DIGITS_LEAST, DIGITS_MOST)
        check_count("attempts", self.attempts, 1, MOST_ATTEMPTS)
        check_count("failures_per_account", self.failures_per_account, 1, MOST_FAILURES)
        check_count("sends_per_hour", self.sends_per_hour, 1)
        check_count("caller_sends_per_hour", self.caller_sends_per_hour, 1)
        if self.sends_per_day is not None:
            check_count("sends_per_day", self.sends_per_day, 1)
        for name in ("lifetime", "cooldown", "caller_cooldown"):
            require(getattr(self, name), timedelta, f"{name} is a timedelta")
        if not timedelta(0) < self.lifetime <= LONGEST_LIFETIME:
            raise InvalidSetting(
                f"lifetime is {self.lifetime.total_seconds():g} s; a one-time code lives for more than "
                f"nothing and for at most {LONGEST_LIFETIME.total_seconds():.0f} s"
            )
        for name in ("cooldown", "caller_cooldown"):
            wait: timedelta = getattr(self, name)
            if not timedelta(0) <= wait <= _WAIT_MOST:
                raise InvalidSetting(
                    f"{name} is {wait.total_seconds():g} s; it takes 0 to {_WAIT_MOST.total_seconds():.0f}"
                )

    @property
    def odds(self) -> Odds:
        """The arithmetic of guessing under these limits."""
        return Odds(10**self.digits, self.attempts, self.sends_per_hour)

    def cooldown_windows(self) -> tuple[Window, ...]:
        """Return the wait after a code."""
        return _waiting(self.cooldown)

    def send_windows(self) -> tuple[Window, ...]:
        """Return how many codes there may be for one person."""
        day = () if self.sends_per_day is None else _per_day(CodeLimit.SENDS_PER_DAY, self.sends_per_day)
        return (Window(CodeLimit.SENDS_PER_HOUR, self.sends_per_hour, _HOUR_S), *day)

    def caller_windows(self) -> tuple[Window, ...]:
        """Return how many codes one caller may ask for."""
        return (
            *_waiting(self.caller_cooldown),
            Window(CodeLimit.CALLER, self.caller_sends_per_hour, _HOUR_S),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Destinations:
    """
    Where SMS with codes may go, and how many.

    Somebody earns on every SMS to a number of theirs, and a form that sends codes to any number is what
    they look for. How much is too much depends on your traffic, so nothing is capped until you say so.

    Args:
        regions: Countries whose numbers codes may go to (ISO 3166, ``{"NO", "SE"}``); None for any.
        home: Countries that are not abroad, and whose prefixes are not counted.
        abroad_per_day: The most SMS to all countries abroad together, in any 24 hours.
        countries: The most SMS to single countries, in any 24 hours, ``{"SE": 500}``.
        prefix_per_hour: The most SMS, in any hour, to numbers abroad that differ in their last three
            digits alone: pumped traffic goes from number to number.

    Raises:
        InvalidSetting: One of these cannot be.

    Source of the idea: GOV.UK Notify, which sends 100 SMS abroad a day until a service asks for more.
    """

    regions: frozenset[str] | None = None
    home: frozenset[str] = frozenset({"NO"})
    abroad_per_day: int | None = None
    countries: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    prefix_per_hour: int | None = None

    def __post_init__(self) -> None:
        for name in ("regions", "home", "countries"):
            _check_countries(name, getattr(self, name))
        caps = {"abroad_per_day": self.abroad_per_day, "prefix_per_hour": self.prefix_per_hour}
        for name, most in (*caps.items(), *self.countries.items()):
            if most is not None:
                check_count(name, most, 1)

    def windows(self, region: str) -> Iterator[tuple[str, Window]]:
        """Yield what a number of *region* is counted for besides: ``country``, ``abroad``, ``prefix``."""
        if region in self.countries:
            yield "country", *_per_day(CodeLimit.COUNTRY, self.countries[region])
        if region in self.home:
            return
        if self.abroad_per_day is not None:
            yield "abroad", *_per_day(CodeLimit.ABROAD, self.abroad_per_day)
        if self.prefix_per_hour is not None:
            yield "prefix", Window(CodeLimit.PREFIX, self.prefix_per_hour, _HOUR_S)


def _waiting(wait: timedelta) -> tuple[Window, ...]:
    return (Window(CodeLimit.COOLDOWN, 1, wait.total_seconds()),) if wait else ()


def _per_day(limit: CodeLimit, most: int) -> tuple[Window]:
    return (Window(limit, most, _DAY_S),)


def _check_countries(name: str, given: object) -> None:
    if given is None:
        return
    codes = cast("Iterable[object]", given if isinstance(given, Collection) else (None,))
    if isinstance(given, str) or not all(
        isinstance(code, str) and _COUNTRY.fullmatch(code) for code in codes
    ):
        raise InvalidSetting(f"{name} holds ISO 3166-1 alpha-2 codes in capitals, such as NO and SE")


def check_count(name: str, value: object, least: int, most: int | None = None) -> None:
    """
    Let *value* be a whole number of at least *least* and at most *most*.

    Raises:
        InvalidSetting: It is not; says what *name* takes.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or value < least
        or (most is not None and value > most)
    ):
        span = f"{least} or more" if most is None else f"{least} to {most}"
        raise InvalidSetting(f"{name} is {value!r}; it takes a whole number, {span}")
