"""``straks diff``."""

from __future__ import annotations

import html
import json
import os
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from straks.cli.comparing import Change, Comparison, Differing
from straks.cli.comparison_markdown import as_markdown, span
from straks.cli.comparison_text import as_text, difference

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result
    from rich.text import Text

MANIFEST = """\
[template]
purpose = "notice"
repeat = "harmful"
time-to-live = 3600

[parameters.place]
kind = "text"
max-length = 30
alphabet = "gsm-7"
example = "Biblioteket"
"""
FILES = {
    "_parts/greeting.txt": "Hilsen oss",
    "parcel/template.toml": MANIFEST,
    "parcel/nb/sms.txt": "Pakken er på {{ place }}.\n",
    "parcel/nn/sms.txt": "Pakken er på {{ place }}.\n",
    "parcel/nb/subject.txt": "Pakke\n",
    "parcel/nb/email.html": "<p>Pakken er på {{ place }}.</p>\n<p>Hent den.</p>\n",
    "letter/template.toml": MANIFEST,
    "letter/nb/sms.txt": 'Brev på {{ place }}. {% include "_parts/greeting.txt" %}',
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "straks.toml").write_text('languages = ["nb"]\nselect = ["SMS"]\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    lay("old")
    lay("new")


def lay(folder: str) -> None:
    for path, text in FILES.items():
        put(folder, path, text)


def put(folder: str, path: str, text: str) -> None:
    file = Path(folder) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def told(result: Result) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in json.loads(result.stdout)["templates"]}


def changes(some: list[dict[str, str | None]]) -> dict[str | None, tuple[str | None, str | None]]:
    return {each["what"]: (each["before"], each["after"]) for each in some}


# --- what differs ---------------------------------------------------------------------------------


def test_the_same_templates_differ_in_nothing(cli: Callable[..., Result]) -> None:
    result = cli("diff", "old", "new")

    assert (result.exit_code, result.stdout) == (0, "nothing differs\n")


def test_a_comment_is_no_difference(cli: Callable[..., Result]) -> None:
    put("new", "parcel/nb/sms.txt", "{# a comment #}\nPakken er på {{ place }}.\n")
    put("new", "parcel/template.toml", "# a comment\n" + MANIFEST)

    assert cli("diff", "old", "new").exit_code == 0


def test_templates_that_came_and_went_are_named(cli: Callable[..., Result]) -> None:
    shutil.rmtree("new/letter")
    shutil.copytree("old/parcel", "new/packet")
    result = cli("diff", "old", "new", "--json")
    found = told(result)

    assert result.exit_code == 1
    assert {name: each["status"] for name, each in found.items()} == {"letter": "removed", "packet": "added"}
    assert changes(found["packet"]["manifest"])["parameters.place"] == (
        None,
        "text: at most 30 characters that GSM-7 has",
    )
    assert changes(found["packet"]["texts"])["nb SMS"] == (None, "Pakken er på Biblioteket.")
    assert "nb HTML" not in changes(found["packet"]["texts"])


def test_parameters_that_came_went_and_changed_say_which_bound(cli: Callable[..., Result]) -> None:
    put(
        "new",
        "parcel/template.toml",
        MANIFEST.replace("3600", "7200").replace("max-length = 30", "max-length = 60\npersonal = true")
        + '[parameters.days]\nkind = "integer"\nmin = 1\nmax = 5\nexample = 2\noptional = true\n',
    )
    put(
        "old",
        "parcel/template.toml",
        MANIFEST + '[parameters.old]\nkind = "code"\nlength = 4\nexample = "1234"\n',
    )
    found = changes(told(cli("diff", "old", "new", "--json"))["parcel"]["manifest"])

    assert found == {
        "time-to-live": ("1 h", "2 h"),
        "parameters.place.max-length": ("30", "60"),
        "parameters.place.personal": (None, "yes"),
        "parameters.old": ("code: exactly 4 digits 0-9, as text; secret", None),
        "parameters.days": (None, "integer: a whole number, 1 to 5; optional"),
    }


