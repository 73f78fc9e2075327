"""The small parts that commands share."""

from __future__ import annotations

import pytest

from straks.cli.layout import panel_width
from straks.cli.show_sms import bubble, marked
from straks.cli.terminal import console, one_line
from straks.core.segment import Segmentation, segment
from straks.core.substitute import Foreign
from straks.preview.figures import counts_of, figures, name, stand_in
from straks.preview.visible import visible
from straks.preview.words import counted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Møte 👩‍👧 «ok»\nnå", "Møte 👩‍👧 «ok»\nnå"),
        ("a\x00\x7f\r", "a␀␡␍"),
        ("a\u00a0b\u200b", "a⟨U+00A0⟩b⟨U+200B⟩"),
        ("\udcff", "⟨U+DCFF⟩"),
    ],
)
def test_what_does_not_print_is_shown_by_name(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_an_error_message_stays_on_its_line() -> None:
    assert one_line("a\r\nb\x1b]0;title\x07") == "a b␛]0;title␇"


@pytest.mark.parametrize("available", [1, 20, 38, 77, 80, 119, 120, 500])
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_panels_that_stand_in_a_row_fit_the_row(available: int, count: int) -> None:
    width = panel_width(available, count)
    in_a_row = max(1, min(count, (available + 1) // (width + 1)))

    assert 0 < width <= 60
    assert in_a_row * (width + 1) - 1 <= available


def test_a_border_is_marked_without_colours() -> None:
    text = "a" * 160 + "b"

    assert marked(segment(text)).plain == "a" * 153 + "⟦2⟧" + "a" * 7 + "b"


def test_what_is_foreign_is_marked_where_it_stands() -> None:
    text = marked(segment("Buorre beaivi, Čábo"))
    red = {text.plain[span.start : span.end] for span in text.spans if "red" in str(span.style)}

    assert red == {"Č", "á"}


def test_the_figures_name_each_count() -> None:
    text = "a" * 2145

    assert list(figures(counts_of("hei", segment("hei")))) == [
        "GSM-7, 3 septets, 157 spare",
        "1 segment",
        "gateway counts 1, service records 1",
    ]
    assert list(figures(counts_of(text, segment(text))))[1:] == [
        "15 segments (153 + 153 + 153 + 153 + 153 + 153 + 153 + 153 + 153 + 153 + 153 + 153 + 153 + 153 + 3)",
        "gateway counts 17, service records 16",
        "cut off: the gateway carries 16 and drops the rest",
    ]


def test_a_count_of_one_has_its_noun_in_the_singular() -> None:
    assert [counted(number, "septet") for number in (0, 1, 2)] == ["0 septets", "1 septet", "2 septets"]


@pytest.mark.parametrize(
    ("foreign", "named", "offered"),
    [
        (Foreign(0, "–", "-"), "– U+2013 EN DASH", "-"),
        (Foreign(0, "č", None), "č U+010D LATIN SMALL LETTER C WITH CARON", "no stand-in"),
        (Foreign(0, "\u200b", ""), "⟨U+200B⟩ U+200B ZERO WIDTH SPACE", "leave it out"),
        (Foreign(0, "\u2028", "\n"), "⟨U+2028⟩ U+2028 LINE SEPARATOR", "a line feed"),
        (Foreign(0, "\t", " "), "␉ U+0009", "a space"),
        (
            Foreign(0, "a\u030a", "å"),
            "a\u030a U+0061 LATIN SMALL LETTER A and U+030A COMBINING RING ABOVE",
            "å",
        ),
    ],
)
def test_a_foreign_character_is_named_and_its_stand_in_offered(
    foreign: Foreign, named: str, offered: str
) -> None:
    assert name(foreign) == named
    assert stand_in(foreign) == offered


def test_a_bubble_lists_what_is_foreign_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    segmentation: Segmentation = segment("10–11")
    console().print(bubble("nb", "10–11", segmentation, 60))
    shown = capsys.readouterr().out

    assert "10–11" in shown
    assert "– U+2013 EN DASH: -" in shown
    assert "UCS-2, 5 code units, 65 spare" in shown
