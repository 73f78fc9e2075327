"""
A message, filled and checked, and the order to send it.

Both are values, and neither shows what it holds: a message's ``repr`` names template, language and
masked recipient, and what a person may want to see (``body``, ``html``) is asked for by name. Neither
has slots, for the reason that `straks.core.made` gives.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from straks.core import idempotency
from straks.core.display import Displayed
from straks.core.gate import OPEN
from straks.core.given import require
from straks.core.hygiene import offence
from straks.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from straks.core.email_address import EmailAddress
    from straks.core.filled_page import FilledPage
    from straks.core.gate import Gate
    from straks.core.manifest import Purpose, Repeat
    from straks.core.phone_number import PhoneNumber
    from straks.core.segment import Segmentation

_REFERENCE_CHARACTERS = 255


class ContentType(StrEnum):
    """What the body of an e-mail is, in the service's own words."""

    PLAIN = "Plain"
    HTML = "Html"


@dataclass(frozen=True, kw_only=True)
class Message(Displayed, ABC):
    """
    What `Sms` and `Email` have in common: where it came from, and how it becomes an order.

    ``gate`` is the template's, and has a say in every order. ``secrets`` are the secret values as they
    were printed, so that whoever shows the message can cover them up.
    """

    channel: ClassVar[str]

    template: str
    locale: str
    purpose: Purpose
    repeat: Repeat
    canonical_values: Mapping[str, str] = field(repr=False, hash=False)
    gate: Gate = field(default=OPEN, repr=False, compare=False)
    secrets: tuple[str, ...] = field(default=(), repr=False, compare=False)

    @property
    @abstractmethod
    def address(self) -> str:
        """The whole recipient: E.164, or the normalised e-mail address."""

    @property
    @abstractmethod
    def masked_recipient(self) -> str:
        """The recipient as anybody may see it."""

    @property
    @abstractmethod
    def sender_name(self) -> str | None:
        """The originator or sender address as text, None for the service's default."""

    def order(self, occasion: str, key: bytes | None, reference: str | None = None) -> Order:
        """
        Make the order to send this message.

        Args:
            occasion: Your own name for the event that the message is about. The same message about
                the same occasion has the same id, and is placed once.
            key: At least 16 bytes; from it comes everything in the order that must not be guessed.
            reference: Your own reference, kept by the service and returned with every status. Put
                no personal data in it.

        Raises:
            InvalidKey: The key is missing, short, or not bytes.
            InvalidSetting: The occasion is empty, or the reference is not one printable line.
            PolicyError: The catalog's policy does not let it go.
        """
        keyed = idempotency.keyed(key)
        if reference is not None:
            _check_reference(reference)
        address = self.address
        order = Order.__new__(Order)  # as `straks.core.made`, written out
        own = order.__dict__
        own["message"] = self
        own["idempotency_id"] = idempotency.idempotency_id(
            key=keyed,
            template=self.template,
            channel=self.channel,
            locale=self.locale,
            recipient=address,
            sender=self.sender_name,
            values=self.canonical_values,
            occasion=occasion,
        )
        own["reference"] = reference
        own["pseudonym"] = idempotency.pseudonym(address, keyed)
        own["rehearsal"] = keyed.rehearsal
        # The traceback of an error keeps this frame, and there are those that print what it holds.
        del key, address
        self.gate.release(order)
        return order

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.template} ({self.locale}) to {self.masked_recipient}>"


def _check_reference(reference: str) -> None:
    require(reference, str, "a reference is text (str)")
    if not reference.strip() or len(reference) > _REFERENCE_CHARACTERS:
        raise InvalidSetting(
            f"a reference has 1 to {_REFERENCE_CHARACTERS} characters; leave it out if there is none"
        )
    if found := offence(reference):
        raise InvalidSetting(f"the reference holds {found[1]} at character {found[0] + 1}; take it out")


@dataclass(frozen=True, kw_only=True, repr=False)
class Sms(Message):
    """
    A text message.

    ``sender`` is the originator that the phone shows, None for the service's default;
    ``time_to_live`` is how long the gateway may try to deliver.
    """

    channel: ClassVar[str] = "sms"

    recipient: PhoneNumber
    body: str
    time_to_live: timedelta
    sender: str | None = None

    @property
    def segmentation(self) -> Segmentation:
        """How a handset receives the body."""
        from straks.core.segment import segment

        return segment(self.body)

    @property
    def address(self) -> str:
        """The recipient as E.164."""
        return self.recipient.e164

    @property
    def masked_recipient(self) -> str:
        """The recipient as anybody may see it."""
        return self.recipient.masked

    @property
    def sender_name(self) -> str | None:
        """The originator, None for the service's default."""
        return self.sender


@dataclass(frozen=True, kw_only=True, repr=False)
class Email(Message):
    """
    An e-mail.

    ``text`` is always there: the author's own, or the plain-text twin of ``html``. ``content_type``
    says which of them is sent; the service takes one body. ``sender`` is None for its default.

    One that comes of a template may hold its page and the values instead of ``html`` and ``text``, which are
    then made when they are first asked for.
    """

    channel: ClassVar[str] = "email"

    recipient: EmailAddress
    subject: str
    text: str
    html: str | None
    content_type: ContentType
    sender: EmailAddress | None = None

    if not TYPE_CHECKING:  # for whom the two are fields

        def __getattr__(self, name: str) -> str:
            page = self.__dict__.get("page")
            if page is None or name not in {"html", "text"}:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            made = self.__dict__[name] = page.html() if name == "html" else page.text()
            return made

    @property
    def unmade_body(self) -> FilledPage | None:
        """What is sent, as long as it is not put together; None where it is."""
        page: FilledPage | None = self.__dict__.get("page")
        return page if self.content_type is ContentType.HTML else None

    @property
    def body(self) -> str:
        """What is sent."""
        return self.html if self.content_type is ContentType.HTML and self.html is not None else self.text

    @property
    def address(self) -> str:
        """The recipient's normalised address."""
        return self.recipient.normalised

    @property
    def masked_recipient(self) -> str:
        """The recipient as anybody may see it."""
        return self.recipient.masked

    @property
    def sender_name(self) -> str | None:
        """The sender's address, None for the service's default."""
        return None if self.sender is None else str(self.sender)


@dataclass(frozen=True)
class Order(Displayed):
    """
    A message about an occasion, ready to be placed.

    ``idempotency_id`` is the same for the same message about the same occasion, in every process
    and release. ``pseudonym`` stands for the recipient in records. ``rehearsal`` is True for an
    order made with the simulator's public key: a transport takes it nowhere but to this machine.
    """

    message: Message
    idempotency_id: str
    reference: str | None = field(default=None, repr=False)
    pseudonym: str = field(default="", repr=False)
    rehearsal: bool = field(default=False, repr=False)