def test_a_kind_that_holds_others_is_compared_to_its_depth(cli: Callable[..., Result]) -> None:
    lists = (
        MANIFEST + '[parameters.days]\nkind = "list"\nmax-items = {}\nexample = ["a"]\n'
        'of = {{ kind = "text", max-length = {} }}\n'
    )
    choice = (
        '[parameters.what]\nkind = "choice"\nexample = "a"\n'
        '[parameters.what.choices]\na = {{ nb = "{}", nn = "a", en = "a" }}\n'
    )
    put("old", "parcel/template.toml", (lists + choice).format(2, 3, "a"))
    put("new", "parcel/template.toml", (lists + choice).format(4, 5, "å"))
    found = changes(told(cli("diff", "old", "new", "--json"))["parcel"]["manifest"])

    assert found == {
        "parameters.days.max-items": ("2", "4"),
        "parameters.days.of.max-length": ("3", "5"),
        "parameters.what.words.a.nb": ("a", "å"),
    }


def test_worst_cases_stand_before_and_after(cli: Callable[..., Result]) -> None:
    put("new", "parcel/template.toml", MANIFEST.replace("max-length = 30", "max-length = 200"))
    found = changes(told(cli("diff", "old", "new", "--json"))["parcel"]["worst"])

    assert found["nb SMS"] == (
        "1 segment, 74 units of GSM-7, 86 to spare",
        "3 segments, 414 units of GSM-7, 44 to spare",
    )
    assert set(found) == {"nb SMS", "nn SMS", "nb e-mail"}


def test_what_lost_its_bound_says_why(cli: Callable[..., Result]) -> None:
    put("new", "letter/nb/sms.txt", "{{ place|replace('a', place) }}Hei")
    before, after = changes(told(cli("diff", "old", "new", "--json"))["letter"]["worst"])["nb SMS"]

    assert str(before).startswith("1 segment")
    assert str(after).startswith("unbounded: letter/nb/sms.txt, line 1: ")


def test_findings_are_new_or_fixed_wherever_their_lines_went(cli: Callable[..., Result]) -> None:
    put("old", "parcel/nb/sms.txt", "«Pakken»\nEn linje.\n")
    put("new", "parcel/nb/sms.txt", "En linje.\nEn til.\n«Pakken»\nOg 10–11.\n")
    put("old", "letter/nb/sms.txt", "Brev…\n")
    put("new", "letter/nb/sms.txt", "Brev.\n")
    found = told(cli("diff", "old", "new", "--json"))

    assert [(each["code"], each["line"]) for each in found["parcel"]["findings_new"]] == [("SMS102", 4)]
    assert found["parcel"]["findings_fixed"] == []
    assert [each["code"] for each in found["letter"]["findings_fixed"]] == ["SMS102"]


def test_both_sides_are_held_against_the_policy_of_the_new(cli: Callable[..., Result]) -> None:
    put("old", "parcel/nb/sms.txt", "«Pakken»\n")
    put("new", "parcel/nb/sms.txt", "«Pakken» er her\n")
    put("new", "straks.toml", 'select = ["SMS101"]\n')
    found = told(cli("diff", "old", "new", "--json"))["parcel"]

    assert (found["findings_new"], found["findings_fixed"]) == ([], [])


def test_a_shared_part_that_changed_changes_what_draws_on_it_and_nothing_else(
    cli: Callable[..., Result],
) -> None:
    put("new", "_parts/greeting.txt", "Helsing oss")
    found = told(cli("diff", "old", "new", "--json"))

    assert list(found) == ["letter"]
    assert changes(found["letter"]["texts"]) == {
        "nb SMS": ("Brev på Biblioteket. Hilsen oss", "Brev på Biblioteket. Helsing oss")
    }


def test_html_is_shown_only_where_its_text_stays_the_same(cli: Callable[..., Result]) -> None:
    put("new", "parcel/nb/email.html", "<p>Pakken er på <b>{{ place }}</b>.</p>\n<p>Hent den.</p>\n")
    emphasis = changes(told(cli("diff", "old", "new", "--json"))["parcel"]["texts"])
    put("new", "parcel/nb/email.html", "<p>Pakken er på {{ place }}.</p>\n<p>Hent den nå.</p>\n")
    wording = changes(told(cli("diff", "old", "new", "--json"))["parcel"]["texts"])

    assert list(emphasis) == ["nb HTML"]
    assert list(wording) == ["nb e-mail"]


