"""A program loads its policy from where the command line finds it."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

import straks
from straks import policies
from straks.errors import InvalidSetting
from straks.policy import settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a folder of templates in it, and a program that runs somewhere else."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "project" / "templates").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "project"


def test_a_policy_is_found_above_the_folder_of_the_templates(project: Path) -> None:
    (project / "straks.toml").write_text("attempts = 4", "utf-8")

    assert straks.Policy.load(project / "templates") == straks.Policy(attempts=4)
    assert straks.Policy.load(str(project / "templates")).attempts == 4


def test_a_policy_is_found_from_where_the_program_runs(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "pyproject.toml").write_text("[tool.straks]\nattempts = 4", "utf-8")
    monkeypatch.chdir(project / "templates")

    assert straks.Policy.load() == straks.Policy(attempts=4)


def test_the_nearest_file_holds_and_straks_toml_before_pyproject(project: Path) -> None:
    (project / "straks.toml").write_text("attempts = 4", "utf-8")
    (project / "templates" / "pyproject.toml").write_text("[tool.other]", "utf-8")

    assert straks.Policy.load(project / "templates").attempts == 4

    (project / "templates" / "pyproject.toml").write_text("[tool.straks]\nattempts = 5", "utf-8")

    assert straks.Policy.load(project / "templates").attempts == 5

    (project / "templates" / "straks.toml").write_text("attempts = 6", "utf-8")

    assert straks.Policy.load(project / "templates").attempts == 6


def test_where_nothing_is_said_it_is_the_default_policy(project: Path) -> None:
    assert straks.Policy.load(project / "templates") == straks.Policy()


def test_a_file_is_read_whatever_its_name(project: Path) -> None:
    file = project / "strict.toml"
    file.write_bytes(b"\xef\xbb\xbfattempts = 1\r\n")

    assert straks.Policy.load(file).attempts == 1


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("straks.toml", b"atempts = 4", "straks.toml: unknown key 'atempts'; did you mean 'attempts'?"),
        ("straks.toml", b"attempts =", "straks.toml is not valid TOML"),
        ("straks.toml", b"attempts = " + b"9" * 5000, "straks.toml is not valid TOML"),
        ("straks.toml", b"words = ['\xe5']", "straks.toml is not UTF-8; save it as UTF-8"),
        ("pyproject.toml", b"[tool]\nstraks = 3", r"pyproject.toml: \[tool.straks\] is no table"),
        ("pyproject.toml", b"attempts = " + b"9" * 5000, "pyproject.toml is not valid TOML"),
    ],
)
def test_a_policy_that_cannot_be_read_is_one_sentence_with_its_file(
    project: Path, name: str, content: bytes, sentence: str
) -> None:
    (project / name).write_bytes(content)

    for place in (project / "templates", project / name):
        with pytest.raises(InvalidSetting, match=sentence):
            straks.Policy.load(place)


def test_a_pyproject_that_is_named_must_have_a_policy(project: Path) -> None:
    (project / "pyproject.toml").write_text("[project]", "utf-8")

    with pytest.raises(InvalidSetting, match=r"pyproject.toml has no \[tool.straks\]; add one, or name a"):
        straks.Policy.load(project / "pyproject.toml")


def test_a_place_that_is_not_there_is_no_default_policy(project: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"straks.toml is not there; name the folder of your templates"):
        straks.Policy.load(project / "straks.toml")


def test_a_device_is_not_read() -> None:
    with pytest.raises(InvalidSetting, match="is neither a file nor a folder"):
        straks.Policy.load("/dev/null")


def test_a_file_that_may_not_be_read_is_told(project: Path) -> None:
    too_long = project / ("x" * 300)

    with pytest.raises(InvalidSetting, match="cannot be read: File name too long; make it readable"):
        straks.Policy.load(too_long)


def test_a_number_for_a_path_is_told() -> None:
    with pytest.raises(InvalidSetting, match=r"takes a folder, or a file .*, not int"):
        straks.Policy.load(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_policy_that_was_loaded_is_the_same_as_one_that_was_made(project: Path) -> None:
    (project / "straks.toml").write_text('ignore = { SMS103 = "names" }', "utf-8")
    loaded = straks.Policy.load(project)

    assert loaded == settings.Policy(ignore={"SMS103": "names"}) == loaded
    assert loaded != settings.Policy()
    assert loaded != "a policy"
    assert type(loaded) is policies.Policy
    assert pickle.loads(pickle.dumps(loaded)) == loaded  # noqa: S301 - pickled here


def test_a_catalog_is_held_against_the_policy_that_was_loaded(project: Path) -> None:
    (project / "straks.toml").write_text('regions = ["NO"]', "utf-8")
    catalog = straks.Catalog.load(policy=straks.Policy.load(project))
    values = catalog["status-update"].examples
    sms = catalog.sms("status-update", locale="nb", to="+46701740605", values=values)

    with pytest.raises(straks.PolicyError, match="SEC411"):
        sms.order(occasion="case/1", key=straks.SIMULATOR_KEY)
