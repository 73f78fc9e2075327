"""
Inline ignores: ``{# straks: ignore[SMS102] why it is fine here #}``.

An ignore counts for its own line and the line below, and names rules by code or by name. In a
``template.toml`` it is a comment of TOML: ``# straks: ignore[SMS103] names need any letter``. It needs a
reason, and it must match a finding: one that matches nothing any more would hide the next. In a file
that templates share it need not, since another template may be the one that it is for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from straks.core.nearest import A_SLIP, nearest
from straks.policy.pointing import is_beside_tag
from straks.policy.rule import Finding, Fix, Flaw, Rule, Scope, Severity, rule
from straks.policy.source import Spot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from straks.core.template import Template
    from straks.policy.settings import Policy

_COMMENT: Final = re.compile(r"\{#-?\s*straks\s*:(.*?)-?#\}", re.DOTALL)
_TOML_COMMENT: Final = re.compile(r"#\s*straks\s*:(.*)")
_IGNORE: Final = re.compile(r"\s*ignore\s*\[([^\]]*)\]\s*(.*?)\s*", re.DOTALL)


@rule("IGN001", Scope.RUNTIME, severity=Severity.ERROR, since="0.1", test="tests/policy/test_ignores.py")
def ignore_without_reason(_: object) -> Iterable[Flaw]:
    """
    An inline ignore that does not say why.

    Why: whoever reads it next year cannot tell a decision from a slip.
    Instead: write the reason after the bracket: ``{# straks: ignore[SMS102] the name is written so #}``.
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


@rule("IGN003", Scope.RUNTIME, severity=Severity.ERROR, since="0.1", test="tests/policy/test_ignores.py")
def ignore_that_cannot_be_read(_: object) -> Iterable[Flaw]:
    """
    A comment that speaks to straks and is no inline ignore.

    Why: whoever wrote it believes that a finding is let pass, and it is not.
    Instead: write it as ``{# straks: ignore[SMS102] why it is fine here #}``, or drop the word straks.
    Source: straks.
    """
    return ()


IGNORE_RULES: tuple[Rule, ...] = (
    ignore_without_reason,
    ignore_that_matches_nothing,
    ignore_that_cannot_be_read,
)


@dataclass(frozen=True, slots=True)
class _Ignore:
    """
    One comment to straks in *source*: the rules that it names, by code, each with how it is written.

    ``codes`` is None where it is no ignore. ``shared`` says that its file is, and ``named`` is where in
    the source the rules stand.
    """

    source: str
    spot: Spot
    ends: int
    shared: bool
    codes: Mapping[str, str] | None = None
    reason: str = ""
    named: tuple[int, int] = (0, 0)

    def covers(self, finding: Finding) -> bool:
        return (
            bool(self.reason)
            and finding.code in (self.codes or ())
            and finding.path == self.spot.path
            and (finding.line or 1) - self.spot.line in (0, 1)
        )

    def without(self, needless: Collection[str]) -> Fix | None:
        """Return the fix that takes *needless* codes out, with the whole comment where none is left."""
        left = [name for code, name in (self.codes or {}).items() if code not in needless]
        if left:
            return Fix(self.spot.path, *self.named, ", ".join(left))
        begins, ends = self.spot.offset, self.ends
        comment = self.source[begins:ends]
        if comment.startswith(("{#-", "{#+")) or comment.endswith(("-#}", "+#}")):
            return None  # it takes white space away around it, which would come back
        line = self.source.rfind("\n", 0, begins) + 1
        # A comment takes the line end after it, and what it alone is indented by (Jinja's trim_blocks).
        alone = not self.source[line:begins].strip()
        if self.source.startswith("\n", ends) and (alone or not self.spot.path.endswith(".toml")):
            ends += 1
        if not alone and is_beside_tag(self.source, begins, ends):
            return None
        return Fix(self.spot.path, line if alone else begins, ends, "")


class Ignores:
    """
    The inline ignores that a template is read with, and which of them were needed.

    Args:
        template: Its own files count, and those that it draws on.
        rules: What an ignore may name.
    """

    def __init__(self, template: Template, rules: Iterable[Rule]) -> None:
        self._codes = {rule.name: rule.code for rule in rules}
        self._found = [
            _read(path, source, match, self._codes, shared=path not in template.sources)
            for path, source in template.contents.items()
            for match in (_TOML_COMMENT if path.endswith(".toml") else _COMMENT).finditer(source)
        ]
        self._needed: set[tuple[Spot, str]] = set()

    def apply(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings that no ignore covers."""
        for finding in findings:
            covering = [(each.spot, finding.code) for each in self._found if each.covers(finding)]
            self._needed.update(covering)
            if not covering:
                yield finding

    def flaws(self, policy: Policy) -> Iterator[tuple[Rule, Flaw]]:
        """Yield what is wrong with the ignores themselves; ask after `apply`."""
        for each in self._found:
            if each.codes is None:
                flaw = Flaw(
                    "this speaks to straks, and is no ignore", "write ignore[CODE] and why", each.spot
                )
                yield ignore_that_cannot_be_read, flaw
            elif not each.reason or not each.codes:
                flaw = Flaw("this ignore gives no reason", "say why after the bracket", each.spot)
                yield ignore_without_reason, flaw
            elif not each.shared:
                needless = [
                    code
                    for code in sorted(each.codes)
                    if policy.wants(code) and (each.spot, code) not in self._needed
                ]
                for code in needless:
                    said, meant = f"no {code} is found here", self._meant(code)
                    # Whoever wrote the reason should not see it go for a slip in the code.
                    fix = None if meant else each.without(needless)
                    hint = (
                        f"did you mean {meant}? if not, take the ignore out"
                        if meant
                        else "take the ignore out"
                    )
                    yield ignore_that_matches_nothing, Flaw(said, hint, each.spot, fix=fix)

    def _meant(self, code: str) -> str | None:
        """Return the rule that is meant, where *code* is none and is nearly one."""
        from straks.policy.rules import RULES  # which has the rules of this module too

        known = {**{rule.name: rule.code for rule in RULES}, **self._codes}
        if code in known.values():
            return None
        # A code of a package that is not here is no slip of one of ours, though some letters are the same.
        return nearest(code, known.values(), A_SLIP) or nearest(code.lower(), known, A_SLIP)


def _read(path: str, source: str, match: re.Match[str], codes: Mapping[str, str], *, shared: bool) -> _Ignore:
    spot = Spot.at(path, source, match.start())
    said = _IGNORE.fullmatch(match[1])
    if said is None:
        return _Ignore(source, spot, match.end(), shared)
    named = {
        codes.get(name.lower(), name.upper()): name for each in said[1].split(",") if (name := each.strip())
    }
    begins = match.start(1)
    return _Ignore(
        source, spot, match.end(), shared, named, said[2], (begins + said.start(1), begins + said.end(1))
    )
