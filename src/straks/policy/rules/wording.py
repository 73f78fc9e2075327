"""LNG8xx: dates as the language writes them, plain words, and the names of public bodies."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from straks.core.calendar_kinds import Date, DateTime
from straks.core.domain import Span, domain_of
from straks.core.number_kinds import Integer
from straks.policy.conditions import questions
from straks.policy.reading import sayings
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.rules.language import NAMES
from straks.policy.settings import Policy
from straks.policy.source import HOLE
from straks.policy.trial import PARAMETERS, Trial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from straks.policy.reading import Reading
    from straks.policy.subject import Page

LONGEST_SENTENCE: Final = 35
"""Words. Plain language asks for 15 to 20 on average; this is where a sentence is too long by itself."""

_ENGLISH_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_NORWEGIAN_MONTH = "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember"
# April and August are alike in both.
_ONLY_NORWEGIAN_MONTH = "januar|februar|mars|mai|juni|juli|september|oktober|november|desember"
_DAY = r"(?<![\d.,])\d{1,2}"

# What one language writes and the other does not, with what to write instead. Source: CLDR, by whose
# patterns values print themselves; Språkrådet on dates, times of day and numbers.
_NORWEGIAN_FAULTS: Final = (
    (
        re.compile(rf"{_DAY}(?:st|nd|rd|th)? (?:{_ENGLISH_MONTH})\b|\b(?:{_ENGLISH_MONTH}) \d{{1,2}}\b"),
        "is a date as English writes it",
        "write 5. mai 2026, or print a date",
    ),
    (re.compile(rf"{_DAY} (?:{_NORWEGIAN_MONTH})\b"), "lacks the full stop after the day", "write 5. mai"),
    (
        re.compile(r"\b\d{1,2}(?:[:.]\d{2})? ?(?:am|pm|a\.m\.|p\.m\.)(?!\w)", re.IGNORECASE),
        "is a time as English tells it",
        "write 14:30, or print a time",
    ),
    (
        # «0,125» and «1,250 kg» are decimals; a sum of money and two commas are none.
        re.compile(r"(?:\bkr\.? |\bNOK )\d{1,3}(?:,\d{3})+|\d{1,3}(?:,\d{3}){2,}|\d{1,3},\d{3}(?= kroner)"),
        "is grouped as English does",
        "write 1 000, or print a number",
    ),
)
_FAULTS: Final = MappingProxyType(
    {
        "nb": _NORWEGIAN_FAULTS,
        "nn": _NORWEGIAN_FAULTS,
        "en": (
            (
                re.compile(
                    rf"{_DAY}\.? (?:{_NORWEGIAN_MONTH.replace('april|', '').replace('|august', '')})\b"
                ),
                "is a date as Norwegian writes it",
                "write 5 May 2026, or print a date",
            ),
            (
                re.compile(rf"{_DAY}\. (?:{_ENGLISH_MONTH})\b"),
                "has a full stop after the day",
                "write 5 May 2026",
            ),
            (
                re.compile(r"(?<![\d.])\d{1,2}\.\d{1,2}\.\d{4}\b"),
                "is a date in figures, which English reads as it likes",
                "write 5 May 2026, or print a date",
            ),
            (
                re.compile(r"\b[Kk]l\.? ?\d{1,2}(?:[.:]\d{2})?\b|\bkr\.? ?\d[\d ]*"),
                "is a time or a sum as Norwegian writes it",
                "write 14:30 or NOK 500, or print a time or an amount",
            ),
        ),
    }
)
_IN_FIGURES = re.compile(r"(?<![\d/])\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})(?![\d/])")

# Units that have a plural: after a number that may be 1 they are wrong for that value.
_UNITS: Final = MappingProxyType(
    {
        "nb": "sekunder|minutter|timer|dager|uker|måneder|saker|meldinger|dokumenter|pakker|personer|plasser",
        "nn": "timar|dagar|veker|månader|saker|meldingar|pakkar|personar|plassar",
        "en": "seconds|minutes|hours|days|weeks|months|years|cases|messages|documents|parcels|people|places",
    }
)

# Bodies whose names differ, as they call themselves.
_BODIES: Final = (
    ("Barneombudet", "Barneombodet"),
    ("Brønnøysundregistrene", "Brønnøysundregistra"),
    ("Forbrukerrådet", "Forbrukarrådet"),
    ("Forbrukertilsynet", "Forbrukartilsynet"),
    ("Kriminalomsorgen", "Kriminalomsorga"),
    ("Likestillings- og diskrimineringsombudet", "Likestillings- og diskrimineringsombodet"),
    ("Lånekassen", "Lånekassa"),
    ("Norges Bank", "Noregs Bank"),
    ("Norges vassdrags- og energidirektorat", "Noregs vassdrags- og energidirektorat"),
    ("Pasient- og brukerombudet", "Pasient- og brukarombodet"),
    ("Sivilombudet", "Sivilombodet"),
    ("Statsforvalteren", "Statsforvaltaren"),
)

_SHORT_DATE = '\n[parameters.due]\nkind = "date"\nstyle = "short"\nexample = 2026-05-05\n'

_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"[^\n.!?]+(?:[.!?](?!\s|\Z)[^\n.!?]*)*")
# Two long words, or three that are no short name such as HELSE SØR RHF.
_SHOUTED = re.compile(
    r"\b[A-ZÆØÅ]{4,}\b(?:[ ,]+\b[A-ZÆØÅ]{4,}\b)+"
    r"|(?=[A-ZÆØÅ ,]{14})\b[A-ZÆØÅ]{2,}\b(?:[ ,]+\b[A-ZÆØÅ]{2,}\b){2,}"
)


@lru_cache(maxsize=1)
def plain_words() -> Mapping[str, Mapping[str, str]]:
    """Return, for each language, the words that readers stumble over, with a plainer one for each."""
    text = resources.files("straks.policy").joinpath("plain_words.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


@rule(
    "LNG806",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        "Fristen er 5. mai 2026 kl. 14.30. Ring oss 24/7. Ta 0,125 mg.",
        "Du har {{ count }} {{ count|plural('sak', 'saker') }}.",
        "{% if count == 1 %}Du har 1 sak.{% else %}Du har {{ count }} saker.{% endif %}",
        Trial(files={"en/sms.txt": "The deadline is 5 May 2026 at 14:30."}),
        Trial(files={"en/sms.txt": "The fee is NOK 1,000."}),
    ],
    fails=[
        "Fristen er May 5, 2026.",
        "Fristen er 5 mai.",
        "Møt opp 2:30 pm.",
        "Du skylder 1,000 kroner.",
        "Fristen er 5/6/2026.",
        "Du har {{ count }} saker.",
        Trial(files={"en/sms.txt": "The deadline is 5. mai kl. 14.30."}),
        Trial(files={"en/sms.txt": "The deadline is 5. May."}),
        Trial(files={"en/sms.txt": "The deadline is 05.06.2026."}),
        Trial(files={"en/sms.txt": "The deadline is {{ due }}."}, parameters=PARAMETERS + _SHORT_DATE),
    ],
)
def date_or_number_in_another_language(page: Page) -> Iterator[Flaw]:
    """
    A date, a time, a number or a plural that is written as another language does, or not at all.

    Why: 5/6 is June to some and May to others, and «1 saker» tells that nobody read the message.
    Instead: print a parameter of kind date, time, integer or amount, which prints itself as the text's
    language writes it; choose the word by ``{{ count|plural("sak", "saker") }}``.
    Source: Unicode CLDR; Språkrådet, on dates and times.
    """
    for reading in sayings(page):
        prose = reading.prose
        for pattern, fault, hint in _FAULTS[page.locale]:
            for found in pattern.finditer(prose.fixed):
                yield Flaw(f"“{found[0]}” {fault}", hint, prose.spot(found.start()))
        for found in _IN_FIGURES.finditer(prose.fixed):
            yield Flaw(
                f"“{found[0]}” is read in two ways",
                "write the month in letters, or print a date",
                prose.spot(found.start()),
            )
        yield from _dates_in_figures(prose)
        yield from _plurals(prose)


def _dates_in_figures(reading: Reading) -> Iterator[Flaw]:
    for begins, ends, hole in reading.holes:
        dated = isinstance(reading.parameter(hole), (Date, DateTime))
        if dated and (found := _IN_FIGURES.search(reading.text[begins:ends])):
            yield Flaw(
                f"{hole.ref!r} prints “{found[0]}”, which is read in two ways",
                'declare style = "medium", which has the month in letters',
                reading.spot(begins),
            )


def _plurals(reading: Reading) -> Iterator[Flaw]:
    for _, ends, hole in reading.holes:
        parameter = reading.parameter(hole)
        found = re.compile(rf" (?:{_UNITS[reading.page.locale]})\b").match(reading.fixed, ends)
        if not found or not isinstance(parameter, Integer) or hole.filters:
            continue
        domain = domain_of(parameter)
        may_be_one = isinstance(domain, Span) and domain.narrowed(1, 1).intervals
        # Whoever asks about the number may have seen to it.
        if may_be_one and hole.ref not in questions(reading.page, reading.path):
            yield Flaw(
                f"prints “1{found[0]}” where {hole.ref!r} is 1",
                f'choose the word by {{{{ {hole.ref}|plural("…", "…") }}}}',
                reading.spot(ends + 1),
                {hole.ref: 1},
            )


@rule(
    "LNG807",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/core/test_locale.py::test_a_person_gets_the_language_that_the_tables_say",
)
def fallback_order_undeclared(_: object) -> Iterable[Flaw]:
    """
    A choice of language that no table explains.

    Why: a person who asked for one language and gets another is owed a reason.
    Instead: nothing to do: `straks.negotiate` follows tables that stand in straks/core/locale.py in full,
    and a template serves another language only where its manifest says so.
    Source: BCP 47; RFC 9110, 12.5.4.
    """
    return ()


@rule(
    "LNG808",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        "Fristen er 5. mai. Logg inn med BankID for å se saken.",
        "HELSE SØR RHF",
        Trial(sms="Logg inn for å se saken.", policy=Policy(words=("klikk her",))),
    ],
    fails=[
        "ord " * 36 + ".",
        Trial(html="<p>" + "ord\n" * 36 + "</p>"),
        "VIKTIG MELDING til deg",
        "IKKE DEL KODEN med noen",
        "Vedrørende saken din.",
        "Se vedtaket ifm. saken.",
        Trial(sms="Klikk  her for å se saken.", policy=Policy(words=("klikk her",))),
    ],
)
def unclear_language(page: Page) -> Iterator[Flaw]:
    """
    A sentence of over 35 words, capitals in a row, officialese, or a word that the policy does without.

    Why: a message is read once, on the way to somewhere else; capitals read slower and shout, and
    «vedrørende» says no more than «om».
    Instead: make two sentences of it; write as one speaks.
    Source: språklova, section 9; ISO 24495-1, on plain language; straks/policy/plain_words.toml; the
    policy's key «words».
    """
    for reading in sayings(page):
        prose = reading.prose
        for sentence in _SENTENCE.finditer(prose.text):
            count = len(_WORD.findall(sentence[0]))
            if count > LONGEST_SENTENCE:
                begins = sentence.end() - len(sentence[0].lstrip())
                yield Flaw(
                    f"a sentence of {count} words (limit {LONGEST_SENTENCE})",
                    "make two of it",
                    prose.spot(begins),
                )
        for shouted in _SHOUTED.finditer(prose.fixed):
            yield Flaw(f"“{shouted[0]}” is in capitals", "write it small", prose.spot(shouted.start()))
        yield from _unwanted(prose)


def _unwanted(reading: Reading) -> Iterator[Flaw]:
    plainer = plain_words()[reading.page.locale]
    for found in _any_of((*plainer,)).finditer(reading.fixed):
        instead = plainer[" ".join(found[0].lower().split())]
        hint = f"write «{instead}»" if instead else "leave it out"
        yield Flaw(f"“{found[0]}” is officialese", hint, reading.spot(found.start()))
    if words := reading.page.policy.words:
        for found in _any_of(words).finditer(reading.fixed):
            yield Flaw(
                f"“{found[0]}” is among the words that the policy does without",
                "write it another way",
                reading.spot(found.start()),
            )


@lru_cache(maxsize=64)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of *words*, each a whole word, however it is spaced."""
    each = (r"\s+".join(map(re.escape, word.split())) for word in words)
    return re.compile(rf"(?<![\w{HOLE}])(?:{'|'.join(each)})(?![\w{HOLE}])", re.IGNORECASE)


