"""Law: each segment can be sent on its own: it encodes, and with its header it is at most 140 octets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from straks.core.alphabet import encode, pack
from straks.core.cluster import clusters
from straks.core.segment import HEADER_OCTETS, Encoding, segment

GSM7_TEXT = st.text(st.sampled_from("aø\r\n€[]~\f"), max_size=700)
ANY_TEXT = st.text(
    st.sampled_from("aå€č😀🇳🇴\u030a\u200d\ufe0f👩🏽") | st.characters(exclude_categories=["Cs"]), max_size=300
)


@given(text=GSM7_TEXT | ANY_TEXT, encoding=st.sampled_from([None, Encoding.UCS2]), whole=st.booleans())
def test_no_segment_is_over_140_octets_or_splits_a_pair(
    text: str, encoding: Encoding | None, *, whole: bool
) -> None:
    found = segment(text, encoding=encoding, whole_clusters=whole)
    header = HEADER_OCTETS if len(found) > 1 else 0

    for part in found.segments:
        if found.encoding is Encoding.GSM7:
            # A segment that began or ended inside an escape would have another number of septets.
            octets = pack(encode(part.text), header_octets=header)
            assert part.units == len(encode(part.text))
        else:
            octets = part.text.encode("utf-16-be")
            assert part.units == len(octets) // 2
        assert header + len(octets) <= 140
    assert 0 <= found.spare <= 160


@given(ANY_TEXT)
def test_no_border_falls_within_a_cluster_that_a_segment_can_hold(text: str) -> None:
    found = segment(text, encoding=Encoding.UCS2, whole_clusters=True)
    borders: set[int] = set()
    for part in found.segments[:-1]:
        borders.add(max(borders, default=0) + len(part.text))

    start = 0
    for cluster in clusters(text):
        inside = range(start + 1, start + len(cluster))
        if len(cluster.encode("utf-16-be")) <= 134:
            assert borders.isdisjoint(inside)
        start += len(cluster)
