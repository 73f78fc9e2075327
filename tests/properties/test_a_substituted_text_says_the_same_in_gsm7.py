"""Law: what is listed as foreign is all that is foreign, and with every stand-in put in the text is GSM-7."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from straks.core.alphabet import SEPTETS
from straks.core.segment import Encoding, segment
from straks.core.substitute import TABLE, find_foreign

SIGNS = "".join(row.characters for row in TABLE)
ANY_TEXT = st.text(
    st.sampled_from("ab åÅ.č’«»Ωα\u212b\u030a\u0301\u0308\u200d")
    | st.sampled_from(SIGNS)
    | st.characters(exclude_categories=["Cs"]),
    max_size=60,
)
PLAIN_AND_SIGNS = st.text(st.sampled_from("ab å\n") | st.sampled_from(SIGNS) | st.just("\u212b"), max_size=60)


def substituted(text: str) -> str:
    """Put in every stand-in there is, and leave the rest as it is."""
    for foreign in reversed(list(find_foreign(text))):
        if foreign.substitute is not None:
            text = text[: foreign.index] + foreign.substitute + text[foreign.index + len(foreign.character) :]
    return text


@given(ANY_TEXT | PLAIN_AND_SIGNS)
def test_a_text_whose_every_place_has_a_stand_in_becomes_gsm7(text: str) -> None:
    if all(foreign.substitute is not None for foreign in find_foreign(text)):
        assert segment(substituted(text)).encoding is Encoding.GSM7


@given(PLAIN_AND_SIGNS)
def test_signs_between_plain_letters_nearly_always_go(text: str) -> None:
    kept = [foreign.character for foreign in find_foreign(text) if foreign.substitute is None]

    assert set(kept) <= set(SIGNS)
    assert segment(substituted(text)).encoding is (Encoding.UCS2 if kept else Encoding.GSM7)


@given(ANY_TEXT)
def test_what_is_listed_is_all_that_is_foreign(text: str) -> None:
    found = list(find_foreign(text))
    listed = {at for foreign in found for at in range(foreign.index, foreign.index + len(foreign.character))}

    assert listed >= {at for at, character in enumerate(text) if character not in SEPTETS}
    assert all(text[foreign.index :].startswith(foreign.character) for foreign in found)
    assert all(set(foreign.character) - set(SEPTETS) for foreign in found)
    assert [foreign.index for foreign in found] == sorted({foreign.index for foreign in found})
    assert sum(len(foreign.character) for foreign in found) == len(listed)


@given(ANY_TEXT)
def test_a_mark_is_replaced_only_together_with_its_base(text: str) -> None:
    for foreign in find_foreign(text):
        if unicodedata.category(foreign.character[0]).startswith("M"):
            assert foreign.substitute is None
        if len(foreign.character) > 1:
            assert foreign.substitute == unicodedata.normalize("NFC", foreign.character)


@given(ANY_TEXT)
def test_what_is_gsm7_has_nothing_foreign_and_the_rest_has(text: str) -> None:
    found = segment(text)

    assert (found.encoding is Encoding.GSM7) == (found.foreign == ())
