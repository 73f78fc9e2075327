"""What a parameter admits: every value, or one of each class that prints alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.amount_kind import Amount
from straks.core.calendar_kinds import Date, DateTime, Time
from straks.core.choice_kind import Choice
from straks.core.domain import Free, Listed, Span, TooMany, domain_of, numbers_of, representatives
from straks.core.list_kind import ListOf
from straks.core.number_kinds import Duration, Integer
from straks.core.text_kinds import Code, Reference, Text
from straks.core.url_kind import Url


def test_texts_are_free_within_their_lengths() -> None:
    assert domain_of(Code(name="x", length=6)) == Free(6, 6, tuple("0123456789"))
    text = domain_of(Text(name="x", max_length=9, alphabet="gsm-7"))
    assert isinstance(text, Free)
    assert (text.least, text.most, text.anything) == (1, 9, False)
    reference = domain_of(Reference(name="x", max_length=3, pattern="[ab]{1,3}"))
    assert reference == Free(1, 3, ("a", "b"), samples=("aaa",))
    unknown = domain_of(Reference(name="x", max_length=2, pattern="[^a]{2}"))
    assert isinstance(unknown, Free)
    assert (unknown.anything, unknown.samples) == (True, ())


def test_numbers_are_narrowed_and_listed() -> None:
    span = domain_of(Integer(name="x", min=-3, max=12_000))
    assert span == Span(((-3, 12_000),))
    assert isinstance(span, Span)
    assert span.without(1) == Span(((-3, 0), (2, 12_000)))
    assert numbers_of(span.narrowed(1, 3)) == Listed((1, 2, 3))
    many = numbers_of(span)
    assert not many.complete
    assert {-3, -1, 0, 1, 9, 10, 999, 1000, 9999, 10_000, 12_000} <= set(many.values)


def test_choices_are_listed_whole() -> None:
    choice = Choice(name="x", words={"a": {"nb": "ja"}, "b": {"nb": "nei"}})
    assert domain_of(choice) == Listed(("a", "b"))


def test_a_span_counts_and_steps_through_its_values() -> None:
    days = domain_of(Date(name="x", min=date(2026, 1, 30), max=date(2026, 2, 2)))
    assert isinstance(days, Span)
    assert [day.day for day in days] == [30, 31, 1, 2]
    assert (len(days), days.least.day, days.most.day) == (4, 30, 2)
    assert date(2026, 1, 31) in days
    assert len(days.without(date(2026, 1, 31))) == 3
    assert numbers_of(days) == Listed(tuple(days))
    hours = domain_of(Time(name="x", min=time(8, 58), max=time(9, 1)))
    assert isinstance(hours, Span)
    assert list(hours) == [time(8, 58), time(8, 59), time(9, 0), time(9, 1)]
    assert hours.without(time(9)).intervals == ((time(8, 58), time(8, 59)), (time(9, 1), time(9, 1)))


def test_an_amount_goes_on_by_the_least_unit_of_its_currency() -> None:
    crowns = domain_of(Amount(name="x", min=Decimal("0.5"), max=Decimal("2.5")))
    kronur = domain_of(Amount(name="x", min=Decimal("0.5"), max=Decimal("2.5"), currency="ISK"))
    none = domain_of(Amount(name="x", min=Decimal("0.2"), max=Decimal("0.3"), currency="ISK"))

    assert isinstance(crowns, Span)
    assert isinstance(kronur, Span)
    assert (len(crowns), list(kronur), none) == (201, [Decimal(1), Decimal(2)], Span((), kronur.scale))
    assert numbers_of(crowns).values[:2] == (Decimal("0.50"), Decimal("0.51"))


def test_every_class_of_day_is_there() -> None:
    few = domain_of(Date(name="x", min=date(2026, 1, 1), max=date(2026, 1, 12)))
    many = domain_of(Date(name="x", style="full"))
    long = domain_of(Date(name="x"))
    assert isinstance(few, Span)
    assert isinstance(many, Span)
    assert isinstance(long, Span)
    assert representatives(few) == (date(2026, 1, 1), date(2026, 1, 10))
    assert len({(day.month, day.weekday(), len(str(day.day))) for day in representatives(many)}) == 12 * 7 * 2
    assert len(representatives(long)) == 12 * 2


SECONDS = st.sampled_from(
    [1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 14_400, 86_400, 172_800, 7, 90, 420, 5_400]
)


@given(step=SECONDS, start=st.integers(0, 4_000), count=st.integers(0, 3_000))
def test_every_class_of_duration_is_there(step: int, start: int, count: int) -> None:
    low = timedelta(seconds=start * step)
    span = domain_of(
        Duration(name="x", min=low, max=low + timedelta(seconds=count * step), step=timedelta(seconds=step))
    )
    assert isinstance(span, Span)
    found = representatives(span)

    assert all(each in span and not (each - low) % timedelta(seconds=step) for each in found)
    assert {classed(each) for each in found} == {classed(each) for each in span}


def classed(duration: timedelta) -> tuple[int, ...]:
    seconds = duration.days * 86_400 + duration.seconds
    counts = (seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60, seconds % 60)
    return tuple(-1 if count == 1 else len(str(count)) if count else 0 for count in counts)


def test_durations_that_go_on_oddly_are_looked_through_while_they_are_few() -> None:
    odd = domain_of(
        Duration(name="x", min=timedelta(0), max=timedelta(days=7_000), step=timedelta(seconds=7))
    )
    assert isinstance(odd, Span)
    with pytest.raises(TooMany, match="a step that divides"):
        representatives(odd)


def test_moments_and_addresses_have_their_edges() -> None:
    low, high = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)
    moments = domain_of(DateTime(name="x", min=low, max=high))
    assert isinstance(moments, Listed)
    assert (moments.values[0], moments.values[-1], moments.complete) == (low, high, False)
    assert domain_of(DateTime(name="x", min=low, max=low)) == Listed((low,))
    addresses = domain_of(Url(name="x", hosts=("example.org",), max_length=22))
    assert addresses == Listed(("https://example.org/~~", "https://example.org/''"), complete=False)
    short = domain_of(Url(name="x", hosts=("example.org",), max_length=19))
    assert isinstance(short, Listed)
    assert "https://example.org" in short.values


def test_every_time_of_day_prints_as_many_digits() -> None:
    hours = domain_of(Time(name="x"))
    assert isinstance(hours, Span)
    assert representatives(hours) == (time(0), time(23, 59))


def test_what_is_not_known_is_too_many() -> None:
    with pytest.raises(TooMany, match="list"):
        domain_of(ListOf(name="x", of=Code(name="x", length=1), max_items=2))
