"""
Law: bleach and nh3, two parsers that share no line of code, clean HTML to the same message.

Compared is what a reader gets: the elements with their attributes, and the text. Four things are
*not* differences:

- how a style is spelt (nh3 writes it anew: ``.5em`` as ``0.5em``, ``1/2`` as ``1 / 2``);
- white space (bleach leaves a line feed where it takes away a block);
- the order of attributes;
- where badly nested formatting is repaired (bleach's parser follows an older edition of HTML). So
  for tangled HTML the sets of elements are compared, for well-nested HTML all of it, in order.

Where they do differ is listed at the end, and tested, so that no other difference can hide there.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.markup import BleachSanitizer, Nh3Sanitizer

BLEACH = BleachSanitizer()
NH3 = Nh3Sanitizer()

Start: TypeAlias = tuple[str, frozenset[tuple[str, str]]]


class Message(HTMLParser):
    """What a reader gets, as a row of start tags, end tags and runs of text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.row: list[Start | str] = []
        self._text = ""
        self.feed(html)
        self.close()
        self._end_text()

    @property
    def elements(self) -> set[Start]:
        return {part for part in self.row if isinstance(part, tuple)}

    @property
    def text(self) -> str:
        return "".join(part.strip() for part in self.row if isinstance(part, str) and part[0] == " ")

    def _end_text(self) -> None:
        if text := "".join(self._text.split()):
            self.row.append(" " + text)
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_text()
        self.row.append((tag, frozenset((name, _spelt(name, value or "")) for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self._end_text()
        self.row.append("/" + tag)

    def handle_data(self, data: str) -> None:
        self._text += data


def _spelt(name: str, value: str) -> str:
    return re.sub(r"\s|\b0(?=\.)", "", value).replace("'", '"') if name == "style" else value


TEXT = st.sampled_from(
    ["Hei", "482913", " ", "&amp;", "&lt;b&gt;", "&nbsp;", "&aring;", "&", "1 < 2", '"', "\n"]
)
STYLES = [
    "color:red",
    "color:#fff !important;background:url(x)",
    "position:fixed;padding:.5em 1em",
    "font:16px/1.5 &quot;Noto Sans&quot;, serif",
    "width:-1px",
    "display:none;mso-hide:all",
    "display:flex",
    "background:rgb(0, 0, 0)",
]
EVERYWHERE = [
    *[
        ' title="a&quot;&amp;b"',
        " lang=nb",
        " role=presentation",
        " aria-hidden=true",
        " onclick=x",
        " class=y",
    ],
    *[f" style='{style}'" for style in STYLES],
]
LINKS = [
    *["https://example.org/?a=1&copy=2&amp;b=%20", "https://example.org/å", "https://user@example.org/"],
    *["mailto:kari@example.org", "tel:+46701740605", "http://example.org", "/hjelp", "#top"],
    *["javascript:x", "java&#115;cript:x"],
]
IMAGES = ["https://example.org/a.png", "http://example.org/a.png", "cid:a", "data:image/png;base64,x"]
DROPPED = [
    "<script>x<b>y</script>",
    "<style>p{color:red}</style>",
    "<svg><g><text>x</text></g></svg>",
    "<title>x</title>",
    "<textarea><p>x</textarea>",
    "<select><option>x</option></select>",
    "<object><p>x</p></object>",
    "<!-- x -->",
    "<input value=x>",
]


def _said(*attributes: str) -> st.SearchStrategy[str]:
    some = st.lists(st.sampled_from([*EVERYWHERE, *attributes]), max_size=3, unique_by=_name)
    return some.map("".join)


def _name(attribute: str) -> str:
    return attribute.partition("=")[0]


def _many(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(parts, max_size=3).map("".join)


def _named(names: str) -> st.SearchStrategy[str]:
    return st.sampled_from(names.split())


def _wrapped(names: str, inside: st.SearchStrategy[str], *attributes: str) -> st.SearchStrategy[str]:
    return st.builds("<{0}{1}>{2}</{0}>".format, _named(names), _said(*attributes), inside)


A = st.builds('<a href="{}"{}>{}</a>'.format, st.sampled_from(LINKS), _said(), _many(TEXT))
IMG = st.builds('<img src="{}"{}>'.format, st.sampled_from(IMAGES), _said(" alt='a&quot;&lt;b'", " width=10"))
LEAF = TEXT | A | IMG | st.sampled_from(["<br>", *DROPPED])
LINE = st.recursive(
    LEAF, lambda inner: _wrapped("b i em strong code span s sub q abbr x-y label", _many(inner))
)
ROW = _wrapped(
    "tr", _many(_wrapped("td th", _many(LINE), " valign=top", " colspan=2", " nowrap")), " align=left"
)
PARAGRAPH = _wrapped("p h1 h3 pre", _many(LINE), " align=left", " id=x") | st.just("<hr>")
BLOCK = st.recursive(
    PARAGRAPH | _wrapped("table", _wrapped("tbody", _many(ROW)), " border=0", " cellpadding=0"),
    lambda inner: (
        _wrapped("div blockquote section center main", _many(inner), " align=left")
        | _wrapped("ul ol", _many(_wrapped("li", _many(inner | LINE))), " type=a")
    ),
    max_leaves=8,
)


@given(_many(BLOCK | LINE))
def test_well_nested_html_becomes_the_same_message(html: str) -> None:
    assert Message(BLEACH.clean(html)).row == Message(NH3.clean(html)).row


TANGLED = "a b i u code h1 h6 div ul ol li dl dd pre table tr td caption section form font x-y"
OPEN = st.builds(
    "<{}{}>".format,
    _named(TANGLED + " p"),
    _said(" href='https://example.org/'", " href='javascript:x'", " align=left"),
)
CLOSE = st.builds("</{}>".format, _named(TANGLED))


def _one_table(html: str) -> bool:
    return html.count("<table") < 2  # or see the differences below


@given(st.lists(OPEN | CLOSE | LEAF, max_size=12).map("".join).filter(_one_table))
def test_tangled_html_keeps_the_same_elements_and_the_same_text(html: str) -> None:
    kept, expected = Message(BLEACH.clean(html)), Message(NH3.clean(html))

    assert kept.elements == expected.elements
    assert kept.text == expected.text


RAW = st.sampled_from(
    [
        "<math><mi>",
        "</math>",
        "<svg></p>",
        "<noscript>",
        "</style>",
        "<b",
        "<!",
        "<template>",
        "<select>",
        "<image>",
    ]
)


@given(st.lists(OPEN | CLOSE | LEAF | RAW, max_size=15).map("".join))
def test_what_one_has_cleaned_the_other_leaves_alone(html: str) -> None:
    by_bleach, by_nh3 = BLEACH.clean(html), NH3.clean(html)

    assert Message(NH3.clean(by_bleach)).row == Message(by_bleach).row
    assert Message(BLEACH.clean(by_nh3)).row == Message(by_nh3).row


@pytest.mark.parametrize(
    ("html", "bleach", "nh3"),
    [
        # An unfinished tag is text to bleach, whose user may have meant it, and nothing to HTML.
        ("1 <b", "1 &lt;b", "1 "),
        # bleach reads references that end in a semicolon, HTML some others too.
        ("&copy 2026", "&amp;copy 2026", "© 2026"),
        # To HTML an <image> is an <img>; bleach never gets to see it.
        ('<image src="https://example.org/a.png">', "", '<img src="https://example.org/a.png">'),
        # These two end tags mean a paragraph and a line, since 2022 inside a drawing too.
        ("<svg></p></svg>", "", "<p></p>"),
        # A no-break space is written as itself or as a reference.
        ("a&nbsp;b", "a\u00a0b", "a&nbsp;b"),
        # A table straight in a table ends the first, but only HTML then begins the second.
        (
            "<table><table title=t><tr><td>x",
            "<table></table>x",
            '<table></table><table title="t"><tbody><tr><td>x</td></tr></tbody></table>',
        ),
        # No host has such a number; nh3 knows.
        ('<a href="https://999.1.1.1/">x</a>', '<a href="https://999.1.1.1/">x</a>', "<a>x</a>"),
    ],
)
def test_they_differ_here_and_nobody_is_harmed(html: str, bleach: str, nh3: str) -> None:
    assert BLEACH.clean(html) == bleach
    assert NH3.clean(html) == nh3
