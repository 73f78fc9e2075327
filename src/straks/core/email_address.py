"""
E-mail addresses that one message can be sent to.

Three decisions:

*Only what every mail system carries.* The part before @ is plain ASCII without quotes or comments;
letters outside it need an extension of every server on the way (SMTPUTF8, RFC 6531), and a
message that some server cannot pass on is lost after it was counted as sent. A domain may be
international, because its ASCII form is the same name to every server. So each address has an
`EmailAddress.ascii`.

*One mailbox, and only it.* A list, a display name, a line break or an invisible character is refused
and not repaired: the first two name something other than an address, the others are how headers are
forged. Plain and no-break spaces around an address are what copying leaves, and are dropped.

*Two strings are one address only where the standards say so.* The domain is put in lower case and
Unicode form, and the mailboxes of RFC 2142 (``postmaster``, ``info`` …) in lower case; dots, plus tags
and other capitals belong to the mailbox's own server.

email-validator decides and its sentences are not passed on, because they quote the address.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from straks.core import known_domains
from straks.core.made import made
from straks.errors import EmailFault, InvalidEmailAddress, InvalidSetting

if TYPE_CHECKING:
    from email_validator import ValidatedEmail

MAX_OCTETS = 254
"""The most octets of an address (RFC 5321, 4.5.3.1.3, less the brackets: RFC 3696, erratum 1690)."""

MAX_LOCAL_OCTETS = 64
"""The most octets before @ (RFC 5321, 4.5.3.1.1)."""

MAX_LABEL_OCTETS = 63
"""The most octets between two dots of a domain (RFC 1035, 2.3.4)."""

_MAX_CHARACTERS = 2000  # a list of addresses is still told apart from one that is too long
_AROUND = " \u00a0"


@dataclass(frozen=True, repr=False)
class EmailAddress:
    """
    An e-mail address that a message can be sent to. Made by `parse`, which is the proof of it.

    Addresses are equal, and hash alike, by their normalised form, which is also their ``str``.
    ``repr`` and ``masked`` do not reveal the address.

    >>> address = EmailAddress.parse(" Kari@BÜCHER.example.org")
    >>> str(address), address.ascii
    ('Kari@bücher.example.org', 'Kari@xn--bcher-kva.example.org')
    >>> address
    EmailAddress('K•••@bücher.example.org')
    """

    normalised: str
    ascii: str = field(compare=False)
    """The same address with its domain in A-labels (RFC 5890, 2.3.2.1), for systems that want ASCII."""
    original: str = field(compare=False)
    """What was given to `parse`, unchanged."""

    @classmethod
    def parse(cls, raw: str) -> EmailAddress:
        """
        Read an e-mail address as a person writes it. Nothing is looked up in the network.

        Raises:
            InvalidEmailAddress: No message may be sent there. ``reason`` says why, and the
                sentence is fit to be shown to whoever typed the address; it does not repeat it.
            InvalidSetting: *raw* is not text.

        >>> str(EmailAddress.parse("kari@Example.org"))
        'kari@example.org'
        >>> EmailAddress.parse("kari@example.org, ola@example.org")
        Traceback (most recent call last):
        straks.errors.InvalidEmailAddress: one message goes to one e-mail address; this looks like a list
        """
        text = _checked_text(raw)
        address = text.strip(_AROUND)
        known = _known_domains().find(address) if known_domains.enabled else None
        if known is not None:
            return made(cls, {"normalised": known[0], "ascii": known[1], "original": text})
        _refuse_other_than_one_address(address)
        valid = _validate(address)
        if valid is None or valid.ascii_email is None:
            raise _refusal(address)
        return cls(normalised=valid.normalized, ascii=valid.ascii_email, original=text)

    @property
    def masked(self) -> str:
        """
        The domain and at most the first character before it.

        >>> EmailAddress.parse("kari@example.org").masked
        'k•••@example.org'
        """
        mailbox, _, domain = self.normalised.rpartition("@")
        first = mailbox[0] if len(mailbox) > 1 else ""
        return f"{first}•••@{domain}"

    def __str__(self) -> str:
        return self.normalised

    def __repr__(self) -> str:
        return f"EmailAddress({self.masked!r})"


@cache
def _known_domains() -> known_domains.KnownDomains:
    return known_domains.KnownDomains(_validate)


def _checked_text(raw: object) -> str:
    if not isinstance(raw, str):
        raise InvalidSetting(f"an e-mail address is read from text (str), not from {type(raw).__name__}")
    return str(raw)


def _refuse_other_than_one_address(text: str) -> None:
    """Refuse what the library would call bad syntax, and a reader would call by its name."""
    if len(text) > _MAX_CHARACTERS:
        raise _too_long()
    if not text:
        raise InvalidEmailAddress("there is no e-mail address here", reason=EmailFault.SYNTAX)
    if not text.isprintable():
        raise InvalidEmailAddress(
            "an e-mail address has no line breaks, control characters or invisible characters in it",
            reason=EmailFault.CONTROL_CHARACTER,
        )
    several = text.count("@") > 1
    bracketed = "<" in text or ">" in text
    separated = "," in text or ";" in text
    if separated and (several or not bracketed):
        raise InvalidEmailAddress(
            "one message goes to one e-mail address; this looks like a list",
            reason=EmailFault.SEVERAL_ADDRESSES,
        )
    if bracketed:
        raise InvalidEmailAddress(
            "give the e-mail address alone, without a name and without < and >",
            reason=EmailFault.DISPLAY_NAME,
        )


def _validate(address: str) -> ValidatedEmail | None:
    import email_validator

    try:
        # Every option is named, because an application can change the library's defaults.
        return email_validator.validate_email(
            address,
            allow_smtputf8=False,
            allow_empty_local=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
            strict=True,
            check_deliverability=False,
            test_environment=False,
            globally_deliverable=True,
        )
    except email_validator.EmailNotValidError:
        # Raising here would keep the library's error, which quotes the address, as context.
        return None


def _refusal(address: str) -> InvalidEmailAddress:
    """Return the error for an address that the library refused."""
    local, at, domain = address.rpartition("@")
    if at and _is_too_long(local, domain):
        return _too_long()
    good = _is_domain(domain)
    # The library takes no domain that is set aside, so where it takes this one there is nothing to ask.
    if at and not good and _is_special_use(domain):
        return InvalidEmailAddress(
            "the domain after @ is set aside for tests or local networks, so no message can get there",
            reason=EmailFault.SPECIAL_USE_DOMAIN,
        )
    return InvalidEmailAddress(_why_misspelt(address, local, good=good), reason=EmailFault.SYNTAX)


def _why_misspelt(address: str, local: str, *, good: bool) -> str:
    """Say what is wrong with the syntax of an address, whose domain is *good* or not: the likeliest slip."""
    if (count := address.count("@")) != 1:
        return f"an e-mail address has one @, between mailbox and domain; this has {count or 'none'}"
    if not local.isascii():
        return (
            "the part before @ has letters outside a to z, which many mail systems cannot carry; "
            "give an address without them"
        )
    if good:
        return (
            "the part before @ can have letters, digits and marks such as . _ - +, "
            "and no dot first, last or next to another"
        )
    return "the part after @ is not a domain name, such as example.org"


def _is_domain(domain: str) -> bool:
    address = f"a@{domain}"
    known = known_domains.enabled and _known_domains().find(address) is not None
    return known or _validate(address) is not None


def _too_long() -> InvalidEmailAddress:
    return InvalidEmailAddress(
        f"an e-mail address has at most {MAX_OCTETS} characters, of them at most {MAX_LOCAL_OCTETS} before @ "
        f"and {MAX_LABEL_OCTETS} between two dots after it; this is longer",
        reason=EmailFault.TOO_LONG,
    )


def _is_too_long(local: str, domain: str) -> bool:
    if domain.isascii() and len(local) + len(domain) < MAX_LABEL_OCTETS:
        return False
    # What counts is what is sent: a label outside ASCII grows when it becomes an A-label.
    labels = [
        label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
        for label in domain.split(".")
    ]
    return (
        len(local) > MAX_LOCAL_OCTETS
        or max(map(len, labels)) > MAX_LABEL_OCTETS
        or len(f"{local}@{'.'.join(labels)}") > MAX_OCTETS
    )


def _is_special_use(domain: str) -> bool:
    from email_validator import SPECIAL_USE_DOMAIN_NAMES

    name = unicodedata.normalize("NFKC", domain).lower().rstrip(".")
    # The list is asked anew each time, since an application may change it.
    return f".{name}".endswith(tuple([f".{reserved}" for reserved in SPECIAL_USE_DOMAIN_NAMES]))
