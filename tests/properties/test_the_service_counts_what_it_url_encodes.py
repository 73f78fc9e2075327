"""Law: the recorded length is that of the text as .NET writes it into a URL; all three counts only grow."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from straks.core.ledger import gateway_count, is_truncated, recorded_count, recorded_length

ANY_TEXT = st.text(max_size=600)
WORDS = st.text(st.sampled_from("abø €'~č😀"), max_size=3000)


@given(ANY_TEXT | WORDS)
def test_the_recorded_length_is_that_of_the_url_encoded_text(text: str) -> None:
    # Python keeps a tilde, which .NET writes as three characters.
    encoded = quote(text, safe="!()*-._ ").replace("~", "%7e")

    assert recorded_length(text) == len(encoded)


@given(ANY_TEXT | WORDS, ANY_TEXT)
def test_no_count_falls_when_text_is_added(text: str, more: str) -> None:
    assert 1 <= gateway_count(text) <= gateway_count(text + more)
    assert 1 <= recorded_count(text) <= recorded_count(text + more) <= 16


@given(WORDS)
def test_a_text_is_truncated_from_the_2145th_character(text: str) -> None:
    assert is_truncated(text) == (len(text) > 16 * 134)
