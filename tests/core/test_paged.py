"""A page with forks in it: sanitised in parts it is what it would be sanitised whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core import skeleton
from straks.core.markup import sanitize_html
from straks.core.paged import LONGEST_PAGE, MOST_PAGES, Pager, TooLongPage, TooManyPages
from straks.core.skeleton import FRAGMENT_BEGINS, FRAGMENT_ENDS, Place
from straks.core.way import Facts, Fork, Hole, Said, Way, spread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.core.way import Piece


class Counting:
    """Sanitises for real, and counts how often."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.kept: list[bool] = []

    def __call__(self, rendered: str, *, keep: bool) -> tuple[str | tuple[int, Place], ...]:
        self.pages.append(rendered)
        self.kept.append(keep)
        return skeleton.cut(rendered, sanitize_html).html


def paged(pieces: Iterable[Piece], clean: Any = None) -> Way:  # noqa: ANN401 - whatever cleans
    clean = clean or Counting()
    return Pager(clean, lambda hole: hole.ref == "link").page(Way(tuple(pieces)))


def fragment(*pieces: Piece) -> tuple[Piece, ...]:
    return ("<html><body>", FRAGMENT_BEGINS, *pieces, FRAGMENT_ENDS, "</body></html>")


def either(*ways: Piece | tuple[Piece, ...]) -> Fork:
    return Fork(tuple(Way(way if isinstance(way, tuple) else (way,)) for way in ways))


def size(way: Way) -> int:
    """Octets of the largest page, values counted as nothing."""
    return sum(
        max(map(size, piece.ways))
        if isinstance(piece, Fork)
        else len(piece.encode())
        if isinstance(piece, str)
        else 0
        for piece in way.pieces
    )


# --- the law -----------------------------------------------------------------------------------

TAGS = (
    "<p>",
    "</p>",
    "<p>Hei</p>",
    "<strong>ok</strong>",
    "<b>",
    "</b>",
    "<ul>",
    "</ul>",
    "<li>en</li>",
    "<li>to",
    "<div>",
    "</div>",
    "<h2>Å</h2>",
    "<br>",
    "<hr>",
    "&amp;",
    "&",
    "amp;",
    "x",
    " ",
    "\n",
    "<table><tr><td>",
    "</td></tr></table>",
    "<tr><td>y</td></tr>",
    '<a href="https://example.org/">',
    "</a>",
    "<em>e</em>",
    "<pre>\n",
    "</pre>",
    "<section>",
    "<!-- c -->",
    "<dl><dt>a</dt>",
    "<dd>b</dd></dl>",
    "<img src='https://example.org/x'>",
    "<script>x</script>",
    '<span title="',
    '">',
    "'",
    "<",
    ">",
    "ø",
)
TEXTS = st.one_of(st.sampled_from(TAGS), st.just(Hole("name")), st.just(Said("<&>")))
BRANCHES = st.lists(TEXTS, max_size=3).map(lambda parts: Way(tuple(parts)))
FORKS = st.lists(BRANCHES, min_size=2, max_size=2).map(lambda ways: Fork(tuple(ways)))
NESTED = st.lists(st.one_of(TEXTS, FORKS), max_size=3).map(lambda parts: Way(tuple(parts)))
DEEPER = st.lists(NESTED, min_size=2, max_size=2).map(lambda ways: Fork(tuple(ways)))
PAGES = st.lists(st.one_of(TEXTS, TEXTS, FORKS, DEEPER), min_size=1, max_size=5)


@given(pieces=PAGES)
def test_a_page_in_parts_is_as_large_as_the_largest_page(pieces: list[Piece]) -> None:
    way = Way(fragment(*pieces))
    try:
        whole = max(size(paged(each.pieces)) for each in spread(way, 200))
        parts = size(paged(way.pieces))
    except (skeleton.Misplaced, TooManyPages):
        return
    assert parts == whole


# --- what is taken in parts --------------------------------------------------------------------


@pytest.mark.parametrize(
    "pieces",
    [
        ("<p>", either("a", ""), "</p>"),
        ("<p>Hei</p>", either("<p>Husk <b>ID</b></p>", "")),
        ("<ul><li>en</li>", either("<li>to</li>", ""), "</ul>"),
        ("<table><tr><td>", either("<p>a</p>", "b"), "</td></tr></table>"),
        ("<p>", either(("a ", either("<em>b</em>", "c")), "d"), "</p>"),
        ("<h1>", either(Hole("name"), Said("&")), "</h1>"),
        (either("<table><tr><td>a</td></tr></table>", "<hr>"),),
    ],
)
def test_where_every_branch_closes_what_it_opens_the_page_is_sanitised_once(
    pieces: tuple[Piece, ...],
) -> None:
    clean = Counting()
    page = paged(fragment(*pieces), clean)

    assert sum("<body>" in rendered for rendered in clean.pages) == 1
    assert any(isinstance(piece, Fork) for piece in page.pieces)


