"""``straks templates``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from straks.loading import Catalog


def test_every_template_stands_there_with_its_languages_and_parameters(
    cli: Callable[..., Result], catalog: Catalog
) -> None:
    result = cli("templates")

    assert result.exit_code == 0
    for template in catalog.values():
        assert template.name in result.stdout
        for parameter in template.parameters.values():
            assert parameter.name in result.stdout
    assert "authentication; repeat harmless; time to live 'lifetime'" in result.stdout
    assert "notice; repeat harmful; time to live 2 d" in result.stdout
    assert "exactly 6 digits 0-9" in result.stdout


def test_json_is_one_list_with_figures_for_every_language(
    cli: Callable[..., Result], catalog: Catalog
) -> None:
    found: list[dict[str, Any]] = json.loads(cli("templates", "--json").stdout)
    code = next(template for template in found if template["name"] == "one-time-code")

    assert [template["name"] for template in found] == list(catalog)
    assert list(code["locales"]) == ["nb", "nn", "en"]
    assert code["locales"]["nb"]["channels"] == ["sms", "email"]
    assert code["locales"]["nb"]["segments"] == 1
    assert code["time_to_live"] == "lifetime"
    assert code["parameters"][0] == {
        "name": "code",
        "kind": "code",
        "takes": catalog["one-time-code"].parameters["code"].limits,
        "example": "482913",
        "secret": True,
        "personal": False,
        "optional": False,
    }


def test_the_example_is_written_as_it_may_be_typed(cli: Callable[..., Result], catalog: Catalog) -> None:
    for template in json.loads(cli("templates", "--json").stdout):
        for parameter in template["parameters"]:
            declared = catalog[template["name"]].parameters[parameter["name"]]

            assert declared.check(declared.read(parameter["example"])) == declared.example


def test_own_templates_are_listed_with_what_they_lack(
    cli: Callable[..., Result], own_templates: Path
) -> None:
    out = cli("templates", "--templates", str(own_templates)).stdout
    found = json.loads(cli("templates", "--templates", str(own_templates), "--json").stdout)

    assert "SMS 1, e-mail" in out
    assert "one-time-code" not in out
    assert " ".join(out.split()).count("personal") == 1
    assert " ".join(out.split()).count("optional") == 1
    assert found[0]["time_to_live"] == 3600
    assert found[0]["locales"]["nn"] == {"channels": ["sms"], "encoding": "GSM-7", "segments": 1, "units": 27}


def test_a_template_without_sms_counts_none(cli: Callable[..., Result], own_templates: Path) -> None:
    folder = own_templates / "parcel"
    manifest = folder / "template.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("time-to-live = 3600\n", ""), "utf-8")
    (folder / "nb/sms.txt").unlink()
    (folder / "nn/sms.txt").unlink()
    out = cli("templates", "--templates", str(own_templates)).stdout
    found = json.loads(cli("templates", "--templates", str(own_templates), "--json").stdout)

    assert "notice; repeat harmful\n" in out
    assert found[0]["locales"] == {
        "nb": {"channels": ["email"], "encoding": None, "segments": None, "units": None}
    }


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("template.toml", b"[template]\npurpose = ", "parcel/template.toml is not valid TOML"),
        ("template.toml", b'[template]\npurpos = "notice"\n', "parcel/template.toml"),
        ("nb/sms.txt", b"Hei {{ place", "parcel/nb/sms.txt, line 1"),
        ("nb/sms.txt", b"Hei {{ plac }}", "did you mean 'place'?"),
        ("nb/sms.txt", b"Hei \xe6\xf8\xe5", "parcel/nb/sms.txt, line 1: is not UTF-8"),
    ],
    ids=["toml", "key", "syntax", "undeclared", "latin-1"],
)
def test_a_broken_folder_ends_with_2_and_the_place(
    cli: Callable[..., Result], own_templates: Path, file: str, text: bytes, said: str
) -> None:
    (own_templates / "parcel" / file).write_bytes(text)
    result = cli("templates", "--templates", str(own_templates))

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert said in result.stderr


def test_with_json_a_broken_folder_is_told_by_its_place(
    cli: Callable[..., Result], own_templates: Path
) -> None:
    (own_templates / "parcel/nb/sms.txt").write_text("\n{% if %}", "utf-8")
    error = json.loads(cli("templates", "--templates", str(own_templates), "--json").stdout)["error"]

    assert (error["kind"], error["file"], error["line"]) == ("BrokenTemplate", "parcel/nb/sms.txt", 2)
