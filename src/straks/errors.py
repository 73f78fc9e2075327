"""
Every error that straks raises, in one tree.

::

    StraksError
    ├── InvalidInput (a ValueError)      what you gave cannot be used
    │   ├── InvalidText                  not encodable: a lone surrogate, a control character
    │   │   └── TooManySegments          longer than a concatenated SMS can number
    │   ├── InvalidPhoneNumber           .reason is a PhoneFault
    │   ├── InvalidEmailAddress          .reason is an EmailFault
    │   ├── InvalidKey                   a key that is missing, short or not bytes
    │   ├── InvalidPayload               the service would refuse it: .field, .rule
    │   ├── InvalidOrder                 a sealed order that cannot be read back
    │   ├── UnusableFile                 a file of rows, orders or records: .path .line
    │   ├── TemplateError                .template .locale .file .line .parameter
    │   │   ├── UnknownTemplate          no message of that name in the catalog
    │   │   ├── UnknownLocale            the message has no such language or channel
    │   │   ├── BrokenManifest           template.toml says something that cannot be
    │   │   ├── BrokenTemplate           Jinja outside the subset, or that does not parse
    │   │   ├── Unbounded                a template whose worst case cannot be found
    │   │   └── InvalidValue             missing, surplus, of another kind, out of bounds
    │   └── InvalidSetting               an argument or option that cannot be
    ├── PolicyError                      findings that stop a message: .findings
    ├── MissingExtra (an ImportError)    an optional dependency is not installed
    ├── Undelivered                      an order that has no receipt
    │   ├── Refused                      they said no, and nothing was sent
    │   ├── NotSent                      it never reached them
    │   └── InDoubt                      it may have been sent: ask before you repeat
    ├── Unanswered                       a question (status, feed) got no usable answer
    │   └── NoToken                      no token could be had: .code .temporary
    ├── Withheld                         a one-time code that was not issued: .limit .retry_after_s
    │   ├── TooSoon                      the one before is too fresh
    │   └── TooMany                      that was enough, for a while or for good
    ├── StoreFailed                      the store of one-time codes: nothing was issued or accepted
    └── JournalFailed                    a journal that cannot be written to: .path .unwritten

Two rules shape this file. The sentence is for people and the fields are for programs, so each
error carries both. And an error may end up in any log: none of them holds a whole recipient, a
one-time code, a token or a key, neither in its sentence nor in its fields.

The exceptions are plain classes and not frozen dataclasses, because ``contextlib`` assigns
``__traceback__`` to an exception on its way through a context manager.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class PhoneFault(StrEnum):
    """Why a phone number was turned away."""

    EMPTY = "empty"
    NO_COUNTRY_CODE = "no-country-code"
    UNREADABLE = "unreadable"
    NOT_A_NUMBER_IN_USE = "not-a-number-in-use"
    NOT_MOBILE = "not-mobile"
    WRONG_REGION = "wrong-region"
    EXTENSION = "extension"
    TOO_LONG = "too-long"
    UNKNOWN_COUNTRY = "unknown-country"
    GLOBAL_NETWORK = "global-network"


class EmailFault(StrEnum):
    """Why an e-mail address was turned away."""

    SYNTAX = "syntax"
    TOO_LONG = "too-long"
    SPECIAL_USE_DOMAIN = "special-use-domain"
    CONTROL_CHARACTER = "control-character"
    SEVERAL_ADDRESSES = "several-addresses"
    DISPLAY_NAME = "display-name"


class CodeLimit(StrEnum):
    """Which limit kept a one-time code from being issued."""

    COOLDOWN = "cooldown"
    SENDS_PER_HOUR = "sends-per-hour"
    SENDS_PER_DAY = "sends-per-day"
    CALLER = "caller"
    COUNTRY = "country"
    ABROAD = "abroad"
    PREFIX = "prefix"
    FAILURES = "failures"


def _revive(kind: type[StraksError], args: tuple[object, ...], state: dict[str, Any]) -> StraksError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class StraksError(Exception):
    """The root of every error raised on purpose by straks."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Exception's own way calls the class with ``args`` alone, which loses every
        # keyword field: an error that crosses a process must arrive whole.
        return _revive, (type(self), self.args, self.__dict__)


class InvalidInput(StraksError, ValueError):
    """What the caller gave cannot be used; the sentence says why and what can."""


class InvalidText(InvalidInput):
    """A text that no encoding can carry."""

    def __init__(self, message: str, *, index: int | None = None) -> None:
        super().__init__(message)
        self.index = index


class TooManySegments(InvalidText):
    """A text longer than a concatenated SMS can number."""


class InvalidPhoneNumber(InvalidInput):
    """A phone number that no SMS may be sent to. ``reason`` says why, for programs."""

    def __init__(self, message: str, *, reason: PhoneFault) -> None:
        super().__init__(message)
        self.reason = reason


class InvalidEmailAddress(InvalidInput):
    """An e-mail address that no message may be sent to. ``reason`` says why, for programs."""

    def __init__(self, message: str, *, reason: EmailFault) -> None:
        super().__init__(message)
        self.reason = reason


class InvalidKey(InvalidInput):
    """A key that is missing, too short, or not bytes. Never shows the key."""


class InvalidSetting(InvalidInput):
    """An argument, option or environment that cannot be used."""


