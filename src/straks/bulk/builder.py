"""
One row into one order: which column is what, and what a cell means.

Nothing is guessed. A column that is neither named nor a parameter's is an error before anything is built,
because it is a misspelt parameter as often as not, and the values in it would silently be left out. A
language that the template lacks is a reason to turn the row away, unless it was said that languages are to
be negotiated. And a second row about the same occasion to the same recipient is turned away too: with the
same values the service would take it for a repeat and send nothing; with others it is a slip more often
than it is meant, and two messages about one event can be named apart.

What is wrong with a row is told by field and reason, never by what stands there: a phone number may well
stand in the wrong column.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, cast

from straks.altinn.sealed import seal
from straks.bulk.row import Built, Fault, Rejection, Unreadable
from straks.core.email_address import EmailAddress
from straks.core.idempotency import checked_key
from straks.core.list_kind import ListOf
from straks.core.locale import OSLO, negotiate
from straks.core.manifest import CHANNELS
from straks.core.message import Sms
from straks.core.nearest import nearest
from straks.core.parameter import Unfit
from straks.core.phone_number import PhoneNumber
from straks.core.recipient import channel_of
from straks.core.segment import count_segments
from straks.errors import (
    InvalidEmailAddress,
    InvalidPayload,
    InvalidPhoneNumber,
    InvalidSetting,
    InvalidValue,
    PolicyError,
    TemplateError,
    UnknownLocale,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from straks.altinn.sealed import SealedOrder
    from straks.bulk.row import Cells
    from straks.core.message import Email, Message
    from straks.core.parameter import Parameter
    from straks.core.template import Template

    Seen = Callable[[bytes, int], int | None]

_NAME_SHOWN = 40  # characters of a column's name in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """
    Which column holds what is no parameter.

    A language or an occasion that is the same for all rows needs no column. The service keeps a
    ``reference``, so it is taken from a column only where one is named. ``ignored`` columns are in the
    file for other purposes.
    """

    to: str = "to"
    locale: str = "locale"
    occasion: str = "occasion"
    reference: str | None = None
    ignored: Collection[str] = field(default_factory=frozenset[str])


class _Wrong(Exception):
    """What is wrong with a row: `Fault`, field and reason."""

    def __init__(self, fault: Fault, name: str | None, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault
        self.name = name


class Builder:
    """
    Makes orders of rows.

    Args:
        template: What is to be sent.
        key: What ids and pseudonyms are made with, at least 16 bytes.
        columns: Which column holds what.
        locale: The language of all rows; None where a column says.
        occasion: The occasion of all rows, your own name for the event; None where a column says. With
            the same occasion and values, the same row is the same order however often it is built.
        values: Values that are the same in all rows, by parameter.
        sender: The sender of all messages; None for the service's default.
        channel: ``sms`` or ``email``; None where each recipient says.
        negotiated: Give a person whose language there is not the nearest one, as `straks.negotiate`
            does, instead of turning the row away.
        regions: Countries that numbers may be in; None for any.
        not_after: The moment after which no order is to be sent, with its zone.

    Raises:
        InvalidKey: The key cannot be used.
        InvalidEmailAddress: The sender has an @, and is no address.
        UnknownLocale: The template lacks the language of all rows.
        InvalidValue: A value that is the same in all rows is not admitted.
        PolicyError: The policy of the template's catalog does not let it make messages.
    """

    def __init__(
        self,
        template: Template,
        *,
        key: bytes,
        columns: Columns | None = None,
        locale: str | None = None,
        occasion: str | None = None,
        values: Mapping[str, object] | None = None,
        sender: str | None = None,
        channel: str | None = None,
        negotiated: bool = False,
        regions: Collection[str] | None = None,
        not_after: datetime | None = None,
    ) -> None:
        checked_key(key)
        template.gate.admit(template)
        self.template = template
        self._key = key
        self._columns = columns or Columns()
        self._locale = locale
        self._occasion = occasion
        self._values = dict(values or {})
        self._sender = sender
        self._sender_address = EmailAddress.parse(sender) if sender and "@" in sender else None
        self._channel = channel
        self._negotiated = negotiated
        self._regions = regions
        self._not_after = not_after
        self._parameters = {
            name: parameter for name, parameter in template.parameters.items() if name not in self._values
        }
        self._locales = {
            each: [known for known in template.locales if template.has(known, each)] for each in CHANNELS
        }
        self._known = frozenset([*self._own(), *self._columns.ignored, *self._parameters])
        if not_after is not None and not_after.utcoffset() is None:
            raise InvalidSetting("not_after is a moment with its zone, such as one with tzinfo=UTC")
        for name, value in self._values.items():
            _check_constant(template, name, value)
        if locale is not None and not negotiated:
            _check_locale(template, locale, template.channels if channel is None else (channel,))

    def _own(self) -> set[str]:
        """Return the columns that are no parameter's, and check that no parameter claims one."""
        columns = self._columns
        given = {columns.to: None, columns.locale: self._locale, columns.occasion: self._occasion}
        for name, constant in given.items():
            if constant is None and name in self._parameters:
                raise InvalidSetting(
                    f"{name!r} is a parameter of {self.template.name} too; call the column something else"
                )
        return {*given, *filter(None, [columns.reference])}

    def check_header(self, names: Collection[str], *, fixed: bool = True) -> None:
        """
        Hold the names of a file's columns against what is needed.

        Args:
            names: Those of all rows, or of the first one where each row has its own.
            fixed: Whether they are those of all rows.

        Raises:
            InvalidSetting: One is missing from all rows, or there twice, or is neither named nor a
                parameter's.
        """
        if fixed:
            self._check_needed(names)
        for name in names:
            if name not in self._known:
                hint = self._hint(name, names)
                # The key of an object may be what it looks like; that of a table with a recipient is a name.
                what = _shown(name) if fixed or hint else "that some rows have"
                raise InvalidSetting(
                    f"the column {what} is no parameter of {self.template.name}; "
                    f"{hint or 'ignore it by name if it is for something else'}"
                )

    def _check_needed(self, names: Collection[str]) -> None:
        columns = self._columns
        if columns.to not in names:
            nearest = _nearest(columns.to, names)
            hint = f"did you mean {_shown(nearest)}?" if nearest else "name the one that holds recipients"
            # Without it there may be no header at all, and what stands there instead is not shown.
            raise InvalidSetting(
                f"there is no column {columns.to!r} among the {len(names)} that the first row names; {hint}"
            )
        if twice := [name for name, count in Counter(names).items() if count > 1]:
            raise InvalidSetting(f"two columns are called {_shown(twice[0])}; name them apart")
        for wanted, given, what in (
            (columns.locale, self._locale, "language"),
            (columns.occasion, self._occasion, "occasion"),
        ):
            if given is None and wanted not in names:
                raise InvalidSetting(
                    f"there is no column {wanted!r}; name the one that holds the {what}, or give one {what} "
                    "for all rows"
                )
        for name, parameter in self._parameters.items():
            if name not in names and not parameter.optional:
                nearest = _nearest(name, names)
                hint = f"did you mean {_shown(nearest)}?" if nearest else "add it, or set it for all rows"
                raise InvalidSetting(f"there is no column {name!r}, which {self.template.name} needs; {hint}")

    def _hint(self, name: str, names: Collection[str]) -> str | None:
        nearest = _nearest(name, [known for known in self._known if known not in names])
        return f"did you mean {nearest!r}?" if nearest else None

    def build(self, row: int, cells: Cells | Unreadable, seen: Seen | None = None) -> Built | Rejection:
        """
        Make the order of a row, or say why there is none.

        Args:
            row: Its number.
            cells: What stands in it.
            seen: Is given what a row is about, as a digest, and its number; returns the number of an
                earlier row with the same digest, None if there is none.

        Raises:
            InvalidSetting: The sender is none; that is no single row's fault.
        """
        if isinstance(cells, Unreadable):
            return Rejection(row, Fault.SHAPE, None, cells.reason)
        try:
            return self._build(row, cells, seen)
        except _Wrong as wrong:
            return Rejection(row, wrong.fault, wrong.name, str(wrong))

    def duplicate(self, row: int, earlier: int) -> Rejection:
        """Return what becomes of a row that is about the same as one before it, number *earlier*."""
        return Rejection(row, Fault.DUPLICATE, self._columns.occasion, _duplicate_of(earlier))

    def _build(self, row: int, cells: Cells, seen: Seen | None) -> Built:
        if not cells.keys() <= self._known:
            self._refuse_surplus(cells)
        to = self._text(cells, self._columns.to, Fault.RECIPIENT)
        channel = self._channel or channel_of(to)
        message = self._message(channel, to, self._language(cells, channel), self._read(cells))
        occasion = self._occasion
        if occasion is None:
            occasion = self._text(cells, self._columns.occasion, Fault.OCCASION)
        order = self._order(message, occasion, cells)
        if seen is not None:
            about = f"{order.channel}\n{order.pseudonym}\n{occasion}".encode("utf-8", "surrogatepass")
            if earlier := seen(blake2b(about, digest_size=16).digest(), row):
                raise _Wrong(Fault.DUPLICATE, self._columns.occasion, _duplicate_of(earlier))
        return Built(row, order, count_segments(message.body) if isinstance(message, Sms) else 0)

    def _refuse_surplus(self, cells: Cells) -> None:
        surplus = next(name for name in cells if name not in self._known)
        hint = self._hint(surplus, cells)
        # It is shown where it is a slip of one of ours; anything else may be what it looks like.
        what = f"{_shown(surplus)}; {hint}" if hint else "one that is no parameter; take it out"
        raise _Wrong(Fault.SHAPE, None, f"has a column too many: {what}")

    def _language(self, cells: Cells, channel: str) -> str:
        column = self._columns.locale
        there = self._locales[channel]
        if not there:
            what = "an SMS" if channel == "sms" else "an e-mail"
            reason = f"takes {what}, and {self.template.name} has none"
            raise _Wrong(Fault.RECIPIENT, self._columns.to, reason)
        if self._negotiated:
            wanted = self._locale if self._locale is not None else cells.get(column)
            return negotiate(wanted if isinstance(wanted, str) else None, there)
        wanted = self._locale if self._locale is not None else self._text(cells, column, Fault.LANGUAGE)
        try:
            return self.template.resolve(wanted.strip(), channel)
        except UnknownLocale:
            # Whose sentence repeats what was asked for.
            reason = (
                f"{self.template.name} has no {channel} in the language of this row; it has it in "
                f"{', '.join(there)}. Languages can be negotiated instead"
            )
        raise _Wrong(Fault.LANGUAGE, column, reason)

    def _read(self, cells: Cells) -> dict[str, object]:
        values = dict(self._values)
        for name, parameter in self._parameters.items():
            cell = cells.get(name)
            if parameter.optional and (cell is None or cell == ""):
                continue
            if cell is None:
                raise _Wrong(Fault.VALUE, name, "is missing")
            try:
                values[name] = value_of(parameter, cell)
            except Unfit as flaw:
                raise _Wrong(Fault.VALUE, name, f"{name!r} {flaw}") from None
        return values

    def _message(self, channel: str, to: str, locale: str, values: Mapping[str, object]) -> Sms | Email:
        try:
            if channel == "sms":
                number = PhoneNumber.parse(to, regions=self._regions)
                return self.template.sms(locale, number, values, self._sender)
            if self._sender is not None and self._sender_address is None:
                raise InvalidSetting(
                    "the sender of an e-mail is a registered address; leave it out for the default"
                )
            return self.template.email(locale, EmailAddress.parse(to), values, self._sender_address)
        except (InvalidPhoneNumber, InvalidEmailAddress) as error:
            raise _Wrong(Fault.RECIPIENT, self._columns.to, str(error)) from None
        except InvalidValue as error:
            reason = str(error).removeprefix(f"{self.template.name} ({locale}, {channel}): ")
            raise _Wrong(Fault.VALUE, error.parameter, reason) from None
        except TemplateError as error:
            raise _Wrong(Fault.MESSAGE, None, str(error)) from None

    def _order(self, message: Message, occasion: str, cells: Cells) -> SealedOrder:
        column = self._columns.reference
        reference = None if column is None else cells.get(column) or None
        text = None if reference is None else _as_text(reference, column, Fault.MESSAGE)
        try:
            return seal(message.order(occasion, self._key, text), not_after=self._not_after)
        except InvalidSetting as error:
            raise _Wrong(Fault.MESSAGE, column, str(error)) from None
        except InvalidPayload as error:
            raise _Wrong(Fault.MESSAGE, error.field, str(error)) from None
        except PolicyError as error:
            codes = ", ".join(f"{finding.code} {finding.name}" for finding in error.findings)
            raise _Wrong(Fault.POLICY, None, f"the policy stops this: {codes}") from None

    @staticmethod
    def _text(cells: Cells, column: str, fault: Fault) -> str:
        cell = cells.get(column)
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            raise _Wrong(fault, column, "is missing")
        return _as_text(cell, column, fault)


