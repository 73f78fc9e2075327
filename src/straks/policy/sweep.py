"""
Inspecting a folder of templates of which some cannot be read.

A catalog is all or nothing, as it should be for whoever sends. A check wants to know everything at
once: so a template that is broken is a finding with its place here, while the others are inspected.
All of them come out of one catalog, in which each file is parsed once, however many draw on it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from straks.core.catalog import MANIFEST_FILE, Catalog
from straks.errors import TemplateError
from straks.policy.engine import finding_of, inspect
from straks.policy.rule import Flaw, Rule, Scope, Severity, rule
from straks.policy.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from straks.core.template import Template
    from straks.policy.rule import Finding
    from straks.policy.settings import Policy

_TAG: Final = re.compile(r"\{#.*?(?:#\}|$)|\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)")
_QUOTED: Final = re.compile(r"'(\w[\w./-]*)'")
_OF_NO_TAG: Final = re.compile(r"holds a |templates have no text outside")


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
    *,
    names: Collection[str] | None = None,
    watch: Callable[[Sequence[Template]], Iterable[Template]] = iter,
) -> tuple[Finding, ...]:
    """
    Inspect every template in *files* that can be read; the others become findings.

    Args:
        files: The text of each file by its path in the catalog.
        policy: What the sender decided.
        unreadable: What went wrong when the files were read; their templates are not inspected.
        rules: The rules to apply.
        names: The templates to look at, None for all; the others may still be drawn on.
        watch: Passes the templates on, one by one, and so sees how far it is.
    """
    applied = tuple(rules)
    catalog, broken = sound(files, unreadable, names)
    found = [*inspect(Catalog({}), policy, applied)]  # what is wrong with the policy itself
    for template in watch([catalog[name] for name in catalog if names is None or name in names]):
        try:
            found += inspect(template, policy, applied)
        except TemplateError as error:
            broken.append(error)
    found += [finding_of_error(error, files) for error in broken]
    # What is wrong with a shared file is said once.
    return tuple({_identity(finding): finding for finding in sorted(found, key=_identity)}.values())


def sound(
    files: Mapping[str, str],
    unreadable: Iterable[TemplateError] = (),
    names: Collection[str] | None = None,
) -> tuple[Catalog, list[TemplateError]]:
    """
    Return a catalog of the templates in *files* that can be used, and what is wrong with the others.

    With *names*, it is about these, and what else is in the catalog is what they might draw on.
    """
    if names is None:
        return _sound(files, unreadable)

    def meant(folder: str) -> bool:
        return folder in names or folder.startswith("_")

    near = [error for error in unreadable if meant(_folder_of(error))]
    catalog, broken = _sound(
        {path: text for path, text in files.items() if meant(path.partition("/")[0])}, near
    )
    if len(broken) > len(near):  # perhaps only because it draws on a file of another template
        catalog, broken = _sound(files, unreadable)
    return catalog, [error for error in broken if meant(_folder_of(error))]


def _sound(
    files: Mapping[str, str], unreadable: Iterable[TemplateError]
) -> tuple[Catalog, list[TemplateError]]:
    broken = [*unreadable]
    damaged = {_folder_of(error) for error in broken if not _is_shared(error)}
    whole = {path: text for path, text in files.items() if path.partition("/")[0] not in damaged}
    return Catalog(whole, broken=broken), broken


def _folder_of(error: TemplateError) -> str:
    return (error.file or "").partition("/")[0] or error.template or ""


def _is_shared(error: TemplateError) -> bool:
    return _folder_of(error).startswith("_")


def finding_of_error(error: TemplateError, files: Mapping[str, str]) -> Finding:
    """Return what is wrong with a template that cannot be used as a finding; *files* are its catalog's."""
    path = error.file or f"{error.template}/{MANIFEST_FILE}"
    said = str(error).removeprefix(f"{path}, line {error.line}: ").removeprefix(f"{path}: ")
    # Such a sentence ends with the way out.
    message, _, way_out = said.rpartition("; ")
    hint = f"{way_out if message else 'mend it'}{'' if way_out.endswith('?') and message else ';'}"
    waits = "nothing that draws on it" if _is_shared(error) else "nothing else of this template"
    flaw = Flaw(message or said, f"{hint} until then {waits} is checked")
    found = finding_of(template_that_cannot_be_read, flaw, path, template=error.template, locale=error.locale)
    lines = files.get(path, "").split("\n")
    if error.line is None or error.line > len(lines) or path.endswith(".toml"):
        return replace(found, line=error.line)
    return replace(found, line=error.line, column=_column(lines[error.line - 1], said, error.parameter))


def _column(line: str, said: str, name: str | None) -> int | None:
    """
    Return the column in *line* of the *name*, or else of the tag, that is meant by what is *said*.

    An error knows its line alone. So it is None unless there is but one place that it can be: a caret below
    a tag that is right leads astray, and none does not.
    """
    if _OF_NO_TAG.match(said):
        return None
    tags = [tag for tag in _TAG.finditer(line) if not tag[0].startswith("{#")]
    if name is not None:
        word = re.compile(rf"(?<![\w.'\"]){re.escape(name)}(?![\w'\"])")
        at = [tag.start() + found.start() for tag in tags for found in word.finditer(tag[0])]
    else:
        quoted = _QUOTED.search(said)
        named = "for" if "loops over" in said else "" if quoted is None else quoted[1]
        word = re.compile(rf"(?<!\w){re.escape(named)}(?!\w)" if named else "")
        at = [tag.start() for tag in tags if word.search(tag[0])]
    return at[0] + 1 if len(at) == 1 else None


def _identity(finding: Finding) -> tuple[str, int, int, str, str]:
    return finding.path or "", finding.line or 0, finding.column or 0, finding.code, finding.message
