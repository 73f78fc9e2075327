"""Template folders: what is read, what overlays what, and what is said of a file that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from straks.core.catalog import MANIFEST_FILE
from straks.errors import BrokenManifest, BrokenTemplate, InvalidSetting, TemplateError
from straks.loading import Catalog, read_folder, read_sources, shipped_folder

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = """
[template]
purpose = "notice"
time-to-live = 3600
[parameters.name]
kind = "name"
max-length = 20
example = "Kari"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "hello/template.toml", MANIFEST)
    write(tmp_path, "hello/nb/sms.txt", "Hei {{ name }}\n")
    return tmp_path


def write(folder: Path, path: str, content: str | bytes) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())


def load(*folders: Path) -> Catalog:
    return Catalog.load(*folders, policy=None)


def hello(catalog: Catalog) -> str:
    return catalog.sms("hello", locale="nb", to="+46701740605", values={"name": "Åse"}).body


def test_without_a_path_the_shipped_templates_are_loaded() -> None:
    shipped = ["contact-confirmation", "critical-alert", "one-time-code", "sign-in-alert", "status-update"]

    assert list(Catalog.load()) == shipped
    assert (shipped_folder() / "one-time-code" / MANIFEST_FILE).is_file()


def test_a_folder_of_ones_own_is_loaded_alone(folder: Path) -> None:
    assert list(load(folder)) == ["hello"]
    assert hello(Catalog.load(str(folder), policy=None)) == "Hei Åse"


def test_a_bare_page_of_ones_own_gets_the_shipped_layout(folder: Path) -> None:
    write(folder, "hello/nb/subject.txt", "Emne")
    write(folder, "hello/nb/email.html", "<p onclick='x()'>Hei {{ name }}</p>")
    page = load(folder).email("hello", locale="nb", to="kari@example.org", values={"name": "<Åse>"}).html

    assert page is not None
    assert page.startswith('<!doctype html>\n<html lang="nb"')
    assert "<title>Emne</title>" in page
    assert "<p>Hei &lt;Åse&gt;</p>" in page


def test_a_layout_of_ones_own_replaces_the_shipped_one(folder: Path) -> None:
    write(folder, "_layout/email.html", "<main>{% block content %}{% endblock %}</main>")
    write(folder, "hello/nb/subject.txt", "Emne")
    write(folder, "hello/nb/email.html", "a")

    assert (
        load(folder).email("hello", locale="nb", to="kari@example.org", values={"name": "a"}).html
        == "<main>a</main>"
    )


def test_later_folders_overlay_earlier_ones_template_by_template(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other, "hello/template.toml", MANIFEST)
    write(other, "hello/nn/sms.txt", "Heisan {{ name }}")
    write(other, "bye/template.toml", MANIFEST)
    write(other, "bye/nb/sms.txt", "Ha det {{ name }}")
    write(folder, "only/template.toml", MANIFEST)
    write(folder, "only/nb/sms.txt", "Bare")
    first, second = tmp_path / "first", other
    first.mkdir()
    for name in ("hello", "only"):
        (folder / name).rename(first / name)

    assert list(load(first, second)) == ["bye", "hello", "only"]
    # Whole: the texts of one are never mixed with the manifest of the other.
    assert load(first, second)["hello"].locales == ("nn",)
    assert load(second, first)["hello"].locales == ("nb",)


def test_shared_files_overlay_file_by_file(folder: Path, tmp_path: Path) -> None:
    write(folder, "hello/nb/sms.txt", '{% include "_p/a.txt" %}{% include "_p/b.txt" %}')
    write(folder, "_p/a.txt", "1")
    write(folder, "_p/b.txt", "2")
    other = tmp_path / "elsewhere" / "templates"
    write(other, "_p/b.txt", "3")
    write(other, "bye/template.toml", MANIFEST)
    write(other, "bye/nb/sms.txt", "a")
    first = tmp_path / "first"
    first.mkdir()
    for name in ("hello", "_p"):
        (folder / name).rename(first / name)

    assert hello(load(first, other)) == "13"


def test_hidden_and_foreign_files_are_passed_over(folder: Path) -> None:
    write(folder, "hello/nb/.sms.txt.swp", "x")
    write(folder, "hello/nb/.hidden.txt", "x")
    write(folder, "hello/.git/nb/sms.txt", "{{")
    write(folder, ".cache/a/b.html", "x")
    write(folder, "hello/nb/sms.txt~", "x")
    write(folder, "hello/README.md", "x")
    write(folder, "README.txt", "at the root of the folder")
    (folder / "hello/nb/folder.txt").mkdir()

    assert sorted(read_folder(folder)) == ["hello/nb/sms.txt", "hello/template.toml"]
    assert hello(load(folder)) == "Hei Åse"


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffHei {{ name }}",
        "Hei {{ name }}\r\n",
        "{% if name %}\r\nHei {{ name }}\r\n{% endif %}\r\n",
        "Hei {{ name }}".encode("utf-8-sig"),
    ],
)
def test_byte_order_marks_and_windows_line_ends_are_no_part_of_a_text(
    folder: Path, content: str | bytes
) -> None:
    write(folder, "hello/nb/sms.txt", content)
    write(folder, "hello/template.toml", "\ufeff" + MANIFEST.replace("\n", "\r\n"))

    assert hello(load(folder)) == "Hei Åse"


