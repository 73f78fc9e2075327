"""Pages with their values taken out: where a value may stand, and what it becomes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from straks.core.markup import sanitize_html
from straks.core.skeleton import (
    FRAGMENT_BEGINS,
    FRAGMENT_ENDS,
    Held,
    Misplaced,
    Place,
    cut,
    marker_of,
    sanitise,
)
from straks.core.url_kind import Link

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = 'Åse "&" <b>'
SAFE = "Åse &quot;&amp;&quot; &lt;b&gt;"
QUOTED = "%C3%85se%20%22%26%22%20%3Cb%3E"
LINK = Link("https://www.example.org/a?b=1&c")
SAFE_LINK = "https://www.example.org/a?b=1&amp;c"
QUOTED_LINK = "https%3A%2F%2Fwww.example.org%2Fa%3Fb%3D1%26c"

# Two values: {0} is the name, {1} the link.
VALUE, URL = marker_of(0, link=False), marker_of(1, link=True)


def as_it_is(html: str) -> str:
    return html


def fill(page: str, clean: Callable[[str], str] = as_it_is, name: str = NAME) -> tuple[str, str]:
    held = Held()
    assert held.hold(name) == VALUE
    assert held.hold(LINK) == URL
    return sanitise(page.format(VALUE, URL), clean).fill(held.values)


def misplaced(page: str, clean: Callable[[str], str] = as_it_is) -> str:
    with pytest.raises(Misplaced) as caught:
        fill(page, clean)
    return str(caught.value)


# --- held --------------------------------------------------------------------------------------


def test_equal_values_have_one_marker_and_a_link_has_its_own() -> None:
    held = Held()

    assert held.hold("a") == held.hold("a") == "strx0xrts"
    assert held.hold(Link("a")) == "https://strx1xurl"
    assert held.hold("a") == "strx0xrts"
    assert held.hold(7) == "strx2xrts"
    assert held.values == ["a", "a", "7"]


# --- where a value may stand -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "html", "text"),
    [
        ("<p>{0}</p>", f"<p>{SAFE}</p>", NAME),
        ("<p>{0}{0}</p>", f"<p>{SAFE}{SAFE}</p>", NAME + NAME),
        ("<p>{1}</p>", f"<p>{SAFE_LINK}</p>", LINK),
        ('<p title="{0}">a</p>', f'<p title="{SAFE}">a</p>', "a"),
        ("<p title='{0}'>a</p>", f"<p title='{SAFE}'>a</p>", "a"),
        ('<img alt="{0}">', f'<img alt="{SAFE}">', NAME),
        ('<br title = "{0}" />', f'<br title = "{SAFE}" />', ""),
        ('<a href="{1}">a</a>', f'<a href="{SAFE_LINK}">a</a>', f"a <{LINK}>"),
        ('<a href="{1}">{1}</a>', f'<a href="{SAFE_LINK}">{SAFE_LINK}</a>', LINK),
        ('<a href="{1}/x">a</a>', f'<a href="{SAFE_LINK}/x">a</a>', f"a <{LINK}/x>"),
        ('<a href="{1}#{0}">a</a>', f'<a href="{SAFE_LINK}#{QUOTED}">a</a>', f"a <{LINK}#{QUOTED}>"),
        (
            '<a href="https://example.com/?q={0}">a</a>',
            f'<a href="https://example.com/?q={QUOTED}">a</a>',
            f"a <https://example.com/?q={QUOTED}>",
        ),
        (
            '<a href="HTTPS://example.com/{0}">a</a>',
            f'<a href="HTTPS://example.com/{QUOTED}">a</a>',
            f"a <HTTPS://example.com/{QUOTED}>",
        ),
        (
            '<a href="https://example.com/?q={1}">a</a>',
            f'<a href="https://example.com/?q={QUOTED_LINK}">a</a>',
            f"a <https://example.com/?q={QUOTED_LINK}>",
        ),
        (
            '<a href="mailto:post@example.org?subject={0}">a</a>',
            f'<a href="mailto:post@example.org?subject={QUOTED}">a</a>',
            "a <post@example.org>",
        ),
        ('<a href="tel:{0}">{0}</a>', f'<a href="tel:{QUOTED}">{SAFE}</a>', NAME),
        ("<p>https://{0}</p>", f"<p>https://{SAFE}</p>", f"https://{NAME}"),
        ("<p>tel:{0}</p>", f"<p>tel:{SAFE}</p>", f"tel:{NAME}"),
        ("<title>{0}</title><p>a</p>", f"<title>{SAFE}</title><p>a</p>", "a"),
        ("<!-- a --><!doctype html><p>{0}</p>", f"<!-- a --><!doctype html><p>{SAFE}</p>", NAME),
        ("a < b {0}", f"a < b {SAFE}", f"a < b {NAME}"),
        ("{0}", SAFE, NAME),
        ("", "", ""),
    ],
)
def test_a_value_is_escaped_for_its_place(page: str, html: str, text: str) -> None:
    assert fill(page) == (html, text)


def test_in_an_address_for_mail_an_at_and_a_plus_stay() -> None:
    html, _ = fill('<a href="tel:{0}">a</a>', name="+47 22@")

    assert html == '<a href="tel:+47%2022@">a</a>'


# --- where none may ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ("<!-- {0} -->", "inside an HTML comment"),
        ("<!doctype {0}>", "inside an HTML comment"),
        ("<!{0}>", "inside an HTML comment"),
        ("<?{0}>", "inside an HTML comment"),
        ("<![CDATA[{0}]]>", "inside an HTML comment"),
        ("<style>{0}</style>", "inside <style>"),
        ("<style/>{0}</style>", "inside <style>"),
        ("<style/><p>{0}</p>", "inside <style>"),
        ("<style/><b>a</b>{0}", "inside <style>"),
        ("<script>var a = '{0}'</script>", "inside <script>"),
        ("<xmp><b>{0}</b></xmp>", "inside <xmp>"),
        ('<noscript><img alt="{0}"></noscript>', "inside <noscript>"),
        ("<{0}>", "in a tag that is not plain HTML"),
        ("<p {0}>", "in a tag that is not plain HTML"),
        ("<p {0}='a'>", "in a tag that is not plain HTML"),
        ("<p title={0}>", "in a tag that is not plain HTML"),
        ("<p title=it's alt={0} lang='x'>", "in a tag that is not plain HTML"),
        ('<p title="{0}" lang=nb>', "in a tag that is not plain HTML"),
        ('<p title="a"alt="{0}">', "in a tag that is not plain HTML"),
        ('<p style="color: {0}">a</p>', "in the attribute 'style'"),
        ('<p class="{0}">a</p>', "in the attribute 'class'"),
        ('<meta http-equiv="refresh" content="0; url={0}">', "in the attribute 'content'"),
        ('<p onclick="{0}">a</p>', "in the attribute 'onclick'"),
        ('<a href="{0}">a</a>', "begins the address in 'href'"),
        ('<a href=" {1}">a</a>', "begins the address in 'href'"),
        ('<a href="/{0}">a</a>', "begins the address in 'href'"),
        ('<a href="//example.org/{0}">a</a>', "begins the address in 'href'"),
        ('<a href="javascript:{0}">a</a>', "begins the address in 'href'"),
        ('<a href="http://example.org/{0}">a</a>', "begins the address in 'href'"),
        ('<a href="https://{0}">a</a>', "begins the address in 'href'"),
        ('<a href="https://{0}/">a</a>', "begins the address in 'href'"),
        ('<a href="https://{0}.example.org/">a</a>', "begins the address in 'href'"),
        ('<a href="https://example.org{0}">a</a>', "begins the address in 'href'"),
        ('<a href="https://example.org:{0}/">a</a>', "begins the address in 'href'"),
        ('<a href="{1}{0}">a</a>', "begins the address in 'href'"),
        ('<a href="{1}.evil.no">a</a>', "begins the address in 'href'"),
        ('<a href="{1}@evil.no">a</a>', "begins the address in 'href'"),
        ('<img src="{0}">', "begins the address in 'src'"),
        ("&#115;trx0xrts", "can be read in two ways"),
        ('<p title="&#115;trx0xrts{0}">a</p>', "can be read in two ways"),
    ],
)
def test_a_value_does_not_stand_where_no_escaping_helps(page: str, why: str) -> None:
    assert why in misplaced(page)


def test_after_a_raw_element_a_value_may_stand_again() -> None:
    html, text = fill(
        "<style>p { margin: 0 }</style><p>{0}</p>".replace("{ m", "{{ m").replace("0 }", "0 }}"), name="a"
    )

    assert html == "<style>p { margin: 0 }</style><p>a</p>"
    assert text == "a"


# --- fragments ---------------------------------------------------------------------------------


def fragment(html: str) -> str:
    return FRAGMENT_BEGINS + html + FRAGMENT_ENDS


def test_only_what_an_author_wrote_is_sanitised() -> None:
    author = "<p onclick='x()'>{0}</p><script>x()</script>"
    page = f"<body onload='x()'>{fragment(author)}</body>"

    assert fill(page, sanitize_html, name="a") == ("<body onload='x()'><p>a</p></body>", "a")


def test_a_fragment_in_a_fragment_is_part_of_it() -> None:
    inner = fragment("<u>3</u>")
    page = "<i>1</i>" + fragment(f"<b>2{inner}4</b>{fragment('5')}") + "<i>6</i>"
    seen: list[str] = []

    def clean(html: str) -> str:
        seen.append(html)
        return html

    assert fill(page, clean)[0] == "<i>1</i><b>2<u>3</u>4</b>5<i>6</i>"
    assert seen == ["<b>2<u>3</u>4</b>5"]


@pytest.mark.parametrize(
    "html",
    [
        "<!-- {0} -->",
        "<script>{0}</script>",
        '<p onclick="{0}">a</p>',
        '<a href="javascript:{0}">a</a>',
        '<a href="{0}">a</a>',
        "<button>{0}</button>",
        "<!-- {0} --><p>{0}</p>",
    ],
)
def test_a_value_that_the_sanitiser_takes_away_is_missed_even_if_it_stands_elsewhere_too(html: str) -> None:
    assert "where HTML is removed" in misplaced(fragment(html), sanitize_html)


def test_a_link_that_is_closed_late_may_be_written_twice() -> None:
    # The sanitiser repeats a formatting element around what it was left open over.
    html, _ = fill(fragment('<p><b title="{0}">a</p><p>b</b></p>'), sanitize_html, name="x")

    assert html.count('title="x"') == 2


def test_what_only_reads_like_a_marker_is_refused() -> None:
    assert "reserved word" in misplaced(fragment("<p>&#115;trx0xrts</p>"), sanitize_html)
    assert "reserved word" in misplaced("strx7xrts")
    assert "reserved word" in misplaced(fragment("&#115;trx7xrts"), sanitize_html)


def test_a_page_is_composed_before_it_is_read() -> None:
    assert fill("<p>a\u030a{0}</p>", name="x")[0] == "<p>åx</p>"
    # U+0338 turns > into another character: what is left is no tag, and is read as none.
    assert fill("a<b>\u0338 title={0}", name="x")[0] == "a<b≯ title=x"


def test_where_a_page_is_open_can_be_asked_without_values() -> None:
    page, parts, _ = cut(fragment(f'<p onclick="x">{VALUE}</p><a href="{URL}?{VALUE}">a</a>'), sanitize_html)

    assert page == f'<p>{VALUE}</p><a href="{URL}?{VALUE}">a</a>'
    assert parts == (
        "<p>",
        (0, Place.TEXT),
        '</p><a href="',
        (1, Place.WHOLE_URL),
        "?",
        (0, Place.URL_PART),
        '">a</a>',
    )