def test_a_text_that_cannot_be_filled_says_so(cli: Callable[..., Result]) -> None:
    put("new", "letter/nb/sms.txt", '{% if place == "x" %}Hei{% endif %}')
    _, after = changes(told(cli("diff", "old", "new", "--json"))["letter"]["texts"])["nb SMS"]

    assert str(after).startswith("(letter/nb/sms.txt: comes out empty")


@pytest.mark.parametrize("side", ["old", "new"])
def test_what_cannot_be_read_ends_with_2_names_its_side_and_the_rest_is_compared(
    cli: Callable[..., Result], side: str
) -> None:
    put(side, "letter/nb/sms.txt", "{{ navn }}")
    put("new", "parcel/nb/sms.txt", "Pakka er på {{ place }}.\n")
    result = cli("diff", "old", "new", "--json")

    assert result.exit_code == 2
    assert list(told(result)) == ["parcel"]
    assert f"Error: {side}: letter/nb/sms.txt, line 1: uses 'navn'" in result.stderr


def test_a_text_of_more_segments_than_there_can_be_is_compared_with_what_it_would_need(
    cli: Callable[..., Result],
) -> None:
    put("new", "letter/nb/sms.txt", "Hei på deg. " * 10_000)
    result = cli("diff", "old", "new", "--json")
    _, after = changes(told(result)["letter"]["worst"])["nb SMS"]

    assert result.exit_code == 1
    assert str(after).startswith("785 segments")


@pytest.mark.parametrize("side", ["old", "new"])
def test_a_broken_shared_part_makes_nothing_look_removed(cli: Callable[..., Result], side: str) -> None:
    put(side, "_parts/greeting.txt", "{% if %}")
    result = cli("diff", "old", "new", "--json")

    assert result.exit_code == 2
    assert told(result) == {}
    assert f"Error: {side}: _parts/greeting.txt, line 1: " in result.stderr


# --- how it is written ----------------------------------------------------------------------------


def test_for_a_terminal_words_are_marked_without_colours(cli: Callable[..., Result]) -> None:
    put("new", "parcel/nb/sms.txt", "Pakka di er på {{ place }}!\n")
    put("new", "parcel/template.toml", MANIFEST.replace("max-length = 30", "max-length = 20"))
    result = cli("diff", "old", "new")

    assert result.exit_code == 1
    assert "changed  parcel\n" in result.stdout
    assert "  parameters.place.max-length: 30 → 20\n" in result.stdout
    assert "    [-Pakken-]{+Pakka di+} er på Biblioteket[-.-]{+!+}\n" in result.stdout
    assert result.stdout.endswith("1 template changed\n")


def test_for_a_terminal_findings_stand_at_their_places(cli: Callable[..., Result]) -> None:
    put("old", "letter/nb/sms.txt", "Brev…\n")
    put("new", "letter/nb/sms.txt", "Brev.  \n")
    result = cli("diff", "old", "new")

    assert "  new: advice[SMS107] letter/nb/sms.txt:1:6 " in result.stdout
    assert "  fixed: warning[SMS102] letter/nb/sms.txt:1:5 " in result.stdout
    assert result.stdout.endswith("1 template changed, 1 finding new, 1 finding fixed\n")


@given(st.text("ab æ.,\n", max_size=30), st.text("ab æ.,\n", max_size=30))
def test_a_difference_shows_both_texts_whole_or_the_lines_that_changed(before: str, after: str) -> None:
    lines = [*difference(Change("nb SMS", before, after))]
    if "\n" in before + after:
        shown = {line.plain for line in lines}
        gone, come = ({*a.splitlines()} - {*b.splitlines()} for a, b in ((before, after), (after, before)))

        assert {f"-{line}" for line in gone} | {f"+{line}" for line in come} <= shown
        return
    (line,) = lines

    assert _without(line, "red") == after
    assert _without(line, "green") == before


def _without(line: Text, colour: str) -> str:
    """Return *line* without the parts of this colour, and those of the other without their marks."""
    places = sorted({0, len(line), *(place for part in line.spans for place in (part.start, part.end))})
    told = ""
    for begins, ends in pairwise(places):
        styles = [str(part.style) for part in line.spans if part.start <= begins < part.end]
        part = line.plain[begins:ends]
        if colour not in styles:
            told += part[2:-2] if styles else part
    return told


