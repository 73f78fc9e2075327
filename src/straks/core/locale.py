"""
Languages: which one a person gets, and how it writes numbers, dates and durations.

The choice of a language follows tables that stand here in full. A person who asked for one thing
and gets another gets it because a line of this file says so, never because of the order of a
folder listing.

The words are Babel's, with three decisions on top. A duration is composed unit by unit, because
Babel's own function rounds 90 minutes to two hours and a code's lifetime must be exact. A date and
a time are joined by «kl.» and "at", as the languages do in running text. English is British
English, since day before month is what readers in Norway expect.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from types import NoneType
from typing import TYPE_CHECKING, Final

from straks.core.given import require
from straks.core.nearest import nearest
from straks.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    OSLO: ZoneInfo
    """The zone that times are printed in, loaded when it is first asked for."""

LOCALES: Final = ("nb", "nn", "en")
"""The languages that templates may be written in, as BCP 47 tags."""

# What Babel calls them.
_BABEL = {"nb": "nb_NO", "nn": "nn_NO", "en": "en_GB"}

# Who gets what when the language asked for is not there. The contact register's «se» (Northern
# Sami) is answered here too; the retired «no» is read as nb.
_NEAREST: dict[str, tuple[str, ...]] = {
    "nb": ("nb", "nn", "en"),
    "nn": ("nn", "nb", "en"),
    "se": ("se", "nb", "nn", "en"),
    "en": ("en", "nb", "nn"),
    "": ("nb", "nn", "en"),
}

_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8})(?:[-_][A-Za-z0-9]{1,8})*\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?"
)
_RANGES_READ = 50
# Babel takes longer than everything else in a message, and amounts, days and durations come again.
_PRINTED_KEPT = 4096
_known_durations: dict[tuple[timedelta, str], str] = {}
_LETTER_MEETS_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")


def negotiate(wanted: str | None, available: Collection[str]) -> str:
    """
    Choose the language for a person.

    Args:
        wanted: A language tag (``"nn"``, ``"nb-NO"``, ``"no"``, ``"se"``), a whole
            ``Accept-Language`` header, or nothing (None or empty).
        available: The languages there are, for instance a template's ``locales``.

    Returns:
        One of *available*: the first wanted one that is there; else the nearest to the first wanted
        one that is known (nn and nb stand in for each other, then en; se is answered with nb); else
        nb, nn or en, in this order.

    Raises:
        InvalidSetting: *available* is empty or one text, or *wanted* is no text.

    Source: RFC 9110, 12.5.4 (Accept-Language), and BCP 47 for the tags.

    >>> negotiate("nn-NO, nb;q=0.8", ["nb", "nn", "en"])
    'nn'
    >>> negotiate("se", ["nb", "en"]), negotiate(None, ["nb", "en"])
    ('nb', 'nb')
    """
    require(wanted, (str, NoneType), "negotiate takes a language tag, an Accept-Language header or None")
    if isinstance(available, str):
        raise InvalidSetting("negotiate chooses among a collection of languages, not in one text")
    if not available:
        raise InvalidSetting("there is no language to choose from; the template has none")
    tags, unwanted = _ranges(wanted or "")
    acceptable = [tag for tag in available if tag not in unwanted] or list(available)
    for tag in tags:
        if tag in acceptable:
            return tag
    known = next((tag for tag in tags if tag in _NEAREST), "")
    for tag in (*_NEAREST[known], *_NEAREST[""]):
        if tag in acceptable:
            return tag
    return acceptable[0]


def meant_locale(given: object, available: Collection[str]) -> str | None:
    """
    Return the language that *given* is another spelling of, None where it is none of *available*.

    >>> [meant_locale(tag, LOCALES) for tag in ("no", "nb-NO", "EN_gb", "se", None)]
    ['nb', 'nb', 'en', None, None]
    """
    tags, _ = _ranges(str(given))
    return tags[0] if tags and tags[0] in available else None


def _ranges(header: str) -> tuple[list[str], set[str]]:
    """Read a header's primary languages, most wanted first, and those that are ruled out."""
    weighed: list[tuple[float, str]] = []
    unwanted: set[str] = set()
    for part in header.split(",", _RANGES_READ)[:_RANGES_READ]:
        match = _RANGE.fullmatch(part)
        if match is None:
            continue
        tag = match[1].lower()
        tag = "nb" if tag == "no" else tag
        weight = float(match[2] or 1)
        if weight:
            weighed.append((-weight, tag))
        else:
            unwanted.add(tag)
    weighed.sort(key=lambda pair: pair[0])
    return [tag for _, tag in weighed], unwanted


