"""
The proven worst case of a template: over every value its parameters admit, and never by sampling.

Three steps: what the parameters admit, every way through the parsed template, and each way filled as
full as it goes. Here they are put together, and the answer is checked against itself: the values that
should reach the bound are rendered for real, and only if they come out at exactly the bound is it
called exact. What cannot be bounded is `Unbounded`, with the place, for no bound is not the same as a
small bound.

The steps, each with the modules it takes (all in `straks.core`):

what values there are
    `domain`, what a parameter admits; `narrowing`, what a condition leaves of it; `printing`, what one
    value prints; `options`, what may be printed where a value stands; `spelling`, the same of a free
    text, letter by letter.
what ways there are
    `way`, the types that all of these speak in; `ways`, the statements; `expressions`, `conditions` and
    `filtering`, what stands in them; `joined_text`, filters on a text put together; `folding`, ways put
    together that can no longer be told apart; `uses`, which names are still asked for; `paged`, the HTML
    page that a way becomes.
how far they get
    `meters` and `packing`, what a text is measured by; `worst`, the furthest that a way gets; `choosing`,
    values that take it.

Why nothing is missed: a step that does not know better adds. What a condition leaves open, both
branches get; what a filter may make of a letter, all of it is there; ways that are too many are one
that may be any of them. Each can make a bound too high, which then is not called exact, and none too low.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, overload

from straks.core import ledger
from straks.core.alphabet import FOREIGN
from straks.core.choosing import fullest_texts, values_for
from straks.core.domain import TooMany
from straks.core.fiction import NOBODYS_NUMBER
from straks.core.folding import Path
from straks.core.given import require
from straks.core.joined_text import on_one_line
from straks.core.meters import CHARACTERS, GSM7, OCTETS, PAGE_OCTETS, RECORDED, SUBJECT, UCS2, Sized
from straks.core.packing import PACKINGS, runs_of
from straks.core.paged import LONGEST_PAGE, MOST_PAGES, Pager, TooLongPage, TooManyPages
from straks.core.printing import Printer
from straks.core.segment import MOST_SEGMENTS, Encoding, segment
from straks.core.template import HTML_FILE, SMS_FILE, SUBJECT_FILE, TEXT_FILE, Template
from straks.core.url_kind import Url
from straks.core.way import Hole, Known, Lost, Way
from straks.core.ways import Walker
from straks.core.worst import Weighing
from straks.errors import InvalidSetting, StraksError, Unbounded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from straks.core.choosing import Printed, Score
    from straks.core.meters import Meter
    from straks.core.worst import Worst


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
        Unbounded: There is no bound, or none can be found; names the place, and the way out.
        BrokenTemplate: A value stands in the HTML of an e-mail where none may.
        UnknownLocale: The message does not exist in this language and channel.
        InvalidSetting: There is no such channel, or *template* is none.
    """
    require(template, Template, 'bound takes a template, such as catalog["one-time-code"]')
    if channel not in ("sms", "email"):
        raise InvalidSetting(f"a channel is sms or email, not {channel!r}")
    case = _Case(template.ungated, template.resolve(locale, channel), plainly=channel == "sms")
    try:
        return case.sms() if channel == "sms" else case.email()
    except RecursionError:
        raise Unbounded(
            f"{template.name} ({locale}, {channel}): no bound can be found: "
            "it is nested too deeply; use fewer levels of brackets and blocks",
            template=template.name,
            locale=locale,
        ) from None
    except Lost as lost:
        raise Unbounded(
            f"{lost.file}, line {lost.line}: no bound can be found: {lost}",
            template=template.name,
            locale=locale,
            file=lost.file,
            line=lost.line,
        ) from None
    except TooMany as many:
        raise Unbounded(
            f"{template.name} ({locale}, {channel}): no bound can be found: {many}",
            template=template.name,
            locale=locale,
        ) from None


