"""
Recipients that are nobody, for tests that place orders.

A test that goes astray (a wrong environment, a token left in a variable) sends for real. So no number
and no address is made up here. What is drawn comes out of ranges that somebody keeps free for good,
each with who says so, and all of them are read as mobiles by `straks.PhoneNumber`:

======  =======================================  =====================================================
region  numbers                                  kept free by
======  =======================================  =====================================================
SE      +46 70 174 06 05 to 06 59                PTS, numbers for books, films and the like
NO      +47 42 00 00 00                          nobody: the series is not allocated at present
DE      +49 171 3920000 to 3920099,              Bundesnetzagentur, Mitteilung 148/2021 («drama
        +49 176 04069000 to 04069099             numbers»)
AU      +61 491 570 006, 110 and 156 to 159      ACMA, fictitious mobile numbers
======  =======================================  =====================================================

Sweden's range goes on to 06 99, but those numbers ask the simulator for a fate (`straks.simulator.fates`),
and a test that draws one by chance would wonder. `fated_recipients` draws them, and the addresses that do
the same, for tests of what a sender does then.

Norway keeps no mobiles for fiction. The one number here is of a series that no operator has; it reads
as possibly mobile, and is there because many senders take Norwegian numbers alone. What others keep
free does not help: Britain's 07700 900 and France's 06 39 98 are in no number plan, so `PhoneNumber`
turns them away as the service does, and North America's 555-01 cannot be told from landlines.

Addresses end in ``example.org``, ``example.com`` or ``example.net``, which are registered to nobody for
good (RFC 2606, 3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hypothesis import strategies as st

from straks.errors import InvalidSetting
from straks.simulator.fates import FATES, fate_named, fate_of

if TYPE_CHECKING:
    from collections.abc import Collection


class _Free(NamedTuple):
    """Numbers that nobody has, first and last as E.164 without the plus."""

    region: str
    first: int
    last: int


# The first is what an example shrinks to.
_FREE: Final = (
    _Free("SE", 46701740605, 46701740659),
    _Free("NO", 4742000000, 4742000000),
    _Free("DE", 491713920000, 491713920099),
    _Free("DE", 4917604069000, 4917604069099),
    _Free("AU", 61491570006, 61491570006),
    _Free("AU", 61491570110, 61491570110),
    _Free("AU", 61491570156, 61491570159),
)
_DOMAINS: Final = ("example.org", "example.com", "example.net")
_MAILBOX: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
# As long as they may be: 64 before @ (RFC 5321, 4.5.3.1.1), 254 in all (RFC 3696, erratum 1690).
_LONGEST_MAILBOX: Final = "k" * 64
_LONG: Final = (
    f"{_LONGEST_MAILBOX}@example.org",
    f"{_LONGEST_MAILBOX}@{'a' * 63}.{'b' * 63}.{'c' * 49}.example.org",
)
_SIMPLEST: Final = ("+46701740605", "kari@example.org")


def phone_numbers(*, regions: Collection[str] | None = None) -> st.SearchStrategy[str]:
    """
    Return phone numbers of mobiles that nobody has, as E.164.

    Args:
        regions: ISO 3166-1 codes of where they may be, as `straks.PhoneNumber.parse` takes them; None
            for anywhere. The module says which numbers those are, and who keeps them free.

    Raises:
        InvalidSetting: None is kept free in any of *regions*; names those where some are.

    >>> from hypothesis import find
    >>> find(phone_numbers(regions={"NO"}), lambda number: True)
    '+4742000000'
    """
    asked = None if regions is None else {region.upper() for region in regions}
    wanted = [free for free in _FREE if asked is None or free.region in asked]
    if not wanted:
        there = ", ".join(dict.fromkeys(free.region for free in _FREE))
        raise InvalidSetting(
            f"no number is kept free for tests in any of these regions; there are some in {there}"
        )
    numbers = (f"+{number}" for free in wanted for number in range(free.first, free.last + 1))
    return st.sampled_from(tuple(numbers))


def email_addresses() -> st.SearchStrategy[str]:
    """
    Return e-mail addresses that nobody has: plain ones, long ones, and international domains.

    All of them are below the domains that RFC 2606 sets aside, and all are taken by
    `straks.EmailAddress.parse` and by the service.
    """
    words = st.text(f"{_MAILBOX}_+-", min_size=1, max_size=15)
    mailboxes = st.one_of(
        st.text(_MAILBOX, min_size=1, max_size=64),
        st.lists(words, min_size=1, max_size=4).map(".".join),
        st.sampled_from(["kari", _LONGEST_MAILBOX]),
    )
    labels = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=30) | st.just("blåbær")
    domains = st.tuples(st.lists(labels, max_size=3), st.sampled_from(_DOMAINS)).map(
        lambda parts: ".".join([*parts[0], parts[1]])
    )
    # The first, for what fails shrinks towards what takes the fewest choices.
    drawn = st.tuples(mailboxes, domains).map("@".join).filter(lambda address: fate_of(address) is None)
    return st.just(_SIMPLEST[1]) | drawn | st.sampled_from(_LONG)


def recipients() -> st.SearchStrategy[str]:
    """Return phone numbers and e-mail addresses that nobody has."""
    return st.just(_SIMPLEST[0]) | phone_numbers() | email_addresses()


def fated_recipients(*fates: str) -> st.SearchStrategy[str]:
    """
    Return numbers and addresses that ask the simulator for a fate, and that nobody has.

    Args:
        fates: Names of `straks.simulator.fates`, such as ``"500-after-sending"``; without any, all that
            keep nobody waiting.

    Raises:
        InvalidSetting: There is no such fate (names the nearest), or no recipient asks for it.
    """
    wanted = [fate_named(name) for name in fates] or [fate for fate in FATES if fate.waits_s is None]
    asking = [who for fate in wanted for who in (fate.number, fate.address) if who is not None]
    if not asking:
        raise InvalidSetting(f"no recipient asks for {' or '.join(fates)}; arm it in the simulator")
    return st.sampled_from(asking)
