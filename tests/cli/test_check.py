"""``straks check``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.cli import baseline, checking
from straks.cli.check import FORMATS
from straks.cli.checking import roots_of
from straks.cli.mending import difference, mend, write_whole
from straks.errors import InvalidSetting
from straks.loading import seen, shipped_folder
from straks.policy.rule import Fix
from straks.policy.sweep import template_that_cannot_be_read

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

MANIFEST = '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 3600\n'
POLICY = 'languages = ["nb"]\nselect = ["SMS", "IGN"]\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "straks.toml").write_text(POLICY, "utf-8")
    monkeypatch.chdir(tmp_path)


def make(name: str, text: str | bytes, manifest: str = MANIFEST) -> Path:
    """Write a template with this SMS, and return the file of that."""
    file = Path("templates") / name / "nb" / "sms.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    (file.parents[1] / "template.toml").write_text(manifest, "utf-8")
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def found(result: Result) -> list[dict[str, Any]]:
    documents: list[dict[str, Any]] = json.loads(result.stdout)
    return documents


def test_the_shipped_templates_are_clean(cli: Callable[..., Result]) -> None:
    Path("straks.toml").unlink()
    result = cli("check")

    assert result.exit_code == 0
    assert result.stdout == "5 templates checked, nothing found\n"


def test_a_finding_is_shown_at_its_line_and_ends_with_1(cli: Callable[..., Result]) -> None:
    make("one", "Hei\nKoden er «hemmelig».\n")
    result = cli("check")

    assert result.exit_code == 1
    assert "warning[SMS102]" in result.stdout
    assert f"{Path('templates/one/nb/sms.txt')}:2:10" in result.stdout
    assert "1 template checked: 2 warnings" in result.stdout


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_both_nothing_and_something(cli: Callable[..., Result], form: str) -> None:
    file = make("one", "Hei\n")
    clean = cli("check", "--format", form)
    file.write_text("«Hei»\n", "utf-8")
    other = cli("check", "--format", form)

    assert (clean.exit_code, other.exit_code) == (0, 1)
    assert "SMS102" not in clean.stdout
    assert "SMS102" in other.stdout


def test_json_is_asked_for_as_everywhere_else(cli: Callable[..., Result]) -> None:
    make("one", "Hei\nKoden er «hemmelig».\n")

    assert cli("check", "--json").stdout == cli("check", "--format", "json").stdout != ""


def test_a_template_that_cannot_be_read_does_not_stop_the_others(cli: Callable[..., Result]) -> None:
    make("broken", "Hei\n{{ navn }}\n")
    make("latin", b"Hei\n\xe6\n")
    make("manifest", "Hei\n", manifest="[template")
    make("one", "«Hei»\n")
    result = cli("check", "--format", "json")
    told = {(each["template"], each["code"], each["line"]) for each in found(result)}

    assert result.exit_code == 2
    assert told >= {("broken", "TPL001", 2), ("one", "SMS102", 1)}
    assert [each["file"] for each in found(result) if each["code"] == "TPL001"] == [
        str(Path("templates") / place)
        for place in ("broken/nb/sms.txt", "latin/nb/sms.txt", "manifest/template.toml")
    ]
    assert not any(each["message"].startswith(each["file"] or "?") for each in found(result))


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("Hei {{ nam }}", 8),
        ("Hei {{ name }}{# nam #} og {{ nam }}", 31),
        ("Hei {% for x in range(3) %}{{ x }}{% endfor %}", 5),
        ("Hei {{ name }", 5),
        ("Hei {{ name }} {{ name | upp }}", 16),
        ("Hei {{ name }} {{ name.first }}", None),
        ("Hei {{ nam }} {{ nam }}", None),
        ("{% if name %}Hei {{ name }}", None),
        ("Hei\x01 {{ name }}", None),
        ("Hei {{ nam\xe6", None),
    ],
)
def test_the_caret_of_a_broken_template_is_below_its_name_or_tag_or_nowhere(
    cli: Callable[..., Result], text: str, column: int | None
) -> None:
    parameter = '[parameters.name]\nkind = "name"\nmax-length = 9\nexample = "Kari"\n'
    make("one", text.encode("latin-1"), MANIFEST + parameter)
    (told,) = found(cli("check", "--format", "json"))
    carets = [line for line in cli("check").stdout.splitlines() if line.strip(" |") == "^"]

    assert (told["code"], told["line"], told["column"]) == ("TPL001", 1, column)
    assert carets == ([] if column is None else [f"  | {' ' * (column - 1)}^"])


def test_the_rule_about_broken_templates_looks_at_nothing_itself() -> None:
    assert [*template_that_cannot_be_read.check(None)] == []


def test_a_broken_shared_file_is_said_once(cli: Callable[..., Result]) -> None:
    make("one", "Hei\n")
    make("two", "Hei\n")
    Path("templates/_layout").mkdir()
    Path("templates/_layout/email.html").write_text("<p>{% if %}</p>", "utf-8")
    result = cli("check", "--format", "json")

    assert result.exit_code == 2
    assert [(each["code"], each["file"]) for each in found(result)] == [
        ("TPL001", str(Path("templates/_layout/email.html")))
    ]


def test_a_place_in_the_shipped_layout_is_that_of_the_shipped_file() -> None:
    make("one", "Hei\n")
    (root,) = roots_of([])

    assert root.file_of("_layout/email.html") == str(shipped_folder() / "_layout" / "email.html")
    assert root.source_of("_layout/email.html").startswith("<!doctype html>")
    assert root.source_of("no/such.txt") == ""


def test_one_template_or_a_file_in_it_can_be_checked_by_itself(cli: Callable[..., Result]) -> None:
    make("one", "«Hei»\n")
    file = make("two", "Hei\n")

    assert cli("check", str(file)).exit_code == 0
    assert cli("check", "templates/two").exit_code == 0
    assert cli("check", "templates/two", "templates/one").exit_code == 1
    assert "2 templates checked" in cli("check", str(file), "templates", "templates/one").stdout


def test_folders_of_templates_are_found_below_each_with_its_own_policy(cli: Callable[..., Result]) -> None:
    for department, policy in (("north", 'select = ["SMS107"]\n'), ("south", POLICY)):
        file = make("one", "«Hei»\n")
        folder = Path("departments", department)
        folder.mkdir(parents=True)
        file.parents[2].rename(folder / "templates")
        (folder / "straks.toml").write_text(policy, "utf-8")
    hidden = Path("departments/.old/templates/one")
    hidden.mkdir(parents=True)
    (hidden / "template.toml").write_text(MANIFEST, "utf-8")

    result = cli("check", "departments", "--format", "json")

    assert {each["file"] for each in found(result)} == {
        str(Path("departments/south/templates/one/nb/sms.txt"))
    }


def test_select_and_ignore_take_codes_and_prefixes(cli: Callable[..., Result]) -> None:
    make("one", "«Hei» \n")

    def codes(*options: str) -> set[str]:
        return {each["code"] for each in found(cli("check", "--format", "json", *options))}

    assert codes() == {"SMS102", "SMS107"}
    assert codes("--select", "sms107") == {"SMS107"}
    assert codes("--ignore", "SMS107,SMS101") == {"SMS102"}
    assert codes("--ignore", "SMS", "--ignore", "IGN") == set()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--select", "SMS9"), "there is no rule 'SMS9'"),
        (("--write-baseline",), "--write-baseline needs --baseline"),
        (("--unsafe-fixes",), "--unsafe-fixes needs --fix or --diff"),
        (("--baseline", "none.json"), "No such file"),
        (("--baseline", "templates/one/nb/sms.txt"), "is no baseline"),
        (("--baseline", "bytes"), "is no baseline"),
        (("nowhere",), "does not exist"),
        (("empty",), "holds no template"),
        (("straks.toml",), "is in no template"),
    ],
)
def test_what_cannot_be_used_ends_with_2(
    cli: Callable[..., Result], arguments: tuple[str, ...], said: str
) -> None:
    make("one", "Hei\n")
    Path("empty").mkdir()
    Path("bytes").write_bytes(b"\xff")
    result = cli("check", *arguments)

    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_the_policy_is_the_nearest(cli: Callable[..., Result]) -> None:
    make("one", "«Hei»\n")
    Path("pyproject.toml").write_text('[tool.straks]\nselect = ["SMS107"]\n', "utf-8")
    beside = cli("check").exit_code
    Path("templates/pyproject.toml").write_text("tool = 5\n", "utf-8")
    odd = cli("check").exit_code
    Path("templates/pyproject.toml").write_text("[tool.other]\n", "utf-8")
    passed_over = cli("check").exit_code
    Path("templates/pyproject.toml").write_text('[tool.straks]\nselect = ["SMS107"]\n', "utf-8")
    nearer = cli("check").exit_code

    assert (beside, odd, passed_over, nearer) == (1, 1, 1, 0)


def test_the_shipped_templates_are_held_against_the_policy_of_who_checks_them(
    cli: Callable[..., Result],
) -> None:
    Path("straks.toml").write_text('login-host = "login.example.org"\n', "utf-8")
    held = cli("check", "--select", "BND307")
    Path("straks.toml").write_text('login-hosst = "login.example.org"\n', "utf-8")
    misspelt = cli("check")

    assert (held.exit_code, held.stdout.count("[BND307]")) == (1, 3)
    assert misspelt.exit_code == 2
    assert "unknown key 'login-hosst'; did you mean 'login-host'?" in misspelt.stderr


def test_a_file_that_templates_share_stands_for_all_of_them(cli: Callable[..., Result]) -> None:
    make("one", '{% include "_parts/a.txt" %}')
    make("two", '{% include "_parts/a.txt" %}')
    Path("templates/_parts").mkdir()
    Path("templates/_parts/a.txt").write_text("«Hei»\n", "utf-8")

    for path in ("templates/_parts/a.txt", "templates/_parts"):
        result = cli("check", path)
        assert result.exit_code == 1
        assert "2 templates checked" in result.stdout


def test_a_rule_is_selected_by_its_name_too(cli: Callable[..., Result]) -> None:
    make("one", "«Hei» \n")
    result = cli("check", "--format", "json", "--select", "loose-white-space")

    assert [each["code"] for each in found(result)] == ["SMS107"]


def test_a_finding_about_the_policy_stands_in_its_file(cli: Callable[..., Result]) -> None:
    make("one", "Hei\n")
    Path("straks.toml").write_text('languages = ["nb"]\nselect = ["SND"]\nsenders = ["NO"]\n', "utf-8")
    result = cli("check", "--format", "sarif")
    (told,) = json.loads(result.stdout)["runs"][0]["results"]

    assert told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "straks.toml"
    assert "--> straks.toml\n" in cli("check").stdout


def test_a_finding_in_a_manifest_is_ignored_where_it_stands(cli: Callable[..., Result]) -> None:
    parameter = '[parameters.name]\nkind = "name"\nmax-length = 9\nexample = "Kari"\n'
    make("one", "Hei {{ name }}\n", MANIFEST + parameter)
    found_there = cli("check", "--select", "SMS103")
    make("one", "Hei {{ name }}\n", f"{MANIFEST}# straks: ignore[SMS103] names need any letter\n{parameter}")
    ignored = cli("check", "--select", "SMS103,IGN")

    assert (found_there.exit_code, ignored.exit_code) == (1, 0)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("straks.toml", b'select = ["SMS", "SMZ101"]', "there is no rule 'SMZ101'; did you mean SMS101?"),
        ("straks.toml", b'[ignore]\nXYZ = "why"', "there is no rule 'XYZ'; straks rules lists them all"),
        ("pyproject.toml", b"tool = 5\n[" + b"[" * 90_000, "is not valid TOML"),
        ("straks.toml", b'selct = ["SMS"]', "did you mean 'select'"),
        ("pyproject.toml", b"[tool", "is not valid TOML"),
        ("straks.toml", b"\xff", "is not UTF-8"),
    ],
)
def test_a_policy_that_cannot_be_read_ends_with_2(
    cli: Callable[..., Result], name: str, text: bytes, said: str
) -> None:
    make("one", "Hei\n")
    Path("templates", name).write_bytes(text)
    result = cli("check")

    assert result.exit_code == 2
    assert said in result.stderr


# --- fixes ------------------------------------------------------------------------------------


def test_fixing_mends_what_nobody_notices_and_leaves_the_rest(cli: Callable[..., Result]) -> None:
    file = make("one", "Ga\u030a na\u030a  \n«Hei»\n\n")
    file.chmod(0o640)
    first = cli("check", "--fix", "--format", "json")
    text = file.read_text("utf-8")
    second = cli("check", "--fix", "--format", "json")

    assert text.startswith("Gå nå\n«Hei»")
    assert {each["code"] for each in found(first)} == {"SMS102"}
    assert "mended" in first.stderr
    assert second.stdout == first.stdout
    assert second.stderr == ""
    assert file.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in file.parent.iterdir()] == ["sms.txt"]


def test_unsafe_fixes_are_asked_for(cli: Callable[..., Result]) -> None:
    file = make("one", "«Hei»\n")
    result = cli("check", "--fix", "--unsafe-fixes")

    assert result.exit_code == 0
    assert file.read_text("utf-8") == '"Hei"\n'


def test_fixes_that_go_round_in_circles_come_to_an_end(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_MOST_PASSES", 1)
    file = make("one", "Hei  \n")

    assert cli("check", "--fix").exit_code == 0
    assert file.read_text("utf-8") == "Hei\n"


def test_a_diff_shows_what_would_change_and_changes_nothing(cli: Callable[..., Result]) -> None:
    file = make("one", "Hei  \ndu\n")
    result = cli("check", "--diff")
    file.write_text("Hei\ndu\n", "utf-8")
    clean = cli("check", "--diff")

    assert result.exit_code == 1
    name = Path("templates/one/nb/sms.txt")
    assert result.stdout.splitlines()[:2] == [f"--- {name}", f"+++ {name}"]
    assert "-Hei  \n+Hei\n" in result.stdout
    assert (clean.exit_code, clean.stdout) == (0, "")


def test_a_diff_where_something_cannot_be_read_ends_with_2(cli: Callable[..., Result]) -> None:
    file = make("one", b"\xff")
    result = cli("check", "--diff")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: {file}:1")
    assert "is not UTF-8; save it as UTF-8" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_diff_of_one_template_ends_as_its_check_whatever_lies_beside_it(cli: Callable[..., Result]) -> None:
    make("one", "Hei\n")
    make("latin", b"Hei\n\xe6\n")
    make("broken", "Hei\n{{ navn }}\n")
    clean, broken = cli("check", "templates/one", "--diff"), cli("check", "templates/broken", "--diff")

    assert (clean.exit_code, clean.stdout, clean.stderr) == (0, "", "")
    assert broken.exit_code == cli("check", "templates/broken").exit_code == 2
    assert "navn" in broken.stderr
    assert "latin" not in broken.stderr


def test_windows_line_ends_and_a_byte_order_mark_stay(cli: Callable[..., Result]) -> None:
    file = make("one", b"\xef\xbb\xbfHei  \r\ndu\r\n")
    cli("check", "--fix")

    assert file.read_bytes() == b"\xef\xbb\xbfHei\r\ndu\r\n"


def test_a_line_end_is_taken_whole_and_put_in_where_it_belongs() -> None:
    assert mend("a\r\nb", [Fix("x", 1, 2, "")]) == "ab"
    assert mend("\ufeffab", [Fix("x", 0, 0, "-"), Fix("x", 2, 2, "+")]) == "\ufeff-ab+"


def test_a_diff_says_where_a_last_line_has_no_end() -> None:
    assert difference("a", "x", "y").endswith(
        "-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n"
    )


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("before", "utf-8")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "\ud800")

    assert file.read_text("utf-8") == "before"
    assert not list(tmp_path.glob(".a.*"))


FIXES = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from(["", "x", "yy"])).map(
        lambda three: Fix("f", min(three[:2]), max(three[:2]), three[2])
    ),
    max_size=6,
)


@given(st.text("ab\n", max_size=12), FIXES)
def test_fixes_never_overlap_and_touch_nothing_else(text: str, fixes: list[Fix]) -> None:
    fitting = [fix for fix in fixes if fix.end <= len(text)]
    applied: list[Fix] = []
    for fix in sorted(fitting, key=lambda fix: (fix.start, fix.end)):
        last = applied[-1] if applied else None
        if last is None or (fix.start >= last.end and not fix.start == fix.end == last.end):
            applied.append(fix)
    wanted = text
    for fix in reversed(applied):
        wanted = wanted[: fix.start] + fix.text + wanted[fix.end :]
    windows = "\ufeff" + text.replace("\n", "\r\n")

    assert mend(text, fitting) == wanted
    assert mend(windows, fitting) == "\ufeff" + wanted.replace("\n", "\r\n")
    assert seen(windows) == text


# --- baseline ---------------------------------------------------------------------------------


def test_a_baseline_hides_what_it_knows_and_says_what_is_gone(cli: Callable[..., Result]) -> None:
    file = make("one", "«Hei»\n")
    written = cli("check", "--baseline", "known.json", "--write-baseline")
    hidden = cli("check", "--baseline", "known.json")
    file.write_text("En ny linje\n«Hei»\n", "utf-8")
    moved = cli("check", "--baseline", "known.json")
    file.write_text("«Hei»\n…\n", "utf-8")
    new = cli("check", "--baseline", "known.json", "--format", "json")
    file.write_text("Hei\n", "utf-8")
    gone = cli("check", "--baseline", "known.json")

    assert (written.exit_code, hidden.exit_code, moved.exit_code) == (0, 0, 0)
    assert "known.json: 2 findings written" in written.stderr
    assert [each["line"] for each in found(new)] == [2]
    assert gone.exit_code == 0
    assert gone.stderr.count("no longer found, so take it out of the baseline: SMS102 in one/nb/sms.txt") == 2


def test_a_check_of_some_leaves_alone_what_is_known_of_the_others(cli: Callable[..., Result]) -> None:
    make("one", "«Hei»\n")
    file = make("two", "Hei…  \n")
    cli("check", "--baseline", "known.json", "--write-baseline")
    whole = json.loads(Path("known.json").read_text("utf-8"))
    part = cli("check", "templates/two", "--baseline", "known.json")
    rule = cli("check", "--select", "SMS107", "--baseline", "known.json")
    file.write_text("Hei…\n", "utf-8")
    mended = cli("check", "templates/two", "--baseline", "known.json")
    cli("check", "templates/two", "--baseline", "known.json", "--write-baseline")
    after = json.loads(Path("known.json").read_text("utf-8"))["findings"]

    assert (part.exit_code, part.stderr, rule.exit_code, rule.stderr) == (0, "", 0, "")
    assert mended.stderr.splitlines() == [
        "no longer found, so take it out of the baseline: SMS107 in two/nb/sms.txt"
    ]
    assert after == {mark: each for mark, each in whole["findings"].items() if each["code"] != "SMS107"}


def test_a_baseline_is_never_written_over_what_is_none(cli: Callable[..., Result]) -> None:
    file = make("one", "«Hei»\n")
    result = cli("check", "--baseline", str(file), "--write-baseline")

    assert result.exit_code == 2
    assert "is no baseline" in result.stderr
    assert file.read_text("utf-8") == "«Hei»\n"


def test_what_cannot_be_read_is_in_no_baseline(cli: Callable[..., Result]) -> None:
    make("one", b"\xff")
    written = cli("check", "--baseline", "known.json", "--write-baseline")

    assert written.exit_code == 2
    assert json.loads(Path("known.json").read_text("utf-8"))["findings"] == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2, "findings": {}}', '{"version": 1, "findings": {"a": 1}}']
)
def test_what_is_no_baseline_is_refused(text: str) -> None:
    with pytest.raises(InvalidSetting, match=r"known\.json is no baseline"):
        baseline.read(text, "known.json")
