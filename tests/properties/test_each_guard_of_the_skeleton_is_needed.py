"""
Law: a value changes the words of a page and nothing else; and without any one guard it would change more.

Each page is filled twice, once with hostile values and once with harmless words, and both are read by a
parser that the skeleton does not use, html5lib as bleach carries it. What is read has to be the same but for
the words. Then each guard is switched off by itself, and a page that it refuses, or keeps apart, breaks
the law. Two guards are only there for what they say: what they refuse is refused by others, too.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any
from unicodedata import is_normalized
from urllib.parse import unquote, urlsplit

import pytest

from straks.core import filled_page, skeleton
from straks.core.filled_page import FilledPage
from straks.core.markup import sanitize_html
from straks.core.skeleton import FRAGMENT_BEGINS, FRAGMENT_ENDS, MARKER, Misplaced, Place, marker_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PARSER: Any = import_module("bleach._vendor.html5lib")

HOSTILE = (
    "<b>x</b>", '" onclick="x', "' onclick='x", "x onclick=y", "--><b>", "lt;", "#65;", "65;", "p;", "&x",
    ";x", "../a?b#c", "red; position: fixed", "%41", "a\\b", "\u0338", "</style><b>", "@evil.no/",
    "javascript:x",
)  # fmt: skip
HARMLESS = "zq"
LINK, HARMLESS_LINK = "https://www.example.org", "https://www.example.com"
VALUE, URL = marker_of(0, link=False), marker_of(1, link=True)


def fragment(html: str) -> str:
    return FRAGMENT_BEGINS + html + FRAGMENT_ENDS


# --- the law -----------------------------------------------------------------------------------


def read(html: str, word: str, link: str) -> Iterator[object]:
    """Yield what is read of *html*, with *word* and *link* taken for the words that they are."""
    for element in PARSER.parse(html, namespaceHTMLElements=False).iter():
        yield element.tag if isinstance(element.tag, str) else "comment"
        for name, value in sorted(element.attrib.items()):
            yield (
                name,
                *(_address(value, word, link) if name in {"href", "src"} else (_words(value, word, link),)),
            )
        yield _words(element.text or "", word, link)
        yield _words(element.tail or "", word, link)


def _words(text: str, word: str, link: str) -> str:
    return text.replace(link, "{link}").replace(word, "{word}")


def _address(value: str, word: str, link: str) -> tuple[object, ...]:
    parts = urlsplit(value)
    host = "{host}" if parts.netloc == urlsplit(link).netloc else parts.netloc
    return parts.scheme, host, re.findall("[/?#&=]", value), _words(unquote(value), word, link)


def filled(page: str, word: str, link: str) -> str:
    """Fill *page*, and see that it says the same as HTML, as JSON, and in its twin."""
    made = FilledPage(skeleton.sanitise(page, sanitize_html), [word, link])
    html, _ = made.fill()
    assert json.loads(made.json()) == made.html() == html
    return html


def breach(page: str) -> str | None:
    """Return how *page* breaks the law, the word ``refused``, or None."""
    try:
        return next((why for hostile in HOSTILE for why in breaches(page, hostile)), None)
    except Misplaced:
        return "refused"
    except Exception as error:  # noqa: BLE001 - not a refusal, and so a breach
        return type(error).__name__


def breaches(page: str, hostile: str) -> Iterator[str]:
    """Yield how *page* breaks the law with a *hostile* value."""
    ours, harmless = filled(page, hostile, LINK), filled(page, HARMLESS, HARMLESS_LINK)
    if [*read(ours, hostile, LINK)] != [*read(harmless, HARMLESS, HARMLESS_LINK)]:
        yield f"{hostile!r} is more than words"
    if not is_normalized("NFC", ours.replace(escape(hostile), "")):
        yield "it is not composed"
    if page.startswith(FRAGMENT_BEGINS) and _cleaned(ours) != _cleaned(sanitize_html(ours)):
        yield "sanitising it takes something away"
    printed = sum(match[0] == VALUE for match in MARKER.finditer(page))
    if harmless.count(HARMLESS) < printed or (HARMLESS in harmless) != (printed > 0):
        yield "a value is not where it is printed"


def _cleaned(html: str) -> str:
    return html.replace("&quot;", '"').replace("&#x27;", "'")  # which are written in two ways


# --- what is well --------------------------------------------------------------------------------

SOUND = (
    fragment(f"<p>{VALUE} {URL}</p>"),
    fragment(f'<p title="{VALUE}">&{VALUE}</p>'),
    fragment(f"<a href='{URL}'>{URL}</a>"),
    fragment(f'<a href="{URL}?a={VALUE}&amp;b={URL}">{VALUE}</a>'),
    fragment(f'<a href="https://www.example.net/{VALUE}/?q={VALUE}#{VALUE}">a</a>'),
    fragment(f'<a href="mailto:post@example.org?subject={VALUE}">a</a>'),
    f"<title>{VALUE}</title>{fragment(f'<p>{VALUE}</p>')}<p>{VALUE}</p>",
)


@pytest.mark.parametrize("page", SOUND)
def test_a_value_changes_the_words_and_nothing_else(page: str) -> None:
    assert breach(page) is None


# --- without each guard ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """A guard that is switched off, and a page that needs it."""

    of: Any
    guard: str
    instead: Any
    page: str
    with_guard: str | None = "refused"


def nothing(*_: object) -> None:
    """Guard nothing."""


def as_it_is(text: str, *_: object, **__: object) -> str:
    return text


def unasked(values: Sequence[str], index: int) -> str:
    return values[index]


def always(*_: object) -> bool:
    return True


def without_order(found: Any, _: object) -> None:  # noqa: ANN401 - whatever was found
    list(found)


MUTANTS = (
    Mutant(skeleton, "_composed", as_it_is, "<p>a\u030a</p>", with_guard=None),
    Mutant(skeleton, "_refuse_removed", nothing, fragment(f"<p>{VALUE}</p><!-- {VALUE} -->")),
    Mutant(skeleton, "_refuse_removed", nothing, fragment(f'<a href="javascript:{VALUE}">a</a>')),
    Mutant(skeleton, "_refuse_forged", nothing, fragment("<p>&#115;trx0xrts</p>")),
    Mutant(skeleton, "_refuse_completed", nothing, f"<p>&{VALUE}</p>"),
    Mutant(skeleton, "_refuse_completed", nothing, f"<p>&#{VALUE}</p>"),
    Mutant(skeleton, "_refuse_completed", nothing, f'<p title="a&am{VALUE}">a</p>'),
    Mutant(skeleton, "_refuse_read_otherwise", without_order, "<p>&#115;trx0xrts</p>"),
    Mutant(skeleton, "_refuse_unquoted", nothing, f"<p title={VALUE}>a</p>"),
    Mutant(skeleton, "_refuse_attribute", nothing, f'<p class="https://example.net/{VALUE}">a</p>'),
    Mutant(skeleton, "_is_whole_url", always, fragment(f'<a href="{URL}.example.net/">a</a>')),
    Mutant(skeleton, "_is_whole_url", always, f'<a href="{VALUE}">a</a>'),
    Mutant(skeleton, "_refuse_open_host", nothing, fragment(f'<a href="https://{VALUE}/">a</a>')),
    Mutant(skeleton, "in_place", as_it_is, fragment(f'<a href="https://example.net/{VALUE}">a</a>'), None),
    Mutant(skeleton, "escape", as_it_is, fragment(f"<p>{VALUE}</p>"), None),
    Mutant(skeleton, "_held", unasked, fragment("<p>st<b>rx9xrts</b></p>")),
    Mutant(skeleton._Finder, "_not_raw", nothing, f"<style>{VALUE}</style>"),
    Mutant(skeleton._Finder, "is_done", instead=True, page=f"<style>{fragment(VALUE)}</style>"),
    Mutant(filled_page, "_SPECIAL", re.compile("(?!)"), fragment(f"<p>{VALUE}</p>"), None),
    Mutant(filled_page, "_AS_IT_IS", frozenset(Place), fragment(f'<a href="tel:{VALUE}">a</a>'), None),
    Mutant(filled_page, "escape", as_it_is, fragment(f"<p>{VALUE}</p>"), None),
    Mutant(filled_page, "in_place", as_it_is, fragment(f'<a href="tel:{VALUE}">a</a>'), None),
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.guard}")
def test_without_the_guard_the_law_is_broken(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    skeleton._found_in_layout.cache_clear()
    with_guard = breach(mutant.page)
    skeleton._found_in_layout.cache_clear()
    monkeypatch.setattr(mutant.of, mutant.guard, mutant.instead)
    without = breach(mutant.page)
    skeleton._found_in_layout.cache_clear()

    assert with_guard == mutant.with_guard
    assert without not in {None, "refused"}


# What refuses a comment says so; that the value is not found where it is written would be said otherwise.
ONLY_WORDING = (("handle_comment", f"<!-- {VALUE} -->"), ("unknown_decl", f"<![CDATA[{VALUE}]]>"))


@pytest.mark.parametrize(("guard", "page"), ONLY_WORDING)
def test_these_only_say_better_what_is_refused_anyhow(
    guard: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(skeleton._Finder, guard, nothing)

    assert breach(page) == "refused"


def test_every_guard_is_switched_off_once() -> None:
    guards = {name for name in vars(skeleton) if name.startswith("_refuse_")}

    assert guards <= {mutant.guard for mutant in MUTANTS}
