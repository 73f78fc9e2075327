"""Law: whatever the options, the joined segments are the text, unchanged."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from straks.core.cluster import clusters
from straks.core.segment import Encoding, segment

ANY_TEXT = st.text(
    st.sampled_from("aå\r\n€[č😀🇳🇴\u030a\u200d\ufe0f👩🏽") | st.characters(exclude_categories=["Cs"]),
    max_size=400,
)


@given(text=ANY_TEXT, encoding=st.sampled_from([None, Encoding.UCS2]), whole=st.booleans())
def test_joined_segments_give_the_text_back(text: str, encoding: Encoding | None, *, whole: bool) -> None:
    found = segment(text, encoding=encoding, whole_clusters=whole)

    assert "".join(part.text for part in found.segments) == text
    assert len(found) == 1 or all(part.text for part in found.segments)


@given(ANY_TEXT)
def test_joined_clusters_give_the_text_back(text: str) -> None:
    assert "".join(clusters(text)) == text
    assert all(clusters(text))
