"""
A preview in writing: plain text for a terminal and a log, Markdown for a README and a review.

A border is written as ``⟦2⟧`` where the second segment begins. In Markdown a message stands in a fence
longer than any run of backticks in it, so nothing that it says is markup.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from straks.preview.figures import UNITS, figures, foreign_in
from straks.preview.pages import Bubble, Fault, Letter
from straks.preview.visible import visible
from straks.preview.words import ENGLISH, WORDS, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from straks.core.message import ContentType
    from straks.policy.rule import Finding
    from straks.preview.pages import Content, Page, Panel

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&])")


def text_of_pages(pages: Sequence[Page]) -> str:
    """Return *pages* as plain text."""
    return "\n\n".join(map(_text_of_page, pages)) or WORDS[ENGLISH]["nothing"]


def text_of_panel(panel: Panel, lang: str = ENGLISH) -> str:
    """Return one panel as plain text, with what is said around it in *lang*."""
    head = f"{panel.language}, {panel.caption(lang)}"
    content, said = panel.content, (said_of(finding, lang) for finding in panel.findings)
    lines = [head, *map(visible, _heads(content, lang)), "", _body(content, lang), ""]
    lines += [visible(line) for line in (*_facts(content, lang), *said)]
    return "\n".join(lines).strip()


def markdown_of_pages(pages: Sequence[Page]) -> str:
    """Return *pages* as Markdown."""
    return "\n\n".join(map(_markdown_of_page, pages)) or WORDS[ENGLISH]["nothing"]


def said_of(finding: Finding, lang: str = ENGLISH) -> str:
    """Return a finding in one line; what the rule says stays in English."""
    return " ".join(filter(None, parts_of(finding, lang)))


def parts_of(finding: Finding, lang: str) -> tuple[str, str, str]:
    """Return the three parts of a finding: how grave it is, what the rule says, and where, if it says so."""
    where = ":".join(str(part) for part in (finding.path, finding.line, finding.column) if part is not None)
    said = f"{finding.message}; {finding.hint}"
    return f"{WORDS[lang][finding.severity]} {finding.code}:", said, f"({where})" if where else ""


def sent_as(letter: Letter, lang: str = ENGLISH) -> str:
    """Return what is sent of *letter*, and how large it is."""
    return sent_in(letter.content_type, letter.size, lang)


def sent_in(content_type: ContentType, size: int, lang: str = ENGLISH) -> str:
    """Return what is sent of an e-mail of so many bytes."""
    words = WORDS[lang]
    return words["sent_as"].format(words[content_type], counted(size, "byte", lang))


def figures_of(bubble: Bubble, lang: str = ENGLISH) -> Iterator[str]:
    """Yield the figures of *bubble* in a few short lines, and what is proven of its worst case."""
    yield from figures(bubble.counts, lang)
    worst, words = bubble.bound, WORDS[lang]
    if worst is not None and worst.exact:
        yield words["most"]
    elif worst is not None:
        units = counted(worst.units, UNITS[worst.encoding], lang)
        yield words["never_more"].format(counted(worst.segments, "segment", lang), units)


def marked(bubble: Bubble) -> str:
    """Return the text of *bubble* with a mark where each segment after the first begins."""
    places = [0, *bubble.borders, len(bubble.text)]
    parts = [bubble.text[start:end] for start, end in pairwise(places)]
    shown = enumerate(map(visible, parts), start=1)
    return "".join(part if number == 1 else f"⟦{number}⟧{part}" for number, part in shown)


def _text_of_page(page: Page) -> str:
    head = [] if page.about is None else [f"{page.name}: {page.about.said()}"]
    findings = [visible(said_of(finding)) for finding in page.findings]
    return "\n\n".join([*head, *findings, *map(text_of_panel, page.panels)])


def _markdown_of_page(page: Page) -> str:
    parts = [] if page.about is None else [f"## {_plain(page.name)}", _plain(page.about.said())]
    parts.append("\n".join(f"- {_plain(said_of(finding))}" for finding in page.findings))
    for panel in page.panels:
        parts.append(f"**{_plain(panel.language)}** · {_plain(panel.caption())}")
        parts.append("  \n".join(_plain(line) for line in _heads(panel.content, ENGLISH)))
        parts.append(_fenced(_body(panel.content, ENGLISH)))
        facts = (*_facts(panel.content, ENGLISH), *map(said_of, panel.findings))
        parts.append("\n".join(f"- {_plain(fact)}" for fact in facts))
    return "\n\n".join(filter(None, parts))


def _heads(content: Content, lang: str) -> Iterator[str]:
    """Yield what stands above a message."""
    if isinstance(content, Fault):
        return
    words = WORDS[lang]
    if content.sender is not None:
        yield words["from"].format(content.sender)
    if content.recipient is not None:
        yield words["to"].format(content.recipient)
    if isinstance(content, Letter):
        yield words["subject"].format(content.subject)


def _body(content: Content, lang: str) -> str:
    if isinstance(content, Bubble):
        return marked(content)
    if isinstance(content, Letter):
        return visible(content.text)
    excerpt = f"\n{content.line} | {content.excerpt}" if content.excerpt else ""
    return visible(f"{WORDS[lang]['no_message']}: {content.message}{excerpt}")


def _facts(content: Content, lang: str) -> Iterator[str]:
    """Yield what is to be said below a message."""
    if isinstance(content, Bubble):
        yield from figures_of(content, lang)
        yield from foreign_in(content.foreign, lang)
    elif isinstance(content, Letter):
        yield sent_as(content, lang)


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
