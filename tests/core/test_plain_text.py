"""The same message for eyes without HTML: what it looks like, element by element."""

from __future__ import annotations

import pytest

from straks.core.plain_text import plain_text
from straks.errors import InvalidText


def told(html: str) -> list[str]:
    return plain_text(html).split("\n")


def test_a_whole_mail_reads_as_a_letter() -> None:
    page = """<!DOCTYPE html>
        <html lang="nb"><head><meta charset="utf-8"><title>Emne</title><style>p { color: red }</style></head>
        <body>
        <div style="display: none; mso-hide: all">Bare i innboksen &zwnj;&nbsp;&zwnj;</div>
        <table role="presentation" width="100%">
        <tr><td><img src="https://example.org/l.png" alt="Etaten"></td></tr>
        <tr><td>
          <h1>Engangskode</h1>
          <p>Hei <b>Ka</b>ri,<br>koden er <code>482913</code>&nbsp;&ndash; bruk den   snart.</p>
          <ul><li>Ikke del den.</li><li>Se <a href="https://example.org/hjelp?a=1&amp;b=2">hjelp</a>.</li></ul>
          <p>Eller skriv til <a href="mailto:kari@example.org?subject=Kode">oss</a>.</p>
        </td></tr></table>
        </body></html>"""

    assert told(page) == [
        "Etaten",
        "",
        "Engangskode",
        "",
        "Hei Kari,",
        "koden er 482913 – bruk den snart.",
        "",
        "- Ikke del den.",
        "- Se hjelp <https://example.org/hjelp?a=1&b=2>.",
        "",
        "Eller skriv til oss <kari@example.org>.",
    ]


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("", [""]),
        (" \n ", [""]),
        ("a  b\n\tc", ["a b c"]),
        ("a&nbsp;&#8195;\u2028b", ["a b"]),
        ("<p>a</p>b<p>c</p>", ["a", "", "b", "", "c"]),
        ("<div>a</div><div><div>b</div></div>c", ["a", "b", "c"]),
        ("a<b>b</b> <i> c</i>d", ["ab cd"]),
        ("a<br>b<br/>c<br>", ["a", "b", "c"]),
        ("a<br><br><br><br>b", ["a", "", "b"]),
        ("<br>a", ["a"]),
        ("<h2>a</h2>b", ["a", "", "b"]),
        ("a<hr>b", ["a", "", "----------", "", "b"]),
        ("a<wbr>b<input value=c>", ["ab"]),
        ("<img alt=' a  b '>c<img alt=''><img>", ["a b c"]),
        ("<q>a</q> b", ['"a" b']),
        ("<blockquote><p>a</p>b</blockquote>c", ["> a", "", "> b", "", "c"]),
        ("<dl><dt>a<dd>b<br>c<dt>d<dd>e</dl>", ["a", "  b", "  c", "d", "  e"]),
        ("&lt;b&gt; &amp;amp; &#65;", ["<b> &amp; A"]),
    ],
)
def test_words_and_lines(html: str, lines: list[str]) -> None:
    assert told(html) == lines


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<ul><li>a</li><li>b</li></ul>c", ["- a", "- b", "", "c"]),
        ("<ol><li>a<li>b</ol>", ["1. a", "2. b"]),
        ("<ol start=9><li>a<li>b</ol>", ["9. a", "10. b"]),
        ("<ol start=x><li>a</ol>", ["1. a"]),
        ("<ol start=-1><li>a<li>b</ol>", ["-1. a", "0. b"]),
        ("<ul><li>a<br>b<p>c</p></ul>", ["- a", "  b", "", "  c"]),
        ("<ol><li>a<ul><li>b<li>c</ul><li>d</ol>", ["1. a", "   - b", "   - c", "2. d"]),
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul>", ["- a", "", "- b"]),
        ("<ol><li><ul><li>a</ul><li>b</ol>", ["1. - a", "2. b"]),
        ("<ul><li></li><li>a</li><li></ul>b", ["- a", "", "b"]),
        ("<li>a<li>b", ["- a", "- b"]),
    ],
)
def test_lists(html: str, lines: list[str]) -> None:
    assert told(html) == lines


def test_deep_lists_stop_moving_to_the_right() -> None:
    lines = told("".join(f"<ul><li>a{level}" for level in range(100)))

    assert [line.lstrip(" -") for line in lines] == [f"a{level}" for level in range(100)]
    assert max(map(len, lines)) < 50


