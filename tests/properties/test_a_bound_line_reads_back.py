"""Law: a bound line reads back as what it was made of, whatever text stands above it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from straks.core.bound_line import BoundLine, bound_line, is_host, read_bound_line

LABELS = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
HOSTS = (
    st.tuples(st.lists(LABELS, min_size=1, max_size=4), st.sampled_from(["no", "org", "example"]))
    .map(lambda parts: ".".join((*parts[0], parts[1])))
    .filter(is_host)
)
CODES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=10)
BREAKS = st.sampled_from(["\n", "\r\n", "\r"])


@given(HOSTS, CODES)
def test_building_and_reading_is_the_identity(host: str, code: str) -> None:
    assert read_bound_line(bound_line(host, code)) == BoundLine(host, code)


@given(st.text(max_size=60), BREAKS, HOSTS, CODES)
def test_no_text_above_changes_what_is_read(text: str, line_break: str, host: str, code: str) -> None:
    assert read_bound_line(text + line_break + bound_line(host, code)) == BoundLine(host, code)


@given(HOSTS, CODES, BREAKS, st.text(st.characters(exclude_characters="@"), max_size=30))
def test_any_line_below_unbinds_it(host: str, code: str, line_break: str, below: str) -> None:
    assert read_bound_line(bound_line(host, code) + line_break + below) is None


@given(st.text(st.sampled_from("@# \t\u00a0\na1.%"), max_size=40))
def test_what_is_read_was_written_in_the_last_line(text: str) -> None:
    found = read_bound_line(text)
    if found is not None:
        frame = "" if found.embedded_host is None else f" @{found.embedded_host}"
        assert text.rpartition("\n")[2].startswith(f"@{found.host} #{found.code}{frame}")
