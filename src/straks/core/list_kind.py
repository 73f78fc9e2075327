"""A list of values of one kind: joined as the language does, or looped over by the template."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from straks.core import locale as words
from straks.core.parameter import Parameter, Shown, Unfit


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf(Parameter):
    """Between one and ``max_items`` values, each as ``of`` admits."""

    kind: ClassVar[str] = "list"

    of: Parameter
    max_items: int

    @property
    def limits(self) -> str:
        """What the parameter admits."""
        return f"a list of 1 to {self.max_items} items, each {self.of.limits}"

    def check(self, value: object) -> tuple[Any, ...]:
        """Return the checked items; too many, none, or one that does not fit is `Unfit`."""
        if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
            raise Unfit(f"takes {self.limits}, not {type(value).__name__}")
        given = cast("Sequence[object]", value)
        if not 1 <= len(given) <= self.max_items:
            raise Unfit(f"takes {self.limits}; this has {len(given)}")
        items: list[Any] = []
        for number, item in enumerate(given, start=1):
            try:
                items.append(self.of.check(item))
            except Unfit as flaw:
                raise Unfit(f"has item {number}, which {flaw}") from None
        return tuple(items)

    def show(self, value: tuple[Any, ...], locale: str) -> Shown:
        """Return what prints joined and may be looped over."""
        items = tuple(self.of.show(item, locale) for item in value)
        return Shown(value, lambda shown: words.format_list([str(item) for item in shown], locale), items)

    def canonical(self, value: tuple[Any, ...]) -> str:
        """Return the items' canonical texts as JSON."""
        return json.dumps([self.of.canonical(item) for item in value])

    def read(self, text: str) -> object:
        """
        Return the items that *text* lists.

        They are separated by semicolons; where there is none, by commas with a space after them,
        since a comma without one may be a decimal's.
        """
        return [self.of.read(part.strip()) for part in re.split(";" if ";" in text else r",\s", text)]
