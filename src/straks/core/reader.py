"""
Python's own reader of HTML, but for what nobody here asks it for, and with a fast way for plain tags.

It counts lines, which is left out. And it reads each tag anew, though a page has the same few again and
again: so where a page is text and plain tags, each tag is read once by that same reader, and what it said of
the tag is kept. A comment, a declaration, a script, a bracket that stands alone or anything else by which
what follows would be read in another way leaves the whole piece to the ordinary way.

`enabled` turns it off.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from itertools import zip_longest
from typing import Final, NamedTuple

enabled: bool = True
"""Whether tags are remembered at all; False has each read anew."""

TAG: Final = re.compile("(<[^<>]*>)")
PLAIN_TAG: Final = re.compile(
    r"""<[a-z][^\s/<>]* (?: \s+ [^\s"'<>/=]+ (?: \s*=\s* (?: "[^"]*" | '[^']*' ) )? )* \s* /?>""",
    re.IGNORECASE | re.VERBOSE,
)
"""A tag whose every value stands in quotation marks."""
_PLAIN_END: Final = re.compile("</[a-z][a-z0-9]*>", re.IGNORECASE)
_TAGS_KEPT: Final = 1024
_LONGEST_KEPT: Final = 500
"""Characters of a tag; longer ones are read anew."""


class _Tag(NamedTuple):
    """What was said of a tag: by which method, of what element, with which attributes."""

    method: str
    name: str
    attributes: tuple[tuple[str, str | None], ...]


class Reader(HTMLParser):
    """
    Reads HTML and calls a method of its own for each tag and text.

    Args:
        remembers: Whether plain tags are remembered. Only of HTML without values: what is in a tag stays.
    """

    def __init__(self, *, remembers: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self._remembers = remembers
        self._tag: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether something that was read is unfinished, so that what follows is read by it."""
        return bool(self.rawdata or self.cdata_elem)

    def updatepos(self, i: int, j: int) -> int:  # noqa: ARG002 - Python's own signature
        """Return where the reading stands, and note nothing."""
        return j

    def get_starttag_text(self) -> str | None:
        """Return the tag that is being told of, as it is written."""
        return super().get_starttag_text() if self._tag is None else self._tag

    def feed(self, data: str) -> None:
        """Read *data*, which follows what was read before."""
        if not (enabled and self._remembers):
            super().feed(data)
            return
        pieces = TAG.split(data)
        tags = pieces[1::2]
        if data.count("<") == data.count(">") == len(tags) and "&" not in pieces[-1]:
            read = [said for said in map(_read, tags) if said is not None]
            if len(read) == len(tags) and not self.is_open:
                self._tell(pieces[::2], tags, read)
                return
        super().feed(data)

    def _tell(self, texts: list[str], tags: list[str], read: list[_Tag]) -> None:
        for text, tag, said in zip_longest(texts, tags, read):
            if text:
                self.handle_data(unescape(text))
            if said is None:
                break
            self._tag = tag
            method, name, attributes = said
            if method == "start":
                self.handle_starttag(name, [*attributes])
            elif method == "end":
                self.handle_endtag(name)
            else:
                self.handle_startendtag(name, [*attributes])
        self._tag = None


class _One(HTMLParser):
    """Notes what is said of one tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: _Tag | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said = _Tag("start", tag, tuple(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said = _Tag("both", tag, tuple(attrs))

    def handle_endtag(self, tag: str) -> None:
        self.said = _Tag("end", tag, ())


def _read(tag: str) -> _Tag | None:
    """Return what is said of *tag*; None where it is not plain, or decides how what follows is read."""
    return _short_one(tag) if len(tag) <= _LONGEST_KEPT else _short_one.__wrapped__(tag)


@lru_cache(maxsize=_TAGS_KEPT)
def _short_one(tag: str) -> _Tag | None:
    if not PLAIN_TAG.fullmatch(tag) and not _PLAIN_END.fullmatch(tag):
        return None
    one = _One()
    one.feed(tag)
    return None if one.rawdata or one.cdata_elem else one.said
