"""Faithful stand-ins for what GSM-7 lacks, and where none is offered."""

from __future__ import annotations

import unicodedata

import pytest

from straks.core.substitute import TABLE, Foreign, Row, When, find_foreign


def offered(text: str) -> list[str | None]:
    return [foreign.substitute for foreign in find_foreign(text)]


@pytest.mark.parametrize("row", TABLE, ids=[ascii(row.characters) for row in TABLE])
def test_every_row_of_the_table_is_offered_between_plain_words(row: Row) -> None:
    for character in row.characters:
        assert offered(f"en {character} to") == [row.substitute]


def test_no_character_stands_in_two_rows() -> None:
    characters = "".join(row.characters for row in TABLE)

    assert len(set(characters)) == len(characters)


def test_every_fullwidth_form_of_ascii_has_a_row() -> None:
    characters = {character for row in TABLE for character in row.characters}

    assert {chr(code) for code in range(0xFF01, 0xFF5F)} <= characters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1\u00a0250\u202fkr", [" ", " "]),
        ("Se\ther", [" "]),
        ("opp\u2028ned", ["\n"]),
        ("Vel\u00adkommen", [""]),
        ("«Koden» “er” „her‟", ['"'] * 6),
        ("5\u2032 7\u2033", ["'", '"']),
        ("It’s here, ‘now’", ["'"] * 3),
        ("kl.\u00a010–11", [" ", "-"]),
        ("−5 grader — minst", ["-", "-"]),
        ("Vent…", ["..."]),
        ("• en", ["-"]),
        ("ﬁnt", ["fi"]),
        ("ＡＢ１２", list("AB12")),
        ("［ｏｋ］", list("[ok]")),
        ("STRAẞE", ["SS"]),
    ],
)
def test_the_same_meaning_in_plainer_form_is_offered(text: str, expected: list[str]) -> None:
    assert offered(text) == expected


@pytest.mark.parametrize("letter", "áčđŋšŧžÁČĐŊŠŦŽńïâǥǧǩʒǯõʹôêóÀÈÒíúýðþçëŵαάЖ中")
def test_letters_are_left_alone(letter: str) -> None:
    assert offered(f"a{letter}b") == [None]


@pytest.mark.parametrize("sign", "²³½¼°×÷±≤→©®™µ‰œ№ªº₺☎✓😀\u200c\u200d\x1b\x00\u202e\u061c\ufe0f")
def test_what_depends_on_its_place_or_means_more_than_it_shows_is_left_alone(sign: str) -> None:
    assert offered(f"5{sign}")[-1] is None


@pytest.mark.parametrize(
    ("sign", "letter"), [("\u212b", "Å"), ("\u2126", "Ω"), ("\u212a", "K"), ("\u037e", ";")]
)
def test_a_sign_that_is_the_same_as_a_letter_gets_the_letter(sign: str, letter: str) -> None:
    assert offered(sign) == [letter]


@pytest.mark.parametrize("letter", "åÅöÖäÄüÜñÑéÉèùìòàÇ")
def test_a_letter_in_two_parts_gets_the_letter_in_one_for_both(letter: str) -> None:
    parts = unicodedata.normalize("NFD", letter)

    assert list(find_foreign(f"bl{parts}b")) == [Foreign(2, parts, letter)]


def test_each_letter_in_parts_is_its_own_place() -> None:
    assert list(find_foreign("a\u030ao\u0308 – a\u030a")) == [
        Foreign(0, "a\u030a", "å"),
        Foreign(2, "o\u0308", "ö"),
        Foreign(5, "–", "-"),
        Foreign(7, "a\u030a", "å"),
    ]


@pytest.mark.parametrize(
    "mark", ["\u0302", "\u0301", "\u0300", "\u0303", "\u0308", "\u0327", "\u030a", "\u0338"]
)
@pytest.mark.parametrize("base", ["", " ", "\n", "t", "="])
def test_a_mark_that_composes_to_nothing_in_gsm7_has_no_stand_in(base: str, mark: str) -> None:
    assert list(find_foreign(base + mark)) == [Foreign(len(base), mark, None)]


