"""What a condition says about a value: nothing that fits is left out, nothing kept that cannot be."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.domain import Domain, Free, Listed, Scale, Span
from straks.core.narrowing import (
    DECIDED,
    OPERATORS,
    TRUTH,
    TURNED,
    admits,
    is_empty,
    narrowed,
    narrowed_by_length,
    narrowed_by_letters,
    related,
    split,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPARISONS = ("eq", "ne", "lt", "lteq", "gt", "gteq")
NUMBERS = st.tuples(st.integers(-12, 12), st.integers(0, 12)).map(lambda ends: Span(((ends[0], sum(ends)),)))
AMOUNTS = st.tuples(st.integers(-12, 12), st.integers(0, 12)).map(
    lambda ends: Span(((Decimal(ends[0]) / 4, Decimal(sum(ends)) / 4),), Scale(Decimal("0.25"), "amount"))
)
WORDS = st.lists(st.sampled_from(["", "a", "b", "ab"]), min_size=1, unique=True).map(
    lambda words: Listed(tuple(words))
)
WANTED = st.one_of(st.integers(-13, 25), st.sampled_from([0.5, -0.25, 1.0, 2.75]))


def every(domain: Domain) -> tuple[Any, ...]:
    assert not isinstance(domain, Free)
    return tuple(domain) if isinstance(domain, Span) else domain.values


# --- values in order ---------------------------------------------------------------------------


@given(span=st.one_of(NUMBERS, AMOUNTS), asked=st.sampled_from(COMPARISONS), wanted=WANTED)
def test_a_comparison_parts_a_span_exactly(span: Span, asked: str, wanted: float) -> None:
    outcomes = narrowed(span, asked, wanted)
    assert outcomes is not None
    holds, fails = outcomes

    assert every(holds) == tuple(value for value in span if OPERATORS[asked](value, wanted))
    assert every(fails) == tuple(value for value in span if not OPERATORS[asked](value, wanted))


@given(
    span=NUMBERS,
    asked=st.sampled_from(COMPARISONS),
    wanted=WANTED,
    again=st.sampled_from(COMPARISONS),
    more=WANTED,
)
def test_a_span_with_gaps_is_parted_as_exactly(
    span: Span, asked: str, wanted: float, again: str, more: float
) -> None:
    first = narrowed(span, asked, wanted)
    assert first is not None
    for part in first:
        if not is_empty(part):
            second = narrowed(part, again, more)
            assert second is not None
            assert every(second[0]) == tuple(v for v in every(part) if OPERATORS[again](v, more))


@given(
    span=NUMBERS,
    group=st.lists(st.one_of(WANTED, st.just("a")), max_size=4),
    asked=st.sampled_from(["in", "notin"]),
)
def test_a_list_of_literals_parts_a_span_exactly(span: Span, group: list[Any], asked: str) -> None:
    outcomes = narrowed(span, asked, group)
    assert outcomes is not None

    assert every(outcomes[0]) == tuple(value for value in span if OPERATORS[asked](value, group))
    assert every(outcomes[1]) == tuple(value for value in span if not OPERATORS[asked](value, group))


@given(span=st.one_of(NUMBERS, AMOUNTS))
def test_only_nothing_is_false(span: Span) -> None:
    outcomes = narrowed(span, TRUTH, None)
    assert outcomes is not None

    assert every(outcomes[0]) == tuple(value for value in span if value)
    assert every(outcomes[1]) == tuple(value for value in span if not value)


def test_a_duration_of_nothing_is_false_and_a_day_never_is() -> None:
    hours = Span(((timedelta(0), timedelta(hours=2)),), Scale(timedelta(hours=1), "duration"))
    days = Span(((date(2026, 1, 1), date(2026, 1, 3)),), Scale(timedelta(days=1), "long date"))

    assert narrowed(hours, TRUTH, None) == (
        Span(((timedelta(hours=1), timedelta(hours=2)),), hours.scale),
        Span(((timedelta(0), timedelta(0)),), hours.scale),
    )
    assert narrowed(days, TRUTH, None) == (days, Span((), days.scale))


def test_a_day_equals_no_text_and_has_no_order_with_one() -> None:
    days = Span(((date(2026, 1, 1), date(2026, 1, 3)),), Scale(timedelta(days=1), "long date"))

    assert narrowed(days, "eq", "2026-01-01") == (Span((), days.scale), days)
    with pytest.raises(TypeError):
        narrowed(days, "lt", "2026-01-01")


def test_a_question_of_another_kind_about_a_span_is_not_answered() -> None:
    assert narrowed(Span(((1, 2),)), "in", "12") is None


# --- values that are listed --------------------------------------------------------------------


@given(words=WORDS, asked=st.sampled_from(COMPARISONS), wanted=st.sampled_from(["a", "b", "c"]))
def test_a_list_is_looked_through(words: Listed, asked: str, wanted: str) -> None:
    outcomes = narrowed(words, asked, wanted)
    assert outcomes is not None

    assert every(outcomes[0]) == tuple(word for word in words.values if OPERATORS[asked](word, wanted))
    assert every(outcomes[1]) == tuple(word for word in words.values if not OPERATORS[asked](word, wanted))


def test_representatives_answer_for_their_class_only_where_they_are_all_alike() -> None:
    some = Listed(("https://example.org/~", "https://example.org/'"), complete=False)

    assert narrowed(some, "eq", "https://example.org/~") is None
    assert narrowed(some, TRUTH, None) == (some, Listed((), complete=False))


def test_a_span_is_looked_through_while_it_is_short() -> None:
    assert split(Span(((1, 4),)), lambda value: value % 2 == 0) == (Listed((2, 4)), Listed((1, 3)))
    assert split(Span(((1, DECIDED + 1),)), bool) is None
    assert split(Free(1, 2, ("a",)), bool) is None


# --- text --------------------------------------------------------------------------------------

ASCII = Free(1, 4, tuple("abAB"))


def texts(domain: Free) -> Iterator[str]:
    """All texts of a small domain."""
    words = [""]
    for _ in range(domain.most):
        words += [word + letter for word in words for letter in domain.alphabet if len(word) < domain.most]
    yield from {word for word in words if domain.least <= len(word)}


SMALL = st.builds(
    Free,
    st.integers(0, 2),
    st.integers(2, 3),
    st.sampled_from([("a",), ("a", "b"), ("a", "A", "ß")]),
)


def within(domain: Domain, text: str) -> bool:
    if isinstance(domain, Free):
        return domain.least <= len(text) <= domain.most and set(text) <= set(domain.alphabet)
    return text in every(domain)


@given(
    domain=SMALL,
    asked=st.sampled_from(["eq", "ne"]),
    wanted=st.sampled_from(["", "a", "aa", "bb", "zz", "aaaaa"]),
)
def test_a_text_that_fits_is_never_lost_by_equality(domain: Free, asked: str, wanted: str) -> None:
    outcomes = narrowed(domain, asked, wanted)
    assert outcomes is not None

    for text in texts(domain):
        assert within(outcomes[0 if OPERATORS[asked](text, wanted) else 1], text)


@given(domain=SMALL, group=st.lists(st.sampled_from(["", "a", "ab", "zz"]), max_size=3))
def test_a_text_that_fits_is_never_lost_by_a_list(domain: Free, group: list[str]) -> None:
    outcomes = narrowed(domain, "in", group)
    assert outcomes is not None

    for text in texts(domain):
        assert within(outcomes[0 if text in group else 1], text)


@given(domain=SMALL, asked=st.sampled_from(COMPARISONS), wanted=st.integers(-1, 5))
def test_a_length_narrows_the_length(domain: Free, asked: str, wanted: int) -> None:
    outcomes = narrowed_by_length(domain, asked, wanted)
    assert outcomes is not None

    for text in texts(domain):
        assert within(outcomes[0 if OPERATORS[asked](len(text), wanted) else 1], text)


def test_a_long_name_is_known_to_be_long() -> None:
    assert narrowed_by_length(Free(1, 40, ("a",)), "gt", 20) == (Free(21, 40, ("a",)), Free(1, 20, ("a",)))
    assert narrowed_by_length(Free(1, 9, ("a",)), "gt", 20) == (Listed(()), Free(1, 9, ("a",)))
    assert narrowed_by_length(Free(0, 9, ("a",)), "eq", 0) == (Listed(("",)), Free(1, 9, ("a",)))
    assert narrowed_by_length(Free(1, 9, ("a",)), "in", "9") is None


@given(
    domain=SMALL,
    letters=st.sampled_from([str.upper, str.lower]),
    asked=st.sampled_from(["eq", "ne"]),
    wanted=st.sampled_from(["", "A", "AA", "aa", "SS", "SSA", "AB", "ab", "aß"]),
)
def test_a_text_that_fits_is_never_lost_through_its_letters(
    domain: Free,
    letters: Any,  # noqa: ANN401 - a method of str
    asked: str,
    wanted: str,
) -> None:
    outcomes = narrowed_by_letters(domain, asked, wanted, letters)
    assert outcomes is not None

    for text in texts(domain):
        assert within(outcomes[0 if OPERATORS[asked](letters(text), wanted) else 1], text)


def test_only_letters_that_lead_to_the_word_are_left() -> None:
    narrow, wide = narrowed_by_letters(ASCII, "eq", "AB", str.upper) or ((), ())

    assert narrow == Free(1, 2, ("a", "b", "A", "B"))
    assert wide == ASCII
    assert narrowed_by_letters(ASCII, "eq", "ab", str.upper) == (Listed(()), ASCII)
    assert narrowed_by_letters(ASCII, "lt", "ab", str.upper) is None


def test_final_sigma_is_a_sigma() -> None:
    greek = Free(1, 2, ("Δ", "Σ"))
    outcomes = narrowed_by_letters(greek, "eq", "δς", str.lower)

    assert "ΔΣ".lower() == "δς"
    assert outcomes is not None
    assert within(outcomes[0], "ΔΣ")


def test_what_anything_may_be_is_not_read_letter_by_letter() -> None:
    anything = Free(1, 9, ("a", "č"), anything=True)

    assert narrowed_by_letters(anything, "eq", "OSLO", str.upper) == (
        Free(1, 4, ("a", "č"), anything=True),
        anything,
    )


def test_an_empty_text_is_false() -> None:
    assert narrowed(Free(0, 3, ("a",)), TRUTH, None) == (Free(1, 3, ("a",)), Listed(("",)))
    assert narrowed(Free(1, 3, ("a",)), TRUTH, None) == (Free(1, 3, ("a",)), Listed(()))


def test_an_order_says_nothing_about_a_text() -> None:
    assert narrowed(ASCII, "lt", "b") is None


@pytest.mark.parametrize(
    ("value", "admitted"),
    [
        ("ab", True),
        ("a b", True),
        ("", False),
        ("abcab", False),
        ("az", False),
        (" a", False),
        ("a\nb", True),
    ],
)
def test_a_text_is_admitted_by_length_and_letters(value: str, admitted: bool) -> None:  # noqa: FBT001 - a case
    assert admits(ASCII, value) is admitted


def test_where_the_form_is_not_known_a_text_is_admitted() -> None:
    assert admits(Free(1, 4, ("a",), samples=("aa",)), "zz")
    assert admits(Free(1, 4, ("a",), anything=True), "č")


# --- two values --------------------------------------------------------------------------------


@given(left=NUMBERS, right=NUMBERS, asked=st.sampled_from(COMPARISONS))
def test_numbers_that_stand_in_a_relation_are_never_lost(left: Span, right: Span, asked: str) -> None:
    found = {truth: (mine, theirs) for truth, mine, theirs in related(left, asked, right)}

    for one in left:
        for other in right:
            mine, theirs = found[OPERATORS[asked](one, other)]
            assert one in every(mine)
            assert other in every(theirs)


@given(left=WORDS, right=WORDS, asked=st.sampled_from(COMPARISONS))
def test_words_that_stand_in_a_relation_are_never_lost(left: Listed, right: Listed, asked: str) -> None:
    found = {truth: (mine, theirs) for truth, mine, theirs in related(left, asked, right)}

    for one in left.values:
        for other in right.values:
            mine, theirs = found[OPERATORS[asked](one, other)]
            assert one in every(mine)
            assert other in every(theirs)


def test_an_earlier_day_is_earlier_than_the_last() -> None:
    scale = Scale(timedelta(days=1), "long date")
    may, june = (Span(((date(2026, month, 1), date(2026, month, 30)),), scale) for month in (5, 6))
    late = Span(((date(2026, 5, 20), date(2026, 6, 10)),), scale)

    assert [truth for truth, *_ in related(may, "lt", june)] == [True]
    assert sorted(related(late, "gt", june), key=lambda outcome: not outcome[0]) == [
        (
            True,
            Span(((date(2026, 6, 2), date(2026, 6, 10)),), scale),
            Span(((date(2026, 6, 1), date(2026, 6, 9)),), scale),
        ),
        (False, late, june),
    ]


def test_equal_texts_are_as_long_as_both_may_be() -> None:
    short, long = Free(1, 4, ("a",)), Free(3, 9, ("a",))

    assert next(iter(related(short, "eq", long))) == (True, Free(3, 4, ("a",)), Free(3, 4, ("a",)))
    assert [truth for truth, *_ in related(short, "eq", Free(7, 9, ("a",)))] == [False]


def test_a_day_equals_no_amount_and_has_no_order_with_one() -> None:
    days = Span(((date(2026, 1, 1), date(2026, 1, 3)),), Scale(timedelta(days=1), "long date"))
    amounts = Span(((Decimal(0), Decimal(9)),), Scale(Decimal("0.01"), "amount"))

    assert list(related(days, "eq", amounts)) == [(False, days, amounts)]
    with pytest.raises(TypeError):
        list(related(days, "lt", amounts))


def test_every_comparison_can_be_turned() -> None:
    assert {TURNED[TURNED[asked]] for asked in COMPARISONS} == set(COMPARISONS)
