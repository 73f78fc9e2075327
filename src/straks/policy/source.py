"""
Where rendered text came from: from a slice of what is printed back to the source.

A finding is about what a person reads, and is mended in a file. So the constant text of a parsed
template carries its place with it: `Written` is a piece of text that knows its file and offset. A
rendering is a row of such pieces and of what holes print; a hole's place is the next ``{{`` after the
text before it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes

from straks.core.skeleton import FRAGMENT_BEGINS, FRAGMENT_ENDS
from straks.core.way import Hole, Said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from straks.core.rendering import Renderer
    from straks.core.way import Piece

HOLE: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands for each character of a value in `Rendering.fixed`."""

_MACRO = re.compile(r"\{%[-+]?\s*macro\b.*?%\}(.*?)\{%[-+]?\s*endmacro\b", re.DOTALL)
# What prints nothing where it stands: a macro's definition as a whole, a tag, a comment; or another output.
_TAG = r"\{%[-+]?\s*macro\b.*?\bendmacro\b.*?%\}|\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a source file: ``line`` and ``column`` count from 1, ``offset`` from 0."""

    path: str
    line: int
    column: int
    offset: int

    @classmethod
    def at(cls, path: str, source: str, offset: int) -> Spot:
        """Return the place *offset* characters into *source*."""
        before = source[:offset]
        return cls(path, before.count("\n") + 1, offset - before.rfind("\n"), offset)


class Written(str):
    """Constant text of a template that knows where it stands."""

    __slots__ = ("offset", "path")

    path: str
    offset: int

    @classmethod
    def of(cls, text: str, path: str, offset: int) -> Written:
        """Return *text* as it stands *offset* characters into the file *path*."""
        written = cls(text)
        written.path, written.offset = path, offset
        return written


def locate(renderer: Renderer, path: str) -> nodes.Template:
    """Return the parsed tree of a file, every constant text of which knows where it stands."""
    tree, source = renderer.own_tree(path), renderer.source(path)
    position = 0
    places: list[int] = []
    for _, kind, value in renderer.tokens(path):
        # White space that Jinja trims around tags is in no token: look for the next that matches.
        found = source.find(value, position)
        start = found if found >= 0 else position
        position = start + len(value)
        if kind == "data" and value:
            places.append(start)
    texts = [
        node
        for node in tree.find_all(nodes.TemplateData)
        if node.data not in (FRAGMENT_BEGINS, FRAGMENT_ENDS)
    ]
    for node, start in zip(texts, places, strict=False):
        node.data = Written.of(node.data, path, start)
    return tree


@dataclass(frozen=True)
class Rendering:
    """
    What one way through a template prints with certain values.

    ``starts`` are the beginnings of its pieces in ``text``, and ``origins`` what each came from: file,
    offset, and of a hole what fills it. ``holes`` are where values stand in ``text``, from and to;
    ``written`` says which pieces are `Written`.
    """

    text: str
    values: Mapping[str, Any]
    starts: tuple[int, ...]
    origins: tuple[tuple[str, int, str | None], ...]
    holes: tuple[tuple[int, int, Hole], ...] = ()
    written: tuple[bool, ...] = ()

    @classmethod
    def of(
        cls,
        pieces: Iterable[Piece],
        values: Mapping[str, Any],
        prints: Callable[[Hole], str],
        path: str,
        source: Callable[[str], str],
    ) -> Rendering:
        """
        Print *pieces*.

        *path* is the file that they begin in, *source* gives the text of a file.
        """
        text = ""
        starts: list[int] = []
        written: list[bool] = []
        origins: list[tuple[str, int, str | None]] = []
        holes: list[tuple[int, int, Hole]] = []
        offset = 0
        macro: _Macro | None = None
        # A way that prints nothing is one empty piece: what looks at a rendering finds a place in it.
        for piece in tuple(pieces) or ("",):
            starts.append(len(text))
            written.append(isinstance(piece, Written))
            if isinstance(piece, Hole):
                name = piece.ref.partition("#")[0]
                place = _output(source(path), offset, name)
                if macro is not None and (place is None or place >= macro.ends):
                    # In a macro its name is another: it stands where the macro is called.
                    path, place = macro.path, macro.called
                place = _output(source(path), offset) if place is None else place
                origins.append((path, offset if place is None else place, piece.ref))
                text += prints(piece)
                holes.append((starts[-1], len(text), piece))
            elif isinstance(piece, Said):
                place = _output(source(path), offset)
                origins.append((path, offset if place is None else place, None))
                text += piece.text
            elif isinstance(piece, str):  # a way that is told to be read does not fork
                origins.append((path, offset, None))
                if isinstance(piece, Written):
                    macro = _Macro.entered(macro, piece, source, (path, offset))
                    path, offset = piece.path, piece.offset
                    origins[-1] = (path, offset, None)
                    offset += len(piece)
                text += piece
        return cls(text, values, tuple(starts), tuple(origins), tuple(holes), tuple(written))

    @property
    def pieces(self) -> Iterator[tuple[int, int, tuple[str, int, str | None], bool]]:
        """Each piece: where it begins and ends, what it came from, and whether it is `Written`."""
        # A way that prints nothing has no piece, and so no end of one.
        ends = (*self.starts[1:], len(self.text))[: len(self.starts)]
        yield from zip(self.starts, ends, self.origins, self.written, strict=True)

    @cached_property
    def fixed(self) -> str:
        """The text without its values: each of their characters is a `HOLE`."""
        return "".join(
            self.text[start:end] if ref is None else HOLE * (end - start)
            for start, end, (_, _, ref), _ in self.pieces
        )

    def origin(self, index: int) -> tuple[str, int, str | None]:
        """Return file, offset and parameter (None for constant text) of the character at *index*."""
        if not self.starts:
            return "", 0, None
        number = max(bisect_right(self.starts, index) - 1, 0)
        path, offset, ref = self.origins[number]
        return path, offset + (index - self.starts[number] if self.written[number] else 0), ref


@dataclass(frozen=True, slots=True)
class _Macro:
    """A macro whose text is being printed: where its body ends, and where it was called."""

    ends: int
    path: str
    called: int

    @classmethod
    def entered(
        cls, before: _Macro | None, piece: Written, source: Callable[[str], str], here: tuple[str, int]
    ) -> _Macro | None:
        """Return the macro that *piece* stands in, which the text at *here* called; None outside of any."""
        for found in _MACRO.finditer(source(piece.path)):
            if found.start(1) <= piece.offset < found.end(1):
                if before is not None and before.ends == found.end(1) and here[1] <= piece.offset:
                    return before  # further on in the same call
                called = _output(source(here[0]), here[1])
                return cls(found.end(1), here[0], here[1] if called is None else called)
        return None


def _output(source: str, offset: int, name: str | None = None) -> int | None:
    """
    Return where the output after *offset* begins that prints *name*, or any; past tags and white space.

    None where there is none: in a macro its name is another, and an included file has an end.
    """
    wanted = rf"[^}}]*\b{re.escape(name)}\b" if name else ""
    found = re.compile(rf"(?>\s|{_TAG})*?(?=\{{\{{{wanted})", re.DOTALL).match(source, offset)
    return found.end() if found else None
