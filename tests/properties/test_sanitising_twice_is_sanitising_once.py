"""Law: what has been sanitised stays as it is, whatever it was before."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from straks.core.markup import EMAIL, BleachSanitizer, Nh3Sanitizer, permitted, sanitize_html

TAGS = [
    *EMAIL.tags,
    *EMAIL.dropped,
    *["annotation-xml encoding='text/html'", "body", "center", "desc", "font", "foreignObject", "form"],
    *["frameset", "head", "html", "image", "input", "isindex", "marquee", "mi", "nobr", "rt", "ruby", "x-y"],
]
ATTRIBUTES = [
    "",
    " href=https://example.org/?a=1&copy=2",
    " href='java&#10;script:x'",
    " src='https://example.org/a.png' alt='a&quot;&amp;\"'",
    """ title='"&amp;&lt;&hellip;'""",
    " style='color:red;position:fixed;font-family:&quot;Noto Sans&quot;'",
    " onclick=x class=y id=z",
    "/",
]
START = st.builds("<{}{}>".format, st.sampled_from(sorted(TAGS)), st.sampled_from(ATTRIBUTES))
END = st.builds("</{}>".format, st.sampled_from(sorted(TAGS)))
LOOSE = st.sampled_from(
    [
        *[" ", "\n\n", "\r", "x", "&", "&amp;", "&lt;", "&copy", "&nbsp;", "\u00a0", "&#13;", "&#xfeff;"],
        *["\x00", "\x01", "\x0c", "\ufeff", "<", ">", '"', "'", "<b", "</", "<!--", "-->", "<!x", "<?x"],
        *["<![CDATA[", "]]>"],
    ]
)
KNOTS = st.lists(START | END | LOOSE | st.text(max_size=8), max_size=25).map("".join)


@given(KNOTS)
@example("<a><table><a>")
@example("<h1><a><h6></a></h6>")
@example("<p><svg><foreignobject><p>")
@example("<p title='say \"hi\" & bye'>")
@example("<pre>\n\n\n\nx")
@example("&#13;&#xFEFF;\ufeff\ufeffx")
def test_sanitising_twice_is_sanitising_once(html: str) -> None:
    for clean in (sanitize_html, Nh3Sanitizer().clean):
        cleaned = clean(html)

        assert clean(cleaned) == cleaned


@given(st.text(max_size=200))
def test_any_text_is_sanitised_for_good(text: str) -> None:
    for clean in (sanitize_html, Nh3Sanitizer().clean):
        cleaned = clean(text)

        assert clean(cleaned) == cleaned


@given(st.text(st.characters(exclude_characters="<>&", exclude_categories=["Cc", "Cs"]), max_size=80))
def test_text_without_markup_is_left_alone(text: str) -> None:
    assert BleachSanitizer().clean(text) == text.replace("\ufeff", "")


PIECE = st.sampled_from(
    [
        *sorted(EMAIL.properties),
        *[
            ":",
            ";",
            "red",
            "#fff",
            "url(",
            "rgb(1,2,3)",
            ")",
            "(",
            "'",
            '"',
            "\\",
            "/*",
            "*/",
            "!important",
            "!",
        ],
        *["1px", "-1px", "50%", ",", "/", " ", "\n", "{", "}", "@", "-", "expression", "none", "flex", "--x"],
    ]
)


@given(st.lists(PIECE, max_size=30).map("".join))
def test_judging_a_style_twice_is_judging_it_once(style: str) -> None:
    judged = permitted("p", "style", style)

    if judged is not None:
        assert permitted("p", "style", judged) == judged
        assert not re.search(r"[\\{}@<>]|/\*|(?<!rgb)(?<!rgba)(?<!hsl)(?<!hsla)\(", judged)
        assert {part.partition(":")[0].strip() for part in judged.split(";")} <= EMAIL.properties
