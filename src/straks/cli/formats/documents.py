"""Findings for programs: JSON, JSON lines, SARIF and JUnit."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from straks.cli.terminal import visible
from straks.policy.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.cli.formats import Found, Report
    from straks.policy.rule import Rule

_LEVELS: Final = {"error": "error", "warning": "warning", "advice": "note"}
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "straks/v1"
"""The name of our fingerprints in SARIF, with their version."""


def document(found: Found) -> dict[str, object]:
    """Return a finding as JSON; its values are those of examples or of a bound, as text."""
    finding = found.finding
    fix = finding.fix
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "template": finding.template,
        "locale": finding.locale,
        "channel": finding.channel,
        "file": found.file,
        "line": finding.line,
        "column": finding.column,
        "witness": None
        if finding.witness is None
        else {name: str(value) for name, value in finding.witness.items()},
        "fix": None
        if fix is None
        else {"start": fix.start, "end": fix.end, "text": fix.text, "safe": fix.safe},
        "fingerprint": found.fingerprint,
    }


def as_json(report: Report) -> str:
    """Write one list."""
    return json.dumps([document(found) for found in report.found], ensure_ascii=False, indent=2)


def as_jsonl(report: Report) -> str:
    """Write a line for each finding."""
    return "\n".join(json.dumps(document(found), ensure_ascii=False) for found in report.found)


def sarif(report: Report, rules: Iterable[Rule], version: str) -> str:
    """
    Write SARIF 2.1.0, with the page of every rule that was broken.

    Source: OASIS, Static Analysis Results Interchange Format 2.1.0.
    """
    broken = {found.finding.code for found in report.found}
    pages = [rule for rule in rules if rule.code in broken]
    index = {rule.code: number for number, rule in enumerate(pages)}
    driver = {
        "name": "straks",
        "semanticVersion": version,
        "rules": [_descriptor(rule) for rule in pages],
    }
    run = {
        "tool": {"driver": driver},
        # A column is a character, whatever a character takes in UTF-16 (3.14.17).
        "columnKind": "unicodeCodePoints",
        "results": [_result(found, index) for found in report.found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.page},
        "help": {"text": rule.page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(found: Found, index: dict[str, int]) -> dict[str, Any]:
    finding = found.finding
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. {finding.hint}"},
        "partialFingerprints": {FINGERPRINT: found.fingerprint},
    }
    if finding.code in index:
        result["ruleIndex"] = index[finding.code]
    if found.file is not None:
        place: dict[str, Any] = {"artifactLocation": {"uri": quote(PurePath(found.file).as_posix())}}
        if finding.line is not None:
            place["region"] = {"startLine": finding.line, "startColumn": finding.column or 1}
        result["locations"] = [{"physicalLocation": place}]
    return result


def junit(report: Report) -> str:
    """Write JUnit's XML: a case for each finding, or one that passed; an error or warning fails its case."""
    failures = [found for found in report.found if found.finding.severity is not Severity.ADVICE]
    suite = Element(
        "testsuite",
        name="straks check",
        tests=str(len(report.found) or 1),
        failures=str(len(failures)),
        errors="0",
        skipped="0",
    )
    for found in report.found:
        finding = found.finding
        name = f"{finding.code} {finding.name}"
        case = SubElement(suite, "testcase", classname=visible(found.file or "policy"), name=name)
        if finding.line is not None:
            case.set("line", str(finding.line))
        told = visible(f"{found.where}: {finding.message}. {finding.hint}")
        if found in failures:
            failure = SubElement(
                case, "failure", type=finding.severity.value, message=visible(finding.message)
            )
            failure.text = told
        else:
            SubElement(case, "system-out").text = told
    if not report.found:
        SubElement(suite, "testcase", classname="straks", name="check")
    root = Element("testsuites", tests=suite.get("tests", ""), failures=suite.get("failures", ""))
    root.append(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")
