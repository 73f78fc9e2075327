"""
A picture: pages in whatever form somebody can look at.

It is what a notebook gets, for it answers to ``_repr_mimebundle_`` with all forms at once and the front end
takes the best that it knows. Messages, templates and catalogs answer the same way, by asking here
(`straks.core.display`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from straks.core.catalog import Catalog
from straks.core.template import Template
from straks.preview.fragment import html_of_pages
from straks.preview.pages import Case
from straks.preview.svg import svg_of_pages
from straks.preview.taking import CASES, message_of, page_of_messages, page_of_template
from straks.preview.written import markdown_of_pages, text_of_pages

if TYPE_CHECKING:
    from collections.abc import Collection

    from straks.core.message import Message, Order
    from straks.policy.settings import Policy
    from straks.preview.pages import Page

_GLANCE: Final = (Case.EXAMPLE,)


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """What there is to see of a message, a template or a catalog. Made by `picture`."""

    pages: tuple[Page, ...]

    def svg(self) -> str:
        """Return all pages as one SVG: no script, no font, and nothing from elsewhere."""
        return svg_of_pages(self.pages)

    def html(self) -> str:
        """Return all pages as a piece of HTML, each e-mail in a frame in which it may do nothing."""
        return html_of_pages(self.pages)

    def markdown(self) -> str:
        """Return all pages as Markdown, in which no message is markup."""
        return markdown_of_pages(self.pages)

    def text(self) -> str:
        """Return all pages as plain text."""
        return text_of_pages(self.pages)

    def __repr__(self) -> str:
        return f"<Picture of {', '.join(page.name for page in self.pages) or 'nothing'}>"

    def bundle(self) -> dict[str, str]:
        """Return every form by its media type."""
        return {
            "text/plain": self.text(),
            "text/markdown": self.markdown(),
            "image/svg+xml": self.svg(),
            "text/html": self.html(),
        }

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return self.bundle()


def picture(
    subject: Message | Order | Template | Catalog | Iterable[Message | Order],
    *,
    reveal: bool = False,
    cases: Collection[str] | None = None,
    policy: Policy | None = None,
) -> Picture:
    """
    Return what there is to see of *subject*, with what the policy finds.

    Args:
        subject: A message or an order; several of them; a template; or a catalog.
        reveal: Show the recipient and the secret values of messages. Templates are shown with examples,
            which are nobody's.
        cases: What fills a template: ``"example"``, ``"worst case"``, ``"shortest"``. All of them for a
            template; for a catalog the example, and no inspection, unless cases are given.
        policy: What to hold it against; None for its catalog's, or else the default one.

    Raises:
        InvalidSetting: There is no picture of such a thing.

    >>> from straks import Catalog
    >>> picture(Catalog.load()["one-time-code"])
    <Picture of one-time-code>
    """
    if isinstance(subject, Template):
        return Picture((page_of_template(subject, cases=cases or CASES, policy=policy),))
    if isinstance(subject, Catalog):
        if cases is None:
            return Picture(
                tuple(page_of_template(each, cases=_GLANCE, rules=None) for each in subject.values())
            )
        return Picture(tuple(page_of_template(each, cases=cases, policy=policy) for each in subject.values()))
    messages = map(message_of, _each(subject))
    return Picture((page_of_messages(messages, reveal=reveal, policy=policy),))


def _each(subject: object) -> Iterable[object]:
    return cast("Iterable[object]", subject) if isinstance(subject, Iterable) else (subject,)