def _duplicate_of(earlier: int) -> str:
    what = f"row {earlier} is about the same occasion, to the same recipient"
    return f"{what}; give each event an occasion of its own"


def _check_locale(template: Template, locale: str, channels: Sequence[str]) -> None:
    """Raise `UnknownLocale` unless there is the language in one of *channels*: which, each row says."""
    for channel in channels[1:]:
        with suppress(UnknownLocale):
            template.resolve(locale, channel)
            return
    template.resolve(locale, channels[0])


def _check_constant(template: Template, name: str, value: object) -> None:
    parameter, flaw = template.parameters.get(name), "is none of its parameters"
    if parameter is not None:
        if value is None and parameter.optional:
            return
        try:
            parameter.check(value)
        except Unfit as unfit:
            flaw = str(unfit)
        else:
            return
    raise InvalidValue(f"{template.name}: {name!r} {flaw}", template=template.name, parameter=name)


def value_of(parameter: Parameter, cell: object) -> object:
    """
    Return the value that *cell* means to *parameter*; still to be checked.

    Text is read as it is typed at a command line. Numbers, dates and lists that a file holds as such are
    taken as such; a moment without a zone is Norway's, as it is when it is typed.

    Raises:
        Unfit: It is text, and means none.
    """
    if isinstance(cell, str):
        return parameter.read(cell)
    if isinstance(cell, list) and isinstance(parameter, ListOf):
        return [value_of(parameter.of, item) for item in cast("list[object]", cell)]
    if isinstance(cell, datetime) and cell.tzinfo is None:
        return cell.replace(tzinfo=OSLO)
    return cell  # pyright: ignore[reportUnknownVariableType] - of a list its type is not known


def _nearest(name: str, names: Iterable[str]) -> str | None:
    """Return what *name* is likely a slip of, capitals apart."""
    by_folded = {each.casefold(): each for each in names}
    found = nearest(name.casefold(), by_folded)
    return by_folded[found] if found else None


def _as_text(cell: object, column: str | None, fault: Fault) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) and not isinstance(cell, bool) and fault is not Fault.RECIPIENT:
        return str(cell)
    raise _Wrong(fault, column, f"is text, not {type(cell).__name__}; put it in quotes")


def _shown(name: str) -> str:
    """Return a column's name for a sentence: on one line, and not all of it where it is long."""
    return repr(name if len(name) <= _NAME_SHOWN else f"{name[:_NAME_SHOWN]}…")
