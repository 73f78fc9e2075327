"""What no value may hold, and what a phone would make a link of."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from straks.core.hygiene import looks_like_link, offence, starts_with_mark


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kari\nOla", (4, "a line break (U+000A)")),
        ("Kari\rOla", (4, "a line break (U+000D)")),
        ("a\u0085b", (1, "a line break (U+0085)")),
        ("a\u2028b", (1, "a line break (U+2028)")),
        ("a\u2029b", (1, "a line break (U+2029)")),
        ("a\tb", (1, "a control character (U+0009)")),
        ("\0", (0, "a control character (U+0000)")),
        ("a\x1bb", (1, "a control character (U+001B)")),
        ("a\x9fb", (1, "a control character (U+009F)")),
        ("abc\u202edef", (3, "a character that turns the reading direction (U+202E)")),
        ("\u200e", (0, "a character that turns the reading direction (U+200E)")),
        ("\u061c", (0, "a character that turns the reading direction (U+061C)")),
        ("\u2066", (0, "a character that turns the reading direction (U+2066)")),
        ("a\ud800", (1, "half of a surrogate pair (U+D800)")),
        ("\ue000", (0, "a character that Unicode gives no meaning (U+E000)")),
        ("\U000e0fff", (0, "a character that Unicode gives no meaning (U+E0FFF)")),
        ("a\u200bb", (1, "an invisible character (U+200B)")),
        ("a\u200db", (1, "an invisible character (U+200D)")),
        ("a\u00adb", (1, "an invisible character (U+00AD)")),
        ("\ufeffa", (0, "an invisible character (U+FEFF)")),
        ("a\u3164", (1, "an invisible character (U+3164)")),
        ("a\u180b", (1, "an invisible character (U+180B)")),
        ("a\u034fb", (1, "an invisible character (U+034F)")),
        ("a\U000e0041", (1, "an invisible character (U+E0041)")),
        ("a\ufe0f", (1, "an invisible character (U+FE0F)")),
        ("\ufe0f", (0, "an invisible character (U+FE0F)")),
        ("❤\ufe0e", (1, "an invisible character (U+FE0E)")),
        ("a\U000e0100", (1, "an invisible character (U+E0100)")),
    ],
)
def test_the_first_character_that_may_not_stand_is_named(text: str, found: tuple[int, str]) -> None:
    assert offence(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Åse Ødegård",
        "Čáhppes ŋ",
        "日本語",
        "1 < 2 & 3",
        "a\u00a0b",
        "❤\ufe0f",
        "1\ufe0f\u20e3",
        "👍🏽",
        "e\u0301",
    ],
)
def test_what_can_be_read_is_welcome(text: str) -> None:
    assert offence(text) is None


def test_line_feeds_are_welcome_where_lines_are() -> None:
    assert offence("a\nb", lines=True) is None
    assert offence("a\r\nb", lines=True) == (1, "a line break (U+000D)")
    assert offence("a\u2028b", lines=True) == (1, "a line break (U+2028)")


def test_no_control_bidi_or_format_character_passes() -> None:
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            assert offence(character) is not None, hex(number)


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org",
        "HTTPS://EXAMPLE.ORG",
        "see custom+x://host",
        "mailto:kari",
        "javascript:alert(1)",
        "tel:815",
        "www.example",
        "Betal på evil.no",
        "saken.Vi",
        "evil.no.",
        "evil.no/sti",
        "kari@example.org",
        "EVIL.NO",
        "evil。no",
        "evil．no",
        "evil｡no",
        "evil.рф",
        "evil.xn--p1ai",
        "free.zip",
        "evil.co.uk",
        "10.0.0.1",
    ],
)
def test_what_a_phone_would_make_a_link_of_is_seen(text: str) -> None:
    assert looks_like_link(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Kari Nordmann",
        "St.Hanshaugen",
        "f.eks. i dag",
        "kl. 10.30",
        "1.5 timer",
        "version 1.2.3",
        "Dine data: se brevet",
        "Tel: 815 00 000",
        "Vi ses.",
        "A.S.Berg",
        "Ole-Jan",
        "10.000.000",
    ],
)
def test_ordinary_words_are_no_link(text: str) -> None:
    assert not looks_like_link(text)


def test_a_long_text_is_looked_through_in_a_moment() -> None:
    # Steps in the square of the length would take minutes.
    assert not looks_like_link("a" * 1_000_000 + ":")
    assert not looks_like_link("." * 1_000_000)


def test_everything_that_composes_with_what_stands_before_it_is_seen() -> None:
    for number in range(sys.maxunicode + 1):
        parts = unicodedata.decomposition(chr(number)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            before, after = (chr(int(part, 16)) for part in parts)
            if unicodedata.normalize("NFC", before + after) != before + after:
                assert starts_with_mark(after), hex(number)


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("", False),
        ("a\u0301", False),
        ("\u0301a", True),
        ("\u20e3", True),
        ("\u1161", True),
        ("\u11a8", True),
    ],
)
def test_a_text_that_would_change_the_letter_before_it_is_seen(text: str, *, does: bool) -> None:
    assert starts_with_mark(text) is does
