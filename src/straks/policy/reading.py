"""
What a person reads, every character of which knows where it stands in a file.

A rule about words must not read tags, styles or addresses as words, and must still point into the
source. So a `Reading` is text with a place beside each of its characters: of a plain file all that one
way through it prints; of a page what a mail program shows, references resolved, white space as one
space, each paragraph on a line of its own, a picture as its alternative text. Beside the text stands
`fixed`, the same without the values, since a value is not its author's language.

A rendering shows one word of a choice and one of ``plural``, and no title or label; these are readings
of their own (`sayings`). Whatever is read here is read once for a page, and every rule gets the same.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import TYPE_CHECKING, Any, Final

from straks.core.bound_line import read_bound_line
from straks.core.choice_kind import Choice
from straks.core.list_kind import ListOf
from straks.core.skeleton import FRAGMENT_BEGINS, FRAGMENT_ENDS
from straks.core.template import HTML_FILE, SUBJECT_FILE
from straks.core.text_kinds import Code
from straks.policy.conditions import deciding
from straks.policy.document import UNSEEN, documents
from straks.policy.pointing import fix_in, spot_of
from straks.policy.source import HOLE, Rendering

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from straks.core.parameter import Parameter
    from straks.core.way import Hole
    from straks.policy.document import Document, Element
    from straks.policy.rule import Fix
    from straks.policy.source import Spot
    from straks.policy.subject import Page

_REFERENCE: Final = re.compile(r"&(?:#\d+|#x[\da-f]+|[a-z]\w*);?|.", re.IGNORECASE | re.DOTALL)
_SPACES: Final = " \t\n\r\f" + FRAGMENT_BEGINS + FRAGMENT_ENDS
_LINE_WITH_AT: Final = re.compile(r"^@.*$", re.MULTILINE)
_SPOKEN: Final = ("title", "aria-label")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link of a page: the slice of the reading that shows it, and the address that it leads to."""

    begins: int
    ends: int
    address: Reading


@dataclass(frozen=True, eq=False)
class Reading:
    """
    A text as it is read.

    ``path`` is the file that it is a reading of, ``at`` where each character of ``text`` stands in
    ``rendering``. Of a page, ``addresses`` are what stands in a ``href`` or ``src``, and ``elsewhere``
    the slices that are marked as another language.
    """

    page: Page
    path: str
    rendering: Rendering
    text: str
    at: Sequence[int]
    anchors: tuple[Anchor, ...] = ()
    addresses: tuple[Reading, ...] = ()
    elsewhere: tuple[tuple[int, int], ...] = ()

    @cached_property
    def fixed(self) -> str:
        """The text without its values: each of their characters is a `HOLE`."""
        fixed = self.rendering.fixed
        if self.text is self.rendering.text:
            return fixed
        return "".join(
            HOLE if fixed[place] == HOLE else character
            for place, character in zip(self.at, self.text, strict=True)
        )

    @cached_property
    def holes(self) -> tuple[tuple[int, int, Hole], ...]:
        """Where a value shows: from, to, and what stands there."""
        places = (
            (bisect_left(self.at, start), bisect_left(self.at, stop), hole)
            for start, stop, hole in self.rendering.holes
        )
        return tuple((begins, ends, hole) for begins, ends, hole in places if self.text[begins:ends].strip())

    @cached_property
    def codes(self) -> tuple[tuple[int, int, Hole], ...]:
        """Where a one-time code shows."""
        return tuple(place for place in self.holes if isinstance(self.parameter(place[2]), Code))

    def parameter(self, hole: Hole) -> Parameter:
        """Return what fills *hole*; in a list, what fills one item of it."""
        name, _, item = hole.ref.partition("#")
        parameter = self.page.template.parameters[name]
        return parameter.of if item and isinstance(parameter, ListOf) else parameter

    def parameters(self, begins: int, ends: int) -> Iterator[Parameter]:
        """Yield the declared parameters whose values stand between *begins* and *ends*."""
        for start, stop, hole in self.holes:
            if start < ends and stop > begins:
                yield self.page.template.parameters[hole.ref.partition("#")[0]]

    def is_fixed(self, index: int) -> bool:
        """Tell whether the character at *index* is the template's own and no value's."""
        return self.fixed[index] != HOLE

    def spot(self, index: int) -> Spot:
        """Return the place in the source of the character at *index*; at the end, of the last."""
        place = self.at[min(index, len(self.at) - 1)] if self.at else 0
        return spot_of(self.page, self.rendering, place)

    @property
    def way(self) -> Mapping[str, Any] | None:
        """The values that decide this way through the file; None where there is no other."""
        return deciding(self.page, self.path, self.rendering)

    def part(self, begins: int, ends: int) -> Reading:
        """Return what stands between *begins* and *ends*."""
        return Reading(self.page, self.path, self.rendering, self.text[begins:ends], self.at[begins:ends])

    def without(self, begins: int, ends: int) -> Reading:
        """Return everything but what stands between *begins* and *ends*."""
        text = self.text[:begins] + self.text[ends:]
        return Reading(self.page, self.path, self.rendering, text, (*self.at[:begins], *self.at[ends:]))

    @cached_property
    def last_line(self) -> tuple[int, int]:
        """Where the last line begins and ends, once the edges of the text are trimmed."""
        ends = len(self.text.rstrip())
        begins = self.text.rfind("\n", 0, ends) + 1
        return max(begins, min(ends, len(self.text) - len(self.text.lstrip()))), ends

    @cached_property
    def prose(self) -> Reading:
        """What is there for a person: all but the lines of an SMS that bind a code, which phones read."""
        template = self.page.template
        may_be_bound = template.manifest.bound_line or any(
            isinstance(parameter, Code) for parameter in template.parameters.values()
        )
        if self.page.channel != "sms" or self.path not in self.page.files or not may_be_bound:
            return self
        prose, (last, _) = self, self.last_line
        for found in reversed([*_LINE_WITH_AT.finditer(self.text)]):
            if found.start() == last or read_bound_line(found[0]):
                prose = prose.without(*found.span())
        return prose

    def fix(self, begins: int, ends: int, text: str, *, safe: bool = True) -> Fix | None:
        """
        Return the fix that writes *text* for what stands between *begins* and *ends*.

        None where that does not stand in a file as it is read: printed by an expression, written with a
        reference or an escape, or in two files.
        """
        # What is put in is put before a character, which is looked at in its place.
        last = max(ends, begins + 1)
        if last > len(self.at):
            return None
        first = self.at[begins]
        as_read = self.rendering.text[first : first + last - begins] == self.text[begins:last]
        if not as_read or self.at[last - 1] != first + last - begins - 1:
            return None
        return fix_in(self.page, self.rendering, (first, first + ends - begins), text, safe=safe)