@pytest.mark.parametrize(
    "pieces",
    [
        (either("<p>a", "<p>b"), "</p>"),
        ("<p>", either("<p>a</p>", "b"), "</p>"),
        ("<p>", either("<ul><li>a</li></ul>", "b"), "</p>"),
        ("<table>", either("<tr><td>a</td></tr>", ""), "</table>"),
        ("<pre>", either("\n", "b"), "</pre>"),
        ('<a href="https://example.org/">', either("<a>b</a>", "c"), "</a>"),
        ('<span title="', either("a", "b"), '">c</span>'),
        ("<p>å&aring", either(";", "x"), "</p>"),
        ("<p>", either("&aring", "x"), ";</p>"),
        ("<p>åpen", either("a", "b")),
        (either("a", "</p>"),),
        (either("<br/>", "<p/>"),),
        (either("<script>a</script>", ""),),
        ("<ul>", either("tekst", "<li>a</li>"), "</ul>"),
        ("<p>", either(("a", either("<p>", "c")), "d"), "</p>"),
    ],
)
def test_where_a_branch_may_change_what_is_around_it_each_page_is_sanitised(
    pieces: tuple[Piece, ...],
) -> None:
    clean = Counting()
    paged(fragment(*pieces), clean)

    assert sum("<body>" in rendered for rendered in clean.pages) >= 2


def test_what_stands_in_a_layout_is_printed_as_it_is() -> None:
    clean = Counting()
    page = paged(("<html><body>", either("<p class='x'>", ""), *fragment("<p>a</p>")[1:]), clean)

    assert len(clean.pages) == 2
    assert [way.pieces for way in page.pieces[1].ways] == [("<p class='x'>",), ("",)]  # type: ignore[union-attr]


def test_a_branch_in_a_tag_of_a_layout_is_not_taken_by_itself() -> None:
    page = paged(('<html lang="', either("nb", "nn"), '">', *fragment("a")[1:]))

    assert [way.pieces[0] for way in page.pieces[0].ways] == [  # type: ignore[union-attr]
        '<html lang="nb">a</body></html>',
        '<html lang="nn">a</body></html>',
    ]


def test_a_whole_part_of_a_layout_is_sanitised_by_itself() -> None:
    inner = (FRAGMENT_BEGINS, "<p onclick='x'>a</p>", FRAGMENT_ENDS)
    page = paged(("<html><body>", either(inner, ""), "</body></html>"))

    assert [way.pieces for way in page.pieces[1].ways] == [("<p>a</p>",), ("",)]  # type: ignore[union-attr]


def test_what_is_known_of_the_values_stays_with_the_page() -> None:
    known = Facts(there={"o": True})
    fork = Fork((Way(("<p>",), known), Way(("x",))))
    page = Pager(Counting(), lambda _: False).page(Way(fragment(fork), Facts(there={"p": True})))

    assert page.facts == Facts(there={"p": True})
    assert [way.facts for way in page.pieces[0].ways] == [known, Facts()]  # type: ignore[union-attr]


# --- holes and limits --------------------------------------------------------------------------


def test_a_hole_knows_where_it_ended_up() -> None:
    page = paged(
        fragment(
            '<a href="',
            Hole("link"),
            '">',
            Hole("name"),
            '</a><a href="https://example.org/?',
            Hole("name"),
            '">b</a>',
        )
    )

    assert [piece.place for piece in page.pieces if isinstance(piece, Hole)] == [
        Place.WHOLE_URL,
        Place.TEXT,
        Place.URL_PART,
    ]


def test_a_constant_is_escaped_as_a_value_is() -> None:
    assert (
        "".join(map(str, paged(fragment("<p>", Said("<&"), "</p>")).pieces))
        == "<html><body><p>&lt;&amp;</p></body></html>"
    )


def test_branches_that_are_not_plain_are_followed_while_they_are_few() -> None:
    fork = either("<p>a", "<p>b")
    fits = [fork] * (MOST_PAGES.bit_length() - 1)

    assert len(paged(fragment(*fits)).pieces[0].ways) == MOST_PAGES  # type: ignore[union-attr]
    with pytest.raises(TooManyPages):
        paged(fragment(*fits, fork))


def test_a_page_may_be_only_so_long() -> None:
    with pytest.raises(TooLongPage):
        paged(fragment("a" * (LONGEST_PAGE + 1)))


def test_a_value_in_the_wrong_place_is_refused_as_it_is_when_it_is_rendered() -> None:
    with pytest.raises(skeleton.Misplaced):
        paged(fragment("<!-- ", Hole("name"), " -->"))


def test_a_page_without_forks_may_be_kept_for_its_rendering() -> None:
    clean = Counting()
    paged(fragment(Hole("name"), Said("a"), Hole("name")), clean)
    paged(fragment("<p>", either("<b>a</b>", "b"), "</p>"), clean)

    assert clean.kept == [True, False, False]
    assert "strx0xrtsstrx1xrtsstrx0xrts" in clean.pages[0]
