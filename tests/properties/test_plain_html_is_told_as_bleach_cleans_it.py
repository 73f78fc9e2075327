"""Law: what is told of plainly written HTML is what bleach makes of it, to the letter."""

from __future__ import annotations

from html.entities import html5

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from straks.core import bleaching, plain_markup
from straks.core.markup import EMAIL, BleachSanitizer, readable, sanitize_html
from straks.core.plain_markup import NOWHERE, VOID, cleaned

ATTRIBUTES = (
    ' title="a&amp;b &hellip; &copy=1"', ' style="color: red; position: fixed; margin: 0"', " align=left",
    ' style=\'font-family: "Segoe UI"\'', ' href="https://example.org/?a=1&b=2"', ' href="javascript:x"',
    ' src="https://example.org/a.png" alt="x"', " hidden", ' lang="nb"  dir="ltr"', ' onclick="x"',
    ' start="3"', ' title="a" title="b"', " title=\"'\"", ' TITLE="x"', ' title="a>b"', " colspan=2", "/",
    " /", ' style=""', ' width="3"/', ' valign="top" bgcolor="#fff" scope="row"',
)  # fmt: skip
NOISE = (
    "x", "<", ">", "&", "&#65;", "&nbsp;", "&copy", "&nosuch;", "&am", "p;", "&amp", "\u00a0", "<!-- x -->",
    "<!---->", "<!-- - -->", "<!--->", "<!-- a--->", "<p>", "</p>", "<b>", "</b>", "<li>", "<td>", "<tr>",
    "<a>", "</a>", "</div>", "</table>", "<col>", "<br/>", "</br>", "</hr>", "</p >", "</P>", "<P>", "<nobr>",
    "<font color=red>", "</font>", "<section>", "</section>", "<center>", "<form>", "<input>", "<x-y>",
    "<image>", "<body>", "</body>", "<html>", "<frameset>", "<pre>", "</pre>", "<script>", "</script>",
    "&#160;", "&#x3c;", "&#13;", "&amp;#65;", "<svg>",
    "<select>", "<straks-fragment>", "</straks-fragment>", "<table>", "<h1>", "<dd>",
)  # fmt: skip
TEXTS = ("Hei å", " ", "\n", "&amp;", "&lt;b&gt;", "\"'", "&quot;x&nbsp;")


def page(choices: list[int]) -> str:
    """Write a page by *choices*: most of its elements stand where they may, and some are left open."""
    open_elements = [NOWHERE]
    written: list[str] = []
    for choice in choices:
        what, which = choice % 16, choice // 16
        inside = sorted(plain_markup._HOLDS.get(open_elements[-1], ()))
        if open_elements[-1] == "table":
            inside.append("tr")
        if what < 7 and inside:
            name = inside[which % len(inside)]
            number = which // len(inside) % (2 * len(ATTRIBUTES))
            written.append(f"<{name}{ATTRIBUTES[number] if number < len(ATTRIBUTES) else ''}>")
            open_elements += [] if name in VOID else [name]
        elif what < 11 and len(open_elements) > 1:
            written.append(f"</{open_elements.pop()}>")
        elif what == 11 and open_elements[-1] in plain_markup._ENDED_BY:
            open_elements.pop()  # and its end is left out
        elif what == 15:
            written.append(NOISE[which % len(NOISE)])
        else:
            written.append(TEXTS[which % len(TEXTS)])
    return "".join([*written, *(f"</{name}>" for name in reversed(open_elements[1:]))])


PAGES = st.lists(st.integers(0, 16 * 64 * 50 - 1), max_size=40).map(page)


@given(PAGES)
@example("<b><b><b><b>x</b>y</b></b></b>z")
@example("<table><tr><td>a<td>b<tr><td>c</table>d")
def test_what_is_told_is_what_bleach_cleans(html: str) -> None:
    html = readable(html)
    told = cleaned(html)

    assert told is None or told == bleaching.clean_once(html)


@given(PAGES)
def test_any_page_is_sanitised_to_the_same(html: str) -> None:
    assert sanitize_html(html) == BleachSanitizer().clean(html)


