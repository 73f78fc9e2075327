"""What a bounded regular expression can match."""

from __future__ import annotations

import pytest

from straks.core.pattern import ATTEMPTS_MOST, attempts, characters, longest, widths


@pytest.mark.parametrize(
    ("pattern", "least_most", "letters", "text"),
    [
        ("20[0-9]{2}", (4, 4), "0123456789", "2000"),
        (r"^\d{1,3}$", (1, 3), "0123456789", "000"),
        ("a|bb", (1, 2), "ab", "bb"),
        ("(ab){2}?", (4, 4), "ab", "abab"),
        ("(?:a|b){1,2}", (1, 2), "ab", "aa"),
    ],
)
def test_a_pattern_has_widths_characters_and_a_longest_match(
    pattern: str, least_most: tuple[int, int], letters: str, text: str
) -> None:
    assert widths(pattern) == least_most
    assert characters(pattern) == tuple(letters)
    assert longest(pattern) == text


@pytest.mark.parametrize("pattern", [".", "[^a]", "(?i:a)", "(a.)", "a|.", ".{2}", r"[\W]"])
def test_what_may_be_any_character_is_unknown(pattern: str) -> None:
    assert characters(pattern) is None


@pytest.mark.parametrize("pattern", ["(?=a)a", "[^a]{2}", "[^a]|[^b]", "(?!a)b"])
def test_no_longest_match_is_claimed_where_none_was_found(pattern: str) -> None:
    assert longest(pattern) is None


def test_attempts_are_bounded_or_unknown() -> None:
    assert attempts("[0-9]{1,6}") == 6
    assert attempts("(a|a){1,50}") == ATTEMPTS_MOST + 1
    assert attempts("(a)b") == 1
    assert attempts("(?=a)a") is None