def test_a_heap_of_empty_list_items_keeps_its_markers_short() -> None:
    assert len(plain_text("<ul><li>" * 100 + "a")) < 50


@pytest.mark.parametrize(
    ("html", "line"),
    [
        ('<a href="https://example.org/a">b</a>.', "b <https://example.org/a>."),
        ('<a href="http://example.org/a">b </a>c', "b <http://example.org/a> c"),
        ('<a href="https://example.org/a">https://example.org/a</a>', "https://example.org/a"),
        ('<a href="https://example.org/a">Se https://example.org/a her</a>', "Se https://example.org/a her"),
        ('<a href="https://example.org/a">example.org/a</a>', "example.org/a <https://example.org/a>"),
        ('<a href="https://example.org/?a=1&copy=2">b</a>', "b <https://example.org/?a=1&copy=2>"),
        ('<a href=" https://example.org/a\n/b c ">b</a>', "b <https://example.org/a%0A/b%20c>"),
        ('<a href="https://example.org/>å\u00a0">b</a>', "b <https://example.org/%3Eå>"),
        ('<a href="https://example.org/a"><img alt="b"></a>', "b <https://example.org/a>"),
        ('<a href="https://example.org/a"><img alt=""></a>', "<https://example.org/a>"),
        ('<a href="https://example.org/a"><b>b</b><a href="https://example.org/c">d', None),
        ('<a href="mailto:kari@example.org">kari@example.org</a>', "kari@example.org"),
        ('<a href="MAILTO:kari@example.org?body=x">skriv</a>', "skriv <kari@example.org>"),
        ('<a href="mailto:?body=x">skriv</a>', "skriv"),
        ('<a href="tel:+46701740605">ring</a>', "ring <+46701740605>"),
        ('<a href="tel:+46-70-174-06-05">Ring +46 70 174 06 05</a>', "Ring +46 70 174 06 05"),
        ('<a href="tel:+46701740605">+46 70 174 06 06</a>', "+46 70 174 06 06 <+46701740605>"),
        ('<a href="#top">opp</a>', "opp"),
        ('<a href="">a</a><a>b</a><a href>c</a>', "abc"),
        ('<a href="/hjelp">hjelp</a>', "hjelp </hjelp>"),
        ('<a href="javascript:x">a</a> <a href="data:,x">b</a>', "a b"),
        ('<a href="https://example.org/a" href="https://example.org/b">c</a>', "c <https://example.org/a>"),
    ],
)
def test_links(html: str, line: str | None) -> None:
    assert plain_text(html) == (line or "b <https://example.org/a>d <https://example.org/c>")


def test_an_address_stands_by_the_last_word_of_its_link() -> None:
    html = '<a href="https://example.org/a"><div>Knapp</div></a><p>b</p>'

    assert told(html) == ["Knapp <https://example.org/a>", "", "b"]


def test_a_link_around_a_whole_letter_is_told_at_its_end() -> None:
    html = f'<a href="https://example.org/a"><p>{"ord " * 100}</p></a>'

    assert plain_text(html) == "ord " * 100 + "<https://example.org/a>"


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        (
            "<table><caption>Krav</caption><tr><th>Beløp<th>Frist<tr><td>500 kr<td>5. mai</table>etter",
            ["Krav", "Beløp | Frist", "500 kr | 5. mai", "", "etter"],
        ),
        ("<table><tr><td>a<td><b>b<tr><td>c<td>d</table>", ["a | b", "c | d"]),
        ("<table><thead><tr><th>a<tbody><tr><td>b<tfoot><tr><td>c</table>", ["a", "b", "c"]),
        ("<table><tr><td>a</td> <td> </td> <td>b</td></tr></table>", ["a | b"]),
        ("<table><tr><td><p>a</p></td><td><div>b</div></td></tr></table>", ["a | b"]),
        ("<table><tr><td>a<br>b</td><td>c</td></tr></table>", ["a b | c"]),
        ("<table><tr><td><a href='https://example.org/a'></a><td>b</table>", ["<https://example.org/a> | b"]),
        (
            "<table><tr><td><p><a href='https://example.org/a'>b</a></p><td>c</table>",
            ["b <https://example.org/a> | c"],
        ),
        ("<table role=presentation><tr><td>a<td>b</table>c", ["a", "b", "", "c"]),
        ("<table role=none><tr><td>a<br>b</table>", ["a", "b"]),
        ("<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>", ["a", "", "b", "", "c"]),
        ("<table><tr><td>x<td><h1>a</h1>b</table>", ["x", "", "a", "", "b"]),
        ("<table><tr><td><table><tr><td>a<td>b</table></td></tr></table>", ["a | b"]),
        ("<table role=none><tr><td>a<table role=none><tr><td>b</table>c</table>", ["a", "b", "c"]),
        ("<table><tr><td>a<hr>b</table>", ["a", "", "----------", "", "b"]),
        ("<td>a</td><tr>b</tr>", ["a", "b"]),
    ],
)
def test_tables(html: str, lines: list[str]) -> None:
    assert told(html) == lines


