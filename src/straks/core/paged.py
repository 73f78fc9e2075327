"""
The page that a way through an e-mail's HTML becomes, sanitised, with its values and forks still open.

A value is a marker while the page is sanitised (`straks.core.skeleton`). A fork can be one too, and
its ways be sanitised each by itself, where the page comes out the same whichever way is put in: where
each way closes what it opens, holds what may stand there, and so leaves the parser as it found it.
That is decided by a small reading of HTML, stricter than any browser's: every element is closed in
its order, none is implied, and nothing stands where HTML would move it away. HTML that is not so
plain is sanitised whole, once for each combination of its ways, while those are few.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Final, Protocol

from straks.core.markup import words
from straks.core.plain_markup import FLOW, LINES, NOWHERE, VOID, may_hold, may_hold_text
from straks.core.skeleton import FRAGMENT_BEGINS, FRAGMENT_ENDS, Place, in_place, marker_of
from straks.core.way import Fork, Hole, Said, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from straks.core.way import Piece

MOST_PAGES: Final = 16
"""So many pages are sanitised whole of one e-mail."""
LONGEST_PAGE: Final = 250_000
"""Characters of one page; e-mail programs cut messages at about 100 kB."""

_FORK: Final = "\x00"  # no template holds one
_TOKEN: Final = re.compile(r"<[^<>\x00]*>|\x00|[\x02\x03]|[^<>\x00\x02\x03]+|[<>]")
_PLAIN_TAG: Final = re.compile(
    r"""<(?P<ends>/?)(?P<name>[a-z][a-z0-9]*)(?:\s+[a-z-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*(?P<closed>/?)>""",
    re.IGNORECASE,
)
_UNFINISHED: Final = re.compile(r"&[#\w]*\Z")
# Text that no sanitiser changes: no markup, no reference, nothing that may not be sent.
_PLAIN_TEXT: Final = re.compile(r"[^<>&\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff]*")

_HOLDS_FORKS: Final = FLOW | (LINES - {"caption"}) | words("dl ol ul")


class TooManyPages(Exception):
    """The page depends on its branches in too many ways."""


class TooLongPage(Exception):
    """The page is longer than can be looked through."""


class Clean(Protocol):
    """Whoever sanitises pages."""

    def __call__(self, rendered: str, *, keep: bool) -> Sequence[str | tuple[int, Place]]:
        """Return the page that *rendered* becomes, cut at its markers."""
        ...


class Pager:
    """
    Makes pages of ways.

    Args:
        clean: Sanitises a page with its markers, and returns it cut at them; it may keep what is a page
            as it is rendered.
        is_link: Tells whether a hole prints a checked link.
    """

    def __init__(
        self,
        clean: Clean,
        is_link: Callable[[Hole], bool],
    ) -> None:
        self._clean = clean
        self._is_link = is_link
        self._kept: dict[str, Sequence[str | tuple[int, Place]]] = {}

    def page(self, way: Way) -> Way:
        """
        Return the page of *way*: constant HTML, and holes that know their place in it.

        Raises:
            TooManyPages: Its branches hold HTML that is not plain, in too many combinations.
            TooLongPage: It is too long.
        """
        pages: list[Way] = []
        ahead = [Way(way.pieces)]
        while ahead:
            now = ahead.pop(0)
            unsettled = next((fork for fork, settled in _settled(now.pieces) if not settled), None)
            if unsettled is None:
                pages.append(Way(self._page(now.pieces), now.facts))
            else:
                ahead += _taken(now, unsettled)
            if len(pages) + len(ahead) > MOST_PAGES:
                raise TooManyPages
        return Way(pages[0].pieces if len(pages) == 1 else (Fork(tuple(pages)),), way.facts)

    def _page(self, pieces: Sequence[Piece], *, inside: bool = False) -> tuple[Piece, ...]:
        """Sanitise *pieces*, which are a page, or a part *inside* of what is sanitised in a page."""
        opens: list[tuple[Said | Hole | Fork, bool]] = []
        numbers: dict[Hole, int] = {}
        rendered: list[str] = []
        depth = int(inside)
        for piece in pieces:
            if isinstance(piece, str):
                depth += piece.count(FRAGMENT_BEGINS) - piece.count(FRAGMENT_ENDS)
                rendered.append(piece)
                continue
            number = numbers.get(piece) if isinstance(piece, Hole) else None
            if number is None:
                number = len(opens)
                opens.append((piece, depth > 0))
            if isinstance(piece, Hole):
                # Numbered as a rendering numbers its values, so that this page may be kept for it.
                numbers[piece] = number
            rendered.append(marker_of(number, link=self._links(piece)))
        if sum(map(len, rendered)) > LONGEST_PAGE:
            raise TooLongPage
        if inside:
            rendered = [FRAGMENT_BEGINS, *rendered, FRAGMENT_ENDS]
        whole = not inside and not any(isinstance(piece, Fork) for piece in pieces)
        return tuple(
            part if isinstance(part, str) else self._placed(*opens[part[0]], place=part[1])
            for part in self._cut("".join(rendered), keep=whole)
        )

    def _cut(self, rendered: str, *, keep: bool) -> Sequence[str | tuple[int, Place]]:
        if rendered not in self._kept:
            self._kept[rendered] = self._clean(rendered, keep=keep)
        return self._kept[rendered]

    def _links(self, piece: Piece) -> bool:
        return isinstance(piece, Hole) and self._is_link(piece)

    def _placed(self, piece: Piece, inside: bool, *, place: Place) -> Piece:  # noqa: FBT001 - one of a pair
        match piece:
            case Hole():
                return replace(piece, place=place)
            case Fork():
                return Fork(tuple(Way(self._part(way.pieces, inside), way.facts) for way in piece.ways))
            case Said(text) | str(text):
                return escape(in_place(text, place))

    def _part(self, pieces: Sequence[Piece], inside: bool) -> tuple[Piece, ...]:  # noqa: FBT001 - as above
        """Return what a way of a fork becomes, which stands in text."""
        if any(
            not _PLAIN_TEXT.fullmatch(piece) if isinstance(piece, str) else isinstance(piece, Fork)
            for piece in pieces
        ):
            return self._page(pieces, inside=inside)
        return tuple(
            unicodedata.normalize("NFC", piece)
            if isinstance(piece, str)
            else self._placed(piece, inside, place=Place.TEXT)
            for piece in pieces
        )


def _taken(way: Way, fork: Fork) -> Iterator[Way]:
    """Yield *way* with each way of *fork* in its place."""
    at = way.pieces.index(fork)
    for each in fork.ways:
        pieces = (*way.pieces[:at], *each.pieces, *way.pieces[at + 1 :])
        yield Way(pieces, way.facts.and_also(each.facts))


# --- which forks leave the page as it is -------------------------------------------------------


@dataclass
class _Reading:
    """Reads HTML and notes whether it is plain; ``open`` are the elements it stands in."""

    open: list[str] = field(default_factory=list[str])
    least: int = 0
    """How many elements were open before this part, which it must leave so."""
    plain: bool = True
    waiting: list[Fork] = field(default_factory=list[Fork])
    """Forks of a fragment that is plain so far."""


def _settled(pieces: Sequence[Piece]) -> Iterator[tuple[Fork, bool]]:
    """Yield the forks of *pieces*, each with whether it leaves the page around it as it is."""
    forks = iter([piece for piece in pieces if isinstance(piece, Fork)])
    reading = _Reading()
    depth = 0
    in_tag = False
    before = ""
    for word in _TOKEN.findall(_as_read(pieces)):
        if word == FRAGMENT_BEGINS:
            depth += 1
            reading = _Reading() if depth == 1 else reading
        elif word == FRAGMENT_ENDS:
            depth -= 1
            if depth == 0:
                plain = reading.plain and not reading.open
                yield from ((fork, plain) for fork in reading.waiting)
        elif word == _FORK:
            fork = next(forks)
            if depth == 0:
                # A layout is not sanitised: what stands between its tags is printed as it is.
                yield fork, not in_tag and all(_whole(way.pieces) for way in fork.ways)
            elif _UNFINISHED.search(before) or not _fits(fork, reading.open):
                yield fork, False
            else:
                reading.waiting.append(fork)
        elif depth:
            _read(word, reading)
        else:
            in_tag = (in_tag or word == "<") and word != ">"
        before = word


def _as_read(pieces: Sequence[Piece]) -> str:
    return "".join(
        piece if isinstance(piece, str) else _FORK if isinstance(piece, Fork) else "x" for piece in pieces
    )


def _whole(pieces: Sequence[Piece]) -> bool:
    """Tell whether a part of a layout is whole: no tag and no fragment left open, no fork in it unsettled."""
    read = _as_read(pieces)
    found = _TOKEN.findall(read)
    return (
        read.count(FRAGMENT_BEGINS) == read.count(FRAGMENT_ENDS)
        and not {"<", ">"} & set(found)
        and all(settled for _, settled in _settled(pieces))
    )


def _fits(fork: Fork, around: Sequence[str]) -> bool:
    """Tell whether each way of *fork* may stand in the elements *around* it and changes nothing there."""
    if (around[-1] if around else "") not in _HOLDS_FORKS or "pre" in around:
        return False
    for way in fork.ways:
        reading = _Reading(open=list(around), least=len(around))
        forks = iter([piece for piece in way.pieces if isinstance(piece, Fork)])
        before = ""
        for word in _TOKEN.findall(_as_read(way.pieces)):
            if word == _FORK:
                reading.plain &= not _UNFINISHED.search(before) and _fits(next(forks), reading.open)
            elif word not in (FRAGMENT_BEGINS, FRAGMENT_ENDS):
                _read(word, reading)
            before = word
        if not reading.plain or len(reading.open) != len(around) or _UNFINISHED.search(before):
            return False
    return True


def _read(word: str, reading: _Reading) -> None:
    """Read a tag or a text inside a fragment."""
    parent = reading.open[-1] if reading.open else NOWHERE
    if not word.startswith(("<", ">")):
        reading.plain &= may_hold_text(parent, word)
        return
    tag = _PLAIN_TAG.fullmatch(word)
    if tag is None:
        reading.plain = False
        return
    name = tag["name"].lower()
    if tag["ends"]:
        fits = parent == name and len(reading.open) > reading.least
        reading.plain &= fits
        if fits:
            reading.open.pop()
        return
    # A row may leave out the body of its table: it begins before the row, and ends with the table.
    reading.plain &= may_hold(reading.open or [NOWHERE], name) or (parent, name) == ("table", "tr")
    reading.plain &= name in VOID or not tag["closed"]
    if name not in VOID:
        reading.open.append(name)
