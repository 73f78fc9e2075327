"""A choice: one of a few values, each of which prints as a word of the language."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from straks.core.parameter import Shown, Unfit
from straks.core.text_kinds import AsWritten

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(AsWritten):
    """One of a few values, each with its word in every language."""

    kind: ClassVar[str] = "choice"

    words: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def limits(self) -> str:
        """What the parameter admits."""
        return f"one of {', '.join(self.words)}"

    def check(self, value: object) -> str:
        """Return the choice; what is not listed is `Unfit`."""
        if not isinstance(value, str) or value not in self.words:
            raise Unfit(f"takes {self.limits}")
        return str(value)

    def show(self, value: str, locale: str) -> Shown:
        """Return what prints as the word in *locale* and compares as the value."""
        return Shown(value, lambda choice: self.words[choice][locale])
