"""Putting ways together: what can still be told apart stays apart, and nothing that may be is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jinja2 import nodes

from straks.core.domain import Listed, Span
from straks.core.folding import MOST_PATHS, Path, TooManyPaths, as_way, folded
from straks.core.way import Count, Facts, Fork, Hole, Items, Joined, Known, Said, Subroutine, Way, spread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.core.way import Piece, Value

ONE, TWO = Listed(("a",)), Listed(("b",))
NOTHING: frozenset[str] = frozenset()


def inside(_: nodes.Node) -> frozenset[str]:
    return frozenset({"n"})


def fold(paths: Iterable[Path], *asked: str, most: int = MOST_PATHS) -> list[Path]:
    return folded(list(paths), frozenset(asked), inside, most)


def parted(start: Path, *branches: tuple[str, Facts]) -> list[Path]:
    """Return paths that go on from *start*, each with a text and what is known there."""
    return [
        Path(start.printing(text).trail if text else start.trail, start.scopes, start.facts.and_also(facts))
        for text, facts in branches
    ]


def domain(ref: str, what: Listed | Span) -> Facts:
    return Facts(domains={ref: what})


def alternatives(path: Path) -> set[tuple[Piece, ...]]:
    return {way.pieces for way in spread(Way(path.pieces, path.facts), 99)}


# --- when --------------------------------------------------------------------------------------


def test_one_path_is_as_it_is() -> None:
    path = Path().printing("a")

    assert fold([path]) == [path]
    assert fold([]) == []


def test_paths_that_nothing_asks_about_again_become_one_with_a_fork() -> None:
    start = Path().printing("Hei ")
    (path,) = fold(parted(start, ("a", domain("c", ONE)), ("b", domain("c", TWO))))

    fork = path.pieces[1]
    assert path.pieces[0] == "Hei "
    assert isinstance(fork, Fork)
    assert [(way.pieces, way.facts) for way in fork.ways] == [
        (("a",), domain("c", ONE)),
        (("b",), domain("c", TWO)),
    ]
    assert path.facts == Facts()


def test_paths_that_are_still_asked_about_stay_apart() -> None:
    paths = parted(Path(), ("a", domain("c", ONE)), ("b", domain("c", TWO)))

    assert fold(paths, "c") == paths


@pytest.mark.parametrize(
    "facts",
    [
        (Facts(there={"o": True}), Facts(there={"o": False})),
        (Facts(lengths={"o": (1, 1)}), Facts(lengths={"o": (2, 9)})),
        (
            Facts(answers={("eq", Hole("o"), Hole("p")): True}),
            Facts(answers={("eq", Hole("o"), Hole("p")): False}),
        ),
        (Facts(domains={"o#1": ONE}), Facts(domains={"o#1": TWO})),
    ],
)
def test_whatever_is_known_of_a_value_that_is_asked_about_keeps_paths_apart(
    facts: tuple[Facts, Facts],
) -> None:
    paths = parted(Path(), ("a", facts[0]), ("b", facts[1]))

    assert len(fold(paths, "o", "p")) == 2
    assert len(fold(paths)) == 1


def test_a_name_that_is_asked_for_keeps_what_is_behind_it_apart() -> None:
    named = Path(None, ({"item": Hole("l#0"), "x": Known("a")},))
    paths = parted(named, ("a", domain("l#0", ONE)), ("b", domain("l#0", TWO)))

    assert len(fold(paths, "item")) == 2
    assert len(fold(paths, "x")) == 1


def test_a_macro_that_is_called_later_keeps_what_it_asks_for_apart() -> None:
    macro = Subroutine(nodes.Macro("m", [], [], []), 1)
    paths = parted(Path(None, ({"m": macro},)), ("a", domain("n", ONE)), ("b", domain("n", TWO)))

    assert len(fold(paths, "m")) == 2
    assert len(fold(paths, "x")) == 1


def test_names_that_differ_and_are_asked_for_stay_apart() -> None:
    paths = [Path().naming({"x": Known(value)}) for value in (1, 1.0)]

    assert len(fold(paths, "x")) == 2
    assert fold(paths)[0].scopes == ({},)


# --- what is left ------------------------------------------------------------------------------


def test_where_nothing_differs_there_is_no_fork() -> None:
    start = Path(facts=domain("c", ONE)).printing("a")
    (path,) = fold(parted(start, ("b", Facts()), ("b", Facts())))

    assert path.pieces == ("a", "b")
    assert path.facts == domain("c", ONE)


def test_where_the_same_is_printed_it_is_still_known_for_which_values() -> None:
    start = Path()
    paths = parted(start, ("", domain("c", ONE)), ("", domain("c", TWO)))
    other = Path().naming({"x": Known("b")})
    first, _ = fold([*(path.naming({"x": Known("a")}) for path in paths), other], "x")

    assert [way.facts for way in spread(Way(first.pieces, first.facts), 9)] == [
        domain("c", ONE),
        domain("c", TWO),
    ]


def test_what_all_know_is_known_after_the_fork() -> None:
    shared = domain("d", ONE)
    (path,) = fold(parted(Path(facts=shared), ("a", domain("c", ONE)), ("b", domain("c", TWO))))

    assert path.facts == shared


def test_text_that_shows_a_value_is_taken_into_the_fork_that_knows_it_better() -> None:
    start = Path().printing("Du har ", Hole("n"), " sak")
    (path,) = fold(parted(start, ("er", domain("n", Span(((2, 9),)))), ("", domain("n", Span(((1, 1),))))))

    fork = path.pieces[1]
    assert path.pieces[0] == "Du har "
    assert isinstance(fork, Fork)
    assert [way.pieces for way in fork.ways] == [(Hole("n"), " sak", "er"), (Hole("n"), " sak")]


def test_a_fork_reaches_back_only_so_far() -> None:
    start = Path().printing(Hole("n"), *["x"] * 300)
    (path,) = fold(parted(start, ("er", domain("n", Span(((2, 9),)))), ("", domain("n", Span(((1, 1),))))))

    assert path.pieces[:301] == start.pieces
    assert path.facts == Facts()


def test_forks_do_not_take_in_each_other_over_and_over() -> None:
    path = Path().printing(*(Hole(f"n{k}") for k in range(30)))
    for k in range(30):
        known = [Span(((2, 9),)), Span(((1, 1),))]
        (path,) = fold(parted(path, *((str(k), domain(f"n{k}", each)) for each in known)))

    assert Way(path.pieces).weight < 30_000


def test_alike_ways_of_a_fork_are_one() -> None:
    paths = [path.naming({"x": Known("a")}) for path in parted(Path(), ("a", Facts()), ("a", Facts()))]
    other = Path().naming({"x": Known("b")})

    assert fold([*paths, other], "x")[0].pieces == ("a",)


# --- too many ----------------------------------------------------------------------------------


def many(count: int) -> list[Path]:
    return parted(Path(), *((str(n), domain("n", Span(((n, n),)))) for n in range(count)))


def test_more_paths_than_are_followed_are_put_together_and_forget() -> None:
    (path,) = fold(many(MOST_PATHS + 1), "n")

    assert path.facts == Facts()
    assert alternatives(path) == {(str(n),) for n in range(MOST_PATHS + 1)}


def test_texts_that_names_stand_for_are_put_together_too() -> None:
    values: list[Value] = [Known("a"), Hole("c"), Joined(("b", Hole("c"))), Count(1, 9, "l")]
    paths = [Path().naming({"x": value}) for value in values]
    (path,) = fold(paths, "x", most=1)
    text = path.named("x")

    assert isinstance(text, Joined)
    assert {way.pieces for way in spread(Way(text.pieces), 9)} == {
        (Said("a"),),
        (Hole("c"),),
        ("b", Hole("c")),
        (Said("9"),),
    }


def test_names_that_stand_for_no_text_cannot_be_put_together() -> None:
    paths = [Path().naming({"x": Items((Known(n),))}) for n in range(3)]

    with pytest.raises(TooManyPaths):
        fold(paths, "x", most=2)


def test_at_the_end_there_is_one_way() -> None:
    way = as_way(many(3), inside)

    assert {each.pieces for each in spread(way, 9)} == {("0",), ("1",), ("2",)}
