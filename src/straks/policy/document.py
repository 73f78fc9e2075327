"""
A rendered page as a mail program reads it, with the place of everything in it.

Enough of HTML and CSS for the rules about e-mail, and no more: elements with their parents, the text
in them, and what style a text has after tag, class and inline style have had their say, in a light
scheme and in a dark one. What a value prints is never read as markup, since straks escapes it. A page
is read once, whatever the number of rules that look at it (`documents`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

import tinycss2  # type: ignore[import-untyped]  # no stubs

from straks.core.markup import words
from straks.core.skeleton import FRAGMENT_BEGINS, FRAGMENT_ENDS
from straks.core.template import HTML_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from straks.policy.source import Rendering
    from straks.policy.subject import Page

VOID: Final = words("area base br col embed hr img input link meta param source track wbr")
UNSEEN: Final = words("head title style script template")
"""Elements whose text is no part of what a person reads."""
_IN_A_LINE: Final = words(
    "a abbr b cite code dfn em i img ins kbd mark q s small span strong sub sup u var wbr"
)
# What an opening tag closes where its end tag was left out (HTML, 13.1.2.4), and where that ends.
_BLOCKS: Final = words("address blockquote div dl h1 h2 h3 h4 h5 h6 hr ol p pre table ul")
_CLOSES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(_BLOCKS, ("p",)),
    "li": ("li", "p"),
    "tr": ("td", "th", "tr", "p"),
    "td": ("td", "th", "p"),
    "th": ("td", "th", "p"),
    "dt": ("dt", "dd", "p"),
    "dd": ("dt", "dd", "p"),
}
_MARKUP_IN_A_VALUE: Final = str.maketrans(dict.fromkeys("<>&\"'", "x"))
_SIMPLE_SELECTOR: Final = re.compile(r"(\*|[a-z][a-z0-9]*)?(?:\.([\w-]+))?")
_ROOT: Final = ":root"
_SHORT_FOR: Final = {"background": "background-color", "font": "font-size"}
_SIZE_IN_FONT: Final = re.compile(r"(?:^|\s)([\d.]*\d(?:px|pt|pc|in|cm|mm|em|rem|%)?)(?=\s*/|\s)")
_NOTHING: Final = re.compile(r"0(\.0+)?[a-z%]*")
_ATTRIBUTE: Final = re.compile(
    r"""(?<=[\s/"'])([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?"""
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A property with its value, as written but for white space."""

    name: str
    value: str
    important: bool = False


@lru_cache(maxsize=1024)
def declarations(css: str) -> tuple[Declaration, ...]:
    """
    Return the declarations of an inline style or of a rule; what cannot be read is passed over.

    >>> declarations("COLOR : red; x")
    (Declaration(name='color', value='red', important=False),)
    """
    return tuple(
        Declaration(node.lower_name, " ".join(tinycss2.serialize(node.value).split()), node.important)
        for node in tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True)
        if node.type == "declaration"
    )


@dataclass(eq=False)
class Element:
    """
    An element of the page.

    ``start`` is where its tag begins in the rendering, ``raw`` the tag as written; ``own`` says that
    the template's author wrote it, and not whoever wrote the layout.
    """

    tag: str
    attributes: Mapping[str, str]
    start: int
    raw: str
    own: bool
    parent: Element | None
    texts: list[Text] = field(default_factory=list[Any])
    """All text inside, its children's too."""

    @property
    def text(self) -> str:
        """What it says, in one line."""
        return " ".join("".join(text.words for text in self.texts).split())

    @property
    def ancestors(self) -> Iterator[Element]:
        """Yield itself and what it stands in, inside out."""
        element: Element | None = self
        while element is not None:
            yield element
            element = element.parent

    def at(self, part: str) -> int:
        """Return where *part* stands in its tag, or where the tag begins."""
        return self.start + max(self.raw.lower().find(part.lower()), 0)

    def written(self, name: str) -> tuple[int, int] | None:
        """Return where the value of an attribute is written, its quotes apart; None where it has none."""
        found = self._attribute(name)
        if found is None or found.lastindex == 1:
            return None
        begins, ends = found.span(found.lastindex or 1)
        return self.start + begins, self.start + ends

    def whole(self, name: str) -> tuple[int, int] | None:
        """Return where an attribute is written, with the space before it; None where it is not."""
        found = self._attribute(name)
        if found is None:
            return None
        spaced = self.raw[found.start() - 1].isspace()
        return self.start + found.start() - spaced, self.start + found.end()

    def _attribute(self, name: str) -> re.Match[str] | None:
        every = _ATTRIBUTE.finditer(self.raw)
        return next((found for found in every if found[1].lower() == name), None)

    @property
    def inline(self) -> tuple[Declaration, ...]:
        """The declarations of its style attribute."""
        return declarations(self.attributes.get("style", ""))


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text in an element: what it says, and from where to where it is written."""

    words: str
    start: int
    end: int
    element: Element


@dataclass(frozen=True, slots=True)
class StyleRule:
    """A rule of a stylesheet: the selectors that are simple enough, and what they declare."""

    selectors: tuple[str, ...]
    declarations: tuple[Declaration, ...]
    dark: bool


@dataclass(frozen=True)
class Document:
    """A page that was read."""

    elements: tuple[Element, ...]
    texts: tuple[Text, ...]
    comments: tuple[tuple[int, str, bool], ...]
    """Where each begins, what it says, and whether the author wrote it."""
    breaks: tuple[int, ...] = ()
    """Where a line ends for whoever reads: at the tags of what begins a line of its own."""

    def named(self, *tags: str) -> Iterator[Element]:
        """Yield the elements with one of *tags*."""
        return (element for element in self.elements if element.tag in tags)

    @cached_property
    def sheets(self) -> tuple[StyleRule, ...]:
        """The rules of its stylesheets."""
        return tuple(
            rule
            for element in self.named("style")
            for text in element.texts
            if not element.own
            for rule in _sheet(text.words)
        )

    @cached_property
    def has_dark_scheme(self) -> bool:
        """Whether it says anything about a dark scheme."""
        return any(rule.dark for rule in self.sheets)

    def style(self, element: Element, *, dark: bool = False) -> Mapping[str, str]:
        """Return what is declared for *element*, the attribute before the sheets, ``!important`` first."""
        if (element, dark) not in self._styles:
            self._styles[element, dark] = self._style(element, dark=dark)
        return self._styles[element, dark]

    @cached_property
    def _styles(self) -> dict[tuple[Element, bool], dict[str, str]]:
        return {}

    def _style(self, element: Element, *, dark: bool) -> dict[str, str]:
        declared: dict[str, tuple[bool, str]] = {}
        if "bgcolor" in element.attributes:
            declared["background-color"] = (False, element.attributes["bgcolor"])
        for declaration in [*self._sheet_declarations(element, dark=dark), *element.inline]:
            name, value = _SHORT_FOR.get(declaration.name, declaration.name), declaration.value
            if declaration.name == "font":
                size = _SIZE_IN_FONT.search(value)
                value = size[1] if size else ""
            if declaration.important or not declared.get(name, (False, ""))[0]:
                declared[name] = (declaration.important, value)
        return {name: value for name, (_, value) in declared.items()}

    def _sheet_declarations(self, element: Element, *, dark: bool) -> Iterator[Declaration]:
        classes = element.attributes.get("class", "").split()
        for rule in self.sheets:
            if rule.dark and not dark:
                continue
            for selector in rule.selectors:
                tag, _, name = selector.partition(".")
                if tag in ("", "*", element.tag) and (not name or name in classes):
                    yield from rule.declarations
                    break

    def hidden(self, element: Element) -> bool:
        """Tell whether *element*, or what it stands in, is not shown."""
        if element not in self._hidden:
            self._hidden[element] = self._hides(element) or (
                element.parent is not None and self.hidden(element.parent)
            )
        return self._hidden[element]

    @cached_property
    def _hidden(self) -> dict[Element, bool]:
        return {}

    def _hides(self, element: Element) -> bool:
        style = self.style(element)
        return (
            element.tag in UNSEEN
            or style.get("display") == "none"
            or style.get("visibility") == "hidden"
            or _NOTHING.fullmatch(style.get("font-size", "")) is not None
        )

    @cached_property
    def shown(self) -> tuple[Text, ...]:
        """What a person sees."""
        return tuple(text for text in self.texts if text.words.strip() and not self.hidden(text.element))

    @cached_property
    def preheader(self) -> Element | None:
        """The hidden element before all text that is shown: what an inbox shows beside the subject."""
        first = self.shown[0].start if self.shown else None
        for element in self.elements:
            if first is not None and element.start > first:
                return None
            outer = element.parent
            if (
                element.tag not in UNSEEN
                and self.hidden(element)
                and (outer is None or not self.hidden(outer))
            ):
                return element
        return None


def documents(page: Page) -> tuple[tuple[Rendering, Document], ...]:
    """Return every way through the HTML of *page*, read."""
    return page.once(_documents)


def _documents(page: Page) -> tuple[tuple[Rendering, Document], ...]:
    return tuple(
        (rendering, read(rendering))
        for path in page.files
        if path.endswith(f"/{HTML_FILE}")
        for rendering in page.renderings(path)
    )


def read(rendering: Rendering) -> Document:
    """Read what a way through an HTML file prints."""
    reader = _Reader(_without_markup_of_values(rendering))
    return Document(tuple(reader.elements), tuple(reader.texts), tuple(reader.comments), tuple(reader.breaks))


def _without_markup_of_values(rendering: Rendering) -> str:
    return "".join(
        rendering.text[start:end].translate(_MARKUP_IN_A_VALUE)
        if ref is not None
        else rendering.text[start:end]
        for start, end, (_, _, ref), _ in rendering.pieces
    )


@lru_cache(maxsize=64)
def _sheet(css: str) -> tuple[StyleRule, ...]:
    return tuple(_rules(css))


def _rules(css: str, *, dark: bool = False) -> Iterator[StyleRule]:
    for node in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if node.type == "qualified-rule":
            selectors = [part.strip().lower() for part in tinycss2.serialize(node.prelude).split(",")]
            simple = tuple(
                "html" if part == _ROOT else part
                for part in selectors
                if part and (part == _ROOT or _SIMPLE_SELECTOR.fullmatch(part))
            )
            yield StyleRule(simple, declarations(tinycss2.serialize(node.content)), dark)
        elif node.type == "at-rule" and node.lower_at_keyword == "media" and node.content is not None:
            query = tinycss2.serialize(node.prelude).lower()
            if re.search(r"prefers-color-scheme\s*:\s*dark", query):
                yield from _rules(tinycss2.serialize(node.content), dark=True)


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        # References stay apart, since what they say is shorter than how they are written.
        super().__init__(convert_charrefs=False)
        self._lines = [0, *(found.end() for found in re.finditer("\n", html))]
        # Inside an odd number of borders stands what the author wrote.
        self._begins = [found.start() for found in re.finditer(FRAGMENT_BEGINS, html)]
        self._ends = [found.start() for found in re.finditer(FRAGMENT_ENDS, html)]
        # The borders are no markup; as spaces they keep every place where it is.
        self._html = html.translate({ord(FRAGMENT_BEGINS): " ", ord(FRAGMENT_ENDS): " "})
        self._said = (0, 0)
        self._open: list[Element] = []
        self.elements: list[Element] = []
        self.texts: list[Text] = []
        self.comments: list[tuple[int, str, bool]] = []
        self.breaks: list[int] = []
        self.feed(self._html)
        self.close()
        self._end_text()

    @property
    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _is_own(self, index: int) -> bool:
        return bisect_right(self._begins, index) > bisect_right(self._ends, index)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_text()
        self._close(_CLOSES.get(tag, ()))
        start = self._here
        self._break_at(tag, start)
        # Of an attribute that is written twice the first counts (HTML, 13.2.5.33).
        attributes = {name: value or "" for name, value in reversed(attrs)}
        parent = self._open[-1] if self._open else None
        raw = self.get_starttag_text() or ""
        element = Element(tag, attributes, start, raw, self._is_own(start), parent)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # A slash closes nothing in HTML but in a void element.
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._end_text()
        self._break_at(tag, self._here)
        if any(element.tag == tag for element in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._say(data)

    def handle_entityref(self, name: str) -> None:
        self._say_reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._say_reference(f"&#{name}")

    def handle_comment(self, data: str) -> None:
        self._end_text()
        self.comments.append((self._here, data, self._is_own(self._here)))

    def _break_at(self, tag: str, index: int) -> None:
        if tag not in _IN_A_LINE:
            self.breaks.append(index)

    def _say_reference(self, written: str) -> None:
        semicolon = self._html.startswith(";", self._here + len(written))
        self._say(written + ";" * semicolon)

    def _say(self, written: str) -> None:
        here = self._here
        if here != self._said[1]:
            self._end_text()  # a declaration stands between
        begins, ends = self._said
        self._said = (begins if begins < ends else here, here + len(written))

    def _end_text(self) -> None:
        begins, ends = self._said
        self._said = (0, 0)
        written = self._html[begins:ends]
        if self._open:
            element = self._open[-1]
        elif written.strip():
            # A page without an element around it: it stands by itself.
            element = Element("", {}, begins, "", self._is_own(begins), None)
        else:
            return
        if written:
            raw = element.tag in ("script", "style")
            text = Text(written if raw else unescape(written), begins, ends, element)
            self.texts.append(text)
            for outer in element.ancestors:
                outer.texts.append(text)

    def _close(self, tags: Iterable[str]) -> None:
        closing = tuple(tags)
        while self._open and self._open[-1].tag in closing:
            self._open.pop()