def test_with_the_fast_way_off_bleach_cleans_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_markup, "clean_once", None)
    monkeypatch.setattr(plain_markup, "enabled", False)

    assert sanitize_html("<ul><li>a</ul>") == "<ul><li>a</li></ul>"


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("", ""),
        ("<p>Hei <b>du</b></p>", "<p>Hei <b>du</b></p>"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<li><p>b</ul>", "<ul><li>a</li><li><p>b</p></li></ul>"),
        ("<dl><dt>a<dd>b</dl>", "<dl><dt>a</dt><dd>b</dd></dl>"),
        ("<table><tr><td>a</table>", "<table><tbody><tr><td>a</td></tr></tbody></table>"),
        ("<table><tr><td>a<tbody><tr><th>b</table>c",
         "<table><tbody><tr><td>a</td></tr></tbody><tbody><tr><th>b</th></tr></tbody></table>c"),
        ("<P STYLE='color:red'>a</P>", '<p style="color: red">a</p>'),
        ('<a href="http://example.org/" title="t">a</a>', '<a title="t">a</a>'),
        ("a<!-- b --><br/>c", "a<br>c"),
        ("<font color=red>a</font><section>b</section>", "a\nb"),
        ("&aring;&nbsp;&lt;&quot;&nosuch;", 'å\u00a0&lt;"&amp;nosuch;'),
        (f'<p title="{"x" * 600}">a</p>', f'<p title="{"x" * 600}">a</p>'),
    ],
)  # fmt: skip
def test_plain_html_is_told(html: str, told: str) -> None:
    assert cleaned(html) == told == bleaching.clean_once(html)


@pytest.mark.parametrize(
    "html",
    [
        "a</p>", "<p>a</b>", "<li>a</li>", "<ul>a</ul>", "<b><b>a</b></b>", "<b><p>a</p></b>", "<td>a",
        "<ul><ul></ul></ul>", "<table>a</table>", "<table>\u00a0</table>", "<a><b><a>x</a></b></a>",
        "<script>a</script>", "<pre>a</pre>", "<p/>a</p>", "a&#38b", "a & b", "a&copy b", "a<b", "a>b",
        "</br>", "<!-- <b> -->", "<!-->a", "<p =x>a</p>", "<p a='>a</p>", "<x-y>a", "</p class=x>",
        "<ul><font></ul>",
    ],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_bleach(html: str) -> None:
    assert cleaned(html) is None


@pytest.mark.parametrize(
    "references",
    [
        [f"&{name}" for name in html5 if name.endswith(";")],
        [
            f"&#{number};"
            for number in (*range(400), 8211, 0xD800, 0xFEFF, 0xFFFE, 0x1F600, 0x110000, 9999999)
        ],
        [f"&#{x}{number:{how}};" for x, how in ("xx", "XX") for number in (*range(256), 0xD83D, 0x10FFFF)],
    ],
)
def test_every_reference_is_told(references: list[str]) -> None:
    html = "|".join(references)

    assert cleaned(html) == bleaching.clean_once(html)


VALUES = (
    "x", "1", "color:red", "color: RED !important; x", "", " ", "it's", "rgb(1,2,3)", "display:none", "nb",
    "url(https://example.org/)", "expression(1)", "#id", "a/b;c", "\u00e5\u00a0\u2026", "`", "=", "\n\t",
)  # fmt: skip


@pytest.mark.parametrize("tag", sorted(plain_markup._NAMES))
def test_plain_attributes_are_judged_as_bleach_judges_them(tag: str) -> None:
    names = sorted(
        frozenset[str]().union(*EMAIL.attributes.values()) | {"class", "hidden", "onclick", "href"}
    )
    before = plain_markup._TO_STAND_IN.get(tag, "")
    for value in VALUES:
        written = "".join(f' {name}="{value}"' for name in names if name not in {"href", "src"})
        kept = plain_markup._kept(tag, written)

        assert kept is not None
        assert bleaching.clean_once(f"{before}<{tag}{written}>").startswith(f"{before}<{tag}{kept}>")