@lru_cache(maxsize=_PRINTED_KEPT)
def format_integer(value: int, locale: str) -> str:
    """Print a whole number, grouped as *locale* does."""
    from babel.numbers import format_decimal

    return format_decimal(value, locale=_BABEL[locale])


@lru_cache(maxsize=_PRINTED_KEPT)
def format_amount(value: Decimal, currency: str, locale: str) -> str:
    """Print an amount of money, currency included."""
    from babel.numbers import format_currency

    # CLDR sets letters and digits apart («NOK 100.00»), which Babel leaves to its callers.
    return _LETTER_MEETS_DIGIT.sub("\u00a0", format_currency(value, currency, locale=_BABEL[locale]))


def currency_decimals(currency: str) -> int:
    """Return how many decimals *currency* has: two for NOK, none for ISK; at most two."""
    from babel.numbers import get_currency_precision

    return min(2, get_currency_precision(currency))


# ISO 4217 gives the codes with an X to what is no country's. These are the money of several countries; the
# others are metals, units of account, funds, and the codes for tests (XTS) and for no currency (XXX).
_SHARED_MONEY: Final = frozenset({"XAF", "XCD", "XCG", "XOF", "XPF"})


def is_currency(currency: str) -> bool:
    """Tell whether *currency* is an ISO 4217 code of money, in use or not any more."""
    from babel.numbers import is_currency as known

    return currency.isupper() and known(currency) and (currency[0] != "X" or currency in _SHARED_MONEY)


def nearest_currency(currency: str) -> str | None:
    """Return the money in use that was meant by *currency*, which is none; None where it is no slip."""
    from babel.core import get_global

    code = currency.upper()
    if len(code) not in {3, 4} or code.startswith("X"):
        return None
    spans = [span for spans in get_global("territory_currencies").values() for span in spans]
    # A slip rarely takes the first letter, and at three letters all else is a letter from something.
    return nearest(
        code, {money for money, _, until, tender in spans if tender and not until and money[0] == code[0]}
    )


@lru_cache(maxsize=_PRINTED_KEPT)
def format_date(value: date, style: str, locale: str) -> str:
    """Print a date; *style* is Babel's short, medium, long or full."""
    from babel import dates

    return dates.format_date(value, style, locale=_BABEL[locale])


@lru_cache(maxsize=_PRINTED_KEPT)
def format_time(value: time, style: str, locale: str) -> str:
    """Print a time of day; *style* is Babel's short, or medium for seconds too."""
    from babel import dates

    return dates.format_time(value, style, locale=_BABEL[locale])


def format_datetime(value: datetime, style: str, locale: str) -> str:
    """Print a moment as date and time of day in Norway; *style* is the date's."""
    local = value.astimezone(_oslo())
    joint = "at" if locale == "en" else "kl."
    day = format_date(local.date(), style, locale)
    return f"{day} {joint} {format_time(local.time(), 'short', locale)}"


def know_durations(printed: Mapping[tuple[timedelta, str], str]) -> None:
    """Take from whoever asked Babel before, and the same one, how durations print in a language."""
    _known_durations.update(printed)


@lru_cache(maxsize=_PRINTED_KEPT)
def format_duration(value: timedelta, locale: str) -> str:
    """
    Print a duration exactly, however many units that takes.

    >>> from datetime import timedelta
    >>> [format_duration(timedelta(minutes=90), locale) for locale in LOCALES]
    ['1 time og 30 minutter', '1 time og 30 minutt', '1 hour and 30 minutes']
    """
    known = _known_durations.get((value, locale))
    if known is not None:
        return known
    from babel.units import format_unit

    seconds = value.days * 86_400 + value.seconds
    parts: list[str] = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(format_unit(count, f"duration-{unit}", "long", locale=_BABEL[locale]))
    return format_list(parts or [format_unit(0, "duration-minute", "long", locale=_BABEL[locale])], locale)


def format_list(words: Sequence[str], locale: str) -> str:
    """Join *words* as the language does: «a, b og c»."""
    from babel.lists import format_list as join

    return join(words, "standard", locale=_BABEL[locale])


def plural_form(count: int | Decimal, locale: str) -> str:
    """Tell which plural form *count* takes: ``"one"`` or ``"other"`` in our languages."""
    return str(_rule_of(locale)(count))


@lru_cache(maxsize=len(LOCALES))
def _rule_of(locale: str) -> Callable[[int | Decimal], str]:
    from babel import Locale

    return Locale.parse(_BABEL[locale]).plural_form


@cache
def _oslo() -> ZoneInfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/Oslo")


def __getattr__(name: str) -> ZoneInfo:
    if name != "OSLO":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _oslo()
