"""TXT10xx: characters that hide, turn or break a text, wherever it comes from."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Final

from straks.core.hygiene import offence
from straks.policy.pointing import NEEDLESS, can_go
from straks.policy.reading import sayings
from straks.policy.rule import Fix, Flaw, Scope, Severity, rule
from straks.policy.source import Spot
from straks.policy.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from straks.policy.subject import Whole

_REFERENCE = re.compile(r"&(?:#\d+|#x[\da-f]+|[a-z]\w*);", re.IGNORECASE)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_WORD = re.compile(r"[^\W\d_]+")

_MENDABLE: Final = (".txt", ".html")
# Alphabets with letters that look Latin; a name such as «MICRO SIGN» is none of them.
_LOOKALIKES: Final = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
# Letters that nobody tells from Latin ones. Source: Unicode UTS #39, confusables.txt.
_LATIN: Final = str.maketrans(
    "\u0430\u0435\u0456\u0458\u043e\u0440\u0441\u0443\u0445\u0455\u03bf\u03bd\u03c1"
    "\u0410\u0412\u0415\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "aeijopcyxsovpABEIJKMHOPCTYXSABEZHIKMNOPTYX",
)


@dataclass(frozen=True, slots=True)
class _Written:
    """A text that somebody wrote: a whole file, or what an expression in it prints."""

    text: str
    path: str
    source: str
    offset: int | None = None
    """Where the output of the expression is; None for a file, each character of which has its own place."""

    def spot(self, index: int) -> Spot:
        return Spot.at(self.path, self.source, index if self.offset is None else self.offset)

    def fix(self, begins: int, ends: int, text: str, *, safe: bool) -> Fix | None:
        mendable = self.offset is None and self.path.endswith(_MENDABLE)
        return Fix(self.path, begins, ends, text, safe) if mendable else None


def _texts(whole: Whole) -> Iterator[_Written]:
    """Yield every file that a template is made of, shared ones too, and what only an expression prints."""
    renderings = {
        id(reading.rendering): (page, reading.rendering) for page in whole.pages for reading in sayings(page)
    }
    shared = {
        path: page.source(path)
        for page, rendering in renderings.values()
        for path, _, _ in rendering.origins
        if path not in whole.template.sources
    }
    for path, source in {**whole.template.sources, **shared}.items():
        yield _Written(source, path, source)
    for page, rendering in renderings.values():
        for start, end, (path, offset, ref), written in rendering.pieces:
            if ref is None and not written:
                yield _Written(rendering.text[start:end], path, page.source(path), offset)


def _characters(
    whole: Whole, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, str, _Written, tuple[int, int]]]:
    """Yield what is an offence that is *wanted*: as it is written, which it is, and where."""
    for text in _texts(whole):
        for found in _NOT_ASCII.finditer(text.text):
            if (what := _offence(text.text, found.start())) and wanted(what):
                yield found[0], what, text, found.span()
        for found in _REFERENCE.finditer(text.text) if text.path.endswith(".html") else ():
            if (meant := offence(unescape(found[0]))) and wanted(meant[1]):
                yield found[0], f"{meant[1]} as {found[0]}", text, found.span()


def _offence(text: str, index: int) -> str | None:
    character, before = text[index], text[max(index - 1, 0) : index]
    found = offence(character)
    # A character may be fine after the one before it: an emoji's style.
    if found and before and not offence(before + character):
        return None
    return found[1] if found else None


def _is_ours(word: str) -> bool:
    return all(letter.isascii() or letter in "æøåÆØÅ" for letter in word)


def _turns(what: str) -> bool:
    return "reading direction" in what


def _is_meaningless(what: str) -> bool:
    return "no meaning" in what or "surrogate" in what


def _is_unseen(what: str) -> bool:
    return not _turns(what) and not _is_meaningless(what)


@rule(
    "TXT1001",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/policy/test_text.py::test_no_control_character_comes_into_a_message",
)
def control_character(_: object) -> Iterable[Flaw]:
    """
    A control character other than the line feed and, in a template, the tab.

    Why: controls cut texts off, forge headers and confuse logs.
    Instead: nothing to do: a template that holds one does not load, and a value that holds one is
    refused.
    Source: RFC 5322, 2.2; Unicode, 23.1.
    """
    return ()


@rule(
    "TXT1002",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/policy/test_text.py::test_no_line_break_comes_into_a_single_line",
)
def line_break_in_a_single_line(_: object) -> Iterable[Flaw]:
    """
    A line break in a subject, a sender, a name, a reference or an address.

    Why: whoever can break the line of a header can write the next header.
    Instead: nothing to do: such values are refused, and a subject is joined to one line.
    Source: RFC 5322, 2.2; OWASP, on header injection.
    """
    return ()


@rule(
    "TXT1003",
    Scope.TEMPLATE,
    severity=Severity.ERROR,
    since="0.1",
    passes=["Koden er 482913.", Trial(html="<p>R&aring;d &amp; vink</p>")],
    fails=["Koden er \u202e482913.", Trial(html="<p>Hei &#x202e;du</p>"), "Hei{# \u2066 #}"],
)
def bidirectional_control(whole: Whole) -> Iterator[Flaw]:
    """
    A character that turns the reading direction.

    Why: the text is shown in another order than it is written, to readers and to whoever reviews it.
    Instead: take it out. Norwegian and English need none.
    Source: Unicode UAX #9; CVE-2021-42574.
    """
    for _, what, text, (begins, ends) in _characters(whole, _turns):
        yield Flaw(
            f"{what}: what follows may be shown reversed",
            "take it out",
            text.spot(begins),
            fix=text.fix(begins, ends, "", safe=False),
        )


@rule(
    "TXT1004",
    Scope.TEMPLATE,
    severity=Severity.WARNING,
    since="0.1",
    passes=["Takk \u2764\ufe0f", "Fristen er i dag."],
    fails=["Logg\u200b inn", "Inn\u00adlogging", Trial(html="<p>Inn&shy;logging</p>"), "a\u2028b"],
)
def invisible_character(whole: Whole) -> Iterator[Flaw]:
    """
    A character that nobody sees: a zero-width space, a soft hyphen, a tag character.

    Why: it can hide content, keeps searches from finding the word, and moves an SMS to 70 characters a
    segment.
    Instead: take it out.
    Source: Unicode UTR #36; 3GPP TS 23.038, 6.2.1.
    """
    for written, what, text, (begins, ends) in _characters(whole, _is_unseen):
        needless = unescape(written) in NEEDLESS and can_go(text.text, begins, ends)
        fix = text.fix(begins, ends, "", safe=True) if needless else None
        yield Flaw(what, "take it out", text.spot(begins), fix=fix)


@rule(
    "TXT1005",
    Scope.TEMPLATE,
    severity=Severity.ERROR,
    since="0.1",
    passes=["Ære være ŋ"],
    fails=["Se \ue000", "Se \u0378"],
)
def character_without_a_meaning(whole: Whole) -> Iterator[Flaw]:
    """
    A private-use or unassigned character.

    Why: every phone shows something else in its place, or nothing.
    Instead: write what it was meant to show. Half of a surrogate pair, which no encoding can carry, is
    refused already when a template is loaded.
    Source: Unicode, 3.4 and 23.5.
    """
    for _, what, text, (begins, _) in _characters(whole, _is_meaningless):
        yield Flaw(what, "write what it was meant to show", text.spot(begins))


@rule(
    "TXT1006",
    Scope.TEMPLATE,
    severity=Severity.WARNING,
    since="0.1",
    passes=["Alfa og α hver for seg, 5 µg"],
    fails=["Logg inn p\u0430 nettsidene", "S\u03bfknad"],
)
def word_of_mixed_scripts(whole: Whole) -> Iterator[Flaw]:
    """
    A word with Latin letters and others that look like them.

    Why: a Cyrillic «а» in a word or an address looks right and is another one; it breaks search and is
    how addresses are forged.
    Instead: type the letter again. Hosts, senders and codes admit ASCII alone.
    Source: Unicode UTS #39, 5.1.
    """
    for text in _texts(whole):
        for word in _WORD.finditer(text.text):
            if word[0].isascii():
                continue
            scripts = [unicodedata.name(letter, "?").split(" ", 1)[0] for letter in word[0]]
            strange = [index for index, script in enumerate(scripts) if script in _LOOKALIKES]
            plain = word[0].translate(_LATIN)
            if not strange or not ("LATIN" in scripts or (len(plain) > 1 and plain.isascii())):
                continue
            letter = word[0][strange[0]]
            how = "mixes Latin with" if "LATIN" in scripts else "looks Latin, and begins with"
            # With its letters typed again it is a word of our languages.
            fix = text.fix(*word.span(), plain, safe=False) if _is_ours(plain) else None
            yield Flaw(
                f"“{word[0]}” {how} {unicodedata.name(letter)} (U+{ord(letter):04X})",
                "type the letter again",
                text.spot(word.start() + strange[0]),
                fix=fix,
            )


@rule(
    "TXT1007",
    Scope.TEMPLATE,
    severity=Severity.ERROR,
    since="0.1",
    passes=["Ring 02222."],
    fails=["Ring \uff10\uff12222.", "Koden varer i \u0665 minutter"],
)
def digit_that_is_not_ascii(whole: Whole) -> Iterator[Flaw]:
    """
    A digit other than 0 to 9.

    Why: it looks or sounds like a digit, and phones, forms and parsers take it for another or for none.
    Instead: type the digit again. In codes nothing but ASCII is admitted.
    Source: Unicode, 4.6.
    """
    for text in _texts(whole):
        for found in _NOT_ASCII.finditer(text.text):
            if unicodedata.category(found[0]) == "Nd":
                digit = str(unicodedata.decimal(found[0]))
                yield Flaw(
                    f"U+{ord(found[0]):04X} is a digit {digit}, and not the ASCII one",
                    f"type {digit}",
                    text.spot(found.start()),
                    fix=text.fix(*found.span(), digit, safe=False),
                )


@rule(
    "TXT1008",
    Scope.RUNTIME,
    severity=Severity.WARNING,
    since="0.1",
    test="tests/core/test_text_kinds.py::test_text_is_composed_and_trimmed_and_otherwise_left_alone",
)
def untrimmed_value(_: object) -> Iterable[Flaw]:
    """
    A value with white space around it.

    Why: it costs characters, and a name with a space at its end is not the same name to a program.
    Instead: nothing to do: values are composed (NFC) and trimmed before they are measured. White space
    inside a value is left alone, for a rewritten name is another name.
    Source: Unicode UAX #15.
    """
    return ()


@rule(
    "TXT1009",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/policy/test_text.py::test_a_value_prints_as_it_is_whatever_syntax_it_holds",
)
def value_that_is_template_syntax(_: object) -> Iterable[Flaw]:
    """
    A value that would run as part of a template.

    Why: whoever can have ``{{ … }}`` executed can read what the program holds.
    Instead: nothing to do: values are printed once, by a sandbox that knows no attributes.
    Source: OWASP Web Security Testing Guide, on server-side template injection.
    """
    return ()


@rule(
    "TXT1010",
    Scope.RUNTIME,
    severity=Severity.WARNING,
    since="0.1",
    test="tests/policy/test_text.py::test_no_text_is_declared_without_a_greatest_length",
)
def unbounded_value(_: object) -> Iterable[Flaw]:
    """
    A parameter without a greatest length or number of lines.

    Why: without a bound nobody can say what a message costs or whether it arrives whole.
    Instead: nothing to do: a manifest that leaves ``max-length`` out does not load, and a text has one
    line where it does not declare more.
    Source: straks.
    """
    return ()


RULES = (
    control_character,
    line_break_in_a_single_line,
    bidirectional_control,
    invisible_character,
    character_without_a_meaning,
    word_of_mixed_scripts,
    digit_that_is_not_ascii,
    untrimmed_value,
    value_that_is_template_syntax,
    unbounded_value,
)
