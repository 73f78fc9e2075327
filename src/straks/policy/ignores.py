"""
Inline ignores: ``{# straks: ignore[SMS102] why it is fine here #}``.

An ignore counts for its own line and the line below. It needs a reason, and it must match a finding:
one that matches nothing any more would hide the next.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from straks.policy.rule import Finding, Flaw, Rule, Scope, Severity, rule
from straks.policy.source import Spot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from straks.core.template import Template
    from straks.policy.settings import Policy

_IGNORE = re.compile(r"\{#-?\s*straks:\s*ignore\[([A-Z0-9,\s]*)\]\s*(.*?)\s*-?#\}", re.DOTALL)


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


class Ignores:
    """The inline ignores of a template's files, and which of them were needed."""

    def __init__(self, template: Template) -> None:
        self._found: list[tuple[Spot, frozenset[str], str]] = []
        self._needed: set[tuple[Spot, str]] = set()
        for path, source in template.sources.items():
            for match in _IGNORE.finditer(source):
                codes = frozenset(code.strip() for code in match[1].split(",") if code.strip())
                self._found.append((Spot.at(path, source, match.start()), codes, match[2]))

    def apply(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings that no ignore covers."""
        for finding in findings:
            covering = [
                (spot, finding.code)
                for spot, codes, reason in self._found
                if reason
                and finding.code in codes
                and finding.path == spot.path
                and (finding.line or 1) - spot.line in (0, 1)
            ]
            if covering:
                self._needed.update(covering)
            else:
                yield finding

    def flaws(self, policy: Policy) -> Iterator[tuple[Rule, Flaw]]:
        """Yield what is wrong with the ignores themselves; ask after `apply`."""
        for spot, codes, reason in self._found:
            if not reason or not codes:
                yield (
                    ignore_without_reason,
                    Flaw("this ignore gives no reason", "say why after the bracket", spot),
                )
                continue
            for code in sorted(codes):
                if policy.wants(code) and (spot, code) not in self._needed:
                    yield (
                        ignore_that_matches_nothing,
                        Flaw(f"no {code} is found here", "take the ignore out", spot),
                    )
