"""What a hole may print, value by value."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.catalog import Catalog
from straks.core.domain import Free, Listed, Scale, Span, TooMany
from straks.core.ledger import recorded_length
from straks.core.options import Options, is_followed, values
from straks.core.packing import runs_of
from straks.core.printing import Printer
from straks.core.segment import Encoding
from straks.core.way import ONE_LINE, ONWARDS, Filter, Hole

MANIFEST = """
[template]
purpose = "notice"
repeat = "harmless"
[parameters.number]
kind = "integer"
min = -100000
max = 100000
example = 1
[parameters.amount]
kind = "amount"
min = -5000
max = 90000
example = 1
[parameters.day]
kind = "date"
style = "full"
example = 2026-05-05
[parameters.short]
kind = "date"
style = "medium"
example = 2026-05-05
[parameters.time]
kind = "time"
example = 08:00:00
[parameters.left]
kind = "duration"
min = "0 s"
max = "2000 h"
step = "30 s"
example = "1 h"
[parameters.list]
kind = "list"
max-items = 3
of = { kind = "integer", min = 1, max = 2 }
example = [1]
[parameters.name]
kind = "text"
max-length = 12
example = "a"
"""
FILES = {
    "m/template.toml": MANIFEST,
    **{f"m/{locale}/{file}": "Hei" for locale in ("nb", "nn", "en") for file in ("subject.txt", "email.txt")},
}
TEMPLATE = Catalog(FILES)["m"]
DRAWN = st.one_of(
    st.tuples(st.just("number"), st.integers(-100_000, 100_000)),
    st.tuples(st.just("amount"), st.integers(-500_000, 9_000_000).map(lambda n: Decimal(n) / 100)),
    st.tuples(st.sampled_from(["day", "short"]), st.dates(date(2000, 1, 1), date(2099, 12, 31))),
    st.tuples(st.just("time"), st.times().map(lambda t: time(t.hour, t.minute))),
    st.tuples(st.just("left"), st.integers(0, 240_000).map(lambda n: timedelta(seconds=30 * n))),
)
BY_CLASS = st.lists(
    st.sampled_from([Filter("upper"), Filter("title"), Filter("length"), Filter("trim"), ONE_LINE, ONWARDS]),
    max_size=2,
).map(tuple)
COUNTED = st.sampled_from(
    [
        (),
        (Filter("plural", ("sak", "sakene")),),
        (Filter("round"),),
        (Filter("round", (-2,)), Filter("upper")),
    ]
)


def options(locale: str = "nb", *, plainly: bool = True) -> Options:
    return Options(Printer(TEMPLATE, locale, plainly=plainly))


def shape(text: str) -> tuple[object, ...]:
    return (
        runs_of(text, Encoding.GSM7),
        runs_of(text, Encoding.UCS2),
        recorded_length(text),
        len(text.encode()),
    )


@given(drawn=DRAWN, filters=BY_CLASS, locale=st.sampled_from(["nb", "nn", "en"]), plainly=st.booleans())
def test_every_value_prints_like_one_that_stands_for_it(
    drawn: tuple[str, object],
    filters: tuple[Filter, ...],
    locale: str,
    plainly: bool,  # noqa: FBT001 - either way
) -> None:
    name, value = drawn
    known = options(locale, plainly=plainly)
    filters = filters if len(filters) < 2 or filters[0] != Filter("length") else filters[:1]
    hole = Hole(name, filters)
    listed = known.of(hole, known.domain(name))

    assert listed is not None
    assert shape(known.printed(hole, value)) in {shape(text) for _, text in listed}


@given(
    number=st.one_of(
        st.integers(-100_000, 100_000), st.integers(-500_000, 9_000_000).map(lambda n: Decimal(n) / 100)
    ),
    filters=COUNTED,
    locale=st.sampled_from(["nb", "nn", "en"]),
)
def test_numbers_that_stand_for_others_round_and_count_like_them(
    number: int | Decimal, filters: tuple[Filter, ...], locale: str
) -> None:
    name = "number" if isinstance(number, int) else "amount"
    known = options(locale)
    if name == "amount" and any(each.name == "plural" for each in filters):
        number = number.quantize(Decimal("0.01"))  # type: ignore[union-attr]
    hole = Hole(name, filters)
    listed = known.of(hole, known.domain(name)) or ()

    assert len(known.printed(hole, number)) <= max(len(text) for _, text in listed)
    assert (
        shape(known.printed(hole, number)) in {shape(text) for _, text in listed}
        or filters[0].name == "round"
    )


def test_all_items_of_a_list_print_alike() -> None:
    known = options()

    assert known.of(Hole("list#0"), known.domain("list#0")) is known.of(
        Hole("list#2"), known.domain("list#2")
    )


def test_a_free_text_is_not_listed_but_its_length_is() -> None:
    known = options()
    domain = known.domain("name")

    assert known.of(Hole("name"), domain) is None
    assert known.of(Hole("name", (Filter("length"), Filter("plural", ("ett", "fleire")))), domain) == (
        (None, "ett"),
        (None, "fleire"),
    )


def test_values_are_listed_whole_where_a_filter_tells_them_apart() -> None:
    replaced = (Filter("replace", ("1", "en")),)
    span = Span(((1, 900),))

    assert len(values(span)) < 12
    assert len(values(span, replaced)) == 900
    with pytest.raises(TooMany, match="too many"):
        values(Span(((1, 9_000),)), replaced)


@pytest.mark.parametrize(
    ("domain", "filters", "followed"),
    [
        (Free(1, 9, ("a",)), (Filter("upper"),), True),
        (Free(1, 9, ("a",)), (Filter("plural", ("a", "b")),), False),
        (Free(1, 9, ("a",)), (Filter("replace", ("", "b")),), False),
        (Free(1, 9, ("a",)), (ONWARDS,), True),
        (Free(1, 9, ("a",)), (Filter("length"), Filter("plural", ("a", "b"))), True),
        (Free(1, 9, ("a",)), (Filter("length"), Filter("replace", ("9", "b"))), True),
        (Free(1, 9_000, ("a",)), (Filter("length"), Filter("replace", ("9", "b"))), False),
        (Listed((1, 2)), (Filter("replace", ("1", "b")),), True),
        (Listed((1, 2), complete=False), (Filter("replace", ("1", "b")),), False),
        (Listed((1, 2), complete=False), (Filter("upper"),), True),
        (Span(((1, 9_000),)), (Filter("round"), Filter("upper")), True),
        (Span(((1, 9_000),)), (Filter("replace", ("1", "b")),), False),
        (
            Span(((time(0), time(23, 59)),), Scale(timedelta(minutes=1), "time")),
            (Filter("replace", (":", ".")),),
            True,
        ),
    ],
)
def test_a_filter_is_followed_where_it_is_known_what_it_makes_of_all(
    domain: Free | Listed | Span,
    filters: tuple[Filter, ...],
    followed: bool,  # noqa: FBT001 - a case
) -> None:
    assert is_followed(domain, filters) is followed
