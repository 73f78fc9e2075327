"""``straks gallery``."""

from __future__ import annotations

from shutil import copytree
from typing import TYPE_CHECKING

import pytest

from straks.cli import gallery

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Return a folder with a template that works and one that does not."""
    for path, text in {
        "good/template.toml": '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 3600\n',
        "good/nb/sms.txt": "Pakken er kommet.\n",
        "bad/template.toml": '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 3600\n',
        "bad/nb/sms.txt": "Hei.\n{% if %}\n",
    }.items():
        file = tmp_path / "texts" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "texts"


def test_a_template_that_cannot_be_used_is_an_error_at_its_line_and_the_rest_is_there(
    cli: Callable[..., Result], texts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.html"
    result = cli("gallery", str(out), str(texts), "--title", "Våre meldinger")
    html = out.read_text("utf-8")

    assert result.exit_code == 2
    assert "bad/nb/sms.txt, line 2" in result.stderr
    assert result.stdout == (
        f"2 templates in {out}, of which 1 cannot be used and stands there as the error\n"
    )
    assert "Pakken er kommet." in html
    assert '<li>{% if %}<ul class="found"><li class="error"><strong>feil TPL001:</strong>' in html
    assert "<h1>Våre meldinger</h1>" in html
    assert out.stat().st_mode & 0o777 == 0o644


def test_a_text_saved_as_latin_1_is_a_finding_at_its_file_in_the_gallery(
    cli: Callable[..., Result], texts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.html"
    (texts / "bad/nb/sms.txt").write_bytes("Hei.\nPakken er på biblioteket.\n".encode("latin-1"))
    result = cli("gallery", str(out), str(texts / "bad"), "--page-language", "en")
    html = out.read_text("utf-8")

    assert result.exit_code == 2
    assert "The files behind it, with 1 finding where they are" in html
    assert "<h4><code>bad/nb/sms.txt</code></h4>" in html
    assert '<li class="error"><strong>error TPL001:</strong> is not UTF-8; save it as UTF-8;' in html
    assert "(bad/nb/sms.txt:2" in html


@pytest.mark.parametrize(
    ("given", "heads"),
    [
        ([], ('<html lang="nb">', "<h1>Meldinger</h1>")),
        (["--page-language", "nb"], ('<html lang="nb">', "<h1>Meldinger</h1>")),
        (["--page-language", "en"], ('<html lang="en">', "<h1>Messages</h1>")),
    ],
)
def test_a_gallery_speaks_norwegian_unless_english_is_asked_for(
    cli: Callable[..., Result], texts: Path, tmp_path: Path, given: list[str], heads: tuple[str, str]
) -> None:
    out = tmp_path / "out.html"
    result = cli("gallery", str(out), str(texts / "good"), *given)
    html = out.read_text("utf-8")

    assert result.exit_code == 0
    assert all(head in html for head in heads)


def test_a_gallery_is_written_whole(cli: Callable[..., Result], texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.html"
    result = cli("gallery", str(out), str(texts / "good"))
    missing = cli("gallery", str(tmp_path / "no" / "out.html"), str(texts / "good"))

    assert (result.exit_code, result.stdout) == (0, f"1 template in {out}\n")
    assert out.read_text("utf-8").endswith("</html>\n")
    assert missing.exit_code == 2
    assert "No such file" in missing.stderr
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["out.html"]


def test_many_templates_are_drawn_by_all_processors_and_stand_in_their_order(
    cli: Callable[..., Result], texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        copytree(texts / "good", texts / f"t{number:02}")
    out = [tmp_path / "one.html", tmp_path / "two.html"]
    for file, processors in zip(out, (1, 2), strict=True):
        monkeypatch.setattr(gallery, "_processors", lambda processors=processors: processors)
        assert cli("gallery", str(file), str(texts)).exit_code == 2

    assert out[0].read_text("utf-8") == out[1].read_text("utf-8")
    assert out[0].read_text("utf-8").count("<section") == 22


def test_there_is_a_processor() -> None:
    assert gallery._processors() >= 1
