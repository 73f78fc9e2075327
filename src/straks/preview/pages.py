"""
What a renderer is given: plain values, with everything counted, masked and inspected already.

A picture has pages, a page has panels, and a panel shows one message: as a `Bubble` on a phone, as a
`Letter`, or as the `Fault` that kept it from being made. A page about a template has a panel for each
language and each `Case`, side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from straks.preview.words import ENGLISH, WORDS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from straks.core.bound import SmsBound
    from straks.core.message import ContentType
    from straks.core.substitute import Foreign
    from straks.policy.rule import Finding
    from straks.preview.figures import Counts

LANGUAGES: Final = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English", "se": "Davvisámegiella"}
"""What the languages call themselves."""


class Case(StrEnum):
    """Which values fill a template."""

    EXAMPLE = "example"
    WORST = "worst case"
    SHORTEST = "shortest"


@dataclass(frozen=True, slots=True)
class Bubble:
    """
    An SMS as a phone shows it, and what is counted of it.

    ``text`` is what is shown, as long as what is sent. ``borders`` are the places in it where each
    segment after the first begins. ``quiet_from`` is where a line begins that is meant for the phone and
    not for its owner. ``bound`` is the worst case that it shows, if it does. ``recipient`` and ``sender``
    are None where nothing is to be said of them.
    """

    text: str = field(repr=False)
    counts: Counts
    borders: tuple[int, ...] = ()
    foreign: tuple[Foreign, ...] = field(default=(), repr=False)
    quiet_from: int | None = None
    bound: SmsBound | None = None
    sender: str | None = None
    recipient: str | None = None

    @property
    def capacity(self) -> int:
        """How many units each segment takes."""
        return self.counts.units[-1] + self.counts.spare


@dataclass(frozen=True, slots=True)
class Letter:
    """
    An e-mail as a mail program shows it.

    ``html`` is None where none is there; ``content_type`` says which of them is sent, and ``size`` how
    many bytes that is.
    """

    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(repr=False)
    content_type: ContentType
    size: int
    sender: str | None = None
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """
    Why there is nothing to show: a sentence, and its place in a source where it has one.

    ``excerpt`` is what stands on that line.
    """

    message: str
    path: str | None = None
    line: int | None = None
    excerpt: str = ""


Content: TypeAlias = Bubble | Letter | Fault


@dataclass(frozen=True, slots=True)
class Panel:
    """
    One message in one language, for one case or as it is (None), and what was found about it.

    ``filling`` are the values that it was filled with, None where they are a message's own or there are none.
    """

    locale: str
    channel: str
    content: Content
    case: Case | None = None
    findings: tuple[Finding, ...] = ()
    filling: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def language(self) -> str:
        """What the language calls itself."""
        return LANGUAGES.get(self.locale, self.locale)

    def caption(self, lang: str = ENGLISH) -> str:
        """Return what the panel shows, in a few words."""
        return f"{WORDS[lang][self.channel]}, {WORDS[lang][self.case or 'as it is']}"


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a template, and what was found in it."""

    path: str
    text: str = field(repr=False)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """
    What there is to say of a template as a whole.

    ``manner`` is what it is for and whether it may be repeated, or that it cannot be used: each by its name
    in `straks.preview.words`. ``trouble`` is why it could not be inspected.
    """

    manner: tuple[str, ...]
    trouble: str = ""

    def said(self, lang: str = ENGLISH) -> str:
        """Return it as one line."""
        words = WORDS[lang]
        told = [words[each] for each in self.manner]
        return "; ".join([*told, f"{words['uninspected']}: {self.trouble}"] if self.trouble else told)


@dataclass(frozen=True, slots=True)
class Page:
    """
    All panels of one template, or of messages that were given together, which have no ``about``.

    ``findings`` are those about no panel of it. ``sources`` are the files behind it, where they are shown.
    """

    name: str
    panels: tuple[Panel, ...]
    about: About | None = None
    findings: tuple[Finding, ...] = ()
    sources: tuple[Source, ...] = ()

    def of(self, locales: Collection[str] | None, channels: Collection[str] | None) -> Page:
        """Return the page with the panels in these *locales* and *channels* alone; None is for all."""
        if locales is None and channels is None:
            return self
        panels = tuple(
            panel
            for panel in self.panels
            if (locales is None or panel.locale in locales)
            and (channels is None or panel.channel in channels)
        )
        return replace(self, panels=panels)

    def rows(self) -> list[tuple[Panel, ...]]:
        """Return the panels by channel and case, a language beside the other."""
        rows: dict[tuple[str, Case | None], list[Panel]] = {}
        for panel in self.panels:
            rows.setdefault((panel.channel, panel.case), []).append(panel)
        return [tuple(row) for row in rows.values()]
