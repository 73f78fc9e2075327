"""Kinds whose value is text: what each admits, and how it says no."""

from __future__ import annotations

import unicodedata
from types import MappingProxyType

import pytest
from markupsafe import Markup

from straks.core.choice_kind import Choice
from straks.core.parameter import Parameter, Shown, Unfit
from straks.core.text_kinds import Code, Name, Reference, Text
from straks.core.url_kind import Link, Url

CODE = Code(name="code", length=6)
TEXT = Text(name="service", max_length=24)
GSM7 = Text(name="service", max_length=24, alphabet="gsm-7")
LINES = Text(name="note", max_length=60, lines=3)
CASE = Reference(name="case", max_length=11, pattern="20[0-9]{2}/[0-9]{1,6}")
URL = Url(name="url", hosts=("www.example.org", "example.com"), max_length=60)
STATUS = Choice(
    name="status",
    words=MappingProxyType({"open": MappingProxyType({"nb": "åpen", "nn": "open", "en": "open"})}),
)


def refusal(parameter: Parameter, value: object) -> str:
    with pytest.raises(Unfit) as caught:
        parameter.check(value)
    return str(caught.value)


# --- code --------------------------------------------------------------------------------------


def test_a_code_keeps_its_leading_zeros() -> None:
    assert CODE.check("012345") == "012345"
    assert CODE.show("012345", "nb") == CODE.canonical("012345") == CODE.read("012345") == "012345"
    assert CODE.secret


@pytest.mark.parametrize("number", [12345, 482913, True])
def test_a_code_is_never_a_number(number: int) -> None:
    assert "leading zeros" in refusal(CODE, number)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("12345", "exactly 6 digits 0-9, as text; this has 5"),
        ("1234567", "this has 7"),
        ("", "this has 0"),
        (" 12345", "others among them"),
        ("12345a", "others among them"),
        ("٤٨٢٩١٣", "others among them"),
        ("４８２９１３", "others among them"),
        ("48291\n", "others among them"),
        (b"482913", "takes text, not bytes"),
        (None, "takes text, not NoneType"),
    ],
)
def test_anything_but_so_many_ascii_digits_is_no_code(value: object, why: str) -> None:
    assert why in refusal(CODE, value)


def test_a_code_may_have_an_alphabet_of_its_own() -> None:
    letters = Code(name="code", length=4, alphabet="ABCDEF")

    assert letters.check("CAFE") == "CAFE"
    assert (
        refusal(letters, "cafe")
        == "takes exactly 4 characters out of ABCDEF, as text; this has others among them"
    )


# --- text and name -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Skatteetaten", "Skatteetaten"),
        ("  Skatteetaten\n", "Skatteetaten"),
        ("A\u030ase", "Åse"),
        ("Kari & <b>", "Kari & <b>"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
        ("strx0xrts", "strx0xrts"),
        ("å" * 24, "å" * 24),
        ("a\u030a" * 24, "å" * 24),
        ("a  b", "a  b"),
    ],
)
def test_text_is_composed_and_trimmed_and_otherwise_left_alone(value: str, kept: str) -> None:
    assert TEXT.check(value) == kept


def test_text_of_another_type_becomes_plain_text() -> None:
    # Or a value would be printed unescaped.
    assert type(TEXT.check(Markup("<b>"))) is str


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "is empty; it takes at most 24 characters"),
        ("   ", "is empty; it takes at most 24 characters"),
        ("x" * 25, "this has 25"),
        ("x" * 97, "this has far more"),
        ("a\nb", "holds a line break (U+000A) at character 2; take it out"),
        ("abc\u202edef", "holds a character that turns the reading direction (U+202E) at character 4"),
        ("a\u200bb", "an invisible character (U+200B)"),
        ("a\0b", "a control character (U+0000)"),
        ("\u0301bc", "begins with a combining mark"),
        ("\u1161bc", "begins with a combining mark"),
        ("se evil.no", "something that phones turn into a link"),
        ("https://strx0xrts", "something that phones turn into a link"),
        ("javascript:alert(1)", "something that phones turn into a link"),
        ("..", "is dots alone"),
        (".", "is dots alone"),
        (7, "takes text, not int"),
        (b"abc", "takes text, not bytes"),
        (["abc"], "takes text, not list"),
    ],
)
def test_text_that_a_message_may_not_hold_is_refused(value: object, why: str) -> None:
    assert why in refusal(TEXT, value)


