"""LNG8xx: the same message in every language, and each in the language it claims."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from straks.core.hygiene import looks_like_link
from straks.core.skeleton import FRAGMENT_BEGINS, FRAGMENT_ENDS
from straks.core.template import HTML_FILE, TEXT_FILE
from straks.policy.addresses import links
from straks.policy.conditions import questions
from straks.policy.reading import bodies, readings_of, sayings, subjects
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.source import HOLE, Spot
from straks.policy.trial import PARAMETERS, Trial

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from straks.policy.subject import Page, Whole

NAMES: Final = MappingProxyType(
    {"nb": "bokmål", "nn": "nynorsk", "norwegian": "Norwegian", "english": "English"}
)
# Which words of the list a text may not hold.
_STRANGE: Final = MappingProxyType({"nb": ("nn", "english"), "nn": ("nb", "english"), "en": ("norwegian",)})

# Variants of one text differ in length, but hardly more than this; a subject is too short to tell.
_LEAST_RATIO: Final = 0.6
_MOST_RATIO: Final = 1.6
_TOO_SHORT_TO_TELL: Final = 60

_WORD = re.compile(r"[^\W\d_]+")
# From so many strange words on, a text is in the wrong language, and that is said once.
_MANY: Final = 4
_QUOTED: Final = 3

# What systems fill in, and what writers mean to: [navn], {navn}, %s, sms.frist.tittel; and $recipientName$,
# which the service fills in elsewhere, and leaves as it stands in an instant message.
LEFTOVER: Final = re.compile(
    r"\[[^\W\d_]\w+\]|\$?\{+[\w. ]*\}+|%\(\w+\)[sd]|%[sd]\b|<<\w+>>|\$[^\W\d_]\w+\$"
    r"|(?<![\w.@/-])[a-z]{3,}(?:\.[a-z]{3,}){2,}(?![\w@/-]|\.\w)|\b(?:TODO|FIXME|XXX|lorem ipsum)\b",
    re.IGNORECASE,
)

_SAME: Final = MappingProxyType(
    {f"{locale}/sms.txt": "Fristen er 5. mai." for locale in ("nb", "nn", "en")}
)  # fmt: skip


@lru_cache(maxsize=1)
def marker_words() -> Mapping[str, frozenset[str]]:
    """Return the words that tell a language, by ``nb``, ``nn``, ``norwegian`` and ``english``."""
    text = resources.files("straks.policy").joinpath("marker_words.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(text)
    for disputed in lists.pop("disputed"):
        lists[disputed["form"]] += disputed["words"]
    return MappingProxyType({kind: frozenset(words) for kind, words in lists.items()})


@rule(
    "LNG801",
    Scope.TEMPLATE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[Trial(files=_SAME)],
    fails=[
        "Fristen er 5. mai.",
        Trial(files={**_SAME, "nb/subject.txt": "Frist", "nb/email.html": "<p>Hei</p>"}),
        Trial(
            files={
                **{f"{locale}/subject.txt": "5. mai" for locale in ("nb", "nn", "en")},
                **{f"{locale}/email.html": "<p>5. mai</p>" for locale in ("nb", "en")},
                "nn/email.txt": "5. mai",
            }
        ),
    ],
)
def language_missing(whole: Whole) -> Iterator[Flaw]:
    """
    A template that lacks one of the policy's languages, or one of its channels or its HTML there.

    Why: a Norwegian state body must offer what it offers in bokmål and nynorsk at the same time.
    Instead: write the text, or set the policy's key «languages».
    Source: språklova (the Language Act), on forms and digital self-service; the key «languages».
    """
    template = whole.template
    for locale in whole.policy.languages:
        for channel in template.channels:
            if not template.has(locale, channel):
                # What a template leaves out on purpose the policy still asks for; only a reason lets it pass.
                left_out = locale not in (template.manifest.languages or whole.policy.languages)
                reason = ", or say why not above [template]: # straks: ignore[LNG801] why" if left_out else ""
                yield Flaw(
                    f"{template.name} has no {channel} in {locale}",
                    f"write it, or take {locale} out of the policy's languages{reason}",
                    whole.manifest_spot(),
                )
    with_html = [locale for locale in template.locales if HTML_FILE in template.files[locale]]
    for locale in template.locales:
        if with_html and TEXT_FILE in template.files[locale] and locale not in with_html:
            yield Flaw(
                f"the e-mail in {locale} is plain text alone, and in {with_html[0]} it is HTML",
                f"write {locale}/{HTML_FILE} too",
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
        Trial(
            files={
                "nb/sms.txt": "{% if count > 1 %}{{ count }}{% endif %}.",
                "nn/sms.txt": "{% if count > 10 %}{{ count }}{% endif %}.",
            }
        ),
        Trial(
            files={
                "nb/sms.txt": "{% if count > 1 %}{{ count }} saker{% endif %}.",
                "nn/sms.txt": "{% if count > 1 %}Fleire saker{% endif %}.",
            }
        ),
    ],
)  # fmt: skip
def languages_that_tell_different_things(whole: Whole) -> Iterator[Flaw]:
    """
    Variants that show other values, ask about other values, or link elsewhere.

    Why: what one reader is told and another is not is the fault that translations hide best.
    Instead: give every language the same parameters, the same branches and the same links.
    Source: straks.
    """
    for paths in _variants(whole):
        for lacks, ask in (
            ("does not show", _shown),
            ("does not ask about", _asked),
            ("does not link to", _hosts),
        ):
            found = {path: ask(whole, path) for path in paths}
            for path, here in found.items():
                for name in sorted(frozenset[str]().union(*found.values()) - here):
                    other = next(other for other in paths if name in found[other])
                    yield _differing(whole, path, f"{lacks} {name!r}, as {_locale_of(other)} does")
        first, asked = paths[0], {path: questions(_page(whole, path), path) for path in paths}
        for path in paths[1:]:
            for name in sorted(asked[first].keys() & asked[path].keys()):
                if asked[first][name] != asked[path][name]:
                    yield _differing(
                        whole, path, f"asks otherwise about {name!r} than {_locale_of(first)} does"
                    )


def _differing(whole: Whole, path: str, how: str) -> Flaw:
    spot = Spot.at(path, whole.template.sources[path], 0)
    return Flaw(f"{_locale_of(path)} {how}", "let every language tell the same", spot)


def _locale_of(path: str) -> str:
    return path.split("/")[1]


def _variants(whole: Whole) -> Iterator[list[str]]:
    """Yield the files that are the same text in different languages."""
    template = whole.template
    for file in sorted(frozenset[str]().union(*template.files.values())):
        yield [
            f"{template.name}/{locale}/{file}"
            for locale in template.locales
            if file in template.files[locale]
        ]


def _page(whole: Whole, path: str) -> Page:
    return next(page for page in whole.pages if path in page.files)


def _shown(whole: Whole, path: str) -> frozenset[str]:
    renderings = _page(whole, path).renderings(path)
    # What cannot be followed (which the bound says) is taken to show all that it names.
    named = frozenset(whole.template.renderer.names(path)) & frozenset(whole.template.parameters)
    shown = frozenset(hole.ref.partition("#")[0] for each in renderings for _, _, hole in each.holes)
    return shown if renderings else named


def _asked(whole: Whole, path: str) -> frozenset[str]:
    return frozenset(questions(_page(whole, path), path))


def _hosts(whole: Whole, path: str) -> frozenset[str]:
    found = (link for link in links(_page(whole, path)) if link.whole.path == path and not link.is_value)
    return frozenset(link.host for link in found if link.host and not link.is_accident)


@rule(
    "LNG803",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        "Hei {{ name }}. Du har {{ count }} saker.",
        "{% if count > 1 %}Du har saker.{% else %}Du har en sak.{% endif %}",
        Trial(html="<p>Se post_mottak@min.example.org [1], eller www.example.org/min_side.</p>"),
    ],
    fails=[
        "{% if count > 1 %}Du har {{ count }} saker.{% endif %}",
        "Hei [navn]. Saken er klar.",
        "Hei {fornavn}. Saken er klar.",
        "Hei $recipientName$. Saken er klar.",
        "Hei {{ name }}}. Saken er klar.",
        Trial(
            sms="Hei first_name. Saken til {{ first_name }} er klar.",
            parameters=PARAMETERS.replace("parameters.name", "parameters.first_name"),
        ),
        "sms.frist.tittel",
        Trial(html="{% if count > 1 %}<p>Hei</p>{% endif %}"),
    ],
)
def text_empty_or_unfilled(page: Page) -> Iterator[Flaw]:
    """
    A text that is empty for some values, or shows a raw key, an unfilled placeholder or a stray brace.

    Why: a person gets «Hei [navn]», or nothing at all, since a message without a text is not sent. (A
    language that is not there is an error unless the manifest's «fallback» names another.)
    Instead: declare a parameter and print it, as in ``{{ name }}``; say something on every way.
    Source: appwrite issue 12448, raw placeholders that reached people; BCP 47, on fallback.
    """
    for reading in bodies(page):
        own = reading.rendering.text
        if reading.path.endswith(f"/{HTML_FILE}"):
            own = re.sub(r"<[^>]*>", "", "".join(_FRAGMENT.findall(own)))
        if not own.strip():
            yield Flaw(
                "nothing is said, so no message comes out of it",
                "say something on every way through it",
                page.spot(reading.path),
                reading.way,
            )
    for reading in sayings(page):
        # What is left in a subject is HTM911.
        if reading in subjects(page):
            continue
        left = [found for found in LEFTOVER.finditer(reading.fixed) if not looks_like_link(found[0])]
        left += [found for found in _NAME.finditer(reading.fixed) if found[0] in page.template.parameters]
        for found in left:
            yield Flaw(
                f"“{found[0]}” looks like a placeholder that nothing fills",
                "declare a parameter and print it, as in {{ name }}",
                reading.spot(found.start()),
            )
        for found in _BRACE_TOO_MANY.finditer(reading.fixed):
            yield Flaw(
                f"a “{found[0]}” is left over beside a value, and would be seen",
                "take it out; a value has two braces on either side",
                reading.spot(found.start()),
            )


_BRACE_TOO_MANY: Final = re.compile(f"[{{}}](?:(?<={HOLE}.)|(?={HOLE}))")
_NAME: Final = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_FRAGMENT: Final = re.compile(f"{FRAGMENT_BEGINS}([^{FRAGMENT_ENDS}]*){FRAGMENT_ENDS}")


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
    found: dict[tuple[str, str], dict[int, tuple[str, Spot]]] = {}
    for word, spot in _prose(page, strange):
        found.setdefault((spot.path, strange[word.lower()]), {})[spot.offset] = word, spot
    for (_, kind), places in found.items():
        words = list(dict.fromkeys(word.lower() for word, _ in places.values()))
        if len(words) >= _MANY:
            shown = ", ".join(f"“{word}”" for word in words[:_QUOTED])
            yield Flaw(
                f"a text that is to be {page.locale} reads as {NAMES[kind]}: {shown} "
                f"and {len(words) - _QUOTED} words more",
                "write it in the text's language; or does it stand in the wrong folder?",
                places[min(places)][1],
            )
            continue
        for word, spot in places.values():
            yield Flaw(
                f"“{word}” is {NAMES[kind]}, in a text that is {page.locale}",
                "use the form of the text's language",
                spot,
            )


def _prose(page: Page, wanted: Container[str]) -> Iterator[tuple[str, Spot]]:
    """Yield the *wanted* words where they are to be in the language of *page*, with their places."""
    for reading in sayings(page):
        prose = reading.prose
        for found in _WORD.finditer(prose.fixed):
            if found[0].lower() not in wanted or not _is_prose(prose.fixed, found):
                continue
            if not any(begins <= found.start() < ends for begins, ends in reading.elsewhere):
                yield found[0], prose.spot(found.start())


def _is_prose(text: str, found: re.Match[str]) -> bool:
    """Tell a word of a sentence from a part of an address, of a compound, of a value, or a name."""
    begins, ends = found.span()
    around = text[max(begins - 1, 0) : begins] + text[ends : ends + 1]
    if any(mark in around for mark in f"{HOLE}-_/@&;#"):
        return False
    line = text[text.rfind("\n", 0, begins) + 1 : begins] + text[begins:].partition("\n")[0]
    before = text[:begins].rpartition("\n")[2].rstrip(' «"“(')
    if found[0][0].isupper() and before and before[-1] not in ".!?:" and not line.isupper():
        return False
    # Capitals alone are an abbreviation, unless all of the line is.
    if len(found[0]) > 1 and found[0].isupper() and not line.isupper():
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
                    f"{_locale_of(path)} has {length} characters, {_locale_of(paths[0])} {first}: "
                    f"{ratio:.1f} times as many",
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


RULES = (
    language_missing,
    languages_that_tell_different_things,
    text_empty_or_unfilled,
    word_of_another_language,
    length_that_differs_much,
)
