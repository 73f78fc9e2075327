"""
A text with a one-time code, as a person and a phone read it.

Rules about one-time codes ask where the code stands among what is *read*: markup, a page's head and
the bound last line are not. They are blanked here character by character, so that an index into what
is read is one into what is rendered, and leads back to the source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from straks.core.domain import Free, Span, domain_of, numbers_of
from straks.core.list_kind import ListOf
from straks.core.parameter import Shown
from straks.core.template import HTML_FILE, SUBJECT_FILE
from straks.core.text_kinds import ASCII_DIGITS, Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.core.parameter import Parameter
    from straks.core.template import Template
    from straks.core.way import Hole
    from straks.policy.source import Rendering, Spot
    from straks.policy.subject import Page

_UNREAD = re.compile(
    r"<(head|style|script|title)\b.*?</\1\s*>|<!--.*?-->|&#?\w+;|[\x02\x03]", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"</?([a-z][a-z0-9]*)\b[^>]*>|<![^>]*>", re.IGNORECASE)
_INLINE: Final = frozenset(
    {"a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup", "u"}
)


@dataclass(frozen=True, slots=True)
class Seen:
    """
    One way through a text, as it is read.

    ``text`` is as long as what is rendered, with blanks for what nobody reads; ``codes`` are the
    places in it where a one-time code stands.
    """

    page: Page
    rendering: Rendering
    text: str
    codes: tuple[tuple[int, int, Hole], ...]

    def spot(self, index: int) -> Spot:
        """Return the place in the source of the character at *index*."""
        path, offset, _ = self.rendering.origin(index)
        return self.page.spot(path, offset)

    def is_fixed(self, index: int) -> bool:
        """Tell whether the character at *index* is the template's own and no value's."""
        return self.rendering.origin(index)[2] is None


def codes_of(template: Template) -> dict[str, Code]:
    """Return the parameters of *template* that are one-time codes."""
    return {name: parameter for name, parameter in template.parameters.items() if isinstance(parameter, Code)}


def parameter_of(page: Page, hole: Hole) -> Parameter:
    """Return what fills *hole*; in a list, what fills one item of it."""
    name, _, item = hole.ref.partition("#")
    parameter = page.template.parameters[name]
    return parameter.of if item and isinstance(parameter, ListOf) else parameter


def bodies(page: Page) -> tuple[str, ...]:
    """Return the files of *page* that hold what is read, the subject apart."""
    return tuple(path for path in page.files if not path.endswith(f"/{SUBJECT_FILE}"))


def last_line_of(text: str) -> tuple[int, int]:
    """Return where the last line of a rendered *text* begins and ends, once its edges are trimmed."""
    end = len(text.rstrip())
    start = text.rfind("\n", 0, end) + 1
    return (start, end) if text[:start].strip() else (min(end, len(text) - len(text.lstrip())), end)


def seen(page: Page, path: str) -> Iterator[Seen]:
    """Yield every way through the file *path* of *page*, as it is read."""
    for rendering in page.renderings(path):
        text = rendering.text
        if path.endswith(f"/{HTML_FILE}"):
            text = _UNREAD.sub(lambda match: "\n" * len(match[0]), text)
            text = _TAG.sub(_blank, text)
        elif page.channel == "sms":
            start, end = last_line_of(text)
            if text.startswith("@", start):
                text = text[:start] + " " * (end - start) + text[end:]
        codes = tuple(
            (start, end, hole)
            for start, end, hole in rendering.holes
            if isinstance(parameter_of(page, hole), Code) and text[start:end].strip()
        )
        yield Seen(page, rendering, text, codes)


def all_seen(page: Page) -> Iterator[Seen]:
    """Yield every way through every body of *page*; nothing where the template has no one-time code."""
    if codes_of(page.template):
        for path in bodies(page):
            yield from seen(page, path)


def _blank(tag: re.Match[str]) -> str:
    # What follows an element that begins a line of its own begins a sentence too.
    return (" " if (tag[1] or "").lower() in _INLINE else "\n") * len(tag[0])


def value_with_digits(page: Page, hole: Hole) -> tuple[bool, Any]:
    """
    Tell whether *hole* may print a digit, and with which value; the value is None where none is known.

    Decided over all that the parameter admits.
    """
    parameter = parameter_of(page, hole)
    domain = domain_of(parameter)
    if isinstance(domain, Free):
        digits = [character for character in domain.alphabet if character in ASCII_DIGITS]
        if not digits:
            return False, None
        if domain.samples:
            return True, domain.samples[0]
        return True, digits[0] * min(max(domain.least, 4), domain.most)
    values = numbers_of(domain).values if isinstance(domain, Span) else domain.values
    for value in values:
        if any(character.isdigit() for character in _printed(page, hole, parameter, value)):
            return True, value
    return False, None


def _printed(page: Page, hole: Hole, parameter: Parameter, value: Any) -> str:  # noqa: ANN401 - any kind's value
    shown: object = parameter.show(value, page.locale)
    if isinstance(shown, Shown):
        shown = shown.plainly()
    for filter_ in hole.filters:
        shown = page.template.renderer.filtered(filter_.name, shown, filter_.arguments, {}, page.locale)
    return str(shown)