def test_no_text_is_refused_for_length_before_it_is_composed_that_would_fit_after() -> None:
    longest = max(
        (chr(number) for number in range(0x20000)), key=lambda c: len(unicodedata.normalize("NFD", c))
    )
    spelt_out = unicodedata.normalize("NFD", longest)

    assert len(spelt_out) == 4
    assert len(TEXT.check(spelt_out * 24)) == 24


def test_a_least_length_is_kept() -> None:
    both = Text(name="n", max_length=5, min_length=3)

    assert both.check("abc") == "abc"
    assert refusal(both, "ab") == "takes 3 to 5 characters; this has 2"
    assert Text(name="n", max_length=5, min_length=0).check(" ") == ""


def test_letters_that_gsm7_lacks_are_named_where_only_gsm7_may_stand() -> None:
    assert GSM7.check("Åse €") == "Åse €"
    assert refusal(GSM7, "Aš") == (
        "takes at most 24 characters that GSM-7 has; character 2 is U+0161 LATIN SMALL LETTER S WITH CARON; "
        'replace it, or declare alphabet = "any"'
    )


def test_several_lines_may_be_declared() -> None:
    assert LINES.check("a \r\n\r\nb\t\n") == "a\n\nb"
    assert refusal(LINES, "a\nb\nc\nd") == "takes at most 60 characters in at most 3 lines; this has 4 lines"
    assert "a line break (U+000D)" in refusal(LINES, "a\rb")
    assert "a line break (U+2028)" in refusal(LINES, "a\u2028b")


def test_a_name_is_checked_as_text_is() -> None:
    name = Name(name="name", max_length=10)

    assert name.check(" Åse ") == "Åse"
    assert "line break" in refusal(name, "Å\nse")
    assert name.show("Åse", "en") == name.canonical("Åse") == name.read("Åse") == "Åse"


# --- reference ---------------------------------------------------------------------------------


def test_a_reference_matches_its_pattern_from_end_to_end() -> None:
    assert CASE.check(" 2026/1234 ") == "2026/1234"
    for wrong in ("2026/", "2026/12345\n6", "x2026/1234", "1999/1", "٢٠٢٦/١"):
        refusal(CASE, wrong)
    assert refusal(CASE, "2026-1234") == "takes what matches 20[0-9]{2}/[0-9]{1,6}"


def test_a_pattern_is_read_as_ascii() -> None:
    digits = Reference(name="r", max_length=4, pattern=r"\d{4}")

    assert digits.check("2026") == "2026"
    refusal(digits, "٢٠٢٦")


def test_a_reference_without_a_pattern_has_a_length() -> None:
    reference = Reference(name="r", max_length=4)

    assert reference.check("a/1") == "a/1"
    assert refusal(reference, "abcde") == "takes at most 4 characters; this has 5"


# --- choice ------------------------------------------------------------------------------------


def test_a_choice_prints_its_word_and_compares_as_its_value() -> None:
    shown = STATUS.show(STATUS.check("open"), "nb")

    assert isinstance(shown, Shown)
    assert str(shown) == "åpen"
    assert shown == "open"
    assert STATUS.canonical("open") == STATUS.read("open") == "open"


@pytest.mark.parametrize("value", ["åpen", "OPEN", "", 1, None, ["open"]])
def test_what_is_not_listed_is_no_choice(value: object) -> None:
    assert refusal(STATUS, value) == "takes one of open"


# --- url ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "https://www.example.org",
        "https://www.example.org/",
        "https://www.example.org/a/b?c=d&e=%C3%A5#f",
        "https://example.com?x",
        "https://example.com/#@evil.no",
    ],
)
def test_an_https_address_on_a_declared_host_is_a_link(address: str) -> None:
    link = URL.check(address)

    assert isinstance(link, Link)
    assert link == URL.show(link, "nb") == URL.canonical(link) == URL.read(address) == address
    assert type(URL.canonical(link)) is str


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://www.example.org/",
        "HTTPS://www.example.org/",
        "https://WWW.example.org/",
        "https://evil.example.org/",
        "https://www.example.org.evil.no/",
        "https://www.example.org@evil.no/",
        "https://user@www.example.org/",
        "https://www.example.org:443/",
        "https://www.example.org\\evil",
        "https://www.example.org/a b",
        "https://www.example.org/å",
        'https://www.example.org/"onclick',
        "https://www.example.org/<",
        " https://www.example.org/",
        "https://www.example.org/\n",
        "//www.example.org/",
        "javascript:alert(1)//www.example.org",
        "https://www.example.org/" + "x" * 40,
        7,
    ],
)
def test_any_other_address_is_refused(address: object) -> None:
    expected = "takes text, not int" if address == 7 else "an https address on www.example.org or example.com"
    assert expected in refusal(URL, address)