@rule(
    "LNG809",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        "Brev fra Statsforvalteren.",
        "Brev fra Norges Banks kontor.",
        Trial(files={"nn/sms.txt": "Brev frå Statsforvaltaren."}),
    ],
    fails=[
        "Brev fra Statsforvaltaren.",
        "Brev fra Noregs Bank.",
        Trial(files={"nn/sms.txt": "Brev frå Lånekassen."}),
        Trial(files={"nn/sms.txt": "Statsforvalterens kontor"}),
    ],
)
def name_of_a_body_in_the_other_form(page: Page) -> Iterator[Flaw]:
    """
    The nynorsk name of a public body in a bokmål text, or the other way round.

    Why: bodies that have a name in each form use the one that fits the text.
    Instead: use the other name.
    Source: Språkrådet, on the names of state bodies.
    """
    if page.locale == "en":
        return
    theirs, ours = (1, 0) if page.locale == "nb" else (0, 1)
    instead = {names[theirs]: names[ours] for names in _BODIES}
    for reading in sayings(page):
        for found in _BODY[theirs].finditer(reading.fixed):
            yield Flaw(
                f"“{found[1]}” is called {instead[found[1]]} in {NAMES[page.locale]}",
                f"write {instead[found[1]]}",
                reading.spot(found.start()),
                fix=reading.fix(*found.span(1), instead[found[1]], safe=False),
            )


_BODY: Final = tuple(
    re.compile(rf"\b({'|'.join(re.escape(names[form]) for names in _BODIES)})s?\b") for form in (0, 1)
)

RULES = (
    date_or_number_in_another_language,
    fallback_order_undeclared,
    unclear_language,
    name_of_a_body_in_the_other_form,
)
