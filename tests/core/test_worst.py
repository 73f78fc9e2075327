"""The worst case of a way: what trying out everything would find, found without."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.catalog import Catalog
from straks.core.domain import Free, Listed, Span, TooMany
from straks.core.meters import (
    CHARACTERS,
    GSM7,
    OCTETS,
    PAGE_OCTETS,
    RECORDED,
    SUBJECT,
    UCS2,
    Edges,
    laid,
    waiting,
)
from straks.core.options import Options
from straks.core.packing import PACKINGS
from straks.core.printing import Printer
from straks.core.segment import Encoding, segment
from straks.core.skeleton import Place
from straks.core.way import Facts, Filter, Fork, Hole, Said, Way, spread
from straks.core.worst import MOST_TRIALS, Weighing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.core.meters import Meter
    from straks.core.way import Piece

WORDS = ("ja", "^^^^", "čč", "a" * 30, "€" * 9, "😀", "ß", "x y")
MANIFEST = """
[template]
purpose = "notice"
repeat = "harmless"
[parameters.c]
kind = "choice"
choices = ["ja", "^^^^", "čč", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "€€€€€€€€€", "😀", "ß", "x y"]
example = "ja"
[parameters.d]
kind = "choice"
choices = ["ja", "^^^^", "čč", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "€€€€€€€€€", "😀", "ß", "x y"]
example = "ja"
[parameters.t]
kind = "text"
max-length = 90
example = "a"
[parameters.u]
kind = "text"
max-length = 90
example = "a"
[parameters.n]
kind = "integer"
min = 0
max = 5000
example = 1
[parameters.x]
kind = "text"
min-length = 0
max-length = 90
example = "a"
[parameters.l]
kind = "list"
max-items = 3
of = { kind = "choice", choices = ["ja", "čč"] }
example = ["ja"]
"""
FILES = {"m/template.toml": MANIFEST, "m/nb/subject.txt": "Hei", "m/nb/email.txt": "Hei"}
TEMPLATE = Catalog(FILES)["m"]
OPTIONS = Options(Printer(TEMPLATE, "nb", plainly=True))
CHOICES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True).map(
    lambda all_: Listed(tuple(all_))
)
FILTERS = st.sampled_from(
    [(), (), (Filter("upper"),), (Filter("replace", ("a", "")),), (Filter("replace", ("j", "\u00a0 ")),)]
)
HOLES = st.builds(Hole, st.sampled_from("cd"), FILTERS)
TEXTS = st.sampled_from(["Hei ", "^" * 71, "a" * 66, "ø", " \n", "\n", "\u00a0", "č", "€" * 40, "  x  "])


def forks(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Fork]:
    pieces = st.lists(inner, max_size=2).map(tuple)
    return st.lists(st.builds(Way, pieces), min_size=1, max_size=2).map(lambda ways: Fork(tuple(ways)))


PIECES = st.lists(
    st.one_of(TEXTS, TEXTS.map(Said), HOLES, forks(st.one_of(TEXTS, HOLES))), min_size=1, max_size=5
).map(tuple)


def trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def printed(way: Way, values: dict[str, str]) -> str:
    return trimmed(
        "".join(
            piece
            if isinstance(piece, str)
            else piece.text
            if isinstance(piece, Said)
            else OPTIONS.printed(piece, values[piece.ref])
            for piece in way.pieces
            if not isinstance(piece, Fork)
        )
    )


def every(way: Way) -> Iterator[str]:
    """All texts that a way prints."""
    domains = way.facts.domains
    for linear in spread(way, 500):
        for values in product(*(each.values for each in domains.values() if isinstance(each, Listed))):
            yield printed(linear, dict(zip(domains, values, strict=True)))


def furthest(way: Way) -> tuple[int, int]:
    found = [(PACKINGS[Encoding.GSM7].load(each.reach)) for each in Weighing(GSM7, OPTIONS).worst(way)]
    found += [
        PACKINGS[Encoding.UCS2].load(each.reach)
        for each in Weighing(UCS2, OPTIONS).worst(way)
        if each.foreign
    ]
    return max(found)


@given(pieces=PIECES, c=CHOICES, d=CHOICES)
def test_an_sms_is_as_long_as_the_longest_of_all(pieces: tuple[Piece, ...], c: Listed, d: Listed) -> None:
    way = Way(pieces, Facts(domains={"c": c, "d": d}))
    cut = [segment(text) for text in every(way)]

    assert furthest(way) == max((len(each), each.units) for each in cut)


@pytest.mark.parametrize("meter", [CHARACTERS, RECORDED, OCTETS])
@given(pieces=PIECES, c=CHOICES, d=CHOICES)
def test_a_text_is_as_large_as_the_largest_of_all(
    meter: Any,  # noqa: ANN401 - a meter of sizes
    pieces: tuple[Piece, ...],
    c: Listed,
    d: Listed,
) -> None:
    way = Way(pieces, Facts(domains={"c": c, "d": d}))
    (worst,) = Weighing(meter, OPTIONS).worst(way)

    assert worst.reach == max(meter.cost(text) for text in every(way))


@given(pieces=PIECES, c=CHOICES, d=CHOICES)
def test_the_choices_that_were_made_lead_there(pieces: tuple[Piece, ...], c: Listed, d: Listed) -> None:
    way = Way(pieces, Facts(domains={"c": c, "d": d}))
    (worst,) = Weighing(CHARACTERS, OPTIONS).worst(way)
    linear = way.after(worst.ways)
    values = {"c": c.values[0], "d": d.values[0], **worst.values}

    assert len(printed(linear, values)) == worst.reach


@given(
    pieces=st.lists(st.one_of(st.sampled_from(["a ", " b", "\n", "  "]), HOLES), min_size=1, max_size=4),
    c=CHOICES,
    d=CHOICES,
)
def test_a_subject_is_as_long_as_its_longest_line(pieces: list[str | Hole], c: Listed, d: Listed) -> None:
    way = Way(tuple(pieces), Facts(domains={"c": c, "d": d}))
    (worst,) = Weighing(SUBJECT, OPTIONS).worst(way)
    lines = (
        "".join(
            piece if isinstance(piece, str) else OPTIONS.printed(piece, {"c": one, "d": two}[piece.ref])
            for piece in pieces
        )
        for one in c.values
        for two in d.values
    )

    assert worst.reach == max(len(" ".join(line.split())) for line in lines)


@given(
    most=st.integers(0, 90),
    least=st.integers(0, 2),
    filters=st.lists(
        st.sampled_from(
            [
                Filter("upper"),
                Filter("replace", ("a", "€€a")),
                Filter("title"),
                Filter("replace", ("ab", "x")),
            ]
        ),
        max_size=2,
    ),
    before=TEXTS,
    data=st.data(),
)
def test_no_free_text_gets_further_than_was_said(
    most: int, least: int, filters: list[Filter], before: str, data: st.DataObject
) -> None:
    letters = "ab€č😀ﬃ"
    hole = Hole("x", tuple(filters))
    way = Way((before, hole, "!"), Facts(domains={"x": Free(min(least, most), most, tuple(letters))}))
    text = data.draw(st.text(letters, min_size=min(least, most), max_size=most))
    cut = segment(trimmed(before + OPTIONS.printed(hole, text) + "!"))

    assert (len(cut), cut.units) <= furthest(way)


# --- values that stand in several places -------------------------------------------------------


def measure(pieces: tuple[Piece, ...], meter: Meter = CHARACTERS, **domains: Listed | Span | Free) -> int:
    (worst,) = Weighing(meter, OPTIONS).worst(Way(pieces, Facts(domains=domains)))
    return int(worst.reach)


def test_a_value_in_several_places_is_one_value() -> None:
    long_as_it_is, long_without = "jjj", "aaaaa"
    holes = (Hole("t"), Hole("t", (Filter("replace", ("a", "")),)))

    assert measure(holes, t=Listed((long_as_it_is, long_without))) == 6


def test_a_value_in_a_fork_and_beside_it_is_one_value() -> None:
    fork = Fork((Way((Hole("t", (Filter("replace", ("a", "")),)),)), Way(("",))))

    assert measure((Hole("t"), fork), t=Listed(("jjj", "aaaaa"))) == 6


def test_a_fork_that_knows_better_goes_its_own_way() -> None:
    better = Way((Hole("n"),), Facts(domains={"n": Span(((1, 9),))}))

    assert measure((Hole("n"), Fork((better,))), n=Span(((0, 5000),))) == len("5 000") + 1


def test_too_many_combinations_get_a_bound_for_each_place() -> None:
    # Each word is longest in one of the places, so that all must be tried.
    words = tuple("abcdefgh"[k] * 2 for k in range(8))
    holes = [Hole(ref, (Filter("replace", (word[0], "long")),)) for ref in "tu" for word in words]
    together = measure(tuple(holes[:8]), t=Listed(words))
    apart = measure(tuple(holes), t=Listed(words), u=Listed(words))

    assert 8 < MOST_TRIALS < 8 * 8 * 8
    assert together == 7 * 2 + 8
    assert apart == 2 * together


def test_items_of_a_list_are_each_a_value() -> None:
    assert measure((Hole("l#0"), Hole("l#1"), Hole("l#1"))) == 6


# --- edges -------------------------------------------------------------------------------------


def test_white_space_before_a_value_that_may_be_empty_is_sent_only_with_it() -> None:
    no_break = Way(("a\u00a0", Hole("x")), Facts(domains={"x": Free(0, 3, ("€",))}))
    bare, full = Weighing(UCS2, OPTIONS).worst(no_break)

    assert {(bare.foreign, bare.reach.units), (full.foreign, full.reach.units)} == {(False, 1), (True, 5)}


def test_what_is_foreign_cannot_go_in_septets() -> None:
    weighing = Weighing(GSM7, OPTIONS)

    assert weighing.worst(Way(("č",))) == []
    assert weighing.met_foreign
    assert Weighing(GSM7, OPTIONS).worst(Way(("a\u00a0",)))[0].reach.units == 1


def test_a_value_that_begins_with_a_mark_is_refused() -> None:
    with pytest.raises(TooMany, match="combining mark"):
        measure(("a", Hole("t")), t=Listed(("\u0301",)))


def test_a_value_is_as_large_as_its_place_in_a_page_makes_it() -> None:
    places = {place: measure((Hole("t", place=place),), PAGE_OCTETS, t=Listed(("&@",))) for place in Place}

    assert places == {Place.TEXT: 6, Place.WHOLE_URL: 6, Place.URL_PART: 6, Place.MAIL_PART: 4}


@given(text=st.text("ab \n\t\u00a0", max_size=12))
def test_a_text_that_is_laid_out_is_trimmed_as_a_rendering_is(text: str) -> None:
    parts = laid(text, Edges.LINES)

    assert parts.core == trimmed(text)
    assert not parts.lead.strip()
    assert not parts.trail.strip()
    assert waiting("a  "[1:], "\n ", Edges.LINES) == "\n "
    assert waiting(" ", "\n", Edges.ONE_LINE) == " "
    assert waiting("", "", Edges.ONE_LINE) == ""