class _Case:
    """One template in one language."""

    def __init__(self, template: Template, locale: str, *, plainly: bool) -> None:
        self._template = template
        self._locale = locale
        self._folder = f"{template.name}/{locale}"
        self._printer = Printer(template, locale, plainly=plainly)
        self._walker = Walker(template.renderer.tree, template.parameters, locale, self._printer)

    # --- SMS ------------------------------------------------------------------------------

    def sms(self) -> SmsBound:
        way = self._walker.as_way(self._walker.paths(f"{self._folder}/{SMS_FILE}"))
        worst, encoding = self._furthest(way)
        packing = PACKINGS[encoding]
        segments, units = packing.load(worst.reach)
        score = partial(_sms_score, foreign=worst.foreign, encoding=encoding)
        witness = self._values(way.after(worst.ways), worst.values, score)
        return SmsBound(
            encoding=encoding,
            units=units,
            segments=segments,
            spare=packing.spare(worst.reach),
            gateway_count=ledger.count(self._largest(way, CHARACTERS).reach),
            recorded_count=min(ledger.count(self._largest(way, RECORDED).reach), ledger.MOST_MESSAGES),
            exact=segments <= MOST_SEGMENTS and self._sms_load(witness) == (segments, units, encoding),
            witness=witness,
        )

    def _furthest(self, way: Way) -> tuple[Worst, Encoding]:
        """Return what gets furthest as an SMS: in septets, or with something that they lack."""
        septets = self._weighing(GSM7)
        found = [(worst, Encoding.GSM7) for worst in septets.worst(way)]
        if septets.met_foreign:
            found += [(worst, Encoding.UCS2) for worst in self._weighing(UCS2).worst(way) if worst.foreign]
        if not found:
            raise TooMany("no values fit it")
        return max(found, key=lambda each: PACKINGS[each[1]].load(each[0].reach))

    # --- e-mail ---------------------------------------------------------------------------

    def email(self) -> EmailBound:
        has_html = HTML_FILE in self._template.files[self._locale]
        file = f"{self._folder}/{HTML_FILE if has_html else TEXT_FILE}"
        meter = PAGE_OCTETS if has_html else OCTETS
        heads = self._walker.paths(f"{self._folder}/{SUBJECT_FILE}", later=self._walker.uses.of_file(file))
        subject = self._walker.as_way(heads)
        longest = self._largest(subject, SUBJECT)
        way = self._walker.as_way(self._walker.paths(file, [self._below(head) for head in heads]))
        if has_html:
            way = self._page(way, file)
        worst = self._largest(way, meter, self._told_by(subject))
        body, head = way.after(worst.ways), subject.after(longest.ways)
        witness = self._values(
            Way(body.pieces, head.facts.and_also(body.facts)),
            {**longest.values, **worst.values},
            partial(_email_score, meter=meter),
            head,
        )
        sizes = (worst.reach, longest.reach)
        exact = worst.reach <= _LARGEST_TRIED and self._email_size(witness) == sizes
        return EmailBound(*sizes, exact=exact, witness=witness)

    def _below(self, head: Path) -> Path:
        """Return where a body begins that stands under the subject *head*."""
        names = {"locale": Known(self._locale), "subject": on_one_line(head.pieces)}
        return Path(None, (names,), head.facts)

    def _page(self, way: Way, file: str) -> Way:
        pager = Pager(partial(self._template.renderer.page_of, file), self._is_link)
        try:
            return pager.page(way)
        except TooManyPages:
            what = (
                f"in more than {MOST_PAGES} combinations of branches its HTML is not closed where it is "
                "opened; close each element in the branch that opens it, and put no branch into a tag or "
                "between the rows of a table"
            )
        except TooLongPage:
            what = f"it is longer than {LONGEST_PAGE} characters, which e-mail programs cut; shorten it"
        raise Unbounded(
            f"{file}: no bound can be found: {what}",
            template=self._template.name,
            locale=self._locale,
            file=file,
        )

    def _is_link(self, hole: Hole) -> bool:
        return not hole.filters and isinstance(self._printer.parameter(hole.ref), Url)

    def _told_by(self, subject: Way) -> Callable[[str, Any], int]:
        """Rank values that are as large in the body by how long they make the subject."""
        holes, options = subject.holes, self._walker.options

        def prefer(ref: str, value: Any) -> int:  # noqa: ANN401 - any kind's value
            at = () if value is None else holes.get(ref, ())
            return sum(len(options.printed(hole, value)) for hole in at)

        return prefer

    # --- weighing and filling -------------------------------------------------------------

    def _weighing(self, meter: Meter, prefer: Callable[[str, Any], int] | None = None) -> Weighing:
        return Weighing(meter, self._walker.options, prefer)

    def _largest(self, way: Way, sized: Sized, prefer: Callable[[str, Any], int] | None = None) -> Worst:
        found = self._weighing(sized, prefer).worst(way)
        if not found:
            raise TooMany("no values fit it")
        return found[0]

    def _values(self, way: Way, found: Mapping[str, Any], score: Score, *others: Way) -> dict[str, Any]:
        """Return values that take *way*: those *found*, and for free texts those that *score* highest."""
        texts = fullest_texts((way, *others), self._walker.options, score)
        known = {ref: value for ref, value in found.items() if value is not None}
        return values_for(way, self._template.parameters, {**known, **texts}, partial(self._alike, way))

    def _alike(self, way: Way, ref: str, one: object, other: object) -> bool:
        """Tell whether two values cost the same wherever they stand in *way*."""
        printed = self._walker.options.printed
        return all(
            meter.cost(printed(hole, one), hole) == meter.cost(printed(hole, other), hole)
            for hole in way.holes.get(ref, ())
            for meter in (GSM7, UCS2, PAGE_OCTETS)
        )

    # --- the answer against itself --------------------------------------------------------

    def _sms_load(self, witness: Mapping[str, Any]) -> tuple[int, int, Encoding] | None:
        try:
            counted = segment(self._template.sms(self._locale, NOBODYS_NUMBER, witness).body)
        except StraksError:
            return None
        return len(counted), counted.units, counted.encoding

    def _email_size(self, witness: Mapping[str, Any]) -> tuple[int, int] | None:
        try:
            subject, body = self._template.sent_email(self._locale, witness)
        except StraksError:
            return None
        return len(body.encode()), len(subject)


_LARGEST_TRIED: Final = 1_000_000
"""Octets; what is larger is not rendered to see whether the bound is exact."""


def _sms_score(printed: Sequence[Sequence[Printed]], *, foreign: bool, encoding: Encoding) -> tuple[int, ...]:
    texts = [(unicodedata.normalize("NFC", text), times) for _, text, times in printed[0]]
    runs = [(width, count * times) for text, times in texts for width, count in runs_of(text, encoding)]
    return (
        foreign is any(FOREIGN.search(text) for text, _ in texts),
        sum(width * count for width, count in runs),
        sum(count for width, count in runs if width > 1),
    )


def _email_score(printed: Sequence[Sequence[Printed]], *, meter: Sized) -> tuple[int, ...]:
    body, subject = printed
    return (
        sum(meter.cost(text, hole) * times for hole, text, times in body),
        sum(len(text) * times for _, text, times in subject),
    )
