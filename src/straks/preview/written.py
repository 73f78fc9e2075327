"""
A preview in writing: plain text for a terminal and a log, Markdown for a README and a review.

A border is written as ``⟦2⟧`` where the second segment begins. In Markdown a message stands in a fence
longer than any run of backticks in it, so nothing that it says is markup.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from straks.preview.figures import counted, name, stand_in, strangers
from straks.preview.pages import Bubble, Fault, Letter
from straks.preview.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from straks.policy.rule import Finding
    from straks.preview.pages import Content, Page, Panel

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&])")


def text_of_pages(pages: Sequence[Page]) -> str:
    """Return *pages* as plain text."""
    return "\n\n".join(_text_of_page(page) for page in pages) or "There is nothing to show."


def text_of_panel(panel: Panel) -> str:
    """Return one panel as plain text."""
    head = f"{panel.language}, {panel.caption}"
    lines = [head, *(visible(line) for line in _heads(panel.content)), "", _body(panel.content), ""]
    lines += [visible(line) for line in (*_facts(panel.content), *map(said_of, panel.findings))]
    return "\n".join(lines).strip()


def markdown_of_pages(pages: Sequence[Page]) -> str:
    """Return *pages* as Markdown."""
    return "\n\n".join(_markdown_of_page(page) for page in pages) or "There is nothing to show."


def said_of(finding: Finding) -> str:
    """Return a finding in one line."""
    where = ":".join(str(part) for part in (finding.path, finding.line, finding.column) if part is not None)
    place = f" ({where})" if where else ""
    return f"{finding.severity} {finding.code}: {finding.message}; {finding.hint}{place}"


def sent_as(letter: Letter) -> str:
    """Return what is sent of *letter*, and how large it is."""
    return f"sent as {letter.content_type}, {counted(letter.size, 'byte')}"


def marked(bubble: Bubble) -> str:
    """Return the text of *bubble* with a mark where each segment after the first begins."""
    places = [0, *bubble.borders, len(bubble.text)]
    parts = [bubble.text[start:end] for start, end in pairwise(places)]
    shown = enumerate(map(visible, parts), start=1)
    return "".join(part if number == 1 else f"⟦{number}⟧{part}" for number, part in shown)


def _text_of_page(page: Page) -> str:
    head = [f"{page.name}: {page.note}"] if page.note else []
    findings = [visible(said_of(finding)) for finding in page.findings]
    return "\n\n".join([*head, *findings, *map(text_of_panel, page.panels)])


def _markdown_of_page(page: Page) -> str:
    parts = [f"## {_plain(page.name)}", _plain(page.note)] if page.note else []
    parts.append("\n".join(f"- {_plain(said_of(finding))}" for finding in page.findings))
    for panel in page.panels:
        parts.append(f"**{_plain(panel.language)}** · {_plain(panel.caption)}")
        parts.append("  \n".join(_plain(line) for line in _heads(panel.content)))
        parts.append(_fenced(_body(panel.content)))
        facts = (*_facts(panel.content), *map(said_of, panel.findings))
        parts.append("\n".join(f"- {_plain(fact)}" for fact in facts))
    return "\n\n".join(filter(None, parts))


def _heads(content: Content) -> Iterator[str]:
    """Yield what stands above a message."""
    if isinstance(content, Fault):
        return
    if content.sender is not None:
        yield f"from {content.sender}"
    if content.recipient is not None:
        yield f"to {content.recipient}"
    if isinstance(content, Letter):
        yield f"subject: {content.subject}"


def _body(content: Content) -> str:
    if isinstance(content, Bubble):
        return marked(content)
    if isinstance(content, Letter):
        return visible(content.text)
    excerpt = f"\n{content.line} | {content.excerpt}" if content.excerpt else ""
    return visible(f"There is nothing to show: {content.message}{excerpt}")


def _facts(content: Content) -> Iterator[str]:
    """Yield what is to be said below a message."""
    if isinstance(content, Bubble):
        yield from content.figures
        for found, times in strangers(content.foreign):
            yield f"{name(found)}{'' if times == 1 else f' ({times} times)'}: {stand_in(found)}"
    elif isinstance(content, Letter):
        yield sent_as(content)


def _fenced(text: str) -> str:
    ticks = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, ticks + 1)
    return f"{fence}text\n{text}\n{fence}"


def _plain(text: str) -> str:
    r"""
    Return *text* for one line of Markdown, in which nothing of it is markup.

    >>> _plain("a *b*\nc")
    'a \\*b\\* c'
    """
    return _MARKUP.sub(r"\\\1", visible(text).replace("\n", " "))