@pytest.mark.parametrize(
    ("file", "content", "says", "line"),
    [
        (
            "hello/nb/sms.txt",
            "a\nb\n\xe5".encode("latin-1"),
            "line 3: is not UTF-8; save it as",
            3,
        ),
        ("hello/template.toml", b"\xff\xfea\0", "line 1: is not UTF-8; save it as UTF-8", 1),
        (
            "hello/nb/sms.txt",
            "Hei".encode("utf-16-le"),
            "line 1: holds a control character",
            1,
        ),
        ("hello/nb/sms.txt", "a" * 200_001, ": is over 200000 bytes; no message is", None),
        (
            "hello/template.toml",
            "#" * 200_001,
            ": is over 200000 bytes; no message is",
            None,
        ),
        ("hello/nb/emial.html", "a", "did you mean email.html?", None),
    ],
)
def test_a_file_that_cannot_be_read_is_said(
    folder: Path, file: str, content: str | bytes, says: str, line: int | None
) -> None:
    write(folder, file, content)
    with pytest.raises(BrokenManifest if file.endswith(".toml") else BrokenTemplate) as caught:
        load(folder)

    assert says in str(caught.value)
    assert str(caught.value).startswith(file)
    assert (caught.value.file, caught.value.line) == (file, line)


def test_a_text_of_the_largest_size_is_read(folder: Path) -> None:
    write(folder, "hello/nb/sms.txt", "a" * 200_000)

    assert len(hello(load(folder))) == 200_000


def test_a_folder_that_is_not_there_is_said(folder: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"there is no folder .*missing; name one that holds"):
        load(folder / "missing")
    with pytest.raises(InvalidSetting, match="there is no folder"):
        load(folder / "hello" / "template.toml")


def test_a_folder_without_a_template_is_said(folder: Path) -> None:
    # Most often somebody names the folder of one template, and not the one it lies in.
    with pytest.raises(
        InvalidSetting, match=r"hello holds no template; .* such as .*my-message/template\.toml"
    ):
        load(folder / "hello")


def test_a_name_is_the_same_however_a_file_system_spells_it(folder: Path) -> None:
    write(folder, "pa\u030aminnelse/template.toml", MANIFEST)
    write(folder, "pa\u030aminnelse/nb/sms.txt", "Hei")

    assert list(load(folder)) == ["hello", "påminnelse"]


def test_what_is_wrong_may_be_noted_and_the_rest_read(folder: Path) -> None:
    write(folder, "hello/nb/subject.txt", b"\xff")
    noted: list[TemplateError] = []

    assert sorted(read_sources(folder, noted)) == ["hello/nb/sms.txt", "hello/template.toml"]
    assert [error.file for error in noted] == ["hello/nb/subject.txt"]


def test_all_that_is_broken_is_named_at_once_and_the_first_is_raised(folder: Path) -> None:
    write(folder, "away/template.toml", MANIFEST)
    write(folder, "away/nb/sms.txt", "\nHei {{ nam }}")
    write(folder, "bye/template.toml", MANIFEST.replace("max-length", "max-lenght"))
    write(folder, "bye/nb/sms.txt", "Hei {{ name }}")
    write(folder, "late/template.toml", MANIFEST)
    write(folder, "late/nb/sms.txt", "Hei\n{% nix %}")

    with pytest.raises(BrokenTemplate) as caught:
        load(folder)

    first = "late/nb/sms.txt, line 2: "
    others = "(and 2 more: away/nb/sms.txt, line 2; bye/template.toml, line 7; straks check shows them all)"
    error = caught.value
    assert str(error).startswith(first)
    assert str(error).endswith(others)
    assert (error.file, error.line) == ("late/nb/sms.txt", 2)


def test_a_manifest_that_is_broken_first_is_still_a_broken_manifest(folder: Path) -> None:
    write(folder, "away/template.toml", MANIFEST.replace("max-length", "max-lenght"))
    write(folder, "away/nb/sms.txt", "Hei {{ name }}")
    write(folder, "bye/template.toml", MANIFEST)

    with pytest.raises(BrokenManifest, match=r"did you mean 'max-length'\? \(and 1 more: bye/template.toml;"):
        load(folder)


def test_of_very_many_that_are_broken_ten_are_named(folder: Path) -> None:
    for number in range(30):
        write(folder, f"t{number:02}/template.toml", MANIFEST)

    with pytest.raises(BrokenManifest, match=r"and 29 more: t01/template.toml; .*; t10/template.toml; …;"):
        load(folder)
