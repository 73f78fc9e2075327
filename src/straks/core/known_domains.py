"""
A fast way for plain addresses: of two thousand people's addresses, a dozen domains are new.

What takes email-validator's time is the domain (its labels, its international form, what is set
aside), and most people's is one of a few. So the verdict on a domain that was good is kept, and the
mailbox before it, where it is plain ASCII, has one form that a pattern decides. Whatever else an
address may be, too long, quoted, international, or wrong, is left to the library, which alone
refuses. Kept are domains, never addresses.

`enabled` turns it off.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from email_validator import ValidatedEmail

enabled: bool = True
"""Whether domains are kept at all; False leaves every address to the library."""

KEPT: Final = 1024
"""How many domains are kept, the latest asked for."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"  # RFC 5322, 3.2.3
_PLAIN: Final = re.compile(rf"(?=.{{3,120}}\Z)({_ATOM}(?:\.{_ATOM})*)@([A-Za-z0-9.-]+)")
_MAILBOX_MOST: Final = 64


class _Unknown(Exception):
    """A domain that is not good; raised so that it is not kept."""


class KnownDomains:
    """
    The domains that were good, by what the library made of them.

    Args:
        validate: The library's verdict on an address, None if it refuses.
    """

    def __init__(self, validate: Callable[[str], ValidatedEmail | None]) -> None:
        from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

        def judge(domain: str) -> tuple[str, str]:
            valid = validate(f"a@{domain}")
            if valid is None:
                raise _Unknown
            return valid.domain, valid.ascii_domain

        self._judge = lru_cache(maxsize=KEPT)(judge)
        self._lowered = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)

    def find(self, address: str) -> tuple[str, str] | None:
        """Return the normalised form and the ASCII form of *address*; None says nothing at all."""
        plain = _PLAIN.fullmatch(address)
        if plain is None:
            return None
        mailbox, domain = plain.groups()
        if len(mailbox) > _MAILBOX_MOST:
            return None
        if mailbox.lower() in self._lowered:
            mailbox = mailbox.lower()
        try:
            shown, ascii_ = self._judge(domain)
        except _Unknown:
            return None
        return f"{mailbox}@{shown}", f"{mailbox}@{ascii_}"