def test_a_mark_at_the_very_beginning_has_no_stand_in() -> None:
    assert list(find_foreign("\u030aba")) == [Foreign(0, "\u030a", None)]


def test_a_letter_with_one_mark_too_many_is_left_alone() -> None:
    assert list(find_foreign("a\u030a\u0301")) == [Foreign(1, "\u030a", None), Foreign(2, "\u0301", None)]


@pytest.mark.parametrize("text", ["▪\ufe0f", "“\u0301", "１\ufe0f\u20e3", "\u200b\u0301", "\u2126\u0301"])
def test_a_sign_that_marks_follow_is_left_alone(text: str) -> None:
    assert set(offered(text)) == {None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ΑΒΓ", ["A", "B"]),
        ("ΑΘΗΝΑ", ["A", "H", "N", "A"]),
        ("Α", ["A"]),
        ("ΒΡ-12", ["B", "P"]),
        ("Αθ", [None, None]),
        ("aΑ", [None]),
        ("Α\u00adθ", [None, "", None]),
        ("Α\u0301θ", [None, None, None]),
        ("ΝΕΟ Νέο", ["N", "E", "O", None, None, None]),
    ],
)
def test_greek_capitals_get_latin_ones_only_in_words_all_in_capitals(
    text: str, expected: list[str | None]
) -> None:
    assert offered(text) == expected


@pytest.mark.parametrize("apostrophe", "‘’‛\u2032\u02bc\u00b4`\uff07")
@pytest.mark.parametrize(
    "word", ["sää{}m", "SÄÄ{}M", "m{}äll", "sää{}mǩiõll", "vuõ{}lǧǧem", "pue{}tted, ǩiõll", "c\u030c{}m"]
)
def test_an_apostrophe_that_may_be_a_skolt_sami_letter_is_left_alone(word: str, apostrophe: str) -> None:
    text = word.format(apostrophe)

    assert {found.character: found.substitute for found in find_foreign(text)}[apostrophe] is None


@pytest.mark.parametrize("text", ["It’s", "O’Brien", "l’été", "’č’", "Mä’", "’ä", "č ’a", "5’č"])
def test_any_other_apostrophe_gets_the_plain_one(text: str) -> None:
    assert {found.character: found.substitute for found in find_foreign(text)}["’"] == "'"


@pytest.mark.parametrize("hint", "\u200e\u200f\u2066\u2067\u2068\u2069")
@pytest.mark.parametrize(("word", "expected"), [("Oslo", ""), ("שלום", None), ("سلام", None), ("١٢", None)])
def test_a_hint_of_direction_may_go_only_where_all_runs_from_left_to_right(
    hint: str, word: str, expected: str | None
) -> None:
    assert offered(f"{hint} {word}")[0] == expected


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a–b",
        "www.example.org/it’s",
        "kari–ann@example.org",
        "example\uff0eorg",
        "Se:http://x/…y",
    ],
)
def test_web_addresses_are_left_alone(text: str) -> None:
    assert set(offered(text)) == {None}


@pytest.mark.parametrize("text", ["example.org/a\u2126b", "example.org/a\u030a"])
def test_composition_is_the_same_text_also_in_a_web_address(text: str) -> None:
    assert None not in offered(text)


@pytest.mark.parametrize("invisible", "\u00ad\u200b\u2060\ufeff\u200e")
def test_nothing_is_left_out_where_that_would_make_a_link(invisible: str) -> None:
    assert offered(f"altinn{invisible}.no") == [None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("«example.org»", ['"', '"']), ("(“https://example.org/a”).", ['"', '"']), ("St.Hans–aften", ["-"])],
)
def test_marks_around_a_web_address_are_not_part_of_it(text: str, expected: list[str]) -> None:
    assert offered(text) == expected


def test_a_text_without_foreign_characters_has_no_places() -> None:
    assert list(find_foreign("Blåbær [€] ΔΦ")) == []


def test_every_condition_is_used() -> None:
    assert {row.when for row in TABLE} == set(When)
