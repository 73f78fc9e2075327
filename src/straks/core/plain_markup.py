"""
A fast way for HTML that is plainly written: what bleach makes of it, told without it.

Most of what authors write is paragraphs, headings, lists, links and tables, each closed where it was opened.
There is one way to read such HTML and one way to write it down, and so all that a sanitiser decides in it are
its tags, which are the same few again and again. Here the page is read by rules far stricter than any
browser's: each element is closed in its order and stands where HTML lets it stand, none is implied but the
body of a table, and the text between holds nothing that could be read as anything else. What a tag becomes
is told once for each tag as it is written, and kept: by `permitted` where its attributes are plain, too, and
else by bleach.

It only ever says what one pass of bleach would say. Whatever is not so plain goes to bleach, which takes two
milliseconds for a kilobyte; what bleach wrote is plain as a rule, so that the second pass, which makes sure
that nothing more changes, is a reading as well.

`enabled` turns it off.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from html import unescape
from html.entities import html5
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

from straks.core.markup import EMAIL, permitted, words

if TYPE_CHECKING:
    from collections.abc import Sequence

enabled: bool = True
"""Whether HTML is read here at all; False has bleach clean all of it."""

_TAGS_KEPT: Final = 1024
_LONGEST_KEPT: Final = 500
"""Characters of a tag; what a longer one becomes is asked each time."""

# --- what may stand in what ----------------------------------------------------------------------

NOWHERE: Final = ""
"""The parent of what stands in no element."""
VOID: Final = words("br hr img col")
_INLINE: Final = words(
    "a abbr b br cite code del dfn em i img ins kbd mark q s samp small span strong sub sup u var"
)
_EMPHASIS: Final = words("a b code em i s small strong u")
_BLOCKS: Final = words("address blockquote div dl h1 h2 h3 h4 h5 h6 hr ol p table ul")
LINES: Final = words("address dt h1 h2 h3 h4 h5 h6 p caption") | (_INLINE - VOID)
"""Elements that hold text, and what stands in a line of it."""
FLOW: Final = words("blockquote dd div li td th") | {NOWHERE}
"""Elements that hold blocks besides."""
_UNWRITTEN: Final = "the body of a table that nobody wrote"
_HOLDS: Final = {
    **dict.fromkeys(LINES, _INLINE),
    **dict.fromkeys(FLOW, _INLINE | _BLOCKS),
    **dict.fromkeys(("ol", "ul"), words("li")),
    "dl": words("dt dd"),
    "table": words("caption colgroup tbody tfoot thead"),
    **dict.fromkeys(("tbody", "tfoot", "thead", _UNWRITTEN), words("tr")),
    "tr": words("td th"),
    "colgroup": words("col"),
}
_NAMES: Final = frozenset[str]().union(*_HOLDS.values())


def may_hold(parents: Sequence[str], name: str) -> bool:
    """Tell whether an element may stand in *parents*, of which the last is the nearest."""
    # A link ends a link, and emphasis is kept in itself three deep at most (HTML, 13.2.6.4.7 and 13.2.4.3).
    return name in _HOLDS.get(parents[-1], ()) and not (name in _EMPHASIS and name in parents)


def may_hold_text(parent: str, text: str) -> bool:
    """Tell whether *text* may stand in *parent*."""
    return parent in LINES or parent in FLOW or not text.strip(" \t\n")


# --- reading -------------------------------------------------------------------------------------

# What ends an element whose author left its end out; the end of what it stands in does, too.
_ROWS: Final = words("tr tbody tfoot thead")
_ENDED_BY: Final = {
    "p": _BLOCKS | words("li dt dd td th") | _ROWS,
    "li": words("li"),
    **dict.fromkeys(("dt", "dd"), words("dt dd")),
    **dict.fromkeys(("td", "th"), words("td th") | _ROWS),
    "tr": _ROWS,
    **dict.fromkeys(("tbody", "tfoot", "thead", _UNWRITTEN), _ROWS - {"tr"}),
}
_TAG: Final = re.compile("(<[^<>]*>)")
_REFERENCE: Final = re.compile("&(#[0-9]{1,7};|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]*;)")


def cleaned(html: str) -> str | None:
    """
    Return what one pass of bleach makes of *html*, which is `readable`; None where that is not plain.

    >>> cleaned("<ul><li>Hei <b>du</b></ul>"), cleaned("<ul>Hei <b>du</ul>")
    ('<ul><li>Hei <b>du</b></li></ul>', None)
    """
    pieces = _TAG.split(html)
    tags = pieces[1::2]
    if not html.count("<") == html.count(">") == len(tags):
        return None
    around = [NOWHERE]
    written: list[str] = []
    for text, tag in zip_longest(pieces[::2], tags):
        if text:
            resolved, references = _REFERENCE.subn(_resolved, text) if "&" in text else (text, 0)
            if references != text.count("&") or not may_hold_text(around[-1], text):
                return None
            written.append(resolved)
        if tag is not None and not _read(tag, around, written):
            return None
    written += map(_end_of, reversed(around[1:]))
    return "".join(written)


def _read(tag: str, around: list[str], written: list[str]) -> bool:
    """Write down what *tag* becomes, and go into its element or out of it; False where it is not plain."""
    told = _told_of_short(tag) if len(tag) <= _LONGEST_KEPT else _told(tag)
    if told is None:
        return False
    name, kind, becomes = told
    if kind is _Kind.START:
        fits = _enter(name, around, written)
    elif kind is _Kind.END:
        fits = _leave(name, around, written)
    else:
        fits = may_hold_text(around[-1], "x")
    written.append(becomes)
    return fits


def _enter(name: str, around: list[str], written: list[str]) -> bool:
    while name in _ENDED_BY.get(around[-1], ()):
        written.append(_end_of(around.pop()))
    if name == "tr" and around[-1] == "table":
        written.append("<tbody>")
        around.append(_UNWRITTEN)
    fits = may_hold(around, name)
    if name not in VOID:
        around.append(name)
    return fits


def _leave(name: str, around: list[str], written: list[str]) -> bool:
    while around[-1] != name and around[-1] in _ENDED_BY:
        written.append(_end_of(around.pop()))
    return around.pop() == name


def _end_of(name: str) -> str:
    return "</tbody>" if name == _UNWRITTEN else f"</{name}>"


def _resolved(reference: re.Match[str]) -> str:
    """Return a reference as bleach writes it: its character, or where there is none itself, escaped."""
    if reference[1][0] != "#" and reference[1] not in html5:
        return f"&amp;{reference[1]}"
    character = unescape(reference[0]).replace("\r", "")
    return character.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# --- what a tag becomes --------------------------------------------------------------------------

_PLAIN_TAG: Final = re.compile(
    r"""<(?P<ends>/?)(?P<name>[a-z][a-z0-9]*)
        (?P<attributes> (?: \s+ [a-z-]+ (?: \s*=\s* (?: "[^"]*" | '[^']*' | [^\s"'<>=`/]+ ) )? )* )
        \s* (?P<slash>/?) >""",
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
_COMMENT: Final = re.compile("<!--(?:[^>-]|-(?!-))*-->")
_SIMPLE_ATTRIBUTE: Final = re.compile(r"""\s+(?P<name>[a-z-]+)="(?P<value>[^"&<>]*)\"""", re.ASCII)
_TO_STAND_IN: Final = {
    "li": "<ul>",
    **dict.fromkeys(("dt", "dd"), "<dl>"),
    **dict.fromkeys(("caption", "colgroup", "tbody", "tfoot", "thead"), "<table>"),
    "col": "<table><colgroup>",
    "tr": "<table><tbody>",
    **dict.fromkeys(("td", "th"), "<table><tbody><tr>"),
}


class _Kind(Enum):
    START = "start"
    END = "end"
    GONE = "gone"
    """A comment, or a tag that is not allowed and leaves what it holds; a line end may be left of it."""


class _Tag(NamedTuple):
    name: str
    kind: _Kind
    becomes: str


def _told(tag: str) -> _Tag | None:
    """Return what *tag* becomes wherever it may stand; None where it is not plain."""
    plain = _PLAIN_TAG.fullmatch(tag)
    if plain is None:
        return _Tag("", _Kind.GONE, "") if _COMMENT.fullmatch(tag) else None
    name = plain["name"].lower()
    kind = _Kind.END if plain["ends"] else _Kind.START
    if name not in EMAIL.tags | EMAIL.dropped:
        kind = _Kind.GONE
    elif name not in _NAMES or (kind is _Kind.END and (name in VOID or plain["attributes"])):
        return None
    if plain["slash"] and name not in VOID:
        return None
    return _Tag(name, kind, _written(name, kind, plain["attributes"], tag))


def _written(name: str, kind: _Kind, attributes: str, tag: str) -> str:
    if kind is _Kind.END:
        return f"</{name}>"
    if kind is _Kind.START and (kept := _kept(name, attributes)) is not None:
        return f"<{name}{kept}>"
    from straks.core.bleaching import clean_once

    before = _TO_STAND_IN.get(name, "")
    # What bleach adds after it are ends.
    return clean_once(before + tag).removeprefix(before).partition("</")[0]


def _kept(name: str, attributes: str) -> str | None:
    """
    Return what is left of attributes in which there is nothing to resolve; None where there is.

    So that most pages need no bleach at all, which takes a tenth of a second to load.
    """
    found = [*_SIMPLE_ATTRIBUTE.finditer(attributes)]
    values = {each["name"]: each["value"] for each in found}
    if sum(len(each[0]) for each in found) < len(attributes) or len(values) < len(found):
        return None
    if EMAIL.schemes.keys() & values.keys():
        return None  # bleach, too, judges addresses
    allowed = EMAIL.attributes["*"] | EMAIL.attributes.get(name, frozenset())
    judged = {key: permitted(name, key, values[key]) for key in values if key in allowed}
    return "".join([f' {key}="{value}"' for key, value in judged.items() if value is not None])


_told_of_short = lru_cache(maxsize=_TAGS_KEPT)(_told)


def clean_once(html: str) -> str:
    """Return what one pass of bleach makes of *html*, which is `readable`: told here, or else by bleach."""
    found = cleaned(html)
    if found is None:
        from straks.core.bleaching import clean_once

        found = clean_once(html)
    return found
