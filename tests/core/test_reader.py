"""Plain tags are remembered, and a page is read as Python's own reader reads it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from straks.core import reader
from straks.core.plain_text import plain_text
from straks.core.reader import Reader

PIECES = (
    "<p>", "</p>", "<P CLASS='a'>", '<a href="https://example.org/?a=1&amp;b=2&copy=3">', "</a>", "<br>",
    "<br/>", "<td nowrap>", "<p a=b>", '<p a="', '">', "<p title='\"'>", "<script>", "</script>", "<title>",
    "</title>", "<style/>", "</style>", "<!-- a -->", "<!--", "-->", "<!doctype html>", "<?a?>", "</ p>", "<",
    ">", "&", "&am", "p;", "&aring;", "&#65;", "x", " ", "\n", "<x-y>", "</x-y>", "<svg>", "<![CDATA[", "]]>",
    f"<p title='{'x' * 600}'>", "<textarea>", "<plaintext>",
)  # fmt: skip
DOCUMENTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), max_size=3)


class Noting(Reader):
    """Notes all that it is told."""

    def __init__(self) -> None:
        super().__init__(remembers=True)
        self.told: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.told.append(("start", tag, attrs, self.get_starttag_text()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.told.append(("both", tag, attrs, self.get_starttag_text()))

    def handle_endtag(self, tag: str) -> None:
        self.told.append(("end", tag))

    def handle_data(self, data: str) -> None:
        self.told.append(data)

    def handle_comment(self, data: str) -> None:
        self.told.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.told.append(("declaration", decl))

    def handle_pi(self, data: str) -> None:
        self.told.append(("instruction", data))

    def unknown_decl(self, data: str) -> None:
        self.told.append(("unknown", data))


def told(parts: list[str]) -> list[object]:
    """Return all that is told of *parts*, fed one after the other, and what is open after each."""
    noting = Noting()
    for part in parts:
        noting.feed(part)
        noting.told.append(noting.is_open)
    noting.close()
    return noting.told


@given(DOCUMENTS)
@example(["<p>a&am", "p;b</p>"])
@example(["<script>", "<p>a</p>", "</script>"])
@example(['<p title="a>', '<b c="d">'])
def test_what_is_remembered_of_tags_changes_nothing(parts: list[str]) -> None:
    quick = told(parts)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reader, "enabled", False)
        ordinary = told(parts)

    assert quick == ordinary


def test_what_one_reader_does_to_attributes_no_other_sees() -> None:
    class Emptying(Reader):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            super().handle_starttag(tag, attrs)
            attrs.clear()

    Emptying(remembers=True).feed('<p title="a">')
    noting = Noting()
    noting.feed('<p title="a">')

    assert noting.told == [("start", "p", [("title", "a")], '<p title="a">')]


def test_of_html_that_may_have_values_in_it_no_tag_is_remembered() -> None:
    before = reader._short_one.cache_info().currsize
    plain_text('<p title="Kari Nordmann">a</p>')

    assert reader._short_one.cache_info().currsize == before
