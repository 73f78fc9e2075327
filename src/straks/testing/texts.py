"""
How values are drawn for kinds of text: code, text, name, reference, choice, url.

What is dear is listed here by itself, since the bound is tested with it: characters of two septets, of
two code units, of three octets and four, with long escapes in HTML, and letters that grow when their
case changes. As many as fit of each make an edge, and most of what is drawn freely is made of them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from straks.core.alphabet import SEPTETS
from straks.core.hygiene import offence
from straks.core.pattern import longest
from straks.testing.drawn import Drawn, fitting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.core.choice_kind import Choice
    from straks.core.text_kinds import Code, Reference, Text
    from straks.core.url_kind import Url

# Two septets; long escapes; letters whose capitals are two (ß) or not in GSM-7 (à); and plain ones.
_DEAR_IN_GSM7: Final = "€^{}[]~\\|&<>\"'ßàÇΔ aA9"
# UCS-2; four octets; and U+0149, U+0390, U+FB03, U+0130, U+1E9E, which grow or shrink with their case.
_DEAR_ELSEWHERE: Final = "č«…字😀ŉΐﬃİẞé"
# One to a reader, several to a network: emoji style, skin tone, flag, keycap, stacked marks.
_CLUSTERS: Final = ("❤\ufe0f", "👍🏽", "🇳🇴", "1\ufe0f\u20e3", "e\u0301\u0323")
_WORDS: Final = (
    "Kari Nordmann",
    "Åse-Marie Ødegård",
    "O'Brien & sønn",
    "Nguyễn Thị Ánh",
    "St.Hanshaugen kl. 10.30",
    "<b>&amp;</b> {{ 7*7 }}",
)
# RFC 3986, 2: what an address may hold besides the percent sign that stands with them.
_IN_URLS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#[]@!$&'()*+,;=%"
_DEAR_IN_URLS: Final = "~'&%[a/"

# Besides what Unicode calls control, format, private, unassigned or a separator of lines: fillers, blanks
# and variation selectors, which print nothing. A test holds this against what straks refuses.
_BLANKS: Final = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0",
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
)
ANYTHING: Final = st.characters(exclude_categories=("C", "Zl", "Zp"), exclude_characters="".join(_BLANKS))
"""Every character that a value may hold by itself."""
GSM7: Final = st.sampled_from(sorted(letter for letter in SEPTETS if offence(letter) is None))
"""Those of them that GSM-7 has."""


def code(parameter: Code) -> Drawn:
    """Return codes: of each letter alone, with the first in front, and any."""
    letters, length = parameter.alphabet, parameter.length
    edges = [letter * length for letter in letters]
    edges += [letters[0] * (length - 1) + letters[-1], letters[-1] + letters[0] * (length - 1)]
    return Drawn(edges, (st.text(letters, min_size=length, max_size=length),))


def text(parameter: Text) -> Drawn:
    """Return texts: full of what is dear, short, of several lines, words, and any."""
    dear, letters = _DEAR_IN_GSM7, GSM7
    if parameter.alphabet == "any":
        dear, letters = dear + _DEAR_ELSEWHERE, ANYTHING
    mixed = st.sampled_from(dear) | letters
    least, most = parameter.min_length, parameter.max_length
    free: list[st.SearchStrategy[str]] = [
        st.text(mixed, min_size=least, max_size=most),
        st.tuples(st.text(mixed, min_size=1, max_size=4), st.integers(max(least, 1), most)).map(
            lambda drawn: _cycled(*drawn)
        ),
    ]
    if parameter.lines > 1:
        lines = st.lists(st.text(mixed, max_size=most), min_size=2, max_size=parameter.lines)
        free.append(lines.map(lambda several: "\n".join(several)[:most]))
    return Drawn(
        _edges_of(parameter, dear),
        tuple(fitting(parameter, way) for way in free),
        lambda value: _forms_of(parameter, value),
    )


def reference(parameter: Reference) -> Drawn:
    """Return what matches the pattern, the longest among it; without a pattern, text."""
    if parameter.pattern is None:
        return text(parameter)
    pattern = re.compile(parameter.pattern, re.ASCII)
    matching = fitting(parameter, st.from_regex(pattern, fullmatch=True, alphabet=ANYTHING))
    return Drawn([longest(parameter.pattern)], (matching,), lambda value: _forms_of(parameter, value))


def choice(parameter: Choice) -> Drawn:
    """Return every choice."""
    return Drawn(parameter.words)


def url(parameter: Url) -> Drawn:
    """Return addresses on every host: bare ones, ones full of what is dear, and any."""
    starts = [f"https://{host}" for host in parameter.hosts]
    rooms = {start: parameter.max_length - len(start) - 1 for start in starts}
    edges = [f"{start}{end}" for start in starts for end in ("", "/", "?", "#")]
    edges += [f"{start}/{letter * rooms[start]}" for start in starts for letter in _DEAR_IN_URLS]
    edges += [f"{start}?{'a' * rooms[start]}" for start in starts]

    def below(start: str) -> st.SearchStrategy[str]:
        rest = st.text(_IN_URLS, max_size=rooms[start])
        return st.tuples(st.sampled_from("/?#"), rest).map(lambda parts: start + "".join(parts))

    free = tuple(below(start) for start in starts if rooms[start] >= 0)
    return Drawn(edges, free)


def _edges_of(parameter: Text, dear: str) -> Iterator[str]:
    most, lines = parameter.max_length, parameter.lines
    sizes = sorted({parameter.min_length, 1, most - 1, most})
    yield from (letter * size for size in sizes for letter in dear)
    yield from _WORDS
    yield from (_cycled(cluster, most) for cluster in _CLUSTERS)
    if lines > 1:
        below = "\na" * (lines - 1)
        yield f"a{below}"
        yield "a" * (most - len(below)) + below


def _forms_of(parameter: Text, value: Any) -> Iterator[Any]:  # noqa: ANN401 - as `Drawn` has it
    yield f" {value}"
    yield f"{value}\u00a0 "
    yield unicodedata.normalize("NFD", value)
    if parameter.lines > 1:
        yield value.replace("\n", "\r\n")


def _cycled(pattern: str, size: int) -> str:
    return (pattern * (size // len(pattern) + 1))[:size]