def test_a_long_text_is_compared_line_by_line() -> None:
    lines = [line.plain for line in difference(Change("nb e-mail", "a b " * 1_000, "a b " * 999 + "c"))]

    assert len(lines) == 2


def test_markdown_has_tables_and_texts_to_fold_out(cli: Callable[..., Result]) -> None:
    put("new", "parcel/nb/sms.txt", "Pakka di er på «{{ place }}».\n")
    put("new", "parcel/template.toml", MANIFEST.replace("max-length = 30", "max-length = 20"))
    result = cli("diff", "old", "new", "--format", "markdown")

    assert result.exit_code == 1
    assert result.stdout.startswith("### Templates: `old` → `new`\n\n1 template changed, 2 findings new.\n")
    assert "\n#### `parcel` changed\n" in result.stdout
    assert "\n| `parameters.place.max-length` | `30` | `20` |\n" in result.stdout
    assert "\n| new warning | `SMS102` | `parcel/nb/sms.txt:1:16` | `U+00AB LEFT" in result.stdout
    assert (
        "\n<details><summary>nb SMS</summary>\n\n```diff\n"
        "-Pakken er på Biblioteket.\n+Pakka di er på «Biblioteket».\n```\n\n</details>\n"
    ) in result.stdout


OURS = {
    "heading", "paragraph", "inline", "bullet_list", "list_item", "fence", "html_block",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
HOSTILE = (
    "`a` ``` | <img src=x onerror=alert(1)> </details> @everyone #1 [x](https://www.example.org) \u202e\\|"
)


@given(st.one_of(st.just(HOSTILE), st.text("`|<>\\@#*_[]()!&a \n-+~", max_size=40)))
def test_no_text_of_a_template_becomes_markdown(text: str) -> None:
    change = Change(text, text, text + "x")
    markdown = as_markdown(
        Comparison(
            text,
            text,
            (Differing(text, "changed", (change,), (change,), (Change("nb SMS", text, text + "x"),)),),
            (text,),
        )
    )
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    inline = [child for token in tokens for child in token.children or ()]
    folds = [token.content.strip() for token in tokens if token.type == "html_block"]

    assert {token.type.removesuffix("_open").removesuffix("_close") for token in tokens} <= OURS
    assert {child.type for child in inline} <= {"text", "text_special", "code_inline", "html_inline"}
    assert {child.content for child in inline if child.type == "html_inline"} <= {"<code>", "</code>"}
    assert set(folds) == {"<details><summary>nb SMS</summary>", "</details>"}
    assert sum(token.type == "fence" for token in tokens) == 1
    assert sum(token.type == "tr_open" for token in tokens) == 4
    assert sum(token.type in ("td_open", "th_open") for token in tokens) == 4 * 3


@given(st.text("`|\\a* \n", max_size=20))
def test_a_span_in_a_table_holds_its_text_and_ends_where_it_should(text: str) -> None:
    told = span(text)
    plain = " ".join(text.split())

    assert "|" not in told
    assert "\n" not in told
    if told.startswith("<code>"):
        assert html.unescape(told.removeprefix("<code>").removesuffix("</code>")) == plain
    elif told:
        assert told.strip("`") == plain


def test_a_comparison_too_long_for_a_comment_names_what_it_leaves_out() -> None:
    long = [
        Differing(f"t{n}", "changed", texts=(Change("nb SMS", "a\n" * 150, "b" * 300 + "\n" * 2),) * 20)
        for n in range(30)
    ]
    markdown = as_markdown(Comparison("old", "new", tuple(long), ()))

    assert len(markdown) < 65_536
    assert all(f"#### `t{n}` changed" in markdown for n in range(30))
    assert "It is too much to show here; `straks diff` shows it." in markdown


def test_a_text_of_very_many_lines_is_cut_in_markdown_and_says_so() -> None:
    change = Change("nb e-mail", None, "a\n" * 500)
    markdown = as_markdown(Comparison("old", "new", (Differing("t", "added", texts=(change,)),), ()))

    assert "… and 300 lines more\n```" in markdown


def test_what_went_from_a_template_is_told_as_gone_and_what_came_as_new() -> None:
    manifest = (
        Change("parameters.a", "text", None),
        Change("parameters.b", None, "name"),
        Change("purpose", "notice", "alert"),
    )
    differing = Differing("t", "changed", manifest, (), (Change("nb SMS", "Hei", None),))
    text = as_text(Comparison("old", "new", (differing,), ())).plain

    assert "  parameters.a is gone: text\n" in text
    assert "  parameters.b is new: name\n" in text
    assert "  purpose: notice → alert\n" in text
    assert "    -Hei\n" in text


# --- revisions ------------------------------------------------------------------------------------


def git(*arguments: str) -> None:
    subprocess.run(  # noqa: S603 - git, of a repository made here
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments],  # noqa: S607 - as the tests of the repository
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Templates in the branch main, one SMS otherwise in work, and once more otherwise where it lies."""
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git("init", "--quiet", "--initial-branch=main")
    lay("texts/templates")
    put(".", "straks.toml", 'languages = ["nb"]\nselect = ["SMS"]\n')
    commit()
    git("checkout", "--quiet", "-b", "work")
    put("texts/templates", "parcel/nb/sms.txt", "Pakka er «på» {{ place }}.\n")
    commit()
    put("texts/templates", "parcel/nb/sms.txt", "Pakka ligg på {{ place }}.\n")
    return folder


def commit() -> None:
    git("add", "--all")
    git("commit", "--quiet", "--message=x")


@pytest.mark.parametrize(
    "arguments",
    [
        ("main:texts/templates", "work:texts/templates"),
        ("main:texts/templates/", "work"),
        ("main", "HEAD:texts/templates"),
        ("main", "HEAD", "--", "texts/templates"),
        ("main", "work", "./texts/../texts/templates"),
        ("HEAD^", "work~0", "texts/templates"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_two_revisions_are_compared(cli: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    result = cli("diff", "--json", *arguments)
    found = told(result)

    assert result.exit_code == 1
    assert changes(found["parcel"]["texts"]) == {
        "nb SMS": ("Pakken er på Biblioteket.", "Pakka er «på» Biblioteket.")
    }
    assert [each["code"] for each in found["parcel"]["findings_new"]] == ["SMS102", "SMS102"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("main", "texts/templates"),
        ("main:texts/templates", "texts/templates"),
        ("main", "{here}/texts/templates"),
    ],
)
def test_a_revision_is_compared_with_what_lies_here(
    cli: Callable[..., Result], repository: Path, arguments: tuple[str, ...]
) -> None:
    result = cli("diff", *(each.format(here=repository) for each in arguments), "--json")

    assert changes(told(result)["parcel"]["texts"])["nb SMS"] == (
        "Pakken er på Biblioteket.",
        "Pakka ligg på Biblioteket.",
    )


@pytest.mark.parametrize(
    "arguments",
    [("main", "."), ("main", "work", "."), ("main:./", "work"), ("main:.", "work"), ("main", "../templates")],
)
def test_a_folder_is_seen_from_where_one_stands(
    cli: Callable[..., Result], repository: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(repository / "texts/templates")
    result = cli("diff", *arguments, "--json")

    assert result.exit_code == 1
    assert list(told(result)) == ["parcel"]


def test_the_folder_of_templates_may_be_the_whole_repository(
    cli: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path / "old")
    git("init", "--quiet", "--initial-branch=main")
    commit()
    put(".", "letter/nb/sms.txt", "Brev.\n")
    commit()

    assert list(told(cli("diff", "HEAD^", "HEAD", ".", "--json"))) == ["letter"]
    assert list(told(cli("diff", "HEAD^:", "HEAD", "--json"))) == ["letter"]


def test_a_bare_repository_will_do(
    cli: Callable[..., Result], repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("clone", "--quiet", "--bare", str(repository), str(tmp_path / "bare"))
    monkeypatch.chdir(tmp_path / "bare")
    result = cli("diff", "--json", "main", "work", "--", "texts/templates")

    assert result.exit_code == 1
    assert list(told(result)) == ["parcel"]


def test_the_policy_of_a_revision_is_the_nearest_in_it(cli: Callable[..., Result], repository: Path) -> None:
    put("texts", "straks.toml", 'languages = ["nb"]\nselect = ["SMS101"]\n')
    commit()
    before = told(cli("diff", "HEAD^^", "HEAD^", "texts/templates", "--json"))["parcel"]["findings_new"]
    git("checkout", "--quiet", "main")
    put("texts", "pyproject.toml", "[tool.straks]\nselct = []\n")
    commit()
    broken = cli("diff", "work", "main", "texts/templates")

    assert repository.is_dir()
    assert [each["code"] for each in before] == ["SMS102", "SMS102"]
    assert broken.exit_code == 2
    assert "texts/pyproject.toml: unknown key 'selct'; did you mean 'select'?" in broken.stderr


@pytest.mark.usefixtures("repository")
def test_what_is_committed_is_whatever_somebody_committed(cli: Callable[..., Result]) -> None:
    Path("texts/templates/parcel/en").mkdir()
    Path("texts/templates/parcel/en/sms.txt").symlink_to("../nb/sms.txt")
    Path("texts/templates/parcel/README").symlink_to("nowhere")
    put("texts/templates", "letter/en/sms.txt", "a" * 200_001)
    Path("texts/templates/letter/nn").mkdir()
    Path("texts/templates/letter/nn/sms.txt").write_bytes(b"Hei\n\xe5")
    put("texts/templates", "packet/template.toml", MANIFEST)
    put("texts/templates", "packet/nb/sms.txt", "En pakke på {{ place }}.\r\n")
    put("texts/templates", "packet/.hidden/x.txt", "Hei")
    put("texts/templates", "packet/notes.md", "Hei")
    put("texts/templates", "top.txt", "Hei")
    commit()
    result = cli("diff", "main", "HEAD", "texts/templates", "--json")
    lines = result.stderr.splitlines()

    assert result.exit_code == 2
    assert list(told(result)) == ["packet"]
    assert len(lines) == 4
    assert any("parcel/en/sms.txt: is a link, which is not followed" in line for line in lines)
    assert any("letter/en/sms.txt: is over 200000 bytes" in line for line in lines)
    assert any("letter/nn/sms.txt, line 2: is not UTF-8" in line for line in lines)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("main", "work"), "there is no folder main, and none work; name two folders, or revisions"),
        (("nope", "work", "texts/templates"), "there is no folder and no git revision 'nope'"),
        (("main", "work", "nope"), "there is no folder 'nope' in main"),
        (("main", "work", "straks.toml"), "there is no folder 'straks.toml' in main"),
        (("main", "work", "texts"), None),
        (("main", "work", "texts/templates/parcel"), "main:texts/templates/parcel holds no template"),
        (("main:texts", "work", "texts"), "main:texts names a folder of its own"),
        (("main", "work", "../.."), "is outside of this git repository"),
        (("--", "--help", "work", "texts/templates"), "no git revision '--help'"),
        (("main\n", "work", "texts/templates"), "no git revision"),
        (("old", "nowhere:x"), "no git revision 'nowhere'"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_a_revision_or_folder_that_is_not_there_is_an_error_in_one_line(
    cli: Callable[..., Result], arguments: tuple[str, ...], said: str | None
) -> None:
    lay("old")
    result = cli("diff", *arguments)

    assert result.exit_code == 2
    if said is not None:
        assert said in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("new", "nowhere"), ("nowhere", "new"), ("nowhere", "new", "new")])
def test_where_neither_a_folder_nor_a_repository_is_one_sentence_says_both(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    result = cli("diff", *arguments)

    assert result.exit_code == 2
    assert "there is no folder nowhere, and here is no git repository to have a revision" in result.stderr
    assert "fatal" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_folders_named_as_revisions_without_a_repository_are_told_what_git_says(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    result = cli("diff", "new", "new", "new")

    assert result.exit_code == 2
    assert "git cannot be asked here: fatal: not a git repository" in result.stderr


def test_without_git_two_folders_are_compared_and_a_revision_is_an_error(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    folders, revision = cli("diff", "old", "new"), cli("diff", "main", "new")

    assert folders.exit_code == 0
    assert revision.exit_code == 2
    assert "git is not installed" in revision.stderr