def readings(page: Page) -> tuple[Reading, ...]:
    """Return every way through every file of *page*, as it is read."""
    return page.once(_readings)


def readings_of(page: Page, *paths: str) -> tuple[Reading, ...]:
    """Return every way through *paths*, files of *page*, as it is read."""
    return tuple(reading for reading in readings(page) if reading.path in paths)


def bodies(page: Page) -> tuple[Reading, ...]:
    """Return every way through every body of *page*, the subject apart."""
    return tuple(reading for reading in readings(page) if not reading.path.endswith(f"/{SUBJECT_FILE}"))


def subjects(page: Page) -> tuple[Reading, ...]:
    """Return every way through the subject of *page*; of an SMS none."""
    return tuple(reading for reading in readings(page) if reading.path.endswith(f"/{SUBJECT_FILE}"))


def sayings(page: Page) -> tuple[Reading, ...]:
    """Return `readings`, and the words that are said on none of them: of choices, plurals and titles."""
    return (*readings(page), *page.once(_words))


def _readings(page: Page) -> tuple[Reading, ...]:
    read = dict(map(_by_identity, documents(page)))
    return tuple(
        _of_page(page, path, rendering, read[id(rendering)])
        if path.endswith(f"/{HTML_FILE}")
        else Reading(page, path, rendering, rendering.text, range(len(rendering.text)))
        for path in page.files
        for rendering in page.renderings(path)
    )


def _by_identity(pair: tuple[Rendering, Document]) -> tuple[int, Document]:
    return id(pair[0]), pair[1]


# --- pages --------------------------------------------------------------------------------------


class _Sheet:
    """What has been read so far, and where each character of it stands."""

    def __init__(self, rendering: Rendering) -> None:
        self._rendering = rendering
        self.characters: list[str] = []
        self.at: list[int] = []

    def __len__(self) -> int:
        return len(self.at)

    def end_line(self, place: int) -> None:
        while self.characters and self.characters[-1] == " ":
            self.characters.pop()
            self.at.pop()
        if self.characters and self.characters[-1] != "\n":
            self.characters.append("\n")
            self.at.append(place)

    def say(self, begins: int, ends: int) -> None:
        for character, place in _resolved(self._rendering, begins, ends):
            space = character in _SPACES
            if not space or (self.characters and self.characters[-1] not in " \n"):
                self.characters.append(" " if space else character)
                self.at.append(place)


def _resolved(rendering: Rendering, begins: int, ends: int) -> Iterator[tuple[str, int]]:
    """Yield the characters of a slice with their places, references resolved; those of values stand."""
    if "&" not in rendering.fixed[begins:ends]:
        yield from zip(rendering.text[begins:ends], range(begins, ends), strict=True)
        return
    for found in _REFERENCE.finditer(rendering.fixed, begins, ends):
        written = rendering.text[found.start() : found.end()]
        for character in unescape(written) if len(written) > 1 else written:
            yield character, found.start()


