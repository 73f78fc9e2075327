"""LNG8xx: the same message in every language, and each in the language it claims."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from jinja2 import nodes

from straks.core.hygiene import looks_like_link
from straks.policy.reading import readings_of, sayings
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.source import HOLE, Spot
from straks.policy.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

    from straks.policy.subject import Page, Whole

NAMES: Final = MappingProxyType(
    {"nb": "bokmål", "nn": "nynorsk", "norwegian": "Norwegian", "english": "English"}
)
# Which words of the list a text may not hold.
_STRANGE: Final = MappingProxyType({"nb": ("nn", "english"), "nn": ("nb", "english"), "en": ("norwegian",)})

LONGEST_SENTENCE: Final = 35
"""Words. Plain language asks for 15 to 20 on average; this is where a sentence is too long by itself."""

# Variants of one text differ in length, but hardly more than this; a subject is too short to tell.
_LEAST_RATIO: Final = 0.6
_MOST_RATIO: Final = 1.6
_TOO_SHORT_TO_TELL: Final = 60

# Bodies whose names differ, as they call themselves.
_BODIES: Final = (
    ("Barneombudet", "Barneombodet"),
    ("Brønnøysundregistrene", "Brønnøysundregistra"),
    ("Kriminalomsorgen", "Kriminalomsorga"),
    ("Lånekassen", "Lånekassa"),
    ("Sivilombudet", "Sivilombodet"),
    ("Statsforvalteren", "Statsforvaltaren"),
)

_WORD = re.compile(r"[^\W\d_]+")
_HOST = re.compile(r"https?://([^/\s\"'<>{}?#]+)")
_SENTENCE = re.compile(r"[^\n.!?]+(?:[.!?](?!\s|\Z)[^\n.!?]*)*")
_SHOUTED = re.compile(r"\b[A-ZÆØÅ]{4,}\b(?:[ ,]+\b[A-ZÆØÅ]{4,}\b)+")

_SAME: Final = MappingProxyType(
    {f"{locale}/sms.txt": "Fristen er 5. mai." for locale in ("nb", "nn", "en")}
)  # fmt: skip


@lru_cache(maxsize=1)
def marker_words() -> Mapping[str, frozenset[str]]:
    """Return the words that tell a language, by ``nb``, ``nn``, ``norwegian`` and ``english``."""
    text = resources.files("straks.policy").joinpath("marker_words.toml").read_text(encoding="utf-8")
    return MappingProxyType({kind: frozenset(words) for kind, words in tomllib.loads(text).items()})


@rule(
    "LNG801",
    Scope.TEMPLATE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[Trial(files=_SAME)],
    fails=[
        "Fristen er 5. mai.",
        Trial(files={**_SAME, "nb/subject.txt": "Frist", "nb/email.html": "<p>Hei</p>"}),
    ],
)
def language_missing(whole: Whole) -> Iterator[Flaw]:
    """
    A template that lacks one of the policy's languages, or one of its channels there.

    Why: a Norwegian state body must offer what it offers in bokmål and nynorsk at the same time.
    Instead: write the text, or set the policy's key «languages».
    Source: språklova (the Language Act), on forms and digital self-service; the key «languages».
    """
    template = whole.template
    for locale in whole.policy.languages:
        for channel in template.channels:
            if not template.has(locale, channel):
                yield Flaw(
                    f"{template.name} has no {channel} in {locale}",
                    f"write it, or take {locale} out of the policy's languages",
                    whole.manifest_spot(),
                )


@rule(
    "LNG802",
    Scope.TEMPLATE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[Trial(files=_SAME)],
    fails=[
        Trial(files={"nb/sms.txt": "Hos {{ service }}.", "nn/sms.txt": "Hos oss."}),
        Trial(files={"nb/sms.txt": "{% if count %}{{ count }}{% endif %}", "nn/sms.txt": "{{ count }}"}),
        Trial(files={"nb/sms.txt": "https://www.example.org/", "nn/sms.txt": "Logg inn"}),
    ],
)  # fmt: skip
def languages_that_tell_different_things(whole: Whole) -> Iterator[Flaw]:
    """
    Variants that show other values, ask about other values, or link elsewhere.

    Why: what one reader is told and another is not is the fault that translations hide best.
    Instead: give every language the same parameters, the same branches and the same links.
    Source: straks.
    """
    asks: tuple[tuple[str, Callable[[Whole, str], frozenset[str]]], ...] = (
        ("does not show", _shown),
        ("does not ask about", _asked),
        ("does not link to", _hosts),
    )
    for paths in _variants(whole):
        for lacks, ask in asks:
            found = {path: ask(whole, path) for path in paths}
            for path, here in found.items():
                for name in sorted(frozenset[str]().union(*found.values()) - here):
                    other = next(other for other in paths if name in found[other])
                    yield Flaw(
                        f"{path} {lacks} {name}, as {other} does",
                        "let every language tell the same",
                        Spot.at(path, whole.template.sources[path], 0),
                    )


def _variants(whole: Whole) -> Iterator[list[str]]:
    """Yield the files that are the same text in different languages."""
    template = whole.template
    for file in sorted(frozenset[str]().union(*template.files.values())):
        yield [
            f"{template.name}/{locale}/{file}"
            for locale in template.locales
            if file in template.files[locale]
        ]


def _shown(whole: Whole, path: str) -> frozenset[str]:
    return frozenset(whole.template.renderer.names(path)) & frozenset(whole.template.parameters)


def _asked(whole: Whole, path: str) -> frozenset[str]:
    names: set[str] = set()
    tree = whole.template.renderer.tree(path)
    tests = [branch.test for branch in tree.find_all(nodes.If)]
    tests += [branch.test for branch in tree.find_all(nodes.CondExpr)]
    # A node does not find itself.
    for name in nodes.Output(tests).find_all(nodes.Name):
        names.add(name.name)
    return frozenset(names) & frozenset(whole.template.parameters)


def _hosts(whole: Whole, path: str) -> frozenset[str]:
    return frozenset(host.lower() for host in _HOST.findall(whole.template.sources[path]))


@rule(
    "LNG803",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/policy/test_language.py::test_another_language_is_served_only_where_the_manifest_says_so",
)
def fallback_by_accident(_: object) -> Iterable[Flaw]:
    """
    A message in another language than asked for, an empty one, or one with a raw key in it.

    Why: nobody notices until a citizen does.
    Instead: nothing to do: a language that is not there is an error unless the manifest's «fallback»
    names another, a text that comes out empty is an error, and so is a name that nothing fills.
    Source: straks.
    """
    return ()


@rule(
    "LNG804",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        "Dette er ikke lenger gyldig.",
        Trial(files={"nn/sms.txt": "Meldingane er ikkje lesne av Statens jernbanetilsyn."}),
        Trial(files={"en/sms.txt": "Sign in at Statens vegvesen, e.g. today."}),
        Trial(html='<p>Tittel: <em lang="nn">Kva er det, eg veit ikkje</em></p>'),
    ],
    fails=[
        "Dette er ikkje gyldig.",
        Trial(files={"nn/sms.txt": "Du har fleire meldinger."}),
        Trial(files={"en/sms.txt": "Your code er ikke valid."}),
        "Please logg inn",
    ],
)
def word_of_another_language(page: Page) -> Iterator[Flaw]:
    """
    A word of bokmål in a text that is nynorsk, or the other way round; English in Norwegian.

    Why: the two forms are close enough that a forgotten word is easily missed, and their readers see it.
    Instead: use the form of the text's language; mark what is another language on purpose with
    ``lang="…"`` in HTML. Words that begin with a capital inside a sentence are taken for names.
    Source: språklova, sections 9 and 15; straks/policy/marker_words.toml says how the list was made.
    """
    strange = {word: kind for kind in _STRANGE[page.locale] for word in marker_words()[kind]}
    for word, spot in _prose(page, strange):
        yield Flaw(
            f"“{word}” is {NAMES[strange[word.lower()]]}, in a text that is {page.locale}",
            "use the form of the text's language",
            spot,
        )


def _prose(page: Page, wanted: Container[str]) -> Iterator[tuple[str, Spot]]:
    """Yield the *wanted* words where they are to be in the language of *page*, with their places."""
    for reading in sayings(page):
        for found in _WORD.finditer(reading.fixed):
            if found[0].lower() not in wanted or not _is_prose(reading.fixed, found):
                continue
            if not any(begins <= found.start() < ends for begins, ends in reading.elsewhere):
                yield found[0], reading.spot(found.start())


def _is_prose(text: str, found: re.Match[str]) -> bool:
    """Tell a word of a sentence from a part of an address, of a compound, of a value, or a name."""
    begins, ends = found.span()
    around = text[max(begins - 1, 0) : begins] + text[ends : ends + 1]
    if any(mark in around for mark in f"{HOLE}-_/@&;#"):
        return False
    before = text[:begins].rpartition("\n")[2].rstrip(' «"“(')
    if found[0][0].isupper() and before and before[-1] not in ".!?:":
        return False
    token = re.split(r"\s", text[:begins])[-1] + re.split(r"\s", text[begins:], maxsplit=1)[0]
    return not looks_like_link(token.rstrip("."))


@rule(
    "LNG805",
    Scope.TEMPLATE,
    severity=Severity.ADVICE,
    since="0.1",
    passes=[Trial(files=_SAME)],
    fails=[Trial(files={"nb/sms.txt": "Fristen er 5. mai. " * 6, "nn/sms.txt": "Fristen er 5. mai."})],
)
def length_that_differs_much(whole: Whole) -> Iterator[Flaw]:
    """
    A variant that is much shorter or longer than the others.

    Why: a translation that is half as long as its original has usually lost a sentence.
    Instead: compare the texts; where both are right, ignore this with a reason.
    Source: straks.
    """
    for paths in _variants(whole):
        lengths = {path: _length(whole, path) for path in paths}
        first = lengths[paths[0]]
        for path, length in lengths.items():
            if min(first, length) == 0 or max(first, length) < _TOO_SHORT_TO_TELL:
                continue
            ratio = length / first
            if not _LEAST_RATIO <= ratio <= _MOST_RATIO:
                yield Flaw(
                    f"{path} has {length} characters, {paths[0]} {first}: {ratio:.1f} times as many",
                    "compare the texts: is something missing?",
                    Spot.at(path, whole.template.sources[path], 0),
                )


def _length(whole: Whole, path: str) -> int:
    """Return how many characters the longest way through a file shows, without white space."""
    return max(
        (
            len("".join(reading.text.split()))
            for page in whole.pages
            if path in page.files
            for reading in readings_of(page, path)
        ),
        default=0,
    )


@rule(
    "LNG806",
    Scope.RUNTIME,
    severity=Severity.WARNING,
    since="0.1",
    test="tests/core/test_locale.py::test_a_moment_is_printed_as_it_is_in_norway",
)
def date_or_number_in_another_language(_: object) -> Iterable[Flaw]:
    """
    A date, a time, a number or a plural that is written as another language does.

    Why: 5/6 is June to some and May to others.
    Instead: nothing to do: a value of such a kind prints itself by the Unicode CLDR, as the text's
    language writes it.
    Source: Unicode CLDR; Språkrådet, on dates and times.
    """
    return ()


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
    passes=["Fristen er 5. mai. Logg inn med BankID for å se saken.", "HELSE SØR"],
    fails=["ord " * 36 + ".", "VIKTIG MELDING til deg"],
)
def unclear_language(page: Page) -> Iterator[Flaw]:
    """
    A sentence of more than 35 words, or words in capitals one after the other.

    Why: a message is read once, on the way to somewhere else; capitals read slower and shout.
    Instead: make two sentences of it; write as one speaks.
    Source: språklova, section 9; ISO 24495-1, on plain language.
    """
    for reading in sayings(page):
        for sentence in _SENTENCE.finditer(reading.text):
            count = len(_WORD.findall(sentence[0]))
            if count > LONGEST_SENTENCE:
                begins = sentence.end() - len(sentence[0].lstrip())
                yield Flaw(
                    f"a sentence of {count} words (limit {LONGEST_SENTENCE})",
                    "make two of it",
                    reading.spot(begins),
                )
        for shouted in _SHOUTED.finditer(reading.fixed):
            yield Flaw(f"“{shouted[0]}” is in capitals", "write it small", reading.spot(shouted.start()))


@rule(
    "LNG809",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=["Brev fra Statsforvalteren.", Trial(files={"nn/sms.txt": "Brev frå Statsforvaltaren."})],
    fails=["Brev fra Statsforvaltaren.", Trial(files={"nn/sms.txt": "Brev frå Lånekassen."})],
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
        for found in _WORD.finditer(reading.fixed):
            if found[0] in instead:
                yield Flaw(
                    f"“{found[0]}” is called {instead[found[0]]} in {NAMES[page.locale]}",
                    f"write {instead[found[0]]}",
                    reading.spot(found.start()),
                )


RULES = (
    language_missing,
    languages_that_tell_different_things,
    fallback_by_accident,
    word_of_another_language,
    length_that_differs_much,
    date_or_number_in_another_language,
    fallback_order_undeclared,
    unclear_language,
    name_of_a_body_in_the_other_form,
)
