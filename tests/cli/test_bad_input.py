"""
What somebody may leave in a folder of templates: each is told at its place, and the rest is checked.

Every case stands beside a template that is fine, and one with a finding of its own, which must be found
all the same. What cannot be read ends with 2, in bounded time and memory.
"""

from __future__ import annotations

import json
import os
import resource
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from straks.core import subset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result
    from jinja2 import nodes

MANIFEST = '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 3600\n'
LIST = '[parameters.items]\nkind = "list"\nof = { kind = "text", max-length = 10 }\nexample = ["a"]\n'
NOBODY = 65534


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "straks.toml").write_text('languages = ["nb"]\nselect = ["SMS", "TPL"]\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    write("fine/template.toml", MANIFEST)
    write("fine/nb/sms.txt", "Hei.\n")
    write("quoted/template.toml", MANIFEST)
    write("quoted/nb/sms.txt", "«Hei».\n")


def write(path: str, content: str | bytes) -> Path:
    file = Path("templates") / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def told(result: Result) -> dict[tuple[str, int | None], str]:
    """Return what cannot be read, by file and line, and make sure that the others were checked."""
    documents: list[dict[str, Any]] = json.loads(result.stdout)
    found = {(each["template"], each["code"]) for each in documents}

    assert ("quoted", "SMS102") in found
    assert not any(template == "fine" for template, _ in found)
    return {(each["file"], each["line"]): each["message"] for each in documents if each["code"] == "TPL001"}


CASES: dict[str, tuple[dict[str, str | bytes], str, int | None, str]] = {
    "a loop over a list without an end": (
        {"bad/template.toml": MANIFEST + LIST, "bad/nb/sms.txt": "{% for i in items %}{{ i }}{% endfor %}"},
        "bad/template.toml",
        5,
        "parameter 'items': needs max-items",
    ),
    "a list that is as good as endless": (
        {"bad/template.toml": MANIFEST + LIST + "max-items = 1000000000", "bad/nb/sms.txt": "{{ items }}"},
        "bad/template.toml",
        9,
        "max-items must be a whole number, 1 to 1000",
    ),
    "a part that includes itself": (
        {"bad/nb/sms.txt": 'Hei {% include "_p/a.txt" %}', "_p/a.txt": '\n{% include "_p/a.txt" %}'},
        "_p/a.txt",
        2,
        "'_p/a.txt' leads back to itself",
    ),
    "parts that include each other": (
        {
            "bad/nb/sms.txt": '{% include "_p/a.txt" %}',
            "_p/a.txt": '{% include "_p/b.txt" %}',
            "_p/b.txt": '{% include "_p/a.txt" %}',
        },
        "_p/b.txt",
        1,
        "'_p/a.txt' leads back to itself",
    ),
    "layouts that extend each other": (
        {
            "bad/nb/subject.txt": "Hei",
            "bad/nb/email.html": '{% extends "_p/a.html" %}',
            "_p/a.html": '{% extends "_p/b.html" %}',
            "_p/b.html": '{% extends "_p/a.html" %}',
        },
        "_p/b.html",
        1,
        "'_p/a.html' leads back to itself",
    ),
    "languages that fall back on each other": (
        {"bad/template.toml": MANIFEST + 'fallback = { nn = "en", en = "nn" }\n'},
        "bad/template.toml",
        None,
        "fallback nn = 'en' leads nowhere",
    ),
    "a language that falls back on itself": (
        {"bad/template.toml": MANIFEST + 'fallback = { nn = "nn" }\n'},
        "bad/template.toml",
        5,
        "other than itself",
    ),
    "a text of a megabyte": (
        {"bad/nb/sms.txt": "Hei {{ locale }} " * 60_000},
        "bad/nb/sms.txt",
        None,
        "is over 200000 bytes",
    ),
    "brackets without an end": (
        {"bad/nb/sms.txt": "{% if locale %}" * 10_000},
        "bad/nb/sms.txt",
        None,
        "is nested too deeply",
    ),
    "a manifest of brackets": (
        {"bad/template.toml": MANIFEST + "x = " + "[" * 90_000},
        "bad/template.toml",
        None,
        "is not valid TOML",
    ),
    "a text in Latin 1": (
        {"bad/nb/sms.txt": "Hei\nå\n".encode("latin-1")},
        "bad/nb/sms.txt",
        2,
        "is not UTF-8",
    ),
    "a control character": (
        {"bad/nb/sms.txt": "Hei\n\x1b[2J"},
        "bad/nb/sms.txt",
        2,
        "holds a control character",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_used_is_told_at_its_place_and_the_rest_is_checked(
    cli: Callable[..., Result], case: str
) -> None:
    files, file, line, said = CASES[case]
    for path, content in {"bad/template.toml": MANIFEST, "bad/nb/sms.txt": "Hei.\n", **files}.items():
        write(path, content)
    result = cli("check", "--format", "json")
    found = told(result)

    assert result.exit_code == 2
    assert [*found] == [(str(Path("templates", file)), line)]
    assert said in found[str(Path("templates", file)), line]


def test_a_text_of_more_segments_than_there_can_be_is_a_finding_like_any_other(
    cli: Callable[..., Result],
) -> None:
    write("bad/template.toml", MANIFEST)
    write("bad/nb/sms.txt", "Hei på deg. " * 10_000)
    result = cli("check", "--format", "json")
    (found,) = [each for each in json.loads(result.stdout) if each["code"] == "SMS101"]

    assert result.exit_code == 1
    assert told(result) == {}
    assert found["message"].startswith("can reach 785 segments")


def test_a_broken_shared_part_stops_only_what_draws_on_it(cli: Callable[..., Result]) -> None:
    write("using/template.toml", MANIFEST)
    write("using/nb/sms.txt", '«{% include "_p/a.txt" %}»')
    write("_p/a.txt", "{% if %}")
    result = cli("check", "--format", "json")

    assert result.exit_code == 2
    assert list(told(result)) == [(str(Path("templates/_p/a.txt")), 1)]


def test_a_template_that_draws_on_anothers_file_can_be_checked_by_itself(cli: Callable[..., Result]) -> None:
    write("drawing/template.toml", MANIFEST)
    write("drawing/nb/sms.txt", '{% include "quoted/nb/sms.txt" %}')
    alone = cli("check", "templates/drawing", "--format", "json")

    assert alone.exit_code == 1
    assert {(each["code"], each["file"]) for each in json.loads(alone.stdout)} == {
        ("SMS102", str(Path("templates/quoted/nb/sms.txt")))
    }


# --- what is no plain file -----------------------------------------------------------------------


def link_to_itself(folder: Path) -> None:
    (folder / "email.txt").symlink_to("email.txt")


def link_to_nothing(folder: Path) -> None:
    (folder / "email.txt").symlink_to("nowhere.txt")


def folder_in_itself(folder: Path) -> None:
    (folder / "again").symlink_to("..")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "email.txt")


def endless_device(folder: Path) -> None:
    (folder / "email.txt").symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("leave", "name", "said"),
    [
        (link_to_itself, "email.txt", "cannot be read: Too many levels of symbolic links"),
        (link_to_nothing, "email.txt", "cannot be read: No such file or directory"),
        (folder_in_itself, "again", "is a link back to a folder around it"),
        (pipe, "email.txt", "is a pipe or a device, and no file"),
        (endless_device, "email.txt", "is a pipe or a device, and no file"),
    ],
)
def test_what_is_no_plain_file_is_told_and_never_opened(
    cli: Callable[..., Result], leave: Callable[[Path], None], name: str, said: str
) -> None:
    write("bad/template.toml", MANIFEST)
    leave(write("bad/nb/sms.txt", "Hei.\n").parent)
    result = cli("check", "--format", "json")
    found = told(result)

    assert result.exit_code == 2
    assert list(found) == [(str(Path("templates/bad/nb", name)), None)]
    assert said in found[str(Path("templates/bad/nb", name)), None]


def test_links_between_folders_are_followed_and_never_round_in_circles(cli: Callable[..., Result]) -> None:
    elsewhere = write("../elsewhere/linked/template.toml", MANIFEST).parent
    write("../elsewhere/linked/nb/sms.txt", "«Hei».\n")
    Path("templates/linked").symlink_to(elsewhere.resolve())
    Path("templates/README").symlink_to("nowhere")  # beside the templates, and none of ours
    Path("templates/_circle").symlink_to(Path.cwd())
    result = cli("check", "--format", "json")
    found = {(each["template"], each["code"]) for each in json.loads(result.stdout)}

    assert ("linked", "SMS102") in found
    assert result.exit_code == 2
    assert any("link back" in message for message in told(result).values())


@pytest.fixture
def somebody() -> Iterator[None]:
    """Be somebody who may not read everything, as far as files go: who runs the tests may be root."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(NOBODY)
    yield
    os.seteuid(was)


def test_a_file_that_may_not_be_read_is_told(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    assert cli("check").exit_code == 1  # which loads all there is to load, while it may be read
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        Path(folder, "straks.toml").write_text('languages = ["nb"]\nselect = ["SMS"]\n', "utf-8")
        monkeypatch.chdir(folder)
        for name, text in {"quoted": "«Hei».\n", "file": "Hei.\n", "folder": "Hei.\n"}.items():
            write(f"{name}/template.toml", MANIFEST)
            write(f"{name}/nb/sms.txt", text)
        Path("templates/file/nb/sms.txt").chmod(0)
        Path("templates/folder").chmod(0)
        request.getfixturevalue("somebody")
        result = cli("check", "--format", "json")
        found = told(result)
        os.seteuid(os.getuid())
        Path("templates/folder").chmod(0o755)
        monkeypatch.undo()

    assert result.exit_code == 2
    assert list(found) == [
        (str(Path("templates/file/nb/sms.txt")), None),
        (str(Path("templates/folder")), None),
    ]
    assert all("cannot be read: Permission denied" in message for message in found.values())


# --- names ---------------------------------------------------------------------------------------

ODD = "a\nb\x1b[31m\u202e.txt"


@pytest.mark.parametrize("form", ["full", "concise", "junit"])
def test_a_name_moves_no_cursor_and_turns_no_line(cli: Callable[..., Result], form: str) -> None:
    write("bad/template.toml", MANIFEST)
    write(f"bad/nb/{ODD}", "Hei.\n")
    write("c\x1b[2Jd/template.toml", MANIFEST)
    write("c\x1b[2Jd/nb/sms.txt", "«Hei»  \n")
    result = cli("check", "--format", form)
    bounds, changes = cli("bounds"), cli("check", "--diff")

    assert result.exit_code == 2
    assert "⟨U+202E⟩.txt" in result.stdout
    for text in (result.output, bounds.output, changes.output):
        assert not any(sign in text for sign in ("\x1b", "\u202e", "a\nb"))


def test_a_name_that_is_not_utf8_is_told(cli: Callable[..., Result]) -> None:
    write("bad/template.toml", MANIFEST)
    write("bad/nb/sms.txt", "Hei.\n")
    Path(os.fsdecode(b"templates/bad/nb/\xff.txt")).write_text("Hei", "utf-8")
    result = cli("check", "--format", "json")

    assert result.exit_code == 2
    assert list(told(result).values()) == ["its name is not UTF-8"]


def test_a_name_that_a_file_system_spells_apart_is_read_and_mended_in_place(
    cli: Callable[..., Result],
) -> None:
    write("pa\u030aminnelse/template.toml", MANIFEST)
    file = write("pa\u030aminnelse/nb/sms.txt", "Hei.  \n")
    result = cli("check", "--fix")

    assert result.exit_code == 1
    assert file.read_text("utf-8") == "Hei.\n"


# --- nothing, and very much ----------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [("check",), ("bounds",), ("diff", "empty")])
def test_an_empty_folder_is_an_error_that_says_what_a_template_is(
    cli: Callable[..., Result], arguments: tuple[str, ...]
) -> None:
    Path("empty").mkdir()
    result = cli(*arguments, "empty")

    assert result.exit_code == 2
    assert "empty holds no template" in result.stderr
    assert result.stdout == ""


def test_ten_thousand_files_are_parsed_once_each_and_held_in_little_memory(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("_p/greeting.txt", "Hei «du».\n")
    for number in range(4_998):
        write(f"t{number:04}/template.toml", MANIFEST)
        write(f"t{number:04}/nb/sms.txt", '{% include "_p/greeting.txt" %}')
    parsed: list[nodes.Template] = []
    check = subset.check

    def noted(tree: nodes.Template) -> subset.Uses:
        parsed.append(tree)
        return check(tree)

    monkeypatch.setattr(subset, "check", noted)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = cli("check", "--select", "TPL", "--format", "json")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024

    assert result.exit_code == 0
    assert len(parsed) == 5_000 + 3  # an SMS each, the greeting, and what ships to be shared
    assert grown < 300  # megabytes
