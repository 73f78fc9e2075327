"""Findings as people and programs read them."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import fromstring

import jsonschema  # type: ignore[import-untyped]  # no stubs
import pytest

from straks.cli.formats import Found, Report, located, tally
from straks.cli.formats.documents import as_json, as_jsonl, junit, sarif
from straks.cli.formats.full import full
from straks.cli.formats.plain import concise, github
from straks.cli.known_rules import KNOWN
from straks.policy.rule import Finding, Fix, Severity

SOURCE = "Hei\nKoden er «{{ code }}».\nKoden er «{{ code }}».\n" + "a" * 200 + "…" + "b" * 200

# What SARIF 2.1.0 requires of what we write, and how it may look; written from the standard's text:
# 3.13 (log), 3.14 (run), 3.18 and 3.19 (tool), 3.27 (result), 3.28 to 3.30 (places), 3.49 (rule).
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "semanticVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {"$ref": "#/$defs/rule"},
                                    },
                                },
                            }
                        },
                    },
                    "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
                },
            },
        },
    },
    "additionalProperties": False,
    "$defs": {
        "message": {
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string", "minLength": 1}},
            "additionalProperties": False,
        },
        "level": {"enum": ["none", "note", "warning", "error"]},
        "rule": {
            "type": "object",
            "required": ["id"],
            "additionalProperties": False,
            "properties": {
                "id": {"type": "string"},
                "name": {"type": "string"},
                "shortDescription": {"$ref": "#/$defs/message"},
                "fullDescription": {"$ref": "#/$defs/message"},
                "help": {"$ref": "#/$defs/message"},
                "defaultConfiguration": {
                    "type": "object",
                    "properties": {"level": {"$ref": "#/$defs/level"}},
                },
            },
        },
        "result": {
            "type": "object",
            "required": ["message"],
            "additionalProperties": False,
            "properties": {
                "ruleId": {"type": "string"},
                "ruleIndex": {"type": "integer", "minimum": -1},
                "level": {"$ref": "#/$defs/level"},
                "message": {"$ref": "#/$defs/message"},
                "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
                "locations": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["physicalLocation"],
                        "properties": {
                            "physicalLocation": {
                                "type": "object",
                                "required": ["artifactLocation"],
                                "properties": {
                                    "artifactLocation": {
                                        "type": "object",
                                        "required": ["uri"],
                                        "properties": {"uri": {"type": "string", "pattern": r"^[!-~]+$"}},
                                    },
                                    "region": {
                                        "type": "object",
                                        "required": ["startLine"],
                                        "properties": {
                                            "startLine": {"type": "integer", "minimum": 1},
                                            "startColumn": {"type": "integer", "minimum": 1},
                                        },
                                    },
                                },
                            }
                        },
                    },
                },
            },
        },
    },
}


def require_sarif(log: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(SARIF).validate(log)  # pyright: ignore[reportUnknownMemberType]


def finding(**changed: Any) -> Finding:  # noqa: ANN401 - any field
    told: dict[str, Any] = {
        "code": "SMS102",
        "name": "character-that-forces-ucs2",
        "severity": Severity.WARNING,
        "message": "« forces UCS-2",
        "hint": 'write "',
        "path": "alarm/nb/sms.txt",
        "line": 2,
        "column": 10,
        **changed,
    }
    return Finding(**told)


def report(*findings: Finding, source: str = SOURCE) -> Report:
    return Report(located(findings, lambda path: f"my templates/{path}", lambda _: source), 1)


ALL = report(
    finding(),
    finding(line=3, fix=Fix("alarm/nb/sms.txt", 1, 2, '"'), witness={"code": "0" * 50, "name": "Kari"}),
    finding(line=4, column=201, severity=Severity.ERROR, message="a: b, 100 %\nand\x1b[2J"),
    finding(code="SEC401", path=None, line=None, column=None, severity=Severity.ADVICE),
)


def test_a_fingerprint_stays_when_lines_are_added_above_and_changes_with_the_line() -> None:
    (before,) = report(finding()).found
    (moved,) = report(finding(line=4), source="\n\n" + SOURCE).found
    (changed,) = report(finding(), source=SOURCE.replace("Koden", "Kode")).found
    (other,) = report(finding(code="SMS101")).found

    assert moved.fingerprint == before.fingerprint
    assert len({before.fingerprint, changed.fingerprint, other.fingerprint}) == 3
    assert re.fullmatch("[0-9a-f]{32}", before.fingerprint)


def test_two_findings_on_lines_alike_have_two_fingerprints() -> None:
    first, second = report(finding(), finding(line=3)).found

    assert first.source == second.source
    assert first.fingerprint != second.fingerprint


def test_a_finding_without_a_line_is_told_by_its_message() -> None:
    one, other, beyond = report(
        finding(line=None), finding(line=None, message="other"), finding(line=99)
    ).found

    assert one.source is beyond.source is None
    assert one.fingerprint != other.fingerprint
    assert one.where == "my templates/alarm/nb/sms.txt:10"


def test_full_shows_the_line_with_a_caret_under_the_place() -> None:
    assert full(report(finding(line=2, witness={"code": "482913"}))).plain == (
        "warning[SMS102]: « forces UCS-2\n"
        " --> my templates/alarm/nb/sms.txt:2:10\n"
        "  |\n"
        "2 | Koden er «{{ code }}».\n"
        "  |          ^\n"
        '  = help: write "\n'
        "  = with: code=482913\n"
        "\n"
        "1 template checked: 1 warning"
    )


def test_full_cuts_a_long_line_around_the_place() -> None:
    lines = full(report(finding(line=4, column=201))).plain.splitlines()

    assert lines[3].startswith("4 | …aaa")
    assert lines[3].endswith("bbb…")
    assert lines[3][lines[4].index("^")] == "…"
    assert len(lines[3]) < 110


def test_full_counts_columns_as_a_terminal_does() -> None:
    lines = full(report(finding(line=1, column=3), source="漢字x")).plain.splitlines()

    assert lines[4] == "  |     ^"


def test_full_of_a_finding_without_a_place_has_neither_line_nor_arrow() -> None:
    told = full(report(finding(path=None, line=None, column=None))).plain

    assert "-->" not in told
    assert "^" not in told


@pytest.mark.parametrize("text", [full(ALL).plain, concise(ALL), junit(ALL)])
def test_no_control_character_reaches_a_terminal(text: str) -> None:
    assert "\x1b" not in text


def test_concise_has_a_line_for_each_finding() -> None:
    lines = concise(ALL).splitlines()

    assert lines[0] == 'my templates/alarm/nb/sms.txt:2:10: SMS102 « forces UCS-2. write "'
    assert lines[3].startswith("SEC401 ")
    assert lines[4:] == ["1 template checked: 1 error, 2 warnings, 1 piece of advice"]


def test_the_tally_counts_in_words() -> None:
    assert tally(Report((), 1)) == "1 template checked, nothing found"
    assert tally(report(*[finding(severity=Severity.ADVICE, line=line) for line in (1, 2)])).endswith(
        ": 2 pieces of advice"
    )


def test_json_and_json_lines_say_the_same() -> None:
    documents = json.loads(as_json(ALL))

    assert [json.loads(line) for line in as_jsonl(ALL).splitlines()] == documents
    assert documents[0]["witness"] is documents[0]["fix"] is None
    assert documents[1]["witness"] == {"code": "0" * 50, "name": "Kari"}
    assert documents[1]["fix"] == {"start": 1, "end": 2, "text": '"', "safe": True}
    assert documents[3]["file"] is None
    assert len({document["fingerprint"] for document in documents}) == 4


def test_github_annotates_the_line_and_escapes_what_would_end_the_command() -> None:
    lines = github(ALL).split("\n")

    assert lines[0] == (
        "::warning file=my templates/alarm/nb/sms.txt,line=2,col=10,"
        'title=SMS102 character-that-forces-ucs2::« forces UCS-2. write "'
    )
    assert lines[2].startswith("::error ")
    assert "::a: b, 100 %25%0Aand" in lines[2]
    assert lines[3].startswith("::notice title=SEC401")
    assert len(lines) == 4


def test_sarif_has_what_the_standard_requires() -> None:
    log = json.loads(sarif(ALL, KNOWN.values(), "1.2.3"))
    require_sarif(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]

    assert [result["level"] for result in run["results"]] == ["warning", "warning", "error", "note"]
    for result in run["results"]:
        if "ruleIndex" in result:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert run["results"][0]["partialFingerprints"] == {"straks/v1": ALL.found[0].fingerprint}
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert unquote(place["artifactLocation"]["uri"]) == "my templates/alarm/nb/sms.txt"
    assert place["region"] == {"startLine": 2, "startColumn": 10}
    assert "locations" not in run["results"][3]


def test_sarif_of_a_finding_without_a_line_names_the_file_alone() -> None:
    log = json.loads(sarif(report(finding(line=None, column=None)), (), "1.2.3"))
    require_sarif(log)
    (result,) = log["runs"][0]["results"]

    assert "region" not in result["locations"][0]["physicalLocation"]
    assert "ruleIndex" not in result


def test_junit_fails_a_case_for_each_error_and_warning() -> None:
    root = fromstring(junit(ALL))  # noqa: S314 - our own document
    (suite,) = root

    assert (suite.get("tests"), suite.get("failures")) == ("4", "3")
    assert len(suite.findall("testcase/failure")) == 3
    assert len(suite.findall("testcase/system-out")) == 1
    assert suite[0].get("classname") == "my templates/alarm/nb/sms.txt"


def test_junit_of_nothing_is_one_case_that_passed() -> None:
    (suite,) = fromstring(junit(Report((), 1)))  # noqa: S314 - our own document

    assert (suite.get("tests"), suite.get("failures"), len(suite)) == ("1", "0", 1)


def test_what_is_found_is_a_value() -> None:
    assert isinstance(ALL.found[0], Found)
    assert len(set(map(str, ALL.found))) == 4
