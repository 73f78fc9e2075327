"""
What a reader sees of a page, with every character where it stands in the rendering.

A rule about words must not read tags, styles or addresses as words, and must still point into the
source. So markup is not taken out but painted over: a tag becomes spaces, one that ends a line
begins with a line end. A second copy paints over the values too, since a value is not its
author's language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Final

from straks.core.list_kind import ListOf
from straks.core.markup import words
from straks.core.text_kinds import Choice
from straks.policy.source import Rendering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.core.parameter import Parameter
    from straks.policy.source import Spot
    from straks.policy.subject import Page

HOLE: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands for each character of a value in `Reading.fixed`."""

_UNSEEN = re.compile(r"<!--.*?-->|<![^>]*>|<(script|style|title)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"""<(/?[a-z][a-z0-9]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>""", re.IGNORECASE)
_ADDRESS = re.compile(r"""\b(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_INLINE: Final = words("a abbr b cite code em i kbd mark q s small span strong sub sup u var")
_INVISIBLE = str.maketrans({"\n": " ", "\x02": " ", "\x03": " "})


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link of an HTML page: its address, and the slice of the rendering that shows it."""

    address: str
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Reading:
    """
    One rendering of a file as it is read.

    ``text`` is what is seen, ``fixed`` the same without the values, each as long as the rendering;
    ``addresses`` are the slices of it that stand in a ``href`` or ``src``.
    """

    page: Page
    path: str
    rendering: Rendering
    text: str
    fixed: str
    addresses: tuple[tuple[int, int], ...] = ()
    anchors: tuple[Anchor, ...] = ()

    def shows(self, character: str, spot: Spot) -> bool:
        """Tell whether *character* itself stands at *spot*, so that a fix can take hold there."""
        return self.page.source(spot.path).startswith(character, spot.offset)

    def spot(self, index: int) -> Spot:
        """Return the place in the source of what stands at *index*."""
        path, offset, _ = self.rendering.origin(index)
        return self.page.spot(path, offset)

    def parameters(self, begins: int, ends: int) -> Iterator[Parameter]:
        """Yield the parameters whose values stand between *begins* and *ends*."""
        rendering = self.rendering
        stops = (*rendering.starts[1:], len(rendering.text))
        for start, stop, (_, _, ref) in zip(rendering.starts, stops, rendering.origins, strict=True):
            if ref is not None and start < ends and stop > begins:
                yield self.page.template.parameters[ref.partition("#")[0]]


def readings(page: Page) -> Iterator[Reading]:
    """
    Yield every way through every file of *page*, as it is read.

    A rendering shows one word of a choice; the words that it could show are readings of their own,
    with the manifest as their path.
    """
    for path in page.files:
        for rendering in page.renderings(path):
            yield _reading(page, path, rendering)
    template = page.template
    for name, parameter in template.parameters.items():
        kind = parameter.of if isinstance(parameter, ListOf) else parameter
        used = any(name in template.renderer.names(path) for path in page.files)
        if used and isinstance(kind, Choice):
            for word in kind.words.values():
                yield _choice(page, name, word[page.locale])


def _choice(page: Page, name: str, said: str) -> Reading:
    path = f"{page.template.name}/template.toml"
    source = page.source(path)
    table = max(source.find(f"[parameters.{name}]"), 0)
    # Written otherwise (with escapes, say), it is shown at its parameter.
    verbatim = said in source[table:]
    place = source.find(said, table) if verbatim else table
    rendering = Rendering(said, {}, (0,), ((path, place, None),), written=(verbatim,))
    return _reading(page, path, rendering)


def _reading(page: Page, path: str, rendering: Rendering) -> Reading:
    text, fixed = rendering.text, _without_values(rendering)
    if not path.endswith(".html"):
        return Reading(page, path, rendering, text, fixed)
    # Markup is found in the author's text alone: a value is no markup, whatever it holds.
    addresses: list[tuple[int, int]] = []
    anchors: list[Anchor] = []
    painted = _UNSEEN.sub(lambda unseen: " " * len(unseen[0]), fixed)
    unseen = [(found.start(), found.end(), " ") for found in _UNSEEN.finditer(fixed)]
    opened: tuple[str, int] | None = None
    for tag in _TAG.finditer(painted):
        name = tag[1].lower()
        unseen.append((tag.start(), tag.end(), " " if name.lstrip("/") in _INLINE else "\n"))
        for found in _ADDRESS.finditer(tag[2]):
            begins, ends = (tag.start(2) + index for index in found.span(found.lastindex or 0))
            addresses.append((begins, ends))
            if name == "a":
                opened = (unescape(text[begins:ends]), tag.end())
        if name == "/a" and opened is not None:
            anchors.append(Anchor(opened[0], opened[1], tag.start()))
            opened = None
    return Reading(
        page,
        path,
        rendering,
        _painted(text, unseen),
        _painted(fixed, unseen),
        tuple(addresses),
        tuple(anchors),
    )


def _without_values(rendering: Rendering) -> str:
    stops = (*rendering.starts[1:], len(rendering.text))
    return "".join(
        rendering.text[start:stop] if ref is None else HOLE * (stop - start)
        for start, stop, (_, _, ref) in zip(rendering.starts, stops, rendering.origins, strict=True)
    )


def _painted(text: str, unseen: list[tuple[int, int, str]]) -> str:
    characters = list(text.translate(_INVISIBLE))
    for start, stop, first in unseen:
        characters[start:stop] = first + " " * (stop - start - 1)
    return "".join(characters)
