"""
Findings as SARIF 2.1.0, which code scanning services and editors read.

Files are named from the working directory (``%SRCROOT%``), which in CI is the checkout; one elsewhere has
an address of its own. Columns count characters, not UTF-16 units. Each result carries the fingerprint
that a baseline knows it by; it holds no line number, so a finding stays the same while lines move
around it. GitHub's own ``primaryLocationLineHash`` is left for GitHub to compute, which warns about any
other. A finding about the policy stands in the file of the policy, since a service may refuse a result
without a place.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0 with errata 01; the numbers are its
sections.
"""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from straks.cli.terminal import visible
from straks.policy.rule import FAMILY
from straks.policy.source import Spot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.cli.formats import Found, Report
    from straks.policy.rule import Fix, Rule

FINGERPRINT: Final = "straks/v1"
"""The name of our fingerprints, with their version (3.27.17)."""
SOURCE_ROOT: Final = "%SRCROOT%"
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {"error": "error", "warning": "warning", "advice": "note"}
_PROBLEMS: Final = {"error": "error", "warning": "warning", "advice": "recommendation"}
_LABEL: Final = re.compile(r"(?m)^(Why|Instead|Source):")


def sarif(report: Report, rules: Iterable[Rule], version: str) -> str:
    """Write a log of one run, with the page of every rule that was broken."""
    broken = {found.finding.code for found in report.found}
    pages = [rule for rule in rules if rule.code in broken]
    index = {rule.code: number for number, rule in enumerate(pages)}
    driver = {
        "name": "straks",
        "version": version,
        "semanticVersion": version,
        "rules": [_descriptor(rule) for rule in pages],
    }
    run = {
        "tool": {"driver": driver},
        # What cannot be read is a result, and so is what was not looked at because of it (3.20.14).
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",  # 3.14.17
        "results": [_result(found, index) for found in report.found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _descriptor(rule: Rule) -> dict[str, Any]:
    page = visible(rule.page)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": visible(rule.summary)},
        "fullDescription": {"text": page},
        "help": {"text": page, "markdown": _LABEL.sub(r"\n**\1:**", page.replace("``", "`"))},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        # Property names that GitHub's code scanning reads.
        "properties": {
            "tags": [rule.code[:FAMILY], rule.scope],
            "problem.severity": _PROBLEMS[rule.severity],
            "precision": "very-high",
        },
    }


def _result(found: Found, index: dict[str, int]) -> dict[str, Any]:
    finding = found.finding
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": visible(f"{finding.message}. {finding.hint}")},
        "partialFingerprints": {FINGERPRINT: found.fingerprint},
    }
    if finding.code in index:
        result["ruleIndex"] = index[finding.code]
    if found.file is not None:
        place: dict[str, Any] = {"artifactLocation": _artifact(found.file)}
        if finding.line is not None:
            place["region"] = {"startLine": finding.line, "startColumn": finding.column or 1}
        result["locations"] = [{"physicalLocation": place}]
        if finding.fix is not None and found.text is not None:
            result["fixes"] = [_fix(finding.fix, finding.hint, found.file, found.text)]
    return result


def _artifact(file: str) -> dict[str, str]:
    """Return where *file* is: from the source root, or its own address where it lies elsewhere (3.4.3)."""
    path = PurePath(file)
    if path.is_absolute():
        return {"uri": Path(file).as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": SOURCE_ROOT}


def _fix(fix: Fix, hint: str, file: str, text: str) -> dict[str, Any]:
    begins, ends = (Spot.at(fix.path, text, offset) for offset in (fix.start, fix.end))
    region = {
        "startLine": begins.line,
        "startColumn": begins.column,
        "endLine": ends.line,
        "endColumn": ends.column,  # the one after the last (3.30.8)
    }
    replacement = {"deletedRegion": region, "insertedContent": {"text": fix.text}}
    return {
        "description": {"text": visible(hint)},
        "artifactChanges": [{"artifactLocation": _artifact(file), "replacements": [replacement]}],
        "properties": {"safe": fix.safe},
    }
