"""
Inline ignores: ``{# straks: ignore[SMS102] why it is fine here #}``; in a manifest the same after a ``#``.

An ignore counts for its own line and the line below. It needs a reason, and it must match a finding:
one that matches nothing any more would hide the next. In a file that several templates share, a layout,
it counts for each of them and need not match in all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from straks.policy.pointing import is_beside_tag
from straks.policy.rule import Finding, Fix, Flaw, Rule, Scope, Severity, rule
from straks.policy.source import Spot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from straks.core.template import Template
    from straks.policy.settings import Policy

_IN_TEXT = re.compile(
    r"\{#(?P<sign>[-+]?)\s*straks:\s*ignore\[(?P<codes>[A-Z0-9,\s]*)\]\s*(?P<why>.*?)\s*(?P<end>[-+]?)#\}",
    re.DOTALL,
)
_IN_TOML = re.compile(
    r"#(?P<sign>)[ \t]*straks:[ \t]*ignore\[(?P<codes>[A-Z0-9, \t]*)\][ \t]*(?P<why>[^\n]*?)(?P<end>)[ \t]*$",
    re.MULTILINE,
)


@rule("IGN001", Scope.RUNTIME, severity=Severity.ERROR, since="0.1", test="tests/policy/test_ignores.py")
def ignore_without_reason(_: object) -> Iterable[Flaw]:
    """
    An inline ignore that does not say why.

    Why: whoever reads it next year cannot tell a decision from a slip.
    Instead: write the reason after the bracket: ``{# straks: ignore[SMS102] names need any letter #}``.
    Source: straks.
    """
    return ()


@rule("IGN002", Scope.RUNTIME, severity=Severity.WARNING, since="0.1", test="tests/policy/test_ignores.py")
def ignore_that_matches_nothing(_: object) -> Iterable[Flaw]:
    """
    An inline ignore for which there is no finding.

    Why: the fault was mended, or the code is misspelt; either way it would hide the next one.
    Instead: take the ignore out.
    Source: straks.
    """
    return ()


IGNORE_RULES: tuple[Rule, ...] = (ignore_without_reason, ignore_that_matches_nothing)


@dataclass(frozen=True, slots=True)
class _Ignore:
    """One ignore: where it stands, which rules it is about, and why."""

    source: str
    spot: Spot
    match: re.Match[str]

    @property
    def codes(self) -> tuple[str, ...]:
        codes = (code.strip() for code in self.match["codes"].split(","))
        return tuple(dict.fromkeys(code for code in codes if code))

    @property
    def why(self) -> str:
        return self.match["why"]

    def covers(self, finding: Finding) -> bool:
        return (
            bool(self.why)
            and finding.code in self.codes
            and finding.path == self.spot.path
            and (finding.line or 1) - self.spot.line in (0, 1)
        )

    def without(self, needless: tuple[str, ...]) -> Fix | None:
        """Return the fix that takes *needless* codes out, with the whole comment where none is left."""
        left = [code for code in self.codes if code not in needless]
        if left:
            return Fix(self.spot.path, *self.match.span("codes"), ", ".join(left))
        if self.match["sign"] or self.match["end"]:
            return None  # it takes white space away around it, which would come back
        begins, ends = self.match.span()
        line = self.source.rfind("\n", 0, begins) + 1
        # A comment takes the line end after it, and what it alone is indented by (Jinja's trim_blocks).
        alone = not self.source[line:begins].strip()
        in_toml = self.spot.path.endswith(".toml")
        if self.source.startswith("\n", ends) and (alone or not in_toml):
            ends += 1
        if not alone and is_beside_tag(self.source, begins, ends):
            return None
        return Fix(self.spot.path, line if alone else begins, ends, "")


def _ignores(path: str, source: str) -> list[_Ignore]:
    pattern = _IN_TOML if path.endswith(".toml") else _IN_TEXT
    return [
        _Ignore(source, Spot.at(path, source, match.start()), match) for match in pattern.finditer(source)
    ]


class Ignores:
    """The inline ignores of a template's files, and which of them were needed."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._own = [ignore for each in template.sources.items() for ignore in _ignores(*each)]
        self._shared: dict[str, list[_Ignore]] = {}
        self._needed: set[tuple[Spot, str]] = set()

    def apply(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings that no ignore covers."""
        for finding in findings:
            covering = [ignore for ignore in self._near(finding) if ignore.covers(finding)]
            self._needed.update((ignore.spot, finding.code) for ignore in covering)
            if not covering:
                yield finding

    def _near(self, finding: Finding) -> list[_Ignore]:
        path = finding.path
        if path is None or path in self._template.sources:
            return self._own
        if path not in self._shared:
            self._shared[path] = _ignores(path, self._template.renderer.source(path))
        return self._shared[path]

    def flaws(self, policy: Policy) -> Iterator[tuple[Rule, Flaw]]:
        """Yield what is wrong with the ignores themselves; ask after `apply`."""
        for ignore in self._own:
            if not ignore.why or not ignore.codes:
                yield (
                    ignore_without_reason,
                    Flaw("this ignore gives no reason", "say why after the bracket", ignore.spot),
                )
                continue
            needless = tuple(
                code
                for code in ignore.codes
                if policy.wants(code) and (ignore.spot, code) not in self._needed
            )
            for code in needless:
                yield (
                    ignore_that_matches_nothing,
                    Flaw(
                        f"no {code} is found here",
                        "take the ignore out",
                        ignore.spot,
                        fix=ignore.without(needless),
                    ),
                )
