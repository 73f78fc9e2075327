"""SMS1xx: what an SMS costs at its worst, and what makes it dear."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from straks.core.alphabet import FOREIGN, describe, septet_capacity, unit_capacity
from straks.core.bound import SmsBound
from straks.core.choice_kind import Choice
from straks.core.hygiene import offence
from straks.core.ledger import JOINED_CHARACTERS, MOST_MESSAGES
from straks.core.manifest import Purpose
from straks.core.segment import HEADER_OCTETS, Encoding
from straks.core.substitute import find_foreign
from straks.core.text_kinds import Text
from straks.core.url_kind import Url
from straks.errors import Unbounded
from straks.policy.pointing import can_go, unbounded_flaw
from straks.policy.printed import first_printing
from straks.policy.reading import readings, sayings
from straks.policy.rule import Fix, Flaw, Scope, Severity, rule
from straks.policy.settings import DEFAULT_SEGMENTS, Policy
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from straks.policy.subject import Page, Whole

# A base and its marks: what composing may make one character of.
_CLUSTER = re.compile(
    r"[^\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff][\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]*"
)
_LOOSE_LINE = re.compile(r"[^\S\n]+(?=\n)")
_LOOSE_END = re.compile(r"(?<=\S)(?:\n\s+|[^\S\n]+)\Z")

_NAMED: Final = 3

_UCS2 = HEAD + 'encoding = "ucs-2"\n'
_NAME = '\n[parameters.name]\nkind = "name"\nmax-length = 40\nalphabet = "{}"\nexample = "Kari"\n'
_CHOICE = '\n[parameters.what]\nkind = "choice"\nexample = "{0}"\nchoices = ["{0}"]\n'
_NOTICE = '[template]\npurpose = "notice"\ntime-to-live = 3600\n'
_CODE = '\n[parameters.code]\nkind = "code"\nlength = 6\nexample = "482913"\n'


@rule(
    "SMS101",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        "Koden er 482913.",
        "a" * 160,
        "a" * 154 + "{{ code }}",
        "a" * 152 + "€" + "a" * 6,
        Trial(sms="a" * 306, policy=Policy(segments={**DEFAULT_SEGMENTS, Purpose.AUTHENTICATION: 2})),
        Trial(html="<p>" + "a" * 500 + "</p>"),
    ],
    fails=["a" * 161, "a" * 155 + "{{ code }}", "č" * 71, "{{ code|replace('1', code) }}"],
)
def more_segments_than_agreed(page: Page) -> Iterator[Flaw]:
    """
    An SMS that can take more segments than the policy allows for its purpose.

    Why: every segment is billed, segments arrive out of order, and a phone fills in a code only from
    a message that is whole.
    Instead: shorten the text by what the finding says, or lower the bound of a parameter.
    Source: 3GPP TS 23.040, 9.2.3.24.1; the policy's key «segments».
    """
    if page.channel != "sms":
        return
    bound = page.bound
    most = page.policy.segments[page.template.purpose]
    if isinstance(bound, Unbounded):
        yield unbounded_flaw(page, bound, "what this can cost", page.files[0])
    elif isinstance(bound, SmsBound) and bound.segments > most:
        room = _room(bound.encoding, most)
        longest = _longest(page)
        accepted = bound.encoding is Encoding.GSM7 or page.template.manifest.encoding == "ucs-2"
        keep = "" if accepted else f"keep to GSM-7, of which {_room(Encoding.GSM7, most)} units fit; or "
        yield Flaw(
            f"can reach {bound.segments} segments (limit {most}): "
            f"{bound.units} units of {bound.encoding}, and {room} fit",
            f"{keep}shorten the text by {max(bound.units - room, 1)} units"
            + (f", or lower the bound of {' or '.join(map(repr, longest))}" if longest else ""),
            page.spot(page.files[0]),
            bound.witness,
        )


def _longest(page: Page) -> list[str]:
    """Return the parameters that an SMS prints and that may be long, the longest first."""
    lengths: dict[str, int] = {}
    for reading in readings(page):
        for _, _, hole in reading.rendering.holes:
            parameter = reading.parameter(hole)
            length = parameter.max_length if isinstance(parameter, (Text, Url)) else 0
            lengths[hole.ref.partition("#")[0]] = length
    longest = sorted((name for name in lengths if lengths[name]), key=lambda name: (-lengths[name], name))
    return longest[:_NAMED]


@rule(
    "SMS102",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        'Koden er "482913".',
        "{# «» #}Koden er {{ code }} € ÆØÅ æøå",
        "Hei {{ name }}",
        "Koden:\t{{ code }}",
        Trial(sms="Koden er «482913».", head=_UCS2),
        Trial(html="<p>«Hei»</p>"),
    ],
    fails=[
        "Koden er «482913».",
        "Bures boahtin Kárášjohkii",
        "{% if count > 1 %}Ja…{% endif %}",
        "{{ count }} {{ count|plural('sak…', 'saker…') }}",
    ],
)
def character_that_forces_ucs2(page: Page) -> Iterator[Flaw]:
    """
    A character in the fixed text that GSM-7 lacks.

    Why: one such character moves the whole message from 160 to 70 characters a segment; a curly
    quotation mark has doubled a bill.
    Instead: write it plainer, or accept the cost with ``encoding = "ucs-2"`` in the manifest.
    Source: 3GPP TS 23.038, 6.2.1.
    """
    if page.channel != "sms" or page.template.manifest.encoding == "ucs-2":
        return
    # A choice's word is a value, which is SMS103; the words of a plural are the author's.
    for reading in (reading for reading in sayings(page) if reading.path in page.files):
        # What is decomposed is SMS106, and is sent composed; a tab is SMS107, what hides or turns TXT100x.
        for foreign in find_foreign(reading.text):
            said, instead = foreign.character, foreign.substitute
            begins, ends = foreign.index, foreign.index + len(said)
            hides = instead is None and offence(said)
            known = said == "\t" or hides or unicodedata.normalize("NFC", said) == instead
            if known or not reading.is_fixed(begins):
                continue
            if instead is None:
                hint = 'write it another way, or accept it with encoding = "ucs-2"'
            else:
                hint = f"write {instead!r}" if instead else "leave it out: nobody will see the difference"
            fix = None
            if instead is not None:
                fix = reading.fix(begins, ends, instead, safe=not instead.strip())
            if fix and not instead and not can_go(page.source(fix.path), fix.start, fix.end):
                fix = None
            yield Flaw(
                f"{describe(said[0])} moves the message to 70 characters a segment",
                hint,
                reading.spot(begins),
                fix=fix,
            )


@rule(
    "SMS103",
    Scope.TEMPLATE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        "Koden er {{ code }} fra {{ service }}, {{ count }}",
        Trial(sms="Hei {{ name }}", parameters=PARAMETERS, head=_UCS2),
        Trial(sms="Hei {{ name }}", parameters=_NAME.format("gsm-7"), head=_NOTICE),
        Trial(sms="Hei", html="<p>{{ name }}</p>"),
        Trial(sms="{{ what }}", parameters=_CHOICE.format("nede"), head=_NOTICE),
    ],
    fails=[
        "Hei {{ name }}",
        Trial(sms="Hei {{ name }}", parameters=_NAME.format("any"), head=_NOTICE),
        Trial(sms="{{ what }}", parameters=_CHOICE.format("nede…"), head=_NOTICE),
    ],
)
def value_that_may_force_ucs2(whole: Whole) -> Iterator[Flaw]:
    """
    A parameter of an SMS whose values may hold a character that GSM-7 lacks.

    Why: a name with Č or Ŵ in it arrives at run time, and moves the whole message from 160 to 70
    characters a segment.
    Instead: declare ``alphabet = "gsm-7"`` where that turns nobody's name away, write a choice's words
    plainer, or accept the cost with ``encoding = "ucs-2"`` in the manifest.
    Source: 3GPP TS 23.038, 6.2.1.
    """
    if whole.template.manifest.encoding == "ucs-2":
        return
    forcing: dict[str, tuple[str, Any]] = {}
    for page in whole.pages:
        if page.channel == "sms":
            for reading in readings(page):
                for _, _, hole in reading.rendering.holes:
                    name = hole.ref.partition("#")[0]
                    by_number = any(each.name == "plural" for each in hole.filters)
                    if name in forcing or by_number:
                        continue
                    if found := first_printing(page, hole, FOREIGN.search):
                        forcing[name] = found
    for name, (printed, value) in sorted(forcing.items()):
        foreign = FOREIGN.findall(printed)[0]
        choice = isinstance(whole.template.parameters[name], Choice)
        yield Flaw(
            f"{name!r} may print {describe(foreign)}, which moves the message to 70 characters a segment",
            ("write the word plainer" if choice else 'declare alphabet = "gsm-7"')
            + ', or accept it with encoding = "ucs-2"',
            whole.manifest_spot(name),
            None if value is None else {name: value},
        )


@rule(
    "SMS104",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=["Koden er {{ code }}.", "a" * 2144, Trial(html="<p>Hei</p>")],
    fails=["a" * 2145, "a" * 2140 + "{{ code }}"],
)
def longer_than_the_gateway_carries(page: Page) -> Iterator[Flaw]:
    """
    An SMS that can be longer than the gateway carries.

    Why: the gateway makes at most 16 messages of 134 of its own characters out of one text, 2,144 in
    all, and cuts off the rest without an error: the end of the message never arrives, and nobody is
    told.
    Instead: shorten the text, or lower the bound of a parameter.
    Source: Altinn Notifications, SMS segmentation.
    """
    bound = page.bound
    if isinstance(bound, SmsBound) and bound.gateway_count > MOST_MESSAGES:
        yield Flaw(
            f"can reach {bound.gateway_count} messages at the gateway; what is after "
            f"{MOST_MESSAGES * JOINED_CHARACTERS:,} characters is cut without an error",
            "shorten the text, or lower the bound of a parameter",
            page.spot(page.files[0]),
            bound.witness,
        )


@rule(
    "SMS105",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/policy/test_guarantees.py::test_a_character_outside_gsm7_is_sent_as_it_stands",
)
def text_that_is_rewritten_to_fit(_: object) -> Iterable[Flaw]:
    """
    A text whose characters are replaced so that it fits into GSM-7.

    Why: a rewriting that nobody sees turns «x» into ?x? and °C into ?C, and a name into another name.
    Instead: nothing; straks sends what is written. A stand-in is offered by `straks.segment` and by
    SMS102, and a person applies it.
    Source: 3GPP TS 23.038, 6.2.1.
    """
    return ()


@rule(
    "SMS106",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=["Koden går ut på lørdag", Trial(html="<p>På lørdag</p>"), "Hei {{ name }}"],
    fails=[
        "Koden ga\u030ar ut",
        "10 \u212b",
        Trial(html="<p>Pa\u030a</p>"),
        Trial(html="<p>Hei</p>", subject="Pa\u030a lørdag"),
    ],
)
def text_that_is_not_composed(page: Page) -> Iterator[Flaw]:
    """
    A letter that is written as a base and a mark apart, where Unicode has the two in one.

    Why: a decomposed å is outside GSM-7 and no search finds it. straks composes what it sends, but
    whatever else reads the file does not.
    Instead: save the text composed (NFC).
    Source: Unicode Standard Annex 15; 3GPP TS 23.038, 6.2.1.
    """
    for reading in sayings(page):
        if unicodedata.is_normalized("NFC", reading.text):
            continue
        for match in _CLUSTER.finditer(reading.text):
            composed = unicodedata.normalize("NFC", match[0])
            if composed != match[0] and reading.is_fixed(match.start()):
                yield Flaw(
                    f"holds a decomposed {composed}",
                    f"write it as one character, {describe(composed[0])}",
                    reading.spot(match.start()),
                    fix=reading.fix(match.start(), match.end(), composed),
                )


@rule(
    "SMS107",
    Scope.PAGE,
    severity=Severity.ADVICE,
    since="0.1",
    passes=[
        "Koden er {{ code }}.",
        "Koden er {{ code }}.\n",
        "Hei\n\nKoden er {{ code }}.\n",
        "{%\tif code %}a{% endif %}",
    ],
    fails=[
        "Koden er {{ code }}. ",
        "Koden er \n{{ code }}.",
        "Koden er {{ code }}.\n\n",
        "Koden:\t{{ code }}",
    ],
)
def loose_white_space(page: Page) -> Iterator[Flaw]:
    """
    Spaces at the end of a line, empty lines at the end, or a tab.

    Why: each costs, and a tab is outside GSM-7 and looks different on every phone. straks trims line
    ends and what stands last, but whatever else reads the file does not.
    Instead: take them out; write a space for a tab.
    Source: 3GPP TS 23.038, 6.2.1.
    """
    if page.channel != "sms":
        return
    file = page.files[0]
    source = page.source(file)
    for match in (*_LOOSE_LINE.finditer(source), *_LOOSE_END.finditer(source)):
        last = match.end() == len(source)
        yield Flaw(
            "ends in white space that nobody sees" if last else "a line ends in spaces",
            "take it out",
            page.spot(file, match.start()),
            fix=Fix(file, match.start(), match.end(), "\n" if last else "")
            if last or can_go(source, *match.span())
            else None,
        )
    for reading in readings(page):
        # No value holds a tab: what a reading shows of them was checked.
        for match in re.finditer("\t", reading.text):
            fix = reading.fix(match.start(), match.end(), " ")
            yield Flaw("holds a tab", "write a space", reading.spot(match.start()), fix=fix)


@rule(
    "SMS108",
    Scope.TEMPLATE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        Trial(sms="Koden er {{ code }}", parameters=_CODE, head=_NOTICE),
        Trial(sms="Hei", html="<p>{{ code }}</p>", parameters=_CODE, head=_NOTICE),
        Trial(sms="{% if code %}Hei{% endif %}", parameters=_CODE, head=_NOTICE),
        Trial(
            sms='{% include "trial/nb/_code.txt" %}',
            files={"nb/_code.txt": "{{ code }}"},
            parameters=_CODE,
            head=_NOTICE,
        ),
    ],
    fails=[Trial(sms="Hei", parameters=_CODE, head=_NOTICE), "Koden er {{ code }}"],
)
def parameter_that_nothing_uses(whole: Whole) -> Iterator[Flaw]:
    """
    A parameter that is declared, and used by no text in any language.

    Why: whoever sends has to fill it in all the same, and believes that it reaches the reader. (The
    other way round, a text that uses what is not declared, does not load.)
    Instead: use it, or take it out of the manifest.
    Source: straks; raw placeholders have reached citizens from templates that nobody held together.
    """
    template = whole.template
    used = {template.manifest.time_to_live}
    for page in whole.pages:
        for file in page.files:
            used |= set(template.renderer.names(file))
    for name in template.parameters:
        if name not in used:
            yield Flaw(f"no text uses {name!r}", "use it, or take it out", whole.manifest_spot(name))


def _room(encoding: Encoding, segments: int) -> int:
    capacity = septet_capacity if encoding is Encoding.GSM7 else unit_capacity
    return capacity() if segments == 1 else segments * capacity(HEADER_OCTETS)


RULES = (
    more_segments_than_agreed,
    character_that_forces_ucs2,
    value_that_may_force_ucs2,
    longer_than_the_gateway_carries,
    text_that_is_rewritten_to_fit,
    text_that_is_not_composed,
    loose_white_space,
    parameter_that_nothing_uses,
)
