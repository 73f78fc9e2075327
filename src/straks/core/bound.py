"""
The proven worst case of a template: over every value its parameters admit, and never by sampling.

Three steps, a module each: `straks.core.domain` says what a parameter admits, `straks.core.ways`
follows every way through the parsed template, `straks.core.worst` fills each way as full as it goes.
Here they are put together, and the answer is checked against itself: the values that should reach the
bound are rendered for real, and only if they come out at exactly the bound is it called exact. What
cannot be bounded is `Unbounded`, with the place, for no bound is not the same as a small bound.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Literal, overload

from straks.core import ledger
from straks.core.domain import Free, TooMany, domain_of
from straks.core.email_address import EmailAddress
from straks.core.hygiene import starts_with_mark
from straks.core.list_kind import ListOf
from straks.core.phone_number import PhoneKind, PhoneNumber
from straks.core.printing import Printer
from straks.core.segment import Encoding, segment
from straks.core.skeleton import Place, in_place, marker_of
from straks.core.template import HTML_FILE, SMS_FILE, SUBJECT_FILE, TEXT_FILE
from straks.core.text_kinds import Url
from straks.core.way import Hole, Joined, Lost, Said
from straks.core.ways import Walker
from straks.core.worst import Spot, TooManyCombinations, Worst, any_value, worst_sms, worst_total
from straks.errors import InvalidSetting, StraksError, Unbounded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from straks.core.parameter import Parameter
    from straks.core.template import Template
    from straks.core.way import Piece, Way


@dataclass(frozen=True, slots=True)
class SmsBound:
    """
    The worst case of an SMS.

    No admitted value renders to more segments, nor to as many with more units. ``witness`` are
    values that reach it, if ``exact``. ``gateway_count`` and ``recorded_count`` are upper bounds of
    their own, which other values may reach.
    """

    encoding: Encoding
    units: int
    segments: int
    gateway_count: int
    recorded_count: int
    exact: bool
    witness: Mapping[str, Any] = field(repr=False)
    spare: int = 0


@dataclass(frozen=True, slots=True)
class EmailBound:
    """The worst case of an e-mail: octets of its body as UTF-8, and characters of its subject."""

    html_bytes: int
    subject_characters: int
    exact: bool
    witness: Mapping[str, Any] = field(repr=False)


@overload
def bound(template: Template, locale: str, channel: Literal["sms"]) -> SmsBound: ...
@overload
def bound(template: Template, locale: str, channel: Literal["email"]) -> EmailBound: ...
@overload
def bound(template: Template, locale: str, channel: str) -> SmsBound | EmailBound: ...
def bound(template: Template, locale: str, channel: str) -> SmsBound | EmailBound:
    """
    Return the worst case of *template* over every value that its parameters admit.

    Args:
        template: One of a catalog.
        locale: One of its languages.
        channel: ``"sms"`` or ``"email"``.

    Raises:
        Unbounded: There is no bound, or none can be found; names the place.
        UnknownLocale: The message does not exist in this language and channel.
        InvalidSetting: There is no such channel.
    """
    if channel not in ("sms", "email"):
        raise InvalidSetting(f"a channel is sms or email, not {channel!r}")
    case = _Case(template.ungated, template.resolve(locale, channel))
    try:
        return case.sms() if channel == "sms" else case.email()
    except Lost as lost:
        raise Unbounded(
            f"{lost.file}, line {lost.line}: no bound can be found: {lost}",
            template=template.name,
            locale=locale,
            file=lost.file,
            line=lost.line,
        ) from None
    except (TooMany, TooManyCombinations) as many:
        raise Unbounded(
            f"{template.name} ({locale}, {channel}): no bound can be found: {many}",
            template=template.name,
            locale=locale,
        ) from None


class _Case:
    """One template in one language."""

    def __init__(self, template: Template, locale: str) -> None:
        self._template = template
        self._locale = locale
        self._folder = f"{template.name}/{locale}"
        self._renderer = template.renderer
        self._printer = Printer(template, locale)
        self._walker = Walker(self._renderer.tree, template.parameters, locale, self._printer.filtered)

    def sms(self) -> SmsBound:
        worst: Worst | None = None
        witness: Mapping[str, Any] = {}
        characters = recorded = 0
        for way in self._walker.ways(f"{self._folder}/{SMS_FILE}"):
            pieces = _as_sent(way.pieces)
            found = worst_sms(pieces, way.domains, self._printer.prints_plainly)
            if found is None:
                continue
            if worst is None or found.load > worst.load:
                worst, witness = found, self._values(way, found.values)
            characters = max(characters, self._total(pieces, way, len))
            recorded = max(recorded, self._total(pieces, way, ledger.recorded_length))
        if worst is None:
            raise TooMany("no value fits it")
        segments, units = worst.load
        return SmsBound(
            encoding=worst.segmentation.encoding,
            units=units,
            segments=segments,
            spare=worst.segmentation.spare,
            gateway_count=ledger.count(characters),
            recorded_count=min(ledger.count(recorded), ledger.MOST_MESSAGES),
            exact=self._sms_load(witness) == (*worst.load, worst.segmentation.encoding),
            witness=witness,
        )

    def email(self) -> EmailBound:
        has_html = HTML_FILE in self._template.files[self._locale]
        most, longest = -1, 0
        witness: Mapping[str, Any] = {}
        for head in self._walker.ways(f"{self._folder}/{SUBJECT_FILE}"):
            subject = _as_subject(head.pieces)
            longest = max(longest, self._total(subject, head, len))
            file = f"{self._folder}/{HTML_FILE if has_html else TEXT_FILE}"
            for way in self._walker.ways(file, head, subject=Joined(tuple(map(_said, subject)))):
                fixed, spots = self._html_spots(way, file) if has_html else _text_spots(way)
                titled = [(piece, len) for piece in subject if isinstance(piece, Hole)]
                size, values = worst_total(spots, way.domains, self._printer.prints, then=titled)
                if fixed + size > most:
                    most, witness = fixed + size, self._values(way, values)
        return EmailBound(most, longest, exact=self._email_size(witness) == (most, longest), witness=witness)

    def _html_spots(self, way: Way, file: str) -> tuple[int, list[Spot]]:
        """Sanitise a way with its values as markers; return the size of the page, and where it is open."""
        values = [piece for piece in way.pieces if not isinstance(piece, str)]
        numbers = iter(range(len(values)))
        page = self._renderer.page_of(
            file,
            "".join(
                piece if isinstance(piece, str) else marker_of(next(numbers), link=self._is_link(piece))
                for piece in way.pieces
            ),
        )
        fixed, spots = 0, list[Spot]()
        for part in page:
            if isinstance(part, str):
                fixed += len(part.encode())
                continue
            value, size = values[part[0]], _SIZE_IN[part[1]]
            if isinstance(value, Hole):
                spots.append((value, size))
            else:
                fixed += size(_text_of(value))
        return fixed, spots

    def _is_link(self, piece: Piece) -> bool:
        parameter = (
            self._printer.parameter(piece.ref) if isinstance(piece, Hole) and not piece.filters else None
        )
        return isinstance(parameter, Url)

    def _total(self, pieces: Sequence[Piece], way: Way, size: Callable[[str], int]) -> int:
        fixed = sum(size(_text_of(piece)) for piece in pieces if not isinstance(piece, Hole))
        spots = [(piece, size) for piece in pieces if isinstance(piece, Hole)]
        return fixed + worst_total(spots, way.domains, self._printer.prints_plainly)[0]

    # --- values ---------------------------------------------------------------------------

    def _values(self, way: Way, found: Mapping[str, Any]) -> dict[str, Any]:
        """Return values for every parameter that take *way* and are *found* where it has holes."""
        values: dict[str, Any] = {}
        for name, parameter in self._template.parameters.items():
            if isinstance(parameter, ListOf) and name in way.lengths:
                refs = [f"{name}#{number}" for number in range(way.lengths[name])]
                values[name] = [found.get(ref, _one_of(way, ref, parameter.of)) for ref in refs]
            elif name in found:
                values[name] = found[name]
            elif name not in way.absent:
                values[name] = _one_of(way, name, parameter)
        return values

    # --- the answer against itself --------------------------------------------------------

    def _sms_load(self, witness: Mapping[str, Any]) -> tuple[int, int, Encoding] | None:
        try:
            body = self._template.sms(self._locale, _NOBODYS_NUMBER, witness).body
        except StraksError:
            return None
        counted = segment(body)
        return len(counted), counted.units, counted.encoding

    def _email_size(self, witness: Mapping[str, Any]) -> tuple[int, int] | None:
        try:
            email = self._template.email(self._locale, _NOBODYS_ADDRESS, witness)
        except StraksError:
            return None
        return len(email.body.encode()), len(email.subject)


# Never sent to: a bound is rendered, not placed. Sweden's range for fiction, and RFC 2606.
_NOBODYS_NUMBER = PhoneNumber("+46701740605", "SE", PhoneKind.MOBILE, "46")
_NOBODYS_ADDRESS = EmailAddress("nobody@example.org", "nobody@example.org", "nobody@example.org")


def _escaped_in(place: Place) -> Callable[[str], int]:
    return lambda text: len(escape(in_place(text, place)).encode())


_SIZE_IN = {place: _escaped_in(place) for place in Place}


def _text_spots(way: Way) -> tuple[int, list[Spot]]:
    pieces = _as_sent(way.pieces)
    fixed = sum(len(_text_of(piece).encode()) for piece in pieces if not isinstance(piece, Hole))
    return fixed, [(piece, lambda text: len(text.encode())) for piece in pieces if isinstance(piece, Hole)]


def _one_of(way: Way, ref: str, parameter: Parameter) -> Any:  # noqa: ANN401 - any kind's value
    domain = way.domains.get(ref)
    if domain is None or (isinstance(domain, Free) and parameter.example):
        return parameter.example if parameter.example is not None else any_value(domain_of(parameter))
    return any_value(domain)


def _text_of(piece: Piece) -> str:
    return piece if isinstance(piece, str) else piece.text if isinstance(piece, Said) else ""


def _said(piece: Piece) -> Piece:
    return Said(piece) if isinstance(piece, str) else piece


def _as_sent(pieces: Iterable[Piece]) -> list[Piece]:
    """Merge constant text and trim it as a plain-text file is when it is rendered."""
    merged = _merged(pieces)
    for number, piece in enumerate(merged):
        if isinstance(piece, str):
            if number and starts_with_mark(piece):
                raise TooMany("a combining mark stands right after a value and would change it")
            text = re.sub(r"[^\S\n]+(?=\n)", "", unicodedata.normalize("NFC", piece))
            text = text.lstrip() if number == 0 else text
            merged[number] = text.rstrip() if number == len(merged) - 1 else text
    return merged


def _as_subject(pieces: Iterable[Piece]) -> list[Piece]:
    """Trim a subject as it is rendered: one line, one space at a time."""
    return [re.sub(r"\s+", " ", piece) if isinstance(piece, str) else piece for piece in _as_sent(pieces)]


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    merged: list[Piece] = []
    for piece in pieces:
        text = None if isinstance(piece, Hole) else _text_of(piece)
        last = merged[-1] if merged else None
        if text is None:
            merged.append(piece)
        elif isinstance(last, str):
            merged[-1] = last + text
        elif text:
            merged.append(text)
    return merged
