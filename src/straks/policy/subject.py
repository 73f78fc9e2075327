"""
What rules look at.

`Whole` is a template with all its languages, `Page` one language and channel of it with every way
through, `Filled` and `Placed` a message and an order that are about to go. Each is worked out on
first use and kept, since many rules ask for the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from straks.core.bound import bound
from straks.core.choosing import values_for
from straks.core.domain import TooMany
from straks.core.printing import Printer
from straks.core.template import HTML_FILE, SMS_FILE, SUBJECT_FILE, TEXT_FILE
from straks.core.way import Hole, Known, Lost
from straks.core.ways import Walker
from straks.errors import Unbounded
from straks.policy.source import Rendering, Spot, locate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jinja2 import nodes

    from straks.core.bound import EmailBound, SmsBound
    from straks.core.template import Template
    from straks.policy.settings import Policy


T = TypeVar("T")


@dataclass(frozen=True)
class Whole:
    """A template with all its languages and channels."""

    template: Template
    policy: Policy

    @property
    def manifest_path(self) -> str:
        """The path of its ``template.toml``."""
        return f"{self.template.name}/template.toml"

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """Every language and channel there is."""
        return tuple(
            Page(self.template, locale, channel, self.policy)
            for locale in self.template.locales
            for channel in ("sms", "email")
            if self.template.has(locale, channel)
        )

    def manifest_spot(self, parameter: str | None = None) -> Spot:
        """Return the place of a parameter's table, or of the ``[template]`` table."""
        source = self.template.sources[self.manifest_path]
        header = "[template]" if parameter is None else f"[parameters.{parameter}]"
        return Spot.at(self.manifest_path, source, max(source.find(header), 0))


@dataclass(frozen=True)
class Page:
    """One language and channel of a template, with every way through its files."""

    template: Template
    locale: str
    channel: str
    policy: Policy

    @property
    def files(self) -> tuple[str, ...]:
        """The files that belong to this page, in the template's own folder."""
        wanted = (SMS_FILE,) if self.channel == "sms" else (SUBJECT_FILE, HTML_FILE, TEXT_FILE)
        return tuple(
            f"{self.template.name}/{self.locale}/{file}"
            for file in wanted
            if file in self.template.files[self.locale]
        )

    def source(self, path: str) -> str:
        """Return the text of a file of the catalog."""
        return (
            self.template.sources[path]
            if path in self.template.sources
            else self.template.renderer.source(path)
        )

    def spot(self, path: str, offset: int = 0) -> Spot:
        """Return a place in a file of the catalog."""
        return Spot.at(path, self.source(path), offset)

    @cached_property
    def bound(self) -> SmsBound | EmailBound | Unbounded:
        """The proven worst case, or why there is none."""
        try:
            return bound(self.template, self.locale, self.channel)
        except Unbounded as none:
            return none

    def once(self, work: Callable[[Page], T]) -> T:
        """Return what *work* makes of this page, worked out once however many rules ask for it."""
        if work not in self._done:
            self._done[work] = work(self)
        return cast("T", self._done[work])

    @cached_property
    def _done(self) -> dict[object, object]:
        return {}

    def tree(self, path: str) -> nodes.Template:
        """Return the parsed tree of a file, whose constant texts know where they stand."""
        if path not in self._trees:
            self._trees[path] = locate(self.template.renderer, path)
        return self._trees[path]

    @cached_property
    def _trees(self) -> dict[str, nodes.Template]:
        return {}

    def renderings(self, path: str) -> tuple[Rendering, ...]:
        """Return what every way through a file of this page prints, with values that take that way."""
        if path not in self._kept:
            try:
                self._kept[path] = tuple(self._walk(path))
            except (Lost, TooMany):
                # The bound says so, with the place.
                self._kept[path] = ()
        return self._kept[path]

    @cached_property
    def _kept(self) -> dict[str, tuple[Rendering, ...]]:
        return {}

    def _walk(self, path: str) -> Iterator[Rendering]:
        walker = Walker(self.tree, self.template.parameters, self.locale, self.printer)
        # A layout prints the subject, which is a file of its own: any text stands for it here.
        for way in walker.ways(path, subject=Known("…")):
            values = values_for(way, self.template.parameters)
            yield Rendering.of(way.pieces, values, partial(self._prints, values), path, self.source)

    @cached_property
    def printer(self) -> Printer:
        """What values print here."""
        return Printer(self.template, self.locale, plainly=self.channel == "sms")

    def _prints(self, values: Mapping[str, Any], hole: Hole) -> str:
        name, _, item = hole.ref.partition("#")
        return self.printer.prints(hole, values[name][int(item)] if item else values[name])
