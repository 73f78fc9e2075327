"""
Law: whatever an author wrote around it, a value adds no tag and no attribute to the page.

The page with hostile values parses to the same tags and attribute names as the page with plain words.
Here values go straight to the renderer, past the checks of their parameters, so that escaping has
to hold alone; and the HTML around them is put together at random, well-formed or not. Where a page is
refused, it is refused for plain words too: what matters is where a value stands and not what it is.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from straks.core.rendering import Renderer
from straks.core.url_kind import Link
from straks.errors import BrokenTemplate

if TYPE_CHECKING:
    from collections.abc import Mapping

LAYOUT = """<!doctype html><html lang="nb"><head><title>{{ a }}</title><style>p { margin: 0 }</style></head>
<body title='{{ b }}'>{% block content %}{% endblock %}<p>{{ a }}</p></body></html>"""

# Pieces of HTML as authors write it, and as they should not; 0 and 1 are the two values.
PIECES = [
    *(
        "0",
        "1",
        "<p>0</p>",
        "<b>1",
        "</b>",
        "</p>",
        "<p>",
        "<br>",
        "<hr/>",
        "&amp;",
        "&lt;0&gt;",
        "text",
        " ",
    ),
    *(
        "<p title='0'>",
        '<p title="1">',
        "<img alt=0>",
        "<img src='https://example.org/0.png'>",
        "<a href='url'>",
    ),
    *("<a href='https://example.org/?q=0#1'>", "<a href='tel:0'>", "</a>", "<a href='url?0'>", "<li>0</li>"),
    *("<table><tr><td>0</td></tr></table>", "<td>1", "</table>", "<ul><li>", "</ul>", "<pre>\n0", "</pre>"),
    *(
        "<!-- 0 -->",
        "<!--",
        "-->",
        "<script>0</script>",
        "<style>1</style>",
        "<p style='color:0'>",
        "<0>",
        "<p 1>",
    ),
    *(
        "<a href='0'>",
        "<a href='javascript:0'>",
        "<p onclick='0'>",
        "<svg>0",
        "</svg>",
        "<textarea>1",
        "</title>",
    ),
    *(
        "<",
        ">",
        '"',
        "'",
        "<p title=0>",
        "<![CDATA[0]]>",
        "<?0?>",
        "<button>0</button>",
        "<em",
        "&#60;",
        "<p title='",
    ),
]
SYNTAX = [
    *"<>&\"'`=/\\;:?#%{}[]()",
    "--",
    "!",
    "\0",
    "\x02",
    "\x03",
    "\n",
    "\t",
    " ",
    "\u2028",
    "\u0338",
    "&lt;",
]
WORDS = [
    *(
        "script",
        "b",
        "p",
        "strx0xrts",
        "strx1xrts",
        "https://strx0xurl",
        "strx0xpct",
        "strx9xrts",
        "onclick=x",
    ),
    *("<b>", "</p>", "<!--", "-->", "]]>", "</title>", "</style>", "<script>x</script>", "javascript:x"),
    *("{{ b }}", "{% endblock %}", '"><img src=x onerror=y>', "' title='x", "å", "😀", "\u202e"),
]
PAGES = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
VALUES = st.lists(st.sampled_from(SYNTAX + WORDS) | st.text(max_size=3), max_size=6).map("".join)
URL = Link("https://www.example.org/a?b=<&'\"c")


class Structure(HTMLParser):
    """The tags of a page with the names of their attributes, its comments and its declarations."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, ...]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, *(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}",))

    def handle_comment(self, data: str) -> None:
        self.found.append(("!--", data))

    def handle_decl(self, decl: str) -> None:
        self.found.append(("!", decl))

    def unknown_decl(self, data: str) -> None:
        self.found.append(("![", data))

    def handle_pi(self, data: str) -> None:
        self.found.append(("?", data))


def template(page: str) -> str:
    return page.replace("0", "{{ a }}").replace("1", "{{ b }}").replace("url", "{{ url }}")


def renderer(page: str, layout: str | None) -> Renderer:
    files = {"m/nb/email.html": template(page)}
    return Renderer(files if layout is None else {**files, "_layout/email.html": layout})


def structure(made: Renderer, values: Mapping[str, str]) -> list[tuple[str, ...]] | None:
    """Return the structure of the page; None where the page is refused."""
    try:
        html, _ = made.html("m/nb/email.html", {"url": URL, **values})
    except BrokenTemplate:
        return None
    return Structure(html).found


@given(PAGES, VALUES, VALUES, st.sampled_from([None, LAYOUT]))
@example("<p title='0'>1</p>", "' onclick='x", "<script>x</script>", LAYOUT)
@example("<a href='https://example.org/?q=0'>1", '"><b>', "</a>", None)
@example("<pre>\n0", "\n<b>", "", None)
@example("0<b>1", "strx1xrts", "strx0xrts", None)
def test_the_page_is_the_same_whatever_the_values(page: str, a: str, b: str, layout: str | None) -> None:
    made = renderer(page, layout)
    # Equal values have one marker and others two, so the plain words are as equal as the hostile ones.
    plain = {"a": "ord", "b": "ord" if a == b else "andre"}

    assert structure(made, {"a": a, "b": b}) == structure(made, plain)


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), VALUES)
@example("</body><body title={{ a }}", "x onload=y")
@example("<p title=it's lang={{ a }} dir='ltr'>", "x onload=y")
@example("<style/><p>{{ a }}</p>", "</style><b>")
def test_it_is_so_in_a_layout_too_which_nobody_sanitises(layout: str, value: str) -> None:
    # As written by hand: values unquoted, in comments, in styles.
    files = {
        "_layout/email.html": template(layout) + "{% block content %}{% endblock %}",
        "m/nb/email.html": "x",
    }
    made = Renderer(files)

    assert (
        structure(made, {"a": value, "b": "ord"}) == structure(made, {"a": "annet", "b": "ord"})
        or value == "ord"
    )