class InvalidPayload(InvalidInput):
    """
    An order that the service would refuse for its form.

    ``field`` is our name of the field, ``rule`` the service's rule in words.
    """

    def __init__(self, message: str, *, field: str, rule: str) -> None:
        super().__init__(message)
        self.field = field
        self.rule = rule


class InvalidOrder(InvalidInput):
    """A sealed order that was written down and cannot be read back. Never shows what stands in it."""


class UnusableFile(InvalidInput):
    """
    A file of rows, orders or records that cannot be used.

    ``path`` names it, ``line`` counts from 1 and is None where no line is to blame.
    """

    def __init__(self, message: str, *, path: str, line: int | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.line = line


class TemplateError(InvalidInput):
    """
    Something about a template or the values for it.

    The place stands in the sentence and in the fields; a field that does not apply is None.
    """

    def __init__(
        self,
        message: str,
        *,
        template: str | None = None,
        locale: str | None = None,
        file: str | None = None,
        line: int | None = None,
        parameter: str | None = None,
    ) -> None:
        super().__init__(message)
        self.template = template
        self.locale = locale
        self.file = file
        self.line = line
        self.parameter = parameter


class UnknownTemplate(TemplateError, KeyError):
    """The catalog has no message of this name."""

    # KeyError would print the sentence in quotes.
    __str__ = Exception.__str__


class UnknownLocale(TemplateError):
    """The message does not exist in this language, or not in this channel."""


class BrokenManifest(TemplateError):
    """A ``template.toml`` that cannot be used."""


class BrokenTemplate(TemplateError):
    """A template file that does not parse, or that uses more Jinja than templates may."""


class Unbounded(TemplateError):
    """A template for which no worst case can be found; no bound is not the same as a small bound."""


class InvalidValue(TemplateError):
    """A value that is missing, surplus, of another kind, or outside its bounds."""


class PolicyError(StraksError):
    """What the policy found and does not let pass; ``findings`` has each with its place and way out."""

    def __init__(self, findings: tuple[Any, ...]) -> None:
        count = f"{len(findings)} finding{'s' if len(findings) != 1 else ''}"
        super().__init__(
            f"the policy stops this: {count}\n" + "\n".join(f"  {finding}" for finding in findings)
        )
        self.findings = findings


class MissingExtra(StraksError, ImportError):
    """An optional dependency is not installed; the sentence says what to install."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional part of straks; install straks[{extra}]")
        self.extra = extra


class Undelivered(StraksError):
    """
    An order for which there is no receipt.

    ``idempotency_id`` names the order, ``attempts`` counts the requests that were tried. ``retry_after_s``
    is how many seconds the service asked to be left alone for in its last answer, None where it did not.
    """

    def __init__(
        self, message: str, *, idempotency_id: str, attempts: int, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.idempotency_id = idempotency_id
        self.attempts = attempts
        self.retry_after_s = retry_after_s


class Refused(Undelivered):
    """
    The service said no: nothing was sent, and the same order will be refused again.

    ``status`` is the HTTP status, ``problem`` the service's own code and title where it gave
    any, ``fields`` maps our field names to its complaints.
    """

    def __init__(
        self,
        message: str,
        *,
        idempotency_id: str,
        attempts: int,
        status: int,
        problem: str | None = None,
        fields: Mapping[str, tuple[str, ...]] | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(
            message, idempotency_id=idempotency_id, attempts=attempts, retry_after_s=retry_after_s
        )
        self.status = status
        self.problem = problem
        self.fields: dict[str, tuple[str, ...]] = dict(fields or {})


class NotSent(Undelivered):
    """The order never reached the service; it is safe to place it again."""


class InDoubt(Undelivered):
    """
    The order may have been sent, and nobody can say so yet.

    Placing it again under the same idempotency id may reach the person twice, because the
    service hands a message over before it stores the id.
    """


class Unanswered(StraksError):
    """A question about an order got no usable answer; asking again is harmless."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NoToken(Unanswered):
    """
    No token could be had, so nothing that needs one was sent.

    ``code`` is Maskinporten's own (``MP-100``) or None, ``status`` the HTTP status that decided it or
    None, ``temporary`` whether the same may work later without anybody doing anything.
    """

    def __init__(
        self, message: str, *, code: str | None = None, status: int | None = None, temporary: bool = False
    ) -> None:
        super().__init__(message, status=status)
        self.code = code
        self.temporary = temporary


class Withheld(StraksError):
    """
    A one-time code that was not issued.

    ``limit`` is the one that was reached. ``retry_after_s`` is after how many whole seconds another may be
    asked for, None where waiting does not help.
    """

    def __init__(self, message: str, *, limit: CodeLimit, retry_after_s: int | None) -> None:
        super().__init__(message)
        self.limit = limit
        self.retry_after_s = retry_after_s


class TooSoon(Withheld):
    """The code before this one is too fresh; it may still arrive."""


class TooMany(Withheld):
    """As many codes as there may be, or as many wrong ones as an account bears."""


class StoreFailed(StraksError):
    """
    The store of one-time codes did not do its step, so no code was issued and none accepted.

    It may have done it and not said so: a code that was being verified may be spent. What the store
    itself raised is the cause.
    """


class JournalFailed(StraksError):
    """
    A journal of orders could not be written to, so no more of them were sent.

    ``unwritten`` has how the orders ended that were on their way just then, by their ids: the journal still
    takes them for being in flight.
    """

    def __init__(self, message: str, *, path: str, unwritten: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.unwritten: dict[str, str] = dict(unwritten or {})
