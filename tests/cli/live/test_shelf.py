"""The catalog is read anew when a file has changed, and not before."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from straks import loading
from straks.cli.live.shelf import Shelf
from straks.core.template import Template
from straks.errors import BrokenManifest, TemplateError
from straks.loading import shipped_folder
from straks.preview.pages import Case

from .conftest import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[str, str], Path]


def test_what_has_not_changed_is_kept(parcel: Path) -> None:
    shelf = Shelf([parcel])

    assert shelf.look() is shelf.look()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("parcel/nb/sms.txt", "Noe annet om {{ place }}.\n"),
        ("parcel/en/sms.txt", "Your parcel is at {{ place }}.\n"),
        ("other/template.toml", ""),
        ("_shared/foot.txt", "Hilsen oss"),
        ("straks.toml", ""),
        ("../straks.toml", ""),
    ],
)
def test_a_change_is_seen_wherever_it_is(parcel: Path, write: Write, path: str, text: str) -> None:
    shelf = Shelf([parcel])
    before = shelf.look().stamp
    write(path, text)

    assert shelf.stamp() != before
    assert shelf.look().stamp == shelf.stamp()


@pytest.mark.parametrize("path", [".hidden/nb/sms.txt", "parcel/notes.md", "parcel/nb/.sms.txt.swp"])
def test_what_is_no_part_of_a_catalog_changes_nothing(parcel: Path, write: Write, path: str) -> None:
    shelf = Shelf([parcel])
    before = shelf.look().stamp
    write(path, "x")

    assert shelf.stamp() == before


def test_a_file_that_is_taken_away_is_a_change(parcel: Path) -> None:
    shelf = Shelf([parcel])
    before = shelf.look()
    (parcel / "parcel/nn/sms.txt").unlink()
    after = shelf.look().subjects["parcel"].it

    assert before.stamp != shelf.look().stamp
    assert isinstance(after, Template)
    assert after.locales == ("nb",)


def test_a_link_back_to_a_folder_around_it_and_one_to_nowhere_are_not_followed_for_ever(parcel: Path) -> None:
    (parcel / "parcel/nb/round").symlink_to(parcel / "parcel")
    (parcel / "parcel/nb/away.txt").symlink_to(parcel / "nothing")
    shelf = Shelf([parcel])

    assert shelf.stamp() == shelf.stamp()


def test_parts_that_templates_share_are_watched_though_one_template_was_named(
    parcel: Path, write: Write
) -> None:
    shelf = Shelf([parcel / "parcel"])
    before = shelf.look().stamp
    write("_shared/foot.txt", "Hilsen oss")

    assert shelf.stamp() != before
    assert list(shelf.look().subjects) == ["parcel"]


def test_a_broken_template_is_broken_by_itself(parcel: Path, write: Write) -> None:
    write("broken/template.toml", "[template\n")
    write("half/nb/sms.txt", "Hei {{ ")
    subjects = Shelf([parcel]).look().subjects

    assert list(subjects) == ["broken", "half", "parcel"]
    assert isinstance(subjects["broken"].it, BrokenManifest)
    assert isinstance(subjects["half"].it, TemplateError)
    assert isinstance(subjects["parcel"].it, Template)
    assert subjects["broken"].example == {}
    assert subjects["broken"].page(Case.WORST, {}).name == "broken"
    assert subjects["broken"].inspected.sources[0].findings[0].code == "TPL001"


def test_a_template_that_draws_on_a_broken_part_says_which_part(parcel: Path, write: Write) -> None:
    write("_shared/foot.txt", "{{ ")
    write("parcel/nb/sms.txt", '{% include "_shared/foot.txt" %}')
    it = Shelf([parcel]).look().subjects["parcel"].it

    assert isinstance(it, TemplateError)
    assert "_shared/foot.txt" in str(it)


def test_a_folder_with_nothing_in_it_is_told_and_watched(folder: Path, write: Write) -> None:
    folder.mkdir()
    shelf = Shelf([folder])
    empty = shelf.look()
    write("parcel/template.toml", "")

    assert (empty.subjects, "holds no template" in (empty.trouble or "")) == ({}, True)
    assert list(shelf.look().subjects) == ["parcel"]


def test_a_folder_that_goes_away_and_comes_back_is_there_again(parcel: Path, tmp_path: Path) -> None:
    shelf = Shelf([parcel])
    shelf.look()
    parcel.rename(tmp_path / "away")
    gone = shelf.look()
    (tmp_path / "away").rename(parcel)

    assert gone.trouble is not None
    assert list(shelf.look().subjects) == ["parcel"]


def test_templates_of_several_folders_go_by_their_folders_too(
    tmp_path: Path, parcel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    subjects = Shelf([parcel, shipped_folder()]).look().subjects

    assert subjects["templates/parcel"].catalog == 'straks.Catalog.load("templates")'
    assert [subject.catalog for key, subject in subjects.items() if key.endswith("/one-time-code")] == [
        "straks.Catalog.load()"
    ]


def test_without_a_path_it_is_the_templates_here_or_else_those_that_ship(
    tmp_path: Path, parcel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here = list(Shelf([]).look().subjects)
    monkeypatch.chdir(parcel)
    shipped = list(Shelf([]).look().subjects)

    assert here == ["parcel"]
    assert "one-time-code" in shipped


def test_what_takes_long_is_worked_out_once(parcel: Path) -> None:
    subject = Shelf([parcel]).look().subjects["parcel"]

    assert subject.page(Case.WORST, {}) is subject.page(Case.WORST, {})
    assert subject.inspected is subject.inspected


@pytest.mark.parametrize(
    ("path", "text", "is_kept"),
    [
        ("other/nb/sms.txt", "Hei.\n", True),
        ("third/template.toml", MANIFEST, True),
        ("parcel/nb/sms.txt", "Hei.\n", False),
        ("parcel/en/sms.txt", "Hello.\n", False),
        ("parcel/template.toml", MANIFEST.replace("40", "30"), False),
        ("_shared/foot.txt", "Hilsen oss\n", False),
        ("straks.toml", 'ignore = { OTP201 = "nothing here is a code" }\n', False),
    ],
)
def test_a_template_stays_until_something_that_it_is_made_of_changes(
    parcel: Path, write: Write, path: str, text: str, *, is_kept: bool
) -> None:
    write("other/template.toml", MANIFEST)
    write("other/nb/sms.txt", "Hei {{ place }}.\n")
    shelf = Shelf([parcel])
    before = shelf.look().subjects["parcel"]
    assert isinstance(before.it, Template)
    write(path, text)

    assert (shelf.look().subjects["parcel"] is before) == is_kept


def test_a_template_that_draws_on_another_follows_it(parcel: Path, write: Write) -> None:
    write("other/template.toml", MANIFEST)
    write("other/nb/sms.txt", "Hei {{ place }}.\n")
    write("parcel/nb/sms.txt", '{% include "other/nb/sms.txt" %} Hei.')
    shelf = Shelf([parcel])
    before = shelf.look().subjects["parcel"].it
    write("other/nb/sms.txt", "{{ place }} nå.\n")
    after = shelf.look().subjects["parcel"].it

    assert isinstance(before, Template)
    assert isinstance(after, Template)
    assert after.contents["other/nb/sms.txt"] == "{{ place }} nå.\n"


def test_a_text_that_nobody_touched_is_not_opened_again(
    parcel: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf([parcel])
    shelf.look()
    opened: list[str] = []

    def noting(file: str, _: str) -> IO[bytes]:
        opened.append(file)
        return Path(file).open("rb")

    monkeypatch.setattr(loading, "open", noting, raising=False)
    changed = write("parcel/nn/sms.txt", "Noe annet om {{ place }}.\n")
    shelf.look()

    assert opened == [str(changed)]


def after_emptying(file: Path, text: str) -> None:
    file.write_text("", encoding="utf-8")
    file.write_text(text, encoding="utf-8")


def half_by_half(file: Path, text: str) -> None:
    file.write_text(text[: len(text) // 2], encoding="utf-8")
    file.write_text(text, encoding="utf-8")


def as_another_put_in_its_place(file: Path, text: str) -> None:
    beside = file.with_name("sms.txt~")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)


def after_taking_it_away(file: Path, text: str) -> None:
    file.unlink()
    file.write_text(text, encoding="utf-8")


def after_moving_it_aside(file: Path, text: str) -> None:
    file.rename(file.with_name("sms.txt.bak"))
    file.write_text(text, encoding="utf-8")


EDITORS = (
    after_emptying,
    half_by_half,
    as_another_put_in_its_place,
    after_taking_it_away,
    after_moving_it_aside,
)


@pytest.mark.parametrize("save", EDITORS)
def test_however_an_editor_saves_the_text_is_seen_whole_in_the_end(
    parcel: Path, save: Callable[[Path, str], None]
) -> None:
    shelf = Shelf([parcel])
    before = shelf.look()
    save(parcel / "parcel/nb/sms.txt", "Hent den på {{ place }}.\n")
    after = shelf.look()
    it = after.subjects["parcel"].it

    assert after.stamp != before.stamp
    assert isinstance(it, Template)
    assert it.sources["parcel/nb/sms.txt"] == "Hent den på {{ place }}.\n"


def test_a_file_that_cannot_be_read_is_told_and_shown_again_once_it_can(parcel: Path, write: Write) -> None:
    shelf = Shelf([parcel])
    (parcel / "parcel/nn/sms.txt").write_bytes(b"\xff")
    broken = shelf.look().subjects["parcel"].it
    write("parcel/nn/sms.txt", "Pakken ligg på {{ place }}.\n")
    mended = shelf.look().subjects["parcel"].it

    assert isinstance(broken, TemplateError)
    assert "not UTF-8" in str(broken)
    assert isinstance(mended, Template)
