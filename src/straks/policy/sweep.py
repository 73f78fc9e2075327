"""
Inspecting a folder of templates of which some cannot be read.

A catalog is all or nothing, as it should be for whoever sends. A check wants to know everything at
once: so each template gets a catalog of its own here, with what is shared, and one that is broken is
a finding with its place while the others are inspected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from straks.core.catalog import MANIFEST_FILE, Catalog
from straks.errors import TemplateError
from straks.policy.engine import finding_of, inspect
from straks.policy.rule import Flaw, Rule, Scope, Severity, rule
from straks.policy.rules import RULES
from straks.policy.source import Spot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from straks.policy.rule import Finding
    from straks.policy.settings import Policy


@rule(
    "TPL001",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/cli/test_check.py::test_a_template_that_cannot_be_read_does_not_stop_the_others",
)
def template_that_cannot_be_read(_: object) -> Iterable[Flaw]:
    """
    A template whose manifest or texts cannot be used.

    Why: no rule can say anything about it, and no message comes out of it.
    Instead: mend what the finding says; the check then sees the rest.
    Source: straks.
    """
    return ()


def sweep(
    files: Mapping[str, str],
    policy: Policy,
    unreadable: Iterable[TemplateError] = (),
    rules: Iterable[Rule] = RULES,
) -> tuple[Finding, ...]:
    """
    Inspect every template in *files* that can be read; the others become findings.

    Args:
        files: The text of each file by its path in the catalog.
        policy: What the sender decided.
        unreadable: What went wrong when the files were read; their templates are not inspected.
        rules: The rules to apply.
    """
    applied = tuple(rules)
    broken = list(unreadable)
    damaged = {(error.file or "").partition("/")[0] for error in broken}
    shared = {path: text for path, text in files.items() if path.startswith("_")}
    folders: dict[str, dict[str, str]] = {}
    for path, text in files.items():
        folders.setdefault(path.partition("/")[0], {})[path] = text
    found: list[Finding] = []
    for name, folder in folders.items():
        if name.startswith("_") or name in damaged:
            continue
        try:
            found += inspect(Catalog({**shared, **folder}), policy, applied)
        except TemplateError as error:
            broken.append(error)
    found += [_finding(error, files) for error in broken]
    # What is wrong with a shared file is said once.
    return tuple({_identity(finding): finding for finding in sorted(found, key=_identity)}.values())


def _finding(error: TemplateError, files: Mapping[str, str]) -> Finding:
    path = error.file or f"{error.template}/{MANIFEST_FILE}"
    source = files.get(path, "")
    before = source.split("\n")[: (error.line or 1) - 1]
    spot = Spot.at(path, source, sum(len(line) + 1 for line in before))
    said = str(error).removeprefix(f"{path}, line {error.line}: ").removeprefix(f"{path}: ")
    # Such a sentence ends with the way out.
    message, _, way_out = said.rpartition("; ")
    hint = f"{way_out if message else 'mend it'}{'' if way_out.endswith('?') and message else ';'}"
    flaw = Flaw(message or said, f"{hint} nothing else of this template was checked", spot)
    return finding_of(template_that_cannot_be_read, flaw, template=error.template, locale=error.locale)


def _identity(finding: Finding) -> tuple[str, int, int, str, str]:
    return finding.path or "", finding.line or 0, finding.column or 0, finding.code, finding.message