def _of_page(page: Page, path: str, rendering: Rendering, document: Document) -> Reading:
    sheet = _Sheet(rendering)
    shown: dict[Element, tuple[int, int]] = {}
    elsewhere: list[tuple[int, int]] = []
    # Where two begin at one place, the line ends before anything is said.
    events: list[tuple[int, int, int, Element | None]] = [(place, 0, 0, None) for place in document.breaks]
    events += [(text.start, 1, text.end, text.element) for text in document.texts]
    events += [(image.start, 2, 0, image) for image in document.named("img")]
    for place, _, ends, element in sorted(events, key=lambda event: event[:2]):
        if element is None:
            sheet.end_line(place)
            continue
        outer = [*element.ancestors]
        if any(each.tag in UNSEEN for each in outer):
            continue
        begins = len(sheet)
        sheet.say(*((place, ends) if ends else element.written("alt") or (place, place)))
        for each in outer:
            first = shown.get(each, (begins, begins))[0]
            shown[each] = (first, len(sheet))
        if _language_of(outer, page.locale) != page.locale:
            elsewhere.append((begins, len(sheet)))
    addresses = {
        element: address
        for element in document.elements
        for name in ("href", "src")
        if name in element.attributes and not any(each.tag in UNSEEN for each in element.ancestors)
        for address in [_attribute(page, path, rendering, element, name)]
    }
    return Reading(
        page,
        path,
        rendering,
        "".join(sheet.characters),
        sheet.at,
        tuple(
            Anchor(*shown.get(element, (len(sheet), len(sheet))), address)
            for element, address in addresses.items()
            if element.tag == "a"
        ),
        tuple(addresses.values()),
        tuple(elsewhere),
    )


def _language_of(outer: Sequence[Element], locale: str) -> str:
    """Return the language that the nearest element declares; without one it is the page's."""
    said = (element.attributes["lang"] for element in outer if "lang" in element.attributes)
    return next(said, locale).lower().partition("-")[0]


def _attribute(page: Page, path: str, rendering: Rendering, element: Element, name: str) -> Reading:
    resolved = [*_resolved(rendering, *(element.written(name) or (0, 0)))]
    while resolved and resolved[-1][0] in _SPACES:
        resolved.pop()
    while resolved and resolved[0][0] in _SPACES:
        resolved.pop(0)
    text = "".join(character for character, _ in resolved)
    places = [place for _, place in resolved] or [element.start]
    return Reading(page, path, rendering, text, places[: len(text)] if text else ())


# --- words that no rendering shows ----------------------------------------------------------------


def _words(page: Page) -> tuple[Reading, ...]:
    return (*_titles(page), *_choices(page), *_plurals(page))


def _titles(page: Page) -> Iterator[Reading]:
    for rendering, document in documents(page):
        path = next(path for path in page.files if path.endswith(f"/{HTML_FILE}"))
        for element in document.elements:
            for name in _SPOKEN:
                if name in element.attributes:
                    yield _attribute(page, path, rendering, element, name)


def _choices(page: Page) -> Iterator[Reading]:
    template = page.template
    path = f"{template.name}/template.toml"
    # A choice that is asked about and never printed has no words, but values.
    printed = {
        hole.ref.partition("#")[0] for reading in readings(page) for _, _, hole in reading.rendering.holes
    }
    for name, parameter in template.parameters.items():
        kind = parameter.of if isinstance(parameter, ListOf) else parameter
        if name in printed and isinstance(kind, Choice):
            source = page.source(path)
            table = max(source.find(f"[parameters.{name}]"), 0)
            for word in kind.words.values():
                # Written otherwise (with escapes, say), it is shown at its parameter.
                yield _said(page, path, word[page.locale], source.find(word[page.locale], table), table)


def _plurals(page: Page) -> Iterator[Reading]:
    seen: set[tuple[str, int, str]] = set()
    for reading in readings(page):
        for start, _, hole in reading.rendering.holes:
            path, output, _ = reading.rendering.origin(start)
            words: list[Any] = [
                word for each in hole.filters if each.name == "plural" for word in each.arguments
            ]
            for word in map(str, words):
                if (path, output, word) not in seen:
                    seen.add((path, output, word))
                    written = re.compile(rf"""(?<=["']){re.escape(word)}(?=["'])""")
                    found = written.search(page.source(path), output)
                    yield _said(page, path, word, found.start() if found else -1, output)


def _said(page: Page, path: str, word: str, place: int, otherwise: int) -> Reading:
    verbatim = place >= 0
    origins = ((path, place if verbatim else otherwise, None),)
    return Reading(
        page, path, Rendering(word, {}, (0,), origins, written=(verbatim,)), word, range(len(word))
    )
