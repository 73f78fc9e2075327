"""
HTML that needs no sanitising: paragraphs, headings, lists and emphasis, in bare tags.

Most of what authors write is just that, and a sanitiser takes a millisecond to give it back as it was.
Here it is told by a reading far stricter than any browser's: each tag is a name alone and none that
`EMAIL` lacks, each element is closed where it was opened and stands where HTML lets it stand, and the
text between holds nothing that could be read as anything else. There is one way to read such HTML and
one way to write it down. Whatever is not so plain goes to the sanitiser.
"""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)>|(?P<text>[^<>&\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff]+)"
)
_LISTS: Final = frozenset({"ol", "ul"})
_LINES: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p"})
_EMPHASIS: Final = frozenset({"b", "em", "i", "small", "strong", "u"})
_NOWHERE: Final = ""
# What may stand right in what; emphasis is not in itself, of which HTML keeps three at most.
_AMONG: Final = {
    **dict.fromkeys(_LINES | _LISTS, frozenset({_NOWHERE, "li"})),
    **dict.fromkeys(_EMPHASIS, frozenset({_NOWHERE, "li"}) | _LINES),
    "br": frozenset({_NOWHERE, "li"}) | _LINES | _EMPHASIS,
    "li": _LISTS,
}


def is_bare(html: str) -> bool:
    """
    Tell whether *html* is so plain that sanitising gives it back as it is.

    >>> is_bare("<p>Hei <b>du</b></p>"), is_bare("<p>Hei <b>du</p>"), is_bare("<p hidden>Hei</p>")
    (True, False, False)
    """
    around = [_NOWHERE]
    end = 0
    for token in _TOKEN.finditer(html):
        if token.start() != end:
            return False
        end = token.end()
        name = token["name"]
        if name is None:
            if around[-1] in _LISTS and not token["text"].isspace():
                return False
        elif token["end"]:
            if around.pop() != name:
                return False
        elif around[-1] not in _AMONG.get(name, ()):
            return False
        elif name != "br":
            around.append(name)
    return end == len(html) and around == [_NOWHERE]
