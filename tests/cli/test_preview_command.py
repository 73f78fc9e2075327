"""``straks preview``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from straks.loading import Catalog


def messages(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def seen(result: Result) -> str:
    """Return what is on the screen without frames and line breaks."""
    return " ".join(result.stdout.replace("│", " ").split())


def test_every_language_and_channel_is_shown_with_the_examples(cli: Callable[..., Result]) -> None:
    result = cli("preview", "one-time-code")

    assert result.exit_code == 0
    for said in (
        "nb SMS to +46 ••• •• 605",
        "en e-mail to k•••@example.org",
        "482913",
        "GSM-7, 109 septets, 51 spare",
        "gateway counts 1, service records 1",
        "Engangskode fra Skatteetaten",
        "sent as HTML, ",
    ):
        assert said in result.stdout


def test_texts_stand_side_by_side_where_there_is_room(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def tops(columns: str) -> list[int]:
        monkeypatch.setenv("COLUMNS", columns)
        out = cli("preview", "one-time-code", "--channel", "sms").stdout
        return [line.count("╭") for line in out.splitlines() if "╭" in line]

    assert tops("130") == [3]
    assert tops("80") == [2, 1]
    assert tops("60") == [1, 1, 1]


def test_a_value_is_read_as_its_parameter_reads_it(cli: Callable[..., Result]) -> None:
    (shown,) = messages(
        cli(
            *("preview", "one-time-code", "--locale", "nn", "--channel", "sms", "--json"),
            *("--set", "lifetime=3 min", "--set", "service=Båten & co", "--set", "code=000042"),
        )
    )

    assert shown["body"].startswith(
        "Eingongskoden din er 000042 og gjeld i 3 minutt. Bruk han berre hos Båten & co"
    )
    assert shown["time_to_live"] == 180
    assert shown["segments"] == [{"text": shown["body"], "units": shown["units"]}]


def test_an_optional_value_is_left_out_by_an_empty_one(
    cli: Callable[..., Result], own_templates: Path
) -> None:
    where = ("--templates", str(own_templates), "--locale", "nb", "--channel", "sms")
    without, with_ = (
        seen(cli("preview", "parcel", *where, "--set", f"days={days}")) for days in ("", "2026-05-07")
    )

    assert "Biblioteket." in without
    assert "Biblioteket til 7. mai 2026." in with_


def test_segments_are_marked_where_they_meet(cli: Callable[..., Result], own_templates: Path) -> None:
    place = "a" * 150
    out = seen(cli("preview", "parcel", "--templates", str(own_templates), "--set", f"place={place}"))

    assert "⟦2⟧" in out
    assert "2 segments (153 + " in out


def test_plain_text_mail_is_shown_with_its_size(cli: Callable[..., Result], own_templates: Path) -> None:
    result = cli(
        "preview", "parcel", "--templates", str(own_templates), "--channel", "email", "--locale", "nb"
    )

    assert "Pakken er kommet" in result.stdout
    assert "sent as plain text, 30 bytes" in result.stdout


def test_a_language_without_the_channel_is_left_out_unless_asked_for(
    cli: Callable[..., Result], own_templates: Path
) -> None:
    where = ("--templates", str(own_templates), "--json")
    everything = messages(cli("preview", "parcel", *where))
    one = messages(cli("preview", "parcel", *where, "--locale", "nn", "--locale", "nn"))
    refused = cli("preview", "parcel", *where, "--locale", "nn", "--channel", "email")

    assert [(m["locale"], m["channel"]) for m in everything] == [
        ("nb", "sms"),
        ("nn", "sms"),
        ("nb", "email"),
    ]
    assert [(m["locale"], m["channel"]) for m in one] == [("nn", "sms")]
    assert refused.exit_code == 2
    assert "parcel has no email in 'nn'; it has email in nb" in refused.stderr


def test_the_recipient_is_masked_until_it_is_to_be_revealed(cli: Callable[..., Result]) -> None:
    to = ("preview", "one-time-code", "--to", "+46 70 174 06 99", "--locale", "nb")
    masked, revealed = cli(*to), cli(*to, "--reveal")
    found = messages(cli(*to, "--json"))
    mail = messages(cli("preview", "one-time-code", "--to", "ola@example.com", "--reveal", "--json"))

    assert "0174069" not in masked.output.replace(" ", "")
    assert "nb SMS to +46701740699" in revealed.stdout
    assert [message["recipient"] for message in found] == ["+46 ••• •• 699"]
    assert {(message["channel"], message["recipient"]) for message in mail} == {("email", "ola@example.com")}


def test_the_html_is_written_to_look_at(cli: Callable[..., Result], tmp_path: Path, catalog: Catalog) -> None:
    file = tmp_path / "mail.html"
    result = cli("preview", "one-time-code", "--locale", "nb", "--html", str(file))
    letter = catalog.email(
        "one-time-code", locale="nb", to="kari@example.org", values=catalog["one-time-code"].examples
    )

    assert result.exit_code == 0
    assert file.read_text("utf-8") == letter.html


def test_a_preview_is_written_as_a_picture(cli: Callable[..., Result], tmp_path: Path) -> None:
    out = tmp_path / "code.svg"
    to = ("--to", "+46701740699", "--svg", str(out))
    masked = cli("preview", "one-time-code", "--locale", "nb", *to), out.read_text("utf-8")
    cli("preview", "one-time-code", "--locale", "nb", *to, "--reveal")

    assert masked[0].exit_code == 0
    assert "482913" in masked[1]
    assert "0174069" not in masked[1]
    assert "to +46701740699" in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing argument 'NAME'"),
        (("one-time-code", "status-update"), "2 names were given; give one, or folders with --watch"),
        (("one-time-code", "--port", "1"), "--port is for --watch"),
        (
            ("--watch", "--set", "code=1"),
            "--set is for one message; with --watch, choose and type on the page",
        ),
        (("--watch", "--json"), "--json is for one message"),
        (("--watch", "no/such/folder"), "there is no no/such/folder; name a folder of templates"),
        (("--watch", "--port", "0", "--host", "192.0.2.1"), "cannot listen on 192.0.2.1"),
        (("one-time-cod",), "did you mean 'one-time-code'?"),
        (("one-time-code", "--locale", "fr"), "one-time-code has no sms in 'fr'"),
        (("one-time-code", "--channel", "fax"), "'fax' is not one of 'sms', 'email'"),
        (("one-time-code", "--set", "lifetme=5 min"), "did you mean 'lifetime'?"),
        (("one-time-code", "--set", "xyz=1"), "it takes code, lifetime, service"),
        (("one-time-code", "--set", "lifetime=soon"), "'lifetime' takes a duration"),
        (("one-time-code", "--set", "lifetime=11 min"), "'lifetime' takes"),
        (("one-time-code", "--set", "code=12345"), "this has 5"),
        (("one-time-code", "--set", "service=www.example.org"), "'service' holds something that phones turn"),
        (("one-time-code", "--set", "service=a\nb"), "'service' holds"),
        (("one-time-code", "--set", "service=\udcff"), "'service' holds"),
        (("one-time-code", "--set", "482913"), "number 1 of them is not NAME=VALUE"),
        (("one-time-code", "--set", "=482913"), "number 1 of them is not NAME=VALUE"),
        (("one-time-code", "--set", "code=1", "--set", "code=2"), "'code' is given twice"),
        (("one-time-code", "--to", ""), "number"),
        (("one-time-code", "--to", "+4722000000"), "this one is a landline"),
        (("one-time-code", "--to", "kari@example.org\r\nBcc: b@example.org"), "no line breaks"),
        (("one-time-code", "--html", "x.html"), "there are 3 with HTML"),
        (("one-time-code", "--locale", "nb", "--html", "."), "is a directory"),
        (("one-time-code", "--locale", "nb", "--html", "no/such/x.html"), "no/such/x.html: No such file"),
    ],
)
def test_what_cannot_be_shown_ends_with_2_and_a_sentence(
    cli: Callable[..., Result], arguments: tuple[str, ...], said: str
) -> None:
    result = cli("preview", *arguments)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in " ".join(result.stderr.split())
    assert "482913" not in result.stderr
