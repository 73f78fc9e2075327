"""``straks bounds``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import straks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

MANIFEST = '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 3600\n'
NAME = '[parameters.name]\nkind = "name"\nmax-length = 40\nexample = "Kari"\n'
# A filter whose argument is not the same in every message, which the analysis does not follow.
ENDLESS = "Hei.\n{{ name|replace('a', name) }}"


@pytest.fixture
def endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one template that has a bound, and one that has none in nb."""
    monkeypatch.chdir(tmp_path)
    for path, text in {
        "bounded/template.toml": MANIFEST + NAME,
        "bounded/nb/sms.txt": "Hei {{ name }}\n",
        "endless/template.toml": MANIFEST + NAME,
        "endless/nb/sms.txt": ENDLESS,
        "endless/nn/sms.txt": "Hei {{ name }}\n",
    }.items():
        file = tmp_path / "templates" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return tmp_path / "templates"


def documents(result: Result) -> list[dict[str, Any]]:
    return list(json.loads(result.stdout))


def test_the_shipped_templates_have_a_bound_each_and_the_table_shows_it(cli: Callable[..., Result]) -> None:
    result = cli("bounds")
    catalog = straks.Catalog.load()
    lines = [line.split() for line in result.stdout.splitlines()]

    assert result.exit_code == 0
    for name in catalog:
        worst = straks.bound(catalog[name], "nb", "sms")
        assert isinstance(worst, straks.SmsBound)
        assert [
            name, "nb", "GSM-7", str(worst.units), str(worst.segments), str(worst.spare),
            str(worst.gateway_count), str(worst.recorded_count), "yes",
        ] in lines  # fmt: skip
        mail = straks.bound(catalog[name], "nn", "email")
        assert isinstance(mail, straks.EmailBound)
        assert ["nn", str(mail.html_bytes), str(mail.subject_characters), "yes"] in lines


def test_json_has_every_figure_and_the_values_that_reach_it(cli: Callable[..., Result]) -> None:
    told = documents(cli("bounds", "--json"))
    catalog = straks.Catalog.load()

    assert len(told) == 5 * 3 * 2
    for each in told:
        locale, channel = str(each["locale"]), str(each["channel"])
        worst = straks.bound(catalog[each["template"]], locale, channel)
        assert all(getattr(worst, name) == value for name, value in each["bound"].items())
        assert set(each["witness"]) == set(worst.witness)
        assert each["unbounded"] is None


def test_the_values_that_reach_a_bound_can_be_typed_into_a_preview(cli: Callable[..., Result]) -> None:
    (told,) = [
        each
        for each in documents(cli("bounds", "--json"))
        if (each["template"], each["locale"], each["channel"]) == ("status-update", "en", "sms")
    ]
    values = [part for name, value in told["witness"].items() for part in ("--set", f"{name}={value}")]
    (shown,) = documents(
        cli("preview", "status-update", "--locale", "en", "--channel", "sms", "--json", *values)
    )

    assert (shown["units"], len(shown["segments"])) == (told["bound"]["units"], told["bound"]["segments"])


def test_values_are_shown_on_request_alone(cli: Callable[..., Result], endless: Path) -> None:
    folder = str(endless / "bounded")

    assert "name =" not in cli("bounds", folder).stdout
    assert f"name = {'😀' * 40}" in " ".join(cli("bounds", folder, "--witness").stdout.split())


def test_values_are_shown_whole_in_a_narrow_terminal(
    cli: Callable[..., Result], endless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    shown = cli("bounds", str(endless / "bounded"), "--witness").stdout

    assert shown.count("😀") == 40
    assert "…" not in shown


def test_what_has_no_bound_shows_its_place_and_reason_in_place_of_figures(
    cli: Callable[..., Result], endless: Path
) -> None:
    result = cli("bounds", str(endless))
    told = {
        (each["template"], each["locale"]): each for each in documents(cli("bounds", str(endless), "--json"))
    }
    flat = " ".join(result.stdout.split())

    assert result.exit_code == 1
    assert "endless nb unbounded: endless/nb/sms.txt, line 2: no bound can be found: " in flat
    assert "nn UCS-2" in flat
    assert told["endless", "nb"]["bound"] is None
    assert told["endless", "nb"]["unbounded"]["file"] == "endless/nb/sms.txt"
    assert told["endless", "nb"]["unbounded"]["line"] == 2
    assert told["endless", "nn"]["unbounded"] is None


def test_a_text_of_more_segments_than_there_can_be_is_shown_with_what_it_would_need(
    cli: Callable[..., Result], endless: Path
) -> None:
    (endless / "bounded/nb/sms.txt").write_text("Hei på deg. " * 10_000, "utf-8")
    (told,) = documents(cli("bounds", str(endless / "bounded"), "--json"))

    assert told["bound"]["segments"] == 785
    assert told["bound"]["exact"] is False


def test_a_template_that_cannot_be_read_ends_with_2_and_the_others_are_shown(
    cli: Callable[..., Result], endless: Path
) -> None:
    (endless / "bounded/nb/sms.txt").write_text("{{ navn }}", "utf-8")
    result = cli("bounds", "--json")

    assert result.exit_code == 2
    assert {each["template"] for each in documents(result)} == {"endless"}
    assert "Error: bounded/nb/sms.txt, line 1: uses 'navn'" in result.stderr


@pytest.mark.parametrize("path", ["templates/bounded", "templates/bounded/nb/sms.txt"])
@pytest.mark.usefixtures("endless")
def test_one_template_or_a_file_in_it_can_be_bounded_by_itself(cli: Callable[..., Result], path: str) -> None:
    result = cli("bounds", path, "--json")

    assert result.exit_code == 0
    assert [each["template"] for each in documents(result)] == ["bounded"]


@pytest.mark.parametrize("columns", [200, 80, 60, 50, 40, 34])
def test_the_table_fits_the_terminal_and_leaves_out_what_can_be_spared(
    cli: Callable[..., Result], endless: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = cli("bounds", str(endless / "bounded")).stdout
    heading, figures = (line.split() for line in out.splitlines() if line.startswith(("template", "bounded")))

    assert max(map(len, out.splitlines())) <= columns
    assert {"units", "segments"} <= set(heading)
    assert "…" not in out
    assert len(figures) == len(heading) + 1
    assert ("gateway" in heading) == (columns >= 80)
