"""Findings for programs: JSON, JSON lines and JUnit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

from straks.cli.terminal import one_line
from straks.core.typed import as_typed
from straks.policy.rule import Severity

if TYPE_CHECKING:
    from straks.cli.formats import Found, Report


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
        else {name: as_typed(value) for name, value in finding.witness.items()},
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


def junit(report: Report) -> str:
    """
    Write JUnit's XML: a case for each finding, or one that passed; an error or warning fails its case.

    A case is told by class and name together, so its place is in its name.
    """
    failures = [found for found in report.found if found.finding.severity is not Severity.ADVICE]
    counts = {
        "tests": str(len(report.found) or 1),
        "failures": str(len(failures)),
        "errors": "0",
        "skipped": "0",
    }
    root = Element("testsuites", {"name": "straks", **counts})
    suite = SubElement(root, "testsuite", {"name": "straks check", **counts})
    for found in report.found:
        finding = found.finding
        file = one_line(found.file or "policy")
        place = "" if finding.line is None else f" {finding.line}:{finding.column or 1}"
        case = SubElement(suite, "testcase", classname=file, name=f"{finding.code} {finding.name}{place}")
        if found.file is not None:
            case.set("file", file)
        if finding.line is not None:
            case.set("line", str(finding.line))
        told = one_line(f"{found.where}: {finding.message}. {finding.hint}")
        if finding.severity is Severity.ADVICE:
            SubElement(case, "system-out").text = told
        else:
            message = one_line(finding.message)
            SubElement(case, "failure", type=finding.severity.value, message=message).text = told
    if not report.found:
        SubElement(suite, "testcase", classname="straks", name="check")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")
