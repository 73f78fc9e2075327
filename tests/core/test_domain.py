"""What a parameter admits: every value, or one of each class that prints alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from straks.core.domain import Free, Listed, Span, TooMany, domain_of, numbers_of
from straks.core.list_kind import ListOf
from straks.core.number_kinds import Amount, Date, DateTime, Duration, Integer, Time
from straks.core.text_kinds import Choice, Code, Reference, Text, Url


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


def test_every_class_of_day_and_duration_is_there() -> None:
    assert domain_of(Date(name="x", min=date(2026, 1, 1), max=date(2026, 1, 2))) == Listed(
        (date(2026, 1, 1), date(2026, 1, 2))
    )
    days = domain_of(Date(name="x"))
    assert isinstance(days, Listed)
    assert len({(day.month, day.weekday(), len(str(day.day))) for day in days.values}) == 12 * 7 * 2
    hours = domain_of(Duration(name="x", min=timedelta(0), max=timedelta(days=2)))
    assert isinstance(hours, Listed)
    assert timedelta(0) in hours.values
    with pytest.raises(TooMany, match="larger step"):
        domain_of(Duration(name="x", min=timedelta(0), max=timedelta(days=300)))
    few = domain_of(Duration(name="x", min=timedelta(0), max=timedelta(minutes=2)))
    assert few == Listed(tuple(timedelta(minutes=n) for n in range(3)))


def test_moments_times_amounts_and_addresses_have_their_edges() -> None:
    low, high = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)
    moments = domain_of(DateTime(name="x", min=low, max=high))
    assert isinstance(moments, Listed)
    assert (moments.values[0], moments.values[-1], moments.complete) == (low, high, False)
    assert domain_of(Time(name="x")) == Listed((time(0), time(23, 59)), complete=False)
    amounts = domain_of(Amount(name="x", min=Decimal(0), max=Decimal(1)))
    assert isinstance(amounts, Listed)
    assert Decimal("0.99") in amounts.values
    addresses = domain_of(Url(name="x", hosts=("example.org",), max_length=22))
    assert addresses == Listed(("https://example.org/~~", "https://example.org/''"), complete=False)
    short = domain_of(Url(name="x", hosts=("example.org",), max_length=19))
    assert isinstance(short, Listed)
    assert "https://example.org" in short.values


def test_what_is_not_known_is_too_many() -> None:
    with pytest.raises(TooMany, match="list"):
        domain_of(ListOf(name="x", of=Code(name="x", length=1), max_items=2))
