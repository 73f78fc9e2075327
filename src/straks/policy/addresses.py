"""
The addresses of a page: what a phone makes a link of in the text, and what stands behind links.

An address is taken apart as far as rules ask: its scheme and its authority. Whether a reader sees it
or it stands in a ``href``, it knows which of its characters a value decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from straks.core.hygiene import looks_like_link
from straks.core.list_kind import ListOf
from straks.core.url_kind import Url
from straks.policy.reading import sayings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.policy.reading import Reading
    from straks.policy.subject import Page

_TOKEN = re.compile(r"\S+")
_AROUND = ".,;:!?()<>«»\"'"
_PARTS = re.compile(r"(?:(?P<scheme>[a-z][a-z0-9+-]*):)?(?://)?(?P<authority>[^/?#]*)", re.IGNORECASE)
GLUED_WORDS = re.compile(r"(?<![^\W_])[^\W_]+\.[^\W\d_a-zæøå][a-zæøå]+")
"""Two words around a full stop, the second with a capital: a space is missing. A long word is read once."""
BY_MAIL_OR_TELEPHONE = ("mailto", "tel")


@dataclass(frozen=True, slots=True)
class Link:
    """
    An address with the parts of it that matter.

    ``whole`` is all that stands around it where it was read, ``begins`` its place there; ``behind``
    says that it stands in an attribute and is not seen.
    """

    whole: Reading
    begins: int
    text: str
    scheme: str
    authority: str
    behind: bool

    @property
    def ends(self) -> int:
        """Where it ends."""
        return self.begins + len(self.text)

    @property
    def host(self) -> str:
        """Its host, in lower case."""
        return host_of(self.authority)

    @property
    def is_value(self) -> bool:
        """Whether the whole address is a value, whose host the manifest declares."""
        return bool(self.text) and not self.whole.is_fixed(self.begins)

    @property
    def host_is_open(self) -> bool:
        """Whether a value decides a part of the host."""
        begins = self.begins + max(self.text.find(self.authority), 0)
        return not self.is_value and any(self.whole.parameters(begins, begins + len(self.authority)))

    @property
    def is_accident(self) -> bool:
        """Whether it is two words around a full stop, which nobody meant for an address."""
        return GLUED_WORDS.fullmatch(self.text) is not None


def _link(whole: Reading, begins: int, text: str, *, behind: bool) -> Link:
    parts = _PARTS.match(text)
    scheme, authority = (parts["scheme"] or "", parts["authority"]) if parts else ("", "")
    if not behind and not scheme and "@" in authority:
        scheme = "mailto"
    return Link(whole, begins, text, scheme.lower(), authority, behind)


def host_of(authority: str) -> str:
    """Return the host of an authority, without user and port, in lower case."""
    return re.sub(r":\d*\Z", "", authority.rpartition("@")[2]).lower()


def shown_links(reading: Reading) -> Iterator[Link]:
    """Yield what a phone or a mail program would make a link of in the text that is seen."""
    for found in _TOKEN.finditer(reading.text):
        said = found[0].strip(_AROUND)
        if looks_like_link(said):
            yield _link(reading, found.start() + found[0].index(said), said, behind=False)


def link_behind(address: Reading) -> Link:
    """Return the address that stands in an attribute."""
    return _link(address, 0, address.text, behind=True)


def links(page: Page) -> tuple[Link, ...]:
    """Return every address that is seen or stands behind a link or a picture; a bound line is none."""
    return page.once(_links)


def _links(page: Page) -> tuple[Link, ...]:
    return tuple(
        link
        for reading in sayings(page)
        for link in (*shown_links(reading.prose), *map(link_behind, reading.addresses))
    )


def address_parameters(page: Page) -> Iterator[tuple[str, Url]]:
    """Yield the parameters of *page* that are addresses, lists of such among them."""
    for name, parameter in page.template.parameters.items():
        kind = parameter.of if isinstance(parameter, ListOf) else parameter
        if isinstance(kind, Url):
            yield name, kind