def test_preformatted_lines_stay_as_they_are() -> None:
    html = "a<pre>\n  b   <b>c </b>  d  \n\te\n\n\n\nf &lt;</pre>g"

    assert told(html) == ["a", "", "  b   c   d", "\te", "", "f <", "", "g"]


@pytest.mark.parametrize(
    "html",
    [
        *(
            f"a<{tag}>b</{tag}>c"
            for tag in ("script", "style", "title", "textarea", "noscript", "template", "svg")
        ),
        "a<style>p > b { }</style >c",
        "a<title>5 <b</title>c",
        "a<TITLE\n>b</title\n>c",
        "a<object><p>b<object>b</object>b</object>c",
        "a<svg/>c",
        "a<svg><path/><text>b</text></svg>c",
        "a<span style='color: red; DISPLAY : none !important'>b<i>b<br><img alt=b><a href=https://b.example/></i></span>c",
        "a<span hidden>b</span>c",
        "a<!-- b -->c",
        "a<!-- b --!>c",
        "a<!>c",
        "a<![b]>c",
        "a<![CDATA[b]]>c",
        "a<!b>c",
        "a<?b?>c",
        "a</>c",
        "a</ b>c",
        "a</b></p></table>c",
    ],
)
def test_what_nobody_sees_is_left_out(html: str) -> None:
    assert plain_text(html) == "ac"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p hidden>a<p>b", "b"),
        ("<p style=display:none>a</p><div style='x-display:none'>b</div>", "b"),
        ("<title>a", ""),
        ("a<!-- b", "a"),
        ("a <b", "a <b"),
        ("a <b c='", "a <b c='"),
        ("a < b > c <", "a < b > c <"),
        ("a</b", "a</b"),
        ("a &copy b &", "a © b &"),
        ("a&#" + "9" * 5000 + ";b", "a\ufffdb"),
        ("a<b b='<!--'>c</b>d", "acd"),
        ("<div/>a", "a"),
    ],
)
def test_odd_and_broken_html_is_told_all_the_same(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<",
            "<a ",
            "</a",
            "<!--",
            "<!a",
            "<?a",
            "<![CDATA[",
            '<a b="',
            "<a b='",
            "&#",
            "&amp;",
            "<title>",
            "<svg>",
        ),
        *(
            "<div>",
            "<b>",
            "</b>",
            "<p>",
            "<b><p>x",
            "<pre>\n",
            "<ul><li>",
            "<ol><li>x",
            "<blockquote>x",
            "<dd>x",
        ),
        *(
            "<table>",
            "<table><tr><td>x",
            "<td>",
            "<a href=https://example.org/>",
            "<a href=https://example.org/>x",
        ),
        *("<br>", "<q>", "<svg/>", "<a style='", ";display:", "<p><li>x"),
    ],
)
def test_hostile_html_costs_no_more_than_its_length(piece: str) -> None:
    # Read in the square of its length, any one of these would take minutes.
    html = piece * (60_000 // len(piece))

    assert len(plain_text(html)) <= 6 * len(html)
    assert len(plain_text(html + ">")) <= 6 * len(html)


def test_ten_thousand_levels_and_as_many_stray_ends() -> None:
    assert plain_text("<div>" * 10_000 + "a" + "</b>" * 10_000 + "</div>" * 10_000 + "b") == "a\nb"


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(InvalidText, match="lone surrogate at index 1"):
        plain_text("a\ud800")
